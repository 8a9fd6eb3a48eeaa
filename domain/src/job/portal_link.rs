//! Links to a job's portal, which open without a login: several a job, each with a name, a secret and an
//! end (R90, G17, H10). A job link shows what all owners see; a personal one is bound to one owner and
//! shows what waits for them too (G18).
//!
//! They are kept by the job, because they hang on who its owners are: a personal link that has not ended
//! is of one of them. What closes a contact's access ends it too; the ledger sees to that.

use super::events::JobEvent;
use super::rejection::JobRejection;
use super::state::Job;
use crate::Timestamp;
use crate::email::EmailAddress;
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{AggregateId, ContactId, PortalLinkId, TokenId};
use crate::rejection::Rejection;
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
    pub(super) fn changes(self) -> Vec<FieldChange> {
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

/// A link as its events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalLink {
    /// Its id.
    pub id: PortalLinkId,
    /// What tells it from the job's other links.
    pub name: Label,
    /// Whose it is, if it is a personal one.
    pub contact: Option<ContactId>,
    /// The id of its last secret.
    pub token: TokenId,
    /// Until when it opens the portal, unless it has ended before.
    pub expires_at: Timestamp,
    /// Whether somebody who may hold it is an owner no more (2.5).
    pub asks_for_rotation: bool,
    /// Whether it has ended.
    pub ended: bool,
}

/// The links of a job, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortalLinks(pub Vec<PortalLink>);

impl PortalLinks {
    /// The most of a job, with those that have ended.
    pub const MAX: usize = 500;

    /// The link with this id.
    pub fn find(&self, id: PortalLinkId) -> Option<&PortalLink> {
        self.0.iter().find(|link| link.id == id)
    }

    fn open(&mut self, id: PortalLinkId, token: TokenId) -> Result<&mut PortalLink, &'static str> {
        let found = self.0.iter_mut().find(|link| link.id == id && !link.ended);
        let found = found.ok_or("the portal link is not open")?;
        if found.token != token { Err("the portal link has another secret") } else { Ok(found) }
    }

    /// Records what became of a link.
    pub(super) fn record(&mut self, step: PortalLinkStep<'_>) -> Result<(), &'static str> {
        match step {
            PortalLinkStep::Issued(e) if self.find(e.link).is_some() => {
                return Err("the portal link is there already");
            }
            PortalLinkStep::Issued(e) => self.0.push(PortalLink {
                id: e.link,
                name: e.name.clone(),
                contact: e.contact,
                token: e.token,
                expires_at: e.expires_at,
                asks_for_rotation: false,
                ended: false,
            }),
            PortalLinkStep::Rotated(e) => {
                let link = self.open(e.link, e.from)?;
                (link.token, link.expires_at) = (e.to, e.expires_at);
                link.asks_for_rotation = false;
            }
            PortalLinkStep::Revoked(e) => self.open(e.link, e.token)?.ended = true,
            PortalLinkStep::Expired(e) => self.open(e.link, e.token)?.ended = true,
        }
        Ok(())
    }

    /// Records that somebody who may hold any of the job's links is an owner no more (2.5). A personal
    /// link of theirs ends; what others hold for themselves, they never had.
    pub(super) fn owner_left(&mut self) {
        for link in self.0.iter_mut().filter(|link| !link.ended && link.contact.is_none()) {
            link.asks_for_rotation = true;
        }
    }

    /// What happens to the personal links of one contact.
    pub(crate) fn end_of(
        &self,
        contact: ContactId,
        why: PortalLinkRevocation,
    ) -> impl Iterator<Item = JobEvent> {
        let theirs = self.0.iter().filter(move |link| !link.ended && link.contact == Some(contact));
        theirs.map(move |link| revoked(link, why))
    }
}

fn revoked(link: &PortalLink, why: PortalLinkRevocation) -> JobEvent {
    let PortalLink { id, name, contact, token, .. } = link.clone();
    PortalLinkRevoked { link: id, name, contact, token, why }.into()
}

fn expired(link: &PortalLink) -> JobEvent {
    let PortalLink { id, name, contact, token, .. } = link.clone();
    PortalLinkExpired { link: id, name, contact, token }.into()
}

/// Issues one. That the contact's access is not closed, the ledger sees to.
pub(crate) fn issue(
    job: &Job,
    new: &NewPortalLink,
    expires_at: Timestamp,
) -> Result<PortalLinkIssued, Rejection> {
    if job.archived {
        return Err(JobRejection::Archived.into());
    }
    if new.contact.is_some_and(|contact| !job.owners.contains(&contact)) {
        return Err(JobRejection::PortalLinkForNoOwner.into());
    }
    if job.portal_links.find(new.link).is_some() {
        return Err(JobRejection::PartAlreadyExists.into());
    }
    if job.portal_links.0.len() >= PortalLinks::MAX {
        return Err(JobRejection::TooManyPortalLinks.into());
    }
    let NewPortalLink { link, token, ref name, contact, .. } = *new;
    Ok(PortalLinkIssued { link, name: name.clone(), contact, token, expires_at })
}

/// Gives one a new secret and a new term. One that has ended stays so.
pub(crate) fn rotate(
    job: &Job,
    id: PortalLinkId,
    token: TokenId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<PortalLinkRotated, Rejection> {
    let link = known(job, id)?;
    if job.archived {
        return Err(JobRejection::Archived.into());
    }
    if link.ended || now >= link.expires_at {
        return Err(JobRejection::PortalLinkEnded.into());
    }
    let (name, contact, from) = (link.name.clone(), link.contact, link.token);
    Ok(PortalLinkRotated { link: id, name, contact, from, to: token, expires_at })
}

/// Ends one, also of a job that is put away. One whose time is over has expired, whoever says so.
pub(crate) fn revoke(
    job: &Job,
    id: PortalLinkId,
    why: PortalLinkRevocation,
    now: Timestamp,
) -> Result<Vec<JobEvent>, Rejection> {
    let link = known(job, id)?;
    Ok(match (link.ended, now >= link.expires_at) {
        (true, _) => Vec::new(),
        (false, true) => vec![expired(link)],
        (false, false) => vec![revoked(link, why)],
    })
}

/// Records that one's time is over.
pub(crate) fn expire(
    job: &Job,
    id: PortalLinkId,
    now: Timestamp,
) -> Result<Vec<JobEvent>, Rejection> {
    let link = known(job, id)?;
    match (link.ended, now >= link.expires_at) {
        (true, _) => Ok(Vec::new()),
        (false, true) => Ok(vec![expired(link)]),
        (false, false) => Err(JobRejection::PortalLinkNotOver.into()),
    }
}

pub(crate) fn known(job: &Job, id: PortalLinkId) -> Result<&PortalLink, Rejection> {
    job.portal_links.find(id).ok_or(Rejection::Unknown(AggregateId::Job(job.id)))
}
