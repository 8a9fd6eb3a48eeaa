//! What happens in a change of the login email.

use crate::email::EmailAddress;
use crate::event::{FieldChange, nothing_personal};
use crate::ids::{AccountId, TokenId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// The person, who has just shown their password, asked for another login email. A link went to that
/// address and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryEmailChangeRequested {
    /// The link in the mail.
    pub token: TokenId,
    /// The login email, which was told of it.
    pub from: Personal<EmailAddress>,
    /// The new address, where the link went.
    pub to: Personal<EmailAddress>,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The new address has been shown to be theirs, and the contacts begin to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryEmailChangeBegun {
    /// The link that showed it: of a change, or of an invitation to that address.
    pub token: TokenId,
    /// The new address.
    pub to: Personal<EmailAddress>,
}

/// The change ended without effect: what had followed was taken back (H3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryEmailChangeRefused {
    /// The link.
    pub token: TokenId,
    /// The builder account in which another contact has the address; absent where the address
    /// became somebody's login meanwhile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<AccountId>,
}

/// The login email is another; resets that waited are void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginEmailChanged {
    /// The link.
    pub token: TokenId,
    /// The address before.
    pub from: Personal<EmailAddress>,
    /// The address from now on.
    pub to: Personal<EmailAddress>,
}

nothing_personal!(PrimaryEmailChangeRefused);

impl HoldsPersonal for PrimaryEmailChangeRequested {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("from", &mut self.from);
        visitor.visit("to", &mut self.to);
    }
}

impl HoldsPersonal for PrimaryEmailChangeBegun {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("to", &mut self.to);
    }
}

impl HoldsPersonal for LoginEmailChanged {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("from", &mut self.from);
        visitor.visit("to", &mut self.to);
    }
}

impl PrimaryEmailChangeRequested {
    pub(crate) fn changes(&self) -> Vec<FieldChange> {
        vec![FieldChange::new_value("login_email_change", &self.to)]
    }
}

impl PrimaryEmailChangeBegun {
    pub(crate) fn changes(&self) -> Vec<FieldChange> {
        vec![FieldChange::new_value("login_email_confirmed", &self.to)]
    }
}

impl PrimaryEmailChangeRefused {
    pub(crate) fn changes() -> Vec<FieldChange> {
        vec![FieldChange::old_value("login_email_change", "refused")]
    }
}

impl LoginEmailChanged {
    pub(crate) fn changes(&self) -> Vec<FieldChange> {
        vec![FieldChange::between("login_email", &self.from, &self.to)]
    }
}
