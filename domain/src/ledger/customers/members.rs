//! What members of a customer may in its portal: the columns PA, PE and PO of RULES.md 2.8.
//!
//! Who acts is a contact. That it is in the book, belongs to the customer whose portal it is, and is the
//! person's who is signed in, is asked under the ledger's lock, as what it may is: a permission that is
//! gone opens nothing from the same append on.

use crate::actor::{Actor, Authority};
use crate::contact::{Access, Contact, ContactCommand, ContactRejection, Life};
use crate::customer::{CustomerCommand, CustomerRejection, Feature};
use crate::ids::{ContactId, CustomerId, PersonId};
use crate::ledger::decide::Asked;
use crate::ledger::{Command, Halt, Tracked};
use crate::rejection::Rejection;
use crate::work_order::WorkOrderCommand;

/// What a command takes of a member.
struct Takes {
    /// The part of the portal that has to be open to them.
    feature: Feature,
    /// The contact that it is done to, which has to be one of their customer.
    to: Option<ContactId>,
    /// Not where that is themselves.
    others_only: bool,
}

/// Refuses a command that no member gives. Which of them may, and to whom, their contact and their
/// customer say.
pub(in crate::ledger) fn is_members(command: &Command) -> Result<(), Rejection> {
    let needed = "a builder's credential";
    takes(command).map(|_| ()).ok_or(Rejection::NotPermitted { needed })
}

fn takes(command: &Command) -> Option<Takes> {
    match command {
        Command::Contact(id, command) => of_contact(command).map(|(feature, others_only)| Takes {
            feature,
            to: Some(*id),
            others_only,
        }),
        Command::Customer(_, command) => match command {
            CustomerCommand::SaveContact { .. } => {
                Some(Takes { feature: Feature::ManageContacts, to: None, others_only: false })
            }
            CustomerCommand::EditContact { contact, permissions, .. } => {
                let feature =
                    if permissions.is_some() { Feature::ManageContacts } else { Feature::Contacts };
                let others_only = permissions.is_some();
                Some(Takes { feature, to: Some(*contact), others_only })
            }
            CustomerCommand::Open(_)
            | CustomerCommand::Rename(_)
            | CustomerCommand::AddContact(_)
            | CustomerCommand::RemoveContact(_)
            | CustomerCommand::PublishDocument(..)
            | CustomerCommand::WithdrawDocument(_) => None,
        },
        Command::WorkOrder(_, command) => match command {
            WorkOrderCommand::File { .. } => {
                Some(Takes { feature: Feature::WorkOrders, to: None, others_only: false })
            }
            WorkOrderCommand::TurnIntoTask { .. } | WorkOrderCommand::Decline(_) => None,
        },
        Command::Installation(_)
        | Command::BuilderAccount(..)
        | Command::Person(..)
        | Command::SaveContact { .. }
        | Command::Job(..)
        | Command::CreateJob { .. }
        | Command::SetJobType { .. }
        | Command::SetCustomField { .. }
        | Command::AddOwnerAndInvite { .. }
        | Command::ChangeOwners { .. }
        | Command::Impersonation(..)
        | Command::PortalLink(..)
        | Command::CompleteForOwner { .. }
        | Command::OwnerItem(_)
        | Command::Subcontractor(..)
        | Command::TradeTask { .. }
        | Command::SubcontractorOrg(..)
        | Command::Lead(..)
        | Command::SaveLeadContact { .. }
        | Command::EditLeadContact { .. }
        | Command::WinLead { .. }
        | Command::MergeContacts { .. }
        | Command::UnmergeContact(_)
        | Command::EmailConflict(_)
        | Command::ImportRow { .. }
        | Command::ImportContact { .. }
        | Command::ImportOwners(_)
        | Command::TakeOver { .. }
        | Command::RecordMail(..)
        | Command::RecordBounce(..) => None,
    }
}

