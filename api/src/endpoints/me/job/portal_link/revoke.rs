use super::super::command_as;
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::job::portal_link::PortalLinkCommand;
use domain::{AccountId, Command, JobId, PortalLinkId};

/// Have a link of yours open nothing any more; twice changes nothing.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/portal-link/{link_id}/revoke",
    tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job"),
        ("link_id" = Uuid, Path, description = "The link")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_own_portal_link(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId, PortalLinkId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    revoke_own(&app, &order, order.path).await
}

/// The same, however it is asked for.
pub(crate) async fn revoke_own<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job, link): (AccountId, JobId, PortalLinkId),
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = |_| Command::PortalLink(job, PortalLinkCommand::Revoke(link));
    Ok(done(&command_as(app, order, account, command).await?))
}
