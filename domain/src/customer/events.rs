//! What happens to a customer.

use super::document::{DocumentKind, FileFormat};
use crate::day::Day;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::DocumentId;
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{CustomerName, MessageText, Title};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a customer.
    CustomerEvent {
        CustomerOpened = "customer.opened" v 1,
        CustomerRenamed = "customer.renamed" v 1,
        DocumentPublished = "customer.document_published" v 1,
        DocumentWithdrawn = "customer.document_withdrawn" v 1,
    }
}

/// The builder noted a household or company. Its name is the builder's, as a job's is, and not sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerOpened {
    /// What it is called.
    pub name: CustomerName,
}

/// The customer got another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRenamed {
    /// Before.
    pub from: CustomerName,
    /// After.
    pub to: CustomerName,
}

/// The builder published a document to the customer (R117, R118).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPublished {
    /// The document.
    pub document: DocumentId,
    /// What it is about.
    pub kind: DocumentKind,
    /// What it is called.
    pub title: Personal<Title>,
    /// The day that it bears.
    pub day: Day,
    /// What the builder says of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Personal<MessageText>>,
    /// What kind of file is kept.
    pub format: FileFormat,
    /// How many bytes of it.
    pub bytes: u32,
}

/// The builder took a document back; its file is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentWithdrawn {
    /// The document.
    pub document: DocumentId,
    /// What it was about.
    pub kind: DocumentKind,
    /// What it was called.
    pub title: Personal<Title>,
}

nothing_personal!(CustomerOpened, CustomerRenamed);

impl HoldsPersonal for DocumentPublished {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("title", &mut self.title);
        if let Some(note) = &mut self.note {
            visitor.visit("note", note);
        }
    }
}

impl HoldsPersonal for DocumentWithdrawn {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("title", &mut self.title);
    }
}

impl CustomerEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::CustomerOpened(e) => vec![FieldChange::new_value("name", e.name.as_str())],
            Self::CustomerRenamed(e) => {
                vec![FieldChange::between("name", e.from.as_str(), e.to.as_str())]
            }
            Self::DocumentPublished(e) => {
                let mut changes = vec![
                    FieldChange::new_value("document", &e.title),
                    FieldChange::new_value("document_kind", e.kind.word()),
                    FieldChange::new_value("document_day", e.day.to_string()),
                ];
                changes.extend(e.note.iter().map(|n| FieldChange::new_value("document_note", n)));
                changes
            }
            Self::DocumentWithdrawn(e) => vec![
                FieldChange::old_value("document", &e.title),
                FieldChange::old_value("document_kind", e.kind.word()),
            ],
        }
    }
}
