//! Uses of credentials: written for many at once where a database can, and each of them durable and in the chain.

use super::grants::stored_grant;
use super::{Fresh, entry, furnish, noon, write};
use crate::resource::Name;
use crate::store::{AuditEntry, AuditHead, Store, StoredGrant, Use, verify};
use std::time::Duration;

pub(super) fn run(fresh: Fresh<'_>) {
    a_use_moves_the_time_and_nothing_else(&*fresh());
    uses_at_once_are_each_written_once(&*fresh());
}

fn used(connection: &str, user: &str, seconds: u64) -> Use {
    let entry = AuditEntry { at: noon() + Duration::from_secs(seconds), ..entry("invoke") };
    Use { connection: Name::new(connection), user: user.to_owned(), entry }
}

fn a_use_moves_the_time_and_nothing_else(store: &dyn Store) {
    furnish(store);
    write(store, |tx| tx.put_grant(&stored_grant("zoe")).expect("a new grant"));
    for one in [used("crm", "zoe", 5), used("crm", "zoe", 5), used("crm", "", 6)] {
        store.note_use(one).expect("the connection is there");
    }
    assert!(store.note_use(used("gone", "", 7)).is_err());
    let read = store.read().expect("the store can be read");
    let (crm, at) = (Name::new("crm"), |seconds| Some(noon() + Duration::from_secs(seconds)));
    let zoe_s = StoredGrant { last_used: at(5), ..stored_grant("zoe") };
    let owner_s = StoredGrant { last_used: at(6), ..StoredGrant::new(&crm, "") };
    assert_eq!(read.grants().expect("readable"), [owner_s, zoe_s]);
    let lines = read.audit(0, 100).expect("readable");
    let expected = [used("crm", "zoe", 5), used("crm", "zoe", 5), used("crm", "", 6)].map(|one| one.entry);
    assert_eq!(lines.iter().map(|line| line.entry.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
}

/// What fails is said to whom it concerns, and whoever was told that it is done reads it.
fn uses_at_once_are_each_written_once(store: &dyn Store) {
    furnish(store);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..20 {
                    let is_there = (thread + round) % 4 != 0;
                    let one = used(if is_there { "crm" } else { "gone" }, &format!("u{thread}"), round);
                    assert_eq!(store.note_use(one.clone()).is_ok(), is_there);
                    if is_there {
                        let grant = store.read().expect("readable").grant(&one.connection, &one.user).expect("readable");
                        assert_eq!(grant.and_then(|grant| grant.last_used), Some(one.entry.at));
                    }
                    if thread == 0 {
                        write(store, |tx| tx.append_audit(&entry("put")).expect("a new line"));
                    }
                }
            });
        }
    });
    let read = store.read().expect("the store can be read");
    let lines = read.audit(0, 1000).expect("readable");
    assert_eq!(lines.len(), 8 * 15 + 20);
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
}
