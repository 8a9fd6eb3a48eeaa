//! Promise 29: whoever gets at an address or a contact before its owner does has nothing of it when
//! the owner comes.
//!
//! Five classes of such attacks are known. *Classic-federated merge* and *non-verifying identity
//! provider* need logins of somebody else's making; there are none, and
//! [`no_login_is_of_somebody_elses_making`] goes red when one comes. *Unexpired session*, *trojan
//! identifier* and, of an email's change, what outlives it, are below, with what is our own:
//! invitations that are corrected, merged or sent again, files of owners, and builders who answer for
//! an owner.

use super::harness::{Answer, Builder, Caller, Server};
use super::logins::reset_link;
use super::no_builder_learns::{crawl, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const MALLORYS: &str = "mallory was here first";
const VICTIMS: &str = "a house by the river";

fn path(link: &str) -> String {
    format!("/v1/invitations/{link}")
}

async fn accept(caller: &Caller, link: &str, password: Option<&str>) -> Answer {
    let body = password.map_or(json!({}), |password| json!({ "password": password }));
    caller.post(&format!("{}/accept", path(link)), body).await
}

fn session(server: &Server, accepted: &Answer) -> Caller {
    server.caller(accepted.body["session_token"].as_str().expect("a session"))
}

fn person(accepted: &Answer) -> Uuid {
    accepted.body["person"].as_str().and_then(|id| id.parse().ok()).expect("a person")
}

async fn reset(server: &Server, link: &str, password: &str) -> Answer {
    let path = format!("/v1/password-resets/{link}");
    server.anybody().post(&path, json!({ "password": password })).await
}

async fn forget(server: &Server, email: &str) {
    server.anybody().post("/v1/password-resets", json!({ "email": email })).await.is(202);
}

async fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    server.anybody().post("/v1/sessions", body).await
}

/// What a contact looks like to its builder, after all that has happened.
async fn seen(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200).body
}

/// The link opens nothing: not to look at, to accept with any password or login, or to decline.
async fn is_dead(server: &Server, link: &str, code: &str, callers: &[&Caller]) {
    assert_eq!(why_dead(server, link, callers).await, code);
}

