//! How often somebody may try (promise 26). Counted before anything is checked, in the database, so
//! that it holds over all processes and restarts. Nobody is locked out for good.

use crate::error::Problem;
use crate::state::AppState;
use domain::{EmailAddress, TokenId};
use event_store::Throttle;
use std::net::IpAddr;

const QUARTER_OF_AN_HOUR_S: i64 = 15 * 60;
const HOUR_S: i64 = 60 * 60;

const LOGINS_OF_AN_ACCOUNT: Throttle = Throttle { tries_max: 10, window_s: QUARTER_OF_AN_HOUR_S };
const LOGINS_FROM_AN_ADDRESS: Throttle =
    Throttle { tries_max: 100, window_s: QUARTER_OF_AN_HOUR_S };
const RESETS_OF_AN_ACCOUNT: Throttle = Throttle { tries_max: 3, window_s: HOUR_S };
const RESETS_FROM_AN_ADDRESS: Throttle = Throttle { tries_max: 100, window_s: HOUR_S };
const ACCEPTS_OF_A_LINK: Throttle = Throttle { tries_max: 10, window_s: QUARTER_OF_AN_HOUR_S };

/// Counts a sign-in.
pub(crate) async fn signing_in(
    app: &AppState,
    email: &EmailAddress,
    client: Option<IpAddr>,
) -> Result<(), Problem> {
    counted(app, "login", email.normal(), LOGINS_OF_AN_ACCOUNT).await?;
    from(app, "login from", client, LOGINS_FROM_AN_ADDRESS).await
}

/// Counts a request to reset a password.
pub(crate) async fn resetting(
    app: &AppState,
    email: &EmailAddress,
    client: Option<IpAddr>,
) -> Result<(), Problem> {
    counted(app, "reset", email.normal(), RESETS_OF_AN_ACCOUNT).await?;
    from(app, "reset from", client, RESETS_FROM_AN_ADDRESS).await
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
    match client {
        Some(client) => counted(app, what, &client.to_string(), throttle).await,
        None => Ok(()),
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
