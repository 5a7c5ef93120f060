//! Takes a scalar's text apart: plain text, `${{ var.name }}`, and the escape `$${{`.

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    /// `$${{`, which stands for `${{`.
    Escaped,
    /// `${{ var.name }}`.
    Variable(&'t str),
    Broken(Fault<'t>),
}

/// Why an expression is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault<'t> {
    NotClosed,
    Empty,
    /// Something else than `var.` and a name.
    NotAVariable(&'t str),
}

/// The pieces of a text, in order. Every piece but [`Piece::Text`] holds one `${{`.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${{") {
        let escaped = rest[..at].ends_with('$');
        push_text(&mut pieces, &rest[..at - usize::from(escaped)]);
        rest = &rest[at + 3..];
        if escaped {
            pieces.push(Piece::Escaped);
            continue;
        }
        let Some(end) = rest.find("}}") else {
            pieces.push(Piece::Broken(Fault::NotClosed));
            return pieces;
        };
        pieces.push(expression(rest[..end].trim()));
        rest = &rest[end + 2..];
    }
    push_text(&mut pieces, rest);
    pieces
}

fn push_text<'t>(pieces: &mut Vec<Piece<'t>>, text: &'t str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

fn expression(inside: &str) -> Piece<'_> {
    if inside.is_empty() {
        return Piece::Broken(Fault::Empty);
    }
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    match inside.strip_prefix("var.").filter(is_name) {
        Some(name) => Piece::Variable(name),
        None => Piece::Broken(Fault::NotAVariable(inside)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_variables_and_escapes_come_apart() {
        assert_eq!(pieces("a.${{ var.dc }}/x"), [Piece::Text("a."), Piece::Variable("dc"), Piece::Text("/x")]);
        assert_eq!(pieces("${{var.dc}}"), [Piece::Variable("dc")]);
        assert_eq!(pieces("$${{ var.dc }}"), [Piece::Escaped, Piece::Text(" var.dc }}")]);
        assert_eq!(pieces("${alarm.device} $ {{"), [Piece::Text("${alarm.device} $ {{")]);
    }

    #[test]
    fn what_is_no_variable_is_a_fault() {
        assert_eq!(pieces("${{ }}"), [Piece::Broken(Fault::Empty)]);
        assert_eq!(pieces("${{ var. }}"), [Piece::Broken(Fault::NotAVariable("var."))]);
        assert_eq!(pieces("${{ env.HOME }}"), [Piece::Broken(Fault::NotAVariable("env.HOME"))]);
        assert_eq!(pieces("x${{ var.dc }"), [Piece::Text("x"), Piece::Broken(Fault::NotClosed)]);
    }
}
