//! A contact, a job or a lead as it was, in the words of its own page.

use super::words;
use crate::pages::words::{day, sentence};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::contact_directory::ContactEntry;
use projections::job_detail::{AssigneeEntry, BudgetEntry, TaskEntry, TradeEntry};
use projections::lead_view::LeadEntry;

fn fact(label: &str, value: Option<&str>) -> Markup {
    html! { @if let Some(value) = value { dt { (label) } dd .lines { (value) } } }
}

fn each(label: &str, values: &[String]) -> Markup {
    html! {
        @if !values.is_empty() { dt { (label) } @for value in values { dd { (value) } } }
    }
}

pub(super) fn contact(then: &ContactEntry) -> Markup {
    let permissions: Vec<String> = then.permissions.iter().map(|word| sentence(word)).collect();
    html! {
        dl .facts .sheet {
            (fact("Title", then.title.as_deref()))
            (fact("Name", Some(&then.name)))
            (fact("Primary email", then.primary_email.as_deref()))
            (each("Additional emails", &then.additional_emails))
            (each("Phones", &then.phones))
            (fact("Address", then.address.as_deref()))
            (fact("Access", Some(&sentence(&then.access))))
            (fact("Claim", then.claimed.then_some("Holds its primary email in this account")))
            (each("Portal permissions", &permissions))
            @for (name, value) in &then.custom_fields {
                (fact(&words::field(&format!("custom_fields.{name}")), Some(value)))
            }
            (fact("Profile image", then.image.as_ref().map(|_| "Set by the owner")))
            (fact("In the book", (then.life != "live").then(|| sentence(&then.life)).as_deref()))
        }
    }
}

pub(super) fn job(then: &JobPage) -> Markup {
    let JobPage { job, detail } = then;
    let owner = |id| job.owners.iter().find(|owner| owner.id == id).map(|owner| &*owner.name);
    html! {
        dl .facts .sheet {
            (fact("Name", Some(&job.name)))
            (fact("Reference", job.reference.as_deref()))
            (fact("Site", job.site.as_deref()))
            (fact("Type", detail.job_type.as_deref()))
            (fact("Made from", detail.template.as_ref().map(|template| &*template.name)))
            (fact("Deadline", detail.deadline.as_deref().map(day).as_deref()))
            (fact("Done", detail.percent.map(|percent| format!("{percent} %")).as_deref()))
            (fact("Standing", job.archived.then_some("Archived")))
            @if !job.owners.is_empty() {
                dt { "Owners" }
                @for owner in &job.owners {
                    dd { (owner.name) " " span .hint { (sentence(&owner.access)) } }
                }
            }
            @if !detail.tasks.is_empty() {
                dt { "Tasks" }
                @for task in &detail.tasks { dd { (task_of(task, &detail.trades, &owner)) } }
            }
            @if !detail.milestones.is_empty() {
                dt { "Milestones" }
                @for milestone in &detail.milestones {
                    dd {
                        (milestone.title) " " span .hint {
                            (sentence(milestone.status.word()))
                            @if let Some(due) = milestone.due { ", due " (day(&due.to_string())) }
                        }
                    }
                }
            }
            @if !detail.budget.is_empty() {
                dt { "Budget" }
                @for line in &detail.budget { dd { (line.label) ": " (amount(line)) } }
            }
            @if !detail.notes.is_empty() {
                dt { "Internal notes" }
                @for note in &detail.notes { dd .lines { (note.text) } }
            }
        }
    }
}

fn task_of<'a>(
    task: &TaskEntry,
    trades: &[TradeEntry],
    owner: &impl Fn(uuid::Uuid) -> Option<&'a str>,
) -> Markup {
    let trade = |id| trades.iter().find(|trade| trade.id == id).map(|trade| &*trade.name);
    let for_whom = task.assignee.as_ref().map(|assignee| match assignee {
        AssigneeEntry::Owner(id) => owner(*id).unwrap_or("an owner").to_owned(),
        AssigneeEntry::Staff(name) => name.clone(),
        AssigneeEntry::Subcontractor(name) => format!("{name}, subcontractor"),
        AssigneeEntry::Trade(id) => format!("{}, subcontractor", trade(*id).unwrap_or("one")),
    });
    let phase = sentence(task.phase.word());
    html! {
        (task.title) " " span .hint {
            @if task.done { "Done" } @else { "Open" } ", " (phase)
            @if let Some(name) = for_whom { ", for " (name) }
            @if let Some(due) = task.due { ", due " (day(&due.to_string())) }
        }
    }
}

/// Hundredths as people write them; the account has no currency.
fn amount(line: &BudgetEntry) -> String {
    let cents = line.amount_cents.unsigned_abs();
    let sign = if line.amount_cents < 0 { "−" } else { "" };
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

pub(super) fn lead(then: &LeadEntry) -> Markup {
    html! {
        dl .facts .sheet {
            (fact("Title", Some(&then.title)))
            (fact("Contact", then.contact.as_ref().map(|contact| &*contact.name)))
            (fact("Stage", Some(&sentence(&then.stage))))
            (fact("Why it was lost", then.lost_reason.as_deref()))
        }
    }
}
