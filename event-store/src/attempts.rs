//! Refused attempts: sealed, beside the ledger and never part of it.

use crate::error::StoreError;
use crate::reader::Reader;
use crate::store::EventStore;
use domain::{Circumstances, LedgerId, Rejection, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Somebody tried something, and a rule refused it.
#[derive(Debug, Clone)]
pub struct RefusedAttempt {
    /// The attempt.
    pub attempt: Uuid,
    /// On what.
    pub aggregate: Uuid,
    /// The command's name.
    pub command: String,
    /// The refusal's code.
    pub code: String,
    /// The rule.
    pub rule: Option<String>,
    /// Who, by kind.
    pub actor_kind: String,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// As whom.
    pub acting_as: Option<Uuid>,
    /// The request that it was part of.
    pub correlation: Uuid,
    /// By which way in.
    pub channel: String,
    /// From which address.
    pub client: Option<IpAddr>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When.
    pub refused_at: Timestamp,
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Hidden {
    pub(crate) client: Option<IpAddr>,
    pub(crate) reason: Option<String>,
}

/// Whose deeds are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorFilter {
    /// Any of these.
    pub ids: Vec<Uuid>,
    /// Whether they are ids of owners' persons, or contacts that act in their customer's portal; absent
    /// where they may be anybody's.
    pub owners: Option<bool>,
}

/// From when until when, not included, somebody's deeds are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorSpan {
    /// Whose.
    pub actor: Uuid,
    /// From this time on.
    pub since: Timestamp,
    /// Before this time.
    pub until: Timestamp,
}

/// How many attempts were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedByDay {
    /// On which days, in UTC.
    pub days: Vec<(Date, u64)>,
    /// Older ones were too many to be counted; none when all were.
    pub whole_from: Option<Timestamp>,
}

/// Which refused attempts are asked for.
#[derive(Debug, Clone, Default)]
pub struct AttemptQuery {
    /// Those on this aggregate.
    pub aggregate: Option<Uuid>,
    /// Those of these actors.
    pub actor: Option<ActorFilter>,
    /// Those of actors of this kind.
    pub actor_kind: Option<String>,
    /// Those through the eyes of this contact.
    pub acting_as: Option<Uuid>,
    /// Those at or after this time.
    pub from: Option<Timestamp>,
    /// Those before this time.
    pub until: Option<Timestamp>,
    /// Those that come after this one.
    pub beyond: Option<(Timestamp, Uuid)>,
    /// At most so many.
    pub limit: u32,
    /// Whether the oldest comes first.
    pub oldest_first: bool,
}

impl Reader {
    /// Refused attempts of a ledger, newest first unless asked otherwise.
    pub async fn refused_attempts(
        &self,
        ledger: LedgerId,
        query: &AttemptQuery,
    ) -> Result<Vec<RefusedAttempt>, StoreError> {
        let client = self.database.connection().await?;
        let (from, until) = (query.from.map(Timestamp::moment), query.until.map(Timestamp::moment));
        let beyond_at = query.beyond.map(|(at, _)| at.moment());
        let beyond_id = query.beyond.map(|(_, id)| id);
        let (beyond, order) = if query.oldest_first { (">", "ASC") } else { ("<", "DESC") };
        let rows = client
            .query(
                &format!(
                "SELECT attempt_id, aggregate_id, command, code, rule, actor_kind, actor_id, \
                        channel, sealed, refused_at, correlation, acting_as \
                 FROM refused_attempts \
                 WHERE ledger_id = $1 AND ($2::uuid IS NULL OR aggregate_id = $2) \
                   AND ($3::uuid[] IS NULL OR actor_id = ANY($3)) \
                   AND ($10::boolean IS NULL OR (actor_kind IN ('owner', 'portal_contact')) = $10) \
                   AND ($4::timestamptz IS NULL OR refused_at >= $4) \
                   AND ($5::timestamptz IS NULL OR refused_at < $5) \
                   AND ($6::timestamptz IS NULL OR (refused_at, attempt_id) {beyond} ($6, $7::uuid)) \
                   AND ($9::uuid IS NULL OR acting_as = $9) \
                   AND ($11::text IS NULL OR actor_kind = $11) \
                 ORDER BY refused_at {order}, attempt_id {order} LIMIT $8"),
                &[
                    &ledger.0,
                    &query.aggregate,
                    &query.actor.as_ref().map(|actor| &actor.ids),
                    &from,
                    &until,
                    &beyond_at,
                    &beyond_id,
                    &i64::from(query.limit),
                    &query.acting_as,
                    &query.actor.as_ref().and_then(|actor| actor.owners),
                    &query.actor_kind,
                ],
            )
            .await
            .map_err(StoreError::database("reading refused attempts"))?;
        Ok(rows
            .iter()
            .map(|row| {
                let attempt: Uuid = row.get(0);
                let hidden: Hidden = self
                    .keys
                    .open(row.get(8), attempt.as_bytes())
                    .and_then(|plain| serde_json::from_slice(&plain).ok())
                    .unwrap_or_default();
                RefusedAttempt {
                    attempt,
                    aggregate: row.get(1),
                    command: row.get(2),
                    code: row.get(3),
                    rule: row.get(4),
                    actor_kind: row.get(5),
                    actor_id: row.get(6),
                    acting_as: row.get(11),
                    correlation: row.get(10),
                    channel: row.get(7),
                    client: hidden.client,
                    reason: hidden.reason,
                    refused_at: Timestamp::new(row.get::<_, OffsetDateTime>(9)),
                }
            })
            .collect())
    }
}

