use super::setup::{by_line, complaints, lines, of_version, version};
use crate::endpoints::custom_fields::set::{CustomFieldBody, SetCustomFields, set, warnings_after};
use crate::error::{FieldError, Problem};
use crate::extract::Order;
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::sentence;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Outcome;
use domain::custom_field::{FieldKind, FieldName};
use maud::{Markup, html};
use projections::custom_fields::{self, CustomFieldEntry, CustomFieldsEntry};
use projections::search::normalised;

const LABELS: [(&str, &str); 5] = [
    ("label", "Label"),
    ("name", "Name for programs"),
    ("kind", "Kind"),
    ("choices", "Options"),
    ("fields", "Custom fields"),
];

/// The fields that contacts have beyond what every contact has (R41); `?field=` opens one.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let there = fields_of(&app, &visit.who).await?;
    let page = page(&visit.who, &there, &visit.query, &Complaints::NONE)?;
    Ok(page.done(visit.query.text("done")))
}

/// Add a field, or change, move or remove one. The list is set whole, as the page showed it but for
/// that one field.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let there = fields_of(&app, &who).await?;
    match carry_out(&app, order, &form, &there).await {
        Ok(done) => Ok(to(&format!("/settings/custom-fields?done={done}"))),
        Err(problem) => {
            let complaints = complaints(by_line(problem, &["choices"]))?;
            Ok(page(&who, &there, &form, &complaints)?.into_response())
        }
    }
}

async fn fields_of(app: &AppState, who: &Staff) -> Result<CustomFieldsEntry, Problem> {
    let fields = custom_fields::get(app.store().reader(), who.ledger()).await?;
    fields.ok_or_else(Problem::not_found)
}

async fn carry_out(
    app: &AppState,
    order: Order<(), ()>,
    form: &Form,
    there: &CustomFieldsEntry,
) -> Result<&'static str, Problem> {
    let mut fields: Vec<CustomFieldBody> = there.fields.iter().map(body_of).collect();
    let at = there.fields.iter().position(|field| field.name == form.text("field"));
    let about = match (form.text("action"), at) {
        ("add", _) => {
            fields.push(new_field(form));
            fields.len() - 1
        }
        ("save", Some(at)) => {
            form.text("label").clone_into(&mut fields[at].label);
            fields[at].choices = fields[at].choices.is_some().then(|| lines(form.text("choices")));
            at
        }
        ("up", Some(at)) => {
            fields.swap(at, at.saturating_sub(1));
            at
        }
        ("remove", Some(at)) => {
            fields.remove(at);
            at
        }
        _ => return Err(no_such_button()),
    };
    let order = order.at_version(version(form)?);
    let applied =
        set(app, &order, &SetCustomFields { fields }).await.map_err(|p| of_one(p, about))?;
    let warnings = warnings_after(app, &applied).await?;
    let warned = |code: &str| warnings.iter().any(|warning| warning.code == code);
    Ok(if applied.outcome == Outcome::Unchanged {
        "unchanged"
    } else if warned("custom_field_values_hidden") {
        "field-removed"
    } else if warned("custom_field_choices_retired") {
        "choices-retired"
    } else {
        "fields-set"
    })
}

fn body_of(field: &CustomFieldEntry) -> CustomFieldBody {
    CustomFieldBody {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind.clone(),
        choices: field.choices.clone(),
    }
}

/// A new field; where nobody gives it a name for programs, that is made of its label.
fn new_field(form: &Form) -> CustomFieldBody {
    let label = form.text("label").to_owned();
    let name = form.filled("name").map_or_else(|| name_of(&label), |typed| typed.trim().to_owned());
    let kind = form.text("kind").to_owned();
    let choices = lines(form.text("choices"));
    let choices = (kind == "choice" || !choices.is_empty()).then_some(choices);
    CustomFieldBody { name, label, kind, choices }
}

/// `Gate code` as `gate-code`.
fn name_of(label: &str) -> String {
    let plain = normalised(label);
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    name.chars().take(FieldName::CHARACTERS_MAX).collect()
}

/// The same problem, about the one field that a form has.
fn of_one(mut problem: Problem, index: usize) -> Problem {
    let within = format!("fields[{index}].");
    let plain = |field: &str| field.strip_prefix(&within).map(str::to_owned);
    for error in &mut problem.body.errors {
        if let Some(field) = plain(&error.field) {
            error.field = field;
        }
    }
    let one = problem.body.field.clone().filter(|_| problem.body.errors.is_empty());
    if let Some((one, field)) = one.and_then(|one| Some((one.clone(), plain(&one)?))) {
        let reason = problem.body.detail.trim_start_matches(&*one).trim_matches([' ', '.']);
        let error = FieldError { field, reason: reason.to_owned() };
        problem = Problem::invalid(problem.status, vec![error]);
    }
    problem
}

