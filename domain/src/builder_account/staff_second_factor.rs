//! Whether the account's staff sign in to work with a second factor alone.
//!
//! The factor is the person's own, and stands in their ledger; what an account asks of those who work
//! for it stands in the account's. Whoever begins a session looks at both.

use super::staff::StaffRejection;
use crate::event::{FieldChange, nothing_personal};
use serde::{Deserialize, Serialize};

/// What an account asks of whoever of its staff signs in to work for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffSecondFactor {
    /// Who has a second factor gives a code; who has none goes in without.
    #[default]
    Optional,
    /// Nobody goes in without one.
    Required,
}

impl StaffSecondFactor {
    /// How it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }

    /// Whether a session for work begins, of somebody who has a second factor on, or has not. One that
    /// has begun goes on: it ends within twelve hours by itself (promise 25).
    pub const fn admits(self, has_one: bool) -> Result<(), StaffRejection> {
        match (self, has_one) {
            (Self::Optional, _) | (Self::Required, true) => Ok(()),
            (Self::Required, false) => Err(StaffRejection::SecondFactorRequired),
        }
    }
}

/// What is asked of the staff became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffSecondFactorSet {
    /// Before.
    pub from: StaffSecondFactor,
    /// After.
    pub to: StaffSecondFactor,
}

nothing_personal!(StaffSecondFactorSet);

/// What became of the setting.
pub(super) fn factor_set(e: &StaffSecondFactorSet) -> FieldChange {
    FieldChange::between("staff_second_factor", e.from.word(), e.to.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_second_factor_begins_no_work_where_one_is_required() {
        use StaffSecondFactor::{Optional, Required};
        assert_eq!(Required.admits(false), Err(StaffRejection::SecondFactorRequired));
        for (asked, has_one) in [(Required, true), (Optional, false), (Optional, true)] {
            assert_eq!(asked.admits(has_one), Ok(()), "{asked:?} {has_one}");
        }
    }

    #[test]
    fn an_account_asks_for_none_until_it_says_so() {
        assert_eq!(StaffSecondFactor::default(), StaffSecondFactor::Optional);
    }
}
