use super::TemplateBody;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};

/// Make a template another; jobs that were made from it stay as they are.
#[utoipa::path(put, path = "/v1/job-templates/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The template")), request_body = TemplateBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_job_template(
    State(app): State<AppState>,
    order: Order<TemplateId, TemplateBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let setup = JobSetup::ChangeTemplate(order.path, order.body.read()?);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.carry_out(&app, Command::BuilderAccount(order.account(), command)).await
}
