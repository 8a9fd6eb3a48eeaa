use super::{Place, Tab, in_settings};
use crate::endpoints::org::rename::RenameOrg;
use crate::endpoints::org::to_own;
use crate::error::Problem;
use crate::pages::form::{Complaints, Input, button};
use crate::pages::layout::{Page, to};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::html;

/// What the organisation is called.
pub(super) async fn show(visit: Visit<OrgUser, ()>) -> Page {
    let page = page(&visit.who, visit.who.company(), &Complaints::NONE);
    page.done(visit.query.text("done"))
}

/// Call it otherwise.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let renamed = match (RenameOrg { name: form.text("name").to_owned() }).read() {
        Ok(rename) => order.execute(&app, to_own(&order, rename)).await,
        Err(problem) => Err(problem),
    };
    match renamed {
        Ok(_) => Ok(to("/org/settings?done=org-renamed")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&who, form.text("name"), &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn page(who: &OrgUser, name: &str, complaints: &Complaints) -> Page {
    let content = html! {
        (complaints.above(&[("name", "Name")]))
        form method="post" action="/org/settings" novalidate {
            (Input::text("name", "Name").filled_as("organization").value(name)
                .hint("Each general contractor has its own name for you beside it.").shown(complaints))
            (button("rename", "Save"))
        }
        p { a href="/accounts" { "Work for somebody else" } }
    };
    Page::new("Settings", in_settings(Tab::General, &content)).org(who, Place::Settings)
}
