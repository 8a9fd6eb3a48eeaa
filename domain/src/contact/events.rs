//! What happens to a contact.

use super::activity::{Activity, Criterion};
use super::email_conflict::{self, EmailConflictClosed, EmailConflictReported};
use super::image::{ProfileImageRemoved, ProfileImageSet, changed as image_changed};
use super::letters::{FormerAddressTold, InviteReminded};
use super::membership::{ContactJoinedCustomer, ContactLeftCustomer, changed as customer_changed};
use super::permission::Permission;
use crate::custom_field::{CustomValue, FieldName};
use crate::event::{FieldChange, Shown, events, nothing_personal};
use crate::ids::{ContactId, CustomerId, InvitationId, JobId, LeadId, MergeId, PersonId, TokenId};
use crate::personal::{Change, HoldsPersonal, Personal, PersonalVisitor};
use crate::phone::PhoneNumber;
use crate::text::{Honorific, PersonName, PostalAddress, Reference};
use crate::{EmailAddress, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

events! {
    /// An event of a contact.
    ContactEvent {
        ContactCreated = "contact.created" v 1,
        ContactInfoUpdated = "contact.info_updated" v 1,
        PrimaryEmailSet = "contact.primary_email_set" v 1,
        PrimaryEmailChanged = "contact.primary_email_changed" v 1,
        PrimaryEmailSwapped = "contact.primary_email_swapped" v 1,
        AdditionalEmailAdded = "contact.additional_email_added" v 1,
        AdditionalEmailEdited = "contact.additional_email_edited" v 1,
        AdditionalEmailRemoved = "contact.additional_email_removed" v 1,
        PrimaryEmailClaimed = "contact.primary_email_claimed" v 1,
        PrimaryEmailReleased = "contact.primary_email_released" v 1,
        InviteSent = "contact.invite_sent" v 1,
        InviteResent = "contact.invite_resent" v 1,
        InviteCancelled = "contact.invite_cancelled" v 1,
        InviteAccepted = "contact.invite_accepted" v 1,
        InviteDeclined = "contact.invite_declined" v 1,
        InviteExpired = "contact.invite_expired" v 1,
        PersonLinked = "contact.person_linked" v 1,
        OwnerActivated = "contact.owner_activated" v 1,
        OwnerReactivated = "contact.owner_reactivated" v 1,
        OwnerDisabled = "contact.owner_disabled" v 1,
        OwnerReenabled = "contact.owner_reenabled" v 1,
        OwnerDeactivated = "contact.owner_deactivated" v 1,
        ContactDeleted = "contact.deleted" v 1,
        ContactRestored = "contact.restored" v 1,
        ContactsMerged = "contact.merged" v 1,
        ContactMergedInto = "contact.merged_into" v 1,
        ContactsUnmerged = "contact.unmerged" v 1,
        ContactUnmergedFrom = "contact.unmerged_from" v 1,
        PermissionsChanged = "contact.permissions_changed" v 1,
        CustomFieldSet = "contact.custom_field_set" v 1,
        OwnerImported = "contact.owner_imported" v 1,
        PrimaryEmailDefaulted = "contact.primary_email_defaulted" v 1,
        DuplicateResolved = "contact.duplicate_resolved" v 1,
        ProfileImageSet = "contact.profile_image_set" v 1,
        ProfileImageRemoved = "contact.profile_image_removed" v 1,
        InviteReminded = "contact.invite_reminded" v 1,
        FormerAddressTold = "contact.former_address_told" v 1,
        ContactJoinedCustomer = "contact.joined_customer" v 1,
        ContactLeftCustomer = "contact.left_customer" v 1,
        EmailConflictReported = "contact.email_conflict_reported" v 1,
        EmailConflictClosed = "contact.email_conflict_closed" v 1,
    }
}

/// A contact came into the builder's book (R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCreated {
    /// As shown in lists.
    pub name: Personal<PersonName>,
    /// The honorific (R111).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<Personal<Honorific>>,
    /// Where an invitation will go.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub primary_email: Option<Personal<EmailAddress>>,
    /// Up to five more (R20).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub additional_emails: Vec<Personal<EmailAddress>>,
    /// In the order in which they were given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phones: Option<Personal<Vec<PhoneNumber>>>,
    /// Where the person lives or is reached.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Personal<PostalAddress>>,
}

