//! Support for a subcontractor's company that has lost its only user (R81, H8): whom an operator asks to let
//! in, and on what evidence. A second operator approves it as any other intervention, with the steps of
//! [`super::support`]; the company's own ledger records the deed.
//!
//! What is personal in it is sealed with the key of the user whom the company is to get, under the id that
//! they have there too.

use crate::email::EmailAddress;
use crate::event::FieldChange;
use crate::ids::{ApiKeyId, InterventionId, OrgId, SubUserId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{PersonName, Reason};
use serde::{Deserialize, Serialize};

/// Somebody of the installation asked to let somebody into a company (R81).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgInterventionRequested {
    /// Which.
    pub intervention: InterventionId,
    /// Into which company.
    pub org: OrgId,
    /// The id that the new user has there.
    pub user: SubUserId,
    /// First name.
    pub first_name: Personal<PersonName>,
    /// Last name.
    pub last_name: Personal<PersonName>,
    /// Where the invitation goes, and nowhere else.
    pub email: Personal<EmailAddress>,
    /// The registered user who has left, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<SubUserId>,
    /// What shows that it is so; it may name people, and is sealed like them. Boxed, because the
    /// installation's other events are small.
    pub evidence: Box<Personal<Reason>>,
    /// Who asked, and does it under their name.
    pub by: ApiKeyId,
}

impl HoldsPersonal for OrgInterventionRequested {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("first_name", &mut self.first_name);
        visitor.visit("last_name", &mut self.last_name);
        visitor.visit("email", &mut self.email);
        visitor.visit("evidence", &mut *self.evidence);
    }
}

