//! Writes a turn: everything, with the `COMMIT`, in one message.

use super::assuming::GUARD;
use super::effects::EndedMail;
use super::{Claim, LaneConnection, Placed, Turn, Writes};
use crate::append::Append;
use crate::codec::{Recorded, encode};
use crate::error::StoreError;
use crate::merkle::leaf_hash;
use crate::pipeline::Pipeline;
use crate::reader::stored;
use crate::rows::{
    ClaimRow, ContactJobRow, ContactLeadRow, CustomerContactRow, EventRow, HeadUpdate, Prepared,
};
use domain::LedgerId;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use tokio_postgres::Client;
use uuid::Uuid;

/// How many events go out in one of several statements. The database writes them while the next are sealed.
const EVENTS_OF_A_STATEMENT: usize = 12;

/// The address and the link go with the mail's end.
const MAIL_SENT: &str = "UPDATE outbox SET sent_at = $3, sealed = NULL, taken_until = NULL \
     WHERE ledger_id = $1 AND mail_id = $2";
const MAIL_FAILED: &str = "UPDATE outbox SET failed_at = $3, sealed = NULL, taken_until = NULL \
     WHERE ledger_id = $1 AND mail_id = $2";

impl Turn<'_> {
    /// Seals and writes down one event, and adds its leaf to the tree.
    fn event_row(&mut self, recorded: &mut Recorded) -> Result<EventRow, StoreError> {
        let text = encode(self.shared.reader.keys(), recorded)?;
        if let Some(head) = self.heads.get_mut(&recorded.ledger) {
            head.frontier.push(leaf_hash(text.as_bytes()));
            head.position = recorded.position;
            head.recorded_at = recorded.recorded_at;
        }
        Ok(EventRow {
            ledger_id: recorded.ledger.0,
            position: stored(recorded.position),
            aggregate_id: recorded.aggregate.uuid(),
            sequence: stored(recorded.sequence),
            event_type: recorded.event.stored_type(),
            recorded_at: recorded.recorded_at.moment(),
            event: text,
        })
    }

    /// Sends all writes and the commit, and waits for the answers.
    pub(super) async fn write(
        &mut self,
        lane: &mut LaneConnection,
        writes: &mut Writes,
        placed: &mut [Placed],
    ) -> Result<(), StoreError> {
        if let Some((_, assumed)) = self.assumed
            && !placed.is_empty()
            && writes.fit_one_statement()
        {
            return self.append(lane, assumed, writes, placed).await;
        }
        let LaneConnection { client, prepared, .. } = lane;
        let client = &*client;
        let guard = &prepared.fixed(client, GUARD).await?;
        let mut pipeline = Pipeline::default();
        if let Some((ledger, head)) = self.assumed {
            let head = stored(head);
            pipeline.send(async move { client.batch_execute("BEGIN").await.map(|()| 0) });
            pipeline.send(async move { client.execute(guard, &[&ledger.0, &head]).await });
        }
        let release = "DELETE FROM primary_email_claims WHERE ledger_id = $1 AND email_hash = $2";
        let release = prepared.fixed(client, release).await?;
        let (released, taken) = claim_changes(&writes.claims);
        for (ledger, hash) in released {
            let release = release.clone();
            pipeline.send(async move { client.execute(&release, &[&ledger, &hash]).await });
        }
        prepared.insert(client, taken, &mut pipeline).await?;
        write_links(client, prepared, writes, &mut pipeline).await?;
        prepared.insert(client, take(&mut writes.subject_keys), &mut pipeline).await?;
        prepared.insert(client, take(&mut writes.tokens), &mut pipeline).await?;
        prepared.insert(client, take(&mut writes.mails), &mut pipeline).await?;
        for EndedMail { ledger, mail, at, sent } in take(&mut writes.mails_ended) {
            let end = if sent { MAIL_SENT } else { MAIL_FAILED };
            let end = pipeline.beside(prepared.fixed(client, end)).await?;
            pipeline.send(async move { client.execute(&end, &[&ledger.0, &mail, &at]).await });
        }
        take(&mut writes.credentials).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.impersonations).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.portal_links).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.logins).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.images).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.documents).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.staff).send(client, prepared, &mut pipeline).await?;
        take(&mut writes.trades).send(client, prepared, &mut pipeline).await?;
        prepared.insert(client, take(&mut writes.receipts), &mut pipeline).await?;
        prepared.insert(client, take(&mut writes.attempts), &mut pipeline).await?;
        // Lets the connection send what it has: the database begins while the events are sealed.
        tokio::task::yield_now().await;
        for some in placed.chunks_mut(EVENTS_OF_A_STATEMENT) {
            let rows = some
                .iter_mut()
                .map(|placed| self.event_row(&mut placed.recorded))
                .collect::<Result<Vec<EventRow>, _>>()?;
            prepared.insert(client, rows, &mut pipeline).await?;
            tokio::task::yield_now().await;
        }
        prepared.update_heads(client, self.moved_heads(placed), &mut pipeline).await?;
        pipeline.send(async move { client.batch_execute("COMMIT").await.map(|()| 0) });
        pipeline.committed().await
    }

    /// The whole turn is events of a ledger whose head is assumed, and what most commands write with
    /// them: one statement.
    async fn append(
        &mut self,
        lane: &mut LaneConnection,
        assumed: u64,
        writes: &Writes,
        placed: &mut [Placed],
    ) -> Result<(), StoreError> {
        let events = placed
            .iter_mut()
            .map(|placed| self.event_row(&mut placed.recorded))
            .collect::<Result<Vec<EventRow>, _>>()?;
        let heads = self.moved_heads(placed);
        let head = heads.first().ok_or(StoreError::Unsatisfiable)?;
        let (released, taken) = claim_changes(&writes.claims);
        let mut append = Append::new(stored(assumed), head);
        append.release(released.iter().map(|(_, hash)| &hash[..]).collect());
        append.rows(&taken);
        append.rows(&writes.subject_keys);
        append.rows(&writes.tokens);
        append.rows(&writes.mails);
        append.rows(&writes.receipts);
        append.rows(&writes.attempts);
        match lane.prepared.append(&lane.client, append.events(&events)).await? {
            0 => Err(StoreError::HeadMoved),
            _ => Ok(()),
        }
    }

    /// The heads of the ledgers that have new events.
    fn moved_heads(&self, placed: &[Placed]) -> Vec<HeadUpdate> {
        let ledgers: BTreeSet<LedgerId> =
            placed.iter().map(|placed| placed.recorded.ledger).collect();
        let update = |ledger: LedgerId| {
            let head = &self.heads[&ledger];
            HeadUpdate {
                ledger_id: ledger.0,
                head: stored(head.position),
                frontier: head.frontier.to_bytes(),
                recorded_at: head.recorded_at.moment(),
            }
        };
        ledgers.into_iter().map(update).collect()
    }
}

