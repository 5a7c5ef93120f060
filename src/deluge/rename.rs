//! Another name for a connection, everything else byte for byte as it was.

use super::literal::escaped;
use super::script::Script;

/// The script with every use of the connection `from` renamed to `to`. A bare name that `to` cannot be gets quotes.
pub fn rename_connection(script: &str, from: &str, to: &str) -> String {
    let read = Script::read(script);
    let mut spans: Vec<_> = read.connections().iter().filter(|used| used.name == from).map(|used| used.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    spans.dedup();
    let mut written = String::with_capacity(script.len() + spans.len() * to.len());
    let mut copied = 0;
    for span in spans {
        written.push_str(&script[copied..span.start]);
        written.push_str(&replacement(script, span.start, to));
        copied = span.end;
    }
    written.push_str(&script[copied..]);
    written
}

/// `to` as it has to be written at a place: between the quotes that stand there, or bare.
fn replacement(script: &str, at: usize, to: &str) -> String {
    match script[..at].chars().next_back() {
        Some(quote @ ('"' | '\'')) => escaped(to, quote),
        Some(_) | None if is_word(to) => to.to_owned(),
        Some(_) | None => super::literal(to),
    }
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_change() {
        let script = "// crm_read\r\nc = 'crm_read';\r\nx = invokeurl [ url : \"https://crm_read/\" connection : c ];\r\n\
                      y = invokeurl [ url : u connection :crm_read ];\r\nz = \"crm_read\";";
        let renamed = rename_connection(script, "crm_read", "crm-reader");
        assert_eq!(
            renamed,
            "// crm_read\r\nc = 'crm-reader';\r\nx = invokeurl [ url : \"https://crm_read/\" connection : c ];\r\n\
             y = invokeurl [ url : u connection :\"crm-reader\" ];\r\nz = \"crm_read\";"
        );
        assert_eq!(rename_connection(script, "other", "x"), script);
    }
}
