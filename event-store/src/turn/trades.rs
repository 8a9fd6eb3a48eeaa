//! What is written with the events of subcontractors and of their companies: links, the mails that carry
//! them, and who can sign in for a company.

use super::effects::made_secret;
use super::mails::Mail;
use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::keys::sha256;
use crate::pipeline::Pipeline;
use crate::rows::{OrgUserRow, OrgUserTokenRow, Prepared, ProjectTokenRow};
use crate::store::{NewSecret, Submission};
use domain::notification::MailKind;
use domain::subcontractor::{SubcontractorCommand, SubcontractorEvent};
use domain::subcontractor_org::{Registration, SubcontractorOrgEvent};
use domain::{Command, LedgerId, ProjectInvitationId, SubUserId, SubcontractorId, TokenId};
use tokio_postgres::Client;
use uuid::Uuid;

/// The links of an invitation say why they are dead; the clock has nothing to do with them any more.
const PROJECT_ENDED: &str = "UPDATE project_invitation_tokens SET ended = true \
     WHERE ledger_id = $1 AND invitation_id = $2 AND NOT ended";
const USER_ENDED: &str = "UPDATE org_user_tokens SET ended = true \
     WHERE ledger_id = $1 AND user_id = $2 AND NOT ended";
const REMOVED: &str = "DELETE FROM org_users WHERE ledger_id = $1 AND user_id = $2";

/// What a turn does about subcontractors, in the order in which it was decided: a link that is taken back
/// and mailed again in one turn is open afterwards.
#[derive(Default)]
pub(super) struct Trades(Vec<Change>);

enum Change {
    ProjectLink(ProjectTokenRow),
    ProjectEnded(LedgerId, ProjectInvitationId),
    UserLink(OrgUserTokenRow),
    UserEnded(LedgerId, SubUserId),
    Registered(OrgUserRow),
    Removed(LedgerId, SubUserId),
}

impl Trades {
    pub(super) const fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        for change in self.0 {
            let (sql, ledger, id): (_, LedgerId, Uuid) = match change {
                Change::ProjectLink(row) => {
                    prepared.insert(client, vec![row], pipeline).await?;
                    continue;
                }
                Change::UserLink(row) => {
                    prepared.insert(client, vec![row], pipeline).await?;
                    continue;
                }
                Change::Registered(row) => {
                    prepared.insert(client, vec![row], pipeline).await?;
                    continue;
                }
                Change::ProjectEnded(ledger, invitation) => (PROJECT_ENDED, ledger, invitation.0),
                Change::UserEnded(ledger, user) => (USER_ENDED, ledger, user.0),
                Change::Removed(ledger, user) => (REMOVED, ledger, user.0),
            };
            let sql = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move { client.execute(&sql, &[&ledger.0, &id]).await });
        }
        Ok(())
    }
}

impl Turn<'_> {
    pub(super) fn subcontractor_effects(
        &self,
        recorded: &Recorded,
        event: &SubcontractorEvent,
        subcontractor: SubcontractorId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        if let Some((invitation, _)) = event.invitation() {
            // Whatever happens to an invitation, the link before it is dead.
            writes.trades.0.push(Change::ProjectEnded(ledger, invitation));
        }
        let Some(mail) = event.invitation_mail() else { return Ok(()) };
        let made = made_secret(submission)?;
        let one_of_many = matches!(
            &submission.command,
            Command::Subcontractor(_, SubcontractorCommand::ResendStale { .. })
        );
        let secret = if one_of_many { &one_of(made, mail.token) } else { made };
        writes.trades.0.push(Change::ProjectLink(ProjectTokenRow {
            ledger_id: ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: mail.token.0,
            subcontractor_id: subcontractor.0,
            invitation_id: mail.invitation.0,
            expires_at: mail.expires_at.moment(),
        }));
        let (id, kind, to) = (mail.token.0, MailKind::ProjectInvitation, mail.sent_to);
        let mail = Mail { id, kind, whose: subcontractor.0, to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)
    }

    pub(super) fn org_effects(
        &self,
        recorded: &Recorded,
        event: &SubcontractorOrgEvent,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        match event {
            SubcontractorOrgEvent::SubUserInviteResent(_)
            | SubcontractorOrgEvent::SubUserInviteCancelled(_)
            | SubcontractorOrgEvent::SubUserInviteDeclined(_)
            | SubcontractorOrgEvent::SubUserInviteExpired(_)
            | SubcontractorOrgEvent::SubUserJoined(_) => {
                let user = event.user().ok_or(StoreError::Unsatisfiable)?;
                writes.trades.0.push(Change::UserEnded(ledger, user));
            }
            // No link is, or was, theirs.
            SubcontractorOrgEvent::SubcontractorOrgCreated(_)
            | SubcontractorOrgEvent::SubcontractorOrgRenamed(_)
            | SubcontractorOrgEvent::GeneralContractorLinked(_)
            | SubcontractorOrgEvent::SubUserInvited(_)
            | SubcontractorOrgEvent::SubUserRemoved(_)
            | SubcontractorOrgEvent::JoinRequested(_)
            | SubcontractorOrgEvent::JoinApproved(_)
            | SubcontractorOrgEvent::JoinRejected(_)
            | SubcontractorOrgEvent::PrimaryContactAssignedBySupport(_) => {}
        }
        match event.registration() {
            Some(Registration::Registered(user, person)) => {
                let (ledger_id, user_id, person) = (ledger.0, user.0, person.0);
                let row = OrgUserRow { ledger_id, user_id, person };
                writes.trades.0.push(Change::Registered(row));
            }
            Some(Registration::Removed(user)) => {
                writes.trades.0.push(Change::Removed(ledger, user));
            }
            None => {}
        }
        let Some(mail) = event.user_invitation() else { return Ok(()) };
        let secret = made_secret(submission)?;
        writes.trades.0.push(Change::UserLink(OrgUserTokenRow {
            ledger_id: ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: mail.token.0,
            user_id: mail.user.0,
            expires_at: mail.expires_at.moment(),
        }));
        let (id, kind, to) = (mail.token.0, MailKind::SubUserInvitation, mail.sent_to);
        let mail = Mail { id, kind, whose: mail.user.0, to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)
    }
}

/// A command makes one secret; where it mails several links, each has one of its own that is told from
/// it and from the link's id. Whoever has one of them knows nothing of the others.
fn one_of(made: &NewSecret, token: TokenId) -> NewSecret {
    let mut bytes = [0; 48];
    bytes[..32].copy_from_slice(made.expose());
    bytes[32..].copy_from_slice(token.0.as_bytes());
    NewSecret::from_bytes(sha256(&bytes))
}
