//! JSON of a message, from its bytes and part by part.
//!
//! A message with reflection takes some twenty times its bytes of memory. So of a large one, only small parts are ever
//! read at once: its fields, and the elements of its lists.

use std::ops::Range;

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor};
use tonic::Status;

use crate::grpc::status;

/// Messages of at most so many bytes are read as one.
const PART_BYTES: usize = 16 << 10;

/// One field in the bytes of a message, or one element of a list.
struct Record {
    number: u32,
    wire_type: WireType,
    /// With its key and its length.
    all: Range<usize>,
    content: Range<usize>,
}

/// The JSON of a message of this kind. Each field must have one encoding: oneofs of which two fields are set are not told
/// from messages.
pub(super) fn json_of(kind: &MessageDescriptor, message: &[u8]) -> Result<Vec<u8>, Status> {
    let mut json = Vec::with_capacity(2 * message.len());
    write(kind, message, &mut json).map_err(|error| status::broken(&error.to_string()))?;
    Ok(json)
}

type Written = Result<(), Box<dyn std::error::Error>>;

fn write(kind: &MessageDescriptor, message: &[u8], json: &mut Vec<u8>) -> Written {
    // Google's own have forms of their own.
    if message.len() <= PART_BYTES || kind.package_name() == "google.protobuf" {
        return write_whole(kind, message, json);
    }
    let mut records = records(message)?;
    records.sort_by_key(|record| record.number);
    json.push(b'{');
    let begin = json.len();
    for field in records.chunk_by(|one, other| one.number == other.number) {
        let before = json.len();
        if before > begin {
            json.push(b',');
        }
        let start = json.len();
        write_field(kind, message, field, json)?;
        if json.len() == start {
            json.truncate(before);
        }
    }
    json.push(b'}');
    Ok(())
}

fn write_whole(kind: &MessageDescriptor, message: &[u8], json: &mut Vec<u8>) -> Written {
    serde_json::to_writer(json, &DynamicMessage::decode(kind.clone(), message)?)?;
    Ok(())
}

/// Writes name and value of the field that has these records, or nothing if the kind does not have it.
fn write_field(kind: &MessageDescriptor, message: &[u8], records: &[Record], json: &mut Vec<u8>) -> Written {
    let Some(field) = kind.get_field(records[0].number) else { return Ok(()) };
    let are_messages = records.iter().all(|record| record.wire_type == WireType::LengthDelimited);
    let inner = match field.kind() {
        Kind::Message(inner) if are_messages && !field.is_map() && (field.is_list() || records.len() == 1) => inner,
        _ => {
            // Of this kind, but with this field alone.
            let bytes: Vec<u8> = records.iter().flat_map(|record| &message[record.all.clone()]).copied().collect();
            let begin = json.len();
            write_whole(kind, &bytes, json)?;
            // Without the braces.
            json.pop();
            json.remove(begin);
            return Ok(());
        }
    };
    serde_json::to_writer(&mut *json, field.json_name())?;
    json.push(b':');
    if !field.is_list() {
        return write(&inner, &message[records[0].content.clone()], json);
    }
    for (number, record) in records.iter().enumerate() {
        json.push(if number == 0 { b'[' } else { b',' });
        write(&inner, &message[record.content.clone()], json)?;
    }
    json.push(b']');
    Ok(())
}

/// The records of a message, in the order of its bytes.
fn records(message: &[u8]) -> Result<Vec<Record>, Box<dyn std::error::Error>> {
    let (mut rest, mut records) = (message, Vec::new());
    while !rest.is_empty() {
        let begin = message.len() - rest.len();
        let (number, wire_type) = decode_key(&mut rest)?;
        if wire_type == WireType::LengthDelimited {
            let length = usize::try_from(decode_varint(&mut rest)?)?;
            let start = message.len() - rest.len();
            rest = rest.get(length..).ok_or("a field is longer than its message")?;
            records.push(Record { number, wire_type, all: begin..start + length, content: start..start + length });
        } else {
            let start = message.len() - rest.len();
            skip_field(wire_type, number, &mut rest, DecodeContext::default())?;
            let end = message.len() - rest.len();
            records.push(Record { number, wire_type, all: begin..end, content: start..end });
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_reflect::Value;

    use super::*;
    use crate::descriptors;

    /// Fills a message with values of all its fields, and its lists with many.
    fn filled(kind: &MessageDescriptor, depth: usize, length: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(kind.clone());
        for field in kind.fields() {
            let value = match field.kind() {
                _ if field.is_map() => continue,
                Kind::Message(_) if depth == 0 => continue,
                Kind::Message(inner) if inner.package_name() == "google.protobuf" => continue,
                Kind::Message(inner) => Value::Message(filled(&inner, depth - 1, length)),
                Kind::String => Value::String("“Ferry” \n\u{1}".into()),
                Kind::Bool => Value::Bool(true),
                Kind::Double => Value::F64(0.1),
                Kind::Float => Value::F32(0.1),
                Kind::Bytes => Value::Bytes(b"\0\xff"[..].into()),
                Kind::Enum(numbers) => Value::EnumNumber(numbers.values().last().map_or(0, |value| value.number())),
                Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(-7),
                Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(-7),
                Kind::Uint32 | Kind::Fixed32 => Value::U32(7),
                Kind::Uint64 | Kind::Fixed64 => Value::U64(7),
            };
            let value = if field.is_list() { Value::List(vec![value; length]) } else { value };
            message.set_field(&field, value);
        }
        message
    }

    #[test]
    fn a_message_in_parts_reads_as_it_does_whole() {
        for name in ["AnalyzeResponse", "GetArticleResponse", "SearchQuotesResponse", "LookupEntitiesResponse"] {
            let kind = descriptors::message(name).unwrap();
            for length in [0, 1, 3, 40] {
                let message = filled(&kind, 4, length);
                let (bytes, mut whole) = (message.encode_to_vec(), Vec::new());
                write_whole(&kind, &bytes, &mut whole).unwrap();
                assert!(
                    json_of(&kind, &bytes).unwrap() == whole,
                    "{name} with lists of {length}, {} bytes",
                    bytes.len()
                );
            }
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let kind = descriptors::message("AnalyzeResponse").unwrap();
        for end in [1, 2, PART_BYTES] {
            let message = filled(&kind, 4, 20).encode_to_vec();
            assert!(message.len() > 2 * PART_BYTES);
            assert!(json_of(&kind, &message[..message.len() - end]).is_err());
        }
    }
}
