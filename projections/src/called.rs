//! What the things and people in a history are called now, and where they are to be found: a history
//! names them by their ids.

use crate::ViewError;
use crate::contact_directory::ContactDirectory;
use crate::history::HistoryEntry;
use crate::view::View;
use domain::LedgerId;
use event_store::Reader;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What somebody looks up to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A contact.
    Contact,
    /// A job.
    Job,
    /// A lead.
    Lead,
    /// A subcontractor.
    Subcontractor,
}

/// A thing under its present name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
}

/// Things by the ids under which histories know them.
#[derive(Debug, Clone, Default)]
pub struct Called(HashMap<Uuid, Thing>);

impl Called {
    /// The contact, job, lead or subcontractor behind an id; of a mail, a message or a To-Do the contact whose it is.
    pub fn thing(&self, id: Uuid) -> Option<&Thing> {
        self.0.get(&id)
    }
}

/// Looks up what some entries are about, and the contacts that acted or through whose eyes somebody
/// looked; and others, where they are asked for.
pub async fn in_entries(
    reader: &Reader,
    ledger: LedgerId,
    entries: impl IntoIterator<Item = &HistoryEntry>,
    others: impl IntoIterator<Item = Uuid>,
) -> Result<Called, ViewError> {
    let told = entries
        .into_iter()
        .flat_map(|entry| [Some(entry.about), entry.actor.id, entry.acting_as])
        .flatten();
    let ids: BTreeSet<Uuid> = told.chain(others).collect();
    some(reader, ledger, &ids.into_iter().collect::<Vec<_>>()).await
}

/// The things behind these ids.
pub async fn some(reader: &Reader, ledger: LedgerId, ids: &[Uuid]) -> Result<Called, ViewError> {
    if ids.is_empty() {
        return Ok(Called::default());
    }
    let failed = || ViewError::database(ContactDirectory::NAME);
    let client = reader.database().connection().await?;
    let sql = "SELECT 'contact', contact_id, contact_id, name FROM contact_directory \
                 WHERE ledger_id = $1 AND contact_id = ANY($2) \
               UNION ALL SELECT 'job', job_id, job_id, name FROM job_list \
                 WHERE ledger_id = $1 AND job_id = ANY($2) \
               UNION ALL SELECT 'lead', lead_id, lead_id, title FROM lead_view \
                 WHERE ledger_id = $1 AND lead_id = ANY($2) \
               UNION ALL SELECT 'subcontractor', subcontractor_id, subcontractor_id, name \
                 FROM subcontractors WHERE ledger_id = $1 AND subcontractor_id = ANY($2) \
               UNION ALL SELECT 'contact', m.mail_id, c.contact_id, c.name \
                 FROM mail_log m JOIN contact_directory c USING (ledger_id, contact_id) \
                 WHERE m.ledger_id = $1 AND m.mail_id = ANY($2) \
               UNION ALL SELECT 'contact', i.item_id, c.contact_id, c.name \
                 FROM owner_items i JOIN contact_directory c USING (ledger_id, contact_id) \
                 WHERE i.ledger_id = $1 AND i.item_id = ANY($2)";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &ids]).await.map_err(failed())?;
    let things = rows.iter().map(|row| {
        let kind = match row.get::<_, &str>(0) {
            "job" => Kind::Job,
            "lead" => Kind::Lead,
            "subcontractor" => Kind::Subcontractor,
            _ => Kind::Contact,
        };
        (row.get(1), Thing { kind, id: row.get(2), name: row.get(3) })
    });
    Ok(Called(things.collect()))
}
