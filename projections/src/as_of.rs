//! A contact, a job or a lead as the API showed it at an earlier position.
//!
//! The views' own fold over the thing's own events up to that position, and the entry that the live
//! answer has. Only those events are read, however long the ledger is; that is why there are no
//! lists here but that of a job's owners: any other would fold all of it. What has been erased since
//! shows as erased.

use crate::ViewError;
use crate::contact_directory::{self, ContactDirectory, ContactEntry};
use crate::job_detail::{self, JobDetail, JobDetailEntry};
use crate::job_list::{self, JobEntry, JobList};
use crate::job_owners::{self, JobOwners};
use crate::lead_view::{self, LeadEntry, LeadView};
use crate::rebuild::unfoldable;
use crate::subcontractors::Subcontractors;
use crate::view::{Rows, View};
use domain::{ContactId, JobId, LeadId, LedgerId, Timestamp};
use event_store::{Reader, StoreError};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// A point in a ledger, as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// After the event at this position; 0 is before all of them.
    Position(u64),
    /// After the last event recorded at or before this time.
    Time(Timestamp),
}

impl Moment {
    /// What a moment has to look like.
    pub const EXPECTED: &str = "must be a time as in RFC 3339 or a position of the ledger";

    /// Reads a position, or a time as in RFC 3339.
    pub fn parse(typed: &str) -> Option<Self> {
        if !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than a position can have lie beyond every head.
            return Some(Self::Position(typed.parse().unwrap_or(u64::MAX)));
        }
        Timestamp::parse(typed).ok().map(Self::Time)
    }
}

/// The position that an answer is as of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AsOf {
    /// After the event at this position, and before the next one.
    pub position: u64,
    /// When that event was recorded; none before the first one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_at: Option<Timestamp>,
}

/// An entry, live or as of an earlier position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dated<T> {
    /// As it was.
    #[serde(flatten)]
    pub entry: T,
    /// As of when; absent when it is the present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
}

impl<T> Dated<T> {
    /// The present.
    pub const fn now(entry: T) -> Self {
        Self { entry, as_of: None }
    }
}

/// Finds the position that a moment means. A position that has not happened is
/// [`ViewError::BeyondHead`].
pub async fn resolve(reader: &Reader, ledger: LedgerId, moment: Moment) -> Result<AsOf, ViewError> {
    let position = match moment {
        Moment::Time(time) => {
            reader.position_at(ledger, time).await?.ok_or(StoreError::UnknownLedger(ledger))?
        }
        Moment::Position(position) => {
            let head = reader.head(ledger).await?.ok_or(StoreError::UnknownLedger(ledger))?;
            if position > head.position {
                return Err(ViewError::BeyondHead);
            }
            position
        }
    };
    Ok(AsOf { position, recorded_at: reader.recorded_at(ledger, position).await? })
}

/// A contact as it was; none when there was none yet.
pub async fn contact(
    reader: &Reader,
    ledger: LedgerId,
    contact: ContactId,
    at: AsOf,
) -> Result<Option<Dated<ContactEntry>>, ViewError> {
    let mut rows = rows::<ContactDirectory>(reader, ledger, &[contact.0], at).await?;
    let Some(row) = rows.remove(&contact.0) else { return Ok(None) };
    let (row_alone, until) = (std::iter::once(&row), Some(at.position));
    let fields = contact_directory::shown_fields(reader, ledger, row_alone, until).await?;
    let entry = contact_directory::entry(contact.0, row, &fields);
    Ok(Some(Dated { entry, as_of: Some(at) }))
}

/// A job, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobPage {
    /// As the list shows it.
    #[serde(flatten)]
    pub job: JobEntry,
    /// What there is to do, and the rest.
    #[serde(flatten)]
    pub detail: JobDetailEntry,
}

