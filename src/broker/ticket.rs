//! Tickets: something that is handed out and has to come back as it was, to whichever process. Sealed with the master key,
//! so that nothing is kept and nobody can make one; for how long one is good stands in it.

use super::Broker;
use crate::vault::{self, Owner, Sealed};
use zeroize::Zeroizing;

impl Broker {
    /// Seals a ticket. One that is made for one thing does not open for another.
    pub fn seal_ticket(&self, what: &str, bytes: &[u8]) -> Vec<u8> {
        vault::seal_private(&self.keyring, &owner(what), bytes).0
    }

    /// Opens a ticket; `None` where it is none of ours, or was made for something else.
    pub fn open_ticket(&self, what: &str, sealed: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        vault::open_private(&self.keyring, &owner(what), &Sealed(sealed)).ok()
    }
}

fn owner(what: &str) -> Owner {
    Owner { kind: "tickets".to_owned(), name: what.to_owned(), field: String::new() }
}
