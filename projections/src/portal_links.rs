//! The links to a job's portal, open and ended (G17, H10).
//!
//! A row is a job's: what becomes of its owners concerns all of its links. The rows say where to look; who
//! issued a link, and when, is read from the ledger itself.

use crate::actors::{self, Persons};
use crate::history::{self, ActorEntry, HistoryEntry};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, from_json};
use crate::{ViewError, contact_directory};
use domain::job::JobEvent;
use domain::job::portal_link::PortalLinkStep;
use domain::{JobId, LedgerId, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct PortalLinks;

/// A job's row: its links, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row(Vec<Link>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Link {
    id: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    contact: Option<Uuid>,
    until: Timestamp,
    /// The positions of its issue and its last rotation.
    issued: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rotated: Option<u64>,
    /// Whether somebody who may hold it is an owner no more.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    rotate: bool,
    /// How it ended, and the position of that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ended: Option<(String, u64)>,
}

/// What an event changes of a job's links.
enum Change<'a> {
    Link(PortalLinkStep<'a>),
    /// Somebody who may hold any of them is an owner no more.
    OwnerLeft,
}

fn change(event: &Recorded) -> Option<Change<'_>> {
    let (_, job) = event.job()?;
    if let Some(step) = job.portal_link() {
        return Some(Change::Link(step));
    }
    // Whoever another contact was merged into is the same person (H2).
    let left = matches!(job, JobEvent::OwnerRemovedFromJob(_))
        || matches!(job, JobEvent::OwnerReplacedOnJob(replaced) if replaced.merge.is_none());
    left.then_some(Change::OwnerLeft)
}

impl Row {
    fn open(&mut self, id: Uuid) -> Result<&mut Link, Unfoldable> {
        let found = self.0.iter_mut().find(|link| link.id == id && link.ended.is_none());
        found.ok_or(Unfoldable("the portal link is not open"))
    }

    fn apply(&mut self, change: &Change<'_>, position: u64) -> Result<(), Unfoldable> {
        match change {
            Change::Link(PortalLinkStep::Issued(e)) => self.0.push(Link {
                id: e.link.0,
                name: e.name.as_str().to_owned(),
                contact: e.contact.map(|contact| contact.0),
                until: e.expires_at,
                issued: position,
                rotated: None,
                rotate: false,
                ended: None,
            }),
            Change::Link(PortalLinkStep::Rotated(e)) => {
                let link = self.open(e.link.0)?;
                (link.until, link.rotated, link.rotate) = (e.expires_at, Some(position), false);
            }
            Change::Link(PortalLinkStep::Revoked(e)) => {
                self.open(e.link.0)?.ended = Some((e.why.word().to_owned(), position));
            }
            Change::Link(PortalLinkStep::Expired(e)) => {
                self.open(e.link.0)?.ended = Some((EXPIRED.to_owned(), position));
            }
            Change::OwnerLeft => {
                let shared = |link: &&mut Link| link.ended.is_none() && link.contact.is_none();
                self.0.iter_mut().filter(shared).for_each(|link| link.rotate = true);
            }
        }
        Ok(())
    }
}

impl View for PortalLinks {
    const NAME: &'static str = "portal_links";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "portal_links",
        columns: &[("job_id", Kind::Id), ("links", Kind::Text)],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        change(event).map(|_| event.aggregate.uuid())
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some(change) = change(event) else { return Ok(()) };
        let key = event.aggregate.uuid();
        if let Some(row) = rows.find(&key) {
            return row.apply(&change, event.position);
        }
        // A job has a row from its first link on.
        let mut row = Row::default();
        row.apply(&change, event.position)?;
        if row.0.is_empty() { Ok(()) } else { rows.insert(key, row) }
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![Field::Id(*key), Field::Text(as_json(&row.0))]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        Ok((tuple.get(0), Row(from_json(tuple.get(1))?)))
    }
}

const EXPIRED: &str = "expired";

