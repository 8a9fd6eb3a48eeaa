//! Pages that keep themselves up (R100): server-sent events, told by the views' runner.
//!
//! What a page shows has a fingerprint, [`Seen`]. A stream tells the fingerprint of what the page would
//! show now: once at its beginning, and again when it has become another. The page's script asks for the
//! page anew when that is not the one that it shows, and so it misses nothing between the page and the
//! stream, nor between two streams. Nothing else is told: no position, no count, and not that something
//! moved which the page does not show.
//!
//! To give a page a stream:
//! 1. a `look`: may this one still see it, and what is there now. Ask first what closes the stream (a
//!    session, a link), and the views after that; a 4xx ends the stream. Views must be waited for, as for
//!    any page: a look is taken when a ledger has moved, be its views there or not.
//! 2. the page's content in [`kept_up`], with the path of the stream and the fingerprint.
//! 3. a route that answers [`Live::stream`] with the ledgers on which all of that hangs.
//!
//! A look is taken when a ledger has moved, at most five times a second a stream, and every 15 seconds
//! whatever moved: sessions and links end by the clock, too. Few are taken at once, so that readers of
//! pages get their connections. Streams hold no request's place, and no time limit ends them; they end with
//! the server.

use crate::error::Problem;
use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{LedgerId, PersonId};
use event_store::keys::sha256;
use futures_util::future::select_all;
use futures_util::stream::unfold;
use maud::{Markup, html};
use projections::Progress;
use serde::Serialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

/// The most streams of a process.
const STREAMS_MAX: usize = 2_000;
/// The most streams of somebody who is signed in; a page that nobody looks at has none.
const STREAMS_OF_PERSON_MAX: usize = 10;
/// The most streams of a link, which a household may share.
const STREAMS_OF_LINK_MAX: usize = 50;
/// The most looks at once.
const LOOKS_MAX: usize = 8;
/// The most at once of those that failed when they were taken last: they may take long to fail again, and
/// nobody else's wait for them.
const RETRIES_MAX: usize = 2;
/// A stream's looks are at least this far apart.
const GAP: Duration = Duration::from_millis(200);
/// A stream looks, and says that it is there, at least this often.
const BEAT: Duration = Duration::from_secs(15);
/// When a look that failed is taken again.
const AGAIN: Duration = Duration::from_secs(1);
/// When a browser that has lost the stream asks for another, in milliseconds.
const RETRY_MS: u32 = 2_000;
/// Proxies are asked to hand every event on at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The fingerprint of what a page shows. It is no secret from whoever sees the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen(String);

impl Seen {
    /// Of all that the page shows and that can change.
    pub(crate) fn of(shown: &impl Serialize) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(shown).map_err(|_unwritable| Problem::internal())?;
        Ok(Self(sha256(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The part of a page that is kept up: the page's script puts its newest state in its place. One a page;
/// without a script it stays as it is, and says so.
pub(crate) fn kept_up(stream: &str, seen: &Seen, content: &Markup) -> Markup {
    html! {
        div data-live=(stream) data-seen=(seen) {
            (content)
            p .hint data-still="" { "To see what has changed since, load this page again." }
        }
    }
}

/// Whose streams are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Listener {
    /// Somebody who is signed in.
    Person(PersonId),
    /// Whoever holds this link.
    Link(Uuid),
}

impl Listener {
    const fn streams_max(self) -> usize {
        match self {
            Self::Person(_) => STREAMS_OF_PERSON_MAX,
            Self::Link(_) => STREAMS_OF_LINK_MAX,
        }
    }
}

/// The streams of this process; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    progress: Progress,
    looks: Semaphore,
    retries: Semaphore,
    closing: watch::Sender<bool>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of: HashMap<Listener, usize>,
}

impl Live {
    /// No streams yet.
    pub(crate) fn new(progress: Progress) -> Self {
        let (looks, retries) = (Semaphore::new(LOOKS_MAX), Semaphore::new(RETRIES_MAX));
        let (closing, open) = (watch::Sender::new(false), Mutex::default());
        Self(Arc::new(Inner { progress, looks, retries, closing, open }))
    }

    /// Ends all streams, and lets none begin: the server stops.
    pub(crate) fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Answers with a stream that hangs on these ledgers. The first look is taken before: who may not see
    /// the page is answered with that problem, and there is no stream. Too many are a 503.
    pub(crate) async fn stream<L, F>(
        &self,
        listener: Listener,
        ledgers: &[LedgerId],
        look: L,
    ) -> Result<Response, Problem>
    where
        L: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Seen, Problem>> + Send + 'static,
    {
        let place = Place::take(&self.0, listener)?;
        let closing = self.0.closing.subscribe();
        if *closing.borrow() {
            return Err(Problem::unavailable());
        }
        // Before the look: what moves after it wakes the stream.
        let moves = ledgers.iter().map(|ledger| self.0.progress.listen(*ledger)).collect();
        let seen = look().await?;
        let now = Instant::now();
        let listening = Listening {
            look,
            place,
            moves,
            closing,
            first: Some(format!("retry: {RETRY_MS}\n{}", said(&seen))),
            seen,
            looked_at: now,
            look_at: now + BEAT,
            told_at: now,
            failed: false,
            gone: false,
        };
        let events = unfold(listening, |mut listening| async move {
            let text = listening.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(text)), listening))
        });
        let headers =
            [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store"), (BUFFERING, "no")];
        Ok((headers, Body::from_stream(events)).into_response())
    }
}

