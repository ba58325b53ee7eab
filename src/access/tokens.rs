//! Tokens of an identity provider: JSON Web Tokens (RFC 7519), signed with RS256, ES256 or EdDSA, checked against a set of
//! public keys (JWKS, RFC 7517) in a file or at an address.

mod verifier;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use tokio::sync::Notify;

use super::scope::Scope;
use crate::{
    echo,
    file_stamp::{FileStamp, must_be_file},
    telemetry,
};

/// How often the keys at an address are fetched again.
const REFRESH_INTERVAL: Duration = Duration::from_secs(300);

/// How long to wait before keys at an address are fetched again after a failure, or because a token names a new key.
const RETRY_INTERVAL: Duration = Duration::from_secs(10);

/// How long fetching keys may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest set of keys, in bytes.
const MAX_SET_BYTES: usize = 1 << 20;

/// By how much the clocks of the provider and this machine may differ, in seconds.
const CLOCK_SKEW_SECONDS: u64 = 30;

/// The settings of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConfig {
    /// Where the keys of the provider are: a file, or an address that begins with https:// (or http://, on loopback).
    pub keys: String,
    /// The claim `iss` that tokens must have.
    pub issuer: String,
    /// The claim `aud` that tokens must have.
    pub audience: String,
}

/// What checks tokens.
pub(crate) struct Tokens {
    config: TokenConfig,
    source: Source,
    keys: RwLock<Arc<JwkSet>>,
    /// A token named a key that is not known.
    wanted: Notify,
}

enum Source {
    /// A file, and its state when it was last read.
    File(PathBuf, Mutex<Option<FileStamp>>),
    Address(String),
}

/// Whose token it is, and what it allows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    pub(super) subject: String,
    pub(super) scopes: Vec<Scope>,
}

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Expired,
    /// For this reason.
    Invalid(String),
}

impl Fault {
    /// It may be by another key.
    fn not_by_this_key() -> Self {
        Self::Invalid("its signature or form is wrong".to_owned())
    }
}

/// Why the keys of the provider cannot be used.
#[derive(Debug)]
pub(crate) struct SourceFault(String);

impl fmt::Display for SourceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SourceFault {}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: String,
    /// Words with blanks between them (RFC 8693), or a list.
    #[serde(default)]
    scope: Option<Words>,
    /// The same, as some providers call it.
    #[serde(default)]
    scp: Option<Words>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    List(Vec<String>),
}

impl Claims {
    /// The scopes that mean something here, with or without the name of the service before them.
    fn scopes(&self) -> Vec<Scope> {
        let words = [&self.scope, &self.scp].into_iter().flatten().flat_map(|claim| match claim {
            Words::Text(text) => text.split_whitespace().collect::<Vec<_>>(),
            Words::List(words) => words.iter().map(String::as_str).collect(),
        });
        words.filter_map(|word| word.strip_prefix("sayso:").unwrap_or(word).parse().ok()).collect()
    }
}

impl Tokens {
    /// Reads the keys if they are in a file. Those at an address are fetched by [`Tokens::follow`].
    ///
    /// # Errors
    /// If the file cannot be read, or holds something else.
    pub(crate) fn open(config: TokenConfig) -> Result<Self, SourceFault> {
        verifier::install();
        let (source, keys) = if config.keys.contains("://") {
            (Source::Address(config.keys.clone()), JwkSet { keys: Vec::new() })
        } else {
            let path = PathBuf::from(&config.keys);
            let stamp = FileStamp::at(&path);
            let keys = read(&path)?;
            (Source::File(path, Mutex::new(stamp)), keys)
        };
        Ok(Self { config, source, keys: RwLock::new(Arc::new(keys)), wanted: Notify::new() })
    }

