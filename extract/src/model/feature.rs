//! Features as numbers: hashes of a template and its values. There is no dictionary from features
//! to numbers; two features with one hash share a weight, which costs little accuracy.

/// An odd number with well-mixed bits, for multiplicative hashing.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of a text, to build features from.
pub fn word(text: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for chunk in text.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(bytes)).wrapping_mul(ODD);
    }
    ((hash ^ text.len() as u64).wrapping_mul(ODD) >> 32) as u32
}

/// The hash of a feature: what it looks at (`template`, unique in its model) and the values that it
/// sees there. The order of values counts.
pub fn feature(template: u32, values: &[u32]) -> u32 {
    let mut hash = u64::from(template).wrapping_add(1).wrapping_mul(ODD);
    for &value in values {
        hash = (hash.rotate_left(23) ^ u64::from(value)).wrapping_mul(ODD);
    }
    ((hash ^ (hash >> 29)).wrapping_mul(ODD) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_change() {
        // Committed weights are found by these hashes; another function would need other weights.
        assert_eq!(word("said"), 0xa182_f7ad);
        assert_eq!(word("according to"), 0x38a1_c4b1);
        assert_eq!(feature(1, &[2, 3]), 0x08ed_026b);
        assert_eq!(feature(7, &[]), 0x2f70_c405);
        assert_ne!(word("said"), word("says"));
        assert_ne!(feature(1, &[2, 3]), feature(1, &[3, 2]));
        assert_ne!(feature(1, &[2]), feature(2, &[1]));
    }
}
