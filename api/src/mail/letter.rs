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

    /// That an invitation waits, without its link: that stands in one mail alone (promise 23).
    pub(super) fn reminder(account: &str, mailed: Option<Timestamp>, until: Timestamp) -> Self {
        let mailed = mailed.map_or_else(String::new, |at| format!(" of {}", day_and_time(at)));
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} has invited you to your owner portal and waits for your answer. The \
                 invitation ends on {}.",
                day_and_time(until)
            )),
            Block::Paragraph(format!(
                "The link to answer it is in the mail{mailed}, which was sent to this address; it \
                 stands in no other. If you cannot find that mail, ask {account} to send it again."
            )),
            Block::Paragraph(
                "If you do not want to be invited, you need not do anything: the invitation ends by \
                 itself."
                    .to_owned(),
            ),
        ];
        Self { subject: one_line(&format!("{account} waits for your answer")), blocks }
    }

    /// To the address that a deactivated owner had (H6). Nothing in it is about whoever is invited.
    pub(super) fn former_address(account: &str) -> Self {
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} had closed the access to its owner portal that belongs to this address. \
                 It has now entered another address for the same contact, and invited whoever reads \
                 that one."
            )),
            Block::Paragraph(
                "Your own sign-in stays as it is, and so does all that you have with other builders."
                    .to_owned(),
            ),
            Block::Paragraph(format!(
                "If you did not expect this, ask {account} in a way that you know."
            )),
        ];
        let subject = format!("{account} invites another address in the place of yours");
        Self { subject: one_line(&subject), blocks }
    }

    /// A link with which its holder confirms that this address becomes their login (R32).
    pub(super) fn email_change(url: String, until: Timestamp) -> Self {
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(
                "Somebody, probably you, asked to use this address from now on to sign in, and as \
                 their primary email with every builder."
                    .to_owned(),
            ),
            Block::Link { label: "Confirm the new address", url },
            Block::Paragraph(format!(
                "The link works once, until {}. Confirming ends all sessions.",
                day_and_time(until)
            )),
            Block::Paragraph("If it was not you, do not confirm: nothing changes then.".to_owned()),
        ];
        Self { subject: "Confirm your new email address".to_owned(), blocks }
    }

    /// To the old address, when a change was asked for.
    pub(super) fn email_change_requested() -> Self {
        let blocks = [
            "Hello,",
            "Somebody who is signed in with your login, probably you, asked to change your primary \
             email from this address to another. It changes when they confirm it there.",
            "If it was not you, set a new password at once: that voids the change and ends all \
             sessions.",
        ];
        let blocks = blocks.map(|text| Block::Paragraph(text.to_owned())).into();
        Self { subject: "A change of your email address was asked for".to_owned(), blocks }
    }

    /// To the old and to the new address, when it is done.
    pub(super) fn email_changed() -> Self {
        let blocks = [
            "Hello,",
            "The primary email of your login was changed, with every builder that you are linked \
             to. Notices went to the old and to the new address.",
            "All sessions have ended. Sign in with the new address and the password that you have.",
            "If it was not you, talk to your builder.",
        ];
        let blocks = blocks.map(|text| Block::Paragraph(text.to_owned())).into();
        Self { subject: "Your email address was changed".to_owned(), blocks }
    }

    /// An invitation to an account's staff.
    pub(super) fn staff_invitation(facts: Invitation<'_>) -> Self {
        let Invitation { account, url, until } = facts;
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} invites you to its staff, to work with its contacts and jobs under your \
                 own name."
            )),
            Block::Link { label: "Accept the invitation", url },
            Block::Paragraph(format!(
                "The link works once, until {}. It is meant for you alone: do not pass it on.",
                day_and_time(until)
            )),
            Block::Paragraph(
                "If you did not expect this mail, you need not do anything.".to_owned(),
            ),
        ];
        Self { subject: one_line(&format!("{account} invites you to its staff")), blocks }
    }

    /// An invitation of a subcontractor to a job (R71).
    pub(super) fn project_invitation(
        facts: Invitation<'_>,
        company: &str,
        project: Option<&str>,
    ) -> Self {
        let Invitation { account, url, until } = facts;
        let project = project
            .map_or_else(|| "a project".to_owned(), |name| format!("\u{201c}{name}\u{201d}"));
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} invites {company} to work on {project}, and has you as the person to ask \
                 there."
            )),
            Block::Link { label: "Look at the invitation", url },
            Block::Paragraph(format!(
                "The link works once, until {}. It is meant for you alone: do not pass it on. Once you \
                 have accepted, you can add others of your company yourself.",
                day_and_time(until)
            )),
            Block::Paragraph(
                "If you did not expect this mail, you need not do anything.".to_owned(),
            ),
        ];
        Self { subject: one_line(&format!("{account} invites {company} to {project}")), blocks }
    }

    /// An invitation to a subcontractor's company (R79).
    pub(super) fn sub_user_invitation(facts: Invitation<'_>) -> Self {
        let Invitation { account: company, url, until } = facts;
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{company} invites you to work with it on its projects, under your own name. You will \
                 see all of them."
            )),
            Block::Link { label: "Accept the invitation", url },
            Block::Paragraph(format!(
                "The link works once, until {}. It is meant for you alone: do not pass it on.",
                day_and_time(until)
            )),
            Block::Paragraph(
                "If you did not expect this mail, you need not do anything.".to_owned(),
            ),
        ];
        Self { subject: one_line(&format!("{company} invites you to its projects")), blocks }
    }

    /// That somebody asks to be let into the company, and not who: that stands where one signs in (H9).
    pub(super) fn join_requested(company: &str, url: String) -> Self {
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "Somebody asks to join {company}. Whoever is let in sees all its projects: look at who \
                 it is, and let in only those whom you know."
            )),
            Block::Link { label: "Look at the request", url },
        ];
        Self { subject: one_line(&format!("Somebody asks to join {company}")), blocks }
    }

    /// That the company has let them in (H9).
    pub(super) fn join_approved(company: &str, url: String) -> Self {
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!("{company} has let you in: you see all its projects now.")),
            Block::Link { label: "Sign in", url },
        ];
        Self { subject: one_line(&format!("{company} has let you in")), blocks }
    }

    /// A link to a project's portal (R89).
    pub(super) fn portal_link(facts: Invitation<'_>) -> Self {
        let Invitation { account, url, until } = facts;
        let blocks = vec![
            Block::Paragraph("Hello,".to_owned()),
            Block::Paragraph(format!(
                "{account} shows you how far your project is: on a page that you open with this link, \
                 without signing in."
            )),
            Block::Link { label: "Open the project's page", url },
            Block::Paragraph(format!(
                "The link works until {}. Whoever has it sees the page: pass it on only to those who \
                 may.",
                day_and_time(until)
            )),
            Block::Paragraph(format!(
                "If you did not expect this mail, you need not do anything. If in doubt, ask {account} \
                 in a way that you know."
            )),
        ];
        Self { subject: one_line(&format!("{account} shows you how far your project is")), blocks }
    }

    /// That something new waits in the owner's portal, and not what it is (R21).
    pub(super) fn news(kind: MailKind, account: &str, url: String) -> Self {
        let (subject, says) = match kind {
            MailKind::NewTodo => ("has something for you to do", "has added a To-Do for you."),
            MailKind::NewTask => ("waits for you", "needs something from you for your project."),
            MailKind::NewMessage
            | MailKind::Notice
            | MailKind::Invitation
            | MailKind::InvitationReminder
            | MailKind::FormerAddress
            | MailKind::StaffInvitation
            | MailKind::PasswordReset
            | MailKind::PrimaryEmailChange
            | MailKind::PrimaryEmailChangeRequested
            | MailKind::PrimaryEmailChanged
            | MailKind::PortalLink
            | MailKind::ProjectInvitation
            | MailKind::SubUserInvitation
            | MailKind::JoinRequested
            | MailKind::JoinApproved => ("has written to you", "has sent you a message."),
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
    fn a_subcontractors_letters_say_who_invites_whom_and_where() {
        let until = Timestamp::parse("2026-11-25T14:30:00Z").expect("a time");
        let invitation =
            |url: &str| Invitation { account: "Elm & Sons", url: url.to_owned(), until };
        let letter = Letter::project_invitation(invitation("u"), "Ridge Roofing", Some("Oak St 4"));
        assert_eq!(letter.subject, "Elm & Sons invites Ridge Roofing to \u{201c}Oak St 4\u{201d}");
        assert!(letter.text().contains("until 25 November 2026, 14:30 UTC"), "{}", letter.text());
        let letter = Letter::sub_user_invitation(invitation("v"));
        assert_eq!((letter.link(), letter.subject.contains("Elm & Sons")), (Some("v"), true));
        let asked = Letter::join_requested("Ridge Roofing", "w".to_owned());
        let let_in = Letter::join_approved("Ridge Roofing", "x".to_owned());
        assert_eq!((asked.link(), let_in.link()), (Some("w"), Some("x")));
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
    fn a_reminder_says_which_mail_has_the_link_and_has_none() {
        let at = |typed| Timestamp::parse(typed).expect("a time");
        let (mailed, until) = (at("2026-11-22T14:30:00Z"), at("2026-11-25T14:30:00Z"));
        let letter = Letter::reminder("Elm & Sons", Some(mailed), until);
        assert_eq!(letter.link(), None);
        assert_eq!(letter.subject, "Elm & Sons waits for your answer");
        let text = letter.text();
        assert!(text.contains("ends on 25 November 2026, 14:30 UTC"), "{text}");
        assert!(text.contains("in the mail of 22 November 2026, 14:30 UTC"), "{text}");
        assert!(text.contains("ask Elm & Sons to send it again"), "{text}");
    }

    #[test]
    fn the_word_to_a_former_address_has_no_link() {
        let letter = Letter::former_address("Elm & Sons");
        assert_eq!(letter.link(), None);
        assert!(letter.text().contains("Your own sign-in stays as it is"), "{}", letter.text());
    }

    #[test]
    fn a_changed_address_is_told_as_changed_and_never_as_an_invitation() {
        // RULES.md 2.5
        let until = Timestamp::parse("2026-11-25T14:30:00Z").expect("a time");
        let url = "https://builders.example/email-changes/tbc_x".to_owned();
        let link = Letter::email_change(url.clone(), until);
        assert_eq!(link.link(), Some(url.as_str()));
        assert!(link.text().contains("until 25 November 2026, 14:30 UTC"));
        let letters = [link, Letter::email_change_requested(), Letter::email_changed()];
        for letter in &letters {
            assert!(!letter.text().to_lowercase().contains("invit"), "{}", letter.text());
        }
        assert!(letters[1..].iter().all(|notice| notice.link().is_none()));
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
