//! The jobs list, its bulk edit, new jobs, and what the account sets up for jobs.
//!
//! One job is at work in [`super::job`]; who owners are, in [`super::contacts`].

mod chosen;
mod edit;
mod filter;
mod list;
mod new;
mod outcome;
mod owner_menu;
mod picker;
mod setup;
mod setup_fields;
mod setup_templates;
mod setup_types;
mod table;
mod task_lines;

use super::Pages;
use super::visit::Staff;
use crate::error::Problem;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/jobs", list::show)
        .shows("/jobs/edit", edit::show)
        .takes("/jobs/edit", edit::send)
        .shows("/jobs/new", new::show)
        .takes("/jobs/new", new::send)
        .shows("/settings/job-types", setup_types::show)
        .takes("/settings/job-types", setup_types::send)
        .shows("/settings/templates", setup_templates::list)
        .shows("/settings/templates/edit", setup_templates::show)
        .takes("/settings/templates/edit", setup_templates::send)
        .shows("/settings/custom-fields", setup_fields::show)
        .takes("/settings/custom-fields", setup_fields::send)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "job-created" => "The job is made. Nobody has been invited by this.",
        "types-set" => "The job types are saved.",
        "template-added" => "The template is there; new jobs can begin from it.",
        "template-changed" => {
            "The template is saved. Jobs that were made from it stay as they are."
        }
        "template-removed" => "The template is gone. Jobs that were made from it stay as they are.",
        "fields-set" => "The custom fields are saved.",
        "field-removed" => {
            "The field is gone from every contact. What contacts had of it is kept in their \
             histories; a field of the same name and kind would show it again."
        }
        "choices-retired" => {
            "The custom fields are saved. Contacts that have an option which left keep it; it is \
             given to no other."
        }
        _ => return None,
    })
}

/// Refuses whoever may only read, in the words of the API.
fn may_change(who: &Staff) -> Result<(), Problem> {
    if who.changes() {
        return Ok(());
    }
    Err(Problem::not_permitted("somebody of the staff who may change jobs; auditors read"))
}
