//! Knows files that are neither text nor web pages by their first bytes, whatever their names say.

use encoding_rs::{Encoding, UTF_8};

use super::super::input;

/// The refusal of a file that is neither text nor a web page: what it is, and what to do about it.
pub(super) fn refusal(bytes: &[u8]) -> Option<String> {
    kind(bytes).map(|kind| format!("this is {kind}"))
}

fn kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 16] = [
        (b"\xff\xfe\0\0", "text in UTF-32: convert it with iconv -f UTF-32 -t UTF-8"),
        (b"\0\0\xfe\xff", "text in UTF-32: convert it with iconv -f UTF-32 -t UTF-8"),
        (b"%PDF-", "a PDF file: extract its text first, with pdftotext for example"),
        (b"PK\x03\x04", "a zip archive, as files of word processors are: save its content as text or HTML"),
        (b"\xd0\xcf\x11\xe0", "a file of a word processor: save it as text or HTML"),
        (b"{\\rtf", "a rich text file: save it as text or HTML"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\x89PNG", "a picture"),
        (b"GIF87a", "a picture"),
        (b"GIF89a", "a picture"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive: unpack it, or pack it with gzip"),
        (b"\xfd7zXZ", "an xz archive: unpack it, or pack it with gzip"),
        (b"BZh91AY&SY", "a bzip2 archive: unpack it, or pack it with gzip"),
        (b"WARC/1.", "a web archive: save its pages as single files"),
        (b"bplist00", "a web archive: save the page as HTML"),
        (b"SQLite format 3\0", "a database"),
    ];
    let known = KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind);
    let ebcdic = || is_ebcdic(bytes).then_some("text in EBCDIC: convert it with iconv -f CP037 -t UTF-8");
    let feed = || {
        is_feed(bytes)
            .then_some("a feed in XML: turn it into JSON records, as docs/recipes.md does, or save its pages as HTML")
    };
    known
        .or_else(ebcdic)
        .or_else(feed)
        .or_else(|| is_mail(bytes).then_some("a message or a page saved as MHTML: save the page as HTML"))
}

/// Whether a file begins with text in the code of mainframes, where 0x40 is the blank and letters lie above 0x80.
fn is_ebcdic(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let count = |is: fn(&u8) -> bool| head.iter().filter(|byte| is(byte)).count();
    let letters =
        count(|byte| matches!(byte, 0x81..=0x89 | 0x91..=0x99 | 0xa2..=0xa9 | 0xc1..=0xc9 | 0xd1..=0xd9 | 0xe2..=0xe9));
    let blanks = count(|&byte| byte == 0x40);
    let ascii = count(|byte| matches!(byte, b' ' | b'\n' | b'a'..=b'i'));
    head.len() >= 40 && letters * 2 > head.len() && blanks * 30 > head.len() && ascii * 20 < head.len()
}

/// How many bytes of a file may be the head of a message.
pub(super) const HEAD_BYTES: usize = 4 << 10;

/// Whether a file begins with the head of a message in MIME, whose body is encoded.
fn is_mail(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]).to_ascii_lowercase();
    let mut lines = head.lines().take_while(|line| !line.is_empty());
    let is_field = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        line.starts_with([' ', '\t']) || line.contains(':') && !name.is_empty() && !name.contains(char::is_whitespace)
    };
    let (mut version, mut encoded) = (false, false);
    let all = lines.all(|line| {
        version |= line.starts_with("mime-version:");
        encoded |= ["multipart/", "quoted-printable", "base64"].iter().any(|word| line.contains(word));
        is_field(line)
    });
    all && version && encoded
}

/// Whether a file begins with the root element of a feed or of a site map.
fn is_feed(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let encoding = Encoding::for_bom(head).map(|(encoding, _)| encoding).or_else(|| input::utf_16(head));
    let (head, _) = encoding.unwrap_or(UTF_8).decode_with_bom_removal(head);
    let mut rest = head.trim_start();
    // A subset of a document type within it has brackets, and may hold any of these signs.
    let behind_doctype = |rest: &str| {
        let (subset, end) = (rest.find('['), rest.find('>')?);
        let end = match subset.filter(|&subset| subset < end) {
            Some(subset) => subset + rest[subset..].find("]>")? + 1,
            None => end,
        };
        Some(end + 1)
    };
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => rest.find("?>").map(|at| at + 2),
            _ if rest.starts_with("<!--") => rest.find("-->").map(|at| at + 3),
            _ if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) => behind_doctype(rest),
            _ => break,
        };
        let Some(end) = end else { return false };
        rest = rest[end..].trim_start();
    }
    let Some(root) = rest.strip_prefix('<').and_then(|rest| rest.split(['>', ' ', '\t', '\r', '\n']).next()) else {
        return false;
    };
    // With the prefix of a name space: `atom:feed`.
    let name = root.rsplit(':').next().unwrap_or(root);
    ["rss", "feed", "RDF", "urlset", "sitemapindex"].contains(&name) && rest.len() > 1 + root.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_kinds_are_known() {
        let in_utf_16: Vec<u8> =
            "\u{feff}<?xml version='1.0'?><rss version='2.0'>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mail = "From: a@post.example\r\nSubject: Bridge\r\n shut\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x";
        for (bytes, start) in [
            (b"%PDF-1.7\n".as_slice(), "a PDF file"),
            (
                b"\xe3\x88\x85\x40\x82\x99\x89\x84\x87\x85\x40\x96\x86\x40\xd4\x81\x99\x95\x40\xa6\x89\x93\x93\x40\xa2\xa3\x81\xa8\
                  \x40\xa2\x88\xa4\xa3\x40\xa4\x95\xa3\x89\x93\x40\x94\x96\x99\x95\x89\x95\x87\x4b",
                "text in EBCDIC",
            ),
            (b"\xff\xfe\0\0a\0\0\0", "text in UTF-32"),
            (b"{\\rtf1\\ansi The bridge is shut.}", "a rich text file"),
            (mail.as_bytes(), "a message"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made --><rss version='2.0'><channel>", "a feed"),
            (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "a feed"),
            (b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "a feed"),
            (b"<!DOCTYPE rss PUBLIC '-//N//DTD RSS 0.91//EN' 'rss.dtd'>\n<rss version='0.91'>", "a feed"),
            (b"<!DOCTYPE rdf:RDF [\n<!ENTITY x 'y'>\n]>\n<rdf:RDF\n xmlns:rdf='r'>", "a feed"),
            (in_utf_16.as_slice(), "a feed"),
        ] {
            assert!(kind(bytes).is_some_and(|kind| kind.starts_with(start)), "{start}");
        }
        for text in [
            "",
            "The bridge is shut.",
            "<!doctype html><p>No.",
            "From: Ilsa Brandt\n\nDear all,",
            "PK",
            "\u{feff}No.",
            "<?xml version='1.0'?><html>",
            "<!DOCTYPE html><html><body><rss>",
            "<feed",
            "<!DOCTYPE rss [<rss>",
        ] {
            assert_eq!(kind(text.as_bytes()), None, "{text}");
        }
    }
}
