//! The page of a job: its tabs, and what is done on each.

use super::super::harness::{Builder, STAFF_PASSWORD, Server};
use super::super::trades;
use super::PASSWORD;
use super::browser::{Browser, Seen, staff_browser};
use super::real_browser::Chromium;
use serde_json::json;
use uuid::Uuid;

/// An account, a job in it, and the browser of its admin.
struct Desk {
    server: Server,
    builder: Builder,
    job: Uuid,
    boss: Browser,
}

impl Desk {
    async fn start() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let job = builder.admin.job("Elm St kitchen", &[]).await;
        let boss = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
        Self { server, builder, job, boss }
    }

    fn path(&self, below: &str) -> String {
        format!("/jobs/{}{below}", self.job)
    }

    async fn look(&mut self, below: &str) -> Seen {
        let path = self.path(below);
        self.boss.look(&path).await.is(200)
    }

    /// Fills a page's form in, and shows the page that it leads to.
    async fn done(&mut self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        let sent = self.boss.fill(page, action, typed).await;
        self.boss.follow(&sent).await
    }

    /// The job's owners by name and access, as the API has them.
    async fn owners(&self) -> Vec<(String, String)> {
        let owners = self.builder.admin.get(&format!("/v1/jobs/{}/owners", self.job)).await.is(200);
        owners.each("name").into_iter().zip(owners.each("access")).collect()
    }

    async fn contact(&self, name: &str) -> Uuid {
        let found = self.builder.admin.get(&format!("/v1/contacts?search={name}")).await.is(200);
        found.each("id")[0].parse().expect("an id")
    }

    /// How many mails were ordered for a contact.
    async fn mails(&self, contact: Uuid) -> usize {
        self.server.mails(self.builder.id, contact).await.len()
    }
}

fn pair(name: &str, access: &str) -> (String, String) {
    (name.to_owned(), access.to_owned())
}

const ADA: [(&str, &str); 4] = [
    ("name", "Ada Byron"),
    ("primary_email", "ada@example.org"),
    ("phones", "555-0101"),
    ("address", "12 Elm St"),
];

