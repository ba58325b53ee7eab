//! Finds the files to read, and their formats.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use walkdir::{DirEntry, WalkDir};

use super::super::input;
use super::foreign;
use super::report::Refusal;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Plain text or Markdown: one article
    Text,
    /// A web page: one article
    Html,
    /// One record per line
    Jsonl,
    /// One record, or a list of them
    Json,
}

impl Format {
    /// The format that a file's name shows. A `.gz` at its end does not matter.
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
    /// Its path. None for standard input.
    pub(super) path: Option<PathBuf>,
    /// Its format.
    pub(super) format: Format,
    /// Its length in bytes. 0 if unknown.
    pub(super) bytes: u64,
}

impl File {
    /// Its name for people.
    pub(super) fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "standard input".into(), |path| path.display().to_string())
    }
}

/// The files to read, and what was skipped.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The files, in the order in which to read them.
    pub(super) files: Vec<File>,
    /// What cannot be read.
    pub(super) refused: Vec<Refusal>,
    /// How many files in folders have no known format, by the extensions of their names.
    unknown: BTreeMap<String, usize>,
    /// How many symbolic links in folders were not followed.
    links: usize,
    /// How many files and folders within folders are hidden, with names that begin with a dot.
    hidden: usize,
    /// How many files are called `README.…`.
    readmes: usize,
    /// How many things in folders are neither files nor folders: pipes, sockets, devices.
    special: usize,
}

/// Lists the files that the paths stand for. A folder stands for the files in it and below it, sorted by name. Files of
/// no known format, hidden files and `README`s are skipped. `-` is standard input. `format` overrides what the names
/// show. Symbolic links in folders are followed only with `follow_links`, because they may lead anywhere.
pub(super) fn list(paths: &[String], format: Option<Format>, follow_links: bool) -> Listing {
    let mut listing = Listing::default();
    for path in paths {
        listing.add(path, format, follow_links);
    }
    listing
}

/// Why a file cannot be read in any format, by its first bytes.
fn unreadable(path: &str) -> Option<String> {
    let mut head = Vec::new();
    input::open(path).ok()?.take(foreign::HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    foreign::refusal(&head)
}

impl Listing {
    fn add(&mut self, path: &str, format: Option<Format>, follow_links: bool) {
        if path == "-" {
            match format {
                Some(format) => self.files.push(File { path: None, format, bytes: 0 }),
                None => self
                    .refused
                    .push(Refusal::new("standard input", "say what it contains: --format text, html, jsonl or json")),
            }
            return;
        }
        let root = PathBuf::from(path);
        match root.metadata() {
            Err(error) => self.refused.push(Refusal::new(path, error)),
            Ok(meta) if meta.is_dir() => self.folder(&root, format, follow_links),
            Ok(meta) => match format.or_else(|| Format::of(&root)) {
                Some(_) if is_metadata(&root) => {}
                Some(format) => self.files.push(File { path: Some(root), format, bytes: meta.len() }),
                None => {
                    let nameless = "its name does not say what it contains: --format text, html, jsonl or json";
                    self.refused.push(Refusal::new(path, unreadable(path).unwrap_or_else(|| nameless.to_owned())));
                }
            },
        }
    }

    fn folder(&mut self, root: &Path, format: Option<Format>, follow_links: bool) {
        let (mut hidden, mut readmes) = (0, 0);
        let visible = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            let (is_hidden, is_readme) = (name.starts_with('.'), name.to_lowercase().starts_with("readme."));
            if entry.depth() == 0 {
                return true;
            }
            hidden += usize::from(is_hidden);
            readmes += usize::from(is_readme);
            !is_hidden && !is_readme
        };
        let walk = WalkDir::new(root).follow_links(follow_links).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(visible) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let place = error.path().unwrap_or(root).display().to_string();
                    self.refused.push(Refusal::new(place, error));
                    continue;
                }
            };
            let kind = entry.file_type();
            if kind.is_symlink() {
                self.links += 1;
            } else if kind.is_file() && !is_metadata(entry.path()) {
                match Format::of(entry.path()) {
                    Some(known) => {
                        let bytes = entry.metadata().map_or(0, |meta| meta.len());
                        let format = format.unwrap_or(known);
                        self.files.push(File { path: Some(entry.into_path()), format, bytes });
                    }
                    None => *self.unknown.entry(ending(entry.path())).or_default() += 1,
                }
            } else if !kind.is_file() && !kind.is_dir() {
                self.special += 1;
            }
        }
        self.hidden += hidden;
        self.readmes += readmes;
    }

    /// What was skipped, one line for each reason.
    pub(super) fn passed_over(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let count = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        if !self.unknown.is_empty() {
            let mut kinds: Vec<_> = self.unknown.iter().collect();
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let total = count(kinds.iter().map(|(_, count)| **count).sum(), "file", "files");
            let kinds: Vec<_> = kinds.iter().take(8).map(|(ending, count)| format!("{count} {ending}")).collect();
            lines.push(format!(
                "{total} skipped: {}; these can be read: .txt, .md, .html, .htm, .json, .jsonl, .ndjson, each also with .gz",
                kinds.join(", ")
            ));
        }
        if self.links > 0 {
            let links = count(self.links, "symbolic link was", "symbolic links were");
            lines.push(format!("{links} not followed; use --follow-links to follow them"));
        }
        if self.hidden > 0 {
            let hidden = count(self.hidden, "hidden file or folder", "hidden files and folders");
            lines.push(format!("{hidden} skipped; name a file itself to read it"));
        }
        if self.readmes > 0 {
            lines.push(format!("{} skipped", count(self.readmes, "README", "READMEs")));
        }
        if self.special > 0 {
            let special = count(self.special, "pipe, socket or device", "pipes, sockets and devices");
            lines.push(format!("{special} skipped"));
        }
        lines
    }
}

