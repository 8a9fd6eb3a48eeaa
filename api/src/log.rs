//! The log: to stderr, filtered by the settings, without what people are called.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log with this filter.
pub fn start(filter: &str) {
    // A pool that is drained at the end of the server reports each of its connections.
    let filter = EnvFilter::new(filter);
    let filter = match "deadpool=error".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_never) => filter,
    };
    let lines =
        fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged)).with(lines).init();
    std::panic::set_hook(Box::new(|panicked| tracing::error!("{}", place_of(panicked))));
}

/// Where a panic was. What it says may hold anybody's values, and is not repeated.
fn place_of(panicked: &PanicHookInfo<'_>) -> String {
    match panicked.location() {
        Some(place) => format!("a panic at {}:{}", place.file(), place.line()),
        None => "a panic".to_owned(),
    }
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    is_impersonal(metadata.target(), *metadata.level())
}

/// At debug, the database's client logs the parameters of statements: names and addresses. It does
/// not, whatever the settings say.
fn is_impersonal(target: &str, level: Level) -> bool {
    level <= Level::INFO || !target.starts_with("tokio_postgres")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_logged_by_its_place_and_without_what_it_says() {
        let (told, heard) = std::sync::mpsc::channel();
        let this = std::thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panicked| {
            if std::thread::current().id() == this {
                let sent = told.send(place_of(panicked));
                sent.expect("somebody listens");
            }
        }));
        let caught = std::panic::catch_unwind(|| panic!("{} is no number", "ada@example.org"));
        std::panic::set_hook(before);
        assert!(caught.is_err());
        let told = heard.recv().expect("a panic");
        assert!(told.starts_with("a panic at ") && told.contains("log.rs:"), "{told}");
        assert!(!told.contains("ada"), "{told}");
    }

    #[test]
    fn the_parameters_of_statements_are_never_logged() {
        assert!(!is_impersonal("tokio_postgres::query", Level::DEBUG));
        assert!(!is_impersonal("tokio_postgres", Level::TRACE));
        assert!(is_impersonal("tokio_postgres::connection", Level::WARN));
        assert!(is_impersonal("api", Level::DEBUG));
    }
}
