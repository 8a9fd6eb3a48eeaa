//! What an organisation sees, and what it never does (promises 21 and 22): every route of theirs against
//! another organisation's ids, and canaries in all that is none of their business.

use super::harness::{Answer, Caller, Server, send};
use super::trades::{
    OrgMember, accept_anew, add_user, command, invite, invited, second_user, subcontractor, task,
};
use domain::subcontractor::{SubcontractorCommand, SubcontractorEvent};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids of one organisation, or ids that nobody has.
#[derive(Clone, Copy)]
struct Ids {
    user: Uuid,
    request: Uuid,
    job: Uuid,
    task: Uuid,
    subcontractor: Uuid,
}

fn unknown() -> Ids {
    let new = Uuid::now_v7;
    Ids { user: new(), request: new(), job: new(), task: new(), subcontractor: new() }
}

fn none(_: &Ids) -> Value {
    json!({})
}

/// A route with the body that it takes; without one, it takes no ids of anybody's.
type Case = (&'static str, &'static str, Option<fn(&Ids) -> Value>);

/// Every route of an organisation's users; a new one without a case fails.
const CASES: &[Case] = &[
    ("get", "/v1/org", None),
    ("patch", "/v1/org", None),
    ("get", "/v1/org/users", None),
    ("post", "/v1/org/users", None),
    ("delete", "/v1/org/users/{id}", Some(none)),
    ("post", "/v1/org/users/{id}/resend", Some(none)),
    ("post", "/v1/org/users/{id}/cancel", Some(none)),
    ("get", "/v1/org/general-contractors", None),
    (
        "post",
        "/v1/org/general-contractors/{subcontractor}/primary-contact-requests",
        Some(|ids| json!({ "user": ids.user })),
    ),
    ("get", "/v1/org/projects", None),
    ("get", "/v1/org/projects/{job}", Some(none)),
    ("post", "/v1/org/projects/{job}/tasks/{task}/complete", Some(none)),
    ("post", "/v1/org/projects/{job}/tasks/{task}/reopen", Some(none)),
    ("post", "/v1/org/projects/{job}/tasks/{task}/comments", Some(|_| json!({ "text": "X" }))),
    ("get", "/v1/org/join-requests", None),
    ("post", "/v1/org/join-requests/{id}/approve", Some(none)),
    ("post", "/v1/org/join-requests/{id}/reject", Some(none)),
    ("get", "/v1/org/history", None),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_an_organisation_has_a_case() {
    let server = Server::start().await;
    let description = server.operator().get("/openapi.json").await.is(200).body;
    let mut routes = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            if path == "/v1/org" || path.starts_with("/v1/org/") {
                routes.insert((method.clone(), path.clone()));
            }
        }
    }
    let cases = CASES.iter().map(|(method, path, _)| ((*method).into(), (*path).into()));
    assert_eq!(routes, cases.collect::<BTreeSet<_>>());
}

async fn ask(caller: &Caller, (method, path, body): &Case, ids: Ids) -> Answer {
    let id = if path.contains("join-requests") { ids.request } else { ids.user };
    let path = path
        .replace("{id}", &id.to_string())
        .replace("{job}", &ids.job.to_string())
        .replace("{task}", &ids.task.to_string())
        .replace("{subcontractor}", &ids.subcontractor.to_string());
    let method: Method = method.to_uppercase().parse().expect("a method");
    let request = caller.request(method.clone(), &path);
    let request = match body {
        Some(body) if method != Method::GET => request.json(&body(&ids)),
        Some(_) | None => request,
    };
    send(request).await
}

