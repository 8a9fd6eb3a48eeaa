//! Applies the files in `migrations/`, forward only.

use crate::database::Database;
use crate::error::StoreError;
use crate::keys::sha256;
use tokio_postgres::Client;

macro_rules! migrations {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../migrations/", $file, ".sql")))),+]
    };
}

/// Name and text of each migration, in order.
const MIGRATIONS: &[(&str, &str)] = migrations![
    "0001_ledgers",
    "0002_events",
    "0003_subject_keys",
    "0004_primary_email_claims",
    "0005_receipts",
    "0006_tokens",
    "0007_outbox",
    "0008_credentials",
    "0009_refused_attempts",
    "0010_view_checkpoints",
    "0011_key_check",
    "0012_job_list",
    "0013_contact_directory",
    "0014_invitations",
    "0015_audit_trail",
    "0016_contact_email_key",
    "0017_no_checks_where_commands_wait",
    "0018_words_by_word",
    "0020_job_list_archived",
    "0021_job_detail",
    "0022_owner_portal",
    "0030_contact_jobs",
    "0031_contact_directory_in_full",
    "0040_postgres_es",
    "0041_contact_leads",
    "0041_lead_view",
    "0042_contact_directory_custom_fields",
    "0044_duplicate_candidates",
    "0045_events_as_text",
    "0050_outbox_sending",
    "0051_mail_log",
    "0060_persons",
    "0061_invitations_overdue",
    "0062_imported_owners",
    "0077_impersonation_credentials",
    "0077_impersonations",
    "0077_refused_attempts_acting_as",
    "0081_profile_images",
    "0082_invitations_reminded",
    "0083_mail_log_bounced",
    "0093_customer_contacts",
    "0094_contact_directory_customers",
    "0094_customers",
    "0095_work_orders",
    "0070_person_directory_given_up",
    "0071_email_change_tokens",
    "0072_outbox_kinds_of_email_changes",
    "0073_staff",
    "0074_second_factors",
    "0075_operators",
    "0078_owner_items",
    "0079_kinds_of_mail",
    "0084_portal_link_tokens",
    "0085_portal_links",
    "0086_portal_views",
    "0087_kind_of_mail_with_a_portal_link",
    "0096_email_moves",
    "0100_org_users",
    "0101_org_user_tokens",
    "0102_project_invitation_tokens",
    "0103_sessions_of_orgs",
    "0104_org_domains",
    "0105_kinds_of_mail_of_trades",
    "0110_document_files",
    "0111_documents",
    "0107_subcontractors",
    "0108_sub_org_directory",
    "0112_email_conflicts",
];

const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
     name text NOT NULL PRIMARY KEY, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL)";

/// Brings the database up to date. Several processes may do so at once: they take turns.
pub async fn migrate(database: &Database) -> Result<(), StoreError> {
    let mut client = database.own_connection(None).await?;
    // Two processes that create the table at the same moment may collide in the catalogue.
    if client.batch_execute(MIGRATIONS_TABLE).await.is_err() {
        client.batch_execute(MIGRATIONS_TABLE).await.map_err(StoreError::database("migrating"))?;
    }
    for (name, text) in MIGRATIONS {
        apply(&mut client, name, text).await?;
    }
    Ok(())
}

async fn apply(client: &mut Client, name: &'static str, text: &str) -> Result<(), StoreError> {
    let failed = |error: tokio_postgres::Error| StoreError::Migration {
        name,
        why: error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned()),
    };
    let hash = sha256(text.as_bytes());
    let turn = client.transaction().await.map_err(failed)?;
    turn.batch_execute("LOCK TABLE schema_migrations IN EXCLUSIVE MODE").await.map_err(failed)?;
    let applied = turn
        .query_opt("SELECT sha256 FROM schema_migrations WHERE name = $1", &[&name])
        .await
        .map_err(failed)?;
    match applied {
        Some(row) if row.get::<_, Vec<u8>>(0) == hash => return Ok(()),
        Some(_) => {
            let why = "the file has changed since it was applied".to_owned();
            return Err(StoreError::Migration { name, why });
        }
        None => {}
    }
    turn.batch_execute(text).await.map_err(failed)?;
    let now = crate::store::system_clock().moment();
    turn.execute(
        "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES ($1, $2, $3)",
        &[&name, &hash.as_slice(), &now],
    )
    .await
    .map_err(failed)?;
    turn.commit().await.map_err(failed)?;
    tracing::info!(migration = name, "applied");
    Ok(())
}
