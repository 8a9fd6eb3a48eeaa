//! The sources as the style wants them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are longer, and why.
const LONG_FILES: &[(&str, &str)] = &[
    ("domain/src/event.rs", "all kinds of events, and all that is asked of any of them"),
    (
        "domain/src/builder_account.rs",
        "the account's events, refusals and one apply over all of them",
    ),
    ("domain/src/contact/decide.rs", "a contact's rules are read side by side"),
    ("domain/src/contact/state.rs", "one apply over all of a contact's events"),
    ("domain/src/contact/events.rs", "all that happens to a contact, in one list"),
    ("domain/src/contact/rejection.rs", "one list of refusals and their texts"),
    ("domain/src/ledger/mod.rs", "all commands and outcomes of a ledger, in one list"),
    ("domain/src/person.rs", "a person's events, commands, refusals and rules, in that order"),
    ("domain/src/notification.rs", "events, reports, one apply and rules of a mail, in that order"),
    ("api/src/pages/form.rs", "every kind of input, and what is wrong with it, look alike"),
    ("api/src/codes.rs", "every code, and nothing else"),
    ("api/src/mail/letter.rs", "every letter, beside each other"),
    ("event-store/src/logins.rs", "all that stands beside persons' ledgers, beside each other"),
    ("api/src/mail/sender.rs", "taking, writing, sending and recording a mail are one machine"),
    ("projections/src/verify.rs", "all that is checked of a ledger, beside each other"),
    ("event-store/src/rows.rs", "the rows of every table that the writer fills, beside each other"),
    ("domain/src/ledger/state.rs", "each kind of aggregate in each of its places, side by side"),
    ("event-store/src/reader.rs", "all ways to read a ledger, beside each other"),
    (
        "event-store/src/turn/deciding.rs",
        "what a command needs, and how it is decided, in one piece",
    ),
    ("event-store/src/writer.rs", "the lanes and their queues are one machine"),
    ("projections/src/contact_directory.rs", "row, fold and queries of a view stand together"),
    ("projections/src/mail_log.rs", "row, fold and queries of a view stand together"),
    ("projections/src/runner.rs", "the runner and its checkpoints are one machine"),
    ("projections/src/view.rs", "what a view is, and how any view is written"),
];

/// Functions that are longer, and why.
const LONG_FUNCTIONS: &[(&str, &str)] = &[
    ("api/src/extract/makes_secret.rs: makes_secret", "one arm a command, nothing else"),
    ("api/src/router.rs: router", "every route, and nothing else"),
    ("api/src/mail/sender.rs: attempt", "one arm a kind of mail, nothing else"),
    ("bench/src/ratios.rs: ratios", "one entry a promised ratio, nothing else"),
    ("domain/src/builder_account.rs: refusal", "one arm a refusal, nothing else"),
    ("domain/src/contact/events.rs: changes", "one arm an event, nothing else"),
    ("domain/src/contact/rejection.rs: refusal", "one arm a refusal, nothing else"),
    ("domain/src/contact/state.rs: apply", "one arm an event, nothing else"),
    ("domain/src/job/changes.rs: changes", "one arm an event, nothing else"),
    ("domain/src/job/state.rs: step", "one arm an event, nothing else"),
    ("domain/src/job/rejection.rs: refusal", "one arm a refusal, nothing else"),
    ("domain/src/ledger/decide.rs: of_permitted", "one arm a command, nothing else"),
    ("domain/src/ledger/mod.rs: aggregates", "one arm a command, nothing else"),
    ("domain/src/ledger/mod.rs: name", "one arm a command, nothing else"),
    ("domain/src/ledger/authority.rs: permit", "one line per right, as in the table"),
    ("domain/src/ledger/authority.rs: right", "one arm a command, nothing else"),
    ("domain/src/ledger/state.rs: next", "one arm a kind of aggregate, nothing else"),
    ("domain/src/subcontractor/rejection.rs: refusal", "one arm a refusal, nothing else"),
    ("domain/src/subcontractor_org/rejection.rs: refusal", "one arm a refusal, nothing else"),
    ("event-store/src/turn/answers.rs: tells_secret", "one arm a command, nothing else"),
    ("projections/src/audit_trail.rs: fold", "one arm a kind of aggregate, nothing else"),
    ("projections/src/mail_log.rs: fold", "one arm a kind of aggregate, nothing else"),
    ("projections/src/duplicate_candidates/mod.rs: fold", "one arm an event, nothing else"),
    ("projections/src/verify.rs: snapshot", "one question a table, nothing else"),
    ("projections/src/verify.rs: verify", "one check after the other"),
    ("projections/src/contact_directory.rs: fold", "one arm an event, nothing else"),
    ("projections/src/job_list.rs: list", "one query is put together in one place"),
];

