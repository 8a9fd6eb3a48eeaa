use super::details;
use crate::endpoints::me::get_image::own_image;
use crate::endpoints::me::set_image::set;
use crate::endpoints::me::{OwnChange, change_all};
use crate::error::Problem;
use crate::extract::body;
use crate::extract::order::Order;
use crate::pages::layout::to;
use crate::pages::visit::{Comes, Owner, Visit};
use crate::pictures::{BYTES_MAX, ImageFile};
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::contact::ContactCommand;
use futures_util::stream::once;
use multer::Multipart;
use std::convert::Infallible;

/// The field of the file.
pub(super) const FIELD: &str = "image";
/// What a form has around its file, at most, in bytes.
const AROUND_BYTES_MAX: usize = 16 << 10;
/// The most parts of a form.
const PARTS_MAX: usize = 4;

/// Somebody's own profile image (R36).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    headers: HeaderMap,
    visit: Visit<Owner, ()>,
) -> Result<Response, Problem> {
    own_image(&app, visit.who.person(), &headers).await
}

/// Set it with every builder, or take it away. The one form with a file in it, and the one that is read
/// as such.
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
        let upload = Upload::read(&parts.headers, body).await?;
        change(&app, &Order::of_page(who.0, ()), upload).await
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
    upload: Upload,
) -> Result<(OwnChange, &'static str), Problem> {
    match &*upload.action {
        "set-image" if upload.file.is_empty() => {
            Err(Problem::unreadable(FIELD, "must be chosen first"))
        }
        "set-image" => Ok((set(app, order, &ImageFile::from(upload.file)).await?, "image-set")),
        "remove-image" => {
            Ok((change_all(app, order, &ContactCommand::RemoveImage).await?, "image-removed"))
        }
        _ => Err(Problem::unreadable("action", "must be one of the page's buttons")),
    }
}

/// What the form says.
#[derive(Default)]
struct Upload {
    action: String,
    file: Bytes,
}

impl Upload {
    /// Reads `multipart/form-data`, whole and no more than an image may have.
    async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let bytes = body::read(headers, body, BYTES_MAX + AROUND_BYTES_MAX).await?;
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let Some(Ok(boundary)) = kind.map(multer::parse_boundary) else {
            let detail = "The body must be multipart/form-data.";
            return Err(Problem::new("unsupported_media_type", detail));
        };
        let unreadable = |_: multer::Error| Problem::unreadable("body", "must be a whole form");
        let mut form = Multipart::new(once(async { Ok::<_, Infallible>(bytes) }), boundary);
        let mut read = Self::default();
        for _ in 0..PARTS_MAX {
            let Some(part) = form.next_field().await.map_err(unreadable)? else { break };
            match part.name() {
                Some("action") => read.action = part.text().await.map_err(unreadable)?,
                Some(FIELD) => read.file = part.bytes().await.map_err(unreadable)?,
                Some(_) | None => {}
            }
        }
        if read.file.len() > BYTES_MAX {
            let detail = format!("The file has more than {BYTES_MAX} bytes.");
            return Err(Problem::new("too_large", detail));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(kind: &str, body: &[u8]) -> Result<Upload, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().expect("a header"));
        Upload::read(&headers, Body::from(body.to_vec())).await
    }

    const KIND: &str = "multipart/form-data; boundary=x";

    fn form(file: &[u8]) -> Vec<u8> {
        let head = "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\\\"b.jpg\"\r\n\
                    Content-Type: text/html\r\n\r\n";
        let tail = "\r\n--x\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nset-image\r\n\
                    --x--\r\n";
        [head.as_bytes(), file, tail.as_bytes()].concat()
    }

    #[tokio::test]
    async fn a_form_with_a_file_is_read() {
        let upload = read(KIND, &form(b"\xff\xd8--y\r\n--")).await.expect("a form");
        assert_eq!((&*upload.action, &*upload.file), ("set-image", &b"\xff\xd8--y\r\n--"[..]));
        assert!(read(KIND, b"--x--\r\n").await.expect("an empty one").action.is_empty());
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused_and_not_failed_over() {
        let status =
            |read: Result<Upload, Problem>| read.err().map(|problem| problem.status.as_u16());
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "x"] {
            assert_eq!(status(read(kind, &form(b"a")).await), Some(415), "{kind}");
        }
        let whole = form(b"abc");
        for end in 0..whole.len() - 4 {
            let cut = status(read(KIND, &whole[..end]).await);
            assert!(cut.is_none_or(|status| status == 400), "{end}: {cut:?}");
        }
        assert_eq!(status(read(KIND, b"nonsense").await), Some(400));
        let large = vec![0; BYTES_MAX + 1];
        assert_eq!(status(read(KIND, &form(&large)).await), Some(413));
        let larger = vec![0; BYTES_MAX + AROUND_BYTES_MAX + 1];
        assert_eq!(status(read(KIND, &larger).await), Some(413));
    }
}
