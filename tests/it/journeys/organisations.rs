//! Subcontractors' organisations over HTTP: the seed's page read line by line (R71 to R85), and each of
//! the answers of its FAQ as a test named after it.

use super::harness::{Answer, Server, send};
use super::trades::{
    TRADE_PASSWORD, accept, accept_anew, add_user, change_primary_contact, invite, invited, member,
    resend_stale, second_user, subcontractor, task, work,
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The names of the projects that somebody sees.
async fn projects(session: &super::harness::Caller) -> Vec<String> {
    session.get("/v1/org/projects").await.is(200).each("name")
}

fn kinds(mails: &[crate::support::links::Mail]) -> Vec<(&str, &str)> {
    mails.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect()
}

/// Scenario 20 (R72, R73, R80): across general contractors.
#[tokio::test(flavor = "multi_thread")]
async fn an_unregistered_primary_contact_accepts_and_a_second_user_sees_all_projects() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let (_, barn, link) =
        invited(&server, &elm, ("Pia's Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;

    // Mail scanners look at links, and use none up.
    let show = format!("/v1/project-invitations/{link}");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        send(server.anybody().request(method, &show)).await.is(200);
    }
    let shown = server.anybody().get(&show).await.is(200).body;
    assert_eq!(
        (&shown["general_contractor"], &shown["project"], &shown["company"]),
        (&json!("Elm"), &json!("Barn"), &json!("Pia's Pipes"))
    );
    assert_eq!((&shown["has_login"], &shown["companies_here"]), (&json!(false), &json!([])));
    let anybody = server.anybody();
    let none = accept(&anybody, &link, json!({})).await.is(422);
    assert_eq!(none.code(), "password_needed");

    let pia = accept_anew(&server, &link).await;
    let own = pia.session.get("/v1/org").await.is(200).body;
    assert_eq!((&own["name"], &own["user"]), (&json!("Pia's Pipes"), &json!(pia.user)));
    assert_eq!(own["registered_users"], 1, "the nudge for a second one (H8)");
    let again = accept(&anybody, &link, json!({ "password": TRADE_PASSWORD })).await;
    assert_eq!(again.is(410).code(), "invite_used");
    assert_eq!(anybody.get(&show).await.is(410).code(), "invite_used");

    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    assert_eq!(projects(&nia.session).await, ["Barn"]);
    // Another general contractor, whose primary contact is Nia: the same organisation (R74, G8).
    let (_, _, link) =
        invited(&server, &oak, ("Pipes Ltd", "Nia Nail", "nia@pipes.example"), "Shed").await;
    let own = server.sign_in("nia@pipes.example", TRADE_PASSWORD).await;
    let accepted = accept(&own, &link, json!({})).await.is(200);
    assert_eq!(accepted.body["org"], json!(pia.org));
    assert!(accepted.body.get("session_token").is_none(), "she has a session");
    for session in [&pia.session, &nia.session] {
        assert_eq!(projects(session).await, ["Barn", "Shed"]);
        let all = session.get("/v1/org/general-contractors").await.is(200);
        assert_eq!(all.each("name"), ["Elm", "Oak"]);
        assert_eq!(all.each("primary_contact"), ["Pia Pipe", "Nia Nail"]);
    }
    let barn = pia.session.get(&format!("/v1/org/projects/{barn}")).await.is(200).body;
    assert_eq!((&barn["name"], &barn["general_contractor"]), (&json!("Barn"), &json!("Elm")));
    for ledger in [elm.id, oak.id, pia.org] {
        let verified =
            projections::verify::verify(server.store.reader(), domain::LedgerId(ledger), &|_| {});
        assert!(verified.await.expect("verified").is_clean());
    }
}

/// FAQ: "What happens after a subcontractor organization accepts an invitation from a General Contractor
/// (GC)?" All user management responsibilities shift to the subcontractor (R75, R76).
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_after_a_subcontractor_organization_accepts_an_invitation() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["registered", "registered"]);
    // The general contractor's keys and staff have no way to them.
    let staff = server.staff(&elm, "mia@elm.example", "admin", &[]).await;
    let body = json!({ "first_name": "X", "last_name": "Y", "email": "x@elm.example" });
    for caller in [&elm.admin, &staff.session] {
        let path = "/v1/org/users";
        assert_eq!(caller.get(path).await.is(403).code(), "not_permitted");
        assert_eq!(caller.post(path, body.clone()).await.is(403).code(), "not_permitted");
        let path = format!("{path}/{}", nia.user);
        assert_eq!(caller.delete(&path).await.is(403).code(), "not_permitted");
        assert_eq!(caller.get("/v1/org/projects").await.is(403).code(), "not_permitted");
    }
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["registered", "registered"]);
    // Nor have the organisation's people any to the general contractor's.
    for path in ["/v1/contacts", "/v1/jobs", "/v1/staff", "/v1/audit", "/v1/me", "/v1/me/jobs"] {
        assert_eq!(pia.session.get(path).await.is(403).code(), "not_permitted", "{path}");
    }
}

