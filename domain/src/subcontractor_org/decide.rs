//! Which commands a subcontractor's company takes. Asks, and changes nothing.

use super::commands::{NewSubUser, SubcontractorOrgCommand as Command, SupportAssignment};
use super::events::{
    GeneralContractorLinked, JoinApproved, JoinRejected, JoinRequested,
    PrimaryContactAssignedBySupport, SubUserInviteCancelled, SubUserInviteDeclined,
    SubUserInviteExpired, SubUserInviteResent, SubUserInvited, SubUserJoined, SubUserRemoved,
    SubcontractorOrgCreated, SubcontractorOrgEvent, SubcontractorOrgRenamed,
};
use super::rejection::SubcontractorOrgRejection as No;
use super::state::{JoinRequest, JoinStage, SubUser, SubUserStage as Stage, SubcontractorOrg};
use crate::contact::INVITE_MAILS_MAX;
use crate::email::EmailAddress;
use crate::ids::{JoinRequestId, OrgId, PersonId, SubUserId, TokenId};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::PersonName;
use crate::timestamp::Timestamp;

/// For how long an invitation to a company can be accepted, in hours (promise 23).
pub const SUB_USER_INVITE_TTL_HOURS: i64 = 72;

type Decided = Result<Vec<SubcontractorOrgEvent>, Rejection>;

/// Decides a command: the events that happen at `now`, or why not. None at all means that it is so
/// already. That whoever asks is a registered user, where that is needed, the ledger has asked.
pub fn decide(
    id: OrgId,
    org: Option<&SubcontractorOrg>,
    command: &Command,
    now: Timestamp,
) -> Decided {
    if let (Command::Create { name, user, who, person }, None) = (command, org) {
        let Sealed { first_name, last_name, email } = sealed(*user, who);
        let (name, user, person) = (name.clone(), *user, *person);
        let created = SubcontractorOrgCreated { name, user, first_name, last_name, email, person };
        return Ok(vec![created.into()]);
    }
    let asked = Asked { org: org.ok_or(Rejection::Unknown(id.into()))?, now };
    match command {
        // What a crash cut short goes on.
        Command::Create { user, person, .. } => match asked.org.users.get(user) {
            Some(first) if first.person() == Some(*person) => Ok(Vec::new()),
            Some(_) | None => Err(No::AlreadyExists.into()),
        },
        Command::Rename(to) if *to == asked.org.name => Ok(Vec::new()),
        Command::Rename(to) => {
            let from = asked.org.name.clone();
            Ok(vec![SubcontractorOrgRenamed { from, to: to.clone() }.into()])
        }
        Command::LinkGeneralContractor { account, subcontractor } => {
            let linked = &asked.org.general_contractors;
            if linked.contains(&(*account, *subcontractor)) {
                Ok(Vec::new())
            } else if linked.len() >= SubcontractorOrg::GENERAL_CONTRACTORS_MAX {
                Err(No::TooManyGeneralContractors.into())
            } else {
                let (account, subcontractor) = (*account, *subcontractor);
                Ok(vec![GeneralContractorLinked { account, subcontractor }.into()])
            }
        }
        Command::InviteUser { user, who, token } => asked.invite(*user, who, *token),
        Command::ResendUserInvite { user, token } => asked.resend(*user, *token),
        Command::CancelUserInvite(user) => asked.cancel(*user),
        Command::JoinByInvite { user, token, person } => asked.join(*user, *token, *person),
        Command::DeclineUserInvite { user, token } => {
            asked.answered(*user, *token)?;
            Ok(vec![SubUserInviteDeclined { user: *user }.into()])
        }
        Command::ExpireUserInvite(user) => asked.expire(*user),
        Command::RemoveUser(user) => asked.remove(*user),
        Command::RequestToJoin { request, who, person } => {
            asked.request_to_join(*request, who, *person)
        }
        Command::ApproveJoin(request) => asked.approve(*request),
        Command::RejectJoin(request) => asked.reject(*request),
        Command::AssignPrimaryContactBySupport(assignment) => asked.assign(assignment),
    }
}

struct Sealed {
    first_name: Personal<PersonName>,
    last_name: Personal<PersonName>,
    email: Personal<EmailAddress>,
}

fn sealed(user: SubUserId, who: &NewSubUser) -> Sealed {
    Sealed {
        first_name: Personal::known(user, who.first_name.clone()),
        last_name: Personal::known(user, who.last_name.clone()),
        email: Personal::known(user, who.email.clone()),
    }
}

struct Asked<'a> {
    org: &'a SubcontractorOrg,
    now: Timestamp,
}

