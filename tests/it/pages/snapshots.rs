//! Every page with sample data, kept as what somebody meets on it from top to bottom: headings, fields,
//! buttons, tables, links. A page that loses a column or a form is another page than the one that is kept.
//!
//! What is kept stands in `snapshots/`, a file a page. When a page is meant to be another one:
//!
//! ```sh
//! INSTA_UPDATE=always cargo test -p titleblock-tests pages::snapshots
//! ```
//!
//! and read the difference before it is committed. How it looks, is the eyes' and axe-core's to judge.

mod outline;

use super::super::documents;
use super::super::harness::{Answer, STAFF_PASSWORD};
use super::super::logins::reset_link;
use super::super::trades::TRADE_PASSWORD;
use super::PASSWORD;
use super::accessibility::{PAGES, Site, Who};
use super::browser::Browser;
use super::cases::{Case, all};
use domain::{Day, Timestamp};
use event_store::system_clock;
use outline::{Outline, Stable};
use serde_json::json;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The account that accessibility is looked at in, with what the other pages take, and people in front of
/// their browsers.
struct Sample {
    site: Site,
    /// Beside the site's own: what stands for `{document}` and the like.
    ids: Vec<(&'static str, String)>,
    /// By the first part of a path: what stands for `{token}`.
    tokens: Vec<(&'static str, String)>,
    owner: Browser,
    staff: Browser,
    org: Browser,
}

impl Sample {
    async fn start() -> Self {
        let site = Site::start().await;
        let (server, admin) = (&site.server, &site.builder.admin);
        let (customer, job) = (site.id("{customer}"), site.id("{job}"));
        let titled = [("kind", "billing"), ("title", "Invoice 17"), ("day", "2026-03-31")];
        let customer = customer.parse().expect("an id");
        let document = documents::published(&site.builder, customer, &titled).await.id();
        let link = json!({ "name": "For the family" });
        let link = admin.post(&format!("/v1/jobs/{job}/portal-links"), link).await.is(201);
        let own = json!({ "name": "My phone" });
        let path = format!("/v1/me/jobs/{}/{job}/portal-link", site.builder.id);
        site.ada.session.post(&path, own).await.is(201);
        let first = |listed: &Answer| listed.each("id")[0].clone();
        let ids = vec![
            ("{document}", document.to_string()),
            ("{portal}", link.id().to_string()),
            ("{member}", first(&admin.get("/v1/staff").await.is(200))),
            ("{key}", first(&admin.get("/v1/api-keys").await.is(200))),
        ];
        let tokens = Self::invite(&site).await;
        let signed_in = async |email: &str, password: &str| {
            let mut browser = Browser::new(server);
            browser.sign_in(email, password).await.leads_to();
            browser
        };
        let mut owner = signed_in("ada@example.org", PASSWORD).await;
        let token = link.body["token"].as_str().expect("a token");
        owner.look(&format!("/portal/{}?token={token}", link.id())).await.leads_to();
        let staff = signed_in("mia@example.org", STAFF_PASSWORD).await;
        let org = signed_in("pia@pipes.example", TRADE_PASSWORD).await;
        Self { site, ids, tokens, owner, staff, org }
    }

    /// The links in mails, each to a page.
    async fn invite(site: &Site) -> Vec<(&'static str, String)> {
        let (server, builder, ada) = (&site.server, &site.builder, &site.ada);
        let cy = builder.admin.contact("Cy Winter", Some("cy@example.org")).await;
        let invitation = server.invite(builder, cy).await;
        let (_, staff) = server.invite_staff(builder, "max@example.org", "staff", &[]).await;
        let before = server.mails(ada.person, ada.person).await.len();
        let body = json!({ "email": "ada@example.org" });
        server.anybody().post("/v1/password-resets", body).await.is(202);
        let reset = reset_link(server, ada.person, before + 1).await;
        let body = json!({ "email": "ada@work.example", "password": PASSWORD });
        ada.session.post("/v1/me/primary-email", body).await.is(202);
        let mails = server.mails(ada.person, ada.person).await;
        let change = mails.into_iter().rfind(|mail| mail.kind == "primary_email_change");
        vec![
            ("invitations", invitation),
            ("staff-invitations", staff),
            ("password-resets", reset),
            ("email-changes", change.expect("a mail").link),
            ("project-invitations", site.id("{project}")),
            ("org-invitations", site.id("{org}")),
        ]
    }

    /// Where a listed page is.
    fn path(&self, listed: &str) -> String {
        let first = listed.split('/').nth(1).unwrap_or_default();
        let token = self.tokens.iter().find(|(of, _)| *of == first);
        let path = token.map_or_else(|| listed.to_owned(), |(_, t)| listed.replace("{token}", t));
        let ids = self.ids.iter().chain(&self.site.ids);
        let path = ids.fold(path, |path, (name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path}: what stands for this? Add it to `Sample`");
        path
    }

    /// The page as it is kept.
    async fn outline(&mut self, listed: &str, case: Case, stable: &Stable) -> String {
        let path = self.path(listed);
        let mut stranger = Browser::new(&self.site.server);
        let browser = match case {
            Case::Staff => &mut self.staff,
            Case::Org => &mut self.org,
            Case::Link if listed.starts_with("/portal/") => &mut self.owner,
            Case::Owner => &mut self.owner,
            Case::Anybody | Case::Link => &mut stranger,
        };
        let seen = browser.look(&path).await.is(200);
        Outline::of(&seen.html, stable).to_string()
    }

    /// What every run calls otherwise, and what it is called in its place.
    fn stable(&self) -> Stable {
        let base = self.site.server.base.clone();
        let today = Day::of(system_clock());
        let tomorrow = Day::of(Timestamp::new(system_clock().moment() + time::Duration::DAY));
        let known = self.ids.iter().chain(&self.site.ids);
        let known = known.map(|(name, id)| (id.clone(), (*name).to_owned()));
        let tokens = self.tokens.iter().map(|(_, token)| (token.clone(), "{token}".to_owned()));
        let named = tokens.chain(known).chain([(base, "{base}".to_owned())]).collect();
        Stable { named, today: [today.to_string(), tomorrow.to_string()] }
    }
}

/// What is no page by itself.
fn is_page(listed: &str) -> bool {
    let others = ["/image", "/live", "/events", "/{document}", ".csv"];
    !listed.starts_with("/assets/") && others.iter().all(|end| !listed.ends_with(end))
}

/// Every page, and those that a query makes another one.
fn pages() -> Vec<(&'static str, Case)> {
    let listed = all().filter(|(method, path, _)| *method == "get" && is_page(path));
    let asked = PAGES.iter().filter(|(_, path)| path.contains('?')).map(|(who, path)| {
        let case = match who {
            Who::Anybody => Case::Anybody,
            Who::Staff => Case::Staff,
            Who::Owner => Case::Owner,
            Who::Trade => Case::Org,
        };
        (*path, case)
    });
    listed.map(|(_, path, case)| (path, case)).chain(asked).collect()
}

/// What a page is kept as: `/me/jobs/{job}` as `me.jobs.job`.
fn name(listed: &str) -> String {
    let plain = listed.trim_start_matches('/').replace('/', ".").replace(['{', '}'], "");
    let plain = plain.replace('?', "@").replace('&', ",");
    if plain.is_empty() { "home".to_owned() } else { plain }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/pages/snapshots")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_what_was_kept_of_it() {
    let mut sample = Sample::start().await;
    let stable = sample.stable();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(folder());
    settings.set_omit_expression(true);
    let mut others = Vec::new();
    for (listed, case) in pages() {
        let outline = sample.outline(listed, case, &stable).await;
        settings.set_description(listed);
        let kept = || settings.bind(|| insta::assert_snapshot!(name(listed), outline));
        // One after the other, so that all that have changed are told at once.
        if catch_unwind(AssertUnwindSafe(kept)).is_err() {
            others.push(listed);
        }
    }
    assert!(others.is_empty(), "not what was kept of them: {others:#?}");
}

#[test]
fn nothing_is_kept_of_pages_that_are_gone() {
    let there: BTreeSet<String> = pages().into_iter().map(|(listed, _)| name(listed)).collect();
    let kept = std::fs::read_dir(folder()).expect("a folder").flatten();
    let kept = kept.filter_map(|file| file.file_name().into_string().ok());
    let kept: BTreeSet<String> =
        kept.filter_map(|file| file.strip_suffix(".snap").map(str::to_owned)).collect();
    assert_eq!(kept, there);
}
