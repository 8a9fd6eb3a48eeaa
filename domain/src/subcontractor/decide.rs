//! Which commands a relation to a subcontractor's company takes. Asks, and changes nothing.

use super::commands::{NewPrimaryContact, SubcontractorCommand as Command};
use super::events::{
    PrimaryContactChangeRequested, PrimaryContactChanged, PrimaryContactRequestDeclined,
    ProjectInvitationAccepted, ProjectInvitationCancelled, ProjectInvitationDeclined,
    ProjectInvitationExpired, ProjectInvitationResent, ProjectInvitationSent,
    ProjectInvitationStaled, ProjectWithdrawn, SubcontractorAdded, SubcontractorEvent,
    SubcontractorOrgLinked, SubcontractorRenamed,
};
use super::rejection::SubcontractorRejection as No;
use super::state::{
    ProjectInvitation, ProjectInvitationStage as Stage, RequestStage, Subcontractor,
};
use crate::builder_account::AccountSettings;
use crate::contact::INVITE_MAILS_MAX;
use crate::email::EmailAddress;
use crate::ids::{
    JobId, OrgId, PrimaryContactRequestId, ProjectInvitationId, SubUserId, SubcontractorId, TokenId,
};
use crate::personal::{Change, Personal};
use crate::rejection::Rejection;
use crate::timestamp::Timestamp;

type Decided = Result<Vec<SubcontractorEvent>, Rejection>;

/// Decides a command: the events that happen at `now`, or why not. None at all means that it is so
/// already. That a job is there and not archived, the ledger has asked.
pub fn decide(
    id: SubcontractorId,
    subcontractor: Option<&Subcontractor>,
    command: &Command,
    settings: AccountSettings,
    now: Timestamp,
) -> Decided {
    if let Command::Add { company, contact } = command {
        if subcontractor.is_some() {
            return Err(No::AlreadyExists.into());
        }
        let contact_name = Personal::known(id, contact.name.clone());
        let contact_email = Personal::known(id, contact.email.clone());
        let company = company.clone();
        return Ok(vec![SubcontractorAdded { company, contact_name, contact_email }.into()]);
    }
    let present = subcontractor.ok_or(Rejection::Unknown(id.into()))?;
    let asked = Asked { present, settings, now };
    match command {
        Command::Add { .. } => Err(No::AlreadyExists.into()),
        Command::Rename(to) if *to == present.company => Ok(Vec::new()),
        Command::Rename(to) => {
            Ok(vec![SubcontractorRenamed { from: present.company.clone(), to: to.clone() }.into()])
        }
        Command::Invite { invitation, job, token } => asked.invite(*invitation, *job, *token),
        Command::Resend { invitation, token } => asked.resend(*invitation, *token),
        Command::ResendStale { tokens } => asked.resend_stale(tokens),
        Command::Cancel(invitation) => asked.cancel(*invitation),
        Command::Withdraw(invitation) => asked.withdraw(*invitation),
        Command::Accept { invitation, token, org, user } => {
            asked.accept(*invitation, *token, *org, *user)
        }
        Command::Decline { invitation, token } => asked.decline(*invitation, *token),
        Command::Expire(invitation) => asked.expire(*invitation),
        Command::ChangePrimaryContact { to, answers } => asked.change_contact(to, *answers),
        Command::RequestPrimaryContactChange { request, user, to } => {
            asked.request_change(*request, *user, to)
        }
        Command::DeclinePrimaryContactRequest(request) => asked.decline_request(*request),
    }
}

struct Asked<'a> {
    present: &'a Subcontractor,
    settings: AccountSettings,
    now: Timestamp,
}

