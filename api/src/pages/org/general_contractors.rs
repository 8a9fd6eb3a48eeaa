use super::Place;
use crate::endpoints::org::general_contractors::ask_primary_contact::ask;
use crate::endpoints::org::general_contractors::list::{GeneralContractor, general_contractors};
use crate::endpoints::org::users::list::{OrgUser as Entry, users};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::id;
use crate::pages::form::{Complaints, Form, Select, button, hidden, no_such_button};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_if};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{PrimaryContactRequestId, SubUserId, SubcontractorId};
use maud::{Markup, html};

/// What people call the field.
const USER: &str = "New primary contact";

/// The general contractors, and the primary contact at each (G8).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Ask one for another primary contact (R82).
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    match request(&app, &order, &form).await {
        Ok(()) => Ok(to("/org/general-contractors?done=org-contact-asked")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn request(app: &AppState, order: &Order<(), ()>, form: &Form) -> Result<(), Problem> {
    if form.text("action") != "ask" {
        return Err(no_such_button());
    }
    let subcontractor = id::<SubcontractorId>(form.text("subcontractor"));
    let subcontractor = subcontractor.map_err(|_not_an_id| Problem::not_found())?;
    let user = id::<SubUserId>(form.text("user")).map_err(|_not_an_id| Problem::not_found())?;
    let request = PrimaryContactRequestId(order.new_id(app, "primary contact"));
    let asked = ask(app, order, subcontractor, user, request).await;
    asked.map(drop).map_err(|mut problem| {
        if problem.body.field.as_deref() == Some("user") {
            // There is such an input for each of them.
            problem.body.field = Some(format!("user[{}]", form.text("place")));
        }
        problem
    })
}

async fn page(
    app: &AppState,
    who: &OrgUser,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let all = general_contractors(app, who.asker()).await?;
    let users = users(app, who.asker()).await?;
    let content = html! {
        (complaints.above(&[("user", USER)]))
        @if all.is_empty() { p .plain { "Your organisation works with no general contractor yet." } }
        @for (at, one) in all.iter().enumerate() { (entry(at, one, &users, form, complaints)) }
    };
    Ok(Page::new("General contractors", content).org(who, Place::GeneralContractors))
}

fn entry(
    at: usize,
    one: &GeneralContractor,
    users: &[Entry],
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let subcontractor = one.subcontractor.to_string();
    let meant = form.text("subcontractor") == subcontractor;
    let chosen = if meant { form.text("user") } else { "" };
    html! {
        article .entry {
            h2 { (one.name) }
            dl .facts {
                dt { "Calls you" } dd { (one.company) }
                dt { "Primary contact" }
                dd {
                    (one.primary_contact.as_deref().unwrap_or("Erased person"))
                    @if let Some(email) = &one.primary_contact_email { br; (email) }
                }
            }
            @if one.change_requested { p { "You have asked for another primary contact; the answer is theirs." } }
            details open[meant] {
                summary { "Ask for another primary contact" }
                p {
                    "Invitations of " (one.name) " go to the primary contact. To change that is theirs; \
                     they send what is pending to the new one again."
                }
                form method="post" action="/org/general-contractors" {
                    (hidden("subcontractor", &subcontractor))
                    (hidden("place", &at.to_string()))
                    (once_if(meant, form))
                    (choice(at, users, chosen, complaints))
                    (button("ask", "Ask for the change"))
                }
            }
        }
    }
}

/// Whom it is to be. Who is invited and has not registered yet can be asked for too; it delays (R84).
fn choice(at: usize, users: &[Entry], chosen: &str, complaints: &Complaints) -> Markup {
    let there =
        users.iter().filter(|user| ["registered", "invited"].contains(&user.status.as_str()));
    let options: Vec<(String, String)> = there
        .map(|user| {
            let waits = if user.status == "invited" { ", not registered yet" } else { "" };
            (user.id.to_string(), format!("{}{waits}", user.name()))
        })
        .collect();
    let hint = "Best somebody who has registered: what is sent to others waits for that.";
    Select::new("user", USER, &options).chosen(chosen).hint(hint).at(at).shown(complaints)
}
