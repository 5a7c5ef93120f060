//! Against a real server.

#[path = "../../../tests/support/postgres.rs"]
pub(crate) mod server;

use super::*;
use crate::store::conformance;
use server::Server;

fn open(url: &str) -> PostgresStore {
    match url.parse() {
        Ok(crate::store::StoreUrl::Postgres(address)) => PostgresStore::open(&address).expect("the server runs"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_keeps_the_port_s_promises() {
    let Some(server) = Server::shared() else { return };
    conformance::run(&|| Box::new(open(&server.database())));
}
