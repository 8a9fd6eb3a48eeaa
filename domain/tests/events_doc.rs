//! docs/EVENTS.md says what is stored: every type once, with its version, Rust name and fields.

use domain::Event;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What a row says, and what the code says.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    version: String,
    rust: String,
    /// Each field, and whether it is sealed.
    fields: BTreeMap<String, bool>,
}

fn unquoted(cell: &str) -> String {
    cell.trim().trim_matches('`').to_owned()
}

/// The rows of the tables of types, by stored type.
fn documented() -> BTreeMap<String, Row> {
    let doc = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/EVENTS.md");
    let doc = std::fs::read_to_string(doc).expect("readable");
    let mut rows = BTreeMap::new();
    for line in doc.lines() {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        // Only the tables of types have six columns; the envelope's has three.
        let [stored_type, version, rust, fields, meaning, rule] = cells[..] else { continue };
        if !stored_type.contains('.') {
            continue;
        }
        let stored_type = unquoted(stored_type);
        let fields = fields.split(',').filter(|field| !field.trim().is_empty()).map(|field| {
            let sealed = field.contains("*sealed*");
            (unquoted(field.replace("*sealed*", "").as_str()), sealed)
        });
        let row =
            Row { version: unquoted(version), rust: unquoted(rust), fields: fields.collect() };
        assert!(!meaning.trim().is_empty() && !rule.trim().is_empty(), "{stored_type} says why");
        assert!(rows.insert(stored_type.clone(), row).is_none(), "{stored_type} has two rows");
    }
    rows
}

/// What the code says: the types, and the fields of the golden files, which have all of them.
fn stored() -> BTreeMap<String, Row> {
    Event::types()
        .map(|(stored_type, version)| {
            let (aggregate, event) = stored_type.split_once('.').expect("aggregate.event");
            let file = format!("golden/{aggregate}/{event}.v{version}.json");
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let file = std::fs::read_to_string(file).expect("a golden file");
            let file: Value = serde_json::from_str(&file).expect("JSON");
            let payload = &file["payload"];
            let event = Event::decode(stored_type, version, &payload.to_string()).expect("decodes");
            let fields = payload.as_object().expect("an object");
            let row = Row {
                version: version.to_string(),
                rust: rust_name(&event),
                fields: fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.to_string().contains("\"plain\":")))
                    .collect(),
            };
            (stored_type.to_owned(), row)
        })
        .collect()
}

/// `Contact(ContactCreated(ContactCreated { title: None, … }))` is a `ContactCreated`.
fn rust_name(event: &Event) -> String {
    let debug = format!("{event:?}");
    let name = debug.split('(').nth(1).expect("the aggregate's variant");
    name.to_owned()
}

#[test]
fn each_event_type_has_one_true_row_and_each_row_a_type() {
    let (documented, stored) = (documented(), stored());
    for (stored_type, row) in &stored {
        assert_eq!(documented.get(stored_type), Some(row), "{stored_type} in docs/EVENTS.md");
    }
    let nothing: Vec<_> = documented.keys().filter(|row| !stored.contains_key(*row)).collect();
    assert!(nothing.is_empty(), "rows of no type: {nothing:?}");
}

#[test]
fn each_field_of_the_envelope_has_a_row() {
    let doc = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/EVENTS.md");
    let doc = std::fs::read_to_string(doc).expect("readable");
    for field in [
        "ledger",
        "position",
        "kind",
        "aggregate",
        "sequence",
        "event",
        "type",
        "version",
        "at",
        "actor",
        "acting_as",
        "channel",
        "client",
        "correlation",
        "causation",
        "idempotency",
        "reason",
        "payload",
    ] {
        let rows = doc.lines().filter(|line| line.starts_with(&format!("| `{field}` |"))).count();
        assert_eq!(rows, 1, "{field}");
    }
}
