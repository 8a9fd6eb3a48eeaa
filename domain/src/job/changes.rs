//! What a job's events changed, field by field, as histories show it.

use super::events::JobEvent;
use super::impersonation::ImpersonationStep;
use super::plan::{Assignee, BudgetLine, MilestoneDetails, TaskDetails};
use super::portal_link::PortalLinkStep;
use crate::event::{FieldChange, ShowOf, Shown};
use crate::ids::ContactId;
use crate::text::JobType;

impl JobEvent {
    /// What changed, field by field. Owners are shown by id; names are joined where it is read.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::JobCreated(e) => {
                let mut changes = vec![FieldChange::new_value("name", e.name.as_str())];
                if let Some(reference) = &e.reference {
                    changes.push(FieldChange::new_value("reference", reference.as_str()));
                }
                if let Some(site) = &e.site {
                    changes.push(FieldChange::new_value("site", site.as_str()));
                }
                changes
            }
            Self::JobRenamed(e) => {
                vec![FieldChange::between("name", e.from.as_str(), e.to.as_str())]
            }
            Self::OwnerAddedToJob(e) => {
                vec![FieldChange::new_value("owners", e.contact.to_string())]
            }
            Self::OwnerRemovedFromJob(e) => {
                vec![FieldChange::old_value("owners", e.contact.to_string())]
            }
            Self::OwnerReplacedOnJob(e) => {
                vec![FieldChange::between("owners", e.from.to_string(), e.to.to_string())]
            }
            Self::JobTypeSet(e) => {
                let shown = |kind: &Option<JobType>| maybe(kind.as_ref().map(JobType::as_str));
                vec![FieldChange::between("type", shown(&e.from), shown(&e.to))]
            }
            Self::JobTemplateApplied(e) => {
                vec![FieldChange::new_value("template", e.name.as_str())]
            }
            Self::TaskAdded(e) => task(None, Some(&e.details)),
            Self::TaskEdited(e) => task(Some(&e.from), Some(&e.to)),
            Self::TaskCompleted(e) => vec![FieldChange::new_value("tasks_done", e.title.as_str())],
            Self::TaskReopened(e) => vec![FieldChange::old_value("tasks_done", e.title.as_str())],
            Self::TaskUnassigned(e) => {
                let assignee = Assignee::Owner(e.contact).to_string();
                vec![
                    FieldChange::between("tasks", e.title.as_str(), e.title.as_str()),
                    FieldChange::old_value("task_assignee", assignee),
                ]
            }
            Self::TaskRemoved(e) => vec![FieldChange::old_value("tasks", e.title.as_str())],
            Self::TaskCommented(e) => vec![
                FieldChange::between("tasks", e.title.as_str(), e.title.as_str()),
                FieldChange::new_value("task_comment", &e.text),
            ],
            Self::MilestoneAdded(e) => milestone(None, Some(&e.details)),
            Self::MilestoneEdited(e) => milestone(Some(&e.from), Some(&e.to)),
            Self::MilestoneStatusSet(e) => vec![
                FieldChange::between("milestones", e.title.as_str(), e.title.as_str()),
                FieldChange::between("milestone_status", e.from.word(), e.to.word()),
            ],
            Self::MilestoneRemoved(e) => {
                vec![FieldChange::old_value("milestones", e.title.as_str())]
            }
            Self::DeadlineSet(e) => {
                vec![FieldChange::between("deadline", maybe(e.from), maybe(e.to))]
            }
            Self::BudgetSet(e) => {
                vec![FieldChange::between("budget", budget(&e.from), budget(&e.to))]
            }
            Self::InternalNoteAdded(e) => vec![FieldChange::new_value("notes", e.text.as_str())],
            Self::JobArchived(_) => vec![FieldChange::between("archived", "no", "yes")],
            Self::JobReopened(_) => vec![FieldChange::between("archived", "yes", "no")],
            Self::ImpersonationStarted(e) => ImpersonationStep::Started(e).changes(),
            Self::ImpersonationEnded(e) => ImpersonationStep::Ended(e).changes(),
            Self::PortalLinkIssued(e) => PortalLinkStep::Issued(e).changes(),
            Self::PortalLinkRotated(e) => PortalLinkStep::Rotated(e).changes(),
            Self::PortalLinkRevoked(e) => PortalLinkStep::Revoked(e).changes(),
            Self::PortalLinkExpired(e) => PortalLinkStep::Expired(e).changes(),
        }
    }

    /// Who stops being an owner, and who becomes one.
    pub const fn owner_change(&self) -> (Option<ContactId>, Option<ContactId>) {
        match self {
            Self::OwnerAddedToJob(e) => (None, Some(e.contact)),
            Self::OwnerRemovedFromJob(e) => (Some(e.contact), None),
            Self::OwnerReplacedOnJob(e) => (Some(e.from), Some(e.to)),
            Self::JobCreated(_)
            | Self::JobRenamed(_)
            | Self::JobTypeSet(_)
            | Self::JobTemplateApplied(_)
            | Self::TaskAdded(_)
            | Self::TaskEdited(_)
            | Self::TaskCompleted(_)
            | Self::TaskReopened(_)
            | Self::TaskUnassigned(_)
            | Self::TaskRemoved(_)
            | Self::TaskCommented(_)
            | Self::MilestoneAdded(_)
            | Self::MilestoneEdited(_)
            | Self::MilestoneStatusSet(_)
            | Self::MilestoneRemoved(_)
            | Self::DeadlineSet(_)
            | Self::BudgetSet(_)
            | Self::InternalNoteAdded(_)
            | Self::JobArchived(_)
            | Self::JobReopened(_)
            | Self::ImpersonationStarted(_)
            | Self::ImpersonationEnded(_)
            | Self::PortalLinkIssued(_)
            | Self::PortalLinkRotated(_)
            | Self::PortalLinkRevoked(_)
            | Self::PortalLinkExpired(_) => (None, None),
        }
    }

    /// The contact that the event is about, where it is about one.
    pub fn contact(&self) -> Option<ContactId> {
        let owner = |details: &TaskDetails| details.assignee.as_ref().and_then(Assignee::owner);
        match self {
            Self::OwnerAddedToJob(e) => Some(e.contact),
            Self::OwnerRemovedFromJob(e) => Some(e.contact),
            Self::OwnerReplacedOnJob(e) => Some(e.to),
            Self::TaskUnassigned(e) => Some(e.contact),
            Self::ImpersonationStarted(e) => Some(e.contact),
            Self::ImpersonationEnded(e) => Some(e.contact),
            // One for the job is about nobody.
            Self::PortalLinkIssued(e) => e.contact,
            Self::PortalLinkRotated(e) => e.contact,
            Self::PortalLinkRevoked(e) => e.contact,
            Self::PortalLinkExpired(e) => e.contact,
            Self::TaskAdded(e) => owner(&e.details),
            Self::TaskEdited(e) => owner(&e.to).or_else(|| owner(&e.from)),
            Self::JobCreated(_)
            | Self::JobRenamed(_)
            | Self::JobTypeSet(_)
            | Self::JobTemplateApplied(_)
            | Self::TaskCompleted(_)
            | Self::TaskReopened(_)
            | Self::TaskRemoved(_)
            | Self::TaskCommented(_)
            | Self::MilestoneAdded(_)
            | Self::MilestoneEdited(_)
            | Self::MilestoneStatusSet(_)
            | Self::MilestoneRemoved(_)
            | Self::DeadlineSet(_)
            | Self::BudgetSet(_)
            | Self::InternalNoteAdded(_)
            | Self::JobArchived(_)
            | Self::JobReopened(_) => None,
        }
    }
}

