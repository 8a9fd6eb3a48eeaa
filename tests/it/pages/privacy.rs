//! Who reads what (promise 22): a canary in each field that is not for everybody, and everybody who may
//! come anywhere looks at every page, everything that the API answers and every stream, with every id
//! that there is. Nobody finds a canary that is not theirs to see, and each is found by those it is for.

use super::super::documents;
use super::super::harness::{Builder, Caller, Server};
use super::super::trades::{TRADE_PASSWORD, accept_anew, invite, subcontractor, task};
use super::PASSWORD;
use super::browser::{Browser, staff_browser};
use super::cases::all;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// An admin of Elm, whose fields they are.
    Elm,
    /// Somebody of Elm's staff without any extra right: all that is Elm's but [`AUDIT`].
    Staff,
    /// An admin of Oak, another builder.
    Oak,
    /// Owner of Elm's barn, and of a mill of Oak's.
    Ada,
    /// Owner of the barn, too.
    Bea,
    /// Owner of Elm's shed, and with the customers of it.
    Cid,
    /// Whoever has the barn's link.
    Link,
    /// Whoever has Ada's own link to the barn.
    AdasLink,
    /// Of a subcontractor that works on the barn.
    Pia,
    /// Of another one that does.
    Ro,
    /// Somebody without any credential.
    Anybody,
    /// Who runs the installation.
    Operator,
}
use Who::{Ada, AdasLink, Anybody, Bea, Cid, Elm, Link, Oak, Operator, Pia, Ro, Staff};

/// What stands in which field, and who may read it; all of them do.
const CANARIES: &[(&str, &[Who])] = &[
    // R96, R97
    ("zqbudget", &[Elm]),
    ("zqnote", &[Elm]),
    // R98
    ("zqcrew", &[Elm]),
    ("zqforeman", &[Elm]),
    ("zqwires", &[Elm]),
    ("zqvolt", &[Elm]),
    ("zqmains", &[Elm, Pia]),
    ("zqtrench", &[Elm, Pia]),
    ("zqslates", &[Elm, Ro]),
    ("zqladder", &[Elm, Ro]),
    ("zqroofs", &[Elm, Ro]),
    // R62, R63, R93, G18
    ("zqadasitem", &[Elm, Ada, AdasLink]),
    ("zqadastodo", &[Elm, Ada]),
    ("zqtoada", &[Elm, Ada]),
    ("zqbeasitem", &[Elm, Bea]),
    ("zqbeastodo", &[Elm, Bea]),
    ("zqtobea", &[Elm, Bea]),
    ("zqapproval", &[Elm, Ada, Bea]),
    // What is known of people.
    ("zqgate", &[Elm]),
    ("zqbeasstreet", &[Elm, Bea]),
    ("zqcidsname", &[Elm, Cid]),
    ("zqmia", &[Elm]),
    ("zqreason", &[Elm]),
    // Who it was that added an address of hers: an owner reads it in her own history.
    ("zqkey", &[Elm, Ada]),
    // What others have with the same builder.
    ("zqshed", &[Elm, Cid]),
    ("zqlead", &[Elm]),
    ("zqfamily", &[Elm, Cid]),
    ("zqinvoice", &[Elm, Cid]),
    ("zqtap", &[Elm, Cid]),
    // And with another one.
    ("zqmill", &[Oak, Ada]),
    ("zqoakscustomer", &[Oak]),
    ("zqoakslead", &[Oak]),
];

/// What stands in histories and among the keys alone, which take a right of their own (RULES.md 2.8).
const AUDIT: [&str; 2] = ["zqreason", "zqkey"];

/// Whether somebody may read a canary.
fn may(who: Who, (canary, readers): &(&str, &[Who])) -> bool {
    let of_staff = who == Staff && readers.contains(&Elm) && !AUDIT.contains(canary);
    of_staff || readers.contains(&who)
}

