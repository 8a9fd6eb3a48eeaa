//! A builder account: the tenant, the keys with which backend services act for it, its staff, and what
//! it has made up its mind about for all its jobs ([`JobSetup`]) and contacts ([`CustomFieldsSet`]).

mod api_keys;
mod custom_fields;
mod job_setup;
mod settings;
mod staff;
mod staff_second_factor;

pub use api_keys::{AccountKey, ApiKeyIssued, ApiKeyRevoked, ApiKeyRotated, KeyLife, NewApiKey};
pub use custom_fields::CustomFieldsSet;
pub use job_setup::{
    JobSetup, JobTemplate, JobTemplateAdded, JobTemplateChanged, JobTemplateRemoved, JobTypesSet,
    TemplateTask,
};
pub use settings::{AccountSettings, AccountSettingsChanged, InvitationTtl, SettingsEdit};
pub use staff::{
    NewStaff, StaffCommand, StaffGrantsChanged, StaffInvitation, StaffInviteCancelled,
    StaffInviteResent, StaffInvited, StaffJoined, StaffMember, StaffRejection, StaffRemoved,
    StaffRoleChanged, StaffStage,
};
pub use staff_second_factor::{StaffSecondFactor, StaffSecondFactorSet};

use crate::ImpossibleStep;
use crate::custom_field::CustomField;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AccountId, AggregateId, ApiKeyId, StaffId, TemplateId};
use crate::rejection::{Refusal, Rejection, RejectionKind};
use crate::text::{JobType, Label};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event of a builder account.
    BuilderAccountEvent {
        BuilderAccountOpened = "builder_account.opened" v 1,
        ApiKeyIssued = "builder_account.api_key_issued" v 1,
        ApiKeyRotated = "builder_account.api_key_rotated" v 1,
        ApiKeyRevoked = "builder_account.api_key_revoked" v 1,
        JobTypesSet = "builder_account.job_types_set" v 1,
        JobTemplateAdded = "builder_account.job_template_added" v 1,
        JobTemplateChanged = "builder_account.job_template_changed" v 1,
        JobTemplateRemoved = "builder_account.job_template_removed" v 1,
        CustomFieldsSet = "builder_account.custom_fields_set" v 1,
        AccountSettingsChanged = "builder_account.settings_changed" v 1,
        StaffSecondFactorSet = "builder_account.staff_second_factor_set" v 1,
        StaffInvited = "builder_account.staff_invited" v 1,
        StaffInviteResent = "builder_account.staff_invite_resent" v 1,
        StaffInviteCancelled = "builder_account.staff_invite_cancelled" v 1,
        StaffJoined = "builder_account.staff_joined" v 1,
        StaffRoleChanged = "builder_account.staff_role_changed" v 1,
        StaffGrantsChanged = "builder_account.staff_grants_changed" v 1,
        StaffRemoved = "builder_account.staff_removed" v 1,
    }
}

/// The account was opened by an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderAccountOpened {
    /// The company's name.
    pub name: Label,
}

nothing_personal!(BuilderAccountOpened);

impl BuilderAccountEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::BuilderAccountOpened(e) => vec![FieldChange::new_value("name", e.name.as_str())],
            Self::ApiKeyIssued(e) => api_keys::key_issued_changes(e),
            // Its label before and after: a history says which key it was, and never a secret.
            Self::ApiKeyRotated(e) => {
                vec![FieldChange::between("api_key", e.label.as_str(), e.label.as_str())]
            }
            Self::ApiKeyRevoked(e) => vec![FieldChange::old_value("api_key", e.label.as_str())],
            Self::JobTypesSet(e) => vec![job_setup::types_changed(e)],
            Self::JobTemplateAdded(e) => job_setup::template_changed(None, Some(&e.content)),
            Self::JobTemplateChanged(e) => job_setup::template_changed(Some(&e.from), Some(&e.to)),
            Self::JobTemplateRemoved(e) => {
                vec![FieldChange::old_value("job_templates", e.name.as_str())]
            }
            Self::CustomFieldsSet(e) => custom_fields::fields_changed(e),
            Self::AccountSettingsChanged(e) => settings::settings_changed(e),
            Self::StaffSecondFactorSet(e) => vec![staff_second_factor::factor_set(e)],
            Self::StaffInvited(_)
            | Self::StaffInviteResent(_)
            | Self::StaffInviteCancelled(_)
            | Self::StaffJoined(_)
            | Self::StaffRoleChanged(_)
            | Self::StaffGrantsChanged(_)
            | Self::StaffRemoved(_) => staff::changes(self),
        }
    }
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
    /// Give a key a new secret.
    RotateApiKey(ApiKeyId),
    /// Revoke a key.
    RevokeApiKey(ApiKeyId),
    /// Change the list of job types or the templates.
    JobSetup(JobSetup),
    /// Make these the custom fields of all contacts, in this order (R41).
    SetCustomFields(Vec<CustomField>),
    /// Settle some things otherwise from now on: for all invitations (2.2), or for all of the staff.
    ChangeSettings(SettingsEdit),
    /// Invite, change or remove a member of the staff, or become one.
    Staff(StaffCommand),
}

