//! Rows to write, many in one statement.
//!
//! Multi-row VALUES, one prepared statement a row count and table: a turn's rows go out in one
//! message, and on a distributed database they commit in one phase.

use crate::error::StoreError;
use crate::pipeline::{Pipeline, committed_or, writing};
use postgres_types::ToSql;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;
use time::OffsetDateTime;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

/// A parameter of a statement.
pub(crate) type Param<'a> = &'a (dyn ToSql + Sync);

/// A row of a table that the writer fills.
pub(crate) trait Row: Send + Sync + 'static {
    /// The table and its columns, as they stand in the INSERT.
    const INTO: &'static str;
    /// How many columns.
    const WIDTH: usize;
    /// What follows the values.
    const THEN: &'static str = "";

    /// Adds the row's values, in the order of the columns.
    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>);
}

/// A row that goes along an append. Its first column is the ledger.
pub(crate) trait AppendRow: Row {
    /// The SQL types of arrays of the other columns' values.
    const ARRAYS: &'static [&'static str];

    /// The values of the other columns, column by column.
    fn columns(rows: &[Self]) -> Vec<Value<'_>>
    where
        Self: Sized;
}

/// A parameter that is made for its statement.
pub(crate) type Value<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// What an array of such values is in SQL.
trait Element {
    const ARRAY: &'static str;
}

macro_rules! elements {
    ($($type:ty: $array:literal),+ $(,)?) => {
        $(impl Element for $type {
            const ARRAY: &'static str = $array;
        })+
    };
}

elements! {
    Uuid: "uuid[]",
    Option<Uuid>: "uuid[]",
    i64: "bigint[]",
    OffsetDateTime: "timestamptz[]",
    &str: "text[]",
    Option<&str>: "text[]",
    String: "text[]",
    Vec<u8>: "bytea[]",
    Option<Vec<u8>>: "bytea[]",
    serde_json::Value: "jsonb[]",
}

/// The most rows of one statement; more go in several.
pub(crate) const ROWS_MAX: usize = 64;

fn insert<R: Row>(rows: usize) -> String {
    let mut sql = format!("INSERT INTO {} VALUES ", R::INTO);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..R::WIDTH {
            let comma = if column == 0 { "" } else { ", " };
            // Writing into a String cannot fail.
            if write!(sql, "{comma}${}", row * R::WIDTH + column + 1).is_err() {
                unreachable!("a String takes any text");
            }
        }
        sql.push(')');
    }
    sql + R::THEN
}

/// One head in the form that a distributed database routes; several in one statement.
fn update_heads(heads: usize) -> String {
    if heads == 1 {
        return "UPDATE ledgers SET head = $2, frontier = $3, recorded_at = $4 \
                WHERE ledger_id = $1"
            .to_owned();
    }
    let rows: Vec<String> = (0..heads)
        .map(|row| {
            let first = row * HeadUpdate::WIDTH;
            let [ledger, head, frontier, at] = [first + 1, first + 2, first + 3, first + 4];
            format!("(${ledger}::uuid, ${head}::bigint, ${frontier}::bytea, ${at}::timestamptz)")
        })
        .collect();
    format!(
        "UPDATE ledgers SET head = moved.head, frontier = moved.frontier, \
                recorded_at = moved.recorded_at \
         FROM (VALUES {}) AS moved (ledger_id, head, frontier, recorded_at) \
         WHERE ledgers.ledger_id = moved.ledger_id",
        rows.join(", ")
    )
}

/// The prepared statements of one connection.
#[derive(Default)]
pub(crate) struct Prepared {
    by_sql: HashMap<&'static str, Statement>,
    appends: HashMap<String, Statement>,
    many_rows: HashMap<(&'static str, usize), Statement>,
}

impl Prepared {
    /// A statement of fixed text.
    pub(crate) async fn fixed(
        &mut self,
        client: &Client,
        sql: &'static str,
    ) -> Result<Statement, StoreError> {
        if let Some(statement) = self.by_sql.get(sql) {
            return Ok(statement.clone());
        }
        let statement =
            client.prepare(sql).await.map_err(StoreError::database("preparing a statement"))?;
        self.by_sql.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Sends the statements that insert these rows.
    pub(crate) async fn insert<'a, R: Row>(
        &mut self,
        client: &'a Client,
        rows: Vec<R>,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        self.send(client, rows, insert::<R>, pipeline).await
    }

