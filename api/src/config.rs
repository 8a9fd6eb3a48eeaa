//! Settings from flags and the environment, all of their problems reported at once.

use crate::demo::{self, Demo};
use crate::mail::{self, MailSettings};
use crate::state::Limits;
use clap::Parser;
use event_store::MasterKey;
use event_store::database::is_on_this_machine;
use event_store::embedded::default_data_dir;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

const HELP: &str = "\
Every setting is a flag and an environment variable of the same name; the flag wins.

Without DATABASE_URL, Titleblock runs a private PostgreSQL of its own in the data directory (Unix
socket only, durable) and keeps the master key beside it, in master.key. Back up both, each in a place of its own.
With DATABASE_URL, a master key must be given. Make one, once, and keep it safe: without it
nobody can read the personal values in the database.

    head -c 32 /dev/urandom | base64 > master.key && chmod 600 master.key
    export TITLEBLOCK_MASTER_KEY_FILE=$PWD/master.key

The first start prints an operator token, once. With it, open a builder account:

    curl -X POST http://127.0.0.1:8080/v1/accounts -H \"Authorization: Bearer $OPERATOR_TOKEN\" \\
         -H 'Content-Type: application/json' -d '{\"name\": \"Elm Street Builders\"}'

Ctrl-C or SIGTERM stops it: what is under way is finished first, for ten seconds at most.";

/// Contacts, jobs and owners of building companies, with a history that can be proven.
#[derive(Debug, Clone, Parser)]
#[command(name = "titleblock", version, after_long_help = HELP, max_term_width = 100)]
struct Settings {
    /// Where to listen, as host:port
    #[arg(long, env = "TITLEBLOCK_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the private database and its master key are kept [default: /var/lib/titleblock as
    /// root, else ~/.local/share/titleblock]
    #[arg(long, env = "TITLEBLOCK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A PostgreSQL of version 15 or later to use instead of the private one, as a URL
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The folder with `postgres` and `initdb` for the private database [default: the system's]
    #[arg(long, env = "PG_BIN_DIR")]
    pg_bin_dir: Option<PathBuf>,
    /// The master key: 32 bytes in base64. Better give a file: others see a process's flags
    #[arg(long, env = "TITLEBLOCK_MASTER_KEY", hide_env_values = true)]
    master_key: Option<String>,
    /// A file that holds the master key
    #[arg(long, env = "TITLEBLOCK_MASTER_KEY_FILE")]
    master_key_file: Option<PathBuf>,
    /// How clients reach the server, for links that it writes [default: http://<listen>]
    #[arg(long, env = "TITLEBLOCK_PUBLIC_URL")]
    public_url: Option<String>,
    /// A mail server, as smtps://user:password@host, or smtp://host:587?tls=required. Without one,
    /// mail waits; on a machine of one's own it is shown at /dev/mailbox
    #[arg(long, env = "TITLEBLOCK_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Whom mail is from, as an address or as `Name <address>`
    #[arg(long, env = "TITLEBLOCK_MAIL_FROM")]
    mail_from: Option<String>,
    /// How many lanes write at once, 1 to 64
    #[arg(long, env = "TITLEBLOCK_LANES", default_value = "2")]
    lanes: String,
    /// How many connections the pool for reading has, 2 to 500
    #[arg(long, env = "TITLEBLOCK_CONNECTIONS", default_value = "16")]
    connections: String,
    /// How many requests are carried out at once, 1 to 100000
    #[arg(long, env = "TITLEBLOCK_REQUESTS", default_value = "1024")]
    requests: String,
    /// How long a request may take, in seconds, 1 to 600; an import may take ten times as long
    #[arg(long, env = "TITLEBLOCK_REQUEST_TIMEOUT_S", default_value = "30")]
    request_timeout_s: String,
    /// Whether the database is distributed (Citus): one ledger a transaction
    #[arg(long, env = "TITLEBLOCK_DISTRIBUTED", default_value = "false")]
    distributed: String,
    /// What is logged, as tracing filters: `info`, `warn,api=debug` …
    #[arg(long, env = "TITLEBLOCK_LOG", default_value = "info")]
    log: String,
    /// Open a demo account with a small set, or with the jobs of a CSV file
    #[arg(long, value_name = "FILE.csv", num_args = 0..=1, default_missing_value = "")]
    demo: Option<String>,
    /// Print another operator token, for when the first one is lost
    #[arg(long)]
    new_operator_token: bool,
}

/// Where the database is.
#[derive(Debug)]
pub enum Storage {
    /// A private one in the data directory.
    Embedded {
        /// Where the binaries are; searched for when absent.
        bin_dir: Option<PathBuf>,
    },
    /// Somebody else's.
    Server {
        /// Its address.
        url: String,
    },
}

/// Settings that were checked.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the private database and its key are.
    pub data_dir: PathBuf,
    /// Where the database is.
    pub storage: Storage,
    /// The master key; absent when the private database's own is used.
    pub master_key: Option<MasterKey>,
    /// How clients reach the server.
    pub public_url: String,
    /// What becomes of mail.
    pub mail: MailSettings,
    /// How many lanes write at once.
    pub lanes: usize,
    /// How many connections the pool has.
    pub connections: usize,
    /// How much is taken at once.
    pub limits: Limits,
    /// One ledger a transaction.
    pub distributed: bool,
    /// What is logged.
    pub log: String,
    pub(crate) demo: Option<Demo>,
    /// Whether to print another operator token.
    pub new_operator_token: bool,
}

