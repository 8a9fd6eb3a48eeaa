//! Promise 27, of every route: nothing is sniffed, kept by a cache, framed, or told in a Referer.

use super::harness::{Answer, Caller, Server, send};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// What holds nothing of anybody's, and may be kept: the viewer of the API's description.
const MAY_BE_KEPT: &[&str] = &["/docs"];

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn check(route: &str, answer: &Answer, https: bool) {
    assert_eq!(header(answer, "x-content-type-options"), "nosniff", "{route}");
    // Pages tell each other, so that a form can be told from another site's.
    let referrer = if route == "/" { "same-origin" } else { "no-referrer" };
    assert_eq!(header(answer, "referrer-policy"), referrer, "{route}");
    let policy = header(answer, "content-security-policy");
    assert!(policy.starts_with("default-src "), "{route}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{route}: {policy}");
    if !MAY_BE_KEPT.iter().any(|path| route.contains(path)) {
        assert_eq!(header(answer, "cache-control"), "no-store", "{route}");
    }
    let sure = header(answer, "strict-transport-security");
    if https {
        let age = sure.strip_prefix("max-age=").and_then(|rest| rest.split(';').next());
        let age: u64 = age.and_then(|age| age.trim().parse().ok()).unwrap_or(0);
        assert!(age >= 31_536_000, "{route}: {sure}");
    } else {
        // A server that is reached without TLS would lock its own clients out.
        assert_eq!(sure, "", "{route}");
    }
    Uuid::parse_str(header(answer, "x-request-id")).expect("the request's id");
    for (name, _) in &answer.headers {
        assert!(!["server", "x-powered-by"].contains(&name.as_str()), "{route} tells {name}");
    }
    let failed = answer.status.is_client_error() || answer.status.is_server_error();
    if failed && route.contains("/v1/") {
        assert_eq!(header(answer, "content-type"), "application/problem+json", "{route}");
    }
}

async fn over_all_routes(server: &Server, https: bool) {
    let builder = server.builder("Elm").await;
    let owner = server.owner(&builder, "ada@example.org", "a house by the river").await;
    let contact = owner.contact.to_string();
    let description = server.operator().get("/openapi.json").await.is(200);
    check("/openapi.json", &description, https);
    let callers: [&Caller; 3] = [&builder.admin, &owner.session, &server.anybody()];
    let mut routes = 0;
    for (path, methods) in description.body["paths"].as_object().expect("paths") {
        let mut filled = String::new();
        for part in path.split_inclusive('}') {
            filled.push_str(part.split_once('{').map_or(part, |(before, _)| before));
            filled.push_str(if part.ends_with('}') { &contact } else { "" });
        }
        for method in methods.as_object().expect("methods").keys() {
            let method: Method = method.to_uppercase().parse().expect("a method");
            for caller in callers {
                // The session is to live on, and the last key.
                if method == Method::DELETE && path.starts_with("/v1/sessions") {
                    continue;
                }
                let request = caller.request(method.clone(), &filled);
                let request =
                    if method == Method::GET { request } else { request.json(&json!({})) };
                check(&format!("{method} {path}"), &send(request).await, https);
                routes += 1;
            }
        }
        // What the framework answers by itself.
        let odd = send(builder.admin.request(Method::TRACE, &filled)).await;
        check(&format!("TRACE {path}"), &odd, https);
    }
    assert!(routes > 200, "{routes} requests are too few");
    for path in ["/", "/nowhere", "/docs/", "/v1/contacts/%00", "/v1/jobs?x=%FF"] {
        check(path, &builder.admin.get(path).await, https);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_its_headers() {
    over_all_routes(&Server::start().await, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_clients_come_by_https_every_answer_holds_them_to_it() {
    over_all_routes(&Server::start_at("https://builders.example").await, true).await;
}
