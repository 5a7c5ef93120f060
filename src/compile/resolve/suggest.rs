//! Did-you-mean, within a budget: comparing every misspelt name of a hostile file with every known one would never end.

use crate::diag::nearest;
use std::cell::Cell;

/// How many pairs of names one run compares.
const PAIRS: usize = 200_000;

/// The longest words that are compared, in bytes.
const LONGEST: usize = 200;

/// Finds near names until the budget is spent; then it stays silent. The same input spends it in the same order.
#[derive(Debug)]
pub(super) struct Suggest {
    left: Cell<usize>,
}

impl Default for Suggest {
    fn default() -> Self {
        Suggest { left: Cell::new(PAIRS) }
    }
}

impl Suggest {
    pub(super) fn near<'k>(&self, word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
        // Comparing takes the product of the two lengths, and no name is this long.
        if word.len() > LONGEST {
            return None;
        }
        let known = known.into_iter().filter(|known| comparable(word, known));
        nearest(word, known.take_while(|_| self.spend())).map(str::to_owned)
    }

    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

/// Whether two words can be near at all: what is near differs in at most three letters, and so in length.
fn comparable(word: &str, known: &str) -> bool {
    let most = if word.is_ascii() && known.is_ascii() { 3 } else { 12 };
    known.len() <= LONGEST && known.len().abs_diff(word.len()) <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_until_the_budget_is_spent() {
        let suggest = Suggest::default();
        assert_eq!(suggest.near("slak", ["zoho-crm", "slack"]), Some("slack".to_owned()));
        suggest.left.set(0);
        assert_eq!(suggest.near("slak", ["zoho-crm", "slack"]), None);
    }
}
