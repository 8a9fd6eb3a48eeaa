//! What of the audit trail somebody asks for: by whom, about whom, which field, which kind of actor,
//! from when to when. A filter is an address: what it shows can be kept and sent.

use super::life::ENTRIES;
use crate::endpoints::audit::Typed;
use crate::error::Problem;
use crate::input::{Door, cursor, search};
use crate::pages::form::Form;
use crate::pages::layout::address;
use crate::state::AppState;
use domain::{Day, LedgerId};
use projections::audit_trail::AuditQuery;
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use uuid::Uuid;

/// How many contacts are offered where a name fits several.
const OFFERED: u32 = 20;
/// The parts of a filter, as an address names them.
const PARTS: [&str; 10] = [
    "contact",
    "job",
    "lead",
    "subcontractor",
    "actor",
    "acting_as",
    "actor_kind",
    "field",
    "from",
    "until",
];

/// A filter, read.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) query: AuditQuery,
    /// As an address says it.
    parts: Vec<(&'static str, String)>,
}

/// What was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// This.
    For(Box<Filter>),
    /// One of several contacts that the name fits, or of none; what else was asked for stands.
    OneOf(Vec<ContactEntry>, Box<Filter>),
}

impl Filter {
    /// Reads what an address asks for. A contact is named by its id or by what people would search for.
    pub(super) async fn read(
        app: &AppState,
        ledger: LedgerId,
        typed: &Form,
    ) -> Result<Asked, Problem> {
        let mut parts: Vec<(&'static str, String)> = PARTS
            .iter()
            .filter_map(|part| Some((*part, typed.filled(part)?.trim().to_owned())))
            .collect();
        let named = parts.iter().position(|(part, text)| *part == "contact" && !is_id(text));
        let mut offered = None;
        if let Some(named) = named {
            let (_, name) = parts.remove(named);
            let mut found = contacts(app, ledger, &name).await?;
            if found.len() == 1
                && let Some(contact) = found.pop()
            {
                parts.insert(0, ("contact", contact.id.to_string()));
            } else {
                offered = Some(found);
            }
        }
        let query = query(&parts, typed.filled("cursor"))?;
        let filter = Box::new(Self { query, parts });
        Ok(match offered {
            Some(offered) => Asked::OneOf(offered, filter),
            None => Asked::For(filter),
        })
    }

    /// What a part was asked for; empty where it was not.
    pub(super) fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(part, _)| *part == name).map_or("", |(_, text)| text)
    }

    /// The address of a page with this filter, and these parts in the place of what it has.
    pub(super) fn path(&self, page: &str, others: &[(&'static str, String)]) -> String {
        let kept =
            self.parts.iter().filter(|(part, _)| others.iter().all(|(name, _)| name != part));
        let pairs = kept.chain(others).map(|(part, text)| (*part, text.as_str()));
        address(page, pairs)
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<Uuid>().is_ok()
}

async fn contacts(
    app: &AppState,
    ledger: LedgerId,
    name: &str,
) -> Result<Vec<ContactEntry>, Problem> {
    let mut door = Door::default();
    let search = door.take("contact", search(name));
    let search = door.build(|| search)?;
    let query = ContactQuery { search: Some(search), limit: OFFERED, ..ContactQuery::default() };
    Ok(contact_directory::list(app.store().reader(), ledger, &query).await?.items)
}

fn query(parts: &[(&'static str, String)], place: Option<&str>) -> Result<AuditQuery, Problem> {
    let part = |name: &str| parts.iter().find(|(part, _)| *part == name).map(|(_, text)| &**text);
    let mut door = Door::default();
    let from = door.take_if("from", part("from"), Day::parse);
    let until = door.take_if("until", part("until"), Day::parse);
    let cursor = door.take_if("cursor", place, cursor);
    let typed = Typed {
        contact: part("contact"),
        job: part("job"),
        lead: part("lead"),
        subcontractor: part("subcontractor"),
        actor: part("actor"),
        acting_as: part("acting_as"),
        actor_kind: part("actor_kind"),
        field: part("field"),
        from: None,
        until: None,
    };
    let query = typed.read(&mut door);
    door.build(|| {
        let from = from?.map(Day::begins);
        // The last day is one of those asked for.
        let until = until?.map(Day::ends);
        Some(AuditQuery { from, until, cursor: cursor?, limit: ENTRIES, ..query? })
    })
}
