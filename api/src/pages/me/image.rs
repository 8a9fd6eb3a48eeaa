use super::details;
use crate::endpoints::me::get_image::own_image;
use crate::endpoints::me::set_image::set;
use crate::endpoints::me::{OwnChange, change_all};
use crate::error::Problem;
use crate::extract::body;
use crate::extract::order::Order;
use crate::pages::form::no_such_button;
use crate::pages::layout::to;
use crate::pages::multipart::{WithFiles, too_large};
use crate::pages::visit::{Comes, Owner, Visit};
use crate::pictures::{BYTES_MAX, ImageFile};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;

/// The field of the file.
pub(super) const FIELD: &str = "image";
/// What a form has around its file, at most, in bytes.
const AROUND_BYTES_MAX: usize = 16 << 10;

/// Somebody's own profile image (R36).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    headers: HeaderMap,
    visit: Visit<Owner, ()>,
) -> Result<Response, Problem> {
    own_image(&app, visit.who.person(), &headers).await
}

/// Set it with every builder, or take it away. A form with a file in it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    request: Request,
) -> Result<Response, Response> {
    let (parts, body) = request.into_parts();
    let who = match Owner::of(&parts, &app).await {
        Ok(who) => who,
        Err(refused) => {
            body::discard(body).await;
            return Err(refused);
        }
    };
    let person = who.person();
    let changed = async {
        let bytes_max = BYTES_MAX + AROUND_BYTES_MAX;
        let sent = WithFiles::read(&parts.headers, body, bytes_max, &[FIELD]).await?;
        change(&app, &Order::of_page(who.0, ()), &sent).await
    };
    let shown = match changed.await {
        Ok((change, done))
            if !change.items.is_empty() && change.items.iter().all(|item| item.done) =>
        {
            Ok(to(&format!("/me/details?done={done}")))
        }
        Ok((change, _)) => details::with_outcome(&app, person, change.into()).await,
        Err(problem) => details::with_problem(&app, person, problem).await,
    };
    shown.map_err(IntoResponse::into_response)
}

async fn change(
    app: &AppState,
    order: &Order<(), ()>,
    sent: &WithFiles,
) -> Result<(OwnChange, &'static str), Problem> {
    let file = sent.file(FIELD);
    match sent.form.text("action") {
        _ if file.len() > BYTES_MAX => Err(too_large(BYTES_MAX)),
        "set-image" if file.is_empty() => Err(Problem::unreadable(FIELD, "must be chosen first")),
        "set-image" => Ok((set(app, order, &ImageFile::from(file)).await?, "image-set")),
        "remove-image" => {
            Ok((change_all(app, order, &ContactCommand::RemoveImage).await?, "image-removed"))
        }
        _ => Err(no_such_button()),
    }
}
