//! How long articles are kept: the rules of the setting `retention`.

use jiff::{Span, Timestamp, tz::TimeZone};
use sayso_index::query::{ArticleFilter, LabelFilter};

/// A rule: articles that were published longer ago are deleted.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// As it was written.
    written: String,
    age: Span,
    /// What else must hold, without times.
    filter: ArticleFilter,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.written)
    }
}

impl Rule {
    /// Reads rules with semicolons between them: "2y; 30d outlet=Veld Courier; 7d label=customer=17".
    pub(crate) fn read_all(written: &str) -> Result<Vec<Self>, String> {
        written.split(';').map(str::trim).filter(|rule| !rule.is_empty()).map(Self::read).collect()
    }

    fn read(written: &str) -> Result<Self, String> {
        let unreadable = || {
            format!(
                "{written:?} is not a rule; write an age, alone or with one condition: 2y, 30d outlet=NAME, 7d label=KEY, \
                 7d label=KEY=VALUE"
            )
        };
        let (age, condition) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
        let age = age.parse::<Span>().ok().filter(|age| age.is_positive()).ok_or_else(unreadable)?;
        let filter = match condition.trim().split_once('=') {
            None if condition.is_empty() => ArticleFilter::default(),
            Some(("outlet", name)) if !name.is_empty() => {
                ArticleFilter { outlets: vec![name.to_owned()], ..ArticleFilter::default() }
            }
            Some(("label", label)) if !label.is_empty() => {
                let (key, values) =
                    label.split_once('=').map_or((label, Vec::new()), |(key, value)| (key, vec![value.to_owned()]));
                let label = LabelFilter { key: key.to_owned(), values };
                ArticleFilter { labels: vec![label], ..ArticleFilter::default() }
            }
            _ => return Err(unreadable()),
        };
        let rule = Self { written: written.to_owned(), age, filter };
        rule.end(Timestamp::now()).map(|_| rule.clone()).ok_or_else(unreadable)
    }

    /// The articles that are to be deleted now.
    pub(crate) fn filter(&self, now: Timestamp) -> Option<ArticleFilter> {
        let until = self.end(now)?.as_microsecond();
        Some(ArticleFilter { until: Some(until), ..self.filter.clone() })
    }

    /// What was published before this is too old. None if that is before all time.
    fn end(&self, now: Timestamp) -> Option<Timestamp> {
        Some(now.to_zoned(TimeZone::UTC).checked_sub(self.age).ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_an_age_and_at_most_one_condition() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let rules = Rule::read_all("2y; 30d outlet=Veld Courier ;7d label=customer=17;  1w label=trial;").unwrap();
        let told: Vec<_> = rules
            .iter()
            .map(|rule| {
                let ArticleFilter { outlets, labels, until, .. } = rule.filter(now).unwrap();
                let labels: Vec<_> = labels.into_iter().map(|label| (label.key, label.values)).collect();
                (rule.to_string(), Timestamp::from_microsecond(until.unwrap()).unwrap().to_string(), outlets, labels)
            })
            .collect();
        let label =
            |key: &str, values: &[&str]| vec![(key.to_owned(), values.iter().map(ToString::to_string).collect())];
        let of = |written: &str, until: &str| (written.to_owned(), format!("{until}T12:00:00Z"));
        let [a, b, c, d] = [
            of("2y", "2024-11-27"),
            of("30d outlet=Veld Courier", "2026-10-28"),
            of("7d label=customer=17", "2026-11-20"),
            of("1w label=trial", "2026-11-20"),
        ];
        let expected = vec![
            (a.0, a.1, vec![], vec![]),
            (b.0, b.1, vec!["Veld Courier".to_owned()], vec![]),
            (c.0, c.1, vec![], label("customer", &["17"])),
            (d.0, d.1, vec![], label("trial", &[])),
        ];
        assert_eq!(told, expected);
        assert_eq!(Rule::read_all(" ").unwrap(), []);
    }

    #[test]
    fn what_is_no_rule_is_refused_and_told_what_one_is() {
        for wrong in
            ["outlet=Veld", "-3d", "0s", "soon", "3d outlet", "3d outlet=", "3d author=x", "3d label=", "99999y"]
        {
            let said = Rule::read_all(&format!("2y; {wrong}")).unwrap_err();
            assert!(said.contains(wrong) && said.contains("30d outlet=NAME"), "{said}");
        }
    }
}
