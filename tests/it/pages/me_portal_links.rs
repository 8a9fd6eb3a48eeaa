//! An owner's own links to a job's portal, on the page of the job (2.8, R90, G17, G18).

use super::super::harness::{Builder, Owner, Server};
use super::PASSWORD;
use super::browser::{Browser, Seen};
use serde_json::json;
use uuid::Uuid;

struct House {
    server: Server,
    builder: Builder,
    ada: Owner,
    job: Uuid,
    browser: Browser,
}

impl House {
    /// A job of Ada's, with something that waits for her.
    async fn build() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let ada = server.owner(&builder, "ada@example.org", PASSWORD).await;
        let job = builder.admin.job("Barn", &[ada.contact]).await;
        let task = json!({ "title": "Choose the tiles", "phase": "planning",
            "assignee": { "owner": ada.contact } });
        builder.admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
        let mut browser = Browser::new(&server);
        browser.sign_in("ada@example.org", PASSWORD).await.leads_to();
        Self { server, builder, ada, job, browser }
    }

    fn path(&self) -> String {
        format!("/me/jobs/{}/portal-links", self.job)
    }

    async fn look(&mut self) -> Seen {
        let path = self.path();
        self.browser.look(&path).await.is(200)
    }

    /// Makes a link of this name, and tells its path with its secret.
    async fn makes(&mut self, name: &str) -> String {
        let page = self.look().await;
        told(&self.browser.fill(&page, "issue", &[("name", name)]).await.is(200))
    }

    /// Links to the job, by name and state, as the builder's list has them.
    async fn listed(&self) -> Vec<(String, String)> {
        let last = self.builder.admin.post("/v1/leads", json!({ "title": "Last" })).await.is(201);
        let path = format!("/v1/jobs/{}/portal-links", self.job);
        let listed = self.builder.admin.get_after(&last, &path).await.is(200);
        listed.each("name").into_iter().zip(listed.each("state")).collect()
    }
}

/// The path of the link that a page tells this once.
#[track_caller]
fn told(page: &Seen) -> String {
    let field = page.html.split("id=\"url\"").nth(1).expect("a link is told");
    let url = super::browser::attribute(field.split('>').next().expect("a field"), "value");
    let url = url.expect("a link");
    let at = url.find("/portal/").expect("a path");
    url[at..].to_owned()
}

/// Somebody without a login, who comes by the link.
async fn comes(server: &Server, link: &str) -> Seen {
    let mut stranger = Browser::new(server);
    let seen = stranger.look(link).await;
    if seen.status == 303 { stranger.follow(&seen).await } else { seen }
}

