//! What can be asked of a relation to a subcontractor's company.

use crate::email::EmailAddress;
use crate::ids::{
    CommentId, JobId, OrgId, PrimaryContactRequestId, ProjectInvitationId, SubUserId, TokenId,
};
use crate::text::{CompanyName, MessageText, PersonName};

/// Somebody who is to be the primary contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrimaryContact {
    /// Their name.
    pub name: PersonName,
    /// Their address; invitations go there and nowhere else (R71).
    pub email: EmailAddress,
}

/// A command about one subcontractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubcontractorCommand {
    /// Take a company into the account's book; nobody is mailed.
    Add {
        /// What it is called.
        company: CompanyName,
        /// Who invitations go to.
        contact: NewPrimaryContact,
    },
    /// Call it otherwise.
    Rename(CompanyName),
    /// Invite it to a job (R71).
    Invite {
        /// The invitation's id.
        invitation: ProjectInvitationId,
        /// The job.
        job: JobId,
        /// The link in the mail.
        token: TokenId,
    },
    /// Mail an invitation again, to whoever is the primary contact now, with another link (R83).
    Resend {
        /// Which.
        invitation: ProjectInvitationId,
        /// The new link.
        token: TokenId,
    },
    /// Mail all invitations again that went to a primary contact who is none any more (R83).
    ResendStale {
        /// New links; those that are not needed are not used. What they do not suffice for stays.
        tokens: Vec<TokenId>,
    },
    /// Take an invitation back before it is answered.
    Cancel(ProjectInvitationId),
    /// Take the job away from the company again; its tasks stay and are nobody's.
    Withdraw(ProjectInvitationId),
    /// Accept an invitation with its link. Twice is once.
    Accept {
        /// Which.
        invitation: ProjectInvitationId,
        /// The link.
        token: TokenId,
        /// The organisation.
        org: OrgId,
        /// Its user who accepts.
        user: SubUserId,
    },
    /// Say no with the link.
    Decline {
        /// To which.
        invitation: ProjectInvitationId,
        /// The link.
        token: TokenId,
    },
    /// The clock reached the end of an invitation.
    Expire(ProjectInvitationId),
    /// Make somebody else the primary contact; links that are out refuse then (R82, R83).
    ChangePrimaryContact {
        /// Who.
        to: NewPrimaryContact,
        /// The request that this does, if it does one.
        answers: Option<PrimaryContactRequestId>,
    },
    /// Ask the general contractor for another primary contact; by a user of the organisation (R82).
    RequestPrimaryContactChange {
        /// The request's id.
        request: PrimaryContactRequestId,
        /// Who asks.
        user: SubUserId,
        /// Who it is to be.
        to: NewPrimaryContact,
    },
    /// Say no to that.
    DeclinePrimaryContactRequest(PrimaryContactRequestId),
}

impl SubcontractorCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "AddSubcontractor",
            Self::Rename(_) => "RenameSubcontractor",
            Self::Invite { .. } => "InviteSubcontractor",
            Self::Resend { .. } => "ResendProjectInvitation",
            Self::ResendStale { .. } => "ResendStaleProjectInvitations",
            Self::Cancel(_) => "CancelProjectInvitation",
            Self::Withdraw(_) => "WithdrawProject",
            Self::Accept { .. } => "AcceptProjectInvitation",
            Self::Decline { .. } => "DeclineProjectInvitation",
            Self::Expire(_) => "ExpireProjectInvitation",
            Self::ChangePrimaryContact { .. } => "ChangePrimaryContact",
            Self::RequestPrimaryContactChange { .. } => "RequestPrimaryContactChange",
            Self::DeclinePrimaryContactRequest(_) => "DeclinePrimaryContactRequest",
        }
    }

    /// Whether it mails a link, for which a secret has to be made.
    pub const fn makes_secret(&self) -> bool {
        match self {
            Self::Invite { .. } | Self::Resend { .. } | Self::ResendStale { .. } => true,
            Self::Add { .. }
            | Self::Rename(_)
            | Self::Cancel(_)
            | Self::Withdraw(_)
            | Self::Accept { .. }
            | Self::Decline { .. }
            | Self::Expire(_)
            | Self::ChangePrimaryContact { .. }
            | Self::RequestPrimaryContactChange { .. }
            | Self::DeclinePrimaryContactRequest(_) => false,
        }
    }
}

/// What a subcontractor's people do with a task that is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TradeDeed {
    /// Mark it as done.
    Complete,
    /// Mark it as open again.
    Reopen,
    /// Write something to the builder about it.
    Comment {
        /// The comment's id.
        comment: CommentId,
        /// What it says.
        text: MessageText,
    },
}

impl TradeDeed {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Complete => "CompleteTask",
            Self::Reopen => "ReopenTask",
            Self::Comment { .. } => "CommentOnTask",
        }
    }
}
