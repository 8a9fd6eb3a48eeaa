//! A form that brings a file along.

use super::Kind;
use crate::error::Problem;
use crate::extract::body;
use crate::pages::form::Form;
use crate::pages::visit::{Comes, Staff};
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::once;
use multer::{Field, Multipart};
use std::convert::Infallible;

/// The most bytes of a file, as of one over the API.
pub(super) const FILE_BYTES_MAX: usize = 10 << 20;
/// The most bytes of the form: a file that is carried takes four bytes for three; and room for the rest.
const BYTES_MAX: usize = FILE_BYTES_MAX / 3 * 4 + (128 << 10);
/// The most fields beside the file, and the most bytes of each.
const FIELDS_MAX: usize = 100;
const FIELD_BYTES_MAX: usize = 4 << 10;

/// The field in which a file is chosen.
pub(super) const FILE: &str = "file";
/// The field that carries one that was chosen before.
pub(super) const CARRIED: &str = "carried";

/// A form and its file; none is empty.
#[derive(Debug)]
pub(in crate::pages) struct SentFile {
    pub(super) who: Staff,
    pub(super) form: Form,
    pub(super) file: Bytes,
}

impl SentFile {
    pub(super) fn kind(&self) -> Option<Kind> {
        let word = self.form.text("kind");
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The file as the next page carries it.
    pub(super) fn carried(&self) -> String {
        STANDARD.encode(&self.file)
    }
}

impl FromRequest<AppState> for SentFile {
    type Rejection = Response;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let who = match Staff::of(&parts, app).await {
            Ok(who) => who,
            Err(refused) => {
                body::discard(body).await;
                return Err(refused);
            }
        };
        let taken = async {
            let bytes = body::read(&parts.headers, body, BYTES_MAX).await?;
            let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
            let boundary = boundary.ok_or_else(|| {
                let detail = "The body must be multipart/form-data.";
                Problem::new("unsupported_media_type", detail)
            })?;
            read(Multipart::new(once(async { Ok::<_, Infallible>(bytes) }), boundary)).await
        };
        let (form, file) = taken.await.map_err(IntoResponse::into_response)?;
        Ok(Self { who, form, file })
    }
}

async fn read(mut parts: Multipart<'_>) -> Result<(Form, Bytes), Problem> {
    let (mut fields, mut chosen, mut carried) = (Vec::new(), Bytes::new(), Bytes::new());
    while let Some(field) = parts.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            FILE => chosen = bytes(field).await?,
            CARRIED => {
                let text = bytes(field).await?;
                let decoded = STANDARD.decode(&text);
                carried = decoded.map_err(|_not_ours| unreadable_file())?.into();
            }
            _ if fields.len() < FIELDS_MAX => {
                let text = bytes(field).await?;
                if text.len() > FIELD_BYTES_MAX {
                    return Err(Problem::unreadable(
                        "body",
                        "must have short fields beside the file",
                    ));
                }
                fields.push((name, String::from_utf8_lossy(&text).into_owned()));
            }
            _ => return Err(Problem::unreadable("body", "must have at most 100 fields")),
        }
    }
    let file = if chosen.is_empty() { carried } else { chosen };
    if file.len() > FILE_BYTES_MAX {
        let detail = format!("The file has more than {FILE_BYTES_MAX} bytes.");
        return Err(Problem::new("too_large", detail).field(FILE));
    }
    Ok((Form::of(fields), file))
}

async fn bytes(field: Field<'_>) -> Result<Bytes, Problem> {
    field.bytes().await.map_err(unreadable)
}

fn unreadable(_: multer::Error) -> Problem {
    Problem::unreadable("body", "must be a form that is whole")
}

fn unreadable_file() -> Problem {
    Problem::unreadable(FILE, "must be chosen once more")
}
