//! How far a scope reaches, told from its name.

use super::ScopeClass;

/// The class of a scope by the words of its name. The last word decides when it is a verb (`ZohoCRM.modules.READ`,
/// `chat:write`), and so does what stands before a colon (`read:jira-work`), unless another word asks for more and can be
/// nothing but a verb (`write_read`); otherwise the strongest verb does (`delete_packages`, `Files.ReadWrite.All`). `all`
/// counts as everything only where no verb narrows it. A name without any verb may change things, as `repo` does, unless it
/// only tells who somebody is.
pub(super) fn class_of(scope: &str) -> ScopeClass {
    let name = name(scope);
    let words = words(name);
    let verbs: Vec<ScopeClass> = words.iter().filter_map(|word| verb(word)).collect();
    if let Some(decides) = words.last().and_then(|word| verb(word)).or_else(|| leading(name)) {
        let others = words.iter().filter(|word| !NOUNS.contains(&word.as_str())).filter_map(|word| verb(word));
        return others.fold(decides, ScopeClass::max);
    }
    match verbs.into_iter().max() {
        Some(class) => class,
        // A star, or nothing that could be read.
        None if words.is_empty() => ScopeClass::Admin,
        None if words.iter().any(|word| matches!(word.as_str(), "all" | "full" | "fullaccess" | "default")) => ScopeClass::Admin,
        None if words.iter().all(|word| IDENTITY.contains(&word.as_str())) => ScopeClass::Read,
        None => ScopeClass::Write,
    }
}

/// What a scope says of itself. Where it is a URL, host and folders tell whose it is, not what it allows.
fn name(scope: &str) -> &str {
    let Some((_, place)) = scope.split_once("://") else { return scope };
    place.trim_end_matches('/').split_once('/').map_or("all", |(_, path)| path.rsplit('/').next().unwrap_or(path))
}

/// The verb in front of a colon, where it can be nothing but a verb.
fn leading(name: &str) -> Option<ScopeClass> {
    let (first, _) = name.split_once(':')?;
    let first = first.to_ascii_lowercase();
    verb(&first).filter(|_| !NOUNS.contains(&first.as_str()))
}

/// Verbs of [`verb`] that also name things: `admin.users:read`, `post:read` and `pay_stubs:read` only read.
const NOUNS: [&str; 13] =
    ["admin", "post", "upload", "history", "list", "root", "master", "deletion", "impersonation", "share", "pay", "refund", "transfer"];

/// OpenID Connect's scopes and their kin: they tell who somebody is, or allow to stay connected.
const IDENTITY: [&str; 11] =
    ["openid", "email", "profile", "phone", "address", "offline", "access", "identify", "identity", "userinfo", "me"];

fn verb(word: &str) -> Option<ScopeClass> {
    Some(match word {
        "read" | "readonly" | "r" | "view" | "search" | "history" | "list" => ScopeClass::Read,
        "write" | "readwrite" | "w" | "rw" | "create" | "update" | "edit" | "modify" | "send" | "post" | "publish" | "upload"
        | "execute" | "insert" | "submit" | "compose" | "add" | "change" | "run" | "trigger" | "import" | "move" | "approve" | "invite"
        | "pay" | "refund" | "transfer" | "share" | "sync" => ScopeClass::Write,
        "delete" | "deletion" | "remove" | "revoke" | "cancel" | "purge" => ScopeClass::Delete,
        "admin" | "manage" | "grant" | "sudo" | "impersonate" | "impersonation" | "master" | "root" => ScopeClass::Admin,
        _ => return None,
    })
}

/// The words of a name in lower case: cut at everything that is no letter or digit, and where lower case turns upper.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for char in name.chars() {
        let cut = !char.is_alphanumeric() || (char.is_uppercase() && lower);
        if cut && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        lower = char.is_lowercase();
        if char.is_alphanumeric() {
            words.last_mut().expect("the list starts with a word").extend(char.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_class() {
        for (scope, class) in [
            ("ZohoCRM.modules.READ", ScopeClass::Read),
            ("ZohoCRM.modules.ALL", ScopeClass::Admin),
            ("ZohoIOT.modules.alarms.CREATE", ScopeClass::Write),
            ("ZohoIOT.modules.alarms.DELETE", ScopeClass::Delete),
            ("Desk.tickets.WRITE", ScopeClass::Write),
            ("PageSense.reports.all", ScopeClass::Admin),
            ("chat:write", ScopeClass::Write),
            ("admin.users:read", ScopeClass::Read),
            ("delete:packages", ScopeClass::Delete),
            ("ZohoPay.payments.READ", ScopeClass::Read),
            ("ZohoPay.payments.CREATE", ScopeClass::Write),
            ("contractor_pay_stubs:read", ScopeClass::Read),
            ("bank.transfer:read", ScopeClass::Read),
            ("orders.refund", ScopeClass::Write),
            ("read:filter.default-share-scope:jira", ScopeClass::Read),
            ("read:admin:zoom", ScopeClass::Read),
            ("read:avatar.delete:jira", ScopeClass::Delete),
            ("read:write:jira", ScopeClass::Write),
            ("admin:repo_hook", ScopeClass::Admin),
            ("share:items:view", ScopeClass::Read),
            ("list:admin", ScopeClass::Admin),
            ("post:history-of-all", ScopeClass::Write),
            ("Files.Read.All", ScopeClass::Read),
            ("Files.ReadWrite.All", ScopeClass::Write),
            ("https://www.googleapis.com/auth/drive", ScopeClass::Write),
            ("https://www.googleapis.com/auth/drive.readonly", ScopeClass::Read),
            ("r_ads_reporting", ScopeClass::Read),
            ("openid", ScopeClass::Read),
            ("offline_access", ScopeClass::Read),
            ("repo", ScopeClass::Write),
            ("sudo", ScopeClass::Admin),
            ("crm.read.send", ScopeClass::Write),
            ("read.sudo", ScopeClass::Admin),
            ("things.read_create", ScopeClass::Write),
            ("read_write", ScopeClass::Write),
            ("write_read", ScopeClass::Write),
            ("user.read.impersonate", ScopeClass::Admin),
            ("members.read.revoke", ScopeClass::Delete),
            ("org:readonly-or-root", ScopeClass::Admin),
            ("https://read.example.com/auth/drive", ScopeClass::Write),
            ("https://read.example.com/", ScopeClass::Admin),
            ("calls.manage", ScopeClass::Admin),
            ("*", ScopeClass::Admin),
        ] {
            assert_eq!(class_of(scope), class, "{scope}");
        }
    }
}
