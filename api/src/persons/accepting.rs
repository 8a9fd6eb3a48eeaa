//! Accepting an invitation, over the person's ledger and the builder's.
//!
//! 1. The address is reserved for the person, whose id is told from it: who accepts twice, or goes on
//!    after a crash, is the same person. 2. The person is registered with a password in a
//!    ledger of their own, and the reservation is confirmed. 3. The person's ledger notes the
//!    contact. 4. The contact's ledger accepts: that alone opens the access, and once. Every step
//!    may be taken again; a crash between them leaves nothing that opens anything. 5. The image that
//!    the person shows to other builders comes along; a crash before it leaves this builder without
//!    it until the owner sets it anew.

use super::choosing::{AddressChoice, choose};
use super::invitee::Invitee;
use super::picture;
use super::{links, moving};
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::contact::{AcceptProof, ContactCommand, InfoEdit};
use domain::person::{PersonCommand, PersonRejection};
use domain::{
    AccountId, Actor, Authority, Circumstances, Command, ContactId, CredentialId, EmailAddress,
    LedgerId, PersonId, Rejection, SessionId, TokenId,
};
use event_store::{Applied, ExecuteError, Submission};
use uuid::Uuid;

/// The kind of a person's ledger.
pub(crate) const LEDGER_KIND: &str = "person";

/// An invitation was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) person: PersonId,
    pub(crate) contact: ContactId,
    pub(crate) applied: Applied,
    /// A session, for one who had none.
    pub(crate) session: Option<(SessionId, Applied)>,
}

/// How somebody accepts.
#[derive(Debug)]
pub(crate) struct Acceptance {
    /// A new login's password, or that of the login that moves to the invited address.
    pub(crate) password: Option<Typed>,
    /// Which address it is to be, where the login has another than the invited one.
    pub(crate) choice: Option<AddressChoice>,
    /// The info that is to stand from now on, where it is to be the owner's own.
    pub(crate) info: Option<InfoEdit>,
}

impl Acceptance {
    /// With the invited address and the builder's info as it stands.
    pub(crate) const fn plain(password: Option<Typed>) -> Self {
        Self { password, choice: None, info: None }
    }
}

/// Accepts, as whoever is signed in or as a new person with this password.
pub(crate) async fn accept(
    app: &AppState,
    visitor: &Visitor,
    invitee: &Invitee,
    how: Acceptance,
) -> Result<Accepted, Problem> {
    let addressed = Addressed { email: invitee.email()?, token: invitee.token };
    // Looked up once: a move of the login at this moment is seen as a whole, or not at all.
    let login = known(app, &addressed.email).await?;
    let (person, moved, accept) = match &visitor.asker {
        Some(asker) if login.is_none() => {
            let chosen = choose(app, visitor, invitee, asker, &addressed.email, &how).await?;
            (chosen.person, chosen.moved, chosen.accept)
        }
        Some(_) | None => {
            let password = how.password.as_ref();
            let (person, proof) = who_accepts(app, visitor, &addressed, login, password).await?;
            (person, false, invitee.accept(person, proof))
        }
    };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let account = AccountId(invitee.ledger.0);
    let link = PersonCommand::Link { account, contact: invitee.contact.id };
    run(app, person.into(), Command::Person(person, link), circumstances.clone()).await?;
    let mut applied = run(app, invitee.ledger, accept, circumstances.clone()).await?;
    // The login may have moved on since it was looked at.
    moving::follow(app, &circumstances, person, invitee.ledger, invitee.contact.id).await?;
    if let Some(info) = how.info {
        let stands = Command::Contact(invitee.contact.id, ContactCommand::EditInfo(info));
        applied = run(app, invitee.ledger, stands, circumstances.clone()).await?;
    }
    picture::hand_on(app, person, invitee.ledger, invitee.contact.id, &circumstances).await;
    let session = match visitor.asker {
        // A move has ended it.
        Some(_) if !moved => None,
        Some(_) | None => Some(begin_session(app, person, circumstances).await?),
    };
    Ok(Accepted { person, contact: invitee.contact.id, applied, session })
}

/// Whom a link was mailed to, and which one it is; whoever invites, and to what.
#[derive(Debug)]
pub(crate) struct Addressed {
    pub(crate) email: EmailAddress,
    pub(crate) token: TokenId,
}

/// Who accepts by a link: whoever is signed in with the `login` that the address has, or a new person
/// with this password. The first two steps; nothing of the inviter's is touched.
pub(crate) async fn who_accepts(
    app: &AppState,
    visitor: &Visitor,
    addressed: &Addressed,
    login: Option<PersonId>,
    password: Option<&Typed>,
) -> Result<(PersonId, AcceptProof), Problem> {
    if let Some(person) = login {
        if !goes_on(app, visitor, addressed, person, password).await? {
            signed_in_as(visitor, person)?;
        }
        return Ok((person, AcceptProof::LinkAndLogin));
    }
    if visitor.asker.is_some() {
        return Err(somebody_else());
    }
    Ok((register(app, visitor, addressed, password).await?, AcceptProof::Link))
}

