//! A subcontractor's company as its events made it.

use super::events::{JoinRequested, Registration, SubUserInvitation, SubcontractorOrgEvent};
use crate::ImpossibleStep;
use crate::contact::INVITE_MAILS_MAX;
use crate::email::EmailAddress;
use crate::ids::{
    AccountId, AggregateId, JoinRequestId, OrgId, PersonId, SubUserId, SubcontractorId, TokenId,
};
use crate::personal::Personal;
use crate::text::{CompanyName, PersonName};
use crate::timestamp::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A subcontractor's company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubcontractorOrg {
    /// Its id.
    pub id: OrgId,
    /// What it is called.
    pub name: CompanyName,
    /// Its users, with those who were removed: histories go on telling who they were.
    pub users: BTreeMap<SubUserId, SubUser>,
    /// The general contractors that it works with, and which subcontractor of theirs it is.
    pub general_contractors: BTreeSet<(AccountId, SubcontractorId)>,
    /// Who asked to be let in.
    pub join_requests: BTreeMap<JoinRequestId, JoinRequest>,
}

/// A user of the company, one who is invited, or one who was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubUser {
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// The address to which they were invited.
    pub email: Personal<EmailAddress>,
    /// How far they are.
    pub stage: SubUserStage,
    /// When the last mails with their invitation were ordered.
    pub mailed_at: Vec<Timestamp>,
    /// Whose place they take when they join (R81).
    pub replaces: Option<SubUserId>,
}

/// How far a user is (2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubUserStage {
    /// The invitation was mailed.
    Invited {
        /// The link that works.
        token: TokenId,
        /// From then on it is dead.
        expires_at: Timestamp,
    },
    /// They can sign in, and see all projects (R80).
    Registered {
        /// With this login.
        person: PersonId,
    },
    /// The invitation was taken back.
    Cancelled,
    /// The invitation was declined.
    Declined,
    /// The invitation was not answered in time.
    Expired,
    /// They were removed.
    Removed,
}

impl SubUserStage {
    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invited { .. } => "invited",
            Self::Registered { .. } => "registered",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

impl SubUser {
    /// The login of one who can sign in.
    pub const fn person(&self) -> Option<PersonId> {
        match self.stage {
            SubUserStage::Registered { person } => Some(person),
            SubUserStage::Invited { .. }
            | SubUserStage::Cancelled
            | SubUserStage::Declined
            | SubUserStage::Expired
            | SubUserStage::Removed => None,
        }
    }

    /// Whether they are registered or invited.
    pub const fn is_there(&self) -> bool {
        matches!(self.stage, SubUserStage::Invited { .. } | SubUserStage::Registered { .. })
    }
}

/// Somebody who asked to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// Their address.
    pub email: Personal<EmailAddress>,
    /// Their login.
    pub person: PersonId,
    /// What became of it.
    pub stage: JoinStage,
}

/// What became of a request to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinStage {
    /// It waits for one of the users.
    Open,
    /// They were let in.
    Approved,
    /// They were not.
    Rejected,
}

impl SubcontractorOrg {
    /// The most users of a company, invited ones too.
    pub const USERS_MAX: usize = 500;
    /// The most requests to join that wait.
    pub const OPEN_JOINS_MAX: usize = 50;
    /// The most general contractors that it works with.
    pub const GENERAL_CONTRACTORS_MAX: usize = 500;