/// Info and permissions come with one save, as [`CustomerCommand::EditContact`].
const fn of_contact(command: &ContactCommand) -> Option<(Feature, bool)> {
    match command {
        ContactCommand::AddAdditionalEmail(_) | ContactCommand::EditAdditionalEmail { .. } => {
            Some((Feature::Contacts, false))
        }
        ContactCommand::SendInvite(_)
        | ContactCommand::ResendInvite(_)
        | ContactCommand::CancelInvite
        | ContactCommand::RedirectInvite { .. } => Some((Feature::ManageContacts, false)),
        ContactCommand::DisableAccess
        | ContactCommand::EnableAccess
        | ContactCommand::DeactivateOwner
        | ContactCommand::Delete { .. } => Some((Feature::ManageContacts, true)),
        ContactCommand::Create(_)
        | ContactCommand::EditInfo(_)
        | ContactCommand::SwapPrimaryEmail(_)
        | ContactCommand::RemoveAdditionalEmail(_)
        | ContactCommand::AcceptInvite { .. }
        | ContactCommand::AcceptInviteAs { .. }
        | ContactCommand::DeclineInvite(_)
        | ContactCommand::AskForPrimaryEmail(_)
        | ContactCommand::MovePrimaryEmail(_)
        | ContactCommand::ExpireInvite
        | ContactCommand::RemindInvite(_)
        | ContactCommand::Restore
        | ContactCommand::SetPermissions(_)
        | ContactCommand::SetCustomField { .. }
        | ContactCommand::SetImage(_)
        | ContactCommand::RemoveImage => None,
    }
}

impl Asked<'_> {
    /// Refuses a member what they may not do, or may not do to this contact. For whoever is no member of
    /// the customer, there is none.
    pub(in crate::ledger) fn permit_member(&self, command: &Command) -> Result<(), Halt> {
        let Authority::Member { person, customer } = self.circumstances.authority else {
            return Ok(());
        };
        let needed = "a builder's credential";
        let takes = takes(command).ok_or(Rejection::NotPermitted { needed })?;
        if let Command::Customer(id, _)
        | Command::WorkOrder(_, WorkOrderCommand::File { customer: id, .. }) = command
            && *id != customer
        {
            return Err(Rejection::Unknown((*id).into()).into());
        }
        let member = self.member(person, customer)?;
        if !takes.feature.is_open_to(&member.permissions) {
            return Err(Rejection::from(CustomerRejection::PermissionNeeded(takes.feature)).into());
        }
        let Some(to) = takes.to else { return Ok(()) };
        let there = Tracked::state_of(self.state.contact(to)?);
        let there = there.filter(|it| it.life == Life::Live && it.customer() == Some(customer));
        let there = there.ok_or_else(|| Halt::from(Rejection::Unknown(to.into())))?;
        if there.id == member.id && takes.others_only {
            let deletes = matches!(command, Command::Contact(_, ContactCommand::Delete { .. }));
            let own = Rejection::from(CustomerRejection::NotOneself);
            return Err(
                if deletes { ContactRejection::CannotDeleteSelf.into() } else { own }.into()
            );
        }
        // G13: what an active contact is called by, an admin says; all else of it, its owner.
        let is_admins = Feature::ManageContacts.is_open_to(&member.permissions);
        if let Command::Customer(_, CustomerCommand::EditContact { edit, .. }) = command
            && matches!(there.access, Access::Active { .. })
            && edit.is_title_alone()
            && !is_admins
        {
            let admin = CustomerRejection::PermissionNeeded(Feature::ManageContacts);
            return Err(Rejection::from(admin).into());
        }
        Ok(())
    }

    /// The contact who acts, if it is this person's now and belongs to the customer.
    fn member(&self, person: PersonId, customer: CustomerId) -> Result<&Contact, Halt> {
        let unknown = || Halt::from(Rejection::Unknown(customer.into()));
        let Actor::PortalContact(id) = self.circumstances.actor else { return Err(unknown()) };
        let member = Tracked::state_of(self.state.contact(id)?).ok_or_else(unknown)?;
        let theirs = matches!(member.access, Access::Active { person: owner } if owner == person);
        if member.life == Life::Live && theirs && member.customer() == Some(customer) {
            Ok(member)
        } else {
            Err(unknown())
        }
    }
}

/// What a member is told of a refusal: who else has an email, is the builder's to know (R27, H3).
pub(in crate::ledger) fn told(halt: Halt, authority: &Authority) -> Halt {
    match (halt, authority) {
        (
            Halt::Rejected(Rejection::Contact(
                ContactRejection::PrimaryEmailOnActivatedOwner { .. }
                | ContactRejection::PrimaryEmailClaimed { .. },
            )),
            Authority::Member { .. },
        ) => Rejection::from(ContactRejection::PrimaryEmailTaken).into(),
        (halt, _) => halt,
    }
}
