//! Our server over HTTP: the real router on a loopback socket in this process, with the live views
//! behind it, and clients that spend as little as they can.

use crate::life::address_text;
use crate::load;
use crate::server::Server;
use anyhow::{Context, Result, bail, ensure};
use api::{AppState, Limits, Secret, SecretKind};
use domain::builder_account::{BuilderAccountCommand, NewApiKey};
use domain::text::Label;
use domain::{
    AccountId, Actor, ApiKeyId, Authority, Channel, Circumstances, Command, LedgerId, Role,
};
use event_store::{Database, EventStore, MasterKey, StoreOptions, Submission};
use projections::{Runner, VIEW_NAMES};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use uuid::Uuid;

/// A served account.
#[derive(Debug)]
pub(crate) struct Http {
    address: SocketAddr,
    key: String,
    store: EventStore,
    runner: Runner,
    stop: oneshot::Sender<()>,
}

impl Http {
    pub(crate) async fn start(server: &Server, name: &str) -> Result<Self> {
        let url = server.create_database(name).await?;
        let options = StoreOptions { views: VIEW_NAMES.to_vec(), ..StoreOptions::default() };
        let database = Database::new(&url, 16)?;
        let store = EventStore::open(database, &MasterKey::generate()?, options).await?;
        let key = open_account(&store).await?;
        let runner = Runner::start(store.reader().clone(), store.hints());
        let state = AppState::new(store.clone(), runner.progress(), Limits::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(api::server::serve(listener, state, async move {
            // A dropped sender stops it too.
            drop(stopped.await);
        }));
        Ok(Self { address, key, store, runner, stop })
    }

    pub(crate) async fn clients(&self, count: usize) -> Result<Vec<Client>> {
        let mut clients = Vec::new();
        for _ in 0..count {
            let stream = TcpStream::connect(self.address).await?;
            stream.set_nodelay(true)?;
            clients.push(Client {
                stream,
                key: self.key.clone(),
                answer: Vec::new(),
                contact: Uuid::nil(),
                step: 0,
            });
        }
        Ok(clients)
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.runner.stop().await;
        self.store.stop().await;
    }
}

/// Opens an account as an operator does, and tells its key.
async fn open_account(store: &EventStore) -> Result<String> {
    let account = AccountId(Uuid::now_v7());
    let ledger = LedgerId::from(account);
    store.ensure_ledger(ledger, "builder_account").await?;
    let key = NewApiKey {
        key: ApiKeyId(Uuid::now_v7()),
        role: Role::Admin,
        grants: BTreeSet::new(),
        label: Label::parse("bench")?,
    };
    let open = BuilderAccountCommand::Open { name: Label::parse("Bench Homes")?, key: Some(key) };
    let circumstances = Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::System,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    };
    let command = Command::BuilderAccount(account, open);
    let submission = Submission::new(ledger, command, circumstances).with_secret()?;
    let applied = store.execute(submission).await?;
    let secret = applied.secret.context("the key's secret was not told")?;
    Ok(Secret::new(SecretKind::ApiKey, ledger, &secret).expose())
}

/// How many commands a builder gives in the life of a contact.
const STEPS: usize = 10;

/// One connection that stays open.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    key: String,
    answer: Vec<u8>,
    contact: Uuid,
    step: usize,
}

impl load::Client for Client {
    async fn step(&mut self) -> Result<()> {
        let step = self.step % STEPS;
        self.step = 0;
        let contact = self.contact;
        let (method, path, body) = match step {
            0 => {
                let body = serde_json::json!({
                    "name": "Ada and Charles Babbage-Lovelace",
                    "phones": ["+1 212 555 0142"],
                    "address": address_text(step),
                });
                ("POST", "/v1/contacts".to_owned(), body.to_string())
            }
            1 => {
                let email = format!("{}@example.org", contact.simple());
                let body = serde_json::json!({ "primary_email": email });
                ("PATCH", format!("/v1/contacts/{contact}"), body.to_string())
            }
            2 => ("POST", format!("/v1/contacts/{contact}/invite"), String::new()),
            3 => ("POST", format!("/v1/contacts/{contact}/invite/resend"), String::new()),
            4 => ("POST", format!("/v1/contacts/{contact}/invite/cancel"), String::new()),
            _ => {
                let body = serde_json::json!({ "address": address_text(step) });
                ("PATCH", format!("/v1/contacts/{contact}"), body.to_string())
            }
        };
        let head = self.ask(method, &path, &body).await.with_context(|| format!("step {step}"))?;
        if step == 0 {
            self.contact = header(&head, "location")
                .and_then(|location| location.rsplit('/').next())
                .and_then(|id| id.parse().ok())
                .context("the answer names no contact")?;
        }
        self.step = step + 1;
        Ok(())
    }
}

impl Client {
    /// Sends a request and reads its answer to the end; gives the answer's head.
    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<String> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        let head_len = loop {
            if let Some(at) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server hung up");
        };
        let head = std::str::from_utf8(&self.answer[..head_len])?.to_owned();
        let length: usize =
            header(&head, "content-length").context("no content-length")?.parse()?;
        while self.answer.len() < head_len + length {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server hung up");
        }
        if !head.starts_with("HTTP/1.1 2") {
            bail!("{}", String::from_utf8_lossy(&self.answer));
        }
        Ok(head)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (there, value) = line.split_once(':')?;
        there.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}
