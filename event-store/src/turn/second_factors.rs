//! What is written with the events of second factors: that one is on, its recovery codes, its end.

use crate::codec::Recorded;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{Prepared, RecoveryCodeRow};
use crate::second_factors::{recovery_codes, recovery_hash};
use crate::store::Submission;
use domain::person::{RecoveryCodeUsed, SecondFactorDisabled, SecondFactorEnabled};
use domain::{FactorId, LedgerId};
use time::OffsetDateTime;
use tokio_postgres::Client;

const ON: &str =
    "UPDATE second_factors SET enabled_at = $3 WHERE ledger_id = $1 AND factor_id = $2";
const OFF: &str = "DELETE FROM second_factors WHERE ledger_id = $1 AND factor_id = $2";
const CODES_OFF: &str = "DELETE FROM recovery_codes WHERE ledger_id = $1 AND factor_id = $2";
const CODE_USED: &str =
    "DELETE FROM recovery_codes WHERE ledger_id = $1 AND factor_id = $2 AND number = $3";

/// What a turn does to second factors, in the order in which it was decided.
#[derive(Default)]
pub(super) struct SecondFactors(Vec<(LedgerId, FactorId, Change)>);

enum Change {
    On(OffsetDateTime, Vec<RecoveryCodeRow>),
    Off,
    CodeUsed(i16),
}

impl SecondFactors {
    pub(super) fn enabled(
        &mut self,
        recorded: &Recorded,
        event: &SecondFactorEnabled,
        submission: &Submission,
    ) -> Result<(), StoreError> {
        let secret = submission.secret.as_ref().ok_or(StoreError::Unsatisfiable)?;
        let row = |(number, code): (i16, String)| RecoveryCodeRow {
            ledger_id: recorded.ledger.0,
            code_hash: recovery_hash(&code).to_vec(),
            factor_id: event.factor.0,
            number,
        };
        let codes = (1..).zip(recovery_codes(secret)).map(row).collect();
        let change = Change::On(recorded.recorded_at.moment(), codes);
        self.0.push((recorded.ledger, event.factor, change));
        Ok(())
    }

    pub(super) fn disabled(&mut self, recorded: &Recorded, event: &SecondFactorDisabled) {
        self.0.push((recorded.ledger, event.factor, Change::Off));
    }

    pub(super) fn code_used(&mut self, recorded: &Recorded, event: &RecoveryCodeUsed) {
        let change = Change::CodeUsed(i16::from(event.number));
        self.0.push((recorded.ledger, event.factor, change));
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        for (ledger, factor, change) in self.0 {
            match change {
                Change::On(at, codes) => {
                    let on = pipeline.beside(prepared.fixed(client, ON)).await?;
                    pipeline.send(async move {
                        client.execute(&on, &[&ledger.0, &factor.0, &at]).await
                    });
                    prepared.insert(client, codes, pipeline).await?;
                }
                Change::Off => {
                    for sql in [OFF, CODES_OFF] {
                        let off = pipeline.beside(prepared.fixed(client, sql)).await?;
                        pipeline.send(async move {
                            client.execute(&off, &[&ledger.0, &factor.0]).await
                        });
                    }
                }
                Change::CodeUsed(number) => {
                    let used = pipeline.beside(prepared.fixed(client, CODE_USED)).await?;
                    pipeline.send(async move {
                        client.execute(&used, &[&ledger.0, &factor.0, &number]).await
                    });
                }
            }
        }
        Ok(())
    }
}
