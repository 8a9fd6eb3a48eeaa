//! A random history of support: what operators ask for, approve, reject and conclude in the installation's
//! ledger, and what becomes of a subcontractor's company meanwhile. Both ledgers verify, no view differs from
//! a fresh fold, and no company is left without a registered user.

use super::{bring_up, viewed};
use crate::support::{apply, rng, size};
use domain::installation::{
    InstallationCommand, InstallationEvent, InterventionRequested, OrgInterventionRequested,
    SupportCommand, SupportDeed,
};
use domain::subcontractor_org::{
    NewSubUser, SubUserStage, SubcontractorOrgCommand, SupportAssignment,
};
use domain::{
    AccountId, Actor, ApiKeyId, Authority, Channel, Circumstances, Command, CompanyName, ContactId,
    EmailAddress, InterventionId, LedgerId, OrgId, PersonId, PersonName, Personal, Reason,
    SubUserId, TokenId,
};
use event_store::{EventStore, ExecuteError, Submission};
use projections::org_interventions::{self, company};
use projections::{all_views, interventions};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use std::collections::BTreeSet;
use uuid::Uuid;

fn submission(
    ledger: LedgerId,
    actor: Actor,
    authority: Authority,
    command: Command,
) -> Submission {
    let by = Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Api,
        client: "192.0.2.7".parse().ok(),
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    // Where no link or token is made, the secret is nobody's.
    Submission::new(ledger, command, by).with_secret().expect("random bytes")
}

fn operate(by: ApiKeyId, command: InstallationCommand) -> Submission {
    let command = Command::Installation(command);
    submission(LedgerId::INSTALLATION, Actor::Operator(by), Authority::Operator, command)
}

fn who(rng: &mut StdRng) -> NewSubUser {
    let number = rng.random_range(0..6);
    NewSubUser {
        first_name: PersonName::parse(&format!("User {number}")).expect("a name"),
        last_name: PersonName::parse("Ridge").expect("a name"),
        email: EmailAddress::parse(&format!("u{number}@ridge.example")).expect("an address"),
    }
}

struct History<'a> {
    store: &'a EventStore,
    rng: StdRng,
    org: OrgId,
    account: AccountId,
    operators: Vec<ApiKeyId>,
    asked: Vec<OrgInterventionRequested>,
    interventions: Vec<InterventionId>,
}

