//! The words for mistakes in a script.

use super::script::SyntaxError;
use super::token::{Extent, Mark};

fn error(at: Extent, message: impl Into<String>) -> SyntaxError {
    SyntaxError { span: at.range(), message: message.into(), help: None }
}

impl SyntaxError {
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

pub(super) fn too_large() -> SyntaxError {
    error(Extent::new(0, 0), "the script is larger than Bowline reads")
}

pub(super) fn nested_too_deep(at: Extent, most: usize) -> SyntaxError {
    error(at, format!("nested deeper than {most} levels")).help("move the inner part into a function or a variable of its own")
}

pub(super) fn open_comment(at: Extent) -> SyntaxError {
    error(at, "the comment `/*` is not closed").help("close it with `*/`")
}

pub(super) fn open_text(at: Extent, quote: u8) -> SyntaxError {
    let quote = char::from(quote);
    error(at, "the text is not closed").help(format!("close it with `{quote}`; a quote inside a text is written `\\{quote}`"))
}

pub(super) fn foreign_characters(at: Extent, characters: &str) -> SyntaxError {
    let found = error(at, format!("{} is not Deluge", shown(characters)));
    match characters {
        "&" => found.help("did you mean `&&`?"),
        "|" => found.help("did you mean `||`?"),
        "?" => found.help("a choice is written `if(condition, then, otherwise)`"),
        "`" => found.help("texts are quoted with `\"`"),
        "#" => found.help("comments begin with `//`"),
        "\u{201c}" | "\u{201d}" | "\u{201e}" => found.help("these are typographic quotes: write `\"`"),
        "\u{2018}" | "\u{2019}" => found.help("this is a typographic quote: write `'` or `\"`"),
        "\u{a0}" | "\u{200b}" => found.help("it came with copied text: write a plain space instead"),
        letters if letters.chars().all(char::is_alphabetic) => found.help("names hold the letters a to z, digits and `_`"),
        _ => found,
    }
}

/// Characters as a person can see them: what has no shape of its own is named by its number.
fn shown(characters: &str) -> String {
    let first = characters.chars().next().map_or(0, |one| one as u32);
    let begin: String = characters.chars().take(12).collect();
    match (begin.chars().all(has_a_shape), characters.chars().count()) {
        (true, 0..=12) => format!("`{begin}`"),
        (true, _) => format!("`{begin}…`"),
        (false, 1) => format!("the character U+{first:04X}"),
        (false, _) => format!("text that begins with the character U+{first:04X}"),
    }
}

/// Neither blank, nor a control, nor one that turns the direction of what follows, nor the mark that we quote with.
fn has_a_shape(character: char) -> bool {
    let unseen = matches!(character as u32, 0x60 | 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xffff);
    !unseen && !character.is_control() && !character.is_whitespace()
}

pub(super) fn expected(at: Extent, wanted: &str, found: &str) -> SyntaxError {
    error(at, format!("expected {wanted}, found {found}"))
}

pub(super) fn missing_semicolon(at: Extent) -> SyntaxError {
    error(at, "the statement does not end with `;`").help("write `;` here")
}

pub(super) fn missing_semicolon_after_task(at: Extent, task: &str) -> SyntaxError {
    error(at, format!("the `{task}` block does not end with `];`")).help("write `;` here")
}

/// `open` is the bracket itself.
pub(super) fn unclosed(at: Extent, open: Mark) -> SyntaxError {
    error(at, format!("this `{}` is not closed", open.text()))
}

pub(super) fn closes_nothing(at: Extent, mark: Mark) -> SyntaxError {
    error(at, format!("this `{}` closes nothing", mark.text())).help("remove it, or open what it should close")
}

pub(super) fn else_without_if(at: Extent) -> SyntaxError {
    error(at, "this `else` has no `if` before it")
        .help("`else` follows the `}` of an `if` at once; only the last one stands without a condition")
}

pub(super) fn catch_without_try(at: Extent) -> SyntaxError {
    error(at, "this `catch` has no `try` before it")
}

pub(super) fn try_without_catch(at: Extent) -> SyntaxError {
    error(at, "this `try` has no `catch`").help("write `catch (e) { … }` after its block")
}

pub(super) fn unknown_statement(at: Extent, word: &str, help: &str) -> SyntaxError {
    error(at, format!("Deluge has no `{word}`")).help(help)
}

pub(super) fn body_without_braces(at: Extent, word: &str) -> SyntaxError {
    error(at, format!("the body of `{word}` does not stand in braces")).help("write `{ … }` around it, also where it is one statement")
}

pub(super) fn lone_block(at: Extent) -> SyntaxError {
    error(at, "this `{` belongs to no statement").help("a block follows `if`, `else`, `for each`, `try`, `catch` or a signature")
}

pub(super) fn for_without_each(at: Extent) -> SyntaxError {
    error(at, "`for` is not followed by `each`").help("Deluge loops over lists: `for each item in items { … }`")
}

pub(super) fn not_assignable(at: Extent) -> SyntaxError {
    error(at, "a value cannot be assigned to this").help("left of `=` stands a variable, a member or an entry of a list")
}

pub(super) fn assignment_in_expression(at: Extent) -> SyntaxError {
    error(at, "a value is assigned where one is read").help("to compare, write `==`")
}

pub(super) fn declared_type(at: Extent, of: &str) -> SyntaxError {
    error(at, format!("`{of}` stands before a variable")).help("variables have no declared type: leave it out")
}

pub(super) fn step_operator(at: Extent, sign: &str) -> SyntaxError {
    error(at, format!("Deluge has no `{sign}{sign}`")).help(format!("write `x = x {sign} 1;`"))
}

pub(super) fn entry_without_value(at: Extent, key: &str) -> SyntaxError {
    error(at, format!("`{key}` has no value"))
}

pub(super) fn comma_between_entries(at: Extent) -> SyntaxError {
    error(at, "a comma stands between the entries of a task").help("entries are separated by line breaks or spaces alone: remove it")
}

pub(super) fn several_values(at: Extent, key: &str) -> SyntaxError {
    error(at, format!("`{key}` takes one value"))
}

pub(super) fn mixed_map(at: Extent) -> SyntaxError {
    error(at, "an entry with a key and one without stand in the same braces")
        .help("a map is `{\"key\": value}`, a list is `{value, value}`")
}
