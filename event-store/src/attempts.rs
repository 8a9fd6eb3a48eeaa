//! Refused attempts: sealed, beside the ledger and never part of it.

use crate::error::StoreError;
use crate::reader::Reader;
use crate::store::EventStore;
use domain::{Circumstances, LedgerId, Rejection, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use time::OffsetDateTime;
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

/// Which refused attempts are asked for.
#[derive(Debug, Clone, Default)]
pub struct AttemptQuery {
    /// Those on this aggregate.
    pub aggregate: Option<Uuid>,
    /// Those of these actors.
    pub actor: Option<ActorFilter>,
    /// Those through the eyes of this contact.
    pub acting_as: Option<Uuid>,
    /// Those at or after this time.
    pub from: Option<Timestamp>,
    /// Those before this time.
    pub until: Option<Timestamp>,
    /// Those older than this one.
    pub before: Option<(Timestamp, Uuid)>,
    /// At most so many.
    pub limit: u32,
}

impl Reader {
    /// Refused attempts of a ledger, newest first.
    pub async fn refused_attempts(
        &self,
        ledger: LedgerId,
        query: &AttemptQuery,
    ) -> Result<Vec<RefusedAttempt>, StoreError> {
        let client = self.database.connection().await?;
        let (from, until) = (query.from.map(Timestamp::moment), query.until.map(Timestamp::moment));
        let before_at = query.before.map(|(at, _)| at.moment());
        let before_id = query.before.map(|(_, id)| id);
        let rows = client
            .query(
                "SELECT attempt_id, aggregate_id, command, code, rule, actor_kind, actor_id, \
                        channel, sealed, refused_at, correlation, acting_as \
                 FROM refused_attempts \
                 WHERE ledger_id = $1 AND ($2::uuid IS NULL OR aggregate_id = $2) \
                   AND ($3::uuid[] IS NULL OR actor_id = ANY($3)) \
                   AND ($10::boolean IS NULL OR (actor_kind IN ('owner', 'portal_contact')) = $10) \
                   AND ($4::timestamptz IS NULL OR refused_at >= $4) \
                   AND ($5::timestamptz IS NULL OR refused_at < $5) \
                   AND ($6::timestamptz IS NULL OR (refused_at, attempt_id) < ($6, $7::uuid)) \
                   AND ($9::uuid IS NULL OR acting_as = $9) \
                 ORDER BY refused_at DESC, attempt_id DESC LIMIT $8",
                &[
                    &ledger.0,
                    &query.aggregate,
                    &query.actor.as_ref().map(|actor| &actor.ids),
                    &from,
                    &until,
                    &before_at,
                    &before_id,
                    &i64::from(query.limit),
                    &query.acting_as,
                    &query.actor.as_ref().and_then(|actor| actor.owners),
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
