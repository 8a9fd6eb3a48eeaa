//! No input gives a 5xx (promise 32), nothing that was sent is repeated, and every answer is
//! dressed.

use super::harness::{Answer, Caller, Server, send};
use super::trades::{accept_anew, add_user, invite, invited};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// Would be somebody's, if a problem repeated it.
const CANARY: &str = "canary@example.org";

/// The owner, who signs in again when the session has ended.
async fn signed_in(server: &Server, session: Caller) -> Caller {
    match session.get("/v1/me").await.status.as_u16() {
        401 => server.sign_in("owner@example.org", PASSWORD).await,
        _ => session,
    }
}

const PASSWORD: &str = "a house by the river";

fn bodies() -> Vec<String> {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let text = |text: &str| {
        json!({ "name": text, "primary_email": text, "email": text, "reason": text,
            "phones": [text], "jobs": [text], "contacts": [text], "mode": text, "label": text,
            "role": text, "content": text, "format": "csv", "contact_id": text,
            "replace_with": text, "mapping": { "job_name": [text] } })
        .to_string()
    };
    let mut bodies: Vec<String> = ["", "{", "[]", "null", "7", "\"x\"", "{\"name\":", "\u{feff}{}"]
        .map(str::to_owned)
        .to_vec();
    bodies.push(deep);
    bodies.push(format!("{{\"{CANARY}\": 1}}"));
    bodies.push(json!({ "name": [CANARY], "mode": CANARY, "role": CANARY }).to_string());
    bodies.push(json!({ "name": { "x": CANARY } }).to_string());
    bodies.push(json!({ "name": 1e300, "jobs": CANARY, "contacts": {} }).to_string());
    bodies.push("{\"name\": \"\\ud800\"}".to_owned());
    bodies.push("{\"name\": 123456789012345678901234567890}".to_owned());
    let long = "x".repeat(100_000);
    for typed in [&format!("{CANARY}\0"), "\u{202e}", &long, "", " ", "\u{7f}", "ﷺ", CANARY] {
        bodies.push(text(typed));
    }
    for field in ["name", "email", "reason", "label", "value", "password"] {
        bodies.push(json!({ field: format!("{CANARY}\0") }).to_string());
        bodies.push(json!({ field: null }).to_string());
    }
    bodies
}

fn routes(description: &Value) -> Vec<(Method, String)> {
    let mut routes = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            routes.push((method.to_uppercase().parse().expect("a method"), path.clone()));
        }
    }
    routes
}

