//! Who may edit a contact when, and whose an email is, in a real browser of the size of a phone.

use super::super::harness::{Builder, Server};
use super::PASSWORD;
use super::browser::staff_browser;
use super::real_browser::Chromium;
use super::real_browser::going::{PHONE, PHONE_WITHOUT_SCRIPTS};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const BOSS: &str = "boss@elm.example";
/// A long one, which no page may be made wider by.
const LONG: &str = "margaret.ellsworth-hutchinson.of.elm.street@example.org";

struct Office {
    server: Server,
    builder: Builder,
}

impl Office {
    async fn open() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons, builders of kitchens, porches and barns").await;
        staff_browser(&server, &builder, BOSS, "admin").await;
        Self { server, builder }
    }

    /// Signs the boss in on the way to a contact's page.
    async fn at(&self, browser: &Chromium, contact: Uuid, then: &str) {
        let path = format!("/contacts/{contact}");
        browser.signs_in(&self.server.base, &path, (BOSS, PASSWORD), then).await;
    }

    async fn look(&self, browser: &Chromium, contact: Uuid) {
        browser.look(&format!("{}/contacts/{contact}", self.server.base)).await;
        browser.shows("Security & Login").await;
    }

    async fn contact(&self, contact: Uuid) -> Value {
        self.builder.admin.get(&format!("/v1/contacts/{contact}")).await.is(200).body
    }
}

