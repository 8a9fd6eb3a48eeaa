//! Leads over HTTP: written down, won into jobs, lost, reopened; whom they are about, and that they
//! are no way around the lock.

use super::harness::{Answer, Builder, Caller, Server};
use domain::contact::{Access, ContactCommand, InfoEdit};
use domain::{
    Actor, Authority, Channel, Circumstances, Command, ContactId, LedgerId, PersonId, PersonName,
    PhoneNumber,
};
use event_store::Submission;
use serde_json::{Value, json};
use uuid::Uuid;

async fn lead(caller: &Caller, title: &str, contact: Option<Uuid>) -> Uuid {
    let body = json!({ "title": title, "contact_id": contact });
    caller.post("/v1/leads", body).await.is(201).id()
}

/// What the active owner does to their own info, which is not over HTTP yet.
async fn edit_oneself(server: &Server, builder: &Builder, contact: Uuid, edit: InfoEdit) {
    let ledger = LedgerId(builder.id);
    let events = server.store.reader().aggregate_events(ledger, &[contact]).await.expect("read");
    let mut state = domain::LedgerState::default();
    for event in &events {
        state.record(event.aggregate, event.sequence, &event.event).expect("follows");
    }
    let there = state.contact(ContactId(contact)).expect("known").expect("there");
    let Access::Active { person } = there.state.access else { panic!("not active") };
    let command = Command::Contact(ContactId(contact), ContactCommand::EditInfo(edit));
    let by = owner(person);
    server.store.execute(Submission::new(ledger, command, by)).await.expect("their own info");
}

