//! The mail log: every mail that the account ordered, and what became of it (R68).

use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View};
use crate::{Cursor, Page, ViewError};
use domain::contact::{ContactEvent, InvitationStep};
use domain::notification::{FailureCause, MailKind, NotificationEvent};
use domain::person::PersonEvent;
use domain::{
    Channel, ContactId, EmailAddress, Event, InvitationId, LedgerId, Personal, Timestamp,
};
use event_store::{Open, Reader, Recorded};
use serde::Serialize;
use std::collections::HashMap;
use time::OffsetDateTime;
use tokio_postgres::GenericClient;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct MailLog;

/// A mail's row.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    contact: Uuid,
    kind: String,
    invitation: Option<Uuid>,
    sent_to: Option<String>,
    status: String,
    cause: Option<String>,
    attempts: i64,
    queued_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    bounced_at: Option<OffsetDateTime>,
    bounce_status: Option<String>,
}

/// Holds personal values.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

/// The words of `status`.
const WAITING: &str = "waiting";
const SENT: &str = "sent";
const FAILED: &str = "failed";
const BOUNCED: &str = "bounced";

/// What stands in the place of an address whose person has been erased.
const ERASED_ADDRESS: &str = "erased";

/// A mail that an event ordered.
struct Ordered<'a> {
    mail: Uuid,
    kind: MailKind,
    invitation: InvitationId,
    sent_to: &'a Personal<EmailAddress>,
}

/// The mail that a contact's event ordered, if it did.
fn ordered<'a>(recorded: &Recorded, contact: &'a ContactEvent) -> Option<Ordered<'a>> {
    // An invitation that was taken over from another store of events was mailed by that one.
    if recorded.origin.channel == Channel::Import {
        return None;
    }
    let (invitation, step) = contact.invitation()?;
    let (mail, kind, sent_to) = match step {
        InvitationStep::Sent(e) => (e.token.0, MailKind::Invitation, &e.sent_to),
        InvitationStep::Resent(e) => (e.token.0, MailKind::Invitation, &e.sent_to),
        InvitationStep::Reminded(e) => (e.mail.0, MailKind::InvitationReminder, &e.sent_to),
        InvitationStep::FormerTold(e) => (e.mail.0, MailKind::FormerAddress, &e.sent_to),
        InvitationStep::Ended(_) => return None,
    };
    Some(Ordered { mail, kind, invitation, sent_to })
}

fn typed(sent_to: &Personal<EmailAddress>) -> String {
    sent_to.value().map_or(ERASED_ADDRESS, EmailAddress::typed).to_owned()
}

impl Row {
    fn ordered(mail: &Ordered<'_>, event: &Recorded) -> Self {
        let row = Self::waiting(event.aggregate.uuid(), mail.kind, event);
        let invitation = Some(mail.invitation.0);
        Self { invitation, sent_to: Some(typed(mail.sent_to)), ..row }
    }

    /// A mail that waits since this event; what the event does not tell of it is absent.
    fn waiting(recipient: Uuid, kind: MailKind, event: &Recorded) -> Self {
        Self {
            contact: recipient,
            kind: kind.word().to_owned(),
            invitation: None,
            sent_to: None,
            status: WAITING.to_owned(),
            cause: None,
            attempts: 0,
            queued_at: event.recorded_at.moment(),
            ended_at: None,
            bounced_at: None,
            bounce_status: None,
        }
    }

    fn end(&mut self, attempt: u32, cause: Option<FailureCause>, at: OffsetDateTime) {
        cause.map_or(SENT, |_| FAILED).clone_into(&mut self.status);
        self.cause = cause.map(|cause| cause.word().to_owned());
        self.attempts = i64::from(attempt);
        self.ended_at = Some(at);
    }
}

