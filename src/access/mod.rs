//! Who may call what: API keys and tokens with scopes, checked for every call but those of health.
//!
//! Keys are required as soon as the file of keys exists. It is looked at again for every call, so a key that is created
//! or revoked is so from the next call on. If the file vanishes or becomes unreadable, nobody is let in.

mod keys;
mod rate;
mod refusal;
mod scope;
mod tokens;

pub(crate) use keys::{Fault, Key, KeyFile, Missing, NewKey};
pub(crate) use refusal::{Holder, Refusal};
pub(crate) use scope::Scope;
pub use tokens::TokenConfig;
pub(crate) use tokens::Tokens;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};

use keys::{Loaded, Secret};
use rate::Rate;
use scope::Scopes;

/// Whoever made a call that is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The server asks for no key.
    Anyone,
    /// The holder of this key or token.
    Known(Holder),
}

/// What pays for the requests of a call that brings many: the rate of its key.
#[derive(Clone)]
pub(crate) struct Payer {
    access: Arc<Access>,
    id: Arc<str>,
}

impl Payer {
    /// The key of this holder.
    pub(crate) fn new(access: &Arc<Access>, holder: &Holder) -> Self {
        Self { access: Arc::clone(access), id: Arc::clone(&holder.id) }
    }

    /// Counts this call as so many. The next calls wait for those that are too many.
    pub(crate) fn counts_as(&self, count: usize) {
        self.access.owe(&self.id, count.saturating_sub(1));
    }

    /// Waits until another call may be made, and counts it.
    pub(crate) async fn wait(&self) {
        while let Err(wait) = self.access.take(&self.id) {
            tokio::time::sleep(wait).await;
        }
    }
}

/// The gate that calls pass.
pub(crate) struct Access {
    file: KeyFile,
    /// What checks tokens, if they are let in as keys are.
    tokens: Option<Arc<Tokens>>,
    scopes: Scopes,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the file held when it was last read; none if it never was there.
    loaded: Option<Loaded>,
    /// How fast keys were used of late, by their ids.
    rates: BTreeMap<Arc<str>, Rate>,
}

impl Access {
    /// A gate with the keys of this file, which need not exist, and for tokens, if there is what checks them.
    ///
    /// # Errors
    /// If the file exists and cannot be read, or holds something else.
    pub(crate) fn open(file: &Path, tokens: Option<Arc<Tokens>>) -> Result<Self, Fault> {
        let file = KeyFile::at(file);
        let loaded = file.load()?;
        Ok(Self {
            file,
            tokens,
            scopes: Scopes::of_all_methods(),
            state: Mutex::new(State { loaded, ..State::default() }),
        })
    }

    /// Whether calls need a key now.
    pub(crate) fn asks_for_keys(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.tokens.is_some() || self.renew(&mut state).map_or(true, |()| state.loaded.is_some())
    }

    /// The scope that a method needs, by its path: "/sayso.v1.SearchService/SearchSentences". None if it needs no key.
    pub(crate) fn scope_of(&self, path: &str) -> Option<Scope> {
        self.scopes.required(path)
    }

