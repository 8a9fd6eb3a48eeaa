//! Who may give which command (RULES.md 2.8).

use super::customers::is_members;
use super::{Command, EmailConflictCommand};
use crate::actor::{Actor, Authority, Circumstances, Grant, Role};
use crate::builder_account::{BuilderAccountCommand, StaffCommand};
use crate::contact::ContactCommand;
use crate::customer::CustomerCommand;
use crate::installation::SupportDeed;
use crate::job::portal_link::PortalLinkCommand;
use crate::owner_item::{OwnerItemCommand, TodoChange};
use crate::rejection::Rejection;
use crate::subcontractor::SubcontractorCommand;
use crate::subcontractor_org::SubcontractorOrgCommand;
use crate::work_order::WorkOrderCommand;

/// Refuses a command that the asker's role does not take.
#[expect(clippy::match_same_arms, reason = "one line per right, as in the table")]
pub(super) fn permit(command: &Command, circumstances: &Circumstances) -> Result<(), Rejection> {
    let needed = |needed| Err(Rejection::NotPermitted { needed });
    match (right(command), &circumstances.authority) {
        (_, Authority::Impersonator) => Err(Rejection::ReadOnly),
        (_, Authority::Support) if is_supports(command) => Ok(()),
        (_, Authority::Support) => needed("the account's own people; support does few things"),
        (_, Authority::Member { .. }) => is_members(command),
        (Right::OrgUser | Right::Trade | Right::Answer, Authority::SubUser { .. }) => Ok(()),
        (_, Authority::SubUser { .. }) => needed("the account's own people"),
        (Right::OwnLogin, Authority::Owner) if !their_own(command, circumstances.actor) => {
            needed("the person's own session")
        }
        (_, Authority::System)
        | (Right::Operate | Right::IssueKey, Authority::Operator)
        | (Right::Answer | Right::OwnInfo | Right::OwnLogin, Authority::Owner) => Ok(()),
        (Right::Operate, _) => needed("an operator token"),
        (Right::FromPortal, _) => needed("a member of the customer, in its portal"),
        (Right::Report, _) => needed("the product's own mail sender"),
        (Right::OrgUser | Right::Trade, _) => {
            needed("a registered user of the subcontractor's own company")
        }
        (Right::Support, _) => needed("support, with another operator's approval"),
        (Right::Answer, Authority::Builder { .. } | Authority::Operator) => {
            needed("the invitee, through the link in the mail")
        }
        (Right::OwnLogin, Authority::Builder { .. } | Authority::Operator) => {
            needed("the person's own session")
        }
        (
            Right::OwnInfo
            | Right::Work
            | Right::ManageAccess
            | Right::Impersonate
            | Right::Administer
            | Right::IssueKey,
            Authority::Builder { role: Role::Admin, .. },
        )
        | (Right::OwnInfo | Right::Work, Authority::Builder { role: Role::Staff, .. }) => Ok(()),
        (Right::ManageAccess, Authority::Builder { role: Role::Staff, grants }) => {
            if grants.contains(&Grant::ManageAccess) {
                Ok(())
            } else {
                needed("an admin key, or a staff key with the grant manage_access")
            }
        }
        (Right::Impersonate, Authority::Builder { role: Role::Staff, grants }) => {
            if grants.contains(&Grant::Impersonate) {
                Ok(())
            } else {
                needed("an admin key, or a staff key with the grant impersonate")
            }
        }
        (Right::IssueKey, Authority::Builder { .. } | Authority::Owner)
        | (Right::Administer, Authority::Builder { role: Role::Staff, .. }) => {
            needed("an admin key")
        }
        (
            Right::OwnInfo
            | Right::Work
            | Right::ManageAccess
            | Right::Impersonate
            | Right::Administer,
            Authority::Builder { role: Role::Auditor, .. },
        ) => needed("an admin or staff key; auditors read and command nothing"),
        (
            Right::Work | Right::ManageAccess | Right::Impersonate | Right::Administer,
            Authority::Owner,
        )
        | (
            Right::OwnInfo
            | Right::Work
            | Right::ManageAccess
            | Right::Impersonate
            | Right::Administer,
            Authority::Operator,
        ) => needed("a builder's admin or staff key"),
    }
}

/// Whether it is one of the few deeds that support is approved for.
fn is_supports(command: &Command) -> bool {
    if let Command::SubcontractorOrg(_, command) = command {
        return matches!(command, SubcontractorOrgCommand::AssignPrimaryContactBySupport(_));
    }
    let Command::Contact(_, command) = command else { return false };
    SupportDeed::ALL.iter().any(|deed| deed.command() == *command)
}

