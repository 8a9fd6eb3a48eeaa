//! Profile images: bytes that stand beside the ledger, sealed with their contact's key. They are
//! written in the append of the event that names them (`turn/images.rs`); here they are read.

use crate::error::StoreError;
use crate::keys::{Held, Keys, SubjectKey};
use crate::reader::Reader;
use domain::{ContactId, ImageId, LedgerId, SubjectId};
use std::fmt;
use uuid::Uuid;

/// The bytes of an image, as they are to be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageBytes(Vec<u8>);

impl ImageBytes {
    /// What an encoder wrote.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for an answer.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

/// A picture of somebody does not show in logs.
impl fmt::Debug for ImageBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImageBytes(…)")
    }
}

/// The image that a contact has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImage {
    /// The id that events name.
    pub image: ImageId,
    /// The image itself.
    pub bytes: ImageBytes,
}

/// What the sealed bytes are bound to.
fn place(ledger: LedgerId, contact: ContactId, image: ImageId) -> Vec<u8> {
    let mut place = b"profile image".to_vec();
    for id in [ledger.0, contact.0, image.0] {
        place.extend_from_slice(id.as_bytes());
    }
    place
}

/// Seals an image; nothing is left of it where its person has been erased.
pub(crate) fn seal(
    keys: &Keys,
    ledger: LedgerId,
    contact: ContactId,
    image: ImageId,
    bytes: &ImageBytes,
) -> Result<Option<Vec<u8>>, StoreError> {
    match keys.held(ledger, contact.into()) {
        Some(Held::Key(key)) => key.seal(&bytes.0, &place(ledger, contact, image)).map(Some),
        Some(Held::Destroyed) => Ok(None),
        None => Err(StoreError::Unsatisfiable),
    }
}

impl Reader {
    /// The image of a contact, if it has one. It is written with its event, and so is never behind.
    pub async fn image(
        &self,
        ledger: LedgerId,
        contact: ContactId,
    ) -> Result<Option<StoredImage>, StoreError> {
        let client = self.database().connection().await?;
        let row = client
            .query_opt(
                "SELECT image_id, sealed FROM profile_images \
                 WHERE ledger_id = $1 AND contact_id = $2",
                &[&ledger.0, &contact.0],
            )
            .await
            .map_err(StoreError::database("reading an image"))?;
        let Some(row) = row else { return Ok(None) };
        let subject = SubjectId::from(contact);
        self.fetch_keys(&**client, ledger, &[subject]).await?;
        let key: SubjectKey = match self.keys().held(ledger, subject) {
            Some(Held::Key(key)) => key,
            Some(Held::Destroyed) => return Ok(None),
            None => return Err(unreadable(ledger)),
        };
        let (image, sealed) = (ImageId(row.get::<_, Uuid>(0)), row.get::<_, &[u8]>(1));
        let bytes = key.open(sealed, &place(ledger, contact, image));
        let bytes = ImageBytes(bytes.ok_or_else(|| unreadable(ledger))?);
        Ok(Some(StoredImage { image, bytes }))
    }
}

fn unreadable(ledger: LedgerId) -> StoreError {
    let why = "an image does not open, and no erasure destroyed its key".to_owned();
    StoreError::Unreadable { ledger, position: 0, why }
}
