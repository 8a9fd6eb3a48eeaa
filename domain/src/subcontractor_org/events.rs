//! What happens to a subcontractor's company.

use crate::email::EmailAddress;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{
    AccountId, InterventionId, JoinRequestId, PersonId, SubUserId, SubcontractorId, TokenId,
};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{CompanyName, PersonName};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a subcontractor's company.
    SubcontractorOrgEvent {
        SubcontractorOrgCreated = "subcontractor_org.created" v 1,
        SubcontractorOrgRenamed = "subcontractor_org.renamed" v 1,
        GeneralContractorLinked = "subcontractor_org.general_contractor_linked" v 1,
        SubUserInvited = "subcontractor_org.user_invited" v 1,
        SubUserInviteResent = "subcontractor_org.user_invite_resent" v 1,
        SubUserInviteCancelled = "subcontractor_org.user_invite_cancelled" v 1,
        SubUserInviteDeclined = "subcontractor_org.user_invite_declined" v 1,
        SubUserInviteExpired = "subcontractor_org.user_invite_expired" v 1,
        SubUserJoined = "subcontractor_org.user_joined" v 1,
        SubUserRemoved = "subcontractor_org.user_removed" v 1,
        JoinRequested = "subcontractor_org.join_requested" v 1,
        JoinApproved = "subcontractor_org.join_approved" v 1,
        JoinRejected = "subcontractor_org.join_rejected" v 1,
        PrimaryContactAssignedBySupport = "subcontractor_org.primary_contact_assigned_by_support" v 1,
    }
}

/// The company came to be, with the first user, who is registered (R73).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubcontractorOrgCreated {
    /// What it is called.
    pub name: CompanyName,
    /// The first user.
    pub user: SubUserId,
    /// Their first name.
    pub first_name: Personal<PersonName>,
    /// Their last name.
    pub last_name: Personal<PersonName>,
    /// Their address.
    pub email: Personal<EmailAddress>,
    /// The login behind them; no list, history or answer shows it.
    pub person: PersonId,
}

/// The company is called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubcontractorOrgRenamed {
    /// Before.
    pub from: CompanyName,
    /// After.
    pub to: CompanyName,
}

/// The company works with a general contractor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneralContractorLinked {
    /// Whose account.
    pub account: AccountId,
    /// Which subcontractor of it the company is.
    pub subcontractor: SubcontractorId,
}

/// A user invited somebody (R77, R79).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserInvited {
    /// The id that the events that come of them name as their actor.
    pub user: SubUserId,
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// Where the mail went, and nowhere else.
    pub email: Personal<EmailAddress>,
    /// The link in the mail.
    pub token: TokenId,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The invitation was mailed again, with another link; the one before is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserInviteResent {
    /// To whom.
    pub user: SubUserId,
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
pub struct SubUserInviteCancelled {
    /// Whose.
    pub user: SubUserId,
}

/// Whoever was invited said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserInviteDeclined {
    /// Who.
    pub user: SubUserId,
}

/// The invitation was not answered in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserInviteExpired {
    /// Whose.
    pub user: SubUserId,
}

/// The invitee accepted: all projects of the company are open to them (R80).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserJoined {
    /// Who.
    pub user: SubUserId,
    /// The login behind them; no list, history or answer shows it.
    pub person: PersonId,
}

/// A user was removed: they act for the company no more. Their name stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubUserRemoved {
    /// Who.
    pub user: SubUserId,
}

/// Somebody asked to be let in (H9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequested {
    /// The request, and the user that they become.
    pub request: JoinRequestId,
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// Their address.
    pub email: Personal<EmailAddress>,
    /// The login behind them; no list, history or answer shows it.
    pub person: PersonId,
}

/// A user let them in: they are one themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinApproved {
    /// The request.
    pub request: JoinRequestId,
    /// The login behind them; no list, history or answer shows it.
    pub person: PersonId,
}

/// A user did not let them in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRejected {
    /// The request.
    pub request: JoinRequestId,
}

/// Support invited somebody for a company that has lost its only user (R81).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryContactAssignedBySupport {
    /// The intervention that was approved.
    pub intervention: InterventionId,
    /// The new user.
    pub user: SubUserId,
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// Where the mail went, and nowhere else.
    pub email: Personal<EmailAddress>,
    /// The link in the mail.
    pub token: TokenId,
    /// When it was ordered.
    pub sent_at: Timestamp,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
    /// The user who has left; removed when the new one joins.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<SubUserId>,
}

nothing_personal!(
    SubcontractorOrgRenamed,
    GeneralContractorLinked,
    SubUserInviteCancelled,
    SubUserInviteDeclined,
    SubUserInviteExpired,
    SubUserJoined,
    SubUserRemoved,
    JoinApproved,
    JoinRejected,
);

macro_rules! names_and_email {
    ($($event:ident),+) => {$(
        impl HoldsPersonal for $event {
            fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
                visitor.visit("first_name", &mut self.first_name);
                visitor.visit("last_name", &mut self.last_name);
                visitor.visit("email", &mut self.email);
            }
        }
    )+};
}
names_and_email!(
    SubcontractorOrgCreated,
    SubUserInvited,
    JoinRequested,
    PrimaryContactAssignedBySupport
);

impl HoldsPersonal for SubUserInviteResent {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

/// A mail that invites to join the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubUserInvitation<'a> {
    /// Who is invited.
    pub user: SubUserId,
    /// Its link.
    pub token: TokenId,
    /// Where it goes.
    pub sent_to: &'a Personal<EmailAddress>,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// What an event changes about who can sign in for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// The user is registered, with this login.
    Registered(SubUserId, PersonId),
    /// The user is one no more.
    Removed(SubUserId),
}