/// Somebody with what they come with.
struct Reader {
    who: Who,
    browser: Browser,
    caller: Caller,
    /// What a link's API asks for.
    token: Option<String>,
}

/// Everything there is, by what it is called in paths.
type Ids = BTreeMap<&'static str, Vec<String>>;

struct World {
    server: Server,
    readers: Vec<Reader>,
    ids: Ids,
}

/// What there is of Elm's, put there by its admin.
struct House<'a> {
    server: &'a Server,
    elm: &'a Builder,
    job: Uuid,
}

impl House<'_> {
    async fn put(&self, part: &str, body: Value) {
        let path = format!("/v1/jobs/{}/{part}", self.job);
        self.elm.admin.post(&path, body).await.is(201);
    }

    /// R96 to R98
    async fn work(&self) {
        let lines = json!({ "lines": [{ "label": "zqbudget", "amount_cents": 12_345 }] });
        let budget = format!("/v1/jobs/{}/budget", self.job);
        self.elm.admin.put(&budget, lines).await.is(200);
        self.put("notes", json!({ "text": "zqnote" })).await;
        for (title, assignee) in [
            ("zqcrew", json!({ "staff": "zqforeman" })),
            ("zqwires", json!({ "subcontractor": "zqvolt" })),
        ] {
            let task = json!({ "title": title, "phase": "planning", "assignee": assignee });
            self.put("tasks", task).await;
        }
    }

    /// R62, R63
    async fn of_owner(&self, contact: Uuid, [item, todo, message]: [&str; 3]) {
        let task = json!({ "title": item, "phase": "planning", "assignee": { "owner": contact } });
        self.put("tasks", task).await;
        self.put("todos", json!({ "contact_id": contact, "title": todo })).await;
        self.put("messages", json!({ "contact_id": contact, "text": message })).await;
    }

    /// A subcontractor with a task on the job, which is talked about; its id, and its user's session.
    async fn of_trade(
        &self,
        (name, email): (&str, &str),
        [title, said]: [&str; 2],
    ) -> (Uuid, Caller) {
        let company = subcontractor(self.server, self.elm, name, ("Some Body", email)).await;
        let link = invite(self.server, self.elm, company, self.job).await;
        let user = accept_anew(self.server, &link).await;
        let task = task(self.server, self.elm, self.job, company, title).await;
        let path = format!("/v1/org/projects/{}/tasks/{task}/comments", self.job);
        user.session.post(&path, json!({ "text": said })).await.is(201);
        (company, user.session)
    }

    /// A link, and the browser of whoever has it.
    async fn link(&self, body: Value) -> (String, String, Browser) {
        let path = format!("/v1/jobs/{}/portal-links", self.job);
        let issued = self.elm.admin.post(&path, body).await.is(201);
        let (id, token) = (issued.id(), issued.body["token"].as_str().expect("a token"));
        let mut browser = Browser::new(self.server);
        browser.look(&format!("/portal/{id}?token={token}")).await.leads_to();
        (id.to_string(), token.to_owned(), browser)
    }
}

