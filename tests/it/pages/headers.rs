//! What every page says to browsers, and from where it takes forms (promise 27).

use super::super::harness::{Answer, Builder, Server, send};
use super::super::trades::{TRADE_PASSWORD, accept_anew, add_user, invite, subcontractor, task};
use super::PASSWORD;
use super::browser::{Browser, Seen, staff_browser, with_form};
use super::cases::{Case, all};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn every_page_has_a_case() {
    let cases: BTreeSet<_> = all().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(api::listed_pages().into_iter().collect::<BTreeSet<_>>(), cases);
}

const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What holds for every page, whatever it says.
#[track_caller]
fn is_closed(seen: &Seen, case: Case) {
    let header = |name| seen.headers.get(name).and_then(|value| value.to_str().ok());
    let referrer = if case == Case::Link { "no-referrer" } else { "same-origin" };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("referrer-policy", referrer),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(header(name), Some(value), "{} {name}", seen.path);
    }
    // A file is no page.
    let is_file = seen.path == "/audit.csv" && seen.status == 200;
    if seen.status != 303 && !is_file {
        assert_eq!(header("content-type"), Some("text/html; charset=utf-8"), "{}", seen.path);
        is_all_our_own(seen);
    }
}

/// Nothing on the page is fetched from elsewhere, and its one script is a file of ours.
#[track_caller]
fn is_all_our_own(seen: &Seen) {
    let html = &seen.html;
    assert!(html.starts_with("<!DOCTYPE html>"), "{}: {html}", seen.path);
    let ours = html.split("<script").skip(1);
    let ours: Vec<&str> = ours.map(|rest| rest.split("</script>").next().unwrap_or(rest)).collect();
    let [script] = ours[..] else { panic!("{}: {html}", seen.path) };
    assert!(
        script.starts_with(" src=\"/assets/script-") && script.ends_with(" defer>"),
        "{script}"
    );
    for never in ["javascript:", " style=\"", " onclick", "<iframe", "<base", "url("] {
        assert!(!html.contains(never), "{}: {never} in {html}", seen.path);
    }
    for attribute in ["href", "src", "action", "srcset", "content"] {
        let before = format!(" {attribute}=\"");
        let values = html.split(&before).skip(1);
        for value in values.filter_map(|rest| rest.split('"').next()) {
            let elsewhere = value.contains("//") || value.contains(':');
            assert!(!elsewhere, "{}: {attribute}={value}", seen.path);
        }
    }
    assert_eq!(html.matches("<h1").count(), 1, "{}: {html}", seen.path);
    // Every input that is seen has a label of its own.
    for tag in html.split("<input").chain(html.split("<textarea")).skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        if let Some(id) = super::browser::attribute(tag, "id") {
            assert_eq!(html.matches(&format!("<label for=\"{id}\"")).count(), 1, "{id}: {html}");
        }
    }
}

