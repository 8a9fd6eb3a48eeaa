//! The installation: who operates it and what they do, in a ledger of its own.

mod org_support;
mod support;

pub use org_support::OrgInterventionRequested;
pub use support::{
    Intervention, InterventionAbout, InterventionApproved, InterventionCarriedOut,
    InterventionRefused, InterventionRejected, InterventionRequested, InterventionStage,
    SupportCommand, SupportDeed,
};

use crate::ImpossibleStep;
use crate::actor::Role;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AccountId, AggregateId, ApiKeyId, InterventionId, SubjectId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::rejection::{Refusal, Rejection, RejectionKind};
use crate::text::{Label, PersonName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

events! {
    /// An event of the installation.
    InstallationEvent {
        OperatorTokenIssued = "installation.operator_token_issued" v 1,
        AccountOpeningOrdered = "installation.account_opening_ordered" v 1,
        ApiKeyIssueOrdered = "installation.api_key_issue_ordered" v 1,
        OperatorAppointed = "installation.operator_appointed" v 1,
        OperatorDismissed = "installation.operator_dismissed" v 1,
        InterventionRequested = "installation.intervention_requested" v 1,
        OrgInterventionRequested = "installation.org_intervention_requested" v 1,
        InterventionApproved = "installation.intervention_approved" v 1,
        InterventionRejected = "installation.intervention_rejected" v 1,
        InterventionCarriedOut = "installation.intervention_carried_out" v 1,
        InterventionRefused = "installation.intervention_refused" v 1,
    }
}

/// An operator token was printed, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorTokenIssued {
    /// The id that the token's deeds name as their actor.
    pub token: ApiKeyId,
}

/// An operator ordered an account; its own ledger records the opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpeningOrdered {
    /// The account.
    pub account: AccountId,
    /// The company's name.
    pub name: Label,
}

/// An operator ordered a key; the account's own ledger records the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyIssueOrdered {
    /// The account.
    pub account: AccountId,
    /// The key.
    pub key: ApiKeyId,
    /// What it may do.
    pub role: Role,
}

/// Somebody got a token to operate the installation with, under their own name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAppointed {
    /// The id that the token's deeds name as their actor.
    pub operator: ApiKeyId,
    /// Their name, as histories show it.
    pub name: Personal<PersonName>,
}

/// A token opens nothing any more; what it did stays under its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorDismissed {
    /// Whose, be it somebody's or the one that a start printed.
    pub operator: ApiKeyId,
}

nothing_personal!(
    OperatorTokenIssued,
    AccountOpeningOrdered,
    ApiKeyIssueOrdered,
    OperatorDismissed,
);

impl HoldsPersonal for OperatorAppointed {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("name", &mut self.name);
    }
}

impl InstallationEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::OperatorTokenIssued(e) => {
                vec![FieldChange::new_value("operator_token", e.token.to_string())]
            }
            Self::AccountOpeningOrdered(e) => {
                vec![FieldChange::new_value("account", e.account.to_string())]
            }
            Self::ApiKeyIssueOrdered(e) => {
                vec![FieldChange::new_value("api_key", e.key.to_string())]
            }
            Self::OperatorAppointed(e) => vec![FieldChange::new_value("operator", &e.name)],
            Self::OperatorDismissed(e) => {
                vec![FieldChange::old_value("operator", e.operator.to_string())]
            }
            Self::InterventionRequested(e) => vec![
                FieldChange::new_value("account", e.account.to_string()),
                FieldChange::new_value("contact", e.contact.to_string()),
                FieldChange::new_value("intervention", e.deed.word()),
            ],
            Self::OrgInterventionRequested(e) => e.changes(),
            Self::InterventionApproved(e) => of_intervention(e.intervention, "approved"),
            Self::InterventionRejected(e) => of_intervention(e.intervention, "rejected"),
            Self::InterventionCarriedOut(e) => of_intervention(e.intervention, "carried_out"),
            Self::InterventionRefused(e) => of_intervention(e.intervention, &e.code),
        }
    }
}

