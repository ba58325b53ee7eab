//! Abbreviations whose full stop belongs to the word.

/// What a dotted word says about the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dotted {
    /// A title or the like, always followed by what it belongs to: "Mr.", "Gov.", "St.".
    Leading,
    /// May end a sentence: "Inc.", "Jan.", "U.S.".
    Either,
}

/// Abbreviations that are followed by the name that they belong to.
const LEADING: [&str; 45] = [
    "Adm", "Amb", "Asst", "Atty", "Brig", "Capt", "Cmdr", "Col", "Comdr", "Cpl", "Det", "Dr", "Drs", "Fr", "Ft", "Gen",
    "Gov", "Govs", "Hon", "Insp", "Lt", "Maj", "Messrs", "Mlle", "Mme", "Mr", "Mrs", "Ms", "Msgr", "Mt", "Mx", "Pfc",
    "Pres", "Prof", "Pvt", "Rep", "Reps", "Rev", "Sen", "Sens", "Sgt", "Spc", "Ste", "St", "Supt",
];

/// Abbreviations that may also end a sentence.
const EITHER: [&str; 52] = [
    "Apr", "Aug", "Ave", "Blvd", "Bros", "Co", "Corp", "Cos", "Ct", "Dec", "Dept", "Esq", "Feb", "Inc", "Jan", "Jr",
    "Jul", "Jun", "Ltd", "Mfg", "Nov", "Oct", "Ph.D", "Rd", "Sept", "Sep", "Sr", "Tel", "Univ", "approx", "apt",
    "assn", "ave", "ca", "cf", "dept", "ed", "est", "etc", "ft", "hrs", "lb", "lbs", "min", "mph", "oz", "sq", "vs",
    "Vs", "yrs", "Ala", "Calif",
];

/// States in the wire agencies' style.
const STATES: [&str; 27] = [
    "Ariz", "Ark", "Colo", "Conn", "Del", "Fla", "Ga", "Ill", "Ind", "Kan", "Ky", "La", "Mass", "Md", "Mich", "Minn",
    "Mo", "Mont", "Neb", "Nev", "Okla", "Pa", "Penn", "Tenn", "Tex", "Va", "Wis",
];

/// Words that are abbreviations only before a number: "No. 10", "p. 3".
const BEFORE_NUMBER: [&str; 17] =
    ["Art", "Fig", "Mar", "No", "Nos", "Sat", "Sec", "Sun", "Vol", "art", "fig", "no", "nos", "p", "pp", "sec", "vol"];

/// The longest listed word, in bytes.
const LONGEST: usize = 6;

/// Whether `word` (without its full stop) is an abbreviation, given whether a number follows.
pub(crate) fn is_abbreviation(word: &str, before_number: bool) -> bool {
    word.len() <= LONGEST && (dotted(word).is_some() || before_number && BEFORE_NUMBER.contains(&word))
}

/// Whether `word` may be an abbreviation if a number follows.
pub(crate) fn needs_number(word: &str) -> bool {
    word.len() <= LONGEST && BEFORE_NUMBER.contains(&word)
}

/// What kind of abbreviation `word` (without its full stop) is.
pub(crate) fn dotted(word: &str) -> Option<Dotted> {
    if word.len() > LONGEST {
        None
    } else if LEADING.contains(&word) {
        Some(Dotted::Leading)
    } else if EITHER.contains(&word) || STATES.contains(&word) {
        Some(Dotted::Either)
    } else if is_shouted_title(word) {
        Some(Dotted::Leading)
    } else {
        None
    }
}

/// "SEN. REYK": a title in a text or label that is all capitals.
fn is_shouted_title(word: &str) -> bool {
    word.len() >= 2
        && word.bytes().all(|b| b.is_ascii_uppercase())
        && LEADING.iter().any(|title| title.eq_ignore_ascii_case(word))
}