    /// Whose token this is, and what it allows.
    pub(super) fn check(&self, token: &str) -> Result<Bearer, Fault> {
        let invalid = |why: &str| Fault::Invalid(why.to_owned());
        let header = decode_header(token).map_err(|_| invalid("it is not a JSON Web Token"))?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA) {
            return Err(invalid("it is not signed with RS256, ES256 or EdDSA"));
        }
        if header.crit.is_some() {
            return Err(invalid("it has extensions (crit) that are not known here"));
        }
        let keys = self.current();
        let fits = |key: &&Jwk| {
            let signs = key.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature);
            signs && key.common.key_algorithm.is_none_or(|of| named(of) == Some(header.alg))
        };
        // Nothing keeps a set from having several keys of one id (RFC 7517, 4.5), as while one replaces another.
        let is_meant = |key: &&Jwk| match &header.kid {
            Some(id) => key.common.key_id.as_ref() == Some(id),
            None => keys.keys.len() == 1,
        };
        let mut refused = None;
        for key in keys.keys.iter().filter(is_meant).filter(fits) {
            match self.check_with(token, header.alg, key) {
                Err(fault) if fault == Fault::not_by_this_key() => refused = Some(fault),
                checked => return checked,
            }
        }
        Err(refused.unwrap_or_else(|| {
            self.wanted.notify_one();
            invalid("the issuer has no such key")
        }))
    }

    /// The same with this key.
    fn check_with(&self, token: &str, algorithm: Algorithm, key: &Jwk) -> Result<Bearer, Fault> {
        let invalid = |why: &str| Fault::Invalid(why.to_owned());
        let key = DecodingKey::from_jwk(key).map_err(|_| Fault::not_by_this_key())?;
        let mut rules = Validation::new(algorithm);
        rules.set_issuer(&[&self.config.issuer]);
        rules.set_audience(&[&self.config.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        rules.validate_nbf = true;
        rules.leeway = CLOCK_SKEW_SECONDS;
        let claims = decode::<Claims>(token, &key, &rules).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => Fault::Expired,
            ErrorKind::InvalidIssuer => invalid("it is from another issuer"),
            ErrorKind::InvalidAudience => invalid("it is for another audience"),
            ErrorKind::ImmatureSignature => invalid("it is not valid yet"),
            ErrorKind::MissingRequiredClaim(claim) => Fault::Invalid(format!("it has no {claim}")),
            _ => Fault::not_by_this_key(),
        })?;
        let scopes = claims.claims.scopes();
        Ok(Bearer { subject: echo::clip(&claims.claims.sub).into_owned(), scopes })
    }

    fn current(&self) -> Arc<JwkSet> {
        if let Source::File(path, last) = &self.source {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            let stamp = FileStamp::at(path);
            if *last != stamp {
                *last = stamp;
                match read(path) {
                    Ok(keys) => self.replace(keys),
                    Err(fault) => telemetry::refused("TOKEN_KEYS", &format!("new keys cannot be used: {fault}")),
                }
            }
        }
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, keys: JwkSet) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Fetches the keys at an address, again and again. Never ends, unless they are in a file.
    pub(crate) async fn follow(self: Arc<Self>) {
        let Source::Address(address) = &self.source else { return };
        loop {
            let pause = match fetch(address).await {
                Ok(keys) => {
                    self.replace(keys);
                    REFRESH_INTERVAL
                }
                Err(fault) => {
                    telemetry::refused("TOKEN_KEYS", &format!("the keys of tokens cannot be fetched: {fault}"));
                    RETRY_INTERVAL
                }
            };
            // Not sooner, however many tokens name keys that nobody has.
            tokio::time::sleep(RETRY_INTERVAL).await;
            let rest = pause.saturating_sub(RETRY_INTERVAL);
            // Either way it is time to fetch again.
            let _ = tokio::time::timeout(rest, self.wanted.notified()).await;
        }
    }
}

/// The algorithm that a key names for itself, as tokens name it.
fn named(algorithm: KeyAlgorithm) -> Option<Algorithm> {
    match algorithm {
        KeyAlgorithm::RS256 => Some(Algorithm::RS256),
        KeyAlgorithm::ES256 => Some(Algorithm::ES256),
        KeyAlgorithm::EdDSA => Some(Algorithm::EdDSA),
        _ => None,
    }
}

fn read(path: &Path) -> Result<JwkSet, SourceFault> {
    let read = must_be_file(path).and_then(|()| fs::read(path));
    let text = read.map_err(|error| SourceFault(format!("{}: {error}", path.display())))?;
    parse(&text, &path.display().to_string())
}

fn parse(text: &[u8], from: &str) -> Result<JwkSet, SourceFault> {
    let set = serde_json::from_slice(text);
    set.map_err(|error| SourceFault(format!("{from}: this is no set of keys (JWKS), like {{\"keys\": […]}}: {error}")))
}