/// FAQ: "Who receives the invitation from the General Contractor?" The organization's Primary Contact
/// (R71), and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn who_receives_the_invitation_from_the_general_contractor() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "Pia@pipes.example"), "Barn").await;
    let mails = server.mails(elm.id, pipes).await;
    assert_eq!(kinds(&mails), [("project_invitation", "Pia@pipes.example")]);
    // Nobody accepts it but the primary contact.
    let other = server.owner(&elm, "olga@example.org", TRADE_PASSWORD).await;
    let refused = accept(&other.session, &link, json!({})).await.is(409);
    assert_eq!(refused.code(), "signed_in_as_another");
    let pia = accept_anew(&server, &link).await;
    second_user(&server, &pia, "nia@pipes.example").await;
    // The second invitation goes to the same one, though there are two users.
    let shed = elm.admin.job("Shed", &[]).await;
    let link = invite(&server, &elm, pipes, shed).await;
    let mails = server.mails(elm.id, pipes).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].to, "Pia@pipes.example");
    let nia = server.sign_in("nia@pipes.example", TRADE_PASSWORD).await;
    let refused = accept(&nia, &link, json!({})).await.is(409);
    assert_eq!(refused.code(), "signed_in_as_another");
    let pia = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    accept(&pia, &link, json!({})).await.is(200);
}

/// FAQ: "What should the Primary Contact do if they are not yet registered in Built?" Create a login,
/// which will automatically create the subcontractor organization (R72, R73).
#[tokio::test(flavor = "multi_thread")]
async fn what_should_the_primary_contact_do_if_they_are_not_yet_registered() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) = invited(&server, &elm, ("Pipes", "Pia", "pia@pipes.example"), "Barn").await;
    let anybody = server.anybody();
    let body = json!({ "password": TRADE_PASSWORD });
    // The general contractor has written one name; an organisation knows both of its users'.
    let refused = accept(&anybody, &link, body).await.is(422);
    assert_eq!((refused.code(), &refused.body["field"]), ("name_needed", &json!("last_name")));
    assert!(server.rows("person_passwords").await.is_empty(), "no login was made");
    let body = json!({ "password": TRADE_PASSWORD, "last_name": "Pipe" });
    let pia = member(&server, &accept(&anybody, &link, body).await.is(200));
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("first_name"), ["Pia"]);
    assert_eq!(users.each("last_name"), ["Pipe"]);
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    let mine = own.get("/v1/me/organisations").await.is(200);
    assert_eq!(
        (mine.each("id"), mine.each("name")),
        (vec![pia.org.to_string()], vec!["Pipes".into()])
    );
    let begun = work(&server, "pia@pipes.example", pia.org).await.is(201);
    assert_eq!((&begun.body["org"], &begun.body["user"]), (&json!(pia.org), &json!(pia.user)));
    let sessions = own.get("/v1/sessions").await.is(200);
    assert_eq!(sessions.each("org").iter().filter(|org| **org == pia.org.to_string()).count(), 2);
    // Whose organisation it is not, is told what is told of one that never was.
    let unknown = Uuid::now_v7();
    assert_eq!(work(&server, "pia@pipes.example", unknown).await.is(404).code(), "not_found");
}