/// The extension of a file's name, such as ".pdf".
fn ending(path: &Path) -> String {
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy().to_lowercase()));
    ending.filter(|ending| ending.len() <= 12).unwrap_or_else(|| "of other names".into())
}

/// Whether a file holds the metadata of a text file next to it: `01-tide.json` next to `01-tide.txt`.
fn is_metadata(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
        && ["txt", "md", "txt.gz", "md.gz"].iter().any(|text| path.with_extension(text).is_file())
}

/// The metadata file of a text file, if there is one: `01-tide.json` next to `01-tide.txt`. A symbolic link counts only
/// with `follow_links`.
pub(super) fn metadata_of(text: &Path, follow_links: bool) -> Option<PathBuf> {
    let plain =
        if text.extension().is_some_and(|extension| extension == "gz") { text.with_extension("") } else { text.into() };
    let is_file = |path: &PathBuf| path.is_file() && (follow_links || !path.is_symlink());
    Some(plain.with_extension("json")).filter(is_file)
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
        let listing = list(&[folder.path().display().to_string()], None, false);
        let found: Vec<_> = listing
            .files
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
        assert!(listing.refused.is_empty());
        let told = "1 file skipped: 1 .png; these can be read: .txt, .md,";
        assert!(listing.passed_over()[0].starts_with(told), "{:?}", listing.passed_over());
        assert_eq!(
            &listing.passed_over()[1..],
            ["2 hidden files and folders skipped; name a file itself to read it", "1 README skipped"]
        );
        assert_eq!(metadata_of(&folder.path().join("a.txt.gz"), false), Some(folder.path().join("a.json")));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_counted_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("a.txt")).unwrap();
        let listing = list(&[folder.path().display().to_string()], None, false);
        assert!(listing.files.is_empty());
        assert_eq!(listing.passed_over(), ["1 pipe, socket or device skipped"]);
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_in_a_folder_are_followed_only_when_that_is_asked_for() {
        use std::os::unix::fs::symlink;
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("secret.txt"), "x").unwrap();
        fs::write(inside.path().join("a.txt"), "x").unwrap();
        symlink(outside.path(), inside.path().join("b")).unwrap();
        symlink(outside.path().join("secret.txt"), inside.path().join("c.txt")).unwrap();
        symlink(outside.path().join("secret.txt"), inside.path().join("a.json")).unwrap();
        let paths = [inside.path().display().to_string()];
        let listing = list(&paths, None, false);
        assert_eq!(listing.files.len(), 1);
        assert_eq!(listing.passed_over(), ["3 symbolic links were not followed; use --follow-links to follow them"]);
        assert_eq!(metadata_of(&inside.path().join("a.txt"), false), None);
        let followed = list(&paths, None, true);
        assert_eq!((followed.files.len(), followed.passed_over().len()), (3, 0));
        // A link that is named itself is followed.
        let named = list(&[inside.path().join("b").display().to_string()], None, false);
        assert_eq!(named.files.len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let Listing { files, refused, .. } =
            list(&["no/such/file.txt".into(), "Cargo.toml".into(), "-".into()], None, false);
        assert!(files.is_empty());
        let places: Vec<_> = refused.iter().map(|refusal| refusal.place.as_str()).collect();
        assert_eq!(places, ["no/such/file.txt", "Cargo.toml", "standard input"]);
        let files = list(&["-".into()], Some(Format::Jsonl), false).files;
        assert_eq!(files, [File { path: None, format: Format::Jsonl, bytes: 0 }]);
    }
}
