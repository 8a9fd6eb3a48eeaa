//! What all pages have in common: the head, the way around, a notice, and the frame at the foot.

use super::form::Form;
use super::visit::{OrgUser, Staff};
use super::{
    assets, contacts, customers, desk, email_conflicts, history, job, jobs, me, org, portal,
    subcontractors,
};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use form_urlencoded::Serializer;
use maud::{DOCTYPE, Markup, html};

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    whose: Whose,
    notice: Option<&'static str>,
    content: Markup,
}

/// Whose page it is, which says what is around it.
#[derive(Debug)]
enum Whose {
    /// Anybody's.
    Anybody,
    /// Somebody's own.
    Own(Place),
    /// A company's, for its staff.
    Desk { company: String, reads_audit: bool, here: Desk },
    /// A subcontractor's organisation's, for its users.
    Org { company: String, here: org::Place },
}

/// Where somebody is who works for a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Desk {
    /// The jobs, and what belongs to one.
    Jobs,
    /// The book of contacts.
    Contacts,
    /// Those who may have something built.
    Leads,
    /// Households and companies that contacts belong to.
    Customers,
    /// Companies that build for this one.
    Subcontractors,
    /// What comes from files.
    Imports,
    /// Who changed what.
    Audit,
    /// What was mailed.
    Mail,
    /// What the account is set to.
    Settings,
}

impl Desk {
    const ALL: [Self; 9] = [
        Self::Jobs,
        Self::Contacts,
        Self::Leads,
        Self::Customers,
        Self::Subcontractors,
        Self::Imports,
        Self::Audit,
        Self::Mail,
        Self::Settings,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Jobs => "/jobs",
            Self::Contacts => "/contacts",
            Self::Leads => "/leads",
            Self::Customers => "/customers",
            Self::Subcontractors => "/subcontractors",
            Self::Imports => "/imports",
            Self::Audit => "/audit",
            Self::Mail => "/mail",
            Self::Settings => "/settings",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Jobs => "Jobs",
            Self::Contacts => "Contacts",
            Self::Leads => "Leads",
            Self::Customers => "Customers",
            Self::Subcontractors => "Subcontractors",
            Self::Imports => "Imports",
            Self::Audit => "Audit",
            Self::Mail => "Mail",
            Self::Settings => "Settings",
        }
    }
}

/// A path of ours, for those who come back to it after signing in. Anything else is none: a link
/// cannot send whoever signs in to somewhere else.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let first = path.strip_prefix('/')?.split('/').next()?;
    let known = first == "me"
        || first == "accounts"
        || first == "org"
        || Desk::ALL.iter().any(|desk| desk.path().strip_prefix('/') == Some(first));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_');
    (known && path.bytes().all(plain) && !path.contains("//")).then_some(path)
}

/// Where somebody who is signed in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Their jobs.
    Jobs,
    /// Their name, phones and address.
    Details,
    /// Their additional emails.
    Emails,
    /// Where they are signed in.
    Sessions,
    /// Who changed what of them.
    History,
    /// The household or company that they belong to; the way there is on the first page of those who do.
    Customers,
}

impl Place {
    const ALL: [Self; 5] = [Self::Jobs, Self::Details, Self::Emails, Self::Sessions, Self::History];

    /// Where it is.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Jobs => "/me",
            Self::Details => "/me/details",
            Self::Emails => "/me/emails",
            Self::Sessions => "/me/sessions",
            Self::History => "/me/history",
            Self::Customers => "/me/customers",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Jobs => "Your jobs",
            Self::Details => "Your details",
            Self::Emails => "Emails",
            Self::Sessions => "Sign-ins",
            Self::History => "History",
            Self::Customers => "Your household or company",
        }
    }
}

impl Page {
    /// A page of this title, which stands above what is on it.
    pub(crate) fn new(title: impl Into<String>, content: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            whose: Whose::Anybody,
            notice: None,
            content,
        }
    }

    /// Another status than 200.
    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// For somebody who is signed in, and is here.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.whose = Whose::Own(place);
        self
    }

    /// For somebody who works for a company, and is here.
    pub(crate) fn desk(mut self, staff: &Staff, here: Desk) -> Self {
        let (company, reads_audit) = (staff.company().to_owned(), staff.reads_audit());
        self.whose = Whose::Desk { company, reads_audit, here };
        self
    }

    /// For somebody who works for a subcontractor's organisation, and is here.
    pub(super) fn org(mut self, user: &OrgUser, here: org::Place) -> Self {
        self.whose = Whose::Org { company: user.company().to_owned(), here };
        self
    }

    /// What has just been done, by the word in the page's query.
    pub(crate) fn done(mut self, word: &str) -> Self {
        self.notice = notice(word);
        self
    }

    fn written(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Titleblock" }
                    link rel="stylesheet" href=(assets::style());
                    link rel="icon" type="image/svg+xml" href=(assets::icon());
                    script src=(assets::script()) defer {}
                }
                body .desk[matches!(self.whose, Whose::Desk { .. })] {
                    a .skip href="#content" { "Skip to the content" }
                    header {
                        (self.whose.mark())
                        @if !matches!(self.whose, Whose::Anybody) {
                            div .tools {
                                form method="post" action="/sign-out" {
                                    button .quiet type="submit" { "Sign out" }
                                }
                                @if let Whose::Org { here, .. } = self.whose { (org::gear(here)) }
                            }
                        }
                    }
                    (self.whose.way_around())
                    main #content {
                        h1 { (self.title) }
                        @if let Some(notice) = self.notice {
                            p .notice role="status" { (notice) }
                        }
                        (self.content)
                    }
                    footer { (frame(&self.title, self.whose.keeper())) }
                }
            }
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.status, Html(self.written().into_string())).into_response()
    }
}

