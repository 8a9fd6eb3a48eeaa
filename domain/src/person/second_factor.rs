//! A person's second factor: codes that an app tells by the time (RFC 6238), and ten codes for when
//! it is lost. Here is whether it is on and which of the ten are used; the secret and the codes
//! themselves are in no event, they stand beside the ledger.

use super::{Person, PersonEvent, PersonRejection};
use crate::event::nothing_personal;
use crate::ids::FactorId;
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How many codes there are for when the app is lost; each works once.
pub const RECOVERY_CODES: u8 = 10;

/// The person turned the second factor on, by a code that it told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorEnabled {
    /// Which one.
    pub factor: FactorId,
}

/// The person turned it off; its secret and its codes are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorDisabled {
    /// Which one.
    pub factor: FactorId,
}

/// The person used a recovery code in the place of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodeUsed {
    /// Of which second factor.
    pub factor: FactorId,
    /// Which of its codes, from 1.
    pub number: u8,
}

nothing_personal!(SecondFactorEnabled, SecondFactorDisabled, RecoveryCodeUsed);

/// A second factor that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Which one.
    pub factor: FactorId,
    /// The recovery codes that were used.
    pub used: BTreeSet<u8>,
}

impl Person {
    /// Records what happened to the second factor.
    pub(super) fn factor_changed(&mut self, event: &PersonEvent) -> Result<(), &'static str> {
        match (event, &mut self.second_factor) {
            (PersonEvent::SecondFactorEnabled(e), none @ None) => {
                *none = Some(SecondFactor { factor: e.factor, used: BTreeSet::new() });
                Ok(())
            }
            (PersonEvent::SecondFactorDisabled(e), Some(on)) if on.factor == e.factor => {
                self.second_factor = None;
                Ok(())
            }
            (PersonEvent::RecoveryCodeUsed(e), Some(on)) if on.factor == e.factor => {
                if on.used.insert(e.number) { Ok(()) } else { Err("the code was used already") }
            }
            (_, Some(_)) => Err("another second factor is on"),
            (_, None) => Err("no second factor is on"),
        }
    }
}

/// Turns it on. Twice is once.
pub(super) fn enable(person: &Person, factor: FactorId) -> Result<Vec<PersonEvent>, Rejection> {
    match &person.second_factor {
        None => Ok(vec![SecondFactorEnabled { factor }.into()]),
        Some(on) if on.factor == factor => Ok(Vec::new()),
        Some(_) => Err(PersonRejection::SecondFactorOn.into()),
    }
}

/// Turns it off. Twice is once.
pub(super) fn disable(person: &Person, factor: FactorId) -> Vec<PersonEvent> {
    match &person.second_factor {
        Some(on) if on.factor == factor => vec![SecondFactorDisabled { factor }.into()],
        Some(_) | None => Vec::new(),
    }
}

/// Takes a recovery code, once; of two who come with the same one, the second is refused.
pub(super) fn recover(
    person: &Person,
    factor: FactorId,
    number: u8,
) -> Result<Vec<PersonEvent>, Rejection> {
    match &person.second_factor {
        Some(on)
            if on.factor == factor
                && (1..=RECOVERY_CODES).contains(&number)
                && !on.used.contains(&number) =>
        {
            Ok(vec![RecoveryCodeUsed { factor, number }.into()])
        }
        Some(_) | None => Err(PersonRejection::SecondFactorRefused.into()),
    }
}
