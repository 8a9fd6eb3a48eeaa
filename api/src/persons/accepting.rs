//! Accepting an invitation, over the person's ledger and the builder's.
//!
//! 1. The address is reserved for the person, whose id is told from the link: who accepts twice, or
//!    goes on after a crash, is the same person. 2. The person is registered with a password in a
//!    ledger of their own, and the reservation is confirmed. 3. The person's ledger notes the
//!    contact. 4. The contact's ledger accepts: that alone opens the access, and once. Every step
//!    may be taken again; a crash between them leaves nothing that opens anything.

use super::invitee::Invitee;
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::contact::AcceptProof;
use domain::person::{PersonCommand, PersonRejection};
use domain::{
    AccountId, Actor, Authority, Circumstances, Command, CredentialId, EmailAddress, LedgerId,
    PersonId, Rejection, SessionId,
};
use event_store::{Applied, ExecuteError, Registered, Submission};
use uuid::Uuid;

/// The kind of a person's ledger.
pub(crate) const LEDGER_KIND: &str = "person";

/// An invitation was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) person: PersonId,
    pub(crate) applied: Applied,
    /// A session, for one who had none.
    pub(crate) session: Option<(SessionId, Applied)>,
}

/// Accepts, as whoever is signed in or as a new person with this password.
pub(crate) async fn accept(
    app: &AppState,
    visitor: &Visitor,
    invitee: &Invitee,
    password: Option<&Typed>,
) -> Result<Accepted, Problem> {
    let email = invitee.email()?;
    let (person, proof) = match known(app, invitee, &email).await? {
        Some(person) if visitor.asker.is_none() && person == newcomer(app, invitee) => {
            // This very link made the login, and a crash or a lost answer came before the end.
            by_password(app, person, password).await?;
            (person, AcceptProof::LinkAndLogin)
        }
        Some(person) => {
            signed_in_as(visitor, person)?;
            (person, AcceptProof::LinkAndLogin)
        }
        None => {
            nobody_else(visitor)?;
            (register(app, visitor, invitee, &email, password).await?, AcceptProof::Link)
        }
    };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let account = AccountId(invitee.ledger.0);
    let link = PersonCommand::Link { account, contact: invitee.contact.id };
    run(app, person.into(), Command::Person(person, link), circumstances.clone()).await?;
    let command = invitee.accept(person, proof);
    let applied = run(app, invitee.ledger, command, circumstances.clone()).await?;
    let session = match visitor.asker {
        Some(_) => None,
        None => Some(begin_session(app, person, circumstances).await?),
    };
    Ok(Accepted { person, applied, session })
}

/// Who this invitation's link makes, if it makes somebody.
fn newcomer(app: &AppState, invitee: &Invitee) -> PersonId {
    let keys = app.store().reader().keys();
    PersonId(keys.import_id(LedgerId::INSTALLATION, "person", &invitee.token.to_string()))
}

/// Whose the address is. A registration that a crash cut off before it was confirmed is confirmed.
pub(crate) async fn known(
    app: &AppState,
    invitee: &Invitee,
    email: &EmailAddress,
) -> Result<Option<PersonId>, Problem> {
    match app.store().registered(email).await? {
        Some(Registered { person, confirmed: true }) => Ok(Some(person)),
        Some(Registered { person, confirmed: false }) if person != newcomer(app, invitee) => {
            let events = app.store().reader().aggregate_events(person.into(), &[person.0]).await?;
            if events.is_empty() {
                return Ok(None);
            }
            app.store().confirm_login(email, person).await?;
            Ok(Some(person))
        }
        Some(_) | None => Ok(None),
    }
}

/// Begins a session of somebody who has shown who they are.
pub(crate) async fn begin_session(
    app: &AppState,
    person: PersonId,
    circumstances: Circumstances,
) -> Result<(SessionId, Applied), Problem> {
    let session = SessionId(Uuid::now_v7());
    let log_in = Command::Person(person, PersonCommand::LogIn(session));
    Ok((session, run(app, person.into(), log_in, circumstances).await?))
}

/// The address has a login: only that login accepts (H16, R15).
fn signed_in_as(visitor: &Visitor, person: PersonId) -> Result<(), Problem> {
    let Some(asker) = &visitor.asker else {
        return Err(Rejection::from(PersonRejection::AlreadyRegistered).into());
    };
    if asker.credential.authority == Authority::Owner && asker.ledger() == person.into() {
        return Ok(());
    }
    Err(somebody_else())
}

/// The address has no login yet: whoever is signed in is somebody else (H16).
fn nobody_else(visitor: &Visitor) -> Result<(), Problem> {
    if visitor.asker.is_some() { Err(somebody_else()) } else { Ok(()) }
}

/// Only with the password that the login has.
async fn by_password(
    app: &AppState,
    person: PersonId,
    password: Option<&Typed>,
) -> Result<(), Problem> {
    if let Some(password) = password {
        let stored = app.store().password(person).await?.map(|stored| stored.hash);
        if password.matches(stored).await? {
            return Ok(());
        }
    }
    Err(Rejection::from(PersonRejection::AlreadyRegistered).into())
}

fn somebody_else() -> Problem {
    let detail = "The invitation is for another address than the one that you are signed in with.";
    Problem::new("signed_in_as_another", detail)
}

async fn register(
    app: &AppState,
    visitor: &Visitor,
    invitee: &Invitee,
    email: &EmailAddress,
    password: Option<&Typed>,
) -> Result<PersonId, Problem> {
    let Some(password) = password else {
        return Err(
            Problem::new("password_needed", "A new login needs a password.").field("password")
        );
    };
    password.acceptable(email).map_err(|why| {
        Problem::new("password_refused", format!("The password {why}.")).field("password")
    })?;
    let person = newcomer(app, invitee);
    if app.store().reserve_login(email, person).await?.person != person {
        // Another invitation of this address is being accepted at this moment.
        return Err(Problem::unavailable());
    }
    app.store().ensure_ledger(person.into(), LEDGER_KIND).await?;
    let credential = CredentialId(Uuid::now_v7());
    let register = PersonCommand::Register { email: email.clone(), credential };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let mut submission =
        submission(person.into(), Command::Person(person, register), circumstances)?;
    submission.password = Some(password.hash().await?);
    match execute(app, submission).await {
        Ok(_) => {}
        // A retry, if it is the same password; and otherwise somebody else's.
        Err(ExecuteError::Rejected(Rejection::Person(PersonRejection::AlreadyRegistered))) => {
            by_password(app, person, Some(password)).await?;
        }
        Err(other) => return Err(other.into()),
    }
    app.store().confirm_login(email, person).await?;
    Ok(person)
}

async fn run(
    app: &AppState,
    ledger: LedgerId,
    command: Command,
    circumstances: Circumstances,
) -> Result<Applied, Problem> {
    let submission: Submission = submission(ledger, command, circumstances)?;
    execute(app, submission).await.map_err(Problem::from)
}