/// Name, title, phones or address changed; fields that did not change are absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactInfoUpdated {
    /// The name before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<Change<PersonName>>,
    /// The title before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<Change<Honorific>>,
    /// The phones before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phones: Option<Change<Vec<PhoneNumber>>>,
    /// The address before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Change<PostalAddress>>,
}

macro_rules! one_email {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The address.
            pub email: Personal<EmailAddress>,
        }

        impl HoldsPersonal for $name {
            fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
                visitor.visit("email", &mut self.email);
            }
        }
    )+};
}
one_email!(
    /// The contact got its first primary email.
    PrimaryEmailSet,
    /// The contact got one more additional email (R20, R40).
    AdditionalEmailAdded,
    /// An additional email was taken away.
    AdditionalEmailRemoved,
    /// The contact took the claim to its primary email within the builder account (R23, G2).
    PrimaryEmailClaimed,
    /// The contact gave its claim back.
    PrimaryEmailReleased,
    /// Of several emails that an older system listed, the first became the primary one (R19).
    PrimaryEmailDefaulted,
);

macro_rules! two_emails {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The address before.
            pub from: Personal<EmailAddress>,
            /// The address after.
            pub to: Personal<EmailAddress>,
        }

        impl HoldsPersonal for $name {
            fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
                visitor.visit("from", &mut self.from);
                visitor.visit("to", &mut self.to);
            }
        }
    )+};
}
two_emails!(
    /// The primary email became another; the old one is gone from the contact.
    PrimaryEmailChanged,
    /// An additional email took the primary spot, the primary one went to its place (R31).
    PrimaryEmailSwapped,
    /// An additional email became another (R41).
    AdditionalEmailEdited,
);

macro_rules! invitation_mail {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The invitation.
            pub invitation: InvitationId,
            /// The secret link that the mail carries; only its id is kept here.
            pub token: TokenId,
            /// The primary email at that moment (R17).
            pub sent_to: Personal<EmailAddress>,
            /// When the mail was put into the outbox.
            pub sent_at: Timestamp,
            /// From then on the link is dead.
            pub expires_at: Timestamp,
            /// Which mail of this invitation it is: 1, 2, 3 …
            pub attempt: u32,
        }

        impl HoldsPersonal for $name {
            fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
                visitor.visit("sent_to", &mut self.sent_to);
            }
        }
    )+};
}
invitation_mail!(
    /// An invitation was sent; the builder is locked out of the contact's info (R42, G1).
    InviteSent,
    /// The invitation was mailed again with a new secret; the old link is void (R8).
    InviteResent,
);

/// Why an invitation was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// It was taken back (R8): by the builder, or by a member of the contact's customer who may (2.8).
    /// Which of them, the event's actor says.
    #[serde(rename = "builder")]
    TakenBack,
    /// The contact was disabled while it was pending (G4).
    Disabled,
    /// The invitation goes to a corrected address instead (H5).
    Redirected,
    /// The contact was merged into another (H2).
    Merged,
    /// The contact was deleted (H7).
    Deleted,
}

/// The invitation ended before anybody answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteCancelled {
    /// The invitation.
    pub invitation: InvitationId,
    /// Why.
    pub cause: CancelCause,
}

/// The invitee accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteAccepted {
    /// The invitation.
    pub invitation: InvitationId,
    /// The link that was used.
    pub token: TokenId,
}

/// The invitee said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteDeclined {
    /// The invitation.
    pub invitation: InvitationId,
}

/// Nobody answered in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteExpired {
    /// The invitation.
    pub invitation: InvitationId,
}

