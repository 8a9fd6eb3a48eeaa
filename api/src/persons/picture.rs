//! The profile image of a person whose next invitation is accepted: it belongs to the person, and
//! shows with every builder (R36, R37).

use super::links;
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::state::AppState;
use domain::contact::ContactCommand;
use domain::{Circumstances, Command, ContactId, ImageId, LedgerId, PersonId};
use uuid::Uuid;

/// Gives the builder the image that the others see. Nothing of what has been accepted hangs on it.
pub(crate) async fn hand_on(
    app: &AppState,
    person: PersonId,
    ledger: LedgerId,
    contact: ContactId,
    circumstances: &Circumstances,
) {
    if handed_on(app, person, ledger, contact, circumstances).await.is_err() {
        tracing::warn!(%ledger, "an image was not handed on; its owner can set it anew");
    }
}

async fn handed_on(
    app: &AppState,
    person: PersonId,
    ledger: LedgerId,
    contact: ContactId,
    circumstances: &Circumstances,
) -> Result<(), Problem> {
    let person = links::person(app, person).await?;
    let all = links::of(app, &person).await?;
    let mut pictured = all.iter().filter(|link| link.open && link.contact.image.is_some());
    // Who is back after a deactivation has theirs there already.
    if pictured.clone().any(|link| link.contact.id == contact) {
        return Ok(());
    }
    let Some(other) = pictured.next() else { return Ok(()) };
    let Some(stored) = app.store().reader().image(other.ledger, other.contact.id).await? else {
        return Ok(());
    };
    // An id of its own: that of another builder's would say when the image was set there.
    let set = ContactCommand::SetImage(ImageId(Uuid::now_v7()));
    let set = Command::Contact(contact, set);
    let mut submission = submission(ledger, set, circumstances.clone())?;
    submission.image = Some(stored.bytes);
    execute(app, submission).await?;
    Ok(())
}
