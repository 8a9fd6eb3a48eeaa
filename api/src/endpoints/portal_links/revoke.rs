use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::portal_link::PortalLinkCommand;
use domain::{Command, JobId, PortalLinkId};

/// Have a link open nothing any more; twice changes nothing.
#[utoipa::path(post, path = "/v1/jobs/{id}/portal-links/{link_id}/revoke", tag = "portal links",
    params(("id" = Uuid, Path, description = "The job"),
        ("link_id" = Uuid, Path, description = "The link")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_portal_link(
    State(app): State<AppState>,
    order: Order<(JobId, PortalLinkId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    revoke(&app, &order).await
}

/// The same, whoever asks and however.
pub(crate) async fn revoke<B>(
    app: &AppState,
    order: &Order<(JobId, PortalLinkId), B>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, link) = order.path;
    order.carry_out(app, Command::PortalLink(job, PortalLinkCommand::Revoke(link))).await
}