impl Asked<'_> {
    /// One that is not there is as one of another account's.
    fn invitation(&self, id: ProjectInvitationId) -> Result<&ProjectInvitation, Rejection> {
        let unknown = || Rejection::Unknown(self.present.id.into());
        self.present.invitations.get(&id).ok_or_else(unknown)
    }

    fn expires_at(&self) -> Timestamp {
        self.now.plus_hours(self.settings.invitation_ttl_hours.hours())
    }

    fn invite(&self, invitation: ProjectInvitationId, job: JobId, token: TokenId) -> Decided {
        if self.present.invitations.contains_key(&invitation) {
            return Err(No::AlreadyExists.into());
        }
        if self.present.open_for(job).is_some() {
            return Err(No::ProjectAlreadyInvited.into());
        }
        if self.present.invitations.len() >= Subcontractor::INVITATIONS_MAX {
            return Err(No::TooManyInvitations.into());
        }
        if self.mailed_too_often(job) {
            return Err(No::MailedTooOften.into());
        }
        let (sent_to, sent_at) = (self.present.contact.email.clone(), self.now);
        let expires_at = self.expires_at();
        let sent = ProjectInvitationSent { invitation, job, token, sent_to, sent_at, expires_at };
        Ok(vec![sent.into()])
    }

    /// A new link, to whoever is the primary contact now; the one before is dead (R83).
    fn resend(&self, id: ProjectInvitationId, token: TokenId) -> Decided {
        let invitation = self.invitation(id)?;
        match invitation.stage {
            Stage::Pending { .. } | Stage::NeedsResend => {}
            Stage::Expired | Stage::Declined | Stage::Cancelled => {
                if self.present.open_for(invitation.job).is_some() {
                    return Err(No::ProjectAlreadyInvited.into());
                }
            }
            Stage::Accepted { .. } | Stage::Withdrawn => return Err(No::InviteNotPending.into()),
        }
        if self.mailed_too_often(invitation.job) {
            return Err(No::MailedTooOften.into());
        }
        Ok(vec![self.resent(id, invitation.job, token)])
    }

    /// What was mailed too often today stays, and the others go.
    fn resend_stale(&self, tokens: &[TokenId]) -> Decided {
        let stale = self.present.invitations.iter();
        let stale: Vec<_> = stale.filter(|(_, one)| one.stage == Stage::NeedsResend).collect();
        let may_go = stale.iter().filter(|(_, invitation)| !self.mailed_too_often(invitation.job));
        let resent: Vec<SubcontractorEvent> = may_go
            .zip(tokens)
            .map(|((id, invitation), token)| self.resent(**id, invitation.job, *token))
            .collect();
        if resent.is_empty() && !stale.is_empty() && !tokens.is_empty() {
            return Err(No::MailedTooOften.into());
        }
        Ok(resent)
    }

    /// So many invitations a day to one job, also where one was taken back and another sent.
    fn mailed_too_often(&self, job: JobId) -> bool {
        let day_ago = self.now.plus_hours(-24);
        let of_job = self.present.invitations.values().filter(|one| one.job == job);
        let mailed = of_job.flat_map(|one| &one.mailed_at);
        mailed.filter(|at| **at > day_ago).count() >= INVITE_MAILS_MAX
    }

    fn resent(
        &self,
        invitation: ProjectInvitationId,
        job: JobId,
        token: TokenId,
    ) -> SubcontractorEvent {
        let (sent_to, sent_at) = (self.present.contact.email.clone(), self.now);
        let expires_at = self.expires_at();
        ProjectInvitationResent { invitation, job, token, sent_to, sent_at, expires_at }.into()
    }

    fn cancel(&self, id: ProjectInvitationId) -> Decided {
        let ProjectInvitation { job, stage, .. } = *self.invitation(id)?;
        match stage {
            Stage::Cancelled => Ok(Vec::new()),
            Stage::Pending { .. } | Stage::NeedsResend => {
                Ok(vec![ProjectInvitationCancelled { invitation: id, job }.into()])
            }
            Stage::Accepted { .. } | Stage::Declined | Stage::Expired | Stage::Withdrawn => {
                Err(No::InviteNotPending.into())
            }
        }
    }

    fn withdraw(&self, id: ProjectInvitationId) -> Decided {
        let ProjectInvitation { job, stage, .. } = *self.invitation(id)?;
        match stage {
            Stage::Withdrawn => Ok(Vec::new()),
            Stage::Accepted { .. } => Ok(vec![ProjectWithdrawn { invitation: id, job }.into()]),
            Stage::Pending { .. }
            | Stage::NeedsResend
            | Stage::Declined
            | Stage::Cancelled
            | Stage::Expired => Err(No::ProjectNotAccepted.into()),
        }
    }

    /// The link answers, and no other; why it is dead, if it is.
    fn answered(&self, id: ProjectInvitationId, with: TokenId) -> Result<JobId, Rejection> {
        let ProjectInvitation { job, stage, .. } = *self.invitation(id)?;
        match stage {
            Stage::Pending { token, .. } if token != with => Err(No::InviteSuperseded.into()),
            Stage::Pending { expires_at, .. } if self.now >= expires_at => {
                Err(No::InviteExpired.into())
            }
            Stage::Pending { .. } => Ok(job),
            Stage::Accepted { .. } => Err(No::InviteUsed.into()),
            Stage::NeedsResend => Err(No::InviteContactChanged.into()),
            Stage::Declined => Err(No::InviteDeclined.into()),
            Stage::Cancelled => Err(No::InviteCancelled.into()),
            Stage::Expired => Err(No::InviteExpired.into()),
            Stage::Withdrawn => Err(No::ProjectWithdrawn.into()),
        }
    }

    /// The first acceptance says which organisation the company is; the others are that one's.
    fn accept(
        &self,
        id: ProjectInvitationId,
        token: TokenId,
        org: OrgId,
        user: SubUserId,
    ) -> Decided {
        let accepted = Stage::Accepted { by: user };
        if self.invitation(id)?.stage == accepted && self.present.org == Some(org) {
            return Ok(Vec::new());
        }
        let job = self.answered(id, token)?;
        let mut events = Vec::new();
        match self.present.org {
            Some(linked) if linked != org => return Err(No::AnotherOrganisation.into()),
            Some(_) => {}
            None => events.push(SubcontractorOrgLinked { org, user }.into()),
        }
        events.push(ProjectInvitationAccepted { invitation: id, job, org, user }.into());
        Ok(events)
    }

    fn decline(&self, id: ProjectInvitationId, token: TokenId) -> Decided {
        let job = self.answered(id, token)?;
        Ok(vec![ProjectInvitationDeclined { invitation: id, job }.into()])
    }

    fn expire(&self, id: ProjectInvitationId) -> Decided {
        let ProjectInvitation { job, stage, .. } = *self.invitation(id)?;
        match stage {
            Stage::Pending { expires_at, .. } if self.now >= expires_at => {
                Ok(vec![ProjectInvitationExpired { invitation: id, job }.into()])
            }
            Stage::Pending { .. } => Err(No::InviteNotExpired.into()),
            // Another process was first, or somebody answered.
            Stage::Accepted { .. }
            | Stage::NeedsResend
            | Stage::Declined
            | Stage::Cancelled
            | Stage::Expired
            | Stage::Withdrawn => Ok(Vec::new()),
        }
    }

    /// Links that went to another address refuse from now on, until they are sent again (R83).
    fn change_contact(
        &self,
        to: &NewPrimaryContact,
        answers: Option<PrimaryContactRequestId>,
    ) -> Decided {
        if let Some(request) = answers {
            self.is_open(request)?;
        }
        let before = &self.present.contact;
        let same_address = before.email.value().is_some_and(|email| is_same(email, &to.email));
        let typed_alike = before.email.value().map(EmailAddress::typed) == Some(to.email.typed());
        if typed_alike && before.name.value() == Some(&to.name) && answers.is_none() {
            return Ok(Vec::new());
        }
        let id = self.present.id;
        let name = Change {
            from: Some(before.name.clone()),
            to: Some(Personal::known(id, to.name.clone())),
        };
        let email = Change {
            from: Some(before.email.clone()),
            to: Some(Personal::known(id, to.email.clone())),
        };
        let mut events = vec![PrimaryContactChanged { name, email, answers }.into()];
        if !same_address {
            let pending = self.present.invitations.iter();
            let pending = pending.filter(|(_, one)| matches!(one.stage, Stage::Pending { .. }));
            events.extend(pending.map(|(invitation, one)| {
                ProjectInvitationStaled { invitation: *invitation, job: one.job }.into()
            }));
        }
        Ok(events)
    }

    fn request_change(
        &self,
        request: PrimaryContactRequestId,
        user: SubUserId,
        to: &NewPrimaryContact,
    ) -> Decided {
        if self.present.requests.contains_key(&request) {
            return Err(No::AlreadyExists.into());
        }
        let open = self.present.requests.values().filter(|one| one.stage == RequestStage::Open);
        if open.count() >= Subcontractor::OPEN_REQUESTS_MAX {
            return Err(No::TooManyRequests.into());
        }
        let name = Personal::known(self.present.id, to.name.clone());
        let email = Personal::known(self.present.id, to.email.clone());
        Ok(vec![PrimaryContactChangeRequested { request, user, name, email }.into()])
    }

    fn decline_request(&self, request: PrimaryContactRequestId) -> Decided {
        self.is_open(request)?;
        Ok(vec![PrimaryContactRequestDeclined { request }.into()])
    }

    fn is_open(&self, request: PrimaryContactRequestId) -> Result<(), Rejection> {
        match self.present.requests.get(&request).map(|request| request.stage) {
            Some(RequestStage::Open) => Ok(()),
            Some(RequestStage::Done | RequestStage::Declined) => Err(No::RequestAnswered.into()),
            None => Err(Rejection::Unknown(self.present.id.into())),
        }
    }
}

fn is_same(one: &EmailAddress, other: &EmailAddress) -> bool {
    one.normal() == other.normal()
}
