//! Subcontractors' organisations: their users, the builders they work for, and who asked to join (R75 to R80,
//! G8, G9, H9). Each is in a ledger of its own; its projects are in the builders' (see
//! [`crate::subcontractors`]).

use crate::ViewError;
use crate::view::{
    Field, Kind, Rows, Table, Tuple, Unfoldable, View, as_json, columns, from_json, read_stored,
};
use domain::subcontractor_org::SubcontractorOrgEvent;
use domain::{EmailAddress, LedgerId, OrgId, PersonName, Personal, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct SubOrgDirectory;

/// An organisation's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    users: Vec<SubUserEntry>,
    general_contractors: Vec<GeneralContractorEntry>,
    join_requests: Vec<JoinRequestEntry>,
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

/// What somebody is called, and where they are written to; nothing of who has been erased.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamesEntry {
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The email address.
    pub email: Option<String>,
}

impl NamesEntry {
    fn of(
        first_name: &Personal<PersonName>,
        last_name: &Personal<PersonName>,
        email: &Personal<EmailAddress>,
    ) -> Self {
        Self {
            first_name: first_name.value().map(|name| name.as_str().to_owned()),
            last_name: last_name.value().map(|name| name.as_str().to_owned()),
            email: email.value().map(|email| email.typed().to_owned()),
        }
    }
}

/// Holds personal values.
impl std::fmt::Debug for NamesEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NamesEntry(…)")
    }
}

/// A user of an organisation, or somebody who was invited or is one no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubUserEntry {
    /// The id that histories name as the actor.
    pub id: Uuid,
    /// What they are called, and where they are written to.
    #[serde(flatten)]
    pub names: NamesEntry,
    /// `invited`, `registered`, `cancelled`, `declined`, `expired` or `removed`.
    pub stage: String,
    /// When they were invited, or founded the organisation.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// Until when the invitation can be accepted; none where there is none to accept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When they came to be a user.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub joined_at: Option<Timestamp>,
    /// When they were removed, or their invitation ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// A builder that an organisation works for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneralContractorEntry {
    /// The builder account.
    pub account: Uuid,
    /// Its relation to the organisation, in the account's own ledger.
    pub subcontractor: Uuid,
    /// When it was noted.
    pub linked_at: Timestamp,
}

/// Somebody who asked to join an organisation (H9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinRequestEntry {
    /// The request.
    pub id: Uuid,
    /// What they are called, and where they are written to.
    #[serde(flatten)]
    pub names: NamesEntry,
    /// `open`, `approved` or `rejected`.
    pub state: String,
    /// When they asked.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When a user answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
}

const INVITED: &str = "invited";
const REGISTERED: &str = "registered";
const CANCELLED: &str = "cancelled";
const DECLINED: &str = "declined";
const EXPIRED: &str = "expired";
const REMOVED: &str = "removed";
const OPEN: &str = "open";
const APPROVED: &str = "approved";
const REJECTED: &str = "rejected";

impl Row {
    fn user(&mut self, id: Uuid) -> Result<&mut SubUserEntry, Unfoldable> {
        let found = self.users.iter_mut().find(|user| user.id == id);
        found.ok_or(Unfoldable("the user is not there"))
    }

    fn ends(&mut self, id: Uuid, stage: &str, at: Timestamp) -> Result<(), Unfoldable> {
        let user = self.user(id)?;
        stage.clone_into(&mut user.stage);
        (user.expires_at, user.ended_at) = (None, Some(at));
        Ok(())
    }

    fn answer(&mut self, id: Uuid, state: &str, at: Timestamp) -> Result<NamesEntry, Unfoldable> {
        let found = self.join_requests.iter_mut().find(|request| request.id == id);
        let request = found.ok_or(Unfoldable("the request is not there"))?;
        state.clone_into(&mut request.state);
        request.answered_at = Some(at);
        Ok(request.names.clone())
    }

