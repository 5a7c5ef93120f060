//! Plain scalars → values, by the core schema of YAML 1.2.2 section 10.3.2.

/// What a plain scalar is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    Float(f64),
    /// `.inf`, `.nan` and what is too large to be a number: YAML has them, JSON does not.
    NotFinite,
    Text,
}

/// Reads a plain scalar. `no`, `on`, `1_000` and `0b1` are text; `010` is ten.
pub(super) fn plain(text: &str) -> Plain {
    // Nearly all scalars are text, and nearly all text starts with a letter that nothing else starts with.
    match text.as_bytes().first() {
        None => Plain::Null,
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F') => word(text),
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => number(text),
        Some(_) => Plain::Text,
    }
}

fn word(text: &str) -> Plain {
    match text {
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        _ => Plain::Text,
    }
}

fn number(text: &str) -> Plain {
    if let Some(digits) = text.strip_prefix("0o") {
        return integer(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return integer(digits, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Plain::NotFinite;
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return decimal(text);
    }
    if is_float(unsigned) { float(text) } else { Plain::Text }
}

fn integer(digits: &str, radix: u32) -> Plain {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Plain::Text;
    }
    match (i64::from_str_radix(digits, radix), u64::from_str_radix(digits, radix)) {
        (Ok(value), _) => Plain::Integer(value),
        (_, Ok(value)) => Plain::Unsigned(value),
        _ => Plain::NotFinite,
    }
}

fn decimal(text: &str) -> Plain {
    match (text.parse(), text.parse()) {
        (Ok(value), _) => Plain::Integer(value),
        (_, Ok(value)) => Plain::Unsigned(value),
        _ => float(text),
    }
}

fn float(text: &str) -> Plain {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Plain::Float(value),
        Ok(_) => Plain::NotFinite,
        Err(_) => Plain::Text,
    }
}

/// `(\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_holds = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_holds = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_holds && exponent_holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_and_nothing_of_yaml_1_1() {
        for (text, value) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("Null", Plain::Null),
            ("True", Plain::Bool(true)),
            ("010", Plain::Integer(10)),
            ("+12", Plain::Integer(12)),
            ("0o17", Plain::Integer(15)),
            ("0xFF", Plain::Integer(255)),
            ("18446744073709551615", Plain::Unsigned(u64::MAX)),
            ("-1.5e3", Plain::Float(-1500.0)),
            ("1.", Plain::Float(1.0)),
            (".5", Plain::Float(0.5)),
            ("-.INF", Plain::NotFinite),
            (".nan", Plain::NotFinite),
            ("1e999", Plain::NotFinite),
        ] {
            assert_eq!(plain(text), value, "{text}");
        }
        for text in ["no", "yes", "on", "nULL", "1_000", "0b1", "0o8", "1:30", "2026-11-24", "1.2.3", ".", "-", "+", "e5", "0x", "-0x1"] {
            assert_eq!(plain(text), Plain::Text, "{text}");
        }
    }
}
