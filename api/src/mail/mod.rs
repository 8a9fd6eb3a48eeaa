//! Mail: what an append ordered is taken from the outbox, written, and handed to a mail server.
//!
//! [`letter`] writes the words, [`transport`] hands them over, [`sender`] takes mail after mail and
//! records what became of it, [`bounce`] reads what a mail server says of one that came back, [`mailbox`] stands in for a mail server on a developer's machine.
//! [`settings`] reads what the configuration says. The rows themselves are the event store's
//! `outbox`. Logs name a mail by its id and kind, never its address, link or text.

pub(crate) mod bounce;
mod facts;
mod letter;
mod mailbox;
mod sender;
mod settings;
mod trades;
mod transport;

pub(crate) use letter::escape;
pub use mailbox::{LocalMail, Mailbox};
pub use sender::{Pace, Sender};
pub use settings::{MailSettings, Smtp};
pub(crate) use settings::{leads_to_this_machine, read as read_settings};
pub use transport::Mailer;
pub(crate) use transport::place_of;

/// What becomes of mail on this server.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// A mail server takes it.
    Smtp,
    /// It is kept in memory and shown to whoever runs the server.
    Mailbox(Mailbox),
    /// Nobody sends it from here; it waits in the outbox.
    Waiting,
}

impl Delivery {
    /// The word for it in `/readyz`.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Mailbox(_) => "mailbox",
            Self::Waiting => "none",
        }
    }
}