/// The contact is this person's from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLinked {
    /// The person.
    pub person: PersonId,
}

/// The owner is active for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerActivated {
    /// The person behind the contact.
    pub person: PersonId,
    /// When; absent in events that are older than this field.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Timestamp>,
}

/// The owner is active again after a deactivation (R35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerReactivated {
    /// The person behind the contact.
    pub person: PersonId,
    /// When; absent in events that are older than this field.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Timestamp>,
}

/// The contact's link to its person is closed until it is enabled again (R9, R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerDisabled {}

/// The contact is what it was before it was disabled (R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerReenabled {}

/// Why an owner was deactivated, where it was by a rule and not by somebody of the builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeactivationReason {
    /// Another active owner had the same primary email, and kept it (R34).
    DuplicatePrimaryEmail,
}

impl DeactivationReason {
    /// The word that is stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DuplicatePrimaryEmail => "duplicate_primary_email",
        }
    }
}

/// The owner lost access until a new invitation is accepted; nothing else is lost (R35, R44).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerDeactivated {
    /// The rule's reason; somebody's own is in the envelope.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<DeactivationReason>,
}

/// The contact was taken out of the book; it can be restored (H7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDeleted {}

/// A deleted contact is back. Whoever was active needs a new invitation (2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRestored {}

/// Other contacts were merged into this one (R29, H2). What it took over stands in the events that
/// follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsMerged {
    /// The merge.
    pub merge: MergeId,
    /// Who was merged into it.
    pub absorbed: Vec<ContactId>,
}

/// A job on which the survivor took the place of the contact that was merged into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTakenOver {
    /// The job.
    pub job: JobId,
    /// Whether the survivor was an owner of it before.
    pub shared: bool,
}

/// The contact was merged into another; its id redirects there (H2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMergedInto {
    /// The merge.
    pub merge: MergeId,
    /// The contact that stands for it now.
    pub survivor: ContactId,
    /// The jobs that the survivor took over, so that unmerging can give them back.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub jobs: Vec<JobTakenOver>,
    /// The leads that it took over, for the same reason.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub leads: Vec<LeadId>,
}

/// A contact that had been merged into this one stands for itself again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsUnmerged {
    /// The merge that was taken back for this contact.
    pub merge: MergeId,
    /// Who it was.
    pub absorbed: ContactId,
}

/// The contact stands for itself again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactUnmergedFrom {
    /// The merge that was taken back.
    pub merge: MergeId,
    /// Who stood for it.
    pub survivor: ContactId,
}

/// What the contact may do in the customer portal became another set (G12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsChanged {
    /// Before.
    pub from: BTreeSet<Permission>,
    /// After.
    pub to: BTreeSet<Permission>,
    /// The merge that brought it, or that was taken back with it, where one was (H2).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub merge: Option<MergeId>,
}

/// A custom field has another value, or none any more (R41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomFieldSet {
    /// The field's stable name.
    pub field: FieldName,
    /// Its value before and after; cleared where nothing is after.
    pub value: Change<CustomValue>,
}

impl HoldsPersonal for CustomFieldSet {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        self.value.each("value.from", "value.to", visitor);
    }
}

/// An owner came over from an older system, with what it knows of them (H14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerImported {
    /// What the older system calls the owner.
    pub reference: Personal<Reference>,
    /// The person behind the contact, of an owner who was active there and is active here from now
    /// on; absent of one who was not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<PersonId>,
    /// When the owner was activated there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub activated_at: Option<Timestamp>,
    /// When the owner last signed in there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_login_at: Option<Timestamp>,
}

/// Of two owners with one primary email, one kept it, and this contact lost it (R34, G20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateResolved {
    /// The contact that kept the email.
    pub winner: ContactId,
    /// This one.
    pub loser: ContactId,
    /// What decided.
    pub by: Criterion,
    /// How active the winner's owner had been.
    pub winner_activity: Activity,
    /// How active this contact's owner had been.
    pub loser_activity: Activity,
}

