//! The owners of one job, with how they are reached: read from the lists that hold jobs and
//! contacts. As of an earlier position [`crate::as_of`] makes the same entries.

use crate::contact_directory::{self, Row as Contact};
use crate::{ViewError, job_list};
use domain::{JobId, LedgerId};
use event_store::Reader;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The owners of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobOwners {
    /// All of them, by name; a job has at most 500.
    pub items: Vec<JobOwner>,
}

/// An owner, and how they are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobOwner {
    /// The contact.
    pub id: Uuid,
    /// As shown.
    pub name: String,
    /// As typed.
    pub primary_email: Option<String>,
    /// As typed.
    pub phones: Vec<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`.
    pub access: String,
}

/// The owners of a job; none when there is no such job.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
) -> Result<Option<JobOwners>, ViewError> {
    let Some(entry) = job_list::get(reader, ledger, job).await? else { return Ok(None) };
    let ids: Vec<Uuid> = entry.owners.iter().map(|owner| owner.id).collect();
    let client = reader.database().connection().await?;
    let mut known = contact_directory::rows(&client, ledger, &ids).await?;
    Ok(Some(owners(entry, |id| known.remove(&id))))
}

/// The owners of a job's entry, in its order. One whom the directory does not know yet has their id
/// alone, as in the entry.
pub(crate) fn owners(
    job: job_list::JobEntry,
    mut known: impl FnMut(Uuid) -> Option<Contact>,
) -> JobOwners {
    let owner = |owner: job_list::OwnerEntry| {
        let contact = known(owner.id).map(|row| contact_directory::plain_entry(owner.id, row));
        let (primary_email, phones) =
            contact.map(|contact| (contact.primary_email, contact.phones)).unwrap_or_default();
        JobOwner { id: owner.id, name: owner.name, primary_email, phones, access: owner.access }
    };
    JobOwners { items: job.owners.into_iter().map(owner).collect() }
}
