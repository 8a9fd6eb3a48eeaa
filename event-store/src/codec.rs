//! Events to bytes and back.
//!
//! The stored bytes are the whole envelope: where the event stands, what it happened to, who did it
//! and from where, and its payload. They are the leaf of the Merkle tree, kept verbatim; the columns
//! beside them are copies. docs/EVENTS.md describes the format.

use crate::error::StoreError;
use crate::keys::Keys;
use crate::sealing::{Place, Sealer};
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use domain::actor::{Actor, Channel, Circumstances};
use domain::contact::ContactEvent;
use domain::event::{Payload, Undecodable};
use domain::personal::HoldsPersonal;
use domain::{
    AccountId, AggregateId, AggregateKind, ContactId, CustomerId, Event, EventId, JobId, LeadId,
    LedgerId, MailId, OrgId, OwnerItemId, PersonId, Personal, PersonalVisitor, Reason, Sequence,
    StaffId, SubcontractorId, SubjectId, Timestamp, WorkOrderId,
};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::LazyLock;
use uuid::Uuid;

/// A value that is personal when it belongs to an owner, and plain when it belongs to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum MaybePersonal<T> {
    /// An owner's or a staff member's, or said about one: sealed.
    Personal(Personal<T>),
    /// A service's.
    Plain(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for MaybePersonal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms(PhantomData))
    }
}

/// Reads either form. A visitor of our own, because a derived one for either would copy first.
struct Forms<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Forms<T> {
    type Value = MaybePersonal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a personal value")
    }

    fn visit_str<E: serde::de::Error>(self, plain: &str) -> Result<MaybePersonal<T>, E> {
        T::deserialize(plain.into_deserializer()).map(MaybePersonal::Plain)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MaybePersonal<T>, A::Error> {
        Personal::deserialize(MapAccessDeserializer::new(map)).map(MaybePersonal::Personal)
    }
}

impl<T> MaybePersonal<T> {
    /// The value, unless it has been erased.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Plain(value) => Some(value),
            Self::Personal(value) => value.value(),
        }
    }
}

/// Where an event came from: the circumstances of its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// As whom.
    pub acting_as: Option<ContactId>,
    /// By which way in.
    pub channel: Channel,
    /// From which address.
    pub client: Option<MaybePersonal<IpAddr>>,
    /// What belongs together.
    pub correlation: Uuid,
    /// The event that led to it.
    pub causation: Option<EventId>,
    /// The command's idempotency key, as the start of its hash.
    pub idempotency: Option<Box<str>>,
    /// Why.
    pub reason: Option<MaybePersonal<Reason>>,
}

/// The owner who asked, where the event is about another contact whose email they want (H4).
const fn wants(event: &Event) -> Option<ContactId> {
    if let Event::Contact(ContactEvent::EmailConflictReported(reported)) = event {
        Some(reported.owner)
    } else {
        None
    }
}

