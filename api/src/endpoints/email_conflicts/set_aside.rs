use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::ledger::EmailConflictCommand;
use domain::{Command, ContactId};
use event_store::Applied;

/// Set aside that an owner wanted the email of this contact; twice changes nothing, and should the owner ask
/// again, it is told again (H4).
#[utoipa::path(post, path = "/v1/contacts/{id}/email-conflicts/{owner_id}/set-aside",
    tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact that has the email"),
        ("owner_id" = Uuid, Path, description = "The owner's own contact")),
    request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_aside_email_conflict(
    State(app): State<AppState>,
    order: Order<(ContactId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&set_aside(&app, &order, order.path).await?))
}

/// Carries it out.
pub(crate) async fn set_aside<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (holder, owner): (ContactId, ContactId),
) -> Result<Applied, Problem> {
    let command = EmailConflictCommand::SetAside { holder, owner };
    order.execute(app, Command::EmailConflict(command)).await
}
