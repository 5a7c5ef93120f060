//! How far a scope reaches, told from its name.

use crate::resource::ScopeClass;

/// The class of a scope by the words of its name. The last word decides when it is a verb (`ZohoCRM.modules.READ`,
/// `chat:write`), otherwise the strongest verb does (`delete:packages`, `Files.ReadWrite.All`). `all` counts as everything
/// only where no verb narrows it. A name without any verb may change things, as `repo` does, unless it only tells who
/// somebody is.
pub fn class_of(scope: &str) -> ScopeClass {
    // The host and path of a scope that is a URL say whose it is, not what it allows.
    let name = if scope.contains("://") { scope.trim_end_matches('/').rsplit('/').next().unwrap_or(scope) } else { scope };
    let words = words(name);
    let verbs: Vec<ScopeClass> = words.iter().filter_map(|word| verb(word)).collect();
    if let Some(class) = words.last().and_then(|word| verb(word)) {
        return class;
    }
    match verbs.into_iter().max() {
        Some(class) => class,
        None if words.iter().any(|word| matches!(word.as_str(), "all" | "full" | "fullaccess" | "default")) => ScopeClass::Admin,
        None if words.iter().all(|word| IDENTITY.contains(&word.as_str())) => ScopeClass::Read,
        None => ScopeClass::Write,
    }
}

/// OpenID Connect's scopes and their kin: they tell who somebody is, or allow to stay connected.
const IDENTITY: [&str; 11] =
    ["openid", "email", "profile", "phone", "address", "offline", "access", "identify", "identity", "userinfo", "me"];

fn verb(word: &str) -> Option<ScopeClass> {
    Some(match word {
        "read" | "readonly" | "r" | "view" | "search" | "history" | "list" => ScopeClass::Read,
        "write" | "readwrite" | "w" | "rw" | "create" | "update" | "edit" | "modify" | "send" | "post" | "publish" | "upload"
        | "execute" | "insert" | "submit" | "compose" => ScopeClass::Write,
        "delete" | "deletion" | "remove" => ScopeClass::Delete,
        "admin" | "manage" | "sudo" | "impersonate" | "impersonation" | "master" | "root" => ScopeClass::Admin,
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
            ("Files.Read.All", ScopeClass::Read),
            ("Files.ReadWrite.All", ScopeClass::Write),
            ("https://www.googleapis.com/auth/drive", ScopeClass::Write),
            ("https://www.googleapis.com/auth/drive.readonly", ScopeClass::Read),
            ("r_ads_reporting", ScopeClass::Read),
            ("openid", ScopeClass::Read),
            ("offline_access", ScopeClass::Read),
            ("repo", ScopeClass::Write),
            ("sudo", ScopeClass::Admin),
        ] {
            assert_eq!(class_of(scope), class, "{scope}");
        }
    }
}
