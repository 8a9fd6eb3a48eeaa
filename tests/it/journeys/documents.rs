//! Documents that a builder publishes to a customer: billing and reports (R116 to R118, scenario 26).

use super::harness::{Answer, Builder, Caller, Server, send};
use super::images::png;
use reqwest::{Method, Response};
use serde_json::json;
use uuid::Uuid;

const PASSWORD: &str = "a box of old receipts";

/// A PDF as far as anybody looks.
pub(super) const PDF: &[u8] = b"%PDF-1.7\n% canary-in-the-file \xff\xfe\r\n%%EOF\n";

/// The fields of an invoice.
pub(super) const INVOICE: &[(&str, &str)] =
    &[("kind", "billing"), ("title", "canary-title 17"), ("day", "2026-03-31")];
const REPORT: &[(&str, &str)] = &[
    ("kind", "report"),
    ("title", "Soil report"),
    ("day", "2026-02-01"),
    ("note", "canary-note\nSee page 3."),
];

/// A form as browsers and other clients send it: its type and its bytes.
pub(super) fn form(fields: &[(&str, &str)], file: &[u8]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--b42\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--b42\r\nContent-Disposition: form-data; name=\"file\"; filename=\"<b>.exe\"\r\n\
                Content-Type: text/html\r\n\r\n";
    body.extend_from_slice(&[head.as_bytes(), file, b"\r\n--b42--\r\n"].concat());
    ("multipart/form-data; boundary=b42", body)
}