impl World {
    async fn build() -> Self {
        let server = Server::start().await;
        let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
        let ada = server.owner(&elm, "ada@example.org", PASSWORD).await;
        let bea = server.owner(&elm, "bea@example.org", PASSWORD).await;
        let cid = server.owner(&elm, "cid@example.org", PASSWORD).await;
        let job = elm.admin.job("Barn", &[ada.contact, bea.contact]).await;
        let shed = elm.admin.job("zqshed", &[cid.contact]).await;
        let house = House { server: &server, elm: &elm, job };
        house.work().await;
        house.of_owner(ada.contact, ["zqadasitem", "zqadastodo", "zqtoada"]).await;
        house.of_owner(bea.contact, ["zqbeasitem", "zqbeastodo", "zqtobea"]).await;
        let approval = json!({ "title": "zqapproval", "kind": "approval", "phase": "planning",
            "assignee": { "owner": bea.contact } });
        house.put("tasks", approval).await;
        let (pipes, pia) =
            house.of_trade(("Pipes", "pia@p.example"), ["zqmains", "zqtrench"]).await;
        let (roofs, ro) =
            house.of_trade(("zqroofs", "ro@r.example"), ["zqslates", "zqladder"]).await;
        bea.session.patch("/v1/me", json!({ "address": "1 zqbeasstreet" })).await.is(200);
        cid.session.patch("/v1/me", json!({ "name": "zqcidsname" })).await.is(200);
        let (customer, document) = customer(&elm, cid.contact, &cid.session).await;
        let staff = people(&server, &elm, ada.contact).await;
        let lead = json!({ "title": "zqlead", "contact_id": ada.contact });
        let lead = elm.admin.post("/v1/leads", lead).await.is(201).id();
        let mill = with_oak(&server, &oak, &ada.session).await;

        let (link, token, by_link) = house.link(json!({ "name": "All" })).await;
        let own = json!({ "name": "Ada", "contact": ada.contact });
        let (adas_link, adas_token, by_adas) = house.link(own).await;
        let ids: [(&'static str, Vec<Uuid>); 8] = [
            ("account", vec![elm.id, oak.id]),
            ("contact", vec![ada.contact, bea.contact, cid.contact]),
            ("job", vec![job, shed, mill]),
            ("lead", vec![lead]),
            ("customer", vec![customer]),
            ("document", vec![document]),
            ("subcontractor", vec![pipes, roofs]),
            ("member", vec![staff]),
        ];
        let text = |ids: Vec<Uuid>| ids.iter().map(Uuid::to_string).collect();
        let mut ids: Ids = ids.into_iter().map(|(name, ids)| (name, text(ids))).collect();
        ids.insert("portal", vec![link, adas_link]);
        ids.insert("key", elm.admin.get("/v1/api-keys").await.is(200).each("id"));
        ids.insert("work-order", elm.admin.get("/v1/work-orders").await.is(200).each("id"));

        let elms = staff_browser(&server, &elm, "boss@elm.example", "admin").await;
        let oaks = staff_browser(&server, &oak, "boss@oak.example", "admin").await;
        let staffs = staff_browser(&server, &elm, "max@elm.example", "staff").await;
        let staffs_key = server.key(&elm, "staff", &[]).await;
        let mut readers = vec![
            Reader { who: Staff, browser: staffs, caller: staffs_key, token: None },
            Reader { who: Elm, browser: elms, caller: elm.admin.clone(), token: None },
            Reader { who: Oak, browser: oaks, caller: oak.admin.clone(), token: None },
        ];
        for (who, email, password, caller) in [
            (Ada, "ada@example.org", PASSWORD, ada.session),
            (Bea, "bea@example.org", PASSWORD, bea.session),
            (Cid, "cid@example.org", PASSWORD, cid.session),
            (Pia, "pia@p.example", TRADE_PASSWORD, pia),
            (Ro, "ro@r.example", TRADE_PASSWORD, ro),
        ] {
            let mut browser = Browser::new(&server);
            browser.sign_in(email, password).await.leads_to();
            readers.push(Reader { who, browser, caller, token: None });
        }
        for (who, browser, token) in [(Link, by_link, token), (AdasLink, by_adas, adas_token)] {
            readers.push(Reader { who, browser, caller: server.anybody(), token: Some(token) });
        }
        for (who, caller) in [(Anybody, server.anybody()), (Operator, server.operator())] {
            readers.push(Reader { who, browser: Browser::new(&server), caller, token: None });
        }
        Self { server, readers, ids }
    }
}

/// Cid's family, with a document, and an order of his.
async fn customer(elm: &Builder, cid: Uuid, session: &Caller) -> (Uuid, Uuid) {
    let customer = json!({ "name": "zqfamily" });
    let customer = elm.admin.post("/v1/customers", customer).await.is(201).id();
    let members = format!("/v1/customers/{customer}/contacts");
    elm.admin.post(&members, json!({ "contact_id": cid })).await.is(200);
    let invoice = [("kind", "billing"), ("title", "zqinvoice"), ("day", "2026-03-31")];
    let document = documents::published(elm, customer, &invoice).await.id();
    let order = json!({ "title": "zqtap", "text": "It drips." });
    session.post(&format!("/v1/me/customers/{customer}/work-orders"), order).await.is(201);
    (customer, document)
}

/// What Elm keeps of Ada, and of its own people.
async fn people(server: &Server, elm: &Builder, ada: Uuid) -> Uuid {
    let fields = json!({ "fields": [{ "name": "gate", "label": "Gate", "kind": "text" }] });
    elm.admin.put("/v1/custom-fields", fields).await.is(200);
    let field = format!("/v1/contacts/{ada}/custom-fields/gate");
    let set = elm.admin.request(Method::PUT, &field).header("x-reason", "zqreason");
    let set = set.json(&json!({ "value": "zqgate" })).send().await.expect("an answer");
    assert_eq!(set.status(), 200);
    let label = json!({ "role": "staff", "label": "zqkey" });
    let key = elm.admin.post("/v1/api-keys", label).await.is(201);
    let key = server.caller(key.body["secret"].as_str().expect("a secret"));
    key.post(
        &format!("/v1/contacts/{ada}/additional-emails"),
        json!({ "email": "a2@example.org" }),
    )
    .await
    .is(200);
    server.invite_staff(elm, "zqmia@elm.example", "staff", &[]).await.0
}

/// Ada is Oak's owner, too; and Oak has a book of its own. Its job with her.
async fn with_oak(server: &Server, oak: &Builder, ada: &Caller) -> Uuid {
    let adas = oak.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(oak, adas).await;
    let path = format!("/v1/invitations/{link}/accept");
    ada.post(&path, json!({})).await.is(200);
    let customer = oak.admin.contact("zqoakscustomer", Some("zqoakscustomer@example.org")).await;
    let lead = json!({ "title": "zqoakslead", "contact_id": customer });
    oak.admin.post("/v1/leads", lead).await.is(201);
    oak.admin.job("zqmill", &[adas]).await
}

/// What stands for a part of a path: by its own name, or by what stands before it.
fn called<'a>(part: &'a str, before: &str) -> &'a str {
    match (part, before) {
        ("account_id", _) => "account",
        ("job_id", _) | ("id", "jobs") => "job",
        ("contact_id", _) | ("id", "contacts") => "contact",
        ("customer_id", _) | ("id", "customers") => "customer",
        ("document_id", _) => "document",
        ("id", "leads") => "lead",
        ("id", "portal") => "portal",
        ("id", "subcontractors") => "subcontractor",
        ("id", "work-orders") => "work-order",
        (part, _) => part,
    }
}

