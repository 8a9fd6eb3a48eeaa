//! A login moves from one address to another, over the person's ledger, the directory and the ledger
//! of each builder whose contact is theirs (R32, H3; ADR 12).
//!
//! The new address has been shown to be the person's, by a link in a mail to it, and they have shown
//! their password. Then:
//!
//! 1. The directory reserves the new address. A crash after it: the reservation lapses.
//! 2. The person's ledger says that the move has begun. From now on it is taken up again, wherever it
//!    stopped, by the same link, by the next sign-in, by the next acceptance, or by the clock
//!    ([`super::cut_off`]).
//! 3. Each builder's ledger is asked whether the address is free there, and then each contact gets
//!    it, with its claim. Where one has it already nothing happens, so that both may be repeated. On
//!    the first refusal the contacts that followed go back, the ledger says that the move was
//!    refused, and the directory lets the new address go.
//! 4. The directory confirms the new address: both sign the person in. 5. The person's ledger says
//!    that the login is another, which ends sessions and resets and orders the notices.
//! 6. The directory gives the old address up. A crash before it: whoever asks for the old address
//!    next, or the clock, finds that the ledger says otherwise, and gives it up.
//!
//! A contact that is accepted meanwhile follows after 5, or after its own acceptance ([`follow`]).

use super::email_taken;
use super::invitee::contact;
use super::links::{self, Link};
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::state::AppState;
use domain::contact::{ContactCommand, ContactRejection};
use domain::person::{
    EmailChangeCommand, EmailChangeRejection, Person, PersonCommand, PersonEvent,
};
use domain::{
    AccountId, Circumstances, Command, ContactId, EmailAddress, LedgerId, PersonId, Rejection,
    TokenId,
};
use event_store::{Applied, ExecuteError, Recorded};

/// Begins a move to this address with one of the commands that do, and carries it out.
pub(crate) async fn begin(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
    to: &EmailAddress,
    begin: EmailChangeCommand,
) -> Result<(), Problem> {
    if links::person(app, person).await?.email.value() != Some(to) {
        reserve(app, person, to).await?;
    }
    if let Err(refused) = run(app, by, person, begin).await {
        // What was begun before, by another link, may be left.
        tidy(app, by, person).await?;
        return Err(refused.into());
    }
    take_up(app, by, person).await?;
    // Somebody with the same link may have brought it to another end at the same moment.
    if links::person(app, person).await?.email.value() == Some(to) {
        return Ok(());
    }
    Err(Rejection::from(EmailChangeRejection::Refused).into())
}

/// Goes on with a move that has begun and not ended; nothing is done where there is none. What a
/// builder or the directory refuses is taken back, and told.
pub(crate) async fn take_up(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
) -> Result<(), Problem> {
    let before = links::person(app, person).await?;
    let Some((token, to)) = before.email_change.under_way() else { return Ok(()) };
    let moved = match to.value() {
        Some(to) => go_on(app, by, &before, token, to).await,
        // The address has been erased meanwhile.
        None => Err(Halted::Refused(None, has_login())),
    };
    match moved {
        Ok(()) => tidy(app, by, person).await,
        Err(Halted::Failed(problem)) => {
            // Somebody with the same link has brought it to another end meanwhile.
            if problem.status.is_client_error() {
                tidy(app, by, person).await?;
            }
            Err(problem)
        }
        Err(Halted::Refused(account, problem)) => {
            go_back(app, by, &before, token, account).await?;
            tidy(app, by, person).await?;
            let now = links::person(app, person).await?.email;
            if now.value().is_some() && now.value() == to.value() { Ok(()) } else { Err(problem) }
        }
    }
}

/// Why a move did not come to its end.
enum Halted {
    /// For good: by a builder's account, or because the address is somebody's login.
    Refused(Option<AccountId>, Problem),
    /// For now; it is taken up again.
    Failed(Problem),
}