impl Asked<'_> {
    fn user(&self, id: SubUserId) -> Result<&SubUser, Rejection> {
        self.org.users.get(&id).ok_or(Rejection::Unknown(self.org.id.into()))
    }

    fn request(&self, id: JoinRequestId) -> Result<&JoinRequest, Rejection> {
        self.org.join_requests.get(&id).ok_or(Rejection::Unknown(self.org.id.into()))
    }

    /// Somebody new, under an id and an address that no user has.
    fn may_come(&self, user: SubUserId, email: &EmailAddress) -> Result<(), Rejection> {
        if self.org.users.contains_key(&user) {
            return Err(No::AlreadyExists.into());
        }
        self.has_room()?;
        if self.at(email).any(|(_, user)| user.is_there()) {
            return Err(No::AlreadyUser.into());
        }
        self.mailed_rarely(email)
    }

    fn has_room(&self) -> Result<(), Rejection> {
        let there = self.org.users.values().filter(|user| user.is_there());
        if there.count() >= SubcontractorOrg::USERS_MAX {
            return Err(No::TooManyUsers.into());
        }
        Ok(())
    }

    /// Whoever was ever invited at an address, or is there.
    fn at<'b>(&'b self, email: &'b EmailAddress) -> impl Iterator<Item = (SubUserId, &'b SubUser)> {
        let has_it = |user: &SubUser| {
            user.email.value().is_some_and(|address| address.normal() == email.normal())
        };
        let users = self.org.users.iter().filter(move |(_, user)| has_it(user));
        users.map(|(id, user)| (*id, user))
    }

    /// So many invitations a day to one address, also where one was taken back and another made.
    fn mailed_rarely(&self, email: &EmailAddress) -> Result<(), Rejection> {
        let day_ago = self.now.plus_hours(-24);
        let mailed = self.at(email).flat_map(|(_, user)| &user.mailed_at);
        if mailed.filter(|at| **at > day_ago).count() >= INVITE_MAILS_MAX {
            return Err(No::MailedTooOften.into());
        }
        Ok(())
    }

    fn expires_at(&self) -> Timestamp {
        self.now.plus_hours(SUB_USER_INVITE_TTL_HOURS)
    }

    fn invite(&self, user: SubUserId, who: &NewSubUser, token: TokenId) -> Decided {
        self.may_come(user, &who.email)?;
        let Sealed { first_name, last_name, email } = sealed(user, who);
        let (sent_at, expires_at) = (self.now, self.expires_at());
        let invited =
            SubUserInvited { user, first_name, last_name, email, token, sent_at, expires_at };
        Ok(vec![invited.into()])
    }

    /// A new link; the one before is dead (promise 23).
    fn resend(&self, id: SubUserId, token: TokenId) -> Decided {
        let user = self.user(id)?;
        match user.stage {
            Stage::Invited { .. } => {}
            Stage::Expired | Stage::Declined => {
                self.has_room()?;
                // Somebody else may have been invited at this address in between.
                let email = user.email.value();
                if email.is_some_and(|email| self.at(email).any(|(_, other)| other.is_there())) {
                    return Err(No::AlreadyUser.into());
                }
            }
            Stage::Registered { .. } => return Err(No::UserJoined.into()),
            Stage::Cancelled | Stage::Removed => return Err(No::UserGone.into()),
        }
        if let Some(email) = user.email.value() {
            self.mailed_rarely(email)?;
        }
        let (sent_to, sent_at) = (user.email.clone(), self.now);
        let expires_at = self.expires_at();
        Ok(vec![SubUserInviteResent { user: id, token, sent_to, sent_at, expires_at }.into()])
    }

    fn cancel(&self, id: SubUserId) -> Decided {
        match self.user(id)?.stage {
            Stage::Invited { .. } => Ok(vec![SubUserInviteCancelled { user: id }.into()]),
            Stage::Cancelled => Ok(Vec::new()),
            Stage::Registered { .. } => Err(No::UserJoined.into()),
            Stage::Declined | Stage::Expired | Stage::Removed => Err(No::UserGone.into()),
        }
    }

    /// The link answers, and no other; why it is dead, if it is.
    fn answered(&self, id: SubUserId, with: TokenId) -> Result<&SubUser, Rejection> {
        let user = self.user(id)?;
        match user.stage {
            Stage::Invited { token, .. } if token != with => Err(No::InviteSuperseded.into()),
            Stage::Invited { expires_at, .. } if self.now >= expires_at => {
                Err(No::InviteExpired.into())
            }
            Stage::Invited { .. } => Ok(user),
            Stage::Registered { .. } => Err(No::InviteUsed.into()),
            Stage::Cancelled | Stage::Removed => Err(No::InviteCancelled.into()),
            Stage::Declined => Err(No::InviteDeclined.into()),
            Stage::Expired => Err(No::InviteExpired.into()),
        }
    }

    /// Whom support sent takes the place of the one who has left, in the same append (R81): unless that one
    /// is there after all, and has brought somebody in. What they asked for before is answered by it.
    fn join(&self, id: SubUserId, token: TokenId, person: PersonId) -> Decided {
        let replaces = self.answered(id, token)?.replaces;
        let alone = self.org.registered().count() == 1;
        let left = replaces.filter(|user| alone && self.org.is_registered(*user));
        if self.org.user_of(person).is_some() {
            return Err(No::AlreadyUser.into());
        }
        let mut events = vec![SubUserJoined { user: id, person }.into()];
        events.extend(left.map(|user| SubUserRemoved { user }.into()));
        let asked = self.org.join_requests.iter();
        let asked = asked
            .filter(|(_, request)| request.person == person && request.stage == JoinStage::Open);
        events.extend(asked.map(|(request, _)| JoinRejected { request: *request }.into()));
        Ok(events)
    }

    fn expire(&self, id: SubUserId) -> Decided {
        match self.user(id)?.stage {
            Stage::Invited { expires_at, .. } if self.now >= expires_at => {
                Ok(vec![SubUserInviteExpired { user: id }.into()])
            }
            Stage::Invited { .. } => Err(No::InviteNotExpired.into()),
            // Another process was first, or somebody answered.
            Stage::Registered { .. }
            | Stage::Cancelled
            | Stage::Declined
            | Stage::Expired
            | Stage::Removed => Ok(Vec::new()),
        }
    }

    /// Two who remove each other are decided one after the other: one of them stays (G9).
    fn remove(&self, id: SubUserId) -> Decided {
        match self.user(id)?.stage {
            Stage::Registered { .. } if self.org.registered().count() <= 1 => {
                Err(No::LastSubUser.into())
            }
            Stage::Registered { .. } => Ok(vec![SubUserRemoved { user: id }.into()]),
            Stage::Invited { .. } => Ok(vec![SubUserInviteCancelled { user: id }.into()]),
            Stage::Cancelled | Stage::Declined | Stage::Expired | Stage::Removed => Ok(Vec::new()),
        }
    }

    fn request_to_join(
        &self,
        request: JoinRequestId,
        who: &NewSubUser,
        person: PersonId,
    ) -> Decided {
        if let Some(before) = self.org.join_requests.get(&request) {
            return if before.person == person {
                Ok(Vec::new())
            } else {
                Err(No::AlreadyExists.into())
            };
        }
        let mut open =
            self.org.join_requests.values().filter(|request| request.stage == JoinStage::Open);
        if open.clone().count() >= SubcontractorOrg::OPEN_JOINS_MAX {
            return Err(No::TooManyJoinRequests.into());
        }
        if open.any(|request| request.person == person) {
            return Err(No::JoinAlreadyRequested.into());
        }
        if self.org.user_of(person).is_some() {
            return Err(No::AlreadyUser.into());
        }
        let Sealed { first_name, last_name, email } = sealed(request.into(), who);
        Ok(vec![JoinRequested { request, first_name, last_name, email, person }.into()])
    }

    fn approve(&self, id: JoinRequestId) -> Decided {
        let request = self.request(id)?;
        match request.stage {
            JoinStage::Approved => Ok(Vec::new()),
            JoinStage::Rejected => Err(No::JoinAnswered.into()),
            // They were invited in between, and have joined.
            JoinStage::Open if self.org.user_of(request.person).is_some() => {
                Err(No::AlreadyUser.into())
            }
            JoinStage::Open => {
                self.has_room()?;
                let mut events = vec![JoinApproved { request: id, person: request.person }.into()];
                // A link that was mailed to them would bring them back once they are removed.
                let invited = request.email.value().into_iter().flat_map(|email| self.at(email));
                let invited =
                    invited.filter(|(_, user)| matches!(user.stage, Stage::Invited { .. }));
                events.extend(invited.map(|(user, _)| SubUserInviteCancelled { user }.into()));
                Ok(events)
            }
        }
    }

    fn reject(&self, id: JoinRequestId) -> Decided {
        match self.request(id)?.stage {
            JoinStage::Rejected => Ok(Vec::new()),
            JoinStage::Approved => Err(No::JoinAnswered.into()),
            JoinStage::Open => Ok(vec![JoinRejected { request: id }.into()]),
        }
    }

    /// Only where nobody is left who could add a user: self-service comes first (R81, H8).
    fn assign(&self, assignment: &SupportAssignment) -> Decided {
        let SupportAssignment { intervention, user, who, token, replaces } = assignment;
        // The id was made for this one intervention: what a crash cut short in the installation's ledger
        // may come again, also after they have joined.
        if self.org.users.get(user).is_some_and(|there| there.replaces == *replaces) {
            return Ok(Vec::new());
        }
        let registered: Vec<SubUserId> = self.org.registered().map(|(user, _, _)| user).collect();
        if registered.len() > 1 {
            return Err(No::SupportNotNeeded.into());
        }
        if registered.first() != replaces.as_ref() {
            return Err(No::ReplacesAnother.into());
        }
        self.may_come(*user, &who.email)?;
        let Sealed { first_name, last_name, email } = sealed(*user, who);
        let assigned = PrimaryContactAssignedBySupport {
            intervention: *intervention,
            user: *user,
            first_name,
            last_name,
            email,
            token: *token,
            sent_at: self.now,
            expires_at: self.expires_at(),
            replaces: *replaces,
        };
        Ok(vec![assigned.into()])
    }
}
