//! The other use-cases of a served broker, each one call.

use super::client::{Ask, Http};
use super::error::CallError;
use crate::resource::{Address, Kind, Name, Webhook};
use crate::wire::{
    Application, ApplicationWritten, Applications, AuditPage, AuditVerdict, Begun, ConsentAsked, ConsentEnd, Delivery, DeliveryDetail,
    DeliveryState, Done, Event, Invocation, Invoked, Live, Me, NewToken, Operation, Page, Report, RevokeAsked, Revoked, Spent, Token,
    TokenMade, Tokens, Traces, User, UserWritten, Users, header,
};
use serde::de::DeserializeOwned;

/// Items of one part of a list.
const PART: usize = 1000;

/// Which lines of the audit.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditWanted {
    /// Only lines after this one.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveriesWanted {
    pub webhook: Option<String>,
    pub state: Option<DeliveryState>,
    /// At most so many, the newest first.
    pub limit: usize,
}

impl Http {
    pub fn me(&self) -> Result<Me, CallError> {
        self.inner.ask(&Ask::new(Operation::Me))
    }

    /// Whether a plan was applied.
    pub fn spent(&self, plan_id: &str) -> Result<Spent, CallError> {
        self.inner.ask(&Ask::new(Operation::Spent).name("plan", plan_id))
    }

    /// Who did what last to each object of a project.
    pub fn traces(&self, project: &str) -> Result<Traces, CallError> {
        self.inner.ask(&Ask::new(Operation::Traces).name("project", project))
    }

    /// How every connection stands.
    pub fn status(&self) -> Result<Vec<Report>, CallError> {
        self.list(Operation::Status, &[], usize::MAX)
    }

    pub fn authorize(&self, connection: &str, application: Option<&Name>) -> Result<Done, CallError> {
        self.inner.ask(&Ask::new(Operation::Authorize).name("name", connection).query("application", application))
    }

    pub fn begin_consent(&self, connection: &str, asked: &ConsentAsked) -> Result<Begun, CallError> {
        self.inner.ask(&Ask::new(Operation::Consent).name("name", connection).body(asked))
    }

    /// What became of a consent.
    pub fn consent_end(&self, connection: &str, consent: &str) -> Result<ConsentEnd, CallError> {
        self.inner.ask(&Ask::new(Operation::ConsentEnd).name("name", connection).name("consent", consent))
    }

    pub fn connection_status(&self, connection: &str) -> Result<Report, CallError> {
        self.inner.ask(&Ask::new(Operation::ConnectionStatus).name("name", connection))
    }

    pub fn revoke(&self, connection: &str, asked: &RevokeAsked) -> Result<Revoked, CallError> {
        self.inner.ask(&Ask::new(Operation::Revoke).name("name", connection).body(asked))
    }

    pub fn invoke(&self, connection: &str, invocation: &Invocation) -> Result<Invoked, CallError> {
        self.inner.ask(&Ask::new(Operation::Invoke).name("name", connection).body(invocation))
    }

    /// A live webhook's body.
    pub fn webhook(&self, name: &str) -> Result<Webhook, CallError> {
        let live: Live<Webhook> = self.inner.ask(&Ask::new(Operation::Get(Kind::Webhook)).name("name", name))?;
        Ok(live.body)
    }

    /// Under a key an event counts once, however often it is sent.
    pub fn trigger(&self, webhook: &str, event: &Event, key: Option<&str>) -> Result<Delivery, CallError> {
        let ask = Ask::new(Operation::Trigger).name("name", webhook).body(event);
        self.inner.ask(&match key {
            Some(key) => ask.header(header::IDEMPOTENCY_KEY, key).repeatable(),
            None => ask,
        })
    }

    pub fn deliveries(&self, wanted: &DeliveriesWanted) -> Result<Vec<Delivery>, CallError> {
        let state = wanted.state.map(|state| state.word().to_owned());
        let filter = [("webhook", wanted.webhook.clone()), ("state", state)];
        self.list(Operation::Deliveries, &filter, wanted.limit)
    }

    pub fn delivery(&self, id: &str) -> Result<DeliveryDetail, CallError> {
        self.inner.ask(&Ask::new(Operation::Delivery).name("id", id))
    }

