//! The one who holds the link of an invitation to a project: what it is, and whether it still works.

use crate::credential::{Secret, SecretKind};
use crate::endpoints::JOB_LIST;
use crate::error::Problem;
use crate::persons::accepting::Addressed;
use crate::persons::invitee::builder_name;
use crate::state::AppState;
use domain::builder_account::AccountSettings;
use domain::job::JobRejection;
use domain::subcontractor::{self, Subcontractor, SubcontractorCommand};
use domain::{AccountId, JobId, LedgerId, OrgId, Rejection, SubUserId, SubcontractorId};
use event_store::ProjectInvitationLink;
use projections::job_list;
use std::time::Duration;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// An invitation to a project, by its link.
#[derive(Debug)]
pub(crate) struct TradeInvitee {
    pub(crate) ledger: LedgerId,
    pub(crate) link: ProjectInvitationLink,
    pub(crate) state: Subcontractor,
}

impl TradeInvitee {
    /// Finds the invitation, be it dead. A link that nobody has is a 404.
    pub(crate) async fn of(app: &AppState, secret: &Secret) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::ProjectInvitation {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let link = app.store().project_invitation_link(ledger, &secret.hash()).await?;
        let link = link.ok_or_else(Problem::not_found)?;
        let state = subcontractor(app, ledger, link.subcontractor).await?;
        Ok(Self { ledger, link, state: state.ok_or_else(Problem::internal)? })
    }

    /// The general contractor's account.
    pub(crate) fn account(&self) -> AccountId {
        AccountId(self.ledger.0)
    }

    /// Whom it was mailed to: the primary contact, whom nobody changes without staling the link (R83).
    pub(crate) fn addressed(&self) -> Result<Addressed, Problem> {
        let email = self.state.contact.email.value().cloned().ok_or_else(Problem::not_found)?;
        Ok(Addressed { email, token: self.link.token })
    }

    /// The job that it opens.
    pub(crate) fn job(&self) -> Result<JobId, Problem> {
        let invitation = self.state.invitations.get(&self.link.invitation);
        Ok(invitation.ok_or_else(Problem::internal)?.job)
    }

    /// What the job is called, never behind. One that was put away is nobody's to accept.
    pub(crate) async fn project(&self, app: &AppState) -> Result<String, Problem> {
        let reader = app.store().reader();
        if let Some(head) = reader.head(self.ledger).await? {
            app.progress().wait(self.ledger, head.position, &[JOB_LIST], WAIT_MAX).await?;
        }
        let listed = job_list::get(reader, self.ledger, self.job()?).await?;
        if listed.as_ref().is_some_and(|job| job.archived) {
            return Err(Rejection::from(JobRejection::Archived).into());
        }
        Ok(listed.map_or_else(String::new, |job| job.name))
    }

    /// The general contractor's name.
    pub(crate) async fn general_contractor(&self, app: &AppState) -> Result<String, Problem> {
        builder_name(app, self.ledger).await
    }

    /// The command with which this user accepts for their organisation.
    pub(crate) fn accept(&self, org: OrgId, user: SubUserId) -> SubcontractorCommand {
        let (invitation, token) = (self.link.invitation, self.link.token);
        SubcontractorCommand::Accept { invitation, token, org, user }
    }

    /// Refuses with the reason why the link is dead, when it is. Nothing is recorded.
    pub(crate) fn still_open(&self, app: &AppState) -> Result<(), Problem> {
        // Whoever it will be: nobody has these ids.
        let nobody = self.link.token.0;
        let org = self.state.org.unwrap_or(OrgId(nobody));
        let accept = self.accept(org, SubUserId(nobody));
        let (state, now) = (&self.state, app.store().now());
        let settings = AccountSettings::default();
        subcontractor::decide(state.id, Some(state), &accept, settings, now)?;
        Ok(())
    }
}

/// A general contractor's relation to a subcontractor as its events made it.
pub(crate) async fn subcontractor(
    app: &AppState,
    ledger: LedgerId,
    id: SubcontractorId,
) -> Result<Option<Subcontractor>, Problem> {
    let events = app.store().reader().aggregate_events(ledger, &[id.0]).await?;
    let mut state: Option<Subcontractor> = None;
    for recorded in &events {
        let Some((id, event)) = recorded.subcontractor() else { continue };
        let applied = match &mut state {
            Some(state) => state.apply(event),
            None => Subcontractor::from_first(id, event).map(|first| state = Some(first)),
        };
        applied.map_err(|_impossible| Problem::internal())?;
    }
    Ok(state)
}
