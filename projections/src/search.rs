//! Words by which things are found, and the prefix search over them.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// The most words of a search that are looked at.
const TERMS_MAX: usize = 8;

/// The longest word that is kept, in characters; a longer one is found by its start.
const WORD_MAX: usize = 40;

/// The letters and digits of a text in one case, without marks: `Élan` and `elan` are one.
pub fn normalised(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A key that sorts texts as people expect, as far as bytes can.
pub fn sort_key(text: &str) -> String {
    normalised(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// By what two texts are one, however they were typed: NFKC, lower case, letters and digits, single
/// spaces. Ids of imported rows are made of it, so it stays as it is.
pub fn folded(text: &str) -> String {
    let lower: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The words of a text.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let normalised = normalised(text);
    let words: Vec<String> = normalised
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect();
    words.into_iter()
}

/// The words of several texts, each once.
pub fn word_set<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().flat_map(words).collect()
}

/// The terms of a search: each must be the start of a word.
pub fn terms(search: &str) -> Vec<String> {
    let mut terms: Vec<String> = words(search).collect();
    terms.sort();
    terms.dedup();
    terms.truncate(TERMS_MAX);
    terms
}

/// The first word, in byte order, that does not start with the term any more.
pub fn beyond(term: &str) -> String {
    format!("{term}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_one_case_and_no_marks() {
        assert_eq!(
            words("  Élan-Vital, 12 Straße ").collect::<Vec<_>>(),
            ["elan", "vital", "12", "straße"]
        );
    }

    #[test]
    fn a_search_is_a_few_starts_of_words() {
        assert_eq!(terms("smi Elm smi"), ["elm", "smi"]);
        assert!(*"smith" < *beyond("smi") && *"smi" <= *"smith");
    }
}
