//! What a view is, and how its rows get into tables.
//!
//! A view folds events into rows by key. Its rows expand into tuples of one or more tables; the
//! difference between the tuples before and after a batch is what is written. So live updates,
//! rebuilds and checks share one fold and one expansion.

use crate::turn::{Typed, ViewTurn, delete_text};
use crate::{
    ViewError, audit_trail, contact_directory, customers, documents, duplicate_candidates,
    email_conflicts, impersonations, invitations, job_detail, job_list, lead_view, mail_log,
    owner_items, owner_portal, portal_links, sub_org_directory, subcontractors, work_orders,
};
use bytes::BytesMut;
use event_store::{Open, Recorded, StoreError};
use futures_util::future::BoxFuture;
use postgres_types::{IsNull, ToSql, Type, to_sql_checked};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hasher};
use tokio_postgres::GenericClient;
use uuid::Uuid;

/// A value in a tuple.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// An id.
    Id(Uuid),
    /// An id, or none.
    IdOrNone(Option<Uuid>),
    /// Ids.
    Ids(Vec<Uuid>),
    /// A text.
    Text(String),
    /// A text, or none.
    TextOrNone(Option<String>),
    /// Texts.
    Texts(Vec<String>),
    /// A whole number.
    Number(i64),
    /// A whole number, or none.
    NumberOrNone(Option<i64>),
    /// Yes or no.
    Flag(bool),
    /// A time.
    Time(time::OffsetDateTime),
    /// A time, or none.
    TimeOrNone(Option<time::OffsetDateTime>),
}

impl ToSql for Field {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Id(value) => value.to_sql(ty, out),
            Self::IdOrNone(value) => value.to_sql(ty, out),
            Self::Ids(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::TextOrNone(value) => value.to_sql(ty, out),
            Self::Texts(value) => value.to_sql(ty, out),
            Self::Number(value) => value.to_sql(ty, out),
            Self::NumberOrNone(value) => value.to_sql(ty, out),
            Self::Flag(value) => value.to_sql(ty, out),
            Self::Time(value) => value.to_sql(ty, out),
            Self::TimeOrNone(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `uuid NOT NULL`
    Id,
    /// `uuid`
    IdOrNone,
    /// `uuid[] NOT NULL`
    Ids,
    /// `text NOT NULL`
    Text,
    /// `text`
    TextOrNone,
    /// `text[] NOT NULL`
    Texts,
    /// `bigint NOT NULL`
    Number,
    /// `bigint`
    NumberOrNone,
    /// `boolean NOT NULL`
    Flag,
    /// `timestamptz NOT NULL`
    Time,
    /// `timestamptz`
    TimeOrNone,
}

impl Kind {
    pub(crate) const fn sql_type(self) -> Type {
        match self {
            Self::Id | Self::IdOrNone => Type::UUID,
            Self::Ids => Type::UUID_ARRAY,
            Self::Text | Self::TextOrNone => Type::TEXT,
            Self::Texts => Type::TEXT_ARRAY,
            Self::Number | Self::NumberOrNone => Type::INT8,
            Self::Flag => Type::BOOL,
            Self::Time | Self::TimeOrNone => Type::TIMESTAMPTZ,
        }
    }

    /// The type of an array of keys.
    const fn array_type(self) -> Type {
        match self {
            Self::Id | Self::IdOrNone | Self::Ids => Type::UUID_ARRAY,
            Self::Text | Self::TextOrNone | Self::Texts => Type::TEXT_ARRAY,
            Self::Number | Self::NumberOrNone => Type::INT8_ARRAY,
            Self::Flag => Type::BOOL_ARRAY,
            Self::Time | Self::TimeOrNone => Type::TIMESTAMPTZ_ARRAY,
        }
    }

    pub(crate) fn read(self, row: &tokio_postgres::Row, index: usize) -> Field {
        match self {
            Self::Id => Field::Id(row.get(index)),
            Self::IdOrNone => Field::IdOrNone(row.get(index)),
            Self::Ids => Field::Ids(row.get(index)),
            Self::Text => Field::Text(row.get(index)),
            Self::TextOrNone => Field::TextOrNone(row.get(index)),
            Self::Texts => Field::Texts(row.get(index)),
            Self::Number => Field::Number(row.get(index)),
            Self::NumberOrNone => Field::NumberOrNone(row.get(index)),
            Self::Flag => Field::Flag(row.get(index)),
            Self::Time => Field::Time(row.get(index)),
            Self::TimeOrNone => Field::TimeOrNone(row.get(index)),
        }
    }
}

/// A table of a view. Its first column, behind `ledger_id`, is the row's key; the first `key`
/// columns together are the primary key.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, without `ledger_id`.
    pub columns: &'static [(&'static str, Kind)],
    /// How many of them make the primary key.
    pub key: usize,
}