pub(super) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the workspace's folder").to_path_buf()
}

/// Every source file of the crates, by its path within the workspace, without its tests.
fn sources() -> Vec<(String, String)> {
    let root = workspace();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&root).expect("the workspace").flatten() {
        collect(&root, &entry.path().join("src"), &mut found);
    }
    assert!(found.len() > 50, "{} files are too few", found.len());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        if path.is_dir() {
            collect(root, &path, found);
        } else if is_rust && !path.ends_with("tests.rs") && !path.ends_with("properties.rs") {
            let text = std::fs::read_to_string(&path).expect("a text");
            let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            let inside = path.strip_prefix(root).expect("within the workspace");
            found.push((inside.display().to_string(), text[..tests].to_owned()));
        }
    }
}

fn compare(what: &str, found: &BTreeSet<String>, listed: &[(&str, &str)]) {
    let listed: BTreeSet<String> = listed.iter().map(|(name, _)| (*name).to_owned()).collect();
    let unlisted: Vec<_> = found.difference(&listed).collect();
    assert!(unlisted.is_empty(), "{what}, without a reason in this test: {unlisted:#?}");
    let unneeded: Vec<_> = listed.difference(found).collect();
    assert!(unneeded.is_empty(), "{what}, but no longer: {unneeded:#?}");
}

#[test]
fn no_file_is_longer_than_400_lines_without_a_reason() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > LINES_MAX);
    compare("longer than 400 lines", &long.map(|(name, _)| name).collect(), LONG_FILES);
}

#[test]
fn no_function_is_longer_than_70_lines_without_a_reason() {
    let mut long = BTreeSet::new();
    for (file, text) in sources() {
        for (name, lines) in functions(&text) {
            if lines > FUNCTION_LINES_MAX {
                long.insert(format!("{file}: {name}"));
            }
        }
    }
    compare("functions longer than 70 lines", &long, LONG_FUNCTIONS);
}

/// Name and length of each function, as rustfmt lays them out: the closing brace stands below the
/// first letter of the signature.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((before, after)) = code.split_once("fn ") else { continue };
        let is_signature = before.split_whitespace().all(|word| {
            ["const", "async", "unsafe"].contains(&word)
                || word.starts_with("pub")
                || word.starts_with("in")
                || word.ends_with(')')
        });
        if !is_signature || before.contains("//") {
            continue;
        }
        // A declaration without a body, or with an empty one, ends with its signature.
        let signature = lines[first..].iter().position(|line| line.ends_with(['{', ';', '}']));
        if !signature.is_some_and(|last| lines[first + last].ends_with('{')) {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let name = after.split(['(', '<']).next().unwrap_or_default().to_owned();
        if let Some(length) = lines[first..].iter().position(|line| *line == end) {
            found.push((name, length + 1));
        }
    }
    found
}

#[test]
fn nothing_is_left_to_do() {
    for (file, text) in sources() {
        for left in ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "TODO"] {
            assert!(!text.contains(left), "{file} holds {left}");
        }
    }
}
