//! The book of contacts as a builder's people see and keep it.

use super::super::harness::{Builder, Caller, Server, send};
use super::browser::{Browser, Seen, staff_browser};
use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

struct Office {
    server: Server,
    builder: Builder,
    browser: Browser,
}

impl Office {
    /// A company with an admin at the browser.
    async fn open() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let browser = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
        Self { server, builder, browser }
    }

    fn api(&self) -> &Caller {
        &self.builder.admin
    }

    async fn contact(&self, body: Value) -> Uuid {
        self.api().post("/v1/contacts", body).await.is(201).id()
    }

    /// A contact whose owner is active.
    async fn active(&self, name: &str, email: &str) -> Uuid {
        let contact = self.api().contact(name, Some(email)).await;
        self.api().order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
        self.server.accept(&self.builder, contact).await;
        contact
    }

    async fn page(&mut self, contact: Uuid) -> Seen {
        self.browser.look(&format!("/contacts/{contact}")).await.is(200)
    }

    /// Presses a button of the contact's page, and goes where it leads.
    async fn does(&mut self, contact: Uuid, action: &str, typed: &[(&str, &str)]) -> Seen {
        let page = self.page(contact).await;
        let done = self.browser.fill(&page, action, typed).await;
        self.browser.follow(&done).await
    }

    /// The same, where it is refused.
    async fn tries(&mut self, contact: Uuid, action: &str, typed: &[(&str, &str)]) -> Seen {
        let page = self.page(contact).await;
        self.browser.fill(&page, action, typed).await
    }

    /// The contact as the API has it now.
    async fn kept(&self, contact: Uuid) -> Value {
        let last = self.api().post("/v1/leads", json!({ "title": "Later" })).await.is(201);
        self.api().get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200).body
    }
}

