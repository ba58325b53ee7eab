//! The protobuf descriptors of the package, for code that reads messages by the names of their fields, and what the
//! protos say of methods.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

use crate::proto::DESCRIPTORS;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("the build wrote descriptors that can be read"));

/// The descriptor of the message `sayso.v1.{name}`. None if there is no such message.
pub(crate) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("sayso.v1.{name}"))
}

/// The number of the option `required_scope` of every method of the package, 0 where it is not set, by the path of the
/// method: "/sayso.v1.SearchService/SearchSentences".
pub(crate) fn method_options() -> impl Iterator<Item = (String, i32)> {
    let option = POOL.get_extension_by_name("sayso.v1.required_scope").expect("access.proto declares it");
    let ours = POOL.services().filter(|service| service.package_name() == "sayso.v1");
    ours.flat_map(|service| service.methods().collect::<Vec<_>>()).map(move |method| {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let number = method.options().get_extension(&option).as_enum_number();
        (path, number.unwrap_or_default())
    })
}
