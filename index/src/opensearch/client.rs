//! Speaks JSON with a cluster of several nodes.
//!
//! Each attempt of a request goes to the next node. A node that cannot be reached is left alone for a while, and a
//! cluster that is busy is asked again later: after 50 ms, then twice as long each time up to two seconds, up to half of
//! that by chance, so that several services do not come back together.
//!
//! | an attempt ends with | then |
//! |---|---|
//! | a reply, or 404 for a document that is not there | the caller has it |
//! | 429, 502, 503 or 504, or an index that is closed while another takes its place | another attempt, after a wait |
//! | no connection, no reply in time, or one that is cut off | another attempt, at the next node; this one rests |
//! | any other status | the caller hears what the cluster says |
//! | the caller's deadline | no further attempt; nothing is held against the node |
//!
//! Every request may be sent twice. Reads change nothing; a change of a document names the state that it replaces, so
//! that the second one is refused, and whoever made it reads what stands there.

use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

use super::agent::{agent, authorization};
use super::fault::Refusal;
use super::node::Nodes;
use super::options::OpenSearchOptions;
use crate::{Error, ErrorKind, Interrupt, Result};

/// The first wait before a request is sent again.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// The longest one.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The largest reply that is read, in bytes.
const REPLY_BYTES: u64 = 1 << 30;

/// A client of a cluster. Calls block.
///
/// ```no_run
/// use sayso_index::Interrupt;
/// use sayso_index::opensearch::{Client, OpenSearchOptions};
///
/// # fn main() -> sayso_index::Result<()> {
/// let client = Client::new(OpenSearchOptions::default())?;
/// let cluster = client.get("_cluster/health", &Interrupt::default())?;
/// assert_eq!(cluster["status"], "green");
/// # Ok(())
/// # }
/// ```
pub struct Client {
    agent: Agent,
    nodes: Nodes,
    /// The value of the header that shows a name and a password.
    authorization: Option<String>,
    /// How long one attempt may take.
    request_timeout: Duration,
    /// How many attempts follow the first.
    retries: u32,
    /// Where chance comes from.
    jitter: RandomState,
}

/// A request, before it is known to which node it goes.
struct Asked<'a> {
    method: Method,
    /// The path on a node, with its parameters.
    path: &'a str,
    body: Option<Vec<u8>>,
    /// The type of the body.
    content: &'static str,
}

/// Why an attempt brought no reply.
enum Miss {
    /// The node did not answer.
    Unanswered(String),
    /// It refused.
    Refused(Refusal),
}

impl Client {
    /// A client with these settings. It connects to nobody yet.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if a setting cannot be used.
    pub fn new(options: OpenSearchOptions) -> Result<Self> {
        if options.nodes.is_empty() {
            return Err(Error::new(ErrorKind::Invalid, "no node of the cluster is named; write http://HOST:PORT"));
        }
        if let Some(url) = options.nodes.iter().find(|url| !is_address(url)) {
            let message = format!(
                "{url:?} is not the address of an OpenSearch node; write http://HOST:PORT or https://HOST:PORT"
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        Ok(Self {
            agent: agent(&options)?,
            nodes: Nodes::new(&options.nodes, options.node_pause),
            authorization: authorization(&options.login),
            request_timeout: options.request_timeout,
            retries: options.retries,
            jitter: RandomState::new(),
        })
    }

    /// Reads what is at a path.
    ///
    /// # Errors
    /// What the cluster says, or [`ErrorKind::Unreachable`]; so for the calls that follow.
    pub fn get(&self, path: &str, interrupt: &Interrupt) -> Result<Value> {
        self.told(Method::GET, path, None, interrupt)
    }

    /// Posts to a path.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn post(&self, path: &str, body: &Value, interrupt: &Interrupt) -> Result<Value> {
        self.told(Method::POST, path, Some(body), interrupt)
    }

    /// Puts something at a path: an index with its settings, a document under a name, a block on an index.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn put(&self, path: &str, body: &Value, interrupt: &Interrupt) -> Result<Value> {
        self.told(Method::PUT, path, Some(body), interrupt)
    }

