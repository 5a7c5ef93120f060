//! The scripts that name a moved connection, with the new name.

use super::places::Remark;
use super::rewrite::Rewritten;
use crate::deluge::{self, Doubt, DoubtKind};
use crate::text::Source;

/// A script after the move, where anything in it changes or is in doubt.
pub(super) struct Script {
    pub(super) rewritten: Option<Rewritten>,
    /// What may break.
    pub(super) doubts: Vec<Remark>,
    /// What is worth a look.
    pub(super) remarks: Vec<Remark>,
}

pub(super) fn script(path: &str, text: &str, from: &str, to: &str) -> Script {
    let renamed = deluge::rename(text, from, to);
    let source = Source::new(path, text);
    let remark = |doubt: &Doubt| Remark::new(&source, doubt.span.start, words(doubt.kind, from));
    let (doubts, remarks): (Vec<&Doubt>, Vec<&Doubt>) = renamed.doubts.iter().partition(|doubt| doubt.kind.matters());
    let (doubts, remarks) = (doubts.into_iter().map(remark).collect(), remarks.into_iter().map(remark).collect());
    let rewritten = (renamed.text != text).then(|| Rewritten {
        path: path.to_owned(),
        before: text.to_owned(),
        after: renamed.text,
        places: renamed.places.len(),
    });
    Script { rewritten, doubts, remarks }
}

fn words(kind: DoubtKind, from: &str) -> String {
    match kind {
        DoubtKind::Dynamic => format!("the connection is chosen when the script runs, and may be `{from}`: left as it is"),
        DoubtKind::ReadElsewhere => format!("a variable holds `{from}` for calls and for other things: all of them get the new name"),
        DoubtKind::Guess => format!("a call that Bowline does not know seems to name `{from}`: it gets the new name"),
        DoubtKind::SameText => format!("the text is `{from}`, but names no connection here: left as it is"),
    }
}
