//! What happens to a relation to a subcontractor's company. No person is named: users of the
//! organisation are known by the id that it gave them (R45 holds for them too).

use super::state::ProjectInvitationStage as Stage;
use crate::email::EmailAddress;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{JobId, OrgId, PrimaryContactRequestId, ProjectInvitationId, SubUserId, TokenId};
use crate::personal::{Change, HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{CompanyName, PersonName};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a relation to a subcontractor's company.
    SubcontractorEvent {
        SubcontractorAdded = "subcontractor.added" v 1,
        SubcontractorRenamed = "subcontractor.renamed" v 1,
        ProjectInvitationSent = "subcontractor.project_invitation_sent" v 1,
        ProjectInvitationResent = "subcontractor.project_invitation_resent" v 1,
        ProjectInvitationCancelled = "subcontractor.project_invitation_cancelled" v 1,
        ProjectInvitationDeclined = "subcontractor.project_invitation_declined" v 1,
        ProjectInvitationExpired = "subcontractor.project_invitation_expired" v 1,
        ProjectInvitationStaled = "subcontractor.project_invitation_staled" v 1,
        ProjectInvitationAccepted = "subcontractor.project_invitation_accepted" v 1,
        ProjectWithdrawn = "subcontractor.project_withdrawn" v 1,
        SubcontractorOrgLinked = "subcontractor.org_linked" v 1,
        PrimaryContactChangeRequested = "subcontractor.primary_contact_change_requested" v 1,
        PrimaryContactRequestDeclined = "subcontractor.primary_contact_request_declined" v 1,
        PrimaryContactChanged = "subcontractor.primary_contact_changed" v 1,
    }
}

/// The company was taken into the account's book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubcontractorAdded {
    /// What it is called.
    pub company: CompanyName,
    /// Its primary contact's name.
    pub contact_name: Personal<PersonName>,
    /// Where invitations go, and nowhere else (R71).
    pub contact_email: Personal<EmailAddress>,
}

/// The company is called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubcontractorRenamed {
    /// Before.
    pub from: CompanyName,
    /// After.
    pub to: CompanyName,
}

/// The company was invited to a job (R71).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationSent {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
    /// The link in the mail.
    pub token: TokenId,
    /// Where the mail went.
    pub sent_to: Personal<EmailAddress>,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The invitation was mailed again, with another link; the one before is dead (R83).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationResent {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
    /// The link in the mail.
    pub token: TokenId,
    /// Where the mail went.
    pub sent_to: Personal<EmailAddress>,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The invitation was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationCancelled {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
}

/// Whoever was invited said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationDeclined {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
}

/// The invitation was not answered in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationExpired {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
}

/// The invitation went to a primary contact who is none any more; it has to be sent again (R83).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationStaled {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
}

/// The organisation accepted: the job is open to all its users from now on (R80).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectInvitationAccepted {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// To which job.
    pub job: JobId,
    /// The organisation.
    pub org: OrgId,
    /// Its user who accepted.
    pub user: SubUserId,
}

/// The general contractor took the job away from the organisation again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectWithdrawn {
    /// The invitation that had been accepted.
    pub invitation: ProjectInvitationId,
    /// Which job.
    pub job: JobId,
}

/// The company turned out to be this organisation, with its first acceptance (R73, R74).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubcontractorOrgLinked {
    /// The organisation.
    pub org: OrgId,
    /// Its user who accepted.
    pub user: SubUserId,
}

/// The organisation asked for another primary contact (R82).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryContactChangeRequested {
    /// The request.
    pub request: PrimaryContactRequestId,
    /// The organisation's user who asked.
    pub user: SubUserId,
    /// Whom it is to be.
    pub name: Personal<PersonName>,
    /// Their address.
    pub email: Personal<EmailAddress>,
}

/// The general contractor said no to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryContactRequestDeclined {
    /// The request.
    pub request: PrimaryContactRequestId,
}

/// Somebody else is the primary contact, or they have another name or address (R82).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryContactChanged {
    /// The name.
    pub name: Change<PersonName>,
    /// The address.
    pub email: Change<EmailAddress>,
    /// The request that this does, if it does one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answers: Option<PrimaryContactRequestId>,
}

nothing_personal!(
    SubcontractorRenamed,
    ProjectInvitationCancelled,
    ProjectInvitationDeclined,
    ProjectInvitationExpired,
    ProjectInvitationStaled,
    ProjectInvitationAccepted,
    ProjectWithdrawn,
    SubcontractorOrgLinked,
    PrimaryContactRequestDeclined,
);

impl HoldsPersonal for SubcontractorAdded {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("contact_name", &mut self.contact_name);
        visitor.visit("contact_email", &mut self.contact_email);
    }
}

impl HoldsPersonal for ProjectInvitationSent {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

impl HoldsPersonal for ProjectInvitationResent {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

impl HoldsPersonal for PrimaryContactChangeRequested {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("name", &mut self.name);
        visitor.visit("email", &mut self.email);
    }
}

impl HoldsPersonal for PrimaryContactChanged {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        self.name.each("name.from", "name.to", visitor);
        self.email.each("email.from", "email.to", visitor);
    }
}

