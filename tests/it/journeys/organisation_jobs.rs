//! Jobs of general contractors as organisations meet them: known there as two, and put away.

use super::harness::Server;
use super::trades::{
    TRADE_PASSWORD, accept, accept_anew, invite, invited, second_user, subcontractor, task,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn r80_a_company_that_is_known_as_two_sees_one_project_with_the_tasks_of_both() {
    // H9: the office's manager and the estimator were both invited.
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (pipes, job, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let again = ("Pia Pipe", "pia@pipes.example");
    let again = subcontractor(&server, &elm, "Pipes, estimator", again).await;
    let link = invite(&server, &elm, again, job).await;
    let own = server.sign_in("pia@pipes.example", TRADE_PASSWORD).await;
    accept(&own, &link, json!({})).await.is(200);
    task(&server, &elm, job, pipes, "Lay the mains").await;
    let second = task(&server, &elm, job, again, "Price the gutters").await;
    let projects = pia.session.get("/v1/org/projects").await.is(200);
    assert_eq!(projects.each("name"), ["Barn"], "{}", projects.text);
    assert_eq!(projects.body["items"][0]["tasks"], 2);
    let project = pia.session.get(&format!("/v1/org/projects/{job}")).await.is(200);
    let titles: Vec<_> = project.body["tasks"].as_array().expect("tasks").iter().collect();
    assert_eq!(titles.len(), 2, "{}", project.text);
    let done = format!("/v1/org/projects/{job}/tasks/{second}/complete");
    let done = pia.session.order(&done).await.is(200);
    // How often something happens in a general contractor's ledger is its own.
    assert!(done.headers.get("ledger-position").is_none() && done.headers.get("etag").is_none());
    assert!(done.body.get("version").is_none(), "{}", done.text);
    let said = format!("/v1/org/projects/{job}/tasks/{second}/comments");
    let said = pia.session.post(&said, json!({ "text": "Zinc?" })).await.is(201);
    assert!(said.headers.get("ledger-position").is_none() && said.headers.get("etag").is_none());
    assert!(said.body.get("version").is_none(), "{}", said.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_to_a_job_that_was_put_away_founds_nothing() {
    // 2.4
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, job, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    elm.admin.order(&format!("/v1/jobs/{job}/archive")).await.is(200);
    let anybody = server.anybody();
    let looked = anybody.get(&format!("/v1/project-invitations/{link}")).await.is(409);
    assert_eq!(looked.code(), "job_archived");
    let body = json!({ "password": TRADE_PASSWORD });
    assert_eq!(accept(&anybody, &link, body.clone()).await.is(409).code(), "job_archived");
    assert!(server.rows("org_users").await.is_empty());
    elm.admin.order(&format!("/v1/jobs/{job}/reopen")).await.is(200);
    accept(&anybody, &link, body).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h9_a_domain_tells_of_a_company_only_while_one_of_its_users_is_there() {
    let server = Server::start().await;
    let elm = server.builder("Elm").await;
    let (_, _, link) =
        invited(&server, &elm, ("Pipes", "Pia Pipe", "pia@pipes.example"), "Barn").await;
    let pia = accept_anew(&server, &link).await;
    let sam = second_user(&server, &pia, "sam@agency.example").await;
    let ask = async |email: &str| {
        let (_, _, link) = invited(&server, &elm, ("Agency", "Al Agent", email), "Shed").await;
        let body = json!({ "password": TRADE_PASSWORD });
        accept(&server.anybody(), &link, body).await
    };
    assert_eq!(ask("al@agency.example").await.is(409).code(), "company_may_be_here");
    pia.session.delete(&format!("/v1/org/users/{}", sam.user)).await.is(200);
    ask("ann@agency.example").await.is(200);
}