fn owner(person: PersonId) -> Circumstances {
    Circumstances {
        actor: Actor::Owner(person),
        authority: Authority::Owner,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}

fn refusal(answer: &Answer) -> (&str, &Value, &Value, &Value) {
    let body = &answer.body;
    (answer.code(), &body["rule"], &body["detail"], &body["remedy"])
}

/// R2, R4, R55, R56
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_written_down_and_won_into_a_job_with_its_contact_as_the_owner() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    admin.put("/v1/job-types", json!({ "types": ["Remodel"] })).await.is(200);
    let body = json!({
        "title": "Kitchen for the Millers",
        "new_contact": { "name": "Mia Miller", "primary_email": "mia@example.org" },
    });
    let key = [("idempotency-key", "lead-1")];
    let made = admin.with("/v1/leads", body.clone(), &key).await.is(201);
    let again = admin.with("/v1/leads", body, &key).await.is(201);
    assert_eq!((made.id(), &made.body), (again.id(), &again.body), "acts once");
    let path = format!("/v1/leads/{}", made.id());
    assert_eq!(made.headers["location"], path.as_str());
    let shown = admin.get_after(&made, &path).await.is(200);
    assert_eq!(shown.headers["etag"], "\"2\"");
    let contact = &shown.body["contact"];
    assert_eq!(
        (&contact["id"], &contact["name"]),
        (&made.body["contact_id"], &json!("Mia Miller"))
    );
    assert_eq!(
        (&contact["primary_email"], &contact["access"]),
        (&json!("mia@example.org"), &json!("not_invited"))
    );

    let retitle = json!({ "title": "Kitchen and bath" });
    admin.patch(&path, retitle.clone()).await.is(200);
    assert_eq!(admin.patch(&path, retitle).await.is(200).body["outcome"], "unchanged");
    let stale = [("if-match", "\"2\"")];
    let new_job =
        json!({ "new_job": { "name": "Millers", "reference": "M-1", "type": "Remodel" } });
    let win = format!("{path}/win");
    let refused = admin.with(&win, new_job.clone(), &stale).await.is(412);
    assert_eq!((refused.code(), &refused.body["current"]), ("stale_version", &json!(3)));
    let won = admin.with(&win, new_job, &[("if-match", "\"3\"")]).await.is(200);
    let job = format!("/v1/jobs/{}", won.body["job_id"].as_str().expect("a job"));
    let job = admin.get_after(&won, &job).await.is(200);
    assert_eq!((&job.body["name"], &job.body["type"]), (&json!("Millers"), &json!("Remodel")));
    assert_eq!(job.body["owners"][0]["id"], contact["id"]);
    assert_eq!(job.body["version"], won.body["job_version"]);
    assert_eq!(job.body["owners"][0]["access"], "not_invited", "R4");
    assert!(admin.get("/v1/invitations").await.is(200).each("id").is_empty());
    let shown = admin.get(&path).await.is(200);
    assert_eq!((&shown.body["stage"], &shown.body["job_id"]), (&json!("won"), &won.body["job_id"]));

    // A won lead stays as it is; into the same job again changes nothing.
    let same = json!({ "job_id": won.body["job_id"] });
    assert_eq!(admin.post(&win, same).await.is(200).body["outcome"], "unchanged");
    for refused in [
        admin.order(&format!("{path}/reopen")).await,
        admin.post(&format!("{path}/lose"), json!({ "reason": "Too dear" })).await,
        admin.patch(&path, json!({ "title": "Bath" })).await,
        admin.delete(&format!("{path}/contact")).await,
        admin.post(&win, json!({ "new_job": { "name": "Again" } })).await,
    ] {
        assert_eq!(refused.is(409).code(), "lead_won");
    }
    let bad = json!({ "new_job": { "name": " ", "type": "", "template": "x" } });
    let bad = admin.post(&win, bad).await.is(422);
    assert_eq!(bad.body["errors"].as_array().map(Vec::len), Some(3), "{}", bad.text);
    admin.post(&win, json!({})).await.is(422);
    // The job's history begins with the lead.
    let history = admin.get(&format!("/v1/jobs/{}/history", job.id())).await.is(200);
    assert_eq!(history.each("event").last().map(String::as_str), Some("lead.won"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_won_into_a_job_that_is_there_or_lost_and_reopened() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let (ada, bea) = (admin.contact("Ada", None).await, admin.contact("Bea", None).await);
    let job = admin.job("Barn", &[bea]).await;
    let id = lead(admin, "Barn", Some(ada)).await;
    let path = format!("/v1/leads/{id}");
    admin.post(&format!("{path}/lose"), json!({})).await.is(400);
    admin.post(&format!("{path}/lose"), json!({ "reason": " " })).await.is(422);
    let why = json!({ "reason": "They build next year" });
    let lost = admin.post(&format!("{path}/lose"), why).await.is(200);
    let shown = admin.get_after(&lost, &path).await.is(200);
    assert_eq!(
        (&shown.body["stage"], &shown.body["lost_reason"]),
        (&json!("lost"), &json!("They build next year"))
    );
    let win = json!({ "job_id": job });
    let refused = admin.post(&format!("{path}/win"), win.clone()).await.is(409);
    assert_eq!(
        (refused.code(), &refused.body["remedy"]),
        ("lead_lost", &json!("Reopen the lead first."))
    );
    admin.order(&format!("{path}/reopen")).await.is(200);
    let unknown = json!({ "job_id": Uuid::now_v7() });
    admin.post(&format!("{path}/win"), unknown).await.is(404);
    let won = admin.post(&format!("{path}/win"), win).await.is(200);
    let job = admin.get_after(&won, &format!("/v1/jobs/{job}")).await.is(200);
    let owners: Vec<_> = job.body["owners"].as_array().expect("owners").iter().collect();
    assert_eq!(owners.iter().map(|o| &o["name"]).collect::<Vec<_>>(), ["Ada", "Bea"]);

    let history = admin.get_after(&won, &format!("{path}/history")).await.is(200);
    let told: Vec<_> = history.each("event").into_iter().rev().collect();
    assert_eq!(
        told,
        [
            "lead.created",
            "lead.linked",
            "lead.lost",
            "refused",
            "lead.reopened",
            "refused",
            "lead.won"
        ]
    );
    let linked = &history.body["items"][5]["changes"][0];
    assert_eq!((&linked["field"], &linked["after"]), (&json!("contact"), &json!("Ada")));
    // The contact's history has it too, and the audit finds both by the lead.
    let of_ada = admin.get(&format!("/v1/contacts/{ada}/history")).await.is(200);
    assert!(of_ada.each("event").contains(&"lead.linked".to_owned()));
    let audit = admin.get(&format!("/v1/audit?lead={id}&field=stage")).await.is(200);
    assert_eq!(audit.each("event").len(), 4);
    admin.get(&format!("/v1/audit?lead={id}&contact={ada}")).await.is(422);
}

/// R46, scenario 6: the same code, rule, sentence and remedy as on the contact itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_leads_contact_is_edited_from_the_lead_only_while_the_contact_itself_could_be() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    admin.job("Barn", &[ada]).await;
    let id = lead(admin, "Kitchen", Some(ada)).await;
    let (contact, by_lead) = (format!("/v1/contacts/{ada}"), format!("/v1/leads/{id}/contact"));
    let edit = json!({ "name": "Ada B.", "phones": ["555-0101"], "address": "12 Elm St" });
    let edited = admin.patch(&by_lead, edit).await.is(200);
    assert_eq!((edited.id(), &edited.body["outcome"]), (id, &json!("done")));
    let shown = admin.get_after(&edited, &contact).await.is(200);
    assert_eq!(
        (&shown.body["name"], &shown.body["address"]),
        (&json!("Ada B."), &json!("12 Elm St"))
    );
    let odd = admin.patch(&by_lead, json!({ "primary_email": "x" })).await.is(422);
    assert_eq!(odd.body["field"], "primary_email");

    let not_as_seen = admin
        .request(reqwest::Method::PATCH, &by_lead)
        .header("if-match", "\"1\"")
        .json(&json!({ "name": "Ida" }));
    assert_eq!(super::harness::send(not_as_seen).await.is(412).code(), "stale_version");

    let name = json!({ "name": "Ida", "primary_email": "ida@example.org" });
    let path = |verb: &str| format!("{contact}/{verb}");
    for (verb, code) in [
        ("invite", "contact_locked_pending"),
        ("accept", "contact_locked_active"),
        ("disable", "contact_locked_active"),
    ] {
        if verb == "accept" {
            server.accept(&builder, ada).await;
        } else {
            admin.order(&path(verb)).await.is(200);
        }
        let ledger = LedgerId(builder.id);
        let before = server.store.reader().aggregate_events(ledger, &[ada]).await.expect("read");
        let direct = admin.patch(&contact, name.clone()).await.is(409);
        let through = admin.patch(&by_lead, name.clone()).await.is(409);
        assert_eq!(through.code(), code, "{verb}");
        assert_eq!(refusal(&through), refusal(&direct), "{verb}");
        let after = server.store.reader().aggregate_events(ledger, &[ada]).await.expect("read");
        assert_eq!(after, before, "nothing changed by either");
    }
    admin.post(&path("deactivate"), json!({ "reason": "Sold the house" })).await.is(200);
    let edited = admin.patch(&by_lead, name).await.is(200);
    let shown = admin.get_after(&edited, &contact).await.is(200);
    assert_eq!(shown.body["primary_email"], "ida@example.org");
    // The attempts stand in the lead's history.
    let history = admin.get(&format!("/v1/leads/{id}/history")).await.is(200);
    let refused = history.body["items"].as_array().expect("a list").iter();
    let refused: Vec<_> = refused.filter_map(|e| e["refused"]["command"].as_str()).collect();
    assert_eq!(refused, ["EditLeadContact"; 3]);
    let nobodys = lead(admin, "Roof", None).await;
    let none = admin.patch(&format!("/v1/leads/{nobodys}/contact"), json!({ "name": "X" })).await;
    assert_eq!(none.is(409).code(), "lead_has_no_contact");
}

/// R47: one contact record, many links.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_changes_of_their_own_shows_on_the_lead() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada Maiden", Some("ada@example.org")).await;
    let id = lead(admin, "Kitchen", Some(ada)).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    server.accept(&builder, ada).await;
    let before = admin.post("/v1/leads", json!({ "title": "Roof" })).await.is(201);
    let position = server.store.reader().head(LedgerId(builder.id)).await.expect("read");
    let position = position.expect("there").position;
    let edit = InfoEdit {
        name: PersonName::parse("Ada Married").ok(),
        phones: PhoneNumber::parse("555-0199").ok().map(|phone| vec![phone]),
        primary_email: domain::EmailAddress::parse("ada@married.example").ok(),
        ..InfoEdit::default()
    };
    edit_oneself(&server, &builder, ada, edit).await;
    let last = admin.post("/v1/leads", json!({ "title": "Attic" })).await.is(201);
    let path = format!("/v1/leads/{id}");
    let shown = admin.get_after(&last, &path).await.is(200);
    let contact = &shown.body["contact"];
    assert_eq!(
        (&contact["name"], &contact["primary_email"], &contact["phones"], &contact["access"]),
        (
            &json!("Ada Married"),
            &json!("ada@married.example"),
            &json!(["555-0199"]),
            &json!("active")
        )
    );
    let listed = admin.get_after(&last, "/v1/leads?search=married").await.is(200);
    assert_eq!(listed.each("id"), [id.to_string()]);
    assert!(admin.get("/v1/leads?search=maiden").await.is(200).each("id").is_empty());
    // The lead holds the id alone: its own events say nothing of her.
    let events = server.store.reader().aggregate_events(LedgerId(builder.id), &[id]).await;
    assert_eq!(events.expect("read").len(), 2);
    for row in server.rows("lead_view").await {
        assert!(!row.contains("Married") && !row.contains("married.example"), "{row}");
    }
    // As it was before, the lead shows her as she was.
    let then = admin.get_after(&before, &format!("{path}?as_of={position}")).await.is(200);
    assert_eq!(then.body["contact"]["name"], "Ada Maiden");
    assert_eq!(then.body["as_of"]["position"], position);
}

