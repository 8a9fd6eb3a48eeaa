//! Why a job refuses a command.

use crate::rejection::{Refusal, RejectionKind};

/// A rule of jobs that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRejection {
    /// The id is in use.
    AlreadyExists,
    /// More owners than one job takes.
    TooManyOwners,
    /// The job is put away.
    Archived,
    /// The id of a task, milestone or note is in use.
    PartAlreadyExists,
    /// The task is for a contact that is no owner of the job.
    AssigneeIsNoOwner,
    /// The task is for a subcontractor that is not invited to the job.
    AssigneeIsNoTrade,
    /// The task is no subcontractor's, so that nobody would read a comment.
    CommentReachesNobody,
    /// More comments than one job takes.
    TooManyComments,
    /// The type is not on the account's list.
    UnknownType,
    /// The account has no such template.
    UnknownTemplate,
    /// More tasks than one job takes.
    TooManyTasks,
    /// More milestones than one job takes.
    TooManyMilestones,
    /// More lines than one budget takes.
    TooManyBudgetLines,
    /// More notes than one job takes.
    TooManyNotes,
    /// R64: the job has no owner whose eyes there were.
    ImpersonationNeedsContact,
    /// The contact is no owner of the job (R64).
    ImpersonatedIsNoOwner,
    /// The contact's access is disabled, or its owner deactivated: it sees nothing.
    ImpersonatedIsClosed,
    /// Looking through an owner's eyes asks for a reason (promise 33).
    ImpersonationReasonNeeded,
    /// More at once than one job takes.
    TooManyImpersonations,
    /// The clock has not reached the end.
    ImpersonationNotOver,
    /// More links to the portal than one job takes.
    TooManyPortalLinks,
    /// A personal link is for one of the job's owners (G18).
    PortalLinkForNoOwner,
    /// The contact's access is disabled, or its owner deactivated: it sees nothing.
    PortalLinkForClosed,
    /// A link works until some time to come, and not for good (G17).
    PortalLinkTerm,
    /// A personal link is mailed to its owner alone.
    PortalLinkNotTheirAddress,
    /// The link was revoked, or its time is over.
    PortalLinkEnded,
    /// The clock has not reached the end.
    PortalLinkNotOver,
}

