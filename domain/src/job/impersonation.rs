//! Looking through an owner's eyes: as whom somebody of the builder looks, until when, and how it
//! ended (R64, H13).
//!
//! It is kept by the job, because it hangs on who the job's owners are: an impersonation that has
//! not ended is of one of them. What closes a contact's access ends it too; the ledger sees to that.

use super::events::JobEvent;
use super::rejection::JobRejection;
use super::state::Job;
use crate::Timestamp;
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{AggregateId, ContactId, ImpersonationId};
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long somebody looks at most, in whole minutes: 1 to 60 (promise 33).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImpersonationMinutes(u8);

impl ImpersonationMinutes {
    /// The longest.
    pub const MAX: u8 = 60;
    /// When nobody says how long.
    pub const DEFAULT: Self = Self(15);

    /// So many minutes, if they are 1 to 60.
    pub fn new(minutes: u8) -> Option<Self> {
        (1..=Self::MAX).contains(&minutes).then_some(Self(minutes))
    }

    /// The end of what starts now.
    fn after(self, now: Timestamp) -> Timestamp {
        now.plus_minutes(i64::from(self.0))
    }
}

/// How an impersonation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpersonationEnding {
    /// Somebody of the builder ended it.
    ByStaff,
    /// Its time was over.
    TimedOut,
    /// The contact's access was disabled.
    AccessDisabled,
    /// The owner was deactivated.
    OwnerDeactivated,
    /// The contact is an owner of the job no more; a deleted contact is none of any.
    OwnerRemoved,
    /// Another contact took its place on the job: a merge, or its being taken back.
    OwnerReplaced,
    /// The job was put away.
    JobArchived,
}

impl ImpersonationEnding {
    /// The word that lists and histories show.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByStaff => "by_staff",
            Self::TimedOut => "timed_out",
            Self::AccessDisabled => "access_disabled",
            Self::OwnerDeactivated => "owner_deactivated",
            Self::OwnerRemoved => "owner_removed",
            Self::OwnerReplaced => "owner_replaced",
            Self::JobArchived => "job_archived",
        }
    }
}

/// Somebody of the builder looks through an owner's eyes. The envelope says who, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpersonationStarted {
    /// The impersonation; its secret is nowhere, only a hash of it stands beside the ledger.
    pub impersonation: ImpersonationId,
    /// Through whose eyes.
    pub contact: ContactId,
    /// From then on nothing is shown any more.
    pub until: Timestamp,
}

/// Nobody looks through the owner's eyes any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpersonationEnded {
    /// The impersonation.
    pub impersonation: ImpersonationId,
    /// Through whose eyes it was.
    pub contact: ContactId,
    /// How it ended.
    pub how: ImpersonationEnding,
}

nothing_personal!(ImpersonationStarted, ImpersonationEnded);

/// What becomes of an impersonation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImpersonationStep<'a> {
    /// It starts.
    Started(&'a ImpersonationStarted),
    /// It is over.
    Ended(&'a ImpersonationEnded),
}

impl ImpersonationStep<'_> {
    /// The impersonation.
    pub const fn id(self) -> ImpersonationId {
        match self {
            Self::Started(e) => e.impersonation,
            Self::Ended(e) => e.impersonation,
        }
    }

    /// Through whose eyes.
    pub const fn contact(self) -> ContactId {
        match self {
            Self::Started(e) => e.contact,
            Self::Ended(e) => e.contact,
        }
    }

    /// What changed, as histories show it.
    pub(super) fn changes(self) -> Vec<FieldChange> {
        match self {
            Self::Started(e) => vec![
                FieldChange::new_value("impersonation", e.contact.to_string()),
                FieldChange::new_value("impersonation_until", e.until.to_string()),
            ],
            Self::Ended(e) => vec![
                FieldChange::old_value("impersonation", e.contact.to_string()),
                FieldChange::new_value("impersonation_ended", e.how.word()),
            ],
        }
    }
}

impl JobEvent {
    /// What becomes of an impersonation, where the event is about one.
    pub const fn impersonation(&self) -> Option<ImpersonationStep<'_>> {
        match self {
            Self::ImpersonationStarted(e) => Some(ImpersonationStep::Started(e)),
            Self::ImpersonationEnded(e) => Some(ImpersonationStep::Ended(e)),
            Self::JobCreated(_)
            | Self::JobRenamed(_)
            | Self::OwnerAddedToJob(_)
            | Self::OwnerRemovedFromJob(_)
            | Self::OwnerReplacedOnJob(_)
            | Self::JobTypeSet(_)
            | Self::JobTemplateApplied(_)
            | Self::TaskAdded(_)
            | Self::TaskEdited(_)
            | Self::TaskCompleted(_)
            | Self::TaskReopened(_)
            | Self::TaskUnassigned(_)
            | Self::TaskRemoved(_)
            | Self::TaskCommented(_)
            | Self::MilestoneAdded(_)
            | Self::MilestoneEdited(_)
            | Self::MilestoneStatusSet(_)
            | Self::MilestoneRemoved(_)
            | Self::DeadlineSet(_)
            | Self::BudgetSet(_)
            | Self::InternalNoteAdded(_)
            | Self::PortalLinkIssued(_)
            | Self::PortalLinkRotated(_)
            | Self::PortalLinkRevoked(_)
            | Self::PortalLinkExpired(_)
            | Self::JobArchived(_)
            | Self::JobReopened(_) => None,
        }
    }
}

