//! With which event somebody's key begins, with which their personal values are sealed.

use crate::codec::Recorded;
use domain::builder_account::BuilderAccountEvent;
use domain::contact::ContactEvent;
use domain::installation::InstallationEvent;
use domain::notification::NotificationEvent;
use domain::person::PersonEvent;
use domain::subcontractor::SubcontractorEvent;
use domain::subcontractor_org::SubcontractorOrgEvent;
use domain::{AggregateId, Event, SubjectId};

/// Whose key an event is the first to need.
pub(super) fn begins(recorded: &Recorded) -> Option<SubjectId> {
    match (recorded.aggregate, &recorded.event) {
        (AggregateId::Contact(id), Event::Contact(ContactEvent::ContactCreated(_))) => {
            Some(id.into())
        }
        (AggregateId::Person(id), Event::Person(PersonEvent::PersonRegistered(_))) => {
            Some(id.into())
        }
        // Whoever is nobody's contact is known by this mail alone.
        (
            AggregateId::Notification(mail),
            Event::Notification(NotificationEvent::NotificationQueued(e)),
        ) if e.recipient.0 == mail.0 => Some(e.recipient),
        (
            AggregateId::BuilderAccount(_),
            Event::BuilderAccount(BuilderAccountEvent::StaffInvited(e)),
        ) => Some(e.staff.into()),
        (
            AggregateId::Subcontractor(id),
            Event::Subcontractor(SubcontractorEvent::SubcontractorAdded(_)),
        ) => Some(id.into()),
        (AggregateId::SubcontractorOrg(_), Event::SubcontractorOrg(event)) => match event {
            SubcontractorOrgEvent::SubcontractorOrgCreated(e) => Some(e.user.into()),
            SubcontractorOrgEvent::SubUserInvited(e) => Some(e.user.into()),
            SubcontractorOrgEvent::PrimaryContactAssignedBySupport(e) => Some(e.user.into()),
            // Whoever is let in keeps the request's key.
            SubcontractorOrgEvent::JoinRequested(e) => Some(SubjectId(e.request.0)),
            SubcontractorOrgEvent::SubcontractorOrgRenamed(_)
            | SubcontractorOrgEvent::GeneralContractorLinked(_)
            | SubcontractorOrgEvent::SubUserInviteResent(_)
            | SubcontractorOrgEvent::SubUserInviteCancelled(_)
            | SubcontractorOrgEvent::SubUserInviteDeclined(_)
            | SubcontractorOrgEvent::SubUserInviteExpired(_)
            | SubcontractorOrgEvent::SubUserJoined(_)
            | SubcontractorOrgEvent::SubUserRemoved(_)
            | SubcontractorOrgEvent::JoinApproved(_)
            | SubcontractorOrgEvent::JoinRejected(_) => None,
        },
        (
            AggregateId::Installation,
            Event::Installation(InstallationEvent::OperatorAppointed(e)),
        ) => Some(SubjectId(e.operator.0)),
        // In the company's own ledger they get a key of that ledger's.
        (
            AggregateId::Installation,
            Event::Installation(InstallationEvent::OrgInterventionRequested(e)),
        ) => Some(e.user.into()),
        (
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Contact(_)
            | AggregateId::Job(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_),
            _,
        ) => None,
    }
}
