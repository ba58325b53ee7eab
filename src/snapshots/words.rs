//! What went wrong with the place of snapshots, in words: stores of objects answer in XML.

use std::error::Error;

/// What an error of a store says, as a sentence without markup.
pub(super) fn words(error: &object_store::Error) -> String {
    let whole = error.to_string();
    if let Some(code) = element(&whole, "Code") {
        let message = element(&whole, "Message").unwrap_or_default();
        let message = message.trim_end_matches('.');
        let advice = advice(&code).map(|advice| format!("; {advice}")).unwrap_or_default();
        return match message {
            "" => format!("the store answers {code}{advice}"),
            _ => format!("the store answers {code}: {message}{advice}"),
        };
    }
    if let Some((_, rest)) = whole.split_once("status code: ") {
        let status = rest.split([':', '<']).next().unwrap_or_default().trim();
        return format!("the store answers {status}");
    }
    if let Some(address) = unreached(&whole) {
        let cause = innermost(error);
        return format!("{address} cannot be reached: {cause}; AWS_ENDPOINT_URL names the address of the store");
    }
    one_line(whole.split('<').next().unwrap_or_default())
}

/// What to do about a folder that fails in this way, to be put behind the failure.
pub(super) fn remedy(why: &str) -> &'static str {
    match why {
        _ if why.contains("Permission denied") => {
            "; the user that runs sayso must be able to read and write the folder and all that is in it: see chown and chmod"
        }
        _ if why.contains("Read-only file system") => {
            "; mount its file system so that it can be written, or name another folder"
        }
        _ => "",
    }
}

/// What to do about an answer of S3 with this code.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "NoSuchBucket" => "make the bucket, or name another: s3://BUCKET/PATH",
        "AccessDenied" | "AllAccessDisabled" => "the key AWS_ACCESS_KEY_ID may not do that",
        "InvalidAccessKeyId" | "InvalidToken" | "ExpiredToken" => "look at AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN",
        "SignatureDoesNotMatch" => "look at AWS_SECRET_ACCESS_KEY",
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => {
            "look at AWS_REGION"
        }
        "RequestTimeTooSkewed" => "set the clock of this machine",
        _ => return None,
    })
}

/// The text of an element of XML.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let plain = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(one_line(&plain.replace("&amp;", "&")))
}

/// The address that did not answer: "http://127.0.0.1:9".
fn unreached(text: &str) -> Option<&str> {
    let (head, _) = text.split_once("error sending request")?;
    let start = head.find("http")?;
    let address = head[start..].split_whitespace().next()?;
    let host = address.split_once("://")?.1;
    Some(&address[..address.len() - host.find('/').map_or(0, |at| host.len() - at)])
}

fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    one_line(&error.to_string())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> String {
        words(&object_store::Error::Generic { store: "S3", source: source.into() })
    }

    #[test]
    fn answers_in_xml_become_words() {
        let missing = "Error performing GET http://127.0.0.1:7070/x?list-type=2 in 2ms - Server returned non-2xx status code: \
                       404 Not Found: <?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket \
                       does not\n exist.</Message><BucketName>x</BucketName></Error>";
        let said = "the store answers NoSuchBucket: The specified bucket does not exist; make the bucket, or name another: \
                    s3://BUCKET/PATH";
        assert_eq!(told(missing), said);
        let odd =
            "Server returned error response: <Error><Code>SlowDown</Code><Message>&lt;5 &amp; less</Message></Error>";
        assert_eq!(told(odd), "the store answers SlowDown: <5 & less");
        assert_eq!(
            told("status code: 502 Bad Gateway: <html><body>no</body></html>"),
            "the store answers 502 Bad Gateway"
        );
        assert_eq!(told("status code: 503 Service Unavailable: "), "the store answers 503 Service Unavailable");
    }

    #[test]
    fn who_does_not_answer_is_named() {
        let silent = "Error performing GET http://127.0.0.1:9/bucket?list-type=2 in 30s, after 6 retries - HTTP error: error \
                      sending request";
        let said = told(silent);
        assert!(
            said.starts_with("http://127.0.0.1:9 cannot be reached: ") && said.contains("AWS_ENDPOINT_URL"),
            "{said}"
        );
        assert_eq!(told("a\nb"), "Generic S3 error: a b");
    }
}
