//! The ids of things. Two ids of different things are two types.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id as the UUID it is stored as.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One tenant's ordered, append-only record.
    LedgerId
);
id!(
    /// A builder account, the tenant. Its ledger has the same UUID.
    AccountId
);
id!(
    /// One builder account's record of a person.
    ContactId
);
id!(
    /// A building project.
    JobId
);
id!(
    /// Something that support does in a builder's account.
    InterventionId
);
id!(
    /// Somebody who may become a customer.
    LeadId
);
id!(
    /// A household or company that several contacts belong to.
    CustomerId
);
id!(
    /// What a member of a customer asks the builder to do.
    WorkOrderId
);
id!(
    /// A task of a job.
    TaskId
);
id!(
    /// A milestone of a job.
    MilestoneId
);
id!(
    /// An internal note on a job.
    NoteId
);
id!(
    /// A To-Do or a message between the builder and one owner of a job.
    OwnerItemId
);
id!(
    /// A template that jobs are made from.
    TemplateId
);
id!(
    /// The human who logs in; linked to contacts of any number of builder accounts.
    PersonId
);
id!(
    /// A person's session.
    SessionId
);
id!(
    /// One password of a person; its hash stands beside the ledger.
    CredentialId
);
id!(
    /// One invitation, from the first mail to its end; a resend keeps it.
    InvitationId
);
id!(
    /// One mail that the product sends. A mail with a link has the UUID of its [`TokenId`].
    MailId
);
id!(
    /// One secret link. Its secret is never in an event; this id is.
    TokenId
);
id!(
    /// One look of somebody of the builder through an owner's eyes (R64).
    ImpersonationId
);
id!(
    /// A link to a job's portal (R90); the address of its page names it.
    PortalLinkId
);
id!(
    /// A key with which a backend service acts for a builder account.
    ApiKeyId
);
id!(
    /// One member of a builder account's staff; it does not tell which person that is.
    StaffId
);
id!(
    /// One second factor of a person; its secret stands beside the ledger.
    FactorId
);
id!(
    /// A builder account's relation to one subcontractor's company.
    SubcontractorId
);
id!(
    /// One invitation of a subcontractor to a job, from the first mail to its end; a resend keeps it.
    ProjectInvitationId
);
id!(
    /// One request of a subcontractor's for another primary contact (R82).
    PrimaryContactRequestId
);
id!(
    /// A subcontractor's company, which looks after its own users (R76). Its ledger has the same UUID.
    OrgId
);
id!(
    /// One user of a subcontractor's company; it does not tell which person that is.
    SubUserId
);
id!(
    /// One request to join a subcontractor's company (H9). Whoever is let in is the user with its UUID.
    JoinRequestId
);
id!(
    /// A comment on a task.
    CommentId
);
id!(
    /// One bulk change over many jobs (H12).
    BulkId
);
id!(
    /// One merge of contacts (H2).
    MergeId
);
id!(
    /// One profile image; its bytes stand beside the ledger.
    ImageId
);
id!(
    /// One event, anywhere.
    EventId
);
id!(
    /// The one whose personal values are sealed with a key of their own: a contact, a person, a
    /// member of the staff, the primary contact of a subcontractor or a user of its company; whoever is none of them and gets a mail is known by that mail.
    SubjectId
);

impl LedgerId {
    /// The installation's own ledger: what operators and support do.
    pub const INSTALLATION: Self = Self(Uuid::from_u128(0x7469_746c_6562_8000_8000_0000_0000_0001));
}

impl From<AccountId> for LedgerId {
    fn from(account: AccountId) -> Self {
        Self(account.0)
    }
}

/// A person's ledger has the person's UUID.
impl From<PersonId> for LedgerId {
    fn from(person: PersonId) -> Self {
        Self(person.0)
    }
}

impl From<PersonId> for SubjectId {
    fn from(person: PersonId) -> Self {
        Self(person.0)
    }
}

/// An organisation's ledger has the organisation's UUID.
impl From<OrgId> for LedgerId {
    fn from(org: OrgId) -> Self {
        Self(org.0)
    }
}

/// The primary contact of a relation is known by the relation.
impl From<SubcontractorId> for SubjectId {
    fn from(subcontractor: SubcontractorId) -> Self {
        Self(subcontractor.0)
    }
}

