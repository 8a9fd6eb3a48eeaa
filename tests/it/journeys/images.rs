//! Profile images: set by owners, seen by builders (R36, R37, promise 30).

use super::harness::{Answer, Builder, Caller, Owner, Server, send};
use event_store::StoreOptions;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PASSWORD: &str = "a house by the river";
const OWN: &str = "/v1/me/image";
/// Stands in what must not be kept of a file.
const CANARY: &[u8] = b"taken at 52.5163N 13.3777E";

/// Left half red, right half blue.
fn picture(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) };
    RgbImage::from_fn(width, height, |x, _| colour(x)).into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    picture.write_to(&mut Cursor::new(&mut file), format).expect("encoded");
    file
}

/// A PNG of this size.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&picture(width, height), ImageFormat::Png)
}

/// A JPEG that says of itself where it was taken, and that it lies on its side.
fn jpeg_on_its_side() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, 90);
    picture(800, 400).write_with_encoder(encoder).expect("encoded");
    // TIFF, little endian, one entry: orientation 6, a quarter turn.
    let mut exif =
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(CANARY);
    let length = u16::try_from(exif.len() + 2).expect("a short segment").to_be_bytes();
    let segment = [&[0xff, 0xe1], &length[..], &exif].concat();
    file.splice(2..2, segment);
    file
}

fn png_with_a_text() -> Vec<u8> {
    let mut file = encoded(&picture(64, 32), ImageFormat::Png);
    let text = [b"tEXtComment\0", CANARY].concat();
    // Behind the signature and the header.
    file.splice(33..33, chunk(&text));
    file
}

/// A PNG's chunk: length, type and data, checksum.
fn chunk(typed: &[u8]) -> Vec<u8> {
    let mut crc = u32::MAX;
    for byte in typed {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    let length = u32::try_from(typed.len() - 4).expect("a short chunk").to_be_bytes();
    [&length[..], typed, &(!crc).to_be_bytes()].concat()
}

/// A small PNG that claims to be this large.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let file = encoded(&picture(8, 8), ImageFormat::Png);
    let header = [b"IHDR", &width.to_be_bytes()[..], &height.to_be_bytes(), &file[24..29]].concat();
    [&file[..8], &chunk(&header), &file[33..]].concat()
}

/// A small JPEG that claims to be this large.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut file = encoded(&picture(8, 8), ImageFormat::Jpeg);
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

async fn put(caller: &Caller, path: &str, file: Vec<u8>) -> Answer {
    // Whatever the header says.
    let request = caller.request(Method::PUT, path).header("content-type", "text/html");
    send(request.body(file)).await
}

/// The bytes of an image, its `ETag`, and how it is served.
async fn seen(caller: &Caller, path: &str) -> (Vec<u8>, String) {
    let response = caller.request(Method::GET, path).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "image/jpeg");
    assert_eq!(headers["cache-control"], "private, no-cache");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let tag = headers["etag"].to_str().expect("a tag").to_owned();
    let bytes = response.bytes().await.expect("a body").to_vec();
    assert_eq!(image::guess_format(&bytes).expect("a format"), ImageFormat::Jpeg);
    (bytes, tag)
}

/// The contact as its builder sees it, after all that has happened.
async fn entry(builder: &Builder, contact: Uuid) -> Value {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}")).await.is(200).body
}

async fn history(builder: &Builder, contact: Uuid) -> Answer {
    let last = builder.admin.post("/v1/contacts", json!({ "name": "Somebody else" })).await.is(201);
    builder.admin.get_after(&last, &format!("/v1/contacts/{contact}/history")).await.is(200)
}

fn image_of(contact: Uuid) -> String {
    format!("/v1/contacts/{contact}/image")
}

fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).expect("an image").to_rgb8()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sets_an_image_and_their_builder_sees_it_the_right_way_up_and_nothing_else_of_it()
{
    // R36, R37, promise 30
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let Owner { contact, session, .. } = server.owner(&builder, "ada@example.org", PASSWORD).await;
    let path = image_of(contact);
    assert_eq!(session.get(OWN).await.is(404).code(), "not_found");
    assert_eq!(builder.admin.get(&path).await.is(404).code(), "not_found");
    assert_eq!(entry(&builder, contact).await["image"], Value::Null);

    assert_eq!(put(&session, OWN, jpeg_on_its_side()).await.is(200).each("done"), ["true"]);
    let info = entry(&builder, contact).await;
    assert_eq!(info["image"]["url"], path.as_str());
    let (bytes, tag) = seen(&builder.admin, &path).await;
    assert_eq!(tag, format!("{}", info["image"]["id"]));
    assert!(!holds(&bytes, CANARY) && !holds(&bytes, b"Exif"), "metadata is kept");
    let shown = decoded(&bytes);
    // 800 by 400, a quarter turn clockwise: what was left is on top.
    assert_eq!(shown.dimensions(), (256, 512));
    let (top, bottom) = (shown.get_pixel(128, 10).0, shown.get_pixel(128, 500).0);
    assert!(top[0] > 150 && top[2] < 80 && bottom[2] > 150 && bottom[0] < 80, "{top:?} {bottom:?}");
    let auditor = server.key(&builder, "auditor", &[]).await;
    for caller in [(&session, OWN), (&auditor, path.as_str())] {
        assert_eq!(seen(caller.0, caller.1).await, (bytes.clone(), tag.clone()));
    }
    // Asked for again with its tag, it is not sent again.
    for (tags, status) in [(tag.as_str(), 304), ("\"other\", *", 304), ("\"other\"", 200)] {
        let again = builder.admin.request(Method::GET, &path).header("if-none-match", tags);
        assert_eq!(again.send().await.expect("an answer").status(), status, "{tags}");
    }

    // Another one takes its place, and is all that is kept.
    put(&session, OWN, png_with_a_text()).await.is(200);
    let (png, other) = seen(&builder.admin, &path).await;
    assert!(other != tag && !holds(&png, CANARY));
    assert_eq!(decoded(&png).dimensions(), (64, 32));
    put(&session, OWN, encoded(&picture(2_000, 500), ImageFormat::WebP)).await.is(200);
    assert_eq!(decoded(&seen(&session, OWN).await.0).dimensions(), (512, 128));
    let rows = server.rows("profile_images").await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains("ffd8ff"), "it is not sealed");

    let history = history(&builder, contact).await;
    let set: Vec<_> =
        history.each("event").into_iter().filter(|e| e == "contact.profile_image_set").collect();
    assert_eq!(set.len(), 3, "{}", history.text);
    assert_eq!(session.delete(OWN).await.is(200).each("done"), ["true"]);
    assert_eq!(session.delete(OWN).await.is(200).each("done"), ["true"]);
    for (caller, path) in [(&session, OWN), (&builder.admin, path.as_str())] {
        caller.get(path).await.is(404);
    }
    assert_eq!(entry(&builder, contact).await["image"], Value::Null);
    assert!(server.rows("profile_images").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_the_builder_sets_an_owners_image_and_the_attempt_is_written_down() {
    // R36, RULES.md 1.2
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let Owner { contact, session, .. } = server.owner(&builder, "ada@example.org", PASSWORD).await;
    put(&session, OWN, png_with_a_text()).await.is(200);
    let before = seen(&builder.admin, &image_of(contact)).await;
    let not_invited = builder.admin.contact("Bea", Some("bea@example.org")).await;
    let staff = server.key(&builder, "staff", &["manage_access"]).await;
    for caller in [&builder.admin, &staff] {
        for contact in [contact, not_invited] {
            let file = encoded(&picture(9, 9), ImageFormat::Png);
            let refused = put(caller, &image_of(contact), file).await.is(403);
            assert_eq!(refused.code(), "image_owner_only");
            assert_eq!(refused.body["rule"], "R36");
            assert!(refused.body["remedy"].is_string(), "{}", refused.text);
            assert_eq!(caller.delete(&image_of(contact)).await.is(403).code(), "image_owner_only");
        }
    }
    let auditor = server.key(&builder, "auditor", &[]).await;
    let refused = put(&auditor, &image_of(contact), Vec::new()).await.is(403);
    assert_eq!(refused.code(), "not_permitted");
    assert_eq!(seen(&builder.admin, &image_of(contact)).await, before);
    let history = history(&builder, contact).await;
    let items = history.body["items"].as_array().expect("a list");
    let tried = items.iter().filter(|item| item["refused"]["code"] == "image_owner_only");
    let tried: Vec<_> = tried.map(|item| item["refused"]["command"].as_str()).collect();
    assert_eq!(tried.len(), 4);
    assert!(
        tried.contains(&Some("SetProfileImage")) && tried.contains(&Some("RemoveProfileImage"))
    );
    let path = format!("/v1/contacts/{contact}/permissions");
    let may = builder.admin.get(&path).await.is(200).body;
    let may = may["commands"].as_array().expect("commands").iter();
    let image = may.clone().find(|one| one["command"] == "SetProfileImage").expect("the command");
    assert_eq!((&image["allowed"], &image["refusal"]["rule"]), (&json!(false), &json!("R36")));
    // A builder's key opens nothing of an owner's.
    put(&builder.admin, OWN, Vec::new()).await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_or_too_much_of_one_is_refused_and_changes_nothing() {
    // promise 30, 32
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let session = server.owner(&builder, "ada@example.org", PASSWORD).await.session;
    put(&session, OWN, png_with_a_text()).await.is(200);
    let before = seen(&session, OWN).await;
    let whole = encoded(&picture(600, 600), ImageFormat::Png);
    let jpeg = encoded(&picture(600, 600), ImageFormat::Jpeg);
    let webp = encoded(&picture(600, 600), ImageFormat::WebP);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let mut too_long = whole.clone();
    too_long.resize((5 << 20) + 1, 0);
    let refused = [
        (b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), 415, "not_an_image"),
        (svg.to_vec(), 415, "not_an_image"),
        (b"<!doctype html><title>x</title>".to_vec(), 415, "not_an_image"),
        (Vec::new(), 415, "not_an_image"),
        (whole[..whole.len() / 2].to_vec(), 422, "image_unreadable"),
        (whole[..30].to_vec(), 422, "image_unreadable"),
        (jpeg[..20].to_vec(), 422, "image_unreadable"),
        (webp[..webp.len() / 2].to_vec(), 422, "image_unreadable"),
        (png_of(20_000, 20_000), 422, "image_too_many_pixels"),
        (png_of(4_001, 4_000), 422, "image_too_many_pixels"),
        (jpeg_of(20_000, 20_000), 422, "image_too_many_pixels"),
        (png_of(0, 20), 422, "image_unreadable"),
        (too_long, 413, "too_large"),
    ];
    for (place, (file, status, code)) in refused.into_iter().enumerate() {
        let began = Instant::now();
        let answer = put(&session, OWN, file).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "file {place}");
        assert!(began.elapsed() < Duration::from_secs(2), "file {place} took too long");
    }
    assert_eq!(seen(&session, OWN).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_shows_with_every_builder_and_is_gone_with_the_person() {
    // R37, R45, H6
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let Owner { contact, session, .. } = server.owner(&elm, "ada@example.org", PASSWORD).await;
    let keyed = |session: &Caller| {
        let request = session.request(Method::PUT, OWN).header("idempotency-key", "one");
        request.body(encoded(&picture(300, 300), ImageFormat::Png))
    };
    send(keyed(&session)).await.is(200);
    // Whoever accepts another invitation is seen there too, without setting it anew.
    let at_oak = oak.admin.contact("Ada", Some("ada@example.org")).await;
    let link = server.invite(&oak, at_oak).await;
    session.post(&format!("/v1/invitations/{link}/accept"), json!({})).await.is(200);
    let (first, _) = seen(&elm.admin, &image_of(contact)).await;
    assert_eq!(seen(&oak.admin, &image_of(at_oak)).await.0, first);
    elm.admin.get(&image_of(at_oak)).await.is(404);
    // A retry sets it once with each; a new one is set with both.
    let (_, tag) = seen(&elm.admin, &image_of(contact)).await;
    assert_eq!(send(keyed(&session)).await.is(200).each("done"), ["true", "true"]);
    assert_eq!(seen(&elm.admin, &image_of(contact)).await.1, tag);
    put(&session, OWN, png_with_a_text()).await.is(200);
    let (second, _) = seen(&elm.admin, &image_of(contact)).await;
    assert_ne!(second, first);
    assert_eq!(seen(&oak.admin, &image_of(at_oak)).await.0, second);

    // A builder that has closed the contact goes on seeing it; its owner changes nothing there.
    elm.admin.order(&format!("/v1/contacts/{contact}/disable")).await.is(200);
    let me = session.get("/v1/me").await.is(200).body;
    let pictured = me["contacts"].as_array().expect("contacts").iter();
    assert_eq!(pictured.filter(|one| one["image"].is_string()).count(), 1);
    assert_eq!(session.delete(OWN).await.is(200).each("done"), ["true"]);
    oak.admin.get(&image_of(at_oak)).await.is(404);
    assert_eq!(seen(&elm.admin, &image_of(contact)).await.0, second);
    // Whoever takes the contact over from another begins without one.
    let path = format!("/v1/contacts/{contact}");
    elm.admin.order(&format!("{path}/enable")).await.is(200);
    elm.admin.post(&format!("{path}/deactivate"), json!({ "reason": "sold" })).await.is(200);
    assert_eq!(seen(&elm.admin, &image_of(contact)).await.0, second);
    elm.admin.patch(&path, json!({ "primary_email": "cem@example.org" })).await.is(200);
    let link = server.invite(&elm, contact).await;
    let accept = format!("/v1/invitations/{link}/accept");
    server.anybody().post(&accept, json!({ "password": PASSWORD })).await.is(200);
    elm.admin.get(&image_of(contact)).await.is(404);
    assert!(server.rows("profile_images").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_gone_with_its_contacts_key() {
    // H11
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let Owner { contact, session, .. } = server.owner(&builder, "ada@example.org", PASSWORD).await;
    put(&session, OWN, png_with_a_text()).await.is(200);
    let client = server.database().client().await;
    let destroy = "UPDATE subject_keys SET wrapped_key = NULL, destroyed_at = now() \
                   WHERE subject_id = $1";
    client.execute(destroy, &[&contact]).await.expect("a statement");
    // A server that has not had the key at hand before.
    let other = server.database().store_with(StoreOptions::default()).await;
    let image =
        other.reader().image(domain::LedgerId(builder.id), domain::ContactId(contact)).await;
    assert_eq!(image.expect("read"), None);
}
