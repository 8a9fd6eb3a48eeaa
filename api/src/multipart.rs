//! Forms that bring files along, as browsers and other clients send them: `multipart/form-data`. How many
//! bytes one may have is for whoever takes it to say; here it is in memory, and is read to its end.

use crate::error::Problem;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures_util::stream::once;
use multer::Multipart;
use std::convert::Infallible;

/// The most parts of a form.
const PARTS_MAX: usize = 100;
/// The most bytes of one that is no file: 4,000 characters, whichever they are.
const FIELD_BYTES_MAX: usize = 16_000;

/// What was typed and chosen beside the files, in its order, and the files.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Files,
}

/// The files of a form, each with the field that it is in.
#[derive(Default)]
pub(crate) struct Files(Vec<(&'static str, Bytes)>);

impl Files {
    /// The file in a field, the last of several; empty where none was chosen, which whoever takes it refuses.
    pub(crate) fn of(&self, name: &str) -> Bytes {
        let last = self.0.iter().rev().find(|(field, _)| *field == name);
        last.map_or_else(Bytes::new, |(_, file)| file.clone())
    }
}

/// What stands between the parts of a body; refused where it is no such form.
pub(crate) fn boundary(headers: &HeaderMap) -> Result<String, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
    boundary.ok_or_else(|| {
        Problem::new("unsupported_media_type", "The body must be multipart/form-data.")
    })
}

/// Reads a body; `files` are the fields that are kept as bytes.
pub(crate) async fn parts(
    bytes: Bytes,
    boundary: &str,
    files: &[&'static str],
) -> Result<Parts, Problem> {
    let unreadable = |_: multer::Error| Problem::unreadable("body", "must be a whole form");
    let mut form = Multipart::new(once(async { Ok::<_, Infallible>(bytes) }), boundary);
    let mut read = Parts::default();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        if read.fields.len() + read.files.0.len() >= PARTS_MAX {
            return Err(Problem::unreadable("body", "must have at most 100 fields"));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.bytes().await.map_err(unreadable)?;
        if let Some(file) = files.iter().find(|file| **file == name) {
            read.files.0.push((*file, value));
            continue;
        }
        if value.len() > FIELD_BYTES_MAX {
            return Err(Problem::unreadable("body", "must have short fields beside the file"));
        }
        let text = String::from_utf8(value.to_vec());
        let text = text.map_err(|_not_utf8| Problem::unreadable("body", "must be UTF-8"))?;
        read.fields.push((name, text));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "file";

    async fn read(kind: &str, body: &[u8]) -> Result<Parts, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().expect("a header"));
        let boundary = boundary(&headers).map_err(|problem| problem.status.as_u16())?;
        let read = parts(Bytes::copy_from_slice(body), &boundary, &[FILE]).await;
        read.map_err(|problem| problem.status.as_u16())
    }

    fn part(head: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), body, b"\r\n"].concat()
    }

    fn ended(parts: &[u8]) -> Vec<u8> {
        [parts, b"--x--\r\n"].concat()
    }

    const KIND: &str = "multipart/form-data; boundary=x";

    #[tokio::test]
    async fn a_form_with_a_file_is_read_whole_or_refused() {
        let title = part("name=\"title\"", b"Invoice 17");
        let file = part("name=\"file\"; filename=\"a\\\"b.pdf\"", b"%PDF-\xff\r\n--y");
        let whole = ended(&[title, file].concat());
        let sent = read(KIND, &whole).await.expect("a form");
        assert_eq!(sent.fields, [("title".to_owned(), "Invoice 17".to_owned())]);
        let [(name, file)] = &sent.files.0[..] else { panic!("{} files", sent.files.0.len()) };
        assert_eq!((*name, &**file), (FILE, &b"%PDF-\xff\r\n--y"[..]));
        for end in 0..whole.len() - 4 {
            let cut = read(KIND, &whole[..end]).await.err();
            assert!(cut.is_none_or(|status| status == 400), "{end}: {cut:?}");
        }
        for kind in ["application/json", "multipart/form-data", "x"] {
            assert_eq!(read(kind, &whole).await.err(), Some(415), "{kind}");
        }
        let empty = read(KIND, &ended(b"")).await.expect("an empty one");
        assert!(empty.fields.is_empty() && empty.files.0.is_empty());
        assert_eq!(read(KIND, b"nonsense").await.err(), Some(400));
    }

    #[tokio::test]
    async fn what_is_beside_a_file_is_short_text_and_not_too_much_of_it() {
        let field = |body: &[u8], times| ended(&part("name=\"title\"", body).repeat(times));
        let status = async |body: &[u8]| read(KIND, body).await.err();
        let longest = "\u{1f3e0}".repeat(4_000);
        assert_eq!(status(&field(longest.as_bytes(), PARTS_MAX)).await, None);
        assert_eq!(status(&field(b"x", PARTS_MAX + 1)).await, Some(400));
        assert_eq!(status(&field(&[b'x'; FIELD_BYTES_MAX + 1], 1)).await, Some(400));
        assert_eq!(status(&field(b"\xfc", 1)).await, Some(400));
        let file = part("name=\"file\"", &[b'x'; FIELD_BYTES_MAX + 1]);
        assert_eq!(status(&ended(&file)).await, None, "a file is as long as it is");
    }
}