impl From<Problem> for Halted {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<ExecuteError> for Halted {
    fn from(error: ExecuteError) -> Self {
        Problem::from(error).into()
    }
}

async fn go_on(
    app: &AppState,
    by: &Circumstances,
    person: &Person,
    token: TokenId,
    to: &EmailAddress,
) -> Result<(), Halted> {
    // Again, for a reservation lapses.
    if let Err(problem) = reserve(app, person.id, to).await {
        return Err(if problem.status.is_client_error() {
            Halted::Refused(None, problem)
        } else {
            problem.into()
        });
    }
    let links = links::of(app, person).await?;
    free_with_all(app, by, &links, to).await?;
    for link in &links {
        with(app, by, link, to, ContactCommand::MovePrimaryEmail).await?;
    }
    if !app.store().confirm_login(to, person.id).await.map_err(Problem::from)? {
        return Err(Halted::Refused(None, has_login()));
    }
    run(app, by, person.id, EmailChangeCommand::Complete(token)).await?;
    Ok(())
}

/// Takes back what a refused move had changed. Should another contact have taken the old address in
/// that very moment, that one contact keeps the new one until the next change sets all alike.
async fn go_back(
    app: &AppState,
    by: &Circumstances,
    person: &Person,
    token: TokenId,
    account: Option<AccountId>,
) -> Result<(), Problem> {
    let links = links::of(app, person).await?;
    all_follow(app, by, person, &links).await?;
    match run(app, by, person.id, EmailChangeCommand::Refuse { token, account }).await {
        // Or somebody else, with the same link, has brought it to its end meanwhile.
        Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

/// Refuses, naming the builder, where another contact of a builder's has the address. The attempt is
/// in that builder's history of the contact, and in nobody else's (R32, H4).
pub(crate) async fn free_everywhere(
    app: &AppState,
    by: &Circumstances,
    person: &Person,
    to: &EmailAddress,
) -> Result<(), Problem> {
    let links = links::of(app, person).await?;
    match free_with_all(app, by, &links, to).await {
        Ok(()) => Ok(()),
        Err(Halted::Refused(_, problem) | Halted::Failed(problem)) => Err(problem),
    }
}

async fn free_with_all(
    app: &AppState,
    by: &Circumstances,
    links: &[Link],
    to: &EmailAddress,
) -> Result<(), Halted> {
    for link in links {
        with(app, by, link, to, ContactCommand::AskForPrimaryEmail).await?;
    }
    Ok(())
}

/// A command to one of the person's contacts; what is no longer theirs is left alone. Where the builder is
/// to be talked to, the builder is told first, so that whoever comes to them is waited for (H4).
async fn with(
    app: &AppState,
    by: &Circumstances,
    link: &Link,
    to: &EmailAddress,
    command: fn(EmailAddress) -> ContactCommand,
) -> Result<(), Halted> {
    match of_contact(app, by, link.ledger, link.contact.id, command(to.clone())).await {
        Err(ExecuteError::Rejected(Rejection::Contact(ContactRejection::PrimaryEmailTaken))) => {
            email_taken::report(app, by, link, to).await?;
            let refused = email_taken::refusal(&link.builder);
            Err(Halted::Refused(Some(AccountId(link.ledger.0)), refused))
        }
        Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

/// Brings a contact that has just become the person's to their login email, should that have become
/// another meanwhile, and goes on with a move that has begun.
pub(crate) async fn follow(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
    ledger: LedgerId,
    id: ContactId,
) -> Result<(), Problem> {
    if let Err(refused) = take_up(app, by, person).await
        && !refused.status.is_client_error()
    {
        return Err(refused);
    }
    // In this order: who has the older look at the contact does not undo a move that has begun since.
    let there = contact(app, ledger, id).await?;
    let person = links::person(app, person).await?;
    if person.email_change.under_way().is_some() {
        // Whoever carries it out sees to this contact too.
        return Ok(());
    }
    let (Some(email), Some(there)) = (person.email.value(), there) else { return Ok(()) };
    if there.primary() == Some(email) {
        return Ok(());
    }
    let follow = ContactCommand::MovePrimaryEmail(email.clone());
    match of_contact(app, by, ledger, id, follow).await {
        Ok(_) => Ok(()),
        Err(ExecuteError::Rejected(_)) => {
            tracing::warn!(contact = %id, "a contact does not follow its owner's login email");
            Ok(())
        }
        Err(failed) => Err(failed.into()),
    }
}

/// What is left to do after a move, however it ended and wherever it stopped: every contact has the
/// login email, and the directory knows the person by no other address.
pub(crate) async fn tidy(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
) -> Result<(), Problem> {
    let links = links::of(app, &links::person(app, person).await?).await?;
    // Looked at after the contacts, and before what may be done since: nothing that has begun later is
    // undone by who comes late.
    let at = app.store().now();
    let now = links::person(app, person).await?;
    let Some(email) = now.email.value() else { return Ok(()) };
    if now.email_change.under_way().is_some() {
        return Ok(());
    }
    all_follow(app, by, &now, &links).await?;
    for other in addresses(app, person).await?.iter().filter(|other| *other != email) {
        app.store().release_login(other, person, at).await?;
    }
    Ok(())
}

/// Each of these contacts gets the person's login email.
async fn all_follow(
    app: &AppState,
    by: &Circumstances,
    person: &Person,
    links: &[Link],
) -> Result<(), Problem> {
    let Some(email) = person.email.value() else { return Ok(()) };
    for link in links.iter().filter(|link| link.contact.primary() != Some(email)) {
        let follow = ContactCommand::MovePrimaryEmail(email.clone());
        match of_contact(app, by, link.ledger, link.contact.id, follow).await {
            Ok(_) => {}
            Err(ExecuteError::Rejected(_)) => {
                let contact = link.contact.id;
                tracing::warn!(%contact, "a contact does not follow its owner's login email");
            }
            Err(failed) => return Err(failed.into()),
        }
    }
    Ok(())
}

/// Every address that was the person's login, or was to become it.
async fn addresses(app: &AppState, person: PersonId) -> Result<Vec<EmailAddress>, Problem> {
    let events = app.store().reader().aggregate_events(person.into(), &[person.0]).await?;
    let mut addresses = Vec::new();
    for (_, event) in events.iter().filter_map(Recorded::person) {
        let address = match event {
            PersonEvent::PersonRegistered(e) => e.email.value(),
            PersonEvent::PrimaryEmailChangeBegun(e) => e.to.value(),
            PersonEvent::LoginEmailChanged(e) => e.from.value(),
            PersonEvent::CredentialsSet(_)
            | PersonEvent::ContactLinked(_)
            | PersonEvent::LoggedIn(_)
            | PersonEvent::SessionRevoked(_)
            | PersonEvent::SessionsRevoked(_)
            | PersonEvent::PasswordResetRequested(_)
            | PersonEvent::PasswordResetCompleted(_)
            | PersonEvent::StaffLinked(_)
            | PersonEvent::StaffSessionBegun(_)
            | PersonEvent::OrgLinked(_)
            | PersonEvent::OrgSessionBegun(_)
            | PersonEvent::SecondFactorEnabled(_)
            | PersonEvent::SecondFactorDisabled(_)
            | PersonEvent::RecoveryCodeUsed(_)
            | PersonEvent::PrimaryEmailChangeRequested(_)
            | PersonEvent::PrimaryEmailChangeRefused(_) => None,
        };
        addresses.extend(address.cloned());
    }
    Ok(addresses)
}

/// Reserves an address that is nobody's login. Who came over with it from an older system has one,
/// be it that they have never signed in; so has who is registering with it.
async fn reserve(app: &AppState, person: PersonId, to: &EmailAddress) -> Result<(), Problem> {
    if login_waits(app, person, to).await? {
        return Err(has_login());
    }
    // Frees it, should it be the old one of a move whose end a crash cut off.
    let known = super::accepting::known(app, to).await?;
    if known.is_some_and(|known| known != person) {
        return Err(has_login());
    }
    if app.store().reserve_login(to, person).await?.person != person {
        // Somebody is registering with it, or moving to it, at this moment.
        return Err(Problem::unavailable());
    }
    Ok(())
}

/// Whether somebody other than this person can come to sign in with the address, though it is nobody's
/// in the directory: who came over from an older system, or whose registration was cut off.
pub(crate) async fn login_waits(
    app: &AppState,
    person: PersonId,
    email: &EmailAddress,
) -> Result<bool, Problem> {
    let newcomer = app.store().newcomer(email).await?.person;
    if newcomer == person {
        return Ok(false);
    }
    let begun = app.store().reader().aggregate_events(newcomer.into(), &[newcomer.0]).await?;
    if begun.is_empty() {
        return Ok(!app.store().imported_owners(newcomer).await?.is_empty());
    }
    // Or is somebody who has moved on, before the directory counted that.
    let known = links::person(app, newcomer).await?;
    Ok(known.email.value().is_none_or(|now| now == email))
}

async fn run(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
    step: EmailChangeCommand,
) -> Result<Applied, ExecuteError> {
    let command = Command::Person(person, PersonCommand::EmailChange(step));
    let submission = submission(person.into(), command, by.clone()).map_err(ExecuteError::Store)?;
    execute(app, submission).await
}

async fn of_contact(
    app: &AppState,
    by: &Circumstances,
    ledger: LedgerId,
    contact: ContactId,
    command: ContactCommand,
) -> Result<Applied, ExecuteError> {
    let command = Command::Contact(contact, command);
    let submission = submission(ledger, command, by.clone()).map_err(ExecuteError::Store)?;
    execute(app, submission).await
}

/// Told to those alone who have shown that they read the mailbox.
fn has_login() -> Problem {
    Problem::new("email_has_login", "This address has a login of its own.").field("email")
}
