//! What clippy does not see in functions: the length of those in Python, and reasons without words.

use super::texts;

/// Lines that a function has at most, with its first and its last.
const MOST_LINES: usize = 70;

/// The functions of a Python program, each with its number of lines: up to the last line that is indented deeper.
fn python_functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let head = line.trim_start();
        let Some(head) = head.strip_prefix("async ").unwrap_or(head).strip_prefix("def ") else { continue };
        let own =
            |other: &str| other.trim().is_empty() || indent(other) > indent(line) || other.trim().starts_with(')');
        let body = lines[at + 1..].iter().take_while(|other| own(other)).count();
        let blank = lines[..=at + body].iter().rev().take_while(|other| other.trim().is_empty()).count();
        functions.push((head.split('(').next().unwrap_or_default(), 1 + body - blank));
    }
    functions
}

#[test]
fn no_function_in_python_is_long() {
    let control = "class A:\n    def one(\n        self,\n    ):\n        pass\n\n    async def two(self):\n        pass\n\n\nx = 1\n";
    assert_eq!(python_functions(control), [("one", 4), ("two", 2)]);
    let texts = texts();
    let is_python =
        |text: &str| text.lines().next().is_some_and(|first| first.starts_with("#!") && first.contains("python"));
    let (mut seen, mut long) = (0, Vec::new());
    for file in texts.iter().filter(|file| file.path.ends_with(".py") || is_python(&file.text)) {
        let functions = python_functions(&file.text);
        seen += functions.len();
        long.extend(functions.into_iter().filter(|one| one.1 > MOST_LINES).map(|one| (&file.path, one)));
    }
    assert!(seen > 100, "only {seen} functions are found: this test looks in the wrong places");
    assert!(long.is_empty(), "more than {MOST_LINES} lines; part them by what they do: {long:?}");
}

/// Where the code of a file says that something cannot happen, and not why: `expect` with less than two words, others with none.
fn without_words(code: &str) -> Vec<&str> {
    let calls =
        code.match_indices(".expect(").chain(code.match_indices("unreachable!(")).chain(code.match_indices("panic!("));
    let said =
        calls.map(|(at, call)| (at, code[at + call.len()..].trim_start(), if call == ".expect(" { 2 } else { 1 }));
    let wordless = said.filter(|(_, said, least)| match said.strip_prefix('"').and_then(|said| said.split_once('"')) {
        Some((words, _)) => words.split_whitespace().count() < *least,
        None => said.starts_with(')'),
    });
    let wordless = wordless.map(|(at, ..)| at);
    // Clippy sees `unwrap` where it is called, not where it is handed on.
    let handed =
        ["(Option::unwrap)", "(Result::unwrap)"].iter().flat_map(|name| code.match_indices(name).map(|(at, _)| at));
    wordless.chain(handed).map(|at| code[at..].lines().next().unwrap_or_default()).collect()
}

#[test]
fn what_cannot_fail_says_why() {
    assert_eq!(without_words("a.expect(\"\"); b.expect(\"it was put there\"); unreachable!()").len(), 2);
    assert_eq!(without_words("all.map(Option::unwrap); all.map(Option::unwrap_or_default)").len(), 1);
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in texts().iter().filter(|file| file.path.ends_with(".rs") && file.is_product()) {
        let (code, _) = file.text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&file.text, ""));
        seen += code.matches(".expect(").count();
        wrong.extend(without_words(code).into_iter().map(|call| format!("{}: {call}", file.path)));
    }
    assert!(seen > 20, "only {seen} calls are found: this test looks in the wrong places");
    assert!(wrong.is_empty(), "say in words why this cannot happen:\n{}", wrong.join("\n"));
}