/// The jobs that contacts own, the leads that are about them, and the contacts that belong to customers:
/// what is so no more goes, what is so since comes.
async fn write_links<'a>(
    client: &'a Client,
    prepared: &mut Prepared,
    writes: &mut Writes,
    pipeline: &mut Pipeline<'a>,
) -> Result<(), StoreError> {
    let no_owner =
        "DELETE FROM contact_jobs WHERE ledger_id = $1 AND contact_id = $2 AND job_id = $3";
    let no_lead =
        "DELETE FROM contact_leads WHERE ledger_id = $1 AND contact_id = $2 AND lead_id = $3";
    let no_member = "DELETE FROM customer_contacts \
                     WHERE ledger_id = $1 AND customer_id = $2 AND contact_id = $3";
    let mut left = Vec::new();
    let (mut owners, mut leads, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for ((ledger, contact, job), is_owner) in take(&mut writes.jobs) {
        let (ledger, contact, job) = (ledger.0, contact.0, job.0);
        if is_owner {
            owners.push(ContactJobRow { ledger, contact, job });
        } else {
            left.push((no_owner, [ledger, contact, job]));
        }
    }
    for ((ledger, contact, lead), is_theirs) in take(&mut writes.leads) {
        let (ledger, contact, lead) = (ledger.0, contact.0, lead.0);
        if is_theirs {
            leads.push(ContactLeadRow { ledger, contact, lead });
        } else {
            left.push((no_lead, [ledger, contact, lead]));
        }
    }
    for ((ledger, customer, contact), belongs) in take(&mut writes.customers) {
        let (ledger, customer, contact) = (ledger.0, customer.0, contact.0);
        if belongs {
            members.push(CustomerContactRow { ledger, customer, contact });
        } else {
            left.push((no_member, [ledger, customer, contact]));
        }
    }
    for (sql, [ledger, contact, thing]) in left {
        let left = pipeline.beside(prepared.fixed(client, sql)).await?;
        pipeline.send(async move { client.execute(&left, &[&ledger, &contact, &thing]).await });
    }
    prepared.insert(client, owners, pipeline).await?;
    prepared.insert(client, leads, pipeline).await?;
    prepared.insert(client, members, pipeline).await
}

type Released = Vec<(Uuid, Vec<u8>)>;

/// The difference that a turn makes to the claims: what goes, then what comes.
fn claim_changes(claims: &BTreeMap<(LedgerId, [u8; 32]), Claim>) -> (Released, Vec<ClaimRow>) {
    let mut released = Vec::new();
    let mut taken = Vec::new();
    for ((ledger, hash), claim) in claims {
        if claim.before == claim.after {
            continue;
        }
        if claim.before.is_some() {
            released.push((ledger.0, hash.to_vec()));
        }
        if let Some(contact) = claim.after {
            taken.push(ClaimRow {
                ledger_id: ledger.0,
                email_hash: hash.to_vec(),
                contact_id: contact.0,
            });
        }
    }
    (released, taken)
}
