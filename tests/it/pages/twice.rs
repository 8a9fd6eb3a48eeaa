//! Forms that are sent twice: a finger that presses twice, a page that is looked at anew.

use super::super::documents;
use super::super::harness::{Builder, STAFF_PASSWORD, Server};
use super::super::trades::{self, TRADE_PASSWORD, accept_anew, add_user};
use super::PASSWORD;
use super::browser::{Browser, Seen};
use reqwest::Method;
use serde_json::json;

/// Page, button, what is typed, and the list that holds one of it then. `{job}`, `{lead}` and
/// `{customer}` are there.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// What is the builder's people's.
const STAFF: &[Case] = &[
    ("/contacts/new", "save", &[("name", "Twyla One")], "/v1/contacts?search=twyla"),
    ("/jobs/new", "create", &[("name", "Twolane")], "/v1/jobs?search=twolane"),
    (
        "/leads/new",
        "create",
        &[("title", "Twin garage"), ("contact_id", "new"), ("new_contact.name", "Tweedy")],
        "/v1/leads?search=twin",
    ),
    (
        "/leads/{lead}",
        "set-contact",
        &[("contact_id", "new"), ("new_contact.name", "Twombly")],
        "/v1/contacts?search=twombly",
    ),
    (
        "/subcontractors/new",
        "add",
        &[
            ("name", "Twill Floors"),
            ("contact_name", "Tara"),
            ("contact_email", "tara@twill.example"),
        ],
        "/v1/subcontractors",
    ),
    ("/customers", "open", &[("name", "Twain household")], "/v1/customers?search=twain"),
    ("/customers/{customer}", "create", &[("contact_name", "Twist")], "/v1/contacts?search=twist"),
    ("/settings/templates/edit", "save", &[("name", "Twofold")], "/v1/job-templates"),
    (
        "/settings/staff",
        "invite",
        &[("name", "Tess Two"), ("email", "two@example.org"), ("role", "staff")],
        "/v1/staff",
    ),
    ("/jobs/{job}/notes", "add", &[("label", "Twine"), ("amount", "12.50")], "/v1/jobs/{job}"),
    (
        "/jobs/{job}/view-as-owner",
        "look",
        &[("reason", "She asked")],
        "/v1/jobs/{job}/impersonations",
    ),
];

/// What is its customers'.
const OWNER: &[Case] = &[
    ("/me/jobs/{job}", "write", &[("text", "Hello, again.")], "/v1/jobs/{job}/messages"),
    (
        "/me/customers/{customer}/work-orders",
        "file",
        &[("title", "The tap drips"), ("text", "In the kitchen.")],
        "/v1/work-orders",
    ),
    (
        "/me/customers/{customer}/contacts/new",
        "add",
        &[("name", "Twigg")],
        "/v1/contacts?search=twigg",
    ),
];

