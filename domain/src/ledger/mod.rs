//! One ledger's commands, decided against its state.
//!
//! A command names the aggregates it concerns; several may change in one append, never those of
//! two ledgers. [`decide`] asks the [`LedgerState`] for what it needs; what is not at hand comes
//! back as a [`Need`], the event store fetches it under the same lock, and asks again.

mod authority;
mod claims;
mod custom_fields;
mod customers;
mod decide;
mod email_conflicts;
mod impersonation;
mod imports;
mod job_types;
mod leads;
mod legacy;
mod links;
mod merge;
mod notices;
mod orgs;
mod owner_items;
mod portal_links;
mod state;
mod trades;
mod work_orders;

#[cfg(test)]
pub(crate) mod given;
#[cfg(test)]
mod tests;

pub use decide::decide;
pub use email_conflicts::EmailConflictCommand;
pub use legacy::{ImportedOwner, LegacyAccess, LegacyOwner};
pub use state::{LedgerState, Tracked};

use crate::builder_account::{BuilderAccountCommand, JobSetup};
use crate::contact::{
    ContactCommand, ContactDetails, ContactEvent, DuplicateResolved, InfoEdit, InviteIds, Kept,
    MergePicks,
};
use crate::custom_field::{FieldName, TypedValue};
use crate::customer::CustomerCommand;
use crate::event::Event;
use crate::ids::{
    AccountId, AggregateId, BulkId, ContactId, CustomerId, JobId, LeadId, MailId, MergeId,
    MilestoneId, OrgId, PersonId, SubUserId, SubcontractorId, TaskId, TemplateId, WorkOrderId,
};
use crate::installation::{InstallationCommand, SupportCommand};
use crate::job::impersonation::ImpersonationCommand;
use crate::job::portal_link::PortalLinkCommand;
use crate::job::{JobCommand, JobDetails};
use crate::lead::LeadCommand;
use crate::notification::{BounceStatus, MailReport};
use crate::owner_item::OwnerItemCommand;
use crate::person::PersonCommand;
use crate::rejection::Rejection;
use crate::subcontractor::{SubcontractorCommand, TradeDeed};
use crate::subcontractor_org::SubcontractorOrgCommand;
use crate::text::{JobType, Title};
use crate::work_order::WorkOrderCommand;
use crate::{EmailAddress, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// A command to one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// To the installation.
    Installation(InstallationCommand),
    /// To the account that the ledger belongs to.
    BuilderAccount(AccountId, BuilderAccountCommand),
    /// To the person that the ledger belongs to.
    Person(PersonId, PersonCommand),
    /// To one contact.
    Contact(ContactId, ContactCommand),
    /// Create a contact, make it an owner of jobs, invite it: one save (R2 to R6).
    SaveContact {
        /// The new contact's id.
        contact: ContactId,
        /// What it is created with.
        details: ContactDetails,
        /// The jobs that it becomes an owner of.
        jobs: Vec<JobId>,
        /// Send Invite was pressed before the save (R5).
        invite: Option<InviteIds>,
    },
    /// To one job.
    Job(JobId, JobCommand),
    /// Create a job with a type or from a template (R55, R56), which are the account's.
    CreateJob {
        /// The account.
        account: AccountId,
        /// The new job's id.
        job: JobId,
        /// What it is created with.
        details: JobDetails,
        /// Its owners.
        owners: Vec<ContactId>,
        /// Its type; the template's when absent.
        job_type: Option<JobType>,
        /// What its tasks and milestones are copied from.
        template: Option<JobFromTemplate>,
    },
    /// Give a job another type of the account's list, or none.
    SetJobType {
        /// The account.
        account: AccountId,
        /// The job.
        job: JobId,
        /// The type.
        to: Option<JobType>,
    },
    /// Give a contact's custom field a value, read by the field's kind in the account's list (R41).
    SetCustomField {
        /// The account.
        account: AccountId,
        /// The contact.
        contact: ContactId,
        /// The field.
        field: FieldName,
        /// Its value, as typed.
        to: TypedValue,
    },
    /// Make an existing contact an owner and invite it: one save (R5).
    AddOwnerAndInvite {
        /// The job.
        job: JobId,
        /// The contact.
        contact: ContactId,
        /// The invitation.
        invite: InviteIds,
    },
    /// Add or remove owners over many jobs (R48 to R53, H12).
    ChangeOwners {
        /// The bulk change's id.
        bulk: BulkId,
        /// The jobs that were ticked.
        jobs: Vec<JobId>,
        /// The contacts that were picked.
        contacts: Vec<ContactId>,
        /// Which way.
        mode: OwnerChangeMode,
    },
    /// About looking through the eyes of one of a job's owners (R64, H13).
    Impersonation(JobId, ImpersonationCommand),
    /// About a link to a job's portal (R90, G17).
    PortalLink(JobId, PortalLinkCommand),
    /// An owner does a task that waits for an owner of the job (R62, R93).
    CompleteForOwner {
        /// The job.
        job: JobId,
        /// Which contact the owner is.
        contact: ContactId,
        /// The task.
        task: TaskId,
    },
    /// About a To-Do or a message, which are one owner's (R63).
    OwnerItem(OwnerItemCommand),
    /// About one customer and the contacts that belong to it.
    Customer(CustomerId, CustomerCommand),
    /// About what a member of a customer asks the builder to do.
    WorkOrder(WorkOrderId, WorkOrderCommand),
    /// About one subcontractor and the jobs that it is invited to.
    Subcontractor(SubcontractorId, SubcontractorCommand),
    /// A user of a subcontractor's organisation does something with a task that is the subcontractor's.
    TradeTask {
        /// The job.
        job: JobId,
        /// Which subcontractor of the account the organisation is.
        subcontractor: SubcontractorId,
        /// The user who does it.
        user: SubUserId,
        /// The task.
        task: TaskId,
        /// What.
        deed: TradeDeed,
    },
    /// To the subcontractor's company that the ledger belongs to.
    SubcontractorOrg(OrgId, SubcontractorOrgCommand),
    /// To one lead.
    Lead(LeadId, LeadCommand),
    /// Put the contact of a lead, new or there already, into the book with the same save (R2).
    SaveLeadContact {
        /// The lead.
        lead: LeadId,
        /// What it is about, if it is new.
        title: Option<Title>,
        /// The new contact's id.
        contact: ContactId,
        /// What it is created with.
        details: ContactDetails,
    },
    /// Edit the info of a lead's contact: the contact's own rules say whether (R46).
    EditLeadContact {
        /// The lead.
        lead: LeadId,
        /// What becomes what.
        edit: InfoEdit,
    },
    /// A lead becomes a job, and its contact an owner of it; nobody is invited (R2, R4).
    WinLead {
        /// The lead.
        lead: LeadId,
        /// The job.
        into: WonInto,
    },
    /// Merge contacts into one of them (R29, H2).
    MergeContacts {
        /// The merge's id.
        merge: MergeId,
        /// Who stands for all of them.
        survivor: ContactId,
        /// The others.
        absorbed: Vec<ContactId>,
        /// What the survivor takes from whom.
        picks: MergePicks,
    },
    /// Let a contact that was merged into another stand for itself again (H2).
    UnmergeContact(ContactId),
    /// About an owner who wants a primary email that another contact has (R32, H4).
    EmailConflict(EmailConflictCommand),
    /// One row of an imported file: a job and its owner.
    ImportRow {
        /// The job's id, told from the row itself, so that the same row finds the same job.
        job: JobId,
        /// What it is created with.
        details: JobDetails,
        /// Its owner, found again in the same way.
        owner: Option<(ContactId, ContactDetails)>,
    },
    /// One contact of an imported address book.
    ImportContact {
        /// Its id, told from the card itself, so that the same card finds the same contact.
        contact: ContactId,
        /// What it is created with, unless it is there.
        details: ContactDetails,
    },
    /// Owners of an older system: one, or all those of a file that share a primary email (R34).
    ImportOwners(Vec<LegacyOwner>),
    /// Take over what happened to a contact in another store of events. It is recorded as it was
    /// there: nobody is mailed, and no rule is asked but the one that holds between contacts (R27).
    TakeOver {
        /// The contact, under the id that it had there.
        contact: ContactId,
        /// How many of its events are here already.
        after: Sequence,
        /// Those that follow, in order.
        events: Vec<ContactEvent>,
    },
    /// Record what became of a mail that this ledger ordered; the sender's alone (R68).
    RecordMail(MailId, MailReport),
    /// Record that a mail came back after the mail server had taken it; an operator's, whose mail
    /// server tells it (R68).
    RecordBounce(MailId, BounceStatus),
}

