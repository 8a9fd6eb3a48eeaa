use super::command_as;
use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::jobs::send_message::MessageBody;
use crate::error::{Problem, ProblemBody};
use crate::extract::{Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::OwnerItemCommand;
use domain::text::MessageText;
use domain::{AccountId, Command, JobId, OwnerItemId};
use event_store::Applied;

/// Write to the builder about a job. The builder's people find it in the job's messages.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/messages", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job")), request_body = MessageBody,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn send_own_message(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId), MessageBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let ((account, job), text) = (order.path, order.body.read()?);
    let applied = send(&app, &order, order.path, text).await?;
    Ok(done(&applied).created_in(&format!("/v1/me/jobs/{account}/{job}/messages")))
}

pub(crate) async fn send<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job): (AccountId, JobId),
    text: MessageText,
) -> Result<Applied, Problem> {
    let item = OwnerItemId(order.new_id(app, "message"));
    let command =
        |contact| Command::OwnerItem(OwnerItemCommand::SendMessage { item, job, contact, text });
    command_as(app, order, account, command).await
}