impl OrgInterventionRequested {
    pub(super) fn changes(&self) -> Vec<FieldChange> {
        let mut changes = vec![
            FieldChange::new_value("organisation", self.org.to_string()),
            FieldChange::new_value("first_name", &self.first_name),
            FieldChange::new_value("last_name", &self.last_name),
            FieldChange::new_value("email", &self.email),
        ];
        let replaces = self.replaces.map(|user| user.to_string());
        changes.extend(replaces.map(|user| FieldChange::old_value("replaced_user", user)));
        changes.push(FieldChange::new_value("evidence", &*self.evidence));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::{InterventionAbout, InterventionStage, SupportCommand};
    use super::super::{
        Installation, InstallationCommand, InstallationEvent, OperatorAppointed, OperatorDismissed,
        decide,
    };
    use super::*;
    use crate::SubjectId;
    use crate::rejection::Rejection;
    use uuid::Uuid;

    const OLU: ApiKeyId = ApiKeyId(Uuid::from_u128(2));
    const PIA: ApiKeyId = ApiKeyId(Uuid::from_u128(3));
    const ONE: InterventionId = InterventionId(Uuid::from_u128(6));
    const ROOF: OrgId = OrgId(Uuid::from_u128(7));
    const NEW: SubUserId = SubUserId(Uuid::from_u128(8));
    const LEFT: SubUserId = SubUserId(Uuid::from_u128(9));

    fn installation() -> Installation {
        let mut installation = Installation::default();
        for (operator, name) in [(OLU, "Olu"), (PIA, "Pia")] {
            let name = PersonName::parse(name).expect("a name");
            let name = Personal::known(SubjectId(operator.0), name);
            installation.apply(&OperatorAppointed { operator, name }.into()).expect("follows");
        }
        installation
    }

    fn requested() -> OrgInterventionRequested {
        let name = |typed| Personal::known(NEW, PersonName::parse(typed).expect("a name"));
        let email = EmailAddress::parse("nia@roof.example").expect("an address");
        let evidence = Reason::parse("Ann left; her boss wrote").expect("a reason");
        OrgInterventionRequested {
            intervention: ONE,
            org: ROOF,
            user: NEW,
            first_name: name("Nia"),
            last_name: name("Newcomer"),
            email: Personal::known(NEW, email),
            replaces: Some(LEFT),
            evidence: Box::new(Personal::known(NEW, evidence)),
            by: OLU,
        }
    }

    fn ask(
        installation: &Installation,
        command: SupportCommand,
    ) -> Result<Vec<InstallationEvent>, Rejection> {
        decide(Some(installation), &InstallationCommand::Support(command))
    }

    fn after(commands: Vec<SupportCommand>) -> Installation {
        let mut installation = installation();
        for command in commands {
            for event in ask(&installation, command).expect("taken") {
                installation.apply(&event).expect("follows");
            }
        }
        installation
    }

    fn request() -> SupportCommand {
        SupportCommand::RequestForOrg(Box::new(requested()))
    }

    #[test]
    fn a_company_gets_a_user_from_support_once_a_second_operator_approves() {
        // R81, H8
        let own =
            ask(&after(vec![request()]), SupportCommand::Approve { intervention: ONE, by: OLU });
        assert_eq!(own.expect_err("refused").refusal().code, "second_person_needed");
        let approve = SupportCommand::Approve { intervention: ONE, by: PIA };
        let conclude = SupportCommand::Conclude { intervention: ONE, refused: None };
        let done = after(vec![request(), approve, conclude]);
        let one = &done.interventions[&ONE];
        assert_eq!(one.stage, InterventionStage::CarriedOut);
        assert_eq!(one.about, InterventionAbout::Org { org: ROOF, user: NEW });
        assert_eq!(one.requested_by, OLU);
    }

    #[test]
    fn what_was_rejected_is_never_approved() {
        let reject = SupportCommand::Reject { intervention: ONE, by: PIA };
        let over = after(vec![request(), reject]);
        let late = ask(&over, SupportCommand::Approve { intervention: ONE, by: PIA });
        assert_eq!(late.expect_err("refused").refusal().code, "intervention_over");
    }

    #[test]
    fn what_a_dismissed_operator_asked_for_is_not_approved() {
        let mut installation = after(vec![request()]);
        installation.apply(&OperatorDismissed { operator: OLU }.into()).expect("follows");
        let approve = SupportCommand::Approve { intervention: ONE, by: PIA };
        let refused = ask(&installation, approve).expect_err("refused");
        assert_eq!(refused.refusal().code, "requester_dismissed");
        let reject = SupportCommand::Reject { intervention: ONE, by: PIA };
        assert!(ask(&installation, reject).is_ok(), "it can be put away");
    }

    #[test]
    fn an_id_is_used_once_and_a_nameless_token_asks_nothing() {
        let again = ask(&after(vec![request()]), request()).expect_err("refused");
        assert_eq!(again.refusal().code, "already_exists");
        let mut same_user = requested();
        same_user.intervention = InterventionId(Uuid::from_u128(10));
        let same_user = SupportCommand::RequestForOrg(Box::new(same_user));
        let again = ask(&after(vec![request()]), same_user).expect_err("refused");
        assert_eq!(again.refusal().code, "already_exists", "nor is a user's");
        let mut nobodys = requested();
        nobodys.by = ApiKeyId(Uuid::nil());
        let nobody = SupportCommand::RequestForOrg(Box::new(nobodys));
        let refused = ask(&installation(), nobody).expect_err("refused");
        assert_eq!(refused.refusal().code, "operator_without_name");
    }

    #[test]
    fn every_value_that_names_somebody_is_the_new_users() {
        struct Whose(Vec<(&'static str, SubjectId)>);
        impl PersonalVisitor for Whose {
            fn visit(&mut self, field: &'static str, value: &mut dyn crate::Sealable) {
                self.0.push((field, value.subject()));
            }
        }
        let mut whose = Whose(Vec::new());
        requested().each_personal(&mut whose);
        let theirs = ["first_name", "last_name", "email", "evidence"].map(|f| (f, NEW.into()));
        assert_eq!(whose.0, theirs);
    }
}
