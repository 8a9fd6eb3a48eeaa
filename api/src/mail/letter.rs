//! What stands in a mail, as plain text and as HTML.
//!
//! A letter is a list of paragraphs and links; both parts are made of the same list, so that they
//! say the same. Links begin with the configured public URL and with nothing that a request said
//! (promise 31).

use domain::Timestamp;
use domain::notification::MailKind;
use std::fmt::Write as _;

/// A written letter.
pub(super) struct Letter {
    pub(super) subject: String,
    blocks: Vec<Block>,
}

enum Block {
    Paragraph(String),
    Link { label: &'static str, url: String },
}

/// An invitation's facts.
pub(super) struct Invitation<'a> {
    /// The builder account's name.
    pub(super) account: &'a str,
    /// Where the link leads.
    pub(super) url: String,
    /// Until when it works.
    pub(super) until: Timestamp,
}

impl Letter {
    /// An invitation to the owner's portal (R3, R17).
    pub(super) fn invitation(facts: Invitation<'_>) -> Self {
        let Invitation { account, url, until } = facts;
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} invites you to your owner portal, where you can follow your project and \
                 look after your own contact details."
            )),
            Block::Link { label: "Accept the invitation", url },
            Block::Paragraph(format!(
                "The link works once, until {}. It was made for this address; please do not pass \
                 it on.",
                day_and_time(until)
            )),
            Block::Paragraph(format!(
                "If you did not expect this mail, you need not do anything: the invitation ends by \
                 itself. If in doubt, ask {account} in a way that you know."
            )),
        ];
        Self { subject: one_line(&format!("{account} invites you to your owner portal")), blocks }
    }

    /// A link with which its holder sets a new password (R15, R17).
    pub(super) fn password_reset(url: String, until: Option<Timestamp>) -> Self {
        let until = until.map_or_else(
            || "for a short time".to_owned(),
            |until| format!("until {}", day_and_time(until)),
        );
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(
                "Somebody, probably you, asked to set a new password for this address.".to_owned(),
            ),
            Block::Link { label: "Set a new password", url },
            Block::Paragraph(format!(
                "The link works once, {until}. Setting a new password ends all sessions."
            )),
            Block::Paragraph(
                "If it was not you, you need not do anything: your password stays as it is."
                    .to_owned(),
            ),
        ];
        Self { subject: "Set a new password".to_owned(), blocks }
    }

    /// That something new waits in the owner's portal, and not what it is (R21).
    pub(super) fn news(kind: MailKind, account: &str, url: String) -> Self {
        let (subject, says) = match kind {
            MailKind::NewTodo => ("has something for you to do", "has added a To-Do for you."),
            MailKind::NewTask => ("waits for you", "needs something from you for your project."),
            MailKind::NewMessage
            | MailKind::Notice
            | MailKind::Invitation
            | MailKind::PasswordReset => ("has written to you", "has sent you a message."),
        };
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!("{account} {says} You find it in your owner portal.")),
            Block::Link { label: "Open your owner portal", url },
            Block::Paragraph(
                "You get this mail because your builder has this address of yours. What it is about \
                 stands in the portal alone, where you sign in."
                    .to_owned(),
            ),
        ];
        Self { subject: one_line(&format!("{account} {subject}")), blocks }
    }

    /// A text that is ready, a paragraph between two empty lines.
    pub(super) fn notice(subject: &str, text: &str) -> Self {
        let paragraphs = text.split("\n\n").map(|p| p.trim_matches('\n')).filter(|p| !p.is_empty());
        let blocks = paragraphs.map(|p| Block::Paragraph(p.to_owned())).collect();
        Self { subject: one_line(subject), blocks }
    }

    /// Where its link leads, if it has one.
    pub(super) fn link(&self) -> Option<&str> {
        self.blocks.iter().find_map(|block| match block {
            Block::Link { url, .. } => Some(url.as_str()),
            Block::Paragraph(_) => None,
        })
    }

    /// The plain text.
    pub(super) fn text(&self) -> String {
        let block = |block: &Block| match block {
            Block::Paragraph(text) => text.clone(),
            Block::Link { label, url } => format!("{label}:\n{url}"),
        };
        self.blocks.iter().map(block).collect::<Vec<_>>().join("\n\n") + "\n"
    }

    /// The same as HTML, without anything that is fetched from elsewhere.
    pub(super) fn html(&self) -> String {
        let mut body = String::new();
        for block in &self.blocks {
            match block {
                Block::Paragraph(text) => {
                    let text = escape(text).replace('\n', "<br>\n");
                    body.extend(["<p>", &text, "</p>\n"]);
                }
                Block::Link { label, url } => {
                    let url = escape(url);
                    body.extend(["<p><a href=\"", &url, "\">", label, "</a></p>\n"]);
                    body.extend(["<p>", &url, "</p>\n"]);
                }
            }
        }
        let subject = escape(&self.subject);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
             <title>{subject}</title></head>\n<body>\n{body}</body>\n</html>\n"
        )
    }
}

