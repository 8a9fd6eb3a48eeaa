//! What stands beside a person's ledger for the second factor: the secret that it shares with the
//! app, the last time step that was taken, the recovery codes. Turning it on and off is written in
//! the person's appends; here it is begun and read, and a code is taken, once.

use crate::error::StoreError;
use crate::keys::{Keys, sha256};
use crate::store::{EventStore, NewSecret};
use domain::person::RECOVERY_CODES;
use domain::{FactorId, LedgerId, PersonId};
use secrecy::{ExposeSecret, SecretBox};
use time::Duration;

/// How long a second factor that was begun, and whose first code was taken, is not replaced, in
/// minutes: its confirmation is under way.
const CONFIRMING_MINUTES: i64 = 10;

/// A second factor that is on, or waits for its first code.
#[derive(Debug)]
pub struct StoredFactor {
    /// The id that events name.
    pub factor: FactorId,
    /// The secret that it shares with the app.
    secret: SecretBox<Vec<u8>>,
    /// Whether it is on.
    pub on: bool,
}

impl StoredFactor {
    /// The secret that it shares with the app.
    pub fn secret(&self) -> &[u8] {
        self.secret.expose_secret()
    }
}

/// That of base32 (RFC 4648).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes as base32 without padding, which apps take a secret in.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |index: u32| {
        let index = usize::try_from(index & 31).unwrap_or(0);
        text.push(char::from(ALPHABET[index]));
    };
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// The recovery codes that come of a new secret, 80 bits each; a retry of the command that turned
/// the second factor on tells the same ones.
pub fn recovery_codes(secret: &NewSecret) -> Vec<String> {
    let code = |number: u8| {
        let hash = sha256(&[&secret.expose()[..], b"recovery code", &[number]].concat());
        let code = base32(&hash[..10]);
        [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-")
    };
    (1..=RECOVERY_CODES).map(code).collect()
}

/// What is stored of a recovery code, however it was typed. Plain, because it is random enough.
pub(crate) fn recovery_hash(typed: &str) -> [u8; 32] {
    let normal: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    sha256(normal.to_ascii_uppercase().as_bytes())
}

fn place(person: PersonId, factor: FactorId) -> [u8; 32] {
    let mut place = [0; 32];
    place[..16].copy_from_slice(person.0.as_bytes());
    place[16..].copy_from_slice(factor.0.as_bytes());
    place
}

fn opened(keys: &Keys, person: PersonId, row: &tokio_postgres::Row) -> Option<StoredFactor> {
    let factor = FactorId(row.get(0));
    let secret = keys.open(row.get(1), &place(person, factor))?;
    Some(StoredFactor { factor, secret: SecretBox::new(Box::new(secret)), on: row.get(2) })
}

impl EventStore {
    /// Keeps the secret of a second factor that waits for its first code, in the place of one that
    /// waited before. False, and nothing is changed, when one is on or is being confirmed.
    pub async fn begin_second_factor(
        &self,
        person: PersonId,
        factor: FactorId,
        secret: &[u8],
    ) -> Result<bool, StoreError> {
        let sealed = self.reader().keys().seal(secret, &place(person, factor))?;
        let client = self.reader().database().connection().await?;
        let now = self.now().moment();
        let abandoned = now - Duration::minutes(CONFIRMING_MINUTES);
        let begun = client
            .execute(
                "INSERT INTO second_factors (ledger_id, factor_id, sealed, begun_at) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (ledger_id) DO UPDATE \
                 SET factor_id = excluded.factor_id, sealed = excluded.sealed, \
                     begun_at = excluded.begun_at, last_step = NULL \
                 WHERE second_factors.enabled_at IS NULL \
                   AND (second_factors.last_step IS NULL OR second_factors.begun_at < $5)",
                &[&person.0, &factor.0, &sealed, &now, &abandoned],
            )
            .await
            .map_err(StoreError::database("beginning a second factor"))?;
        Ok(begun == 1)
    }

    /// A person's second factor, be it on or waiting.
    pub async fn second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<StoredFactor>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT factor_id, sealed, enabled_at IS NOT NULL FROM second_factors \
                 WHERE ledger_id = $1",
                &[&person.0],
            )
            .await
            .map_err(StoreError::database("reading a second factor"))?;
        let Some(row) = row else { return Ok(None) };
        let unreadable = || StoreError::Unreadable {
            ledger: LedgerId::from(person),
            position: 0,
            why: "a second factor is not as it was written".to_owned(),
        };
        opened(self.reader().keys(), person, &row).map(Some).ok_or_else(unreadable)
    }

    /// Takes the code of a time step; false when it, or a later one, was taken before. Of two who
    /// come with the same code at once, one has it.
    pub async fn take_code(
        &self,
        person: PersonId,
        factor: FactorId,
        step: i64,
    ) -> Result<bool, StoreError> {
        let client = self.reader().database().connection().await?;
        let taken = client
            .execute(
                "UPDATE second_factors SET last_step = $3 WHERE ledger_id = $1 AND factor_id = $2 \
                   AND (last_step IS NULL OR last_step < $3)",
                &[&person.0, &factor.0, &step],
            )
            .await
            .map_err(StoreError::database("taking a code"))?;
        Ok(taken == 1)
    }

    /// Which recovery code of a second factor this is, if it is one that was not used.
    pub async fn recovery_code(
        &self,
        person: PersonId,
        factor: FactorId,
        typed: &str,
    ) -> Result<Option<u8>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT number FROM recovery_codes \
                 WHERE ledger_id = $1 AND code_hash = $2 AND factor_id = $3",
                &[&person.0, &&recovery_hash(typed)[..], &factor.0],
            )
            .await
            .map_err(StoreError::database("looking up a recovery code"))?;
        Ok(row.and_then(|row| u8::try_from(row.get::<_, i16>(0)).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648, section 10, without padding
        let vectors = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn ten_recovery_codes_come_of_a_secret_and_each_is_taken_however_it_is_typed() {
        let secret = NewSecret::generate().expect("random bytes");
        let codes = recovery_codes(&secret);
        assert_eq!(codes, recovery_codes(&NewSecret::from_bytes(*secret.expose())));
        let hashes: std::collections::BTreeSet<_> =
            codes.iter().map(|code| recovery_hash(code)).collect();
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        let typed = codes[0].replace('-', " ").to_lowercase();
        assert_eq!(recovery_hash(&typed), recovery_hash(&codes[0]));
        assert!(codes.iter().all(|code| code.len() == 19));
    }
}
