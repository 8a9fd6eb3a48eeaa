//! What a builder's staff do beside jobs and contacts: leads, imports, settings; and what operators see.

use super::super::harness::{Answer, Builder, STAFF_PASSWORD, Server};
use super::PASSWORD;
use super::browser::{Browser, Seen, staff_browser};
use domain::Timestamp;
use event_store::system_clock;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

const BOSS: &str = "boss@elm.example";

async fn boss(server: &Server, builder: &Builder) -> Browser {
    staff_browser(server, builder, BOSS, "admin").await
}

/// What the API answers once its lists show all that has happened.
async fn settled(builder: &Builder, path: &str) -> Answer {
    let last = builder.admin.post("/v1/leads", json!({ "title": "Last" })).await.is(201);
    builder.admin.get_after(&last, path).await.is(200)
}

/// The path of a page that another one leads to, without its query.
fn path_of(seen: &Seen) -> String {
    seen.leads_to().split('?').next().expect("a path").to_owned()
}

// Leads.

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_written_down_with_somebody_new_and_its_contact_edited_until_the_lock_says_no() {
    // R2, R4, R42, R46
    let server = Server::start().await;
    let builder = server.builder("Elm & Sons").await;
    let mut browser = staff_browser(&server, &builder, BOSS, "staff").await;
    browser.look("/leads").await.is(200).says(&["There are no leads yet", "New lead"]);
    let new = browser.look("/leads/new").await.is(200);
    let typed = [("title", " "), ("contact_id", "new"), ("new_contact.primary_email", "x")];
    let refused = browser.fill(&new, "create", &typed).await.is(422);
    let refused = refused.says(&["Title must not be empty", "Name must not be empty"]);
    assert_eq!(refused.form("create").value("new_contact.primary_email"), "x", "as it was typed");
    let typed = [
        ("title", "Kitchen, <12> Elm Street"),
        ("contact_id", "new"),
        ("new_contact.name", "Ada Byron"),
        ("new_contact.primary_email", "ada@example.org"),
        ("new_contact.phones", "555-0101"),
    ];
    let created = browser.fill(&new, "create", &typed).await;
    let lead = path_of(&created);
    let page = browser.follow(&created).await.says(&[
        "The lead is written down",
        "Kitchen, <12> Elm Street",
        "Ada Byron",
        "not invited",
        "555-0101",
    ]);
    let mails = settled(&builder, "/v1/mail-log").await;
    assert_eq!(mails.each("id").len(), 1, "the mail to the staff; nobody else is told");

    let typed = [("name", "Ada King"), ("phones", "555-0202")];
    let saved = browser.fill(&page, "edit-contact", &typed).await;
    browser.follow(&saved).await.says(&["The contact is saved", "Ada King", "555-0101, 555-0202"]);
    let listed = browser.look("/leads?search=king&stage=open").await.is(200);
    listed.says(&["Kitchen, <12> Elm Street", "Ada King"]);
    browser.look("/leads?search=nobody").await.is(200).says(&["No lead is like that"]);

    let contact: Uuid = {
        let found = settled(&builder, "/v1/contacts?search=king").await;
        found.each("id")[0].parse().expect("an id")
    };
    server.invite(&builder, contact).await;
    let locked = browser.look(&lead).await.is(200);
    let locked = locked.says(&["Locked.", "Cancel the pending invite", "R42", "R46"]);
    assert!(!locked.html.contains("value=\"edit-contact\""), "no form that would be refused");
    let forced = [("action", "edit-contact"), ("name", "Eve"), ("name_shown", "Ada King")];
    let refused = browser.send(&lead, &forced).await.is(409);
    refused.says(&["That was not taken", "Rule R42"]).says_nothing_of(&["The contact is saved"]);
    browser.look(&lead).await.is(200).says(&["Ada King"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_changes_shows_on_the_lead_and_the_lead_is_won_with_them_as_its_owner() {
    // R2, R46, R47
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    for number in 0..51 {
        builder.admin.contact(&format!("Aaron {number}"), None).await;
    }
    let mut browser = boss(&server, &builder).await;
    let lead = json!({ "title": "Garden room" });
    let lead = builder.admin.post("/v1/leads", lead).await.is(201).id();
    let path = format!("/leads/{lead}");
    let page = browser.look(&path).await.is(200);
    let page = page.says(&["Nobody is named yet", "These are the first 50"]);
    let found = browser.fill(&page, "find", &[("find", "ada@ex")]).await.is(200);
    let named = [("contact_id", ada.contact.to_string())];
    let named: Vec<(&str, &str)> = named.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let set = browser.fill(&found, "set-contact", &named).await;
    browser.follow(&set).await.says(&["The lead is about them now", "Ada", "R39", "R46"]);
    ada.session.patch("/v1/me", json!({ "name": "Ada Lovelace" })).await.is(200);
    let page = browser.look(&path).await.is(200).says(&["Ada Lovelace"]);

    let won = browser.fill(&page, "win", &[("new_job.name", "Garden room, Elm Street")]).await;
    let page = browser.follow(&won).await.says(&["The lead is won into a job", "Won"]);
    let job = page.html.split("/jobs/").nth(1).and_then(|rest| rest.split('"').next());
    let owners = format!("/v1/jobs/{}/owners", job.expect("a link to the job"));
    let owners = builder.admin.get(&owners).await.is(200);
    assert_eq!(owners.each("id"), [ada.contact.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_lost_with_a_reason_and_taken_up_again() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = boss(&server, &builder).await;
    let lead = builder.admin.post("/v1/leads", json!({ "title": "Sauna" })).await.is(201).id();
    let path = format!("/leads/{lead}");
    let page = browser.look(&path).await.is(200);
    browser.fill(&page, "lose", &[]).await.is(422).says(&["Why it is lost must not be empty"]);
    let lost = browser.fill(&page, "lose", &[("reason", "Too dear")]).await;
    let page = browser.follow(&lost).await.says(&["The lead is given up", "Lost", "Too dear"]);
    let open = browser.fill(&page, "reopen", &[]).await;
    let page = browser.follow(&open).await.says(&["The lead is open again", "Open"]);
    let retitled = browser.fill(&page, "retitle", &[("lead_title", "Sauna, small")]).await;
    browser.follow(&retitled).await.says(&["Sauna, small"]);
    let other = server.builder("Oak").await;
    let theirs = other.admin.post("/v1/leads", json!({ "title": "X" })).await.is(201).id();
    for id in [theirs, Uuid::now_v7()] {
        let foreign = format!("/leads/{id}");
        browser.look(&foreign).await.is(404).says(&["There is nothing here"]);
        browser.send(&foreign, &[("action", "reopen")]).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_looks_on_and_is_offered_nothing_to_do() {
    // 2.8
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let lead = builder.admin.post("/v1/leads", json!({ "title": "Sauna" })).await.is(201).id();
    let mut browser = staff_browser(&server, &builder, "audit@elm.example", "auditor").await;
    let lead = format!("/leads/{lead}");
    for path in ["/leads", lead.as_str(), "/imports", "/settings", "/settings/staff"] {
        let page = browser.look(path).await.is(200);
        assert_eq!(page.html.matches("name=\"action\"").count(), 0, "{path}: {}", page.html);
    }
    browser.look("/settings/api-keys").await.is(200).says(&["first admin key"]);
    browser.look("/leads/new").await.is(403);
    for (path, action) in [
        (lead.as_str(), "reopen"),
        ("/leads/new", "create"),
        ("/settings", "save"),
        ("/settings/staff", "invite"),
        ("/settings/api-keys", "issue"),
    ] {
        let fields = [
            ("action", action),
            ("title", "X"),
            ("name", "X"),
            ("email", "x@example.org"),
            ("role", "staff"),
            ("label", "X"),
            ("invitation_ttl_hours", "1"),
            ("portal_link_days", "1"),
        ];
        browser.send(path, &fields).await.is(403).says(&["That was not taken"]);
    }
    let file =
        send_file(&mut browser, &[("kind", "jobs"), ("action", "read")], b"a,b\n1,2\n").await;
    assert_eq!(file.status, 403);
}

// Imports.

/// Sends a form with a file, as browsers do.
async fn send_file(browser: &mut Browser, fields: &[(&str, &str)], file: &[u8]) -> Seen {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\
                Content-Type: text/csv\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = browser.request(Method::POST, "/imports").header("sec-fetch-site", "same-origin");
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=b").body(body);
    browser.take("/imports", request).await
}

/// Presses a button of a page that carries a file, after choosing some of its columns.
async fn press(browser: &mut Browser, page: &Seen, action: &str, chosen: &[(&str, &str)]) -> Seen {
    let mut fields = page.form(action).fields;
    for (name, value) in chosen {
        let field = fields.iter_mut().find(|(there, _)| there == name);
        (*value).clone_into(&mut field.unwrap_or_else(|| panic!("no field {name}")).1);
    }
    fields.push(("action".to_owned(), action.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    send_file(browser, &fields, b"").await
}

const JOBS: &str = "Permit,Where,Who,Mail\nP-1,12 Elm St,Ada <b>,ada@x.org\n,,Bea,bea@x.org\n\
                    P-3,9 Oak Ave,Cy,not an email\nP-4,7 Fir Ln,Di,di@x.org\n";
const COLUMNS: [(&str, &str); 4] = [
    ("mapping.job_name", "Where"),
    ("mapping.job_reference", "Permit"),
    ("mapping.owner_name", "Who"),
    ("mapping.owner_email", "Mail"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_tried_row_by_row_before_anything_changes_and_twice_changes_nothing() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = staff_browser(&server, &builder, BOSS, "staff").await;
    browser.look("/imports").await.is(200).says(&["tried first", "At most 10000 rows"]);
    let start = [("kind", "jobs"), ("action", "read")];
    let columns = send_file(&mut browser, &start, JOBS.as_bytes()).await.is(200);
    let columns = columns.says(&["Which column holds what", "The file has 4 columns"]);
    // The job's name has no column yet.
    let refused = press(&mut browser, &columns, "try", &[]).await.is(422);
    refused.says(&["That was not taken", "Name of the job must name at least one column"]);
    let tried = press(&mut browser, &columns, "try", &COLUMNS).await.is(200);
    let tried = tried.says(&[
        "Nothing is changed yet",
        "2 new jobs",
        "2 new contacts",
        "2 not taken",
        "Line 3 would not be taken",
        "Line 4 would not be taken: Owner email",
        "Line 2 would be new",
    ]);
    assert_eq!(settled(&builder, "/v1/jobs").await.each("id").len(), 0, "nothing changed");

    // Other columns than those that were tried are tried first.
    let other = [("mapping.job_name", "Permit")];
    let other = press(&mut browser, &tried, "do", &other).await.is(200);
    other.says(&["Nothing is changed yet"]);
    assert_eq!(settled(&builder, "/v1/jobs").await.each("id").len(), 0);

    let done = press(&mut browser, &tried, "do", &[]).await.is(200);
    done.says(&["It is done", "2 new jobs", "2 not taken", "Line 3 was not taken", "To the jobs"]);
    let jobs = settled(&builder, "/v1/jobs").await;
    assert_eq!(jobs.each("name"), ["12 Elm St", "7 Fir Ln"]);
    let again = press(&mut browser, &tried, "do", &[]).await.is(200);
    again.says(&["2 there already", "2 not taken"]);
    assert_eq!(settled(&builder, "/v1/jobs").await.each("id").len(), 2);
    let history = settled(&builder, "/v1/audit?limit=200").await;
    let items = history.body["items"].as_array().expect("a list");
    let created = items.iter().find(|item| item["event"] == "job.created").expect("a job");
    assert_eq!(
        (&created["channel"], &created["actor"]["kind"]),
        (&json!("import"), &json!("staff_member"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn address_books_need_no_columns_and_what_is_no_file_is_told() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = staff_browser(&server, &builder, BOSS, "staff").await;
    let cards =
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-1:Zo\xeb\r\nEMAIL:zoe@x.org\r\n\
                  EMAIL:no\r\nEND:VCARD\r\n";
    let tried = send_file(&mut browser, &[("kind", "cards"), ("action", "read")], cards).await;
    let tried = tried.is(200).says(&["Nothing is changed yet", "1 new contacts", "left out"]);
    let done = press(&mut browser, &tried, "do", &[]).await.is(200).says(&["It is done"]);
    assert!(done.html.contains("href=\"/contacts/"), "a link to the contact");
    let google = b"Given Name,Family Name,E-mail 1 - Value\nIda,Moss,ida@x.org\n";
    let tried = send_file(&mut browser, &[("kind", "contacts"), ("action", "read")], google).await;
    press(&mut browser, &tried.is(200), "do", &[]).await.is(200).says(&["1 new contacts"]);
    let names = settled(&builder, "/v1/contacts").await.each("name");
    assert_eq!(names, ["Ida Moss", "Zoë"], "bytes are carried as they are");

    for (fields, file, status, says) in [
        (
            &[("kind", "jobs"), ("action", "read")][..],
            &b""[..],
            400,
            "The file must be chosen first",
        ),
        (&[("kind", "nonsense"), ("action", "read")], b"a,b\n", 400, "must be one of the list"),
        (&[("kind", "jobs"), ("action", "try"), ("carried", "%%%")], b"", 400, "chosen once more"),
        (&[("kind", "owners"), ("action", "read")], b"a,b\n", 403, "an admin"),
    ] {
        send_file(&mut browser, fields, file).await.is(status).says(&[says]);
    }
    let large = vec![b'a'; (10 << 20) + 1];
    send_file(&mut browser, &[("kind", "jobs"), ("action", "read")], &large).await.is(413);
    let plain = browser.send("/imports", &[("kind", "jobs")]).await.is(415);
    plain.says(&["multipart/form-data"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_takes_owners_of_an_older_system_over() {
    // R19, R34
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = boss(&server, &builder).await;
    let file = "reference,name,email,activated_at,last_login_at\n\
                7,Ada,ada@x.org,2024-01-01,2026-01-01\n8,Bea,ada@x.org,2024-02-01,2025-01-01\n";
    let start = [("kind", "owners"), ("action", "read")];
    let columns = send_file(&mut browser, &start, file.as_bytes()).await.is(200);
    let tried = press(&mut browser, &columns, "try", &[]).await.is(200);
    let tried = tried.says(&["2 new contacts", "1 of them active", "1 of them deactivated"]);
    press(&mut browser, &tried, "do", &[]).await.is(200).says(&["It is done"]);
}

// Settings.

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_settles_what_holds_and_the_staff_reads_it() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = boss(&server, &builder).await;
    let page = browser.look("/settings").await.is(200);
    assert_eq!(page.form("save").value("invitation_ttl_hours"), "72");
    let refused = browser.fill(&page, "save", &[("invitation_ttl_hours", "200")]).await.is(422);
    let refused = refused.says(&["must be a number of hours from 1 to 168"]);
    let long = browser.fill(&page, "save", &[("portal_link_days", "400")]).await.is(422);
    assert_eq!(long.form("save").value("portal_link_days"), "400");
    assert_eq!(refused.form("save").value("invitation_ttl_hours"), "200");
    let typed = [("invitation_ttl_hours", "24"), ("invitation_reminder", "on")];
    let saved = browser.fill(&page, "save", &typed).await;
    browser.follow(&saved).await.says(&["That holds from now on"]);
    let settled = builder.admin.get("/v1/settings").await.is(200);
    let wanted = json!({ "invitation_ttl_hours": 24, "invitation_reminder": true,
        "portal_link_days": 30, "staff_second_factor": "optional" });
    assert_eq!(settled.body, wanted);
    let same = browser.look("/settings").await.is(200);
    let same = browser.fill(&same, "save", &[]).await;
    assert_eq!(same.leads_to(), "/settings?done=unchanged");
    let mut staff = staff_browser(&server, &builder, "mia@elm.example", "staff").await;
    let read = staff.look("/settings").await.is(200).says(&["24", "An admin changes these"]);
    assert!(!read.html.contains("value=\"save\""));
    let typed = [("action", "save"), ("invitation_ttl_hours", "1"), ("portal_link_days", "1")];
    staff.send("/settings", &typed).await.is(403);
    staff.look("/settings/api-keys").await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_second_factor_is_led_to_their_own_pages_where_one_is_required() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut admin = boss(&server, &builder).await;
    staff_browser(&server, &builder, "mia@elm.example", "staff").await;
    let page = admin.look("/settings").await.is(200);
    let saved = admin.fill(&page, "save", &[("staff_second_factor", "required")]).await;
    admin.follow(&saved).await.says(&["That holds from now on"]);
    admin.look("/leads").await.is(200);

    let mut mia = Browser::new(&server);
    let in_own = mia.sign_in("mia@elm.example", PASSWORD).await;
    assert_eq!(in_own.leads_to(), "/accounts?done=second-factor-required");
    let page = mia.follow(&in_own).await.says(&["Turn one on in your own pages first"]);
    mia.look("/me/sessions").await.is(200);
    assert_eq!(mia.look("/leads").await.leads_to(), "/accounts?next=/leads");
    let refused = mia.fill(&page, "work", &[("password", PASSWORD)]).await.is(403);
    refused.says(&["signs in with a second factor", "Turn one on", "Rule 2.8"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_invites_changes_and_removes_the_staff() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = boss(&server, &builder).await;
    let page = browser.look("/settings/staff").await.is(200).says(&["Mia Mason", "Joined"]);
    let refused = browser.fill(&page, "invite", &[("name", "Noa"), ("email", "no")]).await.is(422);
    assert_eq!(refused.says(&["Email must"]).form("invite").value("name"), "Noa");
    let typed = [
        ("name", "Noa Nail"),
        ("email", "noa@elm.example"),
        ("role", "staff"),
        ("grants", "read_audit"),
    ];
    let invited = browser.fill(&page, "invite", &typed).await;
    browser.follow(&invited).await.says(&["The mail with the link", "Noa Nail", "Invited"]);
    let staff = builder.admin.get("/v1/staff").await.is(200);
    let noa = staff.body["items"][0].clone();
    assert_eq!((&noa["name"], &noa["grants"]), (&json!("Noa Nail"), &json!(["read_audit"])));
    let path = format!("/settings/staff/{}", noa["id"].as_str().expect("an id"));
    let page = browser.look(&path).await.is(200).says(&["Noa Nail", "noa@elm.example"]);
    let again = browser.fill(&page, "resend", &[]).await;
    assert_eq!(again.leads_to(), "/settings/staff?done=staff-invited");
    // Grants are the role staff's alone.
    let refused = browser.fill(&page, "change", &[("role", "auditor")]).await.is(422);
    refused.says(&["Grants are for the role staff"]);
    let fields = [("action", "change"), ("role", "auditor")];
    assert_eq!(browser.send(&path, &fields).await.leads_to(), "/settings/staff?done=staff-changed");
    let gone = browser.fill(&page, "remove", &[("reason", "Another job")]).await;
    browser.follow(&gone).await.says(&["They are removed", "Cancelled"]);
    let told = settled(&builder, "/v1/audit?limit=2").await;
    assert_eq!(told.body["items"][1]["reason"], "Another job");
    browser.look(&path).await.is(200).says_nothing_of(&["value=\"remove\""]);

    // The last admin stays.
    let keys = builder.admin.get("/v1/api-keys").await.is(200);
    let key = format!("/settings/api-keys/{}", keys.each("id")[0]);
    let page = browser.look(&key).await.is(200).says(&["first admin key"]);
    let revoked = browser.fill(&page, "revoke", &[]).await;
    browser.follow(&revoked).await.says(&["The key opens nothing any more", "Revoked"]);
    let listed = browser.look("/settings/staff").await.is(200);
    let boss =
        listed.html.rsplit("/settings/staff/").next().and_then(|rest| rest.split('"').next());
    let boss = format!("/settings/staff/{}", boss.expect("a link"));
    let page = browser.look(&boss).await.is(200);
    browser.fill(&page, "remove", &[]).await.is(409).says(&["last admin", "Rule 2.9"]);
    browser.look(&format!("/settings/staff/{}", Uuid::now_v7())).await.is(404);
    browser.look(&format!("/settings/api-keys/{}", Uuid::now_v7())).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keys_secret_is_told_once_however_often_the_form_is_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut browser = boss(&server, &builder).await;
    let page = browser.look("/settings/api-keys").await.is(200);
    page.clone().says_nothing_of(&["tbk_"]);
    browser.fill(&page, "issue", &[("label", "")]).await.is(422);
    let typed = [("label", "Accounting"), ("role", "auditor")];
    let secret = |seen: &Seen| {
        let text = seen.text();
        let at = text.find("tbk_").expect("a secret");
        text[at..at + 4 + 22 + 1 + 43].to_owned()
    };
    let told = browser.fill(&page, "issue", &typed).await.is(200);
    let first = secret(&told.says(&["Copy it now"]));
    server.caller(&first).get("/v1/contacts").await.is(200);
    // A browser that looks at the answer anew sends the form again.
    let again = browser.fill(&page, "issue", &typed).await.is(200);
    assert_eq!(secret(&again), first);
    let keys = builder.admin.get("/v1/api-keys").await.is(200);
    assert_eq!(keys.each("label"), ["Accounting", "first admin key"]);
    let other = [("label", "Site"), ("role", "auditor")];
    browser.fill(&page, "issue", &other).await.is(422).says(&["used for another request"]);

    let listed = browser.look("/settings/api-keys").await.is(200).says(&["Accounting"]);
    listed.says_nothing_of(&["tbk_"]);
    let key = format!("/settings/api-keys/{}", keys.each("id")[0]);
    let page = browser.look(&key).await.is(200);
    let rotated = secret(&browser.fill(&page, "rotate", &[]).await.is(200));
    assert_ne!(rotated, first);
    server.caller(&first).get("/v1/contacts").await.is(401);
    server.caller(&rotated).get("/v1/contacts").await.is(200);
}

// Operations.

static MINUTES_AHEAD: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    system_clock().plus_minutes(MINUTES_AHEAD.load(Ordering::Relaxed))
}

async fn come_in(browser: &mut Browser, token: &str) -> Seen {
    let page = browser.look("/operations").await.is(200).says(&["Operator token"]);
    browser.fill(&page, "sign-in", &[("token", token)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_the_installation_stands_and_nothing_of_anybody() {
    let server = Server::start_by(clock).await;
    let builder = server.builder("Elm & Sons").await;
    let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let client = server.database().client().await;
    let park = "UPDATE view_checkpoints SET parked_position = 3, parked_cause = 'it is no event', \
                parked_at = now() WHERE ledger_id = $1 AND view = 'mail_log'";
    client.execute(park, &[&builder.id]).await.expect("parked");

    let mut browser = Browser::new(&server);
    for wrong in ["", "tbo_x", &builder.admin.secret, &ada.session.secret] {
        let refused = come_in(&mut browser, wrong).await.is(401);
        refused.says(&["This is no operator's token"]).says_nothing_of(&["tbo_", "tbk_", "tbs_"]);
    }
    let olu = server.operator().post("/v1/operators", json!({ "name": "Olu" })).await.is(201);
    let (id, token) = (olu.id(), olu.body["secret"].as_str().expect("a token").to_owned());
    let seen = come_in(&mut browser, &token).await;
    assert_eq!(seen.leads_to(), "/operations");
    let cookie = seen.headers["set-cookie"].to_str().expect("a text");
    assert!(cookie.contains("HttpOnly; SameSite=Strict") && cookie.contains("Max-Age=3600"));
    let page = browser.follow(&seen).await.says(&[
        "3 ledgers",
        "At position 3 since",
        "it is no event",
        "mail_log",
        "Taken by: none",
        "Invitation",
        &builder.id.to_string(),
    ]);
    page.says_nothing_of(&["ada@example.org", "Elm", "Ada", "Olu", &token, "tbo_"]);
    let one = format!("/operations?ledger={}", builder.id);
    browser.look(&one).await.is(200).says(&["Its views", "contact_directory"]);
    let people = browser.look("/operations?kind=person").await.is(200);
    people.says(&[&ada.person.to_string()]);
    browser.look("/operations?ledger=nonsense&page=x&kind=y").await.is(200);

    // The pass opens these pages and nothing else.
    let carried = browser.cookies.values().next().expect("a pass").clone();
    assert!(!carried.contains("tbo_") && !token.contains(&carried));
    let api = browser.request(Method::GET, "/v1/operators");
    assert_eq!(browser.take("/v1/operators", api).await.status, 401);
    assert_eq!(browser.look("/leads").await.leads_to(), "/sign-in?next=/leads");

    // An hour later, and when they are dismissed, it is over.
    MINUTES_AHEAD.fetch_add(61, Ordering::Relaxed);
    browser.look("/operations").await.is(200).says(&["Operator token"]);
    come_in(&mut browser, &token).await.leads_to();
    browser.look("/operations").await.is(200).says(&["3 ledgers"]);
    server.operator().delete(&format!("/v1/operators/{id}")).await.is(200);
    browser.look("/operations").await.is(200).says(&["Operator token"]);
    let root = come_in(&mut browser, &server.operator().secret).await;
    let page = browser.follow(&root).await;
    let left = browser.fill(&page, "sign-out", &[]).await;
    browser.follow(&left).await.says(&["You are signed out", "Operator token"]);
    assert!(browser.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_anybody_else_opens_no_page_of_operators() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let mut staff = boss(&server, &builder).await;
    staff.look("/operations").await.is(200).says(&["Operator token"]);
    server.staff(&builder, "mia@elm.example", "staff", &[]).await;
    let mut own = Browser::new(&server);
    own.sign_in("mia@elm.example", STAFF_PASSWORD).await.leads_to();
    own.look("/operations").await.is(200).says_nothing_of(&["ledgers"]);
}