/// H2, H7
#[tokio::test(flavor = "multi_thread")]
async fn leads_follow_merged_contacts_and_lose_deleted_ones() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let (ada, twin) = (admin.contact("Ada", None).await, admin.contact("A. Byron", None).await);
    let (kitchen, bath) =
        (lead(admin, "Kitchen", Some(twin)).await, lead(admin, "Bath", Some(twin)).await);
    let merge = json!({ "survivor": ada, "absorbed": [twin] });
    let preview = admin.post("/v1/contacts/merge/preview", merge.clone()).await.is(200);
    assert_eq!((&preview.body["jobs"], &preview.body["leads"]), (&json!(0), &json!(2)));
    let merged = admin.post("/v1/contacts/merge", merge).await.is(200);
    let of_ada = admin.get_after(&merged, &format!("/v1/leads?contact={ada}")).await.is(200);
    assert_eq!(of_ada.each("title"), ["Bath", "Kitchen"]);
    let gone = json!({ "contact_id": twin });
    let path = format!("/v1/leads/{bath}/contact");
    let refused = admin.put(&path, gone).await.is(409);
    assert_eq!((refused.code(), &refused.body["holder"]), ("contact_merged", &json!(ada)));
    let cid = admin.contact("Cid", None).await;
    let set = admin.put(&path, json!({ "contact_id": cid })).await.is(200);
    assert_eq!((set.id(), &set.body["contact_id"]), (bath, &json!(cid)));
    let unmerged = admin.order(&format!("/v1/contacts/{twin}/unmerge")).await.is(200);
    let kept = json!([{ "what": "lead_contact_changed", "lead": bath }]);
    assert_eq!(unmerged.body["kept"], kept);
    let shown = admin.get_after(&unmerged, &format!("/v1/leads/{kitchen}")).await.is(200);
    assert_eq!(shown.body["contact"]["name"], "A. Byron");
    let deleted = admin.delete(&format!("/v1/contacts/{twin}?confirm=true")).await.is(200);
    let shown = admin.get_after(&deleted, &format!("/v1/leads/{kitchen}")).await.is(200);
    assert_eq!(shown.body["contact"], Value::Null);
    let verified =
        projections::verify::verify(server.store.reader(), LedgerId(builder.id), &|_| {});
    let verified = verified.await.expect("verified");
    assert_eq!(verified.problems, 0, "{:?}", verified.told);
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_found_filtered_sorted_and_paged_and_an_auditor_only_reads() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let (zoe, ada) = (admin.contact("Zoe", None).await, admin.contact("Ada", None).await);
    lead(admin, "Attic", Some(zoe)).await;
    lead(admin, "Bath", Some(ada)).await;
    lead(admin, "Cellar", None).await;
    let roof = lead(admin, "Roof of the barn", Some(ada)).await;
    let lose = format!("/v1/leads/{roof}/lose");
    let last = admin.post(&lose, json!({ "reason": "Too dear" })).await.is(200);
    let find = async |query: &str| {
        admin.get_after(&last, &format!("/v1/leads?{query}")).await.is(200).each("title")
    };
    assert_eq!(find("").await, ["Attic", "Bath", "Cellar", "Roof of the barn"]);
    assert_eq!(find("stage=open&order=desc").await, ["Cellar", "Bath", "Attic"]);
    assert_eq!(find("stage=lost").await, ["Roof of the barn"]);
    assert_eq!(find(&format!("contact={ada}")).await, ["Bath", "Roof of the barn"]);
    assert_eq!(find("search=bar%20roo").await, ["Roof of the barn"]);
    assert_eq!(find("search=ad%20ba").await, ["Bath", "Roof of the barn"]);
    assert_eq!(
        find("sort=contact").await,
        ["Bath", "Roof of the barn", "Attic", "Cellar"],
        "without a contact last"
    );
    for sort in ["title", "created", "contact"] {
        let mut seen = Vec::new();
        let mut path = format!("/v1/leads?limit=1&sort={sort}&order=desc");
        loop {
            let page = admin.get_after(&last, &path).await.is(200);
            seen.extend(page.each("title"));
            let Some(next) = page.body["next"].as_str() else { break };
            path = format!("/v1/leads?limit=1&sort={sort}&order=desc&cursor={next}");
        }
        assert_eq!(seen, find(&format!("sort={sort}&order=desc")).await);
    }
    let odd = admin.get("/v1/leads?stage=won%20&sort=x&contact=y").await.is(422);
    assert_eq!(odd.body["errors"].as_array().map(Vec::len), Some(3));
    let auditor = server.key(&builder, "auditor", &[]).await;
    auditor.get(&format!("/v1/leads/{roof}")).await.is(200);
    auditor.get(&format!("/v1/leads/{roof}/history")).await.is(200);
    let staff = server.key(&builder, "staff", &[]).await;
    staff.get(&format!("/v1/leads/{roof}/history")).await.is(403);
    for refused in [
        auditor.post("/v1/leads", json!({ "title": "X" })).await,
        auditor.order(&format!("/v1/leads/{roof}/reopen")).await,
        auditor.patch(&format!("/v1/leads/{roof}/contact"), json!({ "name": "X" })).await,
    ] {
        assert_eq!(refused.is(403).code(), "not_permitted");
    }
    staff.order(&format!("/v1/leads/{roof}/reopen")).await.is(200);
}
