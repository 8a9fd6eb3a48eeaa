//! Forms: what was typed, what is wrong with it, and how both are shown again.
//!
//! A form works without a script. One that is refused comes back as it was typed, but for
//! passwords, with the sentence, rule and remedy of the API's problem above it and beside the field.

use super::words::needed;
use crate::codes;
use crate::error::{CompanyHere, FieldError, Problem};
use crate::extract::body;
use crate::passwords::Typed;
use axum::body::Body;
use axum::http::HeaderMap;
use event_store::keys::sha256;
use maud::{Markup, html};
use std::fmt;

/// The most bytes of a form.
const BYTES_MAX: usize = 64 << 10;
/// The most fields of a form.
const FIELDS_MAX: usize = 200;

/// The fields of a form, or of a query, in their order.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

/// What people type does not show in logs.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(…)")
    }
}

impl Form {
    /// Reads what a browser sends.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let bytes = body::read(headers, body, BYTES_MAX).await?;
        let kind = body::media_type(headers).map(|(kind, _)| kind.to_ascii_lowercase());
        if !bytes.is_empty() && kind.as_deref() != Some("application/x-www-form-urlencoded") {
            let detail = "The body must be application/x-www-form-urlencoded.";
            return Err(Problem::new("unsupported_media_type", detail));
        }
        Self::parse(&bytes)
    }

    /// Fields that came beside a file.
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name, unfolded(&value))).collect())
    }

    /// The same, with one more field.
    pub(super) fn with(mut self, name: &str, value: String) -> Self {
        self.0.push((name.to_owned(), value));
        self
    }

    /// Reads the part behind the `?`.
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, Problem> {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(bytes)
            .take(FIELDS_MAX + 1)
            .map(|(name, value)| (name.into_owned(), unfolded(&value)))
            .collect();
        if fields.len() > FIELDS_MAX {
            return Err(Problem::unreadable("body", "must have at most 200 fields"));
        }
        Ok(Self(fields))
    }

    /// What was typed into a field; nothing where there is no such field.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(there, _)| there == name).map_or("", |(_, value)| value)
    }

    /// The same, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|typed| !typed.trim().is_empty())
    }

    /// What was typed into each of several fields of one name, but for those left empty.
    pub(crate) fn each_filled(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(there, _)| there == name);
        named.map(|(_, value)| value.clone()).filter(|typed| !typed.trim().is_empty()).collect()
    }

    /// What its fields are called.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// What tells one form that was sent from another.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let fields = self.0.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        sha256(fields.collect::<Vec<_>>().join("\0").as_bytes())
    }

    /// The password in a field.
    pub(crate) fn password(&self, name: &str) -> Typed {
        Typed::from(self.text(name))
    }

    /// A new password that is typed twice, as nobody sees what they type.
    pub(crate) fn new_password(&self) -> Result<Typed, Problem> {
        if self.text(PASSWORD) == self.text(PASSWORD_AGAIN) {
            return Ok(self.password(PASSWORD));
        }
        let field = PASSWORD_AGAIN.to_owned();
        let reason = "must be the same as above".to_owned();
        let errors = vec![FieldError { field, reason }];
        Err(Problem::invalid(axum::http::StatusCode::UNPROCESSABLE_ENTITY, errors))
    }
}

/// Browsers send line breaks as CR LF; one that is not edited must compare equal to what was shown.
fn unfolded(value: &str) -> String {
    value.replace("\r\n", "\n")
}

/// The field of a password.
pub(crate) const PASSWORD: &str = "password";
/// The field in which a new password is typed once more.
pub(crate) const PASSWORD_AGAIN: &str = "password_again";

/// Why a form was not taken.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Option<Problem>);

impl From<Problem> for Complaints {
    fn from(problem: Problem) -> Self {
        Self(Some(problem))
    }
}

impl Complaints {
    /// The form has not been sent yet.
    pub(crate) const NONE: Self = Self(None);

