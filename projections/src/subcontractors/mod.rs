//! The subcontractors of an account: companies with their primary contact there, their invitations to jobs
//! and what their people asked for (R71, R82 to R84, G8).
//!
//! What an organisation sees of its projects begins here too: an accepted invitation, found by account,
//! relation and organisation, is what opens a job to it, and nothing else is. `queries` reads the rows, `entries` is what they
//! are shown as.

mod entries;
mod queries;

pub use entries::{
    JobSubcontractor, OrgRelation, PrimaryContactEntry, PrimaryContactRequestEntry,
    ProjectInvitationEntry, SubcontractorDetail, SubcontractorEntry, SubcontractorQuery,
};
pub(crate) use queries::names;
pub use queries::{get, list, of_job, of_org};

use crate::search::{sort_key, word_set};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, from_json};
use domain::subcontractor::{ProjectInvitationStage, RelationStatus, SubcontractorEvent};
use domain::{EmailAddress, PersonName, Personal, Timestamp};
use event_store::{Open, Recorded};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct Subcontractors;

/// A subcontractor's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    pub(crate) name: String,
    contact: Contact,
    org: Option<Uuid>,
    invitations: Vec<Invitation>,
    requests: Vec<Request>,
    version: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

/// Holds personal values.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

/// A primary contact; nothing of who has been erased.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Contact {
    name: Option<String>,
    email: Option<String>,
}

impl Contact {
    fn of(name: &Personal<PersonName>, email: &Personal<EmailAddress>) -> Self {
        Self {
            name: name.value().map(|name| name.as_str().to_owned()),
            email: email.value().map(|email| email.typed().to_owned()),
        }
    }
}

/// Where an invitation to a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Pending,
    Accepted,
    NeedsResend,
    Declined,
    Cancelled,
    Expired,
    Withdrawn,
}

impl Stage {
    const fn word(self) -> &'static str {
        match self {
            Self::Pending => ProjectInvitationStage::PENDING,
            Self::Accepted => ProjectInvitationStage::ACCEPTED,
            Self::NeedsResend => ProjectInvitationStage::NEEDS_RESEND,
            Self::Declined => ProjectInvitationStage::DECLINED,
            Self::Cancelled => ProjectInvitationStage::CANCELLED,
            Self::Expired => ProjectInvitationStage::EXPIRED,
            Self::Withdrawn => ProjectInvitationStage::WITHDRAWN,
        }
    }

    /// Whether the job is, or may become, the company's with it.
    const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Accepted | Self::NeedsResend)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Invitation {
    id: Uuid,
    job: Uuid,
    stage: Stage,
    sent_at: Timestamp,
    until: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    settled_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Request {
    id: Uuid,
    user: Uuid,
    contact: Contact,
    asked_at: Timestamp,
    /// What became of it, and when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    settled: Option<(Answer, Timestamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Changed,
    Declined,
}

impl Answer {
    const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Declined => "declined",
        }
    }
}

impl Row {
    fn invitation(&mut self, id: Uuid) -> Result<&mut Invitation, Unfoldable> {
        let found = self.invitations.iter_mut().find(|invitation| invitation.id == id);
        found.ok_or(Unfoldable("the invitation is not there"))
    }

    fn settle(&mut self, id: Uuid, stage: Stage, at: Timestamp) -> Result<(), Unfoldable> {
        let invitation = self.invitation(id)?;
        (invitation.stage, invitation.settled_at) = (stage, Some(at));
        Ok(())
    }

    fn answer(&mut self, id: Uuid, answer: Answer, at: Timestamp) -> Result<(), Unfoldable> {
        let found = self.requests.iter_mut().find(|request| request.id == id);
        found.ok_or(Unfoldable("the request is not there"))?.settled = Some((answer, at));
        Ok(())
    }