/// The template of a new job, and ids for what is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFromTemplate {
    /// The template.
    pub template: TemplateId,
    /// New ids, one a task; those that are not needed are not used.
    pub tasks: Vec<TaskId>,
    /// New ids, one a milestone.
    pub milestones: Vec<MilestoneId>,
}

/// What a lead becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WonInto {
    /// A job that is opened with it.
    NewJob {
        /// The account, whose types and templates they are.
        account: AccountId,
        /// The new job's id.
        job: JobId,
        /// What it is created with.
        details: JobDetails,
        /// Its type; the template's when absent.
        job_type: Option<JobType>,
        /// What its tasks and milestones are copied from.
        template: Option<JobFromTemplate>,
    },
    /// A job that is there.
    Job(JobId),
}

impl WonInto {
    /// The job.
    pub const fn job(&self) -> JobId {
        match self {
            Self::NewJob { job, .. } | Self::Job(job) => *job,
        }
    }
}

/// Which way a bulk change goes (R51).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerChangeMode {
    /// Contacts become owners.
    Add,
    /// Contacts are owners no more.
    Remove,
}

/// What is not at hand and has to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The state of an aggregate.
    Aggregate(AggregateId),
    /// The state of several contacts.
    Contacts(Vec<ContactId>),
    /// Who holds the claim to this address.
    Claim(EmailAddress),
    /// Which jobs this contact is an owner of.
    Jobs(ContactId),
    /// Which leads are about this contact.
    Leads(ContactId),
    /// Which contacts belong to this customer.
    CustomerContacts(CustomerId),
}