#[tokio::test(flavor = "multi_thread")]
async fn save_alone_puts_a_new_contact_on_the_job_and_sends_nothing() {
    // R2, R4, R12, R57 to R59
    let mut desk = Desk::start().await;
    let owners = desk.look("/owners").await.says(&["no owner yet", "Add Owner"]);
    assert!(owners.html.contains(&format!("href=\"{}\"", desk.path("/owners/new"))));
    let page = desk.look("/owners/new").await.says(&["Security & Login", "Status: Not invited"]);
    let saved = desk.done(&page, "save", &ADA).await;
    saved.says(&["has not been invited", "1 owner", "Ada Byron", "ada@example.org", "555-0101"]);
    assert_eq!(desk.owners().await, [pair("Ada Byron", "not_invited")]);
    let ada = desk.contact("Ada").await;
    assert_eq!(desk.mails(ada).await, 0);
    // Pressed twice, the form makes one contact.
    let twice = desk.boss.fill(&page, "save", &ADA).await;
    desk.boss.follow(&twice).await.says(&["1 owner"]);
    // Who goes back to it and types somebody else means somebody else; and there may be many (R1).
    let bob = [("name", "Bob Hill"), ("primary_email", "bob@example.org")];
    let more = desk.done(&page, "save-more", &bob).await.says(&["New Contact"]);
    assert_eq!(more.form("save").value("name"), "", "the next one is empty");
    desk.look("/owners").await.says(&["2 owners", "Bob Hill"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_is_staged_first_and_goes_out_with_save() {
    // R3 to R8
    let mut desk = Desk::start().await;
    let page = desk.look("/owners/new").await;
    let path = desk.path("/owners/new");
    let staged = desk.boss.fill(&page, "stage", &ADA).await.is(200);
    let staged = staged.says(&["Click Save to send invite.", "Nothing has been sent yet."]);
    for (field, typed) in ADA {
        assert_eq!(staged.form("save").value(field), typed, "{field} is still there");
    }
    assert_eq!(desk.owners().await, [], "nothing is saved either");
    // Whoever goes away has sent nothing; and what is staged can be taken back.
    let back = desk.boss.fill(&staged, "unstage", &[]).await.is(200);
    let back = back.says_nothing_of(&["Click Save to send invite."]);
    let staged = desk.boss.fill(&back, "stage", &[]).await.is(200);
    let list = desk.done(&staged, "save", &[]).await;
    list.says(&["pending until it is accepted", "Ada Byron", "Pending"]);
    let ada = desk.contact("Ada").await;
    assert_eq!(desk.mails(ada).await, 1);
    assert_eq!(staged.path, path);

    let owner = desk.look(&format!("/owners/{ada}")).await;
    let owner = owner.says(&["Status: Pending", "Resend", "Cancel the invite", "ada@example.org"]);
    let first = desk.server.newest_link(desk.builder.id, ada).await;
    let owner = desk.done(&owner, "resend", &[]).await.says(&["The old link is dead"]);
    assert_ne!(desk.server.newest_link(desk.builder.id, ada).await, first);
    desk.done(&owner, "cancel", &[]).await.says(&["The invite is cancelled", "Not invited"]);
    assert_eq!(desk.owners().await, [pair("Ada Byron", "not_invited")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_owner_is_locked_and_the_page_says_why_until_the_invite_is_cancelled() {
    // R42, R43, G1, H5
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("adda@example.org")).await;
    let job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    desk.job = job;
    let below = format!("/owners/{ada}");
    let owner = desk.look(&below).await.says_nothing_of(&["Why may I not edit this?"]);
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    let staged = staged.says(&["Click Save to send invite."]);
    assert_eq!(desk.mails(ada).await, 0);
    let owner = desk.done(&staged, "save", &[]).await;
    let owner = owner.says(&[
        "Why may I not edit this?",
        "locked since the invitation was sent",
        "Cancel the pending invite, edit the contact info, then resend the invite",
        "Rule R42",
        "Invitation sent,",
    ]);
    // The address was wrong: one step cancels, corrects and sends again (H5).
    let wrong = desk.boss.fill(&owner, "redirect", &[("email", "ada@@example")]).await.is(422);
    assert_eq!(wrong.form("redirect").value("email"), "ada@@example");
    let wrong = wrong.says(&["That was not taken"]);
    let owner = desk.done(&wrong, "redirect", &[("email", "ada@example.org")]).await;
    let owner = owner.says(&["on its way to the corrected address", "Status: Pending"]);
    let same = desk.boss.fill(&owner, "redirect", &[("email", "ada@example.org")]).await.is(422);
    same.says(&["went to this address already", "Rule H5"]);
    let owner = desk.done(&owner, "cancel", &[]).await;
    let owner = owner.says_nothing_of(&["Why may I not edit this?"]);
    let body = json!({ "name": "Ada King" });
    desk.builder.admin.patch(&format!("/v1/contacts/{ada}"), body).await.is(200);
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    desk.done(&staged, "save", &[]).await.says(&["Ada King", "Status: Pending"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_owner_is_disabled_enabled_and_deactivated_with_a_reason() {
    // R9, R10, R38, R39, R44, G3
    let mut desk = Desk::start().await;
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada.contact]).await;
    let below = format!("/owners/{}", ada.contact);
    let owner =
        desk.look(&below).await.says(&["Status: Active", "Rule R39", "Deactivate the Owner"]);
    assert!(!owner.html.contains("value=\"stage\""), "there is nothing to invite to");
    let why = [("disable_reason", "Moved out")];
    let owner = desk.done(&owner, "disable", &why).await.says(&["Status: Disabled"]);
    let owner = desk.done(&owner, "enable", &[]).await.says(&["Status: Active"]);
    let refused = desk.boss.fill(&owner, "deactivate", &[]).await.is(422);
    let refused = refused.says(&["Deactivating an owner asks for a reason"]);
    let wrong = refused.html.split("id=\"deactivate_reason\"").nth(1).expect("the field");
    assert!(wrong.split('>').next().is_some_and(|tag| tag.contains("aria-invalid")), "{wrong}");
    let why = [("deactivate_reason", "Sold the house")];
    let owner = desk.done(&refused, "deactivate", &why).await;
    let owner = owner.says(&["Status: Deactivated"]).says_nothing_of(&["Why may I not edit this?"]);
    let history = desk.builder.admin.get(&format!("/v1/contacts/{}/history", ada.contact)).await;
    let reasons = history.is(200).each("reason");
    assert!(reasons.contains(&"Moved out".to_owned()), "{reasons:?}");
    assert!(reasons.contains(&"Sold the house".to_owned()), "{reasons:?}");
    // The way back is a new invite (R35).
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    desk.done(&staged, "save", &[]).await.says(&["Status: Pending"]);
    let owners = desk.look(&below).await;
    let removed = desk.done(&owners, "remove", &[]).await;
    removed.says(&["an owner of this job no more", "no owner yet"]);
    let gone = desk.path(&below);
    desk.boss.look(&gone).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_contact_is_found_chosen_and_invited_with_the_same_save() {
    // R2, R5, R12
    let mut desk = Desk::start().await;
    for name in ["Ada Byron", "Bea Hill", "Bob Hill"] {
        let email = format!("{}@example.org", &name[..3].to_lowercase());
        desk.builder.admin.contact(name, Some(&email)).await;
    }
    let page = desk.look("/owners/existing").await.says(&["Ada Byron", "Bea Hill"]);
    assert!(page.html.contains("method=\"get\""), "{}", page.html);
    let found = desk.look("/owners/existing?search=hil").await;
    let found = found.says(&["Bea Hill", "Bob Hill"]).says_nothing_of(&["Ada Byron"]);
    desk.look("/owners/existing?search=zzz").await.says(&["Nobody in the book fits that."]);
    let bea = desk.contact("Bea").await;
    assert!(found.html.contains(&format!("?contact={bea}\"")), "{}", found.html);
    let chosen = desk.look(&format!("/owners/existing?contact={bea}")).await;
    let chosen = chosen.says(&["bea@example.org", "Security & Login"]);
    let staged = desk.boss.fill(&chosen, "stage", &[]).await.is(200);
    let staged = staged.says(&["Click Save to send invite."]);
    assert_eq!(desk.mails(bea).await, 0);
    desk.done(&staged, "save", &[]).await.says(&["Bea Hill", "Pending"]);
    assert_eq!(desk.mails(bea).await, 1);
    let bob = desk.contact("Bob").await;
    let chosen = desk.look(&format!("/owners/existing?contact={bob}")).await;
    desk.done(&chosen, "save", &[]).await.says(&["2 owners", "Not invited"]);
    assert_eq!(desk.mails(bob).await, 0);
    desk.look("/owners/existing?search=hill").await.says(&["On this job already"]);
    // Nobody's contact, and none of ours.
    let nobody = desk.path(&format!("/owners/existing?contact={}", Uuid::now_v7()));
    desk.boss.look(&nobody).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activated_owners_email_leads_to_the_existing_contact() {
    // R25, R26
    let mut desk = Desk::start().await;
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    let page = desk.look("/owners/new").await;
    let refused = desk.boss.fill(&page, "save", &ADA).await.is(409);
    let refused = refused.says(&[
        "This email is currently the Primary Email associated with another account.",
        "Select the existing contact",
        "Rule R25",
    ]);
    assert!(refused.html.contains(&format!("href=\"/contacts/{}\"", ada.contact)));
    for (field, typed) in ADA {
        assert_eq!(refused.form("save").value(field), typed, "{field} is still there");
    }
    assert_eq!(desk.owners().await, []);
    desk.done(&refused, "put", &[]).await.says(&["The owner is on the job", "Active"]);
    assert_eq!(desk.owners().await, [pair("Ada", "active")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_email_names_its_holder_and_offers_the_three_remedies() {
    // R27 to R31
    let mut desk = Desk::start().await;
    let holder = desk.builder.admin.contact("Bea Hill", Some("hill@example.org")).await;
    desk.server.invite(&desk.builder, holder).await;
    let body = json!({ "name": "Bob Hill", "primary_email": "hill@example.org",
        "additional_emails": ["bob@example.org"] });
    let bob = desk.builder.admin.post("/v1/contacts", body).await.is(201).id();
    desk.job = desk.builder.admin.job("Hill St barn", &[bob]).await;
    let below = format!("/owners/{bob}");
    let owner = desk.look(&below).await;
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    let refused = desk.boss.fill(&staged, "save", &[]).await.is(409);
    let refused = refused.says(&[
        "The primary email is claimed by Bea Hill.",
        "Rule R27",
        "Remove this one and add the other",
        "Merge the two contacts",
        "Change the primary email to one that is unique",
        "Make bob@example.org the primary email",
    ]);
    assert!(refused.html.contains(&format!("href=\"/contacts/{bob}\"")));
    // Remedy 3a: the additional email takes the primary one's place, and the invite goes out.
    let owner = desk.done(&refused, "swap", &[]).await.says(&["You can send the invite now"]);
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    desk.done(&staged, "save", &[]).await.says(&["Status: Pending", "bob@example.org"]);
    // Remedy 1: the other contact in this one's place. Twice is once.
    let carol = desk.builder.admin.contact("Carol", Some("hill@example.org")).await;
    let body = json!({ "contact_id": carol });
    desk.builder.admin.post(&format!("/v1/jobs/{}/owners", desk.job), body).await.is(200);
    let owner = desk.look(&format!("/owners/{carol}")).await;
    let staged = desk.boss.fill(&owner, "stage", &[]).await.is(200);
    let refused = desk.boss.fill(&staged, "save", &[]).await.is(409);
    let owners = desk.done(&refused, "replace", &[]).await;
    owners.says(&["in its place", "Bea Hill", "Bob Hill"]).says_nothing_of(&["Carol"]);
    // A new contact with a claimed email is not half saved.
    let page = desk.look("/owners/new").await;
    let typed = [("name", "Dan"), ("primary_email", "hill@example.org")];
    let staged = desk.boss.fill(&page, "stage", &typed).await.is(200);
    let refused = desk.boss.fill(&staged, "save", &[]).await.is(409);
    let refused = refused.says(&["claimed by Bea Hill", "Click Save to send invite."]);
    assert_eq!(refused.form("save").value("name"), "Dan");
    assert_eq!(desk.owners().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrong_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let mut desk = Desk::start().await;
    let page = desk.look("/owners/new").await;
    let typed = [("name", " "), ("primary_email", "ada.example.org"), ("address", "12 Elm St")];
    let refused = desk.boss.fill(&page, "save", &typed).await.is(422);
    for (field, typed) in &typed[1..] {
        assert_eq!(refused.form("save").value(field), *typed);
    }
    let refused = refused.says(&["Name must not be empty.", "Primary email must"]);
    assert!(refused.html.contains("href=\"#primary_email\""), "{}", refused.html);
    let page = desk.look("/tasks").await;
    let typed = [("title", ""), ("assignee", "staff"), ("due", "2026-13-01")];
    let refused = desk.boss.fill(&page, "add", &typed).await.is(422);
    assert_eq!(refused.form("add").value("assignee"), "staff");
    assert_eq!(refused.form("add").value("due"), "2026-13-01");
    refused.says(&[
        "What is to be done must not be empty.",
        "Name must not be empty.",
        "Due must be a day",
    ]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_tells_how_far_a_job_is_and_who_changed_it_last() {
    // R55, R56, R92, R95, G19
    let mut desk = Desk::start().await;
    let types = json!({ "types": ["Kitchen", "Barn"] });
    desk.builder.admin.put("/v1/job-types", types).await.is(200);
    let page = desk.look("").await.says(&["Open", "No tasks yet", "Nobody yet."]);
    let page = desk.done(&page, "rename", &[("name", "Elm St kitchen & porch")]).await;
    let page = page.says(&["The job has its new name.", "Elm St kitchen & porch", "Mia Mason"]);
    let page = desk.done(&page, "type", &[("type", "Barn")]).await.says(&["Barn"]);
    let page = desk.done(&page, "deadline", &[("deadline", "2099-05-31")]).await;
    let page = page.says(&["days left", "31\u{a0}May\u{a0}2099", "Who changed what, and when"]);
    let wrong = desk.boss.fill(&page, "rename", &[("name", " ")]).await.is(422);
    wrong.says(&["Name must not be empty."]);
    let page = desk.done(&page, "archive", &[]).await.says(&["Archived", "Reopen the job"]);
    desk.look("/tasks").await.says(&["This job is archived"]).says_nothing_of(&["Add a task"]);
    desk.done(&page, "reopen", &[]).await.says(&["The job is open again.", "Open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_added_edited_done_and_removed_by_phase() {
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", None).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    let page = desk.look("/tasks").await.says(&["Planning", "Execution", "Closeout"]);
    let whose = ada.to_string();
    let tiles = [
        ("title", "Choose the tiles"),
        ("kind", "selection"),
        ("phase", "planning"),
        ("assignee", &*whose),
        ("due", "2099-03-01"),
    ];
    let page = desk.done(&page, "add", &tiles).await;
    let page =
        page.says(&["Choose the tiles", "Selection · for Ada Byron (owner) · due 1\u{a0}March"]);
    let slab = [
        ("title", "Pour the slab"),
        ("phase", "execution"),
        ("assignee", "subcontractor"),
        ("name", "Concrete & Co"),
    ];
    let page = desk.done(&page, "add", &slab).await;
    let page = page.says(&["Task · for Concrete & Co (subcontractor)"]);
    let page = desk.done(&page, "complete", &[]).await.says(&["1 of 1", "0 of 1", "· done"]);
    desk.look("").await.says(&["50 % done"]);
    let page = desk.done(&page, "reopen", &[]).await.says(&["The task is open again."]);
    // Two edit the same task: what one did not edit stays as the other left it.
    let edit = page.html.split("href=\"?edit=").nth(1).and_then(|rest| rest.split('"').next());
    let edit = desk.look(&format!("/tasks?edit={}", edit.expect("a link"))).await;
    desk.done(&edit, "save", &[("title", "Choose the floor tiles")]).await;
    let page = desk.done(&edit, "save", &[("due", "2099-04-01"), ("assignee", "")]).await;
    let page = page.says(&["Choose the floor tiles", "Selection · due 1\u{a0}April"]);
    page.says_nothing_of(&["for Ada Byron"]);
    desk.done(&edit, "remove", &[]).await.says(&["The task is removed."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_are_added_reached_and_removed() {
    let mut desk = Desk::start().await;
    let page = desk.look("/milestones").await;
    let roof = [("title", "Roof on"), ("due", "2099-03-01")];
    let page = desk.done(&page, "add", &roof).await.says(&["Roof on", "Planned · 1\u{a0}March"]);
    let edit = page.html.split("href=\"?edit=").nth(1).and_then(|rest| rest.split('"').next());
    let edit = desk.look(&format!("/milestones?edit={}", edit.expect("a link"))).await;
    let typed = [("status", "reached"), ("due", "")];
    let page = desk.done(&edit, "save", &typed).await.says(&["Roof on", "Reached"]);
    page.says_nothing_of(&["March"]);
    desk.done(&edit, "remove", &[]).await.says(&["The milestone is removed.", "none yet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_owner_has_to_dos_and_messages_of_their_own() {
    // R63
    let mut desk = Desk::start().await;
    desk.look("/todos").await.says(&["no owner yet"]);
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    let bob = desk.builder.admin.contact("Bob Hill", Some("bob@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada, bob]).await;
    let page = desk.look("/todos").await.says(&["To-Dos of Ada Byron", "no co-owner sees them"]);
    let typed = [("title", "Sign the plans"), ("due", "2099-03-01")];
    let page = desk.done(&page, "add", &typed).await.says(&["Sign the plans", "Due 1\u{a0}March"]);
    let page = desk.done(&page, "message", &[("text", "Which tiles?\nBlue or green?")]).await;
    let page = page.says(&["Which tiles?\nBlue or green?", "You"]);
    let page = desk.done(&page, "complete", &[]).await.says(&["The To-Do is done."]);
    let bobs = desk.look(&format!("/todos?owner={bob}")).await.says(&["To-Dos of Bob Hill"]);
    let bobs = bobs.says_nothing_of(&["Sign the plans", "Which tiles?"]);
    let empty = desk.boss.fill(&bobs, "message", &[("text", " ")]).await.is(422);
    empty.says(&["Message must not be empty.", "To-Dos of Bob Hill"]);
    let edit = page.html.split("&amp;edit=").nth(1).and_then(|rest| rest.split('"').next());
    let edit = desk.look(&format!("/todos?owner={ada}&edit={}", edit.expect("a link"))).await;
    desk.done(&edit, "save", &[("title", "Sign all plans")]).await.says(&["Sign all plans"]);
    let page = desk.done(&edit, "remove", &[]).await.says(&["The To-Do is removed."]);
    page.says_nothing_of(&["Sign all plans"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_budget_are_the_companys_alone() {
    // R96, R97
    let mut desk = Desk::start().await;
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada.contact]).await;
    let page = desk.look("/notes").await.says(&["Owners never see this page."]);
    let page = desk.done(&page, "note", &[("text", "The neighbour is difficult")]).await;
    let typed = [("label", "Tiles"), ("amount", "12,500.5")];
    let page = desk.done(&page, "add", &typed).await.says(&["The neighbour is difficult"]);
    let page = desk.done(&page, "add", &[("label", "Credit"), ("amount", "-80.25")]).await;
    let page = page.says(&["12,500.50", "−80.25", "12,420.25"]);
    let wrong =
        desk.boss.fill(&page, "add", &[("label", "Slab"), ("amount", "much")]).await.is(422);
    assert_eq!(wrong.form("add").value("amount"), "much");
    wrong.says(&["Amount must be an amount such as"]);
    // Two edit the same line: the second sees that it has changed, and what it is now.
    let edit = desk.look("/notes?edit=0").await;
    desk.done(&edit, "save", &[("amount", "13,000")]).await.says(&["13,000.00"]);
    let late = desk.boss.fill(&edit, "save", &[("amount", "11,000")]).await.is(412);
    let late = late.says(&["Somebody else has changed the budget", "It is now: Tiles, 13,000.00"]);
    assert_eq!(late.form("save").value("amount"), "11,000");
    desk.done(&late, "save", &[]).await.says(&["11,000.00", "10,919.75"]);
    let edit = desk.look("/notes?edit=1").await;
    desk.done(&edit, "remove", &[]).await.says_nothing_of(&["Credit"]);
    let mut owner = Browser::new(&desk.server);
    owner.sign_in("ada@example.org", PASSWORD).await.leads_to();
    owner.look("/me").await.is(200).says_nothing_of(&["difficult", "Tiles", "11,000"]);
    assert!(owner.look(&desk.path("/notes")).await.leads_to().starts_with("/accounts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_link_is_shown_once_rotated_and_revoked() {
    // R87 to R90, G17, G18, 2.5
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    let page = desk.look("/portal-links").await.says(&["Invite Member", "None yet."]);
    let wrong = desk.boss.fill(&page, "issue", &[("name", "Site"), ("days", "400")]).await.is(422);
    assert_eq!(wrong.form("issue").value("name"), "Site");
    let wrong = wrong.says(&["Days must be a number of days from 1 to 366."]);
    let told = desk.boss.fill(&wrong, "issue", &[("days", "7")]).await.is(200);
    let told = told.says(&["Your link", "shown this once", "Site", "For the job", "Mia Mason"]);
    let told = told.says(&["Copy the link"]);
    let link = |seen: &Seen| {
        let field = seen.html.split("id=\"url\"").nth(1).and_then(|rest| rest.split('>').next());
        let url = super::browser::attribute(field.expect("a field"), "value").expect("a link");
        url.split_once("/portal/").expect("a portal").1.to_owned()
    };
    let first = format!("/portal/{}", link(&told));
    let mut customer = Browser::new(&desk.server);
    let opened = customer.look(&first).await;
    customer.follow(&opened).await.says(&["Oak St porch"]);
    desk.look("/portal-links").await.says(&["Site"]).says_nothing_of(&["tbp_", "Your link"]);
    // The same press sent again is the same link.
    let same = desk.boss.fill(&wrong, "issue", &[("days", "7")]).await.is(200);
    assert_eq!(format!("/portal/{}", link(&same)), first);
    let told = desk.boss.fill(&same, "rotate", &[]).await.is(200);
    let second = format!("/portal/{}", link(&told));
    assert_ne!(second, first);
    Browser::new(&desk.server).look(&first).await.is(410);
    // Whoever leaves the job may still have the job's link.
    let owner = desk.look(&format!("/owners/{ada}")).await;
    desk.done(&owner, "remove", &[]).await;
    let page = desk.look("/portal-links").await;
    let page = page.says(&["Rotate?", "An owner was removed from the job"]);
    let page = desk.done(&page, "revoke", &[]).await.says(&["opens nothing any more", "Revoked"]);
    Browser::new(&desk.server).look(&second).await.is(410);
    // Invite Member, as a customer: the mail has the link, and the page does not.
    let wrong = desk.boss.fill(&page, "invite", &[("email", "cy.example.org")]).await.is(422);
    assert_eq!(wrong.form("invite").value("email"), "cy.example.org");
    let invited = desk.done(&wrong, "invite", &[("email", "cy@example.org")]).await;
    let invited = invited.says(&["on its way to this address", "Invited by mail"]);
    // Names stand in the clear, also when somebody has been erased; an address is no name.
    invited.says_nothing_of(&["tbp_", "cy@example.org"]);
    desk.boss.look("/mail").await.is(200).says(&["cy@example.org"]);
    let path = format!("/v1/jobs/{}/portal-links", desk.job);
    let by_api = json!({ "email": "dee@example.org" });
    let sent = desk.builder.admin.post(&path, by_api).await.is(201);
    let listed = desk.builder.admin.get_after(&sent, &path).await.is(200);
    assert_eq!(listed.each("name")[..2], ["Portal link", "Invited by mail"]);
    assert!(listed.each("name").iter().all(|name| !name.contains('@')), "{}", listed.text);
    let events = desk.server.rows("events").await.join("\n");
    assert!(!events.contains("cy@example.org") && !events.contains("dee@example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_every_tab_is_shown_no_button_and_is_refused() {
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    let (server, builder) = (&desk.server, &desk.builder);
    let mut auditor = staff_browser(server, builder, "audit@elm.example", "auditor").await;
    let owner = format!("/owners/{ada}");
    let tabs = [
        "",
        "/owners",
        "/owners/new",
        "/owners/existing",
        &owner,
        "/tasks",
        "/milestones",
        "/todos",
        "/notes",
        "/view-as-owner",
        "/portal-links",
    ];
    for below in tabs {
        let page = auditor.look(&desk.path(below)).await.is(200);
        assert!(!page.html.contains("name=\"action\""), "{below}: {}", page.html);
    }
    let (contact, task) = (ada.to_string(), Uuid::now_v7().to_string());
    let (contact, task) = (contact.as_str(), task.as_str());
    let deeds: [(&str, &[(&str, &str)]); 9] = [
        ("", &[("action", "rename"), ("name", "Mine")]),
        ("/owners", &[("action", "put"), ("contact", contact)]),
        ("/owners/new", &[("action", "save"), ("name", "Eve"), ("once", task)]),
        (owner.as_str(), &[("action", "save"), ("send_invite", "yes")]),
        (owner.as_str(), &[("action", "disable")]),
        ("/tasks", &[("action", "complete"), ("task", task)]),
        ("/todos", &[("action", "message"), ("contact", contact), ("text", "Hello")]),
        ("/notes", &[("action", "add"), ("label", "x"), ("amount", "1")]),
        (
            "/view-as-owner",
            &[("action", "look"), ("contact", contact), ("minutes", "5"), ("reason", "curious")],
        ),
    ];
    for (below, fields) in deeds {
        let refused = auditor.send(&desk.path(below), fields).await.is(403);
        refused.says(&["That was not taken", "auditors read and command nothing"]);
    }
    assert_eq!(desk.mails(ada).await, 0);
    assert_eq!(desk.owners().await, [pair("Ada Byron", "not_invited")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_without_a_grant_see_neither_disable_nor_view_as_owner_nor_the_history() {
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    let mut mia = staff_browser(&desk.server, &desk.builder, "mia@elm.example", "staff").await;
    let owner = desk.path(&format!("/owners/{ada}"));
    let page = mia.look(&owner).await.is(200).says(&["Send Invite"]);
    let page = page.says_nothing_of(&["value=\"disable\"", "/view-as-owner\"", "/history\""]);
    page.says(&["staff key with the grant manage_access"]);
    let refused = mia.send(&owner, &[("action", "disable")]).await.is(403);
    refused.says(&["That was not taken"]);
    let look = desk.path("/view-as-owner");
    let page = mia.look(&look).await.is(200).says(&["Only those see this"]);
    page.says_nothing_of(&["value=\"look\""]);
    let overview = mia.look(&desk.path("")).await.is(200).says(&["Changed last"]);
    overview.says_nothing_of(&["Changed last by"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_job_is_not_there_on_any_tab() {
    let mut desk = Desk::start().await;
    let oak = desk.server.builder("Oak").await;
    let eve = oak.admin.contact("Eve", Some("eve@example.org")).await;
    let theirs = oak.admin.job("Oak's secret barn", &[eve]).await;
    let ours = desk.job;
    let below = [
        "",
        "/owners",
        "/owners/new",
        "/owners/existing",
        "/tasks",
        "/milestones",
        "/todos",
        "/notes",
        "/view-as-owner",
        "/view-as-owner/now",
    ];
    let mut paths: Vec<String> = below.iter().map(|b| format!("/jobs/{theirs}{b}")).collect();
    paths.push(format!("/jobs/{theirs}/owners/{eve}"));
    paths.push(format!("/jobs/{ours}/owners/{eve}"));
    paths.push(format!("/jobs/{ours}/owners/existing?contact={eve}"));
    paths.push(format!("/jobs/{ours}/todos?owner={eve}"));
    let nowhere = format!("/jobs/{}/tasks", Uuid::now_v7());
    let unknown = desk.boss.look(&nowhere).await.is(404).text();
    let told = |text: String| text.split("Request ").next().map(str::to_owned);
    for path in paths {
        let seen = desk
            .boss
            .look(&path)
            .await
            .is(404)
            .says_nothing_of(&["secret barn", "eve@example.org"]);
        assert_eq!(told(seen.text()), told(unknown.clone()), "{path}");
    }
    let (eve, task) = (eve.to_string(), Uuid::now_v7().to_string());
    let theirs = format!("/jobs/{theirs}");
    let (eve, task) = (eve.as_str(), task.as_str());
    let deeds: [(&str, &[(&str, &str)]); 8] = [
        ("", &[("action", "rename"), ("name", "Mine")]),
        ("/owners", &[("action", "put"), ("contact", eve)]),
        ("/owners/new", &[("action", "save"), ("name", "Eve"), ("once", task)]),
        ("/tasks", &[("action", "complete"), ("task", task)]),
        ("/milestones", &[("action", "remove"), ("milestone", task)]),
        ("/notes", &[("action", "note"), ("text", "x")]),
        ("/todos", &[("action", "message"), ("contact", eve), ("text", "x")]),
        (
            "/view-as-owner",
            &[("action", "look"), ("contact", eve), ("minutes", "5"), ("reason", "x")],
        ),
    ];
    for (below, fields) in deeds {
        desk.boss.send(&format!("{theirs}{below}"), fields).await.is(404);
    }
    let put = [("action", "put"), ("contact", eve)];
    let owners = desk.path("/owners");
    desk.boss.send(&owners, &put).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_looks_through_an_owners_eyes_changes_nothing_and_ends_it() {
    // R63, R64, H13, promise 33
    let mut desk = Desk::start().await;
    let none = "The job will need a contact assigned for the ability to impersonate.";
    desk.look("/view-as-owner").await.says(&[none]).says_nothing_of(&["value=\"look\""]);
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    let bob = desk.builder.admin.contact("Bob Hill", Some("bob@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada.contact, bob]).await;
    for (contact, title) in [(ada.contact, "Sign the plans"), (bob, "Pay the deposit")] {
        let body = json!({ "contact_id": contact, "title": title });
        desk.builder.admin.post(&format!("/v1/jobs/{}/todos", desk.job), body).await.is(201);
    }
    let page = desk.look("/view-as-owner").await.says(&["Nobody has."]);
    let (contact, minutes) = (ada.contact.to_string(), ("minutes", "5"));
    let refused = desk.boss.fill(&page, "look", &[("contact", &contact), ("minutes", "61")]).await;
    refused.is(422).says(&["Minutes must be a number from 1 to 60."]);
    let refused = desk.boss.fill(&page, "look", &[("contact", &contact), minutes]).await.is(422);
    let refused = refused.says(&["asks for a reason; the owner can read it"]);
    let typed = [("reason", "She cannot find the plans")];
    let began = desk.boss.fill(&refused, "look", &typed).await;
    let seen = desk.boss.follow(&began).await.says(&["You see what Ada sees.", "Sign the plans"]);
    let seen = seen.says_nothing_of(&["Pay the deposit", "tbm_", "Notes and budget"]);
    assert_eq!(seen.html.matches("name=\"action\"").count(), 1, "there is no button but End");
    // The secret opens this page alone, and for nobody without the work session.
    let look = desk.path("/view-as-owner/now");
    let mut other = staff_browser(&desk.server, &desk.builder, "mia@elm.example", "admin").await;
    let secret = desk.boss.cookies["titleblock-look"].clone();
    other.cookies.insert("titleblock-look".to_owned(), secret.clone());
    other.look(&look).await.is(200).says(&["through nobody's eyes"]);
    let mut stranger = Browser::new(&desk.server);
    stranger.cookies.insert("titleblock-look".to_owned(), secret.clone());
    assert!(stranger.look(&look).await.leads_to().starts_with("/sign-in"));
    stranger.cookies.insert("titleblock".to_owned(), secret);
    assert!(stranger.look("/me").await.leads_to().starts_with("/sign-in"));
    // The owner finds it in their own history.
    let mut owner = Browser::new(&desk.server);
    owner.sign_in("ada@example.org", PASSWORD).await.leads_to();
    let history = format!("/me/history?contact={}", ada.contact);
    owner.look(&history).await.is(200).says(&["She cannot find the plans"]);
    let ended = desk.boss.fill(&seen, "end", &[]).await;
    desk.boss.follow(&ended).await.says(&["By staff", "She cannot find the plans", "Mia Mason"]);
    assert!(!desk.boss.cookies.contains_key("titleblock-look"));
    desk.boss.look(&look).await.is(200).says(&["through nobody's eyes"]);
}

/// Whoever leaves a browser looks through nobody's eyes from there any more (H13, promise 25).
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_and_signing_in_end_a_look_and_the_browser_forgets_it() {
    let mut desk = Desk::start().await;
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada.contact]).await;
    desk.server.staff(&desk.builder, "mia@elm.example", "admin", &[]).await;
    let form = desk.path("/view-as-owner");
    let contact = ada.contact.to_string();
    for leaving in ["sign-out", "another", "themselves", "everywhere", "account", "idle"] {
        let mut mia = Browser::new(&desk.server);
        assert_eq!(mia.sign_in("mia@elm.example", STAFF_PASSWORD).await.leads_to(), "/jobs");
        let page = mia.look(&form).await.is(200);
        let typed = [("contact", &*contact), ("reason", leaving), ("minutes", "30")];
        let began = mia.fill(&page, "look", &typed).await;
        mia.follow(&began).await.says(&["You see what Ada sees."]);
        let secret = mia.cookies["titleblock-look"].clone();
        desk.server.caller(&secret).get("/v1/me").await.is(200);
        let sign_in =
            |email, password| [("action", "sign-in"), ("email", email), ("password", password)];
        match leaving {
            "sign-out" => mia.send("/sign-out", &[]).await.leads_to().to_owned(),
            "another" => {
                let ada = sign_in("ada@example.org", PASSWORD);
                mia.send("/sign-in", &ada).await.leads_to().to_owned()
            }
            "themselves" => {
                let same = sign_in("mia@elm.example", STAFF_PASSWORD);
                mia.send("/sign-in", &same).await.leads_to().to_owned()
            }
            "everywhere" => {
                mia.send("/me/sessions", &[("action", "end-all")]).await.leads_to().to_owned()
            }
            "account" => {
                let page = mia.look("/accounts").await.is(200);
                let typed = [("password", STAFF_PASSWORD)];
                mia.fill(&page, "work", &typed).await.leads_to().to_owned()
            }
            // The work has run out before.
            _ => {
                mia.cookies.remove("titleblock-work");
                mia.send("/sign-out", &[]).await.leads_to().to_owned()
            }
        };
        assert!(!mia.cookies.contains_key("titleblock-look"), "{leaving}");
        let over = desk.server.caller(&secret).get("/v1/me").await;
        assert_eq!(over.status, 401, "{leaving}");
        let page = desk.look("/view-as-owner").await.says(&[leaving, "By staff"]);
        assert!(!page.html.contains("value=\"end\""), "{leaving}: {}", page.html);
    }
    // A wrong password ends nothing.
    let mut mia = Browser::new(&desk.server);
    mia.sign_in("mia@elm.example", STAFF_PASSWORD).await.leads_to();
    let page = mia.look(&form).await.is(200);
    let typed = [("contact", &*contact), ("reason", "Again"), ("minutes", "30")];
    mia.fill(&page, "look", &typed).await.leads_to();
    let wrong = [("action", "sign-in"), ("email", "ada@example.org"), ("password", "not hers")];
    mia.send("/sign-in", &wrong).await.is(401);
    mia.look(&desk.path("/view-as-owner/now")).await.is(200).says(&["You see what Ada sees."]);
}

/// The same by the link of an invitation to a subcontractor's organisation, whatever is pressed there.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_by_an_organisations_link_looks_through_nobodys_eyes_any_more() {
    let mut desk = Desk::start().await;
    let ada = desk.server.owner(&desk.builder, "ada@example.org", PASSWORD).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada.contact]).await;
    desk.server.staff(&desk.builder, "mia@elm.example", "admin", &[]).await;
    let pipes = ("Pipes", "Pia Pipe", "pia@pipes.example");
    let (_, _, link) = trades::invited(&desk.server, &desk.builder, pipes, "Barn").await;
    let pia = trades::accept_anew(&desk.server, &link).await;
    let contact = ada.contact.to_string();
    let anew = [("password", PASSWORD), ("password_again", PASSWORD)];
    for (email, action, typed) in [
        ("nia@pipes.example", "sign-out", &[][..]),
        ("noa@pipes.example", "accept", &anew),
        ("ada@example.org", "sign-in", &anew[..1]),
    ] {
        let mut mia = Browser::new(&desk.server);
        assert_eq!(mia.sign_in("mia@elm.example", STAFF_PASSWORD).await.leads_to(), "/jobs");
        let page = mia.look(&desk.path("/view-as-owner")).await.is(200);
        let look = [("contact", &*contact), ("reason", action), ("minutes", "30")];
        mia.fill(&page, "look", &look).await.leads_to();
        let secret = mia.cookies["titleblock-look"].clone();
        desk.server.caller(&secret).get("/v1/me").await.is(200);
        if action != "sign-out" {
            // Her own things have run out before, and nobody has signed out.
            mia.cookies.remove("titleblock");
        }
        let (_, link) = trades::add_user(&desk.server, &pia, email).await;
        let page = mia.look(&format!("/org-invitations/{link}")).await.is(200);
        mia.fill(&page, action, typed).await.leads_to();
        assert!(!mia.cookies.contains_key("titleblock-look"), "{action}");
        desk.server.caller(&secret).get("/v1/me").await.is(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_shows_what_it_grants() {
    let mut desk = Desk::start().await;
    let ada = desk.builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    desk.job = desk.builder.admin.job("Oak St porch", &[ada]).await;
    let grants = ["manage_access", "impersonate"];
    desk.server.staff(&desk.builder, "mia@elm.example", "staff", &grants).await;
    let mut mia = Browser::new(&desk.server);
    assert_eq!(mia.sign_in("mia@elm.example", STAFF_PASSWORD).await.leads_to(), "/jobs");
    let owner = desk.path(&format!("/owners/{ada}"));
    let page = mia.look(&owner).await.is(200);
    assert!(page.html.contains("value=\"disable\""), "{}", page.html);
    let look = desk.path("/view-as-owner");
    assert!(mia.look(&look).await.is(200).html.contains("value=\"look\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_adds_an_owner_with_an_invite_on_a_phone() {
    let Some(chromium) = Chromium::of_width(390).await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = std::sync::Arc::new(chromium);
    let browser = std::sync::Arc::clone(&chromium);
    let went = tokio::spawn(async move { adds_an_owner(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn adds_an_owner(browser: &Chromium) {
    // R3 to R7, R57, R58
    let desk = Desk::start().await;
    let base = desk.server.base.clone();
    let name = "Margaret-Ellsworth-Hutchinson-of-Elm-Street ".repeat(4);
    desk.builder.admin.contact(name.trim(), Some("margaret@example.org")).await;
    browser.look(&format!("{base}/sign-in?next={}", desk.path("/owners"))).await;
    browser.types("#email", "boss@elm.example").await;
    browser.types("#password", PASSWORD).await;
    browser.presses("button[value=sign-in]").await;
    browser.shows("Add Owner").await;
    browser.presses("a.main[href$='/owners/new']").await;
    browser.shows("Security & Login").await;
    browser.types("#name", "Ada Byron").await;
    browser.types("#primary_email", "ada@example.org").await;
    browser.types("#phones-0", "555-0101").await;
    browser.types("#address", "12 Elm St").await;
    browser.presses("button[value=stage]").await;
    browser.shows("Click Save to send invite.").await;
    assert_eq!(browser.tells("document.querySelector('#name').value").await, "Ada Byron");
    assert_eq!(desk.owners().await, []);
    browser.presses("button.main[value=save]").await;
    browser.shows("pending until it is accepted").await;
    let ada = desk.contact("Ada").await;
    assert_eq!(desk.mails(ada).await, 1);
    // Enter saves, and stages nothing.
    browser.look(&format!("{base}{}", desk.path("/owners/new"))).await;
    browser.types("#name", "Bob Hill\n").await;
    browser.shows("has not been invited").await;
    let margaret = desk.contact("Margaret").await;
    let choose = desk.path(&format!("/owners/existing?contact={margaret}"));
    browser.look(&format!("{base}{choose}")).await;
    browser.presses("button.main[value=save]").await;
    browser.shows("3 owners").await;
    let below = [
        String::new(),
        format!("/owners/{ada}"),
        format!("/owners/{margaret}"),
        "/owners/existing".to_owned(),
        "/tasks".to_owned(),
        "/milestones".to_owned(),
        "/todos".to_owned(),
        "/notes".to_owned(),
        "/view-as-owner".to_owned(),
    ];
    for below in &below {
        browser.look(&format!("{base}{}", desk.path(below))).await;
        browser.shows("Sign out").await;
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
