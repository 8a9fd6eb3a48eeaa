//! A job over HTTP from its template to its archive, and what customers see of it meanwhile.

use super::harness::{Answer, Builder, Server};
use domain::{Day, LedgerId};
use serde_json::{Value, json};
use uuid::Uuid;

async fn set_up(builder: &Builder) -> Uuid {
    let types = json!({ "types": ["New home", "Remodel", "New home"] });
    builder.admin.put("/v1/job-types", types).await.is(200);
    let template = json!({
        "name": "Kitchen",
        "type": "Remodel",
        "tasks": [
            { "title": "Choose the tiles", "kind": "selection", "phase": "planning" },
            { "title": "Lay the tiles", "phase": "execution" },
            { "title": "Accept the work", "kind": "approval", "phase": "closeout" },
        ],
        "milestones": ["Kitchen in use"],
    });
    builder.admin.post("/v1/job-templates", template).await.is(201).id()
}

/// The task with this title.
fn task(job: &Answer, title: &str) -> Value {
    let tasks = job.body["tasks"].as_array().expect("tasks");
    tasks.iter().find(|task| task["title"] == title).expect("the task").clone()
}

fn ids(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// R55, R56
#[tokio::test(flavor = "multi_thread")]
async fn a_job_begins_with_what_its_template_has() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let template = set_up(&builder).await;
    let types = admin.get("/v1/job-types").await.is(200);
    assert_eq!(types.body["items"], json!(["New home", "Remodel"]));
    let body = json!({ "name": "Elm St", "template": template });
    let made = admin.post("/v1/jobs", body).await.is(201);
    let path = format!("/v1/jobs/{}", made.id());
    let job = admin.get_after(&made, &path).await.is(200);
    assert_eq!(
        (&job.body["type"], &job.body["template"]["name"]),
        (&json!("Remodel"), &json!("Kitchen"))
    );
    assert_eq!((job.body["percent"].as_u64(), &job.body["version"]), (Some(0), &json!(7)));
    assert_eq!(task(&job, "Choose the tiles")["kind"], "selection");
    assert_eq!(task(&job, "Lay the tiles")["kind"], "task");
    assert_eq!(job.body["milestones"][0]["status"], "planned");

    // What becomes of the template is nothing to the job.
    let templates = format!("/v1/job-templates/{template}");
    let refused = admin.put("/v1/job-types", json!({ "types": [] })).await.is(409);
    assert_eq!(refused.code(), "job_type_in_template");
    admin.put(&templates, json!({ "name": "Bath" })).await.is(200);
    let list = admin.get("/v1/job-templates").await.is(200);
    assert_eq!((list.each("name"), list.each("type")), (vec!["Bath".into()], vec!["null".into()]));
    admin.delete(&templates).await.is(200);
    admin.delete(&templates).await.is(404);
    let gone = json!({ "name": "Oak St", "template": template });
    assert_eq!(admin.post("/v1/jobs", gone).await.is(422).code(), "unknown_job_template");
    let odd = json!({ "name": "Oak St", "type": "Castle" });
    assert_eq!(admin.post("/v1/jobs", odd).await.is(422).code(), "unknown_job_type");

    let changed = admin.put(&format!("{path}/type"), json!({ "type": "New home" })).await.is(200);
    let job = admin.get_after(&changed, &path).await.is(200);
    assert_eq!(job.body["type"], "New home");
    // A job from scratch has nothing to be done, so nobody can say how far it is.
    let bare = admin.post("/v1/jobs", json!({ "name": "Bare" })).await.is(201);
    let bare = admin.get_after(&bare, &format!("/v1/jobs/{}", bare.id())).await.is(200);
    assert!(bare.body["percent"].is_null() && bare.body["type"].is_null());
}