fn of_intervention(intervention: InterventionId, to: &str) -> Vec<FieldChange> {
    vec![
        FieldChange::new_value("intervention", intervention.to_string()),
        FieldChange::new_value("stage", to),
    ]
}

/// A command to the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallationCommand {
    /// Issue an operator token.
    IssueOperatorToken(ApiKeyId),
    /// Order an account.
    OrderAccount {
        /// The account.
        account: AccountId,
        /// The company's name.
        name: Label,
    },
    /// Order a key for an account.
    OrderApiKey {
        /// The account.
        account: AccountId,
        /// The key.
        key: ApiKeyId,
        /// What it may do.
        role: Role,
    },
    /// Give somebody a token to operate the installation with.
    AppointOperator {
        /// The token's id.
        operator: ApiKeyId,
        /// Their name.
        name: PersonName,
    },
    /// Revoke an operator's token.
    DismissOperator(ApiKeyId),
    /// About what support does in an account.
    Support(SupportCommand),
}

/// A rule of the installation that said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallationRejection {
    /// Nobody would be left who operates it.
    LastOperator,
    /// The id is in use.
    AlreadyExists,
    /// More operators than one installation takes.
    TooManyOperators,
    /// The token is nobody's in particular.
    OperatorWithoutName,
    /// Nobody else has approved it.
    SecondPersonNeeded,
    /// It was rejected, approved or done meanwhile.
    InterventionOver,
    /// Whoever asked for it operates the installation no more.
    RequesterDismissed,
}

impl InstallationRejection {
    /// What it says.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::LastOperator => Refusal::new(
                "last_operator",
                RejectionKind::Conflict,
                "This is the last operator token.",
            )
            .rule("2.8")
            .remedy("Appoint another operator first."),
            Self::AlreadyExists => Refusal::new(
                "already_exists",
                RejectionKind::Conflict,
                "An operator with this id is there already.",
            ),
            Self::TooManyOperators => Refusal::new(
                "too_many_operators",
                RejectionKind::Unprocessable,
                "An installation takes at most 100 operators.",
            )
            .rule("2.8")
            .remedy("Dismiss those who have left."),
            Self::OperatorWithoutName => Refusal::new(
                "operator_without_name",
                RejectionKind::Forbidden,
                "Whoever acts in an account acts under their own name; this token has none.",
            )
            .rule("2.8")
            .remedy("Use the token that you were appointed with."),
            Self::SecondPersonNeeded => Refusal::new(
                "second_person_needed",
                RejectionKind::Forbidden,
                "What one operator asks to do in an account, another one approves.",
            )
            .rule("2.8")
            .remedy("Have another operator approve it."),
            Self::InterventionOver => Refusal::new(
                "intervention_over",
                RejectionKind::Conflict,
                "This intervention was decided already.",
            )
            .rule("2.8")
            .remedy("Ask for it anew."),
            Self::RequesterDismissed => Refusal::new(
                "requester_dismissed",
                RejectionKind::Conflict,
                "Whoever asked for this intervention operates the installation no more.",
            )
            .rule("2.8")
            .remedy("Reject it, and have somebody who is there ask for it anew."),
        }
    }
}

impl From<InstallationRejection> for Rejection {
    fn from(rejection: InstallationRejection) -> Self {
        Self::Installation(rejection)
    }
}

/// A token to operate the installation with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Whose it is; nobody's in particular where a start printed it.
    pub name: Option<Personal<PersonName>>,
    /// Whether it still opens anything.
    pub dismissed: bool,
}

/// The most operators of an installation whose tokens open something.
const OPERATORS_MAX: usize = 100;

/// The installation as its events made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Installation {
    /// The accounts ordered here.
    pub accounts: BTreeMap<AccountId, Label>,
    /// How many operator tokens were issued by starts.
    pub operator_tokens: u32,
    /// The tokens, with those that were revoked.
    pub operators: BTreeMap<ApiKeyId, Operator>,
    /// What support asked to do in accounts, and what became of it.
    pub interventions: BTreeMap<InterventionId, Intervention>,
}

