//! Why a command about the staff is refused.

use crate::builder_account::BuilderAccountRejection;
use crate::rejection::{Refusal, Rejection, RejectionKind};

/// A rule of the staff that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffRejection {
    /// The id is in use.
    AlreadyExists,
    /// Somebody of the staff has this address, or is this person.
    AlreadyStaff,
    /// More staff than one account takes.
    TooManyStaff,
    /// Grants beside a role that needs none.
    GrantsOfStaffAlone,
    /// They are the last one who may manage the account.
    LastAdmin,
    /// They were removed, or their invitation was taken back.
    Gone,
    /// There is no invitation to send again: it was accepted.
    NotInvited,
    /// Too many mails in a day.
    MailedTooOften,
    /// The link is not the last one that was mailed.
    InviteSuperseded,
    /// The link was not used in time.
    InviteExpired,
    /// The link was used.
    InviteUsed,
    /// The invitation was taken back.
    InviteCancelled,
    /// The account asks for a second factor, and they have none.
    SecondFactorRequired,
}

impl StaffRejection {
    /// What it says.
    pub(in crate::builder_account) fn refusal(self) -> Refusal {
        use RejectionKind::{Conflict, Forbidden, Gone, TooOften, Unprocessable};
        let refuse = |code, kind, cause: &str| Refusal::new(code, kind, cause).rule("2.8");
        match self {
            Self::AlreadyExists => {
                Refusal::new("already_exists", Conflict, "A member with this id is there already.")
            }
            Self::AlreadyStaff => refuse(
                "already_staff",
                Conflict,
                "Somebody of the staff has this address or this login already.",
            )
            .remedy("Change that member's role, or send their invitation again.")
            .field("email"),
            Self::TooManyStaff => {
                refuse("too_many_staff", Unprocessable, "An account takes at most 500 staff.")
                    .remedy("Remove those who have left.")
            }
            Self::GrantsOfStaffAlone => refuse(
                "grants_of_staff_alone",
                Unprocessable,
                "Grants are for the role staff; admins need none and auditors command nothing.",
            )
            .remedy("Leave the grants out, or give the role staff.")
            .field("grants"),
            Self::LastAdmin => refuse(
                "last_admin",
                Conflict,
                "This is the account's last admin: there is no other who has joined, and no admin \
                 key.",
            )
            .rule("2.9")
            .remedy("Make somebody else an admin first, or issue an admin key."),
            Self::Gone => refuse("staff_removed", Conflict, "This member has been removed.")
                .remedy("Invite them anew."),
            Self::NotInvited => {
                refuse("staff_joined", Conflict, "This member has accepted already.")
            }
            Self::MailedTooOften => refuse(
                "invite_mailed_too_often",
                TooOften,
                "Ten mails with this invitation went out in a day.",
            )
            .remedy("Wait a day, or ask the invitee to look for the last mail."),
            Self::InviteSuperseded => refuse("invite_superseded", Gone, "A newer mail was sent.")
                .remedy("Use the link in the newest mail."),
            Self::InviteExpired => {
                refuse("invite_expired", Gone, "The invitation was not accepted in time.")
                    .remedy("Ask for a new one.")
            }
            Self::InviteUsed => refuse("invite_used", Gone, "The invitation was accepted already.")
                .remedy("Sign in."),
            Self::InviteCancelled => {
                refuse("invite_cancelled", Gone, "The invitation was taken back.")
                    .remedy("Ask whoever invited you.")
            }
            Self::SecondFactorRequired => refuse(
                "staff_second_factor_required",
                Forbidden,
                "Whoever works for this account signs in with a second factor, and this login has none.",
            )
            .remedy("Turn one on in your own pages first, then sign in again."),
        }
    }
}

impl From<StaffRejection> for Rejection {
    fn from(rejection: StaffRejection) -> Self {
        BuilderAccountRejection::Staff(rejection).into()
    }
}
