//! Whoever signs in or accepts ends all that the browser carried, whosever it was, and nobody else's
//! session outlives it (promise 25).

use super::super::harness::{STAFF_PASSWORD, Server};
use super::super::logins::reset_link;
use super::browser::{Browser, Seen, staff_browser};
use super::{OTHER, PASSWORD};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const MIA: &str = "mia@elm.example";
const OWN: &str = "titleblock";
const WORK: &str = "titleblock-work";

type Cookies = BTreeMap<String, String>;

/// Whether a session for work is among these cookies, and one for somebody's own things, that open
/// what is theirs.
async fn open(server: &Server, cookies: &Cookies) -> (bool, bool) {
    let mut browser = Browser::new(server);
    browser.cookies = cookies.clone();
    let work = browser.look("/contacts").await.status == 200;
    (work, browser.look("/me/details").await.status == 200)
}

/// Mia at work, and the cookies that she has.
async fn mia_at_work(server: &Server) -> (Browser, Cookies) {
    let elm = server.builder("Elm").await;
    let browser = staff_browser(server, &elm, MIA, "staff").await;
    let cookies = browser.cookies.clone();
    assert_eq!(open(server, &cookies).await, (true, true));
    (browser, cookies)
}

/// The same, with nothing left in her browser but her work.
async fn mias_work_left_behind(server: &Server) -> (Browser, Cookies) {
    let (mut browser, cookies) = mia_at_work(server).await;
    browser.cookies.remove(OWN);
    (browser, cookies)
}

/// An invitation from a builder that Mia does not work for.
async fn invited(server: &Server, email: &str) -> String {
    let oak = server.builder("Oak").await;
    let contact = oak.admin.contact("Ada", Some(email)).await;
    format!("/invitations/{}", server.invite(&oak, contact).await)
}

