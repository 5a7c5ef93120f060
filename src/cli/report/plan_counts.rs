//! A plan's counts as GitLab's plan report (`artifacts:reports:terraform`), which shows them beside a merge request.

use crate::plan::Summary;
use serde_json::{Value, json};

/// A replacement is a deletion and a creation, as the widget's other makers count it; reconnecting and renaming change what
/// is there.
pub(crate) fn gitlab(summary: &Summary) -> Value {
    json!({
        "create": summary.create + summary.replace,
        "update": summary.update + summary.reconnect + summary.moved,
        "delete": summary.delete + summary.replace,
    })
}