    fn apply(&mut self, event: &SubcontractorOrgEvent, at: Timestamp) -> Result<(), Unfoldable> {
        match event {
            SubcontractorOrgEvent::SubcontractorOrgCreated(_) => {
                return Err(Unfoldable("the organisation is there already"));
            }
            SubcontractorOrgEvent::SubcontractorOrgRenamed(e) => {
                e.to.as_str().clone_into(&mut self.name);
            }
            SubcontractorOrgEvent::GeneralContractorLinked(e) => {
                let (account, subcontractor) = (e.account.0, e.subcontractor.0);
                let linked = GeneralContractorEntry { account, subcontractor, linked_at: at };
                self.general_contractors.push(linked);
            }
            SubcontractorOrgEvent::SubUserInvited(e) => {
                let names = NamesEntry::of(&e.first_name, &e.last_name, &e.email);
                self.users.push(SubUserEntry::invited(e.user.0, names, at, e.expires_at));
            }
            SubcontractorOrgEvent::PrimaryContactAssignedBySupport(e) => {
                let names = NamesEntry::of(&e.first_name, &e.last_name, &e.email);
                self.users.push(SubUserEntry::invited(e.user.0, names, at, e.expires_at));
            }
            SubcontractorOrgEvent::SubUserInviteResent(e) => {
                let user = self.user(e.user.0)?;
                INVITED.clone_into(&mut user.stage);
                (user.expires_at, user.ended_at) = (Some(e.expires_at), None);
            }
            SubcontractorOrgEvent::SubUserInviteCancelled(e) => {
                self.ends(e.user.0, CANCELLED, at)?;
            }
            SubcontractorOrgEvent::SubUserInviteDeclined(e) => self.ends(e.user.0, DECLINED, at)?,
            SubcontractorOrgEvent::SubUserInviteExpired(e) => self.ends(e.user.0, EXPIRED, at)?,
            SubcontractorOrgEvent::SubUserJoined(e) => {
                let user = self.user(e.user.0)?;
                REGISTERED.clone_into(&mut user.stage);
                (user.expires_at, user.joined_at, user.ended_at) = (None, Some(at), None);
            }
            SubcontractorOrgEvent::SubUserRemoved(e) => self.ends(e.user.0, REMOVED, at)?,
            SubcontractorOrgEvent::JoinRequested(e) => self.join_requests.push(JoinRequestEntry {
                id: e.request.0,
                names: NamesEntry::of(&e.first_name, &e.last_name, &e.email),
                state: OPEN.to_owned(),
                requested_at: at,
                answered_at: None,
            }),
            SubcontractorOrgEvent::JoinApproved(e) => {
                // Whoever is let in is the user with the request's id.
                let names = self.answer(e.request.0, APPROVED, at)?;
                self.users.push(SubUserEntry::registered(e.request.0, names, at));
            }
            SubcontractorOrgEvent::JoinRejected(e) => {
                self.answer(e.request.0, REJECTED, at)?;
            }
        }
        Ok(())
    }
}

impl SubUserEntry {
    fn registered(id: Uuid, names: NamesEntry, at: Timestamp) -> Self {
        Self {
            id,
            names,
            stage: REGISTERED.to_owned(),
            added_at: at,
            expires_at: None,
            joined_at: Some(at),
            ended_at: None,
        }
    }

    fn invited(id: Uuid, names: NamesEntry, at: Timestamp, until: Timestamp) -> Self {
        let (stage, expires_at, joined_at) = (INVITED.to_owned(), Some(until), None);
        Self { stage, expires_at, joined_at, ..Self::registered(id, names, at) }
    }
}