impl Reader {
    /// How many attempts were refused on each day, of the newest that the query's limit takes; in
    /// these spans alone, where there are any.
    pub async fn refused_by_day(
        &self,
        ledger: LedgerId,
        query: &AttemptQuery,
        spans: Option<&[ActorSpan]>,
    ) -> Result<RefusedByDay, StoreError> {
        let client = self.database.connection().await?;
        let (from, until) = (query.from.map(Timestamp::moment), query.until.map(Timestamp::moment));
        let actors: Option<Vec<Uuid>> = spans.map(|s| s.iter().map(|span| span.actor).collect());
        let moments = |of: fn(&ActorSpan) -> Timestamp| -> Option<Vec<OffsetDateTime>> {
            spans.map(|spans| spans.iter().map(|span| of(span).moment()).collect())
        };
        let rows = client
            .query(
                "WITH looked AS MATERIALIZED ( \
                   SELECT actor_kind, actor_id, acting_as, refused_at FROM refused_attempts \
                   WHERE ledger_id = $1 AND ($2::uuid IS NULL OR aggregate_id = $2) \
                     AND ($3::timestamptz IS NULL OR refused_at >= $3) \
                     AND ($4::timestamptz IS NULL OR refused_at < $4) \
                   ORDER BY refused_at DESC LIMIT $5) \
                 SELECT (refused_at AT TIME ZONE 'UTC')::date, count(*), NULL::timestamptz \
                 FROM looked l \
                 WHERE ($6::uuid[] IS NULL OR actor_id = ANY($6)) \
                   AND ($7::boolean IS NULL OR (actor_kind IN ('owner', 'portal_contact')) = $7) \
                   AND ($8::text IS NULL OR actor_kind = $8) \
                   AND ($9::uuid IS NULL OR acting_as = $9) \
                   AND ($10::uuid[] IS NULL OR EXISTS ( \
                         SELECT 1 FROM unnest($10, $11::timestamptz[], $12::timestamptz[]) \
                              AS s (actor, since, until) \
                         WHERE s.actor = l.actor_id AND s.since <= l.refused_at \
                           AND l.refused_at < s.until)) \
                 GROUP BY 1 \
                 UNION ALL SELECT NULL, count(*), min(refused_at) FROM looked",
                &[
                    &ledger.0,
                    &query.aggregate,
                    &from,
                    &until,
                    &i64::from(query.limit),
                    &query.actor.as_ref().map(|actor| &actor.ids),
                    &query.actor.as_ref().and_then(|actor| actor.owners),
                    &query.actor_kind,
                    &query.acting_as,
                    &actors,
                    &moments(|span| span.since),
                    &moments(|span| span.until),
                ],
            )
            .await
            .map_err(StoreError::database("counting refused attempts"))?;
        let mut counted = RefusedByDay { days: Vec::new(), whole_from: None };
        for row in &rows {
            let count = u64::try_from(row.get::<_, i64>(1)).unwrap_or(0);
            if let Some(day) = row.get(0) {
                counted.days.push((day, count));
            } else if count >= u64::from(query.limit) {
                counted.whole_from = row.get::<_, Option<OffsetDateTime>>(2).map(Timestamp::new);
            }
        }
        Ok(counted)
    }
}

impl EventStore {
    /// Notes what somebody tried that never became a command, because who they are was reason enough
    /// to refuse it. `tried` is the request: its method and its route, without ids.
    pub async fn note_refused(
        &self,
        ledger: LedgerId,
        aggregate: Uuid,
        tried: &str,
        rejection: &Rejection,
        circumstances: &Circumstances,
    ) -> Result<(), StoreError> {
        let attempt = Uuid::now_v7();
        let Circumstances { actor, acting_as, channel, client, correlation, reason, .. } =
            circumstances;
        let reason = reason.as_ref().map(|reason| reason.as_str().to_owned());
        let hidden = serde_json::to_vec(&Hidden { client: *client, reason });
        let hidden = hidden.map_err(StoreError::Encode)?;
        let sealed = self.reader().keys().seal(&hidden, attempt.as_bytes())?;
        let refusal = rejection.refusal();
        let database = self.reader().database().connection().await?;
        database
            .execute(
                "INSERT INTO refused_attempts (ledger_id, attempt_id, aggregate_id, command, code, \
                     rule, actor_kind, actor_id, acting_as, channel, sealed, correlation, \
                     refused_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                &[
                    &ledger.0,
                    &attempt,
                    &aggregate,
                    &tried,
                    &refusal.code,
                    &refusal.rule,
                    &actor.kind(),
                    &actor.id(),
                    &acting_as.map(|contact| contact.0),
                    &channel.word(),
                    &sealed,
                    correlation,
                    &self.now().moment(),
                ],
            )
            .await
            .map_err(StoreError::database("noting a refused attempt"))?;
        Ok(())
    }
}
