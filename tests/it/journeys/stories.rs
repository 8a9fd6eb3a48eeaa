//! The scenarios of the domain's description (2.10), as far as HTTP goes; the numbers are theirs.

use super::harness::Server;
use futures_util::future::join_all;
use serde_json::json;

/// 1, 3
#[tokio::test(flavor = "multi_thread")]
async fn saving_assigns_and_only_send_invite_invites() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let job = admin.job("Barn", &[]).await;
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org", "jobs": [job] });
    let saved = admin.post("/v1/contacts", body).await.is(201);
    let path = format!("/v1/contacts/{}", saved.id());
    let contact = admin.get_after(&saved, &path).await.is(200);
    assert_eq!(
        (contact.body["access"].as_str(), &contact.body["claimed"]),
        (Some("not_invited"), &json!(false))
    );
    let jobs = admin.get_after(&saved, &format!("/v1/jobs?owner={}", saved.id())).await.is(200);
    assert_eq!(jobs.each("name"), ["Barn"]);
    assert!(admin.get_after(&saved, "/v1/invitations").await.is(200).each("id").is_empty());

    let invited = admin.order(&format!("{path}/invite")).await.is(200);
    let contact = admin.get_after(&invited, &path).await.is(200);
    assert_eq!(contact.body["access"], "pending");
    admin.order(&format!("{path}/invite/resend")).await.is(200);
    let cancelled = admin.order(&format!("{path}/invite/cancel")).await.is(200);
    let list = admin.get_after(&cancelled, "/v1/invitations").await.is(200);
    assert_eq!(
        (list.each("status"), list.each("attempt")),
        (vec!["cancelled".into()], vec!["2".into()])
    );
}

/// R5: assignment and invitation are one save, and a refused invitation leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_save_with_an_invitation_happens_as_a_whole_or_not_at_all() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let job = admin.job("Barn", &[]).await;
    let owners = format!("/v1/jobs/{job}/owners");
    let ada = json!({ "name": "Ada", "primary_email": "ada@example.org" });
    let body = json!({ "new_contact": ada, "send_invite": true });
    let added = admin.post(&owners, body.clone()).await.is(200);
    assert!(added.body["contact_id"].is_string());
    let refused = admin.post(&owners, body).await.is(409);
    assert_eq!(refused.code(), "primary_email_claimed");
    let contacts = admin.get_after(&added, "/v1/contacts").await.is(200);
    assert_eq!(contacts.each("access"), ["pending"], "the refused one is not there");
    let job = admin.get_after(&added, &format!("/v1/jobs/{job}")).await.is(200);
    assert_eq!(job.body["owners"].as_array().map(Vec::len), Some(1));
}

/// 4
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_contact_is_edited_after_a_cancel() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let contact = admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{contact}");
    admin.order(&format!("{path}/invite")).await.is(200);
    let edit = json!({ "name": "Ada Byron", "primary_email": "ada@example.com" });
    assert_eq!(admin.patch(&path, edit.clone()).await.is(409).code(), "contact_locked_pending");
    admin.order(&format!("{path}/invite/cancel")).await.is(200);
    admin.patch(&path, edit).await.is(200);
    let invited = admin.order(&format!("{path}/invite")).await.is(200);
    let list = admin.get_after(&invited, "/v1/invitations?status=pending").await.is(200);
    assert_eq!(list.each("sent_to"), ["ada@example.com"]);
}

/// 7, R25, R26
#[tokio::test(flavor = "multi_thread")]
async fn an_activated_owners_email_is_not_given_to_a_new_contact() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let holder = admin.contact("Ada", Some("ada@example.org")).await;
    admin.order(&format!("/v1/contacts/{holder}/invite")).await.is(200);
    server.accept(&builder, holder).await;
    let body = json!({ "name": "Another", "primary_email": "ADA@Example.org" });
    let refused = admin.post("/v1/contacts", body).await.is(409);
    let text = "This email is currently the Primary Email associated with another account.";
    assert_eq!(refused.body["detail"], text);
    assert_eq!(refused.body["holder"], holder.to_string());
    // Another builder's account knows nothing of it (H3).
    let other = server.builder("Oak").await;
    other.admin.contact("Ada", Some("ada@example.org")).await;
}

