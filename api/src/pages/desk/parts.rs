//! What the pages here have in common.

use crate::pages::form::Form;
use form_urlencoded::Serializer;
use maud::{Markup, html};

/// Value and words of what may be chosen.
pub(super) fn options<'a>(
    all: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    all.into_iter().map(|(value, words)| (value.to_owned(), words.to_owned())).collect()
}

/// The way to the next page of a list, with what this one was asked for.
pub(super) fn further(path: &str, query: &Form, kept: &[&str], next: Option<&str>) -> Markup {
    let Some(next) = next else { return html! {} };
    let mut pairs = Serializer::new(String::new());
    for name in kept {
        if let Some(typed) = query.filled(name) {
            pairs.append_pair(name, typed);
        }
    }
    pairs.append_pair("cursor", next);
    html! { p { a rel="next" href=(format!("{path}?{}", pairs.finish())) { "More" } } }
}