    /// Lets a caller with this secret use this scope, if that is right.
    pub(crate) fn admit(&self, secret: Option<&str>, scope: Scope) -> Result<Caller, Refusal> {
        if let (Some(tokens), Some(token)) = (&self.tokens, secret.filter(|secret| !keys::looks_like_one(secret))) {
            return admit_token(tokens, token, scope);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.renew(&mut state)?;
        let State { loaded, rates } = &mut *state;
        let Some(loaded) = loaded else {
            return if self.tokens.is_none() {
                Ok(Caller::Anyone)
            } else {
                Err(secret.map_or(Refusal::NoKey, |_| Refusal::UnknownKey))
            };
        };
        let secret = secret.ok_or(Refusal::NoKey)?;
        let key = Secret::parse(secret).and_then(|secret| loaded.key(&secret)).ok_or(Refusal::UnknownKey)?;
        key.allows(scope)?;
        if let Some(most) = key.calls_per_second {
            let taken = rates.entry(Arc::clone(&key.id)).or_default().take(most, Instant::now());
            taken.map_err(|wait| Refusal::TooManyCalls(key.holder(), wait))?;
        }
        Ok(Caller::Known(key.holder()))
    }

    /// Counts so many calls more of this key, whose next calls wait for them.
    fn owe(&self, id: &str, count: usize) {
        self.with_rate(id, |rate, most| rate.owe(u32::try_from(count).unwrap_or(u32::MAX), most, Instant::now()));
    }

    /// Counts a call more of this key, unless it has to wait for so long first.
    fn take(&self, id: &str) -> Result<(), Duration> {
        self.with_rate(id, |rate, most| rate.take(most, Instant::now())).unwrap_or(Ok(()))
    }

    /// None if the key has no limit.
    fn with_rate<T>(&self, id: &str, change: impl FnOnce(&mut Rate, u32) -> T) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { loaded, rates } = &mut *state;
        let key = loaded.as_ref()?.by_id(id)?;
        Some(change(rates.entry(Arc::clone(&key.id)).or_default(), key.calls_per_second?))
    }

    /// Whether a key that was let in, by its id, would be let in with this scope now. Holders of tokens are, until their
    /// call ends.
    pub(crate) fn still_admits(&self, id: &str, scope: Scope) -> Result<(), Refusal> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.renew(&mut state)?;
        let Some(loaded) = &state.loaded else { return Ok(()) };
        match loaded.by_id(id) {
            None if self.tokens.is_some() => Ok(()),
            None => Err(Refusal::UnknownKey),
            Some(key) => key.allows(scope),
        }
    }

    /// Reads the file again if it has changed. Once there were keys, a file that cannot be read lets nobody in.
    fn renew(&self, state: &mut State) -> Result<(), Refusal> {
        let was_there = state.loaded.is_some();
        if self.file.is_unchanged(state.loaded.as_ref()) {
            return Ok(());
        }
        match self.file.load() {
            Ok(Some(loaded)) => {
                tracing::info!(file = %self.file.path().display(), keys = loaded.len(), "the keys have changed");
                state.rates.retain(|id, _| loaded.by_id(id).is_some());
                state.loaded = Some(loaded);
                Ok(())
            }
            Ok(None) if was_there => Err(self.no_file("it is gone")),
            Ok(None) => Ok(()),
            Err(fault) => Err(self.no_file(&fault.to_string())),
        }
    }

    fn no_file(&self, why: &str) -> Refusal {
        let file = self.file.path().display();
        crate::telemetry::refused("KEYS_UNREADABLE", &format!("the file of keys {file} cannot be read: {why}"));
        Refusal::NoFile
    }
}

fn admit_token(tokens: &Tokens, token: &str, scope: Scope) -> Result<Caller, Refusal> {
    let bearer = tokens.check(token).map_err(|fault| match fault {
        tokens::Fault::Expired => Refusal::Expired(Holder::named("of the token")),
        tokens::Fault::Invalid(why) => Refusal::BadToken(why),
    })?;
    // So that no subject is taken for the id of a key.
    let subject = Holder::named(&format!("token:{}", bearer.subject));
    if bearer.scopes.contains(&scope) { Ok(Caller::Known(subject)) } else { Err(Refusal::NoScope(subject, scope)) }
}