impl SubcontractorOrgEvent {
    /// The mail to a user that it orders, if it orders one.
    pub const fn user_invitation(&self) -> Option<SubUserInvitation<'_>> {
        match self {
            Self::SubUserInvited(e) => {
                let (user, token, expires_at) = (e.user, e.token, e.expires_at);
                Some(SubUserInvitation { user, token, sent_to: &e.email, expires_at })
            }
            Self::SubUserInviteResent(e) => {
                let (user, token, expires_at) = (e.user, e.token, e.expires_at);
                Some(SubUserInvitation { user, token, sent_to: &e.sent_to, expires_at })
            }
            Self::PrimaryContactAssignedBySupport(e) => {
                let (user, token, expires_at) = (e.user, e.token, e.expires_at);
                Some(SubUserInvitation { user, token, sent_to: &e.email, expires_at })
            }
            Self::SubcontractorOrgCreated(_)
            | Self::SubcontractorOrgRenamed(_)
            | Self::GeneralContractorLinked(_)
            | Self::SubUserInviteCancelled(_)
            | Self::SubUserInviteDeclined(_)
            | Self::SubUserInviteExpired(_)
            | Self::SubUserJoined(_)
            | Self::SubUserRemoved(_)
            | Self::JoinRequested(_)
            | Self::JoinApproved(_)
            | Self::JoinRejected(_) => None,
        }
    }

    /// Who becomes a registered user, or is one no more.
    pub fn registration(&self) -> Option<Registration> {
        match self {
            Self::SubcontractorOrgCreated(e) => Some(Registration::Registered(e.user, e.person)),
            Self::SubUserJoined(e) => Some(Registration::Registered(e.user, e.person)),
            Self::JoinApproved(e) => Some(Registration::Registered(e.request.into(), e.person)),
            Self::SubUserRemoved(e) => Some(Registration::Removed(e.user)),
            Self::SubcontractorOrgRenamed(_)
            | Self::GeneralContractorLinked(_)
            | Self::SubUserInvited(_)
            | Self::SubUserInviteResent(_)
            | Self::SubUserInviteCancelled(_)
            | Self::SubUserInviteDeclined(_)
            | Self::SubUserInviteExpired(_)
            | Self::JoinRequested(_)
            | Self::JoinRejected(_)
            | Self::PrimaryContactAssignedBySupport(_) => None,
        }
    }

    /// The user whom it is about, if it is about one.
    pub fn user(&self) -> Option<SubUserId> {
        match self {
            Self::SubcontractorOrgCreated(e) => Some(e.user),
            Self::SubUserInvited(e) => Some(e.user),
            Self::SubUserInviteResent(e) => Some(e.user),
            Self::SubUserInviteCancelled(e) => Some(e.user),
            Self::SubUserInviteDeclined(e) => Some(e.user),
            Self::SubUserInviteExpired(e) => Some(e.user),
            Self::SubUserJoined(e) => Some(e.user),
            Self::SubUserRemoved(e) => Some(e.user),
            Self::JoinRequested(e) => Some(e.request.into()),
            Self::JoinApproved(e) => Some(e.request.into()),
            Self::JoinRejected(e) => Some(e.request.into()),
            Self::PrimaryContactAssignedBySupport(e) => Some(e.user),
            Self::SubcontractorOrgRenamed(_) | Self::GeneralContractorLinked(_) => None,
        }
    }

    /// What changed, field by field; a user is named by their id, which histories turn into the name.
    pub fn changes(&self) -> Vec<FieldChange> {
        let user = || self.user().map(|user| user.to_string()).unwrap_or_default();
        let who = |first: &Personal<PersonName>, last, email| {
            vec![
                FieldChange::new_value("first_name", first),
                FieldChange::new_value("last_name", last),
                FieldChange::new_value("email", email),
            ]
        };
        match self {
            Self::SubcontractorOrgCreated(e) => {
                let mut changes = vec![FieldChange::new_value("company", e.name.as_str())];
                changes.extend(who(&e.first_name, &e.last_name, &e.email));
                changes
            }
            Self::SubcontractorOrgRenamed(e) => {
                vec![FieldChange::between("company", e.from.as_str(), e.to.as_str())]
            }
            Self::GeneralContractorLinked(e) => {
                vec![FieldChange::new_value("general_contractor", e.account.to_string())]
            }
            Self::SubUserInvited(e) => who(&e.first_name, &e.last_name, &e.email),
            Self::JoinRequested(e) => who(&e.first_name, &e.last_name, &e.email),
            Self::PrimaryContactAssignedBySupport(e) => {
                let mut changes = who(&e.first_name, &e.last_name, &e.email);
                let replaces = e.replaces.map(|user| user.to_string());
                changes.extend(replaces.map(|user| FieldChange::old_value("replaced_user", user)));
                changes
            }
            Self::SubUserInviteResent(e) => vec![
                FieldChange::between("user", user(), user()),
                FieldChange::new_value("email", &e.sent_to),
            ],
            // Not which person it is: nobody learns of another's logins.
            Self::SubUserJoined(_) | Self::JoinApproved(_) => {
                vec![FieldChange::new_value("user", user())]
            }
            Self::SubUserInviteCancelled(_)
            | Self::SubUserInviteDeclined(_)
            | Self::SubUserInviteExpired(_) => vec![FieldChange::old_value("user_invite", user())],
            Self::SubUserRemoved(_) => vec![FieldChange::old_value("user", user())],
            Self::JoinRejected(_) => vec![FieldChange::old_value("join_request", user())],
        }
    }
}