fn offers(page: &Seen, action: &str) -> bool {
    page.html.contains(&format!("name=\"action\" value=\"{action}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn send_invite_waits_for_the_save_and_the_list_shows_who_is_pending() {
    // R2 to R7, R16, R22, R110
    let mut office = Office::open().await;
    let browser = &mut office.browser;
    browser.look("/contacts").await.is(200).says(&["There is nobody in the book yet."]);
    let page = browser.look("/contacts/new").await.is(200).says(&["Saving alone invites nobody."]);
    let typed = [
        ("name", "Ada Byron"),
        ("title", "Ms"),
        ("phones", "555-0101"),
        ("address", "12 Elm St\r\nMillbrook"),
        ("primary_email", "ada@example.org"),
        ("additional_emails", "ada@work.example"),
    ];
    let staged = browser.fill(&page, "stage", &typed).await.is(200);
    let staged = staged.says(&["Click Save to send invite.", "goes out when you save"]);
    assert_eq!(staged.form("save").value("address"), "12 Elm St\nMillbrook");
    let listed = office.builder.admin.get("/v1/contacts").await.is(200);
    assert!(listed.each("id").is_empty(), "Send Invite alone saves and sends nothing (R5)");
    let saved = browser.fill(&staged, "save", &[]).await;
    let contact = browser.follow(&saved).await.says(&[
        "Ms Ada Byron",
        "the invitation is on its way",
        "Pending",
        "Nobody has answered yet.",
        "Mailed to ada@example.org",
        "ada@work.example",
        "12 Elm St\nMillbrook",
    ]);
    assert!(offers(&contact, "resend") && offers(&contact, "cancel"), "R8");

    // Without Send Invite nobody is invited (R4).
    let page = browser.look("/contacts/new").await.is(200);
    let unstaged = browser.fill(&page, "stage", &[("name", "Bea")]).await;
    let unstaged = browser.fill(&unstaged, "unstage", &[]).await.is(200);
    let saved = browser.fill(&unstaged, "save", &[]).await;
    browser.follow(&saved).await.says(&["Nobody has been invited.", "Not invited"]);

    let list = browser.look("/contacts").await.is(200).says(&["Ada Byron", "Bea", "Not invited"]);
    for heading in ["Title", "Name", "Phone", "Email", "Status", "Actions"] {
        assert!(list.html.contains(&format!(">{heading}</th>")), "{heading}");
    }
    let found = browser.look("/contacts?search=by&status=pending").await.is(200);
    let found = found.says(&["Ada Byron", "555-0101", "ada@example.org"]);
    assert!(!found.text().contains("Bea"), "{}", found.html);
    browser.look("/contacts?search=nobody").await.is(200).says(&["No contact is like that."]);
    let odd = browser.look("/contacts?status=asleep&search=by").await.is(422);
    let odd = odd.says(&["Status must be one of"]);
    assert!(odd.html.contains("value=\"by\""), "what was typed stays: {}", odd.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_paged() {
    let mut office = Office::open().await;
    for number in 0..60 {
        office.contact(json!({ "name": format!("Contact {number:02}") })).await;
    }
    let first = office.browser.look("/contacts?search=contact").await.is(200);
    let first = first.says(&["Contact 00", "Contact 49"]).says_nothing_of(&["Contact 50"]);
    let (_, next) =
        first.html.split_once("href=\"/contacts?search=contact&amp;cursor=").expect("on");
    let next = next.split('"').next().expect("a cursor");
    let next = format!("/contacts?search=contact&cursor={next}");
    let second = office.browser.look(&next).await.is(200);
    second.says(&["Contact 50", "Contact 59", "Back to the first page"]);
    office.browser.look("/contacts?cursor=nonsense").await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_contact_with_an_active_owners_email_gets_the_alert_and_the_link_to_that_contact() {
    // R25, R26
    let mut office = Office::open().await;
    let ada = office.active("Ada Byron", "ada@example.org").await;
    let page = office.browser.look("/contacts/new").await.is(200);
    let typed =
        [("name", "Ada again"), ("primary_email", "ADA@example.org"), ("phones", "555-0177")];
    let refused = office.browser.fill(&page, "save", &typed).await.is(409);
    let refused = refused.says(&[
        "This email is currently the Primary Email associated with another account.",
        "Rule R25",
        "The existing contact with this email: Ada Byron",
    ]);
    assert!(refused.html.contains(&format!("href=\"/contacts/{ada}\"")), "{}", refused.html);
    assert!(refused.html.contains("id=\"primary_email-wrong\""), "beside the field");
    let form = refused.form("save");
    let kept = [form.value("name"), form.value("primary_email"), form.value("phones")];
    assert_eq!(kept, ["Ada again", "ADA@example.org", "555-0177"]);
    // With the invitation staged, a holder who was never active is named (R27).
    let bea = office.api().contact("Bea", Some("bea@example.org")).await;
    office.api().order(&format!("/v1/contacts/{bea}/invite")).await.is(200);
    let typed = [("name", "Bea too"), ("primary_email", "bea@example.org")];
    let staged = office.browser.fill(&page, "stage", &typed).await.is(200);
    let refused = office.browser.fill(&staged, "save", &[]).await.is(409);
    let refused = refused.says(&["The primary email is claimed by Bea.", "Rule R27"]);
    assert!(refused.html.contains(&format!("href=\"/contacts/{bea}\"")));
    assert_eq!(refused.form("save").value("send_invite"), "yes", "it is staged still");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_contact_is_locked_until_the_invite_is_cancelled_and_then_edited_and_invited_again()
 {
    // R7, R8, R42, R43, G1, H5
    let mut office = Office::open().await;
    let ada = office.contact(json!({ "name": "Ada", "primary_email": "ada@example.org" })).await;
    let open = office.does(ada, "invite", &[]).await.says(&["The invitation is on its way"]);
    let locked = open.says(&[
        "Why may I not edit this?",
        "The contact's info is locked since the invitation was sent.",
        "Invitation sent",
        "Cancel the pending invite, edit the contact info, then resend the invite (R43).",
        "Rule R42",
    ]);
    assert!(!offers(&locked, "edit") && !offers(&locked, "primary") && !offers(&locked, "invite"));
    // Whoever had the form open still is refused, and loses nothing.
    let typed = [("action", "edit"), ("name", "Ada King"), ("name_shown", "Ada")];
    let path = format!("/contacts/{ada}");
    let refused = office.browser.send(&path, &typed).await.is(409).says(&["Rule R42"]);
    assert_eq!(refused.form("edit").value("name"), "Ada King");

    let free = office.does(ada, "cancel", &[]).await.says(&["The invitation is taken back."]);
    let free = free.says(&["Not invited", "Cancelled"]);
    assert!(!free.text().contains("Why may I not edit this?"), "{}", free.html);
    let saved = office.does(ada, "edit", &[("name", "Ada King"), ("phones", "555-0101")]).await;
    saved.says(&["The contact is saved.", "Ada King", "555-0101"]);
    office.does(ada, "primary", &[("primary_email", "ada@king.example")]).await;
    office.does(ada, "invite", &[]).await.says(&["Pending", "Mailed to ada@king.example"]);
    office.does(ada, "resend", &[]).await.says(&["2 mails so far"]);
    // The address was wrong after all: one step.
    let same = office.tries(ada, "redirect", &[("redirect_to", "ada@king.example")]).await.is(422);
    let same = same.says(&["The invitation went to this address already."]);
    assert!(same.html.contains("id=\"redirect_to-wrong\""), "{}", same.html);
    let there = office.does(ada, "redirect", &[("redirect_to", "ada@right.example")]).await;
    there.says(&["Mailed to ada@right.example", "new primary email"]);
    let nothing = office.does(ada, "cancel", &[]).await;
    let unchanged = office.browser.fill(&nothing, "edit", &[]).await;
    assert_eq!(unchanged.leads_to(), format!("{path}?done=contact-unchanged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_owners_info_is_theirs_until_they_are_deactivated_with_a_reason() {
    // R9, R10, R35, R38 to R41, R44, G3
    let mut office = Office::open().await;
    let ada = office.active("Ada", "ada@example.org").await;
    let page = office.page(ada).await.says(&[
        "Active",
        "Only the active owner can update this contact's info.",
        "Deactivate the Owner, edit the info, then resend the invite (R44).",
        "Rule R39",
        "Owner active",
    ]);
    assert!(page.html.contains("href=\"?open=deactivate#deactivate\""), "the remedy is at hand");
    assert!(!offers(&page, "edit") && !offers(&page, "swap") && offers(&page, "add-email"));
    let added = office.does(ada, "add-email", &[("new_email", "ada@work.example")]).await;
    assert!(offers(&added, "change-email") && !offers(&added, "remove-email"), "G5");
    let path = format!("/contacts/{ada}");
    let remove = [("action", "remove-email"), ("from", "ada@work.example")];
    office.browser.send(&path, &remove).await.is(409).says(&["Rule G5"]);

    let disable = [("disable_reason", "Pays <nothing>")];
    let disabled = office.does(ada, "disable", &disable).await;
    let disabled = disabled.says(&["Disabled", "active before, and again once it is enabled"]);
    assert!(!offers(&disabled, "edit"), "the info is the owner's still");
    office.does(ada, "enable", &[]).await.says(&["The access is as it was before.", "Active"]);

    let why = office.tries(ada, "deactivate", &[]).await.is(422);
    let why = why.says(&["Deactivating an owner asks for a reason."]);
    assert!(why.html.contains("id=\"deactivate_reason-wrong\""), "{}", why.html);
    let typed = [("deactivate_reason", "Moved out")];
    office.does(ada, "deactivate", &typed).await.says(&["Deactivated", "invite again"]);
    office.does(ada, "edit", &[("name", "Ada King")]).await.says(&["Ada King"]);
    office.does(ada, "invite", &[]).await.says(&["Pending", "Mailed to ada@example.org"]);
    let history = office.api().get(&format!("/v1/contacts/{ada}/history")).await.is(200);
    let reasons: Vec<String> = history.each("reason");
    assert!(reasons.iter().any(|reason| reason == "Moved out"), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_to_a_claimed_email_names_who_has_it_and_links_the_three_remedies() {
    // R23, R27 to R31, G2
    let mut office = Office::open().await;
    let bea = office.contact(json!({ "name": "Bea", "primary_email": "us@example.org" })).await;
    let body = json!({ "name": "Ada", "primary_email": "us@example.org",
        "additional_emails": ["ada@example.org"] });
    let ada = office.contact(body).await;
    office.page(ada).await.says(&["Is this person in the book twice?", "only one can be invited"]);
    office.does(bea, "invite", &[]).await;
    let refused = office.tries(ada, "invite", &[]).await.is(409).says(&[
        "The primary email is claimed by Bea.",
        "Rule R27",
        "What you can do",
    ]);
    for link in [
        format!("/contacts/{bea}"),
        format!("/contacts/{ada}/delete"),
        format!("/contacts/merge?contact={bea}&amp;contact={ada}"),
        "#emails".to_owned(),
    ] {
        assert!(refused.html.contains(&format!("href=\"{link}\"")), "{link}: {}", refused.html);
    }
    let swapped = office.does(ada, "swap", &[("from", "ada@example.org")]).await;
    swapped.says(&["have changed places"]);
    office.does(ada, "invite", &[]).await.says(&["Mailed to ada@example.org"]);
    let kept = office.kept(ada).await;
    assert_eq!(kept["additional_emails"], json!(["us@example.org"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_has_six_emails_and_a_seventh_is_refused_beside_the_field() {
    // R20, R22, R33, G7
    let mut office = Office::open().await;
    let ada = office.contact(json!({ "name": "Ada" })).await;
    let page = office.page(ada).await.says(&["Once there is a primary email"]);
    assert!(!offers(&page, "add-email") && !offers(&page, "invite"), "R22, R17");
    let typed = [("primary_email", "nothing")];
    let refused = office.tries(ada, "primary", &typed).await.is(422);
    assert_eq!(refused.form("primary").value("primary_email"), "nothing");
    office.does(ada, "primary", &[("primary_email", "ada@example.org")]).await;
    for number in 1..=5 {
        let typed = format!("ada{number}@example.org");
        office.does(ada, "add-email", &[("new_email", &typed)]).await.says(&[&typed]);
    }
    let refused = office.tries(ada, "add-email", &[("new_email", "ada6@example.org")]).await;
    let refused = refused.is(422).says(&["at most six emails", "Rule R20"]);
    assert!(refused.html.contains("id=\"new_email-wrong\""), "{}", refused.html);
    assert_eq!(refused.form("add-email").value("new_email"), "ada6@example.org");

    let path = format!("/contacts/{ada}");
    let change =
        |to| [("action", "change-email"), ("from", "ada1@example.org"), ("to", to), ("place", "0")];
    let refused = office.browser.send(&path, &change("ada2@example.org")).await.is(409);
    let refused = refused.says(&["The contact has this email already.", "Rule G7"]);
    assert!(refused.html.contains("id=\"to-0-wrong\""), "{}", refused.html);
    office.browser.send(&path, &change("nothing")).await.is(422).says(&["exactly one @"]);
    let changed = office.browser.send(&path, &change("ada@work.example")).await;
    office.browser.follow(&changed).await.says(&["is saved", "ada@work.example"]);
    let remove = [("action", "remove-email"), ("from", "ada5@example.org")];
    let removed = office.browser.send(&path, &remove).await;
    office.browser.follow(&removed).await.says_nothing_of(&["ada5@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_fields_are_kept_in_any_state_and_a_value_of_the_wrong_kind_is_shown_again() {
    // R41, G6
    let mut office = Office::open().await;
    let fields = json!({ "fields": [
        { "name": "name", "label": "Gate code", "kind": "text" },
        { "name": "size", "label": "Lot size", "kind": "number" },
        { "name": "since", "label": "Since", "kind": "date" },
        { "name": "roof", "label": "Roof", "kind": "choice", "choices": ["Slate", "Tin"] }] });
    office.api().put("/v1/custom-fields", fields).await.is(200);
    let ada = office.active("Ada", "ada@example.org").await;
    let typed = [("custom-name", "4711"), ("custom-size", "12.50"), ("custom-roof", "Tin")];
    let saved = office.does(ada, "fields", &typed).await.says(&["The custom fields are saved."]);
    let form = saved.form("fields");
    let there = [form.value("custom-name"), form.value("custom-size"), form.value("custom-roof")];
    assert_eq!(there, ["4711", "12.5", "Tin"]);
    let typed = [("custom-name", ""), ("custom-size", "wide"), ("custom-since", "2026-05-31")];
    let refused = office.tries(ada, "fields", &typed).await.is(422);
    let refused = refused.says(&["must be a decimal number", "Rule R41", "What stands above"]);
    assert!(refused.html.contains("id=\"custom-size-wrong\""), "{}", refused.html);
    let form = refused.form("fields");
    assert_eq!((form.value("custom-size"), form.value("custom-since")), ("wide", "2026-05-31"));
    let again = office.browser.fill(&refused, "fields", &[("custom-size", "13")]).await;
    office.browser.follow(&again).await;
    let kept = office.kept(ada).await;
    let expected = json!({ "size": "13", "since": "2026-05-31", "roof": "Tin" });
    assert_eq!(kept["custom_fields"], expected, "cleared, kept and set");
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_merged_after_a_look_and_the_merge_is_taken_back_with_what_stays() {
    // R29, H2
    let mut office = Office::open().await;
    let body = json!({ "name": "Ada", "primary_email": "ada@example.org", "phones": ["555-0101"] });
    let ada = office.contact(body).await;
    let body = json!({ "name": "Ada <Byron>", "primary_email": "ada@work.example",
        "address": "12 Elm St" });
    let twin = office.contact(body).await;
    let job = office.api().job("Elm kitchen", &[twin]).await;
    office.api().post("/v1/leads", json!({ "title": "Porch", "contact_id": twin })).await.is(201);
    let list = office.browser.look("/contacts").await.is(200).says(&["Checked Actions"]);
    for contact in [ada, twin] {
        let tick = format!("name=\"contact\" value=\"{contact}\"");
        assert!(list.html.contains(&tick), "{}", list.html);
    }
    assert!(list.html.contains("action=\"/contacts/merge\""));

    let path = format!("/contacts/merge?contact={ada}&contact={twin}");
    let look = office.browser.look(&path).await.is(200).says(&[
        "Who stays",
        "What a merge does",
        "Ada gets one job and one lead of the others.",
        "12 Elm St",
        "ada@work.example",
    ]);
    let merge = look.form("merge");
    assert_eq!(merge.value("survivor"), ada.to_string());
    assert_eq!(office.kept(ada).await["address"], Value::Null, "a look changes nothing");
    let twins = twin.to_string();
    let look = office.browser.fill(&look, "look", &[("name", &twins)]).await.is(200);
    let look = look.says(&["Ada → Ada <Byron>"]);
    let merged = office.browser.fill(&look, "merge", &[]).await;
    assert_eq!(merged.leads_to(), format!("/contacts/{ada}?done=contacts-merged"));
    let page = office.browser.follow(&merged).await.says(&[
        "Ada <Byron>",
        "Merged into this contact",
        "12 Elm St",
        "Elm kitchen",
        "Porch",
    ]);
    // The other one leads here, with a note.
    let old = office.browser.look(&format!("/contacts/{twin}")).await;
    office.browser.follow(&old).await.says(&["was merged into this one"]);
    let again = office.browser.look(&path).await.is(409);
    again.says(&["The contact was merged into another"]);

    let undone = office.browser.fill(&page, "unmerge", &[]).await;
    let twins = office.browser.follow(&undone).await.says(&[
        "stands for itself again",
        "What could not be taken back",
        "Ada <Byron> keeps the name of this contact.",
        "Ada <Byron> keeps the address of this contact.",
        "Elm kitchen",
    ]);
    assert!(twins.html.contains(&format!("href=\"/jobs/{job}\"")), "{}", twins.html);
    let page = office.page(ada).await;
    assert!(!offers(&page, "unmerge") && !page.text().contains("Elm kitchen"), "{}", page.html);
    let unmerge = format!("/contacts/{twin}/unmerge");
    office.browser.send(&unmerge, &[("action", "unmerge")]).await.is(409).says(&["not merged"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_owner_is_active_stays_and_two_who_are_active_are_not_merged() {
    // H2, R38
    let mut office = Office::open().await;
    let ada = office.contact(json!({ "name": "Ada", "address": "12 Elm St" })).await;
    let bea = office.active("Bea", "bea@example.org").await;
    let path = format!("/contacts/merge?contact={ada}&contact={bea}");
    let look = office.browser.look(&path).await.is(200);
    let look = look.says(&["stay as they are: Only the active owner", "(rule R39)"]);
    assert_eq!(look.form("merge").value("survivor"), bea.to_string(), "nobody has to find out");
    // Who insists is told, and may choose again.
    let adas = ada.to_string();
    let refused = office.browser.fill(&look, "merge", &[("survivor", &adas)]).await.is(409);
    let refused = refused.says(&[
        "The contact whose owner is active survives a merge.",
        "Merge the others into that contact.",
        "That is: Bea",
        "Rule H2",
    ]);
    assert_eq!(refused.form("merge").value("survivor"), adas, "what was chosen stays chosen");
    let cem = office.active("Cem", "cem@example.org").await;
    let path = format!("/contacts/merge?contact={bea}&contact={cem}");
    let refused = office.browser.look(&path).await.is(409);
    refused.says(&["Deactivate one of the owners first, with a reason.", "Rule H2"]);
    assert_eq!(office.kept(cem).await["life"], "live");
    // One is not enough, the same twice is one, and none is a page that says how.
    for path in [
        format!("/contacts/merge?contact={ada}"),
        format!("/contacts/merge?contact={ada}&contact={ada}"),
    ] {
        office.browser.look(&path).await.is(422).says(&["Tick two or more contacts"]);
    }
    office.browser.look("/contacts/merge").await.is(200).says(&["Tick two or more contacts"]);
    office.browser.look("/contacts/merge?contact=ada").await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_six_emails_somebody_picks_those_that_are_kept() {
    // H2, R20
    let mut office = Office::open().await;
    let mut ids = Vec::new();
    for name in ["ada", "bea"] {
        let more: Vec<String> = (1..=3).map(|n| format!("{name}{n}@example.org")).collect();
        let body = json!({ "name": name, "primary_email": format!("{name}@example.org"),
            "additional_emails": more });
        ids.push(office.contact(body).await);
    }
    let path = format!("/contacts/merge?contact={}&contact={}", ids[0], ids[1]);
    let refused = office.browser.look(&path).await.is(422);
    let refused = refused.says(&["more than six emails", "Untick the emails", "Rule H2"]);
    // As a browser sends it with two boxes unticked.
    let unticked = ["bea2@example.org", "bea3@example.org"];
    let mut fields = refused.form("merge").fields;
    fields.retain(|(_, value)| !unticked.contains(&&**value));
    fields.push(("action".to_owned(), "merge".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    let merged = office.browser.send("/contacts/merge", &fields).await;
    office.browser.follow(&merged).await;
    let kept = office.kept(ids[0]).await;
    let expected = [
        "ada1@example.org",
        "ada2@example.org",
        "ada3@example.org",
        "bea@example.org",
        "bea1@example.org",
    ];
    assert_eq!(kept["additional_emails"], json!(expected));
    assert_eq!(kept["primary_email"], "ada@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_there_twice_is_listed_with_the_reason_and_a_way_to_merge() {
    // R24, R29
    let mut office = Office::open().await;
    office.browser.look("/contacts/duplicates").await.is(200).says(&["Nobody seems to be"]);
    let phone = json!(["(212) 555-0180"]);
    let ada = office.contact(json!({ "name": "Ada", "phones": phone })).await;
    let twin = office.contact(json!({ "name": "A. Byron", "phones": phone })).await;
    let bea = office.active("Bea", "ada@example.org").await;
    let body = json!({ "name": "Cem", "primary_email": "other@example.org" });
    let cem = office.contact(body).await;
    let page = office.browser.look("/contacts/duplicates").await.is(200);
    let page = page.says(&["The same phone", "Ada", "A. Byron", "Merge these"]);
    for contact in [ada, twin] {
        assert!(page.html.contains(&format!("name=\"contact\" value=\"{contact}\" checked")));
    }
    assert!(!page.html.contains(&bea.to_string()) && !page.html.contains(&cem.to_string()));
    let of_cem = format!("/contacts/duplicates?contact={cem}");
    office.browser.look(&of_cem).await.is(200).says(&["Nobody seems to be"]);
    office.browser.look("/contacts/duplicates?reason=looks").await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_deleted_after_a_question_and_restored() {
    // H7, R124
    let mut office = Office::open().await;
    let ada = office.contact(json!({ "name": "Ada", "primary_email": "ada@example.org" })).await;
    let job = office.api().job("Elm kitchen", &[ada]).await;
    let question = office.browser.look(&format!("/contacts/{ada}/delete")).await.is(200);
    let question = question.says(&["Delete Ada?", "Elm kitchen", "Yes, delete", "No, keep it"]);
    let asked = office.browser.send(&format!("/contacts/{ada}/delete"), &[("action", "x")]).await;
    assert_eq!(asked.status, 422, "nothing is deleted unasked");
    let deleted = office.browser.fill(&question, "delete", &[]).await;
    let page = office.browser.follow(&deleted).await;
    let page = page.says(&["This contact is deleted", "It can be restored."]);
    for gone in ["invite", "edit", "add-email", "permissions", "disable"] {
        assert!(!offers(&page, gone), "{gone}");
    }
    office.browser.look("/contacts").await.is(200).says_nothing_of(&[&ada.to_string()]);
    office.browser.look("/contacts?status=deleted").await.is(200).says(&["Ada", "Deleted"]);
    let owners = office.api().get(&format!("/v1/jobs/{job}/owners")).await.is(200);
    assert!(owners.each("id").is_empty());
    let restored = office.browser.fill(&page, "restore", &[]).await;
    let page = office.browser.follow(&restored).await.says(&["in the book again", "Not invited"]);
    assert!(offers(&page, "invite"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_contact_may_do_in_the_portal_is_a_set() {
    // R115 to R120, G12, G14
    let mut office = Office::open().await;
    let ada = office.contact(json!({ "name": "Ada" })).await;
    let page = office.page(ada).await;
    assert_eq!(page.form("permissions").value("permissions"), "admin_access");
    let path = format!("/contacts/{ada}");
    let two = [
        ("action", "permissions"),
        ("permissions", "access_billing"),
        ("permissions", "edit_contact"),
    ];
    let saved = office.browser.send(&path, &two).await;
    office.browser.follow(&saved).await.says(&["The portal permissions are saved."]);
    let kept = office.kept(ada).await;
    assert_eq!(kept["permissions"], json!(["access_billing", "edit_contact"]));
    let odd = [("action", "permissions"), ("permissions", "everything")];
    office.browser.send(&path, &odd).await.is(422);
    office.browser.send(&path, &[("action", "nonsense")]).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_image_is_seen_and_never_set_by_the_builder() {
    // R36, R37
    let mut office = Office::open().await;
    let password = super::PASSWORD;
    let ada = office.server.owner(&office.builder, "ada@example.org", password).await;
    let path = format!("/contacts/{}/image", ada.contact);
    office.browser.look(&path).await.is(404);
    let page = office.page(ada.contact).await;
    assert!(!page.html.contains("<img") && !page.html.contains("type=\"file\""));
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::new_rgb8(32, 32).write_to(&mut file, ImageFormat::Png).expect("a picture");
    let request = ada.session.request(Method::PUT, "/v1/me/image").body(file.into_inner());
    send(request.header("content-type", "image/png")).await.is(200);
    let page = office.page(ada.contact).await;
    assert!(page.html.contains(&format!("src=\"{path}\"")), "{}", page.html);
    let image = office.browser.look(&path).await.is(200);
    assert_eq!(image.headers["content-type"], "image/jpeg");
    assert_eq!(image.headers["x-content-type-options"], "nosniff");
    let mut stranger = Browser::new(&office.server);
    assert_eq!(stranger.look(&path).await.leads_to(), format!("/sign-in?next={path}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_or_has_no_grant_sees_no_buttons_and_is_refused() {
    // RULES.md 2.8
    let office = Office::open().await;
    let ada = office.active("Ada", "ada@example.org").await;
    let bea = office.contact(json!({ "name": "Bea", "primary_email": "bea@example.org" })).await;
    let path = format!("/contacts/{ada}");
    let merge = format!("/contacts/merge?contact={ada}&contact={bea}");
    let managed = ["disable", "deactivate", "permissions"];
    for role in ["auditor", "staff"] {
        let email = format!("{role}@elm.example");
        let mut browser = staff_browser(&office.server, &office.builder, &email, role).await;
        let list = browser.look("/contacts").await.is(200).says(&["Ada", "Bea"]);
        assert!(!list.html.contains("type=\"checkbox\""), "{role}: {}", list.html);
        assert_eq!(list.html.contains("href=\"/contacts/new\""), role == "staff");
        let page = browser.look(&path).await.is(200).says(&["Ada", "ada@example.org"]);
        for action in managed {
            assert!(!offers(&page, action), "{role} {action}");
            let typed =
                [("action", action), ("deactivate_reason", "x"), ("permissions", "edit_contact")];
            browser.send(&path, &typed).await.is(403).says(&["Rule 2.8"]);
        }
        assert_eq!(offers(&page, "add-email"), role == "staff");
        assert!(!page.html.contains(&format!("{path}/delete")), "{role}");
        let delete = format!("{path}/delete");
        browser.send(&delete, &[("action", "delete")]).await.is(403).says(&["Rule 2.8"]);
        let look = browser.look(&merge).await.is(403).says(&["Rule 2.8"]);
        assert!(!offers(&look, "merge"), "{role}");
        let asked = ada.to_string();
        let beas = bea.to_string();
        let fields = [
            ("action", "merge"),
            ("contact", &*asked),
            ("contact", &*beas),
            ("survivor", &*asked),
            ("survivor_shown", &*asked),
        ];
        browser.send("/contacts/merge", &fields).await.is(403);
        let of_bea = format!("/contacts/{bea}");
        let invites = browser.send(&of_bea, &[("action", "invite")]).await;
        assert_eq!(invites.status, if role == "staff" { 303 } else { 403 }, "{role}");
        let history = format!("href=\"{path}/history\"");
        assert_eq!(page.html.contains(&history), role == "auditor", "{role}");
    }
    assert_eq!(office.kept(ada).await["access"], "active");
    assert_eq!(office.kept(bea).await["life"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_contacts_are_nowhere() {
    let mut office = Office::open().await;
    let oak = office.server.builder("Oak").await;
    let theirs = oak.admin.contact("Olu Oakes", Some("olu@example.org")).await;
    let mine = office.contact(json!({ "name": "Ada" })).await;
    let unknown = Uuid::now_v7();
    let mut answers = Vec::new();
    for id in [theirs, unknown] {
        for page in ["", "/delete", "/image"] {
            let seen = office.browser.look(&format!("/contacts/{id}{page}")).await.is(404);
            seen.says_nothing_of(&["Olu", "Oak"]);
        }
        for action in ["edit", "invite", "cancel", "disable", "restore", "swap"] {
            let typed = [("action", action), ("name", "X"), ("from", "x@example.org")];
            office.browser.send(&format!("/contacts/{id}"), &typed).await.is(404);
        }
        office
            .browser
            .send(&format!("/contacts/{id}/delete"), &[("action", "delete")])
            .await
            .is(404);
        office.browser.send(&format!("/contacts/{id}/unmerge"), &[]).await.is(404);
        let merge = format!("/contacts/merge?contact={mine}&contact={id}");
        let seen = office.browser.look(&merge).await.is(404).says_nothing_of(&["Olu"]);
        answers.push(seen.text().split("Request").next().unwrap_or_default().to_owned());
        let path = format!("/contacts/{mine}?kept=job-full.{id}&from={id}&done=contact-unmerged");
        let seen = office.browser.look(&path).await.is(200).says_nothing_of(&["Olu"]);
        assert!(!seen.text().contains("could not be taken back"));
        let found = format!("/contacts/duplicates?contact={id}");
        office.browser.look(&found).await.is(200).says_nothing_of(&["Olu"]);
    }
    assert_eq!(answers[0], answers[1]);
    office.browser.look("/contacts").await.is(200).says(&["Ada"]).says_nothing_of(&["Olu"]);
}
