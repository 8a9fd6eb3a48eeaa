//! Links to a job's portal, which open without a login: several a job, each with a name, a secret and an
//! end (R90, G17, H10). A job link shows what all owners see; a personal one is bound to one owner and
//! shows what waits for them too (G18).
//!
//! They are kept by the job, because they hang on who its owners are: a personal link that has not ended
//! is of one of them. What closes a contact's access ends it too; the ledger sees to that. Here is what
//! happens to them and what can be asked of them; `rules` has what they are, and which commands are taken.

mod rules;

pub use rules::{PortalLink, PortalLinks};
pub(crate) use rules::{expire, issue, known, revoke, rotate};

use super::events::JobEvent;
use crate::Timestamp;
use crate::email::EmailAddress;
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{ContactId, PortalLinkId, TokenId};
use crate::text::Label;
use serde::{Deserialize, Serialize};

/// For how long a link opens the portal, in days, where nobody says until when (promise 28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct PortalLinkDays(i64);

impl PortalLinkDays {
    /// A year and a day: no link is for good.
    pub const MAX: i64 = 366;

    /// So many days, from one to 366.
    pub const fn new(days: i64) -> Result<Self, &'static str> {
        if days < 1 || days > Self::MAX {
            return Err("must be a number of days from 1 to 366");
        }
        Ok(Self(days))
    }

    /// How many days.
    pub const fn days(self) -> i64 {
        self.0
    }

    /// Whether it is what every account begins with.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Thirty days.
impl Default for PortalLinkDays {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<i64> for PortalLinkDays {
    type Error = &'static str;

    fn try_from(days: i64) -> Result<Self, Self::Error> {
        Self::new(days)
    }
}

impl From<PortalLinkDays> for i64 {
    fn from(days: PortalLinkDays) -> Self {
        days.0
    }
}

/// Why a link was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalLinkRevocation {
    /// Somebody of the builder revoked it.
    ByBuilder,
    /// The owner revoked their own.
    ByOwner,
    /// The contact's access was disabled.
    AccessDisabled,
    /// The owner was deactivated.
    OwnerDeactivated,
    /// The contact is an owner of the job no more; a deleted contact is none of any.
    OwnerRemoved,
    /// Another contact took its place on the job: a merge, or its being taken back.
    OwnerReplaced,
}

impl PortalLinkRevocation {
    /// The word that lists and histories show.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByBuilder => "by_builder",
            Self::ByOwner => "by_owner",
            Self::AccessDisabled => "access_disabled",
            Self::OwnerDeactivated => "owner_deactivated",
            Self::OwnerRemoved => "owner_removed",
            Self::OwnerReplaced => "owner_replaced",
        }
    }
}

/// The job got a link to its portal. Its secret is nowhere; a hash of it stands beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalLinkIssued {
    /// The link; the address of its page names it.
    pub link: PortalLinkId,
    /// What tells it from the job's other links.
    pub name: Label,
    /// Whose it is, if it is a personal one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<ContactId>,
    /// The secret's id.
    pub token: TokenId,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// The link got a new secret and a new term; the one before opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalLinkRotated {
    /// The link.
    pub link: PortalLinkId,
    /// What it is called.
    pub name: Label,
    /// Whose it is, if it is a personal one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<ContactId>,
    /// The id of the secret before.
    pub from: TokenId,
    /// The id of the new one.
    pub to: TokenId,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// The link opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalLinkRevoked {
    /// The link.
    pub link: PortalLinkId,
    /// What it was called.
    pub name: Label,
    /// Whose it was, if it was a personal one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<ContactId>,
    /// The id of its last secret.
    pub token: TokenId,
    /// Why.
    pub why: PortalLinkRevocation,
}

/// The link's time was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalLinkExpired {
    /// The link.
    pub link: PortalLinkId,
    /// What it was called.
    pub name: Label,
    /// Whose it was, if it was a personal one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contact: Option<ContactId>,
    /// The id of its last secret.
    pub token: TokenId,
}

nothing_personal!(PortalLinkIssued, PortalLinkRotated, PortalLinkRevoked, PortalLinkExpired);

