use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};
use event_store::Applied;

/// Take a template away; jobs that were made from it stay as they are.
#[utoipa::path(delete, path = "/v1/job-templates/{id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The template")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_job_template(
    State(app): State<AppState>,
    order: Order<TemplateId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&remove(&app, &order, order.path).await?))
}

/// Takes the template of this id away.
pub(crate) async fn remove<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    template: TemplateId,
) -> Result<Applied, Problem> {
    let setup = JobSetup::RemoveTemplate(template);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await
}