/// Whether a command to a person comes from that person (R15), and an owner's from some owner.
fn their_own(command: &Command, actor: Actor) -> bool {
    match (command, actor) {
        (Command::Person(id, _), Actor::Owner(person)) => *id == person,
        (Command::CompleteForOwner { .. }, Actor::Owner(_)) => true,
        (
            _,
            Actor::Owner(_)
            | Actor::BuilderStaff(_)
            | Actor::StaffMember(_)
            | Actor::PortalContact(_)
            | Actor::SubUser(_)
            | Actor::Operator(_)
            | Actor::System,
        ) => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// An operator's.
    Operate,
    /// An operator's, who gives an account its first key, and a builder admin's.
    IssueKey,
    /// A builder's, on any working day.
    Work,
    /// A builder admin's, or a staff member's to whom it is granted.
    ManageAccess,
    /// A builder admin's, or a staff member's to whom that is granted.
    Impersonate,
    /// A builder admin's alone.
    Administer,
    /// A builder's or an owner's; the contact's own state, or whose a link is, says whose.
    OwnInfo,
    /// The invitee's, who holds the link.
    Answer,
    /// The person's, and nobody else's (R15).
    OwnLogin,
    /// The product's own.
    Report,
    /// A customer's member's.
    FromPortal,
    /// A registered user's of the subcontractor's company; the builder has no part in it (R76, R77).
    OrgUser,
    /// The same user's, in the general contractor's account.
    Trade,
    /// Support's, which another operator has approved (R81).
    Support,
}

fn right(command: &Command) -> Right {
    match command {
        Command::Installation(_) | Command::TakeOver { .. } | Command::RecordBounce(..) => {
            Right::Operate
        }
        Command::BuilderAccount(_, command) => match command {
            BuilderAccountCommand::Open { .. } => Right::Operate,
            BuilderAccountCommand::IssueApiKey(_) => Right::IssueKey,
            BuilderAccountCommand::JobSetup(_) => Right::Work,
            BuilderAccountCommand::Staff(StaffCommand::Join { .. }) => Right::Answer,
            BuilderAccountCommand::RotateApiKey(_)
            | BuilderAccountCommand::RevokeApiKey(_)
            | BuilderAccountCommand::SetCustomFields(_)
            | BuilderAccountCommand::ChangeSettings(_)
            | BuilderAccountCommand::Staff(
                StaffCommand::Invite(_)
                | StaffCommand::Resend { .. }
                | StaffCommand::Change { .. }
                | StaffCommand::Remove(_),
            ) => Right::Administer,
        },
        // Which owners, the job and the contact say.
        Command::Person(..) | Command::CompleteForOwner { .. } => Right::OwnLogin,
        Command::OwnerItem(command) => match command {
            OwnerItemCommand::AddTodo { .. }
            | OwnerItemCommand::ChangeTodo {
                change: TodoChange::Edit { .. } | TodoChange::Remove,
                ..
            } => Right::Work,
            OwnerItemCommand::ChangeTodo {
                change: TodoChange::Complete | TodoChange::Reopen,
                ..
            }
            | OwnerItemCommand::SendMessage { .. } => Right::OwnInfo,
        },
        Command::Contact(_, command) => match command {
            ContactCommand::Create(_)
            | ContactCommand::RedirectInvite { .. }
            | ContactCommand::SendInvite(_)
            | ContactCommand::ResendInvite(_)
            | ContactCommand::CancelInvite
            | ContactCommand::ExpireInvite
            | ContactCommand::SetCustomField { .. } => Right::Work,
            ContactCommand::EditInfo(_)
            | ContactCommand::SwapPrimaryEmail(_)
            | ContactCommand::AddAdditionalEmail(_)
            | ContactCommand::EditAdditionalEmail { .. }
            | ContactCommand::RemoveAdditionalEmail(_)
            | ContactCommand::AskForPrimaryEmail(_)
            | ContactCommand::MovePrimaryEmail(_)
            | ContactCommand::SetImage(_)
            | ContactCommand::RemoveImage => Right::OwnInfo,
            ContactCommand::AcceptInvite { .. }
            | ContactCommand::AcceptInviteAs { .. }
            | ContactCommand::DeclineInvite(_) => Right::Answer,
            ContactCommand::RemindInvite(_) => Right::Report,
            ContactCommand::DisableAccess
            | ContactCommand::EnableAccess
            | ContactCommand::DeactivateOwner
            | ContactCommand::Delete { .. }
            | ContactCommand::Restore
            | ContactCommand::SetPermissions(_) => Right::ManageAccess,
        },
        Command::Customer(_, command) => of_customer(command),
        Command::WorkOrder(_, command) => match command {
            WorkOrderCommand::File { .. } => Right::FromPortal,
            WorkOrderCommand::TurnIntoTask { .. } | WorkOrderCommand::Decline(_) => Right::Work,
        },
        Command::Subcontractor(_, command) => of_subcontractor(command),
        Command::TradeTask { .. } => Right::Trade,
        Command::SubcontractorOrg(_, command) => of_org(command),
        Command::MergeContacts { .. }
        | Command::UnmergeContact(_)
        // It activates owners and deactivates others.
        | Command::ImportOwners(_) => Right::ManageAccess,
        // Whose contact it is, the ledger asks.
        Command::EmailConflict(EmailConflictCommand::Report { .. }) => Right::OwnInfo,
        Command::Impersonation(..) => Right::Impersonate,
        Command::PortalLink(_, command) => match command {
            PortalLinkCommand::Issue(_)
            | PortalLinkCommand::Rotate { .. }
            | PortalLinkCommand::Revoke(_) => Right::OwnInfo,
            PortalLinkCommand::Expire(_) => Right::Report,
        },
        Command::RecordMail(..) => Right::Report,
        Command::SaveContact { .. }
        | Command::Job(..)
        | Command::CreateJob { .. }
        | Command::SetJobType { .. }
        | Command::SetCustomField { .. }
        | Command::AddOwnerAndInvite { .. }
        | Command::ChangeOwners { .. }
        | Command::ImportRow { .. }
        | Command::ImportContact { .. }
        | Command::Lead(..)
        | Command::SaveLeadContact { .. }
        | Command::EditLeadContact { .. }
        | Command::WinLead { .. }
        | Command::EmailConflict(
            EmailConflictCommand::Replace { .. } | EmailConflictCommand::SetAside { .. },
        ) => Right::Work,
    }
}

/// The general contractor's, but for what the invitee and the organisation's users answer or ask.
const fn of_subcontractor(command: &SubcontractorCommand) -> Right {
    match command {
        SubcontractorCommand::Add { .. }
        | SubcontractorCommand::Rename(_)
        | SubcontractorCommand::Invite { .. }
        | SubcontractorCommand::Resend { .. }
        | SubcontractorCommand::ResendStale { .. }
        | SubcontractorCommand::Cancel(_)
        | SubcontractorCommand::Withdraw(_)
        | SubcontractorCommand::ChangePrimaryContact { .. }
        | SubcontractorCommand::DeclinePrimaryContactRequest(_) => Right::Work,
        SubcontractorCommand::Accept { .. } | SubcontractorCommand::Decline { .. } => Right::Answer,
        SubcontractorCommand::RequestPrimaryContactChange { .. } => Right::Trade,
        SubcontractorCommand::Expire(_) => Right::Report,
    }
}

/// The company's own users', but for what brings somebody in.
const fn of_org(command: &SubcontractorOrgCommand) -> Right {
    match command {
        SubcontractorOrgCommand::Create { .. }
        | SubcontractorOrgCommand::LinkGeneralContractor { .. }
        | SubcontractorOrgCommand::JoinByInvite { .. }
        | SubcontractorOrgCommand::DeclineUserInvite { .. }
        | SubcontractorOrgCommand::RequestToJoin { .. } => Right::Answer,
        SubcontractorOrgCommand::Rename(_)
        | SubcontractorOrgCommand::InviteUser { .. }
        | SubcontractorOrgCommand::ResendUserInvite { .. }
        | SubcontractorOrgCommand::CancelUserInvite(_)
        | SubcontractorOrgCommand::RemoveUser(_)
        | SubcontractorOrgCommand::ApproveJoin(_)
        | SubcontractorOrgCommand::RejectJoin(_) => Right::OrgUser,
        SubcontractorOrgCommand::ExpireUserInvite(_) => Right::Report,
        SubcontractorOrgCommand::AssignPrimaryContactBySupport(_) => Right::Support,
    }
}

const fn of_customer(command: &CustomerCommand) -> Right {
    match command {
        CustomerCommand::Open(_)
        | CustomerCommand::Rename(_)
        | CustomerCommand::AddContact(_)
        | CustomerCommand::PublishDocument(..)
        | CustomerCommand::WithdrawDocument(_)
        | CustomerCommand::SaveContact { permissions: None, .. }
        | CustomerCommand::EditContact { permissions: None, .. } => Right::Work,
        // Whoever leaves loses the portal; what somebody may in it is said with the access.
        CustomerCommand::RemoveContact(_)
        | CustomerCommand::SaveContact { permissions: Some(_), .. }
        | CustomerCommand::EditContact { permissions: Some(_), .. } => Right::ManageAccess,
    }
}
