//! The steps of a grant's life by the library alone: no broker, no store. Whatever is bound and spent by those is not here.

use super::browser::{self, Person};
use super::party::Party;
use super::server::{MachineRandom, Peer, sent, upstream};
use bowline::clock::Clock;
use bowline::oauth::{
    Asked, Body, Call, Callback, Credential, FlowError, Outside, Pending, Provider, RefreshError, RevokeOutcome, TokenSet, attach, begin,
    client_credentials, redeem, refresh, revoke,
};
use bowline::resource::{Name, Scope};
use http::{HeaderMap, Method};
use std::collections::BTreeSet;
use url::Url;

/// One client of one peer.
pub(super) struct Flows<'a> {
    pub(super) peer: &'a Peer,
    pub(super) provider: Provider,
}

pub(super) fn scopes(words: &[&str]) -> BTreeSet<Scope> {
    words.iter().map(|word| Scope((*word).to_owned())).collect()
}

pub(super) fn redirect_uri() -> Url {
    // Nobody listens: the browser stops before it.
    Url::parse("http://127.0.0.1:9/callback/peer").expect("a URL")
}

impl Flows<'_> {
    pub(super) fn new(peer: &Peer, party: Party) -> Flows<'_> {
        Flows { peer, provider: party.provider(peer, "authorization_code") }
    }

    pub(super) fn begin(&self, wanted: &[&str]) -> (Url, Pending) {
        let name = Name::new("peer");
        let asked =
            Asked { scopes: scopes(wanted), redirect_uri: redirect_uri(), user: "ada".to_owned(), connection: name.clone(), service: name };
        begin(&self.provider, asked, &MachineRandom, self.peer.clock.now()).expect("a link")
    }

    pub(super) fn redeem(&self, pending: &Pending, arrived: &Url) -> Result<TokenSet, FlowError> {
        let callback = Callback::arrived(arrived, "ada")?;
        self.over(|outside| redeem(&self.provider, pending.clone(), &callback, outside))
    }

    /// From the link to the tokens.
    pub(super) fn connect(&self, wanted: &[&str], person: Person) -> Result<TokenSet, FlowError> {
        let (link, pending) = self.begin(wanted);
        self.redeem(&pending, &browser::consent(&link, &redirect_uri(), person))
    }

    pub(super) fn client_credentials(&self, wanted: &[&str]) -> Result<TokenSet, FlowError> {
        self.over(|outside| client_credentials(&self.provider, &scopes(wanted), outside))
    }

    pub(super) fn refresh(&self, tokens: &TokenSet) -> Result<TokenSet, RefreshError> {
        self.over(|outside| refresh(&self.provider, tokens, outside))
    }

    pub(super) fn revoke(&self, tokens: &TokenSet) -> RevokeOutcome {
        self.over(|outside| revoke(&self.provider, tokens, outside))
    }

    /// Calls the API, which asks the peer what the token is worth.
    pub(super) fn call(&self, tokens: &TokenSet, method: Method) -> u16 {
        let url = self.peer.api.join("/things").expect("a URL");
        let mut call = Call { method, url, headers: HeaderMap::new(), body: Body::Empty };
        let credential = Credential::token(tokens.access.clone(), self.provider.place.clone());
        attach(&credential, &mut call, &MachineRandom, self.peer.clock.now()).expect("there is room for it");
        sent(call.into_request().expect("a request")).status().as_u16()
    }

    fn over<T>(&self, step: impl FnOnce(&Outside) -> T) -> T {
        let send = |request| upstream().send_token_call(request);
        step(&Outside { now: self.peer.clock.now(), random: &MachineRandom, send: &send })
    }
}
