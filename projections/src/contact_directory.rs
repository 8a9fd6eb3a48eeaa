//! The contacts list: name, phone, email, status; search by name and status.

use crate::custom_fields::{KeptValue, KeptValues, ShownFields};
use crate::search::{beyond, sort_key, terms, word_set};
use crate::view::{
    Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, columns, from_json, read_stored,
};
use crate::{Cursor, Page, ViewError};
use domain::contact::{ContactCreated, ContactEvent, CustomFieldSet, Permission};
use domain::event::Show;
use domain::{
    AggregateId, ContactId, CustomerId, EmailAddress, LedgerId, Personal, PhoneNumber, Timestamp,
};
use event_store::database::Connection;
use event_store::{Open, Reader, Recorded};
use postgres_types::ToSql;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct ContactDirectory;

/// What stands in the place of a name whose person has been erased.
pub const ERASED_NAME: &str = "Erased person";

/// A contact's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    title: Option<String>,
    primary_email: Option<String>,
    additional_emails: Vec<String>,
    phones: Vec<String>,
    address: Option<String>,
    permissions: Vec<String>,
    life: &'static str,
    merged_into: Option<Uuid>,
    custom_fields: KeptValues,
    image: Option<Uuid>,
    customer: Option<Uuid>,
    access: &'static str,
    resume: &'static str,
    claimed: bool,
    version: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

/// Holds personal values.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

fn shown<T: Show>(value: &Personal<T>) -> Option<String> {
    value.value().map(Show::show)
}

fn name_of(value: &Personal<domain::PersonName>) -> String {
    shown(value).unwrap_or_else(|| ERASED_NAME.to_owned())
}

fn numbers(phones: Option<&Personal<Vec<PhoneNumber>>>) -> Vec<String> {
    let phones = phones.and_then(Personal::value);
    phones.into_iter().flatten().map(|phone| phone.typed().to_owned()).collect()
}

/// Whether a contact is in the book, as words.
const LIFE_WORDS: [&str; 3] = ["live", "deleted", "merged"];

fn words_of(permissions: &BTreeSet<Permission>) -> Vec<String> {
    permissions.iter().map(|permission| permission.word().to_owned()).collect()
}

/// What a primary email is found by, however it was typed.
fn email_key(typed: &str) -> Option<String> {
    EmailAddress::parse(typed).ok().map(|email| email.normal().to_owned())
}