/// Text that can stand in HTML, in an attribute too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A subject is one line, whatever was put into it.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `25 November 2026, 14:30 UTC`.
fn day_and_time(at: Timestamp) -> String {
    let at = at.moment();
    let mut text = String::new();
    // Writing into a String cannot fail.
    let written = write!(
        text,
        "{} {} {}, {:02}:{:02} UTC",
        at.day(),
        at.month(),
        at.year(),
        at.hour(),
        at.minute()
    );
    debug_assert!(written.is_ok());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://builders.example/invitations/tbi_x";

    fn invitation(account: &str) -> Letter {
        let until = Timestamp::parse("2026-11-25T14:30:00Z").expect("a time");
        Letter::invitation(Invitation { account, url: URL.to_owned(), until })
    }

    #[test]
    fn an_invitation_says_who_invites_until_when_and_what_to_do_if_it_is_unexpected() {
        let letter = invitation("Elm Street Builders");
        assert_eq!(letter.subject, "Elm Street Builders invites you to your owner portal");
        assert_eq!(letter.link(), Some(URL));
        for part in [letter.text(), letter.html()] {
            for said in [
                "Elm Street Builders invites you",
                URL,
                "until 25 November 2026, 14:30 UTC",
                "If you did not expect this mail",
            ] {
                assert!(part.contains(said), "{said} in {part}");
            }
        }
    }

    #[test]
    fn what_somebody_typed_is_text_in_html_and_no_markup() {
        let letter = invitation("<script>alert('x')</script> & \"Sons\"");
        let html = letter.html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Sons"));
        assert!(letter.text().contains("<script>alert('x')</script> & \"Sons\" invites you"));
    }

    #[test]
    fn news_say_from_whom_and_where_and_nothing_of_what() {
        for (kind, subject) in [
            (MailKind::NewMessage, "Elm & Sons has written to you"),
            (MailKind::NewTodo, "Elm & Sons has something for you to do"),
            (MailKind::NewTask, "Elm & Sons waits for you"),
        ] {
            let url = "https://builders.example/me".to_owned();
            let letter = Letter::news(kind, "Elm & Sons", url.clone());
            assert_eq!((letter.subject.as_str(), letter.link()), (subject, Some(url.as_str())));
            assert!(letter.text().contains("owner portal"), "{}", letter.text());
            assert!(letter.html().contains("Elm &amp; Sons"), "{}", letter.html());
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        let letter = Letter::notice("One\r\nBcc: all@example.org", "Text");
        assert_eq!(letter.subject, "One Bcc: all@example.org");
    }

    #[test]
    fn a_reset_says_that_nothing_has_happened_yet() {
        let url = "https://builders.example/password-resets/tbr_x".to_owned();
        let letter = Letter::password_reset(url.clone(), None);
        assert_eq!(letter.link(), Some(url.as_str()));
        assert!(letter.text().contains("The link works once, for a short time."));
        assert!(letter.html().contains("your password stays as it is"));
    }

    #[test]
    fn a_notice_keeps_its_paragraphs_and_has_no_link() {
        let letter = Letter::notice("Changed", "One\nand more\n\n\nTwo <3");
        assert_eq!(letter.link(), None);
        assert_eq!(letter.text(), "One\nand more\n\nTwo <3\n");
        let html = letter.html();
        assert!(html.contains("<p>One<br>\nand more</p>\n<p>Two &lt;3</p>"), "{html}");
    }
}
