//! JSON of a message, from its bytes and part by part.
//!
//! A message with reflection takes some twenty times its bytes of memory, and its JSON some five times. So of a large one, only
//! small parts are ever read at once: its fields, and the elements of its lists. And no more of them become JSON than are wanted.

use std::{ops::Range, vec};

use axum::body::Bytes;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
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
pub(super) fn json_of(kind: &MessageDescriptor, message: &Bytes) -> Result<Vec<u8>, Status> {
    let mut json = Vec::with_capacity(2 * message.len());
    let mut writer = Writer::of(kind.clone(), message.clone());
    while writer.write(&mut json)? {}
    Ok(json)
}

type Written = Result<(), Box<dyn std::error::Error>>;

/// Makes the JSON of a message, part by part.
pub(super) struct Writer {
    message: Bytes,
    /// What is begun and not ended, the innermost last.
    open: Vec<Open>,
    /// None once it was begun.
    whole: Option<MessageDescriptor>,
}

/// A message or a list that is begun.
enum Open {
    /// The fields to come, and whether there were others.
    Message(vec::IntoIter<(FieldDescriptor, Vec<Record>)>, bool),
    /// The elements to come, and whether there were others.
    List(MessageDescriptor, vec::IntoIter<Range<usize>>, bool),
}

impl Writer {
    pub(super) fn of(kind: MessageDescriptor, message: Bytes) -> Self {
        Self { message, open: Vec::new(), whole: Some(kind) }
    }

    /// Writes the next part. False if there was none.
    pub(super) fn write(&mut self, json: &mut Vec<u8>) -> Result<bool, Status> {
        self.next(json).map_err(|error| status::broken(&error.to_string()))
    }

    fn next(&mut self, json: &mut Vec<u8>) -> Result<bool, Box<dyn std::error::Error>> {
        if let Some(kind) = self.whole.take() {
            self.begin(&kind, 0..self.message.len(), json)?;
            return Ok(true);
        }
        match self.open.last_mut() {
            None => return Ok(false),
            Some(Open::Message(fields, others)) => match fields.next() {
                Some((field, records)) => {
                    let before = json.len();
                    if *others {
                        json.push(b',');
                    }
                    let begin = json.len();
                    let inner = write_field(&field, &self.message, records, json)?;
                    match json.len() == begin {
                        // It has the value that is left out.
                        true => json.truncate(before),
                        false => *others = true,
                    }
                    match inner {
                        Some(Inner::Message(kind, content)) => self.begin(&kind, content, json)?,
                        Some(Inner::List(list)) => self.open.push(list),
                        None => {}
                    }
                }
                None => {
                    json.push(b'}');
                    self.open.pop();
                }
            },
            Some(Open::List(kind, elements, others)) => match elements.next() {
                Some(content) => {
                    if std::mem::replace(others, true) {
                        json.push(b',');
                    }
                    let kind = kind.clone();
                    self.begin(&kind, content, json)?;
                }
                None => {
                    json.push(b']');
                    self.open.pop();
                }
            },
        }
        Ok(true)
    }

    /// Writes a small message, or begins a large one.
    fn begin(&mut self, kind: &MessageDescriptor, content: Range<usize>, json: &mut Vec<u8>) -> Written {
        let message = self.message.get(content.clone()).ok_or("a field is longer than its message")?;
        // Google's own have forms of their own.
        if message.len() <= PART_BYTES || kind.package_name() == "google.protobuf" {
            return write_whole(kind, message, json);
        }
        json.push(b'{');
        self.open.push(Open::Message(fields(kind, message, content.start)?.into_iter(), false));
        Ok(())
    }
}

