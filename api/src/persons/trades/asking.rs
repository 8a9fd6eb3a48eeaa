//! Asking to join an organisation that is here already (H9), and answering that.
//!
//! Asking: 1. Who it is, as in [`crate::persons::accepting`]; a new login is made for it. 2. The person's
//! ledger notes the organisation and which user of it they would be, which is told from the request.
//! 3. The organisation's ledger takes the request; each of its users gets a mail. Nothing is open by
//! that. After a crash the same link and password ask again, and find the same request.
//!
//! Approving is one append in the organisation's ledger, which alone opens it; the domain is noted
//! behind it, by another approval or when they sign in where a crash came between. The link to the
//! project works from then on.

use super::invitee::TradeInvitee;
use super::organisations;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::accepting::{known, run, who_accepts};
use crate::state::AppState;
use domain::person::PersonCommand;
use domain::subcontractor_org::{JoinStage, NewSubUser, SubcontractorOrg, SubcontractorOrgCommand};
use domain::text::PersonName;
use domain::{Actor, Command, JoinRequestId, LedgerId, OrgId, SubUserId, subcontractor_org};
use uuid::Uuid;

/// Who asks, and to join what.
#[derive(Debug)]
pub(crate) struct Asking {
    /// One of those that the company may be; the one that the general contractor works with, where it
    /// works with one.
    pub(crate) org: Option<OrgId>,
    pub(crate) first: PersonName,
    pub(crate) last: PersonName,
    /// Of a new login.
    pub(crate) password: Option<Typed>,
}

/// A request is with the organisation's users.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) org: OrgId,
    pub(crate) request: JoinRequestId,
}

/// Asks, as whoever is signed in or as a new person with this password.
pub(crate) async fn ask(
    app: &AppState,
    visitor: &Visitor,
    invitee: &TradeInvitee,
    asking: &Asking,
) -> Result<Asked, Problem> {
    let addressed = invitee.addressed()?;
    let org = wanted(app, invitee, &addressed.email, asking.org).await?;
    let login = known(app, &addressed.email).await?;
    let password = asking.password.as_ref();
    let (person, _) = who_accepts(app, visitor, &addressed, login, password).await?;
    let state = organisations::fold(app, org).await?.ok_or_else(Problem::internal)?;
    // One that waits is the same one, by whichever link it was asked.
    let waiting = state
        .join_requests
        .iter()
        .find(|(_, request)| request.person == person && request.stage == JoinStage::Open);
    let request = waiting.map_or_else(|| new_request(app, &state, invitee), |(id, _)| *id);
    let user = SubUserId::from(request);
    let own = visitor.circumstances(Actor::Owner(person));
    let who = NewSubUser {
        first_name: asking.first.clone(),
        last_name: asking.last.clone(),
        email: addressed.email.clone(),
    };
    let ask = SubcontractorOrgCommand::RequestToJoin { request, who, person };
    // What will be refused leaves no link behind that nobody ends.
    subcontractor_org::decide(org, Some(&state), &ask, app.store().now())?;
    let link = Command::Person(person, PersonCommand::LinkOrg { org, user });
    run(app, person.into(), link, own.clone()).await?;
    run(app, org.into(), Command::SubcontractorOrg(org, ask), own).await?;
    Ok(Asked { org, request })
}

/// Which organisation may be asked: the one that the general contractor works with, or one at whose
/// domain the address is. Any other is one that never was.
async fn wanted(
    app: &AppState,
    invitee: &TradeInvitee,
    email: &domain::EmailAddress,
    asked: Option<OrgId>,
) -> Result<OrgId, Problem> {
    let unknown = || Problem::not_found().field("org");
    if let Some(org) = invitee.state.org {
        return if asked.is_none_or(|asked| asked == org) { Ok(org) } else { Err(unknown()) };
    }
    let here = organisations::of_domain(app, email).await?;
    match (asked, here.as_slice()) {
        (Some(asked), _) if here.iter().any(|(org, _)| *org == asked) => Ok(asked),
        (None, [(only, _)]) => Ok(*only),
        _ => Err(unknown()),
    }
}

/// The request of a link: asked again after a crash, it is the same one; after a no, it is another.
fn new_request(app: &AppState, org: &SubcontractorOrg, invitee: &TradeInvitee) -> JoinRequestId {
    let keys = app.store().reader().keys();
    let link = invitee.link.token.to_string();
    let request = JoinRequestId(keys.import_id(LedgerId::from(org.id), "join request", &link));
    if org.join_requests.contains_key(&request) { JoinRequestId(Uuid::now_v7()) } else { request }
}