/// Registers who came over from an older system, without a password, when they first ask to reset
/// it, and goes on with a registration that a crash cut off; none where there is neither.
pub(crate) async fn take_over(
    app: &AppState,
    visitor: &Visitor,
    email: &EmailAddress,
) -> Result<Option<PersonId>, Problem> {
    let newcomer = app.store().newcomer(email).await?;
    let person = newcomer.person;
    let events = app.store().reader().aggregate_events(person.into(), &[person.0]).await?;
    let waits = !events.is_empty() || !app.store().imported_owners(person).await?.is_empty();
    if !waits || app.store().reserve_for(email, newcomer).await?.person != person {
        return Ok(None);
    }
    app.store().ensure_ledger(person.into(), LEDGER_KIND).await?;
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let command = Command::Person(person, PersonCommand::TakeOver(email.clone()));
    run(app, person.into(), command, circumstances.clone()).await?;
    // Before it is confirmed: afterwards nobody would come back for what a crash left out.
    link_imported(app, person, circumstances).await?;
    Ok(app.store().confirm_login(email, person).await?.then_some(person))
}

/// Notes the contacts that wait for a person since they came over. What comes over after they have
/// registered takes an invitation: nobody is linked to a builder without having a part in it.
async fn link_imported(
    app: &AppState,
    person: PersonId,
    circumstances: Circumstances,
) -> Result<(), Problem> {
    for (ledger, contact) in app.store().imported_owners(person).await? {
        let link = PersonCommand::Link { account: AccountId(ledger.0), contact };
        run(app, person.into(), Command::Person(person, link), circumstances.clone()).await?;
    }
    Ok(())
}

/// Whose the address is. A registration that a crash cut off before it was confirmed is nobody's yet:
/// the same password goes on with it, or a reset. An address that its person has moved on from is
/// given up here, where a crash came before that.
pub(crate) async fn known(
    app: &AppState,
    email: &EmailAddress,
) -> Result<Option<PersonId>, Problem> {
    let found = app.store().registered(email).await?;
    let Some(found) = found.filter(|found| found.confirmed) else { return Ok(None) };
    let at = app.store().now();
    if let Some(person) = links::find_person(app, found.person).await?
        && person.email.value().is_some_and(|now| now != email)
        && person.email_change.under_way().is_none_or(|(_, to)| to.value() != Some(email))
    {
        app.store().release_login(email, person.id, at).await?;
        return Ok(None);
    }
    Ok(Some(found.person))
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

/// Whether this very link made the login, and a crash or a lost answer came before the end: then the
/// same password goes on. With any other link its owner signs in first.
async fn goes_on(
    app: &AppState,
    visitor: &Visitor,
    addressed: &Addressed,
    person: PersonId,
    password: Option<&Typed>,
) -> Result<bool, Problem> {
    let (None, Some(password)) = (&visitor.asker, password) else { return Ok(false) };
    // Whoever got as far as a second factor signs in with it.
    if app.store().second_factor(person).await?.is_some_and(|factor| factor.on) {
        return Ok(false);
    }
    match app.store().password(person).await? {
        Some(stored) if stored.credential == first_credential(app, addressed) => {
            password.matches(Some(stored.hash)).await
        }
        Some(_) | None => Ok(false),
    }
}

/// The first password of whoever registers by this link: its id tells which link it was.
fn first_credential(app: &AppState, addressed: &Addressed) -> CredentialId {
    let keys = app.store().reader().keys();
    let link = addressed.token.to_string();
    CredentialId(keys.import_id(LedgerId::INSTALLATION, "first credential", &link))
}

pub(super) fn somebody_else() -> Problem {
    let detail = "The invitation is for another address than the one that you are signed in with.";
    Problem::new("signed_in_as_another", detail)
}

async fn register(
    app: &AppState,
    visitor: &Visitor,
    addressed: &Addressed,
    password: Option<&Typed>,
) -> Result<PersonId, Problem> {
    let email = &addressed.email;
    let Some(password) = password else {
        return Err(
            Problem::new("password_needed", "A new login needs a password.").field("password")
        );
    };
    password.acceptable(email).map_err(|why| {
        Problem::new("password_refused", format!("The password {why}.")).field("password")
    })?;
    let newcomer = app.store().newcomer(email).await?;
    let person = newcomer.person;
    if app.store().reserve_for(email, newcomer).await?.person != person {
        // Another invitation of this address is being accepted at this moment.
        return Err(Problem::unavailable());
    }
    app.store().ensure_ledger(person.into(), LEDGER_KIND).await?;
    let credential = first_credential(app, addressed);
    let register = PersonCommand::Register { email: email.clone(), credential };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let command = Command::Person(person, register);
    let mut submission = submission(person.into(), command, circumstances.clone())?;
    submission.password = Some(password.hash().await?);
    match execute(app, submission).await {
        Ok(_) => {}
        // A retry, if it is the same password; and otherwise somebody else's.
        Err(ExecuteError::Rejected(Rejection::Person(PersonRejection::AlreadyRegistered))) => {
            let stored = app.store().password(person).await?.map(|stored| stored.hash);
            if !password.matches(stored).await? {
                return Err(Rejection::from(PersonRejection::AlreadyRegistered).into());
            }
        }
        Err(other) => return Err(other.into()),
    }
    link_imported(app, person, circumstances).await?;
    if !app.store().confirm_login(email, person).await? {
        // The reservation lapsed, and the address became another person's meanwhile.
        return Err(Problem::unavailable());
    }
    Ok(person)
}

/// Takes one of the steps.
pub(crate) async fn run(
    app: &AppState,
    ledger: LedgerId,
    command: Command,
    circumstances: Circumstances,
) -> Result<Applied, Problem> {
    let submission: Submission = submission(ledger, command, circumstances)?;
    execute(app, submission).await.map_err(Problem::from)
}
