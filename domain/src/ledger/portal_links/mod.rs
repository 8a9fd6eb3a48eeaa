//! Links to a job's portal, where they concern the job, the contact and the account: whose they are, for
//! how long, and to whom they are mailed (R86 to R90, G17, G18, H10).
//!
//! The builder issues links of any kind; an owner of the job, who is Active, issues personal ones for
//! themselves alone (2.8). For whoever is no owner there is no such job, and no link but their own.

#[cfg(test)]
mod tests;

use super::decide::Asked;
use super::{Decision, Halt, Outcome};
use crate::Timestamp;
use crate::contact::{Access, Claims, ContactCommand};
use crate::email::EmailAddress;
use crate::event::Event;
use crate::ids::{AggregateId, ContactId, JobId, MailId, PortalLinkId, SubjectId, TokenId};
use crate::job::portal_link::{
    self, NewPortalLink, PortalLinkCommand, PortalLinkDays, PortalLinkRevocation,
};
use crate::job::{Job, JobEvent, JobRejection};
use crate::notification::{MailKind, NotificationQueued};
use crate::personal::Personal;
use crate::rejection::Rejection;

/// An aggregate and what happens to it.
type Happens = (AggregateId, Event);

const HOURS_OF_A_DAY: i64 = 24;

impl Asked<'_> {
    pub(super) fn portal_link(
        &self,
        id: JobId,
        command: &PortalLinkCommand,
    ) -> Result<Decision, Halt> {
        match command {
            PortalLinkCommand::Issue(new) => self.issue(id, new),
            PortalLinkCommand::Rotate { link, token, expires_at, mail_to } => {
                let job = self.job_of_link(id, *link)?;
                let contact = portal_link::known(job, *link)?.contact;
                let until = self.until(*expires_at)?;
                let rotated = portal_link::rotate(job, *link, *token, until, self.now)?;
                self.with_mail(id, rotated.into(), until, (contact, *token, mail_to.as_ref()))
            }
            PortalLinkCommand::Revoke(link) => {
                let job = self.job_of_link(id, *link)?;
                let why = match self.asking_owner() {
                    Some(_) => PortalLinkRevocation::ByOwner,
                    None => PortalLinkRevocation::ByBuilder,
                };
                Ok(happened(id, portal_link::revoke(job, *link, why, self.now)?))
            }
            PortalLinkCommand::Expire(link) => {
                let job = self.present_job(id)?;
                Ok(happened(id, portal_link::expire(job, *link, self.now)?))
            }
        }
    }

    fn issue(&self, id: JobId, new: &NewPortalLink) -> Result<Decision, Halt> {
        let job = match (self.asking_owner(), new.contact) {
            (None, None) => self.present_job(id)?,
            (None, Some(contact)) => {
                let job = self.present_job(id)?;
                self.has_access(contact)?;
                job
            }
            (Some(_), Some(contact)) => self.as_owner(id, contact)?.0,
            (Some(_), None) => {
                let needed = "a builder's admin or staff key";
                return Err(Rejection::NotPermitted { needed }.into());
            }
        };
        let until = self.until(new.expires_at)?;
        let issued = portal_link::issue(job, new, until)?;
        self.with_mail(id, issued.into(), until, (new.contact, new.token, new.mail_to.as_ref()))
    }

    /// The job, if whoever asks may know this link of it: an owner, their own.
    fn job_of_link(&self, id: JobId, link: PortalLinkId) -> Result<&Job, Halt> {
        let job = self.present_job(id)?;
        if self.asking_owner().is_some() {
            let whose = portal_link::known(job, link)?.contact;
            let unknown = Halt::from(Rejection::Unknown(id.into()));
            self.as_owner(id, whose.ok_or(unknown)?)?;
        }
        Ok(job)
    }

    /// Whose access is closed sees nothing; who has not accepted yet may follow the job by a link.
    fn has_access(&self, contact: ContactId) -> Result<(), Halt> {
        match self.state.live_contact(contact)?.access {
            Access::NotInvited | Access::Pending { .. } | Access::Active { .. } => Ok(()),
            Access::Disabled { .. } | Access::Deactivated { .. } => {
                Err(Rejection::from(JobRejection::PortalLinkForClosed).into())
            }
        }
    }

    /// Until when a link opens the portal: as is asked for, or as the account has settled.
    fn until(&self, asked_for: Option<Timestamp>) -> Result<Timestamp, Halt> {
        let after = |days: i64| self.now.plus_hours(days * HOURS_OF_A_DAY);
        let Some(until) = asked_for else {
            return Ok(after(self.state.settings()?.portal_link_days.days()));
        };
        if until <= self.now || until > after(PortalLinkDays::MAX) {
            return Err(Rejection::from(JobRejection::PortalLinkTerm).into());
        }
        Ok(until)
    }

    /// What happened to a link that has a new secret, and the mail with it if there is to be one.
    fn with_mail(
        &self,
        job: JobId,
        event: JobEvent,
        until: Timestamp,
        (contact, token, mail_to): (Option<ContactId>, TokenId, Option<&EmailAddress>),
    ) -> Result<Decision, Halt> {
        let mut events = vec![(job.into(), Event::Job(event))];
        if let Some(to) = mail_to {
            events.push(self.mail(job, contact, token, to)?);
        }
        Ok(Decision { events, outcome: Outcome::PortalLink { until } })
    }

    /// The mail with a link (R89). Whoever is nobody's contact is known by this mail alone, and the
    /// address is sealed with a key of the mail's own; where the address is a contact's, with theirs.
    fn mail(
        &self,
        job: JobId,
        contact: Option<ContactId>,
        token: TokenId,
        to: &EmailAddress,
    ) -> Result<Happens, Halt> {
        let mail = MailId(token.0);
        let recipient: SubjectId = match contact {
            Some(contact) => {
                let whose = self.state.live_contact(contact)?;
                let mut emails = whose.primary_email.iter().chain(&whose.additional_emails);
                // What waits for one owner is not mailed to anybody else (R63).
                if !emails.any(|email| email.value().is_some_and(|e| e.normal() == to.normal())) {
                    return Err(Rejection::from(JobRejection::PortalLinkNotTheirAddress).into());
                }
                contact.into()
            }
            None => match self.state.holder(to)? {
                Some(holder) => holder.contact.into(),
                None => SubjectId(mail.0),
            },
        };
        let (kind, about) = (MailKind::PortalLink, job.into());
        let to = Personal::known(recipient, to.clone());
        let queued = NotificationQueued { kind, recipient, to, about };
        Ok((AggregateId::Notification(mail), Event::Notification(queued.into())))
    }

    /// What ends of a contact's personal links when its access is closed, on all of its jobs: they open
    /// nothing from the same append on (2.5).
    pub(super) fn no_link_opens_for(
        &self,
        contact: ContactId,
        closing: &ContactCommand,
    ) -> Result<Vec<Happens>, Halt> {
        let why = if matches!(closing, ContactCommand::DisableAccess) {
            PortalLinkRevocation::AccessDisabled
        } else {
            PortalLinkRevocation::OwnerDeactivated
        };
        let mut events = Vec::new();
        for id in self.state.jobs_of(contact)? {
            let ended = self.present_job(*id)?.portal_links.end_of(contact, why);
            events.extend(ended.map(|event| ((*id).into(), Event::Job(event))));
        }
        Ok(events)
    }
}

fn happened(job: JobId, events: Vec<JobEvent>) -> Decision {
    super::decide::done(job.into(), events, Event::Job)
}
