//! Shuffles by a seed.

/// Draws numbers from a seed (SplitMix64: Steele et al., 2014). They are the same on every machine.
#[derive(Clone, Debug)]
pub struct Shuffle(u64);

impl Shuffle {
    /// A stream of numbers. Each seed has its own.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The numbers below `len` in random order.
    pub fn order(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for at in (1..len).rev() {
            order.swap(at, (self.draw() % (at as u64 + 1)) as usize);
        }
        order
    }
}
