//! A server on a port of its own, and callers with their credentials.

use crate::support::database::connect;
use crate::support::links::{Mail, mails};
use crate::support::{TestDatabase, fresh_database};
use api::mail::{Delivery, Mailbox, Mailer, Pace, Sender};
use api::{AppState, Limits, Secret, SecretKind, Site};
use domain::contact::{AcceptProof, ContactCommand, ContactEvent};
use domain::installation::InstallationCommand;
use domain::{
    Actor, ApiKeyId, Authority, Channel, Circumstances, Command, ContactId, Event, LedgerId,
    PersonId, Timestamp, TokenId,
};
use event_store::{EventStore, StoreOptions, Submission, system_clock};
use projections::{Runner, VIEW_NAMES};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uuid::Uuid;

/// What members of the staff sign in with.
pub(super) const STAFF_PASSWORD: &str = "a shed beside the site";

/// A running server.
pub(super) struct Server {
    pub(super) base: String,
    pub(super) store: EventStore,
    pub(super) client: Client,
    pub(super) mailbox: Option<Mailbox>,
    /// What it serves, for what nobody asks for over HTTP.
    pub(super) state: AppState,
    // Ends with its store's runtime.
    _sender: Option<Sender>,
    operator: String,
    views: Option<Runner>,
    // The server stops when this is dropped.
    _stop: oneshot::Sender<()>,
    database: TestDatabase,
}

/// Somebody with a credential.
#[derive(Clone)]
pub(super) struct Caller {
    base: String,
    client: Client,
    pub(super) secret: String,
}

/// A builder account and its admin.
pub(super) struct Builder {
    pub(super) id: Uuid,
    pub(super) admin: Caller,
}

/// An owner who has accepted.
pub(super) struct Owner {
    pub(super) contact: Uuid,
    pub(super) person: Uuid,
    pub(super) session: Caller,
}

/// A member of an account's staff who has joined.
pub(super) struct Member {
    pub(super) id: Uuid,
    pub(super) session: Caller,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    pub(super) text: String,
}

impl Server {
    /// A server whose mail waits.
    pub(super) async fn start() -> Self {
        Self::start_with(None, system_clock, None).await
    }

    /// A server whose clients reach it by this URL.
    pub(super) async fn start_at(public_url: &str) -> Self {
        Self::start_with(None, system_clock, Some(public_url)).await
    }

    /// A server without a mail server, on a machine of one's own.
    pub(super) async fn start_with_mailbox() -> Self {
        let mailbox = Mailbox::new().expect("random bytes");
        Self::start_with(Some(mailbox), system_clock, None).await
    }

    /// A server that goes by this clock.
    pub(super) async fn start_by(clock: fn() -> Timestamp) -> Self {
        Self::start_with(None, clock, None).await
    }

    /// Without a mail server, by this clock.
    pub(super) async fn start_with_mailbox_by(clock: fn() -> Timestamp) -> Self {
        Self::start_with(Some(Mailbox::new().expect("random bytes")), clock, None).await
    }

    async fn start_with(
        mailbox: Option<Mailbox>,
        clock: fn() -> Timestamp,
        url: Option<&str>,
    ) -> Self {
        let database = fresh_database().await;
        let views = VIEW_NAMES.to_vec();
        let options = StoreOptions { views, clock, ..StoreOptions::default() };
        let store = database.store_with(options).await;
        let runner = Runner::start(store.reader().clone(), store.hints());
        let operator = operator_token(&store).await;
        let delivery = mailbox.clone().map_or(Delivery::Waiting, Delivery::Mailbox);
        let (progress, limits) = (runner.progress(), Limits::default());
        let state = AppState::with_mail(store.clone(), progress, limits, delivery);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        state.found_at(Site::new(url.unwrap_or(&base), Ipv4Addr::LOCALHOST.into()));
        let sender = mailbox.clone().map(|mailbox| {
            let pace = Pace { poll: Duration::from_millis(20), ..Pace::default() };
            Sender::start(store.clone(), Mailer::Mailbox(mailbox), &base, pace)
        });
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(api::server::serve(listener, state.clone(), async move {
            // Dropping the sender is the signal.
            drop(stopped.await);
        }));
        let client = Client::builder().build().expect("a client");
        Self {
            base,
            store,
            client,
            mailbox,
            state,
            _sender: sender,
            operator,
            views: Some(runner),
            _stop: stop,
            database,
        }
    }

    pub(super) fn caller(&self, secret: &str) -> Caller {
        Caller { base: self.base.clone(), client: self.client.clone(), secret: secret.to_owned() }
    }

    pub(super) fn operator(&self) -> Caller {
        self.caller(&self.operator)
    }

