//! The jobs list and its bulk edit, new jobs, and what the account sets up for them.

use super::super::harness::{Builder, Server};
use super::browser::{Browser, Seen, staff_browser};
use form_urlencoded::Serializer;
use serde_json::json;
use uuid::Uuid;

struct Desk {
    server: Server,
    builder: Builder,
    browser: Browser,
}

impl Desk {
    async fn open() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let browser = staff_browser(&server, &builder, "mia@example.org", "staff").await;
        Self { server, builder, browser }
    }

    async fn look(&mut self, path: &str) -> Seen {
        self.browser.look(path).await.is(200)
    }

    async fn auditor(&self) -> Browser {
        staff_browser(&self.server, &self.builder, "ola@example.org", "auditor").await
    }

    async fn jobs(&self, count: usize) -> Vec<Uuid> {
        let mut jobs = Vec::new();
        for number in 1..=count {
            jobs.push(self.builder.admin.job(&format!("House {number:02}"), &[]).await);
        }
        jobs
    }

    /// How many events the account has.
    async fn events(&self) -> u64 {
        let head = self.server.store.reader().head(domain::LedgerId(self.builder.id)).await;
        head.expect("a head").expect("a ledger").position
    }

    /// The owners of a job.
    async fn owners(&self, job: Uuid) -> Vec<String> {
        let path = format!("/v1/jobs/{job}/owners");
        self.builder.admin.get(&path).await.is(200).each("name")
    }
}

/// An address with a query.
fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    format!("{path}?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
}

/// The address of the bulk edit of these jobs, as the list's boxes make it.
fn edit(jobs: &[Uuid]) -> String {
    let jobs: Vec<String> = jobs.iter().map(Uuid::to_string).collect();
    let pairs: Vec<(&str, &str)> = jobs.iter().map(|job| ("job", job.as_str())).collect();
    query("/jobs/edit", &pairs)
}

