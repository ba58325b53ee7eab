//! Which files to read, and as what.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use walkdir::{DirEntry, WalkDir};

use super::report::Refusal;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Plain text or Markdown: one article
    Text,
    /// A web page: one article
    Html,
    /// One record a line
    Jsonl,
    /// One record, or a list of them
    Json,
}

impl Format {
    /// What a file of this name holds; `.gz` at its end does not matter.
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let (_, extension) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
        match extension {
            "txt" | "md" => Some(Self::Text),
            "html" | "htm" => Some(Self::Html),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Where it is; none for standard input.
    pub(super) path: Option<PathBuf>,
    /// What it holds.
    pub(super) format: Format,
    /// Its length in bytes; 0 when that is not known.
    pub(super) bytes: u64,
}

impl File {
    /// What people call it.
    pub(super) fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "standard input".into(), |path| path.display().to_string())
    }
}

/// The files that the paths stand for: themselves, or what lies in a folder and below, by name, as
/// far as it is of a known kind, not hidden and no `README`. `-` is standard input. `format` holds for every file.
pub(super) fn list(paths: &[String], format: Option<Format>) -> (Vec<File>, Vec<Refusal>) {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        if path == "-" {
            match format {
                Some(format) => files.push(File { path: None, format, bytes: 0 }),
                None => refused
                    .push(Refusal::new("standard input", "tell what it holds: --format text, html, jsonl or json")),
            }
            continue;
        }
        let root = PathBuf::from(path);
        match root.metadata() {
            Err(error) => refused.push(Refusal::new(path, error)),
            Ok(meta) if meta.is_dir() => folder(&root, format, &mut files, &mut refused),
            Ok(meta) => match format.or_else(|| Format::of(&root)) {
                Some(_) if is_metadata(&root) => {}
                Some(format) => files.push(File { path: Some(root), format, bytes: meta.len() }),
                None => refused.push(Refusal::new(
                    path,
                    "its name does not tell what it holds: --format text, html, jsonl or json",
                )),
            },
        }
    }
    (files, refused)
}

fn folder(root: &Path, format: Option<Format>, files: &mut Vec<File>, refused: &mut Vec<Refusal>) {
    let visible = |entry: &DirEntry| entry.depth() == 0 || is_content(&entry.file_name().to_string_lossy());
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let place = error.path().unwrap_or(root).display().to_string();
                refused.push(Refusal::new(place, error));
                continue;
            }
        };
        let kind = Format::of(entry.path()).map(|known| format.unwrap_or(known));
        if let Some(format) = kind.filter(|_| entry.file_type().is_file() && !is_metadata(entry.path())) {
            let bytes = entry.metadata().map_or(0, |meta| meta.len());
            files.push(File { path: Some(entry.into_path()), format, bytes });
        }
    }
}

/// Whether a file or folder of this name, found in a folder, may hold articles.
fn is_content(name: &str) -> bool {
    !name.starts_with('.') && !name.to_lowercase().starts_with("readme.")
}

/// Whether a file tells about the text beside it: `01-tide.json` beside `01-tide.txt`.
fn is_metadata(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
        && ["txt", "md", "txt.gz", "md.gz"].iter().any(|text| path.with_extension(text).is_file())
}

/// The file that tells about a text: `01-tide.json` beside `01-tide.txt`, if there is one.
pub(super) fn metadata_of(text: &Path) -> Option<PathBuf> {
    let plain =
        if text.extension().is_some_and(|extension| extension == "gz") { text.with_extension("") } else { text.into() };
    Some(plain.with_extension("json")).filter(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_gives_what_is_of_a_known_kind_by_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/.git")).unwrap();
        for name in [
            "b/x.HTML",
            "b/.git/no.txt",
            "a.txt",
            "a.json",
            "c.jsonl.gz",
            "z.png",
            ".hidden.txt",
            "README.md",
            "d.json",
        ] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let (files, refused) = list(&[folder.path().display().to_string()], None);
        let found: Vec<_> = files
            .iter()
            .map(|file| {
                (file.path.as_ref().unwrap().strip_prefix(folder.path()).unwrap().display().to_string(), file.format)
            })
            .collect();
        let expected = [
            ("a.txt", Format::Text),
            ("b/x.HTML", Format::Html),
            ("c.jsonl.gz", Format::Jsonl),
            ("d.json", Format::Json),
        ];
        assert_eq!(found, expected.map(|(name, format)| (name.to_string(), format)));
        assert!(refused.is_empty());
        assert_eq!(metadata_of(&folder.path().join("a.txt.gz")), Some(folder.path().join("a.json")));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let (files, refused) = list(&["no/such/file.txt".into(), "Cargo.toml".into(), "-".into()], None);
        assert!(files.is_empty());
        let places: Vec<_> = refused.iter().map(|refusal| refusal.place.as_str()).collect();
        assert_eq!(places, ["no/such/file.txt", "Cargo.toml", "standard input"]);
        let (files, _) = list(&["-".into()], Some(Format::Jsonl));
        assert_eq!(files, [File { path: None, format: Format::Jsonl, bytes: 0 }]);
    }
}
