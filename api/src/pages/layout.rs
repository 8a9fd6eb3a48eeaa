//! What all pages have in common: the head, the way around, a notice, and the frame at the foot.

use super::assets;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    place: Option<Place>,
    notice: Option<&'static str>,
    content: Markup,
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
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Jobs => "Your jobs",
            Self::Details => "Your details",
            Self::Emails => "Emails",
            Self::Sessions => "Sign-ins",
            Self::History => "History",
        }
    }

    /// The place at this path, for those who come back to it after signing in.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.path() == path)
    }
}

impl Page {
    /// A page of this title, which stands above what is on it.
    pub(crate) fn new(title: impl Into<String>, content: Markup) -> Self {
        Self { status: StatusCode::OK, title: title.into(), place: None, notice: None, content }
    }

    /// Another status than 200.
    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// For somebody who is signed in, and is here.
    pub(crate) const fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
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
                }
                body {
                    a .skip href="#content" { "Skip to the content" }
                    header {
                        a .mark href=(self.place.map_or("/", |_| "/me")) { "Titleblock" }
                        @if self.place.is_some() {
                            form method="post" action="/sign-out" {
                                button .quiet type="submit" { "Sign out" }
                            }
                        }
                    }
                    @if let Some(here) = self.place { (way_around(here)) }
                    main #content {
                        h1 { (self.title) }
                        @if let Some(notice) = self.notice {
                            p .notice role="status" { (notice) }
                        }
                        (self.content)
                    }
                    footer { (frame(&self.title)) }
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

/// The same answer, with what the browser is to carry from now on.
pub(crate) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn way_around(here: Place) -> Markup {
    html! {
        nav aria-label="Your pages" {
            ul { @for place in Place::ALL {
                li {
                    a href=(place.path()) aria-current=[(place == here).then_some("page")] {
                        (place.label())
                    }
                }
            } }
        }
    }
}

/// The box in the corner of every drawing, which the product is named after.
fn frame(title: &str) -> Markup {
    html! {
        dl .titleblock {
            div { dt { "Sheet" } dd { (title) } }
            div { dt { "Kept by" } dd { "Titleblock" } }
            div .wide { dt { "Record" } dd { "Every change is kept: who, when, from what to what" } }
        }
    }
}

/// What has just been done. A query names a notice and holds none of its words, so that a link
/// cannot have us say what somebody else wrote.
fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "accepted" => "Welcome. The invitation is accepted, and you are signed in.",
        "joined" => {
            "You belong to the staff now. What you do for the account goes over the API: sign in \
             there with your address, your password and the account."
        }
        "taken" => "That builder is among yours now.",
        "declined" => "You have declined the invitation. The builder will see that.",
        "signed-out" => "You are signed out.",
        "ended" => "That session has ended.",
        "password-set" => "Your new password is set. Please sign in with it.",
        "reset-asked" => {
            "If there is a login with this address, a mail with a link is on its way. The link \
             works for half an hour; please look among the unwanted mail too."
        }
        "details" => "Your details are saved, with every builder of yours.",
        "unchanged" => "Nothing was changed.",
        "email-added" => "The address is added.",
        "email-changed" => "The address is changed.",
        "email-asked" => {
            "A mail with a link is on its way to the new address. Nothing changes until you open it \
             and confirm."
        }
        "primary-email-changed" => "Your new address is the one that you sign in with now.",
        "email-removed" => "The address is removed.",
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
        assert!(!written.contains("<script"), "{written}");
        assert_eq!(written.matches("&lt;script&gt;").count(), 5, "{written}");
    }

    #[test]
    fn a_page_knows_where_it_is() {
        let written = Page::new("X", html! {}).at(Place::Emails).written().into_string();
        assert_eq!(written.matches("aria-current=\"page\"").count(), 1);
        assert!(written.contains("href=\"/me/emails\" aria-current"), "{written}");
        for place in Place::ALL {
            assert_eq!(Place::at(place.path()), Some(place));
        }
        assert_eq!(Place::at("//evil.example"), None);
    }
}