impl From<SubUserId> for SubjectId {
    fn from(user: SubUserId) -> Self {
        Self(user.0)
    }
}

/// Whoever is let in is the user with the request's UUID.
impl From<JoinRequestId> for SubUserId {
    fn from(request: JoinRequestId) -> Self {
        Self(request.0)
    }
}

impl From<ContactId> for SubjectId {
    fn from(contact: ContactId) -> Self {
        Self(contact.0)
    }
}

impl From<StaffId> for SubjectId {
    fn from(staff: StaffId) -> Self {
        Self(staff.0)
    }
}

/// Which aggregate an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum AggregateId {
    /// The installation, the aggregate of its own ledger.
    Installation,
    /// The builder account that the ledger belongs to.
    BuilderAccount(AccountId),
    /// A contact of the account.
    Contact(ContactId),
    /// A job of the account.
    Job(JobId),
    /// A lead of the account.
    Lead(LeadId),
    /// A customer of the account.
    Customer(CustomerId),
    /// A work order of a customer.
    WorkOrder(WorkOrderId),
    /// A To-Do or a message between the builder and one owner of a job.
    OwnerItem(OwnerItemId),
    /// The account's relation to one subcontractor's company.
    Subcontractor(SubcontractorId),
    /// The subcontractor's company that the ledger belongs to.
    SubcontractorOrg(OrgId),
    /// The person that the ledger belongs to.
    Person(PersonId),
    /// A mail that the ledger ordered.
    Notification(MailId),
}

impl AggregateId {
    /// The UUID under which the aggregate's events are stored.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Installation => LedgerId::INSTALLATION.0,
            Self::BuilderAccount(id) => id.0,
            Self::Contact(id) => id.0,
            Self::Job(id) => id.0,
            Self::Lead(id) => id.0,
            Self::Customer(id) => id.0,
            Self::WorkOrder(id) => id.0,
            Self::OwnerItem(id) => id.0,
            Self::Subcontractor(id) => id.0,
            Self::SubcontractorOrg(id) => id.0,
            Self::Person(id) => id.0,
            Self::Notification(id) => id.0,
        }
    }
}

impl fmt::Display for AggregateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str("installation"),
            Self::BuilderAccount(id) => write!(f, "builder account {id}"),
            Self::Contact(id) => write!(f, "contact {id}"),
            Self::Job(id) => write!(f, "job {id}"),
            Self::Lead(id) => write!(f, "lead {id}"),
            Self::Customer(id) => write!(f, "customer {id}"),
            Self::WorkOrder(id) => write!(f, "work order {id}"),
            Self::OwnerItem(id) => write!(f, "owner item {id}"),
            Self::Subcontractor(id) => write!(f, "subcontractor {id}"),
            Self::SubcontractorOrg(id) => write!(f, "subcontractor organisation {id}"),
            Self::Person(id) => write!(f, "person {id}"),
            Self::Notification(id) => write!(f, "notification {id}"),
        }
    }
}

impl From<ContactId> for AggregateId {
    fn from(id: ContactId) -> Self {
        Self::Contact(id)
    }
}

impl From<JobId> for AggregateId {
    fn from(id: JobId) -> Self {
        Self::Job(id)
    }
}

impl From<LeadId> for AggregateId {
    fn from(id: LeadId) -> Self {
        Self::Lead(id)
    }
}

impl From<CustomerId> for AggregateId {
    fn from(id: CustomerId) -> Self {
        Self::Customer(id)
    }
}

impl From<WorkOrderId> for AggregateId {
    fn from(id: WorkOrderId) -> Self {
        Self::WorkOrder(id)
    }
}

impl From<OwnerItemId> for AggregateId {
    fn from(id: OwnerItemId) -> Self {
        Self::OwnerItem(id)
    }
}

impl From<SubcontractorId> for AggregateId {
    fn from(id: SubcontractorId) -> Self {
        Self::Subcontractor(id)
    }
}

impl From<OrgId> for AggregateId {
    fn from(id: OrgId) -> Self {
        Self::SubcontractorOrg(id)
    }
}

impl From<PersonId> for AggregateId {
    fn from(id: PersonId) -> Self {
        Self::Person(id)
    }
}