impl JobRejection {
    /// What it says.
    #[expect(clippy::too_many_lines, reason = "one list of texts")]
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A job with this id is there already.",
            ),
            Self::TooManyOwners => Refusal::new(
                "too_many_owners",
                RejectionKind::Unprocessable,
                "A job takes at most 500 owners.",
            )
            .rule("R1")
            .remedy("Remove owners who have left."),
            Self::Archived => Refusal::new(
                "job_archived",
                RejectionKind::Conflict,
                "The job is archived; nothing about it changes.",
            )
            .rule("2.4")
            .remedy("Reopen the job first."),
            Self::PartAlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "The job has something with this id already.",
            ),
            Self::AssigneeIsNoOwner => Refusal::new(
                "assignee_is_no_owner",
                RejectionKind::Conflict,
                "The contact is no owner of this job, so the task would reach nobody.",
            )
            .rule("R93")
            .remedy("Add the contact as an owner first.")
            .field("assignee"),
            Self::AssigneeIsNoTrade => Refusal::new(
                "assignee_is_no_trade",
                RejectionKind::Conflict,
                "The subcontractor is not invited to this job, so the task would reach nobody.",
            )
            .rule("R71")
            .remedy("Invite the subcontractor to this job first.")
            .field("assignee"),
            Self::CommentReachesNobody => Refusal::new(
                "comment_reaches_nobody",
                RejectionKind::Conflict,
                "The task is no invited subcontractor's, so nobody would read the comment.",
            )
            .rule("R97")
            .remedy("Give the task to a subcontractor first, or write a note."),
            Self::TooManyComments => Refusal::new(
                "too_many_comments",
                RejectionKind::Unprocessable,
                "The tasks that a subcontractor has of a job take at most 500 comments.",
            ),
            Self::UnknownType => Refusal::new(
                "unknown_job_type",
                RejectionKind::Unprocessable,
                "The type is not on the account's list.",
            )
            .rule("R56")
            .remedy("Use a type of /v1/job-types, or put this one on the list.")
            .field("type"),
            Self::UnknownTemplate => Refusal::new(
                "unknown_job_template",
                RejectionKind::Unprocessable,
                "There is no template with this id in this account.",
            )
            .rule("R55")
            .remedy("Use a template of /v1/job-templates.")
            .field("template"),
            Self::TooManyTasks => Refusal::new(
                "too_many_tasks",
                RejectionKind::Unprocessable,
                "A job takes at most 500 tasks.",
            )
            .rule("2.4")
            .remedy("Remove tasks that are not needed."),
            Self::TooManyMilestones => Refusal::new(
                "too_many_milestones",
                RejectionKind::Unprocessable,
                "A job takes at most 100 milestones.",
            )
            .rule("2.4")
            .remedy("Remove milestones that are not needed."),
            Self::TooManyBudgetLines => Refusal::new(
                "too_many_budget_lines",
                RejectionKind::Unprocessable,
                "A budget takes at most 200 lines.",
            )
            .rule("2.4")
            .remedy("Put lines together."),
            Self::TooManyNotes => Refusal::new(
                "too_many_notes",
                RejectionKind::Unprocessable,
                "A job takes at most 500 notes.",
            )
            .rule("2.4"),
            Self::ImpersonationNeedsContact => Refusal::new(
                "impersonation_needs_contact",
                RejectionKind::Conflict,
                "The job will need a contact assigned for the ability to impersonate.",
            )
            .rule("R64")
            .remedy("Add an owner to the job first."),
            Self::ImpersonatedIsNoOwner => Refusal::new(
                "impersonated_is_no_owner",
                RejectionKind::Conflict,
                "The contact is no owner of this job.",
            )
            .rule("R64")
            .remedy("Pick one of the job's owners, or add the contact as an owner first.")
            .field("contact"),
            Self::ImpersonatedIsClosed => Refusal::new(
                "impersonated_is_closed",
                RejectionKind::Conflict,
                "The contact's access is closed; through its eyes there is nothing to see.",
            )
            .rule("H13")
            .remedy("Enable the contact, or invite it again, or pick another owner."),
            Self::ImpersonationReasonNeeded => Refusal::new(
                "reason_needed",
                RejectionKind::Unprocessable,
                "Looking through an owner's eyes asks for a reason; the owner can read it.",
            )
            .rule("2.3")
            .remedy("Say why in the field reason.")
            .field("reason"),
            Self::TooManyImpersonations => Refusal::new(
                "too_many_impersonations",
                RejectionKind::Conflict,
                "Twenty people look through the eyes of this job's owners already.",
            )
            .rule("H13")
            .remedy("End one that is not needed, or wait until one is over."),
            Self::ImpersonationNotOver => Refusal::new(
                "impersonation_not_over",
                RejectionKind::Conflict,
                "The impersonation's time is not over yet.",
            ),
            Self::TooManyPortalLinks => Refusal::new(
                "too_many_portal_links",
                RejectionKind::Unprocessable,
                "A job takes at most 500 links to its portal, with those that have ended.",
            )
            .rule("G17")
            .remedy("Rotate a link that is there."),
            Self::PortalLinkForNoOwner => Refusal::new(
                "portal_link_for_no_owner",
                RejectionKind::Conflict,
                "The contact is no owner of this job.",
            )
            .rule("G18")
            .remedy("Add the contact as an owner first, or issue a link for the job.")
            .field("contact"),
            Self::PortalLinkForClosed => Refusal::new(
                "portal_link_for_closed",
                RejectionKind::Conflict,
                "The contact's access is closed; it sees nothing of the job.",
            )
            .rule("2.5")
            .remedy("Enable the contact, or invite it again, first.")
            .field("contact"),
            Self::PortalLinkTerm => Refusal::new(
                "portal_link_term",
                RejectionKind::Unprocessable,
                "A link works until some time to come, at most 366 days from now.",
            )
            .rule("G17")
            .remedy("Say another time, or leave it out.")
            .field("expires_at"),
            Self::PortalLinkNotTheirAddress => Refusal::new(
                "portal_link_not_their_address",
                RejectionKind::Conflict,
                "A personal link shows what waits for one owner; this is no address of theirs.",
            )
            .rule("R63")
            .remedy("Use an address of the contact, or issue a link for the job.")
            .field("email"),
            Self::PortalLinkEnded => Refusal::new(
                "portal_link_ended",
                RejectionKind::Conflict,
                "The link was revoked, or its time is over.",
            )
            .rule("2.3")
            .remedy("Issue another one."),
            Self::PortalLinkNotOver => Refusal::new(
                "portal_link_not_over",
                RejectionKind::Conflict,
                "The link's time is not over yet.",
            ),
        }
    }
}
