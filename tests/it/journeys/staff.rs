//! Staff of an account: invited, joined under their own name, removed without losing it.

use super::harness::{Answer, Builder, Caller, STAFF_PASSWORD, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

async fn accept(caller: &Caller, link: &str, body: Value) -> Answer {
    caller.post(&format!("/v1/staff-invitations/{link}/accept"), body).await
}

async fn staff(builder: &Builder) -> Vec<Value> {
    let listed = builder.admin.get("/v1/staff").await.is(200);
    listed.body["items"].as_array().expect("a list").clone()
}

/// Signs in to work for an account.
async fn work(server: &Server, email: &str, password: &str, account: Uuid) -> Answer {
    let body = json!({ "email": email, "password": password, "account": account });
    server.anybody().post("/v1/sessions", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_works_under_their_own_name_and_keeps_it_after_they_are_removed() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let (mia, link) =
        server.invite_staff(&builder, "Mia@elm.example", "staff", &["read_audit"]).await;
    let mails = server.mails(builder.id, mia).await;
    assert_eq!(
        (mails[0].kind.as_str(), mails[0].to.as_str()),
        ("staff_invitation", "Mia@elm.example")
    );
    assert_eq!(mails.len(), 1, "to that address and nowhere else");

    // Mail scanners look at links, and use none up.
    let show = format!("/v1/staff-invitations/{link}");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        send(server.anybody().request(method, &show)).await.is(200);
    }
    let shown = server.anybody().get(&show).await.is(200).body;
    assert_eq!((&shown["builder"], &shown["name"]), (&json!("Elm"), &json!("Mia Mason")));
    assert_eq!((&shown["role"], &shown["has_login"]), (&json!("staff"), &json!(false)));
    let anybody = server.anybody();
    let none = accept(&anybody, &link, json!({})).await.is(422);
    assert_eq!(none.code(), "password_needed");
    let short = accept(&anybody, &link, json!({ "password": "too short" })).await.is(422);
    assert_eq!(short.code(), "password_refused");
    let joined = accept(&anybody, &link, json!({ "password": PASSWORD })).await.is(200);
    assert_eq!(joined.body["account"], json!(builder.id));
    assert_eq!(joined.body["staff"], json!(mia));
    assert_eq!(
        accept(&anybody, &link, json!({ "password": PASSWORD })).await.code(),
        "invite_used"
    );
    assert_eq!(anybody.get(&show).await.is(410).code(), "invite_used");

    // She acts in her own name, by her role and grants.
    let session = server.caller(joined.body["session_token"].as_str().expect("a session"));
    let ada = session.contact("Ada", Some("ada@example.org")).await;
    session.get("/v1/audit").await.is(200);
    let disable = format!("/v1/contacts/{ada}/disable");
    assert_eq!(session.order(&disable).await.is(403).code(), "not_permitted");
    let last =
        session.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "Ida" })).await.is(200);
    let history = format!("/v1/contacts/{ada}/history");
    let named = |answer: &Answer, entry: usize| {
        let entry = &answer.body["items"][entry];
        let actor = &entry["actor"];
        assert_eq!((&actor["kind"], &actor["id"]), (&json!("staff_member"), &json!(mia)));
        assert_eq!((&actor["label"], &entry["channel"]), (&json!("Mia Mason"), &json!("web")));
    };
    named(&builder.admin.get_after(&last, &history).await.is(200), 0);

    // What she may changes with her next request.
    let path = format!("/v1/staff/{mia}");
    builder.admin.patch(&path, json!({ "role": "auditor" })).await.is(200);
    let refused = session.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "X" })).await;
    assert_eq!(refused.is(403).code(), "not_permitted");
    session.get("/v1/contacts").await.is(200);
    let again = json!({ "role": "staff", "grants": ["manage_access"] });
    builder.admin.patch(&path, again).await.is(200);
    session.order(&disable).await.is(200);
    assert_eq!(session.get("/v1/audit").await.is(403).code(), "not_permitted");

    // Removed, she is out at once; her name stays.
    let remove = builder.admin.request(Method::DELETE, &path).header("x-reason", "Left in May");
    let removed = send(remove).await.is(200);
    assert_eq!(session.get("/v1/contacts").await.is(401).code(), "unauthorized");
    let gone = work(&server, "mia@elm.example", PASSWORD, builder.id).await.is(404);
    assert_eq!(gone.code(), "not_found");
    let own = server.sign_in("mia@elm.example", PASSWORD).await;
    assert_eq!(own.get("/v1/me/accounts").await.is(200).body["items"], json!([]));
    let history = builder.admin.get_after(&removed, &history).await.is(200);
    named(&history, 0);
    let audit = builder.admin.get_after(&removed, "/v1/audit?field=staff").await.is(200);
    let entry = &audit.body["items"][0];
    assert_eq!(entry["event"], "builder_account.staff_removed");
    assert_eq!(
        (&entry["changes"][0]["before"], &entry["reason"]),
        (&json!("Mia Mason"), &json!("Left in May"))
    );
    let listed = staff(&builder).await;
    assert_eq!(
        (&listed[0]["status"], &listed[0]["name"]),
        (&json!("removed"), &json!("Mia Mason"))
    );
    assert_eq!(listed[0]["removed_by"]["label"], "first admin key");

    // Which person she is, the account does not learn.
    let person = own.get("/v1/me").await.is(200).body["id"].as_str().expect("an id").to_owned();
    let shown = [history.text, audit.text, json!(listed).to_string(), joined.text];
    assert!(shown.iter().all(|text| !text.contains(&person)), "{shown:?}");
    let verified =
        projections::verify::verify(server.store.reader(), domain::LedgerId(builder.id), &|_| {});
    assert!(verified.await.expect("verified").is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_staff_too_confirms_signed_in_and_the_session_decides_who_acts() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&oak, "ada@example.org", PASSWORD).await;
    let bea = server.owner(&oak, "bea@example.org", PASSWORD).await;
    let (id, link) = server.invite_staff(&elm, "ada@example.org", "admin", &[]).await;
    let show = format!("/v1/staff-invitations/{link}");
    assert_eq!(server.anybody().get(&show).await.is(200).body["has_login"], true);
    let anybody = accept(&server.anybody(), &link, json!({ "password": PASSWORD })).await.is(403);
    assert_eq!(anybody.code(), "login_needed");
    let another = accept(&bea.session, &link, json!({})).await.is(409);
    assert_eq!(another.code(), "signed_in_as_another");
    let joined = accept(&ada.session, &link, json!({})).await.is(200);
    assert!(joined.body.get("session_token").is_none(), "she has a session");
    let accounts = ada.session.get("/v1/me/accounts").await.is(200);
    assert_eq!(accounts.each("account"), [elm.id.to_string()]);
    assert_eq!(
        (accounts.each("builder"), accounts.each("role")),
        (vec!["Elm".into()], vec!["admin".into()])
    );

    let begun = work(&server, "ada@example.org", PASSWORD, elm.id).await.is(201);
    assert_eq!((&begun.body["account"], &begun.body["staff"]), (&json!(elm.id), &json!(id)));
    let at_work = server.caller(begun.body["token"].as_str().expect("a token"));
    for path in ["/v1/me", "/v1/me/jobs", "/v1/me/accounts", "/v1/me/second-factor", "/v1/sessions"]
    {
        assert_eq!(at_work.get(path).await.is(403).code(), "not_permitted", "{path}");
    }
    for path in ["/v1/contacts", "/v1/staff", "/v1/audit"] {
        assert_eq!(ada.session.get(path).await.is(403).code(), "not_permitted", "{path}");
        at_work.get(path).await.is(200);
    }
    // Of the account whose owner she is, she sees no more at work than of any other.
    assert_eq!(
        at_work.get(&format!("/v1/contacts/{}", ada.contact)).await.is(404).code(),
        "not_found"
    );
    let sessions = ada.session.get("/v1/sessions").await.is(200);
    assert_eq!(sessions.each("account"), [elm.id.to_string(), "null".to_owned()]);
    // Signing out ends that session and no other.
    let own = format!("/v1/sessions/{}", sessions.each("id")[1]);
    assert_eq!(at_work.delete(&own).await.is(404).code(), "not_found");
    at_work.delete(&format!("/v1/sessions/{}", begun.id())).await.is(204);
    assert_eq!(at_work.get("/v1/contacts").await.is(401).code(), "unauthorized");
    ada.session.get("/v1/me").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_of_one_account_are_nobody_in_another() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let mia = server.staff(&elm, "mia@elm.example", "admin", &[]).await;
    let unknown = Uuid::now_v7();
    let contact = oak.admin.contact("Ada", Some("ada@example.org")).await;
    for account in [oak.id, unknown] {
        let refused = work(&server, "mia@elm.example", STAFF_PASSWORD, account).await.is(404);
        assert_eq!(refused.code(), "not_found");
        // Before the password is right, nothing is told of accounts.
        let wrong = work(&server, "mia@elm.example", PASSWORD, account).await.is(401);
        assert_eq!(wrong.code(), "invalid_credentials");
    }
    for id in [contact, unknown] {
        assert_eq!(
            mia.session.get(&format!("/v1/contacts/{id}")).await.is(404).code(),
            "not_found"
        );
    }
    for id in [mia.id, unknown] {
        let path = format!("/v1/staff/{id}");
        assert_eq!(oak.admin.delete(&path).await.is(404).code(), "not_found");
        let role = json!({ "role": "auditor" });
        assert_eq!(oak.admin.patch(&path, role).await.is(404).code(), "not_found");
        oak.admin.order(&format!("{path}/invite/resend")).await.is(404);
    }
    assert_eq!(oak.admin.get("/v1/staff").await.is(200).body["items"], json!([]));
    // The same person may be of the staff of both, and is somebody else in each.
    let (at_oak, link) = server.invite_staff(&oak, "mia@elm.example", "auditor", &[]).await;
    let own = server.sign_in("mia@elm.example", STAFF_PASSWORD).await;
    accept(&own, &link, json!({})).await.is(200);
    assert_ne!(at_oak, mia.id);
    assert_eq!(own.get("/v1/me/accounts").await.is(200).each("account").len(), 2);
    mia.session.get("/v1/staff").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_an_invitation_can_be_sent_again_and_taken_back() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mia = server.staff(&builder, "mia@elm.example", "admin", &[]).await;
    let key = mia.session.get("/v1/api-keys").await.is(200).each("id")[0].clone();
    mia.session.delete(&format!("/v1/api-keys/{key}")).await.is(200);
    let keys = mia.session.get("/v1/api-keys").await.is(200);
    assert_eq!(keys.body["items"][0]["revoked_by"]["label"], "Mia Mason");
    let own = format!("/v1/staff/{}", mia.id);
    assert_eq!(mia.session.delete(&own).await.is(409).code(), "last_admin");
    let demote = json!({ "role": "staff" });
    assert_eq!(mia.session.patch(&own, demote.clone()).await.is(409).code(), "last_admin");

    let builder = Builder { id: builder.id, admin: mia.session.clone() };
    let (ned, first) = server.invite_staff(&builder, "ned@elm.example", "admin", &[]).await;
    let twice = json!({ "name": "Ned", "email": "NED@elm.example", "role": "staff" });
    assert_eq!(builder.admin.post("/v1/staff", twice).await.is(409).code(), "already_staff");
    let grants = json!({ "grants": ["read_audit"] });
    let path = format!("/v1/staff/{ned}");
    assert_eq!(builder.admin.patch(&path, grants).await.is(422).code(), "grants_of_staff_alone");
    builder.admin.order(&format!("{path}/invite/resend")).await.is(200);
    let second = server.newest_link(builder.id, ned).await;
    let anybody = server.anybody();
    let password = json!({ "password": STAFF_PASSWORD });
    assert_eq!(
        accept(&anybody, &first, password.clone()).await.is(410).code(),
        "invite_superseded"
    );
    builder.admin.delete(&path).await.is(200);
    assert_eq!(
        accept(&anybody, &second, password.clone()).await.is(410).code(),
        "invite_cancelled"
    );
    assert_eq!(builder.admin.delete(&path).await.is(200).body["outcome"], "unchanged");
    let (ned, link) = server.invite_staff(&builder, "ned@elm.example", "admin", &[]).await;
    let joined = accept(&anybody, &link, password).await.is(200);
    let neds = server.caller(joined.body["session_token"].as_str().expect("a session"));
    builder.admin.patch(&own, demote).await.is(200);
    neds.delete(&own).await.is(200);
    assert_eq!(neds.delete(&format!("/v1/staff/{ned}")).await.is(409).code(), "last_admin");
    let statuses = neds.get("/v1/staff").await.is(200).each("status");
    assert_eq!(statuses, ["joined", "cancelled", "removed"]);
    // A link of the one kind opens nothing of the other.
    let other = format!("/v1/invitations/{link}");
    assert_eq!(anybody.get(&other).await.is(404).code(), "not_found");
}