fn maybe(value: Option<impl ToString>) -> Shown {
    value.map_or(Shown::Nothing, |value| Shown::Value(value.to_string()))
}

/// A field before and after; none where it did not change.
fn changed(field: &'static str, before: Shown, after: Shown) -> Option<FieldChange> {
    (before != after).then(|| FieldChange::between(field, before, after))
}

/// Names the task in any case, so that a history says which one it was.
fn task(from: Option<&TaskDetails>, to: Option<&TaskDetails>) -> Vec<FieldChange> {
    let both = |show: fn(&TaskDetails) -> Shown| {
        let shown = |details: Option<&TaskDetails>| details.map_or(Shown::Nothing, show);
        (shown(from), shown(to))
    };
    let (before, after) = both(|details| Shown::from(details.title.as_str()));
    let rest: [(&'static str, ShowOf<TaskDetails>); 4] = [
        ("task_kind", |details| Shown::from(details.kind.word())),
        ("task_phase", |details| Shown::from(details.phase.word())),
        ("task_assignee", |details| maybe(details.assignee.as_ref())),
        ("task_due", |details| maybe(details.due)),
    ];
    let rest = rest.into_iter().filter_map(|(field, show)| {
        let (before, after) = both(show);
        changed(field, before, after)
    });
    std::iter::once(FieldChange::between("tasks", before, after)).chain(rest).collect()
}

fn milestone(from: Option<&MilestoneDetails>, to: Option<&MilestoneDetails>) -> Vec<FieldChange> {
    let both = |show: fn(&MilestoneDetails) -> Shown| {
        let shown = |details: Option<&MilestoneDetails>| details.map_or(Shown::Nothing, show);
        (shown(from), shown(to))
    };
    let (before, after) = both(|details| Shown::from(details.title.as_str()));
    let due = both(|details| maybe(details.due));
    std::iter::once(FieldChange::between("milestones", before, after))
        .chain(changed("milestone_due", due.0, due.1))
        .collect()
}

/// The lines of a budget in one text; nothing where there are none.
fn budget(lines: &[BudgetLine]) -> Shown {
    if lines.is_empty() {
        return Shown::Nothing;
    }
    let line = |line: &BudgetLine| {
        let amount = line.amount_cents.amount();
        let sign = if amount < 0 { "-" } else { "" };
        let (whole, cents) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
        format!("{}: {sign}{whole}.{cents:02}", line.label.as_str())
    };
    Shown::Value(lines.iter().map(line).collect::<Vec<_>>().join("; "))
}
