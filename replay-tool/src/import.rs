//! `import`: takes the contacts of a stock postgres-es log over into a ledger.
//!
//! Three passes. First everything is read and folded, and nothing is written: one event that cannot
//! be stops the import. Then each contact is appended by a command of its own, as a whole or not at
//! all. Then every stored event is compared with the one that it came from. What is here already is
//! not taken over again, so that an import that was stopped goes on where it was.

use crate::output;
use anyhow::{Context, bail, ensure};
use clap::Args;
use domain::contact::{Contact, ContactEvent};
use domain::personal::HoldsPersonal;
use domain::{
    Actor, Authority, Channel, Circumstances, Command, ContactId, LedgerId, PersonalVisitor,
    Reason, Sealable, SubjectId,
};
use event_store::{EventStore, ExecuteError, Reader, StockLog, Submission};
use serde::Serialize;
use uuid::Uuid;

/// Which log, and where to.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The database with the log.
    #[arg(long, value_name = "POSTGRES_URL")]
    from: String,
    /// The log's table, with its schema before it where it needs one.
    #[arg(long, default_value = "events")]
    table: String,
    /// The account that the contacts become part of; its ledger has the same id.
    #[arg(long, visible_alias = "account")]
    ledger: Uuid,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    /// How many contacts the log has.
    pub contacts: u64,
    /// How many events they have.
    pub events: u64,
    /// How many of them were appended now; the others were here already.
    pub appended: u64,
}

pub(crate) async fn run(store: &EventStore, verb: &Import, json: bool) -> anyhow::Result<bool> {
    let log = StockLog::open(&verb.from, &verb.table).await.context("cannot read the log")?;
    let imported = import(store, &log, LedgerId(verb.ledger)).await?;
    if json {
        output::json(&imported)?;
        return Ok(true);
    }
    let Imported { contacts, events, appended } = imported;
    let before = events - appended;
    println!(
        "{contacts} contacts with {events} events: {appended} appended, {before} here before."
    );
    println!("Every one of them is here as it was there.");
    Ok(true)
}

/// Takes all contacts of a log over.
pub async fn import(
    store: &EventStore,
    log: &StockLog,
    ledger: LedgerId,
) -> anyhow::Result<Imported> {
    let reader = store.reader();
    let head = reader.head(ledger).await?;
    let head = head.with_context(|| format!("there is no ledger {ledger}"))?;
    ensure!(head.kind == "builder_account", "ledger {ledger} is no builder account's");
    let mut checked = Vec::new();
    for (kind, id, _) in log.aggregates().await? {
        ensure!(kind == "contact", "{kind} {id} is no contact; nothing was taken over");
        let contact = check(reader, log, ledger, &id).await;
        checked.push(contact.context("nothing was taken over")?);
    }
    // Those that hold no claim at the end come first: what they claimed in between is free again.
    checked.sort_by_key(|contact| contact.claims);
    let correlation = Uuid::now_v7();
    let mut imported = Imported::default();
    for contact in &checked {
        let events = events(log, contact).await?;
        imported.contacts += 1;
        imported.events += count(&events);
        imported.appended += append(store, ledger, contact, events, correlation).await?;
    }
    for contact in &checked {
        let there = events(log, contact).await?;
        let here = stored(reader, ledger, contact.id).await?;
        ensure!(here == there, "contact {} is not here as it was there", contact.id);
    }
    Ok(imported)
}

/// A contact of the log that can be taken over.
struct Checked {
    id: ContactId,
    /// The id as the log has it.
    text: String,
    /// Whether it holds the claim to an address at the end.
    claims: bool,
}

