//! Whether a request comes from inside: from whoever runs the installation, or from their network.

use super::asker::{Asker, client};
use crate::error::Problem;
use crate::state::AppState;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::net::IpAddr;

/// What a proxy adds that hands on a request of somebody further away.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

/// Whether it does. Figures tell what became of commands: whoever watches them while asking for a
/// reset would learn whether there is such a login (promise 23).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inside(pub(crate) bool);

impl FromRequestParts<AppState> for Inside {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let forwarded = FORWARDED.iter().any(|name| parts.headers.contains_key(*name));
        if !forwarded && client(parts).is_some_and(is_near) {
            return Ok(Self(true));
        }
        Ok(Self(Asker::of(parts, app).await.and_then(Asker::operator).is_ok()))
    }
}

/// This machine, or a network that is not the internet.
fn is_near(client: IpAddr) -> bool {
    match client {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_internet_is_not_near() {
        let near = |text: &str| is_near(text.parse().expect("an address"));
        for inside in ["127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "::1", "fd00::1"] {
            assert!(near(inside), "{inside}");
        }
        for outside in ["192.0.2.7", "8.8.8.8", "172.32.0.1", "2001:db8::1"] {
            assert!(!near(outside), "{outside}");
        }
    }
}
