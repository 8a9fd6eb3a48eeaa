//! A general contractor and a subcontractor in one real browser, one after the other (R71 to R83).

use super::super::harness::Server;
use super::PASSWORD;
use super::browser::staff_browser;
use super::real_browser::Chromium;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_general_contractor_and_a_subcontractor_work_together_in_a_real_browser() {
    let Some(chromium) = Chromium::start().await else {
        eprintln!("SKIPPED: there is no chromedriver here (Debian: chromium, chromium-driver)");
        return;
    };
    let chromium = Arc::new(chromium);
    let browser = Arc::clone(&chromium);
    let went = tokio::spawn(async move { journey(&browser).await }).await;
    chromium.quit().await;
    went.expect("the journey");
}

async fn journey(browser: &Chromium) {
    let server = Server::start().await;
    let builder = server.builder("Elm & Sons").await;
    staff_browser(&server, &builder, "boss@elm.example", "admin").await;
    let (barn, shed) = (builder.admin.job("Barn", &[]).await, builder.admin.job("Shed", &[]).await);
    let site = Site { browser, base: &server.base };

    // The general contractor notes a company, and invites it from the job's tab.
    site.signs_in("/subcontractors/new", "boss@elm.example").await;
    browser.shows("Primary contact").await;
    browser.types("#name", "Pia's Pipes").await;
    browser.types("#contact_name", "Pia Pipe").await;
    browser.types("#contact_email", "pia@pipes.example").await;
    browser.presses("button[value=add]").await;
    browser.shows("Invite to a project").await;
    let there = builder.admin.get("/v1/subcontractors").await.is(200);
    let pipes: Uuid = there.body["items"][0]["id"].as_str().expect("an id").parse().expect("one");
    for job in [barn, shed] {
        browser.look(&format!("{}/jobs/{job}/subcontractors", server.base)).await;
        let choice = format!("#subcontractor option[value='{pipes}']");
        browser.presses(&choice).await;
        browser.presses("button[value=invite]").await;
        browser.shows("The invitation is on its way to the primary contact.").await;
    }
    site.signs_out().await;

    // R73: she makes a login with the acceptance, and the company is there.
    let mails = server.mails(builder.id, pipes).await;
    let (barn_link, shed_link) = (&mails[0].link, &mails[1].link);
    browser.look(&format!("{}/project-invitations/{barn_link}", server.base)).await;
    browser.shows("invites Pia's Pipes to the project Barn").await;
    browser.types("#password", PASSWORD).await;
    browser.types("#password_again", PASSWORD).await;
    browser.presses("button[value=accept]").await;
    browser.shows("You are the only user of your organisation.").await;
    // R78, R79: the gear, Users, Add User.
    browser.presses("a.gear").await;
    browser.presses("a[href='/org/settings/users']").await;
    browser.shows("The last user stays").await;
    browser.presses("a[href='/org/settings/users/new']").await;
    browser.types("#first_name", "Nia").await;
    browser.types("#last_name", "Nail").await;
    browser.types("#email", "nia@pipes.example").await;
    browser.presses("button[value=add]").await;
    browser.shows("The invitation is on its way.").await;
    let told = browser.reads("Nia Nail").await;
    assert!(told.contains("Invited"), "{told}");
    site.signs_out().await;

    // R82, R83: another primary contact; the link to the shed refuses until it is sent again.
    let to = json!({ "name": "Nia Nail", "email": "nia@pipes.example" });
    builder.admin.put(&format!("/v1/subcontractors/{pipes}/primary-contact"), to).await.is(200);
    browser.look(&format!("{}/project-invitations/{shed_link}", server.base)).await;
    let dead = browser.reads("Elm & Sons").await;
    assert!(!dead.contains("Accept the invitation"), "{dead}");
    site.signs_in(&format!("/subcontractors/{pipes}"), "boss@elm.example").await;
    browser.presses("button[value=resend-all]").await;
    browser.reads("All of them are on their way").await;
    let again = server.mails(builder.id, pipes).await;
    assert_eq!((again.len(), again[2].to.as_str()), (3, "nia@pipes.example"));
    let mut complaints = browser.complaints().await;
    // That of the dead link.
    complaints.retain(|message| !message.contains("410"));
    assert_eq!(complaints, Vec::<String>::new());
}

struct Site<'a> {
    browser: &'a Chromium,
    base: &'a str,
}

impl Site<'_> {
    /// Signs in on the way to a page.
    async fn signs_in(&self, path: &str, email: &str) {
        self.browser.look(&format!("{}{path}", self.base)).await;
        self.browser.types("#email", email).await;
        self.browser.types("#password", PASSWORD).await;
        self.browser.presses("button[value=sign-in]").await;
    }

    async fn signs_out(&self) {
        self.browser.presses("form[action='/sign-out'] button").await;
        self.browser.shows("You are signed out").await;
    }
}