/// What is its subcontractors': each is one event of the type.
const ORG: &[Case] = &[
    ("/org/general-contractors", "ask", &[], "subcontractor.primary_contact_change_requested"),
    (
        "/org/settings/users/new",
        "add",
        &[("first_name", "Twyla"), ("last_name", "Two"), ("email", "twyla@pipes.example")],
        "subcontractor_org.user_invited",
    ),
    ("/org/projects/{job}", "comment", &[("text", "Twice is once.")], "job.task_commented"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_makes_something_makes_one_however_often_it_is_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let job = admin.job("Barn", &[ada.contact]).await;
    let lead = admin.post("/v1/leads", json!({ "title": "Sauna" })).await.is(201).id();
    let customer = admin.post("/v1/customers", json!({ "name": "Byrons" })).await.is(201).id();
    let members = format!("/v1/customers/{customer}/contacts");
    admin.post(&members, json!({ "contact_id": ada.contact })).await.is(200);
    server.staff(&builder, "mia@example.org", "admin", &[]).await;
    let ids = [("{job}", job), ("{lead}", lead), ("{customer}", customer)];
    let path = |listed: &str| {
        ids.iter().fold(listed.to_owned(), |path, (name, id)| path.replace(name, &id.to_string()))
    };
    for (email, password, cases) in
        [("mia@example.org", STAFF_PASSWORD, STAFF), ("ada@example.org", PASSWORD, OWNER)]
    {
        let mut browser = Browser::new(&server);
        browser.sign_in(email, password).await.leads_to();
        for (page, action, typed, list) in cases {
            let before = count(&builder, &path(list)).await;
            let seen = browser.look(&path(page)).await.is(200);
            let first = browser.fill(&seen, action, typed).await.leads_to().to_owned();
            let second = browser.fill(&seen, action, typed).await.leads_to().to_owned();
            assert_eq!(first, second, "{page}");
            assert_eq!(count(&builder, &path(list)).await, before + 1, "{page} {action}");
        }
    }
    // Whoever goes back and types something else means something else.
    let mut browser = Browser::new(&server);
    browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let seen = browser.look(&path("/me/jobs/{job}")).await.is(200);
    for text in ["One more thing.", "And another."] {
        browser.fill(&seen, "write", &[("text", text)]).await.leads_to();
    }
    assert_eq!(count(&builder, &path("/v1/jobs/{job}/messages")).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_an_organisation_makes_one_however_often_it_is_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let pipes = ("Pipes", "Pia Pipe", "pia@pipes.example");
    let (pipes, job, link) = trades::invited(&server, &builder, pipes, "Barn").await;
    accept_anew(&server, &link).await;
    trades::task(&server, &builder, job, pipes, "Lay the mains").await;
    let mut browser = Browser::new(&server);
    browser.sign_in("pia@pipes.example", TRADE_PASSWORD).await.leads_to();
    for (page, action, typed, event) in ORG {
        let before = events(&server, event).await;
        let seen = browser.look(&page.replace("{job}", &job.to_string())).await.is(200);
        let first = browser.fill(&seen, action, typed).await.leads_to().to_owned();
        let second = browser.fill(&seen, action, typed).await.leads_to().to_owned();
        assert_eq!(first, second, "{page}");
        assert_eq!(events(&server, event).await, before + 1, "{page} {action}");
    }
}

/// How many events of a type there are.
async fn events(server: &Server, event: &str) -> i64 {
    let client = server.database().client().await;
    let sql = "SELECT count(*) FROM events WHERE event_type = $1";
    client.query_one(sql, &[&event]).await.expect("a count").get(0)
}

/// A finger that presses twice, faster than the page changes.
async fn pressed_twice(browser: &mut Browser, page: &Seen, action: &str) -> [Seen; 2] {
    let mut again = browser.another();
    let (first, second) =
        tokio::join!(browser.fill(page, action, &[]), again.fill(page, action, &[]));
    [first, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_sent_again_is_mailed_once_however_often_the_button_is_pressed() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let cid = admin.contact("Cid", Some("cid@example.org")).await;
    server.invite(&builder, cid).await;
    let pipes = ("Pipes", "Pia Pipe", "pia@pipes.example");
    let (pipes, job, link) = trades::invited(&server, &builder, pipes, "Barn").await;
    let pia = accept_anew(&server, &link).await;
    add_user(&server, &pia, "nia@pipes.example").await;
    admin.post(&format!("/v1/jobs/{job}/owners"), json!({ "contact_id": cid })).await.is(200);
    let shed = admin.job("Shed", &[]).await;
    trades::invite(&server, &builder, pipes, shed).await;
    let customer = admin.post("/v1/customers", json!({ "name": "Byrons" })).await.is(201).id();
    for contact in [ada.contact, cid] {
        let path = format!("/v1/customers/{customer}/contacts");
        admin.post(&path, json!({ "contact_id": contact })).await.is(200);
    }
    server.staff(&builder, "mia@example.org", "admin", &[]).await;
    let (tess, _) = server.invite_staff(&builder, "tess@example.org", "staff", &[]).await;
    let staff = [
        format!("/contacts/{cid}"),
        format!("/jobs/{job}/owners/{cid}"),
        format!("/settings/staff/{tess}"),
        format!("/subcontractors/{pipes}"),
        format!("/jobs/{shed}/subcontractors"),
    ];
    let members = [format!("/me/customers/{customer}/contacts/{cid}")];
    let users = ["/org/settings/users".to_owned()];
    for (email, password, pages) in [
        ("mia@example.org", STAFF_PASSWORD, &staff[..]),
        ("ada@example.org", PASSWORD, &members),
        ("pia@pipes.example", TRADE_PASSWORD, &users),
    ] {
        let mut browser = Browser::new(&server);
        browser.sign_in(email, password).await.leads_to();
        for page in pages {
            let before = server.rows("outbox").await.len();
            let seen = browser.look(page).await.is(200);
            let [first, second] = pressed_twice(&mut browser, &seen, "resend").await;
            assert_eq!(first.leads_to(), second.leads_to(), "{page}");
            assert_eq!(server.rows("outbox").await.len(), before + 1, "{page}");
            // The page as it is now means another mail.
            let now = browser.follow(&first).await;
            let stays = now.html.contains("value=\"resend\"");
            let now = if stays { now } else { browser.look(page).await };
            browser.fill(&now, "resend", &[]).await.leads_to();
            assert_eq!(server.rows("outbox").await.len(), before + 2, "{page}");
        }
    }
}

/// R117: what is in the file counts, and how a browser takes the form apart does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_published_once_however_often_its_form_is_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let customer = admin.post("/v1/customers", json!({ "name": "Byrons" })).await.is(201).id();
    server.staff(&builder, "mia@example.org", "admin", &[]).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("mia@example.org", STAFF_PASSWORD).await.leads_to();
    let path = format!("/customers/{customer}/documents");
    let page = browser.look(&path).await.is(200);
    let once = page.form("publish").value("once").to_owned();
    let mut fields = documents::INVOICE.to_vec();
    fields.extend([("note", "One\r\ntwo"), ("once", &*once), ("action", "publish")]);
    let other = [documents::PDF, b"%%EOF\n"].concat();
    for (file, there) in [(documents::PDF, 1), (documents::PDF, 1), (&other, 2), (&other, 2)] {
        let (kind, body) = documents::form(&fields, file);
        let request = browser.request(Method::POST, &path).header("sec-fetch-site", "same-origin");
        let sent = browser.take(&path, request.header("content-type", kind).body(body)).await;
        assert!(sent.leads_to().ends_with("done=document-published"));
        assert_eq!(events(&server, "customer.document_published").await, there);
    }
    // What is refused is shown as it was typed, and goes on under its name.
    let (kind, body) = documents::form(&fields, b"");
    let request = browser.request(Method::POST, &path).header("sec-fetch-site", "same-origin");
    let sent = browser.take(&path, request.header("content-type", kind).body(body)).await.is(422);
    assert_eq!(sent.form("publish").value("note"), "One\ntwo");
    assert_eq!(sent.form("publish").value("once"), once);
}

/// How many there are when all that has happened is shown: entries of a list, lines of a job's budget.
async fn count(builder: &Builder, list: &str) -> usize {
    let done = builder.admin.post("/v1/leads", json!({ "title": "Last" })).await.is(201);
    let listed = builder.admin.get_after(&done, list).await.is(200).body;
    let there = listed["items"].as_array().or_else(|| listed["budget"].as_array());
    there.unwrap_or_else(|| panic!("no list: {listed}")).len()
}
