//! What is written with the events of profile images: the one image that a contact has after them.

use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::images::seal;
use crate::pipeline::Pipeline;
use crate::rows::{ImageRow, Prepared};
use crate::store::Submission;
use domain::contact::{ContactEvent, ProfileImageSet};
use domain::{Command, ContactId, Event, LedgerId, SubjectId};
use std::collections::BTreeMap;
use tokio_postgres::Client;

/// The images of contacts after the turn: one, or none any more.
#[derive(Default)]
pub(super) struct Images(BTreeMap<(LedgerId, ContactId), Option<ImageRow>>);

impl Images {
    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn remove(&mut self, ledger: LedgerId, contact: ContactId) {
        self.0.insert((ledger, contact), None);
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        let mut there = Vec::new();
        for ((ledger, contact), image) in self.0 {
            if let Some(row) = image {
                there.push(row);
                continue;
            }
            let sql = "DELETE FROM profile_images WHERE ledger_id = $1 AND contact_id = $2";
            let gone = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move { client.execute(&gone, &[&ledger.0, &contact.0]).await });
        }
        prepared.insert(client, there, pipeline).await
    }
}

/// Whose key is needed for what is written with an event, beside the values in it.
pub(super) fn seals_with(recorded: &Recorded) -> Option<SubjectId> {
    match &recorded.event {
        Event::Contact(ContactEvent::ProfileImageSet(_)) => {
            Some(SubjectId(recorded.aggregate.uuid()))
        }
        Event::Contact(_)
        | Event::Job(_)
        | Event::Lead(_)
        | Event::Customer(_)
        | Event::WorkOrder(_)
        | Event::OwnerItem(_)
        | Event::Installation(_)
        | Event::BuilderAccount(_)
        | Event::Subcontractor(_)
        | Event::SubcontractorOrg(_)
        | Event::Person(_)
        | Event::Notification(_) => None,
    }
}

impl Turn<'_> {
    pub(super) fn image_set(
        &self,
        recorded: &Recorded,
        set: &ProfileImageSet,
        contact: ContactId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        // Its bytes are where it comes from, and do not come along.
        if matches!(submission.command, Command::TakeOver { .. }) {
            return Ok(());
        }
        let bytes = submission.image.as_ref().ok_or(StoreError::Unsatisfiable)?;
        let ledger = recorded.ledger;
        let sealed = seal(self.shared.reader.keys(), ledger, contact, set.image, bytes)?;
        let row = sealed.map(|sealed| ImageRow {
            ledger_id: ledger.0,
            contact_id: contact.0,
            image_id: set.image.0,
            sealed,
            set_at: recorded.recorded_at.moment(),
        });
        writes.images.0.insert((ledger, contact), row);
        Ok(())
    }
}
