//! The profile image: the owner's alone to set and to take away (R36), and for the builder to see
//! (R37). Its bytes stand beside the ledger, sealed with the contact's key; events name it by an id.
//!
//! No hash of it is kept: a hash would go on telling who had which picture after the key is gone.

use super::events::ContactEvent;
use super::state::{Access, Contact};
use crate::event::{FieldChange, Shown, nothing_personal};
use crate::ids::{ImageId, PersonId};
use serde::{Deserialize, Serialize};

/// The owner set a profile image (R36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileImageSet {
    /// The image.
    pub image: ImageId,
    /// The one that it takes the place of, whose bytes are gone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaced: Option<ImageId>,
}

/// The contact has no profile image any more; its bytes are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileImageRemoved {
    /// The image that it had.
    pub image: ImageId,
}

nothing_personal!(ProfileImageSet, ProfileImageRemoved);

/// An image is told by its id.
pub(super) fn changed(before: Option<ImageId>, after: Option<ImageId>) -> Vec<FieldChange> {
    let shown = |image: Option<ImageId>| image.map_or(Shown::Nothing, |id| id.to_string().into());
    vec![FieldChange::between("image", shown(before), shown(after))]
}

/// Whether an image can be set now, or why not.
pub(super) fn set_follows(contact: &Contact, e: &ProfileImageSet) -> Result<(), &'static str> {
    if !matches!(contact.access, Access::Active { .. }) {
        return Err("only an active owner sets an image");
    }
    if contact.image != e.replaced {
        return Err("it takes the place of another image");
    }
    Ok(())
}

/// Sets an image; the one that is there already is not set again.
pub(super) fn set(contact: &Contact, image: ImageId) -> Vec<ContactEvent> {
    if contact.image == Some(image) {
        return Vec::new();
    }
    vec![ProfileImageSet { image, replaced: contact.image }.into()]
}

/// Takes the image away, if there is one.
pub(super) fn removed(contact: &Contact) -> Option<ContactEvent> {
    contact.image.map(|image| ProfileImageRemoved { image }.into())
}

/// A picture is its person's: whoever takes a contact over from another begins without one (H6).
pub(super) fn taken_over(
    contact: &Contact,
    before: PersonId,
    person: PersonId,
) -> Option<ContactEvent> {
    if before == person { None } else { removed(contact) }
}
