//! Literal and folded blocks: their content byte for byte, at another depth.

use super::sheet::Block;
use std::borrow::Cow;

/// Reads a block from its header (from `|` or `>` to the end of the line) and the lines below it. `parent` is the column
/// from which an indentation that the header names is counted.
pub(super) fn read<'t>(
    head: &'t str,
    is_folded: bool,
    comment: Option<&'t str>,
    content: &'t str,
    parent: usize,
    value: Cow<'t, str>,
) -> Block<'t> {
    let indicators = head.get(1..).unwrap_or("").split([' ', '\t']).next().unwrap_or("");
    let chomp = indicators.chars().find(|character| matches!(character, '-' | '+'));
    let digit = indicators.chars().find_map(|character| character.to_digit(10));
    let lines: Vec<&str> = content.split('\n').collect();
    let indent = match digit {
        Some(digit) => parent + digit as usize,
        None => lines.iter().find(|line| !is_blank(line)).map_or(usize::MAX, |line| line.len() - line.trim_start_matches(' ').len()),
    };
    let mut lines: Vec<&str> = lines.into_iter().map(|line| dedent(line, indent)).collect();
    // What follows the last line break is the indentation of whatever comes next, unless the file ends there.
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    if chomp != Some('+') {
        let kept = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
        lines.truncate(kept);
    }
    let mut head = String::from(if is_folded { ">" } else { "|" });
    head.extend(chomp);
    Block { head, comment, lines, value }
}

/// Whether the first line would be read as indented deeper than it is, so that the header has to say how deep.
pub(super) fn needs_digit(block: &Block<'_>) -> bool {
    block.lines.iter().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(' '))
}

/// Whether empty lines below it are part of it.
pub(super) fn keeps_blanks(block: &Block<'_>) -> bool {
    block.head.ends_with('+')
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| byte == b' ')
}

fn dedent(line: &str, indent: usize) -> &str {
    let own = line.len() - line.trim_start_matches(' ').len();
    &line[own.min(indent)..]
}