/// Promise 10: whoever races, one person joins by a link, once.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_join_at_once_by_one_link_one_does() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let (_, link) = server.invite_staff(&builder, "mia@elm.example", "staff", &[]).await;
    let anybody = server.anybody();
    let password = |n: usize| json!({ "password": format!("shed number {n} by the site") });
    let all = (0..8).map(|n| accept(&anybody, &link, password(n)));
    let answers = futures_util::future::join_all(all).await;
    let joined = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(joined, 1, "{:?}", answers.iter().map(Answer::code).collect::<Vec<_>>());
    assert_eq!(server.rows("person_passwords").await.len(), 1);
    assert_eq!(staff(&builder).await[0]["status"], "joined");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_to_the_staff_is_mailed_with_its_own_link_and_logged() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm & Sons").await;
    let body = json!({ "name": "Mia", "email": "mia@elm.example", "role": "staff" });
    builder.admin.post("/v1/staff", body).await.is(201);
    let began = Instant::now();
    let mailbox = loop {
        let mailbox = server.operator().get("/v1/dev/mailbox").await.is(200);
        if !mailbox.each("to").is_empty() {
            break mailbox;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "no mail");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(mailbox.each("kind"), ["staff_invitation"]);
    assert_eq!(mailbox.each("subject"), ["Elm & Sons invites you to its staff"]);
    let link = mailbox.each("link")[0].clone();
    let token =
        link.strip_prefix(&format!("{}/staff-invitations/", server.base)).expect("our link");
    server.anybody().get(&format!("/v1/staff-invitations/{token}")).await.is(200);
    let last = builder.admin.contact("Seen", None).await;
    let last = builder.admin.patch(&format!("/v1/contacts/{last}"), json!({ "name": "S" })).await;
    let log = builder.admin.get_after(&last, "/v1/mail-log").await.is(200);
    assert_eq!(
        (log.each("kind"), log.each("to")),
        (vec!["staff_invitation".into()], vec!["mia@elm.example".into()])
    );
}
