//! The one who holds an invitation's link: what it is, and whether it still works.

use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::state::AppState;
use domain::builder_account::BuilderAccount;
use domain::contact::{self, AcceptProof, Claims, Contact, ContactCommand, Holder};
use domain::{
    AccountId, Circumstances, Command, ContactId, EmailAddress, Halt, LedgerId, PersonId,
    Timestamp, TokenId,
};
use event_store::Recorded;

/// An invitation, by its link.
#[derive(Debug)]
pub(crate) struct Invitee {
    pub(crate) ledger: LedgerId,
    pub(crate) token: TokenId,
    pub(crate) contact: Contact,
    pub(crate) expires_at: Timestamp,
}

impl Invitee {
    /// Finds the invitation, be it dead. A link that nobody has is a 404.
    pub(crate) async fn of(app: &AppState, secret: &Secret) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::Invitation {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let found = app.store().token(ledger, &secret.hash()).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        let contact = contact(app, ledger, found.contact).await?;
        let contact = contact.ok_or_else(Problem::internal)?;
        Ok(Self { ledger, token: found.token, contact, expires_at: found.expires_at })
    }

    /// The address that it was mailed to: that of the contact, which nobody changes while it is open.
    pub(crate) fn email(&self) -> Result<EmailAddress, Problem> {
        let email = self.contact.primary_email.as_ref().and_then(domain::Personal::value);
        email.cloned().ok_or_else(Problem::not_found)
    }

    /// The command with which this person accepts.
    pub(crate) fn accept(&self, person: PersonId, proof: AcceptProof) -> Command {
        let accept = ContactCommand::AcceptInvite { token: self.token, person, proof };
        Command::Contact(self.contact.id, accept)
    }

    /// Refuses with the reason why the link is dead, when it is. Nothing is recorded.
    pub(crate) fn still_open(
        &self,
        app: &AppState,
        circumstances: &Circumstances,
    ) -> Result<(), Problem> {
        // Whoever it will be: nobody was linked before with this id. Looked at beside the writer, for
        // links are looked at more often than they are used.
        let (token, person) = (self.token, PersonId(self.token.0));
        let proof = AcceptProof::LinkAndLogin;
        let accept = ContactCommand::AcceptInvite { token, person, proof };
        let (contact, now) = (&self.contact, app.store().now());
        match contact::decide(contact.id, Some(contact), &accept, circumstances, now, &NoClaims) {
            Ok(_) => Ok(()),
            Err(Halt::Rejected(refused)) => Err(refused.into()),
            Err(Halt::Need(_)) => Err(Problem::internal()),
        }
    }
}

/// Accepting asks for no claim.
struct NoClaims;

impl Claims for NoClaims {
    fn holder(&self, _: &EmailAddress) -> Result<Option<Holder>, Halt> {
        Ok(None)
    }
}

/// A contact as its events made it.
pub(crate) async fn contact(
    app: &AppState,
    ledger: LedgerId,
    id: ContactId,
) -> Result<Option<Contact>, Problem> {
    let events = app.store().reader().aggregate_events(ledger, &[id.0]).await?;
    folded(&events).map_err(|_impossible| Problem::internal())
}

fn folded(events: &[Recorded]) -> Result<Option<Contact>, domain::ImpossibleStep> {
    let mut contact: Option<Contact> = None;
    for recorded in events {
        if let Some((id, event)) = recorded.contact() {
            match &mut contact {
                Some(contact) => contact.apply(event)?,
                None => contact = Some(Contact::from_first(id, event)?),
            }
        }
    }
    Ok(contact)
}

/// The name of a builder's company.
pub(crate) async fn builder_name(app: &AppState, ledger: LedgerId) -> Result<String, Problem> {
    let events = app.store().reader().aggregate_events(ledger, &[ledger.0]).await?;
    for recorded in &events {
        if let Some((_, event)) = recorded.account() {
            let opened = BuilderAccount::from_first(AccountId(ledger.0), event);
            let opened = opened.map_err(|_impossible| Problem::internal())?;
            return Ok(opened.name.as_str().to_owned());
        }
    }
    Err(Problem::internal())
}