    /// A problem that the form's visitor can do something about; what failed is passed on.
    pub(crate) fn about(mut problem: Problem) -> Result<Self, Problem> {
        problem.body.detail = needed(&problem.body.detail);
        if problem.status.is_client_error() { Ok(Self(Some(problem))) } else { Err(problem) }
    }

    /// The status of the page that shows them.
    pub(crate) fn status(&self) -> axum::http::StatusCode {
        self.0.as_ref().map_or(axum::http::StatusCode::OK, |problem| problem.status)
    }

    /// Whether something is wrong with this field.
    fn are_about(&self, field: &str) -> bool {
        self.at(field, "").is_some()
    }

    /// What is wrong with a field, with what people see in the place of its name.
    pub(crate) fn at(&self, field: &str, label: &str) -> Option<String> {
        let body = &self.0.as_ref()?.body;
        if let Some(FieldError { reason, .. }) = body.errors.iter().find(|e| e.field == field) {
            return Some(format!("{label} {reason}."));
        }
        if body.field.as_deref() != Some(field) {
            return None;
        }
        Some(match body.detail.strip_prefix(field) {
            Some(reason) => format!("{label}{reason}"),
            None => body.detail.clone(),
        })
    }

    /// The organisations that a problem of this code names.
    pub(crate) fn organisations(&self, code: &str) -> &[CompanyHere] {
        match &self.0 {
            Some(problem) if problem.body.code == code => &problem.body.organisations,
            Some(_) | None => &[],
        }
    }

    /// All of them above the form; `labels` says what people call the fields.
    pub(crate) fn above(&self, labels: &[(&str, &str)]) -> Markup {
        let Some(problem) = &self.0 else { return html! {} };
        let body = &problem.body;
        let named = |field: &str| {
            let plain = field.split('[').next().unwrap_or(field);
            labels.iter().find(|(name, _)| *name == plain).map(|(_, label)| *label)
        };
        let mut fields: Vec<&str> = body.errors.iter().map(|error| error.field.as_str()).collect();
        if fields.is_empty() {
            fields.extend(body.field.as_deref());
        }
        let marked: Vec<(&str, String)> = fields
            .into_iter()
            .filter_map(|field| Some((field, self.at(field, named(field)?)?)))
            .collect();
        let remedy = body.remedy.filter(|_| body.code != "invalid_request");
        html! {
            div .complaints role="alert" {
                h2 { "That was not taken" }
                @if marked.is_empty() { p { (body.detail) } } @else {
                    ul { @for (field, sentence) in &marked {
                        li { a href=(format!("#{}", id_of(field))) { (sentence) } }
                    } }
                }
                @if let Some(remedy) = remedy { p { (remedy) } }
                @if let Some(seconds) = problem.retry_after_s { p { (wait(seconds)) } }
                (rule(problem))
            }
        }
    }
}

/// The number of the rule that said no, in small print: whoever asks about it can name it.
pub(crate) fn rule(problem: &Problem) -> Markup {
    let rule = problem.body.rule.or(codes::entry(problem.body.code).rule);
    html! { @if let Some(rule) = rule { p .rule { "Rule " (rule) } } }
}

/// How long somebody waits, as people say it.
pub(crate) fn wait(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "Please wait for a minute.".to_owned(),
        minutes => format!("Please wait for {minutes} minutes."),
    }
}

/// The id of the input that a field is typed into.
fn id_of(field: &str) -> String {
    field.replace('[', "-").replace(']', "")
}

/// An input with its label, a hint, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    name: &'a str,
    label: &'a str,
    index: Option<usize>,
    kind: &'static str,
    autocomplete: &'static str,
    value: &'a str,
    hint: &'a str,
    read_only: bool,
    lines: u8,
}

impl<'a> Input<'a> {
    /// A line of text.
    pub(crate) const fn text(name: &'a str, label: &'a str) -> Self {
        let (kind, autocomplete, value, hint) = ("text", "off", "", "");
        Self {
            name,
            label,
            index: None,
            kind,
            autocomplete,
            value,
            hint,
            read_only: false,
            lines: 1,
        }
    }

