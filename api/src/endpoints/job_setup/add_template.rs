use super::TemplateBody;
use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, JobSetup};
use domain::{Command, TemplateId};

/// Add a template that jobs can be made from (R55).
#[utoipa::path(post, path = "/v1/job-templates", tag = "jobs", request_body = TemplateBody,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_job_template(
    State(app): State<AppState>,
    order: Order<(), TemplateBody>,
) -> Result<Answer<PartAnswer>, Problem> {
    let template = TemplateId(order.new_id(&app, "template"));
    let setup = JobSetup::AddTemplate(template, order.body.read()?);
    let command = BuilderAccountCommand::JobSetup(setup);
    let applied = order.execute(&app, Command::BuilderAccount(order.account(), command)).await?;
    Ok(part_made(&applied, template.0, "/v1/job-templates"))
}
