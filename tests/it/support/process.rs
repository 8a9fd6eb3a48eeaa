//! Second processes: this very binary, running one test that does nothing unless it is told to.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

/// Tells a test that it runs as another test's second process, and what to do there.
const ROLE: &str = "TITLEBLOCK_TEST_ROLE";

/// Starts `test` of this binary in a process of its own and gives it words to work by. It ends
/// when the handle's standard input is closed, so that it never outlives this process.
pub(crate) fn spawn(test: &str, words: &[String]) -> Child {
    command(test, words).spawn().expect("a second process")
}

/// The same, and what it logs goes into a file.
pub(crate) fn spawn_with_log(test: &str, words: &[String], log: std::fs::File) -> Child {
    command(test, words).stderr(log).spawn().expect("a second process")
}

fn command(test: &str, words: &[String]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args([test, "--exact", "--nocapture"])
        .env(ROLE, words.join("\u{1f}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// The words that a second process was given; `None` in the first one.
pub(crate) fn role() -> Option<Vec<String>> {
    let words = std::env::var(ROLE).ok()?;
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        // Whatever comes, the end of it means that the first process is gone.
        drop(std::io::stdin().read_to_end(&mut rest));
        std::process::exit(3);
    });
    Some(words.split('\u{1f}').map(str::to_owned).collect())
}
