//! The levers: faults, settings, consents, counts. Whoever reaches the port may use them; it is a sandbox.

use super::answer::{self, Answer, Asked};
use super::faults::Wish;
use super::fields::is_json;
use super::known::{self, CLIENT_KEY, CLIENTS, Client, Proof};
use super::options::Settings;
use super::site::{Site, State};
use super::stats::Stats;
use crate::clock::{parse_duration, rfc3339};
use crate::secret::Secret;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) fn stats(site: &Site, _: &Asked) -> Answer {
    answer::json(StatusCode::OK, &site.state().counted())
}

pub(crate) fn reset(site: &Site, asked: &Asked) -> Answer {
    match read::<Value>(asked) {
        Ok(_) => {
            site.state().reset();
            done()
        }
        Err(refused) => *refused,
    }
}

impl State {
    /// The counts with those that the ledger keeps.
    pub(super) fn counted(&self) -> Stats {
        let refreshes = self.ledger.families.iter().filter(|(_, family)| family.account.is_some());
        Stats { refreshes: refreshes.map(|(id, family)| (*id, family.refreshes)).collect(), ..self.stats.clone() }
    }
}

pub(crate) fn faults(site: &Site, _: &Asked) -> Answer {
    answer::json(StatusCode::OK, &json!({ "waiting": site.state().faults.waiting() }))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
}

/// Takes one fault or a list of them; all or none.
pub(crate) fn add_faults(site: &Site, asked: &Asked) -> Answer {
    let wishes = match read(asked) {
        Ok(OneOrMany::One(one)) => vec![one],
        Ok(OneOrMany::Many(many)) => many,
        Err(refused) => return *refused,
    };
    let read: Result<Vec<_>, String> = wishes
        .into_iter()
        .map(|wish| serde_json::from_value::<Wish>(wish).map_err(|error| error.to_string()).and_then(Wish::fault))
        .collect();
    match read {
        Ok(read) => {
            let faults = &mut site.state().faults;
            read.into_iter().for_each(|fault| faults.add(fault));
            done()
        }
        Err(why) => answer::refusal(StatusCode::BAD_REQUEST, "bad_fault", &why),
    }
}

pub(crate) fn clear_faults(site: &Site, _: &Asked) -> Answer {
    site.state().faults.clear();
    done()
}