/// Why a decision stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// Something has to be fetched first.
    Need(Need),
    /// A rule said no.
    Rejected(Rejection),
}

impl From<Rejection> for Halt {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What a command leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens, in order.
    pub events: Vec<(AggregateId, Event)>,
    /// What the asker is told beyond it.
    pub outcome: Outcome,
}

/// What the asker is told; ids and words only, because receipts keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done,
    /// It was so already.
    Unchanged,
    /// Somebody looks through an owner's eyes.
    Impersonating {
        /// Until when.
        until: Timestamp,
    },
    /// A link to a portal has a new secret.
    PortalLink {
        /// Until when it opens it.
        until: Timestamp,
    },
    /// What became of each pair of a bulk change.
    Owners(Vec<OwnerOutcome>),
    /// The contact stands for itself again; this could not be undone.
    Unmerged(Vec<KeptBack>),
    /// What became of a row.
    Imported {
        /// Of its job.
        job: Imported,
        /// Of its owner, when it named one.
        owner: Option<Imported>,
    },
    /// What became of a card.
    ImportedContact(Imported),
    /// What became of owners of an older system.
    ImportedOwners {
        /// Each of them.
        owners: Vec<ImportedOwner>,
        /// Who lost an email to whom, and why; of those who were here before, too.
        resolved: Vec<DuplicateResolved>,
    },
}

/// What an unmerge could not undo (H2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBack {
    /// What it is.
    pub what: Kept,
    /// The job that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job: Option<JobId>,
    /// The lead that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lead: Option<LeadId>,
    /// The custom field that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<FieldName>,
}

/// What became of one job and contact in a bulk change (H12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerOutcome {
    /// The job.
    pub job: JobId,
    /// The contact.
    pub contact: ContactId,
    /// What became of them.
    pub result: OwnerResult,
    /// The job has no owner any more; nobody can be impersonated on it (R64).
    pub last_owner_left: bool,
}

/// The word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerResult {
    /// The contact is an owner now.
    Added,
    /// It was one already.
    AlreadyThere,
    /// The contact is an owner no more.
    Removed,
    /// It was none.
    WasNotThere,
    /// There is no such job.
    UnknownJob,
    /// There is no such contact.
    UnknownContact,
    /// The job takes no more owners.
    TooManyOwners,
    /// The job is archived.
    JobArchived,
}

/// What became of one thing in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imported {
    /// It is new.
    Created,
    /// It was there and stays as it is.
    AlreadyThere,
}

