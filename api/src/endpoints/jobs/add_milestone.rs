use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::{JobCommand, MilestoneDetails};
use domain::text::Title;
use domain::{Command, Day, JobId, MilestoneId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A milestone to add; it is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddMilestone {
    /// What will have been reached.
    #[schema(max_length = 200)]
    title: String,
    /// By when, such as `2026-05-31`.
    #[schema(format = Date)]
    due: Option<String>,
}

impl RequestBody for AddMilestone {}

/// Add a milestone to a job; it is planned.
#[utoipa::path(post, path = "/v1/jobs/{id}/milestones", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = AddMilestone,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_milestone(
    State(app): State<AppState>,
    order: Order<JobId, AddMilestone>,
) -> Result<Answer<PartAnswer>, Problem> {
    let mut door = Door::default();
    let title = door.take("title", Title::parse(&order.body.title));
    let due = door.take_if("due", order.body.due.as_deref(), Day::parse);
    let details = door.build(|| Some(MilestoneDetails { title: title?, due: due? }))?;
    let (job, milestone) = (order.path, MilestoneId(order.new_id(&app, "milestone")));
    let command = Command::Job(job, JobCommand::AddMilestone(milestone, details));
    let applied = order.execute(&app, command).await?;
    Ok(part_made(&applied, milestone.0, &format!("/v1/jobs/{job}/milestones")))
}
