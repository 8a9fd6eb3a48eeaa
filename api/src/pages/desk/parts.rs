//! What the pages here have in common.

/// Value and words of what may be chosen.
pub(super) fn options<'a>(
    all: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    all.into_iter().map(|(value, words)| (value.to_owned(), words.to_owned())).collect()
}