/// FAQ: "How can a subcontractor organization add new users?" Users with a registered account invite them
/// (R77 to R79).
#[tokio::test(flavor = "multi_thread")]
async fn how_can_a_subcontractor_organization_add_new_users() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let (nia, link) = add_user(&server, &pia, "Nia@pipes.example").await;
    let mails = server.mails(pia.org, nia).await;
    assert_eq!(kinds(&mails), [("sub_user_invitation", "Nia@pipes.example")]);
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["invited", "registered"]);
    let anybody = server.anybody();
    let show = format!("/v1/org-invitations/{link}");
    let shown = anybody.get(&show).await.is(200).body;
    assert_eq!((&shown["organisation"], &shown["first_name"]), (&json!("Pipes"), &json!("Nia")));
    // Sent again, the link before is dead; taken back, so is the last one.
    let path = format!("/v1/org/users/{nia}");
    pia.session.order(&format!("{path}/resend")).await.is(200);
    assert_eq!(anybody.get(&show).await.is(410).code(), "invite_superseded");
    let newest = server.newest_link(pia.org, nia).await;
    pia.session.order(&format!("{path}/cancel")).await.is(200);
    let accept_it = format!("/v1/org-invitations/{newest}/accept");
    let body = json!({ "password": TRADE_PASSWORD });
    assert_eq!(anybody.post(&accept_it, body).await.is(410).code(), "invite_cancelled");
    // Whoever says no is not asked to give a reason, and can be invited again.
    let (nia, link) = add_user(&server, &pia, "nia@pipes.example").await;
    anybody.order(&format!("/v1/org-invitations/{link}/decline")).await.is(204);
    let dead = anybody.get(&format!("/v1/org-invitations/{link}")).await.is(410);
    assert_eq!(dead.code(), "invite_declined");
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert!(users.each("status").contains(&"declined".to_owned()));
    pia.session.order(&format!("/v1/org/users/{nia}/resend")).await.is(200);
    // One address is one user.
    let twice = json!({ "first_name": "N", "last_name": "N", "email": "NIA@pipes.example" });
    assert_eq!(pia.session.post("/v1/org/users", twice).await.is(409).code(), "already_sub_user");
    // A link of the one kind opens nothing of the other.
    let other = format!("/v1/project-invitations/{newest}");
    assert_eq!(anybody.get(&other).await.is(404).code(), "not_found");
}

/// FAQ: "What should be done if the Primary Contact leaves the company?" Support helps, so that the
/// organization does not lose access (R81); nobody else can, and the last user stays (G9).
#[tokio::test(flavor = "multi_thread")]
async fn what_should_be_done_if_the_primary_contact_leaves_the_company() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let own = format!("/v1/org/users/{}", pia.user);
    let last = pia.session.delete(&own).await.is(409);
    assert_eq!((last.code(), &last.body["rule"]), ("last_sub_user", &json!("G9")));
    // Somebody whom the last one has invited and who has not come counts for nothing.
    add_user(&server, &pia, "nia@pipes.example").await;
    assert_eq!(pia.session.delete(&own).await.is(409).code(), "last_sub_user");
    let assigned = super::trades::assign_by_support(
        &server,
        pia.org,
        Some(pia.user),
        ("Sue", "Sink", "sue@pipes.example"),
    );
    let link = assigned.await;
    let path = format!("/v1/org-invitations/{link}/accept");
    let body = json!({ "password": TRADE_PASSWORD });
    let sue = member(&server, &server.anybody().post(&path, body).await.is(200));
    assert_eq!(projects(&sue.session).await, ["Barn"]);
    // Whose place she takes is out in the same moment.
    assert_eq!(pia.session.get("/v1/org").await.is(401).code(), "unauthorized");
    assert_eq!(work(&server, "pia@pipes.example", pia.org).await.is(404).code(), "not_found");
}

