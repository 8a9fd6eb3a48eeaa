//! Decides a command over the aggregates of one ledger.

use super::authority::permit;
use super::customers::told;
use super::trades::TradeTask;
use super::{
    Command, Decision, Halt, JobFromTemplate, LedgerState, Outcome, OwnerChangeMode, OwnerOutcome,
    OwnerResult, Tracked,
};
use crate::actor::Circumstances;
use crate::builder_account::{BuilderAccountRejection, TemplateTask};
use crate::contact::{
    self, Claims, Contact, ContactCommand, ContactDetails, ContactEvent, ContactRejection,
    InviteIds, Life,
};
use crate::event::Event;
use crate::ids::{AccountId, AggregateId, BulkId, ContactId, JobId};
use crate::job::impersonation::ImpersonationEnding;
use crate::job::{
    self, JobCommand, JobDetails, JobEvent, JobRejection, MilestoneDetails, Plan, TaskDetails,
};
use crate::rejection::Rejection;
use crate::text::{JobType, Title};
use crate::{Sequence, Timestamp, builder_account, installation, notification, person};

/// Decides a command against the ledger's state at `now`.
pub fn decide(
    command: &Command,
    state: &LedgerState,
    circumstances: &Circumstances,
    now: Timestamp,
) -> Result<Decision, Halt> {
    permit(command, circumstances)?;
    let asked = Asked { state, circumstances, now };
    let decided = asked.permit_member(command).and_then(|()| of_permitted(command, &asked));
    decided.map_err(|halt| told(halt, &circumstances.authority))
}

/// Decides a command that the asker may give.
fn of_permitted(command: &Command, asked: &Asked<'_>) -> Result<Decision, Halt> {
    let Asked { state, now, .. } = *asked;
    match command {
        Command::Installation(command) => {
            let events = installation::decide(state.installation()?, command)?;
            Ok(done(AggregateId::Installation, events, Event::Installation))
        }
        Command::BuilderAccount(id, command) => {
            let events = builder_account::decide(*id, state.builder_account(*id)?, command, now)?;
            Ok(done(AggregateId::BuilderAccount(*id), events, Event::BuilderAccount))
        }
        Command::Person(id, command) => {
            let events = person::decide(*id, state.person(*id)?, command, now)?;
            Ok(done((*id).into(), events, Event::Person))
        }
        Command::Contact(id, command @ ContactCommand::Delete { .. }) => {
            asked.delete_contact(*id, command)
        }
        Command::Contact(id, command @ ContactCommand::DisableAccess) => {
            asked.close_access(*id, command, ImpersonationEnding::AccessDisabled)
        }
        Command::Contact(id, command @ ContactCommand::DeactivateOwner) => {
            asked.close_access(*id, command, ImpersonationEnding::OwnerDeactivated)
        }
        Command::Contact(id, command @ ContactCommand::SetPermissions(_)) => {
            asked.set_permissions(*id, command)
        }
        Command::Contact(id, command @ ContactCommand::AcceptInviteAs { .. }) => {
            asked.accept_as(*id, command)
        }
        Command::Contact(id, command) => {
            let contact = Tracked::state_of(state.contact(*id)?);
            let events = asked.contact(*id, contact, command)?;
            Ok(done((*id).into(), events, Event::Contact))
        }
        Command::SaveContact { contact, details, jobs, invite } => {
            asked.save_contact(*contact, details, jobs, *invite)
        }
        Command::Job(id, command) => asked.job(*id, command),
        Command::CompleteForOwner { job, contact, task } => {
            asked.complete_for_owner(*job, *contact, *task)
        }
        Command::OwnerItem(command) => asked.owner_item(command),
        Command::CreateJob { account, job, details, owners, job_type, template } => {
            let plan = asked.plan(*account, job_type.as_ref(), template.as_ref())?;
            let events = asked.new_job(*job, details, owners, &plan)?;
            Ok(done((*job).into(), events, Event::Job))
        }
        Command::SetJobType { account, job, to } => asked.set_job_type(*account, *job, to.as_ref()),
        Command::SetCustomField { account, contact, field, to } => {
            asked.set_custom_field(*account, *contact, field, to)
        }
        Command::AddOwnerAndInvite { job, contact, invite } => {
            asked.add_owner_and_invite(*job, *contact, *invite)
        }
        Command::ChangeOwners { bulk, jobs, contacts, mode } => {
            asked.change_owners(*bulk, jobs, contacts, *mode)
        }
        Command::MergeContacts { merge, survivor, absorbed, picks } => {
            asked.merge_contacts(*merge, *survivor, absorbed, picks)
        }
        Command::UnmergeContact(contact) => asked.unmerge_contact(*contact),
        Command::EmailConflict(command) => asked.email_conflict(command),
        Command::Impersonation(job, command) => asked.impersonation(*job, *command),
        Command::PortalLink(job, command) => asked.portal_link(*job, command),
        Command::Customer(id, command) => asked.customer(*id, command),
        Command::WorkOrder(id, command) => asked.work_order(*id, command),
        Command::Subcontractor(id, command) => asked.subcontractor(*id, command),
        Command::TradeTask { job, subcontractor, user, task, deed } => {
            let (job, subcontractor, user, task) = (*job, *subcontractor, *user, *task);
            asked.trade_task(TradeTask { job, subcontractor, user, task }, deed)
        }
        Command::SubcontractorOrg(id, command) => asked.subcontractor_org(*id, command),
        Command::Lead(id, command) => asked.lead(*id, command),
        Command::SaveLeadContact { lead, title, contact, details } => {
            asked.save_lead_contact(*lead, title.as_ref(), *contact, details)
        }
        Command::EditLeadContact { lead, edit } => asked.edit_lead_contact(*lead, edit),
        Command::WinLead { lead, into } => asked.win_lead(*lead, into),
        Command::ImportRow { job, details, owner } => {
            asked.import_row(*job, details, owner.as_ref())
        }
        Command::ImportContact { contact, details } => {
            let (events, imported) = asked.imported_contact(*contact, details)?;
            Ok(Decision { events, outcome: Outcome::ImportedContact(imported) })
        }
        Command::ImportOwners(owners) => asked.import_owners(owners),
        Command::TakeOver { contact, after, events } => asked.take_over(*contact, *after, events),
        Command::RecordMail(mail, report) => {
            let events = notification::decide(state.notification(*mail)?, report);
            Ok(done(AggregateId::Notification(*mail), events, Event::Notification))
        }
        Command::RecordBounce(mail, status) => {
            let events = notification::bounced(*mail, state.notification(*mail)?, status)?;
            Ok(done(AggregateId::Notification(*mail), events, Event::Notification))
        }
    }
}

