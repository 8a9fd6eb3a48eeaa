//! Who did what, over the whole account.

pub(crate) mod chart;
pub(crate) mod list;

use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, Maybe, cursor, limit, one_of, uuid};
use domain::Timestamp;
use projections::actors::Persons;
use projections::audit_trail::AuditQuery;
use serde::Deserialize;
use utoipa::IntoParams;

/// What entries are asked for, as typed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Typed<'a> {
    pub(crate) contact: Option<&'a str>,
    pub(crate) job: Option<&'a str>,
    pub(crate) lead: Option<&'a str>,
    pub(crate) subcontractor: Option<&'a str>,
    pub(crate) actor: Option<&'a str>,
    pub(crate) actor_kind: Option<&'a str>,
    pub(crate) acting_as: Option<&'a str>,
    pub(crate) field: Option<&'a str>,
    pub(crate) from: Option<&'a str>,
    pub(crate) until: Option<&'a str>,
}

impl Typed<'_> {
    /// Reads it; which page is asked for is not part of it.
    pub(crate) fn read(&self, door: &mut Door) -> Option<AuditQuery> {
        let contact = door.take_if("contact", self.contact, uuid);
        let job = door.take_if("job", self.job, uuid);
        if self.contact.is_some() && self.job.is_some() {
            door.refuse("job", &"must not be there together with contact");
        }
        let lead = door.take_if("lead", self.lead, uuid);
        if self.lead.is_some() && (self.contact.is_some() || self.job.is_some()) {
            door.refuse("lead", &"must not be there together with contact or job");
        }
        let subcontractor = door.take_if("subcontractor", self.subcontractor, uuid);
        let others = [self.contact, self.job, self.lead];
        if self.subcontractor.is_some() && others.iter().any(Option::is_some) {
            door.refuse("subcontractor", &"must not be there together with contact, job or lead");
        }
        let actor = door.take_if("actor", self.actor, uuid);
        let actor_kind = door.take_if("actor_kind", self.actor_kind, word);
        let acting_as = door.take_if("acting_as", self.acting_as, uuid);
        let field = door.take_if("field", self.field, word);
        let from = door.take_if("from", self.from, moment);
        let until = door.take_if("until", self.until, moment);
        Some(AuditQuery {
            subject: contact?.or(job?).or(lead?).or(subcontractor?),
            actor: actor?,
            actor_kind: actor_kind?,
            acting_as: acting_as?,
            persons: Persons::AsContacts,
            field: field?,
            from: from?,
            until: until?,
            ..AuditQuery::default()
        })
    }
}

fn moment(typed: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(typed).map_err(|_no_time| "must be a time as in RFC 3339")
}

/// Reads the name of a field or of a kind of actor; one that there is not finds nothing.
fn word(typed: &str) -> Result<String, &'static str> {
    let ours =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if typed.is_empty() || typed.len() > 60 || !typed.chars().all(ours) {
        return Err("must be a name of lower-case letters, as answers have it");
    }
    Ok(typed.to_owned())
}

/// Reads whether what happened first comes first.
fn oldest_first(door: &mut Door, typed: Option<&str>) -> Maybe<bool> {
    door.take_if("order", typed, |typed| one_of(typed, &["asc", "desc"]).map(|word| word == "asc"))
}

/// Which page of a history, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// `desc`, newest first, when absent; or `asc`.
    order: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// The same, read.
#[derive(Debug)]
pub(crate) struct AskedHistory {
    pub(crate) oldest_first: bool,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u32,
}

impl HistoryParams {
    pub(crate) fn asked(&self) -> Result<AskedHistory, Problem> {
        let mut door = Door::default();
        let oldest_first = oldest_first(&mut door, self.order.as_deref());
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(AskedHistory {
                oldest_first: oldest_first?.unwrap_or(false),
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// Which page of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// A page's parameters, read.
#[derive(Debug)]
pub(crate) struct AskedPage {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u32,
}

impl PageParams {
    pub(crate) fn page(&self) -> Result<AskedPage, Problem> {
        let mut door = Door::default();
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| Some(AskedPage { cursor: cursor?, limit: limit?.unwrap_or(LIMIT_DEFAULT) }))
    }
}
