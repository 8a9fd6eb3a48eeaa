//! Profile images: what is taken as one, and what is kept of it (R36, promise 30).
//!
//! What a file is, its first bytes say, and no header. How large the picture in it is, the file's own
//! beginning says, and that is looked at before anything is decoded. What is kept is a new JPEG, made
//! of the pixels alone and turned the right way up: where it was taken, by whom and with what stays
//! behind, and so does whatever else was in the file.

use crate::error::Problem;
use crate::extract::body::RequestBody;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store::{ImageBytes, StoredImage};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, Rgb, RgbImage};
use serde::Deserialize;
use std::fmt;
use std::io::Cursor;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The most bytes of a file.
pub(crate) const BYTES_MAX: usize = 5 << 20;
/// The most pixels of a picture.
const PIXELS_MAX: u64 = 16_000_000;
/// The most memory that decoding one takes.
const DECODING_BYTES_MAX: u64 = 112 << 20;
/// The most memory that a PNG's other chunks take.
const PNG_CHUNKS_BYTES_MAX: u64 = 8 << 20;
/// The longer side of what is kept, in pixels. Nothing is cut off: pages cut as they need.
const SIDE_MAX: u32 = 512;
/// The same of a page that somebody reads (R117, R118); so many that what is decoded and what is kept stay
/// within the memory of promise 30 together.
const PAGE_SIDE_MAX: u32 = 1_600;
/// Of the JPEG that is kept, of 100.
const QUALITY: u8 = 85;
/// How many are decoded at once.
const DECODING_MAX: usize = 2;
/// How long somebody waits for their turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

static DECODING: Semaphore = Semaphore::const_new(DECODING_MAX);

/// A file as it was sent, with whatever header.
#[derive(Clone, Deserialize)]
pub(crate) struct ImageFile {
    #[serde(skip)]
    bytes: Bytes,
}

impl RequestBody for ImageFile {
    const BYTES_MAX: usize = BYTES_MAX;

    fn parse(_: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        Ok(Self { bytes: bytes.clone() })
    }
}

impl From<Bytes> for ImageFile {
    fn from(bytes: Bytes) -> Self {
        Self { bytes }
    }
}

/// A picture of somebody does not show in logs.
impl fmt::Debug for ImageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImageFile(…)")
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotTaken {
    /// It is no JPEG, PNG or WebP.
    OtherType,
    /// It is one by its first bytes, and cannot be read.
    Unreadable,
    /// It is larger than we take.
    TooLarge,
    /// It moves.
    Animated,
}

impl From<NotTaken> for Problem {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::OtherType => {
                let detail = "An image is a JPEG, PNG or WebP file, whatever its name says.";
                Self::new("not_an_image", detail)
            }
            NotTaken::Unreadable => {
                Self::new("image_unreadable", "The file cannot be read to its end.")
            }
            NotTaken::TooLarge => Self::new(
                "image_too_many_pixels",
                "The picture has more than 16 megapixels, or takes too much memory to read.",
            ),
            NotTaken::Animated => Self::new("image_unreadable", "The picture moves."),
        }
    }
}

/// What is kept of a file. A few at once, beside the threads that answer requests.
pub(crate) async fn read(file: &ImageFile) -> Result<ImageBytes, Problem> {
    made_anew(file.bytes.clone(), SIDE_MAX).await.map(ImageBytes::new)
}

/// The same of a picture of a page, large enough to be read.
pub(crate) async fn page(file: Bytes) -> Result<Vec<u8>, Problem> {
    made_anew(file, PAGE_SIDE_MAX).await
}

