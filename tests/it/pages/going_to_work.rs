//! Where signing in leads, and the page on which somebody says for which account they work.

use super::super::harness::{Builder, Server};
use super::browser::{Browser, Seen, staff_browser};
use super::{OTHER, PASSWORD};
use domain::Timestamp;
use event_store::system_clock;
use form_urlencoded::byte_serialize;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const MIA: &str = "mia@elm.example";
const OWN: &str = "titleblock";
const WORK: &str = "titleblock-work";

/// What leads away from here, or to nothing of ours that people read.
const HOSTILE: [&str; 14] = [
    "//evil.example",
    "///evil.example/jobs",
    "https:evil",
    "https://evil.example",
    "/\\evil",
    "\\\\evil.example",
    "/jobs//evil.example",
    "/jobs\\evil",
    "/jobs/%2e%2e/evil",
    "/jobs?x=//evil",
    "/jobs\r\nSet-Cookie: evil=1",
    " /jobs",
    "javascript:evil",
    "/sign-out",
];

fn with_next(path: &str, next: &str) -> String {
    let next: String = byte_serialize(next.as_bytes()).collect();
    format!("{path}?next={next}")
}

/// One who is of a second account's staff too, with the login that she has.
async fn joins(server: &Server, builder: &Builder, email: &str) {
    let (_, link) = server.invite_staff(builder, email, "staff", &[]).await;
    let mut browser = Browser::new(server);
    let page = browser.look(&format!("/staff-invitations/{link}")).await.is(200);
    browser.fill(&page, "sign-in", &[("password", PASSWORD)]).await.leads_to();
}

