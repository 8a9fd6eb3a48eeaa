//! Pages as axe-core sees them, in a real browser: wide and narrow, light and dark. It finds what is
//! hard to use with a keyboard, a screen reader or weak eyes. `script/setup` fetches axe-core beside
//! what is built; where it or the browser is missing, that is said and nothing is shown.

use super::super::harness::{Builder, Owner as Login, STAFF_PASSWORD, Server};
use super::super::subcontractors::{invited, noted, task_for};
use super::super::trades::{TRADE_PASSWORD, accept_anew, add_user, invite, subcontractor, task};
use super::PASSWORD;
use super::real_browser::{Chromium, Window};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// Who looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Anybody,
    Staff,
    Owner,
    Trade,
}
use Who::{Anybody, Owner, Staff, Trade};

/// The pages that are looked at; what stands in braces is [`Site`]'s. Add yours.
pub(super) const PAGES: &[(Who, &str)] = &[
    (Anybody, "/"),
    (Anybody, "/sign-in"),
    (Anybody, "/forgotten-password"),
    (Staff, "/jobs"),
    (Staff, "/jobs?search=nothing+fits"),
    (Staff, "/jobs?by=owner&archived=true"),
    (Staff, "/jobs/new"),
    (Staff, "/jobs/edit?job={job}"),
    (Staff, "/jobs/{job}"),
    (Staff, "/jobs/{job}/owners"),
    (Staff, "/jobs/{job}/owners/new"),
    (Staff, "/jobs/{job}/owners/existing"),
    (Staff, "/jobs/{job}/owners/{contact}"),
    (Staff, "/jobs/{job}/tasks"),
    (Staff, "/jobs/{job}/milestones"),
    (Staff, "/jobs/{job}/todos"),
    (Staff, "/jobs/{job}/notes"),
    (Staff, "/jobs/{job}/portal-links"),
    (Staff, "/jobs/{job}/view-as-owner"),
    (Staff, "/jobs/{job}/history"),
    (Staff, "/jobs/{job}/as-of"),
    (Staff, "/contacts"),
    (Staff, "/contacts/new"),
    (Staff, "/contacts/duplicates"),
    (Staff, "/email-conflicts"),
    (Staff, "/contacts/{contact}"),
    (Staff, "/contacts/{contact}/history"),
    (Staff, "/contacts/{contact}/as-of"),
    (Staff, "/leads"),
    (Staff, "/leads/new"),
    (Staff, "/leads/{lead}"),
    (Staff, "/customers"),
    (Staff, "/customers/{customer}"),
    (Staff, "/customers/work-orders"),
    (Staff, "/imports"),
    (Staff, "/audit"),
    (Staff, "/mail"),
    (Staff, "/settings"),
    (Staff, "/settings/staff"),
    (Staff, "/settings/api-keys"),
    (Staff, "/subcontractors"),
    (Staff, "/subcontractors/new"),
    (Staff, "/subcontractors/{subcontractor}?find=elm"),
    (Staff, "/jobs/{job}/subcontractors"),
    (Staff, "/jobs/{job}/tasks?comments={task}"),
    (Staff, "/settings/job-types"),
    (Staff, "/settings/templates"),
    (Staff, "/settings/templates/edit"),
    (Staff, "/settings/custom-fields"),
    (Owner, "/me"),
    (Owner, "/me/jobs/{job}"),
    (Owner, "/me/jobs/{job}/portal-links"),
    (Owner, "/me/details"),
    (Owner, "/me/emails"),
    (Owner, "/me/sessions"),
    (Owner, "/me/second-factor"),
    (Owner, "/me/history"),
    (Owner, "/me/customers"),
    (Owner, "/me/customers/{customer}/contacts"),
    (Owner, "/me/customers/{customer}/contacts/search"),
    (Owner, "/me/customers/{customer}/contacts/new"),
    (Owner, "/me/customers/{customer}/contacts/{contact}"),
    (Owner, "/me/customers/{customer}/work-orders"),
    (Anybody, "/project-invitations/{project}"),
    (Anybody, "/org-invitations/{org}"),
    (Trade, "/org/projects"),
    (Trade, "/org/projects/{job}"),
    (Trade, "/org/requests"),
    (Trade, "/org/general-contractors"),
    (Trade, "/org/settings"),
    (Trade, "/org/settings/users"),
    (Trade, "/org/settings/users/new"),
    (Trade, "/org/settings/history"),
];

/// Widths in pixels, and whether it is dark.
const WINDOWS: [(u32, bool); 3] = [(1280, false), (390, false), (390, true)];

/// A browser that is made wide and narrow.
const CHANGING: Window = Window { width: None, scripts: true };