/// Whether a file is a picture of a kind that is taken, by its first bytes.
pub(crate) fn is_picture(file: &[u8]) -> bool {
    matches!(
        image::guess_format(file),
        Ok(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
    )
}

async fn made_anew(file: Bytes, side: u32) -> Result<Vec<u8>, Problem> {
    let permit = tokio::time::timeout(WAIT_MAX, DECODING.acquire()).await;
    let Ok(Ok(permit)) = permit else { return Err(Problem::unavailable()) };
    let kept = tokio::task::spawn_blocking(move || {
        // Held by the work itself, which goes on when its caller has gone away.
        let _permit = permit;
        kept(&file, side)
    });
    // A decoder that panics has been given something that is no picture.
    Ok(kept.await.unwrap_or(Err(NotTaken::Unreadable))?)
}

/// An image as an answer: for whoever asked alone, and asked for anew only when it is another one.
pub(crate) fn answer(image: StoredImage, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", image.image);
    let known = asked.get_all(IF_NONE_MATCH).iter().any(|tags| {
        let tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.map(|known| known.strip_prefix("W/").unwrap_or(known))
            .any(|known| known == tag || known == "*")
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        image.bytes.into_vec().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if !known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    }
    response
}

fn kept(file: &[u8], side: u32) -> Result<Vec<u8>, NotTaken> {
    let format = image::guess_format(file).map_err(|_unknown| NotTaken::OtherType)?;
    let source = Cursor::new(file);
    let unreadable = |_: image::ImageError| NotTaken::Unreadable;
    if format == ImageFormat::Jpeg {
        let beside = |pixels| coefficients(file, pixels);
        return small(JpegDecoder::new(source).map_err(unreadable)?, side, beside);
    }
    if format == ImageFormat::Png {
        let mut limits = Limits::no_limits();
        // Of what stands beside the picture: profiles and texts, unpacked.
        limits.max_alloc = Some(PNG_CHUNKS_BYTES_MAX);
        return small(PngDecoder::with_limits(source, limits).map_err(unreadable)?, side, |_| 0);
    }
    if format == ImageFormat::WebP {
        let decoder = WebPDecoder::new(source).map_err(unreadable)?;
        if decoder.has_animation() {
            return Err(NotTaken::Animated);
        }
        // The planes, or the colours before they are put together.
        return small(decoder, side, |pixels| pixels.saturating_mul(3));
    }
    Err(NotTaken::OtherType)
}

/// Decodes what is small enough, and makes the image that is kept. `beside` is how many bytes the decoder
/// takes beside a picture of so many pixels.
fn small(
    mut decoder: impl ImageDecoder,
    side: u32,
    beside: impl Fn(u64) -> u64,
) -> Result<Vec<u8>, NotTaken> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let memory = decoder.total_bytes().saturating_add(beside(pixels));
    if pixels > PIXELS_MAX || memory > DECODING_BYTES_MAX {
        return Err(NotTaken::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_broken| NotTaken::Unreadable)?;
    let mut small = if width.max(height) > side { fitted(picture, side) } else { picture };
    small.apply_orientation(orientation);
    let mut kept = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut kept, QUALITY);
    on_white(&small).write_with_encoder(encoder).map_err(|_failed| NotTaken::Unreadable)?;
    Ok(kept)
}

/// The large one is gone before anything is made of the small one.
fn fitted(picture: DynamicImage, side: u32) -> DynamicImage {
    let small = picture.thumbnail(side, side);
    drop(picture);
    small
}

/// A JPEG lets nothing shine through; what did is white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let over = |colour: u16| {
            let mixed = (colour * alpha + 255 * (255 - alpha)) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

/// How many bytes a JPEG's coefficients take until its last pass, where it comes in several: it is
/// progressive, or its first scan does not hold all colours. What cannot be told is taken at its worst.
fn coefficients(file: &[u8], pixels: u64) -> u64 {
    let worst = pixels.saturating_mul(8);
    let mut frame: Option<(bool, &[u8])> = None;
    let mut rest = file.get(2..).unwrap_or_default();
    while let [0xff, marker, after @ ..] = rest {
        // Filling, and markers without a length.
        match marker {
            0xff => {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            0x01 | 0xd0..=0xd8 => {
                rest = after;
                continue;
            }
            _ => {}
        }
        let [high, low, ..] = after else { return worst };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(segment) = after.get(2..length) else { return worst };
        match marker {
            // A frame: baseline, extended, or progressive.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                frame = segment.get(6..).map(|colours| (marker & 3 == 2, colours));
            }
            // The first scan.
            0xda => {
                let (Some((progressive, colours)), Some(scanned)) = (frame, segment.first()) else {
                    return worst;
                };
                if !progressive && usize::from(*scanned) == colours.len() / 3 {
                    return 0;
                }
                return in_memory(colours, pixels).unwrap_or(worst);
            }
            _ => {}
        }
        rest = after.get(length..).unwrap_or_default();
    }
    worst
}

/// Two bytes a sample, of as many samples as the colours' sampling factors say.
fn in_memory(colours: &[u8], pixels: u64) -> Option<u64> {
    let factors = colours.chunks_exact(3).map(|colour| (colour[1] >> 4, colour[1] & 15));
    let samples: u64 =
        factors.clone().map(|(across, down)| u64::from(across) * u64::from(down)).sum();
    let across = factors.clone().map(|(across, _)| u64::from(across)).max()?;
    let down = factors.map(|(_, down)| u64::from(down)).max()?;
    pixels.checked_mul(2)?.checked_mul(samples)?.checked_div(across * down)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const SIXTEEN: u64 = 16_000_000;

    /// The beginning of a JPEG: filling, a comment, a frame of this kind and these sampling factors, and
    /// a scan of so many colours.
    fn jpeg(kind: u8, factors: &[u8], scanned: u8) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8, 0xff, 0xff, 0xfe, 0, 4, 1, 2];
        let count = u8::try_from(factors.len()).expect("a few");
        file.extend([0xff, kind, 0, 8 + 3 * count, 8, 16, 0, 16, 0, count]);
        for (id, factor) in (1..).zip(factors) {
            file.extend([id, *factor, 0]);
        }
        file.extend([0xff, 0xda, 0, 6 + 2 * scanned, scanned]);
        file.extend(vec![0; 3 + 2 * usize::from(scanned)]);
        file
    }

    #[test]
    fn a_jpeg_in_several_passes_counts_for_what_it_takes_in_memory() {
        let of =
            |kind, factors: &[u8], scanned| coefficients(&jpeg(kind, factors, scanned), SIXTEEN);
        assert_eq!(of(0xc0, &[0x22, 0x11, 0x11], 3), 0, "baseline, all at once");
        assert_eq!(of(0xc2, &[0x22, 0x11, 0x11], 3), 3 * SIXTEEN, "progressive, 4:2:0");
        assert_eq!(of(0xc2, &[0x11, 0x11, 0x11], 3), 6 * SIXTEEN, "progressive, 4:4:4");
        assert_eq!(of(0xc0, &[0x11, 0x11, 0x11], 1), 6 * SIXTEEN, "colour by colour");
        assert_eq!(of(0xc0, &[0x11], 1), 0, "grey");
        assert_eq!(of(0xc2, &[0, 0, 0], 3), 8 * SIXTEEN, "nonsense");
        let whole = jpeg(0xc2, &[0x22, 0x11, 0x11], 3);
        for end in 0..whole.len() {
            let taken = coefficients(&whole[..end], SIXTEEN);
            assert!(taken == 8 * SIXTEEN || taken == 3 * SIXTEEN, "{end}");
        }
    }

    #[test]
    fn the_largest_picture_is_taken_and_fitted_without_cropping() {
        // promise 30
        let grey = image::GrayImage::from_fn(4_000, 4_000, |x, _| image::Luma([u8::from(x > 9)]));
        let mut file = Vec::new();
        let png = image::codecs::png::PngEncoder::new(&mut file);
        DynamicImage::from(grey).write_with_encoder(png).expect("encoded");
        let began = Instant::now();
        let page = kept(&file, PAGE_SIDE_MAX).expect("taken");
        eprintln!("a page of 16 megapixels took {:?}", began.elapsed());
        let page = image::load_from_memory(&page).expect("a JPEG");
        assert_eq!((page.width(), page.height()), (1_600, 1_600));
        let began = Instant::now();
        let small = kept(&file, SIDE_MAX).expect("taken");
        eprintln!("16 megapixels took {:?}", began.elapsed());
        let small = image::load_from_memory(&small).expect("a JPEG");
        assert_eq!((small.width(), small.height()), (512, 512));
    }

    #[test]
    fn what_shone_through_is_white() {
        let clear = image::RgbaImage::from_pixel(40, 20, image::Rgba([9, 9, 9, 0]));
        let mut file = Vec::new();
        let png = image::codecs::png::PngEncoder::new(&mut file);
        DynamicImage::from(clear).write_with_encoder(png).expect("encoded");
        let small = image::load_from_memory(&kept(&file, SIDE_MAX).expect("taken"))
            .expect("a JPEG")
            .to_rgb8();
        assert_eq!((small.dimensions(), small.get_pixel(20, 10).0), ((40, 20), [255; 3]));
    }
}
