//! Codes by the time (RFC 6238, over RFC 4226): HMAC-SHA-1, six digits, steps of 30 seconds, because
//! that is what every app takes.

use domain::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// How long a code is shown, in seconds.
const STEP_S: i64 = 30;
/// How many digits a code has.
const DIGITS: u32 = 6;
/// How many bytes a new secret has, as long as the hash (RFC 4226, section 4).
pub(crate) const SECRET_BYTES: usize = 20;

/// The time step whose code this is: the present one, or its neighbour on either side, because clocks
/// differ and people type slowly.
pub(crate) fn step_of(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() != 6 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = typed.parse().ok()?;
    let present = now.moment().unix_timestamp().div_euclid(STEP_S);
    [present, present - 1, present + 1].into_iter().find(|step| code(secret, *step) == Some(typed))
}

/// The code of a time step.
fn code(secret: &[u8], step: i64) -> Option<u32> {
    truncated(secret, u64::try_from(step).ok()?).map(|number| number % 10_u32.pow(DIGITS))
}

/// RFC 4226, section 5.3, before it is cut to digits.
fn truncated(secret: &[u8], counter: u64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&counter.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0xf);
    let four = <[u8; 4]>::try_from(hash.get(offset..offset + 4)?).ok()?;
    Some(u32::from_be_bytes(four) & 0x7fff_ffff)
}

/// What an app reads as a picture of squares: issuer, login and secret (Google's key URI format).
pub(crate) fn uri(login: &str, secret_base32: &str) -> String {
    let mut account = String::new();
    for byte in login.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            account.push(char::from(byte));
        } else {
            account.push_str(&format!("%{byte:02X}"));
        }
    }
    format!(
        "otpauth://totp/Titleblock:{account}?secret={secret_base32}&issuer=Titleblock\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(time::OffsetDateTime::from_unix_timestamp(seconds).expect("a time"))
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1: eight digits
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000_i64, 65_353_130),
        ] {
            let counter = u64::try_from(seconds / 30).expect("positive");
            let number = truncated(SECRET, counter).expect("a number");
            assert_eq!(number % 100_000_000, code, "at {seconds}");
        }
        // RFC 4226, appendix D: six digits
        let codes = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676];
        for (counter, known) in (0..).zip(codes) {
            assert_eq!(code(SECRET, counter), Some(known));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_and_a_step_late_and_no_more() {
        for seconds in [30, 59, 60, 89, 0, 29] {
            assert_eq!(step_of(SECRET, "287082", at(seconds)), Some(1), "at {seconds}");
        }
        assert_eq!(step_of(SECRET, "287082", at(90)), None);
        assert_eq!(step_of(SECRET, "287 082", at(59)), Some(1), "as apps show it");
        for no_code in ["", "28708", "2870820", "28708x", "+28708", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(SECRET, no_code, at(59)), None, "{no_code}");
        }
    }

    #[test]
    fn a_login_is_written_into_the_uri_as_text() {
        let uri = uri("a&b@x.org", "ABC");
        assert!(uri.starts_with("otpauth://totp/Titleblock:a%26b%40x.org?secret=ABC&"), "{uri}");
    }
}
