//! Why something about a subcontractor was refused.

use crate::rejection::{Refusal, Rejection, RejectionKind};

/// A rule of the relation to a subcontractor's company that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubcontractorRejection {
    /// The id is in use.
    AlreadyExists,
    /// An invitation to this job is open, or was accepted.
    ProjectAlreadyInvited,
    /// More invitations than one company takes.
    TooManyInvitations,
    /// It was accepted or has ended: there is nothing to take back or to send again.
    InviteNotPending,
    /// The job is not the company's, so that it cannot be taken away.
    ProjectNotAccepted,
    /// Too many mails in a day.
    MailedTooOften,
    /// The link is not the last one that was mailed.
    InviteSuperseded,
    /// The link was not used in time.
    InviteExpired,
    /// The clock has not reached the end.
    InviteNotExpired,
    /// The invitation was accepted by somebody else.
    InviteUsed,
    /// The invitation was taken back.
    InviteCancelled,
    /// The invitation was declined.
    InviteDeclined,
    /// The link went to a primary contact who is none any more (R83).
    InviteContactChanged,
    /// The job was taken away again.
    ProjectWithdrawn,
    /// The company is another organisation here (G11).
    AnotherOrganisation,
    /// More open requests than one company takes.
    TooManyRequests,
    /// The request was answered.
    RequestAnswered,
}

impl SubcontractorRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        use RejectionKind::{Conflict, Gone, TooOften, Unprocessable};
        let refuse = |code, kind, cause: &str| Refusal::new(code, kind, cause).rule("R71");
        match self {
            Self::AlreadyExists => {
                Refusal::new("already_exists", Conflict, "Something with this id is there already.")
            }
            Self::ProjectAlreadyInvited => refuse(
                "project_already_invited",
                Conflict,
                "An invitation of this subcontractor to this job is open, or was accepted.",
            )
            .remedy("Send that one again, or take it back first.")
            .field("job"),
            Self::TooManyInvitations => refuse(
                "too_many_project_invitations",
                Unprocessable,
                "A subcontractor takes at most 1000 invitations.",
            )
            .remedy("Send one that has ended again."),
            Self::InviteNotPending => {
                refuse("invite_not_pending", Conflict, "The invitation was accepted, or has ended.")
                    .remedy("Take the job away from the subcontractor instead, or invite it anew.")
            }
            Self::ProjectNotAccepted => refuse(
                "project_not_accepted",
                Conflict,
                "The subcontractor has not accepted this job, so it cannot be taken away.",
            )
            .remedy("Take the invitation back instead."),
            Self::MailedTooOften => refuse(
                "invite_mailed_too_often",
                TooOften,
                "Ten mails with this invitation went out in a day.",
            )
            .remedy("Wait a day, or ask the primary contact to look for the last mail."),
            Self::InviteSuperseded => refuse("invite_superseded", Gone, "A newer mail was sent.")
                .remedy("Use the link in the newest mail."),
            Self::InviteExpired => {
                refuse("invite_expired", Gone, "The invitation was not accepted in time.")
                    .remedy("Ask the general contractor for a new one.")
            }
            Self::InviteNotExpired => {
                refuse("invite_not_expired", Conflict, "The invitation has not expired yet.")
            }
            Self::InviteUsed => refuse("invite_used", Gone, "The invitation was accepted already.")
                .remedy("Sign in; every user of your company sees all its projects."),
            Self::InviteCancelled => {
                refuse("invite_cancelled", Gone, "The invitation was taken back.")
                    .remedy("Ask the general contractor.")
            }
            Self::InviteDeclined => refuse("invite_declined", Gone, "The invitation was declined.")
                .remedy("Ask the general contractor to send it again."),
            Self::InviteContactChanged => Refusal::new(
                "invite_contact_changed",
                Gone,
                "Your company has another primary contact with this general contractor now.",
            )
            .rule("R83")
            .remedy("Ask the general contractor to send the invitation to the new one."),
            Self::ProjectWithdrawn => Refusal::new(
                "project_withdrawn",
                Gone,
                "The general contractor has taken this project away again.",
            )
            .remedy("Ask the general contractor."),
            Self::AnotherOrganisation => Refusal::new(
                "subcontractor_of_another_org",
                Conflict,
                "This general contractor works with another organisation under this invitation.",
            )
            .rule("G11")
            .remedy("Ask that organisation to let you join, or the general contractor."),
            Self::TooManyRequests => Refusal::new(
                "too_many_primary_contact_requests",
                Unprocessable,
                "Twenty requests wait for this general contractor already.",
            )
            .rule("R82")
            .remedy("Wait for an answer."),
            Self::RequestAnswered => Refusal::new(
                "primary_contact_request_answered",
                Conflict,
                "This request has been answered already.",
            )
            .rule("R82"),
        }
    }
}

impl From<SubcontractorRejection> for Rejection {
    fn from(rejection: SubcontractorRejection) -> Self {
        Self::Subcontractor(rejection)
    }
}
