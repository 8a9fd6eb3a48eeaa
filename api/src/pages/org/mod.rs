//! A subcontractor's organisation, for its own users: its projects with all its general contractors, its
//! users (Settings, behind the gear), who asks to join, and the primary contact at each general
//! contractor (R71 to R85). Whoever holds a link comes to `project_invitation` and `org_invitation`.

mod general_contractors;
mod history;
mod org_invitation;
mod project;
mod project_invitation;
mod projects;
mod requests;
mod settings;
mod user_add;
mod users;

use super::Pages;
use super::visit::OrgUser;
use crate::endpoints::org::get::{OwnOrganisation, own};
use crate::error::Problem;
use crate::state::AppState;
use maud::{Markup, html};

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/project-invitations/{token}", project_invitation::show)
        .takes("/project-invitations/{token}", project_invitation::send)
        .shows("/org-invitations/{token}", org_invitation::show)
        .takes("/org-invitations/{token}", org_invitation::send)
        .shows("/org/projects", projects::show)
        .shows("/org/projects/{job}", project::show)
        .takes("/org/projects/{job}", project::send)
        .shows("/org/requests", requests::show)
        .takes("/org/requests", requests::send)
        .shows("/org/general-contractors", general_contractors::show)
        .takes("/org/general-contractors", general_contractors::send)
        .shows("/org/settings", settings::show)
        .takes("/org/settings", settings::send)
        .shows("/org/settings/users", users::show)
        .takes("/org/settings/users", users::send)
        .shows("/org/settings/users/new", user_add::show)
        .takes("/org/settings/users/new", user_add::send)
        .shows("/org/settings/history", history::show)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "org-welcome" => "Welcome. The project is open to your organisation.",
        "org-joined" => "Welcome. All projects of the organisation are open to you.",
        "org-accepted" => {
            "The project is open to your organisation. Go to work for it to see what is to be done."
        }
        "org-join-asked" => {
            "The organisation's people know that you want to join; they have a mail. Once one of \
             them has said yes, open the link in your invitation again and sign in."
        }
        "org-declined" => "You have declined the invitation. Whoever sent it will see that.",
        "org-left" => "You have left the organisation.",
        "org-user-added" => "The invitation is on its way.",
        "org-user-removed" => "They belong to your organisation no more.",
        "org-user-resent" => "The invitation is on its way again, with a new link.",
        "org-user-cancelled" => "The invitation is taken back.",
        "org-renamed" => "Your organisation has its new name.",
        "org-task-done" => "The task is done. The general contractor sees that.",
        "org-task-reopened" => "The task is open again.",
        "org-commented" => "The general contractor's people can read it now.",
        "org-join-approved" => {
            "They belong to your organisation now, and have a mail that says so."
        }
        "org-join-rejected" => "You have said no.",
        "org-contact-asked" => {
            "The general contractor knows whom you want as primary contact. It is theirs to change."
        }
        _ => return None,
    })
}

/// Where somebody is who works for an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The projects, and what is to be done in one.
    Projects,
    /// The general contractors.
    GeneralContractors,
    /// Who asks to join.
    Requests,
    /// The organisation itself; the way there is the gear.
    Settings,
}

impl Place {
    /// Those that the way around has; settings are behind the gear.
    pub(super) const AROUND: [Self; 3] = [Self::Projects, Self::GeneralContractors, Self::Requests];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Projects => "/org/projects",
            Self::GeneralContractors => "/org/general-contractors",
            Self::Requests => "/org/requests",
            Self::Settings => "/org/settings",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Projects => "Projects",
            Self::GeneralContractors => "General contractors",
            Self::Requests => "Join requests",
            Self::Settings => "Settings",
        }
    }
}

/// The outline of a gear with eight teeth.
const GEAR: &str = "M19.0 10.1L21.5 10.5L21.5 13.5L19.0 13.9L18.2 15.6L19.8 17.6L17.6 19.8L15.6 18.2 \
    L13.9 19.0L13.5 21.5L10.5 21.5L10.1 19.0L8.4 18.2L6.4 19.8L4.2 17.6L5.8 15.6 \
    L5.0 13.9L2.5 13.5L2.5 10.5L5.0 10.1L5.8 8.4L4.2 6.4L6.4 4.2L8.4 5.8L10.1 5.0 \
    L10.5 2.5L13.5 2.5L13.9 5.0L15.6 5.8L17.6 4.2L19.8 6.4L18.2 8.4z";

/// The gear in the top right, which opens the settings (R78).
pub(super) fn gear(here: Place) -> Markup {
    let here = (here == Place::Settings).then_some("page");
    html! {
        a .gear href=(Place::Settings.path()) title="Settings" aria-label="Settings" aria-current=[here] {
            svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
                path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"
                    d=(GEAR) {}
                circle cx="12" cy="12" r="3" fill="none" stroke="currentColor" stroke-width="2" {}
            }
        }
    }
}

/// The pages of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    General,
    Users,
    History,
}

/// A page of the settings, with the way around them at its left (R78).
fn in_settings(here: Tab, content: &Markup) -> Markup {
    let tabs = [
        (Tab::General, "/org/settings", "General"),
        (Tab::Users, "/org/settings/users", "Users"),
        (Tab::History, "/org/settings/history", "History"),
    ];
    html! {
        div .beside {
            nav .side aria-label="Settings" {
                ul { @for (tab, path, label) in tabs {
                    li { a href=(path) aria-current=[(tab == here).then_some("page")] { (label) } }
                } }
            }
            div { (content) }
        }
    }
}

/// With one user alone, an organisation loses its access when that one leaves (H8): says so, until there
/// is a second.
async fn nudge(app: &AppState, who: &OrgUser) -> Result<Markup, Problem> {
    let OwnOrganisation { registered_users, .. } = own(app, who.asker()).await?;
    Ok(html! {
        @if registered_users == 1 {
            div .plain .nudge {
                p {
                    strong { "You are the only user of your organisation." }
                    " If you leave, nobody can sign in for it any more. Add a second user."
                }
                p { a href="/org/settings/users/new" { "Add User" } }
            }
        }
    })
}
