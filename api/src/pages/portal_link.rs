//! A link to a job's portal that was made a moment ago: it is shown once, to whoever made it, to copy.

use super::form::{Complaints, Form, Input};
use super::words::time;
use crate::endpoints::portal_links::PortalLinkAnswer;
use crate::input::{Door, Maybe};
use crate::state::AppState;
use domain::Timestamp;
use domain::job::portal_link::PortalLinkDays;
use maud::{Markup, html};

/// Until when a link is asked for, in days from now; none for as long as the account has settled.
pub(super) fn until(app: &AppState, form: &Form, door: &mut Door) -> Maybe<Timestamp> {
    let days = door.take_if("days", form.filled("days"), |typed| {
        // What is no number is as many days as nobody may ask for.
        PortalLinkDays::new(typed.trim().parse().unwrap_or(0))
    });
    days.map(|days| days.map(|days| app.store().now().plus_hours(24 * days.days())))
}

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