/// A tuple of a table, without `ledger_id`.
pub type Tuple = Vec<Field>;

/// What a row keeps together in one column, as JSON.
pub(crate) fn as_json(value: &impl Serialize) -> String {
    // Nothing that a row holds fails to serialise; an empty text would not read back.
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads such a column back.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Unfoldable> {
    serde_json::from_str(json).map_err(|_other_shape| Unfoldable("a column has another shape"))
}

/// Why a fold cannot take an event. Holds no personal values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfoldable(pub &'static str);

/// The rows that a batch is about.
#[derive(Debug)]
pub struct Rows<K, R>(BTreeMap<K, R>);

impl<K: Ord, R> Default for Rows<K, R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, R> Rows<K, R> {
    /// Adds a row that must not be there.
    pub fn insert(&mut self, key: K, row: R) -> Result<(), Unfoldable> {
        match self.0.insert(key, row) {
            None => Ok(()),
            Some(_) => Err(Unfoldable("the row is there already")),
        }
    }

    /// A row that must be there.
    pub fn row(&mut self, key: &K) -> Result<&mut R, Unfoldable> {
        self.0.get_mut(key).ok_or(Unfoldable("the row is not there"))
    }

    /// A row that may be there.
    pub fn find(&mut self, key: &K) -> Option<&mut R> {
        self.0.get_mut(key)
    }

    pub(crate) fn into_inner(self) -> BTreeMap<K, R> {
        self.0
    }

    pub(crate) fn take(&mut self) -> BTreeMap<K, R> {
        std::mem::take(&mut self.0)
    }

    pub(crate) const fn from_inner(rows: BTreeMap<K, R>) -> Self {
        Self(rows)
    }
}

/// A read model.
pub trait View: Debug + Send + Sync + 'static {
    /// Its name: table, module and URL word.
    const NAME: &'static str;
    /// Its tables; the first has a tuple a row and holds all that the others are made of.
    const TABLES: &'static [Table];
    /// Which personal values the fold looks at. Live, all are there.
    const OPENS: Open;
    /// Whether every row is made by one event and never changes, so that a rebuild can stream.
    const ROW_PER_EVENT: bool;
    /// What rows go by.
    type Key: Ord + Clone + std::hash::Hash + Debug + Send + Sync + ToSql + 'static;
    /// A row.
    type Row: Clone + PartialEq + Send + Sync + 'static;

    /// The key of the row that an event makes or changes, if it does.
    fn key(event: &Recorded) -> Option<Self::Key>;

    /// Changes the rows by an event. Names every event.
    fn fold(rows: &mut Rows<Self::Key, Self::Row>, event: &Recorded) -> Result<(), Unfoldable>;

    /// The tuples of a row, by table.
    fn expand(key: &Self::Key, row: &Self::Row) -> Vec<Vec<Tuple>>;

    /// A row from its tuple in the first table, columns in their order.
    fn read(tuple: &tokio_postgres::Row) -> Result<(Self::Key, Self::Row), Unfoldable>;
}

