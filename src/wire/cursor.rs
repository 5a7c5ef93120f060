//! Where a list goes on: opaque to clients, and only good for the list that gave it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The last thing that was shown, of which list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The operation's id.
    pub list: String,
    pub after: String,
}

impl Cursor {
    pub fn new(list: &str, after: impl Into<String>) -> Self {
        Cursor { list: list.to_owned(), after: after.into() }
    }

    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("1 {} {}", self.list, self.after))
    }

    /// Reads a cursor of this list; `None` where it is none, or another list's.
    pub fn parse(list: &str, text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let after = text.strip_prefix("1 ")?.strip_prefix(list)?.strip_prefix(' ')?;
        Some(Cursor::new(list, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_for_its_own_list_only() {
        let text = Cursor::new("listConnections", "crm_read").to_text();
        assert_eq!(Cursor::parse("listConnections", &text).map(|cursor| cursor.after), Some("crm_read".to_owned()));
        assert_eq!(Cursor::parse("listWebhooks", &text), None);
        assert_eq!(Cursor::parse("listConnections", "crm_read"), None);
        assert_eq!(Cursor::parse("listConnections", ""), None);
    }
}
