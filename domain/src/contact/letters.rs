//! Mails about an invitation that carry no link: the reminder, and the word to the address that a
//! deactivated owner had (H6). Who orders them, and when, is here; what stands in them is not.

use super::events::ContactEvent;
use super::state::{Access, Contact};
use crate::EmailAddress;
use crate::Timestamp;
use crate::ids::{InvitationId, MailId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use serde::{Deserialize, Serialize};

/// How long before its end an invitation is reminded of, and how old its last mail has to be, in hours.
const REMINDER_HOURS: i64 = 24;

/// Whoever has not answered was reminded of the invitation, once (2.5). The mail carries no link: the
/// only one stands in the invitation's own mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteReminded {
    /// The invitation.
    pub invitation: InvitationId,
    /// The mail.
    pub mail: MailId,
    /// The primary email at that moment (R17).
    pub sent_to: Personal<EmailAddress>,
}

/// The address that a deactivated owner had was told that somebody is invited at another one (H6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerAddressTold {
    /// The invitation to the other address.
    pub invitation: InvitationId,
    /// The mail.
    pub mail: MailId,
    /// The address that the owner had.
    pub sent_to: Personal<EmailAddress>,
}

impl HoldsPersonal for InviteReminded {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

impl HoldsPersonal for FormerAddressTold {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

/// The reminder, if it is due: once an invitation, in its last day, when its last mail is a day old.
pub(super) fn reminder(contact: &Contact, mail: MailId, now: Timestamp) -> Option<ContactEvent> {
    let Access::Pending { invitation, .. } = &contact.access else { return None };
    let last_day = invitation.expires_at.plus_hours(-REMINDER_HOURS);
    let day_ago = now.plus_hours(-REMINDER_HOURS);
    let due = !invitation.reminded
        && (last_day <= now && now < invitation.expires_at)
        && contact.mailed_at.last().is_some_and(|mailed| *mailed <= day_ago);
    let sent_to = contact.primary_email.clone().filter(|_| due)?;
    Some(InviteReminded { invitation: invitation.id, mail, sent_to }.into())
}

/// The word to the former address, once a deactivation. Its mail has the invitation's UUID, of which
/// there is none other.
pub(super) fn to_former_address(
    former: Option<&Personal<EmailAddress>>,
    invitation: InvitationId,
    invited: &EmailAddress,
) -> Option<ContactEvent> {
    let sent_to = former?.clone();
    if sent_to.value()? == invited {
        return None;
    }
    Some(FormerAddressTold { invitation, mail: MailId(invitation.0), sent_to }.into())
}
