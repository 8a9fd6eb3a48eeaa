use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::custom_field::{Decimal, FieldName, TypedValue};
use domain::text::CustomText;
use domain::{Command, ContactId};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A custom field's value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomFieldValue {
    /// A text of up to 2,000 characters; for a number a text or a JSON number, which is kept to its
    /// last digit; for a date `2026-05-31`; for a choice one of its options.
    #[schema(value_type = String, max_length = 2_000)]
    value: Box<RawValue>,
}

/// Says something about a person.
impl std::fmt::Debug for CustomFieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomFieldValue(…)")
    }
}

impl RequestBody for CustomFieldValue {}

impl CustomFieldValue {
    fn read(&self) -> Result<TypedValue, Problem> {
        let mut door = Door::default();
        let value = door.take("value", typed(self.value.get()));
        door.build(|| value)
    }
}

/// What is typed, out of the JSON as it was sent: a float would not keep every digit.
fn typed(json: &str) -> Result<TypedValue, String> {
    match json.bytes().next() {
        Some(b'"') => {
            let text: String =
                serde_json::from_str(json).map_err(|_no_text| "must be a text".to_owned())?;
            CustomText::parse(&text).map(TypedValue::Text).map_err(|error| error.to_string())
        }
        Some(b'-' | b'0'..=b'9') => {
            Decimal::parse(json).map(TypedValue::Number).map_err(|error| error.to_string())
        }
        Some(_) | None => Err("must be a text or a number; DELETE clears the field".to_owned()),
    }
}

/// Give a contact's custom field a value, also while its info is locked (R41, G6).
///
/// The value is read by the kind of the field in `/v1/custom-fields`.
#[utoipa::path(put, path = "/v1/contacts/{id}/custom-fields/{name}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"),
        ("name" = String, Path, description = "The field")),
    request_body = CustomFieldValue,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_custom_field(
    State(app): State<AppState>,
    order: Order<(ContactId, FieldName), CustomFieldValue>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (contact, field) = order.path.clone();
    let (account, to) = (order.account(), order.body.read()?);
    order.carry_out(&app, Command::SetCustomField { account, contact, field, to }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_in_to_its_last_digit_and_a_text_as_it_is() {
        let read = |json: &str| {
            let body: CustomFieldValue = crate::extract::body::from_json(json.as_bytes())
                .map_err(|problem| problem.body.detail)?;
            typed(body.value.get())
        };
        let number = |typed: &str| Decimal::parse(typed).map(TypedValue::Number).expect("a number");
        let text = |typed: &str| CustomText::parse(typed).map(TypedValue::Text).expect("a text");
        assert_eq!(
            read(r#"{"value": 12345678901234567890.0123456789}"#),
            Ok(number("12345678901234567890.0123456789"))
        );
        assert_eq!(read(r#"{"value": -1.50e2}"#), Ok(number("-150")));
        assert_eq!(read(r#"{"value": "Bl\u00e4u \"x\""}"#), Ok(text("Bläu \"x\"")));
        for (json, says) in [
            (r#"{"value": null}"#, "DELETE clears"),
            (r#"{"value": true}"#, "a text or a number"),
            (r#"{"value": ["a"]}"#, "a text or a number"),
            (r#"{"value": " "}"#, "must not be empty"),
            (r#"{"value": "a\u0000"}"#, "control characters"),
            (r#"{"value": "\ud800"}"#, "must be a text"),
            (r#"{"value": 1e30}"#, "at most 20 digits"),
            ("{}", "value is required."),
            (r#"{"value": 1, "kind": "x"}"#, "kind is not a field"),
        ] {
            let refused = read(json).expect_err("refused");
            assert!(refused.contains(says), "{json}: {refused}");
        }
    }
}
