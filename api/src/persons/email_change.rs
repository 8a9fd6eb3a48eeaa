//! The one who holds the link of a change of the primary email: what it is, whether it still works,
//! and the password that has to be shown before anything is mailed.

use super::{links, moving, throttle};
use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::person::{
    self, EmailChange, EmailChangeCommand, EmailChangeRejection, Person, PersonCommand,
};
use domain::{Circumstances, CredentialId, EmailAddress, PersonId, Rejection, Timestamp, TokenId};
use std::net::IpAddr;

/// A change of a primary email, by its link.
#[derive(Debug)]
pub(crate) struct AskedChange {
    pub(crate) person: Person,
    pub(crate) token: TokenId,
    pub(crate) expires_at: Timestamp,
}

impl AskedChange {
    /// Finds the change, be it over. A link that nobody has is a 404.
    pub(crate) async fn of(app: &AppState, secret: &Secret) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::EmailChange {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let link = app.store().email_change_token(ledger, &secret.hash()).await?;
        let link = link.ok_or_else(Problem::not_found)?;
        let person = links::person(app, PersonId(ledger.0)).await?;
        Ok(Self { person, token: link.token, expires_at: link.expires_at })
    }

    /// The new address, or why the link does nothing any more. Nothing is recorded.
    pub(crate) fn still_open(&self, app: &AppState) -> Result<EmailAddress, Problem> {
        let begin = PersonCommand::EmailChange(EmailChangeCommand::Begin(self.token));
        person::decide(self.person.id, Some(&self.person), &begin, app.store().now())?;
        let to = match &self.person.email_change {
            EmailChange::Requested { to, .. } | EmailChange::Begun { to, .. } => to.value(),
            EmailChange::None | EmailChange::Ended { .. } => None,
        };
        to.cloned().ok_or_else(Problem::not_found)
    }

    /// Carries the change out. A link that was used already sees to what a crash has left undone, and
    /// then says that it was.
    pub(crate) async fn confirm(
        &self,
        app: &AppState,
        by: &Circumstances,
    ) -> Result<EmailAddress, Problem> {
        let to = match self.still_open(app) {
            Ok(to) => to,
            Err(over) => {
                moving::tidy(app, by, self.person.id).await?;
                return Err(over);
            }
        };
        let begin = EmailChangeCommand::Begin(self.token);
        moving::begin(app, by, self.person.id, &to, begin).await?;
        Ok(to)
    }
}

/// Whether this is the person's password: what counts as having just signed in. Counted as a sign-in.
pub(crate) async fn shown(
    app: &AppState,
    person: &Person,
    password: &Typed,
    client: Option<IpAddr>,
) -> Result<CredentialId, Problem> {
    let wrong = || Problem::from(Rejection::from(EmailChangeRejection::WrongPassword));
    let email = person.email.value().ok_or_else(Problem::not_found)?;
    throttle::signing_in(app, email, client).await?;
    let stored = app.store().password(person.id).await?;
    let credential = stored.as_ref().map(|stored| stored.credential);
    if password.matches(stored.map(|stored| stored.hash)).await? {
        credential.ok_or_else(wrong)
    } else {
        Err(wrong())
    }
}

/// Whether the person signs in with this address, now that they have shown their password. Takes up a
/// move that a crash cut off; an address that it gave up signs nobody in.
pub(crate) async fn signs_in(
    app: &AppState,
    by: &Circumstances,
    person: PersonId,
    email: &EmailAddress,
) -> Result<bool, Problem> {
    match moving::take_up(app, by, person).await {
        Err(failed) if failed.status.is_server_error() => {
            tracing::warn!(code = failed.body.code, "a change of a primary email waits");
        }
        Ok(()) | Err(_) => {}
    }
    Ok(super::accepting::known(app, email).await? == Some(person))
}
