//! The tables as `migrations/README.md` promises them.

use crate::support::fresh_database;

/// The migrations' own book-keeping is made before there are migrations, and is no tenant's.
const OWN: &str = "schema_migrations";

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_is_commented() {
    let database = fresh_database().await;
    let client = database.client().await;
    let bare = "SELECT c.relname::text || coalesce('.' || a.attname, '') FROM pg_class c \
                CROSS JOIN LATERAL (SELECT 0 AS attnum, NULL AS attname UNION ALL \
                    SELECT attnum, attname FROM pg_attribute \
                    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a \
                LEFT JOIN pg_description d ON d.objoid = c.oid \
                    AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum \
                WHERE c.relnamespace IN ('public'::regnamespace, 'postgres_es'::regnamespace) \
                    AND c.relkind IN ('r', 'p', 'v') \
                    AND c.relname <> $1 AND coalesce(d.description, '') = '' ORDER BY 1";
    let rows = client.query(bare, &[&OWN]).await.expect("the catalogue");
    let bare: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(bare.is_empty(), "no comment on {bare:?}");
}

/// What is one over all tenants is distributed by that.
const BESIDE: [(&str, &str); 3] = [
    ("person_directory", "email_hash"),
    ("throttles", "subject_hash"),
    ("org_domains", "domain_hash"),
];

/// Architecture §4, written to be distributed.
#[tokio::test(flavor = "multi_thread")]
async fn every_key_begins_with_the_ledger() {
    let database = fresh_database().await;
    let client = database.client().await;
    let keys = "SELECT c.relname::text, i.relname::text, x.indisprimary, a.attname::text \
                FROM pg_class c \
                LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisunique \
                LEFT JOIN pg_class i ON i.oid = x.indexrelid \
                LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] \
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') \
                    AND c.relname <> $1 ORDER BY 1, 3 DESC NULLS LAST";
    let rows = client.query(keys, &[&OWN]).await.expect("the catalogue");
    assert!(rows.len() >= 11, "the scan sees the tables");
    for row in rows {
        let (table, index): (String, Option<String>) = (row.get(0), row.get(1));
        let first: Option<String> = row.get(3);
        let own = BESIDE.iter().find(|(beside, _)| *beside == table).map(|(_, key)| *key);
        assert_eq!(first.as_deref(), own.or(Some("ledger_id")), "{table}, key {index:?}");
    }
    let triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal";
    let triggers: i64 = client.query_one(triggers, &[]).await.expect("the catalogue").get(0);
    let sequences = "SELECT count(*) FROM pg_class WHERE relkind = 'S'";
    let sequences: i64 = client.query_one(sequences, &[]).await.expect("the catalogue").get(0);
    assert_eq!((triggers, sequences), (0, 0), "no triggers and no sequences");
}

/// Applying them once more changes nothing, and an edited one is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_applied_migration_is_not_edited() {
    let database = fresh_database().await;
    let client = database.client().await;
    let store = event_store::Database::new(database.url(), 1).expect("a valid address");
    event_store::migrate::migrate(&store).await.expect("nothing is left to apply");
    let files = std::fs::read_dir(super::sources::workspace().join("migrations"));
    let files = files.expect("the migrations").flatten();
    let files = files.filter(|f| f.path().extension().is_some_and(|ext| ext == "sql")).count();
    let applied: i64 =
        client.query_one("SELECT count(*) FROM schema_migrations", &[]).await.expect("rows").get(0);
    assert_eq!(usize::try_from(applied).ok(), Some(files), "every file is applied");

    let edit = "UPDATE schema_migrations SET sha256 = '\\x00' WHERE name = '0002_events'";
    client.execute(edit, &[]).await.expect("an edit");
    let refused = event_store::migrate::migrate(&store).await;
    let error = refused.expect_err("an edited migration is refused").to_string();
    assert!(error.contains("0002_events"), "{error}");
}
