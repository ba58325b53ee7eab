//! The protobuf descriptors of the package, for code that reads messages by the names of their fields.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

use crate::proto::DESCRIPTORS;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("the build wrote descriptors that can be read"));

/// The descriptor of the message `sayso.v1.{name}`. None if there is no such message.
pub(crate) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("sayso.v1.{name}"))
}