/// What becomes of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalLinkStep<'a> {
    /// It is there.
    Issued(&'a PortalLinkIssued),
    /// It has a new secret.
    Rotated(&'a PortalLinkRotated),
    /// Somebody, or what happened to its owner, ended it.
    Revoked(&'a PortalLinkRevoked),
    /// Its time was over.
    Expired(&'a PortalLinkExpired),
}

impl PortalLinkStep<'_> {
    /// The link.
    pub const fn id(self) -> PortalLinkId {
        match self {
            Self::Issued(e) => e.link,
            Self::Rotated(e) => e.link,
            Self::Revoked(e) => e.link,
            Self::Expired(e) => e.link,
        }
    }

    /// Whose it is, if it is a personal one.
    pub const fn contact(self) -> Option<ContactId> {
        match self {
            Self::Issued(e) => e.contact,
            Self::Rotated(e) => e.contact,
            Self::Revoked(e) => e.contact,
            Self::Expired(e) => e.contact,
        }
    }

    /// What changed, as histories show it.
    pub(in crate::job) fn changes(self) -> Vec<FieldChange> {
        let kind = |contact: Option<ContactId>| {
            FieldChange::new_value("portal_link_for", contact.map_or("job", |_| "owner"))
        };
        let until = |at: Timestamp| FieldChange::new_value("portal_link_until", at.to_string());
        match self {
            Self::Issued(e) => vec![
                FieldChange::new_value("portal_link", e.name.as_str()),
                kind(e.contact),
                until(e.expires_at),
            ],
            Self::Rotated(e) => vec![
                FieldChange::between("portal_link", e.name.as_str(), e.name.as_str()),
                FieldChange::new_value("portal_link_state", "rotated"),
                until(e.expires_at),
            ],
            Self::Revoked(e) => vec![
                FieldChange::old_value("portal_link", e.name.as_str()),
                FieldChange::new_value("portal_link_state", format!("revoked: {}", e.why.word())),
            ],
            Self::Expired(e) => vec![
                FieldChange::old_value("portal_link", e.name.as_str()),
                FieldChange::new_value("portal_link_state", "expired"),
            ],
        }
    }
}

impl JobEvent {
    /// What becomes of a link to the portal, where the event is about one.
    pub const fn portal_link(&self) -> Option<PortalLinkStep<'_>> {
        match self {
            Self::PortalLinkIssued(e) => Some(PortalLinkStep::Issued(e)),
            Self::PortalLinkRotated(e) => Some(PortalLinkStep::Rotated(e)),
            Self::PortalLinkRevoked(e) => Some(PortalLinkStep::Revoked(e)),
            Self::PortalLinkExpired(e) => Some(PortalLinkStep::Expired(e)),
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
            | Self::ImpersonationStarted(_)
            | Self::ImpersonationEnded(_)
            | Self::JobArchived(_)
            | Self::JobReopened(_) => None,
        }
    }
}

/// A link that is to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPortalLink {
    /// Its id.
    pub link: PortalLinkId,
    /// Its secret's id.
    pub token: TokenId,
    /// What tells it from the job's other links.
    pub name: Label,
    /// Whose it is, if it is a personal one.
    pub contact: Option<ContactId>,
    /// Until when it opens the portal; as the account has settled when absent.
    pub expires_at: Option<Timestamp>,
    /// To whom it is mailed at once, if it is (R89).
    pub mail_to: Option<EmailAddress>,
}

/// A command about a link to one job's portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortalLinkCommand {
    /// Issue one.
    Issue(NewPortalLink),
    /// Give one a new secret and a new term.
    Rotate {
        /// Which.
        link: PortalLinkId,
        /// The new secret's id.
        token: TokenId,
        /// Until when it opens the portal; as the account has settled when absent.
        expires_at: Option<Timestamp>,
        /// To whom it is mailed at once, if it is.
        mail_to: Option<EmailAddress>,
    },
    /// Have one open nothing any more; twice changes nothing.
    Revoke(PortalLinkId),
    /// The same, by the clock, once its time is over.
    Expire(PortalLinkId),
}

impl PortalLinkCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issue(_) => "IssuePortalLink",
            Self::Rotate { .. } => "RotatePortalLink",
            Self::Revoke(_) => "RevokePortalLink",
            Self::Expire(_) => "ExpirePortalLink",
        }
    }

    /// Whether it makes a secret, which its answer tells.
    pub const fn makes_secret(&self) -> bool {
        match self {
            Self::Issue(_) | Self::Rotate { .. } => true,
            Self::Revoke(_) | Self::Expire(_) => false,
        }
    }

    /// The contact that it names.
    pub(crate) const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Issue(new) => new.contact,
            Self::Rotate { .. } | Self::Revoke(_) | Self::Expire(_) => None,
        }
    }
}
