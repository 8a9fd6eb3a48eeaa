//! R45: no builder learns of another. Two builders with the same owners read all that they can read,
//! and nothing in it is the same by which they could find out.

use super::harness::{Answer, Builder, Caller, Owner, Server, send};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::LedgerId;
use projections::actors::Persons;
use projections::audit_trail::{self, AuditQuery};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";

/// The ids that a builder's paths and filters may name, by the word that names them in a path.
pub(super) type Book = Vec<(&'static str, Uuid)>;

/// Every GET route of the description, asked by this caller with each filter that takes an id.
pub(super) async fn crawl(server: &Server, caller: &Caller, book: &Book) -> Vec<Answer> {
    let description = server.operator().get("/openapi.json").await.is(200).body;
    let mut answers = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        let Some(operation) = methods.get("get") else { continue };
        let filled = filled(path, book);
        answers.push(caller.get(&filled).await);
        for query in queries(operation, book) {
            answers.push(caller.get(&format!("{filled}?{query}")).await);
        }
    }
    answers
}

/// A path with ids of the book; one that the book does not know is asked for all the same.
fn filled(path: &str, book: &Book) -> String {
    let kind = path.split('/').nth(2).unwrap_or_default();
    let own = book.iter().find(|(name, _)| *name == kind).unwrap_or(&book[0]).1;
    let mut filled = String::new();
    for part in path.split_inclusive('}') {
        match part.split_once('{') {
            Some((before, _)) => filled.extend([before, &own.to_string()]),
            None => filled.push_str(part),
        }
    }
    filled
}

/// The widest page; each filter by an id, with each id.
fn queries(operation: &Value, book: &Book) -> Vec<String> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let query = |parameter: &&Value| parameter["in"] == "query";
    let names = parameters.iter().filter(query).filter_map(|parameter| parameter["name"].as_str());
    let mut queries = Vec::new();
    for name in names {
        match name {
            "limit" => queries.push("limit=200".to_owned()),
            "contact" | "owner" | "actor" | "job" | "lead" => {
                queries.extend(book.iter().map(|(_, id)| format!("{name}={id}&limit=200")));
            }
            _ => {}
        }
    }
    queries
}

/// All that was answered, headers too.
pub(super) fn text(answers: &[Answer]) -> String {
    let mut text = String::new();
    for answer in answers {
        text.extend(answer.headers.iter().filter_map(|(_, value)| value.to_str().ok()));
        text.extend(["\n", &answer.text, "\n"]);
    }
    text
}

/// Every UUID in a text.
fn ids(text: &str) -> BTreeSet<Uuid> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    words.filter(|word| word.len() == 36).filter_map(|word| Uuid::try_parse(word).ok()).collect()
}

/// The operator who opened the accounts is the same for all, and nobody's owner.
fn operators(value: &Value, found: &mut BTreeSet<Uuid>) {
    if value["kind"] == "operator" {
        found.extend(value["id"].as_str().and_then(|id| id.parse::<Uuid>().ok()));
    }
    let fields = value.as_object().into_iter().flat_map(|fields| fields.values());
    for inner in fields.chain(value.as_array().into_iter().flatten()) {
        operators(inner, found);
    }
}

/// A book with one of everything, and Ada's contact in it.
async fn book(builder: &Builder, contact: Uuid) -> Book {
    let admin = &builder.admin;
    let job = admin.job("Barn", &[contact]).await;
    let task = json!({ "title": "Tiles", "phase": "planning", "assignee": { "owner": contact } });
    admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
    admin.post(&format!("/v1/jobs/{job}/notes"), json!({ "text": "Pays late" })).await.is(201);
    let lead = json!({ "title": "Shed", "contact_id": contact });
    let lead = admin.post("/v1/leads", lead).await.is(201).id();
    let twin = admin.contact("Ada Byron", None).await;
    let merge = json!({ "survivor": contact, "absorbed": [twin] });
    admin.post("/v1/contacts/merge", merge).await.is(200);
    vec![("contacts", contact), ("jobs", job), ("leads", lead)]
}

