//! What a server writes to its log, as its operators would read it.

use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, Mutex, Once};
use tracing_subscriber::filter::{EnvFilter, FilterExt, dynamic_filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// All that a server logs, but for the database's client, which the server keeps quiet itself.
const ALL: &str = "trace,tokio_postgres=info,hyper=info,hyper_util=info,reqwest=info";

/// What was logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    static HEARD: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// A thread is heard until this goes.
#[must_use]
pub(crate) struct Hearing(());

impl Drop for Hearing {
    fn drop(&mut self) {
        HEARD.set(None);
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Hears what this thread logs until the guard goes; so a test's runtime must have one thread.
    ///
    /// One subscriber listens for all threads, from the first log on: what tracing remembers of who is
    /// interested in a line changes with every subscriber that comes or goes, and tests run side by side.
    pub(crate) fn hear() -> (Self, Hearing) {
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| {
            let heard = dynamic_filter_fn(|_, _| HEARD.with_borrow(Option::is_some));
            let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(here);
            let lines = lines.with_filter(EnvFilter::new(ALL).and(heard));
            tracing_subscriber::registry().with(lines).init();
        });
        let log = Self::default();
        HEARD.set(Some(log.clone()));
        (log, Hearing(()))
    }

    /// What was heard so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("the log").clone()).expect("a text")
    }
}

/// Where this thread's lines go; to nobody, where it is not heard.
fn here() -> Log {
    HEARD.with_borrow(|heard| heard.clone().unwrap_or_default())
}