async fn publish(
    caller: &Caller,
    customer: Uuid,
    (fields, file): (&[(&str, &str)], &[u8]),
    headers: &[(&str, &str)],
) -> Answer {
    let (kind, body) = form(fields, file);
    let mut request = caller.request(Method::POST, &format!("/v1/customers/{customer}/documents"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request.header("content-type", kind).body(body)).await
}

/// One that is published.
pub(super) async fn published(
    builder: &Builder,
    customer: Uuid,
    fields: &[(&str, &str)],
) -> Answer {
    publish(&builder.admin, customer, (fields, PDF), &[]).await.is(201)
}

async fn file(caller: &Caller, path: &str) -> Response {
    caller.request(Method::GET, path).send().await.expect("an answer")
}

async fn opened(builder: &Builder, name: &str) -> Uuid {
    builder.admin.post("/v1/customers", json!({ "name": name })).await.is(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn r117_a_builder_publishes_a_document_and_takes_it_back() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let customer = opened(&builder, "The Millers").await;
    let path = format!("/v1/customers/{customer}/documents");
    let key = [("idempotency-key", "invoice-17")];
    let made = publish(admin, customer, (INVOICE, PDF), &key).await.is(201);
    let again = publish(admin, customer, (INVOICE, PDF), &key).await.is(201);
    assert_eq!((made.id(), &made.body), (again.id(), &again.body), "acts once");
    publish(admin, customer, (REPORT, PDF), &key).await.is(422);
    let invoice = format!("{path}/{}", made.id());
    assert_eq!(made.headers["location"], invoice.as_str());
    assert_eq!(made.body["part_of"], json!(customer));
    let report = publish(admin, customer, (REPORT, &png(64, 32)), &[]).await.is(201);
    // The newest first, by kind, and a page at a time.
    let listed = admin.get_after(&report, &path).await.is(200);
    assert_eq!(listed.each("title"), ["Soil report", "canary-title 17"]);
    let item = &listed.body["items"][1];
    assert_eq!((&item["kind"], &item["day"]), (&json!("billing"), &json!("2026-03-31")));
    assert_eq!((&item["format"], &item["bytes"]), (&json!("pdf"), &json!(PDF.len())));
    assert_eq!(listed.body["items"][0]["note"], "canary-note\nSee page 3.");
    let billing = admin.get(&format!("{path}?kind=billing")).await.is(200);
    assert_eq!(billing.each("id"), [made.id().to_string()]);
    let first = admin.get(&format!("{path}?limit=1")).await.is(200);
    let next = first.body["next"].as_str().expect("another page");
    let next = admin.get(&format!("{path}?limit=1&cursor={next}")).await.is(200);
    assert_eq!(next.each("id"), [made.id().to_string()]);
    admin.get(&format!("{path}?kind=contract")).await.is(422);
    // To be saved, byte by byte, and by nobody on the way.
    let seen = file(admin, &invoice).await;
    assert_eq!(seen.status(), 200);
    let headers = seen.headers().clone();
    assert_eq!(headers["content-type"], "application/pdf");
    let name = "attachment; filename=\"billing-2026-03-31.pdf\"";
    assert_eq!(headers["content-disposition"], name);
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(&*seen.bytes().await.expect("a body"), PDF);
    // Taken back for good, twice is once; its file is gone, and the history keeps what it was.
    let withdrawn = admin.delete(&invoice).await.is(200);
    assert_eq!(withdrawn.body["outcome"], "done");
    assert_eq!(admin.delete(&invoice).await.is(200).body["outcome"], "unchanged");
    admin.get_after(&withdrawn, &invoice).await.is(404);
    assert_eq!(admin.get(&path).await.is(200).each("title"), ["Soil report"]);
    assert_eq!(server.rows("document_files").await.len(), 1);
    let history = format!("/v1/customers/{customer}/history");
    let history = admin.get_after(&withdrawn, &history).await.is(200);
    let entries = history.body["items"].as_array().expect("entries").iter();
    let told: Vec<_> = entries
        .filter(|entry| entry["event"] == "customer.document_withdrawn")
        .map(|entry| &entry["changes"][0]["before"])
        .collect();
    assert_eq!(told, [&json!("canary-title 17")]);
    // A customer's version moves with what is published to it.
    let stale = publish(admin, customer, (INVOICE, PDF), &[("if-match", "\"1\"")]).await;
    assert_eq!(stale.is(412).code(), "stale_version");
}

/// Promise 30 holds for these, too: what a file is, its content says, and nothing else of it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_document_is_refused_and_a_picture_is_made_anew() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let customer = opened(&builder, "The Millers").await;
    let large = [b"%PDF-1.7", &vec![b' '; 5 << 20][..], b"%%EOF"].concat();
    for (bytes, status, code) in [
        (&b"<html><script>"[..], 415, "not_a_document"),
        (&b"%PDF-1.7 cut off"[..], 422, "document_unreadable"),
        (&b"\x89PNG\r\n\x1a\ncut off"[..], 422, "image_unreadable"),
        (&large, 413, "too_large"),
    ] {
        let refused = publish(admin, customer, (INVOICE, bytes), &[]).await.is(status);
        assert_eq!((refused.code(), &refused.body["field"]), (code, &json!("file")));
    }
    let huge = vec![b' '; 6 << 20];
    publish(admin, customer, (INVOICE, &huge), &[]).await.is(413);
    for fields in [
        &[][..],
        &[("kind", "billing"), ("title", " "), ("day", "2026-03-31")],
        &[("kind", "contract"), ("title", "X"), ("day", "2026-03-31")],
        &[("kind", "billing"), ("title", "X"), ("day", "yesterday")],
        &[("kind", "billing"), ("title", "X"), ("day", "2026-03-31"), ("note", "a\tb")],
    ] {
        publish(admin, customer, (fields, PDF), &[]).await.is(422);
    }
    assert_eq!(
        publish(admin, customer, (INVOICE, b""), &[]).await.is(422).code(),
        "invalid_request"
    );
    let twice = [INVOICE, &[("title", "Y")]].concat();
    publish(admin, customer, (&twice, PDF), &[]).await.is(400);
    let unknown = [INVOICE, &[("colour", "red")]].concat();
    publish(admin, customer, (&unknown, PDF), &[]).await.is(400);
    let path = format!("/v1/customers/{customer}/documents");
    admin.post(&path, json!({ "title": "X" })).await.is(415);
    publish(admin, Uuid::now_v7(), (INVOICE, PDF), &[]).await.is(404);
    let last = admin.post("/v1/customers", json!({ "name": "Last" })).await.is(201);
    let listed = admin.get_after(&last, &path).await.is(200);
    assert!(listed.each("id").is_empty(), "nothing was published");
    assert!(server.rows("document_files").await.is_empty());
    // A large picture is fitted, and is a JPEG then.
    let made = publish(admin, customer, (INVOICE, &png(2_000, 1_000)), &[]).await.is(201);
    admin.get_after(&made, &path).await.is(200);
    let seen = file(admin, &format!("{path}/{}", made.id())).await;
    assert_eq!(seen.headers()["content-type"], "image/jpeg");
    let seen = image::load_from_memory(&seen.bytes().await.expect("a body")).expect("a picture");
    assert_eq!((seen.width(), seen.height()), (1_600, 800));
    // Who may at the builder's: all of the staff who change things; auditors read.
    let auditor = server.key(&builder, "auditor", &[]).await;
    auditor.get(&path).await.is(200);
    publish(&auditor, customer, (INVOICE, PDF), &[]).await.is(403);
    auditor.delete(&format!("{path}/{}", made.id())).await.is(403);
    let staff = server.key(&builder, "staff", &[]).await;
    publish(&staff, customer, (REPORT, PDF), &[]).await.is(201);
    staff.delete(&format!("{path}/{}", made.id())).await.is(200);
}

/// R116 to R118, G12, scenario 26: each level reaches its own documents and no others.
#[tokio::test(flavor = "multi_thread")]
async fn r116_to_r118_each_level_reaches_its_own_documents_and_no_others() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
    let (customer, oaks) = (opened(&builder, "The Millers").await, opened(&builder, "Oak").await);
    // Ada is there so that somebody has Admin Access whatever Bea may (H7).
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    for contact in [ada.contact, bea.contact] {
        let join = json!({ "contact_id": contact });
        admin.post(&format!("/v1/customers/{customer}/contacts"), join).await.is(200);
    }
    let invoice = published(&builder, customer, INVOICE).await.id();
    let report = published(&builder, customer, REPORT).await.id();
    let of_oaks = published(&builder, oaks, INVOICE).await.id();
    let base = format!("/v1/me/customers/{customer}/documents");
    let bea_sees = &bea.session;
    let code = async |path: String| {
        let answer = send(bea_sees.request(Method::GET, &path)).await;
        (answer.status.as_u16(), answer.body["rule"].as_str().unwrap_or_default().to_owned())
    };
    let ok = || (200, String::new());
    let gone = || (404, String::new());
    let needs = |rule: &str| (403, rule.to_owned());
    for (levels, titles, billing, reports) in [
        (&["access_billing"][..], Some(&["canary-title 17"][..]), ok(), gone()),
        (&["access_reports"], Some(&["Soil report"]), gone(), ok()),
        (
            &["access_billing", "access_reports"],
            Some(&["Soil report", "canary-title 17"]),
            ok(),
            ok(),
        ),
        (&["admin_access"], Some(&["Soil report", "canary-title 17"]), ok(), ok()),
        (&["create_work_order", "edit_contact"], None, needs("R117"), needs("R117")),
        (&[], None, needs("R117"), needs("R117")),
    ] {
        let permit = format!("/v1/contacts/{}/portal-permissions", bea.contact);
        admin.put(&permit, json!({ "permissions": levels })).await.is(200);
        match titles {
            Some(titles) => {
                let listed = bea_sees.get(&base).await.is(200);
                assert_eq!(listed.each("title"), titles, "{levels:?}");
                for of_none in [of_oaks, Uuid::now_v7()] {
                    assert_eq!(code(format!("{base}/{of_none}")).await, gone(), "{levels:?}");
                }
            }
            None => assert_eq!(code(base.clone()).await, needs("R117"), "{levels:?}"),
        }
        assert_eq!(code(format!("{base}/{invoice}")).await, billing, "{levels:?}");
        assert_eq!(code(format!("{base}/{report}")).await, reports, "{levels:?}");
        let of_billing = if billing.0 == 200 { ok() } else { needs("R117") };
        assert_eq!(code(format!("{base}?kind=billing")).await, of_billing, "{levels:?}");
        let of_reports = if reports.0 == 200 { ok() } else { needs("R118") };
        assert_eq!(code(format!("{base}?kind=report")).await, of_reports, "{levels:?}");
        // Of another customer there is nothing, whatever one may in one's own.
        assert_eq!(code(format!("/v1/me/customers/{oaks}/documents")).await, gone());
        assert_eq!(code(format!("/v1/me/customers/{oaks}/documents/{of_oaks}")).await, gone());
        // Nor does a member publish or withdraw.
        publish(bea_sees, customer, (INVOICE, PDF), &[]).await.is(403);
        bea_sees.delete(&format!("/v1/customers/{customer}/documents/{invoice}")).await.is(403);
    }
    let permit = format!("/v1/contacts/{}/portal-permissions", bea.contact);
    admin.put(&permit, json!({ "permissions": ["access_billing"] })).await.is(200);
    let seen = file(bea_sees, &format!("{base}/{invoice}")).await;
    assert_eq!(seen.headers()["cache-control"], "no-store");
    assert!(
        seen.headers()["content-disposition"].to_str().expect("text").starts_with("attachment")
    );
    assert_eq!(&*seen.bytes().await.expect("a body"), PDF);
    // What is taken back is gone for them at once; so is all of it for whoever leaves.
    admin.delete(&format!("/v1/customers/{customer}/documents/{invoice}")).await.is(200);
    assert_eq!(code(format!("{base}/{invoice}")).await, gone());
    assert!(bea_sees.get(&base).await.is(200).each("id").is_empty());
    let gone_from = format!("/v1/customers/{customer}/contacts/{}", bea.contact);
    admin.delete(&gone_from).await.is(200);
    assert_eq!(code(base.clone()).await, gone());
    // Nor is anybody else's credential one to a portal.
    for caller in [admin, &server.operator(), &server.anybody()] {
        let status = caller.get(&base).await.status.as_u16();
        assert!([401, 403].contains(&status), "{status}");
    }
}