/// The program's text, where it was fetched.
fn axe() -> Option<String> {
    let told = std::env::var_os("AXE_CORE").map(PathBuf::from);
    let beside = || {
        let tests = std::env::current_exe().ok()?;
        let mut folders = tests.ancestors().map(|folder| folder.join("axe-core/axe.min.js"));
        folders.find(|file| file.is_file())
    };
    std::fs::read_to_string(told.or_else(beside)?).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_hard_to_use_as_far_as_a_program_can_tell() {
    let Some(axe) = axe() else {
        eprintln!("SKIPPED: axe-core is not here; script/setup fetches it (with npm or pip)");
        return;
    };
    let Some(chromium) = Chromium::start_with(CHANGING).await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = Arc::new(chromium);
    let browser = Arc::clone(&chromium);
    let went = tokio::spawn(async move { look_through(&browser, &axe).await }).await;
    chromium.quit().await;
    let found = went.expect("the pages");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// An account with something on each page.
pub(super) struct Site {
    pub(super) server: Server,
    pub(super) builder: Builder,
    pub(super) ada: Login,
    pub(super) ids: Vec<(&'static str, String)>,
}

impl Site {
    pub(super) async fn start() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let admin = &builder.admin;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let bea = admin.contact("Bea Kroll", Some("bea@example.org")).await;
        let job = admin.job("12 Elm Street, kitchen and porch", &[ada.contact, bea]).await;
        let gone = admin.job("House of cards", &[]).await;
        Self::plan(&builder, job).await;
        admin.order(&format!("/v1/jobs/{gone}/archive")).await.is(200);
        server.staff(&builder, "mia@example.org", "admin", &[]).await;
        // An owner who waits for the builder (H4).
        let hal = admin.contact("Hal Holder", Some("hal@example.org")).await;
        server.invite(&builder, hal).await;
        let wanted = json!({ "email": "hal@example.org", "password": PASSWORD });
        ada.session.post("/v1/me/primary-email", wanted).await.is(409);
        let (lead, customer) = Self::ask(&builder, job, &ada, bea).await;
        let (subcontractor, task) = Self::trades(&builder, job).await;
        let ids = [
            ("{job}", job),
            ("{contact}", bea),
            ("{lead}", lead),
            ("{customer}", customer),
            ("{subcontractor}", subcontractor),
            ("{task}", task),
        ];
        let ids = ids.map(|(name, id)| (name, id.to_string())).into_iter();
        let ids = ids.chain(Self::trade(&server, &builder, job).await).collect();
        Self { server, builder, ada, ids }
    }

    /// What stands for a name in braces.
    pub(super) fn id(&self, name: &str) -> String {
        let found = self.ids.iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("nothing stands for {name}")).1.clone()
    }

    /// A subcontractor with all that it may have to do with, and links to two invitations.
    async fn trade(
        server: &Server,
        builder: &Builder,
        job: uuid::Uuid,
    ) -> [(&'static str, String); 2] {
        let contact = ("Pia Pipe", "pia@pipes.example");
        let pipes = subcontractor(server, builder, "Pia's Pipes and Drains", contact).await;
        let link = invite(server, builder, pipes, job).await;
        let pia = accept_anew(server, &link).await;
        let own = task(server, builder, job, pipes, "Lay the mains").await;
        let said = json!({ "text": "The trench is too shallow.\nWho digs?" });
        let path = format!("/v1/org/projects/{job}/tasks/{own}/comments");
        pia.session.post(&path, said).await.is(201);
        let (_, org) = add_user(server, &pia, "nia@pipes.example").await;
        let shed = builder.admin.job("Shed", &[]).await;
        let roofs = ("Ro Roof", "ro@pipes.example");
        let roofs = subcontractor(server, builder, "Roofs", roofs).await;
        let project = invite(server, builder, roofs, shed).await;
        [("{project}", project), ("{org}", org)]
    }

    /// A subcontractor with an invitation that must be sent again, and a task of its that is talked about.
    async fn trades(builder: &Builder, job: uuid::Uuid) -> (uuid::Uuid, uuid::Uuid) {
        let admin = &builder.admin;
        let volt = noted(builder, "Volt Electric & Daughters", "vera@volt.example").await;
        invited(builder, volt, job).await;
        let task = task_for(builder, job, volt, "Pipes and wires").await;
        let path = format!("/v1/jobs/{job}/tasks/{task}/comments");
        admin.post(&path, json!({ "text": "By Friday, please." })).await.is(201);
        let to = json!({ "name": "Uwe Ampere", "email": "uwe@volt.example" });
        admin.put(&format!("/v1/subcontractors/{volt}/primary-contact"), to).await.is(200);
        (volt, task)
    }

    /// What comes from owners, customers and those who may become some.
    async fn ask(builder: &Builder, job: Uuid, ada: &Login, bea: Uuid) -> (Uuid, Uuid) {
        let admin = &builder.admin;
        let lead = json!({ "title": "Garden room, Oak Street", "contact_id": bea });
        let lead = admin.post("/v1/leads", lead).await.is(201).id();
        let customer = admin.post("/v1/customers", json!({ "name": "The Byrons" })).await;
        let customer = customer.is(201).id();
        for contact in [ada.contact, bea] {
            let members = format!("/v1/customers/{customer}/contacts");
            admin.post(&members, json!({ "contact_id": contact })).await.is(200);
        }
        let order = json!({ "title": "The tap drips", "text": "In the kitchen." });
        let orders = format!("/v1/me/customers/{customer}/work-orders");
        ada.session.post(&orders, order).await.is(201);
        let message = json!({ "contact_id": ada.contact, "text": "We come on Monday." });
        admin.post(&format!("/v1/jobs/{job}/messages"), message).await.is(201);
        let answer = json!({ "text": "The key is under the mat." });
        let messages = format!("/v1/me/jobs/{}/{job}/messages", builder.id);
        ada.session.post(&messages, answer).await.is(201);
        let todo = json!({ "contact_id": ada.contact, "title": "Choose the tiles" });
        admin.post(&format!("/v1/jobs/{job}/todos"), todo).await.is(201);
        for (title, due) in [("Roof on", "2026-06-01"), ("Keys", "2031-01-01")] {
            let milestone = json!({ "title": title, "due": due });
            admin.post(&format!("/v1/jobs/{job}/milestones"), milestone).await.is(201);
        }
        let note = json!({ "text": "The ground is soft." });
        admin.post(&format!("/v1/jobs/{job}/notes"), note).await.is(201);
        (lead, customer)
    }

    async fn plan(builder: &Builder, job: Uuid) {
        let admin = &builder.admin;
        let task = json!({ "title": "Choose the tiles", "phase": "planning" });
        admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
        let deadline = json!({ "deadline": "2020-05-31" });
        admin.put(&format!("/v1/jobs/{job}/deadline"), deadline).await.is(200);
        admin.put("/v1/job-types", json!({ "types": ["Remodel"] })).await.is(200);
        let template = json!({ "name": "Kitchen", "type": "Remodel", "milestones": ["In use"] });
        admin.post("/v1/job-templates", template).await.is(201);
        let fields =
            json!({ "fields": [{ "name": "gate", "label": "Gate code", "kind": "text" }] });
        admin.put("/v1/custom-fields", fields).await.is(200);
    }
}

/// Looks at every page in every window; what is seriously wrong with any.
async fn look_through(browser: &Chromium, axe: &str) -> Vec<String> {
    let site = Site::start().await;
    let base = &site.server.base;
    let mut found = Vec::new();
    for (who, signs_in) in [
        (Anybody, None),
        (Staff, Some(("mia@example.org", STAFF_PASSWORD, "Jobs"))),
        (Owner, Some(("ada@example.org", PASSWORD, "Your jobs"))),
        (Trade, Some(("pia@pipes.example", TRADE_PASSWORD, "Projects"))),
    ] {
        if let Some((email, password, then)) = signs_in {
            browser.forgets().await;
            browser.look(&format!("{base}/sign-in")).await;
            browser.types("#email", email).await;
            browser.types("#password", password).await;
            browser.presses("button[value=sign-in]").await;
            browser.reads(then).await;
        }
        for (_, listed) in PAGES.iter().filter(|(whose, _)| *whose == who) {
            let path = site.ids.iter().fold((*listed).to_owned(), |p, (n, id)| p.replace(n, id));
            for (width, dark) in WINDOWS {
                browser.resized(width, dark).await;
                browser.look(&format!("{base}{path}")).await;
                let wrong = violations(browser, axe).await;
                keep_picture(browser, &path, width, dark).await;
                found
                    .extend(wrong.iter().map(|w| format!("{listed} at {width}, dark {dark}: {w}")));
                // Beside a scroll bar, where the browser draws one.
                let beyond = "document.documentElement.scrollWidth \
                     - document.documentElement.clientWidth";
                let beyond = browser.tells(beyond).await;
                if beyond != 0 {
                    found.push(format!("{listed} at {width} is {beyond} too wide"));
                }
            }
        }
    }
    found
}

/// Whoever wants to look at the pages names a folder in `TITLEBLOCK_PICTURES`.
async fn keep_picture(browser: &Chromium, path: &str, width: u32, dark: bool) {
    let Some(folder) = std::env::var_os("TITLEBLOCK_PICTURES").map(PathBuf::from) else { return };
    let plain: String = path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let file = folder.join(format!("{plain}-{width}{}.png", if dark { "-dark" } else { "" }));
    std::fs::write(file, browser.picture().await).expect("a picture");
}

/// What axe-core calls serious or critical on the page that is shown.
async fn violations(browser: &Chromium, axe: &str) -> Vec<String> {
    // The page's policy lets no script in; what a driver runs is not the page's.
    let run = "const done = arguments[arguments.length - 1]; \
               axe.run(document, { resultTypes: ['violations'] }) \
                 .then(found => done(found.violations), failed => done(String(failed)));";
    let found = browser.tells_later(&format!("{axe}\n;{run}")).await;
    let found = found.as_array().unwrap_or_else(|| panic!("axe-core says {found}"));
    let is_serious = |one: &&Value| matches!(one["impact"].as_str(), Some("serious" | "critical"));
    let told = |one: &Value| {
        let nodes = one["nodes"].as_array().into_iter().flatten();
        let nodes: Vec<String> = nodes
            .take(3)
            .map(|node| format!("{} {}", node["html"], node["failureSummary"]))
            .collect();
        format!("{} ({}): {}", one["id"], one["impact"], nodes.join("; "))
    };
    found.iter().filter(is_serious).map(told).collect()
}
