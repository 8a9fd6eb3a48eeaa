use super::Place;
use crate::endpoints::org::join_requests::approve::approve;
use crate::endpoints::org::join_requests::list::{JoinRequestEntry, waiting};
use crate::endpoints::org::to_own;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::id;
use crate::pages::form::{Complaints, Form, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::JoinRequestId;
use domain::subcontractor_org::SubcontractorOrgCommand;
use maud::{Markup, html};

/// Who asks to join the organisation (H9).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Say yes or no.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    match answer(&app, &order, &form).await {
        Ok(done) => Ok(to(&format!("/org/requests?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn answer(
    app: &AppState,
    order: &Order<(), ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let request = id::<JoinRequestId>(form.text("request"));
    let request = request.map_err(|_not_an_id| Problem::not_found())?;
    match form.text("action") {
        "approve" => {
            approve(app, order, request).await?;
            Ok("org-join-approved")
        }
        "reject" => {
            let reject = SubcontractorOrgCommand::RejectJoin(request);
            order.execute(app, to_own(order, reject)).await?;
            Ok("org-join-rejected")
        }
        _ => Err(no_such_button()),
    }
}

async fn page(app: &AppState, who: &OrgUser, complaints: &Complaints) -> Result<Page, Problem> {
    let waiting = waiting(app, who.asker()).await?;
    let content = html! {
        (complaints.above(&[]))
        @if waiting.is_empty() { p .plain { "Nobody asks to join your organisation." } }
        @for request in &waiting { (entry(request)) }
    };
    Ok(Page::new("Join requests", content).org(who, Place::Requests))
}

fn entry(request: &JoinRequestEntry) -> Markup {
    let name = request.name();
    html! {
        article .entry {
            h2 { (name) }
            @if let Some(email) = &request.email { p { (email) } }
            p .hint {
                "Asked " (time(request.requested_at))
                ". The address is theirs: the link to ask was mailed there."
            }
            form method="post" action="/org/requests" {
                (hidden("request", &request.id.to_string()))
                p .hint { "Whoever joins sees all projects of your organisation, and may add and remove users." }
                (button("approve", "Let them join"))
                (quiet_button("reject", "Say no"))
            }
        }
    }
}
