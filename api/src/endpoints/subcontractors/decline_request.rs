use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, PrimaryContactRequestId, SubcontractorId};

/// Say no to a request for another primary contact (R82); the one of now stays. Say why in `X-Reason`.
#[utoipa::path(post, path = "/v1/subcontractors/{id}/primary-contact-requests/{request_id}/decline",
    tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"),
        ("request_id" = Uuid, Path, description = "The request")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decline_primary_contact_request(
    State(app): State<AppState>,
    order: Order<(SubcontractorId, PrimaryContactRequestId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (subcontractor, request) = order.path;
    let decline = SubcontractorCommand::DeclinePrimaryContactRequest(request);
    order.carry_out(&app, Command::Subcontractor(subcontractor, decline)).await
}