/// A mail that invites to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectInvitationMail<'a> {
    /// The invitation.
    pub invitation: ProjectInvitationId,
    /// Its link.
    pub token: TokenId,
    /// Where it goes.
    pub sent_to: &'a Personal<EmailAddress>,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

impl SubcontractorEvent {
    /// The mail that it orders, if it orders one.
    pub const fn invitation_mail(&self) -> Option<ProjectInvitationMail<'_>> {
        match self {
            Self::ProjectInvitationSent(e) => {
                let (invitation, token, expires_at) = (e.invitation, e.token, e.expires_at);
                Some(ProjectInvitationMail { invitation, token, sent_to: &e.sent_to, expires_at })
            }
            Self::ProjectInvitationResent(e) => {
                let (invitation, token, expires_at) = (e.invitation, e.token, e.expires_at);
                Some(ProjectInvitationMail { invitation, token, sent_to: &e.sent_to, expires_at })
            }
            Self::SubcontractorAdded(_)
            | Self::SubcontractorRenamed(_)
            | Self::ProjectInvitationCancelled(_)
            | Self::ProjectInvitationDeclined(_)
            | Self::ProjectInvitationExpired(_)
            | Self::ProjectInvitationStaled(_)
            | Self::ProjectInvitationAccepted(_)
            | Self::ProjectWithdrawn(_)
            | Self::SubcontractorOrgLinked(_)
            | Self::PrimaryContactChangeRequested(_)
            | Self::PrimaryContactRequestDeclined(_)
            | Self::PrimaryContactChanged(_) => None,
        }
    }

    /// The invitation that it is about and its job, if it is about one.
    pub const fn invitation(&self) -> Option<(ProjectInvitationId, JobId)> {
        match self {
            Self::ProjectInvitationSent(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationResent(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationCancelled(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationDeclined(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationExpired(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationStaled(e) => Some((e.invitation, e.job)),
            Self::ProjectInvitationAccepted(e) => Some((e.invitation, e.job)),
            Self::ProjectWithdrawn(e) => Some((e.invitation, e.job)),
            Self::SubcontractorAdded(_)
            | Self::SubcontractorRenamed(_)
            | Self::SubcontractorOrgLinked(_)
            | Self::PrimaryContactChangeRequested(_)
            | Self::PrimaryContactRequestDeclined(_)
            | Self::PrimaryContactChanged(_) => None,
        }
    }

    /// What changed, field by field. A job is shown by id; its name is joined where it is read.
    pub fn changes(&self) -> Vec<FieldChange> {
        let became = |to: &'static str| {
            let job = self.invitation().map(|(_, job)| job.to_string()).unwrap_or_default();
            vec![
                FieldChange::between("project_invitation", job.as_str(), job.as_str()),
                FieldChange::new_value("project_invitation_stage", to),
            ]
        };
        match self {
            Self::SubcontractorAdded(e) => vec![
                FieldChange::new_value("company", e.company.as_str()),
                FieldChange::new_value("primary_contact_name", &e.contact_name),
                FieldChange::new_value("primary_contact_email", &e.contact_email),
            ],
            Self::SubcontractorRenamed(e) => {
                vec![FieldChange::between("company", e.from.as_str(), e.to.as_str())]
            }
            Self::ProjectInvitationSent(e) => vec![
                FieldChange::new_value("project_invitation", e.job.to_string()),
                FieldChange::new_value("project_invitation_stage", Stage::PENDING),
                FieldChange::new_value("invitation_sent_to", &e.sent_to),
            ],
            Self::ProjectInvitationResent(e) => {
                let mut changes = became(Stage::PENDING);
                changes.push(FieldChange::new_value("invitation_sent_to", &e.sent_to));
                changes
            }
            Self::ProjectInvitationCancelled(_) => became(Stage::CANCELLED),
            Self::ProjectInvitationDeclined(_) => became(Stage::DECLINED),
            Self::ProjectInvitationExpired(_) => became(Stage::EXPIRED),
            Self::ProjectInvitationStaled(_) => became(Stage::NEEDS_RESEND),
            Self::ProjectInvitationAccepted(_) => became(Stage::ACCEPTED),
            Self::ProjectWithdrawn(_) => became(Stage::WITHDRAWN),
            Self::SubcontractorOrgLinked(e) => {
                vec![FieldChange::new_value("organisation", e.org.to_string())]
            }
            Self::PrimaryContactChangeRequested(e) => vec![
                FieldChange::new_value("requested_contact_name", &e.name),
                FieldChange::new_value("requested_contact_email", &e.email),
            ],
            Self::PrimaryContactRequestDeclined(e) => {
                vec![FieldChange::old_value("primary_contact_request", e.request.to_string())]
            }
            Self::PrimaryContactChanged(e) => vec![
                FieldChange::between("primary_contact_name", &e.name.from, &e.name.to),
                FieldChange::between("primary_contact_email", &e.email.from, &e.email.to),
            ],
        }
    }
}
