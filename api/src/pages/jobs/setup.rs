//! What the pages of job types, templates and custom fields have in common: lists that are typed a
//! line an entry, and lists that somebody else changed meanwhile.

use crate::error::{FieldError, Problem};
use crate::pages::form::{Complaints, Form, hidden};
use axum::http::StatusCode;
use maud::Markup;

/// The field that says which version of the account the page showed.
const VERSION: &str = "version";

/// The lines of a text, but for empty ones.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The same problem, about the text that the entries of a list are typed into: `types[3]` is its
/// fourth line.
pub(super) fn by_line(mut problem: Problem, lists: &[&str]) -> Problem {
    let in_text = |field: &str, reason: &str| {
        let (list, rest) = field.split_once('[')?;
        let line: usize = rest.split(']').next()?.parse().ok()?;
        lists.contains(&list).then(|| FieldError {
            field: list.to_owned(),
            reason: format!("{reason} (line {})", line + 1),
        })
    };
    let body = &mut problem.body;
    let mut errors = std::mem::take(&mut body.errors);
    if errors.is_empty()
        && let Some(field) = body.field.clone()
        && let Some(reason) = body.detail.strip_prefix(&format!("{field} "))
    {
        let reason = reason.trim_end_matches('.').to_owned();
        errors.push(FieldError { field, reason });
    }
    let errors: Vec<FieldError> = errors
        .into_iter()
        .map(|error| in_text(&error.field, &error.reason).unwrap_or(error))
        .collect();
    if errors.is_empty() {
        return problem;
    }
    let (status, rule, remedy) = (problem.status, problem.body.rule, problem.body.remedy);
    let mut problem = Problem::invalid(status, errors);
    problem.body.rule = rule;
    problem.body.remedy = remedy.or(problem.body.remedy);
    problem
}

/// Says in the form which version it was made of.
pub(super) fn of_version(version: u64) -> Markup {
    hidden(VERSION, &version.to_string())
}

/// Which version the form was made of.
pub(super) fn version(form: &Form) -> Result<u64, Problem> {
    let unreadable = |_no_number| Problem::unreadable(VERSION, "must be the one that the page had");
    form.text(VERSION).parse().map_err(unreadable)
}

/// What somebody reads whose form was refused. Nothing to type helps whoever may not change it.
pub(super) fn complaints(mut problem: Problem) -> Result<Complaints, Problem> {
    if problem.status == StatusCode::FORBIDDEN {
        return Err(problem);
    }
    if problem.body.code == "stale_version" {
        "The account's settings were changed since this page was shown, maybe by somebody else. \
         Nothing was saved."
            .clone_into(&mut problem.body.detail);
        problem.body.remedy =
            Some("Look at what is there now, and save again if it is still right.");
    }
    Complaints::about(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_list_is_a_line_of_its_text() {
        let error = |field: &str, reason: &str| FieldError {
            field: field.to_owned(),
            reason: reason.to_owned(),
        };
        let one = vec![error("types[3]", "must not be empty")];
        let problem = by_line(Problem::invalid(StatusCode::UNPROCESSABLE_ENTITY, one), &["types"]);
        assert_eq!(problem.body.field.as_deref(), Some("types"));
        assert_eq!(problem.body.detail, "types must not be empty (line 4).");
        let two = vec![error("types[0]", "is long"), error("name", "is long")];
        let problem = by_line(Problem::invalid(StatusCode::UNPROCESSABLE_ENTITY, two), &["types"]);
        let fields: Vec<_> = problem.body.errors.iter().map(|error| &*error.field).collect();
        assert_eq!(fields, ["types", "name"]);
        let other = by_line(Problem::not_found(), &["types"]);
        assert_eq!(other.body.code, "not_found");
    }

    #[test]
    fn lines_are_trimmed_and_empty_ones_left_out() {
        assert_eq!(lines(" a \r\n\n b"), ["a", "b"]);
    }
}
