//! What is written with the events of links to portals: the hash of a new secret, and what became of it.

use super::effects::secret_hash;
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::pipeline::Pipeline;
use crate::rows::{Param, Prepared, Row};
use crate::store::Submission;
use domain::job::JobEvent;
use domain::job::portal_link::PortalLinkStep;
use domain::{ContactId, JobId, LedgerId, PortalLinkId, TokenId};
use time::OffsetDateTime;
use tokio_postgres::Client;
use uuid::Uuid;

/// The secret opens nothing once this is committed. The row stays: whoever comes with it is told why.
const ENDED: &str = "UPDATE portal_link_tokens SET ended = $3, ended_at = $4 \
     WHERE ledger_id = $1 AND token_id = $2";

/// The hash of a link's secret, and what it opens.
struct TokenRow {
    ledger_id: Uuid,
    token_id: Uuid,
    link_id: Uuid,
    token_hash: Vec<u8>,
    job_id: Uuid,
    contact_id: Option<Uuid>,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl Row for TokenRow {
    const INTO: &'static str = "portal_link_tokens (ledger_id, token_id, link_id, token_hash, job_id, \
         contact_id, issued_at, expires_at)";
    const WIDTH: usize = 8;

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; Self::WIDTH] = [
            &self.ledger_id,
            &self.token_id,
            &self.link_id,
            &self.token_hash,
            &self.job_id,
            &self.contact_id,
            &self.issued_at,
            &self.expires_at,
        ];
        to.extend(columns);
    }
}

/// What a turn does to links: new secrets first, then what becomes of these and of others.
#[derive(Default)]
pub(super) struct PortalLinks {
    made: Vec<TokenRow>,
    ended: Vec<(LedgerId, TokenId, &'static str, OffsetDateTime)>,
}

/// A secret that an event makes.
struct Made {
    link: PortalLinkId,
    token: TokenId,
    contact: Option<ContactId>,
    expires_at: OffsetDateTime,
}

impl PortalLinks {
    pub(super) fn are_none(&self) -> bool {
        let Self { made, ended } = self;
        made.is_empty() && ended.is_empty()
    }

    pub(super) fn of_event(
        &mut self,
        recorded: &Recorded,
        event: &JobEvent,
        job: JobId,
        submission: &Submission,
    ) -> Result<(), StoreError> {
        let Some(step) = event.portal_link() else { return Ok(()) };
        let (ledger, at) = (recorded.ledger, recorded.recorded_at.moment());
        let contact = step.contact();
        match step {
            PortalLinkStep::Issued(e) => {
                let expires_at = e.expires_at.moment();
                let made = Made { link: e.link, token: e.token, contact, expires_at };
                self.make(recorded, job, &made, submission)?;
            }
            PortalLinkStep::Rotated(e) => {
                let expires_at = e.expires_at.moment();
                let made = Made { link: e.link, token: e.to, contact, expires_at };
                self.make(recorded, job, &made, submission)?;
                self.ended.push((ledger, e.from, "rotated", at));
            }
            PortalLinkStep::Revoked(e) => self.ended.push((ledger, e.token, "revoked", at)),
            PortalLinkStep::Expired(e) => self.ended.push((ledger, e.token, "expired", at)),
        }
        Ok(())
    }

    fn make(
        &mut self,
        recorded: &Recorded,
        job: JobId,
        made: &Made,
        submission: &Submission,
    ) -> Result<(), StoreError> {
        self.made.push(TokenRow {
            ledger_id: recorded.ledger.0,
            token_id: made.token.0,
            link_id: made.link.0,
            token_hash: secret_hash(submission)?,
            job_id: job.0,
            contact_id: made.contact.map(|contact| contact.0),
            issued_at: recorded.recorded_at.moment(),
            expires_at: made.expires_at,
        });
        Ok(())
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        prepared.insert(client, self.made, pipeline).await?;
        for (ledger, token, how, at) in self.ended {
            let end = pipeline.beside(prepared.fixed(client, ENDED)).await?;
            pipeline
                .send(async move { client.execute(&end, &[&ledger.0, &token.0, &how, &at]).await });
        }
        Ok(())
    }
}
