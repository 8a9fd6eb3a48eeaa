//! What is written with the events of the staff: who can sign in and what they may, links to join,
//! and the mails that carry them.

use super::effects::made_secret;
use super::mails::Mail;
use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{Prepared, StaffMemberRow, StaffTokenRow};
use crate::store::Submission;
use domain::builder_account::{BuilderAccountEvent, StaffInvitation};
use domain::notification::MailKind;
use domain::{Grant, LedgerId, PersonId, Role, StaffId};
use std::collections::BTreeSet;
use tokio_postgres::Client;

const JOINED: &str =
    "UPDATE staff_members SET person_id = $3 WHERE ledger_id = $1 AND staff_id = $2";
const ROLE: &str = "UPDATE staff_members SET role = $3 WHERE ledger_id = $1 AND staff_id = $2";
const GRANTS: &str = "UPDATE staff_members SET grants = $3 WHERE ledger_id = $1 AND staff_id = $2";
const LEFT: &str = "DELETE FROM staff_members WHERE ledger_id = $1 AND staff_id = $2";

/// What a turn does to the staff: who is invited first, then what becomes of these and of others, in
/// the order in which it was decided.
#[derive(Default)]
pub(super) struct Staff {
    invited: Vec<StaffMemberRow>,
    changed: Vec<(LedgerId, StaffId, Change)>,
    links: Vec<StaffTokenRow>,
}

enum Change {
    Joined(PersonId),
    Role(Role),
    Grants(BTreeSet<Grant>),
    Left,
}

fn words(grants: &BTreeSet<Grant>) -> Vec<&'static str> {
    grants.iter().map(|grant| grant.word()).collect()
}

impl Staff {
    pub(super) fn are_none(&self) -> bool {
        let Self { invited, changed, links } = self;
        invited.is_empty() && changed.is_empty() && links.is_empty()
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        prepared.insert(client, self.invited, pipeline).await?;
        for (ledger, staff, change) in self.changed {
            let sql = match &change {
                Change::Joined(_) => JOINED,
                Change::Role(_) => ROLE,
                Change::Grants(_) => GRANTS,
                Change::Left => LEFT,
            };
            let sql = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move {
                match change {
                    Change::Joined(person) => {
                        client.execute(&sql, &[&ledger.0, &staff.0, &person.0]).await
                    }
                    Change::Role(role) => {
                        client.execute(&sql, &[&ledger.0, &staff.0, &role.word()]).await
                    }
                    Change::Grants(grants) => {
                        client.execute(&sql, &[&ledger.0, &staff.0, &words(&grants)]).await
                    }
                    Change::Left => client.execute(&sql, &[&ledger.0, &staff.0]).await,
                }
            });
        }
        prepared.insert(client, self.links, pipeline).await
    }
}

impl Turn<'_> {
    pub(super) fn staff_effects(
        &self,
        recorded: &Recorded,
        event: &BuilderAccountEvent,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        if let Some(mail) = event.staff_invitation() {
            self.staff_mail(recorded, &mail, submission, writes)?;
        }
        match event {
            BuilderAccountEvent::StaffInvited(e) => {
                writes.staff.invited.push(StaffMemberRow {
                    ledger_id: ledger.0,
                    staff_id: e.staff.0,
                    role: e.role.word(),
                    grants: words(&e.grants),
                });
            }
            BuilderAccountEvent::StaffRoleChanged(e) => {
                writes.staff.changed.push((ledger, e.staff, Change::Role(e.to)));
            }
            BuilderAccountEvent::StaffGrantsChanged(e) => {
                let change = Change::Grants(e.to.clone());
                writes.staff.changed.push((ledger, e.staff, change));
            }
            BuilderAccountEvent::StaffJoined(e) => {
                writes.staff.changed.push((ledger, e.staff, Change::Joined(e.person)));
            }
            BuilderAccountEvent::StaffInviteCancelled(e) => {
                writes.staff.changed.push((ledger, e.staff, Change::Left));
            }
            BuilderAccountEvent::StaffRemoved(e) => {
                writes.staff.changed.push((ledger, e.staff, Change::Left));
            }
            BuilderAccountEvent::BuilderAccountOpened(_)
            | BuilderAccountEvent::ApiKeyIssued(_)
            | BuilderAccountEvent::ApiKeyRotated(_)
            | BuilderAccountEvent::ApiKeyRevoked(_)
            | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            // The mail is ordered above.
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_) => {}
        }
        Ok(())
    }

    /// The link's hash, and the mail that carries the link, to the one address.
    fn staff_mail(
        &self,
        recorded: &Recorded,
        link: &StaffInvitation<'_>,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let secret = made_secret(submission)?;
        let token = link.token.0;
        writes.staff.links.push(StaffTokenRow {
            ledger_id: recorded.ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: token,
            staff_id: link.staff.0,
            expires_at: link.expires_at.moment(),
        });
        let (kind, to) = (MailKind::StaffInvitation, link.sent_to);
        let mail = Mail { id: token, kind, whose: link.staff.0, to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)
    }
}