/// R91 to R95, R63, G18, G19
#[tokio::test(flavor = "multi_thread")]
async fn customers_see_how_far_their_job_is_and_each_their_own_items() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let template = set_up(&builder).await;
    let (ada, bea) = (admin.contact("Ada", None).await, admin.contact("Bea", None).await);
    let body = json!({ "name": "Elm St", "owners": [ada, bea], "template": template });
    let made = admin.post("/v1/jobs", body).await.is(201);
    let path = format!("/v1/jobs/{}", made.id());
    let job = admin.get_after(&made, &path).await.is(200);
    let of = |title: &str| format!("{path}/tasks/{}", ids(&task(&job, title)));
    let to_ada = json!({ "assignee": { "owner": ada }, "due": "2026-05-01" });
    admin.patch(&of("Choose the tiles"), to_ada).await.is(200);
    let to_bea = json!({ "assignee": { "owner": bea } });
    admin.patch(&of("Accept the work"), to_bea).await.is(200);
    admin.patch(&of("Choose the tiles"), json!({ "done": true })).await.is(200);
    let milestone = format!("{path}/milestones/{}", ids(&job.body["milestones"][0]));
    admin.patch(&milestone, json!({ "status": "reached", "due": "2026-04-30" })).await.is(200);
    let today = Day::of(server.store.now());
    let deadline = json!({ "deadline": today.to_string() });
    let last = admin.put(&format!("{path}/deadline"), deadline).await.is(200);

    let portal = admin.get_after(&last, &format!("{path}/portal?contact={ada}")).await.is(200);
    let section = |phase: &str, done: u32, total: u32, percent: u32| json!({ "phase": phase, "done": done, "total": total, "percent": percent });
    let expected = json!({
        "id": made.id(),
        "name": "Elm St",
        "percent": 33,
        "deadline": today.to_string(),
        "days_remaining": 0,
        "sections": [
            section("planning", 1, 1, 100),
            section("execution", 0, 1, 0),
            section("closeout", 0, 1, 0),
        ],
        "milestones": [{ "title": "Kitchen in use", "due": "2026-04-30", "status": "reached" }],
        "items": [{
            "id": ids(&task(&job, "Choose the tiles")),
            "title": "Choose the tiles",
            "kind": "selection",
            "due": "2026-05-01",
            "done": true,
        }],
    });
    assert_eq!(portal.body, expected);
    let others = admin.get(&format!("{path}/portal?contact={bea}")).await.is(200);
    assert_eq!(others.each("title"), ["Accept the work"]);
    let nobodys = admin.get(&format!("{path}/portal")).await.is(200);
    assert!(nobodys.each("title").is_empty(), "a link that knows no person shows no items");

    // Who leaves the job takes nothing along and leaves nothing to the other.
    let left = admin.delete(&format!("{path}/owners/{ada}")).await.is(200);
    let portal = admin.get_after(&left, &format!("{path}/portal?contact={ada}")).await.is(200);
    assert!(portal.each("title").is_empty());
    let job = admin.get_after(&left, &path).await.is(200);
    let tiles = task(&job, "Choose the tiles");
    assert!(tiles["assignee"].is_null() && tiles["done"] == true);
    let again = json!({ "assignee": { "owner": ada } });
    let refused = admin.patch(&of("Lay the tiles"), again).await.is(409);
    assert_eq!(refused.code(), "assignee_is_no_owner");
}