/// An owner who came over active from an older system, with each builder's file.
async fn import(builder: &Builder) -> Uuid {
    let file = "reference,name,emails,activated\nO-1,Zoe,zoe@example.org,yes\n";
    let body = json!({ "format": "owners_csv", "content": file });
    let done = builder.admin.post("/v1/imports", body).await.is(200);
    let contact = done.body["results"][0]["contact_id"].as_str().expect("a contact");
    contact.parse().expect("an id")
}

/// What an owner does with all their builders at once, and what a rule refuses them.
async fn live(owner: &Caller) {
    let change = json!({ "name": "Ada Byron", "phones": ["+1 212 555 0180"] });
    owner.patch("/v1/me", change).await.is(200);
    for n in 0..6 {
        let more = json!({ "email": format!("ada{n}@example.org") });
        owner.post("/v1/me/additional-emails", more).await.is(200);
    }
    // The caller's own choice, in both accounts.
    let request = owner.request(Method::PATCH, "/v1/me").json(&json!({ "name": "Ada King" }));
    send(request.header("x-correlation-id", Uuid::from_u128(0xada).to_string())).await.is(200);
}

async fn zoe(server: &Server) -> Owner {
    let address = json!({ "email": "zoe@example.org" });
    server.anybody().post("/v1/password-resets", address).await.is(202);
    let email = domain::EmailAddress::parse("zoe@example.org").expect("valid");
    let person = server.store.reader().keys().imported_person(&email).0;
    let link = super::logins::reset_link(server, person, 1).await;
    let reset = format!("/v1/password-resets/{link}");
    server.anybody().post(&reset, json!({ "password": PASSWORD })).await.is(204);
    let session = server.sign_in("zoe@example.org", PASSWORD).await;
    Owner { contact: Uuid::nil(), person, session }
}

/// A person in every form in which an id is written.
fn forms(person: Uuid) -> [String; 3] {
    let base64 = URL_SAFE_NO_PAD.encode(person.as_bytes());
    [person.to_string(), person.simple().to_string(), base64]
}

#[tokio::test(flavor = "multi_thread")]
async fn two_builders_with_the_same_owners_find_no_id_in_common() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let zoes = [import(&elm).await, import(&oak).await];
    let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let with_oak = oak.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&oak, with_oak).await;
    let accept = format!("/v1/invitations/{link}/accept");
    ada.session.post(&accept, json!({})).await.is(200);
    let books = [book(&elm, ada.contact).await, book(&oak, with_oak).await];
    live(&ada.session).await;
    let zoe = zoe(&server).await;
    zoe.session.patch("/v1/me", json!({ "name": "Zoe Elder" })).await.is(200);

    let mut seen = Vec::new();
    for (builder, (book, zoe)) in [&elm, &oak].into_iter().zip(books.iter().zip(zoes)) {
        let auditor = server.key(builder, "auditor", &[]).await;
        let mut answers = Vec::new();
        let mut whole = book.clone();
        whole.push(("zoe", zoe));
        let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
        builder.admin.get_after(&last, "/v1/audit").await.is(200);
        for caller in [&builder.admin, &auditor] {
            answers.extend(crawl(&server, caller, &whole).await);
        }
        // What is asked for without being changed.
        let absorbed = json!({ "survivor": whole[0].1, "absorbed": [zoe] });
        answers.push(builder.admin.post("/v1/contacts/merge/preview", absorbed).await);
        seen.push(answers);
    }
    let found: Vec<BTreeSet<Uuid>> = seen.iter().map(|answers| ids(&text(answers))).collect();
    for (found, (book, zoe)) in found.iter().zip(books.iter().zip(zoes)) {
        let own = book.iter().map(|(_, id)| *id).chain([zoe]);
        own.for_each(|id| assert!(found.contains(&id), "the crawl sees {id}"));
    }
    let mut nobodys = BTreeSet::from([Uuid::nil()]);
    seen.iter().flatten().for_each(|answer| operators(&answer.body, &mut nobodys));
    assert_eq!(nobodys.len(), 2, "one operator opened both");
    let common: Vec<&Uuid> =
        found[0].intersection(&found[1]).filter(|id| !nobodys.contains(id)).collect();
    let all = [text(&seen[0]), text(&seen[1])];
    let around = |id: &Uuid| {
        let at = all[0].find(&id.to_string()).unwrap_or(0);
        all[0][at.saturating_sub(160)..].chars().take(260).collect::<String>()
    };
    assert!(common.is_empty(), "both read {common:?}, one of them in {}", around(common[0]));
    for person in [ada.person, zoe.person] {
        for (form, text) in forms(person).iter().flat_map(|form| all.iter().map(move |t| (form, t)))
        {
            assert!(!text.contains(form.as_str()), "a person's id is told as {form}");
        }
    }
    let joined = Uuid::from_u128(0xada);
    assert!(!all.concat().contains(&joined.to_string()), "a correlation joins them");
    let joins = [ada.person, zoe.person, joined];
    what_is_stored_would_tell(&server, [&elm, &oak], &joins).await;
}