/// The fields that a message has of its kind, and their records. The message begins at `start` of the whole.
fn fields(
    kind: &MessageDescriptor,
    message: &[u8],
    start: usize,
) -> Result<Vec<(FieldDescriptor, Vec<Record>)>, Box<dyn std::error::Error>> {
    let mut records = records(message, start)?;
    records.sort_by_key(|record| record.number);
    let mut fields: Vec<(FieldDescriptor, Vec<Record>)> = Vec::new();
    for record in records {
        match fields.last_mut() {
            Some((field, records)) if field.number() == record.number => records.push(record),
            _ => fields.extend(kind.get_field(record.number).map(|field| (field, vec![record]))),
        }
    }
    Ok(fields)
}

fn write_whole(kind: &MessageDescriptor, message: &[u8], json: &mut Vec<u8>) -> Written {
    serde_json::to_writer(json, &DynamicMessage::decode(kind.clone(), message)?)?;
    Ok(())
}

/// A value that is still to be written.
enum Inner {
    Message(MessageDescriptor, Range<usize>),
    List(Open),
}

/// Writes name and value of the field that has these records, but for messages, which it returns.
fn write_field(
    field: &FieldDescriptor,
    message: &[u8],
    records: Vec<Record>,
    json: &mut Vec<u8>,
) -> Result<Option<Inner>, Box<dyn std::error::Error>> {
    let are_messages = records.iter().all(|record| record.wire_type == WireType::LengthDelimited);
    let inner = match field.kind() {
        Kind::Message(inner) if are_messages && !field.is_map() && (field.is_list() || records.len() == 1) => inner,
        _ => {
            // Of this kind, but with this field alone.
            let bytes: Vec<u8> = records.iter().flat_map(|record| &message[record.all.clone()]).copied().collect();
            let begin = json.len();
            write_whole(field.parent_message(), &bytes, json)?;
            // Without the braces.
            json.pop();
            json.remove(begin);
            return Ok(None);
        }
    };
    serde_json::to_writer(&mut *json, field.json_name())?;
    json.push(b':');
    if !field.is_list() {
        return Ok(Some(Inner::Message(inner, records[0].content.clone())));
    }
    json.push(b'[');
    let elements: Vec<_> = records.into_iter().map(|record| record.content).collect();
    Ok(Some(Inner::List(Open::List(inner, elements.into_iter(), false))))
}

/// The records of a message, in the order of its bytes. It begins at `offset` of the whole.
fn records(message: &[u8], offset: usize) -> Result<Vec<Record>, Box<dyn std::error::Error>> {
    let (mut rest, mut records) = (message, Vec::new());
    while !rest.is_empty() {
        let begin = message.len() - rest.len();
        let (number, wire_type) = decode_key(&mut rest)?;
        if wire_type == WireType::LengthDelimited {
            let length = usize::try_from(decode_varint(&mut rest)?)?;
            let start = message.len() - rest.len();
            rest = rest.get(length..).ok_or("a field is longer than its message")?;
            let (begin, start) = (offset + begin, offset + start);
            records.push(Record { number, wire_type, all: begin..start + length, content: start..start + length });
        } else {
            let start = message.len() - rest.len();
            skip_field(wire_type, number, &mut rest, DecodeContext::default())?;
            let end = message.len() - rest.len();
            let (begin, start, end) = (offset + begin, offset + start, offset + end);
            records.push(Record { number, wire_type, all: begin..end, content: start..end });
        }
    }
    Ok(records)
}

#[cfg(test)]
pub(super) mod tests {
    use prost::Message;
    use prost_reflect::Value;

    use super::*;
    use crate::descriptors;

    /// Fills a message with values of all its fields, and its lists with many.
    pub(in crate::http) fn filled(kind: &MessageDescriptor, depth: usize, length: usize) -> DynamicMessage {
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
                let (bytes, mut whole) = (Bytes::from(message.encode_to_vec()), Vec::new());
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
            let message = Bytes::from(filled(&kind, 4, 20).encode_to_vec());
            assert!(message.len() > 2 * PART_BYTES);
            assert!(json_of(&kind, &message.slice(..message.len() - end)).is_err());
        }
    }
}
