//! What the builder keeps of a contact in whatever state it is: custom fields (R41, G6), and what it
//! may do in the customer portal (R115 to R120, G12).

use super::contact::Shown;
use super::told::Told;
use crate::endpoints::contacts::set_permissions::PortalPermissions;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, Select, button, hidden};
use crate::pages::words::{or_dash, sentence};
use crate::state::AppState;
use domain::contact::{ContactCommand, Permission};
use domain::text::CustomText;
use domain::{Command, ContactId, FieldName, TypedValue};
use maud::{Markup, html};
use projections::custom_fields::CustomFieldEntry;
use std::collections::BTreeSet;

/// What the inputs of custom fields begin with; no other of the page does.
const PREFIX: &str = "custom-";

/// What a field is called in the form.
pub(super) fn input_name(field: &str) -> String {
    format!("{PREFIX}{field}")
}

/// What the field was when the form was asked for.
fn before(field: &str) -> String {
    format!("shown-custom-{field}")
}

/// Saves the fields that were edited, one after the other. At the first that is refused it stops:
/// those above are saved, and what was typed into the others is shown again.
pub(super) async fn save(
    app: &AppState,
    order: &Order<ContactId, ()>,
    form: &Form,
    fields: &[CustomFieldEntry],
) -> Result<(), Problem> {
    for (name, to) in edited(form, fields)? {
        let (contact, field) = (order.path, name.clone());
        let command = match to {
            Some(to) => Command::SetCustomField { account: order.account(), contact, field, to },
            None => Command::Contact(contact, ContactCommand::SetCustomField { field, to: None }),
        };
        order.execute(app, command).await.map_err(|mut problem| {
            problem.body.field = Some(input_name(name.as_str()));
            problem
        })?;
    }
    Ok(())
}

type Edited = Vec<(FieldName, Option<TypedValue>)>;

/// Fields that somebody typed into and that the account has no more: what their inputs are called.
pub(super) fn gone<'a>(form: &'a Form, fields: &[CustomFieldEntry]) -> Vec<&'a str> {
    let there: BTreeSet<String> = fields.iter().map(|field| input_name(&field.name)).collect();
    let inputs = form.names().filter_map(|input| Some((input, input.strip_prefix(PREFIX)?)));
    inputs
        .filter(|(input, field)| {
            !there.contains(*input)
                && form.filled(input).is_some()
                && form.text(input) != form.text(&before(field))
        })
        .map(|(input, _)| input)
        .collect()
}

/// What people called a field that is there no more.
pub(super) fn label_of(input: &str) -> String {
    sentence(&input.strip_prefix(PREFIX).unwrap_or(input).replace('-', " "))
}

/// What differs from what was shown; what is empty is cleared.
fn edited(form: &Form, fields: &[CustomFieldEntry]) -> Result<Edited, Problem> {
    let mut door = Door::default();
    let mut edited = Vec::new();
    for input in gone(form, fields) {
        door.refuse(input, &"is a custom field no more; empty it to save the others");
    }
    for field in fields {
        let input = input_name(&field.name);
        if form.text(&input) == form.text(&before(&field.name)) {
            continue;
        }
        let name = door.take(&*input, FieldName::parse(&field.name));
        let to = door.take_if(&input, form.filled(&input), CustomText::parse);
        edited.push(name.zip(to.map(|to| to.map(TypedValue::Text))));
    }
    door.build(|| edited.into_iter().collect())
}

pub(super) fn custom(shown: &Shown, told: &Told) -> Markup {
    let (sent, complaints) = told.of("fields");
    let gone = gone(sent, &shown.fields);
    html! {
        @if !shown.fields.is_empty() || !gone.is_empty() {
            section .plain #fields {
                h2 { "Custom fields" }
                @if shown.allows("SetCustomField") || told.is("fields") {
                    form method="post" novalidate {
                        @for field in &shown.fields {
                            @let there = value(shown, field);
                            (hidden(&before(&field.name), there))
                            @let typed = told.typed("fields", &input_name(&field.name), there);
                            (input(field, typed, complaints))
                        }
                        @for name in gone {
                            (Input::text(name, &label_of(name)).value(sent.text(name))
                                .shown(complaints))
                        }
                        (button("fields", "Save the fields"))
                    }
                    @if told.is("fields") && told.by_a_rule() {
                        p .hint { "What stands above the field that was not taken is saved." }
                    }
                } @else {
                    dl .facts {
                        @for field in &shown.fields {
                            dt { (field.label) } dd { (or_dash(value(shown, field))) }
                        }
                    }
                }
            }
        }
    }
}

fn value<'a>(shown: &'a Shown, field: &CustomFieldEntry) -> &'a str {
    shown.entry.custom_fields.get(&field.name).map_or("", String::as_str)
}

fn input(field: &CustomFieldEntry, typed: &str, complaints: &Complaints) -> Markup {
    let name = input_name(&field.name);
    let Some(choices) = &field.choices else {
        let hint = match &*field.kind {
            "number" => "A number, such as 12.5.",
            "date" => "A day, such as 2026-05-31.",
            _ => "",
        };
        return Input::text(&name, &field.label).value(typed).hint(hint).shown(complaints);
    };
    let none = std::iter::once(String::new());
    // Who has an option that has left the list keeps it.
    let gone = (!typed.is_empty() && !choices.iter().any(|choice| choice == typed))
        .then(|| typed.to_owned());
    let words = |value: String| {
        let words = if value.is_empty() { "–".to_owned() } else { value.clone() };
        (value, words)
    };
    let options: Vec<(String, String)> =
        none.chain(choices.iter().cloned()).chain(gone).map(words).collect();
    Select::new(&name, &field.label, &options).chosen(typed).shown(complaints)
}

/// What the form asks for.
pub(super) fn permitted(form: &Form) -> Result<ContactCommand, Problem> {
    let body = PortalPermissions { permissions: form.each_filled("permissions") };
    body.read().map(ContactCommand::SetPermissions)
}

const fn hint(permission: Permission) -> &'static str {
    match permission {
        Permission::AdminAccess => "Everything in the customer portal.",
        Permission::AccessBilling => "Bills, and nothing else.",
        Permission::AccessReports => "Reports, and nothing else.",
        Permission::CreateWorkOrder => "Work orders, and nothing else.",
        Permission::EditContact => "The other contacts of the same customer.",
    }
}

pub(super) fn permissions(shown: &Shown, told: &Told) -> Markup {
    let there: BTreeSet<String> = if told.is("permissions") {
        told.of("permissions").0.each_filled("permissions").into_iter().collect()
    } else {
        shown.entry.permissions.iter().cloned().collect()
    };
    html! {
        section .plain #permissions {
            h2 { "Customer portal" }
            @if shown.allows("SetPermissions") || told.is("permissions") {
                form method="post" {
                    fieldset {
                        legend { "What this contact may do there" }
                        @for permission in Permission::ALL {
                            @let word = permission.word();
                            @let id = format!("permission-{word}");
                            div .pick {
                                input type="checkbox" id=(id) name="permissions" value=(word)
                                    checked[there.contains(word)];
                                label for=(id) {
                                    (sentence(word)) " " span .hint { (hint(permission)) }
                                }
                            }
                        }
                    }
                    (button("permissions", "Save the permissions"))
                }
            } @else if there.is_empty() {
                p { "It may look in, and no more." }
            } @else {
                ul { @for word in &there { li { (sentence(word)) } } }
            }
        }
    }
}
