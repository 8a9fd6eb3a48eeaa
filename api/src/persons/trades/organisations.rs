//! The organisations that a person works for now. Their own ledger says where to look, each
//! organisation's whether they still are one of its users.

use crate::endpoints::SUB_ORG_DIRECTORY;
use crate::error::Problem;
use crate::state::AppState;
use domain::person::Person;
use domain::subcontractor_org::SubcontractorOrg;
use domain::{EmailAddress, LedgerId, OrgId, PersonId, SubUserId};
use projections::sub_org_directory::{self, OrgEntry};
use std::time::Duration;

/// The kind of an organisation's ledger.
pub(crate) const LEDGER_KIND: &str = "subcontractor_org";

/// How long an answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The most organisations that are named to somebody whose company may be here.
const NAMED_MAX: usize = 10;

/// Whom a person is in an organisation.
#[derive(Debug, Clone)]
pub(crate) struct OrgWork {
    pub(crate) org: OrgId,
    pub(crate) name: String,
    pub(crate) user: SubUserId,
}

/// All organisations whose users the person is of.
pub(crate) async fn of(app: &AppState, person: &Person) -> Result<Vec<OrgWork>, Problem> {
    let mut all = Vec::new();
    for (org, user) in &person.orgs {
        if is_user(app, *org, *user, person.id).await? {
            let name = name(app, *org).await?;
            all.push(OrgWork { org: *org, name, user: *user });
        }
    }
    Ok(all)
}

/// As which user of an organisation the person may sign in, if as any.
pub(crate) async fn user_of(
    app: &AppState,
    person: &Person,
    org: OrgId,
) -> Result<Option<SubUserId>, Problem> {
    for (of, user) in &person.orgs {
        if *of == org && is_user(app, org, *user, person.id).await? {
            return Ok(Some(*user));
        }
    }
    Ok(None)
}

async fn is_user(
    app: &AppState,
    org: OrgId,
    user: SubUserId,
    person: PersonId,
) -> Result<bool, Problem> {
    Ok(app.store().org_user(org, user).await? == Some(person))
}

/// What an organisation is called.
pub(crate) async fn name(app: &AppState, org: OrgId) -> Result<String, Problem> {
    let state = fold(app, org).await?.ok_or_else(Problem::internal)?;
    Ok(state.name.as_str().to_owned())
}

/// The organisations that a company of this address may be (H9): those with a registered user at its domain
/// now. Free-mail addresses tell of none.
pub(crate) async fn of_domain(
    app: &AppState,
    email: &EmailAddress,
) -> Result<Vec<(OrgId, String)>, Problem> {
    let mut found = Vec::new();
    for org in app.store().orgs_at_domain(email).await? {
        let is_here = |state: &SubcontractorOrg| {
            let mut addresses = state.registered().filter_map(|(_, _, user)| user.email.value());
            addresses.any(|address| address.domain() == email.domain())
        };
        if let Some(state) = fold(app, org).await?.filter(is_here) {
            found.push((org, state.name.as_str().to_owned()));
        }
        if found.len() >= NAMED_MAX {
            break;
        }
    }
    Ok(found)
}

/// An organisation as lists have it, which show what has happened. One that is not there is a 404.
pub(crate) async fn listed(app: &AppState, org: OrgId) -> Result<OrgEntry, Problem> {
    let (reader, ledger) = (app.store().reader(), LedgerId::from(org));
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[SUB_ORG_DIRECTORY], WAIT_MAX).await?;
    }
    let entry = sub_org_directory::get(reader, org, app.store().now()).await?;
    entry.ok_or_else(Problem::not_found)
}

/// An organisation as its events made it.
pub(crate) async fn fold(app: &AppState, id: OrgId) -> Result<Option<SubcontractorOrg>, Problem> {
    let ledger = LedgerId::from(id);
    let events = app.store().reader().aggregate_events(ledger, &[id.0]).await?;
    let mut org: Option<SubcontractorOrg> = None;
    for recorded in &events {
        let Some((id, event)) = recorded.subcontractor_org() else { continue };
        let applied = match &mut org {
            Some(org) => org.apply(event),
            None => SubcontractorOrg::from_first(id, event).map(|first| org = Some(first)),
        };
        applied.map_err(|_impossible| Problem::internal())?;
    }
    Ok(org)
}
