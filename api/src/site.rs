//! Where browsers find this server, as its settings say: what follows from it for cookies, and which
//! pages' forms are taken as our own.

use crate::mail::leads_to_this_machine;
use axum::http::Uri;
use std::net::IpAddr;

/// Where browsers find this server. What nobody has said is taken for the stricter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// As browsers write it in `Origin`; empty where it is not known.
    origin: String,
    /// What links begin with; empty where it is not known.
    base: String,
    https: bool,
    own_machine: bool,
}

impl Site {
    /// Nothing is known of it.
    pub(crate) const UNKNOWN: Self =
        Self { origin: String::new(), base: String::new(), https: false, own_machine: false };

    /// The site at this public URL, of a server that listens at this address.
    pub fn new(public_url: &str, listens_at: IpAddr) -> Self {
        let Ok(url) = public_url.parse::<Uri>() else { return Self::UNKNOWN };
        let (Some(scheme), Some(host)) = (url.scheme_str(), url.host()) else {
            return Self::UNKNOWN;
        };
        let https = scheme == "https";
        let usual = if https { 443 } else { 80 };
        let port = url.port_u16().filter(|port| *port != usual);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{scheme}://{}{port}", host.to_lowercase());
        let own_machine = listens_at.is_loopback() && leads_to_this_machine(public_url);
        let base = public_url.trim_end_matches('/').to_owned();
        Self { origin, base, https, own_machine: own_machine && !https }
    }

    /// Whether a browser that names this origin shows a page of ours.
    pub(crate) fn is_at(&self, origin: &str) -> bool {
        !self.origin.is_empty() && self.origin == origin
    }

    /// A link to this path, as the settings say and no request (promise 31).
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether browsers reach it over TLS and over nothing else.
    pub(crate) const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether cookies do without `Secure`. A machine of one's own has no TLS, and of the browsers
    /// only some keep a secure cookie from there (Chromium does, Safari does not): there alone it is
    /// left out.
    pub(crate) const fn is_plain_on_own_machine(&self) -> bool {
        self.own_machine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn an_origin_is_what_browsers_write() {
        for (url, origin) in [
            ("https://Builders.example", "https://builders.example"),
            ("https://builders.example:443", "https://builders.example"),
            ("https://builders.example:8443", "https://builders.example:8443"),
            ("https://builders.example/under/a/path", "https://builders.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://builders.example:80", "http://builders.example"),
        ] {
            assert!(Site::new(url, LOOPBACK).is_at(origin), "{url}");
        }
        let site = Site::new("https://builders.example", LOOPBACK);
        for other in ["", "null", "http://builders.example", "https://evil.example"] {
            assert!(!site.is_at(other), "{other}");
        }
        assert!(!Site::UNKNOWN.is_at(""));
    }

    #[test]
    fn cookies_are_secure_but_on_a_machine_of_ones_own_without_tls() {
        let plain = |url, at| Site::new(url, at).is_plain_on_own_machine();
        assert!(plain("http://127.0.0.1:8080", LOOPBACK));
        assert!(plain("http://localhost:8080", IpAddr::V6(Ipv6Addr::LOCALHOST)));
        assert!(!plain("https://localhost", LOOPBACK), "behind a proxy with TLS");
        assert!(!plain("http://builders.example", LOOPBACK), "behind a proxy without");
        assert!(!plain("http://localhost", IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        assert!(!plain("nonsense", LOOPBACK) && !Site::UNKNOWN.is_plain_on_own_machine());
    }
}
