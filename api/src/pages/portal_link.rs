//! A link to a job's portal that was made a moment ago: it is shown once, to whoever made it, to copy.

use super::form::{Complaints, Input};
use super::words::time;
use crate::endpoints::portal_links::PortalLinkAnswer;
use domain::Timestamp;
use maud::{Markup, html};

/// A link that is told once.
pub(super) struct Told {
    url: String,
    until: Timestamp,
}

impl Told {
    pub(super) fn of(answer: &PortalLinkAnswer) -> Self {
        Self { url: answer.url.clone(), until: answer.expires_at }
    }

    /// The link, to copy; it is not shown again.
    pub(super) fn shown(&self) -> Markup {
        html! {
            section .prompt {
                h2 { "Your link" }
                (Input::text("url", "Link").value(&self.url).read_only()
                    .hint("It is shown this once. Copy it now, to text or mail it.")
                    .shown(&Complaints::NONE))
                p { button .main type="button" data-copy="url" hidden { "Copy the link" } }
                p { "It works until " (time(self.until)) "." }
            }
        }
    }
}