    /// Somebody without a credential.
    pub(super) fn anybody(&self) -> Caller {
        self.caller("nobody")
    }

    /// The mails that were ordered for a contact or a person, the oldest first. Where a mailbox takes
    /// them, what waits is wiped at any moment: then it is there.
    pub(super) async fn mails(&self, ledger: Uuid, subject: Uuid) -> Vec<Mail> {
        let mut mails = mails(&self.store, ledger, subject).await;
        let taken = self.mailbox.as_ref().map(Mailbox::mails).unwrap_or_default();
        for mail in mails.iter_mut().filter(|mail| mail.to.is_empty()) {
            // A link that was void before it went out is in none.
            let Some(there) = taken.iter().find(|there| there.id == mail.id) else { continue };
            mail.to.clone_from(&there.to);
            let link = there.link.as_deref().and_then(|link| link.rsplit('/').next());
            mail.link = link.unwrap_or_default().to_owned();
        }
        mails
    }

    /// The link in the newest mail to a contact or a person.
    pub(super) async fn newest_link(&self, ledger: Uuid, subject: Uuid) -> String {
        let mails = self.mails(ledger, subject).await;
        mails.into_iter().rfind(|mail| !mail.link.is_empty()).expect("a mail with a link").link
    }

    /// Invites a contact, and tells the link in the mail.
    pub(super) async fn invite(&self, builder: &Builder, contact: Uuid) -> String {
        builder.admin.order(&format!("/v1/contacts/{contact}/invite")).await.is(200);
        self.newest_link(builder.id, contact).await
    }

    /// An owner who has accepted with this password.
    pub(super) async fn owner(&self, builder: &Builder, email: &str, password: &str) -> Owner {
        let contact = builder.admin.contact("Ada", Some(email)).await;
        let link = self.invite(builder, contact).await;
        let path = format!("/v1/invitations/{link}/accept");
        let accepted = self.anybody().post(&path, json!({ "password": password })).await.is(200);
        let token = accepted.body["session_token"].as_str().expect("a session");
        let person = accepted.body["person"].as_str().and_then(|id| id.parse().ok());
        Owner { contact, person: person.expect("a person"), session: self.caller(token) }
    }

    /// Signs in.
    pub(super) async fn sign_in(&self, email: &str, password: &str) -> Caller {
        let body = json!({ "email": email, "password": password });
        let begun = self.anybody().post("/v1/sessions", body).await.is(201);
        self.caller(begun.body["token"].as_str().expect("a token"))
    }

    /// A new builder account with its admin key.
    pub(super) async fn builder(&self, name: &str) -> Builder {
        let answer = self.operator().post("/v1/accounts", json!({ "name": name })).await.is(201);
        let secret = answer.body["api_key"]["secret"].as_str().expect("a secret");
        Builder { id: answer.id(), admin: self.caller(secret) }
    }

    /// From now on the lists stay as they are.
    pub(super) async fn stop_views(&mut self) {
        if let Some(runner) = self.views.take() {
            runner.stop().await;
        }
    }

    /// Lets nobody into the database, or lets them in again.
    pub(super) async fn admit(&self, admitted: bool) {
        let (server, name) = self.database.url().rsplit_once("dbname=").expect("a name");
        let admin = connect(&format!("{server}dbname=postgres")).await;
        let allow = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {admitted}");
        admin.batch_execute(&allow).await.expect("a database");
        if !admitted {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
            admin.execute(end, &[&name]).await.expect("connections end");
        }
    }

    /// Where all of it is stored.
    pub(super) const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// How many connections hold a transaction open.
    pub(super) async fn idle_in_transaction(&self) -> i64 {
        let client = self.database.client().await;
        let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND state LIKE 'idle in transaction%'";
        client.query_one(open, &[]).await.expect("a count").get(0)
    }

    /// Every row of a table, as text.
    pub(super) async fn rows(&self, table: &str) -> Vec<String> {
        let client = self.database.client().await;
        let rows = client.query(&format!("SELECT t::text FROM {table} t"), &[]).await;
        rows.expect("rows").iter().map(|row| row.get(0)).collect()
    }

    /// One more key of the account.
    pub(super) async fn key(&self, builder: &Builder, role: &str, grants: &[&str]) -> Caller {
        let path = format!("/v1/accounts/{}/api-keys", builder.id);
        let body = json!({ "role": role, "grants": grants, "label": role });
        let answer = self.operator().post(&path, body).await.is(201);
        self.caller(answer.body["secret"].as_str().expect("a secret"))
    }

