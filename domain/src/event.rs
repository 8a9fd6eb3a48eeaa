//! All events of a ledger under one type, and what every event can say about itself.

use crate::builder_account::BuilderAccountEvent;
use crate::contact::ContactEvent;
use crate::customer::CustomerEvent;
use crate::ids::ContactId;
use crate::ids::StaffId;
use crate::installation::InstallationEvent;
use crate::job::JobEvent;
use crate::lead::LeadEvent;
use crate::notification::NotificationEvent;
use crate::owner_item::OwnerItemEvent;
use crate::person::PersonEvent;
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::subcontractor::SubcontractorEvent;
use crate::subcontractor_org::SubcontractorOrgEvent;
use crate::work_order::WorkOrderEvent;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The kinds of aggregates, as words that are stored and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateKind {
    /// What operators do.
    Installation,
    /// The tenant itself.
    BuilderAccount,
    /// A person in a builder's book.
    Contact,
    /// A project.
    Job,
    /// Somebody who may become a customer.
    Lead,
    /// A household or company that contacts belong to.
    Customer,
    /// What a member of a customer asks the builder to do.
    WorkOrder,
    /// A To-Do or a message between the builder and one owner of a job.
    OwnerItem,
    /// A builder account's relation to a subcontractor's company.
    Subcontractor,
    /// A subcontractor's company.
    SubcontractorOrg,
    /// The human who logs in.
    Person,
    /// A mail.
    Notification,
}

impl AggregateKind {
    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::BuilderAccount => "builder_account",
            Self::Contact => "contact",
            Self::Job => "job",
            Self::Lead => "lead",
            Self::Customer => "customer",
            Self::WorkOrder => "work_order",
            Self::OwnerItem => "owner_item",
            Self::Subcontractor => "subcontractor",
            Self::SubcontractorOrg => "subcontractor_org",
            Self::Person => "person",
            Self::Notification => "notification",
        }
    }
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// No aggregate knows the type: a newer program wrote it, or the bytes are damaged.
    #[error("no event has the type {stored_type:?} in version {version}")]
    UnknownType {
        /// The stored type.
        stored_type: String,
        /// The stored version.
        version: u16,
    },
    /// The payload has not the shape of its type.
    #[error("the payload does not have the shape of {stored_type} in version {version}")]
    Shape {
        /// The stored type.
        stored_type: &'static str,
        /// The stored version.
        version: u16,
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
}

/// An event's own fields alone, as they are stored: its type stands beside them.
#[derive(Debug)]
pub struct Payload<'a, E>(pub &'a E);

/// Declares an aggregate's events: the enum over their structs, the stored type and version of
/// each, and the way to bytes and back. As a whole, for neighbours, an event is tagged with the
/// name of its struct, and read with that or with its stored type.
macro_rules! events {
    ($(#[$doc:meta])* $enum:ident { $( $variant:ident = $type:literal v $version:literal, )+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $enum {
            $( #[doc = concat!("`", $type, "`")] #[serde(alias = $type)] $variant($variant), )+
        }

        impl $enum {
            /// Every stored type with its current version.
            pub const TYPES: &'static [(&'static str, u16)] = &[ $( ($type, $version) ),+ ];

            /// The type under which the event is stored, for ever.
            pub const fn stored_type(&self) -> &'static str {
                match self { $( Self::$variant(_) => $type ),+ }
            }

            /// The version of the event's shape.
            pub const fn version(&self) -> u16 {
                match self { $( Self::$variant(_) => $version ),+ }
            }

            /// The event's own fields as JSON.
            pub fn payload(&self) -> Result<String, serde_json::Error> {
                serde_json::to_string(&$crate::event::Payload(self))
            }

            /// Reads the fields back; `None` when the type is not one of these.
            pub fn decode(
                stored_type: &str,
                version: u16,
                payload: &str,
            ) -> Option<Result<Self, $crate::event::Undecodable>> {
                match (stored_type, version) {
                    $( ($type, $version) => Some(
                        serde_json::from_str(payload).map(Self::$variant).map_err(|source| {
                            $crate::event::Undecodable::Shape { stored_type: $type, version, source }
                        }),
                    ), )+
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $crate::event::Payload<'_, $enum> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    $( $enum::$variant(event) => serde::Serialize::serialize(event, serializer) ),+
                }
            }
        }

        impl $crate::personal::HoldsPersonal for $enum {
            fn each_personal(&mut self, visitor: &mut dyn $crate::personal::PersonalVisitor) {
                match self { $( Self::$variant(event) => event.each_personal(visitor) ),+ }
            }
        }

        impl cqrs_es::DomainEvent for $enum {
            fn event_type(&self) -> String {
                self.stored_type().to_owned()
            }

            fn event_version(&self) -> String {
                self.version().to_string()
            }
        }

        $( impl From<$variant> for $enum {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        } )+
    };
}
pub(crate) use events;