    /// An email address.
    pub(crate) const fn email(name: &'a str, label: &'a str) -> Self {
        Self { kind: "email", autocomplete: "email", ..Self::text(name, label) }
    }

    /// A phone number, one of several.
    pub(crate) const fn phone(name: &'a str, label: &'a str, index: usize) -> Self {
        Self { kind: "tel", autocomplete: "tel", index: Some(index), ..Self::text(name, label) }
    }

    /// A password that is there.
    pub(crate) const fn password(label: &'a str) -> Self {
        let autocomplete = "current-password";
        Self { kind: "password", autocomplete, ..Self::text(PASSWORD, label) }
    }

    /// A new password.
    pub(crate) const fn new_password(name: &'a str, label: &'a str) -> Self {
        Self { kind: "password", autocomplete: "new-password", ..Self::text(name, label) }
    }

    /// A day.
    pub(crate) const fn date(name: &'a str, label: &'a str) -> Self {
        Self { kind: "date", ..Self::text(name, label) }
    }

    /// A number.
    pub(crate) const fn number(name: &'a str, label: &'a str) -> Self {
        Self { kind: "number", ..Self::text(name, label) }
    }

    /// What is searched for.
    pub(crate) const fn search(name: &'a str, label: &'a str) -> Self {
        Self { kind: "search", ..Self::text(name, label) }
    }

    /// One of several of its name.
    pub(crate) const fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// Several lines.
    pub(crate) const fn lines(mut self, lines: u8) -> Self {
        self.lines = lines;
        self
    }

    /// What the browser may fill it with.
    pub(crate) const fn filled_as(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// What is in it.
    pub(crate) const fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// What helps to fill it in.
    pub(crate) const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// It is there to be read, by people and by what keeps their passwords.
    pub(crate) const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// The whole of it.
    pub(crate) fn shown(&self, complaints: &Complaints) -> Markup {
        let field = match self.index {
            Some(index) => format!("{}[{index}]", self.name),
            None => self.name.to_owned(),
        };
        let id = id_of(&field);
        let wrong = complaints.at(&field, self.label);
        let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
        let described = described_by(self.hint, &hint_id, wrong.as_deref(), &wrong_id);
        let invalid = wrong.as_ref().map(|_| "true");
        html! {
            div .field .wrong[wrong.is_some()] {
                label for=(id) { (self.label) }
                @if !self.hint.is_empty() { p .hint id=(hint_id) { (self.hint) } }
                @if let Some(sentence) = &wrong { p .why id=(wrong_id) { (sentence) } }
                @if self.lines > 1 {
                    textarea id=(id) name=(self.name) rows=(self.lines)
                        autocomplete=(self.autocomplete) aria-describedby=[described]
                        aria-invalid=[invalid] { "\n" (self.value) }
                } @else {
                    input id=(id) name=(self.name) type=(self.kind) value=[self.kept()]
                        autocomplete=(self.autocomplete) aria-describedby=[described]
                        aria-invalid=[invalid] readonly[self.read_only]
                        autocapitalize=[self.is_exact().then_some("none")]
                        spellcheck=[self.is_exact().then_some("false")];
                }
            }
        }
    }

    /// A password is not written into a page.
    fn kept(&self) -> Option<&str> {
        (self.kind != "password").then_some(self.value)
    }

    fn is_exact(&self) -> bool {
        matches!(self.kind, "email" | "password")
    }
}

/// One of several, with its label, a hint, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Select<'a> {
    name: &'a str,
    label: &'a str,
    /// Value and words of each.
    options: &'a [(String, String)],
    chosen: &'a str,
    hint: &'a str,
    index: Option<usize>,
}

impl<'a> Select<'a> {
    /// A choice among these, by value and words; the first where none is chosen.
    pub(crate) const fn new(
        name: &'a str,
        label: &'a str,
        options: &'a [(String, String)],
    ) -> Self {
        Self { name, label, options, chosen: "", hint: "", index: None }
    }

    /// One of several choices of this name.
    pub(crate) const fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// The value that is chosen.
    pub(crate) const fn chosen(mut self, value: &'a str) -> Self {
        self.chosen = value;
        self
    }

