//! What can be asked of a subcontractor's company.

use crate::email::EmailAddress;
use crate::ids::{
    AccountId, InterventionId, JoinRequestId, PersonId, SubUserId, SubcontractorId, TokenId,
};
use crate::text::{CompanyName, PersonName};

/// Somebody who is to be a user: three fields, all required (R79).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubUser {
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// Address; the invitation goes there and nowhere else.
    pub email: EmailAddress,
}

/// Whom support lets into a company that has lost its only user (R81).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAssignment {
    /// The intervention that was approved.
    pub intervention: InterventionId,
    /// The new user's id.
    pub user: SubUserId,
    /// Who it is.
    pub who: NewSubUser,
    /// The link in the mail.
    pub token: TokenId,
    /// The user who has left, if one is registered; removed when the new one joins.
    pub replaces: Option<SubUserId>,
}

/// A command to one subcontractor's company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubcontractorOrgCommand {
    /// Become a company, with its first user, who is registered at once (R73). Twice is once.
    Create {
        /// What it is called.
        name: CompanyName,
        /// The first user's id.
        user: SubUserId,
        /// Who it is.
        who: NewSubUser,
        /// The login that they sign in with.
        person: PersonId,
    },
    /// Call it otherwise.
    Rename(CompanyName),
    /// Take note of a general contractor. Twice is once.
    LinkGeneralContractor {
        /// Whose account.
        account: AccountId,
        /// Which subcontractor of it the company is.
        subcontractor: SubcontractorId,
    },
    /// Invite somebody (R77).
    InviteUser {
        /// Their id.
        user: SubUserId,
        /// Who it is.
        who: NewSubUser,
        /// The link in the mail.
        token: TokenId,
    },
    /// Mail the invitation again, with another link.
    ResendUserInvite {
        /// To whom.
        user: SubUserId,
        /// The new link.
        token: TokenId,
    },
    /// Take an invitation back before it is answered.
    CancelUserInvite(SubUserId),
    /// Accept the invitation; the invitee's, who holds the link.
    JoinByInvite {
        /// As whom.
        user: SubUserId,
        /// The link.
        token: TokenId,
        /// The login that they sign in with from now on.
        person: PersonId,
    },
    /// Say no with the link.
    DeclineUserInvite {
        /// As whom.
        user: SubUserId,
        /// The link.
        token: TokenId,
    },
    /// The clock reached the end of an invitation.
    ExpireUserInvite(SubUserId),
    /// Remove a user, or oneself, but for the last one (G9); or take an invitation back.
    RemoveUser(SubUserId),
    /// Ask to be let in (H9). Twice is once.
    RequestToJoin {
        /// The request's id, and the user's if they are let in.
        request: JoinRequestId,
        /// Who asks.
        who: NewSubUser,
        /// Their login.
        person: PersonId,
    },
    /// Let them in. Twice is once.
    ApproveJoin(JoinRequestId),
    /// Do not.
    RejectJoin(JoinRequestId),
    /// Let somebody in for a company that has lost its only user (R81, H8).
    AssignPrimaryContactBySupport(SupportAssignment),
}

impl SubcontractorOrgCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CreateSubcontractorOrg",
            Self::Rename(_) => "RenameSubcontractorOrg",
            Self::LinkGeneralContractor { .. } => "LinkGeneralContractor",
            Self::InviteUser { .. } => "AddSubUser",
            Self::ResendUserInvite { .. } => "ResendSubUserInvite",
            Self::CancelUserInvite(_) => "CancelSubUserInvite",
            Self::JoinByInvite { .. } => "JoinSubcontractorOrg",
            Self::DeclineUserInvite { .. } => "DeclineSubUserInvite",
            Self::ExpireUserInvite(_) => "ExpireSubUserInvite",
            Self::RemoveUser(_) => "RemoveSubUser",
            Self::RequestToJoin { .. } => "RequestToJoin",
            Self::ApproveJoin(_) => "ApproveJoin",
            Self::RejectJoin(_) => "RejectJoin",
            Self::AssignPrimaryContactBySupport(_) => "AssignPrimaryContactBySupport",
        }
    }

    /// Whether it mails a link, for which a secret has to be made.
    pub const fn makes_secret(&self) -> bool {
        match self {
            Self::InviteUser { .. }
            | Self::ResendUserInvite { .. }
            | Self::AssignPrimaryContactBySupport(_) => true,
            Self::Create { .. }
            | Self::Rename(_)
            | Self::LinkGeneralContractor { .. }
            | Self::CancelUserInvite(_)
            | Self::JoinByInvite { .. }
            | Self::DeclineUserInvite { .. }
            | Self::ExpireUserInvite(_)
            | Self::RemoveUser(_)
            | Self::RequestToJoin { .. }
            | Self::ApproveJoin(_)
            | Self::RejectJoin(_) => false,
        }
    }
}
