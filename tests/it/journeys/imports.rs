//! Files of jobs and owners.

use super::harness::Server;
use serde_json::{Value, json};
use std::path::Path;

const FILE: &str = "\u{feff}number,street,town,first,last,company,phone,email
1,7 Oak Lane,Millbrook,Grace,Hopper,,555-0101,
2,9 Oak Lane,Millbrook,GRACE,hopper,N/A,(555) 0101,
3,11 Oak Lane,Millbrook,,,Oak LLC,,
4,\"13 Oak Lane
rear house\",Millbrook,NONE,,SAME,-,
1,15 Oak Lane,Millbrook,Somebody,Else,,,
5,17 Oak Lane,Millbrook,Bad,Mail,,,not an email
6,,,No,Name,,,
7,19 Oak Lane,Millbrook,Too,Few
8,21 Oak Lane,Millbrook,Ada,Byron,,call first,ada@example.org
9,23 Oak Lane,Millbrook,A.,B.,,,ADA@example.org
";

fn file(content: &str) -> Value {
    json!({
        "format": "csv",
        "content": content,
        "mapping": {
            "job_name": ["street", "town"], "job_reference": "number",
            "job_site": ["street", "town"], "owner_first_name": "first",
            "owner_last_name": "last", "owner_business_name": "company",
            "owner_phone": "phone", "owner_email": "email",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_go_in_and_bad_ones_are_told_by_line() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let path = "/v1/imports";
    let rehearsed = admin.post(&format!("{path}?dry_run=true"), file(FILE)).await.is(200);
    let before = admin.get("/v1/jobs").await.is(200);
    assert!(before.each("name").is_empty(), "a dry run changes nothing");
    let done = admin.post(path, file(FILE)).await.is(200);
    let counts = |body: &Value| {
        ["rows", "created_jobs", "created_contacts", "already_there", "failed"]
            .map(|name| body[name].as_u64().expect("a number"))
    };
    assert_eq!(counts(&done.body), [10, 6, 3, 1, 3]);
    assert_eq!(counts(&rehearsed.body), counts(&done.body));
    assert_eq!(rehearsed.body["results"], done.body["results"], "it happens as it was rehearsed");

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
            (8, "owner_email", "must have exactly one @"),
            (9, "job_name", "must not be empty"),
            (10, "row", "must have 8 columns and has 5"),
        ]
    );
    let jobs = admin.get_after(&done, "/v1/jobs?sort=name").await.is(200);
    let owners: Vec<usize> = jobs.body["items"]
        .as_array()
        .expect("jobs")
        .iter()
        .map(|job| job["owners"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(owners, [1, 0, 1, 1, 1, 1], "11, 13, 21, 23, 7 and 9 Oak Lane");
    let contacts = admin.get_after(&done, "/v1/contacts").await.is(200);
    assert_eq!(contacts.each("name"), ["Ada Byron", "Grace Hopper", "Oak LLC"]);
    assert!(contacts.text.contains("call first"), "a phone that is no number is kept as typed");

    let again = admin.post(path, file(FILE)).await.is(200);
    assert_eq!(counts(&again.body), [10, 0, 0, 7, 3]);
    assert_eq!(again.headers["ledger-position"], done.headers["ledger-position"]);
    let audit = admin.get_after(&done, "/v1/audit?limit=200").await.is(200);
    let imported = audit.each("channel").iter().filter(|channel| *channel == "import").count();
    assert_eq!(imported, 6 + 3 + 5, "jobs, contacts, owners");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_does_not_fit_names_its_fields() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let body = json!({ "format": "csv", "content": "a,b,b\n1,2,3\n",
        "mapping": { "job_name": ["a", "c"], "owner_name": "b" } });
    let refused = builder.admin.post("/v1/imports", body).await.is(422);
    assert_eq!(
        refused.body["errors"],
        json!([
            { "field": "mapping.owner_name",
              "reason": "must name a column that is in the file's header once" },
            { "field": "mapping.job_name[1]",
              "reason": "must name a column of the file's header" },
        ])
    );
    let empty = json!({ "format": "csv", "content": "", "mapping": { "job_name": [] } });
    builder.admin.post("/v1/imports", empty).await.is(422);
    builder.admin.post("/v1/imports?dry_run=perhaps", file(FILE)).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_told_again_and_its_key_is_for_that_file_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let key = [("idempotency-key", "file-1")];
    let first = admin.with("/v1/imports", file(FILE), &key).await.is(200);
    let again = admin.with("/v1/imports", file(FILE), &key).await.is(200);
    assert_eq!(first.text, again.text);
    let other = FILE.replace("Oak Lane", "Ash Lane").replace("\n1,", "\n77,");
    let refused = admin.with("/v1/imports", file(&other), &key).await.is(422);
    assert_eq!(refused.code(), "idempotency_key_reused");
    let jobs = admin.get_after(&again, "/v1/jobs?search=ash").await.is(200);
    assert!(jobs.each("name").is_empty(), "nothing of the other file went in");
}

/// The city's permits: one job a row, an owner on several jobs is one contact.
#[tokio::test(flavor = "multi_thread")]
async fn the_city_permits_go_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/nyc_permits.csv");
    let Ok(content) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there; the city's permits were not tried", path.display());
        return;
    };
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let body = json!({ "format": "csv", "content": content, "mapping": {
        "job_name": ["address", "borough"], "job_reference": "job_number",
        "job_site": ["address", "borough"], "owner_first_name": "owner_first_name",
        "owner_last_name": "owner_last_name", "owner_business_name": "owner_business_name",
        "owner_phone": "owner_phone" } });
    let done = admin.post("/v1/imports", body.clone()).await.is(200);
    let count = |name: &str| done.body[name].as_u64().expect("a number");
    assert_eq!(count("rows"), count("created_jobs") + count("already_there") + count("failed"));
    assert_eq!(count("failed"), 0, "{}", done.text);
    assert!(count("created_contacts") < count("created_jobs"), "owners repeat");
    let mut owners = std::collections::HashMap::<String, usize>::new();
    let mut path = "/v1/jobs?limit=200".to_owned();
    loop {
        let page = admin.get_after(&done, &path).await.is(200);
        for job in page.body["items"].as_array().expect("jobs") {
            for owner in job["owners"].as_array().expect("owners") {
                *owners.entry(owner["id"].as_str().expect("an id").to_owned()).or_default() += 1;
            }
        }
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/v1/jobs?limit=200&cursor={next}");
    }
    assert_eq!(owners.len(), usize::try_from(count("created_contacts")).expect("few"));
    let (busiest, jobs) = owners.into_iter().max_by_key(|(_, jobs)| *jobs).expect("owners");
    assert!(jobs > 1, "somebody owns several");
    let list = admin.get(&format!("/v1/jobs?owner={busiest}")).await.is(200);
    assert_eq!(list.each("id").len(), jobs);
    let again = admin.post("/v1/imports", body).await.is(200);
    assert_eq!(again.body["already_there"], done.body["rows"]);
}