/// A link in the list. Its secret is told nowhere but in the answer that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortalLinkEntry {
    /// The link.
    pub id: Uuid,
    /// What tells it from the job's other links.
    pub name: String,
    /// `job`, which shows what all owners see, or `personal`, which shows one owner's items too (G18).
    pub kind: String,
    /// The owner whose link it is.
    pub contact_id: Option<Uuid>,
    /// That contact's name.
    pub contact_name: Option<String>,
    /// Who issued it.
    pub issued_by: ActorEntry,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: Timestamp,
    /// When it got its last secret, if it was rotated.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub rotated_at: Option<Timestamp>,
    /// From then on it opens nothing.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// `open`, `revoked` or `expired`.
    pub state: String,
    /// Whether it had better be rotated: an owner was removed from the job, and may still hold it (2.5).
    pub rotate: bool,
    /// How it ended.
    pub ended: Option<PortalLinkEnd>,
    /// When somebody looked last, within the last 90 days.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_viewed_at: Option<Timestamp>,
    /// How often somebody looked in these 90 days; what comes from one network within a minute is one look.
    pub views: u64,
}

/// How a link ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortalLinkEnd {
    /// `by_builder`, `by_owner`, `access_disabled`, `owner_deactivated`, `owner_removed`,
    /// `owner_replaced` or `expired`.
    pub how: String,
    /// When that was recorded.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did what ended it.
    pub by: ActorEntry,
}

/// The links of a job as they are `now`, newest first; with `contact`, that owner's personal ones alone.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    contact: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<PortalLinkEntry>, ViewError> {
    let failed = || ViewError::database(PortalLinks::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached("SELECT links FROM portal_links WHERE ledger_id = $1 AND job_id = $2")
        .await
        .map_err(failed())?;
    let row = client.query_opt(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let mut links: Vec<Link> = from_json(row.get(0)).map_err(ViewError::row(PortalLinks::NAME))?;
    links.retain(|link| contact.is_none() || link.contact == contact);
    let contacts: Vec<Uuid> = links.iter().filter_map(|link| link.contact).collect();
    let names = contact_directory::names(&client, ledger, &contacts).await?;
    drop(client);
    let told = told(reader, ledger, &links).await?;
    let entry = |link: Link| {
        // The row was made by this event.
        let issue = told.get(&link.issued)?;
        let ended = link.ended.and_then(|(how, at)| {
            let end = told.get(&at)?;
            Some(PortalLinkEnd { how, at: end.at, by: end.actor.clone() })
        });
        let state = match &ended {
            Some(end) if end.how == EXPIRED => EXPIRED,
            Some(_) => "revoked",
            None if now >= link.until => EXPIRED,
            None => "open",
        };
        Some(PortalLinkEntry {
            id: link.id,
            name: link.name,
            kind: link.contact.map_or("job", |_| "personal").to_owned(),
            contact_id: link.contact,
            contact_name: link.contact.and_then(|c| names.get(&c)).map(|(name, _)| name.clone()),
            issued_by: issue.actor.clone(),
            issued_at: issue.at,
            rotated_at: link.rotated.and_then(|at| told.get(&at)).map(|entry| entry.at),
            expires_at: link.until,
            state: state.to_owned(),
            rotate: link.rotate && state == "open",
            ended,
            last_viewed_at: None,
            views: 0,
        })
    };
    Ok(links.into_iter().rev().filter_map(entry).collect())
}

/// What the ledger tells of what became of these links, by position; an owner is told as the contact that
/// they are here (R45).
async fn told(
    reader: &Reader,
    ledger: LedgerId,
    links: &[Link],
) -> Result<HashMap<u64, HistoryEntry>, ViewError> {
    let mut positions = Vec::new();
    for link in links {
        let ended = link.ended.as_ref().map(|(_, at)| *at);
        positions.extend([Some(link.issued), link.rotated, ended].into_iter().flatten());
    }
    let events = reader.events_at(ledger, &positions).await?;
    let mut entries: Vec<HistoryEntry> = events.iter().map(HistoryEntry::of_event).collect();
    history::name_all(reader, ledger, &mut entries).await?;
    actors::tell(reader, ledger, Persons::AsContacts, &mut entries).await?;
    Ok(entries.into_iter().filter_map(|entry| Some((entry.position?, entry))).collect())
}
