//! Owners of an older system come over: rehearsed, run, run again, corrected, and invited anew.

use super::harness::{Answer, Caller, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The example of the guide: made-up families. Three Blooms share an email.
const FILE: &str = include_str!("../../../examples/legacy_owners.csv");

fn file(content: &str) -> Value {
    json!({
        "format": "owners_csv",
        "content": content,
        "owner_mapping": {
            "reference": "owner_no", "name": "full_name", "emails": ["email_list"],
            "phones": ["phone_numbers"], "address": ["street", "town"],
            "activated": "portal_active", "activated_at": "activated_on",
            "last_login_at": "last_login", "jobs": "project_nos",
        },
    })
}

const PATH: &str = "/v1/imports";
const DRY: &str = "/v1/imports?dry_run=true";

fn counts(answer: &Answer) -> [u64; 4] {
    ["rows", "created_contacts", "already_there", "failed"]
        .map(|name| answer.body[name].as_u64().expect("a number"))
}

fn accesses(answer: &Answer) -> [u64; 3] {
    ["active", "not_invited", "deactivated"]
        .map(|name| answer.body["owners"][name].as_u64().expect("a number"))
}

/// The row of an owner, by its line.
fn row(answer: &Answer, line: u64) -> Value {
    let rows = answer.body["results"].as_array().expect("results");
    rows.iter().find(|row| row["line"] == line).expect("the line").clone()
}

fn contact(answer: &Answer, line: u64) -> String {
    row(answer, line)["contact_id"].as_str().expect("an id").to_owned()
}

/// Line and contact of who keeps an email and who loses it, and why.
fn shared(answer: &Answer) -> Vec<(Value, Vec<(Value, Value)>)> {
    let emails = answer.body["owners"]["shared_emails"].as_array().expect("emails");
    let lost = |lost: &Value| (lost["line"].clone(), lost["why"].clone());
    emails
        .iter()
        .map(|email| {
            let all = email["deactivated"].as_array().expect("losers");
            (email["kept_by"]["line"].clone(), all.iter().map(lost).collect())
        })
        .collect()
}

/// Two jobs by the references that the file of owners names.
async fn jobs(admin: &Caller) {
    let jobs = json!({ "format": "csv", "content": "no,name\nP-17,Quarry Road\nP-18,Mill Lane\n",
        "mapping": { "job_name": ["name"], "job_reference": "no" } });
    admin.post(PATH, jobs).await.is(200);
}

async fn get(admin: &Caller, seen: &Answer, id: &str) -> Value {
    admin.get_after(seen, &format!("/v1/contacts/{id}")).await.is(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_of_an_older_system_are_rehearsed_imported_and_twice_change_nothing() {
    // R19, R20, R34, H14
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    jobs(admin).await;
    let rehearsed = admin.post(DRY, file(FILE)).await.is(200);
    assert_eq!(counts(&rehearsed), [8, 7, 0, 1]);
    assert_eq!(accesses(&rehearsed), [3, 2, 2]);
    let before = admin.get("/v1/contacts").await.is(200);
    assert!(before.each("name").is_empty(), "a dry run changes nothing");

    let done = admin.post(PATH, file(FILE)).await.is(200);
    for part in ["results", "owners"] {
        assert_eq!(done.body[part], rehearsed.body[part], "it happens as it was rehearsed");
    }
    let why = |text: &str| Value::from(text);
    assert_eq!(
        shared(&done),
        [(
            json!(2),
            vec![
                (json!(3), why("last login 2023-05-01, the other had 2022-11-30")),
                (json!(4), why("last login 2023-05-01, the other never signed in")),
            ]
        )]
    );
    let iris = row(&done, 4);
    assert_eq!(iris["owner"]["access"], "deactivated");
    let told = "another keeps the email: last login 2023-05-01, the other never signed in";
    assert_eq!(iris["owner"]["decision"], told);
    let harriet = contact(&done, 2);
    assert_eq!(row(&done, 6)["owner"]["email_held_by"], contact(&done, 5), "Lena is warned");
    let seventh = json!([{ "line": 7, "field": "emails",
        "reason": "is a seventh email or more (R20)" }]);
    assert_eq!(row(&done, 7)["left_out"], seventh);
    let unknown = json!([{ "reference": "P-99", "result": "unknown_job" }]);
    assert_eq!(row(&done, 7)["owner"]["jobs"], unknown);
    let otto = row(&done, 8);
    assert_eq!(otto["owner"]["access"], "not_invited");
    assert_eq!(otto["left_out"][0]["field"], "activated");
    let mina = row(&done, 9);
    assert_eq!(
        (mina["result"].as_str(), mina["field"].as_str(), mina["code"].as_str()),
        (Some("failed"), Some("activated_at"), Some("invalid_request"))
    );

    let kept = get(admin, &done, &harriet).await;
    assert_eq!((&kept["access"], &kept["claimed"]), (&json!("active"), &json!(true)));
    assert_eq!(kept["primary_email"], "harriet@bloom.example");
    assert_eq!(kept["additional_emails"], json!(["office@bloom.example"]));
    assert_eq!(kept["address"], "4 Quarry Road, Millbrook");
    for line in [3, 4] {
        let lost = get(admin, &done, &contact(&done, line)).await;
        assert_eq!((&lost["access"], &lost["claimed"]), (&json!("deactivated"), &json!(false)));
    }
    let list = admin.get_after(&done, &format!("/v1/jobs?owner={}", contact(&done, 4))).await;
    let names: BTreeSet<String> = list.is(200).each("name").into_iter().collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["Mill Lane", "Quarry Road"]);

    let again = admin.post(PATH, file(FILE)).await.is(200);
    assert_eq!(counts(&again), [8, 0, 7, 1]);
    assert_eq!(again.headers["ledger-position"], done.headers["ledger-position"], "no event");
    assert_eq!(shared(&again), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_brings_what_is_new_and_nothing_else() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let done = admin.post(PATH, file(FILE)).await.is(200);
    let before = admin.get_after(&done, "/v1/audit?limit=200").await.is(200);
    // A date put right, and a fourth Bloom who signed in last.
    let corrected = FILE.replace("05/06/2020", "2020-06-05")
        + "1009,Opal Bloom,harriet@bloom.example,,4 Quarry Road,Millbrook,yes,2021-01-01,2025-01-02,\n";
    let corrected = admin.post(PATH, file(&corrected)).await.is(200);
    assert_eq!(counts(&corrected), [9, 2, 7, 0]);
    let why = "last login 2025-01-02, the other had 2023-05-01";
    assert_eq!(shared(&corrected), [(json!(10), vec![(json!(2), json!(why))])]);
    let (opal, harriet) = (contact(&corrected, 10), contact(&corrected, 2));
    assert_eq!(get(admin, &corrected, &opal).await["access"], "active");
    assert_eq!(get(admin, &corrected, &harriet).await["access"], "deactivated");
    let after = admin.get_after(&corrected, "/v1/audit?limit=200").await.is(200);
    let more = after.each("event").len() - before.each("event").len();
    // Opal and Mina: created, claimed, imported, linked. Harriet: released, resolved, deactivated.
    assert_eq!(more, 4 + 4 + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_an_email_does_not_hang_on_the_order_of_the_rows() {
    // G20
    let server = Server::start().await;
    let mut told = Vec::new();
    let (header, rows) = FILE.split_once('\n').expect("a header");
    let mut rows: Vec<&str> = rows.lines().collect();
    for name in ["One", "Two", "Three"] {
        rows.rotate_left(1);
        rows.swap(0, 3);
        let builder = server.builder(name).await;
        let content = format!("{header}\n{}\n", rows.join("\n"));
        let done = builder.admin.post(PATH, file(&content)).await.is(200);
        let contacts = builder.admin.get_after(&done, "/v1/contacts?limit=200").await.is(200);
        told.push(
            contacts.each("name").into_iter().zip(contacts.each("access")).collect::<Vec<_>>(),
        );
        assert_eq!(accesses(&done), [3, 2, 2]);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[1], told[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_decision_is_in_the_history_of_both_under_one_correlation() {
    // H14, promise 17
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let done = admin.post(PATH, file(FILE)).await.is(200);
    for line in [2, 4] {
        let path = format!("/v1/contacts/{}/history", contact(&done, line));
        let history = admin.get_after(&done, &path).await.is(200);
        let items = history.body["items"].as_array().expect("items");
        let told: Vec<(&str, &str)> = items
            .iter()
            .filter(|item| item["event"] == "contact.duplicate_resolved")
            .flat_map(|item| item["changes"].as_array().expect("changes"))
            .filter_map(|change| Some((change["field"].as_str()?, change["after"].as_str()?)))
            .collect();
        let kept_by = ("primary_email_kept_by", "Harriet Bloom");
        let why = "kept the email: last login 2023-05-01, the other never signed in";
        assert!(told.contains(&kept_by) && told.contains(&("decision", why)), "{told:?}");
    }
    let iris = format!("/v1/contacts/{}/history", contact(&done, 4));
    let iris = admin.get_after(&done, &iris).await.is(200);
    let first: Vec<&Value> = iris.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["event"] == "contact.owner_deactivated")
        .flat_map(|item| item["changes"].as_array().expect("changes"))
        .map(|change| &change["after"])
        .collect();
    assert_eq!(first, ["deactivated", "duplicate_primary_email"]);
    let audit = admin.get_after(&done, "/v1/audit?limit=200").await.is(200);
    let imported: BTreeSet<&str> = audit.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|item| item["channel"] == "import")
        .map(|item| item["correlation"].as_str().expect("an id"))
        .collect();
    assert_eq!(imported.len(), 1, "one correlation for the whole run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_owner_regains_access_with_an_email_of_their_own() {
    // Scenario 13: R34, R35
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    jobs(admin).await;
    let done = admin.post(PATH, file(FILE)).await.is(200);
    let walter = contact(&done, 3);
    let path = format!("/v1/contacts/{walter}");
    let before = get(admin, &done, &walter).await;
    let refused = admin.order(&format!("{path}/invite")).await.is(409);
    assert_eq!(refused.code(), "primary_email_claimed");
    assert_eq!(refused.body["holder"], contact(&done, 2), "R27");
    admin.patch(&path, json!({ "primary_email": "walter@bloom.example" })).await.is(200);
    let invited = admin.order(&format!("{path}/invite")).await.is(200);
    assert_eq!(get(admin, &invited, &walter).await["access"], "pending");
    server.accept(&builder, walter.parse().expect("an id")).await;
    let after = admin.post("/v1/contacts", json!({ "name": "Somebody" })).await.is(201);
    let after = get(admin, &after, &walter).await;
    assert_eq!((&after["access"], &after["claimed"]), (&json!("active"), &json!(true)));
    for kept in ["name", "phones", "address"] {
        assert_eq!(after[kept], before[kept], "nothing is lost");
    }
    let list = admin.get(&format!("/v1/jobs?owner={walter}")).await.is(200);
    assert_eq!(list.each("name"), ["Quarry Road"]);
    let harriet = admin.get(&format!("/v1/contacts/{}", contact(&done, 2))).await.is(200);
    assert_eq!(harriet.body["access"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_active_here_already_competes_by_the_same_rule_and_who_is_invited_keeps_the_email() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let active = admin.contact("Active", Some("harriet@bloom.example")).await;
    let invited = admin.contact("Invited", Some("tomasz@nowicki.example")).await;
    for id in [active, invited] {
        admin.order(&format!("/v1/contacts/{id}/invite")).await.is(200);
    }
    server.accept(&builder, active).await;
    let done = admin.post(PATH, file(FILE)).await.is(200);
    assert_eq!(accesses(&done), [1, 2, 4]);
    let emails = done.body["owners"]["shared_emails"].as_array().expect("emails");
    let kept_by: Vec<&Value> = emails.iter().map(|email| &email["kept_by"]).collect();
    assert_eq!(
        kept_by,
        [&json!({ "contact_id": active }), &json!({ "contact_id": invited })],
        "they stand on no line"
    );
    assert_eq!(emails[1]["deactivated"][0]["by"], "held");
    let tomasz = row(&done, 5)["owner"]["decision"].clone();
    assert_eq!(tomasz, "another keeps the email: it held the email and is not active");
    assert_eq!(get(admin, &done, &active.to_string()).await["access"], "active");
    assert_eq!(get(admin, &done, &invited.to_string()).await["access"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_one_person_in_every_account() {
    // R45
    let server = Server::start().await;
    let mut persons = BTreeSet::new();
    for name in ["One", "Two"] {
        let builder = server.builder(name).await;
        let done = builder.admin.post(PATH, file(FILE)).await.is(200);
        let history = format!("/v1/contacts/{}/history", contact(&done, 5));
        let history = builder.admin.get_after(&done, &history).await.is(200);
        let person = history.body["items"]
            .as_array()
            .expect("items")
            .iter()
            .flat_map(|item| item["changes"].as_array().expect("changes"))
            .find(|change| change["field"] == "person");
        persons.insert(person.expect("a person")["after"].as_str().expect("an id").to_owned());
    }
    assert_eq!(persons.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_manage_access_imports_no_owners() {
    // 2.8
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let staff = server.key(&builder, "staff", &[]).await;
    for path in [DRY, PATH] {
        assert_eq!(staff.post(path, file(FILE)).await.is(403).code(), "not_permitted");
    }
    let granted = server.key(&builder, "staff", &["manage_access"]).await;
    granted.post(DRY, file(FILE)).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_and_mappings_name_what_is_wrong() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let by_name = |rows: &str| {
        let header = "reference,name,emails,activated,last_login_at";
        json!({ "format": "owners_csv", "content": format!("{header}\n{rows}") })
    };
    let rows = "1,Ada,ada@x.org,yes,2023-05-01\n\
                1,Ada,ada@x.org,yes,2023-05-01\n\
                2,Bea,bea@x.org,yes,\n\
                2,Bea B.,bea@x.org,yes,\n\
                ,Cem,cem@x.org,yes,\n\
                4,,dee@x.org,yes,\n\
                5,Eli,eli@x.org,perhaps,\n\
                6,Fay,fay@x.org,yes,2099-01-01\n\
                7,Gus\n\
                8,Hal,not an email; hal@x.org,2021-02-03,\n";
    let done = admin.post(PATH, by_name(rows)).await.is(200);
    assert_eq!(counts(&done), [10, 2, 1, 7]);
    assert_eq!(row(&done, 3)["same_as_line"], 2);
    let failed: Vec<(u64, &str, &str)> = done.body["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter(|row| row["result"] == "failed")
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            (row["line"].as_u64().unwrap_or(0), text("field"), text("reason"))
        })
        .collect();
    assert_eq!(
        failed,
        [
            (4, "reference", "is the same on lines 4, 5, which differ"),
            (5, "reference", "is the same on lines 4, 5, which differ"),
            (6, "reference", "must not be empty"),
            (7, "name", "must be there: a name, its parts, or a company"),
            (8, "activated", "must be yes or no, or since when"),
            (9, "last_login_at", "must not lie in the future"),
            (10, "row", "must have 5 columns and has 2"),
        ]
    );
    let hal = row(&done, 11);
    assert_eq!(hal["owner"]["access"], "active", "since a day");
    assert_eq!(hal["left_out"][0]["reason"], "must have exactly one @");

    let body = json!({ "format": "owners_csv", "content": "a,b\n1,2\n",
        "owner_mapping": { "name": "a", "emails": ["c"] } });
    let refused = admin.post(PATH, body).await.is(422);
    let fields: Vec<&str> = refused.body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect();
    let expected =
        ["owner_mapping.reference", "owner_mapping.activated", "owner_mapping.emails[0]"];
    assert_eq!(fields, expected);
    let wrong =
        json!({ "format": "owners_csv", "content": FILE, "mapping": { "job_name": ["a"] } });
    assert_eq!(admin.post(PATH, wrong).await.is(422).body["field"], "mapping");
    let wrong = json!({ "format": "vcard", "content": "", "owner_mapping": {} });
    assert_eq!(admin.post(PATH, wrong).await.is(422).body["field"], "owner_mapping");

    let many: String = (0..201).map(|n| format!("{n},Ada,no@x.org,yes,\n")).collect();
    let shared = admin.post(DRY, by_name(&many)).await.is(200);
    assert_eq!(counts(&shared), [201, 0, 0, 201]);
    assert_eq!(row(&shared, 2)["field"], "emails");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_owners_is_told_again_and_its_key_is_for_that_file_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let key = [("idempotency-key", "owners-1")];
    let first = admin.with(PATH, file(FILE), &key).await.is(200);
    let again = admin.with(PATH, file(FILE), &key).await.is(200);
    assert_eq!(first.text, again.text);
    let other = file(&FILE.replace("100", "200"));
    let refused = admin.with(PATH, other, &key).await.is(422);
    assert_eq!(refused.code(), "idempotency_key_reused");
}

fn line(no: &str, email: &str) -> String {
    format!("{no},Ada Bloom,{email},,,,yes,2024-01-01,2025-02-03,\n")
}

/// 2.1: their first sign-in is by a reset. Whoever has a login already takes the contact, or leaves it.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_an_older_system_signs_in_by_a_reset_and_finds_their_contact() {
    let server = Server::start().await;
    let [old, other] = [server.builder("Old").await, server.builder("Other").await];
    let head = FILE.lines().next().expect("a header");
    let upload = file(&format!("{head}\n{}", line("O-1", "ada@example.org")));
    let taken = old.admin.post(PATH, upload.clone()).await.is(200);
    assert_eq!(accesses(&taken), [1, 0, 0], "{}", taken.text);
    let ada = contact(&taken, 2);

    let anybody = server.anybody();
    let address = json!({ "email": "ADA@example.org" });
    anybody.post("/v1/password-resets", address.clone()).await.is(202);
    let email = domain::EmailAddress::parse("ada@example.org").expect("valid");
    let person = server.store.reader().keys().imported_person(&email).0;
    let mut mails = Vec::new();
    for _ in 0..100 {
        mails = server.mails(person, person).await;
        if !mails.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let link = &mails.first().expect("a mail").link;
    let password = "a garden behind the mill";
    let reset = format!("/v1/password-resets/{link}");
    anybody.post(&reset, json!({ "password": password })).await.is(204);
    let session = server.sign_in("ada@example.org", password).await;
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"][0]["id"], ada.as_str(), "{}", me.text);
    session.patch("/v1/me", json!({ "name": "Ada Bloom-Mill" })).await.is(200);

    // The same file again changes nothing, though the address has a login now.
    let again = old.admin.post(PATH, upload.clone()).await.is(200);
    assert_eq!(counts(&again), [1, 0, 1, 0], "{}", again.text);

    // With another builder the login is not linked behind the owner's back; nor does that builder learn
    // that there is one: the answer is the one for an address that nobody has signed in with (R45).
    let there = other.admin.post(PATH, upload).await.is(200);
    assert_eq!(accesses(&there), [1, 0, 0], "{}", there.text);
    let contact = contact(&there, 2);
    let told = |text: &str, contact: &str| text.replace(contact, "…");
    assert_eq!(told(&there.text, &contact), told(&taken.text, &ada));
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(me.body["waiting"], json!([{ "id": contact, "builder": "Other" }]));
    session.patch("/v1/me", json!({ "phones": ["+1 212 555 0180"] })).await.is(200);
    let path = format!("/v1/contacts/{contact}");
    let last = other.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let seen = other.admin.get_after(&last, &path).await.is(200);
    assert!(!seen.text.contains("555 0180"), "what is not taken is told nothing: {}", seen.text);

    // The owner takes it, and nobody else does.
    let take = format!("/v1/me/contacts/{contact}");
    let bea = server.owner(&old, "bea@example.org", password).await.session;
    assert_eq!(bea.order(&take).await.is(404).code(), "not_found");
    for _ in 0..2 {
        assert_eq!(session.order(&take).await.is(200).body["builder"], "Other");
    }
    let me = session.get("/v1/me").await.is(200);
    assert_eq!(me.body["contacts"].as_array().map(Vec::len), Some(2));
    assert_eq!(me.body["waiting"], json!([]));
    session.patch("/v1/me", json!({ "phones": ["+1 212 555 0181"] })).await.is(200);
    let last = other.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let seen = other.admin.get_after(&last, &path).await.is(200);
    assert!(seen.text.contains("555 0181"), "{}", seen.text);
}