/// All that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings cannot be used:")?;
        self.0.iter().try_for_each(|error| write!(f, "\n  - {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects what is wrong.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn number<T: FromStr + PartialOrd + fmt::Display>(
        &mut self,
        name: &str,
        given: &str,
        (min, max): (T, T),
    ) -> Option<T> {
        let number = given.trim().parse().ok().filter(|number| (&min..=&max).contains(&number));
        if number.is_none() {
            self.0.push(format!("{name} must be a number from {min} to {max}, not {given:?}"));
        }
        number
    }

    fn take<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }
}

impl Config {
    /// Reads flags and the environment; `--help` and the like end the process.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        Self::check(Settings::parse())
    }

    /// The same from these flags, without the program's name.
    pub fn from_flags<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, ConfigErrors> {
        let flags = std::iter::once("titleblock").chain(flags);
        let settings = Settings::try_parse_from(flags);
        Self::check(settings.map_err(|error| ConfigErrors(vec![error.to_string()]))?)
    }

    /// Checks settings, and tells everything that is wrong with them at once.
    fn check(settings: Settings) -> Result<Self, ConfigErrors> {
        let mut wrong = Wrong::default();
        let listen = wrong.take(address(&settings.listen));
        let master_key = wrong.take(master_key(&settings)).flatten();
        let lanes = wrong.number("TITLEBLOCK_LANES", &settings.lanes, (1, 64));
        let connections = wrong.number("TITLEBLOCK_CONNECTIONS", &settings.connections, (2, 500));
        let requests = wrong.number("TITLEBLOCK_REQUESTS", &settings.requests, (1, 100_000));
        let timeout_s =
            wrong.number("TITLEBLOCK_REQUEST_TIMEOUT_S", &settings.request_timeout_s, (1, 600));
        let distributed = wrong.take(match settings.distributed.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("TITLEBLOCK_DISTRIBUTED must be true or false".to_owned()),
        });
        let log = wrong.take(
            settings
                .log
                .parse::<EnvFilter>()
                .map(|_| settings.log.clone())
                .map_err(|error| format!("TITLEBLOCK_LOG is not a filter: {error}")),
        );
        let public_url = wrong.take(public_url(settings.public_url.as_deref(), listen));
        let mail = mail(&settings, listen, public_url.as_deref(), &mut wrong);
        let demo = demo(settings.demo.clone(), &mut wrong);
        let storage = storage(&settings, &mut wrong);
        let data_dir = settings.data_dir.unwrap_or_else(default_data_dir);
        let checked = || {
            Some(Self {
                listen: listen?,
                data_dir,
                storage,
                master_key,
                public_url: public_url?,
                mail: mail?,
                lanes: lanes?,
                connections: connections?,
                limits: Limits {
                    requests_max: requests?,
                    request_timeout: Duration::from_secs(timeout_s?),
                },
                distributed: distributed?,
                log: log?,
                demo,
                new_operator_token: settings.new_operator_token,
            })
        };
        let config = if wrong.0.is_empty() { checked() } else { None };
        config.ok_or(ConfigErrors(wrong.0))
    }
}

fn storage(settings: &Settings, wrong: &mut Wrong) -> Storage {
    let Some(url) = settings.database_url.as_ref().filter(|url| !url.trim().is_empty()) else {
        return Storage::Embedded { bin_dir: settings.pg_bin_dir.clone() };
    };
    if settings.master_key.is_none() && settings.master_key_file.is_none() {
        wrong.0.push(NO_KEY.to_owned());
    }
    if event_store::Database::new(url, 1).is_err() {
        wrong.0.push("DATABASE_URL is not the address of a database".to_owned());
    }
    Storage::Server { url: url.clone() }
}

fn mail(
    settings: &Settings,
    listen: Option<SocketAddr>,
    public_url: Option<&str>,
    wrong: &mut Wrong,
) -> Option<MailSettings> {
    let (smtp_url, from) = (settings.smtp_url.as_deref(), settings.mail_from.as_deref());
    // Mail holds links that let their holder in: it is shown only where nobody else reaches the
    // server, by its socket or through a proxy, and never taken from a database that others serve.
    let own_machine = listen.is_some_and(|listen| listen.ip().is_loopback())
        && public_url.is_some_and(mail::leads_to_this_machine)
        && settings.database_url.as_deref().is_none_or(is_on_this_machine);
    let read = mail::read_settings(smtp_url, from, own_machine);
    read.map_err(|errors| wrong.0.extend(errors)).ok()
}

