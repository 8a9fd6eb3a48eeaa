//! Signing in with an address and a password, and out again, whichever way in it is done by.

use super::accepting::begin_session;
use super::email_change::signs_in;
use super::throttle;
use crate::credential::{Credential, Secret, SecretKind};
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::person::PersonCommand;
use domain::{Actor, Command, EmailAddress, PersonId, SessionId};
use event_store::{Applied, Registered};
use std::sync::Arc;

/// A session has begun.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) person: PersonId,
    pub(crate) session: SessionId,
    /// Told once.
    pub(crate) secret: Secret,
    pub(crate) applied: Applied,
}

impl SignedIn {
    /// Who asks from now on.
    pub(crate) fn asker(&self, visitor: &Visitor) -> Asker {
        let credential = Arc::new(Credential::session(self.person.into(), self.session));
        Asker { credential, client: visitor.client, correlation: visitor.correlation }
    }
}

/// Begins a session of whoever has this address and this password. An unknown address and a wrong
/// password get the same answer, after the same time; tries are counted first (promise 26).
pub(crate) async fn sign_in(
    app: &AppState,
    visitor: &Visitor,
    email: &EmailAddress,
    password: &Typed,
) -> Result<SignedIn, Problem> {
    throttle::signing_in(app, email, visitor.client).await?;
    let registered = app.store().registered(email).await?;
    let person = registered.filter(|found| found.confirmed).map(|Registered { person, .. }| person);
    let stored = match person {
        Some(person) => app.store().password(person).await?,
        None => None,
    };
    let checked = stored.as_ref().map(|stored| stored.credential);
    let matches = password.matches(stored.map(|stored| stored.hash)).await?;
    let (Some(person), true) = (person, matches) else { return Err(no_such_login()) };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    if !signs_in(app, &circumstances, person, email).await? {
        return Err(no_such_login());
    }
    let (session, applied) = begin_session(app, person, circumstances.clone()).await?;
    if app.store().password(person).await?.map(|stored| stored.credential) != checked {
        // Another password was set meanwhile, which ends what the one before it began.
        let revoke = Command::Person(person, PersonCommand::Revoke(session));
        execute(app, submission(person.into(), revoke, circumstances)?).await?;
        return Err(no_such_login());
    }
    let secret = applied.secret.as_ref().ok_or_else(Problem::internal)?;
    let secret = Secret::new(SecretKind::Session, person.into(), secret);
    Ok(SignedIn { person, session, secret, applied })
}

/// Ends the session that somebody asks with.
pub(crate) async fn end_session(app: &AppState, asker: &Asker) -> Result<(), Problem> {
    let (person, session) = (PersonId(asker.ledger().0), SessionId(asker.credential.key.0));
    let revoke = Command::Person(person, PersonCommand::Revoke(session));
    execute(app, submission(person.into(), revoke, asker.circumstances(None))?).await?;
    Ok(())
}

fn no_such_login() -> Problem {
    Problem::new("invalid_credentials", "There is no login with this address and this password.")
}
