//! Forms that bring a file along.
//!
//! Browsers send them as `multipart/form-data`, which is read whole: how much that may be, each form
//! says. What is no such form is refused like any other that cannot be read.

use super::form::Form;
use crate::error::Problem;
use crate::extract::body;
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::stream::once;
use multer::Multipart;
use std::convert::Infallible;

/// The most fields beside the files, and the most bytes of each.
const FIELDS_MAX: usize = 100;
const FIELD_BYTES_MAX: usize = 4 << 10;

/// Such a form.
#[derive(Debug)]
pub(super) struct WithFiles {
    /// What was typed and chosen beside the files.
    pub(super) form: Form,
    files: Vec<(&'static str, Bytes)>,
}

impl WithFiles {
    /// Reads a form of at most this many bytes; `files` are the fields that are kept as bytes.
    pub(super) async fn read(
        headers: &HeaderMap,
        body: Body,
        bytes_max: usize,
        files: &[&'static str],
    ) -> Result<Self, Problem> {
        let bytes = body::read(headers, body, bytes_max).await?;
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let Some(Ok(boundary)) = kind.map(multer::parse_boundary) else {
            let detail = "The body must be multipart/form-data.";
            return Err(Problem::new("unsupported_media_type", detail));
        };
        let unreadable = |_: multer::Error| Problem::unreadable("body", "must be a whole form");
        let mut parts = Multipart::new(once(async { Ok::<_, Infallible>(bytes) }), boundary);
        let (mut fields, mut found) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            if fields.len() + found.len() >= FIELDS_MAX {
                return Err(Problem::unreadable("body", "must have at most 100 fields"));
            }
            let name = part.name().unwrap_or_default().to_owned();
            let value = part.bytes().await.map_err(unreadable)?;
            if let Some(file) = files.iter().find(|file| **file == name) {
                found.push((*file, value));
            } else if value.len() > FIELD_BYTES_MAX {
                return Err(Problem::unreadable("body", "must have short fields beside the file"));
            } else {
                fields.push((name, String::from_utf8_lossy(&value).into_owned()));
            }
        }
        Ok(Self { form: Form::of(fields), files: found })
    }

    /// The last file in a field; empty where none was chosen.
    pub(super) fn file(&self, name: &str) -> Bytes {
        let of_name = self.files.iter().rev().find(|(file, _)| *file == name);
        of_name.map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    }
}

/// A file with more bytes than its form takes.
pub(super) fn too_large(bytes_max: usize) -> Problem {
    Problem::new("too_large", format!("The file has more than {bytes_max} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "image";
    const BYTES_MAX: usize = 1 << 20;

    async fn read(kind: &str, body: &[u8]) -> Result<WithFiles, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().expect("a header"));
        WithFiles::read(&headers, Body::from(body.to_vec()), BYTES_MAX, &[FILE]).await
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
        let sent = read(KIND, &form(b"\xff\xd8--y\r\n--")).await.expect("a form");
        assert_eq!(sent.form.text("action"), "set-image");
        assert_eq!(&*sent.file(FILE), b"\xff\xd8--y\r\n--");
        let empty = read(KIND, b"--x--\r\n").await.expect("an empty one");
        assert!(empty.form.text("action").is_empty() && empty.file(FILE).is_empty());
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused_and_not_failed_over() {
        let status =
            |read: Result<WithFiles, Problem>| read.err().map(|problem| problem.status.as_u16());
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "x"] {
            assert_eq!(status(read(kind, &form(b"a")).await), Some(415), "{kind}");
        }
        let whole = form(b"abc");
        for end in 0..whole.len() - 4 {
            let cut = status(read(KIND, &whole[..end]).await);
            assert!(cut.is_none_or(|status| status == 400), "{end}: {cut:?}");
        }
        assert_eq!(status(read(KIND, b"nonsense").await), Some(400));
        assert_eq!(status(read(KIND, &form(&vec![0; BYTES_MAX])).await), Some(413));
        let field = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
        let many = field.to_owned() + &format!("\r\n{field}").repeat(FIELDS_MAX) + "\r\n--x--\r\n";
        assert_eq!(status(read(KIND, many.as_bytes()).await), Some(400));
        let long = [field, &"y".repeat(FIELD_BYTES_MAX + 1), "\r\n--x--\r\n"].concat();
        assert_eq!(status(read(KIND, long.as_bytes()).await), Some(400));
    }
}
