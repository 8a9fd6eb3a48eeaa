//! A builder account: the tenant, the keys with which backend services act for it, and what it has
//! made up its mind about for all its jobs ([`JobSetup`]) and contacts ([`CustomFieldsSet`]).

mod custom_fields;
mod job_setup;

pub use custom_fields::CustomFieldsSet;
pub use job_setup::{
    JobSetup, JobTemplate, JobTemplateAdded, JobTemplateChanged, JobTemplateRemoved, JobTypesSet,
    TemplateTask,
};

use crate::ImpossibleStep;
use crate::actor::{Grant, Role};
use crate::custom_field::CustomField;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AccountId, AggregateId, ApiKeyId, TemplateId};
use crate::rejection::{Refusal, Rejection, RejectionKind};
use crate::text::{JobType, Label};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

events! {
    /// An event of a builder account.
    BuilderAccountEvent {
        BuilderAccountOpened = "builder_account.opened" v 1,
        ApiKeyIssued = "builder_account.api_key_issued" v 1,
        JobTypesSet = "builder_account.job_types_set" v 1,
        JobTemplateAdded = "builder_account.job_template_added" v 1,
        JobTemplateChanged = "builder_account.job_template_changed" v 1,
        JobTemplateRemoved = "builder_account.job_template_removed" v 1,
        CustomFieldsSet = "builder_account.custom_fields_set" v 1,
    }
}

/// The account was opened by an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderAccountOpened {
    /// The company's name.
    pub name: Label,
}

/// A key was issued. Its secret is nowhere; only a hash of it is kept beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyIssued {
    /// The key's id, which the events that come of it name as their actor.
    pub key: ApiKeyId,
    /// What the key may do.
    pub role: Role,
    /// What it may beyond the role.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub grants: BTreeSet<Grant>,
    /// What people call it.
    pub label: Label,
}

nothing_personal!(BuilderAccountOpened, ApiKeyIssued);

impl BuilderAccountEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::BuilderAccountOpened(e) => vec![FieldChange::new_value("name", e.name.as_str())],
            Self::ApiKeyIssued(e) => {
                let role = match e.role {
                    Role::Admin => "admin",
                    Role::Staff => "staff",
                    Role::Auditor => "auditor",
                };
                let mut changes = vec![
                    FieldChange::new_value("api_key", e.label.as_str()),
                    FieldChange::new_value("role", role),
                ];
                for grant in &e.grants {
                    let grant = match grant {
                        Grant::ManageAccess => "manage_access",
                        Grant::ReadAudit => "read_audit",
                    };
                    changes.push(FieldChange::new_value("grants", grant));
                }
                changes
            }
            Self::JobTypesSet(e) => vec![job_setup::types_changed(e)],
            Self::JobTemplateAdded(e) => job_setup::template_changed(None, Some(&e.content)),
            Self::JobTemplateChanged(e) => job_setup::template_changed(Some(&e.from), Some(&e.to)),
            Self::JobTemplateRemoved(e) => {
                vec![FieldChange::old_value("job_templates", e.name.as_str())]
            }
            Self::CustomFieldsSet(e) => custom_fields::fields_changed(e),
        }
    }
}

/// A new key, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Its id.
    pub key: ApiKeyId,
    /// What it may do.
    pub role: Role,
    /// What it may beyond the role.
    pub grants: BTreeSet<Grant>,
    /// What people call it.
    pub label: Label,
}

/// A command to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuilderAccountCommand {
    /// Open it, with its first key.
    Open {
        /// The company's name.
        name: Label,
        /// The first admin key; absent when a start finishes what a crash cut short.
        key: Option<NewApiKey>,
    },
    /// Issue one more key.
    IssueApiKey(NewApiKey),
    /// Change the list of job types or the templates.
    JobSetup(JobSetup),
    /// Make these the custom fields of all contacts, in this order (R41).
    SetCustomFields(Vec<CustomField>),
}

/// A rule of accounts that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuilderAccountRejection {
    /// The account is open already.
    AlreadyOpen,
    /// More keys than one account takes.
    TooManyKeys,
    /// More types than one list takes.
    TooManyJobTypes,
    /// A template has a type that would leave the list.
    JobTypeInTemplate,
    /// The id of the template is in use.
    TemplateAlreadyExists,
    /// More templates than one account takes.
    TooManyTemplates,
    /// The template has more tasks or milestones than one takes.
    TemplateTooLong,
    /// More custom fields than one account takes.
    TooManyCustomFields,
    /// Two fields have one name.
    CustomFieldTwice,
    /// A field that is there would become one of another kind.
    CustomFieldKindStays,
    /// A choice without options, or with more than it takes.
    CustomFieldChoices,
}

