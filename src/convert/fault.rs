//! Errors in requests.

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The field at fault, as a path from the request: `article.body`.
    pub(crate) field: String,
    /// The reason, for programs: `LIMIT_EXCEEDED`.
    pub(crate) reason: &'static str,
    /// For people: what is wrong, and what would be accepted.
    pub(crate) message: String,
    /// Further facts for programs, for example the position in a query.
    pub(crate) metadata: Vec<(&'static str, String)>,
}

impl Fault {
    /// The field has an invalid value.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new("INVALID_FIELD", field, message)
    }

    /// The field exceeds a limit.
    pub(crate) fn too_much(field: &str, limit: &'static str, most: usize, message: impl Into<String>) -> Self {
        let mut fault = Self::new("LIMIT_EXCEEDED", field, message);
        fault.metadata = vec![("limit", limit.to_owned()), ("most", most.to_string())];
        fault
    }

    /// The field is required.
    pub(crate) fn missing(field: &str) -> Self {
        Self::invalid(field, "is missing; say what to look for")
    }

    /// The same fault of a field of another name.
    pub(crate) fn at(self, field: &str) -> Self {
        Self { field: field.to_owned(), ..self }
    }

    pub(crate) fn new(reason: &'static str, field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), reason, message: message.into(), metadata: Vec::new() }
    }
}
