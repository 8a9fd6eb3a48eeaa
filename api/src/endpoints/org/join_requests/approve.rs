use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::org::{org_of, organisation, to_own};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{EmailAddress, JoinRequestId};
use event_store::Applied;

/// Let somebody join who asked to. All projects of the organisation are open to them from then on, and
/// they are told by mail.
#[utoipa::path(post, path = "/v1/org/join-requests/{id}/approve", tag = "organisation",
    params(("id" = Uuid, Path, description = "The request")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn approve_join(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<JoinRequestId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&approve(&app, &order, order.path).await?))
}

/// Approves a request to the asker's organisation. The domain is noted behind it: where a crash comes
/// between, it is when they sign in.
pub(crate) async fn approve<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    request: JoinRequestId,
) -> Result<Applied, Problem> {
    let org = org_of(&order.asker);
    let approve = SubcontractorOrgCommand::ApproveJoin(request);
    let applied = order.execute(app, to_own(order, approve)).await?;
    let state = organisation(app, &order.asker).await?;
    let joined = state.users.iter().find(|user| user.id == request.0);
    let email = joined.and_then(|user| user.names.email.as_deref());
    if let Some(Ok(email)) = email.map(EmailAddress::parse) {
        app.store().note_org_domain(&email, org).await?;
    }
    Ok(applied)
}
