//! What the callers are told, and what is kept of it.

use super::{Answers, Found, Group, Receipt, Turn, Verdict, Writes};
use crate::attempts::Hidden;
use crate::error::{ExecuteError, StoreError};
use crate::rows::{AttemptRow, ReceiptRow};
use crate::store::{Applied, IdempotencyKey, NewSecret, Submission};
use crate::writer::Work;
use domain::builder_account::BuilderAccountCommand;
use domain::installation::InstallationCommand;
use domain::job::impersonation::ImpersonationCommand;
use domain::person::PersonCommand;
use domain::{Command, LedgerId, Rejection};
use std::collections::HashMap;
use uuid::Uuid;

impl Turn<'_> {
    pub(super) fn answers(
        &self,
        verdicts: Vec<Option<Vec<Verdict>>>,
        found: &HashMap<(LedgerId, [u8; 32]), Found>,
        writes: &mut Writes,
    ) -> Result<Vec<Option<Vec<Answers>>>, StoreError> {
        let mut all = Vec::new();
        for (group, verdicts) in self.groups.iter().zip(verdicts) {
            let Some(verdicts) = verdicts else {
                all.push(None);
                continue;
            };
            let mut answers = Vec::new();
            for (work, verdict) in group.work.iter().zip(verdicts) {
                answers.push(self.answer(group, work, verdict, found, writes)?);
            }
            all.push(Some(answers));
        }
        Ok(all)
    }

    fn answer(
        &self,
        group: &Group,
        work: &Work,
        verdict: Verdict,
        found: &HashMap<(LedgerId, [u8; 32]), Found>,
        writes: &mut Writes,
    ) -> Result<Answers, StoreError> {
        match (work, verdict) {
            (Work::Execute(submission, _), Verdict::Applied { receipt, events }) => {
                let told = told_secret(submission, events);
                if let Some(key) = &submission.idempotency
                    && !found.contains_key(&(group.ledger, key.key_hash))
                {
                    writes.receipts.push(self.receipt_row(group.ledger, key, &receipt, told)?);
                }
                Ok(Answers::Executed(Box::new(Ok(Applied {
                    ledger: group.ledger,
                    position: receipt.position,
                    versions: receipt.versions,
                    outcome: receipt.outcome,
                    secret: told.map(|secret| NewSecret::from_bytes(*secret.expose())),
                    replayed: false,
                }))))
            }
            (Work::Execute(submission, _), Verdict::Answered(answer)) => {
                if let Err(ExecuteError::Rejected(rejection)) = &*answer {
                    writes.attempts.push(self.attempt_row(submission, rejection)?);
                }
                Ok(Answers::Executed(answer))
            }
            (_, Verdict::Rehearsed(outcomes)) => Ok(Answers::Rehearsed(Ok(outcomes))),
            (Work::Rehearse(..), Verdict::Applied { .. } | Verdict::Answered(_)) => {
                Err(StoreError::Unsatisfiable)
            }
        }
    }

    fn receipt_row(
        &self,
        ledger: LedgerId,
        key: &IdempotencyKey,
        receipt: &Receipt,
        told: Option<&NewSecret>,
    ) -> Result<ReceiptRow, StoreError> {
        let keys = self.shared.reader.keys();
        let sealed_secret =
            told.map(|secret| keys.seal(secret.expose(), &key.key_hash)).transpose()?;
        Ok(ReceiptRow {
            ledger_id: ledger.0,
            key_hash: key.key_hash.to_vec(),
            request_hash: key.request_hash.to_vec(),
            answer: serde_json::to_value(receipt).map_err(StoreError::Encode)?,
            sealed_secret,
            created_at: self.now(ledger).moment(),
        })
    }

    fn attempt_row(
        &self,
        submission: &Submission,
        rejection: &Rejection,
    ) -> Result<AttemptRow, StoreError> {
        let refusal = rejection.refusal();
        let circumstances = &submission.circumstances;
        let attempt_id = Uuid::now_v7();
        let hidden = Hidden {
            client: circumstances.client,
            reason: circumstances.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        };
        let hidden = serde_json::to_vec(&hidden).map_err(StoreError::Encode)?;
        let about = submission.command.aggregates().first().map_or(Uuid::nil(), |id| id.uuid());
        Ok(AttemptRow {
            ledger_id: submission.ledger.0,
            attempt_id,
            aggregate_id: about,
            command: submission.command.name(),
            code: refusal.code,
            rule: refusal.rule,
            actor_kind: circumstances.actor.kind(),
            actor_id: circumstances.actor.id(),
            acting_as: circumstances.acting_as.map(|contact| contact.0),
            channel: circumstances.channel.word(),
            sealed: self.shared.reader.keys().seal(&hidden, attempt_id.as_bytes())?,
            correlation: circumstances.correlation,
            refused_at: self.now(submission.ledger).moment(),
        })
    }
}

