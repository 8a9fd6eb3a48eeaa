//! A form that brings a file along.

use super::Kind;
use crate::error::Problem;
use crate::extract::body;
use crate::pages::form::Form;
use crate::pages::multipart::{WithFiles, too_large};
use crate::pages::visit::{Comes, Staff};
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of a file, as of one over the API.
pub(super) const FILE_BYTES_MAX: usize = 10 << 20;
/// The most bytes of the form: a file that is carried takes four bytes for three; and room for the rest.
const BYTES_MAX: usize = FILE_BYTES_MAX / 3 * 4 + (128 << 10);

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
            let sent = WithFiles::read(&parts.headers, body, BYTES_MAX, &[FILE, CARRIED]).await?;
            let file = file(&sent)?;
            Ok::<_, Problem>((sent.form, file))
        };
        let (form, file) = taken.await.map_err(IntoResponse::into_response)?;
        Ok(Self { who, form, file })
    }
}

/// The file that was chosen, or else the one that the form carries.
fn file(sent: &WithFiles) -> Result<Bytes, Problem> {
    let chosen = sent.file(FILE);
    let file = if chosen.is_empty() {
        let carried = STANDARD.decode(sent.file(CARRIED));
        carried.map_err(|_not_ours| Problem::unreadable(FILE, "must be chosen once more"))?.into()
    } else {
        chosen
    };
    if file.len() > FILE_BYTES_MAX {
        return Err(too_large(FILE_BYTES_MAX).field(FILE));
    }
    Ok(file)
}
