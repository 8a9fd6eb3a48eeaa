//! The duplicates that are listed are those that a look at every pair of contacts finds.

use super::random::RandomHistory;
use super::{bring_up, viewed};
use crate::support::account::details;
use crate::support::{Account, apply, size};
use domain::contact::{ContactCommand, ContactDetails};
use domain::{Command, ContactId, EmailAddress, LedgerId, PhoneNumber, PostalAddress};
use event_store::EventStore;
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use projections::duplicate_candidates::{self, DuplicateGroup, DuplicateQuery, Reason};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

type Group = (&'static str, BTreeSet<Uuid>);

/// By what people would compare a contact, told from its entry.
fn told(entry: &ContactEntry) -> Vec<(&'static str, String)> {
    let plain = |text: &str| {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    let email = entry.primary_email.iter().map(|typed| {
        let email = EmailAddress::parse(typed).expect("an address");
        ("primary_email", email.normal().to_owned())
    });
    let phones = entry.phones.iter().map(|typed| {
        let phone = PhoneNumber::parse(typed).expect("a phone");
        ("phone", phone.comparable())
    });
    let both = entry.address.iter().map(|address| {
        ("name_and_address", format!("{} at {}", plain(&entry.name), plain(address)))
    });
    email.chain(phones).chain(both).collect()
}

/// The groups among the contacts of the directory.
async fn expected(store: &EventStore, ledger: LedgerId) -> BTreeSet<Group> {
    let query = ContactQuery { limit: 200, ..ContactQuery::default() };
    let page = contact_directory::list(store.reader(), ledger, &query).await.expect("read");
    assert_eq!(page.next, None, "all of them");
    let mut groups: BTreeMap<(&'static str, String), BTreeSet<Uuid>> = BTreeMap::new();
    for entry in &page.items {
        for key in told(entry) {
            groups.entry(key).or_default().insert(entry.id);
        }
    }
    let several = groups.into_iter().filter(|(_, contacts)| contacts.len() > 1);
    several.map(|((reason, _), contacts)| (reason, contacts)).collect()
}

fn shown(group: &DuplicateGroup) -> Group {
    (group.reason.word(), group.contacts.iter().map(|contact| contact.id).collect())
}

/// All pages, one after the other.
async fn listed(store: &EventStore, ledger: LedgerId, limit: u32, keys_max: u32) -> Vec<Group> {
    let mut query = DuplicateQuery { reason: None, contact: None, cursor: None, limit, keys_max };
    let mut groups = Vec::new();
    for _ in 0..10_000 {
        let page = duplicate_candidates::list(store.reader(), ledger, &query).await.expect("read");
        assert!(page.items.len() <= usize::try_from(limit).expect("small"));
        groups.extend(page.items.iter().map(shown));
        query.cursor = page.next;
        if query.cursor.is_none() {
            return groups;
        }
    }
    panic!("the list does not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_is_what_a_look_at_every_pair_finds_however_it_is_paged() {
    let (_database, store) = viewed().await;
    let account = Account::open(&store, 81).await;
    let (reader, ledger) = (store.reader(), account.ledger);
    // Chance may bring nobody of the same name to the same address, or two to one phone.
    for name in ["Twin", "TWIN"] {
        let address = PostalAddress::parse("7 Mill Lane").ok();
        let phones = vec![PhoneNumber::parse("(212) 555-0199").expect("a number")];
        let twin = ContactDetails { address, phones, ..details(name, None) };
        let create = Command::Contact(account.contact_id(), ContactCommand::Create(twin));
        apply(&store, account.staff(create)).await;
    }
    let mut history = RandomHistory::new(&account, 81);
    let mut seen = BTreeSet::new();
    for _ in 0..size(8, 100) {
        history.run(&store, 60).await;
        bring_up(&store, &[ledger]).await;
        let expected = expected(&store, ledger).await;
        seen.extend(expected.iter().map(|(reason, _)| *reason));
        for (limit, keys_max) in [(200, 50_000), (1, 50_000), (3, 2), (200, 1)] {
            let found = listed(&store, ledger, limit, keys_max).await;
            let place =
                |(word, _): &Group| Reason::WORDS.iter().position(|w| w == word).expect("a reason");
            assert!(found.is_sorted_by_key(place), "by reason");
            assert_eq!(found.len(), expected.len(), "each once, {limit} of {keys_max}");
            let found: BTreeSet<Group> = found.into_iter().collect();
            assert_eq!(found, expected, "{limit} of {keys_max}");
        }
        for contact in &history.contacts {
            let asked = DuplicateQuery {
                reason: None,
                contact: Some(ContactId(contact.0)),
                cursor: None,
                limit: 200,
                keys_max: 1,
            };
            let page = duplicate_candidates::list(reader, ledger, &asked).await.expect("read");
            let of = expected.iter().filter(|(_, contacts)| contacts.contains(&contact.0));
            assert_eq!(
                page.items.iter().map(shown).collect::<BTreeSet<_>>(),
                of.cloned().collect()
            );
        }
    }
    assert_eq!(seen, Reason::WORDS.into(), "duplicates of every kind");
}

/// Promise 36: what a page goes through is bounded, and found by the key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_goes_through_its_keys_by_the_index_alone() {
    let (database, store) = viewed().await;
    let account = Account::open(&store, 82).await;
    let client = database.client().await;
    let fill = "INSERT INTO duplicate_candidates_keys \
         SELECT $1, gen_random_uuid(), 'phone', gen_random_uuid() FROM generate_series(1, 20000)";
    client.execute(fill, &[&account.ledger.0]).await.expect("filled");
    client.batch_execute("ANALYZE duplicate_candidates_keys").await.expect("analysed");
    let bounds = format!(
        "EXPLAIN SELECT key FROM duplicate_candidates_keys WHERE ledger_id = '{0}' \
         AND reason = 'phone' AND key > '{1}' ORDER BY key, contact_id OFFSET 1000 LIMIT 1",
        account.ledger.0,
        Uuid::nil()
    );
    let plan = client.query(&bounds, &[]).await.expect("a plan");
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("Index Only Scan") && !plan.contains("Sort"), "{plan}");
}
