//! The files of all models: those that are compiled in, or others in their place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sayso_document::Tier;

use super::file::checksum;
use super::{Clusters, Linear, ModelError, Rows};

/// What is compiled in, by the name of the file in `extract/models`.
const COMPILED_IN: &[(&str, &[u8])] = &[
    ("act.bin", include_bytes!("../../models/act.bin")),
    ("addressee.bin", include_bytes!("../../models/addressee.bin")),
    ("calibration.txt", include_bytes!("../../models/calibration.txt")),
    ("clusters.bin", include_bytes!("../../models/clusters.bin")),
    ("cue.bin", include_bytes!("../../models/cue.bin")),
    ("cue_nouns.txt", include_bytes!("../../models/cue_nouns.txt")),
    #[cfg(feature = "encoder")]
    ("encoder.heads", include_bytes!("../../models/encoder.heads")),
    #[cfg(feature = "encoder")]
    ("encoder.onnx", include_bytes!("../../models/encoder.onnx")),
    #[cfg(feature = "encoder")]
    ("encoder.vocab.txt", include_bytes!("../../models/encoder.vocab.txt")),
    ("entities.bin", include_bytes!("../../models/entities.bin")),
    ("polarity.bin", include_bytes!("../../models/polarity.bin")),
    ("source.bin", include_bytes!("../../models/source.bin")),
    ("content.bin", include_bytes!("../../models/content.bin")),
    ("genders.tsv", include_bytes!("../../models/genders.tsv")),
    ("extent.bin", include_bytes!("../../models/extent.bin")),
    ("speakers.bin", include_bytes!("../../models/speakers.bin")),
    ("who.bin", include_bytes!("../../models/who.bin")),
    ("who_fast.bin", include_bytes!("../../models/who_fast.bin")),
    ("whole.bin", include_bytes!("../../models/whole.bin")),
    ("moves.bin", include_bytes!("../../models/moves.bin")),
    ("relations.bin", include_bytes!("../../models/relations.bin")),
    ("tags.bin", include_bytes!("../../models/tags.bin")),
    ("tags.txt", include_bytes!("../../models/tags.txt")),
];

