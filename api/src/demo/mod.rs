//! `--demo`: an account with something to look at, opened once.

mod day;
mod life;
mod people;
mod site;
mod trades;

use day::Day;

use crate::import::run::{Content, File, ImportReport, run};
use crate::start::accounts::{NewAccount, open};
use crate::start::{by_system, installation};
use crate::state::AppState;
use anyhow::{Context, anyhow, bail};
use domain::text::Label;
use domain::{AccountId, Actor, ApiKeyId, Authority, Channel, Circumstances, LedgerId};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The demo's own set: made-up people and places.
const SET: &str = include_str!("../../../examples/demo.csv");

/// What the demo shows: its own set, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Demo {
    /// The set in `examples/demo.csv`.
    Own,
    /// A CSV file whose columns are guessed from its header.
    File(PathBuf),
}

impl Demo {
    fn account(&self) -> anyhow::Result<Label> {
        let name = match self {
            Self::Own => "Demo Builders".to_owned(),
            Self::File(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                format!("Demo Builders ({name})")
            }
        };
        Label::parse(&name).map_err(|reason| anyhow!("the file's name {reason}"))
    }

    fn content(&self) -> anyhow::Result<String> {
        match self {
            Self::Own => Ok(SET.to_owned()),
            Self::File(path) => std::fs::read_to_string(path)
                .with_context(|| format!("could not read {}", path.display())),
        }
    }
}

/// Opens the account unless it is there, imports the set, gives the demo's own some life, and says
/// what to try.
pub(crate) async fn show(
    app: &AppState,
    demo: &Demo,
    base: &str,
    say: impl Fn(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let content = demo.content()?;
    let name = demo.account()?;
    let known = installation(app).await?.accounts;
    let there = known.iter().find(|(_, known)| **known == name).map(|(account, _)| *account);
    if let Some(account) = there {
        say(&format!("demo: the account \"{}\" is there already\n", name.as_str()))?;
        say(&told(&import(app, account, None, content).await?))?;
        return say(&people::told_to_visitors(app, demo, base).await?);
    }
    say(&format!("demo: the account \"{}\" is opened\n", name.as_str()))?;
    let new = NewAccount { name, circumstances: by_system(), idempotency: None };
    let opened =
        open(app, new).await.map_err(|problem| anyhow!("the account: {}", problem.body.detail))?;
    let secret = opened.secret.expose();
    say(&format!("demo admin API key (told once): {secret}\n"))?;
    let report = import(app, opened.account, Some(opened.key), content).await?;
    say(&told(&report))?;
    let day = Day { app, account: opened.account, actor: Actor::BuilderStaff(opened.key) };
    live(&day, demo, &report).await.context("giving the demo some life")?;
    say(&people::told_to_visitors(app, demo, base).await?)?;
    say(&tries(base, &secret, &report))
}

/// What a program began, somebody of the staff goes on with. What a file holds stays as it is.
async fn live(day: &Day<'_>, demo: &Demo, report: &ImportReport) -> anyhow::Result<()> {
    match demo {
        Demo::Own => {
            life::live(day, report).await?;
            let staff = people::joins_staff(day, demo).await?;
            site::build(day, staff, report).await
        }
        Demo::File(_) => people::joins_staff(day, demo).await.map(drop),
    }
}

/// The demo's deeds are its own people's; a later start imports as the system.
fn circumstances(actor: Option<Actor>, channel: Channel) -> Circumstances {
    match actor {
        Some(actor) => {
            Circumstances { actor, authority: Authority::admin(), channel, ..by_system() }
        }
        None => Circumstances { channel, ..by_system() },
    }
}

async fn import(
    app: &AppState,
    account: AccountId,
    key: Option<ApiKeyId>,
    content: String,
) -> anyhow::Result<ImportReport> {
    let file = File {
        ledger: LedgerId::from(account),
        circumstances: circumstances(key.map(Actor::BuilderStaff), Channel::Import),
        idempotency: None,
        dry_run: false,
    };
    match run(app, file, Content::Jobs(content, None)).await {
        Ok(report) => Ok(report),
        Err(problem) => bail!("the demo's file: {}", problem.body.detail),
    }
}

fn told(report: &ImportReport) -> String {
    let ImportReport { rows, created_jobs, created_contacts, already_there, failed, .. } = report;
    let mut lines = format!(
        "demo: {rows} rows: {created_jobs} new jobs, {created_contacts} new contacts, \
         {already_there} there already, {failed} not taken\n"
    );
    for (line, field, reason) in report.failures().take(10) {
        lines.push_str(&format!("  line {line}: {field} {reason}\n"));
    }
    lines
}

fn tries(base: &str, secret: &str, report: &ImportReport) -> String {
    let owner = report.busiest_contact().unwrap_or(Uuid::nil());
    format!(
        "try:\n  KEY={secret}\n  \
         curl -s -H \"Authorization: Bearer $KEY\" '{base}/v1/jobs?sort=owner&limit=5'\n  \
         curl -s -H \"Authorization: Bearer $KEY\" '{base}/v1/jobs?owner={owner}'\n  \
         curl -s -H \"Authorization: Bearer $KEY\" '{base}/v1/contacts/{owner}/history'\n  \
         curl -s -H \"Authorization: Bearer $KEY\" '{base}/v1/audit?limit=5'\n"
    )
}

/// Whether the path looks like a file that can be read, to say so before anything is started.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => Err(format!("{} is not a file", path.display())),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}
