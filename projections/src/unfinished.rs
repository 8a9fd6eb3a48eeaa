//! Steps over several ledgers that a crash, or somebody who went away, left open between two of them.
//!
//! No command touches two ledgers; what crosses them is a sequence of steps, each of which may be taken
//! again. Here the ledgers are compared with each other. Only what the events say counts, so nothing of it
//! is ever behind; what is under way at this very moment shows too.

use crate::ViewError;
use crate::org_interventions::company;
use crate::support::{Asked, interventions};
use domain::ids::JoinRequestId;
use domain::installation::InterventionStage;
use domain::person::{Person, PersonEvent};
use domain::subcontractor::Subcontractor;
use domain::subcontractor_org::{SubcontractorOrg, SubcontractorOrgEvent};
use domain::{AccountId, Event, LedgerId, OrgId, PersonId, SubUserId, SubcontractorId, Timestamp};
use event_store::{Reader, Recorded, StoreError};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

const MOVE_BEGUN: &str = "person.primary_email_change_begun";
const PERSON_LINKED: &str = "person.org_linked";
const CONTRACTOR_LINKED: &str = "subcontractor_org.general_contractor_linked";
const COMPANY_LINKED: &str = "subcontractor.org_linked";

/// Something that stopped half way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// The last step that was taken: `intervention_approved`, `org_intervention_approved`,
    /// `email_move_begun`, `general_contractor_linked`, `project_accepted` or `person_linked`.
    pub step: &'static str,
    /// When it was taken.
    pub since: Timestamp,
    /// The ledger that records it.
    pub ledger: Uuid,
    /// What it is about: the intervention, the person, the subcontractor or the user of a company.
    pub about: Uuid,
    /// The ledger that does not know of it yet, where there is one.
    pub missing_in: Option<Uuid>,
    /// What finishes it.
    pub finished_by: &'static str,
}

/// Everything that stopped half way, the oldest in front. Looks through the types of all events once.
pub async fn unfinished(reader: &Reader) -> Result<Vec<Unfinished>, ViewError> {
    let mut search = Search { reader, companies: HashMap::new(), found: Vec::new() };
    search.interventions().await?;
    for (step, ledger, aggregate) in candidates(reader).await? {
        match step.as_str() {
            MOVE_BEGUN => search.move_of_email(PersonId(aggregate)).await?,
            PERSON_LINKED => search.companies_of(PersonId(aggregate)).await?,
            CONTRACTOR_LINKED => search.contractors_of(OrgId(aggregate)).await?,
            COMPANY_LINKED => {
                search.company_of(AccountId(ledger), SubcontractorId(aggregate)).await?;
            }
            // Not asked for.
            _ => {}
        }
    }
    search.found.sort_by_key(|one| (one.since, one.about));
    Ok(search.found)
}

/// The aggregates that ever took a step which may be left open. One of the few questions over all
/// ledgers; takes no locks.
async fn candidates(reader: &Reader) -> Result<Vec<(String, Uuid, Uuid)>, ViewError> {
    let steps = [MOVE_BEGUN, PERSON_LINKED, CONTRACTOR_LINKED, COMPANY_LINKED];
    let client = reader.database().connection().await?;
    let rows = client
        .query(
            "SELECT DISTINCT event_type, ledger_id, aggregate_id FROM events \
             WHERE event_type = ANY($1)",
            &[&steps.as_slice()],
        )
        .await
        .map_err(ViewError::database("events"))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

struct Search<'a> {
    reader: &'a Reader,
    companies: HashMap<OrgId, Option<SubcontractorOrg>>,
    found: Vec<Unfinished>,
}

