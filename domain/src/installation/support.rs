//! Support: what somebody of the installation does in a builder's account, for a reason, and only once
//! a second one has looked at it (RULES.md 2.8, column SP).
//!
//! It is asked for, approved and concluded in the installation's ledger; in between the account's own
//! ledger records the deed, under the name of whoever asked for it. What support does for a subcontractor's
//! company goes the same way ([`super::org_support`]).

use super::org_support::OrgInterventionRequested;
use super::{Installation, InstallationEvent, InstallationRejection};
use crate::contact::ContactCommand;
use crate::event::nothing_personal;
use crate::ids::{AccountId, AggregateId, ApiKeyId, ContactId, InterventionId, OrgId, SubUserId};
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};

/// What support may do in an account. Nothing of it shows or changes anybody's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportDeed {
    /// Close a contact's access for now (R9).
    DisableAccess,
    /// Open it again (R10).
    EnableAccess,
    /// End an owner's access (R44).
    DeactivateOwner,
    /// Take an open invitation back (R8).
    CancelInvite,
}

impl SupportDeed {
    /// Every deed.
    pub const ALL: [Self; 4] =
        [Self::DisableAccess, Self::EnableAccess, Self::DeactivateOwner, Self::CancelInvite];

    /// The word that stands for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DisableAccess => "disable_access",
            Self::EnableAccess => "enable_access",
            Self::DeactivateOwner => "deactivate_owner",
            Self::CancelInvite => "cancel_invite",
        }
    }

    /// The command that does it.
    pub const fn command(self) -> ContactCommand {
        match self {
            Self::DisableAccess => ContactCommand::DisableAccess,
            Self::EnableAccess => ContactCommand::EnableAccess,
            Self::DeactivateOwner => ContactCommand::DeactivateOwner,
            Self::CancelInvite => ContactCommand::CancelInvite,
        }
    }
}

/// Somebody of the installation asked to do something in an account; the event's reason says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterventionRequested {
    /// Which.
    pub intervention: InterventionId,
    /// In whose account.
    pub account: AccountId,
    /// To which contact.
    pub contact: ContactId,
    /// What.
    pub deed: SupportDeed,
    /// Who asked, and does it under their name.
    pub by: ApiKeyId,
}

/// A second person of the installation approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterventionApproved {
    /// Which.
    pub intervention: InterventionId,
    /// Who, and never who asked.
    pub by: ApiKeyId,
}

/// It will not be done: a second person said no, or who asked for it took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterventionRejected {
    /// Which.
    pub intervention: InterventionId,
    /// Who.
    pub by: ApiKeyId,
}

/// The account's ledger has recorded it, or nothing was left to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterventionCarriedOut {
    /// Which.
    pub intervention: InterventionId,
}

/// A rule of the account's said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterventionRefused {
    /// Which.
    pub intervention: InterventionId,
    /// The refusal's code.
    pub code: String,
}

nothing_personal!(
    InterventionRequested,
    InterventionApproved,
    InterventionRejected,
    InterventionCarriedOut,
    InterventionRefused,
);

/// A command about an intervention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupportCommand {
    /// Ask for one.
    Request(InterventionRequested),
    /// Ask for one in a subcontractor's company (R81).
    RequestForOrg(Box<OrgInterventionRequested>),
    /// Approve it.
    Approve {
        /// Which.
        intervention: InterventionId,
        /// Who.
        by: ApiKeyId,
    },
    /// Say no to it, or take it back.
    Reject {
        /// Which.
        intervention: InterventionId,
        /// Who.
        by: ApiKeyId,
    },
    /// Say what became of it in the account's ledger.
    Conclude {
        /// Which.
        intervention: InterventionId,
        /// The code of the rule that said no, if one did.
        refused: Option<String>,
    },
}