/// FAQ: "How can the Primary Contact be changed?" Contact the General Contractor; the GC must resend the
/// invitation to the new Primary Contact (R82 to R84; scenario 21).
#[tokio::test(flavor = "multi_thread")]
async fn how_can_the_primary_contact_be_changed() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let shed = elm.admin.job("Shed", &[]).await;
    let before = invite(&server, &elm, pipes, shed).await;

    let path = format!("/v1/org/general-contractors/{pipes}/primary-contact-requests");
    let unknown = json!({ "user": Uuid::now_v7() });
    assert_eq!(pia.session.post(&path, unknown).await.is(404).code(), "not_found");
    let asked = pia.session.post(&path, json!({ "user": nia.user })).await.is(201);
    assert!(asked.headers.get("etag").is_none() && asked.body.get("version").is_none());
    let asked = asked.id();
    let all = pia.session.get("/v1/org/general-contractors").await.is(200);
    assert_eq!(all.each("primary_contact"), ["Pia Pipe"], "they do not change it themselves");
    assert_eq!(all.each("change_requested"), ["true"]);
    let contact = ("Nia Nail", "nia@pipes.example");
    change_primary_contact(&server, &elm, pipes, contact, Some(asked)).await;
    let all = nia.session.get("/v1/org/general-contractors").await.is(200);
    assert_eq!(all.each("primary_contact"), ["Nia Nail"]);
    assert_eq!(all.each("change_requested"), ["false"]);

    // The old link refuses, and says why; the new one works for the new contact.
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    let dead = accept(&own, &before, json!({})).await.is(410);
    assert_eq!((dead.code(), &dead.body["rule"]), ("invite_contact_changed", &json!("R83")));
    resend_stale(&server, &elm, pipes).await;
    let now = server.newest_link(elm.id, pipes).await;
    assert_eq!(accept(&own, &before, json!({})).await.is(410).code(), "invite_superseded");
    assert_eq!(accept(&own, &now, json!({})).await.is(409).code(), "signed_in_as_another");
    let own = server.sign_in("nia@pipes.example", TRADE_PASSWORD).await;
    accept(&own, &now, json!({})).await.is(200);
    assert_eq!(projects(&pia.session).await, ["Barn", "Shed"]);
}

/// FAQ: "Can any user in the subcontractor organization invite new users?" Yes, all users with a
/// registered account (R77), and only those.
#[tokio::test(flavor = "multi_thread")]
async fn can_any_user_in_the_subcontractor_organization_invite_new_users() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let sue = second_user(&server, &nia, "sue@pipes.example").await;
    second_user(&server, &sue, "tom@pipes.example").await;
    // Any of them removes any other, and what that one's session opens is over with it (R85).
    sue.session.get("/v1/org").await.is(200);
    nia.session.delete(&format!("/v1/org/users/{}", sue.user)).await.is(200);
    for path in ["/v1/org", "/v1/org/users", "/v1/org/projects", "/v1/org/history"] {
        assert_eq!(sue.session.get(path).await.is(401).code(), "unauthorized", "{path}");
    }
    let body = json!({ "first_name": "X", "last_name": "Y", "email": "x@pipes.example" });
    assert_eq!(sue.session.post("/v1/org/users", body).await.is(401).code(), "unauthorized");
    let own = server.sign_in("sue@pipes.example", TRADE_PASSWORD).await;
    assert_eq!(own.get("/v1/me/organisations").await.is(200).body["items"], json!([]));
    // A login that is nobody's there has no way in either.
    let owner = server.owner(&elm, "olga@example.org", TRADE_PASSWORD).await;
    assert_eq!(owner.session.get("/v1/org/users").await.is(403).code(), "not_permitted");
    let history = nia.session.get("/v1/org/history").await.is(200);
    let removed = history.body["items"].as_array().expect("a list").iter();
    let mut removed = removed.filter(|e| e["event"] == "subcontractor_org.user_removed");
    let entry: &Value = removed.next().expect("an entry");
    assert_eq!(
        (&entry["actor"]["kind"], &entry["actor"]["id"]),
        (&json!("sub_user"), &json!(nia.user))
    );
}

/// FAQ: "What information is needed to add a new user?" First name, last name, and email address (R79).
#[tokio::test(flavor = "multi_thread")]
async fn what_information_is_needed_to_add_a_new_user() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let full = json!({ "first_name": "Nia", "last_name": "Nail", "email": "nia@pipes.example" });
    for field in ["first_name", "last_name", "email"] {
        let mut without = full.clone();
        without.as_object_mut().expect("fields").remove(field);
        assert_eq!(
            pia.session.post("/v1/org/users", without).await.status.as_u16(),
            400,
            "{field}"
        );
        let mut empty = full.clone();
        empty[field] = json!(" ");
        let refused = pia.session.post("/v1/org/users", empty).await.is(422);
        assert_eq!(refused.body["field"], json!(field));
    }
    assert_eq!(pia.session.get("/v1/org/users").await.is(200).each("id").len(), 1);
    pia.session.post("/v1/org/users", full).await.is(201);
}

