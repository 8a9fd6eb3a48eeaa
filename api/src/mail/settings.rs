//! What the configuration says about mail.

use lettre::message::Mailbox as Address;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use std::fmt;
use std::net::IpAddr;

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum MailSettings {
    /// By a mail server.
    Smtp(Box<Smtp>),
    /// There is none, and nobody but this machine reaches the server: mail is kept in memory.
    Mailbox,
    /// There is none: mail waits.
    Waiting,
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransportBuilder,
    from: Address,
}

/// Its URL may hold a password.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(…)")
    }
}

impl Smtp {
    pub(super) fn transport(&self) -> AsyncSmtpTransportBuilder {
        self.transport.clone()
    }

    pub(super) const fn from(&self) -> &Address {
        &self.from
    }

    /// The mail server at `url`, for mail from `from`. All that is wrong is told, without what may
    /// be secret.
    pub fn new(url: &str, from: Option<&str>) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let transport = transport(url).map_err(|error| wrong.push(error)).ok();
        let from = match from.map(str::parse::<Address>) {
            Some(Ok(from)) => Some(from),
            Some(Err(_not_an_address)) => {
                wrong.push(BAD_FROM.to_owned());
                None
            }
            None => {
                wrong.push(NO_FROM.to_owned());
                None
            }
        };
        match (transport, from) {
            (Some(transport), Some(from)) => Ok(Self { transport, from }),
            _ => Err(wrong),
        }
    }
}

const BAD_FROM: &str = "TITLEBLOCK_MAIL_FROM must be an address, such as \
     Elm Street Builders <no-reply@builders.example>";
const NO_FROM: &str =
    "with TITLEBLOCK_SMTP_URL the sender's address must be given in TITLEBLOCK_MAIL_FROM";
const BAD_URL: &str = "TITLEBLOCK_SMTP_URL must be the URL of a mail server, such as \
     smtps://user:password@mail.example or smtp://mail.example:587?tls=required; signs that mean \
     something in a URL are written as %XX";
const IN_THE_CLEAR: &str = "TITLEBLOCK_SMTP_URL would send its password in the clear; use smtps:// \
     or add ?tls=required";

/// Reads the URL of a mail server. Never repeats it: it may hold a password.
fn transport(url: &str) -> Result<AsyncSmtpTransportBuilder, String> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
        .map_err(|_unusable| BAD_URL.to_owned())?;
    // The scheme smtp alone asks for no encryption, and `opportunistic` does without.
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, parameters) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
    let (login, host) = match authority.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, authority),
    };
    let encrypted = scheme.eq_ignore_ascii_case("smtps") || parameters.contains("tls=required");
    if login.is_some() && !encrypted && !is_loopback(without_port(host)) {
        return Err(IN_THE_CLEAR.to_owned());
    }
    Ok(transport)
}

/// What becomes of mail, from what was given; on a machine of one's own it is shown where there is
/// no mail server. Complains of everything that is wrong.
pub(crate) fn read(
    smtp_url: Option<&str>,
    from: Option<&str>,
    own_machine: bool,
) -> Result<MailSettings, Vec<String>> {
    let is_given = |text: &&str| !text.trim().is_empty();
    match smtp_url.filter(is_given) {
        Some(url) => {
            let smtp = Smtp::new(url.trim(), from.filter(is_given).map(str::trim))?;
            Ok(MailSettings::Smtp(Box::new(smtp)))
        }
        None if own_machine => Ok(MailSettings::Mailbox),
        None => Ok(MailSettings::Waiting),
    }
}

/// Whether a URL of ours leads nowhere but to this machine.
pub(crate) fn leads_to_this_machine(url: &str) -> bool {
    host_of(url).is_some_and(|host| is_loopback(&host))
}

/// The host in a URL of ours.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url: axum::http::Uri = url.parse().ok()?;
    url.host().map(str::to_owned)
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(url: &str, from: Option<&str>) -> Vec<String> {
        Smtp::new(url, from).err().unwrap_or_default()
    }

    const FROM: Option<&str> = Some("Builders <no-reply@builders.example>");

    #[test]
    fn a_mail_server_is_a_url_and_mail_is_from_somebody() {
        for url in [
            "smtps://user:p%40ss@mail.example",
            "smtp://mail.example:587?tls=required",
            "smtp://user:pass@mail.example?tls=required",
            "smtp://user:pass@localhost:1025",
            "smtp://user:pass@[::1]:1025",
            "smtp://mail.example",
        ] {
            assert!(wrong(url, FROM).is_empty(), "{url}");
        }
        assert_eq!(wrong("smtps://mail.example", Some("no address")), [BAD_FROM]);
        assert_eq!(wrong("ftp://mail.example", None), [BAD_URL, NO_FROM]);
    }

    #[test]
    fn a_password_does_not_leave_the_machine_unencrypted_and_is_not_told() {
        for url in
            ["smtp://user:pass@mail.example", "smtp://user:pass@mail.example?tls=opportunistic"]
        {
            assert_eq!(wrong(url, FROM), [IN_THE_CLEAR]);
        }
        let told = wrong("smtp:://user:hunter2@", FROM).concat();
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn without_a_mail_server_mail_is_shown_or_waits() {
        let settings = |url, own_machine| {
            let settings = read(Some(url), FROM, own_machine).expect("usable");
            format!("{settings:?}")
        };
        assert_eq!(settings(" ", true), "Mailbox");
        assert_eq!(settings("", false), "Waiting");
        assert_eq!(settings("smtp://localhost", true), "Smtp(Smtp(…))");
    }
}