/// Reads and folds a contact's events; changes nothing.
async fn check(
    reader: &Reader,
    log: &StockLog,
    ledger: LedgerId,
    text: &str,
) -> anyhow::Result<Checked> {
    let id: ContactId = text.parse().ok().with_context(|| format!("{text} is no UUID"))?;
    let mut checked = Checked { id, text: text.to_owned(), claims: false };
    let mut there = events(log, &checked).await?;
    let mut contact: Option<Contact> = None;
    for (event, sequence) in there.iter_mut().zip(1_u64..) {
        let folded = match &mut contact {
            Some(contact) => contact.apply(event),
            None => Contact::from_first(id, event).map(|first| contact = Some(first)),
        };
        folded.with_context(|| format!("event {sequence} of contact {id}"))?;
        let mut others = NotOfIt { contact: id, found: None };
        event.each_personal(&mut others);
        if let Some(what) = others.found {
            bail!("event {sequence} of contact {id}: a value {what}");
        }
    }
    checked.claims = contact.is_some_and(|contact| contact.claimed);
    let here = stored(reader, ledger, id).await?;
    ensure!(there.starts_with(&here), "contact {id} is here already, with another history");
    Ok(checked)
}

/// The events of a contact in the log, in order and without a hole.
async fn events(log: &StockLog, contact: &Checked) -> anyhow::Result<Vec<ContactEvent>> {
    let mut events = Vec::new();
    for (stock, sequence) in log.contact(&contact.text).await?.into_iter().zip(1_u64..) {
        let at = || format!("event {} of contact {}", stock.sequence, contact.id);
        ensure!(stock.sequence == sequence, "{}: event {sequence} is missing before it", at());
        let event = stock.event.map_err(anyhow::Error::msg).with_context(at)?;
        let known = (event.stored_type(), event.version().to_string());
        ensure!(
            (stock.event_type.as_str(), &stock.event_version) == (known.0, &known.1),
            "{}: {} in version {} is not what its payload is",
            at(),
            stock.event_type,
            stock.event_version
        );
        events.push(event);
    }
    Ok(events)
}

/// The events of a contact as they are here.
async fn stored(
    reader: &Reader,
    ledger: LedgerId,
    contact: ContactId,
) -> anyhow::Result<Vec<ContactEvent>> {
    let recorded = reader.aggregate_events(ledger, &[contact.0]).await?;
    let mut events = Vec::new();
    for recorded in recorded {
        match recorded.contact() {
            Some((_, event)) => events.push(event.clone()),
            None => bail!("{contact} is here already, and no contact"),
        }
    }
    Ok(events)
}

/// Appends what is not here yet of a contact; tells how many events that were.
async fn append(
    store: &EventStore,
    ledger: LedgerId,
    contact: &Checked,
    mut events: Vec<ContactEvent>,
    correlation: Uuid,
) -> anyhow::Result<u64> {
    let here = stored(store.reader(), ledger, contact.id).await?;
    events.drain(..here.len().min(events.len()));
    let news = count(&events);
    if news == 0 {
        return Ok(0);
    }
    let circumstances = Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::Import,
        client: None,
        correlation,
        causation: None,
        reason: Reason::parse("Taken over from a postgres-es log").ok(),
    };
    let command = Command::TakeOver { contact: contact.id, after: count(&here), events };
    match store.execute(Submission::new(ledger, command, circumstances)).await {
        Ok(_) => Ok(news),
        Err(ExecuteError::Rejected(rejection)) => {
            bail!("contact {} is not taken over: {}", contact.id, rejection.refusal().code)
        }
        Err(error) => Err(error).with_context(|| {
            format!("contact {}; import again, which goes on from there", contact.id)
        }),
    }
}

fn count(events: &[ContactEvent]) -> u64 {
    u64::try_from(events.len()).unwrap_or(u64::MAX)
}

/// Looks for values that cannot be sealed for the contact.
struct NotOfIt {
    contact: ContactId,
    found: Option<&'static str>,
}

impl PersonalVisitor for NotOfIt {
    fn visit(&mut self, _: &'static str, value: &mut dyn Sealable) {
        if value.subject() != SubjectId::from(self.contact) {
            self.found = Some("is somebody else's");
        } else if value.plaintext().is_none() {
            self.found = Some("is sealed or erased there");
        }
    }
}
