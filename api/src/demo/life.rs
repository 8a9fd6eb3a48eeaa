//! What has happened at the demo's company so far, through commands like anybody's.

use super::day::Day;
use crate::endpoints::contacts::invite_ids;
use crate::import::run::ImportReport;
use anyhow::Context;
use domain::contact::{ContactCommand, InfoEdit};
use domain::job::JobCommand;
use domain::lead::LeadCommand;
use domain::ledger::OwnerChangeMode;
use domain::text::{JobName, PersonName, PostalAddress, Title};
use domain::{
    BulkId, Command, ContactId, EmailAddress, JobId, LeadId, PhoneNumber, Reason, TokenId,
};
use uuid::Uuid;

/// The lines of `examples/demo.csv` on which the people of this story stand.
const MAREN: u64 = 2;
const TOBIAS: u64 = 4;
pub(super) const INES: u64 = 5;
pub(super) const PRIYA: u64 = 6;
pub(super) const COURTYARD: u64 = 7;
const GUS: u64 = 8;
pub(super) const HANA: u64 = 9;
const MODEL_HOME: u64 = 13;

pub(super) async fn live(day: &Day<'_>, report: &ImportReport) -> anyhow::Result<()> {
    let contact = |line| report.contact_on(line).map(ContactId).context("the demo's row is there");
    let job = |line| report.job_on(line).map(JobId).context("the demo's row is there");
    let email = EmailAddress::parse;

    // Maren was invited; the invitation is pending, and what is said of her is locked (R42).
    day.contact(contact(MAREN)?, ContactCommand::SendInvite(invite_ids())).await?;
    day.contact(contact(MAREN)?, ContactCommand::ResendInvite(TokenId(Uuid::now_v7()))).await?;
    let locked = InfoEdit { name: Some(PersonName::parse("Maren Solheim-Aas")?), ..edit() };
    day.refused(contact(MAREN)?, ContactCommand::EditInfo(locked)).await?;

    // Tobias: invited at the wrong address, cancelled, edited, invited again (R43).
    day.contact(contact(TOBIAS)?, ContactCommand::SendInvite(invite_ids())).await?;
    day.contact(contact(TOBIAS)?, ContactCommand::CancelInvite).await?;
    let moved = InfoEdit {
        primary_email: Some(email("t.brandt-okoye@example.org")?),
        phones: Some(vec![PhoneNumber::parse("555-0112")?, PhoneNumber::parse("555-0113")?]),
        ..edit()
    };
    day.contact(contact(TOBIAS)?, ContactCommand::EditInfo(moved)).await?;
    day.contact(contact(TOBIAS)?, ContactCommand::SendInvite(invite_ids())).await?;

    // Ines married and moved; one more address for her mail.
    let married = InfoEdit {
        name: Some(PersonName::parse("Ines Castellanos-Moreau")?),
        address: Some(Some(PostalAddress::parse("30 Harbour View, Port Lindley")?)),
        ..edit()
    };
    day.contact(contact(INES)?, ContactCommand::EditInfo(married)).await?;
    let second = email("ines.moreau@example.com")?;
    day.contact(contact(INES)?, ContactCommand::AddAdditionalEmail(second.clone())).await?;
    day.contact(contact(INES)?, ContactCommand::SwapPrimaryEmail(second)).await?;

    // Gus asked for a pause; Hana's roof has a better name.
    day.because("Asked to be left alone until spring")
        .contact(contact(GUS)?, ContactCommand::DisableAccess)
        .await?;
    let name = JobName::parse("Sycamore Terrace roof and gutters")?;
    day.run(Command::Job(job(HANA)?, JobCommand::Rename(name))).await?;

    // Priya thinks about a pergola; Gus wanted a sauna and thought better of it.
    lead(day, "Pergola for the courtyard", contact(PRIYA)?).await?;
    let sauna = lead(day, "Sauna in the garden", contact(GUS)?).await?;
    let lost = LeadCommand::Lose(Reason::parse("Too much noise until spring")?);
    day.run(Command::Lead(sauna, lost)).await?;

    // The courtyard and the model home got co-owners at once (R48 to R53).
    day.run(Command::ChangeOwners {
        bulk: BulkId(Uuid::now_v7()),
        jobs: vec![job(COURTYARD)?, job(MODEL_HOME)?],
        contacts: vec![contact(PRIYA)?, contact(HANA)?, contact(INES)?],
        mode: OwnerChangeMode::Add,
    })
    .await
}

async fn lead(day: &Day<'_>, title: &str, contact: ContactId) -> anyhow::Result<LeadId> {
    let (lead, title) = (LeadId(Uuid::now_v7()), Title::parse(title)?);
    let create = LeadCommand::Create { title, contact: Some(contact) };
    day.run(Command::Lead(lead, create)).await?;
    Ok(lead)
}

fn edit() -> InfoEdit {
    InfoEdit::default()
}