/// Says of event structs that they hold no personal values.
macro_rules! nothing_personal {
    ($($event:ident),+ $(,)?) => {$(
        impl $crate::personal::HoldsPersonal for $event {
            fn each_personal(&mut self, _: &mut dyn $crate::personal::PersonalVisitor) {}
        }
    )+};
}
pub(crate) use nothing_personal;

/// An event of any aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Of the installation.
    Installation(InstallationEvent),
    /// Of the account.
    BuilderAccount(BuilderAccountEvent),
    /// Of a contact.
    Contact(ContactEvent),
    /// Of a job.
    Job(JobEvent),
    /// Of a lead.
    Lead(LeadEvent),
    /// Of a customer.
    Customer(CustomerEvent),
    /// Of a work order.
    WorkOrder(WorkOrderEvent),
    /// Of a To-Do or a message.
    OwnerItem(OwnerItemEvent),
    /// Of the relation to a subcontractor's company.
    Subcontractor(SubcontractorEvent),
    /// Of a subcontractor's company.
    SubcontractorOrg(SubcontractorOrgEvent),
    /// Of a person.
    Person(PersonEvent),
    /// Of a mail.
    Notification(NotificationEvent),
}

impl Event {
    /// Every stored type with its current version, over all aggregates.
    pub fn types() -> impl Iterator<Item = (&'static str, u16)> {
        let types = [
            InstallationEvent::TYPES,
            BuilderAccountEvent::TYPES,
            ContactEvent::TYPES,
            JobEvent::TYPES,
            LeadEvent::TYPES,
            CustomerEvent::TYPES,
            WorkOrderEvent::TYPES,
            OwnerItemEvent::TYPES,
            SubcontractorEvent::TYPES,
            SubcontractorOrgEvent::TYPES,
            PersonEvent::TYPES,
            NotificationEvent::TYPES,
        ];
        types.into_iter().flatten().copied()
    }

