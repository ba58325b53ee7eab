//! Where settings come from: flags go before the environment, and the environment before the file.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Provider,
    providers::{Env, Format, Serialized, Toml},
    value::{Dict, Value},
};
use toml::Spanned;

use crate::file_stamp::must_be_file;

use super::{Config, ConfigError, PREFIX, RawConfig, names, nearest};

/// Where a setting is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nowhere.
    Default,
    /// In this line of the file.
    File(PathBuf, usize),
    /// In this variable of the environment.
    Variable(String),
    /// In the command.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file, line) => write!(f, "{}, line {line}", file.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// Settings as they are written, and where.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    raw: RawConfig,
    origins: BTreeMap<String, Origin>,
}

/// Collects settings of several sources, and what is wrong with each.
#[derive(Default)]
struct Gathering {
    sources: Figment,
    origins: BTreeMap<String, Origin>,
    faults: Vec<String>,
}

impl Gathering {
    /// Takes the settings of a source, each of which is checked by itself, so that all faults are told at once.
    fn take(&mut self, source: Dict, origin: impl Fn(&str) -> Origin) {
        for (name, value) in source {
            let one = Figment::from(Serialized::default(&name, &value));
            let origin = origin(&name);
            match one.extract::<RawConfig>() {
                Ok(_) => {
                    let sources = std::mem::take(&mut self.sources);
                    self.sources = sources.merge(Serialized::default(&name, &value));
                    self.origins.insert(name, origin);
                }
                Err(faults) => self.faults.extend(faults.into_iter().map(|fault| told(&fault, &name, &value, &origin))),
            }
        }
    }
}

impl Settings {
    /// Adds settings from the environment (`SAYSO_LISTEN`, …) and the file, if there is one, to those of the flags.
    ///
    /// Other variables that begin with `SAYSO_` are ignored: Kubernetes sets some for a Service of that name.
    ///
    /// # Errors
    /// Reports everything that has the wrong form or is no setting, with its line or variable.
    pub fn gather(flags: RawConfig, file: Option<&PathBuf>) -> Result<Self, ConfigError> {
        let mut gathering = Gathering::default();
        if let Some(file) = file {
            let (settings, lines) = read(file).map_err(|fault| ConfigError(vec![fault]))?;
            let line = |name: &str| lines.get(name).copied().unwrap_or_default();
            gathering.take(settings, |name| Origin::File(file.clone(), line(name)));
        }
        let names = names();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        gathering.take(dict(&Env::prefixed(PREFIX).only(&names))?, |name| {
            Origin::Variable(format!("{PREFIX}{}", name.to_uppercase()))
        });
        gathering.take(dict(&Serialized::defaults(flags))?, |_| Origin::Flag);
        let Gathering { sources, origins, mut faults } = gathering;
        let raw = sources.extract().map_err(|error| ConfigError(vec![error.to_string()]))?;
        let settings = Self { raw, origins };
        if faults.is_empty() {
            return Ok(settings);
        }
        // What is wrong with the values of the others is told, too.
        faults.extend(settings.resolve().err().into_iter().flat_map(|ConfigError(others)| others));
        Err(ConfigError(faults))
    }

    /// The settings as they are written.
    pub(crate) fn raw(&self) -> &RawConfig {
        &self.raw
    }

    /// Where this setting is written.
    pub(crate) fn origin(&self, name: &str) -> &Origin {
        self.origins.get(name).unwrap_or(&Origin::Default)
    }

    /// The values to use.
    ///
    /// # Errors
    /// Reports everything that is wrong, not only the first thing, with its line or variable.
    pub fn resolve(&self) -> Result<Config, ConfigError> {
        self.raw.clone().resolve().map_err(|ConfigError(faults)| {
            let placed = |fault: String| match fault.split_once(':').map(|(name, _)| self.origin(name)) {
                None | Some(Origin::Default | Origin::Flag) => fault,
                Some(origin) => format!("{fault} ({origin})"),
            };
            ConfigError(faults.into_iter().map(placed).collect())
        })
    }
}

/// The settings of a file, and the line of each.
fn read(file: &Path) -> Result<(Dict, BTreeMap<String, usize>), String> {
    let shown = file.display();
    // Opening what is no file could wait for ever.
    let text = must_be_file(file).and_then(|()| std::fs::read_to_string(file)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{shown}: no such file; --config names a TOML file"),
        io::ErrorKind::PermissionDenied => {
            format!("{shown}: {error}; the user that runs sayso must be able to read it: see chown and chmod")
        }
        _ => format!("{shown}: {error}; --config names a TOML file"),
    })?;
    let keys: BTreeMap<Spanned<String>, toml::Value> =
        toml::from_str(&text).map_err(|error| syntax(&text, &error, file))?;
    let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let lines = keys.keys().map(|key| (key.get_ref().clone(), line(key.span().start))).collect();
    let settings = dict(&Toml::string(&text)).map_err(|ConfigError(faults)| faults.join("; "))?;
    Ok((settings, lines))
}

/// Says where a file is not TOML.
fn syntax(text: &str, error: &toml::de::Error, file: &Path) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    format!(
        "{}, line {line}: this is not TOML: {}",
        file.display(),
        error.message().lines().collect::<Vec<_>>().join("; ")
    )
}

fn dict(source: &impl Provider) -> Result<Dict, ConfigError> {
    let data = source.data().map_err(|error| ConfigError(vec![error.to_string()]))?;
    Ok(data.into_values().next().unwrap_or_default())
}

/// What is wrong with a setting, and where it is written.
fn told(fault: &figment::Error, name: &str, value: &Value, origin: &Origin) -> String {
    use figment::error::Kind;
    match &fault.kind {
        Kind::UnknownField(..) => {
            let meant = nearest(name).map(|known| format!("; did you mean {known}?")).unwrap_or_default();
            format!("{name}: there is no such setting{meant} ({origin})")
        }
        Kind::InvalidType(_, wanted) => {
            let wanted = match wanted.as_str() {
                "u32" | "usize" => "a number",
                "a boolean" => "true or false",
                wanted => wanted,
            };
            format!("{name}: is {} where {wanted} is expected ({origin})", value.to_actual())
        }
        kind => format!("{name}: {kind} ({origin})"),
    }
}
