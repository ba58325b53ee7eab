//! Dictionary forms of verbs and nouns.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{Dictionary, Tag};

/// Forms that no rule yields, with their dictionary form.
const IRREGULAR: &str = "am:be are:be arose:arise ate:eat beaten:beat became:become been:be began:begin begun:begin being:be bent:bend \
    bit:bite blew:blow bought:buy broke:break broken:break brought:bring built:build came:come caught:catch \
    chose:choose chosen:choose dealt:deal did:do does:do done:do drawn:draw drew:draw drove:drive dug:dig \
    dying:die fallen:fall fed:feed fell:fall felt:feel fled:flee flew:fly forbade:forbid forbidden:forbid \
    foresaw:foresee foreseen:foresee forgave:forgive forgiven:forgive forgot:forget forgotten:forget fought:fight \
    found:find froze:freeze frozen:freeze gave:give given:give goes:go gone:go got:get gotten:get grew:grow \
    had:have has:have heard:hear held:hold hid:hide hidden:hide hung:hang is:be kept:keep knew:know known:know \
    laid:lay leapt:leap led:lead left:leave lent:lend lost:lose lying:lie made:make meant:mean met:meet \
    mistaken:mistake mistook:mistake overcame:overcome oversaw:oversee overseen:oversee overthrew:overthrow \
    paid:pay ran:run rang:ring rode:ride rose:rise said:say sang:sing sank:sink sat:sit saw:see seen:see sent:send \
    shone:shine shook:shake shot:shoot shown:show slept:sleep slid:slide sold:sell sought:seek spent:spend \
    spoke:speak spoken:speak sprang:spring spun:spin stole:steal stolen:steal stood:stand struck:strike \
    stuck:stick swore:swear sworn:swear swung:swing taken:take taught:teach thought:think threw:throw told:tell \
    took:take tore:tear tying:tie understood:understand undertaken:undertake undertook:undertake upheld:uphold \
    was:be went:go wept:weep were:be withdrawn:withdraw withdrew:withdraw withheld:withhold woke:wake won:win \
    wore:wear written:write wrote:write";

fn irregular() -> &'static FxHashMap<&'static str, &'static str> {
    static FORMS: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    FORMS.get_or_init(|| IRREGULAR.split(' ').filter_map(|pair| pair.split_once(':')).collect())
}

/// The dictionary form of a verb's form, both in small letters: "said" → "say", "planned" → "plan".
pub(crate) fn of_verb(form: &str, dictionary: &Dictionary) -> String {
    if let Some(lemma) = irregular().get(form) {
        return (*lemma).into();
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

/// The candidate that is a known verb; else the likeliest by spelling.
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

/// "plann" → "plan"; none for "tell" and "pass", which keep both letters.
fn undouble(stem: &str) -> Option<&str> {
    let bytes = stem.as_bytes();
    let [.., before, last] = bytes else { return None };
    (before == last && last.is_ascii_alphabetic() && !matches!(last, b'l' | b's' | b'e' | b'o' | b'f'))
        .then(|| &stem[..stem.len() - 1])
}

/// The dictionary form of a noun: "claims" → "claim", "promises" → "promise".
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
