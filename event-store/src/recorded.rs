//! An event with the aggregate that it happened to, as one pair.

use crate::codec::Recorded;
use domain::builder_account::BuilderAccountEvent;
use domain::contact::ContactEvent;
use domain::customer::CustomerEvent;
use domain::job::JobEvent;
use domain::lead::LeadEvent;
use domain::notification::NotificationEvent;
use domain::owner_item::OwnerItemEvent;
use domain::person::PersonEvent;
use domain::subcontractor::SubcontractorEvent;
use domain::subcontractor_org::SubcontractorOrgEvent;
use domain::work_order::WorkOrderEvent;
use domain::{
    AccountId, AggregateId, ContactId, CustomerId, Event, JobId, LeadId, MailId, OrgId,
    OwnerItemId, PersonId, SubcontractorId, WorkOrderId,
};

macro_rules! of_an_aggregate {
    ($($name:ident: $aggregate:ident($id:ty), $event:ty, $whose:literal;)*) => {
        impl Recorded {
            $(
                #[doc = concat!("Which ", $whose, " it happened to, and what; nothing for another aggregate's.")]
                pub const fn $name(&self) -> Option<($id, &$event)> {
                    if let (AggregateId::$aggregate(id), Event::$aggregate(event)) =
                        (self.aggregate, &self.event)
                    {
                        Some((id, event))
                    } else {
                        None
                    }
                }
            )*
        }
    };
}

of_an_aggregate! {
    account: BuilderAccount(AccountId), BuilderAccountEvent, "account";
    contact: Contact(ContactId), ContactEvent, "contact";
    job: Job(JobId), JobEvent, "job";
    lead: Lead(LeadId), LeadEvent, "lead";
    customer: Customer(CustomerId), CustomerEvent, "customer";
    work_order: WorkOrder(WorkOrderId), WorkOrderEvent, "work order";
    owner_item: OwnerItem(OwnerItemId), OwnerItemEvent, "To-Do or message";
    notification: Notification(MailId), NotificationEvent, "mail";
    subcontractor: Subcontractor(SubcontractorId), SubcontractorEvent, "subcontractor";
    subcontractor_org: SubcontractorOrg(OrgId), SubcontractorOrgEvent, "company";
    person: Person(PersonId), PersonEvent, "person";
}