/// Signs in on the way to a page.
async fn sign_in_for(server: &Server, email: &str, next: &str) -> (Browser, Seen) {
    let mut browser = Browser::new(server);
    let page = browser.look(&with_next("/sign-in", next)).await.is(200);
    let typed = [("email", email), ("password", PASSWORD)];
    let seen = browser.fill(&page, "sign-in", &typed).await;
    (browser, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn to_work_for_an_account_takes_the_password_and_being_of_its_staff() {
    // Promise 25, promise 21
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    staff_browser(&server, &elm, MIA, "staff").await;
    joins(&server, &oak, MIA).await;
    let ash = server.builder("Ash").await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.sign_in(MIA, PASSWORD).await.leads_to(), "/accounts");
    let page = browser.look("/accounts").await.is(200).says(&["Elm, as staff", "Oak, as staff"]);
    let for_oak = oak.id.to_string();
    let of_oak = |password| [("account", for_oak.as_str()), ("password", password)];
    let wrong = browser.fill(&page, "work", &of_oak(OTHER)).await.is(401);
    wrong.says(&["There is no login with this address and this password."]);
    assert!(!browser.cookies.contains_key(WORK));
    assert_eq!(browser.look("/jobs").await.leads_to(), "/accounts?next=/jobs");
    for foreign in [ash.id.to_string(), Uuid::now_v7().to_string()] {
        let typed = [("action", "work"), ("account", foreign.as_str()), ("password", PASSWORD)];
        browser.send("/accounts", &typed).await.is(404).says_nothing_of(&["Ash"]);
        assert!(!browser.cookies.contains_key(WORK));
    }
    let typed = [("action", "work"), ("account", "nonsense"), ("password", PASSWORD)];
    assert!([400, 422].contains(&browser.send("/accounts", &typed).await.status));

    let own = browser.cookies[OWN].clone();
    let begun = browser.fill(&page, "work", &of_oak(PASSWORD)).await;
    assert_eq!(begun.leads_to(), "/jobs");
    browser.look("/jobs").await.is(200).says(&["Oak"]).says_nothing_of(&["Elm"]);
    assert_eq!(browser.cookies[OWN], own, "what is her own goes on");
    // Another account in the place of the first: the work before is over, what is her own is not.
    let before = browser.cookies.clone();
    let typed = [("account", elm.id.to_string()), ("password", PASSWORD.to_owned())];
    let typed: Vec<(&str, &str)> = typed.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(browser.fill(&page, "work", &typed).await.leads_to(), "/jobs");
    browser.look("/jobs").await.is(200).says(&["Elm"]).says_nothing_of(&["Oak"]);
    let mut old = Browser::new(&server);
    old.cookies = before;
    assert_eq!(old.look("/jobs").await.leads_to(), "/accounts?next=/jobs");
    old.look("/me").await.is(200);
    // Nobody is asked who is not signed in.
    assert_eq!(Browser::new(&server).look("/accounts").await.leads_to(), "/sign-in?next=/accounts");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_work_or_asks_where_there_is_more_than_one_way() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let goes = async |email: &str, next: &str| {
        let (browser, seen) = sign_in_for(&server, email, next).await;
        (seen.leads_to().to_owned(), browser.cookies.contains_key(WORK))
    };
    let to = |path: &str, work| (path.to_owned(), work);
    // Of one account's staff, and nobody's owner.
    staff_browser(&server, &elm, MIA, "staff").await;
    assert_eq!(goes(MIA, "").await, to("/jobs", true));
    assert_eq!(goes(MIA, "/leads").await, to("/leads", true));
    assert_eq!(goes(MIA, "/me/emails").await, to("/me/emails", false));
    assert_eq!(goes(MIA, "/accounts").await, to("/accounts", false));
    // An owner who works for nobody.
    server.owner(&oak, "ada@example.org", PASSWORD).await;
    assert_eq!(goes("ada@example.org", "").await, to("/me", false));
    assert_eq!(goes("ada@example.org", "/me/emails").await, to("/me/emails", false));
    assert_eq!(goes("ada@example.org", "/jobs").await, to("/me", false), "none of theirs");
    // An owner who is staff too is asked, unless they were on their way to work.
    let theirs = oak.admin.contact("Mia", Some(MIA)).await;
    let link = server.invite(&oak, theirs).await;
    let session = server.sign_in(MIA, PASSWORD).await;
    let accept = format!("/v1/invitations/{link}/accept");
    session.post(&accept, serde_json::json!({})).await.is(200);
    assert_eq!(goes(MIA, "").await, to("/accounts", false));
    assert_eq!(goes(MIA, "/leads").await, to("/leads", true));
    assert_eq!(goes(MIA, "/me").await, to("/me", false));
    // Of two accounts' staff.
    staff_browser(&server, &elm, "zoe@elm.example", "staff").await;
    joins(&server, &oak, "zoe@elm.example").await;
    assert_eq!(goes("zoe@elm.example", "").await, to("/accounts", false));
    assert_eq!(goes("zoe@elm.example", "/leads").await, to("/accounts?next=/leads", false));
    let (mut browser, seen) = sign_in_for(&server, "zoe@elm.example", "/leads").await;
    let page = browser.follow(&seen).await;
    assert_eq!(page.form("work").value("next"), "/leads");
    let begun = browser.fill(&page, "work", &[("password", PASSWORD)]).await;
    assert_eq!(begun.leads_to(), "/leads");
    browser.follow(&begun).await.says(&["Leads"]);
}

static TRIED_AHEAD: AtomicI64 = AtomicI64::new(0);

/// Another one, so that so many tries are not too many.
fn clock_of_tries() -> Timestamp {
    system_clock().plus_minutes(TRIED_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_away_by_a_link_that_somebody_else_made() {
    let server = Server::start_by(clock_of_tries).await;
    let elm = server.builder("Elm").await;
    let mut browser = staff_browser(&server, &elm, MIA, "staff").await;
    let page = browser.look("/accounts?next=/leads").await.is(200);
    assert_eq!(page.form("work").value("next"), "/leads", "a path of ours is kept");
    let account = page.form("work").value("account").to_owned();
    let [to_work, signs_in] = ["work", "sign-in"].map(|action| {
        vec![
            ("action", action),
            ("account", account.as_str()),
            ("email", MIA),
            ("password", PASSWORD),
        ]
    });
    for next in HOSTILE {
        TRIED_AHEAD.fetch_add(16, Ordering::SeqCst);
        let leads = |seen: &Seen, to: &str| {
            // Characters that no field takes are refused outright.
            assert!(seen.status == 400 || seen.leads_to() == to, "{next:?} leads elsewhere");
        };
        let shown = browser.look(&with_next("/accounts", next)).await;
        shown.says_nothing_of(&["evil", "name=\"next\""]);
        let sent = [to_work.as_slice(), &[("next", next)]].concat();
        leads(&browser.send("/accounts", &sent).await, "/jobs");
        leads(&browser.look(&with_next("/sign-in", next)).await, "/me");
        let mut other = Browser::new(&server);
        let shown = other.look(&with_next("/sign-in", next)).await;
        shown.says_nothing_of(&["evil", "name=\"next\""]);
        let sent = [signs_in.as_slice(), &[("next", next)]].concat();
        leads(&other.send("/sign-in", &sent).await, "/jobs");
    }
}

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_ends_unused_goes_on_where_it_was_after_the_password() {
    // Promise 25
    let server = Server::start_by(clock).await;
    let elm = server.builder("Elm").await;
    let mut browser = staff_browser(&server, &elm, MIA, "staff").await;
    browser.look("/leads").await.is(200);
    MINUTES_AHEAD.fetch_add(31, Ordering::SeqCst);
    let over = browser.look("/leads").await;
    assert_eq!(over.leads_to(), "/accounts?next=/leads");
    let page = browser.follow(&over).await;
    let wrong = browser.fill(&page, "work", &[("password", OTHER)]).await.is(401);
    let begun = browser.fill(&wrong, "work", &[("password", PASSWORD)]).await;
    assert_eq!(begun.leads_to(), "/leads", "kept over a wrong password too");
    browser.follow(&begun).await;
    // The next day nothing is left of either.
    MINUTES_AHEAD.fetch_add(24 * 60, Ordering::SeqCst);
    let over = browser.look("/leads").await;
    assert_eq!(over.leads_to(), "/sign-in?next=/leads");
    let page = browser.follow(&over).await;
    let typed = [("email", MIA), ("password", PASSWORD)];
    assert_eq!(browser.fill(&page, "sign-in", &typed).await.leads_to(), "/leads");
}