/// The files of all models: those that are compiled in, or a user's in their place.
///
/// ```
/// use sayso_extract::model::Files;
///
/// assert!(Files::names().any(|name| name == "tags.bin"));
/// assert!(Files::default().bytes("tags.bin").is_some());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// By name of the file; all names are in [`COMPILED_IN`].
    replaced: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// The names of all files.
    pub fn names() -> impl Iterator<Item = &'static str> {
        COMPILED_IN.iter().map(|(name, _)| *name)
    }

    /// How many bytes are compiled in for a tier: the files of the encoder for the accurate one,
    /// all others for the fast one.
    pub fn compiled_in_bytes(tier: Tier) -> usize {
        let own = |name: &str| name.starts_with("encoder") == (tier == Tier::Accurate);
        COMPILED_IN.iter().filter(|(name, _)| own(name)).map(|(_, bytes)| bytes.len()).sum()
    }

    /// Puts these files in place of compiled-in ones with the same names.
    ///
    /// ```
    /// use sayso_extract::model::Files;
    ///
    /// assert!(Files::new([("cue_nouns.txt".to_owned(), b"claim\n".to_vec())]).is_ok());
    /// assert!(Files::new([("nouns.txt".to_owned(), Vec::new())]).is_err());
    /// ```
    ///
    /// # Errors
    /// Names a file that no model has, and the names that would be accepted. The contents are
    /// checked when they are read.
    pub fn new(replaced: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ModelError> {
        let replaced: BTreeMap<_, _> = replaced.into_iter().collect();
        match replaced.keys().find(|given| !Self::names().any(|name| name == *given)) {
            Some(unknown) => {
                let names: Vec<_> = Self::names().collect();
                Err(ModelError::new(format!("{unknown} is not a model; the models are {}", names.join(", "))))
            }
            None => Ok(Self { replaced }),
        }
    }

    /// The bytes of a file; none if no model has this name.
    pub fn bytes(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        let compiled = COMPILED_IN.iter().find(|(compiled, _)| *compiled == name);
        let replaced = self.replaced.get(name).map(|bytes| Cow::Owned(bytes.clone()));
        replaced.or(compiled.map(|(_, bytes)| Cow::Borrowed(*bytes)))
    }

    /// The linear model `name`, from the file `<name>.bin`.
    ///
    /// # Errors
    /// If the file is damaged, or the model has another number of labels or version of features.
    pub fn linear(&self, name: &str, labels: usize) -> Result<Linear, ModelError> {
        let file = format!("{name}.bin");
        let bytes = self.bytes(&file).ok_or_else(|| ModelError::new(format!("there is no model {file}")))?;
        Linear::from_bytes(name, labels, bytes).map_err(|error| ModelError::new(format!("{file}: {error}")))
    }

    /// The model `name` with rows for chosen features, from the file `<name>.bin`.
    ///
    /// # Errors
    /// As for [`Files::linear`].
    pub fn rows(&self, name: &str, labels: usize) -> Result<Rows, ModelError> {
        let file = format!("{name}.bin");
        let bytes = self.bytes(&file).ok_or_else(|| ModelError::new(format!("there is no model {file}")))?;
        Rows::from_bytes(name, labels, bytes).map_err(|error| ModelError::new(format!("{file}: {error}")))
    }

    /// The clusters of words, from the file `clusters.bin`.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn clusters(&self) -> Result<Clusters, ModelError> {
        let bytes = self.bytes("clusters.bin").ok_or_else(|| ModelError::new("there is no model clusters.bin"))?;
        Clusters::from_bytes(bytes).map_err(|error| ModelError::new(format!("clusters.bin: {error}")))
    }

    /// The text of a file.
    ///
    /// # Errors
    /// If there is no such file, or it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Cow<'static, str>, ModelError> {
        let fault = |what: &str| ModelError::new(format!("{name}: {what}"));
        match self.bytes(name).ok_or_else(|| fault("there is no such model"))? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| fault("not UTF-8")),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| fault("not UTF-8")),
        }
    }

    /// The version of an analysis with these files: `compiled_in`, with a checksum behind it if any
    /// file is replaced. So two analyses with one version were made by the same models.
    ///
    /// ```
    /// use sayso_extract::model::Files;
    ///
    /// let other = Files::new([("cue_nouns.txt".to_owned(), b"claim\n".to_vec())]).unwrap();
    /// assert_eq!(Files::default().version("linear-5"), "linear-5");
    /// assert!(other.version("linear-5").starts_with("linear-5+"));
    /// ```
    pub fn version(&self, compiled_in: &str) -> String {
        if self.replaced.is_empty() {
            return compiled_in.to_owned();
        }
        let sums = self.replaced.iter().flat_map(|(name, bytes)| [checksum(name.as_bytes()), checksum(bytes)]);
        let all: Vec<u8> = sums.flat_map(u64::to_le_bytes).collect();
        let sum = checksum(&all);
        format!("{compiled_in}+{:08x}", (sum >> 32) ^ (sum & 0xffff_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_no_model_has() {
        let error = Files::new([("tegs.bin".to_owned(), Vec::new())]).unwrap_err().to_string();
        assert!(error.starts_with("tegs.bin is not a model; the models are"), "{error}");
        assert!(Files::default().linear("tegs", 1).is_err());
    }

    #[test]
    fn the_version_tells_what_was_replaced() {
        let of = |bytes: &[u8]| Files { replaced: [("a.bin".to_owned(), bytes.to_vec())].into() }.version("linear-1");
        assert_eq!(Files::default().version("linear-1"), "linear-1");
        assert_ne!(of(b"one"), of(b"two"));
        assert_eq!(of(b"one").len(), "linear-1+12345678".len());
    }
}
