//! What is between the builder and one owner of a job: To-Dos and messages (R63), beside all that the
//! owners of a job share (R61, R62).

use super::harness::{Answer, Builder, Caller, Owner, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

/// A house with two owners who have a login each.
struct House {
    server: Server,
    builder: Builder,
    ada: Owner,
    bea: Owner,
    job: Uuid,
}

impl House {
    async fn new() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
        let job = builder.admin.job("Barn", &[ada.contact, bea.contact]).await;
        Self { server, builder, ada, bea, job }
    }

    fn jobs(&self, part: &str) -> String {
        format!("/v1/jobs/{}{part}", self.job)
    }

    fn me(&self, part: &str) -> String {
        format!("/v1/me/jobs/{}/{}{part}", self.builder.id, self.job)
    }

    async fn todo(&self, contact: Uuid, title: &str) -> Uuid {
        let body = json!({ "contact_id": contact, "title": title, "due": "2026-05-31" });
        self.builder.admin.post(&self.jobs("/todos"), body).await.is(201).id()
    }

    async fn write(&self, contact: Uuid, text: &str) -> Answer {
        let body = json!({ "contact_id": contact, "text": text });
        self.builder.admin.post(&self.jobs("/messages"), body).await.is(201)
    }
}

fn list(body: &Value, of: &str, field: &str) -> Vec<String> {
    let items = if body[of].is_array() { &body[of] } else { &body[of]["items"] };
    let text = |item: &Value| item[field].as_str().unwrap_or_default().to_owned();
    items.as_array().expect("a list").iter().map(text).collect()
}

/// Scenario 17; R61, R63, R96 to R99
#[tokio::test(flavor = "multi_thread")]
async fn two_owners_see_the_same_job_and_each_their_own_to_dos_and_messages() {
    let house = House::new().await;
    let House { builder, ada, bea, .. } = &house;
    let admin = &builder.admin;
    let task = json!({ "title": "canary dig", "phase": "planning", "assignee": { "staff": "K" } });
    let task = admin.post(&house.jobs("/tasks"), task).await.is(201).id();
    admin.patch(&house.jobs(&format!("/tasks/{task}")), json!({ "done": true })).await.is(200);
    admin.post(&house.jobs("/milestones"), json!({ "title": "Roof on" })).await.is(201);
    admin.put(&house.jobs("/deadline"), json!({ "deadline": "2030-01-01" })).await.is(200);
    admin.post(&house.jobs("/notes"), json!({ "text": "canary note" })).await.is(201);
    let lines = json!({ "lines": [{ "label": "canary budget", "amount_cents": 5 }] });
    admin.put(&house.jobs("/budget"), lines).await.is(200);
    let hers = house.todo(ada.contact, "Only Ada brings the keys").await;
    house.todo(bea.contact, "Only Bea calls the bank").await;
    house.write(ada.contact, "Good morning, Ada.").await;
    house.write(bea.contact, "Good morning, Bea.").await;
    let text = json!({ "text": "Can we\r\nvisit Ada\'s barn?" });
    ada.session.post(&house.me("/messages"), text).await.is(201);

    let of_ada = ada.session.get(&house.me("")).await.is(200);
    let of_bea = bea.session.get(&house.me("")).await.is(200);
    assert_eq!(of_ada.body["job"], of_bea.body["job"], "the same for both");
    assert_eq!(of_ada.body["job"]["percent"], 100);
    assert_eq!(list(&of_ada.body["job"], "milestones", "title"), ["Roof on"]);
    assert_eq!(list(&of_ada.body, "todos", "title"), ["Only Ada brings the keys"]);
    assert_eq!(of_ada.body["todos"]["items"][0]["due"], "2026-05-31");
    let said = ["Can we\nvisit Ada\'s barn?", "Good morning, Ada."];
    assert_eq!(list(&of_ada.body, "messages", "text"), said, "the newest first");
    assert_eq!(list(&of_ada.body, "messages", "author"), ["owner", "builder"]);
    assert_eq!(list(&of_bea.body, "todos", "title"), ["Only Bea calls the bank"]);
    assert_eq!(list(&of_bea.body, "messages", "text"), ["Good morning, Bea."]);
    for (owner, not_theirs) in [(ada, "Bea"), (bea, "Ada")] {
        for path in [house.me(""), house.me("/todos"), house.me("/messages")] {
            let text = owner.session.get(&path).await.is(200).text;
            let text = text.replace("\"Ada\"", "");
            assert!(!text.contains(not_theirs) && !text.contains("canary"), "{path}: {text}");
        }
        let jobs = owner.session.get("/v1/me/jobs").await.is(200);
        assert_eq!(jobs.each("account"), [builder.id.to_string()]);
        assert!(!jobs.text.contains("Only ") && !jobs.text.contains("Good morning"));
        let history = format!("/v1/me/history?contact={}", owner.contact);
        let history = owner.session.get(&history).await.is(200);
        assert!(!history.text.contains("Only ") && !history.text.contains("Good morning"));
    }

    // She does it, and the builder sees it and who it was.
    let done = house.me(&format!("/todos/{hers}/done"));
    assert_eq!(ada.session.order(&done).await.is(200).body["outcome"], "done");
    assert_eq!(ada.session.order(&done).await.is(200).body["outcome"], "unchanged");
    let last = ada.session.order(&house.me(&format!("/todos/{hers}/reopen"))).await.is(200);
    assert_eq!(last.body["version"], 3);
    let last = ada.session.order(&done).await.is(200);
    let path = house.jobs(&format!("/todos?contact={}&done=true", ada.contact));
    let todos = admin.get_after(&last, &path).await.is(200);
    assert_eq!(
        (todos.each("id"), todos.each("done")),
        (vec![hers.to_string()], vec!["true".into()])
    );
    for history in [house.jobs("/history"), format!("/v1/contacts/{}/history", ada.contact)] {
        let entry = admin.get_after(&last, &history).await.is(200).body["items"][0].clone();
        assert_eq!(entry["event"], "owner_item.todo_completed");
        assert_eq!(
            (&entry["actor"]["kind"], &entry["actor"]["id"]),
            (&json!("owner"), &json!(ada.contact))
        );
        assert_eq!(entry["changes"][0]["after"], "Only Ada brings the keys");
        assert_eq!(entry["client"], "127.0.0.1", "from where, as for all that owners do");
    }
    let conversation = house.jobs(&format!("/messages?contact={}", ada.contact));
    assert_eq!(admin.get(&conversation).await.is(200).each("text"), said);
    assert_eq!(admin.get(&house.jobs("/messages")).await.is(200).each("text").len(), 3);
}

