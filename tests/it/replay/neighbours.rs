//! The log as neighbours read it: stock postgres-es over the view `postgres_es.events`.

use super::random::RandomHistory;
use super::viewed;
use crate::support::Account;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate as _, AggregateContext as _, EventStore as _};
use domain::contact::ContactAggregate;
use domain::{AggregateId, Event};
use event_store::reader::sealed_events_after;
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeMap;

/// A pool whose connections find tables in this schema first.
pub(super) async fn pool(url: &str, schema: &str) -> PgPool {
    let mut options = PgConnectOptions::new().options([("search_path", schema)]);
    for (name, value) in url.split(' ').filter_map(|pair| pair.split_once('=')) {
        options = match name {
            "host" => options.socket(value),
            "port" => options.port(value.parse().expect("a port")),
            "user" => options.username(value),
            "dbname" => options.database(value),
            _ => options,
        };
    }
    PgPoolOptions::new().max_connections(2).connect_with(options).await.expect("a pool")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_unmodified_repository_reads_every_contact_with_its_history() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 91).await;
    RandomHistory::new(&account, 91).run(&store, 400).await;
    let client = database.client().await;
    let sealed = sealed_events_after(&client, account.ledger, 0, 10_000).await.expect("read");
    let mut contacts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for recorded in &sealed {
        if let (AggregateId::Contact(id), Event::Contact(event)) =
            (recorded.aggregate, &recorded.event)
        {
            contacts.entry(id).or_default().push((recorded, event.clone()));
        }
    }
    assert!(contacts.len() > 15, "contacts worth reading");
    let repository = PostgresEventRepository::new(pool(database.url(), "postgres_es").await);
    let neighbour = PersistedEventStore::<_, ContactAggregate>::new_event_store(repository);
    let mut whole = 0;
    for (id, ours) in &contacts {
        let theirs = neighbour.load_events(&id.to_string()).await.expect("it reads them");
        assert_eq!(theirs.len(), ours.len());
        for (envelope, (recorded, event)) in theirs.iter().zip(ours) {
            // Personal values stay sealed; all else is there.
            assert_eq!(&envelope.payload, event);
            assert_eq!(u64::try_from(envelope.sequence).ok(), Some(recorded.sequence));
            let metadata = |name: &str| envelope.metadata.get(name).map(String::as_str);
            assert_eq!(metadata("position"), Some(&*recorded.position.to_string()));
            assert_eq!(metadata("ledger"), Some(&*account.ledger.to_string()));
            assert_eq!(metadata("at"), Some(&*recorded.recorded_at.to_string()));
            assert_eq!(metadata("channel"), Some(recorded.origin.channel.word()));
            assert!(metadata("actor").is_some() && metadata("payload").is_none());
        }
        let mut loaded = neighbour.load_aggregate(&id.to_string()).await.expect("it folds them");
        let mut folded = ContactAggregate::default();
        for (_, event) in ours {
            folded.apply(event.clone());
        }
        let loaded = loaded.aggregate();
        assert_eq!((&loaded.contact, &loaded.impossible), (&folded.contact, &folded.impossible));
        // An event that names one of several addresses cannot find it among sealed ones.
        whole += usize::from(loaded.impossible.is_none());
    }
    assert!(whole * 2 > contacts.len(), "{whole} of {} fold while sealed", contacts.len());
    let nobody = neighbour.load_events(&account.contact_id().to_string()).await;
    assert!(nobody.expect("it reads nothing").is_empty());
}

/// `ContactEvent` as a neighbour reads it: by the stored type, whatever events come.
#[test]
fn every_contact_event_is_read_under_its_stored_type() {
    for (stored_type, version) in domain::contact::ContactEvent::TYPES {
        let name = stored_type.trim_start_matches("contact.");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/golden/contact");
        let golden = format!("{folder}/{name}.v{version}.json");
        let golden = std::fs::read_to_string(golden).expect("a golden file");
        let golden: serde_json::Value = serde_json::from_str(&golden).expect("JSON");
        let tagged = serde_json::json!({ *stored_type: golden["payload"] });
        let read: domain::contact::ContactEvent =
            serde_json::from_value(tagged).expect("the shape of the view");
        assert_eq!(read.stored_type(), *stored_type);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_through_the_view() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 92).await;
    let client = database.client().await;
    for write in [
        "DELETE FROM postgres_es.events",
        "UPDATE postgres_es.events SET sequence = sequence + 1",
        "INSERT INTO postgres_es.events (sequence, event_type) VALUES (1, 'x')",
    ] {
        client.execute(write, &[]).await.expect_err(write);
    }
    let head = store.reader().head(account.ledger).await.expect("read").expect("there");
    let rows = store.reader().rows_after(account.ledger, 0, 100).await.expect("rows");
    assert_eq!(u64::try_from(rows.len()).ok(), Some(head.position));
}