    /// What helps to choose.
    pub(crate) const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// The whole of it.
    pub(crate) fn shown(&self, complaints: &Complaints) -> Markup {
        let field = match self.index {
            Some(index) => format!("{}[{index}]", self.name),
            None => self.name.to_owned(),
        };
        let id = id_of(&field);
        let wrong = complaints.at(&field, self.label);
        let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
        let described = described_by(self.hint, &hint_id, wrong.as_deref(), &wrong_id);
        html! {
            div .field .wrong[wrong.is_some()] {
                label for=(id) { (self.label) }
                @if !self.hint.is_empty() { p .hint id=(hint_id) { (self.hint) } }
                @if let Some(sentence) = &wrong { p .why id=(wrong_id) { (sentence) } }
                select id=(id) name=(self.name) aria-describedby=[described]
                    aria-invalid=[wrong.as_ref().map(|_| "true")] {
                    @for (value, words) in self.options {
                        option value=(value) selected[value == self.chosen] { (words) }
                    }
                }
            }
        }
    }
}

/// Which texts explain an input.
fn described_by(hint: &str, hint_id: &str, wrong: Option<&str>, wrong_id: &str) -> Option<String> {
    let ids = [(!hint.is_empty(), hint_id), (wrong.is_some(), wrong_id)];
    let there: Vec<&str> = ids.into_iter().filter_map(|(there, id)| there.then_some(id)).collect();
    (!there.is_empty()).then(|| there.join(" "))
}

/// A box to tick, with its label; `value` tells it from others of the name.
pub(crate) fn checkbox(name: &str, value: &str, label: &str, ticked: bool) -> Markup {
    let id = format!("{name}-{value}");
    html! {
        div .choice {
            input type="checkbox" id=(id) name=(name) value=(value) checked[ticked];
            label for=(id) { (label) }
        }
    }
}

/// One of several to choose by a button, with its label.
pub(crate) fn radio(name: &str, value: &str, label: &str, chosen: bool) -> Markup {
    let id = format!("{name}-{value}");
    html! {
        div .choice {
            input type="radio" id=(id) name=(name) value=(value) checked[chosen];
            label for=(id) { (label) }
        }
    }
}

/// What Enter presses, wherever in the form somebody types: the first button of a form, which would
/// else be another one.
pub(crate) fn enter_saves() -> Markup {
    html! {
        button .unseen type="submit" name="action" value="save" tabindex="-1" aria-hidden="true" {
            "Save"
        }
    }
}

/// A form that none of the page's buttons sends.
pub(crate) fn no_such_button() -> Problem {
    Problem::unreadable("action", "must be one of the page's buttons")
}

/// The field of the second factor's code.
pub(crate) const CODE: &str = "code";
/// What people call it.
pub(crate) const CODE_LABEL: &str = "Code from your app";

/// Asks for the code of the second factor, once it is known that one is on.
pub(crate) fn code_where_needed(complaints: &Complaints) -> Markup {
    let hint = "Or one of your recovery codes. Type your password again, too.";
    html! {
        @if complaints.are_about(CODE) {
            (Input::text(CODE, CODE_LABEL).filled_as("one-time-code").hint(hint).shown(complaints))
        }
    }
}

/// A field that nobody sees.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// What sends a form, and says which of its deeds is meant.
pub(crate) fn button(action: &str, label: &str) -> Markup {
    html! { button .main type="submit" name="action" value=(action) { (label) } }
}

/// The same, where it is not what most people came for.
pub(crate) fn quiet_button(action: &str, label: &str) -> Markup {
    html! { button .quiet type="submit" name="action" value=(action) { (label) } }
}

/// The same, one of several alike, which says to those who do not see it what it is about.
pub(crate) fn quiet_button_about(action: &str, label: &str, about: &str) -> Markup {
    html! {
        button .quiet type="submit" name="action" value=(action)
            aria-label={ (label) ": " (about) } { (label) }
    }
}
