//! Why something about a subcontractor's company was refused.

use crate::rejection::{Refusal, Rejection, RejectionKind};

/// A rule of subcontractors' companies that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubcontractorOrgRejection {
    /// The id is in use, or the company is there.
    AlreadyExists,
    /// Whoever asks is no registered user (any more) (R77).
    NotAUser,
    /// Somebody of the company has this address, or this login.
    AlreadyUser,
    /// More users than one company takes.
    TooManyUsers,
    /// More general contractors than one company takes.
    TooManyGeneralContractors,
    /// The last registered user is not removed (G9).
    LastSubUser,
    /// They were removed, or their invitation was taken back.
    UserGone,
    /// There is no invitation to send again or to take back: it was accepted.
    UserJoined,
    /// Too many mails in a day.
    MailedTooOften,
    /// The link is not the last one that was mailed.
    InviteSuperseded,
    /// The link was not used in time.
    InviteExpired,
    /// The clock has not reached the end.
    InviteNotExpired,
    /// The link was used.
    InviteUsed,
    /// The invitation was taken back.
    InviteCancelled,
    /// The invitation was declined.
    InviteDeclined,
    /// They have asked before, and the request waits.
    JoinAlreadyRequested,
    /// The request was answered otherwise.
    JoinAnswered,
    /// More requests than wait at once.
    TooManyJoinRequests,
    /// Several registered users are there: they can help themselves (R81, G10).
    SupportNotNeeded,
    /// Whom support replaces is the one registered user.
    ReplacesAnother,
}

impl SubcontractorOrgRejection {
    /// What it says.
    #[expect(clippy::too_many_lines, reason = "one list of texts")]
    pub(crate) fn refusal(self) -> Refusal {
        use RejectionKind::{Conflict, Forbidden, Gone, TooOften, Unprocessable};
        let refuse = |code, kind, cause: &str| Refusal::new(code, kind, cause).rule("R77");
        match self {
            Self::AlreadyExists => {
                Refusal::new("already_exists", Conflict, "Something with this id is there already.")
            }
            Self::NotAUser => refuse(
                "not_a_registered_user",
                Forbidden,
                "Only registered users of the company may do that.",
            )
            .remedy("Ask one of them to do it, or to let you join."),
            Self::AlreadyUser => refuse(
                "already_sub_user",
                Conflict,
                "Somebody of the company has this address or this login already.",
            )
            .remedy("Send their invitation again, if they have not joined.")
            .field("email"),
            Self::TooManyUsers => {
                refuse("too_many_sub_users", Unprocessable, "A company takes at most 500 users.")
                    .remedy("Remove those who have left.")
            }
            Self::TooManyGeneralContractors => Refusal::new(
                "too_many_general_contractors",
                Unprocessable,
                "A company works with at most 500 general contractors.",
            )
            .rule("G8"),
            Self::LastSubUser => Refusal::new(
                "last_sub_user",
                Conflict,
                "This is the company's last registered user.",
            )
            .rule("G9")
            .remedy("Add another user first; once they have joined, this one can be removed."),
            Self::UserGone => refuse(
                "sub_user_removed",
                Conflict,
                "This user has been removed, or the invitation was taken back.",
            )
            .remedy("Add them anew."),
            Self::UserJoined => {
                refuse("sub_user_joined", Conflict, "This user has accepted already.")
                    .remedy("Remove them instead, if they have left.")
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
            Self::InviteNotExpired => {
                refuse("invite_not_expired", Conflict, "The invitation has not expired yet.")
            }
            Self::InviteUsed => refuse("invite_used", Gone, "The invitation was accepted already.")
                .remedy("Sign in."),
            Self::InviteCancelled => {
                refuse("invite_cancelled", Gone, "The invitation was taken back.")
                    .remedy("Ask whoever invited you.")
            }
            Self::InviteDeclined => refuse("invite_declined", Gone, "The invitation was declined.")
                .remedy("Ask for a new one."),
            Self::JoinAlreadyRequested => Refusal::new(
                "join_already_requested",
                Conflict,
                "You have asked to join already; a user of the company has to let you in.",
            )
            .rule("H9")
            .remedy("Ask one of its users to look at the request."),
            Self::JoinAnswered => Refusal::new(
                "join_request_answered",
                Conflict,
                "This request has been answered already.",
            )
            .rule("H9"),
            Self::TooManyJoinRequests => Refusal::new(
                "too_many_join_requests",
                Unprocessable,
                "Fifty people wait to be let in already.",
            )
            .rule("H9")
            .remedy("Ask one of the company's users to look at them, or to invite you."),
            Self::SupportNotNeeded => Refusal::new(
                "org_has_users",
                Conflict,
                "The company has several registered users, who can add others themselves.",
            )
            .rule("R81")
            .remedy("Let one of them add the user; the general contractor changes the contact."),
            Self::ReplacesAnother => Refusal::new(
                "replaces_no_registered_user",
                Conflict,
                "Whom support replaces has to be the company's one registered user.",
            )
            .rule("R81")
            .remedy("Name that user.")
            .field("replaces"),
        }
    }
}

impl From<SubcontractorOrgRejection> for Rejection {
    fn from(rejection: SubcontractorOrgRejection) -> Self {
        Self::SubcontractorOrg(rejection)
    }
}
