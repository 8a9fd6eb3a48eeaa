//! What is written with the events of impersonations: the hash of a new secret, and its end.

use super::effects::secret_hash;
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{Param, Prepared, Row};
use crate::store::Submission;
use domain::job::JobEvent;
use domain::job::impersonation::ImpersonationStep;
use domain::{ImpersonationId, JobId, LedgerId};
use time::OffsetDateTime;
use tokio_postgres::Client;
use uuid::Uuid;

/// The secret opens nothing once this is committed.
const ENDED: &str =
    "DELETE FROM impersonation_credentials WHERE ledger_id = $1 AND impersonation_id = $2";

/// The hash of an impersonation's secret, and what it opens.
struct ImpersonationRow {
    ledger_id: Uuid,
    secret_hash: Vec<u8>,
    impersonation_id: Uuid,
    job_id: Uuid,
    contact_id: Uuid,
    key_id: Uuid,
    expires_at: OffsetDateTime,
}

impl Row for ImpersonationRow {
    const INTO: &'static str = "impersonation_credentials (ledger_id, secret_hash, \
         impersonation_id, job_id, contact_id, key_id, expires_at)";
    const WIDTH: usize = 7;

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; Self::WIDTH] = [
            &self.ledger_id,
            &self.secret_hash,
            &self.impersonation_id,
            &self.job_id,
            &self.contact_id,
            &self.key_id,
            &self.expires_at,
        ];
        to.extend(columns);
    }
}

/// What a turn does to impersonations. What starts and ends in one turn is not noted at all.
#[derive(Default)]
pub(super) struct Impersonations {
    started: Vec<ImpersonationRow>,
    ended: Vec<(LedgerId, ImpersonationId)>,
}

impl Impersonations {
    pub(super) fn are_none(&self) -> bool {
        let Self { started, ended } = self;
        started.is_empty() && ended.is_empty()
    }

    pub(super) fn of_event(
        &mut self,
        recorded: &Recorded,
        event: &JobEvent,
        job: JobId,
        submission: &Submission,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        match event.impersonation() {
            Some(ImpersonationStep::Started(e)) => self.started.push(ImpersonationRow {
                ledger_id: ledger.0,
                secret_hash: secret_hash(submission)?,
                impersonation_id: e.impersonation.0,
                job_id: job.0,
                contact_id: e.contact.0,
                key_id: recorded.origin.actor.id().ok_or(StoreError::Unsatisfiable)?,
                expires_at: e.until.moment(),
            }),
            Some(ImpersonationStep::Ended(e)) => {
                let there = self.started.len();
                self.started.retain(|row| row.impersonation_id != e.impersonation.0);
                if self.started.len() == there {
                    self.ended.push((ledger, e.impersonation));
                }
            }
            None => {}
        }
        Ok(())
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        for (ledger, impersonation) in self.ended {
            let end = pipeline.beside(prepared.fixed(client, ENDED)).await?;
            pipeline
                .send(async move { client.execute(&end, &[&ledger.0, &impersonation.0]).await });
        }
        prepared.insert(client, self.started, pipeline).await
    }
}