impl View for SubOrgDirectory {
    const NAME: &'static str = "sub_org_directory";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "sub_org_directory",
        columns: &[
            ("org_id", Kind::Id),
            ("name", Kind::Text),
            ("users", Kind::Text),
            ("general_contractors", Kind::Text),
            ("join_requests", Kind::Text),
            ("version", Kind::Number),
            ("created_at", Kind::Time),
            ("updated_at", Kind::Time),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        event.subcontractor_org().map(|(org, _)| org.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((id, org)) = event.subcontractor_org() else { return Ok(()) };
        let at = event.recorded_at;
        if let SubcontractorOrgEvent::SubcontractorOrgCreated(e) = org {
            let names = NamesEntry::of(&e.first_name, &e.last_name, &e.email);
            let row = Row {
                name: e.name.as_str().to_owned(),
                users: vec![SubUserEntry::registered(e.user.0, names, at)],
                general_contractors: Vec::new(),
                join_requests: Vec::new(),
                version: 1,
                created_at: at.moment(),
                updated_at: at.moment(),
            };
            return rows.insert(id.0, row);
        }
        let row = rows.row(&id.0)?;
        row.version += 1;
        row.updated_at = at.moment();
        row.apply(org, at)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![
            Field::Id(*key),
            Field::Text(row.name.clone()),
            Field::Text(as_json(&row.users)),
            Field::Text(as_json(&row.general_contractors)),
            Field::Text(as_json(&row.join_requests)),
            Field::Number(row.version),
            Field::Time(row.created_at),
            Field::Time(row.updated_at),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            name: tuple.get(1),
            users: from_json(tuple.get(2))?,
            general_contractors: from_json(tuple.get(3))?,
            join_requests: from_json(tuple.get(4))?,
            version: tuple.get(5),
            created_at: tuple.get(6),
            updated_at: tuple.get(7),
        };
        Ok((tuple.get(0), row))
    }
}

/// An organisation as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgEntry {
    /// The organisation.
    pub id: Uuid,
    /// What it calls itself.
    pub name: String,
    /// Its users in the order in which they came, those who were removed too.
    pub users: Vec<SubUserEntry>,
    /// The builders that it works for, in the order in which they came.
    pub general_contractors: Vec<GeneralContractorEntry>,
    /// Who asked to join, in the order in which they did.
    pub join_requests: Vec<JoinRequestEntry>,
    /// Its version, as in the ETag.
    pub version: u64,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl OrgEntry {
    /// Its registered users.
    pub fn registered(&self) -> impl Iterator<Item = &SubUserEntry> {
        self.users.iter().filter(|user| user.stage == REGISTERED)
    }
}

/// The organisation of this ledger, as it is `now`; none while there is none.
pub async fn get(
    reader: &Reader,
    org: OrgId,
    now: Timestamp,
) -> Result<Option<OrgEntry>, ViewError> {
    let Some(mut row) = row(reader, org).await? else { return Ok(None) };
    for user in &mut row.users {
        // One whose time is over opens nothing, also before that is recorded.
        if user.stage == INVITED && user.expires_at.is_some_and(|until| now >= until) {
            EXPIRED.clone_into(&mut user.stage);
            (user.ended_at, user.expires_at) = (user.expires_at, None);
        }
    }
    Ok(Some(OrgEntry {
        id: org.0,
        name: row.name,
        users: row.users,
        general_contractors: row.general_contractors,
        join_requests: row.join_requests,
        version: u64::try_from(row.version).unwrap_or(0),
        created_at: Timestamp::new(row.created_at),
        updated_at: Timestamp::new(row.updated_at),
    }))
}

async fn row(reader: &Reader, org: OrgId) -> Result<Option<Row>, ViewError> {
    let failed = || ViewError::database(SubOrgDirectory::NAME);
    let ledger = LedgerId(org.0);
    let sql = format!(
        "SELECT {} FROM sub_org_directory WHERE ledger_id = $1 AND org_id = $2",
        columns(&SubOrgDirectory::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let found = client.query_opt(&statement, &[&ledger.0, &org.0]).await.map_err(failed())?;
    let Some(tuple) = found else { return Ok(None) };
    Ok(Some(read_stored::<SubOrgDirectory>(ledger, &tuple)?.1))
}
