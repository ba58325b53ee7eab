//! Lemmas of verbs and nouns, by lists of irregular forms, rules of spelling and the dictionary of
//! tags.

use super::{Dictionary, Tag};
use crate::lexicon;

/// The lemma of a verb form, both in lower case: "said" gives "say", "planned" gives "plan".
///
/// Irregular forms come first, then endings are taken off. Where spelling leaves several lemmas
/// open ("hoped" from "hope" or "hop"), one that the dictionary knows as a verb wins.
pub(crate) fn of_verb(form: &str, dictionary: &Dictionary) -> String {
    if let Some(lemma) = lexicon::irregular_infinitive(form) {
        return lemma.into();
    }
    let endings: &[(&str, &[&str])] =
        &[("ies", &["y"]), ("ied", &["y"]), ("es", &["e", ""]), ("s", &[""]), ("ed", &["e", ""]), ("ing", &["e", ""])];
    for (ending, repairs) in endings {
        let Some(stem) = form.strip_suffix(ending).filter(|stem| stem.len() > 1) else { continue };
        if form.ends_with("ss") {
            break;
        }
        // "derides" ends in "es" because its stem does.
        let own_e = *ending == "es" && !stem.ends_with(['s', 'x', 'z', 'o', 'h']);
        return restore(stem, if own_e { &["e"] } else { repairs }, dictionary);
    }
    form.into()
}

/// The lemma among those that a stem and its repairs allow: a known verb, else a known noun, else
/// the likeliest by spelling.
fn restore(stem: &str, repairs: &[&str], dictionary: &Dictionary) -> String {
    let known = |word: &str| dictionary.may_be(word, Tag::Vb) || dictionary.may_be(word, Tag::Vbp);
    let undoubled = undouble(stem);
    // British spelling doubles the last letter of "signal" too.
    let british = stem.strip_suffix("ll").map(|short| format!("{short}l"));
    let mut options =
        repairs.iter().map(|end| format!("{stem}{end}")).chain(undoubled.map(String::from)).chain(british);
    let fallback = match (undoubled, repairs) {
        (Some(short), _) => short.into(),
        (None, [only]) => format!("{stem}{only}"),
        // Most stems that end like these lost an "e".
        _ if stem.ends_with(['c', 'v', 'z', 's', 'u']) => format!("{stem}e"),
        _ => stem.into(),
    };
    // "jok" comes from "joke", which the table may know as a noun alone.
    let noun = repairs.iter().map(|end| format!("{stem}{end}")).find(|word| dictionary.may_be(word, Tag::Nn));
    options.find(|word| known(word)).or(noun).unwrap_or(fallback)
}

/// A stem without its doubled last letter: "plann" gives "plan". None for "tell" and "pass", which
/// keep both.
fn undouble(stem: &str) -> Option<&str> {
    let bytes = stem.as_bytes();
    let [.., before, last] = bytes else { return None };
    (before == last && last.is_ascii_alphabetic() && !matches!(last, b'l' | b's' | b'e' | b'o' | b'f'))
        .then(|| &stem[..stem.len() - 1])
}

/// The singular of a noun: "claims" gives "claim", "promises" gives "promise". Irregular plurals
/// stay as they are.
pub(crate) fn of_noun(form: &str) -> String {
    if let Some(stem) = form.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let stem = form.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']));
    match stem {
        Some(stem) if stem.ends_with("she") || stem.ends_with("che") || stem.ends_with("sse") => {
            stem[..stem.len() - 1].into()
        }
        Some(stem) => stem.into(),
        None => form.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_dictionary_forms() {
        let dictionary = Dictionary::read(include_str!("../../models/tags.txt")).unwrap();
        for (form, lemma) in [
            ("said", "say"),
            ("says", "say"),
            ("told", "tell"),
            ("planned", "plan"),
            ("announced", "announce"),
            ("believes", "believe"),
            ("denying", "deny"),
            ("denies", "deny"),
            ("insisted", "insist"),
            ("called", "call"),
            ("promises", "promise"),
            ("stressed", "stress"),
            ("noting", "note"),
            ("discuss", "discuss"),
            ("agreed", "agree"),
            ("joked", "joke"),
            ("withdrew", "withdraw"),
        ] {
            assert_eq!(of_verb(form, &dictionary), lemma);
        }
        assert_eq!(of_noun("claims"), "claim");
        assert_eq!(of_noun("theories"), "theory");
        assert_eq!(of_noun("promises"), "promise");
    }
}
