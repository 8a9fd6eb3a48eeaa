use super::{OwnChange, change_all_with};
use crate::error::{Problem, ProblemBody};
use crate::extract::{Order, PersonOrder};
use crate::pictures::{self, ImageFile};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::ImageId;
use domain::contact::ContactCommand;

/// Set your profile image, with every builder (R36, R37).
///
/// The body is the file itself: a JPEG, PNG or WebP of up to 5 MiB and 16 megapixels, told by its
/// content and not by `Content-Type`. A JPEG of at most 512 pixels a side is kept, turned the right
/// way up, and nothing else of what was in the file.
#[utoipa::path(put, path = "/v1/me/image", tag = "me",
    request_body(content((String = "image/jpeg"), (String = "image/png"), (String = "image/webp"))),
    responses((status = 200, body = OwnChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_own_image(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), ImageFile>,
) -> Result<Json<OwnChange>, Problem> {
    Ok(Json(set(&app, &order, &order.body).await?))
}

/// Sets it with every builder.
pub(crate) async fn set<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    file: &ImageFile,
) -> Result<OwnChange, Problem> {
    order.without_version()?;
    let image = pictures::read(file).await?;
    // One id with every builder: a crash between two of them is mended by sending it again.
    let set = ContactCommand::SetImage(ImageId(order.new_id(app, "image")));
    change_all_with(app, order, &set, Some(&image)).await
}
