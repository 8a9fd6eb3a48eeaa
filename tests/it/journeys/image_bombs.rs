//! What the worst picture that is taken costs (promise 30): measured in a process of its own, whose memory
//! nobody else uses. What is not taken is not unpacked, as `images` shows.

use super::harness::{Caller, Server, send};
use crate::support::{is_full, process};
use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use std::io::{Cursor, Read as _};
use std::time::{Duration, Instant};

const TEST: &str = "journeys::image_bombs::the_worst_picture_costs_128_mib_at_most";
const MIB: u64 = 1 << 20;

#[test]
fn the_worst_picture_costs_128_mib_at_most() {
    if process::role().is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(takes_pictures());
        return;
    }
    let mut child = process::spawn(TEST, &["takes pictures".to_owned()]);
    // It ends when this is closed.
    let held = child.stdin.take();
    let mut said = String::new();
    let mut out = child.stdout.take().expect("its words");
    out.read_to_string(&mut said).expect("text");
    let ended = child.wait().expect("it ends");
    drop(held);
    assert!(ended.success(), "{said}");
    assert!(said.contains("1 passed"), "it has measured: {said}");
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    picture.write_to(&mut Cursor::new(&mut file), format).expect("encoded");
    file
}

/// Small files that grow: flat colour, of as many pixels and as many bits as there may be. In an ordinary
/// run the one that takes the most; packing them takes longer than unpacking.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let worst = encoded(&DynamicImage::new_rgba16(3_600, 4_000), ImageFormat::Png);
    let mut bombs = vec![("a PNG of 16 bits", worst)];
    if is_full() {
        let (flat, clear) =
            (DynamicImage::new_rgb8(4_000, 4_000), DynamicImage::new_rgba8(4_000, 4_000));
        bombs.push(("a PNG of 8 bits", encoded(&flat, ImageFormat::Png)));
        bombs.push(("one that is clear", encoded(&clear, ImageFormat::Png)));
        bombs.push(("a JPEG", encoded(&flat, ImageFormat::Jpeg)));
        bombs.push(("a WebP", encoded(&flat, ImageFormat::WebP)));
    }
    bombs
}

async fn takes_pictures() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let session = server.owner(&builder, "ada@example.org", "a house by the river").await.session;
    let bombs = bombs();
    put(&session, encoded(&DynamicImage::new_rgb8(64, 64), ImageFormat::Png)).await;
    for (name, file) in bombs {
        assert!(file.len() <= 5 << 20, "{name} is a small file");
        // From here on the highest is counted anew.
        std::fs::write("/proc/self/clear_refs", "5").expect("counted anew");
        let before = memory("VmRSS:");
        let began = Instant::now();
        put(&session, file).await;
        let (took, most) = (began.elapsed(), memory("VmHWM:").saturating_sub(before));
        eprintln!("{name}: {} MiB at most, {took:?}", most / MIB);
        assert!(most <= 128 * MIB, "{name} took {} MiB", most / MIB);
        // Compiled for speed, as it is when it serves somebody.
        assert!(cfg!(debug_assertions) || took < Duration::from_secs(2), "{name} took {took:?}");
    }
}

async fn put(session: &Caller, file: Vec<u8>) {
    let request = session.request(Method::PUT, "/v1/me/image").body(file);
    send(request.header("content-type", "image/png")).await.is(200);
}

/// What the system says of this process's memory, in bytes.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with(what)).expect("a line");
    let kib = line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok());
    kib.expect("a number") * 1_024
}