/// A stream's place among those that are open, given back with it.
#[derive(Debug)]
struct Place(Arc<Inner>, Listener);

fn locked(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Place {
    fn take(inner: &Arc<Inner>, listener: Listener) -> Result<Self, Problem> {
        let mut open = locked(&inner.open);
        let theirs = open.of.get(&listener).copied().unwrap_or(0);
        if open.all >= STREAMS_MAX || theirs >= listener.streams_max() {
            return Err(Problem::unavailable());
        }
        open.all += 1;
        open.of.insert(listener, theirs + 1);
        metrics::gauge!("titleblock_live_streams").increment(1.0);
        Ok(Self(Arc::clone(inner), listener))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = locked(&self.0.open);
        open.all -= 1;
        if let Some(theirs) = open.of.get_mut(&self.1) {
            *theirs -= 1;
            if *theirs == 0 {
                open.of.remove(&self.1);
            }
        }
        metrics::gauge!("titleblock_live_streams").decrement(1.0);
    }
}

/// An event that tells a fingerprint.
fn said(seen: &Seen) -> String {
    format!("data: {seen}\n\n")
}

/// That there is nothing to see any more. An event without data would not arrive.
const GONE: &str = "event: gone\ndata: gone\n\n";
/// That the stream is there.
const HERE: &str = ":\n\n";

/// A stream that is open.
struct Listening<L> {
    look: L,
    place: Place,
    moves: Vec<watch::Receiver<u64>>,
    closing: watch::Receiver<bool>,
    first: Option<String>,
    /// What was told last.
    seen: Seen,
    looked_at: Instant,
    /// When to look whatever moves.
    look_at: Instant,
    /// When something was said last.
    told_at: Instant,
    /// Whether the last look did.
    failed: bool,
    gone: bool,
}

impl<L, F> Listening<L>
where
    L: Fn() -> F,
    F: Future<Output = Result<Seen, Problem>>,
{
    /// What is said next; none at the end.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.gone {
            let mut closing = self.closing.clone();
            tokio::select! {
                biased;
                // Whoever would close them is gone, or does.
                _ = closing.wait_for(|closing| *closing) => return None,
                () = self.something() => {}
            }
            if let Some(text) = self.look_again().await {
                self.told_at = Instant::now();
                return Some(text);
            }
        }
        None
    }

    /// Waits until there may be something to see.
    async fn something(&mut self) {
        tokio::select! {
            () = any_moved(&mut self.moves) => {}
            () = sleep_until(self.look_at) => {}
        }
        // Several moves are one look.
        sleep_until(self.looked_at + GAP).await;
    }

    async fn look_again(&mut self) -> Option<String> {
        for moves in &mut self.moves {
            moves.borrow_and_update();
        }
        let inner = &self.place.0;
        let places = if self.failed { &inner.retries } else { &inner.looks };
        let seen = match places.acquire().await {
            Ok(_permit) => (self.look)().await,
            Err(_closed) => Err(Problem::unavailable()),
        };
        self.looked_at = Instant::now();
        self.look_at = self.looked_at + BEAT;
        self.failed = seen.as_ref().is_err_and(|problem| problem.status.is_server_error());
        match seen {
            Ok(seen) if seen != self.seen => {
                self.seen = seen;
                Some(said(&self.seen))
            }
            Ok(_) => (self.told_at.elapsed() >= BEAT).then(|| HERE.to_owned()),
            Err(problem) if problem.status.is_client_error() => {
                self.gone = true;
                Some(GONE.to_owned())
            }
            // The machine failed, or a view is behind.
            Err(_) => {
                self.look_at = self.looked_at + AGAIN;
                None
            }
        }
    }
}

/// Waits until one of these ledgers has moved; for ever where there are none.
async fn any_moved(moves: &mut [watch::Receiver<u64>]) {
    if moves.is_empty() {
        return std::future::pending().await;
    }
    let changes = moves.iter_mut().map(|ledger| Box::pin(ledger.changed()));
    if select_all(changes).await.0.is_err() {
        // The runner is gone, and with it what moves.
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_one_state_from_another_and_nothing_of_either() {
        let [one, same, other] = ["Barn", "Barn", "Shed"].map(|name| Seen::of(&name));
        let (one, same, other) = (one.expect("one"), same.expect("one"), other.expect("one"));
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 32);
        let part = kept_up("/me/jobs/x/live", &one, &html! { p { "<Barn>" } }).into_string();
        let begins =
            format!("<div data-live=\"/me/jobs/x/live\" data-seen=\"{one}\"><p>&lt;Barn&gt;");
        assert!(part.starts_with(&begins), "{part}");
        assert_eq!(said(&one), format!("data: {one}\n\n"));
    }
}