/// R63, promise 22: what is a co-owner's is answered like what never was.
#[tokio::test(flavor = "multi_thread")]
async fn a_co_owner_gets_on_every_route_what_anybody_gets_for_an_id_that_nobody_has() {
    let house = House::new().await;
    let House { server, builder, ada, bea, job } = &house;
    let hers = house.todo(ada.contact, "Bring the keys").await;
    let message = house.write(ada.contact, "Good morning.").await.id();
    let work =
        json!({ "title": "Paint", "phase": "closeout", "assignee": { "owner": ada.contact } });
    let work = builder.admin.post(&house.jobs("/tasks"), work).await.is(201).id();
    let alone = builder.admin.job("Shed", &[ada.contact]).await;
    let other = server.builder("Oak").await;
    let theirs = server.owner(&other, "cid@example.org", PASSWORD).await;
    let twin = async |caller: &Caller, method: Method, path: &str, part: Uuid, account, job| {
        let path = path
            .replace("{account}", &Uuid::to_string(&account))
            .replace("{job}", &Uuid::to_string(&job))
            .replace("{part}", &part.to_string());
        let request = caller.request(method.clone(), &path);
        let is_message = path.ends_with("/messages") && method == Method::POST;
        let request = if is_message { request.json(&json!({ "text": "X" })) } else { request };
        let mut answer = send(request).await;
        if let Some(fields) = answer.body.as_object_mut() {
            fields.remove("instance");
        }
        (answer.status.as_u16(), answer.body)
    };
    let base = "/v1/me/jobs/{account}/{job}";
    let parts = [
        (Method::POST, format!("{base}/todos/{{part}}/done"), hers),
        (Method::POST, format!("{base}/todos/{{part}}/reopen"), hers),
        (Method::POST, format!("{base}/todos/{{part}}/done"), message),
        (Method::POST, format!("{base}/tasks/{{part}}/complete"), work),
    ];
    let of_the_job = [
        (Method::GET, base.to_owned()),
        (Method::GET, format!("{base}/todos")),
        (Method::GET, format!("{base}/messages")),
        (Method::POST, format!("{base}/messages")),
    ];
    let new = Uuid::now_v7;
    for (method, path, part) in &parts {
        let of = |part, account, job| twin(&bea.session, method.clone(), path, part, account, job);
        let known = of(*part, builder.id, *job).await;
        assert_eq!(known.0, 404, "{path}");
        assert_eq!(known, of(new(), builder.id, *job).await, "{path}");
        assert_eq!(known, of(*part, builder.id, alone).await, "{path}");
        assert_eq!(known, of(*part, new(), *job).await, "{path}");
        let stranger = twin(&theirs.session, method.clone(), path, *part, builder.id, *job).await;
        assert_eq!(known, stranger, "{path}");
    }
    for (method, path) in &of_the_job {
        let of = |account, job| twin(&bea.session, method.clone(), path, hers, account, job);
        let nowhere = of(builder.id, new()).await;
        assert_eq!(nowhere.0, 404, "{path}");
        for (account, job) in [(builder.id, alone), (other.id, *job), (new(), *job)] {
            assert_eq!(of(account, job).await, nowhere, "{path}");
        }
        let stranger = twin(&theirs.session, method.clone(), path, hers, builder.id, *job).await;
        assert_eq!(stranger, nowhere, "{path}");
        let garbled = path.replace("{account}", "%00").replace("{job}", "x");
        assert_eq!(
            send(bea.session.request(method.clone(), &garbled)).await.is(404).code(),
            "not_found"
        );
        // Nobody without a session of their own.
        let filled =
            path.replace("{account}", &builder.id.to_string()).replace("{job}", &job.to_string());
        let by_key = send(builder.admin.request(method.clone(), &filled)).await.is(403);
        assert_eq!(by_key.code(), "not_permitted");
        send(server.anybody().request(method.clone(), &filled)).await.is(401);
    }
    for path in ["/todos", "/messages"] {
        assert_eq!(bea.session.get(&house.jobs(path)).await.is(403).code(), "not_permitted");
    }
    // Whoever leaves the job or is shut out sees it no more.
    let owner = house.jobs(&format!("/owners/{}", bea.contact));
    builder.admin.delete(&owner).await.is(200);
    assert_eq!(bea.session.get(&house.me("")).await.is(404).code(), "not_found");
    builder.admin.order(&format!("/v1/contacts/{}/disable", ada.contact)).await.is(200);
    assert_eq!(ada.session.get(&house.me("/todos")).await.is(404).code(), "not_found");
}