/// The names of the jobs in the order of the page.
fn names(seen: &Seen) -> Vec<String> {
    let heads = seen.html.split("role=\"rowheader\"").skip(1);
    let links = heads.filter_map(|head| head.split("<a href=\"/jobs/").nth(1));
    let names = links.filter_map(|link| link.split_once('>')?.1.split_once('<'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The value of the button that leads to the next page.
fn next_cursor(seen: &Seen) -> Option<String> {
    let (_, rest) = seen.html.split_once("name=\"cursor\" value=\"")?;
    Some(rest.split('"').next()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_owners_come_to_forty_jobs_at_once_and_a_second_time_changes_nothing() {
    // R4, R48 to R53, H12; scenario 15
    let mut desk = Desk::open().await;
    let jobs = desk.jobs(40).await;
    let mut contacts = Vec::new();
    for name in ["Ada Byron", "Bea Kroll", "Cem Aslan"] {
        let email = format!("{}@example.org", &name[..3].to_lowercase());
        contacts.push(desk.builder.admin.contact(name, Some(&email)).await.to_string());
    }
    let list = desk.look("/jobs").await.says(&["40 jobs", "House 01", "House 40", "No owner"]);
    assert_eq!(list.html.matches("name=\"job\"").count(), 40, "a box beside each");
    let mails = desk.server.rows("outbox").await.len();
    let page = desk.look(&edit(&jobs)).await.says(&["Edit 40 jobs", "Field", "Owners", "Remove"]);
    let ticked: Vec<(&str, &str)> =
        contacts.iter().map(|contact| ("contacts", contact.as_str())).collect();
    let done = desk.browser.fill(&page, "save", &ticked).await.is(200);
    let done = done.says(&["Owners added", "120 added, nobody invited.", "Ada Byron: added"]);
    assert_eq!(done.text().matches(": added").count(), 120);
    assert_eq!(desk.owners(jobs[39]).await, ["Ada Byron", "Bea Kroll", "Cem Aslan"]);
    assert_eq!(desk.server.rows("outbox").await.len(), mails, "nobody is invited");
    let list = desk.look("/jobs").await.says(&["Ada Byron", "Not invited"]);
    assert_eq!(list.html.matches(">Cem Aslan</a>").count(), 40, "the Owners column has them");
    assert!(list.html.contains(&format!("href=\"/contacts/{}\"", contacts[0])));

    let before = desk.events().await;
    let again = desk.browser.fill(&page, "save", &ticked).await.is(200);
    again.says(&["Nothing was changed", "0 added", "120 so already", "was an owner already"]);
    assert_eq!(desk.events().await, before, "the second time nothing happens");

    // Two are removed from all, then the last one from two: that is warned of.
    let page = desk.look(&edit(&jobs)).await;
    let some = [("mode", "remove"), ticked[0], ticked[1]];
    let removed = desk.browser.fill(&page, "save", &some).await.is(200);
    removed.says(&["Owners removed", "80 removed."]).says_nothing_of(&["No owner any more"]);
    let page = desk.look(&edit(&jobs[..2])).await;
    let remaining = [("mode", "remove"), ticked[2], ticked[0]];
    desk.browser.fill(&page, "save", &remaining).await.is(200).says(&[
        "2 removed.",
        "2 so already.",
        "No owner any more",
        "House 01",
        "through an owner's eyes",
        "Rule R64",
        "Ada Byron: was no owner",
    ]);
    assert_eq!(desk.owners(jobs[0]).await, Vec::<String>::new());
    assert_eq!(desk.owners(jobs[2]).await, ["Cem Aslan"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_of_a_bulk_edit_is_said_beside_it_and_ticks_are_kept() {
    let mut desk = Desk::open().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await.to_string();
    let bea = desk.builder.admin.contact("Bea Kroll", None).await.to_string();
    for number in 0..30 {
        desk.builder.admin.contact(&format!("Neighbour {number:02}"), None).await;
    }
    let jobs = desk.jobs(2).await;
    desk.look("/jobs/edit").await.says(&["No job is ticked"]);

    let page = desk.look(&edit(&jobs)).await;
    let refused = desk.browser.fill(&page, "save", &[]).await.is(422);
    let refused = refused.says(&["That was not taken", "Value must not be empty.", "Edit 2 jobs"]);
    assert!(refused.html.contains("href=\"#contacts\""), "{}", refused.html);
    assert!(refused.html.contains("id=\"contacts-wrong\""), "{}", refused.html);
    let refused = desk.browser.send("/jobs/edit", &[("jobs", &jobs[0].to_string())]).await;
    refused.is(422).says(&["must be one of owners", "must be one of add, remove"]);
    desk.browser.send("/jobs/edit", &[("jobs", "nonsense")]).await.is(422);

    // Ada is ticked; a search for somebody else keeps her so.
    let form = page.form("save");
    let jobs_field = form.value("jobs");
    let asked = [("jobs", jobs_field), ("mode", "remove"), ("contacts", &ada), ("find", "kroll")];
    let found = desk.look(&query("/jobs/edit", &asked)).await;
    let found = found.says(&["Ada Byron", "Bea Kroll"]).says_nothing_of(&["Neighbour"]);
    let form = found.form("save");
    assert_eq!((form.value("contacts"), form.value("mode")), (&*ada, "remove"));
    assert_eq!(form.value("jobs"), jobs_field);
    let asked = [("jobs", jobs_field), ("find", "nobody at all")];
    desk.look(&query("/jobs/edit", &asked)).await.says(&["Nobody in the book fits"]);
    desk.look(&edit(&jobs)).await.says(&["There are more; a search finds them."]);

    // A job that is archived and a contact that is gone are refused, the others are not.
    desk.builder.admin.order(&format!("/v1/jobs/{}/archive", jobs[0])).await.is(200);
    let page = desk.look(&edit(&jobs)).await;
    let bea_path = format!("/v1/contacts/{bea}");
    desk.builder.admin.delete(&format!("{bea_path}?confirm=true")).await.is(200);
    let both = [("contacts", ada.as_str()), ("contacts", &bea)];
    let done = desk.browser.fill(&page, "save", &both).await.is(200);
    done.says(&[
        "1 added",
        "3 refused",
        "the job is archived: reopen it first",
        "Ada Byron: added",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_filtered_by_an_owner_whom_one_finds_by_name() {
    // R53, R54; scenario 16
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    let ada = admin.contact("Ada Byron", Some("ada@example.org")).await;
    let kim = admin.contact("Kim Park", Some("kim@example.org")).await;
    let other = admin.contact("Kim Park", Some("park@example.com")).await;
    admin.job("Attic", &[ada]).await;
    admin.job("Barn", &[kim, ada]).await;
    admin.job("Cellar", &[other]).await;
    admin.job("Dormer", &[]).await;

    let all = desk.look("/jobs").await.says(&["Filter and order", "Kim Park (park@example.com)"]);
    assert_eq!(names(&all), ["Attic", "Barn", "Cellar", "Dormer"]);
    let of_ada = desk.look(&query("/jobs", &[("owner", &ada.to_string())])).await;
    assert_eq!(names(&of_ada.says(&["Jobs of Ada Byron"])), ["Attic", "Barn"]);
    // One whom the name fits is meant; of several one is chosen.
    let of_ada = desk.look(&query("/jobs", &[("owner_name", "byr"), ("owner", "")])).await;
    assert_eq!(names(&of_ada.says(&["Jobs of Ada Byron"])), ["Attic", "Barn"]);
    let several = desk.look(&query("/jobs", &[("owner_name", "kim park")])).await;
    let several = several.says(&["Several contacts fit: choose one."]);
    assert_eq!(names(&several).len(), 4);
    assert!(!several.html.contains(&format!("option value=\"{ada}\"")), "{}", several.html);
    let asked = [("owner_name", "kim park"), ("owner", &other.to_string())];
    assert_eq!(names(&desk.look(&query("/jobs", &asked)).await), ["Cellar"]);
    let nobody = desk.look(&query("/jobs", &[("owner_name", "zoe")])).await;
    nobody.says(&["Nobody in the book has such a name."]);
    let none = desk.look(&query("/jobs", &[("owner", &Uuid::now_v7().to_string())])).await;
    none.says(&["No job fits that.", "Show all jobs"]);

    // Words of names, references, sites and owners.
    for (typed, found) in [("barn", vec!["Barn"]), ("byron", vec!["Attic", "Barn"])] {
        assert_eq!(names(&desk.look(&query("/jobs", &[("search", typed)])).await), found);
    }
    let long = "x".repeat(201);
    let refused = desk.browser.look(&query("/jobs", &[("search", &long)])).await.is(422);
    let refused = refused.says(&["Search must have at most 200 characters."]);
    assert!(refused.html.contains("id=\"search-wrong\""), "{}", refused.html);
    assert!(refused.html.contains(&format!("value=\"{long}\"")), "what was typed stays");
    desk.browser.look("/jobs?owner=nonsense").await.is(422).says(&["Owner must be a UUID."]);
    desk.browser.look("/jobs?cursor=nonsense").await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_sorted_shows_what_is_archived_and_pages_with_its_ticks() {
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    let zoe = admin.contact("Zoe", None).await;
    let abe = admin.contact("Abe", None).await;
    let first = admin.job("Beta", &[zoe]).await;
    admin.job("Alpha", &[]).await;
    let third = admin.job("Gamma", &[abe]).await;
    admin.order(&format!("/v1/jobs/{first}/archive")).await.is(200);
    let task = json!({ "title": "Pour", "phase": "execution" });
    admin.post(&format!("/v1/jobs/{third}/tasks"), task).await.is(201);
    admin.put("/v1/job-types", json!({ "types": ["New home"] })).await.is(200);
    admin.put(&format!("/v1/jobs/{third}/type"), json!({ "type": "New home" })).await.is(200);
    let deadline = json!({ "deadline": "2020-05-31" });
    admin.put(&format!("/v1/jobs/{third}/deadline"), deadline).await.is(200);

    let list = desk.look("/jobs").await;
    let list = list.says(&["New home", "0 %", "31\u{a0}May\u{a0}2020", "days over"]);
    assert_eq!(names(&list), ["Alpha", "Gamma"]);
    assert!(list.html.contains("aria-sort=\"ascending\""), "{}", list.html);
    for (by, order) in [
        ("name", ["Alpha", "Beta", "Gamma"]),
        ("name_down", ["Gamma", "Beta", "Alpha"]),
        ("created", ["Beta", "Alpha", "Gamma"]),
        ("created_down", ["Gamma", "Alpha", "Beta"]),
        ("owner", ["Gamma", "Beta", "Alpha"]),
        ("owner_down", ["Alpha", "Beta", "Gamma"]),
    ] {
        let sorted = desk.look(&query("/jobs", &[("by", by), ("archived", "true")])).await;
        assert_eq!(names(&sorted.says(&["Archived"])), order, "{by}");
        // A heading that is pressed goes before the menu.
        let asked = [("by", "name"), ("archived", "true"), ("order", by)];
        assert_eq!(names(&desk.look(&query("/jobs", &asked)).await), order, "{by}");
    }

    let jobs = desk.jobs(60).await;
    let page = desk.look("/jobs").await.says(&["50 jobs", "Next page"]);
    assert_eq!(page.html.matches("First page").count(), 0);
    let cursor = next_cursor(&page).expect("one more page");
    let ticked = [("job", jobs[0].to_string()), ("job", jobs[1].to_string())];
    let mut asked: Vec<(&str, &str)> = ticked.iter().map(|(n, v)| (*n, v.as_str())).collect();
    asked.push(("cursor", &cursor));
    let second = desk.look(&query("/jobs", &asked)).await;
    let second = second.says(&["12 jobs", "First page", "2 more are ticked on other pages."]);
    assert_eq!(next_cursor(&second), None);
    let names = [names(&page), names(&second)].concat();
    assert_eq!(names.len(), 62, "every job is on one of the pages");
    let (_, carried) = second.html.split_once("name=\"jobs\" value=\"").expect("a field");
    let carried = carried.split('"').next().expect("a value");
    let path = query("/jobs/edit", &[("jobs", carried), ("job", &jobs[59].to_string())]);
    desk.look(&path).await.says(&["Edit 3 jobs", "House 01", "House 02", "House 60"]);
    let many: Vec<String> = (0..201).map(|_| Uuid::now_v7().simple().to_string()).collect();
    let refused = desk.browser.look(&query("/jobs/edit", &[("jobs", &many.join(","))])).await;
    refused.is(422).says(&["must have at most 200 entries"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_begins_from_scratch_or_from_a_template_with_owners_out_of_the_book() {
    // R55 to R59
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    desk.look("/jobs").await.says(&["There are no jobs yet.", "Make the first one"]);
    desk.look("/jobs/new").await.says(&["There are no templates yet", "There are no types yet"]);
    let ada = admin.contact("Ada Byron", Some("ada@example.org")).await.to_string();
    let bea = admin.contact("Bea Kroll", None).await.to_string();
    admin.put("/v1/job-types", json!({ "types": ["New home", "Remodel"] })).await.is(200);
    let template = json!({ "name": "Kitchen", "type": "Remodel", "milestones": ["In use"],
        "tasks": [{ "title": "Choose the tiles", "kind": "selection", "phase": "planning" }] });
    let template = admin.post("/v1/job-templates", template).await.is(201).id().to_string();

    let page = desk.look("/jobs/new").await.says(&["From scratch", "From “Kitchen”", "New home"]);
    let typed = [("name", "  "), ("site", "12 Elm St"), ("owners", &*ada)];
    let refused = desk.browser.fill(&page, "create", &typed).await.is(422);
    let refused = refused.says(&["Job name must not be empty."]);
    let form = refused.form("create");
    assert_eq!((form.value("site"), form.value("owners")), ("12 Elm St", &*ada));
    // A search for a contact keeps all that was typed.
    let found = desk.browser.fill(&refused, "find", &[("name", "Elm St"), ("find", "kroll")]).await;
    let form = found.clone().is(200).says(&["Bea Kroll"]).form("create");
    assert_eq!((form.value("name"), form.value("owners")), ("Elm St", &*ada));
    let typed = [("owners", &*bea), ("type", "New home")];
    let made = desk.browser.fill(&found, "create", &typed).await;
    let path = made.leads_to().strip_suffix("?done=job-created").expect("its page").to_owned();
    desk.look("/jobs").await.says(&["Elm St", "New home", "Ada Byron"]);
    let job = admin.get(&format!("/v1{path}")).await.is(200).body;
    assert_eq!((&job["name"], &job["type"]), (&json!("Elm St"), &json!("New home")));
    assert_eq!((&job["site"], &job["tasks"]), (&json!("12 Elm St"), &json!([])));
    let owners = admin.get(&format!("/v1{path}/owners")).await.is(200).each("name");
    assert_eq!(owners, ["Ada Byron", "Bea Kroll"]);
    assert_eq!(admin.get("/v1/invitations").await.body["items"], json!([]), "R4");

    let page = desk.look("/jobs/new").await;
    let typed = [("name", "Oak St"), ("template", &*template)];
    let made = desk.browser.fill(&page, "create", &typed).await;
    let path = made.leads_to().strip_suffix("?done=job-created").expect("its page").to_owned();
    desk.look("/jobs").await.says(&["Oak St"]);
    let job = admin.get(&format!("/v1{path}")).await.is(200).body;
    assert_eq!(job["type"], "Remodel");
    assert_eq!(job["tasks"][0]["title"], "Choose the tiles");
    assert_eq!(job["milestones"][0]["title"], "In use");
    let gone = Uuid::now_v7().to_string();
    let refused = desk.browser.send("/jobs/new", &[("name", "X"), ("template", &gone)]).await;
    refused.is(422).says(&["Rule R55"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn job_types_are_a_list_that_two_people_do_not_overwrite_for_each_other() {
    // R56
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    let page = desk.look("/settings/job-types").await;
    let types = [("types", "New home\r\n\r\n Remodel \r\nNew home")];
    let set = desk.browser.fill(&page, "save", &types).await;
    let page = desk.browser.follow(&set).await.says(&["The job types are saved."]);
    assert_eq!(page.form("save").value("types"), "New home\nRemodel");
    let same = desk.browser.fill(&page, "save", &[]).await;
    desk.browser.follow(&same).await.says(&["Nothing was changed."]);

    let long = format!("Remodel\n{}", "x".repeat(101));
    let refused = desk.browser.fill(&page, "save", &[("types", &long)]).await.is(422);
    let refused = refused.says(&["Job types must have at most 100 characters (line 2)."]);
    assert!(refused.html.contains("id=\"types-wrong\""), "{}", refused.html);
    assert_eq!(refused.form("save").value("types"), long);

    admin.put("/v1/job-types", json!({ "types": ["Barn"] })).await.is(200);
    let stale = desk.browser.fill(&page, "save", &[("types", "Porch")]).await.is(412);
    let stale = stale.says(&["were changed since this page was shown", "On the list now", "Barn"]);
    let set = desk.browser.fill(&stale, "save", &[]).await;
    desk.browser.follow(&set).await.says(&["The job types are saved."]);
    assert_eq!(admin.get("/v1/job-types").await.body["items"], json!(["Porch"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_added_changed_and_taken_away_with_their_tasks_typed_as_lines() {
    // R55
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    admin.put("/v1/job-types", json!({ "types": ["Remodel"] })).await.is(200);
    desk.look("/settings/templates").await.says(&["There are no templates yet."]);
    let page = desk.look("/settings/templates/edit").await.says(&["New template"]);
    let typed = [
        ("name", "Kitchen"),
        ("type", "Remodel"),
        ("planning_tasks", "selection: Choose the tiles\nApproval: Sign the plan"),
        ("execution_tasks", "Pour the slab"),
        ("milestones", "In use\n"),
    ];
    let added = desk.browser.fill(&page, "save", &typed).await;
    let list = desk.browser.follow(&added).await.says(&["Kitchen", "Remodel"]);
    let templates = admin.get("/v1/job-templates").await.body["items"].clone();
    let wanted = json!([
        { "title": "Choose the tiles", "kind": "selection", "phase": "planning" },
        { "title": "Sign the plan", "kind": "approval", "phase": "planning" },
        { "title": "Pour the slab", "kind": "task", "phase": "execution" },
    ]);
    assert_eq!(
        (&templates[0]["tasks"], &templates[0]["milestones"]),
        (&wanted, &json!(["In use"]))
    );
    let (_, path) = list.html.split_once("href=\"/settings/templates/edit?").expect("a link");
    let path = format!("/settings/templates/edit?{}", path.split('"').next().expect("a path"));

    let page = desk.look(&path).await;
    let form = page.form("save");
    let first = "selection: Choose the tiles\napproval: Sign the plan";
    assert_eq!(form.value("planning_tasks"), first);
    let same = desk.browser.fill(&page, "save", &[]).await;
    assert_eq!(same.leads_to(), "/settings/templates?done=unchanged");
    let long = format!("Dig\n{}", "x".repeat(201));
    let refused = desk.browser.fill(&page, "save", &[("execution_tasks", &long)]).await.is(422);
    let sentence = "Execution: tasks must have at most 200 characters (line 2).";
    assert_eq!(refused.says(&[sentence]).form("save").value("execution_tasks"), long);
    let typed = [("name", ""), ("milestones", long.as_str())];
    let refused = desk.browser.fill(&page, "save", &typed).await.is(422);
    refused.says(&["Name must not be empty.", "Milestones must have at most 200 characters"]);
    let changed = desk.browser.fill(&page, "save", &[("closeout_tasks", "Hand over")]).await;
    assert_eq!(changed.leads_to(), "/settings/templates?done=template-changed");
    // What the page was made of has changed.
    desk.browser.fill(&page, "save", &[("name", "Kitchens")]).await.is(412);
    // The list of types keeps what the template has.
    let settings = desk.look("/settings/job-types").await;
    let refused = desk.browser.fill(&settings, "save", &[("types", "Barn")]).await.is(409);
    refused.says(&["A template has a type that would leave the list.", "Rule R56"]);
    let page = desk.look(&path).await;
    let removed = desk.browser.fill(&page, "remove", &[]).await;
    desk.browser.follow(&removed).await.says(&["There are no templates yet."]);
    desk.browser.look(&path).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_the_custom_fields_one_by_one() {
    // R41
    let desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    let boss = staff_browser(&desk.server, &desk.builder, "boss@example.org", "admin").await;
    let mut desk = Desk { browser: boss, ..desk };
    let path = "/settings/custom-fields";
    let page = desk.look(path).await.says(&["There are no custom fields yet."]);
    let typed = [("label", "Gate code"), ("kind", "text")];
    let added = desk.browser.fill(&page, "add", &typed).await;
    let page = desk.browser.follow(&added).await.says(&["Gate code", "gate-code"]);
    let typed = [("label", "Front door"), ("kind", "choice")];
    let refused = desk.browser.fill(&page, "add", &typed).await.is(422);
    let refused = refused.says(&["A choice has 1 to 50 options.", "Rule R41"]);
    let added = desk.browser.fill(&refused, "add", &[("choices", "Red\nBlue")]).await;
    let page = desk.browser.follow(&added).await.says(&["Front door", "Red, Blue"]);
    let refused = desk.browser.fill(&page, "add", &[("label", ""), ("name", "No!")]).await.is(422);
    let refused = refused.says(&["Label must not be empty.", "Name for programs must be 1 to 40"]);
    assert_eq!(refused.form("add").value("name"), "No!");

    let ada = admin.contact("Ada", None).await;
    let value = json!({ "value": "Blue" });
    admin.put(&format!("/v1/contacts/{ada}/custom-fields/front-door"), value).await.is(200);
    let page =
        desk.look(&format!("{path}?field=front-door")).await.says(&["A field keeps its kind"]);
    let moved = desk.browser.fill(&page, "up", &[]).await;
    desk.browser.follow(&moved).await;
    let fields = admin.get("/v1/custom-fields").await;
    assert_eq!(fields.each("name"), ["front-door", "gate-code"]);
    let stale = desk.browser.fill(&page, "save", &[("label", "Door")]).await.is(412);
    let typed = [("label", "Door"), ("choices", "Red")];
    let saved = desk.browser.fill(&stale, "save", &typed).await;
    desk.browser.follow(&saved).await.says(&["Contacts that have an option which left keep it"]);
    let page = desk.look(&format!("{path}?field=front-door")).await;
    let removed = desk.browser.fill(&page, "remove", &[]).await;
    desk.browser.follow(&removed).await.says(&["The field is gone from every contact."]);
    assert_eq!(admin.get("/v1/custom-fields").await.each("name"), ["gate-code"]);
    desk.browser.look(&format!("{path}?field=front-door")).await.is(404);
    desk.browser.send(path, &[("action", "nonsense")]).await.is(400);

    // Whoever is no admin reads the list.
    let mut mia = staff_browser(&desk.server, &desk.builder, "max@example.org", "staff").await;
    let seen = mia.look(path).await.is(200).says(&["Gate code", "An admin of the account"]);
    seen.says_nothing_of(&["Add a field"]);
    let fields = admin.get("/v1/custom-fields").await;
    let version = fields.headers["etag"].to_str().expect("a text").trim_matches('"').to_owned();
    let typed = [("label", "X"), ("kind", "text"), ("action", "add"), ("version", &version)];
    mia.send(path, &typed).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_jobs_and_no_way_to_change_them_and_is_refused() {
    let mut desk = Desk::open().await;
    let admin = desk.builder.admin.clone();
    admin.put("/v1/job-types", json!({ "types": ["Remodel"] })).await.is(200);
    let template = json!({ "name": "Kitchen", "type": "Remodel" });
    let template = admin.post("/v1/job-templates", template).await.is(201).id();
    let ada = admin.contact("Ada Byron", None).await.to_string();
    let job = admin.job("Attic", &[]).await.to_string();
    let mut auditor = desk.auditor().await;
    let controls = ["type=\"checkbox\" name=\"job\"", "/jobs/edit", "/jobs/new", "value=\"save\""];
    auditor.look("/jobs").await.is(200).says(&["Attic"]).says_nothing_of(&controls);
    let templates = format!("/settings/templates/edit?template={template}");
    for path in
        ["/settings/job-types", "/settings/templates", "/settings/custom-fields", &templates]
    {
        let seen = auditor.look(path).await.is(200);
        seen.says_nothing_of(&["value=\"save\"", "value=\"add\"", "value=\"remove\""]);
    }
    for path in ["/jobs/new", &edit(&[job.parse().expect("an id")])] {
        auditor.look(path).await.is(403).says_nothing_of(&["class=\"narrow\""]);
    }
    let before = desk.events().await;
    let version = admin.get("/v1/job-types").await.is(200).headers["etag"].clone();
    let version = version.to_str().expect("a text").trim_matches('"').to_owned();
    let id = template.to_string();
    let sends: [(&str, Vec<(&str, &str)>); 6] = [
        (
            "/jobs/edit",
            vec![("jobs", &job), ("field", "owners"), ("mode", "add"), ("contacts", &ada)],
        ),
        ("/jobs/new", vec![("name", "Barn"), ("action", "create")]),
        ("/jobs/new", vec![("name", "Barn"), ("action", "find")]),
        ("/settings/job-types", vec![("types", "Barn"), ("version", &version)]),
        ("/settings/templates/edit", vec![("template", &id), ("action", "remove")]),
        (
            "/settings/custom-fields",
            vec![("label", "X"), ("kind", "text"), ("action", "add"), ("version", &version)],
        ),
    ];
    for (path, fields) in sends {
        auditor.send(path, &fields).await.is(403).says(&["This credential may not do that"]);
    }
    assert_eq!(desk.events().await, before, "nothing happened");
    let list = desk.look("/jobs").await.says(&["Attic"]).says_nothing_of(&["Ada Byron</a>"]);
    assert_eq!(names(&list), ["Attic"]);
    let tried = desk.server.rows("refused_attempts").await;
    assert_eq!(tried.len(), 5, "what was tried of commands is kept: {tried:?}");
}
