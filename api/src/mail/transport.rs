//! Hands a written mail over: to a mail server by SMTP, or to the local mailbox.

use super::letter::Letter;
use super::mailbox::{LocalMail, Mailbox};
use super::settings::Smtp;
use domain::notification::{FailureCause, MailKind};
use domain::{EmailAddress, LedgerId, MailId, Timestamp};
use event_store::outbox::MailPlace;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox as Address, MultiPart};
use lettre::transport::smtp::response::{Category, Code, Detail, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::fmt;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// How long a mail server may take for one step of the dialogue.
const STEP_MAX: Duration = Duration::from_secs(20);
/// How long it may take for all of it. Shorter than a mail is taken for, so that no other sender
/// begins with it meanwhile.
pub(super) const SEND_MAX: Duration = Duration::from_secs(60);

/// Who takes mail.
#[derive(Clone)]
pub enum Mailer {
    /// A mail server.
    Smtp {
        /// How it is reached.
        transport: Box<AsyncSmtpTransport<Tokio1Executor>>,
        /// Whom mail is from.
        from: Box<Address>,
    },
    /// This process's memory.
    Mailbox(Mailbox),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Smtp(…)",
            Self::Mailbox(_) => "Mailbox(…)",
        })
    }
}

/// A mail that is ready to go.
pub(super) struct Outgoing<'a> {
    pub(super) place: MailPlace,
    pub(super) kind: MailKind,
    pub(super) to: &'a EmailAddress,
    pub(super) letter: &'a Letter,
    pub(super) at: Timestamp,
    /// What stands behind the `@` of its `Message-ID`.
    pub(super) host: &'a str,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotTaken {
    pub(super) cause: FailureCause,
    /// Whether it would be the same the next time.
    pub(super) for_good: bool,
}

const UNSENDABLE: NotTaken = NotTaken { cause: FailureCause::Unsendable, for_good: true };

impl Mailer {
    /// A mail server with these settings.
    pub fn smtp(settings: &Smtp) -> Self {
        let transport = settings.transport().timeout(Some(STEP_MAX)).build();
        Self::Smtp { transport: Box::new(transport), from: Box::new(settings.from().clone()) }
    }

    pub(super) async fn send(&self, mail: &Outgoing<'_>) -> Result<(), NotTaken> {
        let (transport, from) = match self {
            Self::Smtp { transport, from } => (transport, from),
            Self::Mailbox(mailbox) => {
                mailbox.put(mail.local());
                return Ok(());
            }
        };
        let message = mail.message(Address::clone(from)).ok_or(UNSENDABLE)?;
        match tokio::time::timeout(SEND_MAX, transport.send(message)).await {
            Ok(Ok(_taken)) => Ok(()),
            // What a server says may repeat the address; only its code is looked at.
            Ok(Err(error)) => Err(NotTaken::of(error.status())),
            Err(_elapsed) => Err(NotTaken::of(None)),
        }
    }
}

impl NotTaken {
    /// What a server's answer means; none when it did not answer.
    const fn of(code: Option<Code>) -> Self {
        let (cause, for_good) = match code {
            // About the mailbox or the mail itself; 501 is an address that the server cannot read.
            Some(
                Code {
                    severity: Severity::PermanentNegativeCompletion,
                    category: Category::MailSystem,
                    ..
                }
                | Code {
                    severity: Severity::PermanentNegativeCompletion,
                    category: Category::Syntax,
                    detail: Detail::One,
                },
            ) => (FailureCause::Refused, true),
            Some(Code { severity: Severity::TransientNegativeCompletion, .. }) => {
                (FailureCause::Deferred, false)
            }
            // A login that is not taken, a command that it does not know: nobody's mail is to blame.
            Some(_) | None => (FailureCause::Unreachable, false),
        };
        Self { cause, for_good }
    }
}

impl Outgoing<'_> {
    fn local(&self) -> LocalMail {
        LocalMail {
            id: self.place.mail.0,
            kind: self.kind.word(),
            to: self.to.typed().to_owned(),
            subject: self.letter.subject.clone(),
            text: self.letter.text(),
            link: self.letter.link().map(str::to_owned),
            sent_at: self.at,
        }
    }

    /// The message, the same `Message-ID` at every attempt (promise 6); none where the address is
    /// none that a mail can carry.
    fn message(&self, from: Address) -> Option<Message> {
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .message_id(Some(message_id(self.place, self.host)))
            .from(from)
            .to(Address::new(None, address(self.to)?))
            .date(SystemTime::from(self.at.moment()))
            .subject(self.letter.subject.clone())
            // Keeps out-of-office programs from answering (RFC 3834).
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(self.letter.text(), self.letter.html()))
            .ok()
    }
}

