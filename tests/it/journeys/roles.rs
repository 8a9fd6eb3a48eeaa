//! Who may do what (RULES.md 2.8), over HTTP.

use super::harness::{Caller, Server};
use serde_json::json;

/// The callers, and which column says what they may: a session of the staff may what a key of the same
/// role and grants may.
const CALLERS: [(&str, usize); 10] = [
    ("admin", 0),
    ("staff", 1),
    ("manager", 2),
    ("reader", 3),
    ("auditor", 4),
    ("operator", 5),
    ("admin's session", 0),
    ("staff's session", 1),
    ("manager's session", 2),
    ("auditor's session", 4),
];

/// Whether each of the columns may; Y or N: admin, staff, manager, reader, auditor, operator.
const TABLE: [(&str, &str, &str); 42] = [
    ("POST", "/v1/contacts", "YYYYNN"),
    ("PATCH", "/v1/contacts/{contact}", "YYYYNN"),
    ("POST", "/v1/contacts/{contact}/additional-emails", "YYYYNN"),
    ("POST", "/v1/contacts/{contact}/invite", "YYYYNN"),
    ("POST", "/v1/contacts/{contact}/disable", "YNYNNN"),
    ("POST", "/v1/contacts/{contact}/enable", "YNYNNN"),
    ("POST", "/v1/contacts/{contact}/deactivate", "YNYNNN"),
    ("POST", "/v1/jobs", "YYYYNN"),
    ("POST", "/v1/jobs/{job}/owners", "YYYYNN"),
    ("POST", "/v1/jobs/bulk-owners", "YYYYNN"),
    ("POST", "/v1/jobs/{job}/tasks", "YYYYNN"),
    ("POST", "/v1/job-templates", "YYYYNN"),
    ("GET", "/v1/jobs/{job}/portal", "YYYYYN"),
    ("POST", "/v1/jobs/{job}/impersonations", "YNNNNN"),
    ("GET", "/v1/jobs/{job}/impersonations", "YNNYYN"),
    ("POST", "/v1/jobs/{job}/portal-links", "YYYYNN"),
    ("GET", "/v1/jobs/{job}/portal-links", "YYYYYN"),
    ("GET", "/v1/job-types", "YYYYYN"),
    ("POST", "/v1/leads", "YYYYNN"),
    ("PATCH", "/v1/leads/{lead}/contact", "YYYYNN"),
    ("POST", "/v1/leads/{lead}/lose", "YYYYNN"),
    ("GET", "/v1/leads", "YYYYYN"),
    ("GET", "/v1/leads/{lead}/history", "YNNYYN"),
    ("PUT", "/v1/custom-fields", "YNNNNN"),
    ("GET", "/v1/custom-fields", "YYYYYN"),
    ("PUT", "/v1/contacts/{contact}/custom-fields/gate", "YYYYNN"),
    ("GET", "/v1/contacts", "YYYYYN"),
    ("GET", "/v1/jobs", "YYYYYN"),
    ("GET", "/v1/invitations", "YYYYYN"),
    ("GET", "/v1/audit", "YNNYYN"),
    ("GET", "/v1/contacts/{contact}/history", "YNNYYN"),
    ("GET", "/v1/api-keys", "YNNYYN"),
    ("POST", "/v1/api-keys", "YNNNNN"),
    ("GET", "/v1/staff", "YYYYYN"),
    ("POST", "/v1/staff", "YNNNNN"),
    ("PATCH", "/v1/staff/{staff}", "YNNNNN"),
    ("POST", "/v1/staff/{staff}/invite/resend", "YNNNNN"),
    ("DELETE", "/v1/staff/{staff}", "YNNNNN"),
    ("POST", "/v1/accounts", "NNNNNY"),
    ("GET", "/v1/operators", "NNNNNY"),
    ("POST", "/v1/operators", "NNNNNY"),
    ("DELETE", "/v1/operators/{staff}", "NNNNNY"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_roles_holds() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let callers: [Caller; 10] = [
        builder.admin.clone(),
        server.key(&builder, "staff", &[]).await,
        server.key(&builder, "staff", &["manage_access"]).await,
        server.key(&builder, "staff", &["read_audit"]).await,
        server.key(&builder, "auditor", &[]).await,
        server.operator(),
        server.staff(&builder, "admin@elm.example", "admin", &[]).await.session,
        server.staff(&builder, "staff@elm.example", "staff", &[]).await.session,
        server.staff(&builder, "manager@elm.example", "staff", &["manage_access"]).await.session,
        server.staff(&builder, "auditor@elm.example", "auditor", &[]).await.session,
    ];
    let (staff, _) = server.invite_staff(&builder, "ned@elm.example", "staff", &[]).await;
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let job = builder.admin.job("Barn", &[]).await;
    let body = json!({ "title": "Roof", "contact_id": contact });
    let lead = builder.admin.post("/v1/leads", body).await.is(201).id();
    for (method, path, may) in TABLE {
        let path = path.replace("{contact}", &contact.to_string());
        let path = path.replace("{job}", &job.to_string());
        let path = path.replace("{lead}", &lead.to_string());
        let path = path.replace("{staff}", &staff.to_string());
        let body = match path.as_str() {
            "/v1/contacts" | "/v1/jobs" | "/v1/accounts" | "/v1/operators"
            | "/v1/job-templates" => {
                json!({ "name": "New" })
            }
            path if path.ends_with("tasks") => json!({ "title": "New", "phase": "planning" }),
            "/v1/jobs/bulk-owners" => {
                json!({ "mode": "add", "jobs": [job], "contacts": [contact] })
            }
            path if path.ends_with("additional-emails") => json!({ "email": "a@example.org" }),
            path if path.ends_with("impersonations") => {
                json!({ "contact": contact, "reason": "Because" })
            }
            path if path.ends_with("owners") => json!({ "contact_id": contact }),
            "/v1/leads" => json!({ "title": "New" }),
            "/v1/api-keys" => json!({ "role": "staff", "label": "New" }),
            path if path.ends_with("deactivate") || path.ends_with("lose") => {
                json!({ "reason": "Because" })
            }
            "/v1/custom-fields" => {
                json!({ "fields": [{ "name": "gate", "label": "Gate", "kind": "text" }] })
            }
            path if path.ends_with("gate") => json!({ "value": "4711" }),
            "/v1/staff" => json!({ "name": "Olu", "email": "olu@elm.example", "role": "staff" }),
            path if method == "PATCH" && path.starts_with("/v1/staff") => json!({ "grants": [] }),
            _ => json!({}),
        };
        for ((who, column), caller) in CALLERS.iter().zip(&callers) {
            let may = may.chars().nth(*column);
            let answer = match method {
                "GET" => caller.get(&path).await,
                "PATCH" => caller.patch(&path, body.clone()).await,
                "PUT" => caller.put(&path, body.clone()).await,
                "DELETE" => caller.delete(&path).await,
                _ => caller.post(&path, body.clone()).await,
            };
            let forbidden = answer.status.as_u16() == 403;
            assert_eq!(!forbidden, may == Some('Y'), "{who} {method} {path}: {}", answer.text);
            assert!(!answer.status.is_server_error(), "{who} {method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_without_a_credential_gets_anything() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let (rest, last) = builder.admin.secret.split_at(builder.admin.secret.len() - 1);
    let forged = format!("{rest}{}", if last == "A" { "E" } else { "A" });
    let operators = builder.admin.secret.replacen("tbk_", "tbo_", 1);
    let url = format!("{}/v1/contacts", server.base);
    for authorization in [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(format!("Basic {}", builder.admin.secret)),
        Some(format!("Bearer {forged}")),
        Some(format!("Bearer x{}", builder.admin.secret)),
    ] {
        let mut request = server.client.get(&url);
        if let Some(text) = &authorization {
            request = request.header("authorization", text);
        }
        let answer = super::harness::send(request).await.is(401);
        assert_eq!(answer.code(), "unauthorized", "{authorization:?}");
    }
    // The prefix is for people; the row says what the key is.
    let renamed = server.caller(&operators);
    renamed.post("/v1/accounts", json!({ "name": "X" })).await.is(403);
}
