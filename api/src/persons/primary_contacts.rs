//! Whether somebody who becomes a primary contact can accept at once (R84).
//!
//! What a builder learns by asking is no more than the rule says: whether the address is one of the company
//! that it works with; or, of a company that has not come yet, whether some subcontractor's company has it
//! as a registered user's. Owners' and staff's logins do not count, so that nobody finds those out here.

use super::accepting::known;
use super::links::find_person;
use crate::error::Problem;
use crate::state::AppState;
use domain::subcontractor::Subcontractor;
use domain::subcontractor_org::SubcontractorOrg;
use domain::{EmailAddress, LedgerId, OrgId, SubcontractorId};

/// Whether whoever reads this mailbox is registered with the company, or, while nobody knows which one it is,
/// with any. Read from the ledgers themselves: it is never behind.
pub(crate) async fn is_registered(
    app: &AppState,
    ledger: LedgerId,
    subcontractor: SubcontractorId,
    email: &EmailAddress,
) -> Result<bool, Problem> {
    let person = known(app, email).await?;
    if let Some(linked) = relation(app, ledger, subcontractor).await?.and_then(|found| found.org) {
        let Some(org) = org(app, linked).await? else { return Ok(false) };
        // A login may have moved on from the address that the company knows.
        let by_login = person.is_some_and(|person| org.user_of(person).is_some());
        let by_address = org.registered().any(|(_, _, user)| {
            user.email.value().is_some_and(|known| known.normal() == email.normal())
        });
        return Ok(by_login || by_address);
    }
    let Some(person) = person else { return Ok(false) };
    let Some(found) = find_person(app, person).await? else { return Ok(false) };
    for (linked, user) in found.orgs {
        if org(app, linked).await?.is_some_and(|org| org.is_registered(user)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn relation(
    app: &AppState,
    ledger: LedgerId,
    id: SubcontractorId,
) -> Result<Option<Subcontractor>, Problem> {
    let mut found: Option<Subcontractor> = None;
    for recorded in app.store().reader().aggregate_events(ledger, &[id.0]).await? {
        let Some((id, event)) = recorded.subcontractor() else { continue };
        let applied = match &mut found {
            Some(found) => found.apply(event),
            None => Subcontractor::from_first(id, event).map(|first| found = Some(first)),
        };
        applied.map_err(|_impossible| Problem::internal())?;
    }
    Ok(found)
}

async fn org(app: &AppState, id: OrgId) -> Result<Option<SubcontractorOrg>, Problem> {
    let mut found: Option<SubcontractorOrg> = None;
    for recorded in app.store().reader().aggregate_events(id.into(), &[id.0]).await? {
        let Some((id, event)) = recorded.subcontractor_org() else { continue };
        let applied = match &mut found {
            Some(found) => found.apply(event),
            None => SubcontractorOrg::from_first(id, event).map(|first| found = Some(first)),
        };
        applied.map_err(|_impossible| Problem::internal())?;
    }
    Ok(found)
}
