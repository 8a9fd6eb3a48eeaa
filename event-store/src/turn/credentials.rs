//! What is written with the events of keys: the hash of a new secret, and what becomes of it.

use super::effects::secret_hash;
use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{NewCredentialRow, OperatorRow, Prepared};
use crate::store::Submission;
use domain::builder_account::BuilderAccountEvent;
use domain::installation::InstallationEvent;
use domain::{ApiKeyId, Grant, LedgerId, PersonName, Role};
use tokio_postgres::Client;

/// The secret before opens nothing once this is committed.
const ROTATED: &str =
    "UPDATE credentials SET secret_hash = $3 WHERE ledger_id = $1 AND key_id = $2";
const REVOKED: &str = "DELETE FROM credentials WHERE ledger_id = $1 AND key_id = $2";

/// What a turn does to credentials: new ones first, then what becomes of these and of others, in
/// the order in which it was decided.
#[derive(Default)]
pub(super) struct Credentials {
    issued: Vec<NewCredentialRow>,
    operators: Vec<OperatorRow>,
    changed: Vec<(LedgerId, ApiKeyId, Change)>,
}

enum Change {
    Rotated(Vec<u8>),
    Revoked,
}

impl Credentials {
    pub(super) fn issue(&mut self, row: NewCredentialRow) {
        self.issued.push(row);
    }

    pub(super) fn are_none(&self) -> bool {
        let Self { issued, operators, changed } = self;
        issued.is_empty() && operators.is_empty() && changed.is_empty()
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        prepared.insert(client, self.issued, pipeline).await?;
        prepared.insert(client, self.operators, pipeline).await?;
        for (ledger, key, change) in self.changed {
            let sql = match &change {
                Change::Rotated(_) => ROTATED,
                Change::Revoked => REVOKED,
            };
            let sql = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move {
                match change {
                    Change::Rotated(hash) => {
                        client.execute(&sql, &[&ledger.0, &key.0, &hash]).await
                    }
                    Change::Revoked => client.execute(&sql, &[&ledger.0, &key.0]).await,
                }
            });
        }
        Ok(())
    }
}

impl Turn<'_> {
    pub(super) fn account_effects(
        recorded: &Recorded,
        event: &BuilderAccountEvent,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        match event {
            BuilderAccountEvent::ApiKeyIssued(issued) => {
                let role = match issued.role {
                    Role::Admin => "admin",
                    Role::Staff => "staff",
                    Role::Auditor => "auditor",
                };
                let grants = issued.grants.iter().map(|grant| match grant {
                    Grant::ManageAccess => "manage_access",
                    Grant::ReadAudit => "read_audit",
                    Grant::Impersonate => "impersonate",
                });
                writes.credentials.issue(NewCredentialRow {
                    ledger_id: ledger.0,
                    secret_hash: secret_hash(submission)?,
                    key_id: issued.key.0,
                    role,
                    grants: grants.collect(),
                    issued_at: recorded.recorded_at.moment(),
                });
            }
            BuilderAccountEvent::ApiKeyRotated(rotated) => {
                let change = Change::Rotated(secret_hash(submission)?);
                writes.credentials.changed.push((ledger, rotated.key, change));
            }
            BuilderAccountEvent::ApiKeyRevoked(revoked) => {
                writes.credentials.changed.push((ledger, revoked.key, Change::Revoked));
            }
            BuilderAccountEvent::BuilderAccountOpened(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_)
            | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            // In `staff`.
            | BuilderAccountEvent::StaffInvited(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffInviteCancelled(_)
            | BuilderAccountEvent::StaffJoined(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_)
            | BuilderAccountEvent::StaffRemoved(_) => {}
        }
        Ok(())
    }

    /// Operators' tokens, and the names that histories of accounts show them by.
    pub(super) fn installation_effects(
        &self,
        recorded: &Recorded,
        event: &InstallationEvent,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        let token = |operator: ApiKeyId| {
            Ok::<_, StoreError>(NewCredentialRow {
                ledger_id: ledger.0,
                secret_hash: secret_hash(submission)?,
                key_id: operator.0,
                role: "operator",
                grants: Vec::new(),
                issued_at: recorded.recorded_at.moment(),
            })
        };
        match event {
            InstallationEvent::OperatorTokenIssued(issued) => {
                writes.credentials.issue(token(issued.token)?);
            }
            InstallationEvent::OperatorAppointed(appointed) => {
                let name = appointed.name.value().map(PersonName::as_str).unwrap_or_default();
                let keys = self.shared.reader.keys();
                writes.credentials.operators.push(OperatorRow {
                    ledger_id: ledger.0,
                    operator_id: appointed.operator.0,
                    sealed: keys.seal(name.as_bytes(), appointed.operator.0.as_bytes())?,
                });
                writes.credentials.issue(token(appointed.operator)?);
            }
            InstallationEvent::OperatorDismissed(dismissed) => {
                writes.credentials.changed.push((ledger, dismissed.operator, Change::Revoked));
            }
            InstallationEvent::AccountOpeningOrdered(_)
            | InstallationEvent::ApiKeyIssueOrdered(_)
            | InstallationEvent::InterventionRequested(_)
            | InstallationEvent::OrgInterventionRequested(_)
            | InstallationEvent::InterventionApproved(_)
            | InstallationEvent::InterventionRejected(_)
            | InstallationEvent::InterventionCarriedOut(_)
            | InstallationEvent::InterventionRefused(_) => {}
        }
        Ok(())
    }
}
