//! An owner wants an email that another contact of a builder's has (R32, H3, H4): the builder is told, the owner
//! is not told of whom; one click puts the other contact on the jobs; it ends by itself; crashes and races.

use super::email_changes::{PASSWORD, Step, also_with, begun, confirm};
use super::harness::{Answer, Builder, Caller, Owner, Server};
use domain::contact::ContactCommand;
use domain::{
    Actor, Authority, Channel, Circumstances, Command, ContactId, EmailAddress, LedgerId, PersonId,
};
use event_store::Submission;
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

const OLD: &str = "ada@example.org";
/// What must stand nowhere where the event or the list is.
const WANTED: &str = "canary.wanted@nest.example";

async fn ask(session: &Caller, email: &str) -> Answer {
    session.post("/v1/me/primary-email", json!({ "email": email, "password": PASSWORD })).await
}

/// Owners who wait, when all that has happened is shown.
async fn waiting(builder: &Builder, query: &str) -> Answer {
    let last = builder.admin.post("/v1/leads", json!({ "title": "Later" })).await.is(201);
    let path = format!("/v1/email-conflicts?{query}");
    builder.admin.get_after(&last, &path).await.is(200)
}

fn path(holder: Uuid, owner: Uuid, deed: &str) -> String {
    format!("/v1/contacts/{holder}/email-conflicts/{owner}/{deed}")
}

/// Ada is active with Oak, on two jobs; Berthold is invited there with the address that she wants.
struct Scene {
    server: Server,
    oak: Builder,
    ada: Owner,
    holder: Uuid,
    jobs: [Uuid; 2],
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start().await;
        let oak = server.builder("Oak").await;
        let ada = server.owner(&oak, OLD, PASSWORD).await;
        let holder = oak.admin.contact("Berthold Muster", Some(WANTED)).await;
        server.invite(&oak, holder).await;
        let jobs = [
            oak.admin.job("Barn", &[ada.contact]).await,
            oak.admin.job("Mill", &[ada.contact, holder]).await,
        ];
        Self { server, oak, ada, holder, jobs }
    }

    /// She asks, and is sent to the builder.
    async fn asks(&self) -> Answer {
        let refused = ask(&self.ada.session, WANTED).await.is(409);
        assert_eq!(refused.code(), "primary_email_taken_contact_builder");
        refused
    }

    async fn waiting(&self) -> Vec<Value> {
        waiting(&self.oak, "").await.body["items"].as_array().expect("a list").clone()
    }

    fn path(&self, deed: &str) -> String {
        path(self.holder, self.ada.contact, deed)
    }

    async fn owners(&self, job: Uuid) -> Vec<String> {
        let last = self.oak.admin.post("/v1/leads", json!({ "title": "Later" })).await.is(201);
        let owners = self.oak.admin.get_after(&last, &format!("/v1/jobs/{job}/owners")).await;
        owners.is(200).each("id")
    }

    async fn history(&self, contact: Uuid) -> Answer {
        let last = self.oak.admin.post("/v1/leads", json!({ "title": "Later" })).await.is(201);
        let path = format!("/v1/contacts/{contact}/history");
        self.oak.admin.get_after(&last, &path).await.is(200)
    }
}