/// The mail and its ledger: when the mail comes back, it is looked for in one place.
fn message_id(MailPlace { ledger, mail }: MailPlace, host: &str) -> String {
    format!("<{mail}.{ledger}@{host}>")
}

/// Whose `Message-ID` this is; none where it is none of ours. What stands behind the `@` is not looked
/// at: the public URL may have changed since.
pub(crate) fn place_of(message_id: &str) -> Option<MailPlace> {
    let id = message_id.trim().trim_start_matches('<');
    let (mail, rest) = id.split_once('@')?.0.split_once('.')?;
    let read = |text: &str| Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    Some(MailPlace { ledger: LedgerId(read(rest)?), mail: MailId(read(mail)?) })
}

/// The local part as it was typed, where every server can carry that; the domain as DNS has it.
fn address(email: &EmailAddress) -> Option<lettre::Address> {
    let (normal, domain) = email.normal().rsplit_once('@')?;
    let typed = email.typed().rsplit_once('@').map(|(local, _)| local);
    let local = typed.filter(|local| local.is_ascii()).unwrap_or(normal);
    lettre::Address::new(local, domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, letter: &Letter) -> String {
        let mail = Outgoing {
            place: MailPlace {
                ledger: LedgerId(Uuid::from_u128(9)),
                mail: MailId(Uuid::from_u128(7)),
            },
            kind: MailKind::Notice,
            to: &EmailAddress::parse(to).expect("an address"),
            letter,
            at: Timestamp::parse("2026-03-02T09:15:00Z").expect("a time"),
            host: "builders.example",
        };
        let from = "Builders <no-reply@builders.example>".parse().expect("an address");
        let message = mail.message(from).expect("a message");
        String::from_utf8(message.formatted()).expect("ASCII")
    }

    #[test]
    fn a_message_has_one_recipient_two_parts_and_an_id_of_its_own() {
        // promise 31
        let letter = Letter::notice("Grüße, \"all\"", "Hello <there>");
        let text = message("Ada.Byron@Müller.Example", &letter);
        assert!(text.contains(
            "<00000000-0000-0000-0000-000000000007.00000000-0000-0000-0000-000000000009@"
        ));
        let to: Vec<&str> = text.lines().filter(|line| line.starts_with("To: ")).collect();
        assert_eq!(to, ["To: Ada.Byron@xn--mller-kva.example"]);
        assert!(text.contains("From: Builders <no-reply@builders.example>"), "{text}");
        assert!(text.contains("multipart/alternative") && text.contains("text/html"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(text.contains("Date: Mon, 02 Mar 2026 09:15:00 +0000"), "{text}");
        assert!(text.contains("&lt;there&gt;"), "{text}");
    }

    #[test]
    fn what_a_server_says_is_for_good_only_where_it_is_about_this_mail() {
        let code = |text: &str| {
            let digit = |n: usize| text.as_bytes()[n] - b'0';
            let severity = match digit(0) {
                4 => Severity::TransientNegativeCompletion,
                _ => Severity::PermanentNegativeCompletion,
            };
            let category = match digit(1) {
                0 => Category::Syntax,
                2 => Category::Connections,
                3 => Category::Unspecified3,
                _ => Category::MailSystem,
            };
            let detail = if digit(2) == 1 { Detail::One } else { Detail::Zero };
            NotTaken::of(Some(Code { severity, category, detail }))
        };
        for (said, cause, for_good) in [
            ("550", FailureCause::Refused, true),
            ("501", FailureCause::Refused, true),
            ("500", FailureCause::Unreachable, false),
            ("451", FailureCause::Deferred, false),
            ("421", FailureCause::Deferred, false),
            ("530", FailureCause::Unreachable, false),
        ] {
            assert_eq!(code(said), NotTaken { cause, for_good }, "{said}");
        }
        assert!(!NotTaken::of(None).for_good);
    }
}