impl History<'_> {
    fn operator(&mut self) -> ApiKeyId {
        self.operators.choose(&mut self.rng).copied().unwrap_or(ApiKeyId(Uuid::nil()))
    }

    fn intervention(&mut self) -> InterventionId {
        let known = self.interventions.choose(&mut self.rng).copied();
        known.unwrap_or(InterventionId(Uuid::nil()))
    }

    async fn next(&mut self) -> Submission {
        let by = self.operator();
        let intervention = self.intervention();
        let support = |command| operate(by, InstallationCommand::Support(command));
        match self.rng.random_range(0..16) {
            0 => {
                let intervention = InterventionId(Uuid::now_v7());
                self.interventions.push(intervention);
                let (account, contact) = (self.account, ContactId(Uuid::now_v7()));
                let deed = SupportDeed::ALL[self.rng.random_range(0..SupportDeed::ALL.len())];
                let asked = InterventionRequested { intervention, account, contact, deed, by };
                support(SupportCommand::Request(asked))
            }
            1 | 2 => support(SupportCommand::RequestForOrg(Box::new(self.request(by).await))),
            3..6 => support(SupportCommand::Approve { intervention, by }),
            6 => support(SupportCommand::Reject { intervention, by }),
            7 | 8 => {
                let refused = self.rng.random_bool(0.3).then(|| "org_has_users".to_owned());
                support(SupportCommand::Conclude { intervention, refused })
            }
            9 if self.rng.random_bool(0.3) => operate(by, InstallationCommand::DismissOperator(by)),
            9 => {
                let operator = ApiKeyId(Uuid::now_v7());
                self.operators.push(operator);
                let name = PersonName::parse("Olu Operator").expect("a name");
                operate(by, InstallationCommand::AppointOperator { operator, name })
            }
            10..12 if !self.asked.is_empty() => self.assign(),
            _ => self.in_company().await,
        }
    }

    async fn request(&mut self, by: ApiKeyId) -> OrgInterventionRequested {
        let there = company(self.store.reader(), self.org).await.expect("read").expect("there");
        let (intervention, user) = (InterventionId(Uuid::now_v7()), SubUserId(Uuid::now_v7()));
        let who = who(&mut self.rng);
        let first = there.registered().next().map(|(user, _, _)| user);
        let evidence = Reason::parse("Ticket 1: Ann has left").expect("a reason");
        let asked = OrgInterventionRequested {
            intervention,
            org: self.org,
            user,
            first_name: Personal::known(user, who.first_name),
            last_name: Personal::known(user, who.last_name),
            email: Personal::known(user, who.email),
            replaces: first.filter(|_| self.rng.random_bool(0.9)),
            evidence: Box::new(Personal::known(user, evidence)),
            by,
        };
        self.interventions.push(intervention);
        self.asked.push(asked.clone());
        asked
    }

    fn assign(&mut self) -> Submission {
        let asked = self.asked.choose(&mut self.rng).expect("one").clone();
        let value = "known as it was made";
        let who = NewSubUser {
            first_name: asked.first_name.value().expect(value).clone(),
            last_name: asked.last_name.value().expect(value).clone(),
            email: asked.email.value().expect(value).clone(),
        };
        let assign = SubcontractorOrgCommand::AssignPrimaryContactBySupport(SupportAssignment {
            intervention: asked.intervention,
            user: asked.user,
            who,
            token: TokenId(Uuid::now_v7()),
            replaces: asked.replaces,
        });
        let command = Command::SubcontractorOrg(self.org, assign);
        submission(self.org.into(), Actor::Operator(asked.by), Authority::Support, command)
    }

    /// Its users come and go meanwhile.
    async fn in_company(&mut self) -> Submission {
        let there = company(self.store.reader(), self.org).await.expect("read").expect("there");
        let known = there.users.keys().copied().collect::<Vec<_>>();
        let user = *known.choose(&mut self.rng).expect("a user");
        let command = match (self.rng.random_range(0..8), there.users[&user].stage) {
            (0..5, SubUserStage::Invited { token, .. }) => {
                let person = PersonId(Uuid::now_v7());
                SubcontractorOrgCommand::JoinByInvite { user, token, person }
            }
            (5, SubUserStage::Invited { token, .. }) => {
                SubcontractorOrgCommand::DeclineUserInvite { user, token }
            }
            (0, _) => {
                let (user, token) = (SubUserId(Uuid::now_v7()), TokenId(Uuid::now_v7()));
                SubcontractorOrgCommand::InviteUser { user, who: who(&mut self.rng), token }
            }
            (1, _) => {
                let token = TokenId(Uuid::now_v7());
                SubcontractorOrgCommand::ResendUserInvite { user, token }
            }
            (2, _) => SubcontractorOrgCommand::CancelUserInvite(user),
            (_, _) => SubcontractorOrgCommand::RemoveUser(user),
        };
        let command = Command::SubcontractorOrg(self.org, command);
        submission(self.org.into(), Actor::System, Authority::System, command)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_random_history_of_support_verifies_and_leaves_no_company_without_a_user() {
    let (_database, store) = viewed().await;
    for seed in 0..size(2, 20) {
        let org = OrgId(Uuid::now_v7());
        store.ensure_ledger(org.into(), "subcontractor_org").await.expect("a ledger");
        let mut rng = rng(900 + seed);
        let (user, person) = (SubUserId(Uuid::now_v7()), PersonId(Uuid::now_v7()));
        let name = CompanyName::parse("Ridge Roofing").expect("a name");
        let create = SubcontractorOrgCommand::Create { name, user, who: who(&mut rng), person };
        let command = Command::SubcontractorOrg(org, create);
        apply(&store, submission(org.into(), Actor::SubUser(user), Authority::Owner, command))
            .await;
        let account = AccountId(Uuid::now_v7());
        let name = domain::text::Label::parse("Elm").expect("a name");
        let order = InstallationCommand::OrderAccount { account, name };
        apply(&store, operate(ApiKeyId(Uuid::nil()), order)).await;
        let operators: Vec<ApiKeyId> = (0..3).map(|_| ApiKeyId(Uuid::now_v7())).collect();
        for operator in &operators {
            let name = PersonName::parse("Olu Operator").expect("a name");
            let appoint = InstallationCommand::AppointOperator { operator: *operator, name };
            apply(&store, operate(*operator, appoint)).await;
        }
        let (asked, interventions) = (Vec::new(), Vec::new());
        let mut history =
            History { store: &store, rng, org, account, operators, asked, interventions };
        let (mut done, mut refused) = (0, BTreeSet::new());
        for _ in 0..size(250, 2_000) {
            let submission = history.next().await;
            match store.execute(submission).await {
                Ok(_) => done += 1,
                Err(ExecuteError::Rejected(rejection)) => {
                    refused.insert(rejection.refusal().code);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(done > 50 && refused.contains("second_person_needed"), "{done} {refused:?}");
        lists_are_their_events(&store).await;
        let there = company(store.reader(), org).await.expect("read").expect("there");
        assert!(there.registered().next().is_some(), "R81, G9");
        bring_up(&store, &[LedgerId::INSTALLATION, org.into()]).await;
        for ledger in [LedgerId::INSTALLATION, org.into()] {
            let verified = projections::verify::verify(store.reader(), ledger, &|_| {}).await;
            let verified = verified.expect("verified");
            assert!(verified.is_clean(), "{verified:?}");
            for view in all_views() {
                let diff = projections::diff::diff(store.reader(), view, ledger, &|_| {}).await;
                assert!(diff.expect("compared").is_clean(), "{}", view.name());
            }
        }
    }
}

/// Each list has the interventions of its own kind, and who asked for one never approved it.
async fn lists_are_their_events(store: &EventStore) {
    let aggregate = [domain::AggregateId::Installation.uuid()];
    let events = store.reader().aggregate_events(LedgerId::INSTALLATION, &aggregate).await;
    let (mut of_accounts, mut of_companies) = (0, 0);
    for recorded in events.expect("read") {
        let domain::Event::Installation(event) = recorded.event else { continue };
        of_accounts += usize::from(matches!(event, InstallationEvent::InterventionRequested(_)));
        of_companies +=
            usize::from(matches!(event, InstallationEvent::OrgInterventionRequested(_)));
    }
    let in_accounts = interventions::list(store.reader()).await.expect("a list");
    let in_companies = org_interventions::list(store.reader()).await.expect("a list");
    assert_eq!((in_accounts.len(), in_companies.len()), (of_accounts, of_companies));
    assert!(of_accounts > 0 && of_companies > 0);
    for found in in_companies {
        let (entry, stage) = (&found.entry, found.entry.stage);
        assert!(entry.first_name.is_some() && entry.reason.is_some(), "opened");
        if ["approved", "carried_out", "refused"].contains(&stage) {
            assert_ne!(entry.decided_by, Some(entry.requested_by), "2.8");
        }
    }
}
