//! Leads: those who may become customers, until they are won into jobs or lost.

pub(crate) mod create;
pub(crate) mod edit_contact;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod lose;
pub(crate) mod remove_contact;
pub(crate) mod reopen;
pub(crate) mod retitle;
pub(crate) mod set_contact;
pub(crate) mod win;

use crate::answer::{Answer, OutcomeWord, outcome_word, position_of};
use domain::{AggregateId, LeadId};
use event_store::Applied;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A lead and its contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeadAnswer {
    /// The lead.
    id: Uuid,
    /// The lead's version after the command; the `ETag` too.
    version: u64,
    /// Whether anything had to happen.
    outcome: OutcomeWord,
    /// The contact that the command named or made; absent where it did neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<Uuid>,
    /// The contact's version after the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_version: Option<u64>,
}

/// The answer about a lead and the contact beside it.
fn with_contact(applied: &Applied) -> Answer<LeadAnswer> {
    let mut body = LeadAnswer {
        id: Uuid::nil(),
        version: 0,
        outcome: outcome_word(&applied.outcome),
        contact_id: None,
        contact_version: None,
    };
    for (id, version) in &applied.versions {
        match id {
            AggregateId::Lead(LeadId(lead)) => (body.id, body.version) = (*lead, *version),
            AggregateId::Contact(contact) => {
                (body.contact_id, body.contact_version) = (Some(contact.0), Some(*version));
            }
            AggregateId::Installation
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_)
            | AggregateId::BuilderAccount(_)
            | AggregateId::Job(_) => {}
        }
    }
    let version = body.version;
    Answer::new(body).version(version).position(position_of(applied))
}
