//! Lists of English words are data: files of `extract/src/lexicon/en`, not lines of code.

use super::texts;

/// A list of words in code has at most this many: more than that are read better, and translated, as data.
const MOST_WORDS: usize = 12;

/// Where the lists are.
const LISTS: &str = "extract/src/lexicon/en/";

/// The longest run of words with nothing but `|`, commas, brackets or blanks between them, and its first word.
fn longest_list(code: &str) -> (usize, &str) {
    let (mut longest, mut current) = ((0, ""), (0, ""));
    for (place, piece) in code.split('"').enumerate() {
        if place % 2 == 0 {
            // Code between two strings.
            if !piece.chars().all(|c| c.is_whitespace() || "|,()[]&".contains(c)) {
                current = (0, "");
            }
            continue;
        }
        let words: Vec<&str> = piece.split_whitespace().filter(|word| *word != "\\").collect();
        // Names of tags are written in capitals, and sentences are for people.
        let listed = words.iter().all(|word| word.chars().all(|c| c.is_lowercase() || "'’-.".contains(c)));
        if !listed {
            current = (0, "");
            continue;
        }
        current = (current.0 + words.len(), if current.0 == 0 { piece } else { current.1 });
        longest = longest.max(current);
    }
    longest
}

#[test]
fn finds_lists_in_every_form() {
    assert_eq!(longest_list(r#"matches!(word, "say" | "tell" | "add")"#), (3, "say"));
    assert_eq!(longest_list("const SAY: [&str; 2] = [\n    \"say\",\n    \"tell\",\n];"), (2, "say"));
    assert_eq!(longest_list("const SAY: &str = \"say tell \\\n    add\";"), (3, "say tell \\\n    add"));
    assert_eq!(longest_list(r#"[("say", "said"), ("tell", "told")]"#), (4, "say"));
    assert_eq!(longest_list(r#"f("say"); f("tell")"#).0, 1);
}

#[test]
fn long_lists_of_words_are_data() {
    let (mut seen, mut long) = (0, Vec::new());
    for file in texts().iter().filter(|file| file.path.ends_with(".rs")) {
        let Some(room) = file.path.strip_prefix("extract/src/") else { continue };
        seen += 1;
        let (code, _) = file.text.split_once("#[cfg(test)]\nmod tests").unwrap_or((&file.text, ""));
        let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        // What is escaped ends no string.
        let code = lines.join("\n").replace("'\"'", "").replace("\\\\", "").replace("\\\"", "");
        let (words, first) = longest_list(&code);
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

#[test]
fn every_list_is_used_where_it_says() {
    let texts = texts();
    let code = |room: &str| {
        let paths = [format!("extract/src/{room}.rs"), format!("extract/src/{room}/mod.rs")];
        texts.iter().find(|file| paths.contains(&file.path)).map_or("", |file| file.text.as_str())
    };
    let reader = code("lexicon/list");
    let lists = texts.iter().filter_map(|file| Some((file.path.strip_prefix(LISTS)?.strip_suffix(".txt")?, file)));
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
        wrong.extend(
            rooms
                .split(", ")
                .filter(|room| !asked.iter().any(|asked| code(room).contains(asked)))
                .map(|room| format!("{name}: {room}")),
        );
    }
    assert!(seen > 50, "only {seen} lists are found in {LISTS}");
    assert!(wrong.is_empty(), "lists that are not used where their heads say:\n{}", wrong.join("\n"));
}
