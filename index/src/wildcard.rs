//! Words with `?` for one letter and `*` for any number of them.
//!
//! All ways to match are followed at once, so that a word takes steps in proportion to its length and no form can make
//! it slow.

/// A form of words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wildcard {
    steps: Vec<Step>,
}

/// What a form has at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// This byte.
    Byte(u8),
    /// A letter.
    Letter,
    /// Any letters.
    Letters,
}

/// Where a form may be after some bytes: a bit for each of its places. Forms have at most 100 bytes.
pub(crate) type Places = u128;

impl Wildcard {
    /// A folded form. What does not fit is not compared.
    pub(crate) fn new(form: &str) -> Self {
        let steps = form.bytes().take(Places::BITS as usize - 1).map(|byte| match byte {
            b'?' => Step::Letter,
            b'*' => Step::Letters,
            byte => Step::Byte(byte),
        });
        Self { steps: steps.collect() }
    }

    /// Whether a folded word has this form.
    pub(crate) fn matches(&self, word: &str) -> bool {
        self.ends(word.bytes().fold(self.begin(), |places, byte| self.step(places, byte)))
    }

    /// The places before the first byte.
    pub(crate) fn begin(&self) -> Places {
        self.spread(1)
    }

    /// Whether the form may end at one of these places.
    pub(crate) fn ends(&self, places: Places) -> bool {
        places & (1 << self.steps.len()) != 0
    }

    /// The places after another byte of a word.
    pub(crate) fn step(&self, places: Places, byte: u8) -> Places {
        // A letter of several bytes is read with its first; the others belong to it.
        let goes_on = byte & 0xC0 == 0x80;
        // Forms for capitals begin with a control character, which is no letter.
        let is_letter = byte >= b' ';
        let mut next = 0;
        for (at, step) in self.steps.iter().enumerate().filter(|(at, _)| places & (1 << at) != 0) {
            next |= match step {
                Step::Byte(one) if *one == byte => 1 << (at + 1),
                Step::Letter if is_letter && !goes_on => 1 << (at + 1),
                Step::Letters if is_letter => 1 << at,
                _ => 0,
            };
        }
        if goes_on {
            let after = |at: usize| at > 0 && matches!(self.steps[at - 1], Step::Letter);
            let stay = (1..=self.steps.len()).filter(|&at| after(at) && places & (1 << at) != 0);
            next |= stay.map(|at| 1 << at).fold(0, |all: Places, bit: Places| all | bit);
        }
        self.spread(next)
    }

    /// Adds the places behind stars, which may stand for nothing.
    fn spread(&self, mut places: Places) -> Places {
        for (at, step) in self.steps.iter().enumerate() {
            if *step == Step::Letters && places & (1 << at) != 0 {
                places |= 1 << (at + 1);
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by trying everything.
    fn tried(form: &[char], word: &[char]) -> bool {
        match form.split_first() {
            None => word.is_empty(),
            Some(('*', rest)) => (0..=word.len()).any(|skip| tried(rest, &word[skip..])),
            Some(('?', rest)) => !word.is_empty() && tried(rest, &word[1..]),
            Some((letter, rest)) => word.first() == Some(letter) && tried(rest, &word[1..]),
        }
    }

    proptest! {
        #[test]
        fn matches_what_trying_everything_finds(form in "[aé漢?*]{0,8}", word in "[aé漢]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Wildcard::new(&form).matches(&word), tried(&chars(&form), &chars(&word)));
        }
    }
}
