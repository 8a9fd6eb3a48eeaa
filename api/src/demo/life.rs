//! What has happened at the demo's company so far, through commands like anybody's.

use super::circumstances;
use crate::endpoints::contacts::invite_ids;
use crate::extract::order::{execute, submission};
use crate::import::run::ImportReport;
use crate::state::AppState;
use anyhow::{Context, anyhow};
use domain::contact::{ContactCommand, InfoEdit};
use domain::job::JobCommand;
use domain::lead::LeadCommand;
use domain::ledger::OwnerChangeMode;
use domain::text::{JobName, PersonName, PostalAddress, Title};
use domain::{
    AccountId, ApiKeyId, BulkId, Channel, Command, ContactId, EmailAddress, JobId, LeadId,
    LedgerId, PhoneNumber, Reason, TokenId,
};
use event_store::ExecuteError;
use uuid::Uuid;

/// The lines of `examples/demo.csv` on which the people of this story stand.
const MAREN: u64 = 2;
const TOBIAS: u64 = 4;
const INES: u64 = 5;
const PRIYA: u64 = 6;
const COURTYARD: u64 = 7;
const GUS: u64 = 8;
const HANA: u64 = 9;
const MODEL_HOME: u64 = 13;

pub(super) async fn live(
    app: &AppState,
    account: AccountId,
    key: ApiKeyId,
    report: &ImportReport,
) -> anyhow::Result<()> {
    let contact = |line| report.contact_on(line).map(ContactId).context("the demo's row is there");
    let job = |line| report.job_on(line).map(JobId).context("the demo's row is there");
    let email = EmailAddress::parse;
    let day = Day { app, ledger: LedgerId::from(account), key };

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
    day.lead("Pergola for the courtyard", contact(PRIYA)?).await?;
    let sauna = day.lead("Sauna in the garden", contact(GUS)?).await?;
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

fn edit() -> InfoEdit {
    InfoEdit::default()
}

/// Whoever works with the demo's key.
struct Day<'a> {
    app: &'a AppState,
    ledger: LedgerId,
    key: ApiKeyId,
}

impl<'a> Day<'a> {
    const fn because(&'a self, reason: &'static str) -> Because<'a> {
        Because { day: self, reason: Some(reason) }
    }

    async fn contact(&self, id: ContactId, command: ContactCommand) -> anyhow::Result<()> {
        self.run(Command::Contact(id, command)).await
    }

    async fn lead(&self, title: &str, contact: ContactId) -> anyhow::Result<LeadId> {
        let (lead, title) = (LeadId(Uuid::now_v7()), Title::parse(title)?);
        let create = LeadCommand::Create { title, contact: Some(contact) };
        self.run(Command::Lead(lead, create)).await?;
        Ok(lead)
    }

    async fn run(&self, command: Command) -> anyhow::Result<()> {
        self.execute(command, None).await.map_err(anyhow::Error::from)
    }

    /// Tries what the rules refuse, so that the history shows an attempt.
    async fn refused(&self, id: ContactId, command: ContactCommand) -> anyhow::Result<()> {
        match self.execute(Command::Contact(id, command), None).await {
            Err(ExecuteError::Rejected(_)) => Ok(()),
            Ok(()) => Err(anyhow!("the rules should have refused this")),
            Err(error) => Err(error.into()),
        }
    }

    async fn execute(&self, command: Command, reason: Option<Reason>) -> Result<(), ExecuteError> {
        let mut circumstances = circumstances(Some(self.key), Channel::Api);
        circumstances.reason = reason;
        let submission = submission(self.ledger, command, circumstances)?;
        execute(self.app, submission).await.map(drop)
    }
}

/// The same with a reason.
struct Because<'a> {
    day: &'a Day<'a>,
    reason: Option<&'static str>,
}

impl Because<'_> {
    async fn contact(&self, id: ContactId, command: ContactCommand) -> anyhow::Result<()> {
        let reason = self.reason.map(Reason::parse).transpose()?;
        self.day.execute(Command::Contact(id, command), reason).await.map_err(Into::into)
    }
}