/// A command about an impersonation on one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImpersonationCommand {
    /// Look through an owner's eyes; asks for a reason.
    Start {
        /// The impersonation's id.
        impersonation: ImpersonationId,
        /// Through whose.
        contact: ContactId,
        /// For how long.
        minutes: ImpersonationMinutes,
    },
    /// Look no more; twice changes nothing.
    End(ImpersonationId),
    /// The same, by the clock, once the time is over.
    TimeOut(ImpersonationId),
}

impl ImpersonationCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "StartImpersonation",
            Self::End(_) => "EndImpersonation",
            Self::TimeOut(_) => "TimeOutImpersonation",
        }
    }
}

/// An impersonation that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impersonation {
    /// Its id.
    pub id: ImpersonationId,
    /// Through whose eyes.
    pub contact: ContactId,
    /// Until when.
    pub until: Timestamp,
}

/// The impersonations of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impersonations {
    /// Those that have not ended, in the order in which they started.
    pub open: Vec<Impersonation>,
    /// Those that have: to end one twice changes nothing, and an id is used once.
    pub ended: BTreeSet<ImpersonationId>,
}

impl Impersonations {
    /// The most of a job at once.
    pub const MAX: usize = 20;

    fn find(&self, id: ImpersonationId) -> Option<&Impersonation> {
        self.open.iter().find(|open| open.id == id)
    }

    /// Records that one started.
    pub(super) fn start(&mut self, e: &ImpersonationStarted) -> Result<(), &'static str> {
        if self.find(e.impersonation).is_some() || self.ended.contains(&e.impersonation) {
            return Err("the impersonation is there already");
        }
        let (id, contact, until) = (e.impersonation, e.contact, e.until);
        self.open.push(Impersonation { id, contact, until });
        Ok(())
    }

    /// Records that one ended.
    pub(super) fn end(&mut self, e: &ImpersonationEnded) -> Result<(), &'static str> {
        if self.find(e.impersonation).is_none_or(|open| open.contact != e.contact) {
            return Err("the impersonation is not open");
        }
        self.open.retain(|open| open.id != e.impersonation);
        self.ended.insert(e.impersonation);
        Ok(())
    }

    /// What happens to all of them.
    pub(super) fn all_end(&self, how: ImpersonationEnding) -> impl Iterator<Item = JobEvent> {
        self.open.iter().map(move |open| ended(open, how))
    }

    /// What happens to those of one contact.
    pub(crate) fn end_of(
        &self,
        contact: ContactId,
        how: ImpersonationEnding,
    ) -> impl Iterator<Item = JobEvent> {
        let theirs = self.open.iter().filter(move |open| open.contact == contact);
        theirs.map(move |open| ended(open, how))
    }
}

fn ended(open: &Impersonation, how: ImpersonationEnding) -> JobEvent {
    ImpersonationEnded { impersonation: open.id, contact: open.contact, how }.into()
}

/// Starts one. That the contact's access is not closed, the ledger sees to.
pub(crate) fn start(
    job: &Job,
    impersonation: ImpersonationId,
    contact: ContactId,
    minutes: ImpersonationMinutes,
    now: Timestamp,
) -> Result<ImpersonationStarted, Rejection> {
    if job.archived {
        return Err(JobRejection::Archived.into());
    }
    if job.owners.is_empty() {
        return Err(JobRejection::ImpersonationNeedsContact.into());
    }
    if !job.owners.contains(&contact) {
        return Err(JobRejection::ImpersonatedIsNoOwner.into());
    }
    let Impersonations { open, ended } = &job.impersonations;
    if job.impersonations.find(impersonation).is_some() || ended.contains(&impersonation) {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    if open.iter().filter(|open| open.until > now).count() >= Impersonations::MAX {
        return Err(JobRejection::TooManyImpersonations.into());
    }
    Ok(ImpersonationStarted { impersonation, contact, until: minutes.after(now) })
}

/// Ends one, by somebody of the builder or, once its time is over, by the clock.
pub(crate) fn end(
    job: &Job,
    id: ImpersonationId,
    by_clock: bool,
    now: Timestamp,
) -> Result<Vec<JobEvent>, Rejection> {
    let Some(open) = job.impersonations.find(id) else {
        if job.impersonations.ended.contains(&id) {
            return Ok(Vec::new());
        }
        return Err(Rejection::Unknown(AggregateId::Job(job.id)));
    };
    let how = match (now >= open.until, by_clock) {
        (true, _) => ImpersonationEnding::TimedOut,
        (false, false) => ImpersonationEnding::ByStaff,
        (false, true) => return Err(JobRejection::ImpersonationNotOver.into()),
    };
    Ok(vec![ended(open, how)])
}
