//! TLS: certificates that are read again when their files change.

mod transport;

pub(crate) use transport::Transport;

use std::{
    fmt,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{
            CertificateDer, PrivateKeyDer,
            pem::{self, PemObject},
        },
        server::{VerifierBuilderError, WebPkiClientVerifier},
    },
};

use crate::{
    file_stamp::{FileStamp, must_be_file},
    telemetry,
};

/// What calls may be spoken over, as handshakes name it, in order of preference: gRPC needs the first.
pub(crate) const OF_CALLS: &[&[u8]] = &[b"h2", b"http/1.1"];

/// What metrics are served over, as handshakes name it.
pub(crate) const OF_METRICS: &[&[u8]] = &[b"http/1.1"];

/// The files of a server that encrypts, all in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Its certificate, followed by those between it and the authority.
    pub cert: PathBuf,
    /// The private key of its certificate.
    pub key: PathBuf,
    /// The authorities that must have signed the certificate of each client. None: clients need no certificate.
    pub client_ca: Option<PathBuf>,
}

impl TlsFiles {
    fn stamps(&self) -> [Option<FileStamp>; 3] {
        let ca = self.client_ca.as_deref().and_then(FileStamp::at);
        [FileStamp::at(&self.cert), FileStamp::at(&self.key), ca]
    }

    fn read(&self) -> Result<ServerConfig, Fault> {
        let named =
            [("tls_cert", Some(&self.cert)), ("tls_key", Some(&self.key)), ("tls_client_ca", self.client_ca.as_ref())];
        for (setting, path) in named {
            let Some(path) = path else { continue };
            let opened = must_be_file(path).and_then(|()| File::open(path));
            opened.map_err(|error| Fault::Unreadable(setting, path.clone(), error))?;
        }
        let provider = Arc::new(ring::default_provider());
        let certs = certificates(&self.cert)?;
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| Fault::pem(&self.key, "private key", error))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| Fault::Tls(self.cert.clone(), error))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(path)? {
                    roots.add(authority).map_err(|error| Fault::Tls(path.clone(), error))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|error| Fault::Verifier(path.clone(), error))?)
            }
        };
        builder.with_single_cert(certs, key).map_err(|error| Fault::Tls(self.cert.clone(), error))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|error| Fault::pem(path, "certificate", error))?;
    if found.is_empty() { Err(Fault::pem(path, "certificate", pem::Error::NoItemsFound)) } else { Ok(found) }
}

/// Why a file cannot be used for TLS.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It cannot be opened, and this setting names it.
    Unreadable(&'static str, PathBuf, io::Error),
    /// It cannot be read.
    Io(PathBuf, io::Error),
    /// It does not hold what it should, which is named, in PEM.
    Pem(PathBuf, &'static str, pem::Error),
    /// What it holds cannot be used.
    Tls(PathBuf, rustls::Error),
    /// Its authorities cannot be used.
    Verifier(PathBuf, VerifierBuilderError),
}

impl Fault {
    fn pem(path: &Path, what: &'static str, error: pem::Error) -> Self {
        match error {
            pem::Error::Io(error) => Self::Io(path.to_owned(), error),
            error => Self::Pem(path.to_owned(), what, error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(setting, path, error) => {
                let remedy = match error.kind() {
                    io::ErrorKind::PermissionDenied => {
                        "the user that runs sayso must be able to read it: see chown and chmod"
                    }
                    _ => "the setting names a file in PEM",
                };
                write!(f, "{setting}: {}: {error}; {remedy}", path.display())
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Pem(path, what, pem::Error::NoItemsFound) => {
                write!(f, "{}: holds no {what} in PEM, which begins with -----BEGIN", path.display())
            }
            Self::Pem(path, what, error) => write!(f, "{}: is no {what} in PEM: {error:?}", path.display()),
            Self::Tls(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Verifier(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for Fault {}

/// What makes connections encrypted.
pub(crate) struct Tls {
    files: TlsFiles,
    current: Mutex<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    /// The state of the files when they were last read, with or without success.
    stamps: [Option<FileStamp>; 3],
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// If one of them cannot be read, or holds something else.
    pub(crate) fn open(files: TlsFiles) -> Result<Self, Fault> {
        let stamps = files.stamps();
        let config = Arc::new(files.read()?);
        Ok(Self { files, current: Mutex::new(Current { config, stamps }) })
    }

    /// What accepts the next connection, over which one of these protocols is spoken.
    pub(crate) fn acceptor(&self, protocols: &[&[u8]]) -> TlsAcceptor {
        let mut config = ServerConfig::clone(&self.config());
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config).into()
    }

    /// The certificates and rules for the next connection. Reads the files again if they have changed. If they cannot
    /// be used, the certificates stay as they were, and the log says so.
    fn config(&self) -> Arc<ServerConfig> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = self.files.stamps();
        if stamps != current.stamps {
            current.stamps = stamps;
            match self.files.read() {
                Ok(config) => {
                    current.config = Arc::new(config);
                    tracing::info!(cert = %self.files.cert.display(), "the certificates were read again");
                }
                Err(fault) => telemetry::refused(
                    "CERTIFICATES_UNREADABLE",
                    &format!("new certificates cannot be used, the old ones stay: {fault}"),
                ),
            }
        }
        Arc::clone(&current.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str) -> TlsFiles {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        TlsFiles { cert, key, client_ca: None }
    }

    #[test]
    fn certificates_change_with_their_files_and_stay_if_those_are_no_use() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), "a.example");
        let tls = Tls::open(files.clone()).unwrap();
        let config = |tls: &Tls| Arc::as_ptr(&tls.config());
        let first = config(&tls);
        assert_eq!(config(&tls), first);
        write(folder.path(), "b.example");
        let second = config(&tls);
        assert_ne!(second, first);
        std::fs::write(&files.cert, "nothing").unwrap();
        assert_eq!(config(&tls), second);
    }

    #[test]
    fn a_file_that_is_no_use_is_named_with_what_it_should_hold() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), "a.example");
        let said = |files: TlsFiles| Tls::open(files).err().unwrap().to_string();
        let swapped = TlsFiles { cert: files.key.clone(), key: files.cert.clone(), client_ca: None };
        assert!(said(swapped).contains("key.pem: holds no certificate in PEM"));
        let gone = TlsFiles { key: folder.path().join("gone.pem"), ..files.clone() };
        assert!(said(gone).contains("gone.pem: "));
        let other = rcgen::generate_simple_self_signed(["c.example".to_owned()]).unwrap();
        std::fs::write(&files.key, other.signing_key.serialize_pem()).unwrap();
        assert!(said(files).contains("cert.pem: "), "the key is of another certificate");
    }
}
