//! The links of a job as their events made them, and which commands they take.

use super::{
    NewPortalLink, PortalLinkExpired, PortalLinkIssued, PortalLinkRevocation, PortalLinkRevoked,
    PortalLinkRotated, PortalLinkStep,
};
use crate::Timestamp;
use crate::ids::{AggregateId, ContactId, PortalLinkId, TokenId};
use crate::job::events::JobEvent;
use crate::job::rejection::JobRejection;
use crate::job::state::Job;
use crate::rejection::Rejection;
use crate::text::Label;

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
        if found.token == token { Ok(found) } else { Err("the portal link has another secret") }
    }

    /// Records what became of a link.
    pub(in crate::job) fn record(&mut self, step: PortalLinkStep<'_>) -> Result<(), &'static str> {
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
    pub(in crate::job) fn owner_left(&mut self) {
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