/// The control: the same look finds what joins the two in what is stored, as operators see it.
async fn what_is_stored_would_tell(server: &Server, builders: [&Builder; 2], joins: &[Uuid]) {
    let mut stored = Vec::new();
    for builder in builders {
        let query = AuditQuery { persons: Persons::All, limit: 200, ..AuditQuery::default() };
        let page = audit_trail::list(server.store.reader(), LedgerId(builder.id), &query).await;
        let page = serde_json::to_string(&page.expect("read").items).expect("JSON");
        stored.push(ids(&page));
    }
    for id in joins {
        assert!(stored.iter().all(|found| found.contains(id)), "{id} is in both");
    }
}

/// Entries of a page whose actor is an owner.
fn of_owners(page: &Answer) -> Vec<&Value> {
    let items = page.body["items"].as_array().expect("a list");
    items.iter().filter(|item| item["actor"]["kind"] == "owner").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_knows_and_asks_for_an_owner_by_the_contact() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
    for owner in [&ada, &bea] {
        live(&owner.session).await;
    }
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let history = format!("/v1/contacts/{}/history?limit=200", ada.contact);
    let history = builder.admin.get_after(&last, &history).await.is(200);
    let own = of_owners(&history);
    assert!(own.iter().any(|entry| entry["refused"]["code"] == "too_many_emails"), "a refusal");
    assert!(own.iter().all(|entry| entry["actor"]["id"] == json!(ada.contact)), "{}", history.text);
    let linked = own.iter().find(|entry| entry["event"] == "contact.person_linked");
    let change = &linked.expect("the link")["changes"][0];
    assert_eq!((&change["field"], &change["after"]), (&json!("person"), &json!("linked")));

    let of = |actor: Uuid| format!("/v1/audit?actor={actor}&limit=200");
    let audit = builder.admin.get(&of(ada.contact)).await.is(200);
    assert_eq!(audit.each("about").into_iter().collect::<BTreeSet<_>>().len(), 1, "Ada's own");
    assert_eq!(of_owners(&audit).len(), audit.each("event").len());
    assert_eq!(audit.each("event").len(), own.len());
    for nobody in [ada.person, Uuid::now_v7()] {
        let none = builder.admin.get(&of(nobody)).await.is(200);
        assert_eq!((&none.body["items"], &none.body["next"]), (&json!([]), &Value::Null));
    }
    let key = of_key(&history);
    let by_key = builder.admin.get(&of(key)).await.is(200);
    assert!(by_key.each("event").contains(&"contact.created".to_owned()), "{}", by_key.text);
    assert!(of_owners(&by_key).is_empty());

    // To themselves an owner is who they are.
    let path = format!("/v1/me/history?contact={}", ada.contact);
    let told = ada.session.get(&path).await.is(200);
    let own = of_owners(&told);
    assert!(!own.is_empty() && own.iter().all(|e| e["actor"]["id"] == json!(ada.person)));
}

fn of_key(history: &Answer) -> Uuid {
    let items = history.body["items"].as_array().expect("a list");
    let by_staff = items.iter().find(|item| item["actor"]["kind"] == "builder_staff");
    let id = by_staff.expect("the builder's own")["actor"]["id"].as_str().expect("an id");
    id.parse().expect("an id")
}
