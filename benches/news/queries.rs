//! Queries made of the corpus's own words, the same in every run.

/// How many queries of each kind.
const EACH: usize = 1000;

/// One kind of query.
pub(crate) struct Kind {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The queries, to be asked in turn.
    pub(crate) queries: Vec<String>,
}

/// A thousand queries of each kind: a word, both of two words, either of two, two that stand together.
pub(crate) fn rotating(sentences: &[String]) -> Vec<Kind> {
    let step = (sentences.len() / (EACH * 2)).max(1);
    let mut pairs = Vec::new();
    for sentence in sentences.iter().step_by(step).cycle().take(EACH * 20) {
        let plain = |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let words: Vec<&str> = sentence.split(' ').collect();
        let together = words.windows(2).find(|pair| pair.iter().all(plain));
        pairs.extend(together.map(|pair| (pair[0].to_owned(), pair[1].to_owned())));
        if pairs.len() == EACH {
            break;
        }
    }
    let kind =
        |name, write: &dyn Fn(&(String, String)) -> String| Kind { name, queries: pairs.iter().map(write).collect() };
    vec![
        kind("term", &|(one, _)| one.clone()),
        kind("AND", &|(one, two)| format!("{one} AND {two}")),
        kind("OR", &|(one, two)| format!("{one} OR {two}")),
        kind("phrase", &|(one, two)| format!("\"{one} {two}\"")),
    ]
}