    /// The type under which the event is stored.
    pub const fn stored_type(&self) -> &'static str {
        match self {
            Self::Installation(event) => event.stored_type(),
            Self::BuilderAccount(event) => event.stored_type(),
            Self::Contact(event) => event.stored_type(),
            Self::Job(event) => event.stored_type(),
            Self::Lead(event) => event.stored_type(),
            Self::Customer(event) => event.stored_type(),
            Self::WorkOrder(event) => event.stored_type(),
            Self::OwnerItem(event) => event.stored_type(),
            Self::Subcontractor(event) => event.stored_type(),
            Self::SubcontractorOrg(event) => event.stored_type(),
            Self::Person(event) => event.stored_type(),
            Self::Notification(event) => event.stored_type(),
        }
    }

    /// The version of the event's shape.
    pub const fn version(&self) -> u16 {
        match self {
            Self::Installation(event) => event.version(),
            Self::BuilderAccount(event) => event.version(),
            Self::Contact(event) => event.version(),
            Self::Job(event) => event.version(),
            Self::Lead(event) => event.version(),
            Self::Customer(event) => event.version(),
            Self::WorkOrder(event) => event.version(),
            Self::OwnerItem(event) => event.version(),
            Self::Subcontractor(event) => event.version(),
            Self::SubcontractorOrg(event) => event.version(),
            Self::Person(event) => event.version(),
            Self::Notification(event) => event.version(),
        }
    }

    /// The kind of aggregate that the event belongs to.
    pub const fn kind(&self) -> AggregateKind {
        match self {
            Self::Installation(_) => AggregateKind::Installation,
            Self::BuilderAccount(_) => AggregateKind::BuilderAccount,
            Self::Contact(_) => AggregateKind::Contact,
            Self::Job(_) => AggregateKind::Job,
            Self::Lead(_) => AggregateKind::Lead,
            Self::Customer(_) => AggregateKind::Customer,
            Self::WorkOrder(_) => AggregateKind::WorkOrder,
            Self::OwnerItem(_) => AggregateKind::OwnerItem,
            Self::Subcontractor(_) => AggregateKind::Subcontractor,
            Self::SubcontractorOrg(_) => AggregateKind::SubcontractorOrg,
            Self::Person(_) => AggregateKind::Person,
            Self::Notification(_) => AggregateKind::Notification,
        }
    }

    /// The event's own fields as JSON.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Payload(self))
    }

    /// Reads an event of the current version back from its type and fields.
    pub fn decode(stored_type: &str, version: u16, payload: &str) -> Result<Self, Undecodable> {
        let aggregate = stored_type.split_once('.').map_or("", |(aggregate, _)| aggregate);
        let decoded =
            match aggregate {
                "contact" => ContactEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Contact)),
                "job" => JobEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Job)),
                "lead" => LeadEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Lead)),
                "customer" => CustomerEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Customer)),
                "work_order" => WorkOrderEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::WorkOrder)),
                "owner_item" => OwnerItemEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::OwnerItem)),
                "subcontractor" => SubcontractorEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Subcontractor)),
                "subcontractor_org" => SubcontractorOrgEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::SubcontractorOrg)),
                "person" => PersonEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Person)),
                "notification" => NotificationEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Notification)),
                "builder_account" => BuilderAccountEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::BuilderAccount)),
                "installation" => InstallationEvent::decode(stored_type, version, payload)
                    .map(|event| event.map(Self::Installation)),
                _ => None,
            };
        decoded.unwrap_or_else(|| {
            Err(Undecodable::UnknownType { stored_type: stored_type.to_owned(), version })
        })
    }

    /// Through whose eyes somebody looks, or looked, where the event is about that: the envelope names
    /// both (H13).
    pub const fn acting_as(&self) -> Option<ContactId> {
        match self {
            Self::Job(event) => match event.impersonation() {
                Some(step) => Some(step.contact()),
                None => None,
            },
            Self::Installation(_)
            | Self::BuilderAccount(_)
            | Self::Contact(_)
            | Self::Lead(_)
            | Self::Customer(_)
            | Self::WorkOrder(_)
            | Self::OwnerItem(_)
            | Self::Subcontractor(_)
            | Self::SubcontractorOrg(_)
            | Self::Person(_)
            | Self::Notification(_) => None,
        }
    }

    /// Which member of an account's staff it is about, if it is about one.
    pub const fn staff(&self) -> Option<StaffId> {
        match self {
            Self::BuilderAccount(event) => event.staff(),
            Self::Installation(_)
            | Self::Contact(_)
            | Self::Job(_)
            | Self::Lead(_)
            | Self::Customer(_)
            | Self::WorkOrder(_)
            | Self::OwnerItem(_)
            | Self::Subcontractor(_)
            | Self::SubcontractorOrg(_)
            | Self::Person(_)
            | Self::Notification(_) => None,
        }
    }

    /// What the event changed, field by field, for the history and the audit trail.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::Installation(event) => event.changes(),
            Self::BuilderAccount(event) => event.changes(),
            Self::Contact(event) => event.changes(),
            Self::Job(event) => event.changes(),
            Self::Lead(event) => event.changes(),
            Self::Customer(event) => event.changes(),
            Self::WorkOrder(event) => event.changes(),
            Self::OwnerItem(event) => event.changes(),
            Self::Subcontractor(event) => event.changes(),
            Self::SubcontractorOrg(event) => event.changes(),
            Self::Person(event) => event.changes(),
            Self::Notification(event) => event.changes(),
        }
    }
}