/// Every view by its name.
pub const VIEW_NAMES: [&str; 18] = [
    job_list::JobList::NAME,
    job_detail::JobDetail::NAME,
    owner_portal::OwnerPortal::NAME,
    owner_items::OwnerItems::NAME,
    contact_directory::ContactDirectory::NAME,
    lead_view::LeadView::NAME,
    customers::Customers::NAME,
    work_orders::WorkOrders::NAME,
    documents::Documents::NAME,
    subcontractors::Subcontractors::NAME,
    sub_org_directory::SubOrgDirectory::NAME,
    duplicate_candidates::DuplicateCandidates::NAME,
    email_conflicts::EmailConflicts::NAME,
    invitations::Invitations::NAME,
    impersonations::Impersonations::NAME,
    portal_links::PortalLinks::NAME,
    mail_log::MailLog::NAME,
    audit_trail::AuditTrail::NAME,
];

/// Every view.
pub fn all_views() -> Vec<&'static dyn AnyView> {
    vec![
        &Of::<job_list::JobList>(std::marker::PhantomData),
        &Of::<job_detail::JobDetail>(std::marker::PhantomData),
        &Of::<owner_portal::OwnerPortal>(std::marker::PhantomData),
        &Of::<owner_items::OwnerItems>(std::marker::PhantomData),
        &Of::<contact_directory::ContactDirectory>(std::marker::PhantomData),
        &Of::<lead_view::LeadView>(std::marker::PhantomData),
        &Of::<customers::Customers>(std::marker::PhantomData),
        &Of::<work_orders::WorkOrders>(std::marker::PhantomData),
        &Of::<documents::Documents>(std::marker::PhantomData),
        &Of::<subcontractors::Subcontractors>(std::marker::PhantomData),
        &Of::<sub_org_directory::SubOrgDirectory>(std::marker::PhantomData),
        &Of::<duplicate_candidates::DuplicateCandidates>(std::marker::PhantomData),
        &Of::<email_conflicts::EmailConflicts>(std::marker::PhantomData),
        &Of::<invitations::Invitations>(std::marker::PhantomData),
        &Of::<impersonations::Impersonations>(std::marker::PhantomData),
        &Of::<portal_links::PortalLinks>(std::marker::PhantomData),
        &Of::<mail_log::MailLog>(std::marker::PhantomData),
        &Of::<audit_trail::AuditTrail>(std::marker::PhantomData),
    ]
}

/// The view with this name.
pub fn view_named(name: &str) -> Option<&'static dyn AnyView> {
    all_views().into_iter().find(|view| view.name() == name)
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Everything up to here is in the rows.
    pub position: u64,
    /// The event that the view could not take, and why.
    pub poison: Option<(u64, String)>,
}

/// A view without its types, for those who treat all alike.
pub trait AnyView: Debug + Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its tables.
    fn tables(&self) -> &'static [Table];
    /// Which personal values the fold looks at.
    fn opens(&self) -> Open;
    /// Folds a batch into the stored rows, within the caller's transaction.
    fn take<'a>(
        &'a self,
        turn: &'a ViewTurn<'a>,
        ledger: domain::LedgerId,
        events: &'a [Recorded],
    ) -> BoxFuture<'a, Result<Taken, ViewError>>;
    /// Whether every row is made by one event, so that a rebuild can stream.
    fn row_per_event(&self) -> bool;
    /// A fold from nothing, for rebuilds and checks, of one share of the rows.
    fn fresh(&self, share: Share) -> Box<dyn FreshFold>;
}

/// Which share of a view's rows a fold makes: number `index` of `of`, told by the key's hash. Large
/// ledgers are folded share by share, so that memory stays bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// From 0.
    pub index: u64,
    /// How many there are.
    pub of: u64,
}

impl Share {
    /// All rows.
    pub const ALL: Self = Self { index: 0, of: 1 };

