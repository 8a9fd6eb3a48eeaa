use crate::error::Problem;
use crate::input::one_of;
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select, quiet_button};
use crate::pages::layout::Page;
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use event_store::outbox::WaitingMails;
use form_urlencoded::Serializer;
use maud::{Markup, html};
use projections::status::{LedgerStatus, ViewStatus};
use std::collections::BTreeMap;

/// The most ledgers of a page.
const LEDGERS_MAX: usize = 50;
/// The most parked views that are shown; the tool of the command line shows all.
const PARKED_MAX: usize = 100;

/// Where ledgers, views and mail stand, as `replay-tool status` tells it.
pub(super) async fn page(app: &AppState, query: &Form) -> Result<Page, Problem> {
    let status = app.status().await?;
    let waiting = app.store().waiting_by_kind().await?;
    let wanted = Wanted::of(query);
    let content = html! {
        form method="post" action="/operations" { (quiet_button("sign-out", "Leave")) }
        (in_all(&status))
        (parked(&status))
        (by_view(&status))
        (mail(app.delivery().word(), &waiting))
        (ledgers(&status, &wanted))
    };
    Ok(Page::new("Operations", content))
}

fn views(status: &[LedgerStatus]) -> impl Iterator<Item = (&LedgerStatus, &ViewStatus)> {
    status.iter().flat_map(|ledger| ledger.views.iter().map(move |view| (ledger, view)))
}

fn in_all(status: &[LedgerStatus]) -> Markup {
    let events: u64 = status.iter().map(|ledger| ledger.head).sum();
    let behind = views(status).filter(|(_, view)| view.lag > 0).count();
    let parked = views(status).filter(|(_, view)| view.parked.is_some()).count();
    html! {
        ul .sums {
            li { strong { (status.len()) } " ledgers" }
            li { strong { (events) } " events" }
            li { strong { (behind) } " views of ledgers behind" }
            li { strong { (parked) } " parked" }
        }
    }
}

fn parked(status: &[LedgerStatus]) -> Markup {
    let parked: Vec<_> =
        views(status).filter_map(|(l, v)| Some((l, v, v.parked.as_ref()?))).collect();
    html! {
        section {
            h2 { "Parked" }
            @if parked.is_empty() { p { "No view is parked." } }
            @for (ledger, view, why) in parked.iter().take(PARKED_MAX) {
                article .entry {
                    h3 { (view.view) }
                    p { (ledger.kind) " " code { (ledger.ledger) } }
                    p { "At position " (why.position) " since " (time(why.at)) ": " (why.cause) }
                }
            }
            @if parked.len() > PARKED_MAX {
                p .hint { "And " (parked.len() - PARKED_MAX) " more: replay-tool status." }
            }
            @if !parked.is_empty() {
                p .hint { "docs/OPERATING.md says what to do; other ledgers go on." }
            }
        }
    }
}

/// How a view stands over all ledgers.
#[derive(Default)]
struct Standing {
    ledgers: usize,
    behind: usize,
    lag_max: u64,
    parked: usize,
}

fn by_view(status: &[LedgerStatus]) -> Markup {
    let mut all: BTreeMap<&str, Standing> = BTreeMap::new();
    for (_, view) in views(status) {
        let standing = all.entry(&view.view).or_default();
        standing.ledgers += 1;
        standing.behind += usize::from(view.lag > 0);
        standing.lag_max = standing.lag_max.max(view.lag);
        standing.parked += usize::from(view.parked.is_some());
    }
    html! {
        section {
            h2 { "Views" }
            div .scrolls tabindex="0" role="region" aria-label="Views" {
                table {
                    thead { tr {
                        th { "View" } th { "Ledgers" } th { "Behind" } th { "Greatest lag" }
                        th { "Parked" }
                    } }
                    tbody { @for (view, standing) in &all {
                        tr {
                            th scope="row" { (view) }
                            td { (standing.ledgers) } td { (standing.behind) }
                            td { (standing.lag_max) } td { (standing.parked) }
                        }
                    } }
                }
            }
        }
    }
}

