//! A customer as its events made it.

use super::document::DocumentKind;
use super::events::CustomerEvent;
use crate::ImpossibleStep;
use crate::ids::{AggregateId, CustomerId, DocumentId};
use crate::personal::Personal;
use crate::text::{CustomerName, Title};
use std::collections::BTreeMap;

/// A household or company. Who belongs to it, the contacts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// What it is called.
    pub name: CustomerName,
    /// What was ever published to it.
    pub documents: BTreeMap<DocumentId, Document>,
}

/// The life of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// Members see it who may.
    Published {
        /// What it is about.
        kind: DocumentKind,
        /// What it is called.
        title: Personal<Title>,
    },
    /// It was taken back for good.
    Withdrawn,
}

impl Customer {
    /// The most contacts that belong to one, deleted and merged ones too.
    pub const CONTACTS_MAX: usize = 500;
    /// The most documents that are published to one at a time.
    pub const DOCUMENTS_MAX: usize = 2_000;

    /// How many documents are published to it now.
    pub(super) fn published(&self) -> usize {
        let published = |document: &&Document| matches!(document, Document::Published { .. });
        self.documents.values().filter(published).count()
    }

    /// A customer as its first event makes it.
    pub fn from_first(id: CustomerId, event: &CustomerEvent) -> Result<Self, ImpossibleStep> {
        match event {
            CustomerEvent::CustomerOpened(opened) => {
                Ok(Self { id, name: opened.name.clone(), documents: BTreeMap::new() })
            }
            CustomerEvent::CustomerRenamed(_)
            | CustomerEvent::DocumentPublished(_)
            | CustomerEvent::DocumentWithdrawn(_) => Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Customer(id),
                why: "the customer has not been opened",
            }),
        }
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &CustomerEvent) -> Result<(), ImpossibleStep> {
        let aggregate = AggregateId::Customer(self.id);
        let impossible = |why| Err(ImpossibleStep { event: event.stored_type(), aggregate, why });
        match event {
            CustomerEvent::CustomerOpened(_) => return impossible("the customer is there already"),
            CustomerEvent::CustomerRenamed(e) => self.name = e.to.clone(),
            CustomerEvent::DocumentPublished(e) => {
                if self.documents.contains_key(&e.document) {
                    return impossible("the document is there already");
                }
                let published = Document::Published { kind: e.kind, title: e.title.clone() };
                self.documents.insert(e.document, published);
            }
            CustomerEvent::DocumentWithdrawn(e) => match self.documents.get_mut(&e.document) {
                Some(there @ Document::Published { .. }) => *there = Document::Withdrawn,
                Some(Document::Withdrawn) | None => {
                    return impossible("the document is not published");
                }
            },
        }
        Ok(())
    }
}
