//! A relation to a subcontractor's company as its events made it.

use super::events::SubcontractorEvent;
use crate::ImpossibleStep;
use crate::contact::INVITE_MAILS_MAX;
use crate::email::EmailAddress;
use crate::ids::{
    AggregateId, JobId, OrgId, PrimaryContactRequestId, ProjectInvitationId, SubUserId,
    SubcontractorId, TokenId,
};
use crate::personal::Personal;
use crate::text::{CompanyName, PersonName};
use crate::timestamp::Timestamp;
use std::collections::BTreeMap;

/// The relation of one general contractor to one subcontractor's company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subcontractor {
    /// Its id.
    pub id: SubcontractorId,
    /// What the company is called.
    pub company: CompanyName,
    /// Who invitations go to; the relation's, not the organisation's (G8).
    pub contact: PrimaryContact,
    /// The organisation, once it has accepted.
    pub org: Option<OrgId>,
    /// The jobs that it was invited to.
    pub invitations: BTreeMap<ProjectInvitationId, ProjectInvitation>,
    /// What it asked for (R82).
    pub requests: BTreeMap<PrimaryContactRequestId, PrimaryContactRequest>,
}

/// Who invitations go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryContact {
    /// Their name.
    pub name: Personal<PersonName>,
    /// Their address.
    pub email: Personal<EmailAddress>,
}

/// An invitation to a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectInvitation {
    /// Which job.
    pub job: JobId,
    /// How far it is.
    pub stage: ProjectInvitationStage,
    /// When the last mails with it were ordered.
    pub mailed_at: Vec<Timestamp>,
}

/// How far an invitation to a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectInvitationStage {
    /// It was mailed.
    Pending {
        /// The link that works.
        token: TokenId,
        /// From then on it is dead.
        expires_at: Timestamp,
    },
    /// The organisation sees the job.
    Accepted {
        /// Its user who accepted.
        by: SubUserId,
    },
    /// It went to a primary contact who is none any more (R83).
    NeedsResend,
    /// Whoever was invited said no.
    Declined,
    /// It was taken back.
    Cancelled,
    /// It was not answered in time.
    Expired,
    /// The job was taken away from the organisation again.
    Withdrawn,
}

impl ProjectInvitationStage {
    /// The word for those that wait for an answer.
    pub const PENDING: &'static str = "pending";
    /// The word for those that were accepted.
    pub const ACCEPTED: &'static str = "accepted";
    /// The word for those that have to be sent again.
    pub const NEEDS_RESEND: &'static str = "needs_resend";
    /// The word for those that were declined.
    pub const DECLINED: &'static str = "declined";
    /// The word for those that were taken back.
    pub const CANCELLED: &'static str = "cancelled";
    /// The word for those that were not answered in time.
    pub const EXPIRED: &'static str = "expired";
    /// The word for those whose job was taken away again.
    pub const WITHDRAWN: &'static str = "withdrawn";

    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending { .. } => Self::PENDING,
            Self::Accepted { .. } => Self::ACCEPTED,
            Self::NeedsResend => Self::NEEDS_RESEND,
            Self::Declined => Self::DECLINED,
            Self::Cancelled => Self::CANCELLED,
            Self::Expired => Self::EXPIRED,
            Self::Withdrawn => Self::WITHDRAWN,
        }
    }

    /// Whether the job is, or may become, the company's with it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending { .. } | Self::Accepted { .. } | Self::NeedsResend => true,
            Self::Declined | Self::Cancelled | Self::Expired | Self::Withdrawn => false,
        }
    }
}

/// A request for another primary contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryContactRequest {
    /// The organisation's user who asked.
    pub user: SubUserId,
    /// Whom it is to be.
    pub contact: PrimaryContact,
    /// What became of it.
    pub stage: RequestStage,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStage {
    /// It waits for the general contractor.
    Open,
    /// The primary contact was changed for it.
    Done,
    /// The general contractor said no.
    Declined,
}

