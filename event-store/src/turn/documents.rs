//! What is written with the events of customers: the files of the documents that are published to them.

use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::documents::seal;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{DocumentFileRow, Prepared};
use crate::store::Submission;
use domain::customer::{CustomerEvent, DocumentPublished};
use domain::{CustomerId, DocumentId, Event, LedgerId, SubjectId};
use std::collections::BTreeMap;
use tokio_postgres::Client;

/// The files of documents after the turn: there, or not any more.
#[derive(Default)]
pub(super) struct Documents(BTreeMap<(LedgerId, DocumentId), Option<DocumentFileRow>>);

impl Documents {
    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        let mut there = Vec::new();
        for ((ledger, document), file) in self.0 {
            if let Some(row) = file {
                there.push(row);
                continue;
            }
            let sql = "DELETE FROM document_files WHERE ledger_id = $1 AND document_id = $2";
            let gone = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move { client.execute(&gone, &[&ledger.0, &document.0]).await });
        }
        prepared.insert(client, there, pipeline).await
    }
}

/// Whose key begins with an event, unless an earlier one was there first: a customer's does with the first
/// document that is published to it.
pub(super) fn may_begin(recorded: &Recorded) -> Option<SubjectId> {
    match &recorded.event {
        Event::Customer(CustomerEvent::DocumentPublished(_)) => {
            Some(SubjectId(recorded.aggregate.uuid()))
        }
        Event::Customer(_)
        | Event::Contact(_)
        | Event::Job(_)
        | Event::Lead(_)
        | Event::WorkOrder(_)
        | Event::Subcontractor(_)
        | Event::SubcontractorOrg(_)
        | Event::OwnerItem(_)
        | Event::Installation(_)
        | Event::BuilderAccount(_)
        | Event::Person(_)
        | Event::Notification(_) => None,
    }
}

impl Turn<'_> {
    pub(super) fn customer_effects(
        &self,
        recorded: &Recorded,
        event: &CustomerEvent,
        customer: CustomerId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let (document, row) = match event {
            CustomerEvent::CustomerOpened(_) | CustomerEvent::CustomerRenamed(_) => return Ok(()),
            CustomerEvent::DocumentPublished(published) => {
                (published.document, self.file_of(recorded, published, customer, submission)?)
            }
            CustomerEvent::DocumentWithdrawn(withdrawn) => (withdrawn.document, None),
        };
        writes.documents.0.insert((recorded.ledger, document), row);
        Ok(())
    }

    fn file_of(
        &self,
        recorded: &Recorded,
        published: &DocumentPublished,
        customer: CustomerId,
        submission: &Submission,
    ) -> Result<Option<DocumentFileRow>, StoreError> {
        let bytes = submission.document.as_ref().ok_or(StoreError::Unsatisfiable)?;
        let (ledger, document) = (recorded.ledger, published.document);
        let sealed = seal(self.shared.reader.keys(), ledger, customer, document, bytes)?;
        Ok(sealed.map(|sealed| DocumentFileRow {
            ledger_id: ledger.0,
            document_id: document.0,
            customer_id: customer.0,
            sealed,
            published_at: recorded.recorded_at.moment(),
        }))
    }
}
