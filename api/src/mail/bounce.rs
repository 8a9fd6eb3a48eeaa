//! Reads what a mail server says of a mail that came back: a delivery status notification (RFC 3464).
//!
//! Whoever can write to the address for bounces can write one, so nothing of it is believed but two
//! things: a `Message-ID` of ours, and a status of failure. Its words, which may name the address, are
//! neither kept nor logged.

use super::place_of;
use domain::notification::BounceStatus;
use event_store::outbox::MailPlace;

/// A mail that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounce {
    /// Which one.
    pub(crate) place: MailPlace,
    /// Why.
    pub(crate) status: BounceStatus,
}

/// What a notification does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// That a mail came back for good: it is late, or was delivered.
    Failure,
    /// Which mail of ours it is about.
    Mail,
}

/// The fields that name the mail: in its own header, which comes back with it, or in the header of
/// the notification that answers it.
const NAMES_THE_MAIL: [&str; 5] =
    ["message-id", "original-message-id", "x-original-message-id", "in-reply-to", "references"];

/// Reads a notification, header and all. Lines are enough: the fields stand in parts that are plain
/// ASCII by RFC 3464 and RFC 6522, wherever they are in the message.
pub(crate) fn read(message: &[u8]) -> Result<Bounce, Missing> {
    let message = String::from_utf8_lossy(message);
    let (mut place, mut status) = (None, None);
    let (mut failed, mut said) = (false, None);
    for line in unfolded(&message) {
        // A group of fields about one recipient ends with an empty line.
        if line.trim().is_empty() {
            (failed, said) = (false, None);
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if name == "action" {
            failed = word(value).eq_ignore_ascii_case("failed");
        } else if name == "status" {
            said = BounceStatus::parse(word(value)).ok();
        } else if NAMES_THE_MAIL.contains(&&*name) {
            place = place.or_else(|| value.split_whitespace().find_map(place_of));
        }
        if failed && let Some(said) = &said {
            status.get_or_insert_with(|| said.clone());
        }
    }
    let status = status.ok_or(Missing::Failure)?;
    Ok(Bounce { place: place.ok_or(Missing::Mail)?, status })
}

/// The first word, without a comment behind it.
fn word(value: &str) -> &str {
    value.split(|c: char| c.is_whitespace() || c == '(' || c == ';').next().unwrap_or_default()
}

/// The lines, those that go on with a blank put behind the one before. What no field of ours can be as
/// long as is not put together.
fn unfolded(message: &str) -> impl Iterator<Item = String> {
    const FIELD_BYTES_MAX: usize = 8_192;
    let mut lines = message.lines().peekable();
    std::iter::from_fn(move || {
        let mut field = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|more| more.starts_with([' ', '\t'])) {
            if field.trim().is_empty() || field.len() + more.len() > FIELD_BYTES_MAX {
                continue;
            }
            field.push_str(more);
        }
        Some(field)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{LedgerId, MailId};
    use proptest::prelude::*;
    use uuid::Uuid;

    const MAIL: &str = "0198c0de-0000-7000-8000-000000000101";
    const LEDGER: &str = "0198c0de-0000-7000-8000-000000000300";

    fn place() -> MailPlace {
        let id = |text: &str| Uuid::parse_str(text).expect("an id");
        MailPlace { ledger: LedgerId(id(LEDGER)), mail: MailId(id(MAIL)) }
    }

    /// As Postfix writes one.
    fn notification() -> String {
        format!(
            "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n\
             Message-Id: <20261122.4FzX@mx.example>\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b\"\r\n\
             \r\n--b\r\nContent-Type: text/plain\r\n\r\n\
             <ada@example.org>: host mx.example.org said: 550 5.1.1 no such user\r\n\
             \r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>:\r\n    no such user\r\n\
             \r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             Subject: Elm invites you\r\nMessage-ID:\r\n <{MAIL}.{LEDGER}@builders.example>\r\n\
             \r\n--b--\r\n"
        )
    }

    #[test]
    fn a_notification_tells_which_mail_came_back_and_why() {
        let bounce = read(notification().as_bytes()).expect("a bounce");
        assert_eq!((bounce.place, bounce.status.as_str()), (place(), "5.1.1"));
        let unix = notification().replace("\r\n", "\n");
        assert_eq!(read(unix.as_bytes()).map(|bounce| bounce.place), Ok(place()));
        let commented = notification().replace("Status: 5.1.1", "STATUS: 4.4.7 (expired)");
        let bounce = read(commented.as_bytes()).expect("a bounce");
        assert_eq!(bounce.status.as_str(), "4.4.7");
    }

    #[test]
    fn what_is_late_or_delivered_or_about_another_mail_is_no_bounce() {
        for other in ["delayed", "delivered", "relayed", "expanded", ""] {
            let text = notification().replace("Action: failed", &format!("Action: {other}"));
            assert_eq!(read(text.as_bytes()), Err(Missing::Failure), "{other}");
        }
        let text = notification().replace("Status: 5.1.1", "Status: 2.0.0");
        assert_eq!(read(text.as_bytes()), Err(Missing::Failure));
        // Two recipients: the failure of one is not the status of another.
        let apart = notification().replace("Action: failed\r\n", "Action: failed\r\n\r\n");
        assert_eq!(read(apart.as_bytes()), Err(Missing::Failure));
        for id in [MAIL, "<x@y>", "", "<0198.0198@y>"] {
            let text = notification().replace(&format!("<{MAIL}.{LEDGER}@builders.example>"), id);
            assert_eq!(read(text.as_bytes()), Err(Missing::Mail), "{id}");
        }
        assert_eq!(read(b""), Err(Missing::Failure));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            at in any::<prop::sample::Index>(),
        ) {
            let mut message = notification().into_bytes();
            let at = at.index(message.len());
            let until = (at + bytes.len() / 2).min(message.len());
            message.splice(at..until, bytes.iter().copied());
            let _read = (read(&message).is_ok(), read(&bytes).is_ok());
        }
    }
}