impl Search<'_> {
    async fn interventions(&mut self) -> Result<(), ViewError> {
        let ledger = LedgerId::INSTALLATION.0;
        let finished_by = "An operator approves it once more.";
        for one in interventions(self.reader).await? {
            if !matches!(one.stage, InterventionStage::Approved { .. }) {
                continue;
            }
            let since = one.decided.map_or(one.requested_at, |(_, at)| at);
            let (step, about, missing_in) = match &one.asked {
                Asked::InAccount(asked) => {
                    ("intervention_approved", asked.intervention.0, Some(asked.account.0))
                }
                Asked::InCompany(asked) => {
                    ("org_intervention_approved", asked.intervention.0, Some(asked.org.0))
                }
            };
            self.found.push(Unfinished { step, since, ledger, about, missing_in, finished_by });
        }
        Ok(())
    }

    /// A login that moves to another address (R32, H3).
    async fn move_of_email(&mut self, id: PersonId) -> Result<(), ViewError> {
        let (person, events) = self.person(id).await?;
        if person.is_none_or(|person| person.email_change.under_way().is_none()) {
            return Ok(());
        }
        let begun = |recorded: &&Recorded| {
            let person = recorded.person();
            matches!(person, Some((_, PersonEvent::PrimaryEmailChangeBegun(_))))
        };
        self.found.push(Unfinished {
            step: "email_move_begun",
            since: last(&events, begun),
            ledger: id.0,
            about: id.0,
            missing_in: None,
            finished_by: "The person opens the link in the mail again, or signs in.",
        });
        Ok(())
    }

    /// Whoever accepts something for a company is linked to it first, and comes into it then.
    async fn companies_of(&mut self, id: PersonId) -> Result<(), ViewError> {
        let (person, events) = self.person(id).await?;
        let linked = person.map(|person| person.orgs).unwrap_or_default();
        for (org, user) in linked {
            if self.knows_user(org, user).await? {
                continue;
            }
            let link = |recorded: &&Recorded| {
                let person = recorded.person();
                matches!(person, Some((_, PersonEvent::OrgLinked(e))) if e.user == user)
            };
            self.found.push(Unfinished {
                step: "person_linked",
                since: last(&events, link),
                ledger: id.0,
                about: user.0,
                missing_in: Some(org.0),
                finished_by: "The invitee opens the link in the mail again.",
            });
        }
        Ok(())
    }

    async fn knows_user(&mut self, org: OrgId, user: SubUserId) -> Result<bool, ViewError> {
        Ok(self.company(org).await?.is_some_and(|company| {
            let asked = company.join_requests.contains_key(&JoinRequestId(user.0));
            asked || company.users.contains_key(&user)
        }))
    }

    /// A company takes note of the general contractor first; accepting is the last step (R73, R74).
    async fn contractors_of(&mut self, org: OrgId) -> Result<(), ViewError> {
        let linked = self.company(org).await?.map(|company| company.general_contractors.clone());
        for (account, subcontractor) in linked.unwrap_or_default() {
            let (relation, _) = self.relation(account, subcontractor).await?;
            // One that is another company's by now is settled: nobody can go on with this one (G11).
            if relation.is_some_and(|relation| relation.org.is_some()) {
                continue;
            }
            let events = self.reader.aggregate_events(org.into(), &[org.0]).await?;
            let link = |recorded: &&Recorded| {
                let Event::SubcontractorOrg(event) = &recorded.event else { return false };
                matches!(event, SubcontractorOrgEvent::GeneralContractorLinked(e)
                    if e.account == account && e.subcontractor == subcontractor)
            };
            self.found.push(Unfinished {
                step: "general_contractor_linked",
                since: last(&events, link),
                ledger: org.0,
                about: subcontractor.0,
                missing_in: Some(account.0),
                finished_by: "The invitee accepts the project invitation again; if it is over, \
                              the general contractor sends it anew first.",
            });
        }
        Ok(())
    }

    /// Accepted in the general contractor's ledger, while the company's does not know of it: that order is
    /// none that a crash leaves, and says that something was lost.
    async fn company_of(
        &mut self,
        account: AccountId,
        id: SubcontractorId,
    ) -> Result<(), ViewError> {
        let (relation, events) = self.relation(account, id).await?;
        let Some(org) = relation.and_then(|relation| relation.org) else { return Ok(()) };
        let known = self.company(org).await?;
        if known.is_some_and(|company| company.general_contractors.contains(&(account, id))) {
            return Ok(());
        }
        let linked = |recorded: &&Recorded| recorded.event.stored_type() == COMPANY_LINKED;
        self.found.push(Unfinished {
            step: "project_accepted",
            since: last(&events, linked),
            ledger: account.0,
            about: id.0,
            missing_in: Some(org.0),
            finished_by: "The company's ledger is missing or older than this one: restore both \
                          from one backup.",
        });
        Ok(())
    }

    async fn company(&mut self, id: OrgId) -> Result<Option<&SubcontractorOrg>, ViewError> {
        if !self.companies.contains_key(&id) {
            let found = company(self.reader, id).await?;
            self.companies.insert(id, found);
        }
        Ok(self.companies.get(&id).and_then(Option::as_ref))
    }

    async fn person(&self, id: PersonId) -> Result<(Option<Person>, Vec<Recorded>), ViewError> {
        let events = self.reader.aggregate_events(id.into(), &[id.0]).await?;
        let mut person: Option<Person> = None;
        for recorded in &events {
            let Some((id, event)) = recorded.person() else { continue };
            let applied = match &mut person {
                Some(person) => person.apply(event),
                None => Person::from_first(id, event).map(|first| person = Some(first)),
            };
            applied.map_err(StoreError::from)?;
        }
        Ok((person, events))
    }

    async fn relation(
        &self,
        account: AccountId,
        id: SubcontractorId,
    ) -> Result<(Option<Subcontractor>, Vec<Recorded>), ViewError> {
        let events = self.reader.aggregate_events(LedgerId(account.0), &[id.0]).await?;
        let mut relation: Option<Subcontractor> = None;
        for recorded in &events {
            let Event::Subcontractor(event) = &recorded.event else { continue };
            let applied = match &mut relation {
                Some(relation) => relation.apply(event),
                None => Subcontractor::from_first(id, event).map(|first| relation = Some(first)),
            };
            applied.map_err(StoreError::from)?;
        }
        Ok((relation, events))
    }
}

/// When the last of these events was recorded; of the first one, should none be there.
fn last(events: &[Recorded], which: impl Fn(&&Recorded) -> bool) -> Timestamp {
    let recorded = events.iter().rev().find(which).or_else(|| events.first());
    recorded.map_or_else(
        || Timestamp::new(time::OffsetDateTime::UNIX_EPOCH),
        |recorded| recorded.recorded_at,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::person::PersonEvent;
    use domain::subcontractor::SubcontractorEvent;

    #[test]
    fn the_steps_that_are_looked_for_are_types_of_events() {
        let types: Vec<&str> =
            [PersonEvent::TYPES, SubcontractorEvent::TYPES, SubcontractorOrgEvent::TYPES]
                .concat()
                .into_iter()
                .map(|(stored_type, _)| stored_type)
                .collect();
        for step in [MOVE_BEGUN, PERSON_LINKED, CONTRACTOR_LINKED, COMPANY_LINKED] {
            assert!(types.contains(&step), "{step}");
        }
    }
}