    pub fn redeliver(&self, id: &str) -> Result<Delivery, CallError> {
        self.inner.ask(&Ask::new(Operation::Redeliver).name("id", id))
    }

    /// Lines of the audit, the oldest first, and where it ends.
    pub fn audit(&self, wanted: AuditWanted) -> Result<AuditPage, CallError> {
        let part = |cursor: Option<String>, after: Option<u64>, left: usize| {
            self.inner.ask::<AuditPage>(
                &Ask::new(Operation::Audit).query("limit", Some(left.clamp(1, PART))).query("after", after).query("cursor", cursor),
            )
        };
        let mut page = part(None, Some(wanted.after), wanted.limit)?;
        while let (Some(next), true) = (page.next.take(), page.items.len() < wanted.limit) {
            let more = part(Some(next), None, wanted.limit - page.items.len())?;
            page.items.extend(more.items);
            page.next = more.next;
        }
        page.items.truncate(wanted.limit);
        Ok(page)
    }

    pub fn verify_audit(&self) -> Result<AuditVerdict, CallError> {
        self.inner.ask(&Ask::new(Operation::VerifyAudit))
    }

    pub fn users(&self) -> Result<Vec<User>, CallError> {
        self.inner.ask::<Users>(&Ask::new(Operation::Users)).map(|users| users.items)
    }

    pub fn put_user(&self, user: &str, written: &UserWritten) -> Result<User, CallError> {
        self.inner.ask(&Ask::new(Operation::PutUser).name("user", user).body(written).repeatable())
    }

    pub fn delete_user(&self, user: &str) -> Result<(), CallError> {
        self.inner.tell(&Ask::new(Operation::DeleteUser).name("user", user))
    }

    pub fn tokens(&self, user: &str) -> Result<Vec<Token>, CallError> {
        self.inner.ask::<Tokens>(&Ask::new(Operation::Tokens).name("user", user)).map(|tokens| tokens.items)
    }

    pub fn new_token(&self, user: &str, wanted: &NewToken) -> Result<TokenMade, CallError> {
        self.inner.ask(&Ask::new(Operation::NewToken).name("user", user).body(wanted))
    }

    pub fn rotate_token(&self, user: &str, id: &str) -> Result<TokenMade, CallError> {
        self.inner.ask(&Ask::new(Operation::RotateToken).name("user", user).name("id", id))
    }

    pub fn revoke_token(&self, user: &str, id: &str) -> Result<(), CallError> {
        self.inner.tell(&Ask::new(Operation::RevokeToken).name("user", user).name("id", id))
    }

    pub fn applications(&self) -> Result<Vec<Application>, CallError> {
        self.inner.ask::<Applications>(&Ask::new(Operation::Applications)).map(|applications| applications.items)
    }

    pub fn put_application(&self, name: &str, written: &ApplicationWritten) -> Result<Application, CallError> {
        self.inner.ask(&Ask::new(Operation::PutApplication).name("application", name).body(written).repeatable())
    }

    pub fn delete_application(&self, name: &str) -> Result<(), CallError> {
        self.inner.tell(&Ask::new(Operation::DeleteApplication).name("application", name))
    }

    /// The text of a live function's script.
    pub fn script(&self, function: &Address) -> Result<String, CallError> {
        debug_assert_eq!(function.kind, Kind::Function);
        let script: crate::wire::Script = self.inner.ask(&Ask::new(Operation::Script).name("name", function.name.to_string()))?;
        Ok(script.script)
    }

    /// Every part of a list, up to a number of items.
    fn list<T: DeserializeOwned>(
        &self,
        operation: Operation,
        filter: &[(&str, Option<String>)],
        limit: usize,
    ) -> Result<Vec<T>, CallError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut ask = Ask::new(operation).query("limit", Some((limit - items.len()).clamp(1, PART))).query("cursor", cursor.take());
            for (name, value) in filter {
                ask = ask.query(name, value.as_ref());
            }
            let page: Page<T> = self.inner.ask(&ask)?;
            items.extend(page.items);
            match page.next {
                Some(next) if items.len() < limit => cursor = Some(next),
                Some(_) | None => break,
            }
        }
        items.truncate(limit);
        Ok(items)
    }
}