nothing_personal!(
    DuplicateResolved,
    ContactDeleted,
    ContactRestored,
    ContactsMerged,
    ContactMergedInto,
    ContactsUnmerged,
    ContactUnmergedFrom,
    PermissionsChanged,
    InviteCancelled,
    InviteAccepted,
    InviteDeclined,
    InviteExpired,
    PersonLinked,
    OwnerActivated,
    OwnerReactivated,
    OwnerDisabled,
    OwnerReenabled,
    OwnerDeactivated,
);

impl HoldsPersonal for ContactCreated {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("name", &mut self.name);
        if let Some(title) = &mut self.title {
            visitor.visit("title", title);
        }
        if let Some(email) = &mut self.primary_email {
            visitor.visit("primary_email", email);
        }
        for email in &mut self.additional_emails {
            visitor.visit("additional_emails", email);
        }
        if let Some(phones) = &mut self.phones {
            visitor.visit("phones", phones);
        }
        if let Some(address) = &mut self.address {
            visitor.visit("address", address);
        }
    }
}

impl HoldsPersonal for OwnerImported {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("reference", &mut self.reference);
    }
}

impl HoldsPersonal for ContactInfoUpdated {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        if let Some(name) = &mut self.name {
            name.each("name.from", "name.to", visitor);
        }
        if let Some(title) = &mut self.title {
            title.each("title.from", "title.to", visitor);
        }
        if let Some(phones) = &mut self.phones {
            phones.each("phones.from", "phones.to", visitor);
        }
        if let Some(address) = &mut self.address {
            address.each("address.from", "address.to", visitor);
        }
    }
}

/// What a contact begins with.
fn created(e: &ContactCreated) -> Vec<FieldChange> {
    let mut changes = vec![FieldChange::new_value("name", &e.name)];
    if let Some(title) = &e.title {
        changes.push(FieldChange::new_value("title", title));
    }
    if let Some(email) = &e.primary_email {
        changes.push(FieldChange::new_value("primary_email", email));
    }
    for email in &e.additional_emails {
        changes.push(FieldChange::new_value("additional_emails", email));
    }
    if let Some(phones) = &e.phones {
        changes.push(FieldChange::new_value("phones", phones));
    }
    if let Some(address) = &e.address {
        changes.push(FieldChange::new_value("address", address));
    }
    changes
}