    fn has(self, key: &impl std::hash::Hash) -> bool {
        if self.of == 1 {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish() % self.of == self.index
    }
}

/// A fold from nothing.
pub trait FreshFold: Send {
    /// Takes the next events.
    fn take(&mut self, events: &[Recorded]) -> Result<(), (u64, Unfoldable)>;
    /// Takes out the tuples that are final, by table, each table's in the order of its key; after
    /// the last event (`end`) that is all of them.
    fn tuples(&mut self, end: bool) -> Vec<Vec<Tuple>>;
}

#[derive(Debug)]
struct Of<V>(std::marker::PhantomData<V>);

struct Fresh<V: View>(Rows<V::Key, V::Row>, Share);

impl<V: View> FreshFold for Fresh<V> {
    fn take(&mut self, events: &[Recorded]) -> Result<(), (u64, Unfoldable)> {
        for event in events {
            if V::key(event).is_some_and(|key| self.1.has(&key)) {
                V::fold(&mut self.0, event).map_err(|why| (event.position, why))?;
            }
        }
        Ok(())
    }

    fn tuples(&mut self, end: bool) -> Vec<Vec<Tuple>> {
        let mut by_table: Vec<Vec<Tuple>> = V::TABLES.iter().map(|_| Vec::new()).collect();
        if end || V::ROW_PER_EVENT {
            for (key, row) in self.0.take() {
                for (table, tuples) in by_table.iter_mut().zip(V::expand(&key, &row)) {
                    table.extend(tuples);
                }
            }
        }
        by_table
    }
}

impl<V: View> AnyView for Of<V> {
    fn name(&self) -> &'static str {
        V::NAME
    }

    fn tables(&self) -> &'static [Table] {
        V::TABLES
    }

    fn opens(&self) -> Open {
        V::OPENS
    }

    fn take<'a>(
        &'a self,
        turn: &'a ViewTurn<'a>,
        ledger: domain::LedgerId,
        events: &'a [Recorded],
    ) -> BoxFuture<'a, Result<Taken, ViewError>> {
        Box::pin(take::<V>(turn, ledger, events))
    }

    fn row_per_event(&self) -> bool {
        V::ROW_PER_EVENT
    }

    fn fresh(&self, share: Share) -> Box<dyn FreshFold> {
        Box::new(Fresh::<V>(Rows::default(), share))
    }
}

async fn take<V: View>(
    turn: &ViewTurn<'_>,
    ledger: domain::LedgerId,
    events: &[Recorded],
) -> Result<Taken, ViewError> {
    let before = if V::ROW_PER_EVENT {
        BTreeMap::new()
    } else {
        let keys: BTreeSet<V::Key> = events.iter().filter_map(V::key).collect();
        match load::<V>(turn, ledger, keys.into_iter().collect()).await? {
            Ok(rows) => rows,
            Err(why) => {
                let position = events.first().map_or(0, |event| event.position);
                let poison = Some((position, format!("a stored row: {why}")));
                return Ok(Taken { position: position.saturating_sub(1), poison });
            }
        }
    };
    let (rows, taken) = fold_some::<V>(&before, events);
    write::<V>(turn, ledger, &before, &rows.into_inner()).await?;
    Ok(taken)
}

/// Folds events until one cannot be taken; what it may have half done is undone.
fn fold_some<V: View>(
    before: &BTreeMap<V::Key, V::Row>,
    events: &[Recorded],
) -> (Rows<V::Key, V::Row>, Taken) {
    let mut rows = Rows::from_inner(before.clone());
    let mut position = events.first().map_or(0, |event| event.position - 1);
    for (index, event) in events.iter().enumerate() {
        match V::fold(&mut rows, event) {
            Ok(()) => position = event.position,
            Err(why) => {
                let (rows, taken) = fold_some::<V>(before, &events[..index]);
                let poison =
                    Some((event.position, format!("{}: {why}", event.event.stored_type())));
                return (rows, Taken { position: taken.position.max(position), poison });
            }
        }
    }
    (rows, Taken { position, poison: None })
}

