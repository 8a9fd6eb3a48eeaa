use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, ContactId, JobId};

/// Make a contact an owner no more; twice changes nothing.
#[utoipa::path(delete, path = "/v1/jobs/{id}/owners/{contact_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("contact_id" = Uuid, Path, description = "The owner")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_owner(
    State(app): State<AppState>,
    order: Order<(JobId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, contact) = order.path;
    order.carry_out(&app, Command::Job(job, JobCommand::RemoveOwner(contact, None))).await
}
