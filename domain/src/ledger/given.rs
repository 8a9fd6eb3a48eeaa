//! What tests of commands begin with: a moment, an address, and who gives the commands.

use crate::actor::{Actor, Authority, Channel, Circumstances, Role};
use crate::ids::ApiKeyId;
use crate::{EmailAddress, Timestamp};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T12:00:00Z").expect("a valid time")
}

pub(super) fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("a valid address")
}

pub(crate) fn by(actor: Actor, authority: Authority) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Api,
        client: None,
        correlation: Uuid::nil(),
        causation: None,
        reason: crate::Reason::parse("because").ok(),
    }
}

/// An admin of the builder's, by an API key.
pub(super) fn builder() -> Circumstances {
    let grants = BTreeSet::new();
    let key = ApiKeyId(Uuid::from_u128(1));
    by(Actor::BuilderStaff(key), Authority::Builder { role: Role::Admin, grants })
}
