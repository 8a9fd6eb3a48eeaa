//! Files of documents that are published to customers: bytes that stand beside the ledger, sealed with the
//! customer's key. They are written in the append of the event that names them (`turn/documents.rs`);
//! here they are read.

use crate::error::StoreError;
use crate::keys::{Held, Keys, SubjectKey};
use crate::reader::Reader;
use domain::{CustomerId, DocumentId, LedgerId, SubjectId};
use std::fmt;

/// The bytes of a document's file, as they are handed out.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentBytes(Vec<u8>);

impl DocumentBytes {
    /// What is to be kept.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, for an answer.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

/// What is between a builder and a customer does not show in logs.
impl fmt::Debug for DocumentBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentBytes(…)")
    }
}

/// What the sealed bytes are bound to.
fn place(ledger: LedgerId, customer: CustomerId, document: DocumentId) -> Vec<u8> {
    let mut place = b"document".to_vec();
    for id in [ledger.0, customer.0, document.0] {
        place.extend_from_slice(id.as_bytes());
    }
    place
}

/// Seals a file; nothing is left of it where the customer has been erased.
pub(crate) fn seal(
    keys: &Keys,
    ledger: LedgerId,
    customer: CustomerId,
    document: DocumentId,
    bytes: &DocumentBytes,
) -> Result<Option<Vec<u8>>, StoreError> {
    match keys.held(ledger, customer.into()) {
        Some(Held::Key(key)) => key.seal(&bytes.0, &place(ledger, customer, document)).map(Some),
        Some(Held::Destroyed) => Ok(None),
        None => Err(StoreError::Unsatisfiable),
    }
}

impl Reader {
    /// The file of a document that is published to this customer. It is written with its event, and so is
    /// never behind.
    pub async fn document(
        &self,
        ledger: LedgerId,
        customer: CustomerId,
        document: DocumentId,
    ) -> Result<Option<DocumentBytes>, StoreError> {
        let client = self.database().connection().await?;
        let row = client
            .query_opt(
                "SELECT sealed FROM document_files \
                 WHERE ledger_id = $1 AND document_id = $2 AND customer_id = $3",
                &[&ledger.0, &document.0, &customer.0],
            )
            .await
            .map_err(StoreError::database("reading a document"))?;
        let Some(row) = row else { return Ok(None) };
        let subject = SubjectId::from(customer);
        self.fetch_keys(&**client, ledger, &[subject]).await?;
        let key: SubjectKey = match self.keys().held(ledger, subject) {
            Some(Held::Key(key)) => key,
            Some(Held::Destroyed) => return Ok(None),
            None => return Err(unreadable(ledger)),
        };
        let bytes = key.open(row.get(0), &place(ledger, customer, document));
        Ok(Some(DocumentBytes(bytes.ok_or_else(|| unreadable(ledger))?)))
    }
}

fn unreadable(ledger: LedgerId) -> StoreError {
    let why = "a document does not open, and no erasure destroyed its key".to_owned();
    StoreError::Unreadable { ledger, position: 0, why }
}