struct Site {
    server: Server,
    owner: Browser,
    staff_member: Browser,
    org_user: Browser,
    /// What stands for `{contact}`, `{job}` and the like in a listed path.
    ids: Vec<(&'static str, String)>,
    invitation: String,
    reset: String,
    staff: String,
    change: String,
    project: String,
    org: String,
}

impl Site {
    async fn start() -> Self {
        let server = Server::start().await;
        let builder = server.builder("<script>alert(1)</script>").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let job = builder.admin.job("\"><script>alert(2)</script>", &[ada.contact]).await;
        let staff_member = staff_browser(&server, &builder, "boss@example.org", "admin").await;
        let mut owner = Browser::new(&server);
        owner.sign_in("ada@example.org", PASSWORD).await.leads_to();
        let page = owner.look("/me/details").await;
        let name = [("name", "<img src=//evil.example/x>"), ("address", "</textarea><script>")];
        owner.fill(&page, "save", &name).await.leads_to();
        let bea = builder.admin.contact("<b>Bea", Some("bea@example.org")).await;
        let becomes = json!({ "contact_id": bea });
        builder.admin.post(&format!("/v1/jobs/{job}/owners"), becomes).await.is(200);
        let invitation = server.invite(&builder, bea).await;
        let body = json!({ "email": "ada@example.org" });
        server.anybody().post("/v1/password-resets", body).await.is(202);
        let reset = super::super::logins::reset_link(&server, ada.person, 1).await;
        let (_, staff) = server.invite_staff(&builder, "mia@example.org", "staff", &[]).await;
        let body = json!({ "email": "ada@work.example", "password": PASSWORD });
        ada.session.post("/v1/me/primary-email", body).await.is(202);
        let mails = server.mails(ada.person, ada.person).await;
        let change = mails.into_iter().rfind(|mail| mail.kind == "primary_email_change");
        let change = change.expect("a mail").link;
        let lead = json!({ "title": "<i>A garden room</i>" });
        let lead = builder.admin.post("/v1/leads", lead).await.is(201).id();
        let path = format!("/v1/jobs/{job}/portal-links");
        let link = builder.admin.post(&path, json!({ "name": "<b>" })).await.is(201);
        let (portal, token) = (link.id(), link.body["token"].as_str().expect("a token"));
        owner.look(&format!("/portal/{portal}?token={token}")).await.leads_to();
        let customer = json!({ "name": "<u>The Adas</u>" });
        let customer = builder.admin.post("/v1/customers", customer).await.is(201).id();
        for member in [ada.contact, bea] {
            let path = format!("/v1/customers/{customer}/contacts");
            builder.admin.post(&path, json!({ "contact_id": member })).await.is(200);
        }
        let titled = [("kind", "billing"), ("title", "<s>Invoice"), ("day", "2026-03-31")];
        let document = super::super::documents::published(&builder, customer, &titled).await.id();
        let contact = json!({ "name": "<b>", "email": "volt@example.org" });
        let subcontractor = json!({ "name": "<s>Volt</s>", "primary_contact": contact });
        let subcontractor =
            builder.admin.post("/v1/subcontractors", subcontractor).await.is(201).id();
        let path = format!("/v1/subcontractors/{subcontractor}/project-invitations");
        builder.admin.post(&path, json!({ "job": job })).await.is(201);
        let ids = [
            ("{subcontractor}", subcontractor),
            ("{customer}", customer),
            ("{document}", document),
            ("{job}", job),
            ("{contact}", bea),
            ("{lead}", lead),
            ("{portal}", portal),
        ];
        let ids = ids.map(|(name, id)| (name, id.to_string()));
        let ids = ids.into_iter().chain(in_settings(&builder).await).collect();
        let (org_user, project, org) = trade(&server, &builder, job).await;
        Self {
            server,
            owner,
            staff_member,
            org_user,
            ids,
            invitation,
            reset,
            staff,
            change,
            project,
            org,
        }
    }