/// R96 to R99: what customers may not see is in no row of their view.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_customers_may_not_see_is_in_a_row_of_theirs() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", None).await;
    let job = admin.job("Elm St", &[ada]).await;
    let path = format!("/v1/jobs/{job}");
    let budget = json!({ "lines": [{ "label": "canary money", "amount_cents": 987_654_321 }] });
    admin.put(&format!("{path}/budget"), budget).await.is(200);
    admin.post(&format!("{path}/notes"), json!({ "text": "canary note" })).await.is(201);
    let tasks = format!("{path}/tasks");
    for assignee in [
        json!({ "staff": "canary staff" }),
        json!({ "subcontractor": "canary subcontractor" }),
        Value::Null,
    ] {
        let body = json!({ "title": "canary title", "phase": "execution", "assignee": assignee });
        admin.post(&tasks, body).await.is(201);
    }
    // Shown while it is hers, and not any more when it is somebody else's.
    let hers = json!({ "title": "canary hers", "phase": "closeout", "assignee": { "owner": ada } });
    let hers = admin.post(&tasks, hers).await.is(201).id();
    let theirs = json!({ "assignee": { "subcontractor": "canary subcontractor" } });
    let last = admin.patch(&format!("{tasks}/{hers}"), theirs).await.is(200);
    let portal = admin.get_after(&last, &format!("{path}/portal?contact={ada}")).await.is(200);
    assert_eq!(portal.body["sections"][1]["total"], 3, "they count all the same");
    assert!(!portal.text.contains("canary") && !portal.text.contains("987654321"));
    for row in server.rows("owner_portal").await {
        assert!(!row.contains("canary") && !row.contains("987654321"), "{row}");
    }
    // The builder sees all of it.
    let job = admin.get_after(&last, &path).await.is(200);
    assert_eq!(job.body["budget"][0]["amount_cents"], 987_654_321);
    assert_eq!(job.body["notes"][0]["text"], "canary note");
    assert_eq!(task(&job, "canary hers")["assignee"]["subcontractor"], "canary subcontractor");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_milestones_come_and_go_and_an_archived_job_stays_as_it_is() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let job = admin.job("Barn", &[]).await;
    let path = format!("/v1/jobs/{job}");
    let body = json!({ "title": "Dig", "phase": "planning", "assignee": { "staff": "Kim" } });
    let added = admin.post(&format!("{path}/tasks"), body).await.is(201);
    assert_eq!(added.body["part_of"], job.to_string());
    let dig = format!("{path}/tasks/{}", added.id());
    assert_eq!(added.headers["location"], dig.as_str());
    let both = admin.patch(&dig, json!({ "done": true, "title": "Dig more" })).await.is(422);
    assert_eq!(both.body["field"], "done");
    let wrong = json!({ "title": " ", "phase": "lunch", "due": "tomorrow", "kind": "nap" });
    let wrong = admin.post(&format!("{path}/tasks"), wrong).await.is(422);
    assert_eq!(wrong.body["errors"].as_array().map(Vec::len), Some(4), "{}", wrong.text);
    let done = admin.patch(&dig, json!({ "done": true })).await.is(200);
    assert_eq!(
        admin.patch(&dig, json!({ "done": true })).await.is(200).body["outcome"],
        "unchanged"
    );
    assert_eq!(admin.get_after(&done, &path).await.body["percent"], 100);
    admin.patch(&dig, json!({ "done": false })).await.is(200);
    let milestone = json!({ "title": "Roof on", "due": "2026-09-01" });
    let milestone = admin.post(&format!("{path}/milestones"), milestone).await.is(201);
    let roof = format!("{path}/milestones/{}", milestone.id());
    admin.patch(&roof, json!({ "status": "missed", "due": null })).await.is(200);
    let archived = admin.order(&format!("{path}/archive")).await.is(200);

    for refused in [
        admin.patch(&dig, json!({ "title": "Fill in" })).await,
        admin.delete(&dig).await,
        admin.delete(&roof).await,
        admin.patch(&path, json!({ "name": "Stable" })).await,
        admin.put(&format!("{path}/deadline"), json!({ "deadline": null })).await,
        admin.put(&format!("{path}/budget"), json!({ "lines": [] })).await,
        admin.put(&format!("{path}/type"), json!({ "type": null })).await,
        admin.post(&format!("{path}/notes"), json!({ "text": "Late" })).await,
    ] {
        assert_eq!(refused.is(409).code(), "job_archived");
    }
    assert!(admin.get_after(&archived, "/v1/jobs").await.is(200).each("name").is_empty());
    let all = admin.get("/v1/jobs?archived=true").await.is(200);
    assert_eq!(
        (all.each("name"), all.each("archived")),
        (vec!["Barn".into()], vec!["true".into()])
    );
    let job = admin.get(&path).await.is(200);
    assert_eq!(
        (&job.body["archived"], &job.body["milestones"][0]["status"]),
        (&json!(true), &json!("missed"))
    );

    admin.order(&format!("{path}/reopen")).await.is(200);
    admin.delete(&roof).await.is(200);
    let last = admin.delete(&dig).await.is(200);
    let job = admin.get_after(&last, &path).await.is(200);
    assert!(job.body["tasks"] == json!([]) && job.body["milestones"] == json!([]));
    let history = admin.get_after(&last, &format!("{path}/history?limit=200")).await.is(200);
    let events = history.each("event");
    for event in ["job.task_added", "job.milestone_status_set", "job.archived", "refused"] {
        assert!(events.iter().any(|seen| seen == event), "{event}");
    }
    let events = server.store.reader().aggregate_events(LedgerId(builder.id), &[builder.id]).await;
    assert_eq!(events.expect("events").len(), 2, "nothing of it was the account's");
}

/// A retry with the same key finds the task that the first attempt made.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_added_again_with_its_key_is_one_task() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let job = admin.job("Barn", &[]).await;
    let tasks = format!("/v1/jobs/{job}/tasks");
    let body = json!({ "title": "Dig", "phase": "planning" });
    let key = [("idempotency-key", "dig-1")];
    let first = admin.with(&tasks, body.clone(), &key).await.is(201);
    let again = admin.with(&tasks, body, &key).await.is(201);
    assert_eq!((first.id(), &first.body), (again.id(), &again.body));
    let job = admin.get_after(&again, &format!("/v1/jobs/{job}")).await.is(200);
    assert_eq!(job.body["tasks"].as_array().map(Vec::len), Some(1));
}