impl BuilderAccountRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::AlreadyOpen => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "This account is open already.",
            ),
            Self::TooManyKeys => Refusal::new(
                "too_many_api_keys",
                RejectionKind::Unprocessable,
                "An account takes at most 100 API keys.",
            ),
            Self::TooManyJobTypes => Refusal::new(
                "too_many_job_types",
                RejectionKind::Unprocessable,
                "An account takes at most 100 job types.",
            )
            .rule("2.4"),
            Self::JobTypeInTemplate => Refusal::new(
                "job_type_in_template",
                RejectionKind::Conflict,
                "A template has a type that would leave the list.",
            )
            .rule("R56")
            .remedy("Give the template another type, or none, first.")
            .field("types"),
            Self::TemplateAlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "A template with this id is there already.",
            ),
            Self::TooManyTemplates => Refusal::new(
                "too_many_job_templates",
                RejectionKind::Unprocessable,
                "An account takes at most 100 job templates.",
            )
            .rule("2.4")
            .remedy("Remove templates that are not needed."),
            Self::TemplateTooLong => Refusal::new(
                "job_template_too_long",
                RejectionKind::Unprocessable,
                "A template takes at most 200 tasks and 50 milestones.",
            )
            .rule("2.4"),
            Self::TooManyCustomFields => Refusal::new(
                "too_many_custom_fields",
                RejectionKind::Unprocessable,
                "An account takes at most 50 custom fields.",
            )
            .rule("R41")
            .remedy("Leave out fields that are not needed.")
            .field("fields"),
            Self::CustomFieldTwice => Refusal::new(
                "duplicate_custom_field",
                RejectionKind::Unprocessable,
                "Two fields have the same name.",
            )
            .rule("R41")
            .remedy("Give each field a name of its own.")
            .field("fields"),
            Self::CustomFieldKindStays => Refusal::new(
                "custom_field_kind_stays",
                RejectionKind::Conflict,
                "A field that is there does not become one of another kind.",
            )
            .rule("R41")
            .remedy("Add another field, with a name of its own.")
            .field("fields"),
            Self::CustomFieldChoices => Refusal::new(
                "custom_field_choices",
                RejectionKind::Unprocessable,
                "A choice has 1 to 50 options.",
            )
            .rule("R41")
            .remedy("Give the choice its options in choices.")
            .field("fields"),
        }
    }
}

/// An account as its events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuilderAccount {
    /// Its id.
    pub id: AccountId,
    /// The company's name.
    pub name: Label,
    /// Its keys.
    pub keys: BTreeMap<ApiKeyId, Role>,
    /// The types that its jobs may have, in the order that it wants (R56).
    pub job_types: Vec<JobType>,
    /// What its jobs may be made from (R55).
    pub templates: BTreeMap<TemplateId, JobTemplate>,
    /// The custom fields that its contacts have, in the order that it wants (R41).
    pub custom_fields: Vec<CustomField>,
}

impl BuilderAccount {
    /// The most keys of an account.
    pub const KEYS_MAX: usize = 100;

    /// An account as its first event makes it.
    pub fn from_first(id: AccountId, event: &BuilderAccountEvent) -> Result<Self, ImpossibleStep> {
        match event {
            BuilderAccountEvent::BuilderAccountOpened(e) => {
                let (name, keys, templates) = (e.name.clone(), BTreeMap::new(), BTreeMap::new());
                let (job_types, custom_fields) = (Vec::new(), Vec::new());
                Ok(Self { id, name, keys, job_types, templates, custom_fields })
            }
            BuilderAccountEvent::ApiKeyIssued(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_) => Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::BuilderAccount(id),
                why: "the account has not been opened",
            }),
        }
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &BuilderAccountEvent) -> Result<(), ImpossibleStep> {
        let why = match event {
            BuilderAccountEvent::BuilderAccountOpened(_) => "the account is open already",
            BuilderAccountEvent::ApiKeyIssued(e) => {
                if self.keys.insert(e.key, e.role).is_none() {
                    return Ok(());
                }
                "the key is there already"
            }
            BuilderAccountEvent::JobTypesSet(e) => {
                self.job_types.clone_from(&e.to);
                return Ok(());
            }
            BuilderAccountEvent::CustomFieldsSet(e) => {
                self.custom_fields.clone_from(&e.to);
                return Ok(());
            }
            BuilderAccountEvent::JobTemplateAdded(e) => {
                if self.templates.insert(e.template, e.content.clone()).is_none() {
                    return Ok(());
                }
                "the template is there already"
            }
            BuilderAccountEvent::JobTemplateChanged(e) => {
                if let Some(template) = self.templates.get_mut(&e.template) {
                    template.clone_from(&e.to);
                    return Ok(());
                }
                "the template is not there"
            }
            BuilderAccountEvent::JobTemplateRemoved(e) => {
                if self.templates.remove(&e.template).is_some() {
                    return Ok(());
                }
                "the template is not there"
            }
        };
        Err(ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::BuilderAccount(self.id),
            why,
        })
    }
}

/// Decides a command: the events that happen, or why not.
pub fn decide(
    id: AccountId,
    account: Option<&BuilderAccount>,
    command: &BuilderAccountCommand,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    match (command, account) {
        (BuilderAccountCommand::Open { .. }, Some(_)) => {
            Err(BuilderAccountRejection::AlreadyOpen.into())
        }
        (BuilderAccountCommand::Open { name, key }, None) => {
            let opened = BuilderAccountOpened { name: name.clone() };
            Ok(std::iter::once(opened.into()).chain(key.as_ref().map(issued)).collect())
        }
        (
            BuilderAccountCommand::IssueApiKey(_)
            | BuilderAccountCommand::JobSetup(_)
            | BuilderAccountCommand::SetCustomFields(_),
            None,
        ) => Err(Rejection::Unknown(AggregateId::BuilderAccount(id))),
        (BuilderAccountCommand::SetCustomFields(fields), Some(account)) => {
            custom_fields::decide(account, fields)
        }
        (BuilderAccountCommand::JobSetup(command), Some(account)) => {
            job_setup::decide(account, command)
        }
        (BuilderAccountCommand::IssueApiKey(key), Some(account)) => {
            // Issued already: the second step of a sequence over two ledgers is taken up again.
            if account.keys.contains_key(&key.key) {
                return Ok(Vec::new());
            }
            if account.keys.len() >= BuilderAccount::KEYS_MAX {
                return Err(BuilderAccountRejection::TooManyKeys.into());
            }
            Ok(vec![issued(key)])
        }
    }
}

fn issued(key: &NewApiKey) -> BuilderAccountEvent {
    ApiKeyIssued {
        key: key.key,
        role: key.role,
        grants: key.grants.clone(),
        label: key.label.clone(),
    }
    .into()
}
