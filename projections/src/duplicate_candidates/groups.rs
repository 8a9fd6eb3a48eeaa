//! The duplicates as they are listed: keys that contacts have in common, with the contacts.

use super::{DuplicateCandidates, Reason, Row};
use crate::contact_directory::{self, Row as Contact};
use crate::view::{View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::contact::merge_survivor;
use domain::{ContactId, LedgerId, Rejection};
use event_store::Reader;
use event_store::database::Connection;
use postgres_types::ToSql;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which duplicates are asked for.
#[derive(Debug, Clone)]
pub struct DuplicateQuery {
    /// Those found for this reason.
    pub reason: Option<Reason>,
    /// Those of this contact.
    pub contact: Option<ContactId>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most groups of a page.
    pub limit: u32,
    /// The most keys of each reason that one page goes through.
    pub keys_max: u32,
}

/// The most keys of each reason that a page goes through when nobody says. In a book with few
/// duplicates this, and not the size of the book, bounds what a page costs.
pub const KEYS_MAX: u32 = 20_000;

/// The most contacts of a group that are shown: as many as one merge takes.
const CONTACTS_MAX: i64 = 21;

/// Contacts that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DuplicateGroup {
    /// What they have in common.
    pub reason: Reason,
    /// How many there are.
    pub count: u64,
    /// The first 21 of them, by when they were made.
    pub contacts: Vec<DuplicateContact>,
    /// The contact that has to survive a merge of those shown, because its owner is active (H2);
    /// none when any may.
    pub survivor: Option<Uuid>,
    /// Why those shown cannot all be merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<MergeRefusal>,
}