/// The secret that a call brings: `authorization: Bearer sayso_…`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(folder: &Path) -> (Access, KeyFile) {
        let path = folder.join("keys.json");
        (Access::open(&path, None).unwrap(), KeyFile::at(&path))
    }

    #[test]
    fn a_call_that_brings_many_requests_counts_as_so_many() {
        let folder = tempfile::tempdir().unwrap();
        let (access, file) = gate(folder.path());
        let (key, secret) =
            file.create(NewKey { calls_per_second: Some(100), ..new_key("a", &[Scope::Read]) }).unwrap();
        let access = Arc::new(access);
        assert!(access.admit(Some(&secret), Scope::Read).is_ok());
        Payer::new(&access, &key.holder()).counts_as(1000);
        let Err(Refusal::TooManyCalls(holder, wait)) = access.admit(Some(&secret), Scope::Read) else { panic!() };
        assert!(wait > Duration::from_secs(5), "{wait:?}");
        assert_eq!(holder.to_string(), format!("{} (a)", key.id));
    }

    fn new_key(name: &str, scopes: &[Scope]) -> NewKey {
        NewKey {
            name: name.into(),
            scopes: scopes.iter().copied().collect(),
            expire_time: None,
            calls_per_second: None,
        }
    }

    #[test]
    fn keys_count_from_the_next_call_on() {
        let folder = tempfile::tempdir().unwrap();
        let (access, file) = gate(folder.path());
        assert_eq!(access.admit(None, Scope::Admin), Ok(Caller::Anyone));
        let (key, secret) = file.create(new_key("desk", &[Scope::Read])).unwrap();
        assert!(access.asks_for_keys());
        assert_eq!(access.admit(None, Scope::Read), Err(Refusal::NoKey));
        assert_eq!(access.admit(Some(&secret), Scope::Read), Ok(Caller::Known(key.holder())));
        assert_eq!(access.admit(Some(&secret), Scope::Write), Err(Refusal::NoScope(key.holder(), Scope::Write)));
        file.revoke("desk").unwrap();
        assert_eq!(access.admit(Some(&secret), Scope::Read), Err(Refusal::UnknownKey));
        std::fs::remove_file(file.path()).unwrap();
        assert_eq!(access.admit(None, Scope::Read), Err(Refusal::NoFile), "a lost file opens nothing");
    }

    #[test]
    fn nothing_but_the_whole_secret_of_a_key_that_is_still_good_is_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let (access, file) = gate(folder.path());
        let (_, secret) = file.create(new_key("desk", &[Scope::Read])).unwrap();
        let (_, other) = file.create(new_key("feed", &[Scope::Read])).unwrap();
        let ended = NewKey { expire_time: Some(jiff::Timestamp::UNIX_EPOCH), ..new_key("old", &[Scope::Read]) };
        let (old, ended) = file.create(ended).unwrap();
        assert_eq!(access.admit(Some(&ended), Scope::Read), Err(Refusal::Expired(old.holder())));
        let swapped = format!("{}{}", &secret[..secret.len() - 43], &other[other.len() - 43..]);
        let short = &secret[..secret.len() - 1];
        for wrong in ["", "sayso", "sayso_", "sayso__", "sayso_é_é", short, &swapped, &secret.to_uppercase()] {
            assert_eq!(access.admit(Some(wrong), Scope::Read), Err(Refusal::UnknownKey), "{wrong:?}");
        }
        for end in 0..secret.len() {
            assert_eq!(access.admit(Some(&secret[..end]), Scope::Read), Err(Refusal::UnknownKey));
        }
    }

    #[test]
    fn a_key_makes_no_more_calls_a_second_than_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let (access, file) = gate(folder.path());
        let (_, secret) = file.create(NewKey { calls_per_second: Some(1), ..new_key("slow", &[Scope::Read]) }).unwrap();
        assert!(access.admit(Some(&secret), Scope::Read).is_ok());
        let Err(Refusal::TooManyCalls(_, wait)) = access.admit(Some(&secret), Scope::Read) else {
            panic!("it is let in")
        };
        assert!(wait <= std::time::Duration::from_secs(1));
        // Another key gives this one no new calls.
        file.create(new_key("other", &[Scope::Read])).unwrap();
        assert!(matches!(access.admit(Some(&secret), Scope::Read), Err(Refusal::TooManyCalls(..))));
    }
}
