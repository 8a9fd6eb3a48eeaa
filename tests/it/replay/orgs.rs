//! Ledgers of subcontractors' companies: they verify and replay, somebody is always left in them, and who
//! can sign in and with which links is what their events tell of.

use super::{bring_up, viewed};
use crate::support::{apply, email, name, rng, size};
use domain::subcontractor_org::{
    NewSubUser, SubcontractorOrg, SubcontractorOrgCommand as C, SupportAssignment,
};
use domain::text::CompanyName;
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, InterventionId, JoinRequestId,
    LedgerId, OrgId, PersonId, Reason, SubUserId, SubcontractorId, TokenId,
};
use event_store::{EventStore, ExecuteError, Submission};
use projections::all_views;
use projections::diff::diff;
use projections::rebuild::rebuild;
use projections::verify::verify;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use std::collections::BTreeSet;
use uuid::Uuid;

fn by(actor: Actor, authority: Authority) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Web,
        client: "192.0.2.8".parse().ok(),
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}

fn submission(org: OrgId, command: C, by: Circumstances) -> Submission {
    let makes_secret = command.makes_secret();
    let submission = Submission::new(org.into(), Command::SubcontractorOrg(org, command), by);
    if makes_secret { submission.with_secret().expect("random bytes") } else { submission }
}

fn who(number: u64) -> NewSubUser {
    NewSubUser {
        first_name: name("Ann"),
        last_name: name("Ridge"),
        email: email(&format!("user{number}@ridge.example")),
    }
}

/// What there is of one company.
struct Company {
    org: OrgId,
    users: Vec<(SubUserId, TokenId)>,
    requests: Vec<JoinRequestId>,
    made: u64,
}

impl Company {
    async fn found(store: &EventStore) -> Self {
        let (org, user) = (OrgId(Uuid::now_v7()), SubUserId(Uuid::now_v7()));
        store.ensure_ledger(org.into(), "subcontractor_org").await.expect("a ledger");
        let name = CompanyName::parse("Ridge & Söhne").expect("a name");
        let create = C::Create { name, user, who: who(0), person: PersonId(Uuid::now_v7()) };
        apply(store, submission(org, create, by(Actor::SubUser(user), Authority::Owner))).await;
        let users = vec![(user, TokenId(Uuid::now_v7()))];
        Self { org, users, requests: Vec::new(), made: 0 }
    }

    /// Somebody new, mostly at an address that nobody has.
    fn who(&mut self, rng: &mut StdRng) -> NewSubUser {
        self.made += 1;
        who(if rng.random_bool(0.8) { self.made } else { 1 })
    }