impl ContactEvent {
    /// What changed, field by field. Access is shown as the state that the event leads to.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::ContactCreated(e) => created(e),
            Self::ContactInfoUpdated(e) => {
                let mut changes = Vec::new();
                if let Some(name) = &e.name {
                    changes.push(FieldChange::between("name", &name.from, &name.to));
                }
                if let Some(title) = &e.title {
                    changes.push(FieldChange::between("title", &title.from, &title.to));
                }
                if let Some(phones) = &e.phones {
                    changes.push(FieldChange::between("phones", &phones.from, &phones.to));
                }
                if let Some(address) = &e.address {
                    changes.push(FieldChange::between("address", &address.from, &address.to));
                }
                changes
            }
            Self::PrimaryEmailSet(e) => vec![FieldChange::new_value("primary_email", &e.email)],
            Self::PrimaryEmailChanged(e) => {
                vec![FieldChange::between("primary_email", &e.from, &e.to)]
            }
            Self::PrimaryEmailSwapped(e) => vec![
                FieldChange::between("primary_email", &e.from, &e.to),
                FieldChange::between("additional_emails", &e.to, &e.from),
            ],
            Self::AdditionalEmailAdded(e) => {
                vec![FieldChange::new_value("additional_emails", &e.email)]
            }
            Self::AdditionalEmailEdited(e) => {
                vec![FieldChange::between("additional_emails", &e.from, &e.to)]
            }
            Self::AdditionalEmailRemoved(e) => {
                vec![FieldChange::old_value("additional_emails", &e.email)]
            }
            Self::PrimaryEmailClaimed(e) => {
                vec![FieldChange::new_value("primary_email_claim", &e.email)]
            }
            Self::PrimaryEmailReleased(e) => {
                vec![FieldChange::old_value("primary_email_claim", &e.email)]
            }
            Self::InviteSent(e) => invited(&e.sent_to),
            Self::InviteResent(e) => vec![FieldChange::new_value("invitation", &e.sent_to)],
            Self::InviteCancelled(_) => ended("cancelled"),
            Self::InviteDeclined(_) => ended("declined"),
            Self::InviteExpired(_) => ended("expired"),
            Self::InviteAccepted(_) => {
                vec![FieldChange::between("invitation", "pending", "accepted")]
            }
            // Without the person's id, which is the same with every builder (R45).
            Self::PersonLinked(_) => vec![FieldChange::new_value("person", "linked")],
            Self::OwnerActivated(_) | Self::OwnerReactivated(_) => access("active"),
            Self::OwnerDisabled(_) => access("disabled"),
            Self::OwnerReenabled(_) => access("enabled"),
            Self::OwnerDeactivated(e) => {
                let reason = e.reason.map(DeactivationReason::word);
                let reason = reason.map(|reason| FieldChange::new_value("reason", reason));
                access("deactivated").into_iter().chain(reason).collect()
            }
            Self::ContactDeleted(_) => access("deleted"),
            Self::ContactRestored(_) => access("restored"),
            Self::ContactsMerged(e) => each_id("merged_contacts", &e.absorbed, true),
            Self::ContactsUnmerged(e) => each_id("merged_contacts", &[e.absorbed], false),
            Self::ContactMergedInto(e) => {
                vec![FieldChange::new_value("merged_into", e.survivor.to_string())]
            }
            Self::ContactUnmergedFrom(e) => {
                vec![FieldChange::old_value("merged_into", e.survivor.to_string())]
            }
            Self::PermissionsChanged(e) => {
                vec![FieldChange::between("permissions", permissions(&e.from), permissions(&e.to))]
            }
            Self::CustomFieldSet(e) => {
                let field = format!("custom_fields.{}", e.field.as_str());
                vec![FieldChange::between(field, &e.value.from, &e.value.to)]
            }
            Self::OwnerImported(e) => imported(e),
            Self::PrimaryEmailDefaulted(e) => {
                vec![FieldChange::new_value("primary_email_by_default", &e.email)]
            }
            Self::DuplicateResolved(e) => vec![
                FieldChange::new_value("primary_email_kept_by", e.winner.to_string()),
                FieldChange::new_value("decision", format!("kept the email: {}", e.why())),
            ],
            Self::ProfileImageSet(e) => image_changed(e.replaced, Some(e.image)),
            Self::ProfileImageRemoved(e) => image_changed(Some(e.image), None),
            Self::InviteReminded(e) => {
                vec![FieldChange::new_value("invitation_reminder", &e.sent_to)]
            }
            Self::FormerAddressTold(e) => {
                vec![FieldChange::new_value("former_address_told", &e.sent_to)]
            }
            Self::ContactJoinedCustomer(e) => customer_changed(None, Some(e.customer)),
            Self::ContactLeftCustomer(e) => customer_changed(Some(e.customer), None),
            Self::EmailConflictReported(e) => email_conflict::reported(e.owner),
            Self::EmailConflictClosed(e) => email_conflict::closed(e),
        }
    }

    /// What becomes of a claim to a primary email, where the event is about one.
    pub const fn claim(&self) -> Option<(&Personal<EmailAddress>, ClaimChange)> {
        match self {
            Self::PrimaryEmailClaimed(e) => Some((&e.email, ClaimChange::Taken)),
            Self::PrimaryEmailReleased(e) => Some((&e.email, ClaimChange::Released)),
            Self::ContactCreated(_)
            | Self::ContactInfoUpdated(_)
            | Self::PrimaryEmailSet(_)
            | Self::PrimaryEmailChanged(_)
            | Self::PrimaryEmailSwapped(_)
            | Self::AdditionalEmailAdded(_)
            | Self::AdditionalEmailEdited(_)
            | Self::AdditionalEmailRemoved(_)
            | Self::InviteSent(_)
            | Self::InviteResent(_)
            | Self::InviteCancelled(_)
            | Self::InviteAccepted(_)
            | Self::InviteDeclined(_)
            | Self::InviteExpired(_)
            | Self::PersonLinked(_)
            | Self::OwnerActivated(_)
            | Self::OwnerReactivated(_)
            | Self::OwnerDisabled(_)
            | Self::OwnerReenabled(_)
            | Self::OwnerDeactivated(_)
            | Self::ContactDeleted(_)
            | Self::ContactRestored(_)
            | Self::ContactsMerged(_)
            | Self::ContactMergedInto(_)
            | Self::ContactsUnmerged(_)
            | Self::ContactUnmergedFrom(_)
            | Self::PermissionsChanged(_)
            | Self::CustomFieldSet(_)
            | Self::OwnerImported(_)
            | Self::PrimaryEmailDefaulted(_)
            | Self::DuplicateResolved(_)
            | Self::ProfileImageSet(_)
            | Self::ProfileImageRemoved(_)
            | Self::InviteReminded(_)
            | Self::FormerAddressTold(_)
            | Self::ContactJoinedCustomer(_)
            | Self::ContactLeftCustomer(_)
            | Self::EmailConflictReported(_)
            | Self::EmailConflictClosed(_) => None,
        }
    }

    /// What becomes of an invitation, where the event is about one.
    pub const fn invitation(&self) -> Option<(InvitationId, InvitationStep<'_>)> {
        use InvitationStep::{Ended, FormerTold, Reminded, Resent, Sent};
        match self {
            Self::InviteSent(e) => Some((e.invitation, Sent(e))),
            Self::InviteResent(e) => Some((e.invitation, Resent(e))),
            Self::InviteCancelled(e) => Some((e.invitation, Ended("cancelled"))),
            Self::InviteAccepted(e) => Some((e.invitation, Ended("accepted"))),
            Self::InviteDeclined(e) => Some((e.invitation, Ended("declined"))),
            Self::InviteExpired(e) => Some((e.invitation, Ended("expired"))),
            Self::InviteReminded(e) => Some((e.invitation, Reminded(e))),
            Self::FormerAddressTold(e) => Some((e.invitation, FormerTold(e))),
            Self::ContactCreated(_)
            | Self::ContactInfoUpdated(_)
            | Self::PrimaryEmailSet(_)
            | Self::PrimaryEmailChanged(_)
            | Self::PrimaryEmailSwapped(_)
            | Self::AdditionalEmailAdded(_)
            | Self::AdditionalEmailEdited(_)
            | Self::AdditionalEmailRemoved(_)
            | Self::PrimaryEmailClaimed(_)
            | Self::PrimaryEmailReleased(_)
            | Self::PersonLinked(_)
            | Self::OwnerActivated(_)
            | Self::OwnerReactivated(_)
            | Self::OwnerDisabled(_)
            | Self::OwnerReenabled(_)
            | Self::OwnerDeactivated(_)
            | Self::ContactDeleted(_)
            | Self::ContactRestored(_)
            | Self::ContactsMerged(_)
            | Self::ContactMergedInto(_)
            | Self::ContactsUnmerged(_)
            | Self::ContactUnmergedFrom(_)
            | Self::PermissionsChanged(_)
            | Self::CustomFieldSet(_)
            | Self::OwnerImported(_)
            | Self::PrimaryEmailDefaulted(_)
            | Self::DuplicateResolved(_)
            | Self::ProfileImageSet(_)
            | Self::ProfileImageRemoved(_)
            | Self::ContactJoinedCustomer(_)
            | Self::ContactLeftCustomer(_)
            | Self::EmailConflictReported(_)
            | Self::EmailConflictClosed(_) => None,
        }
    }

    /// Which customer the contact belongs to no more, and which one since, where the event is about
    /// that.
    pub const fn customer_change(&self) -> (Option<CustomerId>, Option<CustomerId>) {
        match self {
            Self::ContactJoinedCustomer(e) => (None, Some(e.customer)),
            Self::ContactLeftCustomer(e) => (Some(e.customer), None),
            Self::ContactCreated(_)
            | Self::ContactInfoUpdated(_)
            | Self::PrimaryEmailSet(_)
            | Self::PrimaryEmailChanged(_)
            | Self::PrimaryEmailSwapped(_)
            | Self::AdditionalEmailAdded(_)
            | Self::AdditionalEmailEdited(_)
            | Self::AdditionalEmailRemoved(_)
            | Self::PrimaryEmailClaimed(_)
            | Self::PrimaryEmailReleased(_)
            | Self::InviteSent(_)
            | Self::InviteResent(_)
            | Self::InviteCancelled(_)
            | Self::InviteAccepted(_)
            | Self::InviteDeclined(_)
            | Self::InviteExpired(_)
            | Self::PersonLinked(_)
            | Self::OwnerActivated(_)
            | Self::OwnerReactivated(_)
            | Self::OwnerDisabled(_)
            | Self::OwnerReenabled(_)
            | Self::OwnerDeactivated(_)
            | Self::ContactDeleted(_)
            | Self::ContactRestored(_)
            | Self::ContactsMerged(_)
            | Self::ContactMergedInto(_)
            | Self::ContactsUnmerged(_)
            | Self::ContactUnmergedFrom(_)
            | Self::PermissionsChanged(_)
            | Self::CustomFieldSet(_)
            | Self::OwnerImported(_)
            | Self::PrimaryEmailDefaulted(_)
            | Self::DuplicateResolved(_)
            | Self::ProfileImageSet(_)
            | Self::ProfileImageRemoved(_)
            | Self::InviteReminded(_)
            | Self::FormerAddressTold(_)
            | Self::EmailConflictReported(_)
            | Self::EmailConflictClosed(_) => (None, None),
        }
    }
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimChange {
    /// The contact holds it now.
    Taken,
    /// Nobody holds it any more.
    Released,
}

