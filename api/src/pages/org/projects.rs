use super::{Place, nudge};
use crate::endpoints::org::org_of;
use crate::error::Problem;
use crate::pages::layout::Page;
use crate::pages::visit::{OrgUser, Visit};
use crate::pages::words::day;
use crate::persons::trades::projects::{OrgProject, projects};
use crate::state::AppState;
use axum::extract::State;
use maud::{Markup, html};

/// All projects of the organisation, with whichever general contractor (R80).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, ()>,
) -> Result<Page, Problem> {
    let projects = projects(&app, org_of(visit.who.asker())).await?;
    let content = html! {
        (nudge(&app, &visit.who).await?)
        @if projects.is_empty() {
            p .plain {
                "No project is open to your organisation. When a general contractor invites you to \
                 one, your primary contact there gets a mail with a link."
            }
        }
        @for project in &projects { (entry(project)) }
    };
    let page = Page::new("Projects", content).org(&visit.who, Place::Projects);
    Ok(page.done(visit.query.text("done")))
}

fn entry(project: &OrgProject) -> Markup {
    html! {
        article .job {
            h2 { a href=(format!("/org/projects/{}", project.id)) { (project.name) } }
            p .over { (project.general_contractor) }
            p {
                @match project.tasks {
                    0 => "No task is yours yet",
                    tasks => { (project.tasks_done) " of " (tasks) " of your tasks done" },
                }
                @if let Some(deadline) = &project.deadline { " · to be finished by " (day(deadline)) }
            }
        }
    }
}
