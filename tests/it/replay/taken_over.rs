//! `replay-tool import`: a log that the stock crate wrote becomes part of a ledger.

use super::neighbours::pool;
use super::{bring_up, viewed};
use crate::support::account::details;
use crate::support::{Account, TestDatabase, apply, name};
use domain::contact::{AcceptProof, ContactAggregate, ContactCommand, Given, InfoEdit, InviteIds};
use domain::{
    Actor, ApiKeyId, Authority, Channel, Circumstances, ContactId, Event, InvitationId, PersonId,
    TokenId,
};
use event_store::{EventStore, StockLog, system_clock};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use projections::verify::verify;
use replay_tool::import::{Imported, import};
use uuid::Uuid;

/// The log's table as postgres-es 0.5 wants it.
const TABLE: &str = "CREATE SCHEMA stock; CREATE TABLE stock.events (
    aggregate_type text                         NOT NULL,
    aggregate_id   text                         NOT NULL,
    sequence       bigint CHECK (sequence >= 0) NOT NULL,
    event_type     text                         NOT NULL,
    event_version  text                         NOT NULL,
    payload        json                         NOT NULL,
    metadata       json                         NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence));";

/// A program that uses the stock crate.
struct Neighbour {
    cqrs: PostgresCqrs<ContactAggregate>,
    log: StockLog,
}

impl Neighbour {
    async fn beside(database: &TestDatabase) -> Self {
        database.client().await.batch_execute(TABLE).await.expect("a table");
        let cqrs = postgres_cqrs(pool(database.url(), "stock").await, Vec::new(), ());
        let log = StockLog::open(database.url(), "stock.events").await.expect("a log");
        Self { cqrs, log }
    }

    async fn execute(&self, id: ContactId, command: ContactCommand) {
        let person = PersonId(id.0);
        let own = matches!(command, ContactCommand::AcceptInvite { .. });
        let (actor, authority) = if own {
            (Actor::Owner(person), Authority::Owner)
        } else {
            (Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::admin())
        };
        let circumstances = Circumstances {
            actor,
            authority,
            acting_as: None,
            channel: Channel::Api,
            client: None,
            correlation: Uuid::now_v7(),
            causation: None,
            reason: None,
        };
        let given = Given { id, command, circumstances, now: system_clock() };
        self.cqrs.execute(&id.to_string(), given).await.expect("accepted");
    }

    /// Creates a contact, invites it, and lets it accept.
    async fn owner(&self, named: &str, address: &str) -> ContactId {
        let id = self.invited(named, address).await;
        let token = TokenId(id.0);
        let proof = AcceptProof::Link;
        self.execute(id, ContactCommand::AcceptInvite { token, person: PersonId(id.0), proof })
            .await;
        id
    }

    async fn invited(&self, named: &str, address: &str) -> ContactId {
        let id = ContactId(Uuid::now_v7());
        self.execute(id, ContactCommand::Create(details(named, Some(address)))).await;
        let ids = InviteIds { invitation: InvitationId(id.0), token: TokenId(id.0) };
        self.execute(id, ContactCommand::SendInvite(ids)).await;
        id
    }

    async fn rename(&self, id: ContactId, named: &str) {
        let edit = InfoEdit { name: Some(name(named)), ..InfoEdit::default() };
        self.execute(id, ContactCommand::EditInfo(edit)).await;
    }
}

