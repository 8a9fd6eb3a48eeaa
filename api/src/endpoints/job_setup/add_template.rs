use super::TemplateBody;
use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};
use event_store::Applied;

/// Add a template that jobs can be made from (R55).
#[utoipa::path(post, path = "/v1/job-templates", tag = "jobs", request_body = TemplateBody,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_job_template(
    State(app): State<AppState>,
    order: Order<(), TemplateBody>,
) -> Result<Answer<PartAnswer>, Problem> {
    let template = TemplateId(order.new_id(&app, "template"));
    let applied = add(&app, &order, template, &order.body).await?;
    Ok(part_made(&applied, template.0, "/v1/job-templates"))
}

/// Adds a template of this id.
pub(crate) async fn add<B>(
    app: &AppState,
    order: &Order<(), B>,
    template: TemplateId,
    body: &TemplateBody,
) -> Result<Applied, Problem> {
    let setup = JobSetup::AddTemplate(template, body.read()?);
    let command = BuilderAccountCommand::JobSetup(setup);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await
}