/// A contact that may be another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DuplicateContact {
    /// The contact.
    pub id: Uuid,
    /// As shown.
    pub name: String,
    /// As typed.
    pub primary_email: Option<String>,
    /// As typed.
    pub phones: Vec<String>,
    /// As typed.
    pub address: Option<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`.
    pub access: String,
}

/// The refusal that a merge would get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MergeRefusal {
    /// Its code.
    pub code: &'static str,
    /// The number of the rule behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// What stands against it.
    pub cause: String,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
}

/// Where a page starts: behind this key of this reason.
type Place = (String, Uuid);

/// A key that contacts have in common, and how many have it.
type Common = (Uuid, u64);

/// A page of the list: by reason, the one that is right most often first. It may have fewer groups
/// than were asked for, even none, and still a next page.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &DuplicateQuery,
) -> Result<Page<DuplicateGroup>, ViewError> {
    let (first, mut after) = match &query.cursor {
        None => (None, Uuid::nil()),
        Some(cursor) => {
            let (word, key): Place = Cursor::read(cursor)?;
            (Some(Reason::parse(&word).ok_or(ViewError::BadCursor)?), key)
        }
    };
    let client = reader.database().connection().await?;
    let asked = Asked { client: &client, ledger, of: of_contact(&client, ledger, query).await? };
    let asked_for = Reason::ALL.into_iter().filter(|r| query.reason.is_none_or(|only| only == *r));
    let mut items = Vec::new();
    for reason in asked_for.skip_while(|reason| first.is_some_and(|first| first != *reason)) {
        let left = usize::try_from(query.limit).unwrap_or(0).saturating_sub(items.len());
        let until = asked.until(reason, after, query.keys_max).await?;
        let mut common = asked.common(reason, (after, until), left).await?;
        let more = common.len() > left;
        common.truncate(left);
        let stops_at =
            if more { Some(common.last().map_or(after, |(key, _)| *key)) } else { until };
        items.extend(asked.groups(reason, &common).await?);
        if let Some(key) = stops_at {
            return Ok(Page { items, next: Cursor::write(&(reason.word(), key)) });
        }
        after = Uuid::nil();
    }
    Ok(Page { items, next: None })
}

/// The row of the contact that is asked for, one without keys when there is no such contact.
async fn of_contact(
    client: &Connection,
    ledger: LedgerId,
    query: &DuplicateQuery,
) -> Result<Option<Row>, ViewError> {
    let Some(contact) = query.contact else { return Ok(None) };
    let failed = || ViewError::database(DuplicateCandidates::NAME);
    let sql = format!(
        "SELECT {} FROM duplicate_candidates WHERE ledger_id = $1 AND contact_id = $2",
        columns(&DuplicateCandidates::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let tuple = client.query_opt(&statement, &[&ledger.0, &contact.0]).await.map_err(failed())?;
    let Some(tuple) = tuple else { return Ok(Some(Row::default())) };
    let (_, row) = read_stored::<DuplicateCandidates>(ledger, &tuple)?;
    Ok(Some(row))
}

/// A ledger's keys, or those of one of its contacts.
struct Asked<'a> {
    client: &'a Connection,
    ledger: LedgerId,
    of: Option<Row>,
}

impl Asked<'_> {
    async fn query(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, ViewError> {
        let failed = || ViewError::database(DuplicateCandidates::NAME);
        let statement = self.client.prepare_cached(sql).await.map_err(failed())?;
        self.client.query(&statement, params).await.map_err(failed())
    }

    /// The last key that a page looks at; none when it gets to the end of the reason's keys.
    async fn until(
        &self,
        reason: Reason,
        after: Uuid,
        keys_max: u32,
    ) -> Result<Option<Uuid>, ViewError> {
        if self.of.is_some() {
            return Ok(None);
        }
        let rows = self
            .query(
                "SELECT key FROM duplicate_candidates_keys \
                 WHERE ledger_id = $1 AND reason = $2 AND key > $3 \
                 ORDER BY key, contact_id OFFSET $4 LIMIT 1",
                &[&self.ledger.0, &reason.word(), &after, &i64::from(keys_max)],
            )
            .await?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    /// The keys that several contacts have, one more than there is room for if there are more.
    async fn common(
        &self,
        reason: Reason,
        (after, until): (Uuid, Option<Uuid>),
        room: usize,
    ) -> Result<Vec<Common>, ViewError> {
        let until = until.unwrap_or(Uuid::max());
        let limit = i64::try_from(room).unwrap_or(i64::MAX - 1) + 1;
        let of: Option<Vec<Uuid>> =
            self.of.as_ref().map(|row| row.keys(reason).into_iter().collect());
        let word = reason.word();
        let mut params: Vec<&(dyn ToSql + Sync)> =
            vec![&self.ledger.0, &word, &after, &until, &limit];
        let mut only = "";
        if let Some(of) = &of {
            params.push(of);
            only = " AND key = ANY($6)";
        }
        let sql = format!(
            "SELECT key, count(*) FROM duplicate_candidates_keys \
             WHERE ledger_id = $1 AND reason = $2 AND key > $3 AND key <= $4{only} \
             GROUP BY key HAVING count(*) > 1 ORDER BY key LIMIT $5"
        );
        let rows = self.query(&sql, &params).await?;
        let count = |row: &tokio_postgres::Row| u64::try_from(row.get::<_, i64>(1)).unwrap_or(0);
        Ok(rows.iter().map(|row| (row.get(0), count(row))).collect())
    }

    /// The groups with their contacts, under the names that they have in the directory.
    async fn groups(
        &self,
        reason: Reason,
        common: &[Common],
    ) -> Result<Vec<DuplicateGroup>, ViewError> {
        if common.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Uuid> = common.iter().map(|(key, _)| *key).collect();
        let rows = self
            .query(
                "SELECT wanted.key, found.contact_id \
                 FROM unnest($3::uuid[]) AS wanted (key) CROSS JOIN LATERAL \
                 (SELECT contact_id FROM duplicate_candidates_keys k \
                   WHERE k.ledger_id = $1 AND k.reason = $2 AND k.key = wanted.key \
                   ORDER BY contact_id LIMIT $4) AS found",
                &[&self.ledger.0, &reason.word(), &keys, &CONTACTS_MAX],
            )
            .await?;
        let mut members: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for row in &rows {
            members.entry(row.get(0)).or_default().push(row.get(1));
        }
        let ids: Vec<Uuid> = members.values().flatten().copied().collect();
        let known = contact_directory::rows(self.client, self.ledger, &ids).await?;
        let group = |(key, count): &Common| group(reason, *count, members.get(key)?, &known);
        Ok(common.iter().filter_map(group).collect())
    }
}

/// A group; none when the directory, which may be ahead, does not know two of its contacts.
fn group(
    reason: Reason,
    count: u64,
    members: &[Uuid],
    known: &HashMap<Uuid, Contact>,
) -> Option<DuplicateGroup> {
    let known: Vec<(Uuid, &Contact)> =
        members.iter().filter_map(|id| Some((*id, known.get(id)?))).collect();
    if known.len() < 2 {
        return None;
    }
    let active: Vec<ContactId> = known
        .iter()
        .filter(|(_, row)| contact_directory::has_owner(row))
        .map(|(id, _)| ContactId(*id))
        .collect();
    let (survivor, refusal) = match merge_survivor(&active) {
        Ok(survivor) => (survivor.map(ContactId::uuid), None),
        Err(refused) => (None, Some(Rejection::from(refused).refusal())),
    };
    let contacts = known.into_iter().map(|(id, row)| contact(id, row.clone())).collect();
    let refusal = refusal.map(|refusal| MergeRefusal {
        code: refusal.code,
        rule: refusal.rule,
        cause: refusal.cause,
        remedy: refusal.remedy,
    });
    Some(DuplicateGroup { reason, count, contacts, survivor, refusal })
}

fn contact(id: Uuid, row: Contact) -> DuplicateContact {
    let entry = contact_directory::plain_entry(id, row);
    DuplicateContact {
        id,
        name: entry.name,
        primary_email: entry.primary_email,
        phones: entry.phones,
        address: entry.address,
        access: entry.access,
    }
}
