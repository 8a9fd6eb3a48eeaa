//! Forms that bring a file along, for pages: read whole, as [`crate::multipart`] reads them. How many bytes
//! that may be, each form says.

use super::form::Form;
use crate::error::Problem;
use crate::extract::body;
use crate::multipart::{Files, boundary, parts};
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;

/// Such a form.
pub(super) struct WithFiles {
    /// What was typed and chosen beside the files.
    pub(super) form: Form,
    files: Files,
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
        let sent = parts(bytes, &boundary(headers)?, files).await?;
        Ok(Self { form: Form::of(sent.fields), files: sent.files })
    }

    /// The file in a field.
    pub(super) fn file(&self, name: &str) -> Bytes {
        self.files.of(name)
    }
}

/// A file with more bytes than its form takes.
pub(super) fn too_large(bytes_max: usize) -> Problem {
    Problem::new("too_large", format!("The file has more than {bytes_max} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::CONTENT_TYPE;

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
                    --x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nOne\r\ntwo\r\n--x--\r\n";
        [head.as_bytes(), file, tail.as_bytes()].concat()
    }

    #[tokio::test]
    async fn a_form_with_a_file_is_read_as_one_without_is() {
        let sent = read(KIND, &form(b"\xff\xd8--y\r\n--")).await.expect("a form");
        assert_eq!(sent.form.text("action"), "set-image");
        assert_eq!(&*sent.file(FILE), b"\xff\xd8--y\r\n--", "a file stays as it is");
        let urlencoded = Form::of_query(Some("note=One%0D%0Atwo")).expect("a form");
        assert_eq!(sent.form.text("note"), "One\ntwo");
        assert_eq!(sent.form.text("note"), urlencoded.text("note"));
        let empty = read(KIND, b"--x--\r\n").await.expect("an empty one");
        assert!(empty.form.text("action").is_empty() && empty.file(FILE).is_empty());
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused_and_not_failed_over() {
        let status =
            |read: Result<WithFiles, Problem>| read.err().map(|problem| problem.status.as_u16());
        let kind = "application/x-www-form-urlencoded";
        assert_eq!(status(read(kind, &form(b"a")).await), Some(415));
        assert_eq!(status(read(KIND, b"nonsense").await), Some(400));
        assert_eq!(status(read(KIND, &form(&vec![0; BYTES_MAX])).await), Some(413));
    }
}