fn demo(wanted: Option<String>, wrong: &mut Wrong) -> Option<Demo> {
    let path = wanted?;
    if path.is_empty() {
        return Some(Demo::Own);
    }
    let path = PathBuf::from(path);
    wrong.take(demo::check(&path).map_err(|error| format!("--demo: {error}")));
    Some(Demo::File(path))
}

const NO_KEY: &str = "with DATABASE_URL a master key must be given in TITLEBLOCK_MASTER_KEY_FILE \
     (or TITLEBLOCK_MASTER_KEY); make one, once, with `head -c 32 /dev/urandom | base64 > \
     master.key && chmod 600 master.key`, and back it up: without it nobody can read the personal \
     values in the database";

fn address(given: &str) -> Result<SocketAddr, String> {
    let wrong =
        || format!("TITLEBLOCK_LISTEN must be host:port, such as 127.0.0.1:8080, not {given:?}");
    given.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(wrong)
}

fn master_key(settings: &Settings) -> Result<Option<MasterKey>, String> {
    let bytes = "32 bytes in base64; make one with `head -c 32 /dev/urandom | base64`";
    match (&settings.master_key, &settings.master_key_file) {
        (Some(_), Some(_)) => {
            Err("TITLEBLOCK_MASTER_KEY and TITLEBLOCK_MASTER_KEY_FILE are both set; choose one"
                .to_owned())
        }
        (Some(text), None) => MasterKey::from_base64(text)
            .map(Some)
            .ok_or_else(|| format!("TITLEBLOCK_MASTER_KEY must be {bytes}")),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                format!("TITLEBLOCK_MASTER_KEY_FILE {} cannot be read: {error}", path.display())
            })?;
            MasterKey::from_base64(&text).map(Some).ok_or_else(|| {
                format!("TITLEBLOCK_MASTER_KEY_FILE {} must hold {bytes}", path.display())
            })
        }
        (None, None) => Ok(None),
    }
}

fn public_url(given: Option<&str>, listen: Option<SocketAddr>) -> Result<String, String> {
    let Some(given) = given else {
        return Ok(listen.map_or_else(String::new, |listen| format!("http://{listen}")));
    };
    let url: Result<axum::http::Uri, _> = given.parse();
    let usable = url.is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some()
    });
    if !usable {
        let wrong =
            "TITLEBLOCK_PUBLIC_URL must be an http or https URL, such as https://builders.example";
        return Err(format!("{wrong}, not {given:?}"));
    }
    Ok(given.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(flags: &[&str]) -> Result<Config, ConfigErrors> {
        Config::from_flags(flags.iter().copied())
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let errors = checked(&[
            "--listen=nowhere",
            "--lanes=0",
            "--connections=many",
            "--database-url=postgres://localhost/x",
            "--public-url=ftp://x",
            "--log=a=b=c",
            "--smtp-url=mail.example",
        ]);
        let ConfigErrors(errors) = errors.expect_err("wrong");
        let told: Vec<&str> =
            errors.iter().filter_map(|error| error.split_whitespace().next()).collect();
        assert_eq!(told.len(), 8, "{errors:#?}");
        assert!(errors.iter().any(|error| error.contains("a master key must be given")));
    }

    #[test]
    fn no_settings_at_all_run_a_private_database_on_this_machine() {
        let config = checked(&[]).expect("usable");
        assert!(config.listen.ip().is_loopback());
        assert!(matches!(config.mail, MailSettings::Mailbox));
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn mail_is_shown_on_a_machine_of_ones_own_alone() {
        let key = "--master-key=VGhpcyBtYXN0ZXIga2V5IGlzIG5vIHNlY3JldCBhdC4=";
        let shown = |flags: &[&str]| {
            let flags = [&[key], flags].concat();
            matches!(checked(&flags).expect("usable").mail, MailSettings::Mailbox)
        };
        assert!(shown(&["--listen=[::1]:8080", "--public-url=http://localhost:3000/x"]));
        assert!(shown(&["--database-url=postgres://u@localhost/x"]));
        assert!(shown(&["--database-url=host=/run/postgresql user=u"]));
        assert!(!shown(&["--database-url=postgres://u@db.example/x"]));
        assert!(!shown(&["--public-url=https://builders.example"]));
        assert!(!shown(&["--listen=0.0.0.0:8080", "--public-url=http://127.0.0.1:8080"]));
        assert!(!shown(&["--smtp-url=smtp://localhost", "--mail-from=a@b.example"]));
    }

    #[test]
    fn the_demo_takes_a_file_or_none() {
        assert_eq!(checked(&["--demo"]).expect("usable").demo, Some(Demo::Own));
        assert!(checked(&["--demo", "no/such.csv"]).is_err());
    }
}
