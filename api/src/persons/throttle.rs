//! How often somebody may try (promise 26). Counted before anything is checked, in the database, so
//! that it holds over all processes and restarts. Nobody is locked out for good.

use crate::error::Problem;
use crate::state::AppState;
use domain::{EmailAddress, PersonId, TokenId};
use event_store::Throttle;
use std::net::{IpAddr, Ipv6Addr};

const QUARTER_OF_AN_HOUR_S: i64 = 15 * 60;
const HOUR_S: i64 = 60 * 60;

const LOGINS_OF_AN_ACCOUNT: Throttle = Throttle { tries_max: 10, window_s: QUARTER_OF_AN_HOUR_S };
const LOGINS_FROM_AN_ADDRESS: Throttle =
    Throttle { tries_max: 100, window_s: QUARTER_OF_AN_HOUR_S };
const RESETS_OF_AN_ACCOUNT: Throttle = Throttle { tries_max: 3, window_s: HOUR_S };
const RESETS_FROM_AN_ADDRESS: Throttle = Throttle { tries_max: 100, window_s: HOUR_S };
const EMAIL_CHANGES_OF_A_PERSON: Throttle = Throttle { tries_max: 5, window_s: HOUR_S };
const EMAIL_CHANGES_TO_AN_ADDRESS: Throttle = Throttle { tries_max: 3, window_s: HOUR_S };
const ACCEPTS_OF_A_LINK: Throttle = Throttle { tries_max: 10, window_s: QUARTER_OF_AN_HOUR_S };
const CODES_OF_A_PERSON: Throttle = Throttle { tries_max: 10, window_s: QUARTER_OF_AN_HOUR_S };

/// Counts a code of a second factor, or one that stands in for it.
pub(crate) async fn giving_code(app: &AppState, person: PersonId) -> Result<(), Problem> {
    counted(app, "code", &person.to_string(), CODES_OF_A_PERSON).await
}

/// Counts a sign-in.
pub(crate) async fn signing_in(
    app: &AppState,
    email: &EmailAddress,
    client: Option<IpAddr>,
) -> Result<(), Problem> {
    // First, so that who tries too much does not use up what others may try.
    from(app, "login from", client, LOGINS_FROM_AN_ADDRESS).await?;
    counted(app, "login", email.normal(), LOGINS_OF_AN_ACCOUNT).await
}

/// Counts a request to reset a password.
pub(crate) async fn resetting(
    app: &AppState,
    email: &EmailAddress,
    client: Option<IpAddr>,
) -> Result<(), Problem> {
    from(app, "reset from", client, RESETS_FROM_AN_ADDRESS).await?;
    counted(app, "reset", email.normal(), RESETS_OF_AN_ACCOUNT).await
}

/// Counts a request to change a primary email: each mails somebody who may know nothing of it.
pub(crate) async fn changing_email(
    app: &AppState,
    person: PersonId,
    to: &EmailAddress,
) -> Result<(), Problem> {
    counted(app, "email change", &person.to_string(), EMAIL_CHANGES_OF_A_PERSON).await?;
    counted(app, "email change to", to.normal(), EMAIL_CHANGES_TO_AN_ADDRESS).await
}

/// Counts a try to accept with a link, or to set a password with it.
pub(crate) async fn accepting(app: &AppState, token: &TokenId) -> Result<(), Problem> {
    counted(app, "accept", &token.to_string(), ACCEPTS_OF_A_LINK).await
}

async fn from(
    app: &AppState,
    what: &str,
    client: Option<IpAddr>,
    throttle: Throttle,
) -> Result<(), Problem> {
    match client.and_then(network) {
        Some(network) => counted(app, what, &network.to_string(), throttle).await,
        None => Ok(()),
    }
}

/// What stands for one household: an IPv4 address, the first half of an IPv6 address. A proxy on this
/// machine stands for everybody, and so for nobody.
fn network(client: IpAddr) -> Option<IpAddr> {
    match client {
        client if client.is_loopback() => None,
        IpAddr::V4(_) => Some(client),
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
    }
}

async fn counted(
    app: &AppState,
    what: &str,
    whose: &str,
    throttle: Throttle,
) -> Result<(), Problem> {
    let Some(wait_s) = app.store().throttled(what, whose, throttle).await? else { return Ok(()) };
    let mut problem = Problem::new("too_many_tries", "This was tried too often in a short time.");
    problem.retry_after_s = u32::try_from(wait_s).ok();
    Err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_address_or_one_half_of_one() {
        let of = |text: &str| network(text.parse().expect("an address")).map(|n| n.to_string());
        assert_eq!(of("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::"));
        assert_eq!((of("127.0.0.1"), of("::1")), (None, None));
    }
}
