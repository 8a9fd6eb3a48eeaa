//! The invitations: pending, accepted, cancelled, declined, expired.

use crate::mail_log::{self, MailState};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View};
use crate::{Cursor, Page, ViewError};
use domain::contact::InvitationStep;
use domain::{ContactId, EmailAddress, InvitationId, LedgerId, Personal, Timestamp};
use event_store::{Open, Reader, Recorded};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct Invitations;

/// An invitation's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    contact: Uuid,
    status: String,
    sent_to: String,
    sent_by_kind: String,
    sent_by: Option<Uuid>,
    attempt: i64,
    sent_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    reminded_at: Option<OffsetDateTime>,
}

/// Holds personal values.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

/// What stands in the place of an address whose person has been erased.
const ERASED_ADDRESS: &str = "erased";

fn address(sent_to: &Personal<EmailAddress>) -> String {
    sent_to.value().map_or(ERASED_ADDRESS, EmailAddress::typed).to_owned()
}

/// The invitation that an event is about, and what became of it.
fn invitation(event: &Recorded) -> Option<(InvitationId, InvitationStep<'_>)> {
    event.contact().and_then(|(_, contact)| contact.invitation())
}

impl View for Invitations {
    const NAME: &'static str = "invitations";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "invitations",
        columns: &[
            ("invitation_id", Kind::Id),
            ("contact_id", Kind::Id),
            ("status", Kind::Text),
            ("sent_to", Kind::Text),
            ("sent_by_kind", Kind::Text),
            ("sent_by", Kind::IdOrNone),
            ("attempt", Kind::Number),
            ("sent_at", Kind::Time),
            ("expires_at", Kind::Time),
            ("ended_at", Kind::TimeOrNone),
            ("reminded_at", Kind::TimeOrNone),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        invitation(event).map(|(id, _)| id.0)
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((key, step)) = invitation(event) else { return Ok(()) };
        let (status, mail) = match step {
            InvitationStep::Sent(e) => {
                let row = Row {
                    contact: event.aggregate.uuid(),
                    status: "pending".to_owned(),
                    sent_to: address(&e.sent_to),
                    sent_by_kind: event.origin.actor.kind().to_owned(),
                    sent_by: event.origin.actor.id_in_account(),
                    attempt: i64::from(e.attempt),
                    sent_at: e.sent_at.moment(),
                    expires_at: e.expires_at.moment(),
                    ended_at: None,
                    reminded_at: None,
                };
                return rows.insert(key.0, row);
            }
            InvitationStep::Resent(e) => ("pending", Some(e)),
            InvitationStep::Reminded(_) => {
                rows.row(&key.0)?.reminded_at = Some(event.recorded_at.moment());
                return Ok(());
            }
            // It is about the address that is not invited.
            InvitationStep::FormerTold(_) => return Ok(()),
            InvitationStep::Ended(how) => (how, None),
        };
        let row = rows.row(&key.0)?;
        if row.ended_at.is_some() {
            return Err(Unfoldable("the invitation has ended already"));
        }
        status.clone_into(&mut row.status);
        match mail {
            Some(mail) => {
                row.sent_to = address(&mail.sent_to);
                event.origin.actor.kind().clone_into(&mut row.sent_by_kind);
                row.sent_by = event.origin.actor.id_in_account();
                row.attempt = i64::from(mail.attempt);
                row.sent_at = mail.sent_at.moment();
                row.expires_at = mail.expires_at.moment();
            }
            None => row.ended_at = Some(event.recorded_at.moment()),
        }
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.contact),
            Field::Text(row.status.clone()),
            Field::Text(row.sent_to.clone()),
            Field::Text(row.sent_by_kind.clone()),
            Field::IdOrNone(row.sent_by),
            Field::Number(row.attempt),
            Field::Time(row.sent_at),
            Field::Time(row.expires_at),
            Field::TimeOrNone(row.ended_at),
            Field::TimeOrNone(row.reminded_at),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            contact: tuple.get(1),
            status: tuple.get(2),
            sent_to: tuple.get(3),
            sent_by_kind: tuple.get(4),
            sent_by: tuple.get(5),
            attempt: tuple.get(6),
            sent_at: tuple.get(7),
            expires_at: tuple.get(8),
            ended_at: tuple.get(9),
            reminded_at: tuple.get(10),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which invitations are asked for.
#[derive(Debug, Clone, Default)]
pub struct InvitationQuery {
    /// Those with this status.
    pub status: Option<String>,
    /// Those of this contact.
    pub contact: Option<ContactId>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most invitations of a page.
    pub limit: u32,
}

/// An invitation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationEntry {
    /// The invitation.
    pub id: Uuid,
    /// Who is invited.
    pub contact_id: Uuid,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// `pending`, `accepted`, `cancelled`, `declined` or `expired`.
    pub status: String,
    /// The address of the last mail.
    pub sent_to: String,
    /// Who sent the last mail, by kind.
    pub sent_by_kind: String,
    /// Who sent the last mail.
    pub sent_by: Option<Uuid>,
    /// How many mails it had.
    pub attempt: u32,
    /// When the last mail was ordered.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
    /// When the last link dies.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// When whoever had not answered was reminded.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reminded_at: Option<Timestamp>,
    /// What became of its last mail with a link; none when another program mailed it.
    pub mail: Option<MailState>,
}