/// Status and body without what names the request.
fn shown(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("instance");
    }
    (answer.status.as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_id_is_answered_like_an_unknown_one() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let mine = accept_anew(&server, &link).await;
    let (theirs, job, link) =
        invited(&server, &elm, ("Roofs", "Ro Roof", "ro@roofs.example"), "Shed").await;
    let ro = accept_anew(&server, &link).await;
    let (user, _) = add_user(&server, &ro, "rob@roofs.example").await;
    let slates = task(&server, &elm, job, theirs, "Lay the slates").await;
    let (_, _, link) = invited(&server, &elm, ("R", "Ria Roof", "ria@roofs.example"), "Gate").await;
    let ask_to_join = format!("/v1/project-invitations/{link}/join");
    let body = json!({ "password": super::trades::TRADE_PASSWORD });
    let request = server.anybody().post(&ask_to_join, body).await.is(202).body["request"].clone();
    let request = request.as_str().and_then(|id| id.parse().ok()).expect("an id");
    let foreign = Ids { user, request, job, task: slates, subcontractor: theirs };
    for case in CASES.iter().filter(|(_, _, body)| body.is_some()) {
        let (foreign, unknown) =
            (ask(&mine.session, case, foreign).await, ask(&mine.session, case, unknown()).await);
        assert_eq!(shown(&foreign), shown(&unknown), "{} {}", case.0, case.1);
        assert_eq!((foreign.status.as_u16(), foreign.code()), (404, "not_found"), "{}", case.1);
    }
    // What is no id is one that nobody has; and nothing of it reached the other organisation.
    for path in ["/v1/org/projects/no-id", "/v1/org/projects/%00"] {
        assert_eq!(mine.session.get(path).await.is(404).code(), "not_found");
    }
    let users = ro.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["invited", "registered"]);
    let seen = ro.session.get(&format!("/v1/org/projects/{job}")).await.is(200).body;
    assert_eq!(
        (&seen["tasks"][0]["done"], &seen["tasks"][0]["comments"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(ro.session.get("/v1/org/join-requests").await.is(200).each("id").len(), 1);
    // To whoever is no user of an organisation, all of it is closed.
    let owner = server.owner(&elm, "olga@example.org", super::trades::TRADE_PASSWORD).await;
    let auditor = server.key(&elm, "auditor", &[]).await;
    for caller in [&elm.admin, &auditor, &owner.session, &server.operator()] {
        for case in CASES {
            let refused = ask(caller, case, foreign).await;
            assert_eq!(refused.code(), "not_permitted", "{} {}: {}", case.0, case.1, refused.text);
        }
    }
    for case in CASES {
        let refused = ask(&server.anybody(), case, foreign).await;
        assert_eq!(refused.is(401).code(), "unauthorized", "{}", case.1);
    }
}

/// What no organisation ever reads.
const CANARIES: [&str; 9] = [
    "canary-budget",
    "canary-note",
    "Canaria Vogel",
    "canary@nest.example",
    "Canary Roofs",
    "canary-other-task",
    "canary-owner-task",
    "canary-own-people",
    "canary-comment",
];

/// A job that is full of what is none of the organisation's business; the organisation's user, the job.
async fn full_of_canaries(server: &Server) -> (OrgMember, Uuid, Uuid) {
    let elm = server.builder("Elm").await;
    let admin = &elm.admin;
    let (pipes, job, link) =
        invited(server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let owner = admin.contact("Canaria Vogel", Some("canary@nest.example")).await;
    admin.post(&format!("/v1/jobs/{job}/owners"), json!({ "contact_id": owner })).await.is(200);
    let budget = json!({ "lines": [{ "label": "canary-budget", "amount_cents": 123_456_789 }] });
    admin.put(&format!("/v1/jobs/{job}/budget"), budget).await.is(200);
    let note = json!({ "text": "canary-note" });
    admin.post(&format!("/v1/jobs/{job}/notes"), note).await.is(201);
    let tasks = format!("/v1/jobs/{job}/tasks");
    for (title, assignee) in [
        ("canary-owner-task", json!({ "owner": owner })),
        ("canary-own-people", json!({ "staff": "Canaria Vogel" })),
        ("canary-other-task", json!({ "subcontractor": "Canary Roofs" })),
    ] {
        let task = json!({ "title": title, "phase": "planning", "assignee": assignee });
        admin.post(&tasks, task).await.is(201);
    }
    let roofs =
        subcontractor(server, &elm, "Canary Roofs", ("Canaria Vogel", "canary@nest.example")).await;
    let theirs = invite(server, &elm, roofs, job).await;
    let slates = task(server, &elm, job, roofs, "canary-other-task").await;
    let ro = accept_anew(server, &theirs).await;
    let said = format!("/v1/org/projects/{job}/tasks/{slates}/comments");
    ro.session.post(&said, json!({ "text": "canary-comment" })).await.is(201);
    let own = task(server, &elm, job, pipes, "Lay the mains").await;
    (accept_anew(server, &link).await, job, own)
}

#[tokio::test(flavor = "multi_thread")]
async fn r80_an_organisation_sees_its_own_tasks_and_nothing_else_of_a_job() {
    let server = Server::start().await;
    let (pia, job, own) = full_of_canaries(&server).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let on = format!("/v1/org/projects/{job}/tasks/{own}");
    let mut read = vec![
        nia.session.post(&format!("{on}/comments"), json!({ "text": "Done soon." })).await.is(201),
        nia.session.order(&format!("{on}/complete")).await.is(200),
        // What is refused tells no more.
        nia.session.order("/v1/jobs").await.is(403),
        nia.session.get(&format!("/v1/jobs/{job}")).await.is(403),
    ];
    for (method, path, body) in CASES {
        if *method == "get" && (body.is_none() || path.ends_with("{job}")) {
            let path = path.replace("{job}", &job.to_string());
            read.push(nia.session.get(&path).await.is(200));
        }
    }
    let project = read.iter().find(|answer| answer.body["tasks"].is_array()).expect("a project");
    let mut fields: Vec<&String> = project.body.as_object().expect("fields").keys().collect();
    fields.sort();
    assert_eq!(fields, ["deadline", "general_contractor", "id", "name", "tasks"]);
    assert_eq!(project.body["tasks"].as_array().map(Vec::len), Some(1));
    for answer in &read {
        for canary in CANARIES.iter().chain(&["123456789", "1234567"]) {
            let there = answer.text.to_lowercase().contains(&canary.to_lowercase());
            assert!(!there, "{canary} in {}", answer.text);
        }
    }
    // Nor does a task of somebody else's take anything of theirs.
    let tasks = format!("/v1/org/projects/{job}/tasks/{}", Uuid::now_v7());
    for deed in ["complete", "reopen"] {
        assert_eq!(nia.session.order(&format!("{tasks}/{deed}")).await.is(404).code(), "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_taken_away_is_gone_at_once_and_its_link_stays_dead() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, job, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let mains = task(&server, &elm, job, pipes, "Lay the mains").await;
    let at = format!("/v1/org/projects/{job}");
    pia.session.get(&at).await.is(200);
    let ledger = domain::LedgerId(elm.id);
    let state = server.store.reader().aggregate_events(ledger, &[pipes]).await.expect("events");
    let invitation = state.iter().find_map(|recorded| {
        let (_, event) = recorded.subcontractor()?;
        let SubcontractorEvent::ProjectInvitationSent(sent) = event else { return None };
        Some(sent.invitation)
    });
    let withdraw = SubcontractorCommand::Withdraw(invitation.expect("an invitation"));
    command(&server, &elm, pipes, withdraw).await.expect("taken away");
    assert_eq!(pia.session.get("/v1/org/projects").await.is(200).body["items"], json!([]));
    assert_eq!(pia.session.get(&at).await.is(404).code(), "not_found");
    let complete = format!("{at}/tasks/{mains}/complete");
    assert_eq!(pia.session.order(&complete).await.is(404).code(), "not_found");
    let dead = server.anybody().get(&format!("/v1/project-invitations/{link}")).await.is(410);
    assert_eq!(dead.code(), "project_withdrawn");
}