impl Command {
    /// The aggregates that it concerns, so that they can be fetched in one go. A hint: what it
    /// needs beyond them, it asks for.
    #[expect(clippy::too_many_lines, reason = "one arm a command")]
    pub fn aggregates(&self) -> Vec<AggregateId> {
        match self {
            Self::Installation(_) => vec![AggregateId::Installation],
            Self::BuilderAccount(id, _) => vec![AggregateId::BuilderAccount(*id)],
            Self::Person(id, _) => vec![(*id).into()],
            Self::Contact(id, _) => vec![(*id).into()],
            Self::SaveContact { contact, jobs, .. } => std::iter::once((*contact).into())
                .chain(jobs.iter().map(|job| (*job).into()))
                .collect(),
            Self::Job(id, JobCommand::Create(_, owners)) => std::iter::once((*id).into())
                .chain(owners.iter().map(|owner| (*owner).into()))
                .collect(),
            Self::Job(
                id,
                JobCommand::AddOwner(contact, _)
                | JobCommand::RemoveOwner(contact, _)
                | JobCommand::ReplaceOwner { to: contact, .. },
            ) => vec![(*id).into(), (*contact).into()],
            Self::CompleteForOwner { job, contact, .. } => vec![(*job).into(), (*contact).into()],
            Self::TradeTask { job, subcontractor, .. } => {
                vec![(*job).into(), (*subcontractor).into()]
            }
            Self::Subcontractor(id, SubcontractorCommand::Invite { job, .. }) => {
                vec![(*id).into(), (*job).into()]
            }
            Self::Subcontractor(id, _) => vec![(*id).into()],
            Self::SubcontractorOrg(id, _) => vec![(*id).into()],
            // Who is told of a task, the job knows.
            Self::Job(
                id,
                JobCommand::AddTask(..)
                | JobCommand::EditTask(..)
                | JobCommand::CompleteTask(_)
                | JobCommand::ReopenTask(_)
                | JobCommand::RemoveTask(_)
                | JobCommand::CommentOnTask { .. }
                | JobCommand::AddMilestone(..)
                | JobCommand::EditMilestone(..)
                | JobCommand::RemoveMilestone(_)
                | JobCommand::SetDeadline(_)
                | JobCommand::SetBudget(_)
                | JobCommand::AddNote(..)
                | JobCommand::Archive
                | JobCommand::Reopen
                | JobCommand::Rename(_),
            ) => vec![(*id).into()],
            Self::CreateJob { account, job, owners, .. } => {
                let first = [(*job).into(), AggregateId::BuilderAccount(*account)];
                first.into_iter().chain(owners.iter().map(|owner| (*owner).into())).collect()
            }
            Self::SetJobType { account, job, .. } => {
                vec![(*job).into(), AggregateId::BuilderAccount(*account)]
            }
            Self::SetCustomField { account, contact, .. } => {
                vec![(*contact).into(), AggregateId::BuilderAccount(*account)]
            }
            Self::AddOwnerAndInvite { job, contact, .. }
            | Self::Impersonation(job, ImpersonationCommand::Start { contact, .. }) => {
                vec![(*job).into(), (*contact).into()]
            }
            Self::ChangeOwners { jobs, contacts, .. } => jobs
                .iter()
                .map(|job| (*job).into())
                .chain(contacts.iter().map(|contact| (*contact).into()))
                .collect(),
            Self::TakeOver { contact, .. } | Self::UnmergeContact(contact) => {
                vec![(*contact).into()]
            }
            Self::EmailConflict(command) => command.aggregates(),
            Self::MergeContacts { survivor, absorbed, .. } => {
                std::iter::once(survivor).chain(absorbed).map(|contact| (*contact).into()).collect()
            }
            Self::ImportRow { job, owner, .. } => std::iter::once((*job).into())
                .chain(owner.iter().map(|(contact, _)| (*contact).into()))
                .collect(),
            Self::ImportContact { contact, .. } => vec![(*contact).into()],
            Self::Impersonation(
                job,
                ImpersonationCommand::End(_) | ImpersonationCommand::TimeOut(_),
            ) => vec![(*job).into()],
            Self::PortalLink(job, command) => std::iter::once((*job).into())
                .chain(command.contact().map(AggregateId::from))
                .collect(),
            Self::OwnerItem(command) => [command.item().into(), command.job().into()]
                .into_iter()
                .chain(command.contact().map(AggregateId::from))
                .collect(),
            Self::Customer(id, command) => {
                // What is decided is the contact's, where there is one.
                let contact = command.contact().map(AggregateId::from);
                contact.into_iter().chain([(*id).into()]).collect()
            }
            Self::WorkOrder(id, command) => {
                std::iter::once((*id).into()).chain(command.job().map(AggregateId::from)).collect()
            }
            Self::Lead(id, command) => std::iter::once((*id).into())
                .chain(command.contact().map(AggregateId::from))
                .collect(),
            Self::SaveLeadContact { lead, contact, .. } => vec![(*lead).into(), (*contact).into()],
            Self::EditLeadContact { lead, .. } => vec![(*lead).into()],
            Self::WinLead { lead, into } => vec![(*lead).into(), into.job().into()],
            Self::ImportOwners(owners) => {
                let contacts = owners.iter().map(|owner| owner.contact.into());
                contacts.chain(owners.iter().flat_map(|o| &o.jobs).map(|j| (*j).into())).collect()
            }
            Self::RecordMail(mail, _) | Self::RecordBounce(mail, _) => {
                vec![AggregateId::Notification(*mail)]
            }
        }
    }

