use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::mail::{Delivery, LocalMail, Mailbox, escape};
use crate::state::AppState;
use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Html;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The mails in the local mailbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LocalMails {
    /// Newest first, 200 at most.
    items: Vec<LocalMail>,
}

/// The local mailbox, for an operator. Where there is none, there is no such route, whoever asks.
#[derive(Debug)]
pub(crate) struct OperatorsMailbox(Mailbox);

impl FromRequestParts<AppState> for OperatorsMailbox {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let mailbox = mailbox(app)?.clone();
        Asker::of(parts, app).await?.operator()?;
        Ok(Self(mailbox))
    }
}

fn mailbox(app: &AppState) -> Result<&Mailbox, Problem> {
    match app.delivery() {
        Delivery::Mailbox(mailbox) => Ok(mailbox),
        Delivery::Smtp | Delivery::Waiting => Err(Problem::of_status(StatusCode::NOT_FOUND)),
    }
}

/// Read the mail that a server without a mail server kept, newest first; for operators.
///
/// There is such a route only where nobody but the own machine reaches the server.
#[utoipa::path(get, path = "/v1/dev/mailbox", tag = "operations",
    responses((status = 200, body = LocalMails), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn read_mailbox(OperatorsMailbox(mailbox): OperatorsMailbox) -> Json<LocalMails> {
    Json(LocalMails { items: mailbox.mails() })
}

/// What opens the page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MailboxKey {
    /// As the start printed it.
    #[serde(default)]
    key: String,
}

/// Look at the same mail in a browser, with the link that the start printed.
#[utoipa::path(get, path = "/dev/mailbox", tag = "operations", security(()), params(MailboxKey),
    responses((status = 200, body = String, content_type = "text/html"),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_mailbox(
    State(app): State<AppState>,
    key: Result<Query<MailboxKey>, axum::extract::rejection::QueryRejection>,
) -> Result<Html<String>, Problem> {
    let mailbox = mailbox(&app)?;
    match key {
        Ok(Query(MailboxKey { key })) if mailbox.opens_with(&key) => {
            Ok(Html(page(&mailbox.mails())))
        }
        Ok(_) | Err(_) => {
            let detail = "The local mailbox opens with the link that the server printed when it \
                          started.";
            Err(Problem::new("no_such_route", detail))
        }
    }
}

fn page(mails: &[LocalMail]) -> String {
    let mut body = String::new();
    for mail in mails {
        let [to, subject, text] = [&mail.to, &mail.subject, &mail.text].map(|text| escape(text));
        let (kind, at) = (mail.kind, mail.sent_at);
        body.push_str(&format!(
            "<h2>{subject}</h2>\n<p>To {to}, {kind}, {at}</p>\n<pre>{text}</pre>\n"
        ));
        if let Some(link) = mail.link.as_deref().map(escape) {
            body.push_str(&format!("<p><a rel=\"noreferrer\" href=\"{link}\">{link}</a></p>\n"));
        }
    }
    if mails.is_empty() {
        body.push_str("<p>No mail yet.</p>\n");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Local mailbox</title></head>\
         \n<body>\n<h1>Local mailbox</h1>\n<p>There is no mail server; mail is kept in memory, the \
         newest 200.</p>\n{body}</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_in_a_mail_is_text_on_the_page() {
        let mail = LocalMail {
            id: Uuid::nil(),
            kind: "invitation",
            to: "\"<b>\"@example.org".to_owned(),
            subject: "<script>".to_owned(),
            text: "</pre><img src=x>".to_owned(),
            link: Some("http://127.0.0.1/invitations/x\"onclick=".to_owned()),
            sent_at: domain::Timestamp::parse("2026-03-02T09:15:00Z").expect("a time"),
        };
        let page = page(&[mail]);
        for markup in ["<script>", "<b>", "<img", "x\"onclick"] {
            assert!(!page.contains(markup), "{page}");
        }
    }
}