pub(super) fn done<E>(id: AggregateId, events: Vec<E>, wrap: fn(E) -> Event) -> Decision {
    let outcome = if events.is_empty() { Outcome::Unchanged } else { Outcome::Done };
    Decision { events: events.into_iter().map(|event| (id, wrap(event))).collect(), outcome }
}

pub(super) struct Asked<'a> {
    pub(super) state: &'a LedgerState,
    pub(super) circumstances: &'a Circumstances,
    pub(super) now: Timestamp,
}

impl Asked<'_> {
    pub(super) fn contact(
        &self,
        id: ContactId,
        contact: Option<&Contact>,
        command: &ContactCommand,
    ) -> Result<Vec<ContactEvent>, Halt> {
        contact::decide(id, contact, command, self.circumstances, self.now, self.state)
    }

    pub(super) fn job(&self, id: JobId, command: &JobCommand) -> Result<Decision, Halt> {
        match command {
            JobCommand::Create(_, owners) => {
                for owner in owners {
                    self.state.live_contact(*owner)?;
                }
            }
            JobCommand::AddOwner(contact, _) | JobCommand::ReplaceOwner { to: contact, .. } => {
                self.state.live_contact(*contact)?;
            }
            // A contact that is no owner any more, for whatever reason, can be removed twice. Whom a
            // task is for, the job itself knows: its owners.
            JobCommand::RemoveOwner(..)
            | JobCommand::Rename(_)
            | JobCommand::AddTask(..)
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
            | JobCommand::Reopen => {}
        }
        let job = Tracked::state_of(self.state.job(id)?);
        self.assignable_trade(id, job, command)?;
        let happened = job::decide(id, job, command)?;
        let notices = self.task_notices(id, job, &happened)?;
        let mut decision = done(id.into(), happened, Event::Job);
        decision.events.extend(notices);
        Ok(decision)
    }

    /// Whether each event can follow the one before, `apply` says when it is recorded.
    fn take_over(
        &self,
        id: ContactId,
        after: Sequence,
        events: &[ContactEvent],
    ) -> Result<Decision, Halt> {
        let version = self.state.contact(id)?.map_or(0, |tracked| tracked.version);
        // Nothing to take over, or asked again after an answer that was lost.
        if (after + 1..).zip(events).last().is_none_or(|(last, _)| last == version) {
            return Ok(done(id.into(), Vec::new(), Event::Contact));
        }
        if version != after {
            return Err(Rejection::from(ContactRejection::AlreadyExists).into());
        }
        for event in events {
            // Customers do not come along; only one that is here has contacts.
            if let (_, Some(customer)) = event.customer_change()
                && self.state.customer(customer)?.is_none()
            {
                return Err(Rejection::Unknown(customer.into()).into());
            }
            if let ContactEvent::PrimaryEmailClaimed(claimed) = event
                && let Some(email) = claimed.email.value()
                && let Some(holder) = self.state.holder(email)?
                && holder.contact != id
            {
                let (holder, name) = (holder.contact, holder.name);
                let claimed = ContactRejection::PrimaryEmailClaimed { holder, name };
                return Err(Rejection::from(claimed).into());
            }
        }
        Ok(done(id.into(), events.to_vec(), Event::Contact))
    }

    /// What a job begins with: a type of the account's list, and what its template has.
    pub(super) fn plan(
        &self,
        account: AccountId,
        job_type: Option<&JobType>,
        from: Option<&JobFromTemplate>,
    ) -> Result<Plan, Halt> {
        let unknown = Rejection::Unknown(AggregateId::BuilderAccount(account));
        let account = self.state.builder_account(account)?.ok_or(unknown)?;
        if job_type.is_some_and(|job_type| !account.job_types.contains(job_type)) {
            return Err(Rejection::from(JobRejection::UnknownType).into());
        }
        let mut plan = Plan { job_type: job_type.cloned(), ..Plan::default() };
        let Some(from) = from else { return Ok(plan) };
        let template = account.templates.get(&from.template);
        let template = template.ok_or(Rejection::from(JobRejection::UnknownTemplate))?;
        let enough = from.tasks.len() >= template.tasks.len()
            && from.milestones.len() >= template.milestones.len();
        if !enough {
            return Err(Rejection::from(BuilderAccountRejection::TemplateTooLong).into());
        }
        plan.template = Some((from.template, template.name.clone()));
        plan.job_type = plan.job_type.or_else(|| template.job_type.clone());
        plan.tasks = from.tasks.iter().copied().zip(template.tasks.iter().map(copied)).collect();
        let milestone = |title: &Title| MilestoneDetails { title: title.clone(), due: None };
        let milestones = template.milestones.iter().map(milestone);
        plan.milestones = from.milestones.iter().copied().zip(milestones).collect();
        Ok(plan)
    }

    pub(super) fn new_job(
        &self,
        job: JobId,
        details: &JobDetails,
        owners: &[ContactId],
        plan: &Plan,
    ) -> Result<Vec<JobEvent>, Halt> {
        for owner in owners {
            self.state.live_contact(*owner)?;
        }
        Ok(job::open(Tracked::state_of(self.state.job(job)?), details, owners, plan)?)
    }

    pub(super) fn owner_added(
        &self,
        job: JobId,
        contact: ContactId,
    ) -> Result<Vec<JobEvent>, Halt> {
        let state = Tracked::state_of(self.state.job(job)?);
        Ok(job::decide(job, state, &JobCommand::AddOwner(contact, None))?)
    }

    fn save_contact(
        &self,
        id: ContactId,
        details: &ContactDetails,
        jobs: &[JobId],
        invite: Option<InviteIds>,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.contact(id)?);
        let created = self.contact(id, present, &ContactCommand::Create(details.clone()))?;
        let mut decision = done(id.into(), created, Event::Contact);
        for job in unique(jobs) {
            let added = self.owner_added(job, id)?;
            decision.events.extend(added.into_iter().map(|e| (job.into(), Event::Job(e))));
        }
        if let Some(ids) = invite {
            let Some((_, Event::Contact(created))) = decision.events.first() else {
                return Err(Rejection::Unknown(id.into()).into());
            };
            // `decide` made the event a moment ago; it always starts a contact.
            let contact = Contact::from_first(id, created).ok();
            let invited = self.contact(id, contact.as_ref(), &ContactCommand::SendInvite(ids))?;
            decision.events.extend(invited.into_iter().map(|e| (id.into(), Event::Contact(e))));
        }
        Ok(decision)
    }

    fn add_owner_and_invite(
        &self,
        job: JobId,
        contact: ContactId,
        invite: InviteIds,
    ) -> Result<Decision, Halt> {
        let state = self.state.live_contact(contact)?;
        let added = self.owner_added(job, contact)?;
        let invited = self.contact(contact, Some(state), &ContactCommand::SendInvite(invite))?;
        let mut decision = done(job.into(), added, Event::Job);
        decision.events.extend(invited.into_iter().map(|e| (contact.into(), Event::Contact(e))));
        decision.outcome = Outcome::Done;
        Ok(decision)
    }

    fn change_owners(
        &self,
        bulk: BulkId,
        jobs: &[JobId],
        contacts: &[ContactId],
        mode: OwnerChangeMode,
    ) -> Result<Decision, Halt> {
        let mut events = Vec::new();
        let mut outcomes = Vec::new();
        for id in unique(jobs) {
            let mut job = Tracked::state_of(self.state.job(id)?).cloned();
            for contact in unique(contacts) {
                let known = self
                    .state
                    .contact(contact)?
                    .is_some_and(|contact| contact.state.life == Life::Live);
                let (result, happened) = match &job {
                    None => (OwnerResult::UnknownJob, Vec::new()),
                    Some(_) if mode == OwnerChangeMode::Add && !known => {
                        (OwnerResult::UnknownContact, Vec::new())
                    }
                    Some(job) => change_owner(job, contact, Some(bulk), mode),
                };
                for event in &happened {
                    // `decide` made the event from this very state.
                    if job.as_mut().is_some_and(|job| job.apply(event).is_err()) {
                        return Err(Rejection::Unknown(id.into()).into());
                    }
                }
                let last_owner_left = result == OwnerResult::Removed
                    && job.as_ref().is_some_and(|job| job.owners.is_empty());
                events.extend(happened.into_iter().map(|event| (id.into(), Event::Job(event))));
                outcomes.push(OwnerOutcome { job: id, contact, result, last_owner_left });
            }
        }
        Ok(Decision { events, outcome: Outcome::Owners(outcomes) })
    }
}

