//! Support in a builder's account: asked for by one operator, approved by another (2.8, column SP).

use super::harness::{Caller, Server};
use serde_json::json;
use uuid::Uuid;

async fn appoint(server: &Server, name: &str) -> (Caller, Uuid) {
    let appointed = server.operator().post("/v1/operators", json!({ "name": name })).await.is(201);
    (server.caller(appointed.body["secret"].as_str().expect("a token")), appointed.id())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_support_does_is_approved_by_a_second_operator_and_shown_in_the_accounts_history() {
    let server = Server::start().await;
    let ((olu, olu_id), (pia, pia_id)) =
        (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let account = builder.id;
    let ask = json!({ "account": account, "contact": ada, "deed": "disable_access",
        "reason": "Ticket 4711: no admin is left" });

    let nobody = server.operator().post("/v1/interventions", ask.clone()).await.is(403);
    assert_eq!(nobody.code(), "operator_without_name");
    let mut silent = ask.clone();
    silent["reason"] = json!(" ");
    olu.post("/v1/interventions", silent).await.is(422);
    let asked = olu.post("/v1/interventions", ask.clone()).await.is(201);
    let path = format!("/v1/interventions/{}", asked.id());
    let own = olu.post(&format!("{path}/approve"), json!({})).await.is(403);
    assert_eq!(own.code(), "second_person_needed");
    let contact = format!("/v1/contacts/{ada}");
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let shown = builder.admin.get_after(&last, &contact).await.is(200);
    assert_eq!(shown.body["access"], "not_invited");

    let done = pia.post(&format!("{path}/approve"), json!({})).await.is(200);
    assert_eq!(done.body["stage"], "carried_out", "{}", done.text);
    assert_eq!(done.body["requested_by"], json!(olu_id));
    assert_eq!(done.body["decided_by"], json!(pia_id));
    let again = pia.post(&format!("{path}/approve"), json!({})).await.is(200);
    assert_eq!(again.body["stage"], "carried_out", "twice is once");
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let shown = builder.admin.get_after(&last, &contact).await.is(200);
    assert_eq!(shown.body["access"], "disabled");
    let history = builder.admin.get(&format!("{contact}/history")).await.is(200);
    let entries = history.body["items"].as_array().expect("a list");
    let closed: Vec<_> =
        entries.iter().filter(|entry| entry["event"] == "contact.owner_disabled").collect();
    let [closed] = closed[..] else { panic!("{}", history.text) };
    assert_eq!(closed["actor"]["label"], "Titleblock operator Olu");
    assert_eq!(closed["reason"], "Ticket 4711: no admin is left");

    // A rule of the account's that says no is told, and nothing happens.
    let ended = json!({ "account": account, "contact": ada, "deed": "cancel_invite",
        "reason": "Ticket 4712" });
    let asked = pia.post("/v1/interventions", ended).await.is(201);
    let path = format!("/v1/interventions/{}/approve", asked.id());
    let refused = olu.post(&path, json!({})).await.is(200);
    assert_eq!(refused.body["stage"], "refused");
    assert!(refused.body["refused"].is_string(), "{}", refused.text);
    // Somebody else's contact is none of this account's.
    let oak = server.builder("Oak").await;
    let elsewhere = json!({ "account": oak.id, "contact": ada, "deed": "enable_access",
        "reason": "Ticket 4713" });
    let asked = pia.post("/v1/interventions", elsewhere).await.is(201);
    let path = format!("/v1/interventions/{}/approve", asked.id());
    assert_eq!(olu.post(&path, json!({})).await.is(200).body["refused"], "not_found");

    let listed = pia.get("/v1/interventions").await.is(200);
    assert_eq!(listed.each("stage"), ["refused", "refused", "carried_out"]);
    assert!(!listed.text.contains("Ada"), "operators read no owner's name");
    let installation = domain::LedgerId::INSTALLATION;
    let verified = projections::verify::verify(server.store.reader(), installation, &|_| {}).await;
    assert!(verified.expect("verified").is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rejected_is_not_done_and_nobody_but_operators_asks() {
    let server = Server::start().await;
    let ((olu, _), (pia, _)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let ask = json!({ "account": builder.id, "contact": ada, "deed": "disable_access",
        "reason": "Ticket 1" });
    for caller in [&builder.admin, &server.anybody()] {
        let refused = caller.post("/v1/interventions", ask.clone()).await;
        assert!([401, 403].contains(&refused.status.as_u16()), "{}", refused.text);
    }
    let asked = olu.post("/v1/interventions", ask.clone()).await.is(201);
    let path = format!("/v1/interventions/{}", asked.id());
    pia.post(&format!("{path}/reject"), json!({})).await.is(200);
    let over = pia.post(&format!("{path}/approve"), json!({})).await.is(409);
    assert_eq!(over.code(), "intervention_over");
    let unknown = format!("/v1/interventions/{}/approve", Uuid::now_v7());
    assert_eq!(pia.post(&unknown, json!({})).await.is(404).code(), "not_found");
    let mut foreign = ask;
    foreign["account"] = json!(Uuid::now_v7());
    assert_eq!(olu.post("/v1/interventions", foreign).await.is(404).code(), "not_found");
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Last" })).await.is(201);
    let shown = builder.admin.get_after(&last, &format!("/v1/contacts/{ada}")).await.is(200);
    assert_eq!(shown.body["access"], "not_invited");
}

/// The approval is in the installation's ledger and the server ends there: approving it again goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_cut_short_after_the_approval_goes_on() {
    use domain::installation::{InstallationCommand, SupportCommand};
    use domain::{ApiKeyId, Authority, Channel, Command, InterventionId, LedgerId};
    let server = Server::start().await;
    let ((olu, _), (pia, pia_id)) = (appoint(&server, "Olu").await, appoint(&server, "Pia").await);
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", None).await;
    let ask = json!({ "account": builder.id, "contact": ada, "deed": "disable_access",
        "reason": "Ticket 1" });
    let asked = olu.post("/v1/interventions", ask).await.is(201);
    let (intervention, by) = (InterventionId(asked.id()), ApiKeyId(pia_id));
    let approve = SupportCommand::Approve { intervention, by };
    let command = Command::Installation(InstallationCommand::Support(approve));
    let circumstances = domain::Circumstances {
        actor: domain::Actor::Operator(by),
        authority: Authority::Operator,
        acting_as: None,
        channel: Channel::Api,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    let submission = event_store::Submission::new(LedgerId::INSTALLATION, command, circumstances);
    server.store.execute(submission).await.expect("approved");
    let listed = olu.get("/v1/interventions").await.is(200);
    assert_eq!(listed.each("stage"), ["approved"]);
    let path = format!("/v1/interventions/{}/approve", asked.id());
    let done = pia.post(&path, json!({})).await.is(200);
    assert_eq!(done.body["stage"], "carried_out", "{}", done.text);
}
