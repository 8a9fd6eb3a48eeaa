//! Why a contact refuses a command.

use crate::ids::ContactId;
use crate::rejection::{Refusal, RejectionKind};
use crate::text::PersonName;

/// A rule of contacts that said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactRejection {
    /// The id is in use.
    AlreadyExists,
    /// The person behind the contact has been erased.
    Erased,
    /// R25: the email's holder is an activated owner.
    PrimaryEmailOnActivatedOwner {
        /// The holder.
        holder: ContactId,
    },
    /// R27: the email is claimed by another contact of the account.
    PrimaryEmailClaimed {
        /// The holder.
        holder: ContactId,
        /// The holder's name, for the builder's eyes.
        name: Option<PersonName>,
    },
    /// R32: an owner asks for an email that another contact has; no name is told.
    PrimaryEmailTaken,
    /// R20.
    TooManyEmails,
    /// R22.
    AdditionalNeedsPrimary,
    /// G7: the address is there already.
    DuplicateEmail,
    /// The additional email is not there.
    UnknownAdditionalEmail,
    /// G5: an active owner's additional emails are not removed by the builder.
    AdditionalEmailIsOwners,
    /// R42.
    LockedPending,
    /// R38, R39.
    LockedActive,
    /// The actor is not this contact's owner.
    NotTheOwner,
    /// R17: there is no address to invite to.
    NoPrimaryEmail,
    /// There is an open invitation already.
    AlreadyPending,
    /// The owner is active already.
    AlreadyActive,
    /// G3: a disabled contact is enabled, not invited.
    IsDisabled,
    /// No invitation is open.
    NotPending,
    /// More invitation mails than a day takes.
    MailedTooOften,
    /// It is disabled already.
    AlreadyDisabled,
    /// It is not disabled.
    NotDisabled,
    /// Only an active or a disabled owner can be deactivated.
    NotActive,
    /// Deactivating asks for a reason.
    ReasonNeeded,
    /// The link is past its time.
    InviteExpired,
    /// The invitation was cancelled or declined.
    InviteCancelled,
    /// A newer mail was sent.
    InviteSuperseded,
    /// Somebody accepted already.
    InviteUsed,
    /// H6: the address changed since this person was linked; only their own login links them again.
    LoginNeeded,
    /// The clock has not reached the invitation's end.
    NotExpiredYet,
    /// The contact of this invitation was merged into another (H2).
    InviteMerged,
    /// A redirected invitation goes to another address.
    SameAddress,
    /// The contact is deleted (H7).
    IsDeleted,
    /// Another contact stands for it (H2).
    IsMerged {
        /// That contact.
        into: ContactId,
    },
    /// R124: deleting asks for a confirmation.
    ConfirmationNeeded,
    /// R123.
    CannotDeleteSelf,
    /// It is in the book.
    NotDeleted,
    /// H2: two owners of the merged contacts are active.
    MergeBothActive,
    /// H2: the one active owner's contact survives.
    MergeSurvivorMustBeActive {
        /// That contact.
        active: ContactId,
    },
    /// H2, R20: more addresses than a contact has.
    MergeTooManyEmails,
    /// A contact is merged with others than itself, each once.
    MergeWithItself,
    /// A field is taken over from a contact that is not part of the merge, or that has no such
    /// value.
    MergePickUnknown,
    /// It is not merged into another.
    NotMerged,
    /// The contact that stands for it is itself deleted or merged.
    MergeSurvivorGone {
        /// That contact.
        survivor: ContactId,
    },
    /// The account has no such custom field (R41).
    UnknownCustomField,
    /// The value is none of the field's kind.
    CustomFieldWrongKind {
        /// What it would have to be, in words.
        expected: &'static str,
    },
    /// The value is none of the field's options.
    CustomFieldUnknownChoice,
    /// R36: the profile image is its owner's alone.
    ImageIsOwners,
    /// 2.5: the account does not want reminders, or it is not the time for this one.
    ReminderNotDue,
    /// H4: nobody waits for that email any more.
    EmailConflictOver,
    /// H4: the owner is on none of the jobs, or on none that is open.
    OwnerOnNoOpenJob,
}

const THREE_REMEDIES: &str = "Remove this contact and add the one that holds the email; or merge \
     the contacts if they are the same person; or change this contact's primary email to one \
     that is unique, for example by swapping it with an additional email.";

