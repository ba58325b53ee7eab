//! The protobuf descriptors of the package, for code that reads messages by the names of their fields, and what the
//! protos say of methods.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor, MessageDescriptor, MethodDescriptor};

use crate::proto::{AccessScope, DESCRIPTORS};

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("the build wrote descriptors that can be read"));

/// The descriptor of the message `sayso.v1.{name}`. None if there is no such message.
pub(crate) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("sayso.v1.{name}"))
}

/// The message with this full name: `google.rpc.Status`. None if no proto of ours declares or imports it.
pub(crate) fn message_of(full_name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(full_name)
}

/// All files, those that ours import included.
pub(crate) fn files() -> impl Iterator<Item = FileDescriptor> {
    POOL.files()
}

/// All methods of the package, in the order of the protos.
pub(crate) fn methods() -> impl Iterator<Item = MethodDescriptor> {
    let ours = POOL.services().filter(|service| service.package_name() == "sayso.v1");
    ours.flat_map(|service| service.methods().collect::<Vec<_>>())
}

/// How a method is called over plain HTTP: the message `google.api.HttpRule`. None if it is not.
pub(crate) fn http_rule(method: &MethodDescriptor) -> Option<DynamicMessage> {
    let option = POOL.get_extension_by_name("google.api.http").expect("annotations.proto declares it");
    let options = method.options();
    options.has_extension(&option).then(|| options.get_extension(&option).as_message().cloned()).flatten()
}

/// The number of the option `required_scope` of every method of the package, 0 where it is not set, by the path of the
/// method: "/sayso.v1.SearchService/SearchSentences".
pub(crate) fn method_options() -> impl Iterator<Item = (String, i32)> {
    methods().map(|method| {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        (path, scope(&method).unwrap_or_default())
    })
}

/// The number of the option `required_scope` of a method.
pub(crate) fn scope(method: &MethodDescriptor) -> Option<i32> {
    let option = POOL.get_extension_by_name("sayso.v1.MethodAccess.required_scope").expect("access.proto declares it");
    method.options().get_extension(&option).as_enum_number()
}

/// The method with this path: "/sayso.v1.SearchService/SearchSentences".
fn method(path: &str) -> Option<MethodDescriptor> {
    let (service, name) = path.strip_prefix('/')?.split_once('/')?;
    POOL.get_service_by_name(service)?.methods().find(|method| method.name() == name)
}

/// The message that this method takes.
pub(crate) fn request(path: &str) -> Option<MessageDescriptor> {
    method(path).map(|method| method.input())
}

/// The paths of all methods of the package that ask about what is stored or the server itself, and get one answer.
pub(crate) fn questions() -> impl Iterator<Item = String> {
    let asks = |method: &MethodDescriptor| {
        let brings_text = method.input().fields().any(|field| field.name() == "text");
        !method.is_client_streaming() && !method.is_server_streaming() && !brings_text
    };
    let read = AccessScope::Read as i32;
    method_options()
        .filter(move |(path, scope)| *scope == read && method(path).as_ref().is_some_and(asks))
        .map(|(path, _)| path)
}

/// The paths of all methods of the package that answer with a stream.
pub(crate) fn streams() -> impl Iterator<Item = String> {
    method_options()
        .map(|(path, _)| path)
        .filter(|path| method(path).is_some_and(|method| method.is_server_streaming()))
}