/// FAQ: "What happens once a new user accepts the invitation?" Access to all projects in the organization
/// (R80): those that are open, those that come, and none that was taken away.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_once_a_new_user_accepts_the_invitation() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, barn, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let mains = task(&server, &elm, barn, pipes, "Lay the mains").await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let at = format!("/v1/org/projects/{barn}");
    let seen = nia.session.get(&at).await.is(200).body;
    assert_eq!(seen["tasks"][0]["title"], "Lay the mains");
    // She completes it, takes that back, and says something.
    let on = format!("{at}/tasks/{mains}");
    nia.session.order(&format!("{on}/complete")).await.is(200);
    assert_eq!(nia.session.get(&at).await.is(200).body["tasks"][0]["done"], true);
    pia.session.order(&format!("{on}/reopen")).await.is(200);
    let said = json!({ "text": "The trench is too shallow." });
    nia.session.post(&format!("{on}/comments"), said).await.is(201);
    let seen = pia.session.get(&at).await.is(200).body;
    let comment = &seen["tasks"][0]["comments"][0];
    assert_eq!(comment["text"], "The trench is too shallow.");
    assert_eq!(comment["from"], "organisation");
    assert_eq!(seen["tasks"][0]["done"], false);
    // The second project is hers from the moment on in which it is accepted, by whomever.
    let shed = elm.admin.job("Shed", &[]).await;
    let link = invite(&server, &elm, pipes, shed).await;
    assert_eq!(projects(&nia.session).await, ["Barn"], "nothing is open before it is accepted");
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    accept(&own, &link, json!({})).await.is(200);
    assert_eq!(projects(&nia.session).await, ["Barn", "Shed"]);
    elm.admin.order(&format!("/v1/jobs/{shed}/archive")).await.is(200);
    assert_eq!(projects(&nia.session).await, ["Barn"]);
}

/// H9: the same domain. The company is here already, asks, and joins by approval.
#[tokio::test(flavor = "multi_thread")]
async fn h9_who_is_of_a_company_that_is_here_asks_and_joins_by_approval() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let (_, _, link) =
        invited(&server, &oak, ("Pipes and Co", "Ed Estimator", "ed@Pipes.example"), "Shed").await;
    let anybody = server.anybody();
    let shown = anybody.get(&format!("/v1/project-invitations/{link}")).await.is(200).body;
    assert_eq!(shown["companies_here"], json!([{ "id": pia.org, "name": "Pipes" }]));
    let body = json!({ "password": TRADE_PASSWORD });
    let refused = accept(&anybody, &link, body.clone()).await.is(409);
    assert_eq!((refused.code(), &refused.body["rule"]), ("company_may_be_here", &json!("H9")));
    assert_eq!(refused.body["organisations"], json!([{ "id": pia.org, "name": "Pipes" }]));
    assert_eq!(server.rows("person_passwords").await.len(), 1, "no login was made");

    let ask = format!("/v1/project-invitations/{link}/join");
    let stranger = json!({ "password": TRADE_PASSWORD, "org": Uuid::now_v7() });
    assert_eq!(anybody.post(&ask, stranger).await.is(404).code(), "not_found");
    let asked = anybody.post(&ask, body.clone()).await.is(202);
    assert_eq!(asked.body["org"], json!(pia.org));
    let told = server.mails(pia.org, pia.user).await;
    assert!(kinds(&told).contains(&("join_requested", "pia@pipes.example")), "{told:?}");
    // Nothing is open by asking; asking again is the same request.
    assert_eq!(work(&server, "ed@pipes.example", pia.org).await.is(404).code(), "not_found");
    let ed = server.sign_in("ed@pipes.example", TRADE_PASSWORD).await;
    let again = ed.post(&ask, json!({})).await.is(202);
    assert_eq!(again.body["request"], asked.body["request"]);
    let refused = accept(&ed, &link, json!({})).await.is(409);
    assert_eq!(refused.code(), "company_may_be_here", "nobody has answered yet");
    let waiting = pia.session.get("/v1/org/join-requests").await.is(200);
    assert_eq!(waiting.each("first_name"), ["Ed"]);
    assert_eq!(waiting.each("email"), ["ed@Pipes.example"]);

    let request = asked.body["request"].as_str().expect("an id").to_owned();
    pia.session.order(&format!("/v1/org/join-requests/{request}/approve")).await.is(200);
    let told = server.mails(pia.org, request.parse().expect("an id")).await;
    assert!(kinds(&told).contains(&("join_approved", "ed@Pipes.example")), "{told:?}");
    assert_eq!(pia.session.get("/v1/org/join-requests").await.is(200).body["items"], json!([]));
    let accepted = accept(&ed, &link, json!({})).await.is(200);
    assert_eq!(accepted.body["org"], json!(pia.org));
    assert_eq!(projects(&pia.session).await, ["Barn", "Shed"]);
    let begun = work(&server, "ed@pipes.example", pia.org).await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    assert_eq!(projects(&session).await, ["Barn", "Shed"]);
    assert_eq!(server.rows("org_users").await.len(), 2, "one organisation of two");
}