/// What each way to use a dead link is told, the same by all.
async fn why_dead(server: &Server, link: &str, callers: &[&Caller]) -> String {
    let anybody = server.anybody();
    let mut refused = vec![
        anybody.get(&path(link)).await,
        accept(&anybody, link, Some(MALLORYS)).await,
        anybody.order(&format!("{}/decline", path(link))).await,
    ];
    for caller in callers {
        refused.push(accept(caller, link, None).await);
    }
    let told = refused.into_iter().map(|answer| answer.is(410).code().to_owned());
    let told: BTreeSet<String> = told.collect();
    assert_eq!(told.len(), 1, "{told:?}");
    told.into_iter().next().expect("a code")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_login_is_of_somebody_elses_making() {
    let server = Server::start().await;
    let description = server.operator().get("/openapi.json").await.is(200).body;
    for route in description["paths"].as_object().expect("paths").keys() {
        for foreign in ["oauth", "oidc", "openid", "saml", "sso", "federat", "idp"] {
            assert!(!route.to_lowercase().contains(foreign), "{route}: a federated login?");
        }
    }
    // Signing up without a mail that reached the address is no route either.
    for path in ["/v1/persons", "/v1/users", "/v1/me", "/v1/signup", "/v1/register"] {
        let body = json!({ "email": "victim@example.org", "password": MALLORYS });
        let refused = server.anybody().post(path, body).await;
        assert!([404, 405].contains(&refused.status.as_u16()), "{path}: {}", refused.text);
    }
    assert!(server.rows("person_directory").await.is_empty());
}

/// Unexpired session: Mallory got the victim to forward another builder's mail, and waits.
#[tokio::test(flavor = "multi_thread")]
async fn who_registered_first_by_a_forwarded_link_has_nothing_when_the_owner_resets() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let bait = oak.admin.contact("Victim", Some("victim@example.org")).await;
    let forwarded = server.invite(&oak, bait).await;
    let first = accept(&server.anybody(), &forwarded, Some(MALLORYS)).await.is(200);
    let (first, person) = (session(&server, &first), person(&first));
    let second = server.sign_in("victim@example.org", MALLORYS).await;
    // Mallory asks for a reset, too, and plants an address of their own (trojan identifier).
    let trojan = json!({ "email": "mallory@example.org" });
    first.post("/v1/me/additional-emails", trojan).await.is(200);
    forget(&server, "victim@example.org").await;
    let planted = reset_link(&server, person, 1).await;

    // The victim is invited by their real builder, and cannot be made to share Mallory's login.
    let contact = elm.admin.contact("Victim", Some("victim@example.org")).await;
    let link = server.invite(&elm, contact).await;
    let shown = server.anybody().get(&path(&link)).await.is(200);
    assert_eq!(shown.body["has_login"], true, "the mail's reader is told that somebody was first");
    let refused = accept(&server.anybody(), &link, Some(VICTIMS)).await.is(403);
    assert_eq!(refused.code(), "login_needed");
    assert!(refused.body["remedy"].as_str().is_some_and(|remedy| remedy.contains("reset")));
    assert_eq!(seen(&elm, contact).await["access"], "pending");

    forget(&server, "victim@example.org").await;
    let own = reset_link(&server, person, 2).await;
    for mail in server.mails(person, person).await {
        assert_eq!(mail.to, "victim@example.org", "a reset goes to the address alone");
    }
    reset(&server, &own, VICTIMS).await.is(204);
    for theirs in [&first, &second] {
        assert_eq!(theirs.get("/v1/me").await.is(401).code(), "unauthorized");
        let refused = accept(theirs, &link, None).await.is(401);
        assert_eq!(refused.code(), "unauthorized");
    }
    assert_eq!(reset(&server, &planted, MALLORYS).await.is(410).code(), "reset_superseded");
    assert_eq!(
        sign_in(&server, "victim@example.org", MALLORYS).await.is(401).code(),
        "invalid_credentials"
    );
    assert_eq!(
        accept(&server.anybody(), &forwarded, Some(MALLORYS)).await.is(410).code(),
        "invite_used"
    );

    let victim = server.sign_in("victim@example.org", VICTIMS).await;
    accept(&victim, &link, None).await.is(200);
    assert_eq!(seen(&elm, contact).await["access"], "active");
    assert_eq!(server.rows("sessions").await.len(), 1, "the victim's, and no other");
}

/// Trojan identifier: an address that Mallory added reaches nothing and signs nobody in.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_added_before_leads_into_no_login() {
    let server = Server::start().await;
    let oak = server.builder("Oak").await;
    let bait = oak.admin.contact("Victim", Some("victim@example.org")).await;
    let forwarded = server.invite(&oak, bait).await;
    let accepted = accept(&server.anybody(), &forwarded, Some(MALLORYS)).await.is(200);
    let (mallory, person) = (session(&server, &accepted), person(&accepted));
    let trojan = json!({ "email": "mallory@example.org" });
    mallory.post("/v1/me/additional-emails", trojan).await.is(200);
    // Unknown to the directory: no reset is mailed, nobody signs in, and it can be invited as its own.
    forget(&server, "mallory@example.org").await;
    forget(&server, "victim@example.org").await;
    let own = reset_link(&server, person, 1).await;
    assert_eq!(server.rows("reset_tokens").await.len(), 1, "one mail, to the login email");
    reset(&server, &own, VICTIMS).await.is(204);
    for password in [MALLORYS, VICTIMS] {
        sign_in(&server, "mallory@example.org", password).await.is(401);
    }
    assert_eq!(server.rows("person_directory").await.len(), 1);
    // The builder's own additional email is no way in either.
    let elm = server.builder("Elm").await;
    let contact = elm.admin.contact("Victim", Some("victim@example.org")).await;
    let more = format!("/v1/contacts/{contact}/additional-emails");
    elm.admin.post(&more, json!({ "email": "mallory@example.com" })).await.is(200);
    let link = server.invite(&elm, contact).await;
    let to: Vec<String> =
        server.mails(elm.id, contact).await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["victim@example.org"]);
    let victim = server.sign_in("victim@example.org", VICTIMS).await;
    accept(&victim, &link, None).await.is(200);
    forget(&server, "mallory@example.com").await;
    sign_in(&server, "mallory@example.com", VICTIMS).await.is(401);
}

