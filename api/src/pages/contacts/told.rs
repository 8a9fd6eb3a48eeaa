//! A form that was refused: what was typed, why not, and the ways on.

use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::Problem;
use crate::pages::form::{Complaints, Form};
use crate::pages::visit::Staff;
use crate::state::AppState;
use axum::http::StatusCode;
use domain::ContactId;
use maud::{Markup, html};
use projections::contact_directory;
use uuid::Uuid;

/// The form that was refused, if one was.
#[derive(Debug, Default)]
pub(super) struct Told {
    form: Form,
    complaints: Complaints,
    problem: Option<Problem>,
    blank: (Form, Complaints),
}

impl Told {
    /// What the visitor can do something about; what failed is passed on.
    pub(super) fn refused(form: Form, problem: Problem) -> Result<Self, Problem> {
        let problem = for_people(problem);
        let complaints = Complaints::about(problem.clone())?;
        Ok(Self { form, complaints, problem: Some(problem), ..Self::default() })
    }

    /// Whether the form of this button was refused.
    pub(super) fn is(&self, action: &str) -> bool {
        self.problem.is_some() && self.form.text("action") == action
    }

    /// Whether a rule refused it, and not the door, which looks at all fields before anything is done.
    pub(super) fn by_a_rule(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.body.code != "invalid_request")
    }

    /// What was typed into the form of this button, and what is wrong with it.
    pub(super) fn of(&self, action: &str) -> (&Form, &Complaints) {
        if self.is(action) {
            (&self.form, &self.complaints)
        } else {
            (&self.blank.0, &self.blank.1)
        }
    }

    /// What was typed into a field, or what there is.
    pub(super) fn typed<'a>(&'a self, action: &str, field: &str, there: &'a str) -> &'a str {
        if self.is(action) { self.form.text(field) } else { there }
    }

    /// What is wrong, whichever button it was.
    pub(super) const fn complaints(&self) -> &Complaints {
        &self.complaints
    }

    pub(super) fn status(&self) -> StatusCode {
        self.complaints.status()
    }

    /// Above everything: what was not taken, why, and where to go.
    pub(super) async fn above(
        &self,
        app: &AppState,
        who: &Staff,
        about: Option<ContactId>,
        labels: &[(&str, &str)],
    ) -> Result<Markup, Problem> {
        let Some(problem) = &self.problem else { return Ok(html! {}) };
        let ways = ways_on(app, who, about, problem).await?;
        Ok(html! { (self.complaints.above(labels)) (ways) })
    }
}

/// The remedy in the words of a page, where the API's speaks of what programs send.
fn for_people(mut problem: Problem) -> Problem {
    let remedy = match problem.body.code {
        "merge_too_many_emails" => "Untick the emails that are not kept, five besides the primary.",
        "merge_pick_unknown" => "Choose again; somebody may have changed the contact meanwhile.",
        "custom_field_wrong_kind" | "custom_field_unknown_choice" | "unknown_custom_field" => {
            "An admin of the account says which custom fields there are, and of which kind."
        }
        "reason_needed" => "Say why; it stands in the history.",
        _ => return problem,
    };
    problem.body.remedy = Some(remedy);
    problem
}

/// Links to what a refusal speaks of: the contact that is meant (R26), and the remedies of an email
/// that somebody else has (R27 to R31).
async fn ways_on(
    app: &AppState,
    who: &Staff,
    about: Option<ContactId>,
    problem: &Problem,
) -> Result<Markup, Problem> {
    let Some(holder) = problem.body.holder else { return Ok(html! {}) };
    who.ready(app, &[CONTACT_DIRECTORY]).await?;
    let reader = app.store().reader();
    let entry = contact_directory::get(reader, who.ledger(), ContactId(holder)).await?;
    let name = entry.map_or_else(|| "the contact".to_owned(), |entry| entry.name);
    Ok(match problem.body.code {
        "primary_email_claimed" => remedies(holder, &name, about),
        "primary_email_on_activated_owner" => html! {
            p .ways { "The existing contact with this email: " (link(holder, &name)) }
        },
        _ => html! { p .ways { "That is: " (link(holder, &name)) } },
    })
}

fn link(contact: Uuid, name: &str) -> Markup {
    html! { a href=(format!("/contacts/{contact}")) { (name) } }
}

fn remedies(holder: Uuid, name: &str, about: Option<ContactId>) -> Markup {
    html! {
        section .plain .ways {
            h2 { "What you can do" }
            ul {
                @match about {
                    Some(contact) => {
                        li {
                            "Use " (link(holder, name)) ", who has this email, and "
                            a href=(format!("/contacts/{contact}/delete")) { "remove this contact" }
                            "."
                        }
                        li {
                            "Are they the same person? "
                            a href=(format!("/contacts/merge?contact={holder}&contact={contact}")) {
                                "Merge the two contacts"
                            } "."
                        }
                        li {
                            a href="#emails" { "Change the primary email" }
                            " to one that is unique, for example by swapping it with an additional \
                             one."
                        }
                    }
                    None => {
                        li { "Use " (link(holder, name)) ", who has this email, and leave this page." }
                        li {
                            "Are they the same person with more to add? Save without inviting, and "
                            "merge the two contacts afterwards."
                        }
                        li {
                            a href="#primary_email" { "Type another primary email" }
                            ", one that is unique."
                        }
                    }
                }
            }
        }
    }
}
