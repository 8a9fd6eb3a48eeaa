//! Who does something, with what right, and from where.

use crate::ids::{ApiKeyId, ContactId, CustomerId, EventId, OrgId, PersonId, StaffId, SubUserId};
use crate::text::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use uuid::Uuid;

/// Who did it: kept with every event (promise 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody of the builder account, here through an API key.
    BuilderStaff(ApiKeyId),
    /// A member of the account's staff, signed in under their own name.
    StaffMember(StaffId),
    /// The owner, through a login of their own.
    Owner(PersonId),
    /// A contact that acts in the customer portal, as a member of its customer.
    PortalContact(ContactId),
    /// A user of a subcontractor's company, signed in to work for it or joining it.
    SubUser(SubUserId),
    /// Whoever runs this installation, through an operator token.
    Operator(ApiKeyId),
    /// The product itself: the clock that ends invitations, a start that finishes what a crash cut.
    System,
}

impl Actor {
    /// The word that stands for the kind in lists and filters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BuilderStaff(_) => "builder_staff",
            Self::StaffMember(_) => "staff_member",
            Self::Owner(_) => "owner",
            Self::PortalContact(_) => "portal_contact",
            Self::SubUser(_) => "sub_user",
            Self::Operator(_) => "operator",
            Self::System => "system",
        }
    }

    /// The id behind the kind, where there is one.
    pub const fn id(&self) -> Option<Uuid> {
        match self {
            Self::BuilderStaff(id) | Self::Operator(id) => Some(id.0),
            Self::StaffMember(id) => Some(id.0),
            Self::Owner(id) => Some(id.0),
            Self::PortalContact(id) => Some(id.0),
            Self::SubUser(id) => Some(id.0),
            Self::System => None,
        }
    }

    /// The id as a builder may know it. An owner's is none: a person's id is the same with every
    /// builder, and no builder learns of another (R45).
    pub const fn id_in_account(&self) -> Option<Uuid> {
        if matches!(self, Self::Owner(_)) { None } else { self.id() }
    }
}

/// What an API key may do in its account (RULES.md 2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Commands everything that a builder may.
    Admin,
    /// Commands what day-to-day work needs; more by grant.
    Staff,
    /// Reads everything of the account, commands nothing.
    Auditor,
}

impl Role {
    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Staff => "staff",
            Self::Auditor => "auditor",
        }
    }
}

/// What an admin may allow a staff key beyond its role (RULES.md 2.8, condition c for BS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Disable, enable and deactivate owners.
    ManageAccess,
    /// Read the account's audit trail.
    ReadAudit,
    /// Look through owners' eyes (R64).
    Impersonate,
}

impl Grant {
    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ManageAccess => "manage_access",
            Self::ReadAudit => "read_audit",
            Self::Impersonate => "impersonate",
        }
    }
}

/// The right with which a command is given; not stored, because the key's own events say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// A builder's key, or a member of its staff.
    Builder {
        /// Its role.
        role: Role,
        /// What it may beyond the role.
        grants: BTreeSet<Grant>,
    },
    /// An owner's own login: themselves and nobody else.
    Owner,
    /// A member of a customer, in the customer portal. That the contact who acts is this person's and
    /// belongs to this customer, and what it may there, is decided with the command (R116 to R120).
    Member {
        /// Who is signed in.
        person: PersonId,
        /// The customer in whose portal they are.
        customer: CustomerId,
    },
    /// A user of a subcontractor's company, signed in to work for it. That they still are one, the
    /// credential has asked; in the company's own ledger it is decided with the command (R77).
    SubUser {
        /// Which company.
        org: OrgId,
        /// Which user of it.
        user: SubUserId,
    },
    /// Somebody of the builder who looks through an owner's eyes: reads, and commands nothing (H13).
    Impersonator,
    /// An operator.
    Operator,
    /// An operator whose deed in an account another one has approved (RULES.md 2.8, condition c for SP).
    Support,
    /// The product itself.
    System,
}

impl Authority {
    /// An admin's.
    pub const fn admin() -> Self {
        Self::Builder { role: Role::Admin, grants: BTreeSet::new() }
    }
}

/// The way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The JSON API.
    Api,
    /// The builder's pages.
    Web,
    /// The owner's portal.
    Portal,
    /// A file.
    Import,
    /// The operators' command line.
    Replay,
    /// The product itself.
    System,
}

impl Channel {
    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Web => "web",
            Self::Portal => "portal",
            Self::Import => "import",
            Self::Replay => "replay",
            Self::System => "system",
        }
    }
}

/// Under which circumstances a command is given. All of it, but for the authority, goes into the
/// envelope of every event that comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// Who.
    pub actor: Actor,
    /// With what right.
    pub authority: Authority,
    /// As whom, when somebody of the builder looks through an owner's eyes (R64).
    pub acting_as: Option<ContactId>,
    /// By which way in.
    pub channel: Channel,
    /// From which network address.
    pub client: Option<IpAddr>,
    /// What belongs together: a request, an import, a bulk change.
    pub correlation: Uuid,
    /// The event that led to this command, when one did.
    pub causation: Option<EventId>,
    /// Why, in the actor's words.
    pub reason: Option<Reason>,
}