/// What a builder's file says of an address gives nobody a login, and the builder no hold on it.
#[tokio::test(flavor = "multi_thread")]
async fn who_came_over_from_an_older_system_signs_in_by_their_own_mailbox_alone() {
    let server = Server::start().await;
    let (oak, elm) = (server.builder("Oak").await, server.builder("Elm").await);
    let file = "reference,name,emails,activated\nO-1,Victim,victim@example.org,yes\n";
    let body = json!({ "format": "owners_csv", "content": file });
    let done = oak.admin.post("/v1/imports", body).await.is(200);
    let email = domain::EmailAddress::parse("victim@example.org").expect("valid");
    let person = server.store.reader().keys().imported_person(&email).0;
    let bait: Uuid =
        done.body["results"][0]["contact_id"].as_str().expect("an id").parse().expect("an id");

    // Nobody has a password of it, and the builder cannot ask for one in a way that tells the link.
    for password in [MALLORYS, ""] {
        sign_in(&server, "victim@example.org", password).await.is(401);
    }
    forget(&server, "victim@example.org").await;
    let link = reset_link(&server, person, 1).await;
    let book = vec![("contacts", bait), ("jobs", bait), ("leads", bait)];
    let all = text(&crawl(&server, &oak.admin, &book).await);
    assert!(!all.contains(&link[27..]), "a builder reads a reset's link");
    let mails = server.mails(person, person).await;
    assert!(mails.iter().all(|mail| mail.to == "victim@example.org"));

    // The victim comes by way of another builder, with a password of their own.
    let contact = elm.admin.contact("Victim", Some("victim@example.org")).await;
    let invitation = server.invite(&elm, contact).await;
    let accepted = accept(&server.anybody(), &invitation, Some(VICTIMS)).await;
    let victim = if accepted.status == 200 {
        // Their password, and the reset that somebody asked for before is void.
        assert_eq!(reset(&server, &link, MALLORYS).await.is(410).code(), "reset_superseded");
        session(&server, &accepted)
    } else {
        assert_eq!(accepted.code(), "login_needed");
        reset(&server, &link, VICTIMS).await.is(204);
        let victim = server.sign_in("victim@example.org", VICTIMS).await;
        accept(&victim, &invitation, None).await.is(200);
        victim
    };
    victim.get("/v1/me").await.is(200);
    assert_eq!(seen(&elm, contact).await["access"], "active");
    sign_in(&server, "victim@example.org", MALLORYS).await.is(401);
}

/// H5: an invitation proves the address it was mailed to, whatever became of the email since.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_to_a_mistyped_address_is_dead_once_the_email_is_another() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let admin = &elm.admin;
    // Mallory has the mistyped address, and a login of their own with it.
    let other = admin.contact("Mallory", Some("mallory@example.com")).await;
    let theirs = server.invite(&elm, other).await;
    let accepted = accept(&server.anybody(), &theirs, Some(MALLORYS)).await.is(200);
    let mallory = session(&server, &accepted);

    let contact = admin.contact("Victim", Some("victum@example.org")).await;
    let at = format!("/v1/contacts/{contact}");
    let mistyped = server.invite(&elm, contact).await;
    admin.order(&format!("{at}/invite/cancel")).await.is(200);
    admin.patch(&at, json!({ "primary_email": "victim@example.org" })).await.is(200);
    is_dead(&server, &mistyped, "invite_cancelled", &[&mallory]).await;
    let second = server.invite(&elm, contact).await;
    is_dead(&server, &mistyped, "invite_cancelled", &[&mallory]).await;

    // In one step, and by a swap.
    let redirect = json!({ "email": "victim@example.net" });
    admin.post(&format!("{at}/invite/redirect"), redirect).await.is(200);
    is_dead(&server, &second, "invite_cancelled", &[&mallory]).await;
    let third = server.newest_link(elm.id, contact).await;
    let spare = json!({ "email": "victim@example.biz" });
    admin.post(&format!("{at}/additional-emails"), spare.clone()).await.is(200);
    let locked = admin.post(&format!("{at}/swap-primary-email"), spare.clone()).await;
    assert_eq!(locked.is(409).code(), "contact_locked_pending");
    admin.order(&format!("{at}/invite/cancel")).await.is(200);
    admin.post(&format!("{at}/swap-primary-email"), spare).await.is(200);
    let fourth = server.invite(&elm, contact).await;
    // Each says why, as far as it is still known: it was taken back, or another one followed.
    for dead in [&mistyped, &second, &third] {
        let why = why_dead(&server, dead, &[&mallory]).await;
        assert!(["invite_cancelled", "invite_superseded"].contains(&why.as_str()), "{why}");
    }
    // Whoever is signed in as somebody else does not get in by the right link either (H16).
    assert_eq!(accept(&mallory, &fourth, None).await.is(409).code(), "address_choice_needed");
    let shown = server.anybody().get(&path(&fourth)).await.is(200);
    assert_eq!(shown.body["email"], "victim@example.biz");
    let accepted = accept(&server.anybody(), &fourth, Some(VICTIMS)).await.is(200);
    let me = session(&server, &accepted).get("/v1/me").await.is(200);
    assert_eq!(me.body["email"], "victim@example.biz");
    // Each says why, as far as it is still known: it was taken back, or another one followed.
    for dead in [&mistyped, &second, &third] {
        let why = why_dead(&server, dead, &[&mallory]).await;
        assert!(["invite_cancelled", "invite_superseded"].contains(&why.as_str()), "{why}");
    }
}