/// What becomes of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationStep<'a> {
    /// Its first mail goes out.
    Sent(&'a InviteSent),
    /// One more goes out, with another link.
    Resent(&'a InviteResent),
    /// Whoever has not answered is reminded, without a link.
    Reminded(&'a InviteReminded),
    /// The address that the owner had before is told of it, without a link (H6).
    FormerTold(&'a FormerAddressTold),
    /// It is over, and this is how.
    Ended(&'static str),
}

fn each_id(field: &'static str, ids: &[ContactId], come: bool) -> Vec<FieldChange> {
    let change = if come { FieldChange::new_value } else { FieldChange::old_value };
    ids.iter().map(|id| change(field, Shown::from(id.to_string()))).collect()
}

fn permissions(set: &BTreeSet<Permission>) -> String {
    set.iter().map(|permission| permission.word()).collect::<Vec<_>>().join(", ")
}

fn imported(e: &OwnerImported) -> Vec<FieldChange> {
    let mut changes = vec![FieldChange::new_value("legacy_reference", &e.reference)];
    let times = [("activated_at", e.activated_at), ("last_login_at", e.last_login_at)];
    for (field, at) in times {
        changes.extend(at.map(|at| FieldChange::new_value(field, at.to_string())));
    }
    if e.person.is_some() {
        changes.extend(access("active"));
    }
    changes
}

fn access(to: &'static str) -> Vec<FieldChange> {
    vec![FieldChange::new_value("access", to)]
}

fn ended(how: &'static str) -> Vec<FieldChange> {
    vec![FieldChange::between("invitation", "pending", how)]
}

fn invited(sent_to: &Personal<EmailAddress>) -> Vec<FieldChange> {
    vec![
        FieldChange::new_value("invitation", Shown::from(sent_to)),
        FieldChange::new_value("access", "pending"),
    ]
}