    fn path(&self, listed: &str) -> String {
        let token = match listed.split('/').nth(1) {
            Some("invitations") => &self.invitation,
            Some("staff-invitations") => &self.staff,
            Some("project-invitations") => &self.project,
            Some("org-invitations") => &self.org,
            Some("email-changes") => &self.change,
            _ => &self.reset,
        };
        let path = listed.replace("{token}", token);
        self.ids.iter().fold(path, |path, (name, id)| path.replace(name, id))
    }
}

/// The browser of a subcontractor's user who has accepted the job; links of invitations to another job
/// and to the organisation.
async fn trade(server: &Server, builder: &Builder, job: uuid::Uuid) -> (Browser, String, String) {
    let contact = ("<s>Pia Pipe", "pia@pipes.example");
    let pipes = subcontractor(server, builder, "<s>Pipes", contact).await;
    let link = invite(server, builder, pipes, job).await;
    let pia = accept_anew(server, &link).await;
    task(server, builder, job, pipes, "<s>Lay the mains").await;
    let (_, org) = add_user(server, &pia, "nia@pipes.example").await;
    let shed = builder.admin.job("<s>Shed", &[]).await;
    let project = invite(server, builder, pipes, shed).await;
    let mut browser = Browser::new(server);
    assert_eq!(browser.sign_in(contact.1, TRADE_PASSWORD).await.leads_to(), "/org/projects");
    (browser, project, org)
}

/// Somebody of the staff, and a key.
async fn in_settings(builder: &Builder) -> [(&'static str, String); 2] {
    let first = |listed: &Answer| listed.each("id")[0].clone();
    let member = first(&builder.admin.get("/v1/staff").await.is(200));
    let key = first(&builder.admin.get("/v1/api-keys").await.is(200));
    [("{member}", member), ("{key}", key)]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_closed_to_scripts_frames_and_everything_from_elsewhere() {
    let mut site = Site::start().await;
    for (method, listed, case) in all() {
        // What is no page by itself.
        if listed.starts_with("/assets/") || listed.ends_with("/image") {
            continue;
        }
        let path = site.path(listed);
        let mut stranger = Browser::new(&site.server);
        let strangers = if method == "get" {
            stranger.look(&path).await
        } else {
            stranger.send(&path, &[("action", "nonsense")]).await
        };
        is_closed(&strangers, case);
        if matches!(case, Case::Owner | Case::Staff | Case::Org) {
            assert_eq!(strangers.leads_to(), format!("/sign-in?next={path}"), "{method}");
        }
        // A picture, a document and a stream are no pages.
        let is_page = listed != "/me/image"
            && ["/live", "/events", "/{document}"].iter().all(|end| !listed.ends_with(end));
        if method == "get" && case != Case::Anybody && is_page {
            let browser = match case {
                Case::Staff => &mut site.staff_member,
                Case::Org => &mut site.org_user,
                Case::Anybody | Case::Link | Case::Owner => &mut site.owner,
            };
            let seen = browser.look(&path).await.is(200);
            is_closed(&seen, case);
            let tokens = [
                site.invitation.as_str(),
                &site.reset,
                &site.staff,
                &site.change,
                &site.project,
                &site.org,
                "tbs_",
            ];
            seen.says_nothing_of(&tokens);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_another_site_sends_does_nothing() {
    let mut site = Site::start().await;
    let before = site.server.rows("sessions").await.len();
    for (method, listed, case) in all().filter(|(method, _, _)| *method == "post") {
        let path = site.path(listed);
        let mut sends: Vec<(&[(&str, &str)], bool)> = vec![
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "null")], false),
        ];
        // Nobody but the mail's reader knows the address of a form behind a link.
        sends.push((&[], case == Case::Link));
        sends.push((&[("origin", "null")], case == Case::Link));
        for (headers, taken) in sends {
            let mut request = site.owner.request(Method::POST, &path);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let seen = site.owner.take(&path, with_form(request, &[("action", "none")])).await;
            if taken {
                assert_ne!(seen.status, 403, "{method} {path} {headers:?}");
                continue;
            }
            is_closed(&seen, case);
            seen.is(403)
                .says(&["This was not sent from one of our own pages", "Open the page again"]);
        }
    }
    site.owner.look("/me").await.is(200);
    assert_eq!(site.server.rows("sessions").await.len(), before, "nobody was signed out or in");
    let base = site.server.base.clone();
    for (name, value) in [("origin", base.as_str()), ("sec-fetch-site", "none")] {
        let request = site.owner.request(Method::POST, "/sign-out").header(name, value);
        site.owner.take("/sign-out", with_form(request, &[])).await.leads_to();
    }
    // The header of a program is no browser's to send, and what it asks for is not asked from where.
    let request = site.server.operator().request(Method::POST, "/v1/accounts");
    let request = request.header("sec-fetch-site", "cross-site");
    send(request.json(&json!({ "name": "Oak" }))).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_lost_with_a_browser_reads_a_page_and_a_program_reads_a_problem() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    for path in ["/nowhere", "/me/nothing", "/assets/style.css", "/dev/mailbox"] {
        let seen = browser.look(path).await.is(404).says(&["There is nothing here"]);
        is_all_our_own(&seen);
        assert_eq!(seen.headers["content-security-policy"], POLICY);
    }
    let seen = browser.send("/me/history", &[]).await.is(405);
    is_all_our_own(&seen);
    for path in ["/v1/nowhere", "/v1/me"] {
        let seen = browser.look(path).await;
        assert_eq!(seen.headers["content-type"], "application/problem+json", "{path}");
    }
    let program = server.client.get(format!("{}/nowhere", server.base));
    assert_eq!(send(program).await.is(404).code(), "no_such_route");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_style_is_kept_for_good_under_a_name_that_changes_with_it() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let page = browser.look("/").await.is(200);
    for (ending, kind) in [
        (".css", "text/css; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".js", "text/javascript; charset=utf-8"),
    ] {
        let path = page.html.split('"').find(|text| text.ends_with(ending)).expect("a path");
        let seen = browser.look(path).await.is(200);
        assert_eq!(seen.headers["content-type"], kind);
        assert_eq!(seen.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(seen.headers["x-content-type-options"], "nosniff");
        let fetches = ["url(", "@import", "http://", "https://"];
        let found: Vec<_> = fetches.iter().filter(|text| seen.html.contains(**text)).collect();
        let names_the_format = ending == ".svg" && found == [&"http://"];
        assert!(found.is_empty() || names_the_format, "{path}: {found:?}");
        browser.look(&path.replace('-', "-0")).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_viewer_of_the_api_gets_its_own_scripts_and_no_others() {
    let server = Server::start().await;
    let mut browser = Browser::new(&server);
    let seen = browser.look("/docs/").await.is(200);
    let policy = seen.headers["content-security-policy"].to_str().expect("a text");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("script-src 'self' '") && !policy.contains("unsafe-eval"), "{policy}");
}
