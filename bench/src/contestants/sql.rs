//! Hand-written SQL: a row into a log and a row changed, in one transaction a command; no rules,
//! no positions, nothing sealed. What a plain application would do.

use crate::life::{Life, STEPS, address_text};
use crate::load;
use crate::server::{Server, connect};
use anyhow::{Result, ensure};
use serde_json::json;
use tokio_postgres::types::Json;
use tokio_postgres::{Client as Connection, Statement};

const TABLES: &str = "
    CREATE TABLE contacts (
        contact_id uuid   NOT NULL PRIMARY KEY,
        version    bigint NOT NULL,
        state      json   NOT NULL
    );
    CREATE TABLE events (
        contact_id  uuid        NOT NULL,
        sequence    bigint      NOT NULL,
        event_type  text        NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        payload     json        NOT NULL,
        PRIMARY KEY (contact_id, sequence)
    );";

pub(crate) async fn create(server: &Server, name: &str) -> Result<()> {
    server.create_database(name).await?;
    Ok(server.connect(name).await?.batch_execute(TABLES).await?)
}

/// One connection a client.
pub(crate) async fn clients(server: &Server, name: &str, count: usize) -> Result<Vec<Client>> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(Client::open(&server.url(name)).await?);
    }
    Ok(clients)
}

/// One client, with the contact that it is busy with.
pub(crate) struct Client {
    connection: Connection,
    insert: Statement,
    create: Statement,
    update: Statement,
    life: Life,
    step: usize,
}

impl Client {
    async fn open(url: &str) -> Result<Self> {
        let connection = connect(url).await?;
        let insert = connection
            .prepare(
                "INSERT INTO events (contact_id, sequence, event_type, payload) \
                 VALUES ($1, $2, $3, $4)",
            )
            .await?;
        let create = connection
            .prepare("INSERT INTO contacts (contact_id, version, state) VALUES ($1, $2, $3)")
            .await?;
        let update = connection
            .prepare(
                "UPDATE contacts SET version = $2, state = $3 \
                 WHERE contact_id = $1 AND version = $2::bigint - 1",
            )
            .await?;
        Ok(Self { connection, insert, create, update, life: Life::new(), step: 0 })
    }
}

impl load::Client for Client {
    async fn step(&mut self) -> Result<()> {
        if self.step == STEPS {
            self.life = Life::new();
            self.step = 0;
        }
        let step = self.step;
        self.step = STEPS;
        let contact = self.life.contact.0;
        let version = i64::try_from(step)? + 1;
        let payload = Json(json!({
            "from": address_text(step), "to": address_text(step + 1), "email": self.life.email(),
            "actor": self.life.person, "channel": "portal", "client": "192.0.2.17",
        }));
        let state = Json(json!({
            "name": "Ada and Charles Babbage-Lovelace", "phones": ["+1 212 555 0142"],
            "address": address_text(step + 1), "primary_email": self.life.email(),
            "access": "active", "person": self.life.person,
        }));
        let change = if step == 0 { &self.create } else { &self.update };
        let turn = self.connection.transaction().await?;
        turn.execute(&self.insert, &[&contact, &version, &"contact.info_updated", &payload])
            .await?;
        let changed = turn.execute(change, &[&contact, &version, &state]).await?;
        ensure!(changed == 1, "the contact was not there");
        turn.commit().await?;
        self.step = step + 1;
        Ok(())
    }
}
