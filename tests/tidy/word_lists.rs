//! Lists of English words are data: files of `extract/src/lexicon/en`, not lines of code.

use super::texts;

/// A list of words in code has at most this many: more than that are read better, and translated, as data.
const MOST_WORDS: usize = 12;

/// Where the lists are.
const LISTS: &str = "extract/src/lexicon/en/";

/// Whether code between two strings may be that between two words of a list: what stands behind one and before the next is
/// short, as in `"a" | "b"`, `"a".into(), "b".into()`, `("a", 1), ("b", 2)`, `"a" => true, "b" => true`, `w == "a" || w == "b"`.
fn joins(code: &str) -> bool {
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    !code.contains([';', '{', '}']) && words.clone().count() <= 1 && !code.contains(char::is_uppercase)
}

/// The longest run of words that nothing but short pieces of code part, and its first word.
fn longest_list(code: &str) -> (usize, &str) {
    let (mut longest, mut current) = ((0, ""), (0, ""));
    for (place, piece) in code.split('"').enumerate() {
        if place % 2 == 0 {
            if !joins(piece) {
                current = (0, "");
            }
            continue;
        }
        let blank = |c: char| c.is_whitespace() || (c == ',' && !piece.contains(' '));
        let words: Vec<&str> = piece.split(blank).filter(|word| !word.is_empty() && *word != "\\").collect();
        // Names of tags are written in capitals, and sentences are for people.
        let lower = |word: &str| word.chars().all(|c| c.is_lowercase() || "'’-.".contains(c));
        let capital =
            |word: &str| word.strip_prefix(char::is_uppercase).is_some_and(|rest| !rest.is_empty() && lower(rest));
        let listed = words.iter().all(|word| lower(word)) || (words.len() == 1 && capital(words[0]));
        if !listed {
            current = (0, "");
            continue;
        }
        current = (current.0 + words.len(), if current.0 == 0 { piece } else { current.1 });
        longest = longest.max(current);
    }
    longest
}

/// The code of a file without its tests at the end, its comments, and escapes, which end no string.
fn code_of(text: &str) -> String {
    let (code, _) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((text, ""));
    let code = code.replace("'\"'", "").replace("\\\\", "").replace("\\\"", "");
    let before = |line: &str| {
        let comment = line.match_indices("//").find(|(at, _)| line[..*at].matches('"').count().is_multiple_of(2));
        comment.map_or(line, |(at, _)| &line[..at]).to_owned()
    };
    code.lines().map(before).collect::<Vec<_>>().join("\n")
}

#[test]
fn finds_lists_in_every_form() {
    assert_eq!(longest_list(r#"matches!(word, "say" | "tell" | "add")"#), (3, "say"));
    assert_eq!(longest_list("const SAY: [&str; 2] = [\n    \"say\",\n    \"tell\",\n];"), (2, "say"));
    assert_eq!(longest_list("const SAY: &str = \"say tell \\\n    add\";"), (3, "say tell \\\n    add"));
    assert_eq!(longest_list(r#"[("say", "said"), ("tell", "told")]"#), (4, "say"));
    assert_eq!(longest_list(r#"vec!["say".into(), "tell".into()]"#).0, 2);
    assert_eq!(longest_list(r#"[("say", 1), ("tell", 2)]"#).0, 2);
    assert_eq!(longest_list(r#"match word { "say" => true, "tell" => true, _ => false }"#).0, 2);
    assert_eq!(longest_list(r#"word == "say" || word == "tell""#).0, 2);
    assert_eq!(longest_list(r#"["Say", "Tell"]"#).0, 2);
    assert_eq!(longest_list(r#"[b"say", b"tell"]"#).0, 2);
    assert_eq!(longest_list(r#""say,tell,add""#).0, 3);
    assert_eq!(longest_list(&code_of("[\"say\", // a verb\n\"tell\"]")).0, 2);
    assert_eq!(longest_list(r#"f("say"); f("tell")"#).0, 1);
}

#[test]
fn long_lists_of_words_are_data() {
    let (mut seen, mut long) = (0, Vec::new());
    for file in texts().iter().filter(|file| file.path.ends_with(".rs")) {
        let Some(room) = file.path.strip_prefix("extract/src/") else { continue };
        seen += 1;
        let code = code_of(&file.text);
        let own = |path: &str| !room.starts_with("lexicon/") && !path.contains("models/");
        if code.split("include_str!").skip(1).any(|path| own(path.lines().next().unwrap_or_default())) {
            long.push(format!("{room}: reads a list of its own"));
        }
        // What a model file is called is no word of English.
        let (words, first) = if room == "model/versions.rs" { (0, "") } else { longest_list(&code) };
        if words > MOST_WORDS {
            long.push(format!("{room}: {words} words from {first:?} on"));
        }
    }
    assert!(seen > 60, "only {seen} files are looked at: this test looks in the wrong places");
    assert!(
        long.is_empty(),
        "lists of more than {MOST_WORDS} words; make each a file of {LISTS}:\n{}",
        long.join("\n")
    );
}

/// What a list is called in the code, by the name of its file.
fn name_in_code<'t>(reader: &'t str, file: &str) -> Option<&'t str> {
    let (before, _) = reader.split_once(&format!(" = \"{file}\";"))?;
    before.rsplit(char::is_whitespace).next()
}

/// What the head of a list calls a file that uses it.
fn room_of(path: &str) -> Option<&str> {
    let room = path.strip_prefix("extract/src/")?.strip_suffix(".rs")?;
    Some(room.strip_suffix("/mod").unwrap_or(room))
}

#[test]
fn every_list_is_used_where_it_says() {
    let texts = texts();
    let code = |room: &str| {
        let paths = [format!("extract/src/{room}.rs"), format!("extract/src/{room}/mod.rs")];
        texts.iter().find(|file| paths.contains(&file.path)).map_or("", |file| file.text.as_str())
    };
    let reader = code("lexicon/list");
    let lists = texts.iter().filter_map(|file| Some((file.path.strip_prefix(LISTS)?.strip_suffix(".txt")?, file)));
    let programs = texts.iter().filter(|file| file.is_product());
    let programs = programs.filter_map(|file| Some((room_of(&file.path)?, code_of(&file.text)))).collect::<Vec<_>>();
    let (mut seen, mut wrong) = (0, Vec::new());
    for (name, list) in lists {
        seen += 1;
        let Some(asked) = name_in_code(reader, name) else {
            wrong.push(format!("{name}: no line in lexicon/list.rs"));
            continue;
        };
        let asked = [format!("List::{asked}"), format!("Table::{asked}")];
        let rooms = list.text.lines().find_map(|line| line.strip_prefix("# Used in ")?.strip_suffix('.'));
        let Some(rooms) = rooms else {
            wrong.push(format!("{name}: no line \"# Used in …\""));
            continue;
        };
        let rooms: Vec<&str> = rooms.split(", ").collect();
        let uses = |text: &str| {
            asked.iter().any(|asked| text.split(asked).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric)))
        };
        wrong.extend(rooms.iter().filter(|room| !uses(code(room))).map(|room| format!("{name}: not in {room}")));
        let users = programs.iter().filter(|(room, code)| uses(code) && !rooms.contains(room));
        wrong.extend(users.map(|(room, _)| format!("{name}: {room}, too")));
    }
    assert!(seen > 50, "only {seen} lists are found in {LISTS}");
    assert!(
        wrong.is_empty(),
        "lists whose heads do not say where they are used (\"# Used in …\"):\n{}",
        wrong.join("\n")
    );
}
