//! An owner who wanted an email that another contact has, as the builder's people see to it (R32, H4).

use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::browser::{Browser, Seen, staff_browser};
use serde_json::json;
use uuid::Uuid;

const WANTED: &str = "canary.wanted@nest.example";

struct Office {
    server: Server,
    builder: Builder,
    browser: Browser,
    ada: Owner,
    holder: Uuid,
    barn: Uuid,
    mill: Uuid,
}

impl Office {
    /// Ada waits: Berthold is invited with the email that she wants.
    async fn open() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let browser = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let holder = builder.admin.contact("Berthold Muster", Some(WANTED)).await;
        server.invite(&builder, holder).await;
        let barn = builder.admin.job("Barn", &[ada.contact]).await;
        let mill = builder.admin.job("Mill", &[ada.contact]).await;
        let office = Self { server, builder, browser, ada, holder, barn, mill };
        office.asks().await;
        office
    }

    async fn asks(&self) {
        let body = json!({ "email": WANTED, "password": PASSWORD });
        self.ada.session.post("/v1/me/primary-email", body).await.is(409);
    }

    async fn presses(&mut self, page: &str, action: &str) -> Seen {
        let page = self.browser.look(page).await.is(200);
        let done = self.browser.fill(&page, action, &[]).await;
        self.browser.follow(&done).await
    }

    async fn owners(&self, job: Uuid) -> Vec<String> {
        self.builder.admin.get(&format!("/v1/jobs/{job}/owners")).await.is(200).each("name")
    }
}

fn offers(page: &Seen, action: &str) -> bool {
    page.html.contains(&format!("name=\"action\" value=\"{action}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_shown_with_both_contacts_and_on_the_job_and_one_click_sees_to_it() {
    let mut office = Office::open().await;
    let (ada, holder, barn) = (office.ada.contact, office.holder, office.barn);
    let browser = &mut office.browser;
    browser.look("/contacts").await.is(200).says(&["Owners who wait for you"]);
    // Where the day begins, too.
    browser.look("/jobs").await.is(200).says(&["Owners who wait for you"]);
    let title = "Ada wanted the email of Berthold Muster";
    for page in
        ["/email-conflicts".to_owned(), format!("/contacts/{ada}"), format!("/contacts/{holder}")]
    {
        let page = browser.look(&page).await.is(200);
        let page =
            page.says(&[title, "Barn", "Mill", "Merge the two contacts", "Nobody is invited"]);
        assert!(offers(&page, "replace") && offers(&page, "set-aside"), "{}", page.path);
        page.says(&["Put Berthold Muster on these 2 jobs in place of Ada"]);
    }
    let merge = format!("/contacts/merge?contact={ada}&contact={holder}");
    let page = browser.look("/email-conflicts").await.is(200);
    assert!(page.html.contains(&merge.replace('&', "&amp;")), "{}", page.html);
    browser.look(&merge).await.is(200).says(&["Berthold Muster"]);
    let job = browser.look(&format!("/jobs/{barn}/owners")).await.is(200);
    let job = job.says(&[title, "Put Berthold Muster on this job in place of Ada"]);
    // On the job's page it is about this job alone, and leads back to it.
    let done = browser.fill(&job, "replace", &[]).await;
    assert_eq!(done.leads_to(), format!("/jobs/{barn}/owners?done=conflict-replaced"));
    // Pressed twice, or sent again, it is done once, and nobody is told that it failed.
    let again = browser.fill(&job, "replace", &[]).await;
    assert_eq!(again.leads_to(), done.leads_to());
    let after = browser.follow(&done).await.says(&["Berthold Muster", "Nobody was invited."]);
    assert!(!after.text().contains(title), "{}", after.html);
    let after = office.presses(&format!("/contacts/{ada}"), "replace").await;
    assert_eq!(after.path, format!("/contacts/{ada}?done=conflict-replaced"));
    assert!(!after.text().contains(title), "{}", after.html);
    for job in [barn, office.mill] {
        assert_eq!(office.owners(job).await, ["Berthold Muster"]);
    }
    let list = office.browser.look("/email-conflicts").await.is(200);
    list.says(&["No owner waits for you."]);
    let book = office.browser.look("/contacts").await.is(200);
    assert!(!book.text().contains("Owners who wait"), "{}", book.html);
    let history = office.browser.look(&format!("/contacts/{holder}/history")).await.is(200);
    history
        .says(&["Primary email wanted by an owner", "An owner who wanted the email was seen to"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_aside_is_gone_and_what_is_over_says_so_beside_the_list() {
    let mut office = Office::open().await;
    let holder = office.holder;
    let path = format!("/contacts/{holder}");
    let open = office.browser.look(&path).await.is(200);
    let after = office.presses(&path, "set-aside").await;
    after.says(&["Set aside. Should the owner ask again, it is here again."]);
    // A page that was open since before.
    let late = office.browser.fill(&open, "replace", &[]).await.is(409);
    late.says(&["does not wait for this email any more", "No owner waits for you.", "H4"]);
    for fields in [
        &[("action", "replace"), ("holder", "no-id"), ("owner", "no-id")][..],
        &[("action", "burn"), ("holder", &*holder.to_string()), ("owner", &*holder.to_string())],
    ] {
        let odd = office.browser.send("/email-conflicts", fields).await;
        assert!((400..500).contains(&odd.status), "{}: {}", odd.status, odd.html);
    }
    office.asks().await;
    let again = office.browser.look("/email-conflicts").await.is(200);
    again.says(&["Ada wanted the email of Berthold Muster"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_sees_who_waits_and_no_button() {
    let mut office = Office::open().await;
    let (server, builder) = (&office.server, &office.builder);
    let mut auditor = staff_browser(server, builder, "audit@elm.example", "auditor").await;
    for page in ["/email-conflicts".to_owned(), format!("/jobs/{}/owners", office.barn)] {
        let page = auditor.look(&page).await.is(200).says(&["Ada wanted the email of"]);
        assert!(!offers(&page, "replace") && !offers(&page, "set-aside"), "{}", page.html);
        assert!(!page.text().contains("Merge the two"), "{}", page.html);
    }
    let ids = [office.holder.to_string(), office.ada.contact.to_string()];
    let fields = [("action", "replace"), ("holder", &*ids[0]), ("owner", &*ids[1])];
    auditor.send("/email-conflicts", &fields).await.is(403);
    // Merging is for whoever may manage who has access (H2).
    let mut staff = staff_browser(server, builder, "staff@elm.example", "staff").await;
    let page = staff.look("/email-conflicts").await.is(200);
    assert!(offers(&page, "replace") && offers(&page, "set-aside"), "{}", page.html);
    assert!(!page.text().contains("Merge the two"), "{}", page.html);
    // And where both have an owner, merging is no way.
    server.accept(builder, office.holder).await;
    let page = office.browser.look("/email-conflicts").await.is(200);
    let page = page.says(&["Both have an owner of their own"]);
    assert!(!page.text().contains("Merge the two"), "{}", page.html);
}