fn pair(name: &str, state: &str) -> (String, String) {
    (name.to_owned(), state.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_a_link_replaces_it_and_revokes_it() {
    let mut house = House::build().await;
    let job = format!("/me/jobs/{}", house.job);
    let page = house.browser.look(&job).await.is(200);
    assert!(page.html.contains(&format!("href=\"{}\"", house.path())), "{}", page.html);
    house.look().await.says(&["Links to Barn", "Elm & Sons", "None yet.", "can pass it on"]);
    let first = house.makes("My phone").await;
    comes(&house.server, &first).await.is(200).says(&["Barn", "Choose the tiles"]);
    // It is told this once.
    let page = house.look().await.says(&["My phone", "Open", "Looked at last"]);
    let secret = first.split("token=").nth(1).expect("a secret");
    let page = page.says_nothing_of(&[&secret[27..], "id=\"url\""]);
    let replaced = house.browser.fill(&page, "rotate", &[]).await.is(200);
    let replaced = replaced.says(&["Your link", "It is shown this once"]);
    let second = told(&replaced);
    comes(&house.server, &first).await.is(410).says(&["replaced by a newer one"]);
    comes(&house.server, &second).await.is(200);
    let page = house.look().await;
    let revoked = house.browser.fill(&page, "revoke", &[]).await;
    let page = house.browser.follow(&revoked).await.says(&["opens nothing any more", "Revoked"]);
    page.says_nothing_of(&["value=\"rotate\"", "value=\"revoke\""]);
    comes(&house.server, &second).await.is(410).says(&["taken back"]);
    assert_eq!(house.listed().await, [pair("My phone", "revoked")]);
    // Pressed again on the page from before, it is refused, and said why.
    let again = house.browser.fill(&replaced, "rotate", &[]).await.is(409);
    again.says(&["That was not taken", "Issue another one."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_made_once_however_often_its_form_is_sent() {
    let mut house = House::build().await;
    let page = house.look().await;
    let typed = [("name", "My phone"), ("days", "7")];
    let first = told(&house.browser.fill(&page, "issue", &typed).await.is(200));
    let second = told(&house.browser.fill(&page, "issue", &typed).await.is(200));
    assert_eq!(first, second);
    assert_eq!(house.listed().await, [pair("My phone", "open")]);
    // A name is not asked for, and what is not taken comes back as it was typed.
    let page = house.look().await;
    for days in ["0", "367", "soon"] {
        let refused = house.browser.fill(&page, "issue", &[("name", "Mine"), ("days", days)]).await;
        let refused = refused.is(422).says(&["That was not taken", "Days"]);
        let form = refused.form("issue");
        assert_eq!((form.value("name"), form.value("days")), ("Mine", days));
        assert!(refused.html.contains("id=\"days-wrong\""), "{}", refused.html);
    }
    told(&house.browser.fill(&page, "issue", &[]).await.is(200));
    let listed = house.listed().await;
    assert_eq!(listed, [pair("Portal link", "open"), pair("My phone", "open")]);
    house.browser.send(&house.path(), &[("action", "nonsense")]).await.is(400);
}

/// 2.8, promise 21: an owner's links are their own, and nobody else's are shown or ended here.
#[tokio::test(flavor = "multi_thread")]
async fn no_link_but_ones_own_is_shown_or_ended() {
    let mut house = House::build().await;
    let bea = house.server.owner(&house.builder, "bea@example.org", PASSWORD).await.contact;
    let owners = format!("/v1/jobs/{}/owners", house.job);
    house.builder.admin.post(&owners, json!({ "contact_id": bea })).await.is(200);
    let path = format!("/v1/jobs/{}/portal-links", house.job);
    let shared = json!({ "name": "canary for all" });
    let shared = house.builder.admin.post(&path, shared).await.is(201).id();
    let beas = json!({ "name": "canary for Bea", "contact": bea });
    let beas = house.builder.admin.post(&path, beas).await.is(201).id();
    let for_ada = json!({ "name": "From the builder", "contact": house.ada.contact });
    house.builder.admin.post(&path, for_ada).await.is(201);
    let page = house.look().await.says(&["From the builder"]).says_nothing_of(&["canary"]);
    for link in [shared.to_string(), beas.to_string(), Uuid::now_v7().to_string(), "x".to_owned()] {
        for action in ["rotate", "revoke"] {
            let sent = [("action", action), ("link", &*link)];
            house.browser.send(&house.path(), &sent).await.is(404);
        }
    }
    let open = house.listed().await;
    assert!(open.iter().all(|(_, state)| state == "open") && open.len() == 3, "{open:?}");
    // Those that the builder made for her are hers to end.
    house.browser.fill(&page, "revoke", &[]).await.leads_to();
    assert!(house.listed().await.contains(&pair("From the builder", "revoked")));
    // Nor is there a page of a job that is not hers, or not any more.
    let elsewhere = house.builder.admin.job("Shed", &[bea]).await;
    for job in [elsewhere, Uuid::now_v7()] {
        let path = format!("/me/jobs/{job}/portal-links");
        house.browser.look(&path).await.is(404);
        house.browser.send(&path, &[("action", "issue"), ("name", "Mine")]).await.is(404);
    }
    let removed = format!("{owners}/{}", house.ada.contact);
    house.builder.admin.delete(&removed).await.is(200);
    house.browser.look(&house.path()).await.is(404);
    house.browser.send(&house.path(), &[("action", "issue")]).await.is(404);
    assert_eq!(house.listed().await.len(), 3, "nobody made another");
}