/// How far an intervention is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterventionStage {
    /// It waits for a second person.
    Requested,
    /// It may be done; unless it is concluded, a crash came in between, and approving again goes on.
    Approved {
        /// Who approved it.
        by: ApiKeyId,
    },
    /// It will not be done.
    Rejected,
    /// It is done.
    CarriedOut,
    /// A rule of the account's said no.
    Refused {
        /// The refusal's code.
        code: String,
    },
}

impl InterventionStage {
    /// The word that stands for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved { .. } => "approved",
            Self::Rejected => "rejected",
            Self::CarriedOut => "carried_out",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What an intervention is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterventionAbout {
    /// A contact of a builder's account.
    Contact {
        /// In whose account.
        account: AccountId,
        /// To which contact.
        contact: ContactId,
        /// What.
        deed: SupportDeed,
    },
    /// A user whom a subcontractor's company is to get (R81).
    Org {
        /// Which company.
        org: OrgId,
        /// The user.
        user: SubUserId,
    },
}

/// An intervention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervention {
    /// To whom, and what.
    pub about: InterventionAbout,
    /// Who asked for it.
    pub requested_by: ApiKeyId,
    /// How far it is.
    pub stage: InterventionStage,
}

impl Installation {
    /// Records what happened to an intervention; why not, where that cannot be.
    pub(super) fn apply_support(&mut self, event: &InstallationEvent) -> Result<(), &'static str> {
        let (intervention, to) = match event {
            InstallationEvent::InterventionRequested(e) => {
                let (account, contact, deed) = (e.account, e.contact, e.deed);
                let about = InterventionAbout::Contact { account, contact, deed };
                return self.requested(e.intervention, about, e.by);
            }
            InstallationEvent::OrgInterventionRequested(e) => {
                let about = InterventionAbout::Org { org: e.org, user: e.user };
                return self.requested(e.intervention, about, e.by);
            }
            InstallationEvent::InterventionApproved(e) => {
                (e.intervention, InterventionStage::Approved { by: e.by })
            }
            InstallationEvent::InterventionRejected(e) => {
                (e.intervention, InterventionStage::Rejected)
            }
            InstallationEvent::InterventionCarriedOut(e) => {
                (e.intervention, InterventionStage::CarriedOut)
            }
            InstallationEvent::InterventionRefused(e) => {
                (e.intervention, InterventionStage::Refused { code: e.code.clone() })
            }
            InstallationEvent::OperatorTokenIssued(_)
            | InstallationEvent::AccountOpeningOrdered(_)
            | InstallationEvent::ApiKeyIssueOrdered(_)
            | InstallationEvent::OperatorAppointed(_)
            | InstallationEvent::OperatorDismissed(_) => return Ok(()),
        };
        let there = self.interventions.get_mut(&intervention);
        let there = there.ok_or("there is no such intervention")?;
        let follows = match (&there.stage, &to) {
            (
                InterventionStage::Requested,
                InterventionStage::Approved { .. } | InterventionStage::Rejected,
            )
            | (
                InterventionStage::Approved { .. },
                InterventionStage::CarriedOut | InterventionStage::Refused { .. },
            ) => true,
            (
                InterventionStage::Requested
                | InterventionStage::Approved { .. }
                | InterventionStage::Rejected
                | InterventionStage::CarriedOut
                | InterventionStage::Refused { .. },
                _,
            ) => false,
        };
        if !follows {
            return Err("the intervention is at another stage");
        }
        there.stage = to;
        Ok(())
    }

    fn requested(
        &mut self,
        intervention: InterventionId,
        about: InterventionAbout,
        requested_by: ApiKeyId,
    ) -> Result<(), &'static str> {
        let stage = InterventionStage::Requested;
        match self.interventions.insert(intervention, Intervention { about, requested_by, stage }) {
            None => Ok(()),
            Some(_) => Err("the intervention is there already"),
        }
    }

    /// Whoever asked still operates the installation: nobody acts under the name of one who left.
    fn still_there(&self, requested_by: ApiKeyId) -> Result<(), Rejection> {
        match self.operators.get(&requested_by) {
            Some(operator) if !operator.dismissed => Ok(()),
            Some(_) | None => Err(InstallationRejection::RequesterDismissed.into()),
        }
    }

    /// Whoever acts in an account is known by name: a token that a start printed is nobody's.
    fn named(&self, by: ApiKeyId) -> Result<(), Rejection> {
        let operator = self.operators.get(&by);
        if operator.is_some_and(|operator| operator.name.is_some() && !operator.dismissed) {
            return Ok(());
        }
        Err(InstallationRejection::OperatorWithoutName.into())
    }
}

