//! Invented articles and questions, the same in each run.

/// A sequence of numbers that look random (xorshift).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most
    }
}

/// A word; those with small numbers are common.
fn word(number: usize) -> String {
    const PARTS: [&str; 16] =
        ["ba", "cel", "dor", "fin", "gam", "hel", "jor", "kal", "lim", "mor", "nev", "pol", "ras", "sul", "tam", "ven"];
    let mut word = String::new();
    let mut left = number + 16;
    while left > 0 {
        word += PARTS[left % 16];
        left /= 16;
    }
    word
}

fn any_word(numbers: &mut Numbers) -> String {
    // The product of two is small more often than not.
    word(numbers.below(60) * numbers.below(60))
}

fn words(numbers: &mut Numbers, count: usize) -> String {
    (0..count).map(|_| any_word(numbers)).collect::<Vec<_>>().join(" ")
}

/// The body of an article with so many paragraphs.
pub(crate) fn body(seed: u64, paragraphs: usize) -> String {
    const NAMES: [&str; 6] = ["Ada Lind", "Oskar Brandt", "Mira Holt", "Jon Varga", "Ilse Krone", "Tomas Reyl"];
    let mut numbers = Numbers::from(seed);
    let mut paragraph = || {
        let name = NAMES[numbers.below(6)];
        let [first, second, third] = [9, 12, 14].map(|count| words(&mut numbers, count));
        format!(
            "{name} said the {first} would reopen. The {second} is near the {third}. “We saw {first},” {name} told reporters."
        )
    };
    (0..paragraphs).map(|_| paragraph()).collect::<Vec<_>>().join("\n\n")
}

/// A question that takes a while.
pub(crate) fn query(seed: u64) -> String {
    let mut numbers = Numbers::from(seed);
    let (a, b, c) = (any_word(&mut numbers), any_word(&mut numbers), any_word(&mut numbers));
    match numbers.below(4) {
        0 => format!("{a} {b} {c}"),
        1 => format!("{}* OR {}* OR {a}", &b[..3], &c[..2]),
        2 => format!("{a}~1 {b}~1 {c}"),
        _ => format!("\"{a} {b}\"~5 OR {c}"),
    }
}
