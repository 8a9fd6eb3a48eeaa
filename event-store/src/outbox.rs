//! The outbox: mail that was ordered with an append and waits to be sent.
//!
//! A mail is taken for a while, sent without any lock, and ends by `Command::RecordMail`, whose
//! append marks it and wipes what it held. Whoever dies in between leaves the mail to the next
//! sender. What is in a mail and how it is sent, the server's `mail` module says.

use crate::error::StoreError;
use crate::keys::Keys;
use crate::store::{EventStore, NewSecret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::notification::MailKind;
use domain::{EmailAddress, LedgerId, MailId, SubjectId, Timestamp};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;

/// Where a mail is in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailPlace {
    /// The ledger that ordered it.
    pub ledger: LedgerId,
    /// The mail.
    pub mail: MailId,
}

/// A mail that this sender has until `taken_until`.
#[derive(Debug)]
pub struct TakenMail {
    /// Where it is.
    pub place: MailPlace,
    /// What kind of mail; none when a newer program wrote it.
    pub kind: Option<MailKind>,
    /// Whose mail.
    pub recipient: SubjectId,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Until when nobody else takes it.
    pub taken_until: Timestamp,
    /// To whom and what; none when it does not read back.
    pub letter: Option<Letter>,
}

/// The address and what is in the mail.
pub struct Letter {
    /// The one address; none when its person has been erased.
    pub to: Option<EmailAddress>,
    /// What is in it.
    pub content: LetterContent,
}

/// What is in a mail.
pub enum LetterContent {
    /// The secret of a link.
    Secret(NewSecret),
    /// A text that is ready, without links.
    Text {
        /// The subject line.
        subject: String,
        /// The text.
        text: String,
    },
    /// Nothing of its own: its kind, and what the ledger says when it is sent, are all of it.
    FromLedger,
}

/// It holds an address and a secret.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(…)")
    }
}

/// It may hold a secret.
impl fmt::Debug for LetterContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterContent(…)")
    }
}

/// What is sealed in the outbox.
#[derive(Deserialize)]
struct Sealed {
    to: Option<String>,
    secret: Option<String>,
    subject: Option<String>,
    text: Option<String>,
}

impl Letter {
    fn open(keys: &Keys, sealed: &[u8], mail: MailId) -> Option<Self> {
        let plain = keys.open(sealed, mail.0.as_bytes())?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        let content = match sealed {
            Sealed { secret: Some(secret), .. } => {
                let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
                LetterContent::Secret(NewSecret::from_bytes(secret))
            }
            Sealed { subject: Some(subject), text: Some(text), .. } => {
                LetterContent::Text { subject, text }
            }
            Sealed { secret: None, subject: None, text: None, .. } => LetterContent::FromLedger,
            Sealed { .. } => return None,
        };
        Some(Self { to: sealed.to.and_then(|to| EmailAddress::parse(&to).ok()), content })
    }
}

/// Mails of one kind that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMails {
    /// Their kind.
    pub kind: String,
    /// How many.
    pub waiting: u64,
    /// How many of them were tried before, and not taken.
    pub tried: u64,
    /// When the oldest was ordered.
    pub oldest: Timestamp,
}

impl EventStore {
    /// Mails over all ledgers that may be tried now, the oldest first. Takes no locks and promises
    /// nothing: [`Self::take_mail`] does.
    pub async fn due_mails(&self, limit: u32) -> Result<Vec<MailPlace>, StoreError> {
        let client = self.reader().database().connection().await?;
        let now = self.now().moment();
        let rows = client
            .query(
                "SELECT ledger_id, mail_id FROM outbox \
                 WHERE sent_at IS NULL AND failed_at IS NULL \
                   AND (next_attempt_at IS NULL OR next_attempt_at <= $1) \
                   AND (taken_until IS NULL OR taken_until <= $1) \
                 ORDER BY created_at LIMIT $2",
                &[&now, &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for mail"))?;
        let place = |row: &tokio_postgres::Row| MailPlace {
            ledger: LedgerId(row.get(0)),
            mail: MailId(row.get(1)),
        };
        Ok(rows.iter().map(place).collect())
    }

    /// How many mails wait, over all ledgers.
    pub async fn waiting_mails(&self) -> Result<u64, StoreError> {
        let client = self.reader().database().connection().await?;
        let count = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL";
        let row =
            client.query_one(count, &[]).await.map_err(StoreError::database("counting mail"))?;
        Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
    }

    /// The mails that wait, by their kind, over all ledgers.
    pub async fn waiting_by_kind(&self) -> Result<Vec<WaitingMails>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT kind, count(*), count(*) FILTER (WHERE attempts > 0), min(created_at) \
                 FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL \
                 GROUP BY kind ORDER BY kind",
                &[],
            )
            .await
            .map_err(StoreError::database("counting mail"))?;
        let count = |stored: i64| u64::try_from(stored).unwrap_or(0);
        Ok(rows
            .iter()
            .map(|row| WaitingMails {
                kind: row.get(0),
                waiting: count(row.get(1)),
                tried: count(row.get(2)),
                oldest: Timestamp::new(row.get(3)),
            })
            .collect())
    }

    /// Takes a mail for `lease`, unless it has ended, is not due, or somebody else has
    /// it.
    pub async fn take_mail(
        &self,
        place: MailPlace,
        lease: Duration,
    ) -> Result<Option<TakenMail>, StoreError> {
        let client = self.reader().database().connection().await?;
        let now = self.now();
        let taken_until = Timestamp::new(now.moment() + lease);
        let row = client
            .query_opt(
                "UPDATE outbox SET taken_until = $3 \
                 WHERE ledger_id = $1 AND mail_id = $2 \
                   AND sent_at IS NULL AND failed_at IS NULL \
                   AND (next_attempt_at IS NULL OR next_attempt_at <= $4) \
                   AND (taken_until IS NULL OR taken_until <= $4) \
                 RETURNING kind, contact_id, attempts, sealed",
                &[&place.ledger.0, &place.mail.0, &taken_until.moment(), &now.moment()],
            )
            .await
            .map_err(StoreError::database("taking a mail"))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<&[u8]> = row.get(3);
        let keys = self.reader().keys();
        Ok(Some(TakenMail {
            place,
            kind: MailKind::from_word(row.get(0)),
            recipient: SubjectId(row.get(1)),
            attempt: u32::try_from(row.get::<_, i32>(2)).unwrap_or(0).saturating_add(1),
            taken_until,
            letter: sealed.and_then(|sealed| Letter::open(keys, sealed, place.mail)),
        }))
    }

    /// Gives a mail back after an attempt that failed, not to be tried before `next`. Does nothing
    /// when somebody else has it since.
    pub async fn put_off_mail(&self, mail: &TakenMail, next: Timestamp) -> Result<(), StoreError> {
        let client = self.reader().database().connection().await?;
        let attempts = i32::try_from(mail.attempt).unwrap_or(i32::MAX);
        let (next, taken_until): (OffsetDateTime, _) = (next.moment(), mail.taken_until.moment());
        client
            .execute(
                "UPDATE outbox SET attempts = $4, next_attempt_at = $5, taken_until = NULL \
                 WHERE ledger_id = $1 AND mail_id = $2 AND taken_until = $3",
                &[&mail.place.ledger.0, &mail.place.mail.0, &taken_until, &attempts, &next],
            )
            .await
            .map_err(StoreError::database("putting a mail off"))?;
        Ok(())
    }
}