/// H4 from end to end.
#[tokio::test(flavor = "multi_thread")]
async fn the_builder_is_told_who_waits_and_one_click_puts_the_other_contact_on_the_jobs() {
    let scene = Scene::new().await;
    let Scene { oak, ada, holder, jobs: [barn, mill], .. } = &scene;
    assert!(scene.waiting().await.is_empty());
    let away = oak.admin.job("Attic", &[ada.contact]).await;
    oak.admin.order(&format!("/v1/jobs/{away}/archive")).await.is(200);
    let link = json!({ "name": "Site office" });
    oak.admin.post(&format!("/v1/jobs/{barn}/portal-links"), link).await.is(201);
    let refused = scene.asks().await;
    assert!(!refused.text.contains("Berthold") && !refused.text.contains(&holder.to_string()));
    let listed = waiting(oak, "").await;
    let entry = &listed.body["items"][0];
    assert_eq!(
        (&entry["owner"]["id"], &entry["owner"]["name"], &entry["owner"]["status"]),
        (&json!(ada.contact), &json!("Ada"), &json!("active"))
    );
    assert_eq!(
        (&entry["holder"]["id"], &entry["holder"]["name"], &entry["holder"]["status"]),
        (&json!(holder), &json!("Berthold Muster"), &json!("pending"))
    );
    assert_eq!(entry["jobs_total"], 2, "what is put away is not among them");
    let jobs = json!([
        { "id": barn, "name": "Barn", "shared": false },
        { "id": mill, "name": "Mill", "shared": true },
    ]);
    assert_eq!((&entry["jobs"], &entry["mergeable"]), (&jobs, &json!(true)));
    // Once, however often she asks; by either contact and by job.
    scene.asks().await;
    for query in [format!("contact={holder}"), format!("contact={}&job={barn}", ada.contact)] {
        assert_eq!(waiting(oak, &query).await.each("reported_at"), listed.each("reported_at"));
    }
    let other = oak.admin.job("Shed", &[*holder]).await;
    assert!(waiting(oak, &format!("job={other}")).await.each("owner").is_empty());

    let key = [("idempotency-key", "the-right-one")];
    let done = oak.admin.with(&scene.path("replace"), json!({}), &key).await.is(200);
    assert!(done.headers.contains_key("ledger-position"));
    let results: Vec<_> = done.body["results"].as_array().expect("results").iter().collect();
    assert_eq!(results.len(), 4, "{}", done.text);
    let again = oak.admin.with(&scene.path("replace"), json!({}), &key).await.is(200);
    assert_eq!(again.body, done.body, "sent twice it is done once");
    for job in [barn, mill] {
        assert_eq!(scene.owners(*job).await, [holder.to_string()]);
    }
    assert!(scene.waiting().await.is_empty());
    let late = oak.admin.post(&scene.path("replace"), json!({})).await.is(409);
    assert_eq!((late.code(), &late.body["rule"]), ("email_conflict_over", &json!("H4")));
    let mine = ada.session.get("/v1/me/jobs").await.is(200);
    assert!(mine.each("id").is_empty(), "{}", mine.text);
    // Whoever left may still have the job's link.
    let links = oak.admin.get(&format!("/v1/jobs/{barn}/portal-links")).await.is(200);
    assert_eq!(links.body["items"][0]["rotate"], true, "{}", links.text);
    // Nobody was invited by it (R4): the one invitation is the one from before.
    let invitations = scene.history(*holder).await.each("event");
    assert_eq!(invitations.iter().filter(|event| *event == "contact.invite_sent").count(), 1);
}