/// H2: a link never opens another contact than the one that it was mailed for.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_takes_no_link_along() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let admin = &elm.admin;
    let merge = |survivor: Uuid, absorbed: Uuid, picks: Value| {
        let body = json!({ "survivor": survivor, "absorbed": [absorbed], "fields": picks });
        async move { admin.post("/v1/contacts/merge", body).await }
    };
    // Mallory's open invitation, merged into the victim's contact.
    let mallorys = admin.contact("Mallory", Some("mallory@example.com")).await;
    let victims = admin.contact("Victim", Some("victim@example.org")).await;
    admin.job("Barn", &[victims]).await;
    let old = server.invite(&elm, mallorys).await;
    merge(victims, mallorys, json!({})).await.is(200);
    is_dead(&server, &old, "invite_merged", &[]).await;
    assert_eq!(seen(&elm, victims).await["access"], "not_invited");
    // Also when the email moves along and its claim with it, and when the merge is taken back.
    admin.order(&format!("/v1/contacts/{mallorys}/unmerge")).await.is(200);
    is_dead(&server, &old, "invite_cancelled", &[]).await;
    merge(victims, mallorys, json!({ "primary_email": mallorys })).await.is(200);
    assert_eq!(seen(&elm, victims).await["primary_email"], "mallory@example.com");
    is_dead(&server, &old, "invite_merged", &[]).await;
    let fresh = server.invite(&elm, victims).await;
    is_dead(&server, &old, "invite_merged", &[]).await;
    // And an open invitation keeps the address that it went to.
    let third = admin.contact("Third", Some("third@example.net")).await;
    let refused = merge(victims, third, json!({ "primary_email": third })).await.is(409);
    assert_eq!(refused.code(), "contact_locked_pending");
    merge(victims, third, json!({})).await.is(200);
    let shown = server.anybody().get(&path(&fresh)).await.is(200);
    assert_eq!(shown.body["email"], "mallory@example.com");
}

