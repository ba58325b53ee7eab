//! Models of a folder.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use sayso_extract::Analyzer;
use sayso_extract::model::Files;

/// The models that lie in a folder, by the names of their files; other files are passed over.
pub fn of_folder(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for name in Files::names() {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => files.push((name.to_owned(), bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::new(error.kind(), format!("{}: {error}", path.display()))),
        }
    }
    Ok(files)
}

/// The files of the encoder that was fitted without a fold, of the folder `fold0` to `fold4` in a folder.
pub fn encoder_of_fold(folder: &Path, fold: usize) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = folder.join(format!("fold{fold}"));
    let mut files = of_folder(&folder)?;
    files.retain(|(name, _)| name.starts_with("encoder."));
    if files.is_empty() {
        let words = format!("{} holds no encoder; its files are encoder.onnx, encoder.heads", folder.display());
        return Err(Error::new(ErrorKind::NotFound, words));
    }
    Ok(files)
}

/// The analyzer with the models of a folder, or with those that are compiled in. A folder without any is an error.
pub fn analyzer(folder: Option<&Path>) -> Result<Analyzer> {
    let Some(folder) = folder else { return Ok(Analyzer::new()) };
    let files = of_folder(folder)?;
    if files.is_empty() {
        let names: Vec<_> = Files::names().collect();
        let words = format!("{} holds no model; models are the files {}", folder.display(), names.join(", "));
        return Err(Error::new(ErrorKind::NotFound, words));
    }
    Analyzer::with_models(files).map_err(|error| Error::other(format!("{}: {error}", folder.display())))
}