    /// Sends the statements that move these heads.
    pub(crate) async fn update_heads<'a>(
        &mut self,
        client: &'a Client,
        heads: Vec<HeadUpdate>,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        self.send(client, heads, update_heads, pipeline).await
    }

    /// Carries out an append; tells how many events were inserted: all or none.
    pub(crate) async fn append(
        &mut self,
        client: &Client,
        (sql, params): (String, Vec<Value<'_>>),
    ) -> Result<u64, StoreError> {
        let statement = match self.appends.entry(sql) {
            Entry::Occupied(there) => there.get().clone(),
            Entry::Vacant(place) => {
                let prepared = client.prepare(place.key()).await;
                place.insert(prepared.map_err(StoreError::database("preparing a write"))?).clone()
            }
        };
        client.execute_raw(&statement, params).await.map_err(committed_or("appending"))
    }

    async fn send<'a, R: Row>(
        &mut self,
        client: &'a Client,
        mut rows: Vec<R>,
        sql: fn(usize) -> String,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS_MAX));
            let some = std::mem::replace(&mut rows, rest);
            let statement = match self.many_rows.entry((R::INTO, some.len())) {
                Entry::Occupied(there) => there.get().clone(),
                Entry::Vacant(place) => {
                    let sql = sql(some.len());
                    let prepared = pipeline.beside(client.prepare(&sql)).await;
                    let prepared = prepared
                        .map_err(|error| writing("preparing a write")(pipeline.blame(error)))?;
                    place.insert(prepared).clone()
                }
            };
            pipeline.send(async move {
                let mut params = Vec::with_capacity(some.len() * R::WIDTH);
                for row in &some {
                    row.params(&mut params);
                }
                client.execute_raw(&statement, params).await
            });
        }
        Ok(())
    }
}

macro_rules! row {
    ($name:ident into $into:literal { $($field:ident: $type:ty),+ $(,)? }) => {
        pub(crate) struct $name {
            $(pub(crate) $field: $type),+
        }

        impl Row for $name {
            const INTO: &'static str = $into;
            const WIDTH: usize = [$(stringify!($field)),+].len();

            fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
                $(to.push(&self.$field);)+
            }
        }
    };
}

macro_rules! append_row {
    ($name:ident into $into:literal { ledger_id: Uuid, $($field:ident: $type:ty),+ $(,)? }) => {
        row!($name into $into { ledger_id: Uuid, $($field: $type),+ });

        impl AppendRow for $name {
            const ARRAYS: &'static [&'static str] = &[$(<$type as Element>::ARRAY),+];

            fn columns(rows: &[Self]) -> Vec<Value<'_>> {
                vec![$(Box::new(rows.iter().map(|row| &row.$field).collect::<Vec<_>>())),+]
            }
        }
    };
}

append_row!(EventRow into
    "events (ledger_id, position, aggregate_id, sequence, event_type, recorded_at, event)" {
    ledger_id: Uuid,
    position: i64,
    aggregate_id: Uuid,
    sequence: i64,
    event_type: &'static str,
    recorded_at: OffsetDateTime,
    event: String,
});

/// A contact and a job that it is an owner of. Who is one already stays one.
pub(crate) struct ContactJobRow {
    pub(crate) ledger: Uuid,
    pub(crate) contact: Uuid,
    pub(crate) job: Uuid,
}

