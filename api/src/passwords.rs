//! Passwords: what is taken as one, and Argon2id (promise 24).
//!
//! The hash function takes 19 MiB and some tens of milliseconds of a core by design, so that only a
//! few run at once; a flood of sign-ins waits its turn and does not exhaust the memory.

use crate::error::Problem;
use argon2::Argon2;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use domain::EmailAddress;
use event_store::PasswordHash;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;

/// The fewest characters.
pub(crate) const CHARS_MIN: usize = 15;
/// The fewest characters of a password that a second factor stands beside.
const CHARS_MIN_BESIDE_CODE: usize = 8;
/// The most characters.
const CHARS_MAX: usize = 256;
/// How many are hashed at once; each takes 19 MiB.
const HASHING_MAX: usize = 2;
/// How long somebody waits for their turn.
const WAIT_MAX: Duration = Duration::from_secs(5);

static HASHING: Semaphore = Semaphore::const_new(HASHING_MAX);

/// What is verified against where there is nobody, so that it takes as long.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hashed("nobody signs in with this"));

/// A password as it was typed; shows nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Typed(SecretString);

impl From<&str> for Typed {
    fn from(typed: &str) -> Self {
        Self(typed.into())
    }
}

impl Typed {
    /// Takes it as a new password, or says why not. There are no rules of composition; what is long
    /// is good, but for what everybody takes.
    pub(crate) fn acceptable(&self, email: &EmailAddress) -> Result<(), &'static str> {
        if !self.stands_alone() {
            return Err("must have at least 15 characters; some words with spaces will do");
        }
        self.acceptable_beside_code(email)
    }

    /// Whether it is long enough without a second factor.
    pub(crate) fn stands_alone(&self) -> bool {
        self.0.expose_secret().chars().count() >= CHARS_MIN
    }

    /// The same, of somebody who has a second factor: a shorter one will do.
    pub(crate) fn acceptable_beside_code(&self, email: &EmailAddress) -> Result<(), &'static str> {
        let typed = self.0.expose_secret();
        let chars = typed.chars().count();
        if chars < CHARS_MIN_BESIDE_CODE {
            return Err("must have at least 8 characters");
        }
        if chars > CHARS_MAX {
            return Err("must have at most 256 characters");
        }
        if typed.chars().any(char::is_control) {
            return Err("must not hold control characters");
        }
        if common(typed, email) {
            return Err("is one of those that are tried first; take another");
        }
        Ok(())
    }

    /// Hashes it.
    pub(crate) async fn hash(&self) -> Result<PasswordHash, Problem> {
        let typed = self.0.clone();
        let hash = in_turn(move || hashed(typed.expose_secret())).await?;
        hash.map(PasswordHash::new).ok_or_else(Problem::internal)
    }

    /// Whether it is the password behind this hash; without one it takes as long and is not.
    pub(crate) async fn matches(&self, hash: Option<PasswordHash>) -> Result<bool, Problem> {
        let typed = self.0.clone();
        let (matches, hashed) = in_turn(move || {
            let nobodys = NOBODYS.as_deref().unwrap_or_default();
            let against = hash.as_ref().map_or(nobodys, PasswordHash::expose);
            let verified =
                Argon2::default().verify_password(typed.expose_secret().as_bytes(), against);
            // What else can go wrong goes wrong before anything is hashed, and so in no time.
            let hashed = matches!(verified, Ok(()) | Err(HashError::PasswordInvalid));
            (verified.is_ok() && hash.is_some(), hashed)
        })
        .await?;
        tracing::debug!(hashed, "a password was verified");
        Ok(matches)
    }
}

/// The crate's defaults are Argon2id with 19456 KiB, 2 passes, 1 lane.
fn hashed(typed: &str) -> Option<String> {
    Some(Argon2::default().hash_password(typed.as_bytes()).ok()?.to_string())
}

async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = tokio::time::timeout(WAIT_MAX, HASHING.acquire()).await;
    let Ok(Ok(permit)) = permit else { return Err(Problem::unavailable()) };
    let done = tokio::task::spawn_blocking(move || {
        // Held by the work itself, which goes on when its caller has gone away.
        let _permit = permit;
        work()
    });
    done.await.map_err(|_panic| Problem::internal())
}

/// What long passwords of many people are made of.
const TRIED_FIRST: [&str; 14] = [
    "password",
    "passwort",
    "qwerty",
    "qwertz",
    "letmein",
    "welcome",
    "iloveyou",
    "admin",
    "titleblock",
    "abc",
    "monkey",
    "dragon",
    "football",
    "changeme",
];

/// Made of nothing but a few characters, a row of them, one's own address, or words that are tried
/// first.
fn common(typed: &str, email: &EmailAddress) -> bool {
    let fold = |text: &str| -> String {
        text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let folded = fold(typed);
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || in_a_row(&folded) {
        return true;
    }
    let mailbox = fold(email.normal().split('@').next().unwrap_or_default());
    let mut rest = folded.replace(&mailbox, "");
    for word in TRIED_FIRST {
        rest = rest.replace(word, "");
    }
    // What is left of it could be guessed: a few digits, an exclamation mark.
    rest.chars().filter(|c| !c.is_ascii_digit()).count() < 4
}

/// Such as 123456789012345 or abcdefghijklmnop.
fn in_a_row(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = codes.windows(2).filter(|pair| pair[1].abs_diff(pair[0]) == 1).count();
    steps * 10 >= codes.len().saturating_sub(1) * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Typed {
        Typed(text.to_owned().into())
    }

    #[test]
    fn what_is_tried_first_or_is_short_is_no_password() {
        let email = EmailAddress::parse("ada.lovelace@example.org").expect("valid");
        for bad in [
            "short",
            "fourteen chars",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "abcdefghijklmnopqrst",
            "Password123456789!",
            "qwerty-qwerty-qwerty",
            "ada.lovelace2026!!!!",
            "ada.lovelace1234567",
            "Ada_Lovelace-1815-1852",
            "welcome1welcome2welcome3",
            "a house\0by the river",
            "a house\nby the river",
        ] {
            assert!(typed(bad).acceptable(&email).is_err(), "{bad}");
        }
        for good in
            ["a house by the river", "Zwölf Boxkämpfer jagen", "correct horse battery staple"]
        {
            assert_eq!(typed(good).acceptable(&email), Ok(()), "{good}");
        }
        assert!(typed(&"long ".repeat(60)).acceptable(&email).is_err());
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_alone() {
        let password = typed("a house by the river");
        let hash = password.hash().await.expect("hashed");
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "its parameters");
        let again = || PasswordHash::new(hash.expose().to_owned());
        assert!(password.matches(Some(again())).await.expect("verified"));
        assert!(!typed("a house by the sea").matches(Some(again())).await.expect("verified"));
        assert!(!password.matches(None).await.expect("verified"));
    }

    #[test]
    fn a_password_does_not_show() {
        assert!(!format!("{:?}", typed("a house by the river")).contains("river"));
    }
}
