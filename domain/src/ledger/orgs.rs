//! What concerns a subcontractor's company as a whole ledger: who asks, and whom it mails (R76 to R81).

use super::decide::{Asked, done};
use super::{Decision, Halt, Tracked};
use crate::actor::Actor;
use crate::event::Event;
use crate::ids::{AggregateId, OrgId, SubUserId, SubjectId};
use crate::notification::{self, MailKind};
use crate::rejection::Rejection;
use crate::subcontractor_org::{
    self, SubcontractorOrg, SubcontractorOrgCommand, SubcontractorOrgEvent,
    SubcontractorOrgRejection,
};
use crate::{EmailAddress, Personal};

impl Asked<'_> {
    pub(super) fn subcontractor_org(
        &self,
        id: OrgId,
        command: &SubcontractorOrgCommand,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.subcontractor_org(id)?);
        self.is_registered(id, present, command)?;
        let happened = subcontractor_org::decide(id, present, command, self.now)?;
        let told = self.told_of_joining(id, present, &happened);
        let mut decision = done(id.into(), happened, Event::SubcontractorOrg);
        decision.events.extend(told);
        Ok(decision)
    }

    /// R77: what users do, registered ones do. It is asked under the ledger's lock: whoever was removed a
    /// moment ago removes nobody (G9).
    fn is_registered(
        &self,
        id: OrgId,
        present: Option<&SubcontractorOrg>,
        command: &SubcontractorOrgCommand,
    ) -> Result<(), Halt> {
        if let Some((org, by)) = self.asking_user()
            && !(org == id && is_oneself(command, by))
        {
            return Err(Rejection::Unknown(id.into()).into());
        }
        let by_user = match command {
            SubcontractorOrgCommand::Rename(_)
            | SubcontractorOrgCommand::LinkGeneralContractor { .. }
            | SubcontractorOrgCommand::InviteUser { .. }
            | SubcontractorOrgCommand::ResendUserInvite { .. }
            | SubcontractorOrgCommand::CancelUserInvite(_)
            | SubcontractorOrgCommand::RemoveUser(_)
            | SubcontractorOrgCommand::ApproveJoin(_)
            | SubcontractorOrgCommand::RejectJoin(_) => true,
            // By whoever founds it, holds a link, asks to come in; by the clock and by support.
            SubcontractorOrgCommand::Create { .. }
            | SubcontractorOrgCommand::JoinByInvite { .. }
            | SubcontractorOrgCommand::DeclineUserInvite { .. }
            | SubcontractorOrgCommand::ExpireUserInvite(_)
            | SubcontractorOrgCommand::RequestToJoin { .. }
            | SubcontractorOrgCommand::AssignPrimaryContactBySupport(_) => false,
        };
        let Some(present) = present.filter(|_| by_user) else { return Ok(()) };
        match (self.asking_user(), self.circumstances.actor) {
            (Some((_, user)), _) | (None, Actor::SubUser(user)) if !present.is_registered(user) => {
                Err(Rejection::from(SubcontractorOrgRejection::NotAUser).into())
            }
            (
                Some(_) | None,
                Actor::SubUser(_)
                | Actor::BuilderStaff(_)
                | Actor::StaffMember(_)
                | Actor::Owner(_)
                | Actor::PortalContact(_)
                | Actor::Operator(_)
                | Actor::System,
            ) => Ok(()),
        }
    }

    /// All registered users hear that somebody wants in, and that one hears that they are (H9).
    fn told_of_joining(
        &self,
        id: OrgId,
        present: Option<&SubcontractorOrg>,
        happened: &[SubcontractorOrgEvent],
    ) -> Vec<(AggregateId, Event)> {
        let (Some(present), [event, ..]) = (present, happened) else { return Vec::new() };
        let (kind, told): (_, Vec<(SubjectId, &Personal<EmailAddress>)>) = match event {
            SubcontractorOrgEvent::JoinRequested(_) => {
                let users = present.registered().map(|(user, _, who)| (user.into(), &who.email));
                (MailKind::JoinRequested, users.collect())
            }
            SubcontractorOrgEvent::JoinApproved(e) => {
                let asked = present.join_requests.get(&e.request);
                let who = asked.map(|request| (SubjectId(e.request.0), &request.email));
                (MailKind::JoinApproved, who.into_iter().collect())
            }
            SubcontractorOrgEvent::SubcontractorOrgCreated(_)
            | SubcontractorOrgEvent::SubcontractorOrgRenamed(_)
            | SubcontractorOrgEvent::GeneralContractorLinked(_)
            | SubcontractorOrgEvent::SubUserInvited(_)
            | SubcontractorOrgEvent::SubUserInviteResent(_)
            | SubcontractorOrgEvent::SubUserInviteCancelled(_)
            | SubcontractorOrgEvent::SubUserInviteDeclined(_)
            | SubcontractorOrgEvent::SubUserInviteExpired(_)
            | SubcontractorOrgEvent::SubUserJoined(_)
            | SubcontractorOrgEvent::SubUserRemoved(_)
            | SubcontractorOrgEvent::JoinRejected(_)
            | SubcontractorOrgEvent::PrimaryContactAssignedBySupport(_) => return Vec::new(),
        };
        let sequence = self.state.version(id.into()) + 1;
        let mails = notification::to_each(kind, id.into(), sequence, told);
        let queued = mails.into_iter().map(|(mail, queued)| {
            (AggregateId::Notification(mail), Event::Notification(queued.into()))
        });
        queued.collect()
    }
}

/// Whether a command that says as which user somebody comes says so of the one who asks.
fn is_oneself(command: &SubcontractorOrgCommand, by: SubUserId) -> bool {
    match command {
        SubcontractorOrgCommand::Create { user, .. }
        | SubcontractorOrgCommand::JoinByInvite { user, .. }
        | SubcontractorOrgCommand::DeclineUserInvite { user, .. } => *user == by,
        SubcontractorOrgCommand::RequestToJoin { request, .. } => SubUserId::from(*request) == by,
        SubcontractorOrgCommand::Rename(_)
        | SubcontractorOrgCommand::LinkGeneralContractor { .. }
        | SubcontractorOrgCommand::InviteUser { .. }
        | SubcontractorOrgCommand::ResendUserInvite { .. }
        | SubcontractorOrgCommand::CancelUserInvite(_)
        | SubcontractorOrgCommand::ExpireUserInvite(_)
        | SubcontractorOrgCommand::RemoveUser(_)
        | SubcontractorOrgCommand::ApproveJoin(_)
        | SubcontractorOrgCommand::RejectJoin(_)
        | SubcontractorOrgCommand::AssignPrimaryContactBySupport(_) => true,
    }
}
