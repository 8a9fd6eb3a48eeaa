//! Which commands make a secret: the link, key or session that is told once.

use domain::Command;
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::contact::ContactCommand;
use domain::installation::InstallationCommand;
use domain::job::impersonation::ImpersonationCommand;
use domain::person::PersonCommand;

/// Whether a command makes one.
pub(super) fn makes_secret(command: &Command) -> bool {
    match command {
        Command::AddOwnerAndInvite { .. } => true,
        Command::Installation(command) => !matches!(
            command,
            InstallationCommand::DismissOperator(_) | InstallationCommand::Support(_)
        ),
        Command::BuilderAccount(_, command) => match command {
            BuilderAccountCommand::Open { .. }
            | BuilderAccountCommand::IssueApiKey(_)
            | BuilderAccountCommand::RotateApiKey(_)
            | BuilderAccountCommand::Staff(StaffCommand::Invite(_) | StaffCommand::Resend { .. }) => {
                true
            }
            BuilderAccountCommand::Staff(
                StaffCommand::Change { .. } | StaffCommand::Remove(_) | StaffCommand::Join { .. },
            )
            | BuilderAccountCommand::RevokeApiKey(_)
            | BuilderAccountCommand::JobSetup(_)
            | BuilderAccountCommand::SetCustomFields(_)
            | BuilderAccountCommand::ChangeSettings(_) => false,
        },
        Command::Person(_, command) => match command {
            PersonCommand::LogIn(_)
            | PersonCommand::LogInAsStaff { .. }
            | PersonCommand::LogInForOrg { .. }
            | PersonCommand::RequestReset(_)
            | PersonCommand::EnableSecondFactor(_) => true,
            PersonCommand::Register { .. }
            | PersonCommand::Link { .. }
            | PersonCommand::TakeOver(_)
            | PersonCommand::Revoke(_)
            | PersonCommand::RevokeAll
            | PersonCommand::CompleteReset { .. }
            | PersonCommand::LinkStaff { .. }
            | PersonCommand::LinkOrg { .. }
            | PersonCommand::DisableSecondFactor(_)
            | PersonCommand::UseRecoveryCode { .. } => false,
            PersonCommand::EmailChange(step) => step.makes_link(),
        },
        Command::Contact(_, command) => match command {
            ContactCommand::SendInvite(_)
            | ContactCommand::ResendInvite(_)
            | ContactCommand::RedirectInvite { .. } => true,
            ContactCommand::Create(_)
            | ContactCommand::EditInfo(_)
            | ContactCommand::SwapPrimaryEmail(_)
            | ContactCommand::AddAdditionalEmail(_)
            | ContactCommand::EditAdditionalEmail { .. }
            | ContactCommand::RemoveAdditionalEmail(_)
            | ContactCommand::CancelInvite
            | ContactCommand::AcceptInvite { .. }
            | ContactCommand::AcceptInviteAs { .. }
            | ContactCommand::AskForPrimaryEmail(_)
            | ContactCommand::MovePrimaryEmail(_)
            | ContactCommand::DeclineInvite(_)
            | ContactCommand::ExpireInvite
            | ContactCommand::RemindInvite(_)
            | ContactCommand::DisableAccess
            | ContactCommand::EnableAccess
            | ContactCommand::DeactivateOwner
            | ContactCommand::Delete { .. }
            | ContactCommand::Restore
            | ContactCommand::SetPermissions(_)
            | ContactCommand::SetCustomField { .. }
            | ContactCommand::SetImage(_)
            | ContactCommand::RemoveImage => false,
        },
        Command::SaveContact { invite, .. } => invite.is_some(),
        Command::Impersonation(_, command) => match command {
            ImpersonationCommand::Start { .. } => true,
            ImpersonationCommand::End(_) | ImpersonationCommand::TimeOut(_) => false,
        },
        Command::PortalLink(_, command) => command.makes_secret(),
        Command::Subcontractor(_, command) => command.makes_secret(),
        Command::SubcontractorOrg(_, command) => command.makes_secret(),
        Command::Job(..)
        | Command::CreateJob { .. }
        | Command::SetJobType { .. }
        | Command::SetCustomField { .. }
        | Command::ChangeOwners { .. }
        | Command::ImportRow { .. }
        | Command::ImportContact { .. }
        | Command::ImportOwners(_)
        | Command::TakeOver { .. }
        | Command::RecordMail(..)
        | Command::RecordBounce(..)
        | Command::CompleteForOwner { .. }
        | Command::OwnerItem(_)
        | Command::MergeContacts { .. }
        | Command::UnmergeContact(_)
        | Command::EmailConflict(_)
        | Command::Customer(..)
        | Command::WorkOrder(..)
        | Command::TradeTask { .. }
        | Command::Lead(..)
        | Command::SaveLeadContact { .. }
        | Command::EditLeadContact { .. }
        | Command::WinLead { .. } => false,
    }
}