impl Origin {
    /// The origin of an event about `aggregate`. What an owner's own deeds tell of them, and what
    /// is said about a contact, is sealed with the contact's key; a person's own, with theirs. Where
    /// a member of the staff was, and what is said about one (`staff`), with that member's; where a
    /// contact was that acts in its customer's portal, with that contact's.
    /// That somebody looks through a contact's eyes is said about that contact; of what else happens to
    /// a job, to an owner's item or to a subcontractor's company, `theirs` is the contact, the subcontractor
    /// or the user whose it is, or as whom the owner did it. What a user of such a company does in a general
    /// contractor's account is sealed with that relation's key. Where an owner wants the email of another
    /// contact, it is the owner's (H4).
    pub(crate) fn of(
        circumstances: &Circumstances,
        aggregate: AggregateId,
        event: &Event,
        staff: Option<StaffId>,
        theirs: Option<SubjectId>,
        idempotency: Option<&str>,
    ) -> Self {
        let about = event.acting_as().map(SubjectId::from).or(theirs);
        let subject = match aggregate {
            AggregateId::Contact(contact) => Some(wants(event).unwrap_or(contact).into()),
            AggregateId::Person(person) => Some(SubjectId::from(person)),
            AggregateId::BuilderAccount(_) => staff.map(SubjectId::from),
            AggregateId::Job(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::SubcontractorOrg(_) => about,
            AggregateId::Subcontractor(subcontractor) => Some(subcontractor.into()),
            AggregateId::Installation
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::Notification(_) => None,
        };
        let client = circumstances.client.and_then(|client| match (circumstances.actor, subject) {
            // A user of a subcontractor's company has a key in its ledger, and none in another's.
            (Actor::SubUser(user), _) if matches!(aggregate, AggregateId::SubcontractorOrg(_)) => {
                Some(MaybePersonal::Personal(Personal::known(user, client)))
            }
            (Actor::Owner(_) | Actor::SubUser(_), Some(subject)) => {
                Some(MaybePersonal::Personal(Personal::known(subject, client)))
            }
            (Actor::StaffMember(staff), _) => {
                Some(MaybePersonal::Personal(Personal::known(staff, client)))
            }
            (Actor::PortalContact(contact), _) => {
                Some(MaybePersonal::Personal(Personal::known(contact, client)))
            }
            // An owner's address has no key to be sealed with outside what is theirs.
            (Actor::Owner(_) | Actor::SubUser(_), None) => None,
            (Actor::BuilderStaff(_) | Actor::Operator(_) | Actor::System, _) => {
                Some(MaybePersonal::Plain(client))
            }
        });
        let reason = circumstances.reason.clone().map(|reason| match subject {
            Some(subject) => MaybePersonal::Personal(Personal::known(subject, reason)),
            None => MaybePersonal::Plain(reason),
        });
        Self {
            actor: circumstances.actor,
            acting_as: event.acting_as().or(circumstances.acting_as),
            channel: circumstances.channel,
            client,
            correlation: circumstances.correlation,
            causation: circumstances.causation,
            idempotency: idempotency.map(Into::into),
            reason,
        }
    }
}

/// An event with its place and origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Whose.
    pub ledger: LedgerId,
    /// 1, 2, 3 … within the ledger.
    pub position: u64,
    /// What it happened to.
    pub aggregate: AggregateId,
    /// 1, 2, 3 … within the aggregate.
    pub sequence: Sequence,
    /// Its id.
    pub event_id: EventId,
    /// When.
    pub recorded_at: Timestamp,
    /// Who, and from where.
    pub origin: Origin,
    /// What happened.
    pub event: Event,
}

impl HoldsPersonal for Recorded {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        if let Some(MaybePersonal::Personal(client)) = &mut self.origin.client {
            visitor.visit("client", client);
        }
        if let Some(MaybePersonal::Personal(reason)) = &mut self.origin.reason {
            visitor.visit("reason", reason);
        }
        self.event.each_personal(visitor);
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a, P> {
    ledger: LedgerId,
    position: u64,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    aggregate: Uuid,
    sequence: Sequence,
    event: EventId,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    version: u16,
    at: Timestamp,
    actor: Actor,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    acting_as: Option<ContactId>,
    channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    client: Option<MaybePersonal<IpAddr>>,
    correlation: Uuid,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    causation: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    idempotency: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<MaybePersonal<Reason>>,
    payload: P,
}

/// What a personal value looks like that somebody forgot to seal. Quotes inside JSON strings are
/// escaped, so that no text can look like it.
const UNSEALED: &str = "\"plain\":";

/// Seals an event's personal values and writes its envelope. The keys of its subjects are at hand.
pub(crate) fn encode(keys: &Keys, recorded: &mut Recorded) -> Result<String, StoreError> {
    let place =
        Place { ledger: recorded.ledger, aggregate: recorded.aggregate, event: recorded.event_id };
    let mut sealer = Sealer { keys, place, failed: None };
    recorded.each_personal(&mut sealer);
    if let Some(error) = sealer.failed {
        return Err(error);
    }
    let envelope = Envelope {
        ledger: recorded.ledger,
        position: recorded.position,
        kind: Cow::Borrowed(recorded.event.kind().word()),
        aggregate: recorded.aggregate.uuid(),
        sequence: recorded.sequence,
        event: recorded.event_id,
        event_type: Cow::Borrowed(recorded.event.stored_type()),
        version: recorded.event.version(),
        at: recorded.recorded_at,
        actor: recorded.origin.actor,
        acting_as: recorded.origin.acting_as,
        channel: recorded.origin.channel,
        client: recorded.origin.client.clone(),
        correlation: recorded.origin.correlation,
        causation: recorded.origin.causation,
        idempotency: recorded.origin.idempotency.clone(),
        reason: recorded.origin.reason.clone(),
        payload: Payload(&recorded.event),
    };
    let text = serde_json::to_string(&envelope).map_err(StoreError::Encode)?;
    if text.contains(UNSEALED) {
        return Err(StoreError::NotSealed { event_type: recorded.event.stored_type() });
    }
    Ok(text)
}

/// Reads an envelope; personal values stay sealed.
pub fn decode(ledger: LedgerId, position: u64, bytes: &str) -> Result<Recorded, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { ledger, position, why };
    // Positions of syntax errors say nothing personal; serde's messages about values might.
    let envelope: Envelope<'_, &RawValue> = serde_json::from_str(bytes).map_err(|error| {
        unreadable(format!("its envelope is no envelope (column {})", error.column()))
    })?;
    if envelope.ledger != ledger || envelope.position != position {
        return Err(unreadable("its envelope names another place".to_owned()));
    }
    let event = decode_payload(&envelope.event_type, envelope.version, envelope.payload.get())
        .map_err(|error| unreadable(error.to_string()))?;
    if event.kind().word() != envelope.kind {
        return Err(unreadable("its envelope names another kind of aggregate".to_owned()));
    }
    let aggregate = match event.kind() {
        AggregateKind::Installation => AggregateId::Installation,
        AggregateKind::BuilderAccount => AggregateId::BuilderAccount(AccountId(envelope.aggregate)),
        AggregateKind::Contact => AggregateId::Contact(ContactId(envelope.aggregate)),
        AggregateKind::Job => AggregateId::Job(JobId(envelope.aggregate)),
        AggregateKind::Lead => AggregateId::Lead(LeadId(envelope.aggregate)),
        AggregateKind::Customer => AggregateId::Customer(CustomerId(envelope.aggregate)),
        AggregateKind::WorkOrder => AggregateId::WorkOrder(WorkOrderId(envelope.aggregate)),
        AggregateKind::OwnerItem => AggregateId::OwnerItem(OwnerItemId(envelope.aggregate)),
        AggregateKind::Subcontractor => {
            AggregateId::Subcontractor(SubcontractorId(envelope.aggregate))
        }
        AggregateKind::SubcontractorOrg => AggregateId::SubcontractorOrg(OrgId(envelope.aggregate)),
        AggregateKind::Person => AggregateId::Person(PersonId(envelope.aggregate)),
        AggregateKind::Notification => AggregateId::Notification(MailId(envelope.aggregate)),
    };
    Ok(Recorded {
        ledger,
        position,
        aggregate,
        sequence: envelope.sequence,
        event_id: envelope.event,
        recorded_at: envelope.at,
        origin: Origin {
            actor: envelope.actor,
            acting_as: envelope.acting_as,
            channel: envelope.channel,
            client: envelope.client,
            correlation: envelope.correlation,
            causation: envelope.causation,
            idempotency: envelope.idempotency,
            reason: envelope.reason,
        },
        event,
    })
}

