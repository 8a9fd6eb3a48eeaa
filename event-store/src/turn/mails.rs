//! A mail that is ordered with an event: sealed, with the one address that it goes to and the secret of the
//! link that it carries, until it has been sent.

use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::reader::stored;
use crate::rows::MailRow;
use crate::store::NewSecret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::notification::MailKind;
use domain::{EmailAddress, Personal};
use uuid::Uuid;

/// A mail.
pub(super) struct Mail<'a> {
    /// Which; where it carries a link, the link's.
    pub(super) id: Uuid,
    pub(super) kind: MailKind,
    /// Whose it is: a contact's, a person's, somebody's of the staff or of a company.
    pub(super) whose: Uuid,
    pub(super) to: &'a Personal<EmailAddress>,
    /// What its link opens with, where it carries one.
    pub(super) secret: Option<&'a NewSecret>,
}

impl Turn<'_> {
    /// Orders a mail with the event that it comes from.
    pub(super) fn mail(
        &self,
        recorded: &Recorded,
        mail: &Mail<'_>,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let mut letter = serde_json::json!({ "to": mail.to.value().map(EmailAddress::typed) });
        if let Some(secret) = mail.secret {
            letter["secret"] = URL_SAFE_NO_PAD.encode(secret.expose()).into();
        }
        let keys = self.shared.reader.keys();
        writes.mails.push(MailRow {
            ledger_id: recorded.ledger.0,
            mail_id: mail.id,
            kind: mail.kind.word(),
            contact_id: mail.whose,
            position: stored(recorded.position),
            sealed: keys.seal(letter.to_string().as_bytes(), mail.id.as_bytes())?,
            created_at: recorded.recorded_at.moment(),
        });
        Ok(())
    }
}
