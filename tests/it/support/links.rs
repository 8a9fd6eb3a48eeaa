//! The links in mails that wait to be sent, as their readers would see them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_store::EventStore;
use serde_json::Value;
use uuid::Uuid;

/// A mail with a link.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// The mail, and the link.
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) to: String,
    /// The link's last part; empty where it holds no link, or none any more.
    pub(crate) link: String,
}

/// The mails that were ordered for a contact, a member of the staff or a person, the oldest first, but
/// for those that tell of something new.
pub(crate) async fn mails(store: &EventStore, ledger: Uuid, subject: Uuid) -> Vec<Mail> {
    let reader = store.reader();
    let client = reader.database().connection().await.expect("a connection");
    let sql = "SELECT mail_id, kind, sealed FROM outbox \
               WHERE ledger_id = $1 AND contact_id = $2 \
                 AND kind NOT IN ('new_message', 'new_todo', 'new_task') ORDER BY position";
    let rows = client.query(sql, &[&ledger, &subject]).await.expect("the mails");
    let mail = |row: &tokio_postgres::Row| {
        let (id, kind, sealed): (Uuid, String, Option<Vec<u8>>) =
            (row.get(0), row.get(1), row.get(2));
        // What was sent meanwhile has no link here any more: a sender that runs keeps it elsewhere.
        let Some(sealed) = sealed else {
            return Some(Mail { id, kind, to: String::new(), link: String::new() });
        };
        let opened = reader.keys().open(&sealed, id.as_bytes()).expect("it opens");
        let opened: Value = serde_json::from_slice(&opened).expect("JSON");
        let text = |field: &str| opened[field].as_str().map(str::to_owned);
        let prefix = match kind.as_str() {
            "password_reset" => "tbr",
            "primary_email_change" => "tbc",
            "staff_invitation" => "tbw",
            "portal_link" => "tbp",
            "project_invitation" => "tbj",
            "sub_user_invitation" => "tbu",
            _ => "tbi",
        };
        let ledger = URL_SAFE_NO_PAD.encode(ledger.as_bytes());
        // Some mails have no link.
        let secret = opened["secret"].as_str();
        let link = secret.map(|secret| format!("{prefix}_{ledger}_{secret}")).unwrap_or_default();
        Some(Mail { id, kind, to: text("to")?, link })
    };
    rows.iter().filter_map(mail).collect()
}