/// H3: the builder's histories say it of both; no owner's does, and no other builder hears of it. The address is
/// in none of it.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_email_stands_with_the_builder_alone_and_the_address_with_nobody() {
    let scene = Scene::new().await;
    let Scene { server, oak, ada, holder, .. } = &scene;
    let elm = server.builder("Elm").await;
    let with_elm = also_with(server, &elm, &ada.session, OLD).await;
    scene.asks().await;
    oak.admin.order(&scene.path("set-aside")).await.is(200);
    for contact in [*holder, ada.contact] {
        let history = scene.history(contact).await;
        let entries = history.body["items"].as_array().expect("a list").clone();
        let told: Vec<_> = entries
            .iter()
            .filter(|entry| entry["event"].as_str().is_some_and(|e| e.contains("email_conflict")))
            .collect();
        let events: Vec<_> = told.iter().map(|entry| entry["event"].clone()).collect();
        let expected = ["contact.email_conflict_closed", "contact.email_conflict_reported"];
        assert_eq!(events, expected.map(Value::from), "{}", history.text);
        for entry in &told {
            assert!(entry.to_string().contains("Ada"), "the owner is named: {entry}");
            assert!(!entry.to_string().contains(WANTED), "{entry}");
        }
        assert_eq!(told[1]["actor"]["kind"], "owner");
    }
    assert!(waiting(&elm, "").await.each("owner").is_empty());
    let last = elm.admin.post("/v1/leads", json!({ "title": "Later" })).await.is(201);
    let elsewhere = elm.admin.get_after(&last, &format!("/v1/contacts/{with_elm}/history")).await;
    assert!(!elsewhere.text.contains("email_conflict"), "{}", elsewhere.text);
    // Ada's own history, and Berthold's once he is an owner.
    let link = server.newest_link(oak.id, *holder).await;
    let accept = format!("/v1/invitations/{link}/accept");
    let joined = server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    let berthold = server.caller(joined.body["session_token"].as_str().expect("a session"));
    let own = ada.session.get(&format!("/v1/me/history?contact={}", ada.contact)).await.is(200);
    let his = berthold.get(&format!("/v1/me/history?contact={holder}")).await.is(200);
    for (whose, seen, name) in [("Ada's", own, "Berthold"), ("Berthold's", his, "Ada")] {
        assert!(!seen.text.contains("email_conflict"), "{whose}: {}", seen.text);
        assert!(!seen.text.contains("wanted_by"), "{whose}: {}", seen.text);
        assert!(!seen.text.contains(name), "{whose}: {}", seen.text);
    }
    // Where the matter itself is kept: neither in the clear nor sealed.
    for table in ["email_conflicts", "email_conflict_owners"] {
        let rows = server.rows(table).await;
        assert!(rows.iter().all(|row| !row.contains("nest.example")), "{table}: {rows:?}");
    }
    let events = server.rows("events").await;
    let reported: Vec<_> = events.iter().filter(|row| row.contains("email_conflict")).collect();
    assert_eq!(reported.len(), 2);
    for row in &reported {
        let payload = row.split_once("payload").expect("a payload").1;
        assert!(!row.contains("nest.example") && !payload.contains("sealed"), "{row}");
    }
    // From where she asked is hers, and erased with her: not sealed with the key of whom she asked for.
    let hers = format!("\"\"client\"\":{{\"\"of\"\":\"\"{}\"\"", ada.contact);
    assert!(reported.iter().any(|row| row.contains(&hers)), "{reported:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_when_the_email_is_free_or_the_two_are_merged() {
    let scene = Scene::new().await;
    let Scene { oak, ada, holder, .. } = &scene;
    scene.asks().await;
    oak.admin.order(&format!("/v1/contacts/{holder}/invite/cancel")).await.is(200);
    assert!(scene.waiting().await.is_empty(), "the address is free");
    oak.admin.order(&format!("/v1/contacts/{holder}/invite")).await.is(200);
    assert!(scene.waiting().await.is_empty(), "and what was is over");
    scene.asks().await;
    assert_eq!(scene.waiting().await.len(), 1);
    // Who is no owner for now is not waited for.
    oak.admin.order(&format!("/v1/contacts/{}/disable", ada.contact)).await.is(200);
    assert_eq!(scene.waiting().await[0]["owner"]["status"], "disabled", "she still is (G3)");
    oak.admin.order(&format!("/v1/contacts/{}/enable", ada.contact)).await.is(200);
    let shed = oak.admin.job("Shed", &[*holder]).await;
    let links = format!("/v1/jobs/{shed}/portal-links");
    oak.admin.post(&links, json!({ "name": "Site office" })).await.is(201);
    let merge = json!({ "survivor": ada.contact, "absorbed": [holder] });
    let merged = oak.admin.post("/v1/contacts/merge", merge).await.is(200);
    assert!(scene.waiting().await.is_empty());
    // Whoever two contacts were is one, and has left no job.
    assert_eq!(scene.owners(shed).await, [ada.contact.to_string()]);
    let links = oak.admin.get_after(&merged, &links).await.is(200);
    assert_eq!(links.body["items"][0]["rotate"], false, "{}", links.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_aside_comes_back_when_the_owner_asks_again() {
    let scene = Scene::new().await;
    let Scene { server, oak, ada, holder, jobs: [barn, _] } = &scene;
    scene.asks().await;
    let auditor = server.key(oak, "auditor", &[]).await;
    auditor.get("/v1/email-conflicts").await.is(200);
    for deed in ["set-aside", "replace"] {
        let refused = auditor.post(&scene.path(deed), json!({})).await.is(403);
        assert_eq!(refused.code(), "not_permitted", "{deed}");
        let own = ada.session.post(&scene.path(deed), json!({})).await.is(403);
        assert_eq!(own.code(), "not_permitted", "{deed}");
    }
    ada.session.get("/v1/email-conflicts").await.is(403);
    let staff = server.key(oak, "staff", &[]).await;
    let aside = staff.order(&scene.path("set-aside")).await.is(200);
    assert_eq!((&aside.body["id"], &aside.body["outcome"]), (&json!(holder), &json!("done")));
    let again = staff.order(&scene.path("set-aside")).await.is(200);
    assert_eq!(again.body["outcome"], "unchanged");
    assert!(scene.waiting().await.is_empty());
    scene.asks().await;
    assert_eq!(scene.waiting().await.len(), 1);
    // One job after the other: it stays open for the rest.
    staff.post(&scene.path("replace"), json!({ "jobs": [barn] })).await.is(200);
    let left = scene.waiting().await;
    assert_eq!(left[0]["jobs"].as_array().map(Vec::len), Some(1), "{left:?}");
    let nothing = staff.post(&scene.path("replace"), json!({ "jobs": [barn] })).await.is(409);
    assert_eq!((nothing.code(), &nothing.body["field"]), ("owner_on_no_open_job", &json!("jobs")));
    let stale =
        staff.with(&scene.path("replace"), json!({}), &[("if-match", "\"1\"")]).await.is(412);
    assert_eq!(stale.code(), "stale_version");
    let odd = staff.post(&scene.path("replace"), json!({ "jobs": ["no-id"] })).await.is(422);
    assert!(odd.text.contains("jobs[0]"), "{}", odd.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_are_reported_once_each() {
    let scene = Scene::new().await;
    let bea = scene.server.owner(&scene.oak, "bea@example.org", PASSWORD).await;
    let asks = [&scene.ada, &bea, &scene.ada].map(|owner| ask(&owner.session, WANTED));
    for refused in join_all(asks).await {
        refused.is(409);
    }
    assert_eq!(scene.waiting().await.len(), 2);
    // Page by page, newest first: each once, and then no more.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..2 {
        let page = waiting(&scene.oak, &format!("limit=1{cursor}")).await;
        seen.extend(page.each("reported_at"));
        cursor =
            page.body["next"].as_str().map_or_else(String::new, |next| format!("&cursor={next}"));
    }
    assert_eq!((seen.len(), &*cursor), (2, ""));
    assert!(seen[0] > seen[1], "{seen:?}");
    // Two at the office press at the same moment: one of them does it.
    let paths = [scene.path("replace"), scene.path("replace")];
    let both = join_all(paths.iter().map(|path| scene.oak.admin.post(path, json!({})))).await;
    let mut codes: Vec<_> = both.iter().map(|answer| answer.status.as_u16()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
    assert_eq!(scene.waiting().await.len(), 1, "Bea waits on");
}

/// H6: whoever has the contact after an owner has asked for nothing, and nothing is done in their name.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_after_an_owner_is_not_the_one_who_waited() {
    let scene = Scene::new().await;
    let Scene { server, oak, ada, jobs: [barn, _], .. } = &scene;
    scene.asks().await;
    let contact = format!("/v1/contacts/{}", ada.contact);
    let sold = json!({ "reason": "Sold." });
    oak.admin.post(&format!("{contact}/deactivate"), sold).await.is(200);
    assert!(scene.waiting().await.is_empty(), "who is no owner waits for nothing");
    let late = oak.admin.post(&scene.path("replace"), json!({})).await.is(409);
    assert_eq!(late.code(), "email_conflict_over");
    let carl = json!({ "name": "Carl", "primary_email": "carl@example.org" });
    oak.admin.patch(&contact, carl).await.is(200);
    server.invite(oak, ada.contact).await;
    let link = server.newest_link(oak.id, ada.contact).await;
    let accept = format!("/v1/invitations/{link}/accept");
    let joined = server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    let carl = server.caller(joined.body["session_token"].as_str().expect("a session"));
    assert!(scene.waiting().await.is_empty(), "Carl has asked for nothing");
    let late = oak.admin.post(&scene.path("replace"), json!({})).await.is(409);
    assert_eq!(late.code(), "email_conflict_over");
    assert_eq!(scene.owners(*barn).await, [ada.contact.to_string()], "he is not put out");
    ask(&carl, WANTED).await.is(409);
    let asked = scene.waiting().await;
    assert_eq!(asked.len(), 1, "now he has");
    assert_eq!(asked[0]["owner"]["name"], "Carl");
}

/// Between the refusal and the report: nobody was answered yet, and whoever asks again reports.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_report_is_made_good_by_the_next_ask() {
    let scene = Scene::new().await;
    let by = Circumstances {
        actor: Actor::Owner(PersonId(scene.ada.person)),
        authority: Authority::Owner,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    let wanted = EmailAddress::parse(WANTED).expect("an address");
    let asks = ContactCommand::AskForPrimaryEmail(wanted);
    let asks = Command::Contact(ContactId(scene.ada.contact), asks);
    let ledger = LedgerId(scene.oak.id);
    let cut_off = scene.server.store.execute(Submission::new(ledger, asks, by)).await;
    cut_off.expect_err("refused");
    assert!(scene.waiting().await.is_empty());
    scene.asks().await;
    assert_eq!(scene.waiting().await.len(), 1);
}

/// A move that had begun and was cut off is refused by whoever takes it up, and reported with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_taken_up_after_a_crash_reports_the_builder_that_refuses_it() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    for step in [Step::Reserved, Step::Begun, Step::OneMoved] {
        let name = format!("{step:?}").to_lowercase();
        let (from, to) = (format!("{name}@old.example"), format!("{name}@new.example"));
        let ada = server.owner(&elm, &from, PASSWORD).await;
        let with_oak = also_with(&server, &oak, &ada.session, &from).await;
        let contacts = [(&elm, ada.contact), (&oak, with_oak)];
        let link = begun(&server, &ada, &contacts, &to, step).await;
        let rival = oak.admin.contact("Berthold Muster", Some(&to)).await;
        oak.admin.order(&format!("/v1/contacts/{rival}/invite")).await.is(200);
        let refused = confirm(&server.anybody(), &link).await.is(409);
        assert_eq!(refused.code(), "primary_email_taken_contact_builder", "{step:?}");
        let told = waiting(&oak, &format!("contact={with_oak}")).await;
        assert_eq!(told.body["items"][0]["holder"]["id"], json!(rival), "{step:?}: {}", told.text);
        assert!(waiting(&elm, "").await.each("owner").is_empty(), "{step:?}");
    }
}