fn is_refused(answer: &Answer, what: &str) {
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.text);
    if answer.status.is_client_error() {
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
        assert!(!answer.text.contains("canary"), "{what} repeats what was sent: {}", answer.text);
        assert!(!answer.code().is_empty(), "{what}");
    }
    assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{what}");
    assert!(answer.headers.contains_key("content-security-policy"), "{what}");
    assert!(answer.headers.contains_key("x-request-id"), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_and_no_query_gives_a_failure() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let operator = server.operator();
    let contact = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let job = builder.admin.job("Barn", &[]).await;
    let owner = server.owner(&builder, "owner@example.org", PASSWORD).await;
    let mut session = owner.session;
    let link = server.invite(&builder, contact).await;
    let (member, join) = server.invite_staff(&builder, "mia@elm.example", "staff", &[]).await;
    let forgotten = json!({ "email": "owner@example.org" });
    server.anybody().post("/v1/password-resets", forgotten).await.is(202);
    let reset = super::logins::reset_link(&server, owner.person, 1).await;
    let pipes = ("Pipes", "Pia Pipe", "pia@pipes.example");
    let (subcontractor, site, first) = invited(&server, &builder, pipes, "Site").await;
    let pia = accept_anew(&server, &first).await;
    let shed = builder.admin.job("Shed", &[]).await;
    let project = invite(&server, &builder, subcontractor, shed).await;
    let (_, org_join) = add_user(&server, &pia, "nia@pipes.example").await;
    let description = operator.get("/openapi.json").await.is(200).body;
    for (method, path) in routes(&description) {
        let is_owners = path.starts_with("/v1/me") || path.starts_with("/v1/sessions");
        let is_operators = path.starts_with("/v1/accounts")
            || path == "/v1/mail/bounces"
            || path.starts_with("/v1/operators")
            || path.starts_with("/v1/interventions")
            || path.starts_with("/v1/org-interventions");
        let caller = if is_operators { &operator } else { &builder.admin };
        let is_orgs = path == "/v1/org" || path.starts_with("/v1/org/");
        let caller = if is_orgs { &pia.session } else { caller };
        let mut caller = if is_owners { session.clone() } else { caller.clone() };
        let id = match path.as_str() {
            path if path.starts_with("/v1/contacts") => contact,
            path if path.starts_with("/v1/jobs") => job,
            path if path.starts_with("/v1/staff") => member,
            _ => builder.id,
        };
        let link = match path.split('/').nth(2) {
            Some("staff-invitations") => &join,
            Some("project-invitations") => &project,
            Some("org-invitations") => &org_join,
            _ => &link,
        };
        let path = path
            .replace("{id}", &id.to_string())
            .replace("{contact_id}", &contact.to_string())
            .replace("{token}", if path.contains("reset") { &reset } else { link })
            .replace("{name}", "gate")
            .replace("{task_id}", &contact.to_string())
            .replace("{todo_id}", &contact.to_string())
            .replace("{account_id}", &builder.id.to_string())
            .replace("{job_id}", &job.to_string())
            .replace("{milestone_id}", &contact.to_string())
            .replace("{document_id}", &contact.to_string())
            .replace("{link_id}", &contact.to_string())
            .replace("{impersonation_id}", &contact.to_string())
            .replace("{customer_id}", &builder.id.to_string())
            .replace("{subcontractor}", &subcontractor.to_string())
            .replace("{invitation_id}", &contact.to_string())
            .replace("{request_id}", &contact.to_string())
            .replace("{owner_id}", &contact.to_string())
            .replace("{user_id}", &contact.to_string())
            .replace("{job}", &site.to_string())
            .replace("{task}", &contact.to_string())
            .replace("{code}", "not_found");
        assert!(!path.contains('{'), "what stands for {path}?");
        if method == "GET" {
            for query in [
                "?x=1",
                "?limit=-1",
                "?limit=%00",
                "?cursor=%ff",
                "?owner=x&owner=y",
                "?search=%00",
                "?from=yesterday",
                "?sort=%F0%9F%92%A9",
                "?cursor=W10",
                "?&&=&=x",
            ] {
                let answer = caller.get(&format!("{path}{query}")).await;
                is_refused(&answer, &format!("{path}{query}"));
            }
            continue;
        }
        for body in bodies() {
            let request = caller.request(method.clone(), &path);
            let what = format!("{method} {path} {}", body.chars().take(80).collect::<String>());
            let request = request.header("content-type", "application/json").body(body);
            is_refused(&send(request).await, &what);
            if method == "DELETE" && path == "/v1/sessions" {
                // Without a body it ends all sessions.
                session = signed_in(&server, session).await;
                caller = session.clone();
            }
        }
        let request = caller.request(method.clone(), &path).header("content-type", "text/plain");
        let answer = send(request.body("a,b")).await;
        // A builder sets no image, whatever it is.
        let is_image =
            method == "PUT" && path.starts_with("/v1/contacts") && path.ends_with("/image");
        let status = if is_image { 403 } else { 415 };
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_cannot_be_read_are_refused() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let contact = builder.admin.contact("Ada", None).await;
    let path = format!("/v1/contacts/{contact}/disable");
    for (name, value) in [
        ("if-match", "3"),
        ("if-match", "W/\"3\""),
        ("if-match", "\"x\""),
        ("idempotency-key", "a b"),
        ("idempotency-key", ""),
        ("x-correlation-id", "not-an-id"),
        ("x-reason", ""),
        ("ledger-position", "garbage"),
        ("ledger-position", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let answer = builder.admin.with(&path, json!({}), &[(name, value)]).await.is(400);
        is_refused(&answer, name);
        let field = answer.body["field"].as_str().expect("a field");
        assert_eq!(field.to_lowercase(), name);
    }
    let created = [("if-match", "\"1\"")];
    builder.admin.with("/v1/jobs", json!({ "name": "X" }), &created).await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let large = json!({ "name": "x".repeat(1 << 20) });
    for path in ["/v1/contacts", "/v1/jobs", "/v1/jobs/bulk-owners"] {
        assert_eq!(builder.admin.post(path, large.clone()).await.is(413).code(), "too_large");
    }
    let content = format!("name\n{}", "x\n".repeat(10_001));
    let file = json!({ "format": "csv", "content": content, "mapping": { "job_name": ["name"] } });
    assert_eq!(builder.admin.post("/v1/imports", file).await.is(413).code(), "too_large");
    let many: Vec<Uuid> = (0..1_001).map(|_| Uuid::now_v7()).collect();
    let bulk = json!({ "mode": "add", "jobs": many, "contacts": [Uuid::now_v7()] });
    let refused = builder.admin.post("/v1/jobs/bulk-owners", bulk).await.is(422);
    assert_eq!(refused.body["detail"], "jobs must have at most 1000 entries.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_beside_the_api_is_there() {
    let server = Server::start().await;
    let anybody = server.caller("nobody");
    // The first one begins the counting.
    anybody.get("/metrics").await.is(200);
    assert_eq!(anybody.get("/healthz").await.is(200).text, "ok\n");
    assert_eq!(anybody.get("/readyz").await.is(200).body["status"], "ready");
    anybody.get("/problems/primary_email_claimed").await.is(200);
    anybody.get("/problems/nonsense").await.is(404);
    let viewer = anybody.get("/docs/").await.is(200);
    assert!(viewer.text.contains("swagger-ui"));
    let policy = viewer.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    let figures = anybody.get("/metrics").await.is(200).text;
    for name in ["titleblock_requests_total", "titleblock_view_lag_events", "titleblock_pool"] {
        assert!(figures.contains(name), "{name} is not in the figures");
    }
}
