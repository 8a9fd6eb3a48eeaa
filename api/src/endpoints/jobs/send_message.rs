use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::OwnerItemCommand;
use domain::text::MessageText;
use domain::{Command, JobId, OwnerItemId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A message to one owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendMessage {
    /// The owner.
    #[schema(format = Uuid)]
    contact_id: String,
    /// What it says: plain text, lines too.
    #[schema(max_length = 4000)]
    text: String,
}

impl RequestBody for SendMessage {}

/// A message to the builder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageBody {
    /// What it says: plain text, lines too.
    #[schema(max_length = 4000)]
    text: String,
}

impl RequestBody for MessageBody {}

impl From<String> for MessageBody {
    fn from(text: String) -> Self {
        Self { text }
    }
}

impl MessageBody {
    pub(crate) fn read(&self) -> Result<MessageText, Problem> {
        let mut door = Door::default();
        let text = door.take("text", MessageText::parse(&self.text));
        door.build(|| text)
    }
}

/// Write to one owner of a job; no co-owner sees it (R63). The owner is told by mail that there is a
/// message, and not what it says (R21).
#[utoipa::path(post, path = "/v1/jobs/{id}/messages", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = SendMessage,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn send_message(
    State(app): State<AppState>,
    order: Order<JobId, SendMessage>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let contact = door.take("contact_id", id(&order.body.contact_id));
    let text = door.take("text", MessageText::parse(&order.body.text));
    let (contact, text) = door.build(|| Some((contact?, text?)))?;
    let (job, item) = (order.path, OwnerItemId(order.new_id(&app, "message")));
    let send = OwnerItemCommand::SendMessage { item, job, contact, text };
    let applied = order.execute(&app, Command::OwnerItem(send)).await?;
    Ok(done(&applied).created_in(&format!("/v1/jobs/{job}/messages")))
}