static UPCASTERS: LazyLock<Upcasters> = LazyLock::new(|| {
    let mut all = domain::contact::upcasters();
    all.extend(domain::job::upcasters());
    Upcasters(all)
});

struct Upcasters(Vec<Box<dyn EventUpcaster>>);

impl Upcasters {
    /// Brings an old shape to the present one, version by version.
    fn upcast(&self, event_type: &str, version: u16, payload: &str) -> Option<(u16, String)> {
        let mut event = SerializedEvent::new(
            String::new(),
            0,
            String::new(),
            event_type.to_owned(),
            version.to_string(),
            serde_json::from_str(payload).ok()?,
            serde_json::Value::Null,
        );
        let mut changed = false;
        for upcaster in &self.0 {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                event = upcaster.upcast(event);
                changed = true;
            }
        }
        if !changed {
            return None;
        }
        Some((event.event_version.parse().ok()?, event.payload.to_string()))
    }
}

fn decode_payload(event_type: &str, version: u16, payload: &str) -> Result<Event, Undecodable> {
    match Event::decode(event_type, version, payload) {
        Err(unknown @ Undecodable::UnknownType { .. }) => {
            match UPCASTERS.upcast(event_type, version, payload) {
                Some((version, payload)) => Event::decode(event_type, version, &payload),
                None => Err(unknown),
            }
        }
        decoded => decoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shape that never was, to show that the way through the upcasters works.
    struct RenamedFromTitle;

    impl EventUpcaster for RenamedFromTitle {
        fn can_upcast(&self, event_type: &str, version: &str) -> bool {
            event_type == "job.created" && version == "0"
        }

        fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
            event.payload["name"] = event.payload["title"].take();
            event.event_version = "1".to_owned();
            event
        }
    }

    #[test]
    fn an_old_shape_is_brought_to_the_present_one() {
        let upcasters = Upcasters(vec![Box::new(RenamedFromTitle)]);
        let (version, payload) =
            upcasters.upcast("job.created", 0, r#"{"title":"Elm St"}"#).expect("upcast");
        let event = Event::decode("job.created", version, &payload).expect("decodes");
        assert_eq!(event.stored_type(), "job.created");
    }

    #[test]
    fn an_unknown_type_is_an_error_and_not_skipped() {
        assert!(matches!(
            decode_payload("contact.levitated", 1, "{}"),
            Err(Undecodable::UnknownType { .. })
        ));
    }
}
