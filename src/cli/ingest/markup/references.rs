//! Resolves character references: `&eacute;`, `&#233;`.

use html5ever::data::NAMED_ENTITIES;

/// The text with its character references resolved. One without a semicolon stays: it may be part of an address.
pub(in crate::cli::ingest) fn with_references_read(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(34).position(|byte| byte == b';').map(|end| end + 1);
        let read = end.and_then(|end| Some((end, reference(&rest[1..end - 1])?)));
        match read {
            Some((end, sign)) => {
                out.push_str(&sign);
                rest = &rest[end..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text of a character reference, given without `&` and `;`: a name of the HTML standard, or a number. Empty for
/// invisible characters, such as soft hyphens and direction marks.
fn reference(name: &str) -> Option<String> {
    if let Some(digits) = name.strip_prefix('#') {
        let number = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        let sign = character(number.ok().filter(|_| !digits.starts_with('+'))?)?;
        return Some(if is_unseen(sign) { String::new() } else { sign.to_string() });
    }
    // The table also holds prefixes of names, with nothing for them.
    let (first, second) = *NAMED_ENTITIES.get(format!("{name};").as_str()).filter(|signs| signs.0 != 0)?;
    let signs = [first, second].into_iter().filter(|&sign| sign != 0).filter_map(char::from_u32);
    Some(signs.filter(|&sign| !is_unseen(sign)).collect())
}

/// The character of a number. 128 to 159 are read as windows-1252, as browsers do.
fn character(number: u32) -> Option<char> {
    let sign = match number {
        0x80..=0x9f => {
            let byte = [u8::try_from(number).ok()?];
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0.chars().next()?
        }
        _ => char::from_u32(number)?,
    };
    (!sign.is_control() || sign.is_whitespace()).then_some(sign)
}

fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read() {
        for (name, sign) in [
            ("eacute", Some("é")),
            ("Ccaron", Some("Č")),
            ("CounterClockwiseContourIntegral", Some("∳")),
            ("fjlig", Some("fj")),
            ("eacut", None),
            ("shy", Some("")),
            ("zwj", Some("\u{200d}")),
            ("#233", Some("é")),
            ("#x2019", Some("’")),
            ("#146", Some("’")),
            ("#0", None),
            ("#+5", None),
            ("#xd800", None),
            ("co", None),
            ("", None),
        ] {
            assert_eq!(reference(name).as_deref(), sign, "{name}");
        }
    }
}
