//! Which address it is to be, where somebody accepts an invitation with a login of another address
//! (RULES.md 2.1, H16): the login's, or the invited one. Nobody chooses for them.

use super::accepting::somebody_else;
use super::email_change::shown;
use super::invitee::{Invitee, builder_name};
use super::{links, moving};
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::public::Visitor;
use crate::state::AppState;
use domain::contact::{AcceptProof, ContactCommand};
use domain::person::{EmailChangeCommand, Person};
use domain::{Actor, Authority, Command, EmailAddress, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What becomes of the two addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AddressChoice {
    /// The login stays. Its address becomes the contact's primary email, and the invited one an
    /// additional one.
    Stay,
    /// The login moves to the invited address, with every builder.
    Move,
}

/// Who accepts, and how.
pub(super) struct Chosen {
    pub(super) person: PersonId,
    /// Whether the login has moved, which has ended its sessions.
    pub(super) moved: bool,
    pub(super) accept: Command,
}

/// Takes the choice of whoever is signed in, while the invited address is nobody's login.
pub(super) async fn choose(
    app: &AppState,
    visitor: &Visitor,
    invitee: &Invitee,
    asker: &Asker,
    address: &EmailAddress,
    how: &super::accepting::Acceptance,
) -> Result<Chosen, Problem> {
    if asker.credential.authority != Authority::Owner {
        return Err(somebody_else());
    }
    let person = links::person(app, PersonId(asker.ledger().0)).await?;
    // The invited address has a login that nobody has signed in with yet.
    if moving::login_waits(app, person.id, address).await? {
        return Err(somebody_else());
    }
    let login = person.email.value().ok_or_else(Problem::not_found)?;
    match how.choice {
        None => Err(choice_needed(app, invitee, login, address).await?),
        Some(AddressChoice::Stay) => {
            let (token, id, email) = (invitee.token, person.id, login.clone());
            let accept = ContactCommand::AcceptInviteAs { token, person: id, email };
            let accept = Command::Contact(invitee.contact.id, accept);
            Ok(Chosen { person: id, moved: false, accept })
        }
        Some(AddressChoice::Move) => {
            move_to(app, visitor, invitee, &person, address, how).await?;
            let accept = invitee.accept(person.id, AcceptProof::LinkAndLogin);
            Ok(Chosen { person: person.id, moved: true, accept })
        }
    }
}

/// A crash after the move and before the acceptance leaves an invitation to the address that is the
/// login now: signed in with it, one accepts without a choice.
///
/// The link has shown that they read the mailbox. That the login is theirs to move, the password has
/// to show: a session alone could be somebody else's by now.
async fn move_to(
    app: &AppState,
    visitor: &Visitor,
    invitee: &Invitee,
    person: &Person,
    address: &EmailAddress,
    how: &super::accepting::Acceptance,
) -> Result<(), Problem> {
    let Some(password) = &how.password else {
        let detail = "Moving your login to another address takes your password.";
        return Err(Problem::new("password_needed", detail).field("password"));
    };
    let shown = shown(app, person, password, visitor.client).await?;
    let by = visitor.circumstances(Actor::Owner(person.id));
    moving::free_everywhere(app, &by, person, address).await?;
    let (token, to) = (invitee.token, address.clone());
    let begin = EmailChangeCommand::BeginWithInvitation { token, to, shown };
    moving::begin(app, &by, person.id, address, begin).await
}

async fn choice_needed(
    app: &AppState,
    invitee: &Invitee,
    login: &EmailAddress,
    address: &EmailAddress,
) -> Result<Problem, Problem> {
    let builder = builder_name(app, invitee.ledger).await?;
    let (login, address) = (login.typed(), address.typed());
    let detail = format!(
        "{builder} invites {address}, and you are signed in with {login}. Accept with address \
         \"stay\": {login} stays your login and becomes your primary email with {builder}, and \
         {address} an additional one. Or with address \"move\" and your password: your login moves \
         to {address}, with every builder."
    );
    Ok(Problem::new("address_choice_needed", detail).field("address"))
}
