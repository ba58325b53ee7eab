//! Prints all figures in one table, next to the targets and to what others reach.

use std::fmt::Write;

use sayso_document::Tier;

use super::figures::Figures;

/// A row: its label, the path of its figure, the target of the fast tier, and what is known from elsewhere.
type Row = (&'static str, &'static str, Option<f64>, &'static str);

/// Published for PolNeAR's test part unless a row says otherwise: the tables of CofeNet's authors.
const SECTIONS: &[(&str, &str, &[Row])] = &[
    (
        "Attributions, PolNeAR dev",
        "quotes",
        &[
            ("source, exact", "exact.source", Some(76.0), "CRF 51, BiLSTM+CRF 71, CofeNet-BERT 83, annotators 78"),
            ("cue, exact", "exact.cue", Some(70.0), "CRF 53, BiLSTM+CRF 67, CofeNet-BERT 75, annotators 71"),
            ("content, exact", "exact.content", Some(63.0), "CRF 29, BiLSTM+CRF 61, CofeNet-BERT 73, annotators 66"),
            ("source, tokens", "token.source", None, "annotators 81; on dev: CRF 71, small encoder 83"),
            ("cue, tokens", "token.cue", None, "annotators 69; on dev: CRF 61, small encoder 72"),
            ("content, tokens", "token.content", None, "annotators 91; on dev: CRF 82, small encoder 91"),
            ("whole, all parts overlap", "triple", Some(66.0), ""),
            ("found: direct", "found_by_kind.direct", Some(98.0), "on dev: CRF 94"),
            ("found: mixed", "found_by_kind.mixed", Some(96.0), "on dev: CRF 93"),
            ("found: indirect", "found_by_kind.indirect", Some(75.0), "on dev: CRF 66"),
        ],
    ),
    (
        "Speakers, 30 articles of PolNeAR dev",
        "speakers",
        &[
            ("content found", "speakers.found", None, ""),
            ("right of found", "speakers.right_of_found", Some(91.0), ""),
            ("right of all", "speakers.right_of_all", Some(76.0), ""),
            ("pronouns: content found", "pronoun_sources.found", None, ""),
            ("pronouns: right of found", "pronoun_sources.right_of_found", Some(90.0), ""),
            ("pronouns: right of all", "pronoun_sources.right_of_all", None, ""),
            ("unnamed left unnamed, of found", "unnamed.left_unnamed_of_found", Some(95.0), ""),
            ("act right of found", "act.right_of_found", Some(88.0), ""),
            ("speech found", "act.speech_found", Some(95.0), ""),
            ("addressee", "addressee", Some(75.0), ""),
            ("negated", "negated", None, "needed: most, of 13 in all"),
            ("hypothetical", "hypothetical", None, "needed: most, of 10 in all"),
        ],
    ),
    (
        "Other outlets, 20 articles",
        "ood",
        &[
            ("whole, all parts overlap", "triple", Some(85.0), ""),
            ("speech found", "act.speech_found", Some(95.0), ""),
            ("content found", "speakers.found", None, ""),
            ("speaker right of found", "speakers.right_of_found", Some(91.0), "two readings 98 to 99"),
            ("speaker right of all", "speakers.right_of_all", Some(84.0), ""),
            ("pronouns: right of found", "pronoun_sources.right_of_found", None, ""),
            ("unnamed left unnamed, of found", "unnamed.left_unnamed_of_found", Some(95.0), "two readings 100"),
            ("act right of found", "act.right_of_found", None, "two readings 97 to 99"),
            ("addressee", "addressee", None, "two readings 96"),
            ("negated", "negated", None, ""),
            ("hypothetical", "hypothetical", None, ""),
        ],
    ),
    (
        "Entities, worldwide dev",
        "worldwide",
        &[
            ("exact and typed", "all", Some(84.0), "on dev: plain CRF about 80"),
            ("exact, any type", "untyped", None, ""),
        ],
    ),
    (
        "Entities, permissive dev",
        "permissive",
        &[("exact and typed", "all", Some(68.0), ""), ("exact, any type", "untyped", None, "")],
    ),
    (
        "Entities, other outlets, 30 articles",
        "names",
        &[("exact and typed", "all", Some(89.0), ""), ("exact, any type", "untyped", None, "")],
    ),
];

/// The targets of the accurate tier.
const ACCURATE: &[(&str, f64)] = &[
    ("quotes.exact.source", 83.5),
    ("quotes.exact.cue", 76.5),
    ("quotes.exact.content", 71.5),
    ("quotes.triple", 83.5),
    ("quotes.found_by_kind.direct", 99.0),
    ("quotes.found_by_kind.mixed", 98.0),
    ("quotes.found_by_kind.indirect", 86.0),
    ("speakers.speakers.right_of_found", 93.0),
    ("speakers.speakers.right_of_all", 83.0),
    ("speakers.pronoun_sources.right_of_found", 94.0),
    ("speakers.unnamed.left_unnamed_of_found", 95.0),
    ("speakers.act.right_of_found", 92.0),
    ("speakers.act.speech_found", 95.0),
    ("speakers.addressee", 85.0),
    ("ood.triple", 86.0),
    ("ood.act.speech_found", 95.0),
    ("ood.speakers.right_of_found", 94.0),
    ("ood.speakers.right_of_all", 90.0),
    ("ood.unnamed.left_unnamed_of_found", 95.0),
    ("worldwide.all", 89.0),
    ("permissive.all", 78.0),
    ("names.all", 92.0),
];

/// The table of a tier. Sections without figures are left out.
pub(super) fn table(figures: &Figures, tier: Tier) -> String {
    let mut out = String::new();
    for (title, section, rows) in SECTIONS {
        let of_section = |path: &str| figures.get(&format!("{section}.{path}")).copied();
        let prefix = format!("{section}.");
        if !figures.keys().any(|key| key.starts_with(&prefix)) {
            continue;
        }
        let _ = writeln!(out, "{title:<34}{:>7}{:>7}{:>7}{:>9}   elsewhere", "P", "R", "F1/%", "needed");
        for (label, path, needed, elsewhere) in *rows {
            let full = format!("{section}.{path}");
            let accurate = || ACCURATE.iter().find(|(path, _)| *path == full).map(|(_, needed)| *needed);
            let needed = if tier == Tier::Accurate { accurate() } else { *needed };
            line(&mut out, label, path, needed, elsewhere, &of_section);
        }
        let by_type = format!("{section}.by_type.");
        let kinds = figures.keys().filter_map(|key| key.strip_prefix(&by_type)?.strip_suffix(".f1"));
        for kind in kinds {
            line(&mut out, kind, &format!("by_type.{kind}"), None, "", &of_section);
        }
        out.push('\n');
    }
    out
}

fn line(
    out: &mut String,
    label: &str,
    path: &str,
    needed: Option<f64>,
    elsewhere: &str,
    figure: &dyn Fn(&str) -> Option<f64>,
) {
    let [right, of] = ["#right", "#of"].map(|count| figure(&format!("{path}.{count}")));
    let counts = right.zip(of).map(|(right, of)| format!(" ({right} of {of} found)"));
    let all = figure(&format!("{path}.of")).map(|of| format!(" (of {of})"));
    let of = counts.or(all).unwrap_or_default();
    let share = ["", ".f1", ".found"].iter().find_map(|end| figure(&format!("{path}{end}")));
    let cell = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.1}"));
    let [p, r] = ["p", "r"].map(|end| cell(figure(&format!("{path}.{end}"))));
    let needed = needed.map_or(String::new(), |needed| {
        let missed = if share.is_some_and(|share| share < needed) { "✗ " } else { "" };
        format!("{missed}{needed}")
    });
    let row = format!("  {:<32}{p:>7}{r:>7}{:>7}{needed:>9}   {elsewhere}", format!("{label}{of}"), cell(share));
    let _ = writeln!(out, "{}", row.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_what_falls_short() {
        let figures = [("quotes.triple.p", 70.0), ("quotes.triple.r", 60.0), ("quotes.triple.f1", 64.62)];
        let figures = figures.map(|(path, figure)| (path.to_owned(), figure)).into();
        let said = table(&figures, Tier::Fast);
        assert!(said.contains("   70.0   60.0   64.6     ✗ 66\n"), "{said}");
        assert!(table(&figures, Tier::Accurate).contains("   64.6   ✗ 83.5\n"));
        assert!(!said.contains("Entities"), "{said}");
    }
}
