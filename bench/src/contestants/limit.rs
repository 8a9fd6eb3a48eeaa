//! What the server can do at most: commits of one row, and of many rows at once.

use crate::load::{self, Sample, Window};
use crate::server::{Server, connect};
use anyhow::{Context, Result, bail};
use std::process::Stdio;
use tokio::process::Command;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client as Connection, Statement};
use uuid::Uuid;

const TABLES: &str = "
    CREATE TABLE rows (id uuid NOT NULL PRIMARY KEY, payload text NOT NULL);
    CREATE TABLE bench_rows (id bigserial NOT NULL PRIMARY KEY, payload text NOT NULL);";

/// About what an event's payload has.
const PAYLOAD_BYTES: usize = 300;

pub(crate) async fn create(server: &Server, name: &str) -> Result<()> {
    server.create_database(name).await?;
    Ok(server.connect(name).await?.batch_execute(TABLES).await?)
}

/// Single-row inserts, a commit each, by pgbench, or by ourselves where there is none.
pub(crate) async fn single(
    server: &Server,
    name: &str,
    clients: usize,
    window: Window,
) -> Result<Sample> {
    match server.pgbench() {
        Some(pgbench) => {
            let seconds = window.measured.as_secs().max(1).to_string();
            by_pgbench(&pgbench, server, name, clients, &seconds).await
        }
        None => load::run(multi(server, name, clients, 1).await?, window).await,
    }
}

async fn by_pgbench(
    pgbench: &std::path::Path,
    server: &Server,
    name: &str,
    clients: usize,
    seconds: &str,
) -> Result<Sample> {
    let payload = "x".repeat(PAYLOAD_BYTES);
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(
        script.path(),
        format!("INSERT INTO bench_rows (payload) VALUES ('{payload}');\n"),
    )?;
    let output = Command::new(pgbench)
        .args(["-n", "-M", "prepared", "-U", "titleblock", "-p", "5432", "-h"])
        .arg(server.socket_dir())
        .args(["-T", seconds, "-j", "2", "-c"])
        .arg(clients.to_string())
        .arg("-f")
        .arg(script.path())
        .arg(name)
        .stdin(Stdio::null())
        .output()
        .await
        .context("running pgbench")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rate =
        said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    match rate {
        Some(rate) => Ok(Sample { rate, ..Sample::default() }),
        None => bail!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Clients that insert `rows` rows a commit.
pub(crate) async fn multi(
    server: &Server,
    name: &str,
    count: usize,
    rows: u32,
) -> Result<Vec<Client>> {
    let mut clients = Vec::new();
    for _ in 0..count {
        let connection = connect(&server.url(name)).await?;
        let places: Vec<String> =
            (0..rows).map(|row| format!("(${}, ${})", row * 2 + 1, row * 2 + 2)).collect();
        let sql = format!("INSERT INTO rows (id, payload) VALUES {}", places.join(", "));
        let insert = connection.prepare(&sql).await?;
        clients.push(Client { connection, insert, payload: "x".repeat(PAYLOAD_BYTES), rows });
    }
    Ok(clients)
}

/// One connection.
pub(crate) struct Client {
    connection: Connection,
    insert: Statement,
    payload: String,
    rows: u32,
}

impl load::Client for Client {
    async fn step(&mut self) -> Result<()> {
        let ids: Vec<Uuid> = (0..self.rows).map(|_| Uuid::now_v7()).collect();
        let mut params: Vec<&(dyn ToSql + Sync)> = Vec::new();
        for id in &ids {
            params.push(id);
            params.push(&self.payload);
        }
        self.connection.execute(&self.insert, &params).await?;
        Ok(())
    }

    fn weight(&self) -> u32 {
        self.rows
    }
}
