use crate::endpoints::settings::change::ChangeSettings;
use crate::error::Problem;
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Command;
use domain::builder_account::{BuilderAccountCommand, StaffSecondFactor};
use maud::{Markup, html};
use projections::settings::{self, SettingsEntry};

/// What people call the fields.
const LABELS: [(&str, &str); 3] = [
    ("invitation_ttl_hours", "How many hours an invitation can be accepted"),
    ("invitation_reminder", "A reminder to whoever has not answered"),
    ("staff_second_factor", "A second factor of your staff"),
];
const DAYS: (&str, &str) = ("portal_link_days", "Days for which a link opens a portal");

/// What holds for all invitations and all of the staff.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Settle it otherwise.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let changed = match asked(&form) {
        Ok(change) => {
            let command = Command::BuilderAccount(order.account(), change);
            order.execute(&app, command).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(applied) if applied.outcome == domain::Outcome::Unchanged => {
            Ok(to("/settings?done=unchanged"))
        }
        Ok(_) => Ok(to("/settings?done=settled")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn asked(form: &Form) -> Result<BuilderAccountCommand, Problem> {
    // What is no number is refused like one that is out of bounds, and in its words.
    let hours = form.text("invitation_ttl_hours").trim().parse().unwrap_or(0);
    let change = ChangeSettings {
        invitation_ttl_hours: Some(hours),
        portal_link_days: Some(form.text("portal_link_days").trim().parse().unwrap_or(0)),
        invitation_reminder: Some(form.text("invitation_reminder") == "on"),
        staff_second_factor: match form.text("staff_second_factor") {
            "required" => Some(StaffSecondFactor::Required),
            "optional" => Some(StaffSecondFactor::Optional),
            _ => None,
        },
    };
    change.read().map(BuilderAccountCommand::ChangeSettings)
}

async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let entry = settings::get(app.store().reader(), who.ledger()).await?;
    let (entry, _) = entry.ok_or_else(Problem::not_found)?;
    let content = html! {
        (tabs(who, Setting::General))
        (complaints.above(&[&LABELS[..], &[DAYS]].concat()))
        @if who.administers() { (editing(&entry, form, complaints)) } @else { (told(&entry)) }
    };
    Ok(Page::new("Settings", content).desk(who, Desk::Settings))
}

fn editing(entry: &SettingsEntry, form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action") == "save";
    let hours = entry.invitation_ttl_hours.to_string();
    let days = entry.portal_link_days.to_string();
    let reminder = if entry.invitation_reminder { "on" } else { "off" };
    let factor = entry.staff_second_factor.word();
    let typed = |name, there| if asked { form.text(name) } else { there };
    let reminders = options([("off", "None"), ("on", "A day before the end")]);
    let factors = options([
        ("optional", "Who has one uses it"),
        ("required", "Nobody works here without one"),
    ]);
    html! {
        form method="post" action="/settings" novalidate {
            (Input::number(LABELS[0].0, LABELS[0].1)
                .value(typed(LABELS[0].0, &hours))
                .hint("From 1 to 168, which is a week. One that is out keeps its end until it is sent \
                    again.")
                .shown(complaints))
            (Input::number(DAYS.0, DAYS.1)
                .value(typed(DAYS.0, &days))
                .hint("From 1 to 366, where nobody says until when. One that is out keeps its end.")
                .shown(complaints))
            (Select::new(LABELS[1].0, LABELS[1].1, &reminders)
                .chosen(typed(LABELS[1].0, reminder)).shown(complaints))
            (Select::new(LABELS[2].0, LABELS[2].1, &factors)
                .chosen(typed(LABELS[2].0, factor))
                .hint("Each turns theirs on in their own pages. Who is signed in goes on until that \
                    session ends, after twelve hours at most; keys have none.")
                .shown(complaints))
            (button("save", "Save"))
        }
    }
}

fn told(entry: &SettingsEntry) -> Markup {
    html! {
        dl .facts {
            dt { (LABELS[0].1) } dd { (entry.invitation_ttl_hours) }
            dt { (DAYS.1) } dd { (entry.portal_link_days) }
            dt { (LABELS[1].1) }
            dd { @if entry.invitation_reminder { "A day before the end" } @else { "None" } }
            dt { (LABELS[2].1) }
            dd {
                @match entry.staff_second_factor {
                    StaffSecondFactor::Required => "Nobody works here without one",
                    StaffSecondFactor::Optional => "Who has one uses it",
                }
            }
        }
        p .hint { "An admin changes these." }
    }
}
