//! The rules of Titleblock: what may happen to contacts, jobs and builder accounts, and what is
//! recorded when it does.
//!
//! Everything here is pure. Time, ids and chance come in as arguments; nothing here knows a
//! database, a socket or a clock. Start at [`ledger`], which decides a command against the state
//! of one ledger, and go on to the aggregate that it concerns: [`contact`], [`job`], [`lead`],
//! [`customer`], [`work_order`], [`owner_item`], [`builder_account`], [`installation`], [`notification`],
//! [`person`], [`subcontractor`], [`subcontractor_org`].

pub mod actor;
pub mod builder_account;
pub mod contact;
pub mod custom_field;
pub mod customer;
pub mod day;
pub mod email;
pub mod event;
mod free_mail;
pub mod ids;
pub mod installation;
pub mod job;
pub mod lead;
pub mod ledger;
pub mod notification;
pub mod owner_item;
pub mod person;
pub mod personal;
pub mod phone;
pub mod rejection;
pub mod subcontractor;
pub mod subcontractor_org;
pub mod text;
pub mod timestamp;
pub mod work_order;

pub use actor::{Actor, Authority, Channel, Circumstances, Grant, Role};
pub use custom_field::{CustomField, CustomValue, FieldName, TypedValue};
pub use day::Day;
pub use email::EmailAddress;
pub use event::{AggregateKind, Event, FieldChange, Shown};
pub use ids::{
    AccountId, AggregateId, ApiKeyId, BulkId, CommentId, ContactId, CredentialId, CustomerId,
    EventId, FactorId, ImageId, ImpersonationId, InterventionId, InvitationId, JobId,
    JoinRequestId, LeadId, LedgerId, MailId, MilestoneId, NoteId, OrgId, OwnerItemId, PersonId,
    PortalLinkId, PrimaryContactRequestId, ProjectInvitationId, SessionId, StaffId, SubUserId,
    SubcontractorId, SubjectId, TaskId, TemplateId, TokenId, WorkOrderId,
};
pub use ledger::{Command, Decision, Halt, LedgerState, Need, Outcome};
pub use personal::{Change, Personal, PersonalVisitor, Sealable};
pub use phone::PhoneNumber;
pub use rejection::{Rejection, RejectionKind};
pub use text::{CompanyName, JobName, JobType, PersonName, PostalAddress, Reason};
pub use timestamp::Timestamp;

/// The position of an aggregate's event among the events of that aggregate: 1, 2, 3 …
pub type Sequence = u64;

/// An event that cannot follow the events before it: the history is damaged, or its writer was.
///
/// `replay-tool verify` reports it; nothing ignores it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot follow on {aggregate}: {why}")]
pub struct ImpossibleStep {
    /// The stored type of the event, such as `contact.invite_accepted`.
    pub event: &'static str,
    /// What the event was to be applied to.
    pub aggregate: AggregateId,
    /// The state that stands against it.
    pub why: &'static str,
}