/// How many forms of the page have a button of this name.
async fn offers(browser: &Chromium, action: &str) -> bool {
    browser.counts(&format!("button[name='action'][value='{action}']")).await > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_contact_is_edited_only_after_its_invite_is_cancelled_and_is_invited_again() {
    // Scenario 4; R7, R8, R42, R43
    Chromium::goes(PHONE, cancels_edits_and_resends).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_contact_is_cancelled_edited_and_invited_again_without_javascript() {
    // R42, R43
    Chromium::goes(PHONE_WITHOUT_SCRIPTS, cancels_edits_and_resends).await;
}

async fn cancels_edits_and_resends(browser: Arc<Chromium>) {
    let office = Office::open().await;
    let ada = office.builder.admin.contact("Margaret Ellsworth-Hutchinson", Some(LONG)).await;
    office.at(&browser, ada, "Not invited").await;
    // Somebody else invites her while one types.
    browser.presses("#info details summary").await;
    browser.types("#name", "Margaret Hutchinson").await;
    office.server.invite(&office.builder, ada).await;
    browser.presses("#info button[value=edit]").await;
    browser.shows("That was not taken").await;
    browser.shows("Rule R42").await;
    let typed = browser.tells("document.querySelector('#name').value").await;
    assert_eq!(typed, "Margaret Hutchinson", "what was typed stays");
    assert_eq!(office.contact(ada).await["name"], "Margaret Ellsworth-Hutchinson");

    // Nobody is shown a way to edit her now, but why not and what to do.
    office.look(&browser, ada).await;
    for hidden in ["edit", "primary", "invite", "swap"] {
        assert!(!offers(&browser, hidden).await, "{hidden}");
    }
    assert!(offers(&browser, "resend").await && offers(&browser, "cancel").await, "R8");
    browser.presses("#info details summary").await;
    browser.shows("Cancel the pending invite, edit the contact info, then resend").await;
    browser.presses("#info button[value=cancel]").await;
    browser.shows("The invitation is taken back.").await;
    browser.presses("#info details summary").await;
    browser.types("#name", "Margaret Hutchinson").await;
    browser.presses("#info button[value=edit]").await;
    browser.shows("The contact is saved.").await;
    browser.presses("button[value=invite]").await;
    browser.shows("The invitation is on its way").await;
    browser.shows("Nobody has answered yet.").await;
    browser.presses("#access button[value=resend]").await;
    browser.shows("2 mails so far").await;
    let kept = office.contact(ada).await;
    assert_eq!(
        (&kept["name"], &kept["access"]),
        (&json!("Margaret Hutchinson"), &json!("pending"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_contact_is_not_edited_by_the_builder_but_for_additional_emails_and_fields() {
    // Scenario 5; R38 to R41, R44, G5
    Chromium::goes(PHONE, keeps_out).await;
}

async fn keeps_out(browser: Arc<Chromium>) {
    let office = Office::open().await;
    let admin = &office.builder.admin;
    let fields = json!({ "fields": [{ "name": "gate", "label": "Gate code", "kind": "text" }] });
    admin.put("/v1/custom-fields", fields).await.is(200);
    let ada = admin.contact("Ada Byron", Some(LONG)).await;
    office.at(&browser, ada, "Not invited").await;
    // She accepts while one types.
    browser.presses("#info details summary").await;
    browser.types("#name", "Ada of the builder's").await;
    office.server.invite(&office.builder, ada).await;
    office.server.accept(&office.builder, ada).await;
    browser.presses("#info button[value=edit]").await;
    browser.shows("That was not taken").await;
    browser.shows("Rule R39").await;
    assert_eq!(office.contact(ada).await["name"], "Ada Byron");

    office.look(&browser, ada).await;
    for hidden in ["edit", "primary", "invite", "cancel", "swap", "remove-email"] {
        assert!(!offers(&browser, hidden).await, "{hidden}");
    }
    browser.presses("#info details summary").await;
    browser.shows("Deactivate the Owner, edit the info, then resend the invite").await;
    // R40, R41: what is open all the same.
    browser.types("#new_email", "ada.at.work@example.org").await;
    browser.presses("button[value=add-email]").await;
    browser.shows("The additional email is added.").await;
    browser.presses("#emails details.entry summary").await;
    browser.types("#emails input[name=to]", "ada.at.home@example.org").await;
    browser.presses("button[value=change-email]").await;
    browser.shows("The additional email is saved.").await;
    assert!(!offers(&browser, "remove-email").await, "G5");
    browser.types("#custom-gate", "4711").await;
    browser.presses("button[value=fields]").await;
    browser.shows("The custom fields are saved.").await;
    let kept = office.contact(ada).await;
    assert_eq!(kept["additional_emails"], json!(["ada.at.home@example.org"]));
    assert_eq!(kept["custom_fields"]["gate"], "4711");
    // What the page has no form for is refused.
    let path = format!("/contacts/{ada}");
    let sent = [("action", "primary"), ("primary_email", "taken@example.org")];
    let (status, page) = browser.forces(&path, &sent).await;
    assert_eq!(status, 409, "{page}");
    assert_eq!(office.contact(ada).await["primary_email"], LONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_contacts_with_one_email_the_first_is_invited_and_the_second_is_told_who_has_it() {
    // Scenario 8; R27 to R30
    Chromium::goes(PHONE, claims).await;
}

async fn claims(browser: Arc<Chromium>) {
    let office = Office::open().await;
    let admin = &office.builder.admin;
    let ada = admin.contact("Margaret Ellsworth-Hutchinson", Some(LONG)).await;
    let bea = admin.contact("Bea Kroll", Some(LONG)).await;
    office.at(&browser, ada, "Not invited").await;
    browser.shows("Is this person in the book twice?").await;
    browser.presses("button[value=invite]").await;
    browser.shows("The invitation is on its way").await;

    office.look(&browser, bea).await;
    browser.presses("button[value=invite]").await;
    browser.shows("The primary email is claimed by Margaret Ellsworth-Hutchinson.").await;
    browser.shows("Rule R27").await;
    assert_eq!(browser.status().await, 409);
    // The three remedies, each a step away.
    let remedies = browser.ways(".ways a").await;
    let expected = [
        format!("/contacts/{ada}"),
        format!("/contacts/{bea}/delete"),
        format!("/contacts/merge?contact={ada}&contact={bea}"),
        "#emails".to_owned(),
    ];
    assert_eq!(remedies, expected);
    assert_eq!(office.server.mails(office.builder.id, bea).await.len(), 0);
    assert_eq!(office.contact(bea).await["access"], "not_invited");
    browser.presses(".ways a[href='#emails']").await;
    browser.presses("#emails details summary").await;
    browser.types("#primary_email", "bea@example.org").await;
    browser.presses("button[value=primary]").await;
    browser.shows("The primary email is saved.").await;
    browser.presses("button[value=invite]").await;
    browser.shows("The invitation is on its way").await;
    let invited = admin.get("/v1/invitations").await.is(200).each("status");
    assert_eq!(invited, ["pending", "pending"]);
}
