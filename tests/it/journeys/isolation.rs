//! Every route against ids of another account: the answer is the one for an id that nobody has.

use super::documents;
use super::harness::{Answer, Caller, Server, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a route does with an id of somebody else's.
enum Case {
    /// The id is in the path: 404, with this body.
    Path(fn(&Ids) -> Value),
    /// The same, with a form with a file in it as the body.
    Upload,
    /// Ids are in the body alone: answered as unknown ids are.
    Body(fn(&Ids) -> Value),
    /// Ids are in the query alone: answered with nothing.
    Query(fn(&Ids) -> String),
    /// It takes no ids; what it lists is the asker's own.
    Own,
    /// It is nobody's.
    Public,
}
use Case::{Body, Own, Path, Public, Query, Upload};

/// Ids of one account, or ids that nobody has.
#[derive(Clone, Copy)]
struct Ids {
    contact: Uuid,
    job: Uuid,
    lead: Uuid,
    customer: Uuid,
    work_order: Uuid,
    document: Uuid,
    key: Uuid,
    staff: Uuid,
    subcontractor: Uuid,
}

fn unknown() -> Ids {
    let new = Uuid::now_v7;
    Ids {
        contact: new(),
        job: new(),
        lead: new(),
        customer: new(),
        work_order: new(),
        document: new(),
        key: new(),
        staff: new(),
        subcontractor: new(),
    }
}

fn none(_: &Ids) -> Value {
    json!({})
}

/// Every route of the API's description; a new route without a case fails.
const CASES: &[(&str, &str, Case)] = &[
    ("post", "/v1/accounts", Own),
    ("post", "/v1/accounts/{id}/api-keys", Path(|_| json!({ "role": "admin", "label": "x" }))),
    ("get", "/v1/operators", Own),
    ("post", "/v1/operators", Own),
    ("delete", "/v1/operators/{id}", Path(none)),
    ("get", "/v1/interventions", Own),
    ("post", "/v1/interventions", Own),
    ("post", "/v1/interventions/{id}/approve", Path(none)),
    ("post", "/v1/interventions/{id}/reject", Path(none)),
    ("get", "/v1/org-interventions", Own),
    ("post", "/v1/org-interventions", Own),
    ("post", "/v1/org-interventions/{id}/approve", Path(none)),
    ("post", "/v1/org-interventions/{id}/reject", Path(none)),
    ("get", "/v1/api-keys", Own),
    ("post", "/v1/api-keys", Own),
    ("post", "/v1/api-keys/{id}/rotate", Path(none)),
    ("delete", "/v1/api-keys/{id}", Path(none)),
    ("get", "/v1/staff", Own),
    ("post", "/v1/staff", Own),
    ("patch", "/v1/staff/{id}", Path(|_| json!({ "role": "auditor" }))),
    ("delete", "/v1/staff/{id}", Path(none)),
    ("post", "/v1/staff/{id}/invite/resend", Path(none)),
    ("get", "/v1/staff-invitations/{token}", Public),
    ("post", "/v1/staff-invitations/{token}/accept", Public),
    ("get", "/v1/contacts", Own),
    ("get", "/v1/contacts/duplicates", Query(|ids| format!("contact={}", ids.contact))),
    ("get", "/v1/email-conflicts", Query(|ids| format!("contact={}&job={}", ids.contact, ids.job))),
    (
        "post",
        "/v1/contacts/{id}/email-conflicts/{owner_id}/replace",
        Path(|ids| json!({ "jobs": [ids.job] })),
    ),
    ("post", "/v1/contacts/{id}/email-conflicts/{owner_id}/set-aside", Path(none)),
    ("post", "/v1/contacts", Body(|ids| json!({ "name": "X", "jobs": [ids.job] }))),
    ("get", "/v1/contacts/{id}", Path(none)),
    ("patch", "/v1/contacts/{id}", Path(|_| json!({ "name": "X" }))),
    ("delete", "/v1/contacts/{id}", Path(none)),
    ("post", "/v1/contacts/{id}/restore", Path(none)),
    ("post", "/v1/contacts/{id}/unmerge", Path(none)),
    ("put", "/v1/contacts/{id}/portal-permissions", Path(|_| json!({ "permissions": [] }))),
    ("get", "/v1/contacts/{id}/permissions", Path(none)),
    ("put", "/v1/contacts/{id}/custom-fields/{name}", Path(|_| json!({ "value": "X" }))),
    ("delete", "/v1/contacts/{id}/custom-fields/{name}", Path(none)),
    ("get", "/v1/custom-fields", Own),
    ("put", "/v1/custom-fields", Own),
    (
        "post",
        "/v1/contacts/merge",
        Body(|ids| json!({ "survivor": ids.contact, "absorbed": [ids.job] })),
    ),
    (
        "post",
        "/v1/contacts/merge/preview",
        Body(|ids| json!({ "survivor": ids.contact, "absorbed": [ids.job] })),
    ),
    ("post", "/v1/contacts/{id}/invite/redirect", Path(|_| json!({ "email": "a@example.org" }))),
    ("post", "/v1/contacts/{id}/invite", Path(none)),
    ("post", "/v1/contacts/{id}/invite/resend", Path(none)),
    ("post", "/v1/contacts/{id}/invite/cancel", Path(none)),
    ("post", "/v1/contacts/{id}/disable", Path(none)),
    ("post", "/v1/contacts/{id}/enable", Path(none)),
    ("post", "/v1/contacts/{id}/deactivate", Path(|_| json!({ "reason": "X" }))),
    ("post", "/v1/contacts/{id}/swap-primary-email", Path(|_| json!({ "email": "a@example.org" }))),
    ("post", "/v1/contacts/{id}/additional-emails", Path(|_| json!({ "email": "a@example.org" }))),
    (
        "patch",
        "/v1/contacts/{id}/additional-emails",
        Path(|_| json!({ "email": "a@example.org", "replace_with": null })),
    ),
    ("get", "/v1/contacts/{id}/image", Path(none)),
    ("put", "/v1/contacts/{id}/image", Path(none)),
    ("delete", "/v1/contacts/{id}/image", Path(none)),
    ("get", "/v1/contacts/{id}/history", Path(none)),
    ("get", "/v1/jobs", Query(|ids| format!("owner={}", ids.contact))),
    ("post", "/v1/jobs", Body(|ids| json!({ "name": "X", "owners": [ids.contact] }))),
    ("get", "/v1/jobs/{id}", Path(none)),
    ("patch", "/v1/jobs/{id}", Path(|_| json!({ "name": "X" }))),
    ("get", "/v1/jobs/{id}/owners", Path(none)),
    ("post", "/v1/jobs/{id}/owners", Path(|ids| json!({ "contact_id": ids.contact }))),
    ("delete", "/v1/jobs/{id}/owners/{contact_id}", Path(none)),
    (
        "post",
        "/v1/jobs/bulk-owners",
        Body(|ids| json!({ "mode": "add", "jobs": [ids.job], "contacts": [ids.contact] })),
    ),
    ("put", "/v1/jobs/{id}/type", Path(|_| json!({ "type": null }))),
    ("put", "/v1/jobs/{id}/deadline", Path(|_| json!({ "deadline": "2026-05-31" }))),
    ("put", "/v1/jobs/{id}/budget", Path(|_| json!({ "lines": [] }))),
    ("post", "/v1/jobs/{id}/notes", Path(|_| json!({ "text": "X" }))),
    ("post", "/v1/jobs/{id}/archive", Path(none)),
    ("post", "/v1/jobs/{id}/reopen", Path(none)),
    ("post", "/v1/jobs/{id}/tasks", Path(|_| json!({ "title": "X", "phase": "planning" }))),
    ("patch", "/v1/jobs/{id}/tasks/{task_id}", Path(|_| json!({ "done": true }))),
    ("delete", "/v1/jobs/{id}/tasks/{task_id}", Path(none)),
    ("post", "/v1/jobs/{id}/milestones", Path(|_| json!({ "title": "X" }))),
    ("patch", "/v1/jobs/{id}/milestones/{milestone_id}", Path(|_| json!({ "title": "X" }))),
    ("delete", "/v1/jobs/{id}/milestones/{milestone_id}", Path(none)),
    ("get", "/v1/jobs/{id}/todos", Path(none)),
    ("post", "/v1/jobs/{id}/todos", Path(|ids| json!({ "contact_id": ids.contact, "title": "X" }))),
    ("patch", "/v1/jobs/{id}/todos/{todo_id}", Path(|_| json!({ "done": true }))),
    ("delete", "/v1/jobs/{id}/todos/{todo_id}", Path(none)),
    ("get", "/v1/jobs/{id}/messages", Path(none)),
    (
        "post",
        "/v1/jobs/{id}/messages",
        Path(|ids| json!({ "contact_id": ids.contact, "text": "X" })),
    ),
    ("get", "/v1/jobs/{id}/portal", Path(none)),
    ("get", "/v1/jobs/{id}/history", Path(none)),
    ("get", "/v1/jobs/{id}/impersonations", Path(none)),
    (
        "post",
        "/v1/jobs/{id}/impersonations",
        Path(|ids| json!({ "contact": ids.contact, "reason": "X" })),
    ),
    ("delete", "/v1/jobs/{id}/impersonations/{impersonation_id}", Path(none)),
    ("get", "/v1/jobs/{id}/portal-links", Path(none)),
    ("post", "/v1/jobs/{id}/portal-links", Path(|ids| json!({ "contact": ids.contact }))),
    ("post", "/v1/jobs/{id}/portal-links/{link_id}/rotate", Path(none)),
    ("post", "/v1/jobs/{id}/portal-links/{link_id}/revoke", Path(none)),
    ("get", "/v1/portal/{id}", Public),
    ("get", "/v1/portal/{id}/events", Public),
    ("get", "/v1/leads", Query(|ids| format!("contact={}", ids.contact))),
    ("post", "/v1/leads", Body(|ids| json!({ "title": "X", "contact_id": ids.contact }))),
    ("get", "/v1/leads/{id}", Path(none)),
    ("patch", "/v1/leads/{id}", Path(|_| json!({ "title": "X" }))),
    ("put", "/v1/leads/{id}/contact", Path(|ids| json!({ "contact_id": ids.contact }))),
    ("patch", "/v1/leads/{id}/contact", Path(|_| json!({ "name": "X" }))),
    ("delete", "/v1/leads/{id}/contact", Path(none)),
    ("post", "/v1/leads/{id}/win", Path(|ids| json!({ "job_id": ids.job }))),
    ("post", "/v1/leads/{id}/lose", Path(|_| json!({ "reason": "X" }))),
    ("post", "/v1/leads/{id}/reopen", Path(none)),
    ("get", "/v1/leads/{id}/history", Path(none)),
    ("get", "/v1/customers", Own),
    ("post", "/v1/customers", Own),
    ("get", "/v1/customers/{id}", Path(none)),
    ("patch", "/v1/customers/{id}", Path(|_| json!({ "name": "X" }))),
    ("get", "/v1/customers/{id}/contacts", Path(none)),
    ("post", "/v1/customers/{id}/contacts", Path(|ids| json!({ "contact_id": ids.contact }))),
    ("delete", "/v1/customers/{id}/contacts/{contact_id}", Path(none)),
    ("get", "/v1/customers/{id}/history", Path(none)),
    ("get", "/v1/customers/{id}/documents", Path(none)),
    ("post", "/v1/customers/{id}/documents", Upload),
    ("get", "/v1/customers/{id}/documents/{document_id}", Path(none)),
    ("delete", "/v1/customers/{id}/documents/{document_id}", Path(none)),
    ("get", "/v1/subcontractors", Own),
    ("post", "/v1/subcontractors", Own),
    ("get", "/v1/subcontractors/{id}", Path(none)),
    ("patch", "/v1/subcontractors/{id}", Path(|_| json!({ "name": "X" }))),
    (
        "put",
        "/v1/subcontractors/{id}/primary-contact",
        Path(|_| json!({ "name": "X", "email": "x@example.org" })),
    ),
    ("post", "/v1/subcontractors/{id}/project-invitations", Path(|ids| json!({ "job": ids.job }))),
    ("post", "/v1/subcontractors/{id}/project-invitations/resend-stale", Path(none)),
    ("post", "/v1/subcontractors/{id}/project-invitations/{invitation_id}/resend", Path(none)),
    ("post", "/v1/subcontractors/{id}/project-invitations/{invitation_id}/cancel", Path(none)),
    ("post", "/v1/subcontractors/{id}/project-invitations/{invitation_id}/withdraw", Path(none)),
    ("post", "/v1/subcontractors/{id}/primary-contact-requests/{request_id}/decline", Path(none)),
    ("post", "/v1/subcontractors/{id}/users", Path(none)),
    ("delete", "/v1/subcontractors/{id}/users/{user_id}", Path(none)),
    ("get", "/v1/subcontractors/{id}/history", Path(none)),
    ("get", "/v1/jobs/{id}/subcontractors", Path(none)),
    ("post", "/v1/jobs/{id}/tasks/{task_id}/comments", Path(|_| json!({ "text": "X" }))),
    ("get", "/v1/work-orders", Query(|ids| format!("customer={}", ids.customer))),
    ("get", "/v1/work-orders/{id}", Path(none)),
    (
        "post",
        "/v1/work-orders/{id}/task",
        Path(|ids| json!({ "job_id": ids.job, "title": "X", "phase": "planning" })),
    ),
    ("post", "/v1/work-orders/{id}/decline", Path(|_| json!({ "reason": "X" }))),
    ("get", "/v1/me/customers/{customer_id}/work-orders", Own),
    ("post", "/v1/me/customers/{customer_id}/work-orders", Own),
    // Whose customer it is: `customers.rs` and `documents.rs` have what members of others are told.
    ("get", "/v1/me/customers/{customer_id}/documents", Own),
    ("get", "/v1/me/customers/{customer_id}/documents/{document_id}", Own),
    ("get", "/v1/me/customers", Own),
    ("get", "/v1/me/customers/{customer_id}/audit", Own),
    ("get", "/v1/me/customers/{customer_id}/contacts", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts", Own),
    ("get", "/v1/me/customers/{customer_id}/contacts/{contact_id}", Own),
    ("patch", "/v1/me/customers/{customer_id}/contacts/{contact_id}", Own),
    ("delete", "/v1/me/customers/{customer_id}/contacts/{contact_id}", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/additional-emails", Own),
    ("patch", "/v1/me/customers/{customer_id}/contacts/{contact_id}/additional-emails", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite/resend", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite/cancel", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/invite/redirect", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/disable", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/enable", Own),
    ("post", "/v1/me/customers/{customer_id}/contacts/{contact_id}/deactivate", Own),
    ("get", "/v1/settings", Own),
    ("patch", "/v1/settings", Own),
    ("get", "/v1/job-types", Own),
    ("put", "/v1/job-types", Own),
    ("get", "/v1/job-templates", Own),
    ("post", "/v1/job-templates", Own),
    ("put", "/v1/job-templates/{id}", Path(|_| json!({ "name": "X" }))),
    ("delete", "/v1/job-templates/{id}", Path(none)),
    ("get", "/v1/invitations", Query(|ids| format!("contact={}", ids.contact))),
    ("get", "/v1/mail-log", Query(|ids| format!("contact={}", ids.contact))),
    ("post", "/v1/mail/bounces", Own),
    ("get", "/v1/dev/mailbox", Own),
    ("get", "/dev/mailbox", Public),
    ("get", "/v1/invitations/{token}", Public),
    ("post", "/v1/invitations/{token}/accept", Public),
    ("post", "/v1/invitations/{token}/decline", Public),
    ("get", "/v1/project-invitations/{token}", Public),
    ("post", "/v1/project-invitations/{token}/accept", Public),
    ("post", "/v1/project-invitations/{token}/decline", Public),
    ("post", "/v1/project-invitations/{token}/join", Public),
    ("get", "/v1/org-invitations/{token}", Public),
    ("post", "/v1/org-invitations/{token}/accept", Public),
    ("post", "/v1/org-invitations/{token}/decline", Public),
    // Whose organisation it is: `organisation_privacy.rs` has what the users of others are told.
    ("get", "/v1/org", Own),
    ("patch", "/v1/org", Own),
    ("get", "/v1/org/users", Own),
    ("post", "/v1/org/users", Own),
    ("delete", "/v1/org/users/{id}", Own),
    ("post", "/v1/org/users/{id}/resend", Own),
    ("post", "/v1/org/users/{id}/cancel", Own),
    ("get", "/v1/org/general-contractors", Own),
    ("post", "/v1/org/general-contractors/{subcontractor}/primary-contact-requests", Own),
    ("get", "/v1/org/projects", Own),
    ("get", "/v1/org/projects/{job}", Own),
    ("post", "/v1/org/projects/{job}/tasks/{task}/complete", Own),
    ("post", "/v1/org/projects/{job}/tasks/{task}/reopen", Own),
    ("post", "/v1/org/projects/{job}/tasks/{task}/comments", Own),
    ("get", "/v1/org/join-requests", Own),
    ("post", "/v1/org/join-requests/{id}/approve", Own),
    ("post", "/v1/org/join-requests/{id}/reject", Own),
    ("get", "/v1/org/history", Own),
    ("post", "/v1/sessions", Public),
    ("get", "/v1/sessions", Own),
    ("delete", "/v1/sessions", Own),
    ("delete", "/v1/sessions/{id}", Own),
    ("post", "/v1/password-resets", Public),
    ("post", "/v1/password-resets/{token}", Public),
    ("get", "/v1/me", Own),
    ("patch", "/v1/me", Own),
    ("post", "/v1/me/additional-emails", Own),
    ("patch", "/v1/me/additional-emails", Own),
    ("post", "/v1/me/contacts/{id}", Own),
    ("get", "/v1/me/image", Own),
    ("put", "/v1/me/image", Own),
    ("delete", "/v1/me/image", Own),
    ("post", "/v1/me/primary-email", Own),
    ("get", "/v1/email-changes/{token}", Public),
    ("post", "/v1/email-changes/{token}/confirm", Public),
    ("get", "/v1/me/jobs", Own),
    ("get", "/v1/me/accounts", Own),
    ("get", "/v1/me/organisations", Own),
    ("get", "/v1/me/second-factor", Own),
    ("post", "/v1/me/second-factor", Own),
    ("delete", "/v1/me/second-factor", Own),
    ("post", "/v1/me/second-factor/confirm", Own),
    ("get", "/v1/me/jobs/{account_id}/{job_id}", Own),
    ("get", "/v1/me/jobs/{account_id}/{job_id}/todos", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/todos/{todo_id}/done", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/todos/{todo_id}/reopen", Own),
    ("get", "/v1/me/jobs/{account_id}/{job_id}/messages", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/messages", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/tasks/{task_id}/complete", Own),
    ("get", "/v1/me/jobs/{account_id}/{job_id}/portal-link", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/portal-link", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/portal-link/{link_id}/rotate", Own),
    ("post", "/v1/me/jobs/{account_id}/{job_id}/portal-link/{link_id}/revoke", Own),
    ("get", "/v1/me/history", Own),
    ("get", "/v1/audit", Query(|ids| format!("contact={}", ids.contact))),
    ("get", "/v1/audit/chart", Query(|ids| format!("contact={}", ids.contact))),
    ("post", "/v1/imports", Own),
    ("get", "/healthz", Public),
    ("get", "/readyz", Public),
    ("get", "/metrics", Public),
    ("get", "/problems/{code}", Public),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_description_has_a_case() {
    let server = Server::start().await;
    let description = server.operator().get("/openapi.json").await.is(200).body;
    let mut routes = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            routes.insert((method.clone(), path.clone()));
        }
    }
    let cases = CASES.iter().map(|(method, path, _)| ((*method).into(), (*path).into()));
    assert_eq!(routes, cases.collect::<BTreeSet<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_id_is_answered_like_an_unknown_one() {
    let server = Server::start().await;
    let (mine, theirs) = (server.builder("Elm").await, server.builder("Oak").await);
    let contact = theirs.admin.contact("Ada", Some("ada@example.org")).await;
    let job = theirs.admin.job("Barn", &[contact]).await;
    let last = theirs.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
    let body = json!({ "title": "Barn", "contact_id": contact });
    let lead = theirs.admin.post("/v1/leads", body).await.is(201).id();
    // One that its own account might well revoke.
    server.key(&theirs, "staff", &[]).await;
    let keys = theirs.admin.get("/v1/api-keys").await.is(200).each("id");
    let key = keys[0].parse().expect("an id");
    let invited = json!({ "name": "Ned", "email": "ned@oak.example", "role": "staff" });
    let staff = theirs.admin.post("/v1/staff", invited).await.is(201).id();
    let body = json!({ "name": "The Adas" });
    let customer = theirs.admin.post("/v1/customers", body).await.is(201).id();
    let owner = server.owner(&theirs, "olga@oak.example", "a fence of oak boards").await;
    for member in [contact, owner.contact] {
        let to = format!("/v1/customers/{customer}/contacts");
        theirs.admin.post(&to, json!({ "contact_id": member })).await.is(200);
    }
    let body = json!({ "title": "A gate", "text": "It sticks." });
    let to = format!("/v1/me/customers/{customer}/work-orders");
    let work_order = owner.session.post(&to, body).await.is(201).id();
    let document = documents::published(&theirs, customer, documents::INVOICE).await.id();
    let body =
        json!({ "name": "Volt", "primary_contact": { "name": "V", "email": "v@oak.example" } });
    let subcontractor = theirs.admin.post("/v1/subcontractors", body).await.is(201).id();
    let foreign =
        Ids { contact, job, lead, customer, work_order, document, key, staff, subcontractor };
    let auditor = server.key(&mine, "auditor", &[]).await;
    let staff = server.key(&mine, "staff", &["read_audit", "manage_access"]).await;
    let member = server.staff(&mine, "mia@elm.example", "admin", &[]).await.session;
    // Queries first: the audit shows one's own refused attempts, whatever id they named.
    let (queries, commands): (Vec<_>, Vec<_>) =
        CASES.iter().partition(|(_, _, case)| matches!(case, Query(_)));
    for (method, path, case) in queries.into_iter().chain(commands) {
        for caller in [&mine.admin, &auditor, &staff, &member] {
            let unknown = unknown();
            // An operator's routes know accounts of any builder; to builders they are closed.
            let caller = if path.starts_with("/v1/accounts") { &mine.admin } else { caller };
            let answers = (
                ask(caller, method, path, case, foreign).await,
                ask(caller, method, path, case, unknown).await,
            );
            let (Some(foreign), Some(unknown)) = answers else { continue };
            assert_eq!(shown(&foreign), shown(&unknown), "{method} {path}");
            if matches!(case, Path(_) | Upload) {
                let refused = [404, 403].contains(&foreign.status.as_u16());
                assert!(refused, "{method} {path}: {}", foreign.text);
            }
        }
    }
    // Nothing of it reached the other account.
    let keys = theirs.admin.get("/v1/api-keys").await.is(200);
    assert!(
        keys.each("rotated_at").into_iter().chain(keys.each("revoked_at")).all(|at| at == "null")
    );
    assert_eq!(theirs.admin.get("/v1/staff").await.is(200).each("status"), ["invited"]);
    let job = theirs.admin.get_after(&last, &format!("/v1/jobs/{job}")).await.is(200);
    assert_eq!(job.body["version"], 2);
    let lead = theirs.admin.get(&format!("/v1/leads/{lead}")).await.is(200);
    assert_eq!(lead.body["version"], 2);
    let customer = theirs.admin.get(&format!("/v1/customers/{customer}")).await.is(200);
    assert_eq!((&customer.body["version"], &customer.body["contacts"]), (&json!(2), &json!(2)));
    let order = theirs.admin.get(&format!("/v1/work-orders/{work_order}")).await.is(200);
    assert_eq!((&order.body["version"], &order.body["stage"]), (&json!(1), &json!("open")));
    let path = format!("/v1/subcontractors/{subcontractor}");
    let subcontractor = theirs.admin.get(&path).await.is(200);
    assert_eq!(subcontractor.body["version"], 1);
    let history =
        theirs.admin.get_after(&last, &format!("/v1/contacts/{contact}/history")).await.is(200);
    assert!(history.each("refused").iter().all(|refused| refused == "null"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_gets_no_key() {
    let server = Server::start().await;
    let body = json!({ "role": "admin", "label": "x" });
    for account in [Uuid::now_v7().to_string(), "not-an-id".to_owned()] {
        let path = format!("/v1/accounts/{account}/api-keys");
        assert_eq!(server.operator().post(&path, body.clone()).await.is(404).code(), "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_is_answered_like_an_unknown_one() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    for (method, path, case) in CASES {
        let Path(body) = case else { continue };
        if ["/v1/accounts", "/v1/operators", "/v1/interventions", "/v1/org-interventions"]
            .iter()
            .any(|of| path.starts_with(of))
        {
            continue;
        }
        let unknown = unknown();
        let garbled = path.replace("{id}", "no-id").replace("{contact_id}", "%00");
        let method: Method = method.to_uppercase().parse().expect("a method");
        let request = builder.admin.request(method.clone(), &garbled);
        let request = if method == "GET" { request } else { request.json(&body(&unknown)) };
        assert_eq!(send(request).await.is(404).code(), "not_found", "{path}");
    }
}

async fn ask(caller: &Caller, method: &str, path: &str, case: &Case, ids: Ids) -> Option<Answer> {
    let id = match path.split('/').nth(2) {
        Some("contacts") => ids.contact,
        Some("leads") => ids.lead,
        Some("customers") => ids.customer,
        Some("work-orders") => ids.work_order,
        Some("api-keys") => ids.key,
        Some("staff") => ids.staff,
        Some("subcontractors") => ids.subcontractor,
        _ => ids.job,
    };
    let filled = path
        .replace("{id}", &id.to_string())
        .replace("{contact_id}", &ids.contact.to_string())
        .replace("{document_id}", &ids.document.to_string())
        .replace("{name}", "gate")
        .replace("{task_id}", &ids.contact.to_string())
        .replace("{todo_id}", &ids.contact.to_string())
        .replace("{milestone_id}", &ids.contact.to_string())
        .replace("{link_id}", &ids.contact.to_string())
        .replace("{owner_id}", &ids.contact.to_string())
        .replace("{invitation_id}", &ids.contact.to_string())
        .replace("{request_id}", &ids.contact.to_string())
        .replace("{user_id}", &ids.contact.to_string())
        .replace("{impersonation_id}", &ids.contact.to_string());
    let method: Method = method.to_uppercase().parse().expect("a method");
    let request = match case {
        Path(_) if method == "GET" => caller.request(method, &filled),
        Path(body) | Body(body) => caller.request(method, &filled).json(&body(&ids)),
        Query(query) => caller.request(method, &format!("{filled}?{}", query(&ids))),
        Upload => {
            let (kind, body) = documents::form(documents::INVOICE, documents::PDF);
            caller.request(method, &filled).header("content-type", kind).body(body)
        }
        Own | Public => return None,
    };
    Some(send(request).await)
}

/// Status and body without what names the request or repeats the ids that were sent.
fn shown(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("instance");
        fields.remove("id");
        for pair in fields.get_mut("results").and_then(Value::as_array_mut).into_iter().flatten() {
            pair["job_id"] = Value::Null;
            pair["contact_id"] = Value::Null;
        }
    }
    (answer.status.as_u16(), body)
}