async fn fetch(address: &str) -> Result<JwkSet, SourceFault> {
    let failed = |error: reqwest::Error| SourceFault(format!("{address}: {}", root(&error)));
    let client = reqwest::Client::builder()
        .timeout(FETCH_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(failed)?;
    let mut answer = client.get(address).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut text = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(failed)? {
        text.extend_from_slice(&part);
        if text.len() > MAX_SET_BYTES {
            return Err(SourceFault(format!("{address}: is longer than 1 MiB, which no set of keys is")));
        }
    }
    parse(&text, address)
}

/// The innermost cause, which is the most specific.
fn root(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), root)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    use super::*;

    struct Provider {
        ed: Ed25519KeyPair,
        ec: EcdsaKeyPair,
        folder: tempfile::TempDir,
    }

    impl Provider {
        fn new() -> Self {
            let random = ring::rand::SystemRandom::new();
            let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
            let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random).unwrap();
            let ed = Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap();
            Self { ed, ec, folder: tempfile::tempdir().unwrap() }
        }

        fn tokens(&self) -> Tokens {
            let path = self.folder.path().join("jwks.json");
            let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
            let keys = json!({"keys": [
                {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": BASE64.encode(self.ed.public_key())},
                {"kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256", "x": BASE64.encode(x), "y": BASE64.encode(y)},
            ]});
            fs::write(&path, keys.to_string()).unwrap();
            let config = TokenConfig {
                keys: path.to_str().unwrap().into(),
                issuer: "https://id.example".into(),
                audience: "sayso".into(),
            };
            Tokens::open(config).unwrap()
        }

        fn sign(&self, algorithm: &str, kid: &str, claims: &Value) -> String {
            let part = |value: &Value| BASE64.encode(value.to_string());
            let text = format!("{}.{}", part(&json!({"alg": algorithm, "kid": kid})), part(claims));
            let signature = match kid {
                "ec" => self.ec.sign(&ring::rand::SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec(),
                _ => self.ed.sign(text.as_bytes()).as_ref().to_vec(),
            };
            format!("{text}.{}", BASE64.encode(signature))
        }
    }

    fn claims() -> Value {
        let soon = jiff::Timestamp::now().as_second() + 600;
        json!({"iss": "https://id.example", "aud": ["sayso", "other"], "exp": soon, "sub": "desk", "scope": "openid read"})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[test]
    fn a_good_token_tells_who_it_is_and_what_it_allows() {
        let provider = Provider::new();
        let tokens = provider.tokens();
        let desk = |scopes: &[Scope]| Ok(Bearer { subject: "desk".into(), scopes: scopes.to_vec() });
        assert_eq!(tokens.check(&provider.sign("EdDSA", "ed", &claims())), desk(&[Scope::Read]));
        assert_eq!(tokens.check(&provider.sign("ES256", "ec", &claims())), desk(&[Scope::Read]));
        let listed = with("scp", json!(["sayso:write", "mail", "admin"]));
        assert_eq!(
            tokens.check(&provider.sign("EdDSA", "ed", &listed)),
            desk(&[Scope::Read, Scope::Write, Scope::Admin])
        );
    }

    #[test]
    fn keys_of_one_id_are_all_tried() {
        let (provider, other) = (Provider::new(), Provider::new());
        let (tokens, path) = (provider.tokens(), provider.folder.path().join("jwks.json"));
        let (x, y) = other.ec.public_key().as_ref()[1..].split_at(32);
        let ed = |from: &Provider| json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": BASE64.encode(from.ed.public_key())});
        let ec = json!({"kty": "EC", "crv": "P-256", "kid": "ed", "x": BASE64.encode(x), "y": BASE64.encode(y)});
        fs::write(&path, json!({"keys": [ec, ed(&other), ed(&provider)]}).to_string()).unwrap();
        for by in [&provider, &other] {
            assert!(tokens.check(&by.sign("EdDSA", "ed", &claims())).is_ok());
        }
        let third = Provider::new().sign("EdDSA", "ed", &claims());
        assert_eq!(tokens.check(&third), Err(Fault::not_by_this_key()));
    }

    #[test]
    fn a_token_that_is_not_good_is_refused_and_told_why() {
        let provider = Provider::new();
        let tokens = provider.tokens();
        let now = jiff::Timestamp::now().as_second();
        for (claims, part) in [
            (with("iss", json!("https://other.example")), "another issuer"),
            (with("aud", json!("other")), "another audience"),
            (with("nbf", json!(now + 600)), "not valid yet"),
            (with("exp", Value::Null), "exp"),
        ] {
            let Err(Fault::Invalid(why)) = tokens.check(&provider.sign("EdDSA", "ed", &claims)) else {
                panic!("{part}")
            };
            assert!(why.contains(part) || part == "exp", "{why}");
        }
        assert_eq!(tokens.check(&provider.sign("EdDSA", "ed", &with("exp", json!(now - 60)))), Err(Fault::Expired));
        let good = provider.sign("EdDSA", "ed", &claims());
        let (text, signature) = good.rsplit_once('.').unwrap();
        let other = Provider::new().sign("EdDSA", "ed", &claims());
        let none = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), text.split('.').nth(1).unwrap());
        let swapped = format!(
            "{}.{}.{signature}",
            text.split('.').next().unwrap(),
            BASE64.encode(with("scope", json!("admin")).to_string())
        );
        let mixed = [provider.sign("ES256", "ed", &claims()), provider.sign("EdDSA", "ec", &claims())];
        let hmac = provider.sign("HS256", "ed", &claims());
        let unknown = provider.sign("EdDSA", "gone", &claims());
        for wrong in ["", "a.b.c", text, &other, &none, &swapped, &mixed[0], &mixed[1], &hmac, &unknown] {
            assert!(matches!(tokens.check(wrong), Err(Fault::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn keys_change_with_their_file() {
        let (provider, next) = (Provider::new(), Provider::new());
        let tokens = provider.tokens();
        let token = next.sign("EdDSA", "ed", &claims());
        assert!(tokens.check(&token).is_err());
        next.tokens();
        fs::rename(next.folder.path().join("jwks.json"), provider.folder.path().join("jwks.json")).unwrap();
        assert!(tokens.check(&token).is_ok());
        fs::write(provider.folder.path().join("jwks.json"), "nothing").unwrap();
        assert!(tokens.check(&token).is_ok(), "keys that are no use replace none");
    }
}
