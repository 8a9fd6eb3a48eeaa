use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::pictures::ImageFile;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, ImageId};
use uuid::Uuid;

/// Refused, always: only the owner sets their profile image, at `/v1/me/image` (R36).
///
/// The attempt stands in the contact's history. The file is not looked at.
#[utoipa::path(put, path = "/v1/contacts/{id}/image", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    request_body(content((String = "image/jpeg"), (String = "image/png"), (String = "image/webp"))),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_image(
    State(app): State<AppState>,
    order: Order<ContactId, ImageFile>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let set = ContactCommand::SetImage(ImageId(Uuid::now_v7()));
    order.carry_out(&app, Command::Contact(order.path, set)).await
}
