//! What the protos say of their parts, in words.

use std::collections::HashMap;

use prost_reflect::FileDescriptor;

/// The comments before the declarations of files, by file and place in it.
#[derive(Default)]
pub(super) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    pub(super) fn of(files: impl Iterator<Item = FileDescriptor>) -> Self {
        let mut all = HashMap::new();
        for file in files {
            let places = file.file_descriptor_proto().source_code_info.clone().unwrap_or_default().location;
            for place in places {
                if let Some(comment) = place.leading_comments {
                    all.insert((file.name().to_owned(), place.path), one_line(&comment));
                }
            }
        }
        Self(all)
    }

    /// What is said of the declaration at this place. Empty if nothing is.
    pub(super) fn at(&self, file: &FileDescriptor, path: &[i32]) -> &str {
        self.0.get(&(file.name().to_owned(), path.to_vec())).map_or("", String::as_str)
    }
}

/// The lines of each paragraph in one. An empty line stays.
fn one_line(comment: &str) -> String {
    let paragraphs = comment.split("\n\n").map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}