    /// Where the relation stands: told from its organisation and its invitations (2.3).
    fn status(&self) -> &'static str {
        let open = |invitation: &Invitation| invitation.stage.is_open();
        match self.org {
            Some(_) => RelationStatus::Accepted,
            None if self.invitations.iter().any(open) => RelationStatus::Invited,
            None => RelationStatus::NotInvited,
        }
        .word()
    }

    fn stale(&self) -> usize {
        let stale = |invitation: &&Invitation| invitation.stage == Stage::NeedsResend;
        self.invitations.iter().filter(stale).count()
    }

    fn apply(&mut self, event: &SubcontractorEvent, at: Timestamp) -> Result<(), Unfoldable> {
        match event {
            SubcontractorEvent::SubcontractorAdded(_) => {
                return Err(Unfoldable("the subcontractor is there already"));
            }
            SubcontractorEvent::SubcontractorRenamed(e) => e.to.as_str().clone_into(&mut self.name),
            SubcontractorEvent::ProjectInvitationSent(e) => self.invitations.push(Invitation {
                id: e.invitation.0,
                job: e.job.0,
                stage: Stage::Pending,
                sent_at: e.sent_at,
                until: e.expires_at,
                settled_at: None,
            }),
            SubcontractorEvent::ProjectInvitationResent(e) => {
                let invitation = self.invitation(e.invitation.0)?;
                (invitation.stage, invitation.settled_at) = (Stage::Pending, None);
                (invitation.sent_at, invitation.until) = (e.sent_at, e.expires_at);
            }
            SubcontractorEvent::ProjectInvitationCancelled(e) => {
                self.settle(e.invitation.0, Stage::Cancelled, at)?;
            }
            SubcontractorEvent::ProjectInvitationDeclined(e) => {
                self.settle(e.invitation.0, Stage::Declined, at)?;
            }
            SubcontractorEvent::ProjectInvitationExpired(e) => {
                self.settle(e.invitation.0, Stage::Expired, at)?;
            }
            SubcontractorEvent::ProjectInvitationStaled(e) => {
                self.settle(e.invitation.0, Stage::NeedsResend, at)?;
            }
            SubcontractorEvent::ProjectInvitationAccepted(e) => {
                self.settle(e.invitation.0, Stage::Accepted, at)?;
            }
            SubcontractorEvent::ProjectWithdrawn(e) => {
                self.settle(e.invitation.0, Stage::Withdrawn, at)?;
            }
            SubcontractorEvent::SubcontractorOrgLinked(e) => self.org = Some(e.org.0),
            SubcontractorEvent::PrimaryContactChangeRequested(e) => self.requests.push(Request {
                id: e.request.0,
                user: e.user.0,
                contact: Contact::of(&e.name, &e.email),
                asked_at: at,
                settled: None,
            }),
            SubcontractorEvent::PrimaryContactRequestDeclined(e) => {
                self.answer(e.request.0, Answer::Declined, at)?;
            }
            SubcontractorEvent::PrimaryContactChanged(e) => {
                if let (Some(name), Some(email)) = (&e.name.to, &e.email.to) {
                    self.contact = Contact::of(name, email);
                }
                if let Some(request) = e.answers {
                    self.answer(request.0, Answer::Changed, at)?;
                }
            }
        }
        Ok(())
    }
}

impl View for Subcontractors {
    const NAME: &'static str = "subcontractors";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "subcontractors",
            columns: &[
                ("subcontractor_id", Kind::Id),
                ("name", Kind::Text),
                ("sort_name", Kind::Text),
                ("contact_name", Kind::TextOrNone),
                ("contact_email", Kind::TextOrNone),
                ("org_id", Kind::IdOrNone),
                ("status", Kind::Text),
                ("stale", Kind::Number),
                ("invitations", Kind::Text),
                ("requests", Kind::Text),
                ("version", Kind::Number),
                ("created_at", Kind::Time),
                ("updated_at", Kind::Time),
            ],
            key: 1,
        },
        Table {
            name: "subcontractors_words",
            columns: &[("subcontractor_id", Kind::Id), ("word", Kind::Text)],
            key: 2,
        },
        Table {
            name: "subcontractors_jobs",
            columns: &[("subcontractor_id", Kind::Id), ("job_id", Kind::Id)],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.subcontractor().map(|(subcontractor, _)| subcontractor.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        // What becomes of its jobs and of the tasks there changes no row.
        let Some((id, subcontractor)) = event.subcontractor() else { return Ok(()) };
        let at = event.recorded_at;
        if let SubcontractorEvent::SubcontractorAdded(e) = subcontractor {
            let row = Row {
                name: e.company.as_str().to_owned(),
                contact: Contact::of(&e.contact_name, &e.contact_email),
                org: None,
                invitations: Vec::new(),
                requests: Vec::new(),
                version: 1,
                created_at: at.moment(),
                updated_at: at.moment(),
            };
            return rows.insert(id.0, row);
        }
        let row = rows.row(&id.0)?;
        row.version += 1;
        row.updated_at = at.moment();
        row.apply(subcontractor, at)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let contact = [row.contact.name.as_deref(), row.contact.email.as_deref()];
        let subcontractor = vec![
            id.clone(),
            Field::Text(row.name.clone()),
            Field::Text(sort_key(&row.name)),
            Field::TextOrNone(row.contact.name.clone()),
            Field::TextOrNone(row.contact.email.clone()),
            Field::IdOrNone(row.org),
            Field::Text(row.status().to_owned()),
            Field::Number(i64::try_from(row.stale()).unwrap_or(i64::MAX)),
            Field::Text(as_json(&row.invitations)),
            Field::Text(as_json(&row.requests)),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
        ];
        let words = word_set(contact.into_iter().flatten().chain([row.name.as_str()]));
        let words = words.into_iter().map(|word| vec![id.clone(), Field::Text(word)]).collect();
        let jobs: BTreeSet<Uuid> = row.invitations.iter().map(|one| one.job).collect();
        let jobs = jobs.into_iter().map(|job| vec![id.clone(), Field::Id(job)]).collect();
        vec![vec![subcontractor], words, jobs]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            name: tuple.get(1),
            contact: Contact { name: tuple.get(3), email: tuple.get(4) },
            org: tuple.get(5),
            invitations: from_json(tuple.get(8))?,
            requests: from_json(tuple.get(9))?,
            version: tuple.get(10),
            created_at: tuple.get(11),
            updated_at: tuple.get(12),
        };
        Ok((tuple.get(0), row))
    }
}
