use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, JobId, ProjectInvitationId, SubcontractorId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// To which job a company is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteToJob {
    /// The job.
    #[schema(format = Uuid)]
    job: String,
}

impl RequestBody for InviteToJob {}

/// Invite a subcontractor to a job: the link goes to its primary contact and nowhere else (R71).
#[utoipa::path(post, path = "/v1/subcontractors/{id}/project-invitations", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")), request_body = InviteToJob,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn invite_subcontractor(
    State(app): State<AppState>,
    order: Order<SubcontractorId, InviteToJob>,
) -> Result<Answer<PartAnswer>, Problem> {
    let mut door = Door::default();
    let job = door.take("job", id::<JobId>(&order.body.job));
    invite(&app, &order, order.path, door.build(|| job)?).await
}

/// The same, for whoever knows who and to which job.
pub(crate) async fn invite<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    subcontractor: SubcontractorId,
    job: JobId,
) -> Result<Answer<PartAnswer>, Problem> {
    let invitation = ProjectInvitationId(order.new_id(app, "project_invitation"));
    let token = TokenId(Uuid::now_v7());
    let invite = SubcontractorCommand::Invite { invitation, job, token };
    let applied = order.execute(app, Command::Subcontractor(subcontractor, invite)).await?;
    let collection = format!("/v1/subcontractors/{subcontractor}/project-invitations");
    Ok(part_made(&applied, invitation.0, &collection))
}
