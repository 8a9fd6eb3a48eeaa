use super::cookie::{Errand, carrying, look_forgotten};
use super::form::{
    CODE, CODE_LABEL, Complaints, Form, Input, PASSWORD, button, code_where_needed, hidden, radio,
};
use super::layout::{Page, own_path, to, with_cookie};
use super::visit::{Owner, Sent, Visit, WithWork};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::input::{Door, id};
use crate::persons::links;
use crate::persons::signing_in::{Login, sign_in};
use crate::persons::work::{self, Work};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::AccountId;
use maud::{Markup, html};

/// The accounts that somebody works for, to begin with one of them.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Begin to work for an account. The password is asked for: a session for work ends early (promise
/// 25), and whoever finds an open browser is not to begin another.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Owner>, ()>,
) -> Result<Response, Problem> {
    let Sent { who: before, form, .. } = sent;
    let who = &before.who;
    let mut door = Door::default();
    let account = door.take("account", id::<AccountId>(form.text("account")));
    let account = door.build(|| account)?;
    let person = links::person(&app, who.person()).await?;
    let email = person.email.value().cloned().ok_or_else(Problem::internal)?;
    let password = form.password(PASSWORD);
    let code = form.filled(CODE);
    let login = Login { email: &email, password: &password, code, account: Some(account) };
    let asker = who.asker();
    let visitor = Visitor { asker: None, client: asker.client, correlation: asker.correlation };
    match sign_in(&app, &visitor, &login).await {
        Ok(signed_in) => {
            before.end_work(&app).await?;
            let carried = carrying(&signed_in.secret, Errand::Work, app.site());
            let wanted = form.filled("next").and_then(own_path);
            let response = with_cookie(to(wanted.unwrap_or("/jobs")), carried);
            Ok(with_cookie(response, look_forgotten(app.site())))
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
    let content = html! {
        (complaints.above(&[(PASSWORD, "Password"), (CODE, CODE_LABEL)]))
        @if accounts.is_empty() {
            p .plain {
                "You work for no building company here. If you should, ask one of its admins for an \
                 invitation; it comes by mail."
            }
        } @else {
            form method="post" novalidate {
                @if let Some(next) = form.filled("next").and_then(own_path) { (hidden("next", next)) }
                (choice(&accounts))
                (Input::password("Password").shown(complaints))
                (code_where_needed(complaints))
                (button("work", "Go to work"))
            }
        }
        p { a href="/me" { "To what is your own" } }
    };
    Ok(Page::new("Where you work", content))
}

fn choice(accounts: &[Work]) -> Markup {
    html! {
        @if let [only] = accounts {
            (hidden("account", &only.account.0.to_string()))
            p .lead { strong { (only.builder) } ", as " (only.row.role) }
        } @else {
            fieldset {
                legend { "For" }
                @for (at, work) in accounts.iter().enumerate() {
                    @let label = format!("{}, as {}", work.builder, work.row.role);
                    (radio("account", &work.account.0.to_string(), &label, at == 0))
                }
            }
        }
    }
}
