//! For which organisation somebody accepts (R73, R74, G11, H9). Never a second one of a company without
//! being asked for.

use super::invitee::TradeInvitee;
use super::organisations::{self, OrgWork};
use crate::error::{CompanyHere, Problem};
use crate::state::AppState;
use domain::person::Person;
use domain::subcontractor_org::NewSubUser;
use domain::text::{CompanyName, PersonName};
use domain::{EmailAddress, OrgId, PersonId, SubUserId};

/// What the invitee has said about it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// One of their own organisations.
    pub(crate) org: Option<OrgId>,
    /// A new one, of this name.
    pub(crate) new_organisation: Option<CompanyName>,
    /// Who they are, where an organisation begins with them; otherwise as the general contractor has
    /// written them.
    pub(crate) first_name: Option<PersonName>,
    pub(crate) last_name: Option<PersonName>,
}

/// The organisation that accepts, and as which of its users.
#[derive(Debug)]
pub(crate) struct Accepting {
    pub(crate) org: OrgId,
    pub(crate) user: SubUserId,
    /// What it begins with, where it is not here yet.
    pub(crate) founding: Option<Founding>,
}

/// A new organisation.
#[derive(Debug)]
pub(crate) struct Founding {
    pub(crate) name: CompanyName,
    pub(crate) who: NewSubUser,
}

/// Refuses what somebody without a login cannot do, before they get one: to accept for an organisation
/// that is another's, or for a company that may be here already.
pub(crate) async fn newcomer(
    app: &AppState,
    invitee: &TradeInvitee,
    email: &EmailAddress,
    choice: &Choice,
) -> Result<(), Problem> {
    if let Some(org) = invitee.state.org {
        return Err(not_a_user(app, org).await?);
    }
    if choice.org.is_some() {
        return Err(Problem::not_found().field("org"));
    }
    founding(app, invitee, email, choice).await.map(drop)
}

/// For which one a person accepts.
pub(crate) async fn organisation(
    app: &AppState,
    invitee: &TradeInvitee,
    person: &Person,
    email: &EmailAddress,
    choice: &Choice,
) -> Result<Accepting, Problem> {
    let mine = organisations::of(app, person).await?;
    let one = |of: &OrgWork| Accepting { org: of.org, user: of.user, founding: None };
    // What the relation is linked to stays: its projects are that organisation's.
    if let Some(org) = invitee.state.org {
        return match mine.iter().find(|of| of.org == org) {
            Some(of) => Ok(one(of)),
            None => Err(not_a_user(app, org).await?),
        };
    }
    if let Some(org) = choice.org {
        let of = mine.iter().find(|of| of.org == org);
        return of.map(one).ok_or_else(|| Problem::not_found().field("org"));
    }
    if choice.new_organisation.is_none() {
        match mine.as_slice() {
            [] => {}
            [only] => return Ok(one(only)),
            [..] => return Err(several(&mine)),
        }
    }
    let founding = founding(app, invitee, email, choice).await?;
    let org = beginning(app, invitee, person.id).await?;
    let user = app.store().sub_user_id(org, person.id);
    Ok(Accepting { org, user, founding: Some(founding) })
}

/// The organisation that begins with this acceptance: told from the relation, so that it is one however
/// often a crash cuts it. Where a primary contact before this one began it and got no further, it is
/// theirs, and the next one is told from the person too.
async fn beginning(
    app: &AppState,
    invitee: &TradeInvitee,
    person: PersonId,
) -> Result<OrgId, Problem> {
    let store = app.store();
    let org = store.org_id(invitee.ledger, invitee.state.id);
    let Some(begun) = organisations::fold(app, org).await? else { return Ok(org) };
    let first = store.sub_user_id(org, person);
    if begun.users.get(&first).is_some_and(|first| first.person() == Some(person)) {
        return Ok(org);
    }
    let key = format!("{}/{person}", invitee.state.id);
    Ok(OrgId(store.reader().keys().import_id(invitee.ledger, "org", &key)))
}

/// What a new organisation begins with; refused where the company may be here already, unless it is said
/// to be a new one.
async fn founding(
    app: &AppState,
    invitee: &TradeInvitee,
    email: &EmailAddress,
    choice: &Choice,
) -> Result<Founding, Problem> {
    if choice.new_organisation.is_none() {
        let here = organisations::of_domain(app, email).await?;
        if !here.is_empty() {
            return Err(may_be_here(here));
        }
    }
    let (first, last) = names(invitee);
    let first = choice.first_name.clone().or(first);
    let last = choice.last_name.clone().or(last);
    let name = choice.new_organisation.clone().unwrap_or_else(|| invitee.state.company.clone());
    let missing = |field: &'static str| {
        let detail = format!("{field} is needed: an organisation knows its users by both names.");
        refused("name_needed", "R79", &detail).field(field)
    };
    let first_name = first.ok_or_else(|| missing("first_name"))?;
    let last_name = last.ok_or_else(|| missing("last_name"))?;
    let who = NewSubUser { first_name, last_name, email: email.clone() };
    Ok(Founding { name, who })
}

/// First and last name out of the one that the general contractor has written.
pub(crate) fn names(invitee: &TradeInvitee) -> (Option<PersonName>, Option<PersonName>) {
    let Some(name) = invitee.state.contact.name.value() else { return (None, None) };
    match name.as_str().trim().rsplit_once(' ') {
        Some((first, last)) => (PersonName::parse(first).ok(), PersonName::parse(last).ok()),
        None => (PersonName::parse(name.as_str()).ok(), None),
    }
}

async fn not_a_user(app: &AppState, org: OrgId) -> Result<Problem, Problem> {
    let name = organisations::name(app, org).await?;
    let detail =
        format!("The general contractor works with {name}, and you are none of its users.");
    let mut problem = refused("not_a_user_of_the_organisation", "G11", &detail);
    problem.body.organisations = vec![CompanyHere { id: org.0, name }];
    Ok(problem)
}

fn may_be_here(here: Vec<(OrgId, String)>) -> Problem {
    let mut problem = refused(
        "company_may_be_here",
        "H9",
        "Organisations with users at your email's domain are here already; yours may be one of them.",
    );
    problem.body.organisations =
        here.into_iter().map(|(org, name)| CompanyHere { id: org.0, name }).collect();
    problem
}

fn several(mine: &[OrgWork]) -> Problem {
    let mut problem =
        refused("which_organisation", "G11", "You are a user of several organisations.")
            .field("org");
    problem.body.organisations =
        mine.iter().map(|of| CompanyHere { id: of.org.0, name: of.name.clone() }).collect();
    problem
}

fn refused(code: &'static str, rule: &'static str, detail: &str) -> Problem {
    let mut problem = Problem::new(code, detail);
    problem.body.rule = Some(rule);
    problem
}