impl Installation {
    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &InstallationEvent) -> Result<(), ImpossibleStep> {
        match event {
            InstallationEvent::OperatorTokenIssued(e) => {
                self.operator_tokens = self.operator_tokens.saturating_add(1);
                self.operators.insert(e.token, Operator { name: None, dismissed: false });
                Ok(())
            }
            InstallationEvent::OperatorAppointed(e) => {
                let operator = Operator { name: Some(e.name.clone()), dismissed: false };
                match self.operators.insert(e.operator, operator) {
                    None => Ok(()),
                    Some(_) => Err(impossible(event, "the operator is there already")),
                }
            }
            InstallationEvent::OperatorDismissed(e) => match self.operators.get_mut(&e.operator) {
                Some(operator) if !operator.dismissed => {
                    operator.dismissed = true;
                    Ok(())
                }
                Some(_) | None => Err(impossible(event, "there is no such operator")),
            },
            InstallationEvent::AccountOpeningOrdered(e) => {
                if self.accounts.insert(e.account, e.name.clone()).is_none() {
                    return Ok(());
                }
                Err(impossible(event, "the account was ordered already"))
            }
            InstallationEvent::ApiKeyIssueOrdered(_) => Ok(()),
            InstallationEvent::InterventionRequested(_)
            | InstallationEvent::OrgInterventionRequested(_)
            | InstallationEvent::InterventionApproved(_)
            | InstallationEvent::InterventionRejected(_)
            | InstallationEvent::InterventionCarriedOut(_)
            | InstallationEvent::InterventionRefused(_) => {
                self.apply_support(event).map_err(|why| impossible(event, why))
            }
        }
    }

    /// The operators whose tokens open something.
    pub fn live_operators(&self) -> impl Iterator<Item = ApiKeyId> {
        self.operators.iter().filter(|(_, operator)| !operator.dismissed).map(|(id, _)| *id)
    }
}

fn impossible(event: &InstallationEvent, why: &'static str) -> ImpossibleStep {
    ImpossibleStep { event: event.stored_type(), aggregate: AggregateId::Installation, why }
}

/// Decides a command: the events that happen, or why not.
pub fn decide(
    installation: Option<&Installation>,
    command: &InstallationCommand,
) -> Result<Vec<InstallationEvent>, Rejection> {
    let known = |account: &AccountId| {
        installation.is_some_and(|installation| installation.accounts.contains_key(account))
    };
    match command {
        InstallationCommand::IssueOperatorToken(token) => {
            Ok(vec![OperatorTokenIssued { token: *token }.into()])
        }
        InstallationCommand::OrderAccount { account, .. } if known(account) => Ok(Vec::new()),
        InstallationCommand::OrderAccount { account, name } => {
            Ok(vec![AccountOpeningOrdered { account: *account, name: name.clone() }.into()])
        }
        InstallationCommand::OrderApiKey { account, .. } if !known(account) => {
            Err(Rejection::Unknown(AggregateId::BuilderAccount(*account)))
        }
        InstallationCommand::OrderApiKey { account, key, role } => {
            Ok(vec![ApiKeyIssueOrdered { account: *account, key: *key, role: *role }.into()])
        }
        InstallationCommand::AppointOperator { operator, name } => {
            appoint(installation, *operator, name)
        }
        InstallationCommand::DismissOperator(operator) => dismiss(installation, *operator),
        InstallationCommand::Support(command) => support::decide(installation, command),
    }
}

