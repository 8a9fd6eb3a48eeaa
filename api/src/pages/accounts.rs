use super::cookie::work_begun;
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, button, code_where_needed, hidden, radio,
};
use super::layout::{Page, own_path, to};
use super::visit::{Owner, Sent, Visit, WithWork};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::input::{Door, id};
use crate::persons::links;
use crate::persons::signing_in::{Errand as For, Login, Working, sign_in};
use crate::persons::trades::organisations::{self, OrgWork};
use crate::persons::work::{self, Work};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{AccountId, OrgId};
use maud::{Markup, html};

/// The accounts and organisations that somebody works for, to begin with one of them.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Begin to work for one of them. The password is asked for: a session for work ends early (promise
/// 25), and whoever finds an open browser is not to begin another.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Owner>, ()>,
) -> Result<Response, Problem> {
    let Sent { who: before, form, .. } = sent;
    let who = &before.who;
    let mut door = Door::default();
    let errand = match form.text("account").strip_prefix(ORG) {
        Some(org) => door.take("account", id::<OrgId>(org)).map(For::Org),
        None => door.take("account", id::<AccountId>(form.text("account"))).map(For::Account),
    };
    let errand = door.build(|| errand)?;
    let person = links::person(&app, who.person()).await?;
    let email = person.email.value().cloned().ok_or_else(Problem::internal)?;
    let password = form.password(PASSWORD);
    let code = form.filled(CODE);
    let login = Login { email: &email, password: &password, code, errand };
    let asker = who.asker();
    let visitor = Visitor { asker: None, client: asker.client, correlation: asker.correlation };
    match sign_in(&app, &visitor, &login).await {
        Ok(signed_in) => {
            before.end_work(&app).await?;
            let wanted = form.filled("next").and_then(own_path);
            let (first, is_org) = match signed_in.work {
                Some(Working::Org(..)) => ("/org/projects", true),
                Some(Working::Account(..)) | None => ("/jobs", false),
            };
            // What they were on their way to may be the other one's.
            let wanted = wanted.filter(|path| path.starts_with("/org/") == is_org);
            Ok(work_begun(to(wanted.unwrap_or(first)), &signed_in.secret, app.site()))
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, who, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn page(
    app: &AppState,
    who: &Owner,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let person = links::person(app, who.person()).await?;
    let accounts = work::of(app, &person).await?;
    let orgs = organisations::of(app, &person).await?;
    let content = html! {
        (complaints.above(&[(PASSWORD, "Password"), (CODE, CODE_LABEL)]))
        @if accounts.is_empty() && orgs.is_empty() {
            p .plain {
                "You work for no building company and for no subcontractor here. If you should, ask \
                 one of its people for an invitation; it comes by mail."
            }
        } @else {
            form method="post" novalidate {
                @if let Some(next) = form.filled("next").and_then(own_path) { (hidden("next", next)) }
                (choice(&accounts, &orgs, form))
                (Input::password("Password").shown(complaints))
                (code_where_needed(complaints))
                (button("work", "Go to work"))
            }
        }
        p { a href="/me" { "To what is your own" } }
    };
    Ok(Page::new("Where you work", content))
}

/// What stands before an organisation's id, in the place of an account's.
const ORG: &str = "org-";

/// Those that they may choose between: value and words.
fn choice(accounts: &[Work], orgs: &[OrgWork], form: &Form) -> Markup {
    let accounts = accounts.iter().map(|work| {
        (work.account.0.to_string(), work.builder.as_str(), format!("as {}", work.row.role))
    });
    let orgs = orgs.iter().map(|work| {
        (format!("{ORG}{}", work.org), work.name.as_str(), "a subcontractor".to_owned())
    });
    let all: Vec<(String, &str, String)> = accounts.chain(orgs).collect();
    let wanted = form.filled("next").map(|path| path.starts_with("/org/"));
    let fits = |value: &str| wanted.is_none_or(|for_org| for_org == value.starts_with(ORG));
    let first = all.iter().position(|(value, _, _)| fits(value)).unwrap_or_default();
    html! {
        @if let [(value, name, what)] = all.as_slice() {
            (hidden("account", value))
            p .lead { strong { (name) } ", " (what) }
        } @else {
            fieldset {
                legend { "For" }
                @for (at, (value, name, what)) in all.iter().enumerate() {
                    (radio("account", value, &format!("{name}, {what}"), at == first))
                }
            }
        }
    }
}
