//! The master key and what is derived from it; the keys of contacts and persons.
//!
//! One secret of 32 bytes comes from the configuration. HKDF-SHA-256 (RFC 5869) makes a key for
//! each purpose of it: wrapping subject keys, hashing claimed addresses, sealing receipts, mail and
//! refused attempts. Subject keys are random, one per contact or person, stored wrapped.

use crate::error::StoreError;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::{EmailAddress, LedgerId, PersonId, SubjectId};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use lru::LruCache;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use uuid::Uuid;

/// Random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_refused| StoreError::NoRandomness)?;
    Ok(bytes)
}

/// SHA-256, for secrets that are random enough to need no salt.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The one secret that the configuration gives.
pub struct MasterKey(SecretBox<[u8; 32]>);

impl MasterKey {
    /// Makes a new one.
    pub fn generate() -> Result<Self, StoreError> {
        Ok(Self(SecretBox::new(Box::new(random()?))))
    }

    /// Reads one from base64, with or without padding; `None` when it is not 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
        Some(Self(SecretBox::new(Box::new(bytes.try_into().ok()?))))
    }

    /// As base64, to be written into its file.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The key of one contact or person, opened.
#[derive(Clone)]
pub struct SubjectKey(XChaCha20Poly1305);

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

/// What seals with one key: nonce ‖ ciphertext.
fn seal(cipher: &XChaCha20Poly1305, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, StoreError> {
    // Nonces need not be secret, only different; the thread's generator spares a system call each.
    let nonce: [u8; 24] = rand::random();
    let mut sealed = Vec::with_capacity(24 + plain.len() + 16);
    sealed.extend_from_slice(&nonce);
    let text = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_too_long| StoreError::NoRandomness)?;
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

fn open(cipher: &XChaCha20Poly1305, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(24)?;
    let nonce = XNonce::from(<[u8; 24]>::try_from(nonce).ok()?);
    cipher.decrypt(&nonce, Payload { msg: text, aad }).ok()
}

impl SubjectKey {
    /// Seals a value; `aad` binds it to its place.
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal(&self.0, plain, aad)
    }

    /// Opens a value; `None` when key, place or bytes are not the ones it was sealed with.
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        open(&self.0, sealed, aad)
    }
}

/// What is known of a subject's key.
#[derive(Debug, Clone)]
pub enum Held {
    /// It is there.
    Key(SubjectKey),
    /// It was destroyed by a recorded erasure.
    Destroyed,
}

/// Everything derived from the master key, and the subject keys opened lately.
pub struct Keys {
    wrapping: XChaCha20Poly1305,
    sealing: XChaCha20Poly1305,
    claims: [u8; 32],
    imports: [u8; 32],
    persons: [u8; 32],
    check: [u8; 32],
    opened: Mutex<LruCache<(LedgerId, SubjectId), Held>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// How many opened subject keys are kept at hand, at about 100 bytes each.
const OPENED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

impl Keys {
    /// Derives the keys.
    pub fn derive(master: &MasterKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, master.0.expose_secret());
        let derive = |purpose: &str| {
            let mut key = [0; 32];
            // Fails only for outputs of more than 255 hashes.
            if hkdf.expand(purpose.as_bytes(), &mut key).is_err() {
                unreachable!("32 bytes are one hash");
            }
            key
        };
        let cipher = |purpose| XChaCha20Poly1305::new(&Key::from(derive(purpose)));
        Self {
            wrapping: cipher("titleblock subject keys v1"),
            sealing: cipher("titleblock receipts, outbox and attempts v1"),
            claims: derive("titleblock claims v1"),
            imports: derive("titleblock imports v1"),
            persons: derive("titleblock persons of imported owners v1"),
            check: derive("titleblock key check v1"),
            opened: Mutex::new(LruCache::new(OPENED_MAX)),
        }
    }

    /// A value from which the key cannot be told, to recognise it by.
    pub const fn check_value(&self) -> &[u8; 32] {
        &self.check
    }

    fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes a key of any length");
        };
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The keyed hash of a claimed address within its ledger.
    pub fn claim_hash(&self, ledger: LedgerId, email: &EmailAddress) -> [u8; 32] {
        Self::keyed_hash(&self.claims, &[ledger.0.as_bytes(), email.normal().as_bytes()])
    }

    /// The keyed hash of somebody who tries something.
    pub(crate) fn subject_hash(&self, what: &str, whose: &str) -> [u8; 32] {
        Self::keyed_hash(&self.claims, &[what.as_bytes(), b"\0", whose.as_bytes()])
    }

    /// A UUID told from what an imported row says of a thing, so that the same row finds the same
    /// thing again; keyed, because a plain hash of a name and a number could be guessed.
    pub fn import_id(&self, ledger: LedgerId, kind: &str, key: &str) -> Uuid {
        let parts = [ledger.0.as_bytes(), kind.as_bytes(), b"\0", key.as_bytes()];
        Self::id_of(&Self::keyed_hash(&self.imports, &parts))
    }

    /// The person behind an owner who comes over from an older system, told from the primary email
    /// alone: the same in every account of the installation (R45), because one address is one login.
    pub fn imported_person(&self, email: &EmailAddress) -> PersonId {
        self.person_at(email, 0)
    }

    /// Who registers under an address that so many persons before them have given up: nobody gets
    /// the id of one who went on with another address.
    pub fn person_at(&self, email: &EmailAddress, given_up: u32) -> PersonId {
        let address = email.normal().as_bytes();
        let hash = match given_up {
            0 => Self::keyed_hash(&self.persons, &[address]),
            before => Self::keyed_hash(&self.persons, &[address, &before.to_be_bytes()]),
        };
        PersonId(Self::id_of(&hash))
    }

    fn id_of(hash: &[u8; 32]) -> Uuid {
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        uuid::Builder::from_custom_bytes(id).into_uuid()
    }

    /// Seals what the store itself keeps beside the log.
    pub fn seal(&self, plain: &[u8], place: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal(&self.sealing, plain, place)
    }

    /// Opens it again.
    pub fn open(&self, sealed: &[u8], place: &[u8]) -> Option<Vec<u8>> {
        open(&self.sealing, sealed, place)
    }

    fn place(ledger: LedgerId, subject: SubjectId) -> [u8; 32] {
        let mut place = [0; 32];
        place[..16].copy_from_slice(ledger.0.as_bytes());
        place[16..].copy_from_slice(subject.0.as_bytes());
        place
    }

    /// A new subject key, and its wrapped form to store. It is not at hand until [`Self::hold`].
    pub(crate) fn new_subject(
        &self,
        ledger: LedgerId,
        subject: SubjectId,
    ) -> Result<(SubjectKey, Vec<u8>), StoreError> {
        let key = random::<32>()?;
        let wrapped = seal(&self.wrapping, &key, &Self::place(ledger, subject))?;
        Ok((SubjectKey(XChaCha20Poly1305::new(&Key::from(key))), wrapped))
    }

    /// Opens a stored key; `None` when the master key did not wrap it.
    pub(crate) fn unwrap_subject(
        &self,
        ledger: LedgerId,
        subject: SubjectId,
        wrapped: &[u8],
    ) -> Option<SubjectKey> {
        let key = open(&self.wrapping, wrapped, &Self::place(ledger, subject))?;
        let key = <[u8; 32]>::try_from(key).ok()?;
        Some(SubjectKey(XChaCha20Poly1305::new(&Key::from(key))))
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, LruCache<(LedgerId, SubjectId), Held>> {
        self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A subject's key, if it is at hand.
    pub(crate) fn held(&self, ledger: LedgerId, subject: SubjectId) -> Option<Held> {
        self.opened().get(&(ledger, subject)).cloned()
    }

    /// Keeps a subject's key at hand.
    pub(crate) fn hold(&self, ledger: LedgerId, subject: SubjectId, held: Held) {
        self.opened().put((ledger, subject), held);
    }

    /// Lets a subject's key go, after the turn that made it was rolled back.
    pub(crate) fn let_go(&self, ledger: LedgerId, subject: SubjectId) {
        self.opened().pop(&(ledger, subject));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::derive(&MasterKey::from_base64(&STANDARD.encode([7; 32])).expect("32 bytes"))
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_place() {
        let keys = keys();
        let (ledger, subject) = (LedgerId(Uuid::from_u128(1)), SubjectId(Uuid::from_u128(2)));
        let (key, wrapped) = keys.new_subject(ledger, subject).expect("random bytes");
        let sealed = key.seal(b"Ada", b"name").expect("sealed");
        assert_eq!(key.open(&sealed, b"name").as_deref(), Some(&b"Ada"[..]));
        assert_eq!(key.open(&sealed, b"email"), None);
        let again = keys.unwrap_subject(ledger, subject, &wrapped).expect("unwraps");
        assert_eq!(again.open(&sealed, b"name").as_deref(), Some(&b"Ada"[..]));
        let elsewhere = SubjectId(Uuid::from_u128(3));
        assert!(keys.unwrap_subject(ledger, elsewhere, &wrapped).is_none());
    }

    #[test]
    fn a_claim_hash_depends_on_the_ledger_and_the_normal_form_alone() {
        let keys = keys();
        let email = |typed| EmailAddress::parse(typed).expect("valid");
        let (one, two) = (LedgerId(Uuid::from_u128(1)), LedgerId(Uuid::from_u128(2)));
        let hash = keys.claim_hash(one, &email("ada@example.org"));
        assert_eq!(hash, keys.claim_hash(one, &email("Ada@Example.org")));
        assert_ne!(hash, keys.claim_hash(two, &email("ada@example.org")));
    }

    #[test]
    fn an_imported_person_is_told_from_the_normal_form_and_the_master_key_alone() {
        // R45: two builders' imports of one address give one person
        let email = |typed| EmailAddress::parse(typed).expect("valid");
        let person = keys().imported_person(&email("ada@example.org"));
        assert_eq!(person, keys().imported_person(&email("Ada@Example.org")));
        assert_ne!(person, keys().imported_person(&email("bea@example.org")));
        let other = Keys::derive(&MasterKey::from_base64(&STANDARD.encode([8; 32])).expect("key"));
        assert_ne!(person, other.imported_person(&email("ada@example.org")));
        let imported = keys().import_id(LedgerId::INSTALLATION, "person", "ada@example.org");
        assert_ne!(person.0, imported, "a purpose of its own");
    }

    #[test]
    fn who_registers_with_an_address_that_was_given_up_is_another_person() {
        let email = EmailAddress::parse("ada@example.org").expect("valid");
        let persons: std::collections::BTreeSet<_> =
            (0..300).map(|given_up| keys().person_at(&email, given_up)).collect();
        assert_eq!(persons.len(), 300);
        assert_eq!(keys().person_at(&email, 0), keys().imported_person(&email));
    }

    #[test]
    fn keys_do_not_show() {
        assert_eq!(format!("{:?}", keys()), "Keys(…)");
    }
}