/// Promise 20: sealed with the customer's key, in the ledger and beside it. The list that people read holds
/// what it shows, for as long as it shows it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_document_stands_in_the_clear_but_in_the_list() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let customer = opened(&builder, "The Millers").await;
    let invoice = published(&builder, customer, INVOICE).await;
    let report = published(&builder, customer, REPORT).await;
    // The key began with the first of them, and is one.
    let keys = server.rows("subject_keys").await;
    let keys = keys.iter().filter(|row| row.contains(&customer.to_string())).count();
    assert_eq!(keys, 1);
    let path = format!("/v1/customers/{customer}/documents");
    builder.admin.get_after(&report, &path).await.is(200);
    let holds = async |what: &str| {
        let tables = crate::faults::tables(server.database()).await.into_iter();
        let holding = tables.filter(|(_, text)| text.contains(what));
        holding.map(|(table, _)| table).collect::<Vec<String>>()
    };
    assert_eq!(holds("canary-title").await, ["documents"]);
    assert_eq!(holds("canary-note").await, ["documents"]);
    assert_eq!(holds("canary-in-the-file").await, Vec::<String>::new());
    for document in [&invoice, &report] {
        let withdrawn = builder.admin.delete(&format!("{path}/{}", document.id())).await.is(200);
        builder.admin.get_after(&withdrawn, &path).await.is(200);
    }
    for canary in ["canary-title", "canary-note"] {
        assert_eq!(holds(canary).await, Vec::<String>::new(), "withdrawn");
    }
}
