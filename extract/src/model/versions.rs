//! The version of the features of each model. Weights serve the features that they were fitted
//! with, and no others.
//!
//! A model file carries the version it was fitted with (bytes 36 to 40 of its header), and is
//! refused where the program computes another. Whoever changes the features of a model raises its
//! number here and fits it again. The test below notices features that changed under the same
//! number.

/// The version of the features by name of the model, in the order of names. Files from before there were versions say 0.
const VERSIONS: [(&str, u32); 15] = [
    ("act", 0),
    ("addressee", 0),
    ("content", 0),
    ("cue", 0),
    ("entities", 0),
    ("extent", 0),
    ("moves", 0),
    ("polarity", 0),
    ("relations", 0),
    ("source", 0),
    ("speakers", 0),
    ("tags", 0),
    ("who", 0),
    ("who_fast", 0),
    ("whole", 0),
];

/// The accurate tier alone asks this model, with the features of its twin `who_fast`: their versions are one.
#[cfg(test)]
const TWIN: &str = "who";

/// The stage of `sayso-train` that fits a model; an error tells it.
fn stage(name: &str) -> &'static str {
    match name {
        "entities" => "entities",
        "moves" | "relations" => "parse",
        "speakers" => "speakers",
        "tags" => "tags",
        "who" | "who_fast" => "who",
        "act" | "polarity" | "addressee" => "values",
        _ => "attribution",
    }
}

/// The version of the features that this program computes for the model `name`; 0 for a model it does not know.
pub(super) fn version(name: &str) -> u32 {
    VERSIONS.iter().find(|(known, _)| *known == name).map_or(0, |(_, version)| *version)
}

/// Refuses a model that was fitted with another version of its features than this program computes.
///
/// # Errors
/// Says both versions, and how to fit the model again.
pub(super) fn check(name: &str, fitted: u32) -> Result<(), String> {
    let computed = version(name);
    if fitted == computed {
        return Ok(());
    }
    Err(format!(
        "fitted with version {fitted} of its features, and this program computes version {computed}: \
         fit it again with `sayso-train {}`, or use it with the release that it was fitted for",
        stage(name)
    ))
}