impl ContactRejection {
    /// The stored types of the events of which the last one made it so.
    pub(crate) const fn caused_by(&self) -> &'static [&'static str] {
        match self {
            Self::LockedPending | Self::AlreadyPending | Self::SameAddress => {
                &["contact.invite_sent", "contact.invite_resent"]
            }
            Self::LockedActive | Self::AlreadyActive | Self::AdditionalEmailIsOwners => {
                &["contact.owner_activated", "contact.owner_reactivated", "contact.owner_imported"]
            }
            Self::IsDisabled | Self::AlreadyDisabled => &["contact.owner_disabled"],
            Self::NotDisabled => &["contact.owner_reenabled"],
            Self::NotPending => &[
                "contact.invite_accepted",
                "contact.invite_cancelled",
                "contact.invite_declined",
                "contact.invite_expired",
            ],
            Self::MailedTooOften => &["contact.invite_sent", "contact.invite_resent"],
            Self::NotActive => &["contact.owner_deactivated"],
            Self::IsDeleted => &["contact.deleted"],
            Self::IsMerged { .. } | Self::InviteMerged => &["contact.merged_into"],
            Self::NotDeleted => &["contact.restored"],
            Self::NotMerged => &["contact.unmerged_from"],
            Self::InviteCancelled => &["contact.invite_cancelled", "contact.invite_declined"],
            Self::InviteSuperseded => &["contact.invite_resent", "contact.invite_sent"],
            Self::InviteUsed => &["contact.invite_accepted"],
            Self::InviteExpired => &["contact.invite_expired"],
            Self::LoginNeeded => {
                &["contact.primary_email_changed", "contact.primary_email_swapped"]
            }
            Self::AlreadyExists => &["contact.created"],
            Self::Erased
            | Self::PrimaryEmailOnActivatedOwner { .. }
            | Self::PrimaryEmailClaimed { .. }
            | Self::PrimaryEmailTaken
            | Self::TooManyEmails
            | Self::AdditionalNeedsPrimary
            | Self::DuplicateEmail
            | Self::UnknownAdditionalEmail
            | Self::NotTheOwner
            | Self::NoPrimaryEmail
            | Self::ReasonNeeded
            | Self::NotExpiredYet
            | Self::ConfirmationNeeded
            | Self::CannotDeleteSelf
            | Self::MergeBothActive
            | Self::MergeSurvivorMustBeActive { .. }
            | Self::MergeTooManyEmails
            | Self::MergeWithItself
            | Self::MergePickUnknown
            | Self::MergeSurvivorGone { .. }
            | Self::UnknownCustomField
            | Self::CustomFieldWrongKind { .. }
            | Self::CustomFieldUnknownChoice
            | Self::ImageIsOwners
            | Self::ReminderNotDue
            | Self::EmailConflictOver
            | Self::OwnerOnNoOpenJob => &[],
        }
    }

    /// What it says.
    #[expect(clippy::too_many_lines, reason = "one list of texts")]
    pub(crate) fn refusal(&self) -> Refusal {
        use RejectionKind::{Conflict, Forbidden, Gone, TooOften, Unprocessable};
        let refuse = |code, kind, cause: &str| Refusal::new(code, kind, cause);
        match self {
            Self::AlreadyExists => {
                refuse("already_exists", Conflict, "A contact with this id is there already.")
            }
            Self::Erased => refuse("contact_erased", Conflict, "This person has been erased."),
            Self::PrimaryEmailOnActivatedOwner { holder } => refuse(
                "primary_email_on_activated_owner",
                Conflict,
                "This email is currently the Primary Email associated with another account.",
            )
            .rule("R25")
            .remedy("Select the existing contact that has this primary email (R26).")
            .field("primary_email")
            .holder(*holder),
            Self::PrimaryEmailClaimed { holder, name } => Refusal::new(
                "primary_email_claimed",
                Conflict,
                format!(
                    "The primary email is claimed by {}.",
                    name.as_ref().map_or("another contact", PersonName::as_str)
                ),
            )
            .rule("R27")
            .remedy(THREE_REMEDIES)
            .holder(*holder),
            Self::PrimaryEmailTaken => refuse(
                "primary_email_taken_contact_builder",
                Conflict,
                "Another contact of your builder has this email.",
            )
            .rule("R32")
            .remedy("Work with your builder to get the existing contact linked to your job.")
            .field("primary_email"),
            Self::TooManyEmails => refuse(
                "too_many_emails",
                Unprocessable,
                "A contact has at most six emails: one primary and five additional.",
            )
            .rule("R20")
            .remedy("Remove an additional email first."),
            Self::AdditionalNeedsPrimary => refuse(
                "additional_needs_primary",
                Unprocessable,
                "Additional emails need a primary email.",
            )
            .rule("R22")
            .remedy("Set the primary email first."),
            Self::DuplicateEmail => refuse(
                "duplicate_email_in_contact",
                Conflict,
                "The contact has this email already.",
            )
            .rule("G7")
            .remedy("To make an additional email the primary one, swap them."),
            Self::UnknownAdditionalEmail => refuse(
                "unknown_additional_email",
                Unprocessable,
                "The contact has no such additional email.",
            )
            .field("email"),
            Self::AdditionalEmailIsOwners => refuse(
                "additional_email_is_owners",
                Conflict,
                "An active owner's additional emails are added and edited, but not removed, by the \
                 builder.",
            )
            .rule("G5")
            .remedy("Ask the owner to remove it."),
            Self::LockedPending => refuse(
                "contact_locked_pending",
                Conflict,
                "The contact's info is locked since the invitation was sent.",
            )
            .rule("R42")
            .remedy(
                "Cancel the pending invite, edit the contact info, then resend the invite (R43).",
            ),
            Self::LockedActive => refuse(
                "contact_locked_active",
                Conflict,
                "Only the active owner can update this contact's info.",
            )
            .rule("R39")
            .remedy("Deactivate the Owner, edit the info, then resend the invite (R44)."),
            Self::NotTheOwner => refuse(
                "not_permitted",
                Forbidden,
                "Only the owner linked to this contact may do that.",
            )
            .rule("R38"),
            Self::NoPrimaryEmail => refuse(
                "no_primary_email",
                Unprocessable,
                "The contact has no primary email, and invitations go nowhere else.",
            )
            .rule("R17")
            .remedy("Set a primary email first.")
            .field("primary_email"),
            Self::AlreadyPending => {
                refuse("invite_already_pending", Conflict, "An invitation is pending already.")
                    .rule("R8")
                    .remedy("Resend the pending invite, or cancel it.")
            }
            Self::AlreadyActive => {
                refuse("already_active", Conflict, "The owner has accepted already.")
                    .rule("R44")
                    .remedy("Nothing is needed; to start over, deactivate the owner first.")
            }
            Self::IsDisabled => refuse("contact_disabled", Conflict, "The contact is disabled.")
                .rule("G3")
                .remedy("Enable the contact; what it could do before, it can do again."),
            Self::NotPending => refuse("invite_not_pending", Conflict, "No invitation is pending.")
                .rule("R8")
                .remedy("Send an invite first."),
            Self::MailedTooOften => refuse(
                "invite_mailed_too_often",
                TooOften,
                "A contact gets at most ten invitation mails in a day.",
            )
            .rule("2.3")
            .remedy("Wait a day, or ask the invitee to look for the last mail."),
            Self::AlreadyDisabled => {
                refuse("already_disabled", Conflict, "The contact is disabled already.").rule("R10")
            }
            Self::NotDisabled => {
                refuse("not_disabled", Conflict, "The contact is not disabled.").rule("R10")
            }
            Self::NotActive => refuse(
                "not_active",
                Conflict,
                "Only an owner who has accepted an invitation can be deactivated.",
            )
            .rule("R44")
            .remedy("Cancel a pending invite, or disable the contact."),
            Self::ReasonNeeded => {
                refuse("reason_needed", Unprocessable, "Deactivating an owner asks for a reason.")
                    .rule("2.3")
                    .remedy("Say why in the field reason.")
                    .field("reason")
            }
            Self::InviteExpired => refuse("invite_expired", Gone, "This invitation has expired.")
                .remedy("Ask your builder to send a new one."),
            Self::InviteCancelled => {
                refuse("invite_cancelled", Gone, "This invitation was taken back.")
                    .remedy("Ask your builder.")
            }
            Self::InviteSuperseded => refuse(
                "invite_superseded",
                Gone,
                "A newer mail has been sent; the link in this one is dead.",
            )
            .remedy("Use the link in the newest mail."),
            Self::InviteUsed => {
                refuse("invite_used", Gone, "This invitation has been accepted already.")
                    .remedy("Sign in.")
            }
            Self::LoginNeeded => refuse(
                "login_needed",
                Forbidden,
                "The email of this contact changed since you were linked to it.",
            )
            .rule("H6")
            .remedy("Sign in with your own credentials to be linked again."),
            Self::NotExpiredYet => {
                refuse("invite_not_expired", Conflict, "The invitation has not expired yet.")
            }
            Self::InviteMerged => refuse(
                "invite_merged",
                Gone,
                "The contact that was invited has been merged into another.",
            )
            .rule("H2")
            .remedy("Ask your builder for a new invitation."),
            Self::SameAddress => refuse(
                "invite_same_address",
                Unprocessable,
                "The invitation went to this address already.",
            )
            .rule("H5")
            .remedy("Resend the pending invite.")
            .field("email"),
            Self::IsDeleted => refuse("contact_deleted", Conflict, "The contact is deleted.")
                .rule("H7")
                .remedy("Restore the contact first."),
            Self::IsMerged { into } => refuse(
                "contact_merged",
                Conflict,
                "The contact was merged into another, which stands for it now.",
            )
            .rule("H2")
            .remedy("Use the contact that it was merged into, or unmerge it first.")
            .holder(*into),
            Self::ConfirmationNeeded => refuse(
                "confirmation_needed",
                Unprocessable,
                "Deleting a contact takes it off its jobs and gives its email free.",
            )
            .rule("R124")
            .remedy("Ask again with confirm=true.")
            .field("confirm"),
            Self::CannotDeleteSelf => {
                refuse("cannot_delete_self", Forbidden, "Nobody deletes their own contact.")
                    .rule("R123")
                    .remedy("Ask your builder.")
            }
            Self::NotDeleted => {
                refuse("not_deleted", Conflict, "The contact is not deleted.").rule("H7")
            }
            Self::MergeBothActive => refuse(
                "merge_both_active",
                Conflict,
                "Two of the contacts have owners of their own, whose to-dos and messages are \
                 theirs alone.",
            )
            .rule("H2")
            .remedy("Deactivate one of the owners first, with a reason."),
            Self::MergeSurvivorMustBeActive { active } => refuse(
                "merge_survivor_must_be_active",
                Conflict,
                "The contact whose owner is active survives a merge.",
            )
            .rule("H2")
            .remedy("Merge the others into that contact.")
            .field("survivor")
            .holder(*active),
            Self::MergeTooManyEmails => refuse(
                "merge_too_many_emails",
                Unprocessable,
                "Together the contacts have more than six emails; nothing is dropped silently.",
            )
            .rule("H2")
            .remedy("Say in additional_emails which ones to keep.")
            .field("additional_emails"),
            Self::MergeWithItself => refuse(
                "merge_with_itself",
                Unprocessable,
                "A merge names a survivor and one or more others, each once.",
            )
            .rule("H2")
            .field("absorbed"),
            Self::MergePickUnknown => refuse(
                "merge_pick_unknown",
                Unprocessable,
                "A field can only be taken from a contact of the merge that has it.",
            )
            .rule("H2")
            .remedy("Look at the preview.")
            .field("fields"),
            Self::NotMerged => {
                refuse("not_merged", Conflict, "The contact is not merged into another.").rule("H2")
            }
            Self::MergeSurvivorGone { survivor } => refuse(
                "merge_survivor_gone",
                Conflict,
                "The contact that stands for this one is deleted or merged itself.",
            )
            .rule("H2")
            .remedy("Restore or unmerge that contact first.")
            .holder(*survivor),
            Self::UnknownCustomField => refuse(
                "unknown_custom_field",
                RejectionKind::Unknown,
                "The account has no custom field of this name.",
            )
            .rule("R41")
            .remedy("Use a field of /v1/custom-fields, or add this one to them."),
            Self::CustomFieldWrongKind { expected } => Refusal::new(
                "custom_field_wrong_kind",
                Unprocessable,
                format!("The value of this field must be {expected}."),
            )
            .rule("R41")
            .remedy("Look at the field's kind in /v1/custom-fields.")
            .field("value"),
            Self::CustomFieldUnknownChoice => refuse(
                "custom_field_unknown_choice",
                Unprocessable,
                "The value is none of the field's options.",
            )
            .rule("R41")
            .remedy("Use an option of the field in /v1/custom-fields, or add this one to them.")
            .field("value"),
            Self::ReminderNotDue => {
                refuse("reminder_not_due", Conflict, "No reminder is due for this invitation.")
                    .rule("2.5")
            }
            Self::EmailConflictOver => refuse(
                "email_conflict_over",
                Conflict,
                "The owner does not wait for this email any more: it became free, or somebody has \
                 seen to it.",
            )
            .rule("H4")
            .remedy("Change the job's owners instead, if the contact is to be on it."),
            Self::OwnerOnNoOpenJob => refuse(
                "owner_on_no_open_job",
                Conflict,
                "The owner is on no open job where the other contact could take their place.",
            )
            .rule("H4")
            .remedy("Merge the two contacts, or set the matter aside.")
            .field("jobs"),
            Self::ImageIsOwners => refuse(
                "image_owner_only",
                Forbidden,
                "Only the owner sets or removes their profile image, once they are active.",
            )
            .rule("R36")
            .remedy("Ask the owner to set it, after signing in; you see it as soon as they have."),
        }
    }
}
