//! What is live, as far as somebody may know it.

use super::Admitted;
use crate::broker::{BrokerError, Report};
use crate::resource::access::{ObjectFacts, Reach, Right, Role, reach};
use crate::resource::{Address, ConnectionState, Graph, Kind, Link, Live, Name, Observed, Project, Resource, Status, Traces};
use crate::store::AuditLine;
use crate::store::{AuditHead, StoredUser};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// Which connections a list is to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whose {
    /// All that whoever asks may see.
    #[default]
    All,
    /// Those that whoever asks made, and those of the organisation: made by an administrator, or before makers were noted,
    /// and not to be authorized by each user.
    Mine,
    /// Other people's that run with the credentials of each login user: whoever asks authorizes a copy.
    Shared,
}

/// Whose names count as the organisation's.
struct Makers {
    others: BTreeSet<String>,
}

impl Makers {
    fn of(users: Vec<StoredUser>) -> Self {
        let others = users.into_iter().filter(|user| user.role != Role::Administrator).map(|user| user.name);
        Makers { others: others.collect() }
    }

    fn is_of_organisation(&self, maker: Option<&str>) -> bool {
        maker.is_none_or(|maker| !self.others.contains(maker))
    }
}

impl Admitted<'_> {
    /// Everything at once, for a planner.
    pub fn observe(&self) -> Result<Observed, BrokerError> {
        self.ask(Right::Plan)?;
        let mut observed = self.broker.observe()?;
        observed.objects.retain(|_, live| self.may(Right::Plan, Some(&facts_of(live))).is_ok());
        Ok(observed)
    }

    /// What is live of one kind, or of all, by address.
    pub fn objects(&self, kind: Option<Kind>) -> Result<BTreeMap<Address, Live>, BrokerError> {
        self.ask(Right::See)?;
        let mut objects = self.broker.observe()?.objects;
        objects.retain(|address, live| kind.is_none_or(|kind| address.kind == kind) && self.sees(live));
        objects.values_mut().for_each(|live| self.trim(live));
        Ok(objects)
    }

    pub fn object(&self, address: &Address) -> Result<Live, BrokerError> {
        self.ask_of(Right::See, address, None)?;
        let mut live = self.broker.live(address)?.ok_or_else(|| super::not_there(address))?;
        self.trim(&mut live);
        Ok(live)
    }

    /// The text of a function's script.
    pub fn script(&self, address: &Address) -> Result<String, BrokerError> {
        self.ask_of(Right::See, address, None)?;
        let script = self.broker.store.read()?.script(address)?;
        script.ok_or_else(|| super::not_there(address))
    }

    /// An object with its neighbours, for templates.
    pub fn around(&self, address: &Address) -> Result<Project, BrokerError> {
        self.ask_of(Right::See, address, None)?;
        let mut project = self.broker.around(address)?.ok_or_else(|| super::not_there(address))?;
        let mut seen = BTreeSet::from([address.clone()]);
        for near in project.resources.keys() {
            // What it is of is known from its own body.
            let is_seen = |facts: super::Facts| self.may(Right::See, Some(&facts.about(None))).is_ok();
            if near.kind == Kind::Service || self.facts(near)?.is_some_and(is_seen) {
                seen.insert(near.clone());
            }
        }
        project.resources.retain(|near, _| seen.contains(near));
        project.graph = Graph::of(project.resources.iter().map(|(address, resource)| (address, resource.as_ref())));
        Ok(project)
    }

    /// Who refers to an object, and why: those that whoever asks may see.
    pub fn dependents(&self, address: &Address) -> Result<BTreeSet<(Address, Link)>, BrokerError> {
        self.ask_of(Right::See, address, None)?;
        let mut dependents = self.broker.dependents(address)?;
        let mut seen = BTreeSet::new();
        for (dependent, _) in &dependents {
            if self.facts(dependent)?.is_some_and(|facts| self.may(Right::See, Some(&facts.about(None))).is_ok()) {
                seen.insert(dependent.clone());
            }
        }
        dependents.retain(|(dependent, _)| seen.contains(dependent));
        Ok(dependents)
    }

    /// How connections stand, by address.
    pub fn status(&self, whose: Whose) -> Result<Vec<Report>, BrokerError> {
        self.ask(Right::See)?;
        let makers = match whose {
            Whose::All | Whose::Shared => Makers { others: BTreeSet::new() },
            Whose::Mine => Makers::of(self.broker.users()?),
        };
        let mut reports = self.broker.status()?;
        reports.retain(|report| self.may(Right::See, Some(&facts_of_report(report))).is_ok() && self.is(whose, report, &makers));
        reports.iter_mut().for_each(|report| self.trim_report(report));
        Ok(reports)
    }

    /// How one connection stands.
    pub fn status_of(&self, name: &Name) -> Result<Report, BrokerError> {
        let address = Address { kind: Kind::Connection, name: name.clone() };
        self.ask_of(Right::See, &address, None)?;
        let mut report = self.broker.status_of(name)?.ok_or_else(|| super::not_there(&address))?;
        self.trim_report(&mut report);
        Ok(report)
    }

    /// When a plan was applied; `None` where it was not.
    pub fn spent(&self, plan_id: &str) -> Result<Option<SystemTime>, BrokerError> {
        self.ask(Right::Plan)?;
        self.broker.spent(plan_id)
    }

    /// Who did what last to each object that is a project's, as far as that one knows. Of the audit that is what planning for
    /// the project takes, and no more.
    pub fn traces(&self, project: &str) -> Result<Traces, BrokerError> {
        let right = Right::Plan;
        self.ask(right)?;
        let facts = ObjectFacts { project: Some(project), ..ObjectFacts::default() };
        self.may(right, Some(&facts)).map_err(|denied| self.deny(right, None, denied))?;
        let mut traces = self.broker.traces(project)?;
        traces.retain(|_, trace| trace.ours);
        Ok(traces)
    }

    /// Lines of the audit after a sequence number, so many at most.
    pub fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditLine>, BrokerError> {
        self.ask(Right::Audit)?;
        self.broker.audit(after, limit)
    }

    /// Checks that no line of the audit was changed, moved or removed, and says where it ends.
    pub fn verify_audit(&self) -> Result<AuditHead, BrokerError> {
        self.ask(Right::Audit)?;
        self.broker.verify_audit()
    }

    fn sees(&self, live: &Live) -> bool {
        self.may(Right::See, Some(&facts_of(live))).is_ok()
    }

    /// A connection is a list's once: other people's that are shared are not of the organisation.
    fn is(&self, whose: Whose, report: &Report, makers: &Makers) -> bool {
        let made = report.maker.as_deref() == Some(&self.principal.name);
        let shared = report.use_login_user_credentials && !made;
        match whose {
            Whose::All => true,
            Whose::Shared => shared,
            Whose::Mine => made || (!shared && makers.is_of_organisation(report.maker.as_deref())),
        }
    }

    /// Whether other people's authorizations are none of their business.
    fn knows_itself_only(&self) -> bool {
        reach(self.principal.role, Right::See) != Reach::Everything
    }

    /// A user of connections sees how a connection stands for them.
    fn trim(&self, live: &mut Live) {
        if let Status::Connection(status) = &mut live.status
            && self.knows_itself_only()
        {
            status.users.retain(|one| one.user == self.principal.name);
            status.state = status.users.first().map_or(ConnectionState::NotConnected, |one| one.state);
        }
    }

    fn trim_report(&self, report: &mut Report) {
        if self.knows_itself_only() {
            report.users.retain(|one| one.user == self.principal.name);
            let own = report.users.first();
            (report.state, report.message) =
                own.map_or((ConnectionState::NotConnected, String::new()), |own| (own.state, own.message.clone()));
            report.since = own.map(|own| own.since);
            report.held = own.map(|own| own.held.clone()).unwrap_or_default();
            report.application = own.and_then(|own| own.application.clone());
            report.webhooks.clear();
        }
    }
}

fn facts_of(live: &Live) -> ObjectFacts<'_> {
    let shared = matches!(&*live.resource, Resource::Connection(connection) if connection.use_login_user_credentials);
    ObjectFacts { project: live.owner.as_deref(), shared, user: None }
}

fn facts_of_report(report: &Report) -> ObjectFacts<'_> {
    ObjectFacts { project: report.owner.as_deref(), shared: report.use_login_user_credentials, user: None }
}