async fn events(store: &EventStore, account: &Account) -> Vec<event_store::Recorded> {
    store.reader().events_after(account.ledger, 0, 10_000).await.expect("read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stock_log_is_taken_over_event_by_event_and_again_changes_nothing() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 61).await;
    let neighbour = Neighbour::beside(&database).await;
    let owner = neighbour.owner("Ada Example", "ada@example.org").await;
    // Claimed in between what another one holds at the end, and gave it back.
    let passed = neighbour.invited("Bea Sample", "ada@example.org").await;
    neighbour.execute(passed, ContactCommand::CancelInvite).await;
    neighbour.rename(passed, "Bea Renamed").await;
    let pending = neighbour.invited("Cem Mock", "cem@example.org").await;
    let first = import(&store, &neighbour.log, account.ledger).await.expect("taken over");
    assert_eq!((first.contacts, first.appended), (3, first.events));

    let here = events(&store, &account).await;
    let taken: Vec<_> = here.iter().filter(|e| matches!(e.event, Event::Contact(_))).collect();
    assert_eq!(u64::try_from(taken.len()).ok(), Some(first.events));
    assert!(taken.iter().all(|e| e.origin.channel == Channel::Import));
    assert!(taken.iter().all(|e| e.origin.actor == Actor::System));
    // Nothing personal is in the log in the clear, nobody is mailed, and no link is made.
    let client = database.client().await;
    let clear = "SELECT count(*) FROM events WHERE event::text LIKE ANY \
                 ('{%example.org%,%Ada Example%,%Bea %,%Cem Mock%}')";
    let beside = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM tokens)";
    for none in [clear, beside] {
        assert_eq!(
            client.query_one(none, &[]).await.expect("a count").get::<_, i64>(0),
            0,
            "{none}"
        );
    }
    bring_up(&store, &[account.ledger]).await;
    let verified = verify(store.reader(), account.ledger, &|_| {}).await.expect("verified");
    assert!(verified.is_clean(), "{verified:?}");
    let claims = "SELECT contact_id FROM primary_email_claims ORDER BY contact_id";
    let claims = client.query(claims, &[]).await.expect("claims");
    let claims: Vec<Uuid> = claims.iter().map(|row| row.get(0)).collect();
    assert_eq!(claims, [owner.0, pending.0]);

    // Again: nothing. More: what is new, and no more.
    let again = import(&store, &neighbour.log, account.ledger).await.expect("taken over");
    assert_eq!(again, Imported { appended: 0, ..first });
    assert_eq!(events(&store, &account).await.len(), here.len());
    neighbour.rename(passed, "Bea Renamed Again").await;
    let more = import(&store, &neighbour.log, account.ledger).await.expect("taken over");
    assert_eq!((more.appended, more.events), (1, first.events + 1));

    // It is a contact like any other from now on.
    apply(&store, account.cancel_invite(pending)).await;
    apply(&store, account.invite(pending)).await;
    apply(&store, account.set_primary(passed, "bea@example.org")).await;
    let stands = import(&store, &neighbour.log, account.ledger).await;
    assert!(stands.expect_err("edited here since").to_string().contains("nothing was taken over"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impossible_step_stops_the_import_before_anything_is_written() {
    let damages = [
        // A second acceptance of the same invitation.
        "INSERT INTO stock.events SELECT aggregate_type, aggregate_id, 1 + (SELECT max(sequence) \
           FROM stock.events l WHERE l.aggregate_id = e.aggregate_id), event_type, event_version, \
           payload, metadata FROM stock.events e WHERE event_type = 'contact.invite_accepted'",
        "DELETE FROM stock.events WHERE event_type = 'contact.invite_sent'",
        "UPDATE stock.events SET event_type = 'contact.invite_declined' \
         WHERE event_type = 'contact.invite_accepted'",
        "UPDATE stock.events SET event_version = '7' WHERE sequence = 2",
        "UPDATE stock.events SET payload = '{\"ContactLevitated\": {}}' WHERE sequence = 2",
        "UPDATE stock.events SET aggregate_type = 'ship' WHERE sequence = 1",
        "UPDATE stock.events SET aggregate_id = 'x' || aggregate_id",
        "UPDATE stock.events SET aggregate_id = gen_random_uuid()::text",
    ];
    for damage in damages {
        let (database, store) = viewed().await;
        let account = Account::open(&store, 62).await;
        let before = events(&store, &account).await.len();
        let neighbour = Neighbour::beside(&database).await;
        neighbour.owner("Ada", "ada@example.org").await;
        database.client().await.batch_execute(damage).await.expect("damaged");
        let stopped = import(&store, &neighbour.log, account.ledger).await;
        let told = format!("{:#}", stopped.expect_err(damage));
        assert!(told.contains("nothing was taken over"), "{told}");
        assert!(!told.contains("ada@"), "{told}");
        assert_eq!(events(&store, &account).await.len(), before, "{damage}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_somebody_holds_here_is_not_taken() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 63).await;
    let here = account.contact_id();
    apply(&store, account.create(here, "Ada", Some("ada@example.org"))).await;
    apply(&store, account.invite(here)).await;
    let neighbour = Neighbour::beside(&database).await;
    let free = neighbour.owner("Bea", "bea@example.org").await;
    let taken = neighbour.owner("Other Ada", "Ada@Example.org").await;
    let refused = import(&store, &neighbour.log, account.ledger).await;
    let told = format!("{:#}", refused.expect_err("the claim is taken"));
    assert!(told.contains(&taken.to_string()) && told.contains("primary_email_claimed"), "{told}");
    // Each contact as a whole or not at all; once nothing stands against it, the import goes on.
    let whose = |id: ContactId| move |e: &&event_store::Recorded| e.aggregate == id.into();
    let there = events(&store, &account).await;
    assert_eq!(there.iter().filter(whose(taken)).count(), 0);
    apply(&store, account.cancel_invite(here)).await;
    import(&store, &neighbour.log, account.ledger).await.expect("taken over");
    let there = events(&store, &account).await;
    for id in [free, taken] {
        assert!(there.iter().filter(whose(id)).count() > 2);
    }
}
