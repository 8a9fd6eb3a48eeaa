use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};

/// Take a template away; jobs that were made from it stay as they are.
#[utoipa::path(delete, path = "/v1/job-templates/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The template")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_job_template(
    State(app): State<AppState>,
    order: Order<TemplateId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let setup = JobSetup::RemoveTemplate(order.path);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.carry_out(&app, Command::BuilderAccount(order.account(), command)).await
}