/// The secret that the answer to a command tells, if it does.
pub(super) fn told_secret(submission: &Submission, events: bool) -> Option<&NewSecret> {
    submission.secret.as_ref().filter(|_| events && tells_secret(submission))
}

/// Whether the command's answer tells its secret; an invitation's goes into a mail and nowhere else.
fn tells_secret(submission: &Submission) -> bool {
    match &submission.command {
        Command::Installation(command) => !matches!(
            command,
            InstallationCommand::DismissOperator(_) | InstallationCommand::Support(_)
        ),
        Command::BuilderAccount(_, command) => match command {
            BuilderAccountCommand::Open { .. }
            | BuilderAccountCommand::IssueApiKey(_)
            | BuilderAccountCommand::RotateApiKey(_) => true,
            BuilderAccountCommand::RevokeApiKey(_)
            | BuilderAccountCommand::JobSetup(_)
            | BuilderAccountCommand::SetCustomFields(_)
            | BuilderAccountCommand::ChangeSettings(_)
            // Its link goes into a mail and nowhere else.
            | BuilderAccountCommand::Staff(_) => false,
        },
        Command::Person(_, command) => match command {
            PersonCommand::LogIn(_)
            | PersonCommand::LogInAsStaff { .. }
            | PersonCommand::LogInForOrg { .. }
            // The recovery codes are made of it.
            | PersonCommand::EnableSecondFactor(_) => true,
            // Its link goes into a mail and nowhere else.
            PersonCommand::RequestReset(_)
            | PersonCommand::Register { .. }
            | PersonCommand::Link { .. }
            | PersonCommand::TakeOver(_)
            | PersonCommand::Revoke(_)
            | PersonCommand::RevokeAll
            | PersonCommand::EmailChange(_)
            | PersonCommand::CompleteReset { .. }
            | PersonCommand::LinkStaff { .. }
            | PersonCommand::LinkOrg { .. }
            | PersonCommand::DisableSecondFactor(_)
            | PersonCommand::UseRecoveryCode { .. } => false,
        },
        Command::Impersonation(_, command) => match command {
            ImpersonationCommand::Start { .. } => true,
            ImpersonationCommand::End(_) | ImpersonationCommand::TimeOut(_) => false,
        },
        Command::PortalLink(_, command) => command.makes_secret(),
        Command::Contact(..)
        | Command::SaveContact { .. }
        | Command::Job(..)
        | Command::CreateJob { .. }
        | Command::SetJobType { .. }
        | Command::SetCustomField { .. }
        | Command::AddOwnerAndInvite { .. }
        | Command::ChangeOwners { .. }
        | Command::ImportRow { .. }
        | Command::ImportContact { .. }
        | Command::ImportOwners(_)
        | Command::TakeOver { .. }
        | Command::RecordMail(..)
        | Command::RecordBounce(..)
        | Command::CompleteForOwner { .. }
        | Command::OwnerItem(_)
        | Command::MergeContacts { .. }
        | Command::UnmergeContact(_)
        | Command::EmailConflict(_)
        | Command::Customer(..)
        | Command::WorkOrder(..)
        | Command::Subcontractor(..)
        | Command::TradeTask { .. }
        | Command::SubcontractorOrg(..)
        | Command::Lead(..)
        | Command::SaveLeadContact { .. }
        | Command::EditLeadContact { .. }
        | Command::WinLead { .. } => false,
    }
}