fn appoint(
    installation: Option<&Installation>,
    operator: ApiKeyId,
    name: &PersonName,
) -> Result<Vec<InstallationEvent>, Rejection> {
    if let Some(installation) = installation {
        if installation.operators.contains_key(&operator) {
            return Err(InstallationRejection::AlreadyExists.into());
        }
        if installation.live_operators().count() >= OPERATORS_MAX {
            return Err(InstallationRejection::TooManyOperators.into());
        }
    }
    let name = Personal::known(SubjectId(operator.0), name.clone());
    Ok(vec![OperatorAppointed { operator, name }.into()])
}

/// Revokes a token; never the last one. Twice is once.
fn dismiss(
    installation: Option<&Installation>,
    operator: ApiKeyId,
) -> Result<Vec<InstallationEvent>, Rejection> {
    let unknown = || Rejection::Unknown(AggregateId::Installation);
    let installation = installation.ok_or_else(unknown)?;
    let there = installation.operators.get(&operator).ok_or_else(unknown)?;
    if there.dismissed {
        return Ok(Vec::new());
    }
    if installation.live_operators().all(|other| other == operator) {
        return Err(InstallationRejection::LastOperator.into());
    }
    Ok(vec![OperatorDismissed { operator }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const PRINTED: ApiKeyId = ApiKeyId(Uuid::from_u128(1));
    const OLU: ApiKeyId = ApiKeyId(Uuid::from_u128(2));

    fn appoint_olu() -> InstallationCommand {
        let name = PersonName::parse("Olu Operator").expect("a name");
        InstallationCommand::AppointOperator { operator: OLU, name }
    }

    fn after(commands: &[InstallationCommand]) -> Installation {
        let mut installation = Installation::default();
        for command in commands {
            for event in decide(Some(&installation), command).expect("taken") {
                installation.apply(&event).expect("follows");
            }
        }
        installation
    }

    #[test]
    fn an_operator_is_appointed_by_name_and_dismissed_and_somebody_always_stays() {
        // 2.8
        let printed = InstallationCommand::IssueOperatorToken(PRINTED);
        let one = after(std::slice::from_ref(&printed));
        let dismiss = InstallationCommand::DismissOperator;
        let last = Err(InstallationRejection::LastOperator.into());
        assert_eq!(decide(Some(&one), &dismiss(PRINTED)), last);
        let two = after(&[printed.clone(), appoint_olu()]);
        assert_eq!(two.live_operators().collect::<Vec<_>>(), [PRINTED, OLU]);
        let exists = Err(InstallationRejection::AlreadyExists.into());
        assert_eq!(decide(Some(&two), &appoint_olu()), exists);
        let alone = after(&[printed, appoint_olu(), dismiss(PRINTED)]);
        assert_eq!(decide(Some(&alone), &dismiss(PRINTED)), Ok(Vec::new()), "twice is once");
        let last = Err(InstallationRejection::LastOperator.into());
        assert_eq!(decide(Some(&alone), &dismiss(OLU)), last);
        let unknown = || Err(Rejection::Unknown(AggregateId::Installation));
        let nobody = dismiss(ApiKeyId(Uuid::from_u128(9)));
        assert_eq!(decide(Some(&alone), &nobody), unknown());
        assert_eq!(decide(None, &nobody), unknown());
        let mut damaged = alone.clone();
        assert!(damaged.apply(&OperatorDismissed { operator: PRINTED }.into()).is_err());
        let olu = alone.operators[&OLU].name.as_ref().and_then(Personal::value);
        assert_eq!(olu.map(PersonName::as_str), Some("Olu Operator"));
    }

    #[test]
    fn an_installation_takes_so_many_operators() {
        let appoint = |n: usize| {
            let operator = ApiKeyId(Uuid::from_u128(u128::try_from(n).expect("few") + 100));
            let name = PersonName::parse("Olu").expect("a name");
            InstallationCommand::AppointOperator { operator, name }
        };
        let full = after(&(0..OPERATORS_MAX).map(appoint).collect::<Vec<_>>());
        let refused = Err(InstallationRejection::TooManyOperators.into());
        assert_eq!(decide(Some(&full), &appoint(OPERATORS_MAX)), refused);
    }
}
