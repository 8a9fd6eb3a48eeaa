//! A mail server of a page: takes mail, or says what it is told to say.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

impl Taken {
    /// A header's value; it must be there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let head = self.text.split("\n\n").next().unwrap_or_default();
        let mut values =
            head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = values.next().expect("the header");
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }
}

#[derive(Debug, Default)]
struct Inner {
    taken: Mutex<Vec<Taken>>,
    /// What is said to the next recipients, in the place of 250.
    to_recipients: Mutex<VecDeque<&'static str>>,
    /// How many of the next mails are kept without saying so: the connection ends.
    cut: Mutex<u32>,
    /// Where the next connection is left without an answer.
    silence: Mutex<Option<Silence>>,
    /// How many connections were left so.
    silent: AtomicUsize,
    connections: AtomicUsize,
}

/// Where the mail server says nothing more, once; the connection stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// In the place of an answer to the recipient.
    AtTheRecipient,
    /// It has the mail, and does not say so.
    AfterTheMail,
}

impl Inner {
    async fn falls_silent(&self, at: Silence) {
        let now = self.silence.lock().expect("whole").take_if(|silence| *silence == at).is_some();
        if now {
            self.silent.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
    }
}

/// A running mail server; it ends with its runtime.
#[derive(Debug, Clone)]
pub(crate) struct MailServer {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner::default());
        let server = Self { url, inner: Arc::clone(&inner) };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let inner = Arc::clone(&inner);
                inner.connections.fetch_add(1, Ordering::SeqCst);
                // A sender may go away in the middle.
                tokio::spawn(async move { drop(talk(socket, &inner).await) });
            }
        });
        server
    }

    /// Says this to the next recipient.
    pub(crate) fn say(&self, answer: &'static str) {
        self.inner.to_recipients.lock().expect("whole").push_back(answer);
    }

    /// Keeps the next mail, and goes away before it says so.
    pub(crate) fn cut_next(&self) {
        *self.inner.cut.lock().expect("whole") += 1;
    }

    /// Says nothing to the next one that comes so far.
    pub(crate) fn fall_silent(&self, at: Silence) {
        *self.inner.silence.lock().expect("whole") = Some(at);
    }

    /// Waits until somebody is left without an answer.
    pub(crate) async fn is_silent(&self) {
        let began = Instant::now();
        while self.inner.silent.load(Ordering::SeqCst) == 0 {
            assert!(began.elapsed() < Duration::from_secs(30), "nobody came");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.inner.taken.lock().expect("whole").clone()
    }

    /// Waits until so many mails have come.
    pub(crate) async fn wait_for(&self, mails: usize) -> Vec<Taken> {
        let began = Instant::now();
        loop {
            let taken = self.taken();
            if taken.len() >= mails {
                return taken;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{} mails", taken.len());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn talk(mut socket: TcpStream, inner: &Inner) -> std::io::Result<()> {
    let (read, mut write) = socket.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    let mut to = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => "250-test\r\n250 8BITMIME",
            "RCPT" => {
                inner.falls_silent(Silence::AtTheRecipient).await;
                let said = inner.to_recipients.lock().expect("whole").pop_front();
                if said.is_none() {
                    to.push(line[8..].trim_matches(['<', '>']).to_owned());
                }
                said.unwrap_or("250 ok")
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    // Quoted-printable: a line that goes on, and the sign that says so.
                    match line.strip_suffix('=') {
                        Some(line) => text.push_str(line),
                        None => text.extend([line.as_str(), "\n"]),
                    }
                }
                let text = text.replace("=3D", "=");
                let to = std::mem::take(&mut to);
                inner.taken.lock().expect("whole").push(Taken { to, text });
                inner.falls_silent(Silence::AfterTheMail).await;
                let mut cut = inner.cut.lock().expect("whole");
                if *cut > 0 {
                    *cut -= 1;
                    return Ok(());
                }
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        write.write_all(answer.as_bytes()).await?;
        write.write_all(b"\r\n").await?;
    }
    Ok(())
}