/// H9: what is not one's company, one says so; free mail is nobody's company.
#[tokio::test(flavor = "multi_thread")]
async fn h9_another_company_of_the_domain_is_a_new_one_and_free_mail_asks_nobody() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let (_, _, link) =
        invited(&server, &elm, ("Roofs", "Ro Roof", "ro@pipes.example"), "Shed").await;
    let body = json!({ "password": TRADE_PASSWORD, "new_organisation": "Ro's Roofs" });
    let ro = member(&server, &accept(&server.anybody(), &link, body).await.is(200));
    assert_ne!(ro.org, pia.org);
    assert_eq!(ro.session.get("/v1/org").await.is(200).body["name"], "Ro's Roofs");
    assert_eq!(projects(&ro.session).await, ["Shed"]);
    assert_eq!(projects(&pia.session).await, ["Barn"]);
    for (company, email) in [("Hal", "hal@gmail.com"), ("Val", "val@gmail.com")] {
        let name = format!("{company} Handy");
        let (_, _, link) = invited(&server, &elm, (company, &name, email), company).await;
        accept_anew(&server, &link).await;
    }
    // A no is a no, and may be asked for again.
    let (_, _, link) = invited(&server, &elm, ("X", "Xi Xu", "xi@pipes.example"), "Gate").await;
    let ask = format!("/v1/project-invitations/{link}/join");
    let body = json!({ "password": TRADE_PASSWORD, "org": pia.org });
    let asked = server.anybody().post(&ask, body).await.is(202).body["request"].clone();
    let asked = asked.as_str().expect("an id").to_owned();
    pia.session.order(&format!("/v1/org/join-requests/{asked}/reject")).await.is(200);
    assert_eq!(work(&server, "xi@pipes.example", pia.org).await.is(404).code(), "not_found");
    let xi = server.sign_in("xi@pipes.example", TRADE_PASSWORD).await;
    let again = xi.post(&ask, json!({ "org": pia.org })).await.is(202);
    assert_ne!(again.body["request"], json!(asked));
    // A request to one organisation is nothing to another.
    let other =
        format!("/v1/org/join-requests/{}/approve", again.body["request"].as_str().expect("id"));
    assert_eq!(ro.session.order(&other).await.is(404).code(), "not_found");
}

