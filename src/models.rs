//! Makes the analyzer, with models from a folder if one is given.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use sayso_extract::Analyzer;
use sayso_extract::model::Files;

/// Makes the analyzer with the models in `folder`. Those that are not there are the compiled-in ones.
///
/// # Errors
/// In words that name the file and what would be accepted: if the folder or a file cannot be read, if the folder holds
/// no model, or if a `.bin` is not a model or is damaged.
pub(crate) fn analyzer(folder: Option<&Path>) -> Result<Analyzer, String> {
    let Some(folder) = folder else { return Ok(Analyzer::new()) };
    let told = |fault: &dyn std::fmt::Display| format!("model folder {}: {fault}", folder.display());
    let files = read(folder).map_err(|error| told(&error))?;
    if files.is_empty() {
        let names: Vec<_> = Files::names().collect();
        return Err(told(&format!("it holds no model; models are the files {}", names.join(", "))));
    }
    Analyzer::with_models(files).map_err(|error| told(&error))
}

/// All files of the folder that are models, or should be.
fn read(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let claims = path.extension().is_some_and(|end| end == "bin");
        if claims || Files::names().any(|model| model == name) {
            let named = |error: io::Error| io::Error::new(error.kind(), format!("{name}: {error}"));
            match fs::read(&path) {
                Err(error) if error.kind() == ErrorKind::IsADirectory => {}
                bytes => files.push((name.clone(), bytes.map_err(named)?)),
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use sayso_document::Tier;

    use super::*;

    #[test]
    fn faults_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let fault = || analyzer(Some(folder.path())).unwrap_err();
        assert!(fault().contains("it holds no model; models are the files"), "{}", fault());
        fs::write(folder.path().join("notes.txt"), "no model").unwrap();
        assert!(fault().contains("it holds no model"), "{}", fault());
        fs::write(folder.path().join("mine.bin"), "what").unwrap();
        assert!(fault().contains("mine.bin is not a model; the models are"), "{}", fault());
        let absent = folder.path().join("absent");
        assert!(analyzer(Some(&absent)).unwrap_err().contains("absent"));
    }

    #[test]
    fn without_a_folder_the_compiled_in_models_serve() {
        assert_eq!(analyzer(None).unwrap().model(Tier::Fast), Analyzer::MODEL);
    }
}
