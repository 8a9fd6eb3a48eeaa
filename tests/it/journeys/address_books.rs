//! Address books: vCards and CSVs of contacts.

use super::harness::{Answer, Builder, Caller, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// The example of the guide: made-up families, and two cards that cannot be taken whole.
const BOOK: &str = include_str!("../../../examples/contacts.vcf");

async fn upload(caller: &Caller, query: &str, kind: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let request = caller.request(Method::POST, &format!("/v1/imports{query}"));
    send(request.header("content-type", kind).body(bytes.into())).await
}

fn counts(answer: &Answer) -> [u64; 5] {
    ["rows", "created_jobs", "created_contacts", "already_there", "failed"]
        .map(|name| answer.body[name].as_u64().expect("a number"))
}

fn results(answer: &Answer) -> Vec<Value> {
    answer.body["results"].as_array().expect("results").clone()
}

/// What is told of a card beside its outcome: field and reason.
fn left_out(result: &Value) -> Vec<(String, String)> {
    let text = |left: &Value, name: &str| left[name].as_str().unwrap_or_default().to_owned();
    let left_out = result["left_out"].as_array().cloned().unwrap_or_default();
    left_out.iter().map(|left| (text(left, "field"), text(left, "reason"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_book_is_rehearsed_imported_and_twice_changes_nothing() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let rehearsed = upload(admin, "?dry_run=true", "text/vcard", BOOK).await.is(200);
    assert_eq!(counts(&rehearsed), [6, 0, 5, 0, 1]);
    let before = admin.get("/v1/contacts").await.is(200);
    assert!(before.each("name").is_empty(), "a dry run changes nothing");

    let done = upload(admin, "", "text/vcard", BOOK).await.is(200);
    assert_eq!(counts(&done), counts(&rehearsed));
    assert_eq!(done.body["results"], rehearsed.body["results"], "it happens as it was rehearsed");
    let cards = results(&done);
    let lines: Vec<u64> = cards.iter().map(|card| card["line"].as_u64().expect("a line")).collect();
    assert_eq!(lines, [1, 12, 22, 31, 39, 46]);
    let kept = |field: &str| vec![(field.to_owned(), "is not kept by a contact".to_owned())];
    assert_eq!(left_out(&cards[0]), kept("NOTE"));
    assert_eq!(left_out(&cards[1]), kept("X-ABLABEL"));
    let at = "must have exactly one @".to_owned();
    assert_eq!(left_out(&cards[4]), [("EMAIL".to_owned(), at)], "its owner goes in without it");
    assert_eq!(
        (cards[5]["result"].as_str(), cards[5]["field"].as_str(), cards[5]["code"].as_str()),
        (Some("failed"), Some("name"), Some("invalid_request"))
    );

    let contacts = admin.get_after(&done, "/v1/contacts").await.is(200);
    let names = contacts.each("name");
    assert_eq!(
        names,
        [
            "Imre Okafor",
            "Miriam Holloway",
            "Okafor & Daughters",
            "Tobias Holloway",
            "Zoë Lindström"
        ]
    );
    let id = cards[1]["contact_id"].as_str().expect("an id");
    let tobias = admin.get(&format!("/v1/contacts/{id}")).await.is(200).body;
    assert_eq!(tobias["primary_email"], "tobias.holloway@example.org", "the preferred one");
    assert_eq!(tobias["additional_emails"], json!(["tobias@example.org"]));
    assert_eq!(tobias["address"], "14 Larch Street\nMillbrook, NY 12545\nUSA");
    assert_eq!(tobias["access"], "not_invited", "R4: an import invites nobody");

    let again = upload(admin, "", "text/vcard", BOOK).await.is(200);
    assert_eq!(counts(&again), [6, 0, 0, 5, 1]);
    assert_eq!(again.headers["ledger-position"], done.headers["ledger-position"]);
    let audit = admin.get_after(&done, "/v1/audit?limit=200").await.is(200);
    assert_eq!(audit.each("channel").iter().filter(|channel| *channel == "import").count(), 5);

    // The same as text in JSON.
    let body = json!({ "format": "vcard", "content": BOOK });
    let as_json = admin.post("/v1/imports", body).await.is(200);
    assert_eq!(counts(&as_json), [6, 0, 0, 5, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_overwrites_nobody_and_takes_no_activated_owners_email() {
    // R25, R38 to R46
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let card = |name: &str, email: &str| {
        format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nEMAIL:{email}\nTEL:845 555 0101\nEND:VCARD\n")
    };
    let first = upload(admin, "", "text/vcard", card("Ada", "ada@example.org")).await.is(200);
    let id = results(&first)[0]["contact_id"].as_str().expect("an id").to_owned();
    let invited = admin.order(&format!("/v1/contacts/{id}/invite")).await.is(200);
    server.accept(&builder, id.parse().expect("an id")).await;
    let other = card("Another Name", "ADA@example.org").replace("0101", "0109");
    let again = upload(admin, "", "text/vcard", other).await.is(200);
    assert_eq!(counts(&again), [1, 0, 0, 1, 0]);
    let ada = admin.get_after(&invited, &format!("/v1/contacts/{id}")).await.is(200);
    assert_eq!(ada.body["name"], "Ada");
    assert!(!ada.text.contains("555 0109") && !ada.text.contains("5550109"));

    // Somebody whom the builder put in by hand is not found by the import, and keeps the email.
    let bea = admin.contact("Bea", Some("bea@example.org")).await;
    admin.order(&format!("/v1/contacts/{bea}/invite")).await.is(200);
    server.accept(&builder, bea).await;
    let file = [card("Bea", "bea@example.org"), card("Cem", "cem@example.org")].concat();
    let refused = upload(admin, "", "text/vcard", file).await.is(200);
    assert_eq!(counts(&refused), [2, 0, 1, 0, 1]);
    assert_eq!(results(&refused)[0]["code"], "primary_email_on_activated_owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_in_two_files_is_one_contact_and_a_second_card_is_told() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let csv = "First Name,Last Name,E-mail 1 - Value,Phone 1 - Value\n\
               Miriam,Holloway,Miriam.Holloway@Example.org,\nGrace,Sample,,555-0101\n\
               GRACE,sample,,(555) 0101\n";
    let google = upload(admin, "", "text/csv", csv).await.is(200);
    assert_eq!(counts(&google), [3, 0, 2, 1, 0]);
    assert_eq!(results(&google)[2]["same_as_line"], 3);
    let cards = upload(admin, "", "text/vcard; charset=utf-8", BOOK).await.is(200);
    assert_eq!(counts(&cards), [6, 0, 4, 1, 1]);
    assert_eq!(results(&cards)[0]["contact_id"], results(&google)[0]["contact_id"]);
    // And the owner of an imported job is the same again.
    let job = json!({ "format": "csv", "content": "job,mail,owner\nBarn,miriam.holloway@example.org,M.\n",
        "mapping": { "job_name": ["job"], "owner_email": "mail", "owner_name": "owner" } });
    let job = admin.post("/v1/imports", job).await.is(200);
    assert_eq!(counts(&job), [1, 1, 0, 0, 0]);
    assert_eq!(results(&job)[0]["contact_id"], results(&google)[0]["contact_id"]);
    assert!(results(&job)[0].get("left_out").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_read_by_what_the_file_is_written_in() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let latin = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Zo\xeb One\r\nEND:VCARD\r\n".to_vec();
    upload(admin, "", "text/x-vcard", latin).await.is(200);
    let cyrillic = b"BEGIN:VCARD\nFN:\xd1\xeb\xe0\xe2\xe0\nEND:VCARD\n".to_vec();
    upload(admin, "", "text/vcard; charset=windows-1251", cyrillic).await.is(200);
    let wide: Vec<u8> =
        "\u{feff}Name\tE-mail\nÅsa\t\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let done = upload(admin, "", "text/csv", wide).await.is(200);
    let contacts = admin.get_after(&done, "/v1/contacts").await.is(200);
    let mut names = contacts.each("name");
    names.sort();
    assert_eq!(names, ["Zoë One", "Åsa", "Слава"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_book_that_does_not_fit_is_refused_as_a_whole() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let mapped = json!({ "format": "vcard", "content": BOOK, "mapping": { "job_name": ["a"] } });
    assert_eq!(admin.post("/v1/imports", mapped).await.is(422).body["field"], "mapping");
    let unmapped = json!({ "format": "csv", "content": "a\n1\n" });
    assert_eq!(admin.post("/v1/imports", unmapped).await.is(400).body["field"], "mapping");
    let jobs = upload(admin, "", "text/csv", "job_number,borough\n1,2\n").await.is(422);
    assert_eq!(jobs.body["field"], "content");
    let nothing = upload(admin, "", "text/vcard", "FN:Nobody\n").await.is(200);
    assert_eq!(counts(&nothing), [1, 0, 0, 0, 1]);
    upload(admin, "", "text/plain", BOOK).await.is(415);
    let many = "BEGIN:VCARD\nFN:Ada\nEND:VCARD\n".repeat(10_001);
    assert_eq!(upload(admin, "", "text/vcard", many).await.is(413).code(), "too_large");
    let auditor = server.key(&builder, "auditor", &[]).await;
    let refused = upload(&auditor, "", "text/vcard", BOOK).await.is(200);
    assert_eq!(counts(&refused), [6, 0, 0, 0, 6], "an auditor commands nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_cards_is_told_again_and_its_key_is_for_that_file_alone() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let send_with_key = async |body: String| {
        let request = builder.admin.request(Method::POST, "/v1/imports");
        let request = request.header("content-type", "text/vcard");
        send(request.header("idempotency-key", "book-1").body(body)).await
    };
    let first = send_with_key(BOOK.to_owned()).await.is(200);
    let again = send_with_key(BOOK.to_owned()).await.is(200);
    assert_eq!(first.text, again.text);
    let other = send_with_key(BOOK.replace("Holloway", "Hollow")).await.is(422);
    assert_eq!(other.code(), "idempotency_key_reused");
}

/// Exports of real programs: each card goes in or is told, and a second time changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_shared_address_books_go_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/vcards");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: {} is not there; its address books were not tried", folder.display());
        return;
    };
    let server = Server::start().await;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("a file");
        goes_in(&server.builder(&name).await, &name, &bytes).await;
    }
}

async fn goes_in(builder: &Builder, name: &str, bytes: &[u8]) {
    let admin = &builder.admin;
    let begun = bytes.windows(11).filter(|line| line.eq_ignore_ascii_case(b"BEGIN:VCARD")).count();
    let rehearsed = upload(admin, "?dry_run=true", "text/vcard", bytes).await.is(200);
    let started = Instant::now();
    let done = upload(admin, "", "text/vcard", bytes).await.is(200);
    let [rows, _, created, there, failed] = counts(&done);
    let fields: Vec<_> = results(&done).iter().flat_map(left_out).collect();
    eprintln!("{name}: {rows} cards, {created} new, {failed} failed in {:?}", started.elapsed());
    for (field, reason) in fields {
        eprintln!("    {field} {reason}");
    }
    assert_eq!(rows, u64::try_from(begun).expect("few"), "{name}: every card is told");
    assert_eq!((created, there, failed), (rows, 0, 0), "{name}: {}", done.text);
    assert_eq!(done.body["results"], rehearsed.body["results"], "{name}");
    let again = upload(admin, "", "text/vcard", bytes).await.is(200);
    assert_eq!(counts(&again), [rows, 0, 0, rows, 0], "{name}");
    let contacts = admin.get_after(&done, "/v1/contacts?limit=200").await.is(200);
    for (contact, email) in contacts.each("name").iter().zip(contacts.each("primary_email")) {
        assert!(!contact.is_empty() && email.contains('@'), "{name}");
    }
}
