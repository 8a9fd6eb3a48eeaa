use super::TemplateBody;
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};
use event_store::Applied;

/// Make a template another; jobs that were made from it stay as they are.
#[utoipa::path(put, path = "/v1/job-templates/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The template")), request_body = TemplateBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_job_template(
    State(app): State<AppState>,
    order: Order<TemplateId, TemplateBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&change(&app, &order, order.path, &order.body).await?))
}

/// Makes the template of this id another.
pub(crate) async fn change<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    template: TemplateId,
    body: &TemplateBody,
) -> Result<Applied, Problem> {
    let setup = JobSetup::ChangeTemplate(template, body.read()?);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await
}