fn has(browser: &Browser) -> (bool, bool) {
    (browser.cookies.contains_key(WORK), browser.cookies.contains_key(OWN))
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_as_somebody_else_ends_the_work_of_the_one_before() {
    let server = Server::start().await;
    let oak = server.builder("Oak").await;
    server.owner(&oak, "ada@example.org", PASSWORD).await;
    let (mut browser, mias) = mia_at_work(&server).await;
    // A wrong password ends nobody's.
    let typed =
        |password| [("action", "sign-in"), ("email", "ada@example.org"), ("password", password)];
    browser.send("/sign-in", &typed(OTHER)).await.is(401);
    assert_eq!(open(&server, &mias).await, (true, true));
    let signed_in = browser.send("/sign-in", &typed(PASSWORD)).await;
    assert_eq!(signed_in.leads_to(), "/me");
    assert_eq!(open(&server, &mias).await, (false, false));
    assert_eq!(has(&browser), (false, true));
    assert_eq!(open(&server, &browser.cookies).await, (false, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_to_accept_ends_the_work_of_the_one_before() {
    let server = Server::start().await;
    let oak = server.builder("Oak").await;
    server.owner(&oak, "ada@example.org", PASSWORD).await;
    let (mut browser, mias) = mias_work_left_behind(&server).await;
    let path = invited(&server, "ada@example.org").await;
    let page = browser.look(&path).await.is(200);
    browser.fill(&page, "sign-in", &[("password", OTHER)]).await.is(401);
    assert_eq!(open(&server, &mias).await, (true, true), "a wrong password ends nothing");
    let accepted = browser.fill(&page, "sign-in", &[("password", PASSWORD)]).await;
    assert_eq!(accepted.leads_to(), "/me?done=accepted");
    assert!(!open(&server, &mias).await.0);
    assert_eq!(has(&browser), (false, true));
    // The page has no such form where somebody else is signed in; who sends it nevertheless ends both.
    let (mut browser, zoes) = {
        let ash = server.builder("Ash").await;
        let browser = staff_browser(&server, &ash, "zoe@ash.example", "staff").await;
        let cookies = browser.cookies.clone();
        (browser, cookies)
    };
    let path = invited(&server, "ada@example.org").await;
    let sent = browser.send(&path, &[("action", "sign-in"), ("password", PASSWORD)]).await;
    assert_eq!(sent.leads_to(), "/me?done=accepted");
    assert_eq!(open(&server, &zoes).await, (false, false));
    assert_eq!(open(&server, &browser.cookies).await, (false, true));
}

async fn new_person(browser: &mut Browser, page: &Seen) -> Seen {
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    browser.fill(page, "accept", &typed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_who_accepts_ends_the_work_of_the_one_before() {
    let server = Server::start().await;
    let (mut browser, mias) = mias_work_left_behind(&server).await;
    let path = invited(&server, "ada@example.org").await;
    let page = browser.look(&path).await.is(200);
    assert_eq!(new_person(&mut browser, &page).await.leads_to(), "/me?done=accepted");
    assert!(!open(&server, &mias).await.0);
    assert_eq!(has(&browser), (false, true));
    assert_eq!(open(&server, &browser.cookies).await, (false, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_a_staff_ends_the_work_of_the_one_before_and_not_their_own() {
    let server = Server::start().await;
    let oak = server.builder("Oak").await;
    let (mut browser, mias) = mias_work_left_behind(&server).await;
    let (_, link) = server.invite_staff(&oak, "ned@oak.example", "staff", &[]).await;
    let page = browser.look(&format!("/staff-invitations/{link}")).await.is(200);
    assert_eq!(new_person(&mut browser, &page).await.leads_to(), "/?done=joined");
    assert!(!open(&server, &mias).await.0);
    assert_eq!(has(&browser), (false, false));

    // With a login that one shows; the session before it was somebody else's.
    let ash = server.builder("Ash").await;
    let mut browser = staff_browser(&server, &ash, "zoe@ash.example", "staff").await;
    let zoes = browser.cookies.clone();
    browser.cookies.remove(OWN);
    let (_, link) = server.invite_staff(&ash, "ned@oak.example", "staff", &[]).await;
    let path = format!("/staff-invitations/{link}");
    let page = browser.look(&path).await.is(200);
    let joined = browser.fill(&page, "sign-in", &[("password", PASSWORD)]).await;
    assert_eq!(joined.leads_to(), "/?done=joined");
    assert!(!open(&server, &zoes).await.0);
    assert_eq!(has(&browser), (false, false));

    // And as whoever is signed in already: their own work goes on.
    let mut browser = Browser::new(&server);
    assert_eq!(browser.sign_in("zoe@ash.example", PASSWORD).await.leads_to(), "/jobs");
    let (_, link) = server.invite_staff(&oak, "zoe@ash.example", "staff", &[]).await;
    let page = browser.look(&format!("/staff-invitations/{link}")).await.is(200);
    assert_eq!(browser.fill(&page, "accept", &[]).await.leads_to(), "/?done=joined");
    assert_eq!(open(&server, &browser.cookies).await, (true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_to_go_on_with_an_invitation_ends_their_work_too() {
    let server = Server::start().await;
    let (mut browser, mias) = mia_at_work(&server).await;
    let path = invited(&server, "ada@example.org").await;
    let page = browser.look(&path).await.is(200).says(&["You are signed in as mia@elm.example."]);
    assert_eq!(browser.fill(&page, "sign-out", &[]).await.leads_to(), path);
    assert_eq!(open(&server, &mias).await, (false, false));
    assert!(browser.cookies.is_empty());
}

/// H16
#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_as_another_is_told_so_before_they_join_a_staff_and_signs_out() {
    let server = Server::start().await;
    let (mut browser, mias) = mia_at_work(&server).await;
    let oak = server.builder("Oak").await;
    let (_, link) = server.invite_staff(&oak, "ned@oak.example", "staff", &[]).await;
    let path = format!("/staff-invitations/{link}");
    let page = browser.look(&path).await.is(200);
    let page = page.says(&["Is this for you?", "ned@oak.example", MIA]);
    page.clone().says_nothing_of(&["value=\"accept\"", "as staff"]);
    // Who sends the form that is not there joins nothing, and loses nothing.
    let refused = browser.send(&path, &[("action", "accept")]).await.is(409);
    refused.says(&["The invitation is for another address"]);
    assert_eq!(open(&server, &mias).await, (true, true));
    assert_eq!(browser.fill(&page, "sign-out", &[]).await.leads_to(), path);
    assert_eq!(open(&server, &mias).await, (false, false));
    assert!(browser.cookies.is_empty());
    let page = browser.look(&path).await.is(200).says(&["Oak invites you to its staff, as staff."]);
    assert_eq!(new_person(&mut browser, &page).await.leads_to(), "/?done=joined");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_accepts_as_the_one_that_is_signed_in_goes_on_with_their_own_work() {
    let server = Server::start().await;
    let (mut browser, mias) = mia_at_work(&server).await;
    // With her own address, and with another one that is hers too (H16).
    for (email, button) in [(MIA, "accept"), ("mia@home.example", "stay")] {
        let path = invited(&server, email).await;
        let page = browser.look(&path).await.is(200);
        let accepted = browser.fill(&page, button, &[]).await;
        assert_eq!(accepted.leads_to(), "/me?done=accepted", "{email}");
        assert_eq!(open(&server, &mias).await, (true, true), "{email}");
        assert_eq!(has(&browser), (true, true));
    }
    // A login that moves ends all of its sessions, which is what everybody is told.
    let path = invited(&server, "mia@new.example").await;
    let page = browser.look(&path).await.is(200);
    let moved = browser.fill(&page, "move", &[("password", PASSWORD)]).await;
    assert_eq!(moved.leads_to(), "/me?done=accepted");
    assert_eq!(open(&server, &mias).await, (false, false));
    assert_eq!(open(&server, &browser.cookies).await, (false, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_what_is_ones_own_and_ones_work() {
    let server = Server::start().await;
    let (mut browser, mias) = mia_at_work(&server).await;
    let there = server.rows("sessions").await.len();
    let page = browser.look("/jobs").await.is(200);
    assert!(page.html.contains("action=\"/sign-out\""), "{}", page.html);
    assert_eq!(browser.send("/sign-out", &[]).await.leads_to(), "/sign-in?done=signed-out");
    assert!(browser.cookies.is_empty());
    assert_eq!(open(&server, &mias).await, (false, false));
    assert_eq!(server.rows("sessions").await.len(), there - 2, "both are gone");
    // Also what is left where only one of the two is there.
    for left in [OWN, WORK] {
        let mut browser = Browser::new(&server);
        browser.sign_in(MIA, PASSWORD).await.leads_to();
        browser.cookies.retain(|name, _| name == left);
        let carried = browser.cookies.clone();
        browser.send("/sign-out", &[]).await.leads_to();
        assert_eq!(open(&server, &carried).await, (false, false), "{left}");
    }
}

/// How many statements of this server wait for a table that somebody has locked.
async fn waiting(server: &Server) -> i64 {
    let client = server.database().client().await;
    let sql = "SELECT count(*) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event_type = 'Lock'";
    client.query_one(sql, &[]).await.expect("a count").get(0)
}

/// Between the password that was right and the work that begins, another one is set.
#[tokio::test(flavor = "multi_thread")]
async fn work_does_not_begin_with_a_password_that_has_become_another_one() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let mia = server.staff(&elm, MIA, "staff", &[]).await;
    let own = server.sign_in(MIA, STAFF_PASSWORD).await;
    let person = own.get("/v1/me").await.is(200).id();
    mia.session.get("/v1/contacts").await.is(200);
    server.anybody().post("/v1/password-resets", json!({ "email": MIA })).await.is(202);
    let reset = format!("/v1/password-resets/{}", reset_link(&server, person, 1).await);

    // For which accounts she works is asked after the password, and not answered yet.
    let locker = server.database().client().await;
    let lock = "BEGIN; LOCK TABLE staff_members IN ACCESS EXCLUSIVE MODE";
    locker.batch_execute(lock).await.expect("locked");
    let base = server.base.clone();
    let signing_in = tokio::spawn(async move {
        let mut browser = Browser::at(&base);
        let typed = [("action", "sign-in"), ("email", MIA), ("password", STAFF_PASSWORD)];
        let seen = browser.send("/sign-in", &typed).await;
        (browser, seen)
    });
    let began = Instant::now();
    while waiting(&server).await == 0 {
        assert!(began.elapsed() < Duration::from_secs(8), "nobody waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.anybody().post(&reset, json!({ "password": OTHER })).await.is(204);
    locker.batch_execute("COMMIT").await.expect("let go");
    let (browser, seen) = signing_in.await.expect("no panic");
    seen.is(401);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies.keys());
    assert!(server.rows("sessions").await.is_empty(), "nobody is signed in");
    let mut browser = Browser::new(&server);
    assert_eq!(browser.sign_in(MIA, OTHER).await.leads_to(), "/jobs");
}