fn copied(task: &TemplateTask) -> TaskDetails {
    let TemplateTask { title, kind, phase } = task.clone();
    TaskDetails { title, kind, phase, assignee: None, due: None }
}

pub(super) fn change_owner(
    job: &job::Job,
    contact: ContactId,
    bulk: Option<BulkId>,
    mode: OwnerChangeMode,
) -> (OwnerResult, Vec<JobEvent>) {
    let (command, changed, unchanged) = match mode {
        OwnerChangeMode::Add => {
            (JobCommand::AddOwner(contact, bulk), OwnerResult::Added, OwnerResult::AlreadyThere)
        }
        OwnerChangeMode::Remove => {
            (JobCommand::RemoveOwner(contact, bulk), OwnerResult::Removed, OwnerResult::WasNotThere)
        }
    };
    match job::decide(job.id, Some(job), &command) {
        Ok(events) if events.is_empty() => (unchanged, events),
        Ok(events) => (changed, events),
        Err(Rejection::Job(JobRejection::Archived)) => (OwnerResult::JobArchived, Vec::new()),
        Err(_refused) => (OwnerResult::TooManyOwners, Vec::new()),
    }
}

/// The ids in their order, each once.
pub(super) fn unique<T: Copy + Eq + std::hash::Hash>(ids: &[T]) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    ids.iter().copied().filter(|id| seen.insert(*id)).collect()
}