/// G11: who is registered elsewhere keeps the login, and gets a membership beside it.
#[tokio::test(flavor = "multi_thread")]
async fn g11_registered_elsewhere_is_the_same_login_and_a_new_membership() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let ada = server.owner(&oak, "ada@example.org", TRADE_PASSWORD).await;
    let (_, _, link) =
        invited(&server, &elm, ("Ada Tiles", "Ada Tile", "ada@example.org"), "Barn").await;
    let shown = server.anybody().get(&format!("/v1/project-invitations/{link}")).await.is(200);
    assert_eq!(shown.body["has_login"], true);
    let body = json!({ "password": TRADE_PASSWORD });
    let refused = accept(&server.anybody(), &link, body).await.is(403);
    assert_eq!(refused.code(), "login_needed");
    let accepted = accept(&ada.session, &link, json!({})).await.is(200);
    assert!(accepted.body.get("session_token").is_none());
    assert_eq!(ada.session.get("/v1/me/organisations").await.is(200).each("name"), ["Ada Tiles"]);
    assert_eq!(ada.session.get("/v1/me/jobs").await.is(200).body["items"], json!([]));
    assert_eq!(server.rows("person_passwords").await.len(), 1, "one login");
    let first = accepted.body["org"].clone();

    // In another organisation too, by invitation: which one accepts, she says; never a third by itself.
    let (_, _, link) =
        invited(&server, &oak, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Shed").await;
    let pia = accept_anew(&server, &link).await;
    let (_, link) = add_user(&server, &pia, "ada@example.org").await;
    let path = format!("/v1/org-invitations/{link}/accept");
    ada.session.post(&path, json!({})).await.is(200);
    let (_, _, link) =
        invited(&server, &oak, ("A. T.", "Ada Tile", "ada@example.org"), "Gate").await;
    let refused = accept(&ada.session, &link, json!({})).await.is(409);
    assert_eq!((refused.code(), &refused.body["field"]), ("which_organisation", &json!("org")));
    assert_eq!(refused.body["organisations"].as_array().map(Vec::len), Some(2));
    let strange = accept(&ada.session, &link, json!({ "org": Uuid::now_v7() })).await.is(404);
    assert_eq!(strange.code(), "not_found");
    let accepted = accept(&ada.session, &link, json!({ "org": first })).await.is(200);
    assert_eq!(accepted.body["org"], first);
    let begun = work(
        &server,
        "ada@example.org",
        first.as_str().and_then(|id| id.parse().ok()).expect("id"),
    );
    let begun: Answer = begun.await.is(201);
    let session = server.caller(begun.body["token"].as_str().expect("a token"));
    assert_eq!(projects(&session).await, ["Barn", "Gate"]);
    assert_eq!(projects(&pia.session).await, ["Shed"]);
}

/// G8, R84: two general contractors with different primary contacts in one organisation; who becomes the
/// primary contact and is no user yet asks to join, and then the link works.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_primary_contact_who_is_no_user_yet_asks_to_join_the_organisation() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    change_primary_contact(&server, &elm, pipes, ("Zoe Zinc", "zoe@zinc.example"), None).await;
    let shed = elm.admin.job("Shed", &[]).await;
    let link = invite(&server, &elm, pipes, shed).await;
    let anybody = server.anybody();
    let shown = anybody.get(&format!("/v1/project-invitations/{link}")).await.is(200).body;
    assert_eq!(shown["organisation"], json!({ "id": pia.org, "name": "Pipes" }));
    let body = json!({ "password": TRADE_PASSWORD });
    let new = json!({ "password": TRADE_PASSWORD, "new_organisation": "Zinc" });
    for body in [body.clone(), new] {
        let refused = accept(&anybody, &link, body).await.is(409);
        assert_eq!(refused.code(), "not_a_user_of_the_organisation");
    }
    let ask = format!("/v1/project-invitations/{link}/join");
    let asked = anybody.post(&ask, body).await.is(202).body["request"].clone();
    let approve = format!("/v1/org/join-requests/{}/approve", asked.as_str().expect("an id"));
    pia.session.order(&approve).await.is(200);
    let zoe = server.sign_in("zoe@zinc.example", TRADE_PASSWORD).await;
    accept(&zoe, &link, json!({})).await.is(200);
    assert_eq!(projects(&pia.session).await, ["Barn", "Shed"]);
    // A general contractor's other subcontractor is another relation, be it the same organisation's.
    let second =
        subcontractor(&server, &elm, "Pipes again", ("Pia Pipe", "pia@pipes.example")).await;
    let gate = elm.admin.job("Gate", &[]).await;
    let link = invite(&server, &elm, second, gate).await;
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    assert_eq!(accept(&own, &link, json!({})).await.is(200).body["org"], json!(pia.org));
    assert_eq!(projects(&zoe_at_work(&server, pia.org).await).await, ["Barn", "Gate", "Shed"]);
}

async fn zoe_at_work(server: &Server, org: Uuid) -> super::harness::Caller {
    let begun = work(server, "zoe@zinc.example", org).await.is(201);
    server.caller(begun.body["token"].as_str().expect("a token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_a_project_leaves_a_dead_link_and_no_login() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let anybody = server.anybody();
    anybody.order(&format!("/v1/project-invitations/{link}/decline")).await.is(204);
    let dead = accept(&anybody, &link, json!({ "password": TRADE_PASSWORD })).await.is(410);
    assert_eq!(dead.code(), "invite_declined");
    assert!(server.rows("person_passwords").await.is_empty());
    assert!(server.rows("org_users").await.is_empty());
}
