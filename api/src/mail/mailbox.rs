//! The local mailbox: on a machine without a mail server, mail is kept here to be looked at.
//!
//! It holds links that open accounts, so it is in memory alone and only where nobody else can
//! reach the server; its page opens with a key that the start prints, its list with an operator
//! token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use event_store::StoreError;
use event_store::keys::{random, sha256};
use serde::Serialize;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;
use uuid::Uuid;

/// How many mails are kept; older ones are forgotten.
const MAILS_MAX: usize = 200;

/// A mail in the local mailbox.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocalMail {
    /// The mail, as the mail log names it.
    pub id: Uuid,
    /// `invitation`, `password_reset`, `staff_invitation` or `notice`.
    pub kind: &'static str,
    /// The address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// Where its link leads.
    pub link: Option<String>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
}

/// It holds an address and a link.
impl fmt::Debug for LocalMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalMail(…)")
    }
}

/// The newest mails, in memory; cheap to clone.
#[derive(Clone)]
pub struct Mailbox(Arc<Inner>);

struct Inner {
    key: String,
    mails: Mutex<VecDeque<LocalMail>>,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

impl Mailbox {
    /// An empty one with a new key.
    pub fn new() -> Result<Self, StoreError> {
        let key = URL_SAFE_NO_PAD.encode(random::<16>()?);
        Ok(Self(Arc::new(Inner { key, mails: Mutex::default() })))
    }

    /// What opens its page.
    pub fn key(&self) -> &str {
        &self.0.key
    }

    /// Whether this key opens its page; how long that takes to say tells nothing of the key.
    pub(crate) fn opens_with(&self, key: &str) -> bool {
        sha256(key.as_bytes()) == sha256(self.0.key.as_bytes())
    }

    /// Puts a mail in, and forgets the oldest where there are too many. A mail that is there
    /// already, because nobody knew that it had been sent, takes its own place.
    pub(super) fn put(&self, mail: LocalMail) {
        let mut mails = self.0.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.retain(|there| there.id != mail.id);
        mails.push_front(mail);
        mails.truncate(MAILS_MAX);
    }

    /// The mails, newest first.
    pub fn mails(&self) -> Vec<LocalMail> {
        let mails = self.0.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(n: u128) -> LocalMail {
        LocalMail {
            id: Uuid::from_u128(n),
            kind: "notice",
            to: "ada@example.org".to_owned(),
            subject: n.to_string(),
            text: String::new(),
            link: None,
            sent_at: Timestamp::parse("2026-01-01T00:00:00Z").expect("a time"),
        }
    }

    #[test]
    fn the_newest_two_hundred_are_kept_newest_first_each_once() {
        let mailbox = Mailbox::new().expect("random bytes");
        for n in (0..=300).chain([299]) {
            mailbox.put(mail(n));
        }
        let mails = mailbox.mails();
        assert_eq!(mails.len(), MAILS_MAX);
        assert_eq!(
            [&*mails[0].subject, &*mails[1].subject, &*mails[2].subject],
            ["299", "300", "298"]
        );
    }

    #[test]
    fn its_page_opens_with_its_own_key_alone() {
        let (one, other) = (Mailbox::new().expect("bytes"), Mailbox::new().expect("bytes"));
        assert!(one.opens_with(one.key()));
        assert!(!one.opens_with(other.key()) && !one.opens_with(""));
    }
}