/// 2.8: an auditor reads and commands nothing; another account's keys see nothing.
#[tokio::test(flavor = "multi_thread")]
async fn keys_read_and_write_to_dos_and_messages_by_their_roles() {
    let house = House::new().await;
    let House { server, builder, ada, .. } = &house;
    let item = house.todo(ada.contact, "Bring the keys").await;
    let auditor = server.key(builder, "auditor", &[]).await;
    let staff = server.key(builder, "staff", &[]).await;
    let foreign = server.builder("Oak").await.admin;
    let (todos, messages) = (house.jobs("/todos"), house.jobs("/messages"));
    let last = house.write(ada.contact, "Good morning.").await;
    builder.admin.get_after(&last, &messages).await.is(200);
    let todo = json!({ "contact_id": ada.contact, "title": "Call" });
    let message = json!({ "contact_id": ada.contact, "text": "Call" });
    for (caller, write, read) in [(&staff, 201, 200), (&auditor, 403, 200), (&foreign, 404, 404)] {
        caller.get(&todos).await.is(read);
        caller.get(&messages).await.is(read);
        caller.post(&todos, todo.clone()).await.is(write);
        caller.post(&messages, message.clone()).await.is(write);
        let changed = if write == 201 { 200 } else { write };
        let one = format!("{todos}/{item}");
        caller.patch(&one, json!({ "title": "Bring all keys", "due": null })).await.is(changed);
        caller.patch(&one, json!({ "done": true })).await.is(changed);
        caller.delete(&one).await.is(changed);
    }
    assert_eq!(
        staff.patch(&format!("{todos}/{item}"), json!({ "done": true })).await.is(404).code(),
        "not_found"
    );
    let gone = staff.delete(&format!("{todos}/{item}")).await.is(200);
    assert_eq!(gone.body["outcome"], "unchanged");
    let left = staff.get_after(&gone, &todos).await.is(200);
    assert_eq!(left.each("title"), ["Call"]);
}

