//! How active an owner has been, and which of several who share a primary email keeps it (R34, G20).

use super::events::DuplicateResolved;
use crate::ids::ContactId;
use crate::{Day, Timestamp};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// When an owner was activated and last signed in; absent where nobody knows, or it never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Activity {
    /// When the owner was activated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub activated_at: Option<Timestamp>,
    /// When the owner last signed in; accepting an invitation is signing in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_login_at: Option<Timestamp>,
}

/// What decided who keeps a primary email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// A contact that is not active held it: invited, disabled or deactivated. Nobody takes it away.
    Held,
    /// The later last login; who never signed in loses.
    LastLogin,
    /// The later activation; one that nobody knows loses.
    Activation,
    /// The smaller id.
    Id,
}

impl Criterion {
    /// The word that is stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::LastLogin => "last_login",
            Self::Activation => "activation",
            Self::Id => "id",
        }
    }
}

/// Somebody who may keep a primary email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contender {
    /// The contact.
    pub(crate) contact: ContactId,
    /// How active its owner has been.
    pub(crate) activity: Activity,
    /// It holds the email already, without being active.
    pub(crate) holds: bool,
}

impl Contender {
    /// How this one stands to another, the greater keeping the email, and what decides (G20).
    pub(crate) fn against(&self, other: &Self) -> (Ordering, Criterion) {
        let (ours, theirs) = (self.activity, other.activity);
        let criteria = [
            (self.holds.cmp(&other.holds), Criterion::Held),
            (ours.last_login_at.cmp(&theirs.last_login_at), Criterion::LastLogin),
            (ours.activated_at.cmp(&theirs.activated_at), Criterion::Activation),
        ];
        let decides = criteria.into_iter().find(|(order, _)| *order != Ordering::Equal);
        decides.unwrap_or((other.contact.cmp(&self.contact), Criterion::Id))
    }

    /// That this one kept the email and the other lost it.
    pub(crate) fn keeps_from(&self, loser: &Self) -> DuplicateResolved {
        DuplicateResolved {
            winner: self.contact,
            loser: loser.contact,
            by: self.against(loser).1,
            winner_activity: self.activity,
            loser_activity: loser.activity,
        }
    }
}

impl DuplicateResolved {
    /// Why the winner kept the email, in words.
    pub fn why(&self) -> String {
        let (ours, theirs) = (self.winner_activity, self.loser_activity);
        match self.by {
            Criterion::Held => "it held the email and is not active".to_owned(),
            Criterion::LastLogin => {
                let (ours, theirs) = days(ours.last_login_at, theirs.last_login_at);
                let theirs = theirs.map_or("never signed in".to_owned(), |at| format!("had {at}"));
                format!("last login {}, the other {theirs}", ours.unwrap_or_default())
            }
            Criterion::Activation => {
                let (ours, theirs) = days(ours.activated_at, theirs.activated_at);
                let theirs = theirs.unwrap_or_else(|| "nobody knows when".to_owned());
                let ours = ours.unwrap_or_default();
                format!("last login alike, activated {ours}, the other {theirs}")
            }
            Criterion::Id => "last login and activation alike, its id comes first".to_owned(),
        }
    }
}

/// Two moments as days, or as moments where both lie on one day.
fn days(one: Option<Timestamp>, other: Option<Timestamp>) -> (Option<String>, Option<String>) {
    let alike = one.map(Day::of) == other.map(Day::of);
    let shown = |at: Timestamp| if alike { at.to_string() } else { Day::of(at).to_string() };
    (one.map(shown), other.map(shown))
}
