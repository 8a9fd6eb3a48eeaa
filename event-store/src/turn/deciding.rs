//! Decides the commands of a turn, fetching what they ask for.

use super::answers::told_secret;
use super::{Found, Placed, Receipt, Turn, Verdict};
use super::{Group, LaneConnection};
use crate::codec::{Origin, Recorded};
use crate::error::{ExecuteError, StoreError};
use crate::store::{Applied, IdempotencyKey, NewSecret, Submission};
use crate::writer::{Rehearsal, Work};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::job::portal_link::PortalLinkStep;
use domain::{
    AccountId, AggregateId, Command, ContactId, Decision, EmailAddress, Event, EventId, Halt,
    JobId, LeadId, LedgerId, LedgerState, Need, Outcome, Rejection, SubjectId, Timestamp, ledger,
};
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use uuid::Uuid;

/// A decision that asks more often than this for something is not going to be satisfied.
const ROUNDS_MAX: usize = 64;

impl Turn<'_> {
    /// Receipts of commands that came before with the same idempotency key.
    pub(super) async fn find_receipts(
        &self,
        lane: &mut LaneConnection,
        found: &mut HashMap<(LedgerId, [u8; 32]), Found>,
    ) -> Result<(), StoreError> {
        for group in &self.groups {
            let keys: Vec<&[u8]> = submissions(group)
                .filter_map(|s| s.idempotency.as_ref())
                .map(|k| &k.key_hash[..])
                .collect();
            if keys.is_empty() {
                continue;
            }
            let sql = "SELECT key_hash, request_hash, answer, sealed_secret FROM receipts \
                       WHERE ledger_id = $1 AND key_hash = ANY($2)";
            let statement = lane.prepared.fixed(&lane.client, sql).await?;
            let rows = lane
                .client
                .query(&statement, &[&group.ledger.0, &keys])
                .await
                .map_err(StoreError::database("reading receipts"))?;
            for row in rows {
                let (key_hash, receipt) = self.receipt_of(group.ledger, &row)?;
                found.insert((group.ledger, key_hash), receipt);
            }
        }
        Ok(())
    }

    fn receipt_of(
        &self,
        ledger: LedgerId,
        row: &tokio_postgres::Row,
    ) -> Result<([u8; 32], Found), StoreError> {
        let unreadable = || StoreError::Unreadable {
            ledger,
            position: 0,
            why: "a receipt is not as it was written".to_owned(),
        };
        let key_hash: [u8; 32] =
            row.get::<_, &[u8]>(0).try_into().map_err(|_length| unreadable())?;
        let secret = match row.get::<_, Option<&[u8]>>(3) {
            None => None,
            Some(sealed) => {
                let plain = self.shared.reader.keys().open(sealed, &key_hash);
                let plain = plain.ok_or_else(unreadable)?;
                Some(plain.try_into().map_err(|_length| unreadable())?)
            }
        };
        let receipt = serde_json::from_value(row.get(2)).map_err(|_shape| unreadable())?;
        Ok((key_hash, Found { request_hash: row.get(1), receipt, secret }))
    }

    /// The time of a ledger's events in this turn.
    pub(super) fn now(&self, ledger: LedgerId) -> Timestamp {
        (self.shared.options.clock)().max(self.heads[&ledger].recorded_at)
    }

    pub(super) async fn decide_group(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        found: &mut HashMap<(LedgerId, [u8; 32]), Found>,
        placed: &mut Vec<Placed>,
    ) -> Result<Vec<Verdict>, StoreError> {
        let ledger = self.groups[index].ledger;
        let now = self.now(ledger);
        self.groups[index].cache.state.belongs_to(AccountId(ledger.0));
        if !self.careful {
            self.believe_newborns(index, found);
        }
        let mut verdicts = Vec::new();
        // The answers of this turn: the same key twice in one is carried out once, and told twice.
        let mut told: HashMap<[u8; 32], Found> = HashMap::new();
        for work in 0..self.groups[index].work.len() {
            let submission = match &self.groups[index].work[work] {
                Work::Execute(submission, _) => submission,
                Work::Rehearse(..) => {
                    self.fetch_needs(lane, index, work, now).await?;
                    verdicts.push(Verdict::Rehearsed(self.rehearse(lane, index, work, now).await?));
                    continue;
                }
            };
            let key = submission.idempotency;
            if let Some(key) = &key {
                let before = found.get(&(ledger, key.key_hash));
                if let Some(receipt) = before.or_else(|| told.get(&key.key_hash)) {
                    verdicts.push(Verdict::Answered(Box::new(again(ledger, key, receipt))));
                    continue;
                }
            }
            let decided = self.decide_one(lane, index, work, now).await?;
            verdicts.push(match decided {
                Err(refused) => {
                    self.forget_unborn(index, work);
                    Verdict::Answered(Box::new(Err(refused)))
                }
                Ok(decision) => {
                    let events = !decision.events.is_empty();
                    let outcome = decision.outcome;
                    self.place(index, work, now, decision.events, placed)?;
                    let receipt = self.receipt(index, work, outcome);
                    if let Some(key) = key {
                        told.insert(key.key_hash, self.found(index, work, key, &receipt, events));
                    }
                    Verdict::Applied { receipt, events }
                }
            });
        }
        Ok(verdicts)
    }

    /// Ids that commands make are taken to be new, without looking: should one be in use, the
    /// database refuses its first event. Not so in a retry, nor where a command before names it.
    fn believe_newborns(&mut self, index: usize, found: &HashMap<(LedgerId, [u8; 32]), Found>) {
        let group = &mut self.groups[index];
        let mut named: BTreeSet<AggregateId> = BTreeSet::new();
        let mut newborns = Vec::new();
        for submission in submissions(group) {
            let key = submission.idempotency.as_ref().map(|key| (group.ledger, key.key_hash));
            let is_retry = key.is_some_and(|key| found.contains_key(&key));
            let newborn = submission.command.newborn();
            newborns.extend(newborn.filter(|id| !is_retry && !named.contains(id)));
            named.extend(submission.command.aggregates());
        }
        for id in newborns {
            group.cache.state.learn_absent(id);
        }
    }

    /// After a refusal nobody has shown that an id was new.
    fn forget_unborn(&mut self, index: usize, work: usize) {
        let group = &mut self.groups[index];
        if let Work::Execute(submission, _) = &group.work[work]
            && let Some(id) = submission.command.newborn()
            && group.cache.state.version(id) == 0
        {
            group.cache.state.forget(id);
        }
    }

    /// What a command is told, taken before the next one of its turn moves versions on: who is
    /// told a version has seen what led to it.
    fn receipt(&self, index: usize, work: usize, outcome: Outcome) -> Receipt {
        let group = &self.groups[index];
        let aggregates = match &group.work[work] {
            Work::Execute(submission, _) => submission.command.aggregates(),
            Work::Rehearse(..) => Vec::new(),
        };
        let versions =
            aggregates.into_iter().map(|id| (id, group.cache.state.version(id))).collect();
        Receipt { position: group.cache.position, versions, outcome }
    }

    /// What a command was told, for whoever comes with the same key in the same turn.
    fn found(
        &self,
        index: usize,
        work: usize,
        key: IdempotencyKey,
        receipt: &Receipt,
        events: bool,
    ) -> Found {
        let secret = match &self.groups[index].work[work] {
            Work::Execute(submission, _) => told_secret(submission, events),
            Work::Rehearse(..) => None,
        };
        Found {
            request_hash: key.request_hash.to_vec(),
            receipt: receipt.clone(),
            secret: secret.map(|secret| *secret.expose()),
        }
    }

    /// Decides one command, fetching what it asks for until it is satisfied. Mostly all is at hand;
    /// where it is not, what those behind it ask for is fetched with it.
    async fn decide_one(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        work: usize,
        now: Timestamp,
    ) -> Result<Result<Decision, ExecuteError>, StoreError> {
        for _ in 0..ROUNDS_MAX {
            let group = &self.groups[index];
            let Work::Execute(submission, _) = &group.work[work] else {
                return Err(StoreError::Unsatisfiable);
            };
            if submission.command.aggregates().iter().any(|id| !group.cache.state.knows(*id)) {
                self.fetch_needs(lane, index, work, now).await?;
                continue;
            }
            if let Some(expected) = submission.expected {
                if !group.cache.state.knows(expected.aggregate) {
                    let need = Need::Aggregate(expected.aggregate);
                    self.fetch(lane, index, &[need]).await?;
                    continue;
                }
                let current = group.cache.state.version(expected.aggregate);
                // Of what is not there the decision says so.
                if current != expected.version && current != 0 {
                    let aggregate = expected.aggregate;
                    return Ok(Err(ExecuteError::Stale { aggregate, current }));
                }
            }
            match decide(submission, &group.cache.state, now)? {
                Ok(decision) => return Ok(Ok(decision)),
                Err(Halt::Rejected(rejection)) => {
                    return Ok(Err(ExecuteError::Rejected(rejection)));
                }
                Err(Halt::Need(_)) => self.fetch_needs(lane, index, work, now).await?,
            }
        }
        Err(StoreError::Unsatisfiable)
    }

    /// Decides commands one after the other on a copy of the state.
    async fn rehearse(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        work: usize,
        now: Timestamp,
    ) -> Result<Vec<Result<Decision, Rejection>>, StoreError> {
        let mut scratch = self.groups[index].cache.state.clone();
        let mut outcomes = Vec::new();
        let mut rounds = 0;
        loop {
            let group = &self.groups[index];
            let Work::Rehearse(submissions, how, _) = &group.work[work] else {
                return Err(StoreError::Unsatisfiable);
            };
            let Some(submission) = submissions.get(outcomes.len()) else { return Ok(outcomes) };
            match decide(submission, &scratch, now)? {
                Ok(decision) => {
                    rounds = 0;
                    let follows = *how == Rehearsal::InOrder;
                    for (aggregate, event) in decision.events.iter().filter(|_| follows) {
                        let sequence = scratch.version(*aggregate) + 1;
                        scratch.record(*aggregate, sequence, event)?;
                    }
                    outcomes.push(Ok(decision));
                }
                Err(Halt::Rejected(rejection)) => {
                    rounds = 0;
                    outcomes.push(Err(rejection));
                }
                Err(Halt::Need(need)) => {
                    rounds += 1;
                    if rounds > ROUNDS_MAX {
                        return Err(StoreError::Unsatisfiable);
                    }
                    // What the rehearsal itself made is in the copy alone and is not asked for.
                    let mut fetched = std::mem::take(&mut scratch);
                    self.fetch_into(lane, self.groups[index].ledger, &[need], &mut fetched).await?;
                    scratch = fetched;
                }
            }
        }
    }

    /// Fetches, in as few messages as it takes, what the commands from `from` on are going to need.
    async fn fetch_needs(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        from: usize,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..ROUNDS_MAX {
            let group = &self.groups[index];
            let state = &group.cache.state;
            let mut needs = Vec::new();
            for work in &group.work[from..] {
                let (first, others) = match work {
                    Work::Execute(submission, _) => (Some(&**submission), &[][..]),
                    Work::Rehearse(submissions, ..) => (None, &submissions[..]),
                };
                for submission in first.into_iter().chain(others) {
                    for id in submission.command.aggregates() {
                        if !state.knows(id) {
                            needs.push(Need::Aggregate(id));
                        }
                    }
                    if let Err(Halt::Need(need)) = decide(submission, state, now)? {
                        needs.push(need);
                    }
                }
            }
            if needs.is_empty() {
                return Ok(());
            }
            self.fetch(lane, index, &needs).await?;
        }
        Err(StoreError::Unsatisfiable)
    }

    async fn fetch(
        &mut self,
        lane: &mut LaneConnection,
        index: usize,
        needs: &[Need],
    ) -> Result<(), StoreError> {
        let mut state = std::mem::take(&mut self.groups[index].cache.state);
        let fetched = self.fetch_into(lane, self.groups[index].ledger, needs, &mut state).await;
        self.groups[index].cache.state = state;
        fetched
    }

    /// Which jobs contacts are owners of, which leads are about them, and which contacts belong to customers. Gives those that whoever
    /// asks is going to look at one by one, so that they are fetched together.
    async fn fetch_links(
        &self,
        lane: &mut LaneConnection,
        ledger: LedgerId,
        needs: &[Need],
        state: &mut LedgerState,
    ) -> Result<Vec<AggregateId>, StoreError> {
        let mut linked: Vec<AggregateId> = Vec::new();
        for need in needs {
            let (sql, whose) = match need {
                Need::Jobs(contact) => (
                    "SELECT job_id FROM contact_jobs WHERE ledger_id = $1 AND contact_id = $2",
                    contact.0,
                ),
                Need::Leads(contact) => (
                    "SELECT lead_id FROM contact_leads WHERE ledger_id = $1 AND contact_id = $2",
                    contact.0,
                ),
                Need::CustomerContacts(customer) => (
                    "SELECT contact_id FROM customer_contacts \
                     WHERE ledger_id = $1 AND customer_id = $2",
                    customer.0,
                ),
                Need::Aggregate(_) | Need::Contacts(_) | Need::Claim(_) => continue,
            };
            let statement = lane.prepared.fixed(&lane.client, sql).await?;
            let rows = lane.client.query(&statement, &[&ledger.0, &whose]).await;
            let rows =
                rows.map_err(StoreError::database("reading what is a contact's or customer's"))?;
            let ids = rows.iter().map(|row| row.get::<_, Uuid>(0));
            match need {
                Need::Jobs(contact) => {
                    state.learn_jobs(*contact, ids.clone().map(JobId).collect());
                    linked.extend(ids.map(|id| AggregateId::Job(JobId(id))));
                }
                Need::Leads(contact) => {
                    state.learn_leads(*contact, ids.clone().map(LeadId).collect());
                    linked.extend(ids.map(|id| AggregateId::Lead(LeadId(id))));
                }
                Need::CustomerContacts(customer) => {
                    state.learn_contacts(*customer, ids.clone().map(ContactId).collect());
                    linked.extend(ids.map(|id| AggregateId::Contact(ContactId(id))));
                }
                Need::Aggregate(_) | Need::Contacts(_) | Need::Claim(_) => {}
            }
        }
        linked.retain(|id| !state.knows(*id));
        Ok(linked)
    }

    async fn fetch_into(
        &self,
        lane: &mut LaneConnection,
        ledger: LedgerId,
        needs: &[Need],
        state: &mut LedgerState,
    ) -> Result<(), StoreError> {
        let mut aggregates = self.fetch_links(lane, ledger, needs, state).await?;
        let mut emails: Vec<&EmailAddress> = Vec::new();
        for need in needs {
            match need {
                Need::Aggregate(id) => aggregates.push(*id),
                Need::Contacts(ids) => {
                    aggregates.extend(ids.iter().map(|id| AggregateId::from(*id)));
                }
                Need::Claim(email) => emails.push(email),
                Need::Jobs(_) | Need::Leads(_) | Need::CustomerContacts(_) => {}
            }
        }
        let ids: Vec<Uuid> = aggregates.iter().map(|id| id.uuid()).collect();
        let keys = self.shared.reader.keys();
        let hashes: Vec<[u8; 32]> = emails.iter().map(|e| keys.claim_hash(ledger, e)).collect();
        let hash_params: Vec<&[u8]> = hashes.iter().map(|hash| &hash[..]).collect();
        let of_aggregates = "SELECT position, event FROM events \
             WHERE ledger_id = $1 AND aggregate_id = ANY($2) ORDER BY position";
        let of_claims = "SELECT email_hash, contact_id FROM primary_email_claims \
             WHERE ledger_id = $1 AND email_hash = ANY($2)";
        let of_aggregates = lane.prepared.fixed(&lane.client, of_aggregates).await?;
        let of_claims = lane.prepared.fixed(&lane.client, of_claims).await?;
        let event_params: [&(dyn postgres_types::ToSql + Sync); 2] = [&ledger.0, &ids];
        let claim_params: [&(dyn postgres_types::ToSql + Sync); 2] = [&ledger.0, &hash_params];
        let (events, claims) = futures_util::join!(
            async {
                if ids.is_empty() {
                    return Ok(Vec::new());
                }
                lane.client.query(&of_aggregates, &event_params).await
            },
            async {
                if hash_params.is_empty() {
                    return Ok(Vec::new());
                }
                lane.client.query(&of_claims, &claim_params).await
            }
        );
        let rows = events.map_err(StoreError::database("loading aggregates"))?;
        let mut events = crate::reader::decode_rows(ledger, &rows)?;
        self.shared.reader.open_all(&lane.client, &mut events).await?;
        // Somebody may ask for a contact by the id of a job, which is known already.
        let unknown: BTreeSet<AggregateId> =
            aggregates.iter().copied().filter(|id| !state.knows(*id)).collect();
        for event in events.iter().filter(|event| unknown.contains(&event.aggregate)) {
            state.load(event.aggregate, event.sequence, &event.event)?;
        }
        for id in aggregates {
            state.learn_absent(id);
        }
        let holders: HashMap<Vec<u8>, Uuid> = claims
            .map_err(StoreError::database("reading claims"))?
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();
        for (email, hash) in emails.into_iter().zip(&hashes) {
            state.learn_claim(email, holders.get(&hash[..]).copied().map(ContactId));
        }
        Ok(())
    }

    /// Gives decided events their places and records them in the cache.
    fn place(
        &mut self,
        index: usize,
        work: usize,
        now: Timestamp,
        events: Vec<(AggregateId, Event)>,
        placed: &mut Vec<Placed>,
    ) -> Result<(), StoreError> {
        let group = &mut self.groups[index];
        let Work::Execute(submission, _) = &group.work[work] else { return Ok(()) };
        let idempotency =
            submission.idempotency.as_ref().map(|key| URL_SAFE_NO_PAD.encode(&key.key_hash[..16]));
        for (aggregate, event) in events {
            let theirs = theirs(&submission.command, &event);
            let sequence = group.cache.state.version(aggregate) + 1;
            group.cache.state.record(aggregate, sequence, &event)?;
            group.cache.position += 1;
            placed.push(Placed {
                recorded: Recorded {
                    ledger: group.ledger,
                    position: group.cache.position,
                    aggregate,
                    sequence,
                    event_id: EventId(Uuid::now_v7()),
                    recorded_at: now,
                    origin: Origin::of(
                        &submission.circumstances,
                        aggregate,
                        &event,
                        event.staff(),
                        theirs,
                        idempotency.as_deref(),
                    ),
                    event,
                },
                by: (index, work),
            });
        }
        Ok(())
    }
}