/// H6: a deactivated owner's contact is accepted by somebody else behind another address.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_linked_in_anothers_place_sees_nothing_of_what_was_theirs() {
    let house = House::new().await;
    let House { server, builder, ada, .. } = &house;
    house.todo(ada.contact, "Bring the keys").await;
    house.write(ada.contact, "Good morning, Ada.").await;
    ada.session.post(&house.me("/messages"), json!({ "text": "My number is 4711." })).await.is(201);
    let path = format!("/v1/contacts/{}", ada.contact);
    builder.admin.post(&format!("{path}/deactivate"), json!({ "reason": "Sold." })).await.is(200);
    let edit = json!({ "primary_email": "new@example.org", "name": "Nia" });
    builder.admin.patch(&path, edit).await.is(200);
    house.todo(ada.contact, "Welcome, Nia").await;
    let link = server.invite(builder, ada.contact).await;
    let accepted = json!({ "password": "another house by the lake" });
    let accepted = server.anybody().post(&format!("/v1/invitations/{link}/accept"), accepted).await;
    let nia = server.caller(accepted.is(200).body["session_token"].as_str().expect("a session"));
    house.write(ada.contact, "Good morning, Nia.").await;

    let seen = nia.get(&house.me("")).await.is(200);
    assert_eq!(list(&seen.body, "todos", "title"), ["Welcome, Nia"]);
    assert_eq!(list(&seen.body, "messages", "text"), ["Good morning, Nia."]);
    assert!(!seen.text.contains("My number") && !seen.text.contains("keys"), "{}", seen.text);
    assert_eq!(ada.session.get(&house.me("")).await.is(404).code(), "not_found");
    // The builder has all of it.
    let all = house.jobs(&format!("/messages?contact={}", ada.contact));
    assert_eq!(builder.admin.get(&all).await.is(200).each("text").len(), 3);
}

