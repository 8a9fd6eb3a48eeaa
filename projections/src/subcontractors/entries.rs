//! How subcontractors are shown.

use super::{Contact, Invitation, Request, Row, Stage};
use domain::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which subcontractors are asked for.
#[derive(Debug, Clone, Default)]
pub struct SubcontractorQuery {
    /// Those with words that start so, in their name or their primary contact's.
    pub search: Option<String>,
    /// Those whose status is this.
    pub status: Option<String>,
    /// Those with invitations that must be sent again (R83), or those without.
    pub stale: Option<bool>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most of a page.
    pub limit: u32,
}

/// To whom a company's invitations go.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrimaryContactEntry {
    /// Their name; none once they have been erased.
    pub name: Option<String>,
    /// Their address; none once they have been erased.
    pub email: Option<String>,
}

/// Holds personal values.
impl std::fmt::Debug for PrimaryContactEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrimaryContactEntry(…)")
    }
}

impl From<Contact> for PrimaryContactEntry {
    fn from(contact: Contact) -> Self {
        Self { name: contact.name, email: contact.email }
    }
}

/// A subcontractor in the list. Which organisation it is, is told to no builder: it is the same with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubcontractorEntry {
    /// The subcontractor.
    pub id: Uuid,
    /// What the account calls the company.
    pub name: String,
    /// Where its invitations go (R71).
    pub primary_contact: PrimaryContactEntry,
    /// `not_invited`, `invited` or `accepted`.
    pub status: String,
    /// How many projects it has accepted and still has.
    pub projects: u64,
    /// How many invitations are open.
    pub pending: u64,
    /// How many invitations must be sent again, since the primary contact changed (R83).
    pub needs_resend: u64,
    /// How many requests for another primary contact wait for an answer (R82).
    pub open_requests: u64,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// An invitation of a company to a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProjectInvitationEntry {
    /// The invitation.
    pub id: Uuid,
    /// The job.
    pub job_id: Uuid,
    /// What the job is called.
    pub job: String,
    /// `pending`, `accepted`, `needs_resend`, `declined`, `cancelled`, `expired` or `withdrawn`.
    pub stage: String,
    /// When it was mailed last.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
    /// Until when it can be accepted, while it is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it came to where it stands, unless it is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
}

/// What a user of the company asked for (R82).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PrimaryContactRequestEntry {
    /// The request.
    pub id: Uuid,
    /// Who should be the primary contact.
    pub contact: PrimaryContactEntry,
    /// `open`, `changed` (the builder did so) or `declined`.
    pub state: String,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

/// A subcontractor with its invitations and requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubcontractorDetail {
    /// As the list shows it.
    #[serde(flatten)]
    pub subcontractor: SubcontractorEntry,
    /// Its invitations to jobs, the newest first.
    pub invitations: Vec<ProjectInvitationEntry>,
    /// What its users asked for, the newest first.
    pub requests: Vec<PrimaryContactRequestEntry>,
}

/// A subcontractor on one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobSubcontractor {
    /// As the list shows it.
    #[serde(flatten)]
    pub subcontractor: SubcontractorEntry,
    /// Its last invitation to this job.
    pub invitation: ProjectInvitationEntry,
}

impl ProjectInvitationEntry {
    /// Whether the job is, or may become, the company's with it: tasks of the job may be for it.
    pub fn is_open(&self) -> bool {
        let open = [Stage::Pending, Stage::NeedsResend, Stage::Accepted];
        open.iter().any(|stage| stage.word() == self.stage)
    }
}

/// What an organisation has with one builder account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRelation {
    /// What the account calls it.
    pub name: String,
    /// Whom the account writes to.
    pub primary_contact: PrimaryContactEntry,
    /// Its invitations to the account's jobs, the newest first; those that are accepted are its projects.
    pub invitations: Vec<ProjectInvitationEntry>,
    /// What its users asked the account for, the newest first.
    pub requests: Vec<PrimaryContactRequestEntry>,
}

impl OrgRelation {
    /// The projects: what it may see of the account's jobs, and nothing else is.
    pub fn projects(&self) -> impl Iterator<Item = &ProjectInvitationEntry> {
        self.invitations.iter().filter(|invitation| invitation.stage == Stage::Accepted.word())
    }
}

/// Where an invitation stands: one whose time is over opens nothing, also before that is recorded.
fn stage(invitation: &Invitation, now: Timestamp) -> Stage {
    let over = invitation.stage == Stage::Pending && now >= invitation.until;
    if over { Stage::Expired } else { invitation.stage }
}

pub(super) fn entry(id: Uuid, row: &Row, now: Timestamp) -> SubcontractorEntry {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for invitation in &row.invitations {
        *counts.entry(stage(invitation, now).word()).or_default() += 1;
    }
    let count = |stage: Stage| counts.get(stage.word()).copied().unwrap_or(0);
    let open = row.requests.iter().filter(|request| request.settled.is_none()).count();
    SubcontractorEntry {
        id,
        name: row.name.clone(),
        primary_contact: row.contact.clone().into(),
        status: row.status().to_owned(),
        projects: count(Stage::Accepted),
        pending: count(Stage::Pending),
        needs_resend: count(Stage::NeedsResend),
        open_requests: u64::try_from(open).unwrap_or(u64::MAX),
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    }
}

pub(super) fn invitations(
    row: &Row,
    jobs: &HashMap<Uuid, String>,
    now: Timestamp,
) -> Vec<ProjectInvitationEntry> {
    let entry = |invitation: &Invitation| {
        let stage = stage(invitation, now);
        let over = (stage == Stage::Expired).then_some(invitation.until);
        ProjectInvitationEntry {
            id: invitation.id,
            job_id: invitation.job,
            job: jobs.get(&invitation.job).cloned().unwrap_or_default(),
            stage: stage.word().to_owned(),
            sent_at: invitation.sent_at,
            expires_at: (stage == Stage::Pending).then_some(invitation.until),
            settled_at: invitation.settled_at.or(over),
        }
    };
    row.invitations.iter().rev().map(entry).collect()
}

pub(super) fn requests(requests: Vec<Request>) -> Vec<PrimaryContactRequestEntry> {
    let entry = |request: Request| PrimaryContactRequestEntry {
        id: request.id,
        contact: request.contact.into(),
        state: request.settled.map_or("open", |(answer, _)| answer.word()).to_owned(),
        requested_at: request.asked_at,
        answered_at: request.settled.map(|(_, at)| at),
    };
    requests.into_iter().rev().map(entry).collect()
}