/// A job as it was, with its owners at that position under their names of that position; none when
/// there was none yet.
pub async fn job(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    at: AsOf,
) -> Result<Option<Dated<JobPage>>, ViewError> {
    let Some((entry, _)) = job_entry(reader, ledger, job, at).await? else { return Ok(None) };
    let mut details = rows::<JobDetail>(reader, ledger, &[job.0], at).await?;
    let Some(detail) = details.remove(&job.0) else { return Ok(None) };
    let trades = job_detail::trades(&detail);
    let trades = rows::<Subcontractors>(reader, ledger, &trades, at).await?;
    let names = trades.into_iter().map(|(id, row)| (id, row.name)).collect();
    let page = JobPage { job: entry, detail: job_detail::entry(detail, &names) };
    Ok(Some(Dated { entry: page, as_of: Some(at) }))
}

/// The owners that a job had, under their names, emails and phones of that position; none when
/// there was no such job yet.
pub async fn job_owners(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    at: AsOf,
) -> Result<Option<Dated<JobOwners>>, ViewError> {
    let Some((entry, mut owners)) = job_entry(reader, ledger, job, at).await? else {
        return Ok(None);
    };
    let owners = job_owners::owners(entry, |id| owners.remove(&id));
    Ok(Some(Dated { entry: owners, as_of: Some(at) }))
}

/// A job as the list showed it, and its owners' rows.
async fn job_entry(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    at: AsOf,
) -> Result<Option<(JobEntry, BTreeMap<Uuid, contact_directory::Row>)>, ViewError> {
    let mut jobs = rows::<JobList>(reader, ledger, &[job.0], at).await?;
    let Some(row) = jobs.remove(&job.0) else { return Ok(None) };
    let owners: Vec<Uuid> = job_list::owners(&row).collect();
    let owners = rows::<ContactDirectory>(reader, ledger, &owners, at).await?;
    let known: HashMap<Uuid, (String, String)> =
        owners.iter().map(|(id, owner)| (*id, contact_directory::name_and_access(owner))).collect();
    Ok(Some((job_list::entry(job.0, row, &known), owners)))
}

/// A lead as it was, with its contact at that position as it was then; none when there was none yet.
pub async fn lead(
    reader: &Reader,
    ledger: LedgerId,
    lead: LeadId,
    at: AsOf,
) -> Result<Option<Dated<LeadEntry>>, ViewError> {
    let mut leads = rows::<LeadView>(reader, ledger, &[lead.0], at).await?;
    let Some(row) = leads.remove(&lead.0) else { return Ok(None) };
    let contact: Vec<Uuid> = lead_view::contact(&row).into_iter().collect();
    let contact = rows::<ContactDirectory>(reader, ledger, &contact, at).await?;
    let known = contact.into_iter().map(|(id, row)| (id, contact_directory::plain_entry(id, row)));
    let entry = lead_view::entry(lead.0, row, &known.collect());
    Ok(Some(Dated { entry, as_of: Some(at) }))
}

/// The rows of some contacts, jobs or leads as a view had them.
async fn rows<V: View<Key = Uuid>>(
    reader: &Reader,
    ledger: LedgerId,
    aggregates: &[Uuid],
    at: AsOf,
) -> Result<BTreeMap<Uuid, V::Row>, ViewError> {
    if aggregates.is_empty() {
        return Ok(BTreeMap::new());
    }
    let events = reader.aggregate_events_until(ledger, aggregates, at.position, V::OPENS).await?;
    let mut rows = Rows::default();
    for event in events.iter().filter(|event| V::key(event).is_some()) {
        V::fold(&mut rows, event).map_err(|why| unfoldable(ledger, event.position, &why))?;
    }
    Ok(rows.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_position_or_a_time_and_nothing_else() {
        assert_eq!(Moment::parse("17"), Some(Moment::Position(17)));
        assert_eq!(Moment::parse(&"9".repeat(40)), Some(Moment::Position(u64::MAX)));
        let time = Timestamp::parse("2026-05-03T09:00:00Z").expect("a time");
        assert_eq!(Moment::parse("2026-05-03T11:00:00+02:00"), Some(Moment::Time(time)));
        for nonsense in ["", "-1", "+1", "1.5", "2026-05-03", "yesterday", "0x10", "17 "] {
            assert_eq!(Moment::parse(nonsense), None, "{nonsense}");
        }
    }
}
