//! Whose account an access token belongs to.

use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::api::{Caller, admit};
use crate::sandbox::site::Site;
use http::StatusCode;
use serde_json::json;

pub(crate) fn userinfo(site: &Site, asked: &Asked) -> Answer {
    match admit(site, asked, Some("profile")) {
        Ok(Caller { account: Some(account), .. }) => {
            answer::json(StatusCode::OK, &json!({ "sub": account.id, "name": account.name, "email": account.email, "sandbox": true }))
        }
        Ok(Caller { account: None, .. }) => answer::refusal(StatusCode::FORBIDDEN, "no_account", "this credential belongs to no person"),
        Err(refused) => *refused,
    }
}