/// H6, R44: the builder changes a deactivated owner's address to one that Mallory signs in with.
#[tokio::test(flavor = "multi_thread")]
async fn a_readdressed_contact_is_the_new_logins_and_nothing_of_the_old_ones() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let victim = server.owner(&elm, "victim@example.org", VICTIMS).await;
    let mallory = server.owner(&elm, "mallory@example.com", MALLORYS).await;
    let used = server.newest_link(elm.id, victim.contact).await;
    let at = format!("/v1/contacts/{}", victim.contact);
    victim.session.patch("/v1/me", json!({ "phones": ["+1 212 555 0180"] })).await.is(200);
    elm.admin.post(&format!("{at}/deactivate"), json!({ "reason": "Sold" })).await.is(200);
    let taken = elm.admin.patch(&at, json!({ "primary_email": "mallory@example.com" })).await;
    assert_eq!(taken.is(409).code(), "primary_email_on_activated_owner");
    elm.admin.patch(&at, json!({ "primary_email": "new@example.com" })).await.is(200);
    let link = server.invite(&elm, victim.contact).await;
    // By the link alone it is neither the old person's, nor whoever else is signed in.
    for other in [&victim.session, &mallory.session] {
        assert_eq!(accept(other, &link, None).await.is(409).code(), "address_choice_needed");
    }
    assert_eq!(accept(&elm.admin, &link, None).await.is(409).code(), "signed_in_as_another");
    assert_eq!(accept(&server.anybody(), &used, Some(VICTIMS)).await.is(410).code(), "invite_used");
    let accepted = accept(&server.anybody(), &link, Some(MALLORYS)).await.is(200);
    assert_ne!(person(&accepted), victim.person);
    let new = session(&server, &accepted);
    // Nothing of the old person: no session, no login, no history of theirs.
    victim.session.get("/v1/me").await.is(200);
    let told = new.get(&format!("/v1/me/history?contact={}", victim.contact)).await.is(200);
    assert!(!told.text.contains("555 0180") && !told.text.contains("victim@example.org"));
    assert!(!told.text.contains(&victim.person.to_string()));
    server.sign_in("victim@example.org", VICTIMS).await;
    // The old link, the old login and a reset of it do not bring the contact back.
    forget(&server, "victim@example.org").await;
    let reset_of = reset_link(&server, victim.person, 1).await;
    reset(&server, &reset_of, "another house by the river").await.is(204);
    let back = server.sign_in("victim@example.org", "another house by the river").await;
    assert_eq!(back.get("/v1/me").await.is(200).body["contacts"], json!([]));
}

/// R15: what only the owner's mailbox tells is in nothing that a builder reads or is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_builder_never_holds_an_owners_link_and_could_not_use_it() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let admin = &elm.admin;
    let contact = admin.contact("Victim", Some("victim@example.org")).await;
    let job = admin.job("Barn", &[contact]).await;
    let at = format!("/v1/contacts/{contact}");
    let mut told = Vec::new();
    let mut secrets = Vec::new();
    for (step, body) in [
        ("invite", json!({})),
        ("invite/resend", json!({})),
        ("invite/redirect", json!({ "email": "victim@example.net" })),
    ] {
        // A retry tells its receipt, which must not tell the link either.
        let key = [("idempotency-key", step)];
        let step = format!("{at}/{step}");
        for _ in 0..2 {
            told.push(admin.with(&step, body.clone(), &key).await.is(200));
        }
        secrets.push(server.newest_link(elm.id, contact).await[27..].to_owned());
    }
    let ada = json!({ "name": "Ada", "primary_email": "ada@example.org" });
    let body = json!({ "new_contact": ada, "send_invite": true });
    let added = admin.post(&format!("/v1/jobs/{job}/owners"), body).await.is(200);
    let other = added.body["contact_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    secrets.push(server.newest_link(elm.id, other).await[27..].to_owned());
    told.push(added);
    let last = admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    admin.get_after(&last, "/v1/audit").await.is(200);
    admin.get_after(&last, &format!("{at}/history")).await.is(200);
    for caller in [admin, &server.key(&elm, "auditor", &[]).await] {
        let book = vec![("contacts", contact), ("jobs", job), ("leads", other)];
        told.extend(crawl(&server, caller, &book).await);
    }
    let told = text(&told);
    assert!(told.contains("contact.invite_resent"), "the crawl sees the history");
    for secret in &secrets {
        assert_eq!(secret.len(), 43);
        assert!(!told.contains(secret.as_str()), "a builder reads an invitation's link");
    }
    // A mailbox that is shown is for a machine of one's own; see [`super::mail`].
    assert_eq!(admin.get("/v1/dev/mailbox").await.is(404).code(), "no_such_route");
    // Had the builder the link all the same: its key accepts and declines nothing.
    let link = server.newest_link(elm.id, contact).await;
    for caller in [admin, &server.operator()] {
        assert_eq!(accept(caller, &link, None).await.code(), "signed_in_as_another");
        let with_password = accept(caller, &link, Some(MALLORYS)).await;
        assert_eq!(with_password.code(), "signed_in_as_another");
    }
    assert_eq!(seen(&elm, contact).await["access"], "pending");
}
