//! How a cluster is reached: what the settings name, read from files and the environment.

use std::{env, fs, path::Path};

use sayso_index::opensearch::{Client, Login, OpenSearchOptions};

use crate::{config::ClusterConfig, file_stamp::must_be_file};

/// The variable of the environment that has the password, unless a file does. It is no setting, so that no list of
/// settings shows it.
const PASSWORD: &str = "SAYSO_OPENSEARCH_PASSWORD";

/// The most bytes of a file of certificates, or of a password.
const FILE_BYTES: u64 = 1 << 20;

/// What the engine is opened with. Connects to nobody.
///
/// # Errors
/// Names the setting whose file cannot be used.
pub(super) fn options(cluster: &ClusterConfig) -> Result<OpenSearchOptions, String> {
    let authorities = cluster.ca.as_deref().map(|path| read("opensearch_ca", path)).transpose()?;
    let mut options = OpenSearchOptions {
        nodes: cluster.urls.clone(),
        prefix: cluster.prefix.clone(),
        authorities,
        connect_timeout: cluster.connect_timeout,
        request_timeout: cluster.request_timeout,
        shards: cluster.shards,
        replicas: cluster.replicas,
        ..OpenSearchOptions::default()
    };
    let about = match &cluster.ca {
        Some(path) => format!("opensearch_ca {}", path.display()),
        None => "opensearch_url".into(),
    };
    check(&options, &about)?;
    options.login = login(cluster)?;
    if let Some((certificate, _)) = &cluster.certificate {
        check(&options, &format!("opensearch_client_cert {}", certificate.display()))?;
    }
    Ok(options)
}

/// Whether a client can be made of these.
fn check(options: &OpenSearchOptions, about: &str) -> Result<(), String> {
    Client::new(options.clone()).map(drop).map_err(|error| format!("{about}: {error}"))
}

/// How the server shows who it is.
fn login(cluster: &ClusterConfig) -> Result<Login, String> {
    if let Some((certificate, key)) = &cluster.certificate {
        let chain = read("opensearch_client_cert", certificate)?;
        return Ok(Login::Certificate { chain, key: read("opensearch_client_key", key)? });
    }
    let in_environment = env::var_os(PASSWORD);
    let Some(user) = cluster.user.clone() else {
        return match in_environment {
            None => Ok(Login::None),
            Some(_) => Err(format!("opensearch_user: is missing; a password ({PASSWORD}) is that of a user")),
        };
    };
    let password = match &cluster.password_file {
        Some(path) => first_line(path)?,
        None => match in_environment.map(std::ffi::OsString::into_string) {
            Some(Ok(password)) if !password.is_empty() => password,
            Some(_) => return Err(format!("opensearch_user: the password in {PASSWORD} is empty, or is no text")),
            None => {
                return Err(format!(
                    "opensearch_user: has no password; name a file with opensearch_password_file, or set {PASSWORD}"
                ));
            }
        },
    };
    Ok(Login::Password { user, password })
}

/// The password in a file.
fn first_line(path: &Path) -> Result<String, String> {
    let name = "opensearch_password_file";
    let text = String::from_utf8(read(name, path)?).unwrap_or_default();
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(format!("{name} {}: its first line must be the password, as text", path.display())),
    }
}

/// The bytes of the file that a setting names.
fn read(setting: &str, path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: &dyn std::fmt::Display| {
        format!("{setting} {}: {error}; the user that runs sayso must be able to read this file", path.display())
    };
    must_be_file(path).map_err(|error| told(&error))?;
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > FILE_BYTES => Err(told(&"is longer than a mebibyte")),
        _ => fs::read(path).map_err(|error| told(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RawConfig;

    fn cluster(raw: RawConfig) -> ClusterConfig {
        let raw = RawConfig {
            engine: Some("opensearch".into()),
            opensearch_url: Some(vec!["https://search-1:9200".into()]),
            ..raw
        };
        raw.resolve().unwrap().engine.cluster().unwrap().clone()
    }

    #[test]
    fn a_password_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let raw = || RawConfig {
            opensearch_user: Some("sayso".into()),
            opensearch_password_file: Some(file.clone()),
            ..RawConfig::default()
        };
        let missing = options(&cluster(raw())).unwrap_err();
        assert!(missing.starts_with("opensearch_password_file ") && missing.contains("No such file"), "{missing}");
        fs::write(&file, "correct horse\n").unwrap();
        match options(&cluster(raw())).unwrap().login {
            Login::Password { user, password } => assert_eq!((&*user, &*password), ("sayso", "correct horse")),
            other => panic!("{other:?}"),
        }
        fs::write(&file, "\n").unwrap();
        assert!(options(&cluster(raw())).unwrap_err().contains("its first line must be the password"));
    }

    #[test]
    fn a_user_needs_a_password() {
        let raw = RawConfig { opensearch_user: Some("sayso".into()), ..RawConfig::default() };
        let said = options(&cluster(raw)).unwrap_err();
        assert!(said.starts_with("opensearch_user: has no password; name a file"), "{said}");
    }

    #[test]
    fn files_that_are_no_certificates_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.pem");
        fs::write(&file, "not a certificate").unwrap();
        let ca = RawConfig { opensearch_ca: Some(file.clone()), ..RawConfig::default() };
        let certificate = RawConfig {
            opensearch_client_cert: Some(file.clone()),
            opensearch_client_key: Some(file.clone()),
            ..RawConfig::default()
        };
        for (raw, setting) in [(ca, "opensearch_ca"), (certificate, "opensearch_client_cert")] {
            let said = options(&cluster(raw)).unwrap_err();
            let start = format!("{setting} {}: ", file.display());
            assert!(said.starts_with(&start) && said.contains("there is no certificate in it"), "{said}");
        }
        let folder = RawConfig { opensearch_ca: Some(folder.path().into()), ..RawConfig::default() };
        assert!(options(&cluster(folder)).unwrap_err().contains("is not a file"));
    }
}
