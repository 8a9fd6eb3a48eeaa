//! Which commands a customer takes by itself. Asks, and changes nothing.

use super::document::DocumentDetails;
use super::events::{
    CustomerEvent, CustomerOpened, CustomerRenamed, DocumentPublished, DocumentWithdrawn,
};
use super::rejection::CustomerRejection;
use super::state::{Customer, Document};
use crate::ids::DocumentId;
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::CustomerName;

type Decided = Result<Vec<CustomerEvent>, Rejection>;

/// Decides to note a household or company.
pub(crate) fn open(present: Option<&Customer>, name: &CustomerName) -> Decided {
    match present {
        None => Ok(vec![CustomerOpened { name: name.clone() }.into()]),
        Some(_) => Err(CustomerRejection::AlreadyExists.into()),
    }
}

/// Decides to give it another name; the one that it has changes nothing.
pub(crate) fn rename(customer: &Customer, to: &CustomerName) -> Vec<CustomerEvent> {
    if customer.name == *to {
        return Vec::new();
    }
    vec![CustomerRenamed { from: customer.name.clone(), to: to.clone() }.into()]
}

/// Decides to publish a document.
pub(crate) fn publish(customer: &Customer, id: DocumentId, details: &DocumentDetails) -> Decided {
    if customer.documents.contains_key(&id) {
        return Err(CustomerRejection::DocumentExists.into());
    }
    if customer.published() >= Customer::DOCUMENTS_MAX {
        return Err(CustomerRejection::TooManyDocuments.into());
    }
    let DocumentDetails { kind, title, day, note, format, bytes } = details.clone();
    let title = Personal::known(customer.id, title);
    let note = note.map(|note| Personal::known(customer.id, note));
    Ok(vec![DocumentPublished { document: id, kind, title, day, note, format, bytes }.into()])
}

/// Decides to take one back; twice is once. One that never was is as one of another customer.
pub(crate) fn withdraw(customer: &Customer, id: DocumentId) -> Decided {
    match customer.documents.get(&id) {
        None => Err(Rejection::Unknown(customer.id.into())),
        Some(Document::Withdrawn) => Ok(Vec::new()),
        Some(Document::Published { kind, title }) => {
            let (kind, title) = (*kind, title.clone());
            Ok(vec![DocumentWithdrawn { document: id, kind, title }.into()])
        }
    }
}
