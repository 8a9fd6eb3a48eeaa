//! Ledgers of persons: they verify, no builder's view takes anything from them, and what stands
//! beside them is what their events tell of.

use super::{all_tuples, bring_up, viewed};
use crate::races::hold_head;
use crate::support::{audit, email, rng, size};
use domain::person::{EmailChangeCommand, PersonCommand, PersonEvent as E, RECOVERY_CODES};
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, ContactId, CredentialId, Event,
    FactorId, LedgerId, OrgId, PersonId, SessionId, StaffId, SubUserId, TokenId,
};
use event_store::{EventStore, ExecuteError, PasswordHash, Submission};
use projections::all_views;
use projections::diff::diff;
use projections::rebuild::rebuild;
use projections::verify::verify;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

fn submission(person: PersonId, command: PersonCommand) -> Submission {
    let makes_secret = match &command {
        PersonCommand::LogIn(_)
        | PersonCommand::LogInAsStaff { .. }
        | PersonCommand::LogInForOrg { .. }
        | PersonCommand::RequestReset(_)
        | PersonCommand::EnableSecondFactor(_) => true,
        PersonCommand::EmailChange(step) => step.makes_link(),
        PersonCommand::Register { .. }
        | PersonCommand::TakeOver(_)
        | PersonCommand::Link { .. }
        | PersonCommand::LinkStaff { .. }
        | PersonCommand::LinkOrg { .. }
        | PersonCommand::DisableSecondFactor(_)
        | PersonCommand::UseRecoveryCode { .. }
        | PersonCommand::Revoke(_)
        | PersonCommand::RevokeAll
        | PersonCommand::CompleteReset { .. } => false,
    };
    let by = Circumstances {
        actor: Actor::Owner(person),
        authority: Authority::Owner,
        acting_as: None,
        channel: Channel::Portal,
        client: "192.0.2.7".parse().ok(),
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    let mut submission = Submission::new(person.into(), Command::Person(person, command), by);
    // A store takes any hash; whether it is one, is the door's.
    submission.password = Some(PasswordHash::new(format!("$none${}", Uuid::now_v7())));
    if makes_secret { submission.with_secret().expect("random bytes") } else { submission }
}

async fn register(store: &EventStore, number: u64) -> PersonId {
    let person = PersonId(Uuid::from_u64_pair(77, number));
    store.ensure_ledger(person.into(), "person").await.expect("a ledger");
    let email = email(&format!("person{number}@example.org"));
    let register = PersonCommand::Register { email, credential: CredentialId(Uuid::now_v7()) };
    crate::support::apply(store, submission(person, register)).await;
    person
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_random_life_of_persons_verifies_and_reaches_no_builders_view() {
    let (database, store) = viewed().await;
    let mut rng = rng(60);
    let mut refused = 0;
    for number in 0..size(3, 20) {
        let person = register(&store, number).await;
        let (mut sessions, mut tokens) = (Vec::new(), vec![TokenId(Uuid::now_v7())]);
        let mut changes = vec![TokenId(Uuid::now_v7())];
        let factors = [0; 2].map(|_| FactorId(Uuid::now_v7()));
        let links: Vec<_> = (0..3).map(|_| (Uuid::now_v7(), Uuid::now_v7())).collect();
        for _ in 0..80 {
            let account = AccountId(links[0].0);
            let staff = StaffId(links[1].0);
            let (org, user) = (OrgId(links[2].0), SubUserId(links[2].1));
            let command = match rng.random_range(0..20) {
                0 | 1 => {
                    let (account, contact) = *links.choose(&mut rng).expect("a contact");
                    PersonCommand::Link { account: AccountId(account), contact: ContactId(contact) }
                }
                2..=4 => {
                    sessions.push(SessionId(Uuid::now_v7()));
                    PersonCommand::LogIn(sessions[sessions.len() - 1])
                }
                5 => PersonCommand::Revoke(
                    sessions.choose(&mut rng).copied().unwrap_or(SessionId(Uuid::now_v7())),
                ),
                6 => PersonCommand::RevokeAll,
                7 | 8 => {
                    tokens.push(TokenId(Uuid::now_v7()));
                    PersonCommand::RequestReset(tokens[tokens.len() - 1])
                }
                12 => PersonCommand::LinkStaff { account, staff },
                13 => {
                    let session = SessionId(Uuid::now_v7());
                    PersonCommand::LogInAsStaff { session, account, staff }
                }
                18 => PersonCommand::LinkOrg { org, user },
                19 => {
                    let session = SessionId(Uuid::now_v7());
                    PersonCommand::LogInForOrg { session, org, user }
                }
                14 => PersonCommand::EnableSecondFactor(
                    *factors.choose(&mut rng).expect("a second factor"),
                ),
                15 => PersonCommand::DisableSecondFactor(
                    *factors.choose(&mut rng).expect("a second factor"),
                ),
                16 | 17 => PersonCommand::UseRecoveryCode {
                    factor: *factors.choose(&mut rng).expect("a second factor"),
                    number: rng.random_range(1..12),
                },
                9 | 10 => PersonCommand::CompleteReset {
                    token: *tokens.choose(&mut rng).expect("a token"),
                    credential: CredentialId(Uuid::now_v7()),
                },
                11 => PersonCommand::Register {
                    email: email("eve@example.org"),
                    credential: CredentialId(Uuid::now_v7()),
                },
                _ => {
                    let stored = store.password(person).await.expect("the password");
                    let shown = stored.expect("there is one").credential;
                    PersonCommand::EmailChange(email_change(&mut rng, &mut changes, shown))
                }
            };
            match store.execute(submission(person, command)).await {
                Ok(_) => {}
                Err(ExecuteError::Rejected(_)) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        bring_up(&store, &[person.into()]).await;
        replays(&store, person).await;
        beside_is_as_told(&store, person).await;
    }
    assert!(refused > 10, "{refused} refusals are too few");
    let trail: Vec<_> = all_tuples(&database.client().await).await;
    // What happened, and the mails with links to reset passwords, all in the persons' own ledgers.
    let own = |row: &&String| !row.starts_with("audit_trail") && !row.starts_with("mail_log");
    let beside: Vec<_> = trail.iter().filter(own).collect();
    assert!(!trail.is_empty() && beside.is_empty(), "in a builder's view: {beside:?}");
}

/// A step of a change of the primary email, by a new link or one of the last two.
fn email_change(
    rng: &mut StdRng,
    links: &mut Vec<TokenId>,
    shown: CredentialId,
) -> EmailChangeCommand {
    let to = email(&format!("another{}@example.org", rng.random_range(0..3)));
    let recent = links.len().saturating_sub(2);
    let token = *links[recent..].choose(rng).expect("a link");
    match rng.random_range(0..6) {
        0 => {
            links.push(TokenId(Uuid::now_v7()));
            EmailChangeCommand::Request { token: links[links.len() - 1], to, shown }
        }
        1 | 2 => EmailChangeCommand::Begin(token),
        3 => EmailChangeCommand::Complete(token),
        4 => EmailChangeCommand::Refuse { token, account: None },
        _ => {
            links.push(TokenId(Uuid::now_v7()));
            let token = links[links.len() - 1];
            EmailChangeCommand::BeginWithInvitation { token, to, shown }
        }
    }
}

async fn replays(store: &EventStore, person: PersonId) {
    let ledger = LedgerId::from(person);
    let verified = verify(store.reader(), ledger, &|_| {}).await.expect("verified");
    assert!(verified.is_clean(), "{verified:?}");
    for view in all_views() {
        let compared = diff(store.reader(), view, ledger, &|_| {}).await.expect("compared");
        assert!(compared.is_clean(), "{}: {compared:?}", view.name());
        let run = Uuid::now_v7();
        rebuild(store.reader(), view, ledger, run, &|_| {}).await.expect("rebuilt");
        let compared = diff(store.reader(), view, ledger, &|_| {}).await.expect("compared");
        assert!(compared.is_clean(), "{}: {compared:?}", view.name());
    }
}

/// Sessions and the password are those that the events left.
async fn beside_is_as_told(store: &EventStore, person: PersonId) {
    let (mut sessions, mut credential) = (BTreeSet::new(), None);
    let mut codes = BTreeSet::new();
    audit(store.reader(), person.into(), |recorded| {
        let Event::Person(event) = &recorded.event else { return };
        match event {
            E::LoggedIn(begun) => {
                sessions.insert(begun.session);
            }
            E::StaffSessionBegun(begun) => {
                sessions.insert(begun.session);
            }
            E::OrgSessionBegun(begun) => {
                sessions.insert(begun.session);
            }
            E::SecondFactorEnabled(e) => {
                codes = (1..=RECOVERY_CODES).map(|number| (e.factor.0, number)).collect();
            }
            E::SecondFactorDisabled(_) => codes.clear(),
            E::RecoveryCodeUsed(e) => assert!(codes.remove(&(e.factor.0, e.number))),
            E::SessionRevoked(ended) => {
                sessions.remove(&ended.session);
            }
            E::SessionsRevoked(_) => sessions.clear(),
            E::CredentialsSet(set) => credential = Some(set.credential),
            E::PersonRegistered(_)
            | E::ContactLinked(_)
            | E::StaffLinked(_)
            | E::OrgLinked(_)
            | E::PasswordResetRequested(_)
            | E::PasswordResetCompleted(_)
            | E::PrimaryEmailChangeRequested(_)
            | E::PrimaryEmailChangeBegun(_)
            | E::PrimaryEmailChangeRefused(_)
            | E::LoginEmailChanged(_) => {}
        }
    })
    .await;
    let stored = store.sessions(person).await.expect("the sessions");
    assert_eq!(stored.iter().map(|s| s.session).collect::<BTreeSet<_>>(), sessions);
    let stored = store.password(person).await.expect("the password");
    assert_eq!(stored.map(|stored| stored.credential), credential);
    let client = store.reader().database().connection().await.expect("a connection");
    let left = "SELECT factor_id, number FROM recovery_codes WHERE ledger_id = $1";
    let left = client.query(left, &[&person.0]).await.expect("the codes");
    let left = left
        .iter()
        .map(|row| (row.get::<_, Uuid>(0), u8::try_from(row.get::<_, i16>(1)).expect("a number")));
    assert_eq!(left.collect::<BTreeSet<_>>(), codes);
}

/// In one turn the order of the commands counts: who signed in before all sessions ended is out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_begin_and_end_in_one_turn_end_in_their_order() {
    let (database, store) = viewed().await;
    let person = register(&store, 1).await;
    let [first, second, third, fourth] = [0; 4].map(|_| SessionId(Uuid::now_v7()));
    let held = hold_head(&database, person.into()).await;
    let commands = [
        PersonCommand::LogIn(first),
        PersonCommand::RevokeAll,
        PersonCommand::LogIn(second),
        PersonCommand::LogIn(third),
        PersonCommand::Revoke(second),
        PersonCommand::LogIn(fourth),
        PersonCommand::Revoke(fourth),
    ];
    let turn = tokio::spawn({
        let store = store.clone();
        async move {
            let sent = commands.map(|command| store.execute(submission(person, command)));
            futures_util::future::join_all(sent).await
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.batch_execute("COMMIT").await.expect("the head is let go");
    for answer in turn.await.expect("the turn ends") {
        answer.expect("carried out");
    }
    let left = store.sessions(person).await.expect("the sessions");
    assert_eq!(left.iter().map(|session| session.session).collect::<Vec<_>>(), [third]);
    beside_is_as_told(&store, person).await;
}