/// A rule of accounts that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuilderAccountRejection {
    /// The account is open already.
    AlreadyOpen,
    /// More keys than one account takes.
    TooManyKeys,
    /// The key is the last one that may issue others.
    LastAdmin,
    /// The key has been revoked.
    KeyRevoked,
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
    /// A rule of the staff.
    Staff(StaffRejection),
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
            )
            .remedy("Revoke keys that are not needed."),
            Self::LastAdmin => Refusal::new(
                "last_admin",
                RejectionKind::Conflict,
                "This is the account's last admin key.",
            )
            .rule("2.9")
            .remedy("Issue another admin key first; where this one leaked, rotate it."),
            Self::KeyRevoked => Refusal::new(
                "api_key_revoked",
                RejectionKind::Conflict,
                "The key has been revoked, for good.",
            )
            .remedy("Issue a new key."),
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
            Self::Staff(rejection) => rejection.refusal(),
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
    /// Its keys, with those that were revoked.
    pub keys: BTreeMap<ApiKeyId, AccountKey>,
    /// The types that its jobs may have, in the order that it wants (R56).
    pub job_types: Vec<JobType>,
    /// What its jobs may be made from (R55).
    pub templates: BTreeMap<TemplateId, JobTemplate>,
    /// The custom fields that its contacts have, in the order that it wants (R41).
    pub custom_fields: Vec<CustomField>,
    /// How it wants its invitations.
    pub settings: AccountSettings,
    /// What it asks of whoever signs in to work for it.
    pub staff_second_factor: StaffSecondFactor,
    /// Its staff, with those who were removed: histories go on telling who they were.
    pub staff: BTreeMap<StaffId, StaffMember>,
}

impl BuilderAccount {
    /// An account as its first event makes it.
    pub fn from_first(id: AccountId, event: &BuilderAccountEvent) -> Result<Self, ImpossibleStep> {
        match event {
            BuilderAccountEvent::BuilderAccountOpened(e) => {
                let (name, keys, templates) = (e.name.clone(), BTreeMap::new(), BTreeMap::new());
                let (job_types, custom_fields) = (Vec::new(), Vec::new());
                let settings = AccountSettings::default();
                let (staff, staff_second_factor) = (BTreeMap::new(), StaffSecondFactor::default());
                Ok(Self {
                    id,
                    name,
                    keys,
                    job_types,
                    templates,
                    custom_fields,
                    settings,
                    staff_second_factor,
                    staff,
                })
            }
            BuilderAccountEvent::ApiKeyIssued(_)
            | BuilderAccountEvent::ApiKeyRotated(_)
            | BuilderAccountEvent::ApiKeyRevoked(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_)
            | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            | BuilderAccountEvent::StaffInvited(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffInviteCancelled(_)
            | BuilderAccountEvent::StaffJoined(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_)
            | BuilderAccountEvent::StaffRemoved(_) => Err(ImpossibleStep {
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
            BuilderAccountEvent::ApiKeyIssued(e) => match self.key_issued(e) {
                Ok(()) => return Ok(()),
                Err(why) => why,
            },
            BuilderAccountEvent::ApiKeyRotated(e) => match self.key_lives(e.key, KeyLife::Live) {
                Ok(()) => return Ok(()),
                Err(why) => why,
            },
            BuilderAccountEvent::ApiKeyRevoked(e) => {
                match self.key_lives(e.key, KeyLife::Revoked) {
                    Ok(()) => return Ok(()),
                    Err(why) => why,
                }
            }
            BuilderAccountEvent::JobTypesSet(e) => {
                self.job_types.clone_from(&e.to);
                return Ok(());
            }
            BuilderAccountEvent::CustomFieldsSet(e) => {
                self.custom_fields.clone_from(&e.to);
                return Ok(());
            }
            BuilderAccountEvent::AccountSettingsChanged(e) => {
                self.settings = e.to;
                return Ok(());
            }
            BuilderAccountEvent::StaffSecondFactorSet(e) => {
                self.staff_second_factor = e.to;
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
            BuilderAccountEvent::StaffInvited(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffInviteCancelled(_)
            | BuilderAccountEvent::StaffJoined(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_)
            | BuilderAccountEvent::StaffRemoved(_) => match self.staff_changed(event) {
                Ok(()) => return Ok(()),
                Err(why) => why,
            },
        };
        Err(ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::BuilderAccount(self.id),
            why,
        })
    }
}

/// Decides a command: the events that happen at `now`, or why not.
pub fn decide(
    id: AccountId,
    account: Option<&BuilderAccount>,
    command: &BuilderAccountCommand,
    now: Timestamp,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    match (command, account) {
        (BuilderAccountCommand::Open { .. }, Some(_)) => {
            Err(BuilderAccountRejection::AlreadyOpen.into())
        }
        (BuilderAccountCommand::Open { name, key }, None) => {
            let opened = BuilderAccountOpened { name: name.clone() };
            Ok(std::iter::once(opened.into()).chain(key.as_ref().map(api_keys::issued)).collect())
        }
        (
            BuilderAccountCommand::IssueApiKey(_)
            | BuilderAccountCommand::RotateApiKey(_)
            | BuilderAccountCommand::RevokeApiKey(_)
            | BuilderAccountCommand::JobSetup(_)
            | BuilderAccountCommand::SetCustomFields(_)
            | BuilderAccountCommand::ChangeSettings(_)
            | BuilderAccountCommand::Staff(_),
            None,
        ) => Err(Rejection::Unknown(AggregateId::BuilderAccount(id))),
        (BuilderAccountCommand::SetCustomFields(fields), Some(account)) => {
            custom_fields::decide(account, fields)
        }
        (BuilderAccountCommand::ChangeSettings(edit), Some(account)) => {
            Ok(settings::decide(account, *edit))
        }
        (BuilderAccountCommand::Staff(command), Some(account)) => {
            staff::decide(account, command, now)
        }
        (BuilderAccountCommand::JobSetup(command), Some(account)) => {
            job_setup::decide(account, command)
        }
        (BuilderAccountCommand::IssueApiKey(key), Some(account)) => api_keys::issue(account, key),
        (BuilderAccountCommand::RotateApiKey(key), Some(account)) => {
            api_keys::rotate(account, *key)
        }
        (BuilderAccountCommand::RevokeApiKey(key), Some(account)) => {
            api_keys::revoke(account, *key)
        }
    }
}