fn mail(delivery: &str, waiting: &[WaitingMails]) -> Markup {
    html! {
        section {
            h2 { "Mail" }
            p { "Taken by: " (delivery) }
            @if waiting.is_empty() { p { "No mail waits." } } @else {
                div .scrolls tabindex="0" role="region" aria-label="Mail that waits" {
                    table {
                        thead { tr {
                            th { "Kind" } th { "Waiting" } th { "Tried before" } th { "Oldest" }
                        } }
                        tbody { @for mails in waiting {
                            tr {
                                th scope="row" { (sentence(&mails.kind)) }
                                td { (mails.waiting) } td { (mails.tried) }
                                td { (time(mails.oldest)) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// Which ledgers are asked for.
struct Wanted<'a> {
    kind: Option<&'static str>,
    ledger: Option<&'a str>,
    page: usize,
}

const KINDS: [(&str, &str); 5] = [
    ("", "Any"),
    ("installation", "Installation"),
    ("builder_account", "Builder account"),
    ("person", "Person"),
    ("subcontractor_org", "Subcontractor's company"),
];

impl<'a> Wanted<'a> {
    fn of(query: &'a Form) -> Self {
        let words = ["installation", "builder_account", "person", "subcontractor_org"];
        Self {
            kind: query.filled("kind").and_then(|word| one_of(word, &words).ok()),
            ledger: query.filled("ledger").map(str::trim),
            page: query.text("page").parse().unwrap_or(0),
        }
    }

    fn fits(&self, ledger: &LedgerStatus) -> bool {
        self.kind.is_none_or(|kind| ledger.kind == kind)
            && self.ledger.is_none_or(|id| ledger.ledger.to_string().starts_with(id))
    }
}

fn ledgers(status: &[LedgerStatus], wanted: &Wanted<'_>) -> Markup {
    let mut found = status.iter().filter(|ledger| wanted.fits(ledger));
    let before = wanted.page.saturating_mul(LEDGERS_MAX);
    let shown: Vec<&LedgerStatus> = found.by_ref().skip(before).take(LEDGERS_MAX).collect();
    let more = found.next().is_some();
    let kinds = options(KINDS);
    html! {
        section {
            h2 { "Ledgers" }
            form .bar method="get" action="/operations" {
                (Select::new("kind", "Kind", &kinds).chosen(wanted.kind.unwrap_or_default())
                    .shown(&Complaints::NONE))
                (Input::text("ledger", "Its id, or how that begins")
                    .value(wanted.ledger.unwrap_or_default()).shown(&Complaints::NONE))
                button .quiet type="submit" { "Show" }
            }
            @if shown.is_empty() { p { "There is no such ledger." } } @else { (table(&shown)) }
            @if let [one] = shown[..] { (views_of(one)) }
            @if more { p { a rel="next" href=(next(wanted)) { "More" } } }
        }
    }
}

fn table(shown: &[&LedgerStatus]) -> Markup {
    let lag = |ledger: &LedgerStatus| ledger.views.iter().map(|view| view.lag).max().unwrap_or(0);
    html! {
        div .scrolls tabindex="0" role="region" aria-label="Ledgers" {
            table {
                thead { tr { th { "Ledger" } th { "Kind" } th { "Head" } th { "Greatest lag" } } }
                tbody { @for ledger in shown {
                    tr {
                        th scope="row" {
                            a href=(format!("/operations?ledger={}", ledger.ledger)) {
                                code { (ledger.ledger) }
                            }
                        }
                        td { (sentence(&ledger.kind)) } td { (ledger.head) } td { (lag(ledger)) }
                    }
                } }
            }
        }
    }
}

fn views_of(ledger: &LedgerStatus) -> Markup {
    html! {
        h3 { "Its views" }
        div .scrolls tabindex="0" role="region" aria-label="Its views" {
            table {
                thead { tr { th { "View" } th { "Position" } th { "Lag" } th { "Parked at" } } }
                tbody { @for view in &ledger.views {
                    tr {
                        th scope="row" { (view.view) } td { (view.position) } td { (view.lag) }
                        td { @if let Some(parked) = &view.parked { (parked.position) } }
                    }
                } }
            }
        }
    }
}

fn next(wanted: &Wanted<'_>) -> String {
    let mut pairs = Serializer::new(String::new());
    for (name, value) in [("kind", wanted.kind), ("ledger", wanted.ledger)] {
        if let Some(value) = value {
            pairs.append_pair(name, value);
        }
    }
    pairs.append_pair("page", &(wanted.page + 1).to_string());
    format!("/operations?{}", pairs.finish())
}