/// The path with each id that could stand in it; none where nothing does, as for a secret.
fn filled(listed: &str, ids: &Ids) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut before = "";
    for segment in listed.trim_start_matches('/').split('/') {
        let part = segment.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let none = Vec::new();
        let one = [segment.to_owned()];
        let options =
            part.map_or(&one[..], |part| ids.get(called(part, before)).unwrap_or(&none).as_slice());
        paths = paths
            .iter()
            .flat_map(|path| options.iter().map(move |option| format!("{path}/{option}")))
            .collect();
        before = segment;
    }
    paths
}

/// Every address that there is to look at: the pages', and the API's.
async fn addresses(world: &World) -> (Vec<String>, Vec<String>) {
    let ids = &world.ids;
    let pages = all().filter(|(method, path, _)| *method == "get" && !path.contains("/assets/"));
    let mut pages: Vec<String> = pages.flat_map(|(_, path, _)| filled(path, ids)).collect();
    let described = world.server.anybody().get("/openapi.json").await.is(200).body;
    let described = described["paths"].as_object().expect("paths").clone();
    let routes = described.iter().filter(|(_, methods)| methods["get"].is_object());
    let mut routes: Vec<String> = routes.flat_map(|(path, _)| filled(path, ids)).collect();
    pages.extend(["/jobs?search=zq", "/contacts?search=zq", "/leads?search=zq"].map(str::to_owned));
    routes.extend(["/v1/jobs?search=zq", "/v1/contacts?search=zq"].map(str::to_owned));
    for contact in &ids["contact"] {
        pages.push(format!("/me/history?contact={contact}"));
        pages.push(format!("/jobs?owner={contact}"));
        routes.push(format!("/v1/me/history?contact={contact}"));
        routes.push(format!("/v1/jobs?owner={contact}"));
        routes.push(format!("/v1/contacts/duplicates?contact={contact}"));
    }
    (pages, routes)
}

