//! Where corpora are read and weights written, and how it is told how far that is.

use std::io;
use std::path::{Path, PathBuf};

use sayso_extract::fit::tags::{Dictionary, NAME, Tag};
use sayso_extract::model::{Clusters, Linear};

/// Where corpora are read and weights written.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder that holds `eval/`, `news/` and `gazetteers/`.
    pub data: PathBuf,
    /// The folder that the weights go to.
    pub out: PathBuf,
    /// A folder of labels by the accurate tier, to learn from beside the corpora.
    pub labels: Option<PathBuf>,
    /// A folder with `fold0` to `fold4`, each of which holds the files of an encoder fitted without that fold.
    pub encoders: Option<PathBuf>,
}

impl Places {
    /// A file of the evaluation corpora; one that ends in `.gz` may also lie there unpacked.
    pub fn eval(&self, name: &str) -> PathBuf {
        let named = self.data.join("eval").join(name);
        let plain = named.with_extension("");
        if name.ends_with(".gz") && !named.is_file() && plain.is_file() { plain } else { named }
    }

    /// The folder of sample articles that comes with the project.
    pub fn samples(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples")
    }

    /// The clusters of words, fitted before.
    pub fn clusters(&self) -> io::Result<Clusters> {
        let bytes = std::fs::read(self.out.join("clusters.bin"))?;
        Clusters::from_bytes(bytes).map_err(io::Error::other)
    }

    /// The tagger, fitted before: its model and its dictionary.
    pub fn tagger(&self) -> io::Result<(Linear, Dictionary)> {
        let model = Linear::from_bytes(NAME, Tag::COUNT, std::fs::read(self.out.join("tags.bin"))?);
        let words = Dictionary::read(&std::fs::read_to_string(self.out.join("tags.txt"))?);
        Ok((model.map_err(io::Error::other)?, words.map_err(io::Error::other)?))
    }

    /// Writes one file of weights.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.out.join(name);
        std::fs::write(&path, bytes)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

/// A bar that shows how far a stage is, with words for what it does.
pub fn bar(words: &'static str, steps: usize) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{msg:<28} {wide_bar} {pos}/{len} {elapsed}");
    let bar = indicatif::ProgressBar::new(steps as u64).with_message(words);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Whether the folder of corpora is there, in words when it is not.
pub fn check(data: &Path) -> io::Result<()> {
    if data.join("eval").is_dir() {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        format!("{} has no folder eval; --data names the folder of the corpora", data.display()),
    ))
}