impl Row for ContactJobRow {
    const INTO: &'static str = "contact_jobs (ledger_id, contact_id, job_id)";
    const WIDTH: usize = 3;
    const THEN: &'static str = " ON CONFLICT (ledger_id, contact_id, job_id) DO NOTHING";

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; 3] = [&self.ledger, &self.contact, &self.job];
        to.extend(columns);
    }
}

/// A contact and a lead that is about it. What is so already stays so.
pub(crate) struct ContactLeadRow {
    pub(crate) ledger: Uuid,
    pub(crate) contact: Uuid,
    pub(crate) lead: Uuid,
}

impl Row for ContactLeadRow {
    const INTO: &'static str = "contact_leads (ledger_id, contact_id, lead_id)";
    const WIDTH: usize = 3;
    const THEN: &'static str = " ON CONFLICT (ledger_id, contact_id, lead_id) DO NOTHING";

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; 3] = [&self.ledger, &self.contact, &self.lead];
        to.extend(columns);
    }
}

/// A customer and a contact that belongs to it. What is so already stays so.
pub(crate) struct CustomerContactRow {
    pub(crate) ledger: Uuid,
    pub(crate) customer: Uuid,
    pub(crate) contact: Uuid,
}

impl Row for CustomerContactRow {
    const INTO: &'static str = "customer_contacts (ledger_id, customer_id, contact_id)";
    const WIDTH: usize = 3;
    const THEN: &'static str = " ON CONFLICT (ledger_id, customer_id, contact_id) DO NOTHING";

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; 3] = [&self.ledger, &self.customer, &self.contact];
        to.extend(columns);
    }
}

/// The image of a contact, in the place of the one before.
pub(crate) struct ImageRow {
    pub(crate) ledger_id: Uuid,
    pub(crate) contact_id: Uuid,
    pub(crate) image_id: Uuid,
    pub(crate) sealed: Vec<u8>,
    pub(crate) set_at: OffsetDateTime,
}

impl Row for ImageRow {
    const INTO: &'static str = "profile_images (ledger_id, contact_id, image_id, sealed, set_at)";
    const WIDTH: usize = 5;
    const THEN: &'static str = " ON CONFLICT (ledger_id, contact_id) DO UPDATE \
         SET image_id = excluded.image_id, sealed = excluded.sealed, set_at = excluded.set_at";

    fn params<'a>(&'a self, to: &mut Vec<Param<'a>>) {
        let columns: [Param<'a>; 5] =
            [&self.ledger_id, &self.contact_id, &self.image_id, &self.sealed, &self.set_at];
        to.extend(columns);
    }
}

row!(DocumentFileRow into "document_files (ledger_id, document_id, customer_id, sealed, published_at)" {
    ledger_id: Uuid,
    document_id: Uuid,
    customer_id: Uuid,
    sealed: Vec<u8>,
    published_at: OffsetDateTime,
});

append_row!(SubjectKeyRow into "subject_keys (ledger_id, subject_id, wrapped_key)" {
    ledger_id: Uuid,
    subject_id: Uuid,
    wrapped_key: Vec<u8>,
});

append_row!(ClaimRow into "primary_email_claims (ledger_id, email_hash, contact_id)" {
    ledger_id: Uuid,
    email_hash: Vec<u8>,
    contact_id: Uuid,
});

append_row!(ReceiptRow into
    "receipts (ledger_id, key_hash, request_hash, answer, sealed_secret, created_at)" {
    ledger_id: Uuid,
    key_hash: Vec<u8>,
    request_hash: Vec<u8>,
    answer: serde_json::Value,
    sealed_secret: Option<Vec<u8>>,
    created_at: OffsetDateTime,
});