    /// Invites somebody to the staff; their id, and the link in the mail.
    pub(super) async fn invite_staff(
        &self,
        builder: &Builder,
        email: &str,
        role: &str,
        grants: &[&str],
    ) -> (Uuid, String) {
        let body = json!({ "name": "Mia Mason", "email": email, "role": role, "grants": grants });
        let staff = builder.admin.post("/v1/staff", body).await.is(201).id();
        (staff, self.newest_link(builder.id, staff).await)
    }

    /// A member of the staff who has joined with a login of their own.
    pub(super) async fn staff(
        &self,
        builder: &Builder,
        email: &str,
        role: &str,
        grants: &[&str],
    ) -> Member {
        let (id, link) = self.invite_staff(builder, email, role, grants).await;
        let path = format!("/v1/staff-invitations/{link}/accept");
        let body = json!({ "password": STAFF_PASSWORD });
        let joined = self.anybody().post(&path, body).await.is(200);
        let token = joined.body["session_token"].as_str().expect("a session");
        Member { id, session: self.caller(token) }
    }

    /// The invitee accepts, past the door: for tests that are about something else.
    pub(super) async fn accept(&self, builder: &Builder, contact: Uuid) {
        let ledger = LedgerId(builder.id);
        let events = self.store.reader().aggregate_events(ledger, &[contact]).await;
        let token = events
            .expect("events")
            .iter()
            .rev()
            .find_map(|recorded| {
                let Event::Contact(event) = &recorded.event else { return None };
                if let ContactEvent::InviteSent(sent) = event {
                    return Some(sent.token);
                }
                let ContactEvent::InviteResent(sent) = event else { return None };
                Some(sent.token)
            })
            .expect("an invitation");
        self.accept_with(builder, contact, token).await;
    }

    async fn accept_with(&self, builder: &Builder, contact: Uuid, token: TokenId) {
        let person = PersonId(Uuid::now_v7());
        let proof = AcceptProof::LinkAndLogin;
        let command = ContactCommand::AcceptInvite { token, person, proof };
        let command = Command::Contact(ContactId(contact), command);
        let by = circumstances(Actor::Owner(person), Authority::Owner, Channel::Portal);
        let submission = Submission::new(LedgerId(builder.id), command, by);
        self.store.execute(submission).await.expect("accepted");
    }
}

fn circumstances(actor: Actor, authority: Authority, channel: Channel) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}

async fn operator_token(store: &EventStore) -> String {
    let command = InstallationCommand::IssueOperatorToken(ApiKeyId(Uuid::now_v7()));
    let by = circumstances(Actor::System, Authority::System, Channel::System);
    let submission =
        Submission::new(LedgerId::INSTALLATION, Command::Installation(command), by).with_secret();
    let applied = store.execute(submission.expect("random bytes")).await.expect("a token");
    let secret = applied.secret.expect("a secret");
    Secret::new(SecretKind::Operator, LedgerId::INSTALLATION, &secret).expose()
}

impl Caller {
    /// The same at another address of the server.
    pub(super) fn at(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.secret)
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// Asks for what is at least as new as an answer.
    pub(super) async fn get_after(&self, seen: &Answer, path: &str) -> Answer {
        let position = &seen.headers["ledger-position"];
        send(self.request(Method::GET, path).header("ledger-position", position)).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// A command without fields.
    pub(super) async fn order(&self, path: &str) -> Answer {
        send(self.request(Method::POST, path)).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub(super) async fn with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(Method::POST, path).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(request).await
    }

    /// A new contact's id.
    pub(super) async fn contact(&self, name: &str, email: Option<&str>) -> Uuid {
        let body = json!({ "name": name, "primary_email": email });
        self.post("/v1/contacts", body).await.is(201).id()
    }

    /// A new job's id.
    pub(super) async fn job(&self, name: &str, owners: &[Uuid]) -> Uuid {
        self.post("/v1/jobs", json!({ "name": name, "owners": owners })).await.is(201).id()
    }
}

pub(super) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, body, text }
}

impl Answer {
    /// The answer, which must have this status.
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub(super) fn id(&self) -> Uuid {
        self.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    }

    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// One field of each item of a page.
    pub(super) fn each(&self, field: &str) -> Vec<String> {
        let items = self.body["items"].as_array().expect("a list");
        let text = |item: &Value| item[field].as_str().map(str::to_owned);
        items.iter().map(|item| text(item).unwrap_or_else(|| item[field].to_string())).collect()
    }

    /// Status and body for a snapshot, without what differs from run to run.
    pub(super) fn shown(&self) -> String {
        let mut body = self.body.clone();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("instance");
            for known in ["type", "cause"] {
                fields.remove(known);
            }
            if let Some(holder) = fields.get_mut("holder") {
                *holder = json!("…");
            }
        }
        let body = serde_json::to_string_pretty(&body).expect("JSON");
        format!("{}\n{body}", self.status.as_u16())
    }
}
