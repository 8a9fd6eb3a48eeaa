use super::super::command_as;
use crate::answer::Answer;
use crate::endpoints::portal_links::rotate::RotatePortalLink;
use crate::endpoints::portal_links::{PortalLinkAnswer, told};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::{AccountId, Command, JobId, PortalLinkId};

/// Give a link of yours a new secret and a new term. The one before opens nothing from that moment on.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/portal-link/{link_id}/rotate",
    tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"),
        ("link_id" = Uuid, Path, description = "The link")), request_body = NoBody,
    responses((status = 200, body = PortalLinkAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rotate_own_portal_link(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId, PortalLinkId), NoBody>,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    rotate_own(&app, &order, order.path).await
}

/// The same, however it is asked for.
pub(crate) async fn rotate_own<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job, link): (AccountId, JobId, PortalLinkId),
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let rotate = RotatePortalLink::default().command(link)?;
    let command = |_| Command::PortalLink(job, rotate);
    told(app, &command_as(app, order, account, command).await?, job, link)
}
