use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, Maybe, nullable};
use crate::state::AppState;
use axum::extract::State;
use domain::job::{JobCommand, MilestoneEdit, MilestoneStatus};
use domain::text::Title;
use domain::{Command, Day, JobId, MilestoneId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditMilestone {
    /// What will have been reached.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// By when; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    due: Maybe<String>,
    /// `planned`, `reached` or `missed`.
    status: Option<String>,
}

impl RequestBody for EditMilestone {}

impl EditMilestone {
    fn edit(&self) -> Result<MilestoneEdit, Problem> {
        let mut door = Door::default();
        let title = door.take_if("title", self.title.as_deref(), Title::parse);
        let due = match &self.due {
            None => Some(None),
            Some(due) => door.take_if("due", due.as_deref(), Day::parse).map(Some),
        };
        let status = door.take_if("status", self.status.as_deref(), MilestoneStatus::parse);
        door.build(|| Some(MilestoneEdit { title: title?, due: due?, status: status? }))
    }
}

/// Edit a milestone, or say that it was reached or missed.
#[utoipa::path(patch, path = "/v1/jobs/{id}/milestones/{milestone_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("milestone_id" = Uuid, Path, description = "The milestone")),
    request_body = EditMilestone,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_milestone(
    State(app): State<AppState>,
    order: Order<(JobId, MilestoneId), EditMilestone>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, milestone) = order.path;
    let edit = order.body.edit()?;
    order.carry_out(&app, Command::Job(job, JobCommand::EditMilestone(milestone, edit))).await
}
