//! Accepting an invitation to a project, over the person's ledger, the organisation's and the general
//! contractor's.
//!
//! 1. Who it is, as in [`crate::persons::accepting`]: the login that the address has, or a new one.
//! 2. For which organisation ([`super::which`]). 3. The person's ledger notes it: where to look, and no
//!    more. 4. A new organisation begins in a ledger of its own; its id is told from whom it begins with.
//! 5. Its email domain is noted (H9). 6. It notes the general contractor. 7. The general contractor's
//!    ledger accepts: that alone opens the project, and once. 8. Who had no session gets one, for the
//!    organisation.
//!
//! Every step may be taken again. After a crash before 7 the invitation is pending and opens nothing;
//! the same link goes on, with the same password or signed in, and finds the organisation that 4 began.
//! After a crash between 4 and 5 the domain is noted by the retry, or when somebody signs in for the
//! organisation; after 7 all that is lost is the session, and signing in gives another.

use super::as_user;
use super::invitee::TradeInvitee;
use super::joining::begin_org_work;
use super::organisations::LEDGER_KIND;
use super::which::{self, Choice, Founding};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::accepting::{known, run, who_accepts};
use crate::persons::links;
use crate::state::AppState;
use domain::person::PersonCommand;
use domain::subcontractor::SubcontractorRejection;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{Actor, Command, JobId, OrgId, Outcome, PersonId, Rejection, SubUserId};
use event_store::Applied;

/// An invitation to a project was accepted.
#[derive(Debug)]
pub(crate) struct TradeAccepted {
    pub(crate) org: OrgId,
    pub(crate) user: SubUserId,
    pub(crate) person: PersonId,
    pub(crate) job: JobId,
    /// A session for the organisation, for one who had none.
    pub(crate) session: Option<Applied>,
}

/// Accepts, as whoever is signed in or as a new person with this password.
pub(crate) async fn accept(
    app: &AppState,
    visitor: &Visitor,
    invitee: &TradeInvitee,
    password: Option<&Typed>,
    choice: &Choice,
) -> Result<TradeAccepted, Problem> {
    let addressed = invitee.addressed()?;
    let email = &addressed.email;
    let login = known(app, email).await?;
    if login.is_none() && visitor.asker.is_none() {
        which::newcomer(app, invitee, email, choice).await?;
    }
    let (person, _) = who_accepts(app, visitor, &addressed, login, password).await?;
    let known = links::person(app, person).await?;
    let accepting = which::organisation(app, invitee, &known, email, choice).await?;
    let (org, user) = (accepting.org, accepting.user);
    let own = visitor.circumstances(Actor::Owner(person));
    let link = Command::Person(person, PersonCommand::LinkOrg { org, user });
    run(app, person.into(), link, own.clone()).await?;
    let as_user = as_user(&own, org, user);
    if let Some(founding) = accepting.founding {
        app.store().ensure_ledger(org.into(), LEDGER_KIND).await?;
        let Founding { name, who } = founding;
        let create = SubcontractorOrgCommand::Create { name, user, who, person };
        run(app, org.into(), Command::SubcontractorOrg(org, create), as_user.clone()).await?;
    }
    app.store().note_org_domain(email, org).await?;
    let link = SubcontractorOrgCommand::LinkGeneralContractor {
        account: invitee.account(),
        subcontractor: invitee.state.id,
    };
    run(app, org.into(), Command::SubcontractorOrg(org, link), as_user.clone()).await?;
    let command = Command::Subcontractor(invitee.state.id, invitee.accept(org, user));
    let applied = run(app, invitee.ledger, command, as_user).await?;
    if matches!(applied.outcome, Outcome::Unchanged) {
        // They were faster themselves, with the same link: it works once.
        return Err(Rejection::from(SubcontractorRejection::InviteUsed).into());
    }
    let session = match visitor.asker {
        Some(_) => None,
        None => Some(begin_org_work(app, person, org, user, own).await?.1),
    };
    Ok(TradeAccepted { org, user, person, job: invitee.job()?, session })
}
