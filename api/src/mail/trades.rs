//! What ledgers say of mails to subcontractors and to the users of their companies.

use super::facts::Facts;
use domain::builder_account::BuilderAccountEvent;
use domain::job::JobEvent;
use domain::notification::NotificationEvent;
use domain::subcontractor::{ProjectInvitationStage, Subcontractor};
use domain::subcontractor_org::{SubUserStage, SubcontractorOrg};
use domain::{EmailAddress, Event, JobId, MailId};
use event_store::{Recorded, StoreError};

/// What a mail to a subcontractor says beside who it is from.
#[derive(Debug, Default)]
pub(super) struct Trade {
    /// What its company is called.
    pub(super) company: String,
    /// To which job it is invited, with the invitation whose link works.
    pub(super) job: Option<JobId>,
    /// What that job is called.
    pub(super) project: Option<String>,
}

/// From the events of the account and of the subcontractor, about a mail that invites to a job. The link
/// is void once another was mailed, it was answered, or somebody else is the primary contact (R83).
pub(super) fn of_project(events: &[Recorded], mail: MailId) -> Result<(Facts, Trade), StoreError> {
    let mut facts = Facts::default();
    let mut subcontractor: Option<Subcontractor> = None;
    for recorded in events {
        if let Some((_, BuilderAccountEvent::BuilderAccountOpened(opened))) = recorded.account() {
            facts.account = Some(opened.name.as_str().to_owned());
        }
        let Some((id, event)) = recorded.subcontractor() else { continue };
        if event.invitation_mail().is_some_and(|ordered| ordered.token.0 == mail.0) {
            facts.ordered_by = Some(recorded.event_id);
        }
        match &mut subcontractor {
            Some(subcontractor) => subcontractor.apply(event)?,
            None => subcontractor = Some(Subcontractor::from_first(id, event)?),
        }
    }
    let Some(subcontractor) = subcontractor else { return Ok((facts, Trade::default())) };
    let mut trade =
        Trade { company: subcontractor.company.as_str().to_owned(), ..Trade::default() };
    for invitation in subcontractor.invitations.values() {
        if let ProjectInvitationStage::Pending { token, expires_at } = invitation.stage
            && token.0 == mail.0
        {
            (facts.open_until, trade.job) = (Some(expires_at), Some(invitation.job));
        }
    }
    Ok((facts, trade))
}

/// What a job is called, by its events.
pub(super) fn project(events: &[Recorded]) -> Option<String> {
    let called = |recorded: &Recorded| match &recorded.event {
        Event::Job(JobEvent::JobCreated(e)) => Some(e.name.as_str().to_owned()),
        Event::Job(JobEvent::JobRenamed(e)) => Some(e.to.as_str().to_owned()),
        Event::Job(_)
        | Event::Contact(_)
        | Event::Lead(_)
        | Event::Customer(_)
        | Event::WorkOrder(_)
        | Event::OwnerItem(_)
        | Event::Subcontractor(_)
        | Event::SubcontractorOrg(_)
        | Event::Installation(_)
        | Event::BuilderAccount(_)
        | Event::Person(_)
        | Event::Notification(_) => None,
    };
    events.iter().rev().find_map(called)
}

/// A company as its events made it, and the event that ordered a mail of it.
pub(super) fn of_org(
    events: &[Recorded],
    mail: MailId,
) -> Result<(Facts, Option<SubcontractorOrg>), StoreError> {
    let mut facts = Facts::default();
    let mut org: Option<SubcontractorOrg> = None;
    for recorded in events {
        if let Some((ordered, NotificationEvent::NotificationQueued(_))) = recorded.notification()
            && ordered == mail
        {
            facts.ordered_by = Some(recorded.event_id);
        }
        let Some((id, event)) = recorded.subcontractor_org() else { continue };
        if event.user_invitation().is_some_and(|ordered| ordered.token.0 == mail.0) {
            facts.ordered_by = Some(recorded.event_id);
        }
        match &mut org {
            Some(org) => org.apply(event)?,
            None => org = Some(SubcontractorOrg::from_first(id, event)?),
        }
    }
    if let Some(org) = &org {
        facts.account = Some(org.name.as_str().to_owned());
        facts.open_until = org.users.values().find_map(|user| match user.stage {
            SubUserStage::Invited { token, expires_at } if token.0 == mail.0 => Some(expires_at),
            SubUserStage::Invited { .. }
            | SubUserStage::Registered { .. }
            | SubUserStage::Cancelled
            | SubUserStage::Declined
            | SubUserStage::Expired
            | SubUserStage::Removed => None,
        });
    }
    Ok((facts, org))
}

/// Whether a registered user of the company has this address; others hear nothing of it.
pub(super) fn reaches(org: &SubcontractorOrg, to: &EmailAddress) -> bool {
    org.registered().any(|(_, _, user)| user.email.value() == Some(to))
}