#[cfg(test)]
pub(super) mod seen {
    //! What the models were asked in this thread.

    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        /// By the address of the weights: how many features were looked up, and their hash in order.
        static SEEN: RefCell<BTreeMap<usize, (usize, u64)>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Notes that these features were looked up in a model with these weights.
    pub(in crate::model) fn note(weights: &[u8], features: &[u32]) {
        SEEN.with_borrow_mut(|seen| {
            let (count, hash) = seen.entry(weights.as_ptr() as usize).or_default();
            *count += features.len();
            for &feature in features {
                *hash = (hash.rotate_left(5) ^ u64::from(feature)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
        });
    }

    /// What was noted since the last time, of models that lie within `bytes`.
    pub(super) fn take(bytes: &[u8]) -> Option<(usize, u64)> {
        let range = bytes.as_ptr_range();
        let within = |at: &usize| (range.start as usize..range.end as usize).contains(at);
        SEEN.with_borrow_mut(|seen| {
            let at = seen.keys().copied().find(within)?;
            seen.remove(&at)
        })
    }
}

#[cfg(test)]
mod tests {
    use sayso_document::Tier;

    use super::*;
    use crate::Analyzer;
    use crate::model::{Files, Linear, Rows};

    const TEXT: &str = "Orla Benwick, the mayor of Quenby, said on Tuesday that the harbour would open in May. \
        “We are ready,” she told reporters. According to the ministry, 40 ships have asked for a berth.\n\n\
        Her rival Tam Ostrey denied it. “Nothing has been signed,” Mr Ostrey wrote, and he added that the Quenby \
        Dock Company had not answered his letters.";

    /// What [`TEXT`] and the samples, in the order of their names, ask of each model: how many features, and their hash.
    const ASKED: [(&str, usize, u64); 14] = [
        ("act", 20452, 0x6543_27c6_95fb_5ebc),
        ("addressee", 45520, 0x3867_41ea_ab80_a07d),
        ("content", 148116, 0x3332_4756_3596_469f),
        ("cue", 48567, 0x62b4_559b_39b5_b2d9),
        ("entities", 381810, 0x5dc2_c8f3_d3a9_3654),
        ("extent", 20466, 0x1836_a671_e5ff_a0e3),
        ("moves", 896834, 0xa799_6c1b_75fc_107c),
        ("polarity", 11859, 0x24ec_aa53_72cd_f175),
        ("relations", 189312, 0x3750_4195_b760_85b0),
        ("source", 120260, 0x0753_bc0f_f36c_3cbd),
        ("speakers", 25238, 0xd2c8_65fa_0674_a946),
        ("tags", 123654, 0xc878_f787_2b31_e249),
        ("who_fast", 162179, 0xd431_89f4_b811_dd15),
        ("whole", 9198, 0x896f_0bd8_5b92_3003),
    ];

    #[test]
    fn features_change_with_their_version() {
        let analyzer = Analyzer::new();
        let samples = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../samples")).unwrap();
        let mut samples: Vec<_> = samples.map(|entry| entry.unwrap().path()).collect();
        samples.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
        samples.sort();
        let texts = samples.iter().map(|path| std::fs::read_to_string(path).unwrap());
        for text in std::iter::once(TEXT.to_owned()).chain(texts) {
            analyzer.analyze(&text, Tier::Fast);
        }
        let files = Files::default();
        let mut changed = Vec::new();
        let alone = |(name, _): &(&str, u32)| *name != TWIN;
        for ((name, version), asked) in VERSIONS.into_iter().filter(alone).zip(ASKED) {
            let bytes = files.bytes(&format!("{name}.bin")).unwrap();
            let (count, hash) = seen::take(&bytes).unwrap_or_else(|| panic!("the text asks nothing of {name}"));
            if (name, count, hash) != asked {
                changed.push(format!("(\"{name}\", {count}, {hash:#018x}), // version {version}"));
            }
        }
        assert!(
            changed.is_empty(),
            "Other features are asked of these models. If their features changed: raise their version and fit them \
             again. If only what stands before them changed (words, tags, names): write this into ASKED.\n{}",
            changed.join("\n")
        );
    }

    #[test]
    fn each_model_has_one_version_in_order() {
        assert!(VERSIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let linear: Vec<_> = Files::names().filter_map(|name| name.strip_suffix(".bin")).collect();
        assert_eq!(VERSIONS.len() + 1, linear.len(), "all but clusters.bin have features: {linear:?}");
        assert!(VERSIONS.iter().all(|(name, _)| linear.contains(name)));
        assert_eq!(version(TWIN), version("who_fast"));
    }

    /// One file of each form that was ever written: they stay readable as long as the form's version is taken.
    #[test]
    fn files_of_old_are_read() {
        let linear = Linear::from_bytes("tags", 2, include_bytes!("fixtures/linear-1.bin").as_slice()).unwrap();
        assert_eq!((linear.score(&[0]), linear.score(&[1]), linear.best(&[2])), (0.5, -127.0 / 128.0, 0));
        let rows = Rows::from_bytes("entities", 2, include_bytes!("fixtures/rows-1.bin").as_slice()).unwrap();
        assert_eq!((rows.row(0x00ff_0000), rows.row(0x00fe_0000)), (Some([7, 249].as_slice()), None));
    }

    #[test]
    fn refuses_other_features_in_words() {
        let said = check("tags", version("tags") + 7).unwrap_err();
        assert!(said.contains("with version 7 of its features") && said.contains("`sayso-train tags`"), "{said}");
        assert_eq!(check("tags", version("tags")), Ok(()));
    }
}
