//! Documents for customers (R117, R118): how one is sent, what is taken as its file, and how it is handed
//! out.
//!
//! What a file is, its content says, and no header and no name. A PDF is kept byte by byte: it is handed
//! out to be saved, and never shown by us. A picture is made anew, as profile images are, with nothing
//! of the file but what is to be seen.

use crate::error::Problem;
use crate::extract::body::RequestBody;
use crate::{multipart, pictures};
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::customer::FileFormat;
use event_store::DocumentBytes;
use projections::documents::DocumentEntry;
use serde::Deserialize;
use std::fmt;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The field of the file.
pub(crate) const FILE: &str = "file";
/// The most bytes of a file.
const BYTES_MAX: usize = 5 << 20;
/// What a form has around its file, at most, in bytes.
const AROUND_BYTES_MAX: usize = 64 << 10;
/// How many are published at once; each is in memory for as long as it takes.
const PUBLISHING_MAX: usize = 4;
/// How long somebody waits for their turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

static PUBLISHING: Semaphore = Semaphore::const_new(PUBLISHING_MAX);

/// A form with a file, as it was sent.
#[derive(Clone, Deserialize)]
pub(crate) struct FileForm {
    #[serde(skip)]
    bytes: Bytes,
    #[serde(skip)]
    boundary: String,
}

impl RequestBody for FileForm {
    const BYTES_MAX: usize = BYTES_MAX + AROUND_BYTES_MAX;

    fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        Ok(Self { bytes: bytes.clone(), boundary: multipart::boundary(headers)? })
    }
}

/// What is sent does not show in logs.
impl fmt::Debug for FileForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileForm(…)")
    }
}

/// The fields of a form in their order, and its file; empty where none was chosen.
pub(crate) type Fields = (Vec<(String, String)>, Bytes);

impl FileForm {
    /// Reads it to its end.
    pub(crate) async fn fields(&self) -> Result<Fields, Problem> {
        let sent = multipart::parts(self.bytes.clone(), &self.boundary, &[FILE]).await?;
        let file = sent.files.of(FILE);
        Ok((sent.fields, file))
    }
}

/// Somebody's turn to publish; over when it is dropped.
pub(crate) async fn turn() -> Result<SemaphorePermit<'static>, Problem> {
    let turn = tokio::time::timeout(WAIT_MAX, PUBLISHING.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or_else(Problem::unavailable)
}

/// What is kept of a file, and what kind of file that is.
pub(crate) async fn kept(file: &Bytes) -> Result<(FileFormat, DocumentBytes), Problem> {
    if file.len() > BYTES_MAX {
        let detail = format!("The file has more than {BYTES_MAX} bytes.");
        return Err(Problem::new("too_large", detail).field(FILE));
    }
    if file.starts_with(PDF_BEGINS) {
        if !ends_as_pdf(file) {
            let detail = "The PDF is not whole: its end is missing.";
            return Err(Problem::new("document_unreadable", detail).field(FILE));
        }
        return Ok((FileFormat::Pdf, DocumentBytes::new(file.to_vec())));
    }
    if !pictures::is_picture(file) {
        let detail = "A document is a PDF, JPEG, PNG or WebP file, whatever its name says.";
        return Err(Problem::new("not_a_document", detail).field(FILE));
    }
    let made = pictures::page(file.clone()).await.map_err(|problem| problem.field(FILE))?;
    Ok((FileFormat::Jpeg, DocumentBytes::new(made)))
}

/// How a PDF begins.
const PDF_BEGINS: &[u8] = b"%PDF-";
/// What stands at its end, perhaps with some bytes behind it.
const PDF_ENDS: &[u8] = b"%%EOF";
/// In how many of the last bytes it stands.
const PDF_END_BYTES: usize = 1_024;

fn ends_as_pdf(file: &[u8]) -> bool {
    let end = file.get(file.len().saturating_sub(PDF_END_BYTES)..).unwrap_or_default();
    end.windows(PDF_ENDS.len()).any(|bytes| bytes == PDF_ENDS)
}

/// A document as an answer: to be saved, under a name without anything of what it says, and kept nowhere
/// on the way. `nosniff` stands on every answer.
pub(crate) fn answer(entry: &DocumentEntry, file: DocumentBytes) -> Response {
    let (kind, ending) = match entry.format.as_str() {
        "pdf" => ("application/pdf", "pdf"),
        _ => ("image/jpeg", "jpg"),
    };
    let name = format!("attachment; filename=\"{}-{}.{ending}\"", entry.kind, entry.day);
    let mut response = file.into_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_file_is_its_content_says() {
        let code = async |file: &[u8]| {
            let kept = kept(&Bytes::copy_from_slice(file)).await;
            kept.map(|(format, _)| format.word()).map_err(|problem| problem.body.code)
        };
        let whole = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n";
        assert_eq!(code(whole).await, Ok("pdf"));
        assert_eq!(code(&whole[..whole.len() - 3]).await, Err("document_unreadable"));
        let long_tail = [&whole[..], &[b' '; PDF_END_BYTES]].concat();
        assert_eq!(code(&long_tail).await, Err("document_unreadable"));
        for other in [&b"<html>%PDF-1.7 %%EOF"[..], b"GIF89a", b"PK\x03\x04", b"MZ", b"x"] {
            assert_eq!(code(other).await, Err("not_a_document"), "{other:?}");
        }
        assert_eq!(code(b"\x89PNG\r\n\x1a\n").await, Err("image_unreadable"));
        assert_eq!(code(&vec![b'%'; BYTES_MAX + 1]).await, Err("too_large"));
    }
}