/// Decides a command: the events that happen, or why not.
pub(super) fn decide(
    installation: Option<&Installation>,
    command: &SupportCommand,
) -> Result<Vec<InstallationEvent>, Rejection> {
    let unknown = || Rejection::Unknown(AggregateId::Installation);
    let installation = installation.ok_or_else(unknown)?;
    let there = |id: &InterventionId| installation.interventions.get(id).ok_or_else(unknown);
    match command {
        SupportCommand::Request(requested) => {
            installation.named(requested.by)?;
            if !installation.accounts.contains_key(&requested.account) {
                return Err(Rejection::Unknown(AggregateId::BuilderAccount(requested.account)));
            }
            if installation.interventions.contains_key(&requested.intervention) {
                return Err(InstallationRejection::AlreadyExists.into());
            }
            Ok(vec![requested.clone().into()])
        }
        // Whether there is such a company, its own ledger says.
        SupportCommand::RequestForOrg(requested) => {
            installation.named(requested.by)?;
            let same_user = |one: &Intervention| matches!(one.about, InterventionAbout::Org { user, .. } if user == requested.user);
            if installation.interventions.contains_key(&requested.intervention)
                || installation.interventions.values().any(same_user)
            {
                return Err(InstallationRejection::AlreadyExists.into());
            }
            Ok(vec![(**requested).clone().into()])
        }
        SupportCommand::Approve { intervention, by } => {
            let found = there(intervention)?;
            installation.named(*by)?;
            if found.stage == InterventionStage::Requested {
                installation.still_there(found.requested_by)?;
            }
            approve(*intervention, found, *by)
        }
        SupportCommand::Reject { intervention, by } => {
            let found = there(intervention)?;
            installation.named(*by)?;
            reject(*intervention, found, *by)
        }
        SupportCommand::Conclude { intervention, refused } => {
            conclude(*intervention, there(intervention)?, refused.as_ref())
        }
    }
}

type Decided = Result<Vec<InstallationEvent>, Rejection>;

/// Somebody else than who asked. Approved once is enough; what a crash cut short goes on.
fn approve(intervention: InterventionId, found: &Intervention, by: ApiKeyId) -> Decided {
    match &found.stage {
        InterventionStage::Requested if found.requested_by == by => {
            Err(InstallationRejection::SecondPersonNeeded.into())
        }
        InterventionStage::Requested => Ok(vec![InterventionApproved { intervention, by }.into()]),
        InterventionStage::Approved { .. }
        | InterventionStage::CarriedOut
        | InterventionStage::Refused { .. } => Ok(Vec::new()),
        InterventionStage::Rejected => Err(InstallationRejection::InterventionOver.into()),
    }
}

fn reject(intervention: InterventionId, found: &Intervention, by: ApiKeyId) -> Decided {
    match &found.stage {
        InterventionStage::Requested => Ok(vec![InterventionRejected { intervention, by }.into()]),
        InterventionStage::Rejected => Ok(Vec::new()),
        InterventionStage::Approved { .. }
        | InterventionStage::CarriedOut
        | InterventionStage::Refused { .. } => Err(InstallationRejection::InterventionOver.into()),
    }
}