/// Headers and all that is told; of a stream, what it begins with.
async fn read(request: reqwest::RequestBuilder) -> String {
    let mut response = request.send().await.expect("an answer");
    let mut told = format!("{:?}\n", response.headers());
    let kind = response.headers().get(CONTENT_TYPE);
    let is_stream = kind.is_some_and(|kind| kind == "text/event-stream");
    let rest = Duration::from_secs(if is_stream { 1 } else { 60 });
    while let Ok(Ok(Some(chunk))) = timeout(rest, response.chunk()).await {
        told.push_str(&String::from_utf8_lossy(&chunk));
        if is_stream {
            break;
        }
    }
    told.to_lowercase()
}

/// What somebody finds, and where.
async fn found(reader: &Reader, pages: &[String], routes: &[String]) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    let mut look = |path: &str, told: &str| {
        for (at, (canary, _)) in CANARIES.iter().enumerate() {
            if told.contains(canary) {
                found.entry(at).or_insert_with(|| path.to_owned());
            }
        }
    };
    for path in pages {
        look(path, &read(reader.browser.request(Method::GET, path)).await);
    }
    for path in routes {
        let token = reader.token.as_ref().filter(|_| path.starts_with("/v1/portal/"));
        let path = token.map_or_else(|| path.clone(), |token| format!("{path}?token={token}"));
        look(&path, &read(reader.caller.request(Method::GET, &path)).await);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_a_field_that_is_not_theirs_to_see_and_everybody_those_that_are() {
    let world = World::build().await;
    let (pages, routes) = addresses(&world).await;
    assert!(pages.len() > 120 && routes.len() > 120, "{} and {}", pages.len(), routes.len());
    let mut wrong = Vec::new();
    for reader in &world.readers {
        let found = found(reader, &pages, &routes).await;
        for (at, field) in CANARIES.iter().enumerate() {
            let (who, canary) = (reader.who, field.0);
            match (found.get(&at), may(who, field)) {
                (Some(path), false) => wrong.push(format!("{who:?} reads {canary} at {path}")),
                (None, true) => wrong.push(format!("{who:?} finds {canary} nowhere")),
                (Some(_), true) | (None, false) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_path_is_looked_at_with_every_id() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let ids = Ids::from([("account", ids(&["e", "o"])), ("job", ids(&["1", "2"]))]);
    assert_eq!(filled("/", &ids), ["/"]);
    let own = filled("/v1/me/jobs/{account_id}/{job_id}/todos", &ids);
    assert_eq!(own, ["e/1", "e/2", "o/1", "o/2"].map(|path| format!("/v1/me/jobs/{path}/todos")));
    assert_eq!(filled("/v1/jobs/{id}", &ids), ["/v1/jobs/1", "/v1/jobs/2"]);
    assert_eq!(filled("/password-resets/{token}", &ids), Vec::<String>::new());
}