impl Row {
    fn created(e: &ContactCreated, at: OffsetDateTime) -> Self {
        Self {
            name: name_of(&e.name),
            title: e.title.as_ref().and_then(shown),
            permissions: words_of(&Permission::at_first()),
            life: "live",
            merged_into: None,
            custom_fields: KeptValues::new(),
            image: None,
            customer: None,
            primary_email: e.primary_email.as_ref().and_then(shown),
            additional_emails: e.additional_emails.iter().filter_map(shown).collect(),
            phones: numbers(e.phones.as_ref()),
            address: e.address.as_ref().and_then(shown),
            access: "not_invited",
            resume: "not_invited",
            claimed: false,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    fn activate(&mut self) {
        self.access = "active";
        self.resume = "active";
    }

    /// Puts one additional email in the place of another.
    fn replace(&mut self, from: &Personal<EmailAddress>, to: Option<&Personal<EmailAddress>>) {
        let Some(from) = shown(from) else { return };
        if let Some(place) = self.additional_emails.iter().position(|there| *there == from) {
            match to.and_then(shown) {
                Some(to) => self.additional_emails[place] = to,
                None => {
                    self.additional_emails.remove(place);
                }
            }
        }
    }

    /// Keeps the value of a custom field, or none any more.
    fn keep(&mut self, set: &CustomFieldSet) {
        self.custom_fields.remove(set.field.as_str());
        if let Some(to) = set.value.to.as_ref().and_then(Personal::value) {
            let kept = KeptValue { kind: to.kind().to_owned(), value: to.show() };
            self.custom_fields.insert(set.field.as_str().to_owned(), kept);
        }
    }
}

impl View for ContactDirectory {
    const NAME: &'static str = "contact_directory";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "contact_directory",
            columns: &[
                ("contact_id", Kind::Id),
                ("name", Kind::Text),
                ("sort_name", Kind::Text),
                ("primary_email", Kind::TextOrNone),
                ("additional_emails", Kind::Texts),
                ("phones", Kind::Texts),
                ("address", Kind::TextOrNone),
                ("access", Kind::Text),
                ("resume", Kind::Text),
                ("claimed", Kind::Flag),
                ("version", Kind::Number),
                ("created_at", Kind::Time),
                ("updated_at", Kind::Time),
                ("email_key", Kind::TextOrNone),
                ("title", Kind::TextOrNone),
                ("permissions", Kind::Texts),
                ("life", Kind::Text),
                ("merged_into", Kind::IdOrNone),
                ("custom_fields", Kind::Text),
                ("image_id", Kind::IdOrNone),
                ("customer_id", Kind::IdOrNone),
            ],
            key: 1,
        },
        Table {
            name: "contact_directory_words",
            columns: &[("contact_id", Kind::Id), ("word", Kind::Text)],
            key: 2,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match event.aggregate {
            AggregateId::Contact(contact) => Some(contact.0),
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Job(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((_, contact)) = event.contact() else { return Ok(()) };
        let key = event.aggregate.uuid();
        let at = event.recorded_at.moment();
        if let ContactEvent::ContactCreated(e) = contact {
            return rows.insert(key, Row::created(e, at));
        }
        let row = rows.row(&key)?;
        match contact {
            ContactEvent::ContactInfoUpdated(e) => {
                if let Some(to) = e.name.as_ref().and_then(|change| change.to.as_ref()) {
                    row.name = name_of(to);
                }
                if let Some(change) = &e.title {
                    row.title = change.to.as_ref().and_then(shown);
                }
                if let Some(change) = &e.phones {
                    row.phones = numbers(change.to.as_ref());
                }
                if let Some(change) = &e.address {
                    row.address = change.to.as_ref().and_then(shown);
                }
            }
            ContactEvent::PrimaryEmailSet(e) => row.primary_email = shown(&e.email),
            ContactEvent::PrimaryEmailChanged(e) => row.primary_email = shown(&e.to),
            ContactEvent::PrimaryEmailSwapped(e) => {
                row.replace(&e.to, Some(&e.from));
                row.primary_email = shown(&e.to);
            }
            ContactEvent::AdditionalEmailAdded(e) => row.additional_emails.extend(shown(&e.email)),
            ContactEvent::AdditionalEmailEdited(e) => row.replace(&e.from, Some(&e.to)),
            ContactEvent::AdditionalEmailRemoved(e) => row.replace(&e.email, None),
            ContactEvent::PrimaryEmailClaimed(_) => row.claimed = true,
            ContactEvent::PrimaryEmailReleased(_) => row.claimed = false,
            ContactEvent::InviteSent(_) => row.access = "pending",
            ContactEvent::InviteCancelled(_)
            | ContactEvent::InviteDeclined(_)
            | ContactEvent::InviteExpired(_)
            | ContactEvent::OwnerReenabled(_) => row.access = row.resume,
            ContactEvent::OwnerActivated(_) | ContactEvent::OwnerReactivated(_) => row.activate(),
            ContactEvent::OwnerDisabled(_) => row.access = "disabled",
            ContactEvent::OwnerDeactivated(_) => {
                row.access = "deactivated";
                row.resume = "deactivated";
            }
            ContactEvent::ContactDeleted(_) => {
                row.life = "deleted";
                // Whoever was active needs a new invitation after a restore.
                row.resume = if row.resume == "active" { "deactivated" } else { row.resume };
                row.access = row.resume;
            }
            ContactEvent::ContactRestored(_) => row.life = "live",
            ContactEvent::ContactMergedInto(e) => {
                row.life = "merged";
                row.merged_into = Some(e.survivor.0);
            }
            ContactEvent::ContactUnmergedFrom(_) => {
                row.life = "live";
                row.merged_into = None;
            }
            ContactEvent::PermissionsChanged(e) => row.permissions = words_of(&e.to),
            ContactEvent::CustomFieldSet(e) => row.keep(e),
            ContactEvent::ProfileImageSet(e) => row.image = Some(e.image.0),
            ContactEvent::ProfileImageRemoved(_) => row.image = None,
            ContactEvent::ContactJoinedCustomer(e) => row.customer = Some(e.customer.0),
            ContactEvent::ContactLeftCustomer(_) => row.customer = None,
            ContactEvent::OwnerImported(e) if e.person.is_some() => row.activate(),
            // The directory shows access, not the invitation's mails or the person behind; a
            // created contact was taken above.
            ContactEvent::ContactCreated(_)
            | ContactEvent::InviteResent(_)
            | ContactEvent::InviteAccepted(_)
            | ContactEvent::PersonLinked(_)
            | ContactEvent::ContactsMerged(_)
            | ContactEvent::ContactsUnmerged(_)
            // Of an owner who was not active; and what stands in events of its own.
            | ContactEvent::OwnerImported(_)
            | ContactEvent::PrimaryEmailDefaulted(_)
            | ContactEvent::DuplicateResolved(_)
            | ContactEvent::InviteReminded(_)
            | ContactEvent::FormerAddressTold(_)
            | ContactEvent::EmailConflictReported(_)
            | ContactEvent::EmailConflictClosed(_) => {}
        }
        row.version += 1;
        row.updated_at = at;
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let contact = vec![
            id.clone(),
            Field::Text(row.name.clone()),
            Field::Text(sort_key(&row.name)),
            Field::TextOrNone(row.primary_email.clone()),
            Field::Texts(row.additional_emails.clone()),
            Field::Texts(row.phones.clone()),
            Field::TextOrNone(row.address.clone()),
            Field::Text(row.access.to_owned()),
            Field::Text(row.resume.to_owned()),
            Field::Flag(row.claimed),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
            Field::TextOrNone(row.primary_email.as_deref().and_then(email_key)),
            Field::TextOrNone(row.title.clone()),
            Field::Texts(row.permissions.clone()),
            Field::Text(row.life.to_owned()),
            Field::IdOrNone(row.merged_into),
            Field::Text(as_json(&row.custom_fields)),
            Field::IdOrNone(row.image),
            Field::IdOrNone(row.customer),
        ];
        let texts = std::iter::once(&row.name).chain(&row.primary_email);
        let mut words = word_set(texts.map(String::as_str));
        words.extend(row.phones.iter().filter_map(|phone| {
            let digits: String = phone.chars().filter(char::is_ascii_digit).take(20).collect();
            (!digits.is_empty()).then_some(digits)
        }));
        let words = words.into_iter().map(|word| vec![id.clone(), Field::Text(word)]).collect();
        vec![vec![contact], words]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let known = |index, words: &[&'static str]| {
            let stored: &str = tuple.get(index);
            words
                .iter()
                .copied()
                .find(|word| *word == stored)
                .ok_or(Unfoldable("its access or life is no word that we know"))
        };
        let word = |index| known(index, &domain::contact::Access::WORDS);
        let row = Row {
            name: tuple.get(1),
            title: tuple.get(14),
            permissions: tuple.get(15),
            life: known(16, &LIFE_WORDS)?,
            merged_into: tuple.get(17),
            custom_fields: from_json(tuple.get(18))?,
            image: tuple.get(19),
            customer: tuple.get(20),
            primary_email: tuple.get(3),
            additional_emails: tuple.get(4),
            phones: tuple.get(5),
            address: tuple.get(6),
            access: word(7)?,
            resume: word(8)?,
            claimed: tuple.get(9),
            version: tuple.get(10),
            created_at: tuple.get(11),
            updated_at: tuple.get(12),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which contacts are asked for.
#[derive(Debug, Clone, Default)]
pub struct ContactQuery {
    /// Those with words that start so, in name, primary email or phone.
    pub search: Option<String>,
    /// Those in the book with this access; or `deleted` or `merged` ones.
    pub status: Option<String>,
    /// Those with this primary email, compared by normal form.
    pub email: Option<String>,
    /// Those that belong to this customer.
    pub customer: Option<CustomerId>,
    /// Those that belong to no customer.
    pub free: bool,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most contacts of a page.
    pub limit: u32,
}

/// A contact in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactEntry {
    /// The contact.
    pub id: Uuid,
    /// As shown.
    pub name: String,
    /// The honorific, as typed.
    pub title: Option<String>,
    /// As typed.
    pub primary_email: Option<String>,
    /// As typed.
    pub additional_emails: Vec<String>,
    /// As typed.
    pub phones: Vec<String>,
    /// As typed.
    pub address: Option<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`.
    pub access: String,
    /// Whether it holds the claim to its primary email.
    pub claimed: bool,
    /// What it may do in the customer portal (G12).
    pub permissions: Vec<String>,
    /// The values of the account's custom fields, by their names; a number in its shortest form, a
    /// date as `2026-05-31` (R41).
    pub custom_fields: BTreeMap<String, String>,
    /// The customer that it belongs to.
    pub customer: Option<Uuid>,
    /// The profile image, where its owner has set one (R37).
    pub image: Option<ImageEntry>,
    /// `live`, `deleted` or `merged`.
    pub life: String,
    /// The contact that it was merged into, and that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A contact's profile image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImageEntry {
    /// The image, as the `ETag` at its address names it. Another image has another id.
    pub id: Uuid,
    /// Where it is read. An image that has been replaced is not kept, also where an earlier time
    /// names it.
    pub url: String,
}

fn image_url(contact: Uuid) -> String {
    format!("/v1/contacts/{contact}/image")
}

/// A row as the list shows it: a stored one, or one as of an earlier position.
pub(crate) fn entry(id: Uuid, row: Row, fields: &ShownFields) -> ContactEntry {
    ContactEntry {
        id,
        name: row.name,
        title: row.title,
        permissions: row.permissions,
        custom_fields: fields.of(row.custom_fields),
        customer: row.customer,
        image: row.image.map(|image| ImageEntry { id: image, url: image_url(id) }),
        life: row.life.to_owned(),
        merged_into: row.merged_into,
        primary_email: row.primary_email,
        additional_emails: row.additional_emails,
        phones: row.phones,
        address: row.address,
        access: row.access.to_owned(),
        claimed: row.claimed,
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    }
}

/// A row as other lists show it: without the account's own fields.
pub(crate) fn plain_entry(id: Uuid, row: Row) -> ContactEntry {
    entry(id, row, &ShownFields::default())
}

/// The account's fields, as of a position or now, where a row needs them: most contacts have no
/// value of any.
pub(crate) async fn shown_fields<'a>(
    reader: &Reader,
    ledger: LedgerId,
    mut rows: impl Iterator<Item = &'a Row> + Send,
    until: Option<u64>,
) -> Result<ShownFields, ViewError> {
    if rows.all(|row| row.custom_fields.is_empty()) {
        return Ok(ShownFields::default());
    }
    ShownFields::read(reader, ledger, until).await
}

/// Whether it has an owner of its own, who may not be locked out by a merge (H2): one who is
/// active, or would be again when the contact is enabled.
pub(crate) fn has_owner(row: &Row) -> bool {
    row.resume == "active" && ["active", "disabled"].contains(&row.access)
}

/// What other lists show of a contact: name and access.
pub(crate) fn name_and_access(row: &Row) -> (String, String) {
    (row.name.clone(), row.access.to_owned())
}

type Params = Vec<Box<dyn ToSql + Sync + Send>>;

/// Which contacts, as SQL; none where there can be nobody.
fn conditions(query: &ContactQuery, params: &mut Params) -> Result<Option<String>, ViewError> {
    let mut conditions = String::new();
    match query.status.as_deref() {
        Some(gone @ ("deleted" | "merged")) => {
            params.push(Box::new(gone.to_owned()));
            conditions.push_str(" AND c.life = $2");
        }
        Some(access) => {
            params.push(Box::new(access.to_owned()));
            conditions.push_str(" AND c.life = 'live' AND c.access = $2");
        }
        None => conditions.push_str(" AND c.life = 'live'"),
    }
    if let Some(email) = &query.email {
        // Nobody can have what is no address.
        let Some(key) = email_key(email) else { return Ok(None) };
        params.push(Box::new(key));
        conditions.push_str(&format!(" AND c.email_key = ${}", params.len()));
    }
    if let Some(customer) = query.customer {
        params.push(Box::new(customer.0));
        conditions.push_str(&format!(" AND c.customer_id = ${}", params.len()));
    }
    if query.free {
        conditions.push_str(" AND c.customer_id IS NULL");
    }
    for term in query.search.iter().flat_map(|search| terms(search)) {
        params.push(Box::new(term.clone()));
        params.push(Box::new(beyond(&term)));
        conditions.push_str(&format!(
            " AND c.contact_id IN (SELECT w.contact_id FROM contact_directory_words w \
               WHERE w.ledger_id = $1 AND w.word >= ${} AND w.word < ${})",
            params.len() - 1,
            params.len()
        ));
    }
    if let Some(cursor) = &query.cursor {
        let (name, id): (String, Uuid) = Cursor::read(cursor)?;
        params.push(Box::new(name));
        params.push(Box::new(id));
        let (name, id) = (params.len() - 1, params.len());
        conditions.push_str(&format!(" AND (c.sort_name, c.contact_id) > (${name}, ${id})"));
    }
    Ok(Some(conditions))
}

/// The live contacts with this primary email, compared by normal form, by name; at most so many. Little to
/// plan, because each command that sets an email asks it.
pub async fn with_primary_email(
    reader: &Reader,
    ledger: LedgerId,
    email: &EmailAddress,
    limit: u32,
) -> Result<Vec<Uuid>, ViewError> {
    let failed = || ViewError::database(ContactDirectory::NAME);
    let client = reader.database().lookup().await?;
    let statement = client
        .prepare_cached(
            "SELECT contact_id FROM contact_directory \
             WHERE ledger_id = $1 AND email_key = $2 AND life = 'live' \
             ORDER BY sort_name, contact_id LIMIT $3",
        )
        .await
        .map_err(failed())?;
    let params: [&(dyn ToSql + Sync); 3] = [&ledger.0, &email.normal(), &i64::from(limit)];
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// A page of the list, by name.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &ContactQuery,
) -> Result<Page<ContactEntry>, ViewError> {
    let failed = || ViewError::database(ContactDirectory::NAME);
    let mut params: Params = vec![Box::new(ledger.0)];
    let Some(conditions) = conditions(query, &mut params)? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    params.push(Box::new(i64::from(query.limit) + 1));
    let sql = format!(
        "SELECT {} FROM contact_directory c WHERE c.ledger_id = $1{conditions} \
         ORDER BY c.sort_name, c.contact_id LIMIT ${}",
        columns(&ContactDirectory::TABLES[0]),
        params.len()
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| -> &(dyn ToSql + Sync) { &**param }).collect();
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    drop(client);
    let items = rows
        .iter()
        .map(|tuple| {
            let (id, row) = read_stored::<ContactDirectory>(ledger, tuple)?;
            Ok((tuple.get::<_, String>(2), id, row))
        })
        .collect::<Result<Vec<_>, ViewError>>()?;
    let page: Page<(String, Uuid, Row)> =
        Page::cut(items, query.limit, |(name, id, _)| (name.clone(), *id));
    let fields =
        shown_fields(reader, ledger, page.items.iter().map(|(_, _, row)| row), None).await?;
    let items = page.items.into_iter().map(|(_, id, row)| entry(id, row, &fields)).collect();
    Ok(Page { items, next: page.next })
}

/// One contact.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    contact: ContactId,
) -> Result<Option<ContactEntry>, ViewError> {
    let failed = || ViewError::database(ContactDirectory::NAME);
    let client = reader.database().connection().await?;
    let sql = format!(
        "SELECT {} FROM contact_directory c WHERE c.ledger_id = $1 AND c.contact_id = $2",
        columns(&ContactDirectory::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let tuple = client.query_opt(&statement, &[&ledger.0, &contact.0]).await.map_err(failed())?;
    drop(client);
    let Some(tuple) = tuple else { return Ok(None) };
    let (id, row) = read_stored::<ContactDirectory>(ledger, &tuple)?;
    let fields = shown_fields(reader, ledger, std::iter::once(&row), None).await?;
    Ok(Some(entry(id, row, &fields)))
}

/// Name and access of some contacts, for other lists.
pub(crate) async fn names(
    client: &Connection,
    ledger: LedgerId,
    contacts: &[Uuid],
) -> Result<HashMap<Uuid, (String, String)>, ViewError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let failed = || ViewError::database(ContactDirectory::NAME);
    let statement = client
        .prepare_cached(
            "SELECT contact_id, name, access FROM contact_directory \
             WHERE ledger_id = $1 AND contact_id = ANY($2)",
        )
        .await
        .map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &contacts]).await.map_err(failed())?;
    Ok(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// Some contacts, by their ids; those that are not there are left out.
pub async fn several(
    reader: &Reader,
    ledger: LedgerId,
    contacts: &[Uuid],
) -> Result<HashMap<Uuid, ContactEntry>, ViewError> {
    let client = reader.database().connection().await?;
    some(&client, ledger, contacts).await
}

/// Some contacts, for other lists.
pub(crate) async fn some(
    client: &Connection,
    ledger: LedgerId,
    contacts: &[Uuid],
) -> Result<HashMap<Uuid, ContactEntry>, ViewError> {
    let rows = rows(client, ledger, contacts).await?;
    Ok(rows.into_iter().map(|(id, row)| (id, plain_entry(id, row))).collect())
}

/// The rows of some contacts, for other lists.
pub(crate) async fn rows(
    client: &Connection,
    ledger: LedgerId,
    contacts: &[Uuid],
) -> Result<HashMap<Uuid, Row>, ViewError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let failed = || ViewError::database(ContactDirectory::NAME);
    let sql = format!(
        "SELECT {} FROM contact_directory WHERE ledger_id = $1 AND contact_id = ANY($2)",
        columns(&ContactDirectory::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &contacts]).await.map_err(failed())?;
    rows.iter().map(|tuple| read_stored::<ContactDirectory>(ledger, tuple)).collect()
}