fn page(
    who: &Staff,
    there: &CustomFieldsEntry,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let opened = match form.filled("field") {
        None => None,
        Some(name) => {
            let found = there.fields.iter().find(|field| field.name == name);
            Some(found.ok_or_else(Problem::not_found)?)
        }
    };
    let content = html! {
        (tabs(who, Setting::CustomFields))
        (complaints.above(&LABELS))
        @if !who.administers() {
            p .hint { "An admin of the account changes this list." }
            (table(there, false))
        } @else if let Some(field) = opened {
            p { a href="/settings/custom-fields" { "All custom fields" } }
            (one(there, field, form, complaints))
        } @else {
            (table(there, true))
            h2 { "Add a field" }
            (new(there, form, complaints))
        }
    };
    let title = opened.map_or("Custom fields", |field| field.label.as_str());
    Ok(Page::new(title, content).status(complaints.status()).desk(who, Desk::Settings))
}

fn table(there: &CustomFieldsEntry, changes: bool) -> Markup {
    html! {
        @if there.fields.is_empty() {
            div .plain {
                p {
                    "There are no custom fields yet. A field that is added here is on every contact, \
                     for what your company wants to know of them."
                }
            }
        } @else {
            table .cards role="table" {
                thead role="rowgroup" { tr role="row" {
                    @for label in ["Label", "Kind", "Options", "Name for programs"] {
                        th scope="col" role="columnheader" { (label) }
                    }
                } }
                tbody role="rowgroup" { @for field in &there.fields { (row(field, changes)) } }
            }
        }
    }
}

fn row(field: &CustomFieldEntry, changes: bool) -> Markup {
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                @if changes {
                    a href=(format!("/settings/custom-fields?field={}", field.name)) {
                        (field.label)
                    }
                } @else { (field.label) }
            }
            td role="cell" data-label="Kind" { (sentence(&field.kind)) }
            td role="cell" data-label="Options" {
                @match &field.choices {
                    Some(choices) => (choices.join(", ")),
                    None => "–",
                }
            }
            td role="cell" data-label="Name for programs" { (field.name) }
        }
    }
}

/// A field that is there; its kind stays.
fn one(
    there: &CustomFieldsEntry,
    field: &CustomFieldEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let is_typed = form.text("action") == "save";
    let label = if is_typed { form.text("label") } else { &field.label };
    let known = field.choices.as_ref().map(|choices| choices.join("\n"));
    let is_first = there.fields.first().is_some_and(|first| first.name == field.name);
    html! {
        form .narrow method="post" novalidate {
            (of_version(there.version))
            (hidden("field", &field.name))
            (Input::text("label", "Label").value(label).shown(complaints))
            p { "Kind: " (sentence(&field.kind)) "." span .hint { " A field keeps its kind." } }
            @if let Some(known) = &known {
                (Input::text("choices", "Options").lines(6)
                    .value(if is_typed { form.text("choices") } else { known })
                    .hint("One a line. Contacts that have an option which leaves keep it.")
                    .shown(complaints))
            }
            div .buttons {
                (button("save", "Save the field"))
                @if !is_first { (quiet_button("up", "Move it up")) }
            }
        }
        details .plain {
            summary { "Remove this field" }
            p {
                "It goes from every contact. What contacts had of it stays in their histories, and \
                 shows no more."
            }
            form method="post" {
                (of_version(there.version))
                (hidden("field", &field.name))
                (quiet_button("remove", "Yes, remove it"))
            }
        }
    }
}

fn new(there: &CustomFieldsEntry, form: &Form, complaints: &Complaints) -> Markup {
    let kinds: Vec<(String, String)> =
        FieldKind::WORDS.iter().map(|word| ((*word).to_owned(), sentence(word))).collect();
    html! {
        form .narrow method="post" novalidate {
            (of_version(there.version))
            (Input::text("label", "Label").value(form.text("label"))
                .hint("What people call it, such as “Gate code”.").shown(complaints))
            (Select::new("kind", "Kind", &kinds).chosen(form.text("kind"))
                .hint("It stays while the field is there.").shown(complaints))
            (Input::text("choices", "Options").lines(4).value(form.text("choices"))
                .hint("Of a choice alone, one a line.").shown(complaints))
            (Input::text("name", "Name for programs").value(form.text("name"))
                .hint("Left open, it is made of the label.").shown(complaints))
            (button("add", "Add the field"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_programs_is_made_of_the_label() {
        assert_eq!(name_of(" Gate-Code (2nd)"), "gate-code-2nd");
        assert_eq!(name_of("Tür Élan"), "tur-elan");
        assert_eq!(name_of("門"), "");
        assert!(FieldName::parse(&name_of(&"long ".repeat(30))).is_ok());
    }
}