impl View for MailLog {
    const NAME: &'static str = "mail_log";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[Table {
        name: "mail_log",
        columns: &[
            ("mail_id", Kind::Id),
            ("contact_id", Kind::Id),
            ("kind", Kind::Text),
            ("invitation_id", Kind::IdOrNone),
            ("sent_to", Kind::TextOrNone),
            ("status", Kind::Text),
            ("cause", Kind::TextOrNone),
            ("attempts", Kind::Number),
            ("queued_at", Kind::Time),
            ("ended_at", Kind::TimeOrNone),
            ("bounced_at", Kind::TimeOrNone),
            ("bounce_status", Kind::TextOrNone),
        ],
        key: 1,
    }];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match &event.event {
            Event::Contact(contact) => ordered(event, contact).map(|mail| mail.mail),
            Event::Notification(_) => Some(event.aggregate.uuid()),
            Event::Person(PersonEvent::PasswordResetRequested(asked)) => Some(asked.token.0),
            Event::Person(PersonEvent::PrimaryEmailChangeRequested(asked)) => Some(asked.token.0),
            Event::BuilderAccount(account) => account.staff_invitation().map(|mail| mail.token.0),
            Event::Subcontractor(event) => event.invitation_mail().map(|mail| mail.token.0),
            Event::SubcontractorOrg(event) => event.user_invitation().map(|mail| mail.token.0),
            Event::Job(_)
            | Event::Lead(_)
            | Event::Customer(_)
            | Event::WorkOrder(_)
            | Event::OwnerItem(_)
            | Event::Installation(_)
            | Event::Person(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let mail = match &event.event {
            Event::Contact(contact) => {
                let Some(mail) = ordered(event, contact) else { return Ok(()) };
                return rows.insert(mail.mail, Row::ordered(&mail, event));
            }
            Event::Notification(mail) => mail,
            Event::Person(PersonEvent::PasswordResetRequested(asked)) => {
                let mut row = Row::waiting(event.aggregate.uuid(), MailKind::PasswordReset, event);
                row.sent_to = Some(typed(&asked.sent_to));
                return rows.insert(asked.token.0, row);
            }
            Event::Person(PersonEvent::PrimaryEmailChangeRequested(asked)) => {
                let (whose, kind) = (event.aggregate.uuid(), MailKind::PrimaryEmailChange);
                let mut row = Row::waiting(whose, kind, event);
                row.sent_to = Some(typed(&asked.to));
                return rows.insert(asked.token.0, row);
            }
            Event::BuilderAccount(account) => {
                let Some(mail) = account.staff_invitation() else { return Ok(()) };
                let mut row = Row::waiting(mail.staff.0, MailKind::StaffInvitation, event);
                row.sent_to = Some(typed(mail.sent_to));
                return rows.insert(mail.token.0, row);
            }
            Event::Subcontractor(invitation) => {
                let Some(mail) = invitation.invitation_mail() else { return Ok(()) };
                let (whose, kind) = (event.aggregate.uuid(), MailKind::ProjectInvitation);
                let mut row = Row::waiting(whose, kind, event);
                row.sent_to = Some(typed(mail.sent_to));
                return rows.insert(mail.token.0, row);
            }
            Event::SubcontractorOrg(org) => {
                let Some(mail) = org.user_invitation() else { return Ok(()) };
                let mut row = Row::waiting(mail.user.0, MailKind::SubUserInvitation, event);
                row.sent_to = Some(typed(mail.sent_to));
                return rows.insert(mail.token.0, row);
            }
            Event::Job(_)
            | Event::Lead(_)
            | Event::Customer(_)
            | Event::WorkOrder(_)
            | Event::OwnerItem(_)
            | Event::Installation(_)
            | Event::Person(_) => {
                return Ok(());
            }
        };
        let (kind, attempt, cause) = match mail {
            NotificationEvent::NotificationQueued(queued) => {
                let mut row = Row::waiting(queued.recipient.0, queued.kind, event);
                row.sent_to = Some(typed(&queued.to));
                return rows.insert(event.aggregate.uuid(), row);
            }
            NotificationEvent::NotificationSent(e) => (e.kind, e.attempt, None),
            NotificationEvent::NotificationFailed(e) => (e.kind, e.attempt, Some(e.cause)),
            NotificationEvent::NotificationBounced(e) => {
                let row = rows.row(&event.aggregate.uuid())?;
                if row.status != SENT {
                    return Err(Unfoldable("a mail that was not sent does not come back"));
                }
                BOUNCED.clone_into(&mut row.status);
                row.bounced_at = Some(event.recorded_at.moment());
                row.bounce_status = Some(e.status.as_str().to_owned());
                return Ok(());
            }
        };
        let (key, at) = (event.aggregate.uuid(), event.recorded_at.moment());
        if let Some(row) = rows.find(&key) {
            if row.ended_at.is_some() {
                return Err(Unfoldable("the mail has ended already"));
            }
            row.end(attempt, cause, at);
            return Ok(());
        }
        // No event tells of its order.
        let mut row = Row::waiting(mail.recipient().0, kind, event);
        row.end(attempt, cause, at);
        rows.insert(key, row)
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        vec![vec![vec![
            Field::Id(*key),
            Field::Id(row.contact),
            Field::Text(row.kind.clone()),
            Field::IdOrNone(row.invitation),
            Field::TextOrNone(row.sent_to.clone()),
            Field::Text(row.status.clone()),
            Field::TextOrNone(row.cause.clone()),
            Field::Number(row.attempts),
            Field::Time(row.queued_at),
            Field::TimeOrNone(row.ended_at),
            Field::TimeOrNone(row.bounced_at),
            Field::TextOrNone(row.bounce_status.clone()),
        ]]]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            contact: tuple.get(1),
            kind: tuple.get(2),
            invitation: tuple.get(3),
            sent_to: tuple.get(4),
            status: tuple.get(5),
            cause: tuple.get(6),
            attempts: tuple.get(7),
            queued_at: tuple.get(8),
            ended_at: tuple.get(9),
            bounced_at: tuple.get(10),
            bounce_status: tuple.get(11),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which mails are asked for.
#[derive(Debug, Clone, Default)]
pub struct MailQuery {
    /// Those to this contact.
    pub contact: Option<ContactId>,
    /// Those with this status.
    pub status: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most mails of a page.
    pub limit: u32,
}

/// A mail in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailEntry {
    /// The mail; its `Message-ID` begins with it.
    pub id: Uuid,
    /// To whom; the mail's own id where it is nobody in the book.
    pub contact_id: Uuid,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// `invitation`, `invitation_reminder`, `former_address`, `password_reset`, `notice`, `new_message`, `new_todo`,
    /// `new_task` or `portal_link`.
    pub kind: String,
    /// The invitation that it is about.
    pub invitation_id: Option<Uuid>,
    /// The address, where the event that ordered it tells it.
    pub to: Option<String>,
    /// When it was ordered.
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// Which attempt was the last one; 0 while it waits.
    pub attempts: u32,
    /// What became of it.
    #[serde(flatten)]
    pub state: MailState,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailState {
    /// `waiting`, `sent`, `failed` or `bounced`.
    pub status: String,
    /// When the mail server took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it was given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failed_at: Option<Timestamp>,
    /// Why it was given up: `refused`, `deferred`, `unreachable`, `superseded` or `unsendable`.
    pub cause: Option<String>,
    /// When it was told that the mail came back after it was sent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub bounced_at: Option<Timestamp>,
    /// Why it came back: a status code of RFC 3463, such as `5.1.1`.
    pub bounce_status: Option<String>,
}

impl MailState {
    /// From `status`, `cause`, `ended_at`, `bounced_at` and `bounce_status`, from this column on.
    fn read(row: &tokio_postgres::Row, from: usize) -> Self {
        let status: String = row.get(from);
        let time = |column| row.get::<_, Option<OffsetDateTime>>(column).map(Timestamp::new);
        let ended_at = time(from + 2);
        Self {
            cause: row.get(from + 1),
            bounced_at: time(from + 3),
            bounce_status: row.get(from + 4),
            sent_at: ended_at.filter(|_| status == SENT || status == BOUNCED),
            failed_at: ended_at.filter(|_| status == FAILED),
            status,
        }
    }
}

/// A page of the log, newest first.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &MailQuery,
) -> Result<Page<MailEntry>, ViewError> {
    let failed = || ViewError::database(MailLog::NAME);
    let after: Option<(Timestamp, Uuid)> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let (after_at, after_id) = (after.map(|(at, _)| at.moment()), after.map(|(_, id)| id));
    let contact = query.contact.map(ContactId::uuid);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT mail_id, contact_id, kind, invitation_id, sent_to, attempts, queued_at, status, \
                    cause, ended_at, bounced_at, bounce_status \
             FROM mail_log WHERE ledger_id = $1 \
               AND ($2::text IS NULL OR status = $2) AND ($3::uuid IS NULL OR contact_id = $3) \
               AND ($4::timestamptz IS NULL OR (queued_at, mail_id) < ($4, $5::uuid)) \
             ORDER BY queued_at DESC, mail_id DESC LIMIT $6",
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
    let items = rows
        .iter()
        .map(|row| {
            let contact_id: Uuid = row.get(1);
            MailEntry {
                id: row.get(0),
                contact_id,
                contact_name: names.get(&contact_id).map(|(name, _)| name.clone()),
                kind: row.get(2),
                invitation_id: row.get(3),
                to: row.get(4),
                queued_at: Timestamp::new(row.get::<_, OffsetDateTime>(6)),
                attempts: u32::try_from(row.get::<_, i64>(5)).unwrap_or(0),
                state: MailState::read(row, 7),
            }
        })
        .collect();
    Ok(Page::cut(items, query.limit, |entry: &MailEntry| (entry.queued_at, entry.id)))
}

/// What became of the last mail with a link of each of these invitations.
pub(crate) async fn last_mails(
    client: &impl GenericClient,
    ledger: LedgerId,
    invitations: &[Uuid],
) -> Result<HashMap<Uuid, MailState>, ViewError> {
    let rows = client
        .query(
            "SELECT invitation_id, status, cause, ended_at, bounced_at, bounce_status FROM mail_log \
             WHERE ledger_id = $1 AND invitation_id = ANY($2) AND kind = 'invitation' \
             ORDER BY queued_at, mail_id",
            &[&ledger.0, &invitations],
        )
        .await
        .map_err(ViewError::database(MailLog::NAME))?;
    // A later mail takes an earlier one's place.
    Ok(rows.iter().map(|row| (row.get(0), MailState::read(row, 1))).collect())
}