/// Every consent, and what became of it.
pub(crate) fn consents(site: &Site, _: &Asked) -> Answer {
    let state = site.state();
    let listed: Vec<Value> = state
        .ledger
        .families
        .iter()
        .map(|(id, family)| {
            json!({
                "family": id,
                "client": family.client.id,
                "account": family.account.map(|account| account.id),
                "asked": family.asked,
                "granted": family.granted,
                "since": rfc3339(family.since),
                "refreshes": family.refreshes,
                "revoked": family.revoked,
            })
        })
        .collect();
    answer::json(StatusCode::OK, &json!({ "consents": listed }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    /// One family; all, with those of OAuth 1, where none is named.
    #[serde(default)]
    family: Option<u64>,
}

/// Withdraws consents as a person does in the settings of an account: the client is told nothing.
pub(crate) fn withdraw(site: &Site, asked: &Asked) -> Answer {
    let Withdrawal { family } = match read(asked) {
        Ok(withdrawal) => withdrawal,
        Err(refused) => return *refused,
    };
    let state = &mut *site.state();
    match family {
        Some(family) if !state.ledger.families.contains_key(&family) => {
            return answer::refusal(StatusCode::NOT_FOUND, "unknown_family", "GET /control/consents lists them");
        }
        Some(family) => state.ledger.revoke(family, "the person withdrew it"),
        None => {
            let all: Vec<u64> = state.ledger.families.keys().copied().collect();
            all.into_iter().for_each(|family| state.ledger.revoke(family, "the person withdrew it"));
            state.ledger1.withdraw();
        }
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsWish {
    token_lifetime: Option<String>,
    echo_scope: Option<bool>,
    /// An empty list grants whatever is asked for again.
    grant_only: Option<Vec<String>>,
    rotate: Option<bool>,
}

pub(crate) fn settings(site: &Site, _: &Asked) -> Answer {
    answer::json(StatusCode::OK, &shown(&site.state().settings))
}

/// Changes what is named; the rest stays.
pub(crate) fn change_settings(site: &Site, asked: &Asked) -> Answer {
    let wish: SettingsWish = match read(asked) {
        Ok(wish) => wish,
        Err(refused) => return *refused,
    };
    let lifetime = wish.token_lifetime.as_deref().map(parse_duration);
    if lifetime == Some(None) {
        return answer::refusal(StatusCode::BAD_REQUEST, "bad_settings", "`token_lifetime` is a duration such as 5s");
    }
    let settings = &mut site.state().settings;
    settings.token_lifetime = lifetime.flatten().unwrap_or(settings.token_lifetime);
    settings.echo_scope = wish.echo_scope.unwrap_or(settings.echo_scope);
    settings.rotate = wish.rotate.unwrap_or(settings.rotate);
    if let Some(only) = wish.grant_only {
        settings.grant_only = Some(only.into_iter().collect()).filter(|only: &std::collections::BTreeSet<_>| !only.is_empty());
    }
    answer::json(StatusCode::OK, &shown(settings))
}

fn shown(settings: &Settings) -> Value {
    json!({
        "token_lifetime": humantime::format_duration(settings.token_lifetime).to_string(),
        "echo_scope": settings.echo_scope,
        "grant_only": settings.grant_only,
        "rotate": settings.rotate,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookSecret {
    secret: String,
}

/// From now on what is sent to this webhook must be signed with the secret.
pub(crate) fn set_hook_secret(site: &Site, asked: &Asked) -> Answer {
    let HookSecret { secret } = match read(asked) {
        Ok(secret) => secret,
        Err(refused) => return *refused,
    };
    let name = asked.uri().path().split('/').nth(3).unwrap_or_default();
    site.state().hooks.set_secret(name.to_owned(), Secret::new(secret));
    done()
}

/// Every client with its published secret.
pub(crate) fn clients(site: &Site, _: &Asked) -> Answer {
    let body = json!({
        "sandbox": true,
        "note": "published with Bowline: none of this is secret",
        "base": site.base,
        "clients": CLIENTS.iter().map(client).collect::<Vec<_>>(),
        "oauth1": { "consumer_key": known::CONSUMER_KEY, "consumer_secret": known::CONSUMER_SECRET },
        "api_keys": known::KEYS.iter().map(|(key, scopes)| json!({ "key": key, "scopes": scopes })).collect::<Vec<_>>(),
        "basic": { "user": known::BASIC_USER, "password": known::BASIC_PASSWORD },
        "hook_secret": { "name": "signed", "secret": known::HOOK_SECRET },
    });
    answer::json(StatusCode::OK, &body)
}

fn client(client: &Client) -> Value {
    let (way, secret) = match client.proof {
        Proof::Basic(secret) => ("client_secret_basic", Some(secret)),
        Proof::Post(secret) => ("client_secret_post", Some(secret)),
        Proof::PrivateKeyJwt => ("private_key_jwt", Some(CLIENT_KEY)),
        Proof::Public => ("none", None),
    };
    json!({ "id": client.id, "name": client.name, "proof": way, "secret": secret, "code": client.code, "client_credentials": client.client_credentials })
}

/// JSON, and said to be: a form of another site's page cannot send that.
fn read<T: DeserializeOwned>(asked: &Asked) -> Result<T, Box<Answer>> {
    let refuse = |why: &str| Box::new(answer::refusal(StatusCode::BAD_REQUEST, "bad_request", why));
    if !is_json(asked.headers()) {
        return Err(refuse("the body must be application/json"));
    }
    serde_json::from_slice(asked.body()).map_err(|error| refuse(&error.to_string()))
}

fn done() -> Answer {
    answer::json(StatusCode::OK, &json!({ "ok": true }))
}