/// Shows another page of ours, by asking for it.
pub(crate) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A path of ours with these parameters.
pub(crate) fn address<'a>(
    path: &str,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The way to the next page of a list, with what of the query this one was asked for.
pub(crate) fn further(
    path: &str,
    query: &Form,
    kept: &[&str],
    next: Option<&str>,
    label: &str,
) -> Markup {
    let Some(next) = next else { return html! {} };
    let asked = kept.iter().filter_map(|name| Some((*name, query.filled(name)?)));
    let path = address(path, asked.chain([("cursor", next)]));
    html! { p .pager { a rel="next" href=(path) { (label) } } }
}

/// The same answer, with what the browser is to carry from now on.
pub(crate) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

impl Whose {
    /// Who keeps what is on the page.
    fn keeper(&self) -> &str {
        match self {
            Self::Desk { company, .. } | Self::Org { company, .. } => company,
            Self::Anybody | Self::Own(_) => "Titleblock",
        }
    }

    fn mark(&self) -> Markup {
        let (home, company) = match self {
            Self::Anybody => ("/", None),
            Self::Own(_) => ("/me", None),
            Self::Desk { company, .. } => ("/jobs", Some(company)),
            Self::Org { company, .. } => ("/org/projects", Some(company)),
        };
        html! {
            div .whose {
                a .mark href=(home) { "Titleblock" }
                @if let Some(company) = company { span .company { (company) } }
            }
        }
    }

    fn way_around(&self) -> Markup {
        let ways: Vec<(&str, &str, bool)> = match self {
            Self::Anybody => return html! {},
            Self::Own(here) => {
                Place::ALL.map(|place| (place.path(), place.label(), place == *here)).into()
            }
            Self::Desk { reads_audit, here, .. } => {
                let open =
                    Desk::ALL.into_iter().filter(|desk| *reads_audit || *desk != Desk::Audit);
                open.map(|desk| (desk.path(), desk.label(), desk == *here)).collect()
            }
            Self::Org { here, .. } => {
                org::Place::AROUND.map(|place| (place.path(), place.label(), place == *here)).into()
            }
        };
        html! {
            nav aria-label="Main" {
                ul { @for (path, label, here) in ways {
                    li { a href=(path) aria-current=[here.then_some("page")] { (label) } }
                } }
            }
        }
    }
}

/// The box in the corner of every drawing, which the product is named after.
fn frame(title: &str, keeper: &str) -> Markup {
    html! {
        dl .titleblock {
            div { dt { "Sheet" } dd { (title) } }
            div { dt { "Kept by" } dd { (keeper) } }
            div .wide { dt { "Record" } dd { "Every change is kept: who, when, from what to what" } }
        }
    }
}

/// What has just been done. A query names a notice and holds none of its words, so that a link
/// cannot have us say what somebody else wrote.
fn notice(word: &str) -> Option<&'static str> {
    let of_areas = [
        jobs::notice,
        job::notice,
        contacts::notice,
        email_conflicts::notice,
        history::notice,
        desk::notice,
        customers::notice,
        subcontractors::notice,
        portal::notice,
        me::notice,
        org::notice,
    ];
    general_notice(word).or_else(|| of_areas.into_iter().find_map(|notice| notice(word)))
}

fn general_notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "accepted" => "Welcome. The invitation is accepted, and you are signed in.",
        "joined" => "You belong to the staff now. Sign in to go to work.",
        "declined" => "You have declined the invitation. The builder will see that.",
        "signed-out" => "You are signed out.",
        "password-set" => "Your new password is set. Please sign in with it.",
        "reset-asked" => {
            "If there is a login with this address, a mail with a link is on its way. The link \
             works for half an hour; please look among the unwanted mail too."
        }
        "unchanged" => "Nothing was changed.",
        "primary-email-changed" => "Your new address is the one that you sign in with now.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_is_text_on_a_page_and_no_markup() {
        let typed = "<script>alert('x')</script>\"&";
        let page = Page::new(typed, html! { p title=(typed) { (typed) } }).done(typed);
        let written = page.written().into_string();
        assert_eq!(written.matches("<script").count(), 1, "ours: {written}");
        assert_eq!(written.matches("&lt;script&gt;").count(), 5, "{written}");
    }

    #[test]
    fn a_page_knows_where_it_is() {
        let written = Page::new("X", html! {}).at(Place::Emails).written().into_string();
        assert_eq!(written.matches("aria-current=\"page\"").count(), 1);
        assert!(written.contains("href=\"/me/emails\" aria-current"), "{written}");
    }

    #[test]
    fn nobody_is_sent_elsewhere_by_a_link_to_our_sign_in() {
        for path in ["/me", "/me/emails", "/jobs", "/jobs/0ab836c7-40d7/owners", "/accounts"] {
            assert_eq!(own_path(path), Some(path));
        }
        for path in
            ["", "me", "//evil.example", "/\\evil.example", "/jobs//evil", "/docs", "/jobs?x=1"]
        {
            assert_eq!(own_path(path), None, "{path}");
        }
    }
}
