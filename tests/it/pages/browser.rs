//! A browser without scripts: it keeps its cookies, says from where a form is sent, and sends what
//! stands in a page's form but for what somebody types.

use super::super::harness::{Builder, Server};
use super::PASSWORD;
use form_urlencoded::Serializer;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// A browser.
pub(super) struct Browser {
    base: String,
    client: Client,
    pub(super) cookies: BTreeMap<String, String>,
}

/// What it shows.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
}

impl Browser {
    pub(super) fn new(server: &Server) -> Self {
        Self::at(&server.base)
    }

    /// One that goes to the server at this address.
    pub(super) fn at(base: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { base: base.to_owned(), client, cookies: BTreeMap::new() }
    }

    /// Another window of it.
    pub(super) fn another(&self) -> Self {
        let (base, client) = (self.base.clone(), self.client.clone());
        Self { base, client, cookies: self.cookies.clone() }
    }

    /// A request with the cookies that it keeps.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    /// Looks at a page.
    pub(super) async fn look(&mut self, path: &str) -> Seen {
        self.take(path, self.request(Method::GET, path)).await
    }

    /// Sends these fields from a page of ours.
    pub(super) async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        self.take(path, with_form(request, fields)).await
    }

    /// Types into a page's form, and presses this button.
    pub(super) async fn fill(&mut self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        let form = page.form(action);
        let fields = form.with(action, typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        let path = form.action.unwrap_or_else(|| page.path.clone());
        self.send(&path, &fields).await
    }

    /// Goes where a page leads to.
    pub(super) async fn follow(&mut self, from: &Seen) -> Seen {
        let to = from.leads_to().to_owned();
        self.look(&to).await.is(200)
    }

    /// Takes an answer and what it wants to be carried.
    pub(super) async fn take(&mut self, path: &str, request: RequestBuilder) -> Seen {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a text");
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let html = response.text().await.expect("a body");
        Seen { path: path.to_owned(), status, headers, html }
    }

    /// Signs in.
    pub(super) async fn sign_in(&mut self, email: &str, password: &str) -> Seen {
        let page = self.look("/sign-in").await.is(200);
        self.fill(&page, "sign-in", &[("email", email), ("password", password)]).await
    }
}

/// The browser of somebody who is invited to the staff in this role, joins and goes to work.
pub(super) async fn staff_browser(
    server: &Server,
    builder: &Builder,
    email: &str,
    role: &str,
) -> Browser {
    let (_, link) = server.invite_staff(builder, email, role, &[]).await;
    let mut browser = Browser::new(server);
    let path = format!("/staff-invitations/{link}");
    let page = browser.look(&path).await.is(200);
    let typed = [("password", PASSWORD), ("password_again", PASSWORD)];
    browser.fill(&page, "accept", &typed).await.leads_to();
    assert_eq!(browser.sign_in(email, PASSWORD).await.leads_to(), "/jobs");
    browser
}

/// The same request with a form's body.
pub(super) fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

impl Seen {
    /// What is shown, which must have this status.
    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.html);
        self
    }

    /// Asserts that all of this is to be read.
    #[track_caller]
    pub(super) fn says(self, texts: &[&str]) -> Self {
        let read = self.text();
        for text in texts {
            assert!(read.contains(text), "{}: no {text:?} in {read}", self.path);
        }
        self
    }

    /// Asserts that nothing of this is there.
    #[track_caller]
    pub(super) fn says_nothing_of(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.html.contains(text), "{}: {text:?} in {}", self.path, self.html);
        }
        self
    }

    /// Where it leads to.
    #[track_caller]
    pub(super) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}: {}", self.path, self.html);
        self.headers["location"].to_str().expect("a text")
    }

    /// What is to be read, without the markup; entities are turned back.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for part in self.html.split('<') {
            let (tag, rest) = part.split_once('>').unwrap_or(("", part));
            let block = ["p", "/p", "li", "dd", "dt", "h1", "h2", "div", "label", "article"];
            if block.contains(&tag.split(' ').next().unwrap_or_default()) {
                text.push('\n');
            }
            text.push_str(rest);
        }
        unescaped(&text)
    }

    /// The form with this button.
    #[track_caller]
    pub(super) fn form(&self, action: &str) -> Form {
        let button = format!("name=\"action\" value=\"{action}\"");
        let forms = self.html.split("<form").skip(1);
        let mut forms = forms.map(|form| form.split("</form>").next().unwrap_or(form));
        let form = forms.find(|form| form.contains(&button));
        let form = form.unwrap_or_else(|| panic!("no button {action}: {}", self.html));
        let (head, body) = form.split_once('>').expect("a form");
        assert_eq!(attribute(head, "method").as_deref(), Some("post"), "{form}");
        let (mut fields, mut boxes) = (Vec::<(String, String)>::new(), Vec::new());
        let mut selects = BTreeSet::new();
        for part in body.split('<') {
            let Some((tag, after)) = part.split_once('>') else { continue };
            let kind = attribute(tag, "type");
            let chosen = tag.ends_with(" checked") || tag.contains(" checked ");
            let value = match tag.split(' ').next() {
                Some("input") => attribute(tag, "value"),
                Some("textarea") => Some(unescaped(after.strip_prefix('\n').unwrap_or(after))),
                Some("select") => None,
                Some("option") => {
                    // The first of a choice, unless another one is chosen.
                    let value = attribute(tag, "value").unwrap_or_default();
                    let first = selects.insert(fields.len());
                    let (_, there) = fields.last_mut().expect("a select");
                    if first || tag.contains(" selected") {
                        *there = value;
                    }
                    continue;
                }
                _ => continue,
            };
            let Some(name) = attribute(tag, "name") else { continue };
            let value = value.unwrap_or_default();
            match kind.as_deref() {
                Some("checkbox" | "radio") if !chosen => boxes.push((name, value, kind)),
                Some("submit") => {}
                _ => fields.push((name, value)),
            }
        }
        Form { action: attribute(head, "action"), fields, boxes }
    }
}

/// A form as a page has it.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) action: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    /// Boxes and buttons that are not ticked: name, value and kind.
    boxes: Vec<(String, String, Option<String>)>,
}

impl Form {
    /// Its fields, with what somebody typed in the place of what was there.
    #[track_caller]
    fn with(&self, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.fields.clone();
        for (name, value) in typed {
            let mut boxes = self.boxes.iter();
            if let Some((_, _, kind)) = boxes.find(|(n, v, _)| n == name && v == value) {
                // A box that is ticked, or a button in the place of the one that was pressed.
                if kind.as_deref() == Some("radio") {
                    fields.retain(|(there, _)| there != name);
                }
                fields.push(((*name).to_owned(), (*value).to_owned()));
                continue;
            }
            let mut free = fields.iter_mut().filter(|(there, _)| there == name);
            // Of several of one name, the first that is empty.
            let last = free.next().unwrap_or_else(|| panic!("no field {name}"));
            let field = match free.find(|(_, there)| there.is_empty()) {
                Some(empty) if !last.1.is_empty() => empty,
                _ => last,
            };
            (*value).clone_into(&mut field.1);
        }
        fields.push(("action".to_owned(), action.to_owned()));
        fields
    }

    /// What is in a field.
    #[track_caller]
    pub(super) fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(there, _)| there == name);
        field.map_or_else(|| panic!("no field {name}"), |(_, value)| value.as_str())
    }
}

/// An attribute of a tag.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next().unwrap_or_default()))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
