//! For those who run the installation: where ledgers and views stand, what is parked, what mail waits.
//! Read-only, and nothing of anybody's: no name, no address, no content.

mod pass;
mod standing;

use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::pages::form::{Complaints, button, no_such_button};
use crate::pages::layout::{Page, to, with_cookie};
use crate::pages::visit::{Sent, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use pass::Operator;

/// Where everything stands, for an operator; others are asked for their token.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    operator: Option<Operator>,
    visit: Visit<Visitor, ()>,
) -> Result<Response, Problem> {
    if operator.is_none() {
        return Ok(sign_in(&Complaints::NONE).done(visit.query.text("done")).into_response());
    }
    Ok(standing::page(&app, &visit.query).await?.into_response())
}

/// Come in with a token, or leave.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Visitor, ()>,
) -> Result<Response, Problem> {
    match sent.form.text("action") {
        "sign-in" => {
            let typed = sent.form.text("token").trim();
            let token = Secret::parse(typed).filter(|token| token.kind() == SecretKind::Operator);
            let known = match &token {
                Some(token) => app.credential(token).await?.is_some(),
                None => false,
            };
            let Some(token) = token.filter(|_| known) else {
                let refused = Problem::new("unauthorized", "This is no operator's token.");
                let refused = Complaints::from(refused.field("token"));
                let page = sign_in(&refused).status(StatusCode::UNAUTHORIZED);
                return Ok(page.into_response());
            };
            let carried = pass::carrying(&app, &token)?;
            Ok(with_cookie(to("/operations"), Some(carried)))
        }
        "sign-out" => {
            let left = to("/operations?done=signed-out");
            Ok(with_cookie(left, pass::forgotten(app.site())))
        }
        _ => Err(no_such_button()),
    }
}

fn sign_in(complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&[("token", "Operator token")]))
        p { "For those who run this installation. Builders and owners " a href="/sign-in" { "sign in here" } "." }
        form method="post" action="/operations" novalidate {
            div .field {
                label for="token" { "Operator token" }
                p .hint id="token-hint" {
                    "As the first start printed it, or as it was told when you were appointed. The \
                     browser keeps a pass made from it for an hour, and not the token."
                }
                input id="token" name="token" type="password" autocomplete="off"
                    autocapitalize="none" spellcheck="false" aria-describedby="token-hint";
            }
            (button("sign-in", "Come in"))
        }
    };
    Page::new("Operations", content)
}