/// 8, 9
#[tokio::test(flavor = "multi_thread")]
async fn the_second_invitation_names_the_first_and_a_swap_frees_it() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let first = admin.contact("Ada Byron", Some("ada@example.org")).await;
    let second = admin.contact("Augusta King", Some("ada@example.org")).await;
    admin.order(&format!("/v1/contacts/{first}/invite")).await.is(200);
    let path = format!("/v1/contacts/{second}");
    let refused = admin.order(&format!("{path}/invite")).await.is(409);
    assert_eq!(refused.body["detail"], "The primary email is claimed by Ada Byron.");
    let email = json!({ "email": "augusta@example.org" });
    admin.post(&format!("{path}/additional-emails"), email.clone()).await.is(200);
    admin.post(&format!("{path}/swap-primary-email"), email).await.is(200);
    admin.order(&format!("{path}/invite")).await.is(200);
}

/// 10, 11
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_has_six_emails_and_additional_ones_may_be_shared() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    for name in ["Ada", "Bea"] {
        let contact = admin.contact(name, Some(&format!("{name}@example.org"))).await;
        let path = format!("/v1/contacts/{contact}/additional-emails");
        for number in 2..=6 {
            let email = format!("shared{number}@example.org");
            admin.post(&path, json!({ "email": email })).await.is(200);
        }
        let seventh = json!({ "email": "seventh@example.org" });
        let refused = admin.post(&path, seventh.clone()).await.is(422);
        assert_eq!(refused.code(), "too_many_emails");
        let gone = json!({ "email": "shared2@example.org", "replace_with": null });
        admin.patch(&path, gone).await.is(200);
        admin.post(&path, seventh).await.is(200);
    }
}

/// 5: as far as the builder's side goes.
#[tokio::test(flavor = "multi_thread")]
async fn an_active_owners_info_is_the_owners_until_deactivated() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let contact = admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{contact}");
    admin.order(&format!("{path}/invite")).await.is(200);
    server.accept(&builder, contact).await;
    let edit = json!({ "name": "Somebody" });
    let refused = admin.patch(&path, edit.clone()).await.is(409);
    assert_eq!((refused.code(), &refused.body["rule"]), ("contact_locked_active", &json!("R39")));
    let email = json!({ "email": "more@example.org" });
    admin.post(&format!("{path}/additional-emails"), email).await.is(200);
    admin.order(&format!("{path}/disable")).await.is(200);
    admin.order(&format!("{path}/enable")).await.is(200);
    let deactivate = format!("{path}/deactivate");
    assert_eq!(admin.order(&deactivate).await.is(422).code(), "reason_needed");
    admin.post(&deactivate, json!({ "reason": "Sold the house" })).await.is(200);
    let edited = admin.patch(&path, edit).await.is(200);
    let history = admin.get_after(&edited, &format!("{path}/history")).await.is(200);
    let reasons: Vec<_> = history.each("reason").into_iter().filter(|r| r != "null").collect();
    assert_eq!(reasons, ["Sold the house"]);
    let clients = history.each("client");
    assert!(clients.iter().any(|client| client == "127.0.0.1"), "{clients:?}");
}

