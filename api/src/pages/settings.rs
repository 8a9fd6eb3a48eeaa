//! The way around what an account has settled. Its pages are those of two areas: what holds for
//! invitations, staff and keys in [`super::desk`], what jobs begin with and what contacts have in
//! [`super::jobs`].

use super::visit::Staff;
use maud::{Markup, html};

/// Where somebody is among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    General,
    Staff,
    ApiKeys,
    JobTypes,
    Templates,
    CustomFields,
}

impl Setting {
    const ALL: [Self; 6] = [
        Self::General,
        Self::Staff,
        Self::ApiKeys,
        Self::JobTypes,
        Self::Templates,
        Self::CustomFields,
    ];

    const fn path_and_label(self) -> (&'static str, &'static str) {
        match self {
            Self::General => ("/settings", "General"),
            Self::Staff => ("/settings/staff", "Staff"),
            Self::ApiKeys => ("/settings/api-keys", "API keys"),
            Self::JobTypes => ("/settings/job-types", "Job types"),
            Self::Templates => ("/settings/templates", "Templates"),
            Self::CustomFields => ("/settings/custom-fields", "Custom fields"),
        }
    }

    /// Whether somebody is shown the way there.
    fn is_for(self, who: &Staff) -> bool {
        self != Self::ApiKeys || who.reads_audit()
    }
}

/// All of them, from each of them.
pub(super) fn tabs(who: &Staff, here: Setting) -> Markup {
    html! {
        nav .tabs aria-label="Settings" {
            ul { @for setting in Setting::ALL.into_iter().filter(|setting| setting.is_for(who)) {
                @let (path, label) = setting.path_and_label();
                li { a href=(path) aria-current=[(setting == here).then_some("page")] { (label) } }
            } }
        }
    }
}
