//! What a job consists of beside its owners: tasks, milestones and the budget.

use crate::day::Day;
use crate::ids::{ContactId, MilestoneId, SubcontractorId, TaskId, TemplateId};
use crate::text::{JobType, Label, Title};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $( $(#[$variant_doc])* #[serde(rename = $word)] $variant, )+
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The word that stands for it, stored and on the wire.
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }

            /// Reads the word.
            pub fn parse(typed: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|one| one.word() == typed).ok_or_else(|| {
                    format!("must be one of {}", [ $( $word ),+ ].join(", "))
                })
            }
        }
    };
}

words!(
    /// The section of a job that a task belongs to (R95, G19).
    Phase {
        /// Before building begins.
        Planning = "planning",
        /// While it is built.
        Execution = "execution",
        /// When it is handed over.
        Closeout = "closeout",
    }
);

words!(
    /// What a task asks for (R93).
    TaskKind {
        /// Work.
        Task = "task",
        /// Somebody's consent.
        Approval = "approval",
        /// Somebody's choice, such as of fixtures.
        Selection = "selection",
    }
);

words!(
    /// Where a milestone stands (R94).
    MilestoneStatus {
        /// It lies ahead.
        Planned = "planned",
        /// It has been reached.
        Reached = "reached",
        /// Its day went by without it.
        Missed = "missed",
    }
);

impl TaskKind {
    /// Whether any owner of the job may settle it, whoever of them it waits for: all owners have the same
    /// powers (R62). Work that waits for one of them is that one's (R93).
    pub const fn any_owner_settles(self) -> bool {
        match self {
            Self::Approval | Self::Selection => true,
            Self::Task => false,
        }
    }
}

/// Who a task is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// One of the job's owners; the task is among "your items" of that owner alone (R63, R93).
    Owner(ContactId),
    /// Somebody of the builder's own; customers do not see it.
    Staff(Label),
    /// A subcontractor who is known by name alone; customers do not see it (R98).
    Subcontractor(Label),
    /// A subcontractor that is invited to the job, whose people do it; customers do not see it (R98).
    Trade(SubcontractorId),
}

impl Assignee {
    /// The owner, where it is one.
    pub const fn owner(&self) -> Option<ContactId> {
        match self {
            Self::Owner(contact) => Some(*contact),
            Self::Staff(_) | Self::Subcontractor(_) | Self::Trade(_) => None,
        }
    }

    /// The subcontractor that is invited to the job, where it is one.
    pub const fn trade(&self) -> Option<SubcontractorId> {
        match self {
            Self::Trade(subcontractor) => Some(*subcontractor),
            Self::Owner(_) | Self::Staff(_) | Self::Subcontractor(_) => None,
        }
    }
}

/// As a history shows it; an owner by id, and so is a subcontractor that is invited.
impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner(contact) => write!(f, "owner {contact}"),
            Self::Staff(label) => write!(f, "staff {}", label.as_str()),
            Self::Subcontractor(label) => write!(f, "subcontractor {}", label.as_str()),
            Self::Trade(subcontractor) => write!(f, "trade {subcontractor}"),
        }
    }
}

/// What a task is, but for whether it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDetails {
    /// What is to be done.
    pub title: Title,
    /// What it asks for.
    pub kind: TaskKind,
    /// The section that it counts in.
    pub phase: Phase,
    /// Who it is for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<Assignee>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Day>,
}

/// A task of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What it is.
    pub details: TaskDetails,
    /// Whether it is done.
    pub done: bool,
}

/// What a milestone is, but for where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneDetails {
    /// What will have been reached.
    pub title: Title,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Day>,
}

/// A milestone of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// What it is.
    pub details: MilestoneDetails,
    /// Where it stands.
    pub status: MilestoneStatus,
}

/// An amount of money in hundredths; negative for a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// The largest amount, up and down; sums of a budget stay exact in any reader of JSON.
    pub const MAX: i64 = 10_000_000_000_000;

    /// The amount, unless it is too large.
    pub fn new(amount: i64) -> Result<Self, &'static str> {
        if (-Self::MAX..=Self::MAX).contains(&amount) {
            Ok(Self(amount))
        } else {
            Err("must lie between -10000000000000 and 10000000000000")
        }
    }

    /// The hundredths.
    pub const fn amount(self) -> i64 {
        self.0
    }
}

/// A line of a budget; customers never see it (R96).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// What it is for.
    pub label: Label,
    /// How much.
    pub amount_cents: Cents,
}

/// What a job begins with when it is made from a template or given a type; whoever makes one has
/// looked into the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The template, with its name.
    pub(crate) template: Option<(TemplateId, Label)>,
    /// The type, which is on the account's list.
    pub(crate) job_type: Option<JobType>,
    /// The tasks.
    pub(crate) tasks: Vec<(TaskId, TaskDetails)>,
    /// The milestones.
    pub(crate) milestones: Vec<(MilestoneId, MilestoneDetails)>,
}