    /// A company as its first event makes it.
    pub fn from_first(id: OrgId, event: &SubcontractorOrgEvent) -> Result<Self, ImpossibleStep> {
        let SubcontractorOrgEvent::SubcontractorOrgCreated(created) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: id.into(),
                why: "the company has not been created",
            });
        };
        let first = SubUser {
            first_name: created.first_name.clone(),
            last_name: created.last_name.clone(),
            email: created.email.clone(),
            stage: SubUserStage::Registered { person: created.person },
            mailed_at: Vec::new(),
            replaces: None,
        };
        Ok(Self {
            id,
            name: created.name.clone(),
            users: BTreeMap::from([(created.user, first)]),
            general_contractors: BTreeSet::new(),
            join_requests: BTreeMap::new(),
        })
    }

    /// Those who can sign in.
    pub fn registered(&self) -> impl Iterator<Item = (SubUserId, PersonId, &SubUser)> {
        self.users.iter().filter_map(|(id, user)| Some((*id, user.person()?, user)))
    }

    /// Whether this user can sign in.
    pub fn is_registered(&self, user: SubUserId) -> bool {
        self.users.get(&user).is_some_and(|user| user.person().is_some())
    }

    /// The registered user who has this login.
    pub fn user_of(&self, person: PersonId) -> Option<SubUserId> {
        self.registered().find(|(_, other, _)| *other == person).map(|(user, _, _)| user)
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &SubcontractorOrgEvent) -> Result<(), ImpossibleStep> {
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::SubcontractorOrg(self.id),
            why,
        })
    }

    fn step(&mut self, event: &SubcontractorOrgEvent) -> Result<(), &'static str> {
        match event {
            SubcontractorOrgEvent::SubcontractorOrgCreated(_) => {
                return Err("the company is there already");
            }
            SubcontractorOrgEvent::SubcontractorOrgRenamed(e) => self.name = e.to.clone(),
            SubcontractorOrgEvent::GeneralContractorLinked(e) => {
                if !self.general_contractors.insert((e.account, e.subcontractor)) {
                    return Err("the general contractor is linked already");
                }
            }
            SubcontractorOrgEvent::SubUserInvited(e) => {
                let names = (e.first_name.clone(), e.last_name.clone(), e.email.clone());
                self.invited(event, names, e.sent_at, None)?;
            }
            SubcontractorOrgEvent::PrimaryContactAssignedBySupport(e) => {
                let names = (e.first_name.clone(), e.last_name.clone(), e.email.clone());
                self.invited(event, names, e.sent_at, e.replaces)?;
            }
            SubcontractorOrgEvent::SubUserInviteResent(e) => {
                let stage = SubUserStage::Invited { token: e.token, expires_at: e.expires_at };
                let resent = self.becomes(e.user, stage, may_be_mailed_again)?;
                resent.mailed_at.push(e.sent_at);
                if resent.mailed_at.len() > INVITE_MAILS_MAX {
                    resent.mailed_at.remove(0);
                }
            }
            SubcontractorOrgEvent::SubUserInviteCancelled(e) => {
                self.becomes(e.user, SubUserStage::Cancelled, is_invited)?;
            }
            SubcontractorOrgEvent::SubUserInviteDeclined(e) => {
                self.becomes(e.user, SubUserStage::Declined, is_invited)?;
            }
            SubcontractorOrgEvent::SubUserInviteExpired(e) => {
                self.becomes(e.user, SubUserStage::Expired, is_invited)?;
            }
            SubcontractorOrgEvent::SubUserJoined(e) => {
                let stage = SubUserStage::Registered { person: e.person };
                self.becomes(e.user, stage, is_invited)?;
            }
            SubcontractorOrgEvent::SubUserRemoved(e) => {
                let registered = |from| matches!(from, SubUserStage::Registered { .. });
                self.becomes(e.user, SubUserStage::Removed, registered)?;
                if self.registered().next().is_none() {
                    return Err("the last registered user is not removed");
                }
            }
            SubcontractorOrgEvent::JoinRequested(e) => return self.join_requested(e),
            SubcontractorOrgEvent::JoinApproved(e) => {
                let request = self.join_answered(e.request, JoinStage::Approved)?.clone();
                let JoinRequest { first_name, last_name, email, .. } = request;
                let stage = SubUserStage::Registered { person: e.person };
                let (mailed_at, replaces) = (Vec::new(), None);
                let user = SubUser { first_name, last_name, email, stage, mailed_at, replaces };
                if self.users.insert(e.request.into(), user).is_some() {
                    return Err("the user is there already");
                }
            }
            SubcontractorOrgEvent::JoinRejected(e) => {
                self.join_answered(e.request, JoinStage::Rejected)?;
            }
        }
        Ok(())
    }

    fn invited(
        &mut self,
        event: &SubcontractorOrgEvent,
        (first_name, last_name, email): (
            Personal<PersonName>,
            Personal<PersonName>,
            Personal<EmailAddress>,
        ),
        sent_at: Timestamp,
        replaces: Option<SubUserId>,
    ) -> Result<(), &'static str> {
        let mail = event.user_invitation().ok_or("nobody is invited")?;
        let SubUserInvitation { user, token, expires_at, .. } = mail;
        let stage = SubUserStage::Invited { token, expires_at };
        let mailed_at = vec![sent_at];
        let invited = SubUser { first_name, last_name, email, stage, mailed_at, replaces };
        match self.users.insert(user, invited) {
            None => Ok(()),
            Some(_) => Err("the user is there already"),
        }
    }

    fn join_requested(&mut self, e: &JoinRequested) -> Result<(), &'static str> {
        let request = JoinRequest {
            first_name: e.first_name.clone(),
            last_name: e.last_name.clone(),
            email: e.email.clone(),
            person: e.person,
            stage: JoinStage::Open,
        };
        match self.join_requests.insert(e.request, request) {
            None => Ok(()),
            Some(_) => Err("the request is there already"),
        }
    }

    fn join_answered(
        &mut self,
        id: JoinRequestId,
        stage: JoinStage,
    ) -> Result<&JoinRequest, &'static str> {
        let request = self.join_requests.get_mut(&id);
        let request = request.filter(|request| request.stage == JoinStage::Open);
        let request = request.ok_or("no such request is open")?;
        request.stage = stage;
        Ok(request)
    }

    fn becomes(
        &mut self,
        id: SubUserId,
        to: SubUserStage,
        follows: impl FnOnce(SubUserStage) -> bool,
    ) -> Result<&mut SubUser, &'static str> {
        let user = self.users.get_mut(&id).ok_or("the user is not there")?;
        if !follows(user.stage) {
            return Err("the user is not that far, or is gone");
        }
        user.stage = to;
        Ok(user)
    }
}

const fn is_invited(stage: SubUserStage) -> bool {
    matches!(stage, SubUserStage::Invited { .. })
}

const fn may_be_mailed_again(stage: SubUserStage) -> bool {
    matches!(stage, SubUserStage::Invited { .. } | SubUserStage::Expired | SubUserStage::Declined)
}

impl Registration {
    /// The user.
    pub const fn user(self) -> SubUserId {
        match self {
            Self::Registered(user, _) | Self::Removed(user) => user,
        }
    }
}