/// How far the relation is (2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationStatus {
    /// No invitation is out.
    NotInvited,
    /// An invitation waits for its answer, or to be sent again.
    Invited,
    /// The organisation has accepted: it looks after its own users from then on (R76).
    Accepted,
}

impl RelationStatus {
    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotInvited => "not_invited",
            Self::Invited => "invited",
            Self::Accepted => "accepted",
        }
    }
}

impl Subcontractor {
    /// The most invitations of one company, those that ended too.
    pub const INVITATIONS_MAX: usize = 1_000;
    /// The most requests that wait for the general contractor.
    pub const OPEN_REQUESTS_MAX: usize = 20;

    /// A relation as its first event makes it.
    pub fn from_first(
        id: SubcontractorId,
        event: &SubcontractorEvent,
    ) -> Result<Self, ImpossibleStep> {
        let SubcontractorEvent::SubcontractorAdded(added) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: id.into(),
                why: "the subcontractor has not been added",
            });
        };
        let (name, email) = (added.contact_name.clone(), added.contact_email.clone());
        Ok(Self {
            id,
            company: added.company.clone(),
            contact: PrimaryContact { name, email },
            org: None,
            invitations: BTreeMap::new(),
            requests: BTreeMap::new(),
        })
    }

    /// How far the relation is.
    pub fn status(&self) -> RelationStatus {
        if self.org.is_some() {
            RelationStatus::Accepted
        } else if self.invitations.values().any(|invitation| invitation.stage.is_open()) {
            RelationStatus::Invited
        } else {
            RelationStatus::NotInvited
        }
    }

    /// The invitation that is open for a job, if there is one.
    pub fn open_for(&self, job: JobId) -> Option<(ProjectInvitationId, &ProjectInvitation)> {
        let mut open = self.invitations.iter().filter(|(_, one)| one.stage.is_open());
        open.find(|(_, one)| one.job == job).map(|(id, one)| (*id, one))
    }

    /// Whether the organisation sees the job now.
    pub fn has_accepted(&self, job: JobId) -> bool {
        let open = self.open_for(job).map(|(_, invitation)| invitation.stage);
        matches!(open, Some(ProjectInvitationStage::Accepted { .. }))
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &SubcontractorEvent) -> Result<(), ImpossibleStep> {
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::Subcontractor(self.id),
            why,
        })
    }

    fn step(&mut self, event: &SubcontractorEvent) -> Result<(), &'static str> {
        use ProjectInvitationStage as Stage;
        match event {
            SubcontractorEvent::SubcontractorAdded(_) => {
                return Err("the subcontractor is there already");
            }
            SubcontractorEvent::SubcontractorRenamed(e) => self.company = e.to.clone(),
            SubcontractorEvent::ProjectInvitationSent(e) => {
                if self.open_for(e.job).is_some() {
                    return Err("an invitation to the job is open already");
                }
                let stage = Stage::Pending { token: e.token, expires_at: e.expires_at };
                let sent = ProjectInvitation { job: e.job, stage, mailed_at: vec![e.sent_at] };
                if self.invitations.insert(e.invitation, sent).is_some() {
                    return Err("the invitation is there already");
                }
            }
            SubcontractorEvent::ProjectInvitationResent(e) => {
                let stage = Stage::Pending { token: e.token, expires_at: e.expires_at };
                let resent = self.becomes(e.invitation, stage, |from| {
                    !matches!(from, Stage::Accepted { .. } | Stage::Withdrawn)
                })?;
                resent.mailed_at.push(e.sent_at);
                if resent.mailed_at.len() > INVITE_MAILS_MAX {
                    resent.mailed_at.remove(0);
                }
            }
            SubcontractorEvent::ProjectInvitationCancelled(e) => {
                self.becomes(e.invitation, Stage::Cancelled, is_unanswered)?;
            }
            SubcontractorEvent::ProjectInvitationDeclined(e) => {
                self.becomes(e.invitation, Stage::Declined, is_pending)?;
            }
            SubcontractorEvent::ProjectInvitationExpired(e) => {
                self.becomes(e.invitation, Stage::Expired, is_pending)?;
            }
            SubcontractorEvent::ProjectInvitationStaled(e) => {
                self.becomes(e.invitation, Stage::NeedsResend, is_pending)?;
            }
            SubcontractorEvent::ProjectInvitationAccepted(e) => {
                if self.org != Some(e.org) {
                    return Err("the company is not that organisation");
                }
                self.becomes(e.invitation, Stage::Accepted { by: e.user }, is_pending)?;
            }
            SubcontractorEvent::ProjectWithdrawn(e) => {
                let accepted = |from| matches!(from, Stage::Accepted { .. });
                self.becomes(e.invitation, Stage::Withdrawn, accepted)?;
            }
            SubcontractorEvent::SubcontractorOrgLinked(e) => {
                if self.org.replace(e.org).is_some() {
                    return Err("the company is an organisation already");
                }
            }
            SubcontractorEvent::PrimaryContactChangeRequested(_)
            | SubcontractorEvent::PrimaryContactRequestDeclined(_)
            | SubcontractorEvent::PrimaryContactChanged(_) => return self.contact_step(event),
        }
        Ok(())
    }

    fn contact_step(&mut self, event: &SubcontractorEvent) -> Result<(), &'static str> {
        let (request, stage) = match event {
            SubcontractorEvent::PrimaryContactChangeRequested(e) => {
                let contact = PrimaryContact { name: e.name.clone(), email: e.email.clone() };
                let (user, stage) = (e.user, RequestStage::Open);
                let asked = PrimaryContactRequest { user, contact, stage };
                return match self.requests.insert(e.request, asked) {
                    None => Ok(()),
                    Some(_) => Err("the request is there already"),
                };
            }
            SubcontractorEvent::PrimaryContactChanged(e) => {
                let (Some(name), Some(email)) = (e.name.to.clone(), e.email.to.clone()) else {
                    return Err("a primary contact has a name and an address");
                };
                self.contact = PrimaryContact { name, email };
                let Some(request) = e.answers else { return Ok(()) };
                (request, RequestStage::Done)
            }
            SubcontractorEvent::PrimaryContactRequestDeclined(e) => {
                (e.request, RequestStage::Declined)
            }
            SubcontractorEvent::SubcontractorAdded(_)
            | SubcontractorEvent::SubcontractorRenamed(_)
            | SubcontractorEvent::ProjectInvitationSent(_)
            | SubcontractorEvent::ProjectInvitationResent(_)
            | SubcontractorEvent::ProjectInvitationCancelled(_)
            | SubcontractorEvent::ProjectInvitationDeclined(_)
            | SubcontractorEvent::ProjectInvitationExpired(_)
            | SubcontractorEvent::ProjectInvitationStaled(_)
            | SubcontractorEvent::ProjectInvitationAccepted(_)
            | SubcontractorEvent::ProjectWithdrawn(_)
            | SubcontractorEvent::SubcontractorOrgLinked(_) => return Ok(()),
        };
        match self.requests.get_mut(&request) {
            Some(asked) if asked.stage == RequestStage::Open => asked.stage = stage,
            Some(_) | None => return Err("no such request is open"),
        }
        Ok(())
    }

    fn becomes(
        &mut self,
        id: ProjectInvitationId,
        to: ProjectInvitationStage,
        follows: impl FnOnce(ProjectInvitationStage) -> bool,
    ) -> Result<&mut ProjectInvitation, &'static str> {
        let invitation = self.invitations.get_mut(&id).ok_or("the invitation is not there")?;
        if !follows(invitation.stage) {
            return Err("the invitation is at another stage");
        }
        invitation.stage = to;
        Ok(invitation)
    }
}

const fn is_pending(stage: ProjectInvitationStage) -> bool {
    matches!(stage, ProjectInvitationStage::Pending { .. })
}

const fn is_unanswered(stage: ProjectInvitationStage) -> bool {
    matches!(stage, ProjectInvitationStage::Pending { .. } | ProjectInvitationStage::NeedsResend)
}