impl Serialize for Payload<'_, Event> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Event::Installation(event) => Payload(event).serialize(serializer),
            Event::BuilderAccount(event) => Payload(event).serialize(serializer),
            Event::Contact(event) => Payload(event).serialize(serializer),
            Event::Job(event) => Payload(event).serialize(serializer),
            Event::Lead(event) => Payload(event).serialize(serializer),
            Event::Customer(event) => Payload(event).serialize(serializer),
            Event::WorkOrder(event) => Payload(event).serialize(serializer),
            Event::OwnerItem(event) => Payload(event).serialize(serializer),
            Event::Subcontractor(event) => Payload(event).serialize(serializer),
            Event::SubcontractorOrg(event) => Payload(event).serialize(serializer),
            Event::Person(event) => Payload(event).serialize(serializer),
            Event::Notification(event) => Payload(event).serialize(serializer),
        }
    }
}

impl HoldsPersonal for Event {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        match self {
            Self::Installation(event) => event.each_personal(visitor),
            Self::BuilderAccount(event) => event.each_personal(visitor),
            Self::Contact(event) => event.each_personal(visitor),
            Self::Job(event) => event.each_personal(visitor),
            Self::Lead(event) => event.each_personal(visitor),
            Self::Customer(event) => event.each_personal(visitor),
            Self::WorkOrder(event) => event.each_personal(visitor),
            Self::OwnerItem(event) => event.each_personal(visitor),
            Self::Subcontractor(event) => event.each_personal(visitor),
            Self::SubcontractorOrg(event) => event.each_personal(visitor),
            Self::Person(event) => event.each_personal(visitor),
            Self::Notification(event) => event.each_personal(visitor),
        }
    }
}

/// One field before and after, as a history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's stable name, such as `primary_email` or `custom_fields.colour`.
    pub field: Cow<'static, str>,
    /// Before.
    pub before: Shown,
    /// After.
    pub after: Shown,
}

impl FieldChange {
    /// A field that was empty.
    pub fn new_value(field: impl Into<Cow<'static, str>>, after: impl Into<Shown>) -> Self {
        Self { field: field.into(), before: Shown::Nothing, after: after.into() }
    }

    /// A field that had another value.
    pub fn between(
        field: impl Into<Cow<'static, str>>,
        before: impl Into<Shown>,
        after: impl Into<Shown>,
    ) -> Self {
        Self { field: field.into(), before: before.into(), after: after.into() }
    }

    /// A field that is empty now.
    pub fn old_value(field: impl Into<Cow<'static, str>>, before: impl Into<Shown>) -> Self {
        Self { field: field.into(), before: before.into(), after: Shown::Nothing }
    }
}

/// A value in a history.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// This one.
    Value(String),
    /// There was one, and its person has been erased.
    Erased,
}

/// May hold a personal value.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Value(_) => "Value(…)",
            Self::Erased => "Erased",
        })
    }
}

impl From<&str> for Shown {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl From<String> for Shown {
    fn from(value: String) -> Self {
        Self::Value(value)
    }
}

/// How one field of a thing reads in a history.
pub(crate) type ShowOf<T> = fn(&T) -> Shown;

/// How a personal value reads in a history.
pub trait Show {
    /// As text for people.
    fn show(&self) -> String;
}

impl Show for crate::PersonName {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Show for crate::text::Honorific {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Show for crate::text::Reference {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Show for crate::PostalAddress {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Show for crate::EmailAddress {
    fn show(&self) -> String {
        self.typed().to_owned()
    }
}

impl Show for Vec<crate::PhoneNumber> {
    fn show(&self) -> String {
        self.iter().map(crate::PhoneNumber::typed).collect::<Vec<_>>().join(", ")
    }
}

impl<T: Show> From<&Personal<T>> for Shown {
    fn from(value: &Personal<T>) -> Self {
        value.value().map_or(Self::Erased, |known| Self::Value(known.show()))
    }
}

impl<T: Show> From<&Option<Personal<T>>> for Shown {
    fn from(value: &Option<Personal<T>>) -> Self {
        value.as_ref().map_or(Self::Nothing, Self::from)
    }
}