fn conclude(
    intervention: InterventionId,
    found: &Intervention,
    refused: Option<&String>,
) -> Decided {
    match (&found.stage, refused) {
        (InterventionStage::Approved { .. }, None) => {
            Ok(vec![InterventionCarriedOut { intervention }.into()])
        }
        (InterventionStage::Approved { .. }, Some(code)) => {
            Ok(vec![InterventionRefused { intervention, code: code.clone() }.into()])
        }
        (InterventionStage::CarriedOut | InterventionStage::Refused { .. }, _) => Ok(Vec::new()),
        (InterventionStage::Requested | InterventionStage::Rejected, _) => {
            Err(InstallationRejection::SecondPersonNeeded.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        InstallationCommand, OperatorAppointed, OperatorDismissed, OperatorTokenIssued,
    };
    use super::*;
    use crate::SubjectId;
    use crate::installation::AccountOpeningOrdered;
    use crate::personal::Personal;
    use crate::text::{Label, PersonName};
    use uuid::Uuid;

    const PRINTED: ApiKeyId = ApiKeyId(Uuid::from_u128(1));
    const OLU: ApiKeyId = ApiKeyId(Uuid::from_u128(2));
    const PIA: ApiKeyId = ApiKeyId(Uuid::from_u128(3));
    const ELM: AccountId = AccountId(Uuid::from_u128(4));
    const ADA: ContactId = ContactId(Uuid::from_u128(5));
    const ONE: InterventionId = InterventionId(Uuid::from_u128(6));

    fn installation() -> Installation {
        let mut installation = Installation::default();
        let mut apply = |event: InstallationEvent| installation.apply(&event).expect("follows");
        apply(OperatorTokenIssued { token: PRINTED }.into());
        for (operator, name) in [(OLU, "Olu"), (PIA, "Pia")] {
            let name = PersonName::parse(name).expect("a name");
            let name = Personal::known(SubjectId(operator.0), name);
            apply(OperatorAppointed { operator, name }.into());
        }
        let name = Label::parse("Elm").expect("a name");
        apply(AccountOpeningOrdered { account: ELM, name }.into());
        installation
    }

    fn request(by: ApiKeyId) -> SupportCommand {
        let deed = SupportDeed::DisableAccess;
        let (intervention, account, contact) = (ONE, ELM, ADA);
        SupportCommand::Request(InterventionRequested { intervention, account, contact, deed, by })
    }

    const fn approve(by: ApiKeyId) -> SupportCommand {
        SupportCommand::Approve { intervention: ONE, by }
    }

    const fn reject(by: ApiKeyId) -> SupportCommand {
        SupportCommand::Reject { intervention: ONE, by }
    }

    fn conclude(refused: Option<&str>) -> SupportCommand {
        let refused = refused.map(str::to_owned);
        SupportCommand::Conclude { intervention: ONE, refused }
    }

    fn after(commands: &[SupportCommand]) -> Installation {
        let mut installation = installation();
        for command in commands {
            let command = InstallationCommand::Support(command.clone());
            for event in super::super::decide(Some(&installation), &command).expect("taken") {
                installation.apply(&event).expect("follows");
            }
        }
        installation
    }

    #[track_caller]
    fn refused(given: &[SupportCommand], then: &SupportCommand, code: &str) {
        let refused = decide(Some(&after(given)), then).expect_err("refused");
        assert_eq!(refused.refusal().code, code);
    }

    #[test]
    fn what_support_does_somebody_else_approves() {
        // 2.8, column SP
        let second = "second_person_needed";
        refused(&[request(OLU)], &approve(OLU), second);
        refused(&[request(OLU)], &conclude(None), second);
        let done = after(&[request(OLU), approve(PIA), conclude(None)]);
        assert_eq!(done.interventions[&ONE].stage, InterventionStage::CarriedOut);
        assert_eq!(done.interventions[&ONE].requested_by, OLU);
        let refused = after(&[request(OLU), approve(PIA), conclude(Some("not_active"))]);
        let code = "not_active".to_owned();
        assert_eq!(refused.interventions[&ONE].stage, InterventionStage::Refused { code });
    }

    #[test]
    fn nobody_acts_in_an_account_without_a_name_of_their_own() {
        let nobody = "operator_without_name";
        refused(&[], &request(PRINTED), nobody);
        refused(&[], &request(ApiKeyId(Uuid::from_u128(9))), nobody);
        refused(&[request(OLU)], &approve(PRINTED), nobody);
        refused(&[request(OLU)], &reject(PRINTED), nobody);
    }

    #[test]
    fn an_intervention_is_rejected_or_taken_back_until_it_is_approved() {
        for by in [OLU, PIA] {
            let over = after(&[request(OLU), reject(by)]);
            assert_eq!(over.interventions[&ONE].stage, InterventionStage::Rejected);
            assert_eq!(decide(Some(&over), &reject(by)), Ok(Vec::new()), "twice is once");
        }
        refused(&[request(OLU), reject(PIA)], &approve(PIA), "intervention_over");
        refused(&[request(OLU), approve(PIA)], &reject(PIA), "intervention_over");
    }

    #[test]
    fn what_a_dismissed_operator_asked_for_is_not_approved_but_rejected() {
        let mut open = after(&[request(OLU)]);
        open.apply(&OperatorDismissed { operator: OLU }.into()).expect("follows");
        let refused = decide(Some(&open), &approve(PIA)).expect_err("refused");
        assert_eq!(refused.refusal().code, "requester_dismissed");
        assert!(decide(Some(&open), &reject(PIA)).is_ok_and(|events| events.len() == 1));
        // Approved while they were there, it goes on after a crash.
        let mut approved = after(&[request(OLU), approve(PIA)]);
        approved.apply(&OperatorDismissed { operator: OLU }.into()).expect("follows");
        assert_eq!(decide(Some(&approved), &approve(PIA)), Ok(Vec::new()));
        assert!(decide(Some(&approved), &conclude(None)).is_ok_and(|events| events.len() == 1));
    }

    #[test]
    fn what_a_crash_cut_short_goes_on_and_is_done_once() {
        let approved = [request(OLU), approve(PIA)];
        assert_eq!(decide(Some(&after(&approved)), &approve(PIA)), Ok(Vec::new()));
        let done = after(&[request(OLU), approve(PIA), conclude(None)]);
        assert_eq!(decide(Some(&done), &conclude(Some("x"))), Ok(Vec::new()));
        assert_eq!(decide(Some(&done), &approve(PIA)), Ok(Vec::new()));
    }

    #[test]
    fn what_is_unknown_is_not_found_and_an_id_is_used_once() {
        refused(&[request(OLU)], &request(OLU), "already_exists");
        refused(&[], &approve(PIA), "not_found");
        let elsewhere = SupportCommand::Request(InterventionRequested {
            intervention: ONE,
            account: AccountId(Uuid::from_u128(9)),
            contact: ADA,
            deed: SupportDeed::CancelInvite,
            by: OLU,
        });
        refused(&[], &elsewhere, "not_found");
        assert!(decide(None, &approve(PIA)).is_err());
    }

    #[test]
    fn an_impossible_step_is_told() {
        let mut open = after(&[request(OLU)]);
        assert!(open.apply(&InterventionCarriedOut { intervention: ONE }.into()).is_err());
        let other = InterventionId(Uuid::from_u128(9));
        assert!(open.apply(&InterventionApproved { intervention: other, by: PIA }.into()).is_err());
        let SupportCommand::Request(again) = request(OLU) else { unreachable!("it is one") };
        assert!(open.apply(&again.into()).is_err());
    }

    #[test]
    fn each_deed_has_a_word_of_its_own() {
        for deed in SupportDeed::ALL {
            let stored = serde_json::to_value(deed).expect("a word");
            assert_eq!(stored, deed.word());
        }
    }
}
