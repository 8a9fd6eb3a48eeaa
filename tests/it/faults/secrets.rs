//! Promises 20 and 23, the part of the store: nothing personal and no secret stands in a table.

use crate::support::account::details;
use crate::support::{Account, Keyed as _, TestDatabase, apply, email, fresh_database, refusal};
use api::mail::{Mailbox, Mailer, Pace, Sender};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::contact::{ContactCommand, ContactDetails};
use domain::{Command, PhoneNumber, PostalAddress, Reason};
use event_store::{EventStore, Submission};
use std::time::{Duration, Instant};

/// Leaves no table out.
pub(crate) const EVERYTHING: &[&str] = &[];

/// Lists are for people to read: a view's tables hold names in the clear, and erasing a person
/// clears them there.
const VIEWS: &[&str] = &["job_list", "contact_directory", "invitations", "mail_log", "audit_trail"];

/// Every row of every table as text, but for those whose names begin so.
pub(crate) async fn dump(database: &TestDatabase, but: &[&str]) -> String {
    let tables = tables(database).await.into_iter();
    let scanned: Vec<String> = tables
        .filter(|(table, _)| !but.iter().any(|view| table.starts_with(view)))
        .map(|(_, rows)| rows)
        .collect();
    assert!(scanned.len() >= 11, "{} tables were scanned", scanned.len());
    scanned.concat()
}

/// The rows of each table as text. Hexadecimal is turned back, so that nothing hides in a `bytea`.
pub(crate) async fn tables(database: &TestDatabase) -> Vec<(String, String)> {
    let client = database.client().await;
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut found = Vec::new();
    for table in client.query(tables, &[]).await.expect("the tables") {
        let table: String = table.get(0);
        let mut text = String::new();
        let all = format!("SELECT t::text FROM {table} t");
        for row in client.query(&all, &[]).await.expect("the rows") {
            let row: String = row.get(0);
            text.extend([table.as_str(), ": ", &row, "\n", &unhex(&row)]);
        }
        found.push((table, text));
    }
    found
}

/// What the `\x…` parts of a row spell.
fn unhex(row: &str) -> String {
    let mut text = String::new();
    for part in row.split("\\x").skip(1) {
        let digits: Vec<char> = part.chars().take_while(char::is_ascii_hexdigit).collect();
        for pair in digits.chunks_exact(2) {
            let byte = u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex");
            text.push(char::from(byte));
        }
        text.push('\n');
    }
    text
}

pub(crate) fn must_not_hold(dump: &str, what: &str, canary: &str) {
    let (dump, canary) = (dump.to_lowercase(), canary.to_lowercase());
    if let Some(at) = dump.find(&canary) {
        let line = dump[..at].rfind('\n').map_or(0, |newline| newline + 1);
        panic!("{what} stands in the clear: {}", &dump[line..at + canary.len()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_email_phone_or_address_stands_in_the_clear() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 12).await;
    let (contact, person) = (account.contact_id(), account.person_id());
    let canaries = ContactDetails {
        additional_emails: vec![email("canary.two@nest.example")],
        phones: vec![PhoneNumber::parse("+1 212 555 0187").expect("a number")],
        address: PostalAddress::parse("77 Canary Row").ok(),
        ..details("Canaria Vogel", Some("Canary.One@nest.example"))
    };
    let create = Command::Contact(contact, ContactCommand::Create(canaries));
    apply(&store, account.staff(create).keyed("create canary", "create")).await;
    let ids = account.invite_ids();
    apply(&store, account.invite_as(contact, ids).keyed("invite canary", "invite")).await;
    let [mail] = &mailed(&store).await.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.to, "Canary.One@nest.example");
    apply(&store, account.accept(person, contact, ids.token)).await;
    let mut renaming = account.rename_oneself(person, contact, "Canaria Zeisig");
    renaming.circumstances.client = "198.51.100.77".parse().ok();
    renaming.circumstances.reason = Reason::parse("canary married").ok();
    apply(&store, renaming).await;
    apply(&store, account.readdress(person, contact, "canary.three@nest.example")).await;
    // What is refused is written down too.
    let rival = account.contact_id();
    let mut edit = account.rename(contact, "Canaria Amsel");
    edit.circumstances.reason = Reason::parse("canary mistyped").ok();
    refusal(store.execute(edit).await);
    let taken = account.create(rival, "Canaria Fink", Some("canary.three@nest.example"));
    refusal(store.execute(taken).await);

    let dump = dump(&database, VIEWS).await;
    assert!(dump.contains("contact.info_updated"), "the scan sees the events");
    for canary in ["canar", "vogel", "zeisig", "amsel", " fink", "nest.example"] {
        must_not_hold(&dump, "a name or an email", canary);
    }
    for canary in ["555 0187", "5550187", "77 Canary", "198.51.100.77", "married", "mistyped"] {
        must_not_hold(&dump, "a phone, an address or a reason", canary);
    }
    // Sealed in base64 would be in the clear as well.
    for canary in ["Canaria Vogel", "canary.one@nest.example", "Canary.One@nest.example"] {
        let encoded = STANDARD.encode(canary);
        must_not_hold(&dump, "an encoded value", encoded.trim_end_matches('='));
    }
}

/// Where all mail is that waited.
async fn mailed(store: &EventStore) -> Mailbox {
    let mailbox = Mailbox::new().expect("random bytes");
    let mailer = Mailer::Mailbox(mailbox.clone());
    let sender = Sender::start(store.clone(), mailer, "http://localhost", Pace::default());
    let began = Instant::now();
    while store.waiting_mails().await.expect("a count") > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "mail waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sender.stop().await;
    mailbox
}

fn half(bytes: &[u8]) -> u128 {
    u128::from_be_bytes(bytes.try_into().expect("16 bytes"))
}

fn forms(secret: &[u8; 32]) -> [String; 4] {
    [
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD.encode(secret),
        format!("{:032x}{:032x}", half(&secret[..16]), half(&secret[16..])),
        secret.iter().map(|byte| char::from(*byte)).collect(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_link_or_a_key_stands_in_the_clear() {
    let database = fresh_database().await;
    let store = database.store().await;
    let account = Account::open(&store, 12).await;
    let contact = account.contact_id();
    apply(&store, account.create(contact, "Ada", Some("ada@example.org"))).await;
    let secret = |submission: &Submission| *submission.secret.as_ref().expect("a secret").expose();
    let invite = account.invite(contact).keyed("i", "invite");
    let issue = account.issue_key().with_secret().expect("random bytes").keyed("k", "issue");
    let secrets = [secret(&invite), secret(&issue)];
    let link = invite.secret.as_ref().expect("a secret").hash();
    apply(&store, invite).await;
    apply(&store, issue).await;

    let found = store.token(account.ledger, &link).await.expect("a look-up").expect("the link");
    assert_eq!(found.contact, contact);
    // While the mail waits, and when it is gone; whoever got it has the secret, and nobody else.
    let waiting = dump(&database, VIEWS).await;
    let text: String = mailed(&store).await.mails().into_iter().map(|mail| mail.text).collect();
    assert!(text.contains(&URL_SAFE_NO_PAD.encode(secrets[0])), "the mail holds the link");
    let dump = waiting + &dump(&database, VIEWS).await;
    assert!(dump.contains("tokens: ") && dump.contains("receipts: "), "the scan sees the rows");
    for form in secrets.iter().flat_map(forms) {
        must_not_hold(&dump, "a secret", &form);
    }
    let master = crate::support::master_key().to_base64();
    must_not_hold(&dump, "the master key", master.trim_end_matches('='));
    must_not_hold(&dump, "the master key", "This master key");
}
