//! What is somebody's own: their jobs, details, emails, sessions and history.

pub(super) mod details;
pub(super) mod emails;
pub(super) mod history;
pub(super) mod image;
pub(super) mod job;
pub(super) mod jobs;
pub(super) mod portal_links;
pub(super) mod second_factor;
pub(super) mod sessions;

use super::Pages;
use crate::codes;
use crate::endpoints::me::OwnChange;
use maud::{Markup, html};

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/me", jobs::show)
        .takes("/me", jobs::send)
        .shows("/me/jobs/{job}", job::show)
        .takes("/me/jobs/{job}", job::send)
        .shows("/me/jobs/{job}/live", job::live)
        .shows("/me/jobs/{job}/portal-links", portal_links::show)
        .takes("/me/jobs/{job}/portal-links", portal_links::send)
        .shows("/me/details", details::show)
        .takes("/me/details", details::send)
        .shows("/me/image", image::show)
        .takes("/me/image", image::send)
        .shows("/me/emails", emails::show)
        .takes("/me/emails", emails::send)
        .shows("/me/sessions", sessions::show)
        .takes("/me/sessions", sessions::send)
        .shows("/me/second-factor", second_factor::show)
        .takes("/me/second-factor", second_factor::send)
        .shows("/me/history", history::show)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "item-done" => "That is done. Your builder sees that it was you.",
        "todo-done" => "The To-Do is done.",
        "todo-reopened" => "The To-Do is open again.",
        "written" => "Your message is with your builder.",
        "own-link-revoked" => {
            "The link opens nothing any more, and pages that it opened have closed."
        }
        "image-set" => "Your picture is saved, with every builder of yours.",
        "image-removed" => "Your picture is taken away, with every builder of yours.",
        "second-factor-off" => "The second factor is off. Your password alone signs you in.",
        "taken" => "That builder is among yours now.",
        "ended" => "That session has ended.",
        "details" => "Your details are saved, with every builder of yours.",
        "email-added" => "The address is added.",
        "email-changed" => "The address is changed.",
        "email-asked" => {
            "A mail with a link is on its way to the new address. Nothing changes until you open it \
             and confirm."
        }
        "email-removed" => "The address is removed.",
        _ => return None,
    })
}

/// What no builder says where others have taken the change: there it is so already, or was never.
const NO_MATTER: [&str; 2] = ["duplicate_email_in_contact", "unknown_additional_email"];

/// What became of a change that goes to every builder.
#[derive(Debug, Default)]
struct Outcome {
    /// Whether one of them took it.
    done: bool,
    /// Company, code and sentence of those who did not.
    refused: Vec<(String, &'static str, String)>,
}

impl From<OwnChange> for Outcome {
    fn from(change: OwnChange) -> Self {
        let done = change.items.iter().any(|item| item.done);
        let refused = change.items.into_iter().filter_map(|item| {
            let refused = item.refused?;
            (!done || !NO_MATTER.contains(&refused.code)).then_some((
                item.builder,
                refused.code,
                refused.detail,
            ))
        });
        Self { done, refused: refused.collect() }
    }
}

impl Outcome {
    /// What was not taken, by whom and why, with the rule and the remedy of the API.
    fn shown(&self) -> Markup {
        if self.refused.is_empty() {
            return html! {};
        }
        html! {
            div .complaints role="alert" {
                h2 { @if self.done { "One of your builders did not take it" } @else { "That was not taken" } }
                @for (builder, code, sentence) in &self.refused {
                    @let entry = codes::entry(code);
                    p { strong { (builder) } ": " (sentence) }
                    @if let Some(remedy) = entry.remedy { p { (remedy) } }
                    @if let Some(rule) = entry.rule { p .rule { "Rule " (rule) } }
                }
            }
        }
    }
}

/// What somebody reads who has no builder any more.
fn no_builder() -> Markup {
    html! {
        p .plain {
            "No builder has opened their book to you at the moment. When one invites you, a mail \
             comes with a link."
        }
    }
}
