//! Signing in with an address and a password, and out again, whichever way in it is done by.

use super::accepting::begin_session;
use super::email_change::signs_in;
use super::joining::begin_work;
use super::trades::joining::begin_org_work;
use super::trades::organisations;
use super::{links, second_factor, throttle, work};
use crate::credential::{Credential, Secret, SecretKind};
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::person::PersonCommand;
use domain::{
    AccountId, Actor, Authority, Circumstances, Command, CredentialId, EmailAddress, OrgId,
    PersonId, SessionId, StaffId, SubUserId,
};
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
    /// The password that was shown.
    checked: CredentialId,
    /// For whom it works; none where it is for their own things.
    pub(crate) work: Option<Working>,
}

/// For whom a session works, and as whom there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Working {
    /// An account, as a member of its staff.
    Account(AccountId, StaffId),
    /// A subcontractor's organisation, as one of its users.
    Org(OrgId, SubUserId),
}

/// What somebody signs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Their own things.
    Own,
    /// To work for an account.
    Account(AccountId),
    /// To work for a subcontractor's organisation.
    Org(OrgId),
}

impl SignedIn {
    /// Who asks from now on.
    pub(crate) fn asker(&self, visitor: &Visitor) -> Asker {
        let credential = Arc::new(Credential::session(self.person.into(), self.session));
        Asker { credential, client: visitor.client, correlation: visitor.correlation }
    }
}

/// What somebody signs in with.
#[derive(Debug)]
pub(crate) struct Login<'a> {
    pub(crate) email: &'a EmailAddress,
    pub(crate) password: &'a Typed,
    /// A code of the second factor, where one is on.
    pub(crate) code: Option<&'a str>,
    /// What for.
    pub(crate) errand: Errand,
}

impl<'a> Login<'a> {
    /// For one's own things.
    pub(crate) const fn own(
        email: &'a EmailAddress,
        password: &'a Typed,
        code: Option<&'a str>,
    ) -> Self {
        Self { email, password, code, errand: Errand::Own }
    }
}

/// Begins a session of whoever has this address and this password. An unknown address and a wrong
/// password get the same answer, after the same time; tries are counted first (promise 26).
pub(crate) async fn sign_in(
    app: &AppState,
    visitor: &Visitor,
    login: &Login<'_>,
) -> Result<SignedIn, Problem> {
    throttle::signing_in(app, login.email, visitor.client).await?;
    let (person, checked) = holder(app, login.email, login.password).await?;
    let circumstances = visitor.circumstances(Actor::Owner(person));
    if !signs_in(app, &circumstances, person, login.email).await? {
        return Err(no_such_login());
    }
    second_factor::ask(app, person, login.code, circumstances.clone()).await?;
    begin(app, person, checked, login.errand, circumstances).await
}

/// Begins another session of somebody who has just signed in, for an account or an organisation that they
/// work for.
pub(crate) async fn go_to(
    app: &AppState,
    visitor: &Visitor,
    signed_in: &SignedIn,
    errand: Errand,
) -> Result<Secret, Problem> {
    let SignedIn { person, checked, .. } = *signed_in;
    let circumstances = visitor.circumstances(Actor::Owner(person));
    Ok(begin(app, person, checked, errand, circumstances).await?.secret)
}

/// Begins a session of whoever has shown this password, for what they have come for.
async fn begin(
    app: &AppState,
    person: PersonId,
    checked: CredentialId,
    errand: Errand,
    circumstances: Circumstances,
) -> Result<SignedIn, Problem> {
    let (work, (session, applied)) = match errand {
        Errand::Own => (None, begin_session(app, person, circumstances.clone()).await?),
        Errand::Account(account) => {
            let staff = member_of(app, person, account).await?;
            let begun = begin_work(app, person, account, staff, circumstances.clone()).await?;
            (Some(Working::Account(account, staff)), begun)
        }
        Errand::Org(org) => {
            let user = user_of(app, person, org).await?;
            let begun = begin_org_work(app, person, org, user, circumstances.clone()).await?;
            (Some(Working::Org(org, user)), begun)
        }
    };
    unless_changed(app, person, checked, session, circumstances).await?;
    let secret = applied.secret.as_ref().ok_or_else(Problem::internal)?;
    let secret = Secret::new(SecretKind::Session, person.into(), secret);
    Ok(SignedIn { person, session, secret, applied, checked, work })
}

/// Ends a session that has begun with a password that is another one by now: setting it has ended what
/// the one before it began (promise 25).
async fn unless_changed(
    app: &AppState,
    person: PersonId,
    checked: CredentialId,
    session: SessionId,
    circumstances: Circumstances,
) -> Result<(), Problem> {
    if app.store().password(person).await?.map(|stored| stored.credential) == Some(checked) {
        return Ok(());
    }
    let revoke = Command::Person(person, PersonCommand::Revoke(session));
    execute(app, submission(person.into(), revoke, circumstances)?).await?;
    Err(no_such_login())
}

/// Whose address and password they are, and which password; the same answer for an unknown address
/// and a wrong password, after the same time.
async fn holder(
    app: &AppState,
    email: &EmailAddress,
    password: &Typed,
) -> Result<(PersonId, CredentialId), Problem> {
    let registered = app.store().registered(email).await?;
    let person = registered.filter(|found| found.confirmed).map(|Registered { person, .. }| person);
    let stored = match person {
        Some(person) => app.store().password(person).await?,
        None => None,
    };
    let checked = stored.as_ref().map(|stored| stored.credential);
    let matches = password.matches(stored.map(|stored| stored.hash)).await?;
    match (person, checked) {
        (Some(person), Some(checked)) if matches => Ok((person, checked)),
        _ => Err(no_such_login()),
    }
}

/// As whom they work for an account. One that has not got them is answered like one that never was.
async fn member_of(
    app: &AppState,
    person: PersonId,
    account: AccountId,
) -> Result<StaffId, Problem> {
    let person = links::person(app, person).await?;
    work::staff_of(app, &person, account).await?.ok_or_else(Problem::not_found)
}

/// As whom they work for an organisation. One that has not got them is answered like one that never was.
async fn user_of(app: &AppState, person: PersonId, org: OrgId) -> Result<SubUserId, Problem> {
    let person = links::person(app, person).await?;
    organisations::user_of(app, &person, org).await?.ok_or_else(Problem::not_found)
}

/// Ends the session that somebody asks with, be it their own or one for work.
pub(crate) async fn end_session(app: &AppState, asker: &Asker) -> Result<(), Problem> {
    let credential = &asker.credential;
    let person = credential.person();
    let revoke = Command::Person(person, PersonCommand::Revoke(SessionId(credential.key.0)));
    // In the person's ledger it is the person who does it.
    let (actor, authority) = (Actor::Owner(person), Authority::Owner);
    let own = Circumstances { actor, authority, ..asker.circumstances(None) };
    execute(app, submission(person.into(), revoke, own)?).await?;
    Ok(())
}

fn no_such_login() -> Problem {
    Problem::new("invalid_credentials", "There is no login with this address and this password.")
}