/// The commands of a group that are to be carried out.
fn submissions(group: &Group) -> impl Iterator<Item = &Submission> {
    group.work.iter().filter_map(|work| match work {
        Work::Execute(submission, _) => Some(&**submission),
        Work::Rehearse(..) => None,
    })
}

/// The one whose an event is, though it happened to something else, or as whom an owner or a
/// subcontractor did it.
fn theirs(command: &Command, event: &Event) -> Option<SubjectId> {
    if let Command::CompleteForOwner { contact, .. } = command {
        return Some((*contact).into());
    }
    if let Command::TradeTask { subcontractor, .. } = command {
        return Some((*subcontractor).into());
    }
    if let (Command::PortalLink(..), Event::Job(event)) = (command, event) {
        return event.portal_link().and_then(PortalLinkStep::contact).map(SubjectId::from);
    }
    if let Event::SubcontractorOrg(event) = event {
        return event.user().map(SubjectId::from);
    }
    if let Event::WorkOrder(event) = event {
        return Some(event.place().1.into());
    }
    let Event::OwnerItem(event) = event else { return None };
    Some(event.place().1.into())
}

/// Decides; a panic in the domain is an error of this one command.
fn decide(
    submission: &Submission,
    state: &LedgerState,
    now: Timestamp,
) -> Result<Result<Decision, Halt>, StoreError> {
    let decided = catch_unwind(AssertUnwindSafe(|| {
        ledger::decide(&submission.command, state, &submission.circumstances, now)
    }));
    decided.map_err(|_panic| StoreError::Panicked)
}

/// The answer of an earlier request with the same key.
fn again(ledger: LedgerId, key: &IdempotencyKey, found: &Found) -> Result<Applied, ExecuteError> {
    if found.request_hash != key.request_hash {
        return Err(ExecuteError::KeyReused);
    }
    Ok(Applied {
        ledger,
        position: found.receipt.position,
        versions: found.receipt.versions.clone(),
        outcome: found.receipt.outcome.clone(),
        secret: found.secret.map(NewSecret::from_bytes),
        replayed: true,
    })
}
