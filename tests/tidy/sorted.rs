//! Lists that are searched by halves are in order: whatever looks into them would find nothing, and say nothing of it.

use super::texts;

/// Methods that look into a list by halves.
const BY_HALVES: [&str; 4] = [".binary_search(", ".binary_search_by(", ".binary_search_by_key(", ".partition_point("];

/// What an element of a list is compared by, as it stands in code: a number, or a text with the sign before it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'t> {
    Number(u64),
    Text(&'t str),
}

/// What stands between the brackets of the list `name`, a `const` or a `static`, if a file has it.
fn elements<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, from) =
        text.split_once(&format!("const {name}: ")).or_else(|| text.split_once(&format!("static {name}: ")))?;
    let from = from.split_once(" =")?.1.trim_start();
    let (list, _) = from.strip_prefix('&').unwrap_or(from).strip_prefix('[')?.split_once("];")?;
    Some(list)
}

/// The key of each element: the first text, character or number in it.
fn keys(list: &str) -> Vec<Key<'_>> {
    let (mut keys, mut rest, mut fresh, mut depth) = (Vec::new(), list, true, 0);
    while let Some(sign) = rest.chars().next() {
        let mut length = sign.len_utf8();
        match sign {
            '"' | '\'' => {
                let end = rest[1..].find(sign).map_or(rest.len() - 1, |end| end + 1);
                length = end + 1;
                if fresh {
                    keys.push(Key::Text(&rest[1..end]));
                }
                fresh = false;
            }
            '0'..='9' if fresh => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                length = end;
                keys.push(Key::Number(rest[..end].parse().unwrap()));
                fresh = false;
            }
            '/' if rest.starts_with("//") => length = rest.find('\n').unwrap_or(rest.len()),
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ => (),
        }
        rest = &rest[length..];
    }
    keys
}

#[test]
fn reads_lists_in_every_form() {
    let texts = |list| keys(elements(list, "LIST").unwrap_or_default());
    assert_eq!(texts("const LIST: [&str; 2] = [\"b\", // \"c\"\n \"a\"];"), [Key::Text("b"), Key::Text("a")]);
    assert_eq!(texts("static LIST: &[(&str, u8)] = &[(\"b\", 1), (\"a\", 2)];"), [Key::Text("b"), Key::Text("a")]);
    assert_eq!(texts("const LIST: [char; 2] = ['b', 'a'];"), [Key::Text("b"), Key::Text("a")]);
    assert_eq!(texts("const LIST: [&str; 2] =\n    [\"b\", \"a\"];"), [Key::Text("b"), Key::Text("a")]);
    assert_eq!(texts("const LIST: [u8; 2] = [20, 3];"), [Key::Number(20), Key::Number(3)]);
}

#[test]
fn lists_that_are_searched_by_halves_are_sorted() {
    let texts = texts();
    let mut lists = 0;
    let programs = || texts.iter().filter(|file| file.path.ends_with(".rs") && !file.path.starts_with("tests/tidy/"));
    for file in programs() {
        for (at, _) in BY_HALVES.iter().flat_map(|method| file.text.match_indices(method)) {
            let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let name = file.text[..at].rsplit(|c| !name(c)).next().unwrap_or_default();
            if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
                continue; // It is made while the program runs.
            }
            let own = elements(&file.text, name);
            let list = own.or_else(|| programs().find_map(|other| elements(&other.text, name)));
            if list.is_none() && file.text.contains(&format!("::{name};")) {
                continue; // It is of another crate.
            }
            let keys = keys(list.unwrap_or_default());
            assert!(keys.len() >= 2, "{}: {name} is searched by halves: write it as a list of literals", file.path);
            let wrong = keys.windows(2).find(|pair| pair[0] >= pair[1]);
            assert!(wrong.is_none(), "{}: sort {name}, or take a word out that is there twice: {wrong:?}", file.path);
            lists += 1;
        }
    }
    assert!(lists >= 5, "only {lists} lists are found: this test looks for them in the wrong way");
}
