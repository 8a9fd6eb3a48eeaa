//! Refusals: a rule said no. Each names its stable code, the rule, the cause and the remedy
//! (RULES.md 2.9).

use crate::builder_account::BuilderAccountRejection;
use crate::contact::ContactRejection;
use crate::customer::CustomerRejection;
use crate::ids::{AggregateId, ContactId};
use crate::installation::InstallationRejection;
use crate::job::JobRejection;
use crate::lead::LeadRejection;
use crate::owner_item::OwnerItemRejection;
use crate::person::PersonRejection;
use crate::subcontractor::SubcontractorRejection;
use crate::subcontractor_org::SubcontractorOrgRejection;
use crate::work_order::WorkOrderRejection;

/// What kind of refusal it is; the HTTP API turns it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionKind {
    /// There is no such thing in this ledger (404).
    Unknown,
    /// The asker may not (403).
    Forbidden,
    /// It stands against the present state (409).
    Conflict,
    /// It could never be (422).
    Unprocessable,
    /// It is over (410).
    Gone,
    /// Too often (429).
    TooOften,
}

/// What a refusal says. The texts are for the asker and may name people; only the code and the
/// rule may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, for programs.
    pub code: &'static str,
    /// The kind.
    pub kind: RejectionKind,
    /// The rule's number in the domain's description, where there is one.
    pub rule: Option<&'static str>,
    /// One sentence for people: what stands against it.
    pub cause: String,
    /// What the asker can do about it.
    pub remedy: Option<&'static str>,
    /// The field of the request that it is about.
    pub field: Option<&'static str>,
    /// The contact that holds what was asked for, when that may be told.
    pub holder: Option<ContactId>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, kind: RejectionKind, cause: impl Into<String>) -> Self {
        Self {
            code,
            kind,
            rule: None,
            cause: cause.into(),
            remedy: None,
            field: None,
            holder: None,
        }
    }

    pub(crate) const fn rule(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    pub(crate) const fn remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    pub(crate) const fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub(crate) const fn holder(mut self, holder: ContactId) -> Self {
        self.holder = Some(holder);
        self
    }
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// No such aggregate in this ledger.
    Unknown(AggregateId),
    /// The actor's role does not take such commands (RULES.md 2.8).
    NotPermitted {
        /// What would be needed, in words.
        needed: &'static str,
    },
    /// Who looks through an owner's eyes reads and commands nothing (H13).
    ReadOnly,
    /// A contact's rule.
    Contact(ContactRejection),
    /// A job's rule.
    Job(JobRejection),
    /// A lead's rule.
    Lead(LeadRejection),
    /// A customer's rule.
    Customer(CustomerRejection),
    /// A rule of work orders.
    WorkOrder(WorkOrderRejection),
    /// A rule of To-Dos and messages.
    OwnerItem(OwnerItemRejection),
    /// A rule of the relation to a subcontractor's company.
    Subcontractor(SubcontractorRejection),
    /// A rule of a subcontractor's company.
    SubcontractorOrg(SubcontractorOrgRejection),
    /// An account's rule.
    BuilderAccount(BuilderAccountRejection),
    /// A person's rule.
    Person(PersonRejection),
    /// A rule of the installation.
    Installation(InstallationRejection),
}

impl Rejection {
    /// What it says.
    pub fn refusal(&self) -> Refusal {
        match self {
            // The same words for what is foreign and for what never was.
            Self::Unknown(_) => Refusal::new(
                "not_found",
                RejectionKind::Unknown,
                "There is nothing with this id in this account.",
            ),
            Self::NotPermitted { needed } => Refusal::new(
                "not_permitted",
                RejectionKind::Forbidden,
                format!("This credential may not do that; it takes {needed}."),
            )
            .rule("2.8")
            .remedy("Use a credential with the right role, or ask an admin of the account."),
            Self::ReadOnly => Refusal::new(
                "impersonation_read_only",
                RejectionKind::Forbidden,
                "Who looks through an owner's eyes changes nothing.",
            )
            .rule("H13")
            .remedy("Do it as yourself, or ask the owner to do it."),
            Self::Contact(rejection) => rejection.refusal(),
            Self::Job(rejection) => rejection.refusal(),
            Self::Lead(rejection) => rejection.refusal(),
            Self::Customer(rejection) => rejection.refusal(),
            Self::WorkOrder(rejection) => rejection.refusal(),
            Self::OwnerItem(rejection) => rejection.refusal(),
            Self::Subcontractor(rejection) => rejection.refusal(),
            Self::SubcontractorOrg(rejection) => rejection.refusal(),
            Self::BuilderAccount(rejection) => rejection.refusal(),
            Self::Person(rejection) => rejection.refusal(),
            Self::Installation(rejection) => rejection.refusal(),
        }
    }
}

impl Rejection {
    /// The stored types of the events of which the last one made it so; none where no event of
    /// the contact is to blame.
    pub const fn caused_by(&self) -> &'static [&'static str] {
        match self {
            Self::Contact(rejection) => rejection.caused_by(),
            Self::Job(JobRejection::ImpersonatedIsClosed | JobRejection::PortalLinkForClosed) => {
                &["contact.owner_disabled", "contact.owner_deactivated"]
            }
            Self::Unknown(_)
            | Self::NotPermitted { .. }
            | Self::ReadOnly
            | Self::Job(_)
            | Self::Lead(_)
            | Self::Customer(_)
            | Self::WorkOrder(_)
            | Self::OwnerItem(_)
            | Self::Subcontractor(_)
            | Self::SubcontractorOrg(_)
            | Self::BuilderAccount(_)
            | Self::Person(_)
            | Self::Installation(_) => &[],
        }
    }
}

impl From<ContactRejection> for Rejection {
    fn from(rejection: ContactRejection) -> Self {
        Self::Contact(rejection)
    }
}

impl From<JobRejection> for Rejection {
    fn from(rejection: JobRejection) -> Self {
        Self::Job(rejection)
    }
}

impl From<LeadRejection> for Rejection {
    fn from(rejection: LeadRejection) -> Self {
        Self::Lead(rejection)
    }
}

impl From<BuilderAccountRejection> for Rejection {
    fn from(rejection: BuilderAccountRejection) -> Self {
        Self::BuilderAccount(rejection)
    }
}