/// A page of the list, newest first.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &InvitationQuery,
) -> Result<Page<InvitationEntry>, ViewError> {
    let failed = || ViewError::database(Invitations::NAME);
    let after: Option<(Timestamp, Uuid)> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let (after_at, after_id) = (after.map(|(at, _)| at.moment()), after.map(|(_, id)| id));
    let contact = query.contact.map(ContactId::uuid);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT invitation_id, contact_id, status, sent_to, sent_by_kind, sent_by, attempt, \
                    sent_at, expires_at, ended_at, reminded_at \
             FROM invitations WHERE ledger_id = $1 \
               AND ($2::text IS NULL OR status = $2) AND ($3::uuid IS NULL OR contact_id = $3) \
               AND ($4::timestamptz IS NULL OR (sent_at, invitation_id) < ($4, $5::uuid)) \
             ORDER BY sent_at DESC, invitation_id DESC LIMIT $6",
        )
        .await
        .map_err(failed())?;
    let limit = i64::from(query.limit) + 1;
    let rows = client
        .query(&statement, &[&ledger.0, &query.status, &contact, &after_at, &after_id, &limit])
        .await
        .map_err(failed())?;
    let contacts: Vec<Uuid> = rows.iter().map(|row| row.get(1)).collect();
    let names = crate::contact_directory::names(&client, ledger, &contacts).await?;
    let invitations: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let mut mails = mail_log::last_mails(&**client, ledger, &invitations).await?;
    let items = rows
        .iter()
        .map(|row| {
            let contact_id: Uuid = row.get(1);
            InvitationEntry {
                id: row.get(0),
                mail: mails.remove(&row.get(0)),
                contact_id,
                contact_name: names.get(&contact_id).map(|(name, _)| name.clone()),
                status: row.get(2),
                sent_to: row.get(3),
                sent_by_kind: row.get(4),
                sent_by: row.get(5),
                attempt: u32::try_from(row.get::<_, i64>(6)).unwrap_or(0),
                sent_at: Timestamp::new(row.get::<_, OffsetDateTime>(7)),
                expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(8)),
                ended_at: row.get::<_, Option<OffsetDateTime>>(9).map(Timestamp::new),
                reminded_at: row.get::<_, Option<OffsetDateTime>>(10).map(Timestamp::new),
            }
        })
        .collect();
    Ok(Page::cut(items, query.limit, |entry: &InvitationEntry| (entry.sent_at, entry.id)))
}

/// Invitations that nobody answered in time, the oldest first: the ledger and the contact of each.
/// One of the few questions over all ledgers; takes no locks.
pub async fn overdue(
    reader: &Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(LedgerId, ContactId)>, ViewError> {
    let failed = || ViewError::database(Invitations::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT ledger_id, contact_id FROM invitations \
             WHERE status = 'pending' AND expires_at < $1 ORDER BY expires_at LIMIT $2",
        )
        .await
        .map_err(failed())?;
    let rows = client.query(&statement, &[&now.moment(), &i64::from(limit)]).await;
    let rows = rows.map_err(failed())?;
    Ok(rows.iter().map(|row| (LedgerId(row.get(0)), ContactId(row.get(1)))).collect())
}

/// The ledgers with invitations that end before `until`, and that nobody has been reminded of. One of
/// the few questions over all ledgers; takes no locks.
pub async fn ledgers_to_remind(
    reader: &Reader,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<LedgerId>, ViewError> {
    let failed = || ViewError::database(Invitations::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT ledger_id FROM invitations \
             WHERE status = 'pending' AND expires_at > $1 AND expires_at <= $2 \
               AND reminded_at IS NULL",
        )
        .await
        .map_err(failed())?;
    let rows = client.query(&statement, &[&now.moment(), &until.moment()]).await;
    Ok(rows.map_err(failed())?.iter().map(|row| LedgerId(row.get(0))).collect())
}

/// The contacts of these invitations in one ledger, those that end first before the others, whose last
/// mail went out before `mailed`.
pub async fn to_remind(
    reader: &Reader,
    ledger: LedgerId,
    (now, until, mailed): (Timestamp, Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<ContactId>, ViewError> {
    let failed = || ViewError::database(Invitations::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT contact_id FROM invitations \
             WHERE ledger_id = $1 AND status = 'pending' AND expires_at > $2 AND expires_at <= $3 \
               AND reminded_at IS NULL AND sent_at <= $4 ORDER BY expires_at LIMIT $5",
        )
        .await
        .map_err(failed())?;
    let rows = client
        .query(
            &statement,
            &[&ledger.0, &now.moment(), &until.moment(), &mailed.moment(), &i64::from(limit)],
        )
        .await
        .map_err(failed())?;
    Ok(rows.iter().map(|row| ContactId(row.get(0))).collect())
}
