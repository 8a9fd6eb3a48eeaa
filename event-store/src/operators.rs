//! The names of operators, beside the installation's ledger: accounts' histories show who of the
//! installation touched them, without reading that ledger.

use crate::error::StoreError;
use crate::reader::Reader;
use domain::LedgerId;
use std::collections::HashMap;
use uuid::Uuid;

impl Reader {
    /// The names of those of these actors who are operators that have one.
    pub async fn operator_names(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let client = self.database().connection().await?;
        let rows = client
            .query(
                "SELECT operator_id, sealed FROM operators \
                 WHERE ledger_id = $1 AND operator_id = ANY($2)",
                &[&LedgerId::INSTALLATION.0, &ids],
            )
            .await
            .map_err(StoreError::database("reading operators' names"))?;
        let named = rows.iter().filter_map(|row| {
            let (id, sealed): (Uuid, &[u8]) = (row.get(0), row.get(1));
            let name = self.keys().open(sealed, id.as_bytes())?;
            Some((id, String::from_utf8(name).ok()?))
        });
        Ok(named.collect())
    }
}