/// 15, 16
#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_change_twice_changes_nothing_and_the_list_filters_by_owner() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let contacts = join_all((0..3).map(|n| admin.contact(["A", "B", "C"][n], None))).await;
    let names: Vec<String> = (0..40).map(|n| format!("Job {n:02}")).collect();
    let jobs = join_all(names.iter().map(|name| admin.job(name, &[]))).await;
    let body = json!({ "mode": "add", "jobs": jobs, "contacts": contacts });
    let first = admin.post("/v1/jobs/bulk-owners", body.clone()).await.is(200);
    assert_eq!(first.body["changed"], 120);
    let second = admin.post("/v1/jobs/bulk-owners", body).await.is(200);
    assert_eq!(second.body["changed"], 0);

    // Page by page, in order, each once.
    let mut seen = Vec::new();
    let mut path = format!("/v1/jobs?owner={}&limit=15&sort=name&order=desc", contacts[1]);
    loop {
        let page = admin.get_after(&second, &path).await.is(200);
        seen.extend(page.each("name"));
        let Some(next) = page.body["next"].as_str() else { break };
        path =
            format!("/v1/jobs?owner={}&limit=15&sort=name&order=desc&cursor={next}", contacts[1]);
    }
    let descending: Vec<String> = names.iter().rev().cloned().collect();
    assert_eq!(seen, descending);

    let body = json!({ "mode": "remove", "jobs": [jobs[0], contacts[0]], "contacts": contacts });
    let removed = admin.post("/v1/jobs/bulk-owners", body).await.is(200);
    let results = removed.body["results"].as_array().expect("results");
    assert_eq!(results[2]["last_owner_left"], true);
    assert_eq!(results[3]["result"], "unknown_job");
    let path = format!("/v1/jobs/{}", jobs[0]);
    assert_eq!(admin.get_after(&removed, &path).await.is(200).body["owners"], json!([]));
    assert!(admin.get_after(&removed, "/v1/invitations").await.is(200).each("id").is_empty());
}

/// 27
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_parallel_invitations_of_one_email_one_wins() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let names: Vec<String> = (0..50).map(|n| format!("Ada {n}")).collect();
    let create = names.iter().map(|name| admin.contact(name, Some("ada@example.org")));
    let contacts = join_all(create).await;
    let paths: Vec<String> =
        contacts.iter().map(|contact| format!("/v1/contacts/{contact}/invite")).collect();
    let answers = join_all(paths.iter().map(|path| admin.order(path))).await;
    let winners: Vec<usize> =
        (0..50).filter(|index| answers[*index].status.as_u16() == 200).collect();
    let [winner] = winners[..] else { panic!("{} won", winners.len()) };
    for (index, answer) in answers.iter().enumerate().filter(|(index, _)| *index != winner) {
        assert_eq!(answer.status.as_u16(), 409, "{index}");
        assert_eq!(answer.body["holder"], contacts[winner].to_string());
        let cause = format!("The primary email is claimed by {}.", names[winner]);
        assert_eq!(answer.body["detail"], cause);
    }
}

/// Lists find, filter and say what happened.
#[tokio::test(flavor = "multi_thread")]
async fn lists_find_by_beginnings_of_words_and_the_audit_by_field() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada Byron", Some("ada@example.org")).await;
    admin.contact("Grace Hopper", None).await;
    let path = format!("/v1/contacts/{ada}");
    let edited =
        admin.patch(&path, json!({ "name": "Ada King", "address": "1 Elm" })).await.is(200);
    let find = async |query: &str| {
        admin.get_after(&edited, &format!("/v1/contacts?{query}")).await.is(200).each("name")
    };
    assert_eq!(find("search=kin").await, ["Ada King"]);
    assert_eq!(find("search=ada%20ki").await, ["Ada King"]);
    assert_eq!(find("search=byron").await, [""; 0]);
    assert_eq!(find("email=ADA%40example.org").await, ["Ada King"]);
    assert_eq!(find("status=not_invited").await, ["Ada King", "Grace Hopper"]);
    assert_eq!(find("status=active").await, [""; 0]);
    let audit = admin.get_after(&edited, &format!("/v1/audit?contact={ada}&field=address")).await;
    let audit = audit.is(200);
    let changes = audit.body["items"][0]["changes"].as_array().expect("changes").clone();
    let address = changes.iter().find(|change| change["field"] == "address").expect("the address");
    assert_eq!((&address["before"], &address["after"]), (&json!(null), &json!("1 Elm")));
    let cleared = admin.patch(&path, json!({ "address": null })).await.is(200);
    let contact = admin.get_after(&cleared, &path).await.is(200);
    assert_eq!(contact.body["address"], json!(null));
}