    /// The aggregates that the command itself makes, whose ids nobody can have used before.
    pub fn newborn(&self) -> Option<AggregateId> {
        match self {
            Self::Contact(id, ContactCommand::Create(_))
            | Self::Customer(_, CustomerCommand::SaveContact { contact: id, .. })
            | Self::SaveContact { contact: id, .. }
            | Self::SaveLeadContact { title: None, contact: id, .. } => Some((*id).into()),
            Self::Customer(id, CustomerCommand::Open(_)) => Some((*id).into()),
            Self::WorkOrder(id, WorkOrderCommand::File { .. }) => Some((*id).into()),
            Self::Lead(id, LeadCommand::Create { .. })
            | Self::SaveLeadContact { title: Some(_), lead: id, .. } => Some((*id).into()),
            Self::Job(id, JobCommand::Create(..)) | Self::CreateJob { job: id, .. } => {
                Some((*id).into())
            }
            Self::OwnerItem(
                OwnerItemCommand::AddTodo { item, .. } | OwnerItemCommand::SendMessage { item, .. },
            ) => Some((*item).into()),
            Self::Subcontractor(id, SubcontractorCommand::Add { .. }) => Some((*id).into()),
            Self::Installation(_)
            | Self::BuilderAccount(..)
            | Self::Person(..)
            | Self::Subcontractor(..)
            | Self::TradeTask { .. }
            // A crash may have come after it was made.
            | Self::SubcontractorOrg(..)
            | Self::Contact(..)
            | Self::Job(..)
            | Self::CompleteForOwner { .. }
            | Self::OwnerItem(OwnerItemCommand::ChangeTodo { .. })
            | Self::SetJobType { .. }
            | Self::SetCustomField { .. }
            | Self::AddOwnerAndInvite { .. }
            | Self::ChangeOwners { .. }
            | Self::ImportRow { .. }
            | Self::ImportContact { .. }
            | Self::ImportOwners(_)
            | Self::TakeOver { .. }
            | Self::MergeContacts { .. }
            // Two senders may have sent the same mail.
            | Self::RecordMail(..)
            | Self::RecordBounce(..)
            | Self::UnmergeContact(_)
            | Self::EmailConflict(_)
            | Self::Impersonation(..)
            | Self::PortalLink(..)
            | Self::Customer(..)
            | Self::WorkOrder(..)
            | Self::Lead(..)
            | Self::EditLeadContact { .. }
            | Self::WinLead { .. } => None,
        }
    }

    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Installation(InstallationCommand::IssueOperatorToken(_)) => "IssueOperatorToken",
            Self::Installation(InstallationCommand::OrderAccount { .. }) => "OrderAccount",
            Self::Installation(InstallationCommand::OrderApiKey { .. }) => "OrderApiKey",
            Self::Installation(InstallationCommand::AppointOperator { .. }) => "AppointOperator",
            Self::Installation(InstallationCommand::DismissOperator(_)) => "DismissOperator",
            Self::Installation(InstallationCommand::Support(command)) => match command {
                SupportCommand::Request(_) => "RequestIntervention",
                SupportCommand::RequestForOrg(_) => "RequestOrgIntervention",
                SupportCommand::Approve { .. } => "ApproveIntervention",
                SupportCommand::Reject { .. } => "RejectIntervention",
                SupportCommand::Conclude { .. } => "ConcludeIntervention",
            },
            Self::BuilderAccount(_, BuilderAccountCommand::Open { .. }) => "OpenBuilderAccount",
            Self::BuilderAccount(_, BuilderAccountCommand::IssueApiKey(_)) => "IssueApiKey",
            Self::BuilderAccount(_, BuilderAccountCommand::RotateApiKey(_)) => "RotateApiKey",
            Self::BuilderAccount(_, BuilderAccountCommand::RevokeApiKey(_)) => "RevokeApiKey",
            Self::BuilderAccount(_, BuilderAccountCommand::JobSetup(command)) => match command {
                JobSetup::SetTypes(_) => "SetJobTypes",
                JobSetup::AddTemplate(..) => "AddJobTemplate",
                JobSetup::ChangeTemplate(..) => "ChangeJobTemplate",
                JobSetup::RemoveTemplate(_) => "RemoveJobTemplate",
            },
            Self::BuilderAccount(_, BuilderAccountCommand::SetCustomFields(_)) => "SetCustomFields",
            Self::BuilderAccount(_, BuilderAccountCommand::ChangeSettings(_)) => "ChangeSettings",
            Self::BuilderAccount(_, BuilderAccountCommand::Staff(command)) => command.name(),
            Self::Person(_, command) => command.name(),
            Self::Contact(_, command) => match command {
                ContactCommand::Create(_) => "CreateContact",
                ContactCommand::EditInfo(_) => "EditContactInfo",
                ContactCommand::SwapPrimaryEmail(_) => "SwapPrimaryEmail",
                ContactCommand::AddAdditionalEmail(_) => "AddAdditionalEmail",
                ContactCommand::EditAdditionalEmail { .. } => "EditAdditionalEmail",
                ContactCommand::RemoveAdditionalEmail(_) => "RemoveAdditionalEmail",
                ContactCommand::SendInvite(_) => "SendInvite",
                ContactCommand::ResendInvite(_) => "ResendInvite",
                ContactCommand::CancelInvite => "CancelInvite",
                ContactCommand::AcceptInvite { .. } => "AcceptInvite",
                ContactCommand::AcceptInviteAs { .. } => "AcceptInviteAs",
                ContactCommand::DeclineInvite(_) => "DeclineInvite",
                ContactCommand::AskForPrimaryEmail(_) => "AskForPrimaryEmail",
                ContactCommand::MovePrimaryEmail(_) => "MovePrimaryEmail",
                ContactCommand::ExpireInvite => "ExpireInvite",
                ContactCommand::RemindInvite(_) => "RemindInvite",
                ContactCommand::DisableAccess => "DisableAccess",
                ContactCommand::EnableAccess => "EnableAccess",
                ContactCommand::DeactivateOwner => "DeactivateOwner",
                ContactCommand::RedirectInvite { .. } => "RedirectInvite",
                ContactCommand::Delete { .. } => "DeleteContact",
                ContactCommand::Restore => "RestoreContact",
                ContactCommand::SetPermissions(_) => "SetPermissions",
                ContactCommand::SetCustomField { .. } => "SetCustomField",
                ContactCommand::SetImage(_) => "SetProfileImage",
                ContactCommand::RemoveImage => "RemoveProfileImage",
            },
            Self::SaveContact { .. } => "CreateContact",
            Self::Job(_, command) => command.name(),
            Self::CreateJob { .. } => "CreateJob",
            Self::CompleteForOwner { .. } => "CompleteTask",
            Self::OwnerItem(command) => command.name(),
            Self::SetJobType { .. } => "SetJobType",
            Self::SetCustomField { .. } => "SetCustomField",
            Self::AddOwnerAndInvite { .. } => "AddOwner",
            Self::MergeContacts { .. } => "MergeContacts",
            Self::UnmergeContact(_) => "UnmergeContacts",
            Self::EmailConflict(command) => command.name(),
            Self::ChangeOwners { .. } => "BulkChangeOwners",
            Self::ImportRow { .. } => "ImportRow",
            Self::ImportContact { .. } => "ImportContact",
            Self::ImportOwners(_) => "ImportOwners",
            Self::TakeOver { .. } => "TakeOver",
            Self::Impersonation(_, command) => command.name(),
            Self::PortalLink(_, command) => command.name(),
            Self::Customer(_, command) => command.name(),
            Self::WorkOrder(_, command) => command.name(),
            Self::Subcontractor(_, command) => command.name(),
            Self::TradeTask { deed, .. } => deed.name(),
            Self::SubcontractorOrg(_, command) => command.name(),
            Self::Lead(_, command) => command.name(),
            Self::SaveLeadContact { title: Some(_), .. } => "CreateLead",
            Self::SaveLeadContact { title: None, .. } => "LinkLead",
            Self::EditLeadContact { .. } => "EditLeadContact",
            Self::WinLead { .. } => "WinLead",
            Self::RecordMail(..) => "RecordMail",
            Self::RecordBounce(..) => "RecordBounce",
        }
    }
}