    /// Deletes what is at a path. Some calls of the cluster want to be told in a body what that is.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn delete(&self, path: &str, body: Option<&Value>, interrupt: &Interrupt) -> Result<Value> {
        self.told(Method::DELETE, path, body, interrupt)
    }

    /// Sends many changes at once, each a line or two of JSON. Those that were refused say so in the reply.
    ///
    /// # Errors
    /// As for [`Client::get`].
    pub fn bulk(&self, path: &str, lines: Vec<u8>, interrupt: &Interrupt) -> Result<Value> {
        let asked = Asked { method: Method::POST, path, body: Some(lines), content: "application/x-ndjson" };
        self.ask(&asked, interrupt)?.map_err(Refusal::into_error)
    }

    /// Posts to a path, where a caller can do something about a refusal.
    pub(super) fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        interrupt: &Interrupt,
    ) -> Result<std::result::Result<Value, Refusal>> {
        let body = body.map(|body| body.to_string().into_bytes());
        self.ask(&Asked { method, path, body, content: "application/json" }, interrupt)
    }

    /// A reply, or the error that a refusal means.
    fn told(&self, method: Method, path: &str, body: Option<&Value>, interrupt: &Interrupt) -> Result<Value> {
        self.try_send(method, path, body, interrupt)?.map_err(Refusal::into_error)
    }

    /// Asks one node after the other until one answers.
    fn ask(&self, asked: &Asked<'_>, interrupt: &Interrupt) -> Result<std::result::Result<Value, Refusal>> {
        let mut attempt = 0;
        loop {
            interrupt.check()?;
            let missed = match self.attempt(asked, interrupt) {
                Ok(reply) => return Ok(Ok(reply)),
                Err(Miss::Refused(refusal)) if !refusal.passes() => return Ok(Err(refusal)),
                Err(missed) => missed,
            };
            if attempt == self.retries {
                return match missed {
                    Miss::Refused(refusal) => Ok(Err(refusal)),
                    Miss::Unanswered(why) => {
                        interrupt.check()?;
                        Err(Error::new(ErrorKind::Unreachable, format!("no node of the cluster answers: {why}")))
                    }
                };
            }
            self.wait(attempt, interrupt)?;
            attempt += 1;
        }
    }

    /// Waits before the next attempt, but not beyond the moment until which the answer is wanted.
    fn wait(&self, attempt: u32, interrupt: &Interrupt) -> Result<()> {
        let whole = FIRST_WAIT.saturating_mul(1 << attempt.min(16)).min(LONGEST_WAIT);
        // Hashers begin with random numbers, and each further hash differs.
        let chance = self.jitter.hash_one(Instant::now()) % 1_000;
        let wait = whole.mul_f64(0.5 + chance as f64 / 2_000.0);
        let left = interrupt.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        thread::sleep(left.map_or(wait, |left| wait.min(left)));
        interrupt.check()
    }

    /// Asks one node.
    fn attempt(&self, asked: &Asked<'_>, interrupt: &Interrupt) -> std::result::Result<Value, Miss> {
        let started = Instant::now();
        let Some(node) = self.nodes.next(started) else {
            return Err(Miss::Unanswered("no node is named".into()));
        };
        let left = interrupt.deadline.map(|deadline| deadline.saturating_duration_since(started));
        let timeout = left.map_or(self.request_timeout, |left| left.min(self.request_timeout));
        match self.send(&node.url, asked, timeout) {
            Ok((status, reply)) => {
                self.nodes.answered(node);
                // A document that is not there is an answer, not an error.
                let answers = (200..300).contains(&status) || (status == 404 && reply["error"].is_null());
                if answers { Ok(reply) } else { Err(Miss::Refused(Refusal::of(status, &reply))) }
            }
            Err(error) => {
                // A deadline of the caller says nothing about the node.
                if timeout == self.request_timeout || !matches!(error, ureq::Error::Timeout(_)) {
                    self.nodes.failed(node, Instant::now());
                }
                Err(Miss::Unanswered(format!("{}: {error}", node.url)))
            }
        }
    }

    /// Sends one request and reads the reply. A reply that is not JSON counts as none.
    fn send(&self, url: &str, asked: &Asked<'_>, timeout: Duration) -> std::result::Result<(u16, Value), ureq::Error> {
        let uri = format!("{url}/{}", asked.path.trim_start_matches('/'));
        let mut request = Request::builder().method(&asked.method).uri(uri).header("accept", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let agent = &self.agent;
        let mut reply = match &asked.body {
            Some(body) => {
                let request = request.header("content-type", asked.content).body(&body[..])?;
                let bodied =
                    agent.configure_request(request).timeout_global(Some(timeout)).allow_non_standard_methods(true);
                agent.run(bodied.build())?
            }
            None => agent.run(agent.configure_request(request.body(())?).timeout_global(Some(timeout)).build())?,
        };
        let status = reply.status().as_u16();
        let bytes = reply.body_mut().with_config().limit(REPLY_BYTES).read_to_vec()?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }
}

/// Whether this is the address of a node.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    host.is_some_and(|host| {
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || "@?#".contains(c))
    })
}
