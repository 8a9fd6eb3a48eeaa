//! What somebody has typed stays on the page that comes back, with the complaint beside it, also where
//! the world has changed while they typed.

use super::super::harness::{Builder, Server};
use super::PASSWORD;
use super::browser::{Browser, staff_browser};
use serde_json::json;

async fn office() -> (Server, Builder, Browser) {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let browser = staff_browser(&server, &builder, "mia@elm.example", "admin").await;
    (server, builder, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_from_a_lead_stays_when_the_contact_is_locked_meanwhile() {
    // R42, R46
    let (server, builder, mut browser) = office().await;
    let ada = builder.admin.contact("Ada Byron", Some("ada@example.org")).await;
    let lead = json!({ "title": "Porch", "contact_id": ada });
    let lead = builder.admin.post("/v1/leads", lead).await.is(201).id();
    let page = browser.look(&format!("/leads/{lead}")).await.is(200);
    server.invite(&builder, ada).await;
    let refused = browser.fill(&page, "edit-contact", &[("name", "Ada King")]).await.is(409);
    let refused = refused.says(&["That was not taken", "Locked."]);
    assert_eq!(refused.form("edit-contact").value("name"), "Ada King");
    assert_eq!(refused.form("edit-contact").value("name_shown"), "Ada Byron");
    let anew = browser.look(&format!("/leads/{lead}")).await.is(200).says(&["Locked."]);
    anew.says_nothing_of(&["value=\"edit-contact\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_about_an_owner_stays_when_it_is_possible_no_more() {
    let (server, builder, mut browser) = office().await;
    let ada = builder.admin.contact("Ada Byron", Some("adda@example.org")).await;
    let job = builder.admin.job("Barn", &[ada]).await;
    server.invite(&builder, ada).await;
    let page = browser.look(&format!("/jobs/{job}/owners/{ada}")).await.is(200);
    let cancel = format!("/v1/contacts/{ada}/invite/cancel");
    builder.admin.order(&cancel).await.is(200);
    let refused = browser.fill(&page, "redirect", &[("email", "ada@example.org")]).await.is(409);
    assert_eq!(refused.form("redirect").value("email"), "ada@example.org");
    // Somebody else has deactivated the owner, while one typed why.
    let bea = server.owner(&builder, "bea@example.org", PASSWORD).await;
    let job = builder.admin.job("Shed", &[bea.contact]).await;
    let page = browser.look(&format!("/jobs/{job}/owners/{}", bea.contact)).await.is(200);
    let deactivate = format!("/v1/contacts/{}/deactivate", bea.contact);
    builder.admin.post(&deactivate, json!({ "reason": "Sold" })).await.is(200);
    let refused = browser.fill(&page, "deactivate", &[("deactivate_reason", "Moved")]).await;
    let refused = refused.is(409);
    assert_eq!(refused.form("deactivate").value("deactivate_reason"), "Moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_into_a_custom_field_stays_when_the_field_is_gone_meanwhile() {
    // R41
    let (_server, builder, mut browser) = office().await;
    let field = |name: &str| json!({ "name": name, "label": name, "kind": "text" });
    let fields = json!({ "fields": [field("gate"), field("dog")] });
    builder.admin.put("/v1/custom-fields", fields).await.is(200);
    let ada = builder.admin.contact("Ada", None).await;
    let page = browser.look(&format!("/contacts/{ada}")).await.is(200);
    let fields = json!({ "fields": [field("dog")] });
    builder.admin.put("/v1/custom-fields", fields).await.is(200);
    let typed = [("custom-gate", "4711"), ("custom-dog", "Rex")];
    let refused = browser.fill(&page, "fields", &typed).await.is(422);
    let refused = refused.says(&["Gate is a custom field no more; empty it to save the others."]);
    assert_eq!(refused.form("fields").value("custom-gate"), "4711");
    assert_eq!(refused.form("fields").value("custom-dog"), "Rex");
    let saved = browser.fill(&refused, "fields", &[("custom-gate", "")]).await;
    let page = browser.follow(&saved).await.says(&["The custom fields are saved"]);
    assert_eq!(page.form("fields").value("custom-dog"), "Rex");
    page.says_nothing_of(&["custom-gate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_no_search_takes_stay_and_it_is_said_why() {
    let (_server, builder, mut browser) = office().await;
    let long = "x".repeat(201);
    let new = browser.look("/leads/new").await.is(200);
    let refused = browser.fill(&new, "find", &[("find", &long), ("title", "Porch")]).await.is(422);
    let refused = refused.says(&["Find in your book must have at most 200 characters."]);
    let form = refused.form("create");
    assert_eq!((form.value("find"), form.value("title")), (&*long, "Porch"));
    let lead = builder.admin.post("/v1/leads", json!({ "title": "Porch" })).await.is(201).id();
    let page = browser.look(&format!("/leads/{lead}")).await.is(200);
    for (action, field, label) in
        [("find", "find", "Find in your book"), ("find-job", "find_job", "Find among your jobs")]
    {
        let refused = browser.fill(&page, action, &[(field, &long)]).await.is(422);
        assert_eq!(refused.form(action).value(field), long);
        refused.says(&[&format!("{label} must have at most 200 characters.")]);
    }
}