    fn next(&mut self, rng: &mut StdRng) -> Submission {
        let org = self.org;
        let token = TokenId(Uuid::now_v7());
        let (asker, _) = *self.users.choose(rng).expect("a user");
        let as_user = by(Actor::SubUser(asker), Authority::SubUser { org, user: asker });
        let (user, link) = *self.users.choose(rng).expect("a user");
        let by_link = by(Actor::SubUser(user), Authority::Owner);
        let person = PersonId(Uuid::now_v7());
        let system = by(Actor::System, Authority::System);
        match rng.random_range(0..20) {
            0..=3 => {
                let new = SubUserId(Uuid::now_v7());
                let who = self.who(rng);
                self.users.push((new, token));
                submission(org, C::InviteUser { user: new, who, token }, as_user)
            }
            4..=7 => submission(org, C::JoinByInvite { user, token: link, person }, by_link),
            8 => submission(org, C::DeclineUserInvite { user, token: link }, by_link),
            9 => {
                self.users.retain(|(there, _)| *there != user);
                self.users.push((user, token));
                submission(org, C::ResendUserInvite { user, token }, as_user)
            }
            10 => submission(org, C::CancelUserInvite(user), as_user),
            11 => submission(org, C::ExpireUserInvite(user), system),
            12 | 13 => submission(org, C::RemoveUser(user), as_user),
            14 | 15 => {
                let request = JoinRequestId(Uuid::now_v7());
                self.requests.push(request);
                let join = C::RequestToJoin { request, who: self.who(rng), person };
                submission(org, join, by(Actor::SubUser(request.into()), Authority::Owner))
            }
            16 | 17 => {
                let request = self.requests.choose(rng).copied();
                let request = request.unwrap_or(JoinRequestId(Uuid::now_v7()));
                let approves = rng.random_bool(0.7);
                if approves {
                    self.users.push((request.into(), token));
                }
                let answer =
                    if approves { C::ApproveJoin(request) } else { C::RejectJoin(request) };
                submission(org, answer, as_user)
            }
            18 => {
                let new = SubUserId(Uuid::now_v7());
                let intervention = InterventionId(Uuid::now_v7());
                let (who, replaces) = (self.who(rng), Some(user));
                self.users.push((new, token));
                let assignment =
                    SupportAssignment { intervention, user: new, who, token, replaces };
                let operator = Actor::Operator(domain::ApiKeyId(Uuid::now_v7()));
                let mut support = by(operator, Authority::Support);
                support.reason = Reason::parse("Ann has left").ok();
                submission(org, C::AssignPrimaryContactBySupport(assignment), support)
            }
            _ => {
                let (account, subcontractor) =
                    (AccountId(Uuid::now_v7()), SubcontractorId(Uuid::now_v7()));
                let link = C::LinkGeneralContractor { account, subcontractor };
                let rename = C::Rename(CompanyName::parse("Ridge").expect("a name"));
                submission(org, if rng.random_bool(0.5) { link } else { rename }, as_user)
            }
        }
    }
}

/// The company as its events made it.
async fn folded(store: &EventStore, org: OrgId) -> SubcontractorOrg {
    let mut folded: Option<SubcontractorOrg> = None;
    let events = store.reader().aggregate_events(org.into(), &[org.0]).await.expect("events");
    for recorded in events {
        let (id, event) = recorded.subcontractor_org().expect("the company's event");
        match &mut folded {
            Some(org) => org.apply(event).expect("follows"),
            None => folded = Some(SubcontractorOrg::from_first(id, event).expect("a first one")),
        }
        // G9: whatever happened, somebody can sign in.
        assert!(folded.as_ref().is_some_and(|org| org.registered().next().is_some()));
    }
    folded.expect("a company")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_random_life_of_companies_verifies_and_always_leaves_somebody_in() {
    let (_database, store) = viewed().await;
    let mut rng = rng(61);
    let (mut refused, mut carried_out) = (0, 0);
    for _ in 0..size(3, 20) {
        let mut company = Company::found(&store).await;
        for _ in 0..120 {
            match store.execute(company.next(&mut rng)).await {
                Ok(_) => carried_out += 1,
                Err(ExecuteError::Rejected(_)) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        let ledger = LedgerId::from(company.org);
        bring_up(&store, &[ledger]).await;
        let verified = verify(store.reader(), ledger, &|_| {}).await.expect("verified");
        assert!(verified.is_clean(), "{verified:?}");
        for view in all_views() {
            rebuild(store.reader(), view, ledger, Uuid::now_v7(), &|_| {}).await.expect("rebuilt");
            let compared = diff(store.reader(), view, ledger, &|_| {}).await.expect("compared");
            assert!(compared.is_clean(), "{}: {compared:?}", view.name());
        }
        let org = folded(&store, company.org).await;
        for (user, _) in &company.users {
            let stored = store.org_user(company.org, *user).await.expect("looked up");
            let told = org.users.get(user).and_then(domain::subcontractor_org::SubUser::person);
            assert_eq!(stored, told, "who signs in as {user}");
        }
        let now: BTreeSet<SubUserId> = org.registered().map(|(user, ..)| user).collect();
        for (user, person, _) in org.registered() {
            let found = store.org_user_of(company.org, person).await.expect("looked up");
            assert!(found == Some(user) && now.contains(&user));
        }
    }
    assert!(refused > 30 && carried_out > 60, "{carried_out} carried out, {refused} refused");
}