/// R62, R93: all owners have the same powers, and work that waits for one is that one's.
#[tokio::test(flavor = "multi_thread")]
async fn any_owner_settles_an_approval_and_the_history_says_who_it_was() {
    let house = House::new().await;
    let House { builder, ada, bea, .. } = &house;
    let task = async |title: &str, kind: &str| {
        let assignee = json!({ "owner": ada.contact });
        let body =
            json!({ "title": title, "kind": kind, "phase": "planning", "assignee": assignee });
        builder.admin.post(&house.jobs("/tasks"), body).await.is(201).id()
    };
    let tiles = task("Choose the tiles", "selection").await;
    let plans = task("Approve the plans", "approval").await;
    let work = task("Clear the attic", "task").await;
    let of_bea = bea.session.get(&house.me("")).await.is(200);
    let shared = ["Choose the tiles", "Approve the plans"];
    assert_eq!(list(&of_bea.body, "approvals", "title"), shared);
    assert!(list(&of_bea.body["job"], "items", "title").is_empty());
    assert!(!of_bea.text.contains("attic") && !of_bea.text.contains(&ada.contact.to_string()));
    let of_ada = ada.session.get(&house.me("")).await.is(200);
    assert_eq!(list(&of_ada.body["job"], "items", "title").len(), 3);
    assert!(list(&of_ada.body, "approvals", "title").is_empty());

    let complete = |task: Uuid| house.me(&format!("/tasks/{task}/complete"));
    assert_eq!(bea.session.order(&complete(work)).await.is(404).code(), "not_found");
    let last = bea.session.order(&complete(plans)).await.is(200);
    assert_eq!(last.body["outcome"], "done");
    let entry = builder.admin.get_after(&last, &house.jobs("/history")).await.is(200);
    let entry = &entry.body["items"][0];
    assert_eq!(
        (&entry["event"], &entry["actor"]["id"]),
        (&json!("job.task_completed"), &json!(bea.contact))
    );
    assert_eq!(entry["client"], "127.0.0.1");
    assert_eq!(ada.session.order(&complete(plans)).await.is(200).body["outcome"], "unchanged");
    for task in [tiles, work] {
        assert_eq!(ada.session.order(&complete(task)).await.is(200).body["outcome"], "done");
    }
    assert_eq!(ada.session.get(&house.me("")).await.is(200).body["job"]["percent"], 100);
    // Nobody does what waits for staff, and an archived job is left alone.
    let dig = json!({ "title": "Dig", "phase": "planning", "assignee": { "staff": "Kim" } });
    let dig = builder.admin.post(&house.jobs("/tasks"), dig).await.is(201).id();
    assert_eq!(ada.session.order(&complete(dig)).await.is(404).code(), "not_found");
    builder.admin.order(&house.jobs("/archive")).await.is(200);
    assert_eq!(ada.session.order(&complete(tiles)).await.is(409).code(), "job_archived");
    let text = json!({ "text": "Hello?" });
    assert_eq!(ada.session.post(&house.me("/messages"), text).await.is(409).code(), "job_archived");
    assert_eq!(ada.session.get(&house.me("")).await.is(404).code(), "not_found", "as in the list");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said_is_refused_with_the_field_and_lists_page() {
    let house = House::new().await;
    let House { builder, ada, .. } = &house;
    let admin = &builder.admin;
    let long = "x".repeat(4_001);
    for text in ["", " \n ", "a\u{7}b", "a\tb", "a\u{0}b", long.as_str()] {
        let body = json!({ "contact_id": ada.contact, "text": text });
        let refused = admin.post(&house.jobs("/messages"), body).await.is(422);
        assert_eq!((refused.code(), &refused.body["field"]), ("invalid_request", &json!("text")));
        let refused =
            ada.session.post(&house.me("/messages"), json!({ "text": text })).await.is(422);
        assert_eq!(refused.body["field"], "text");
    }
    let stranger = admin.contact("Cid", None).await;
    for body in [json!({ "title": "X" }), json!({ "text": "X" })] {
        let path = if body["title"].is_string() { "/todos" } else { "/messages" };
        let with = |contact: Value| {
            let mut body = body.clone();
            body["contact_id"] = contact;
            body
        };
        let refused = admin.post(&house.jobs(path), with(json!(stranger))).await.is(409);
        assert_eq!(
            (refused.code(), &refused.body["field"]),
            ("contact_is_no_owner", &json!("contact_id"))
        );
        admin.post(&house.jobs(path), with(json!(Uuid::now_v7()))).await.is(404);
        let refused = admin.post(&house.jobs(path), with(json!("nobody"))).await.is(422);
        assert_eq!(refused.body["field"], "contact_id");
    }
    let item = house.todo(ada.contact, "Bring the keys").await;
    let one = house.jobs(&format!("/todos/{item}"));
    let refused = admin.patch(&one, json!({ "done": true, "title": "X" })).await.is(422);
    assert_eq!(refused.body["field"], "done");
    assert_eq!(
        admin.patch(&one, json!({ "due": "2026-02-30" })).await.is(422).body["field"],
        "due"
    );
    let stale = admin.request(Method::PATCH, &one).header("if-match", "\"9\"");
    let stale = send(stale.json(&json!({ "title": "Y" }))).await.is(412);
    assert_eq!(stale.body["current"], 1);

    // The same key is the same message, for the builder and for an owner.
    let key = [("idempotency-key", "once")];
    let body = json!({ "contact_id": ada.contact, "text": "Once." });
    let first = admin.with(&house.jobs("/messages"), body.clone(), &key).await.is(201).id();
    assert_eq!(admin.with(&house.jobs("/messages"), body, &key).await.is(201).id(), first);
    let text = json!({ "text": "Once, too." });
    let first = ada.session.with(&house.me("/messages"), text.clone(), &key).await.is(201).id();
    assert_eq!(ada.session.with(&house.me("/messages"), text, &key).await.is(201).id(), first);
    let version = [("if-match", "\"1\"")];
    let done = house.me(&format!("/todos/{item}/done"));
    let refused = ada.session.with(&done, json!({}), &version).await.is(400);
    assert_eq!(refused.body["field"], "If-Match");

    for n in 0..5 {
        house.write(ada.contact, &format!("Message {n}")).await;
    }
    let mut path = house.me("/messages?limit=3");
    let mut said = Vec::new();
    loop {
        let page = ada.session.get(&path).await.is(200);
        said.extend(page.each("text"));
        let Some(next) = page.body["next"].as_str() else { break };
        path = house.me(&format!("/messages?limit=3&cursor={next}"));
    }
    let newest_first = ["Message 4", "Message 3", "Message 2", "Message 1", "Message 0"];
    assert_eq!(said[..5], newest_first);
    assert_eq!(said[5..], ["Once, too.", "Once."]);
    let full = ada.session.get(&house.me("/messages?cursor=x")).await.is(400);
    assert_eq!(full.code(), "bad_cursor");
    assert_eq!(ada.session.get(&house.me("/todos?done=maybe")).await.is(422).body["field"], "done");
    assert!(ada.session.get(&house.me("/todos?done=true")).await.is(200).each("id").is_empty());
}