append_row!(NewTokenRow into
    "tokens (ledger_id, token_hash, token_id, kind, contact_id, invitation_id, expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    kind: &'static str,
    contact_id: Uuid,
    invitation_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(SessionRow into
    "sessions (ledger_id, secret_hash, session_id, created_at, seen_at, expires_at, sealed, \
     account_id, staff_id, org_id, sub_user_id)" {
    ledger_id: Uuid,
    secret_hash: Vec<u8>,
    session_id: Uuid,
    created_at: OffsetDateTime,
    seen_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    sealed: Vec<u8>,
    account_id: Option<Uuid>,
    staff_id: Option<Uuid>,
    org_id: Option<Uuid>,
    sub_user_id: Option<Uuid>,
});

row!(StaffMemberRow into "staff_members (ledger_id, staff_id, role, grants)" {
    ledger_id: Uuid,
    staff_id: Uuid,
    role: &'static str,
    grants: Vec<&'static str>,
});

row!(StaffTokenRow into "staff_tokens (ledger_id, token_hash, token_id, staff_id, expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    staff_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(OrgUserRow into "org_users (ledger_id, user_id, person_id)" {
    ledger_id: Uuid,
    user_id: Uuid,
    person: Uuid,
});

row!(OrgUserTokenRow into
    "org_user_tokens (ledger_id, token_hash, token_id, user_id, expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    user_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(ProjectTokenRow into
    "project_invitation_tokens (ledger_id, token_hash, token_id, subcontractor_id, invitation_id, \
     expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    subcontractor_id: Uuid,
    invitation_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(RecoveryCodeRow into "recovery_codes (ledger_id, code_hash, factor_id, number)" {
    ledger_id: Uuid,
    code_hash: Vec<u8>,
    factor_id: Uuid,
    number: i16,
});

row!(ImportedOwnerRow into "imported_owners (ledger_id, contact_id, person_id)" {
    ledger_id: Uuid,
    contact_id: Uuid,
    person: Uuid,
});

row!(ResetTokenRow into "reset_tokens (ledger_id, token_hash, token_id, expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(EmailChangeTokenRow into
    "email_change_tokens (ledger_id, token_hash, token_id, expires_at)" {
    ledger_id: Uuid,
    token_hash: Vec<u8>,
    token_id: Uuid,
    expires_at: OffsetDateTime,
});

row!(EmailMoveRow into "email_moves (ledger_id, position, begun_at)" {
    ledger_id: Uuid,
    position: i64,
    begun_at: OffsetDateTime,
});

row!(PasswordRow into "person_passwords (ledger_id, credential_id, password_hash, set_at)" {
    ledger_id: Uuid,
    credential_id: Uuid,
    password_hash: String,
    set_at: OffsetDateTime,
});

append_row!(MailRow into
    "outbox (ledger_id, mail_id, kind, contact_id, position, sealed, created_at)" {
    ledger_id: Uuid,
    mail_id: Uuid,
    kind: &'static str,
    contact_id: Uuid,
    position: i64,
    sealed: Vec<u8>,
    created_at: OffsetDateTime,
});

row!(NewCredentialRow into
    "credentials (ledger_id, secret_hash, key_id, role, grants, issued_at)" {
    ledger_id: Uuid,
    secret_hash: Vec<u8>,
    key_id: Uuid,
    role: &'static str,
    grants: Vec<&'static str>,
    issued_at: OffsetDateTime,
});

row!(OperatorRow into "operators (ledger_id, operator_id, sealed)" {
    ledger_id: Uuid,
    operator_id: Uuid,
    sealed: Vec<u8>,
});

append_row!(AttemptRow into
    "refused_attempts (ledger_id, attempt_id, aggregate_id, command, code, rule, actor_kind, \
     actor_id, acting_as, channel, sealed, correlation, refused_at)" {
    ledger_id: Uuid,
    attempt_id: Uuid,
    aggregate_id: Uuid,
    command: &'static str,
    code: &'static str,
    rule: Option<&'static str>,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    acting_as: Option<Uuid>,
    channel: &'static str,
    sealed: Vec<u8>,
    correlation: Uuid,
    refused_at: OffsetDateTime,
});

row!(HeadUpdate into "ledgers (ledger_id, head, frontier, recorded_at)" {
    ledger_id: Uuid,
    head: i64,
    frontier: Vec<u8>,
    recorded_at: OffsetDateTime,
});