async fn load<V: View>(
    turn: &ViewTurn<'_>,
    ledger: domain::LedgerId,
    keys: Vec<V::Key>,
) -> Result<Result<BTreeMap<V::Key, V::Row>, Unfoldable>, ViewError> {
    if keys.is_empty() {
        return Ok(Ok(BTreeMap::new()));
    }
    let table = &V::TABLES[0];
    // One by one by the key, whatever the planner thinks of the table's size.
    let sql = || {
        format!(
            "SELECT found.* FROM unnest($2) AS wanted (key) CROSS JOIN LATERAL \
             (SELECT {} FROM {} WHERE ledger_id = $1 AND {} = wanted.key OFFSET 0) AS found",
            columns(table),
            table.name,
            table.columns[0].0
        )
    };
    let params: [Typed<'_>; 2] =
        [(&ledger.0, Type::UUID), (&keys, table.columns[0].1.array_type())];
    let rows = turn
        .query(("load", table.name), sql, &params)
        .await
        .map_err(ViewError::database(V::NAME))?;
    Ok(rows.iter().map(V::read).collect())
}

/// A row from its stored tuple, for queries; its columns in their order.
pub(crate) fn read_stored<V: View>(
    ledger: domain::LedgerId,
    tuple: &tokio_postgres::Row,
) -> Result<(V::Key, V::Row), ViewError> {
    V::read(tuple).map_err(|why| {
        let why = format!("a stored row of {}: {why}", V::NAME);
        StoreError::Unreadable { ledger, position: 0, why }.into()
    })
}

/// The names of a table's columns, without `ledger_id`.
pub(crate) fn columns(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Writes the difference between rows before and after.
async fn write<V: View>(
    turn: &ViewTurn<'_>,
    ledger: domain::LedgerId,
    before: &BTreeMap<V::Key, V::Row>,
    after: &BTreeMap<V::Key, V::Row>,
) -> Result<(), ViewError> {
    let mut gone: Vec<Vec<Tuple>> = V::TABLES.iter().map(|_| Vec::new()).collect();
    let mut come: Vec<Vec<Tuple>> = V::TABLES.iter().map(|_| Vec::new()).collect();
    for (key, row) in after {
        let old = before.get(key);
        if old == Some(row) {
            continue;
        }
        let new = V::expand(key, row);
        let old = old.map(|old| V::expand(key, old));
        for (index, table) in V::TABLES.iter().enumerate() {
            let none = Vec::new();
            let old = old.as_ref().map_or(&none, |old| &old[index]);
            for tuple in old {
                if !new[index].iter().any(|n| n[..table.key] == tuple[..table.key]) {
                    gone[index].push(tuple[..table.key].to_vec());
                }
            }
            come[index].extend(new[index].iter().filter(|n| !old.contains(n)).cloned());
        }
    }
    let failed = || ViewError::database(V::NAME);
    for ((table, gone), come) in V::TABLES.iter().zip(gone).zip(come) {
        turn.delete(table, ledger.0, &gone).await.map_err(failed())?;
        turn.upsert(table, ledger.0, &come).await.map_err(failed())?;
    }
    Ok(())
}

/// Deletes the tuple with this key.
pub(crate) async fn delete(
    client: &impl GenericClient,
    view: &'static str,
    table: &Table,
    ledger: domain::LedgerId,
    key: &[Field],
) -> Result<(), ViewError> {
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&ledger.0];
    for field in key {
        params.push(field);
    }
    client.execute(&delete_text(table), &params).await.map_err(ViewError::database(view))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_listed_by_its_name_and_its_tables_are_of_one_shape() {
        let names: Vec<&str> = all_views().into_iter().map(AnyView::name).collect();
        assert_eq!(names, VIEW_NAMES);
        for table in all_views().into_iter().flat_map(AnyView::tables) {
            assert!(table.key >= 1 && table.key <= table.columns.len(), "{}", table.name);
        }
    }
}
