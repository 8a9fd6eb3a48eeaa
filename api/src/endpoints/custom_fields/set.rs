use crate::answer::{Answer, CommandAnswer, Warning, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, one_of};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, BuilderAccountEvent, CustomFieldsSet};
use domain::custom_field::{CustomField, FieldKind, FieldName};
use domain::text::Label;
use domain::{Command, Outcome};
use event_store::Applied;
use serde::Deserialize;
use utoipa::ToSchema;

/// More than a list takes, so that the rule and not the door says no.
const ENTRIES_MAX: usize = 1_000;

/// The whole list of custom fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetCustomFields {
    /// In the order in which they are shown.
    #[schema(max_items = 50)]
    pub(crate) fields: Vec<CustomFieldBody>,
}

/// A field that contacts have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomFieldBody {
    /// By which programs know it: lower case letters a to z, digits, `-` and `_`. It stands in paths.
    #[schema(max_length = 40)]
    pub(crate) name: String,
    /// What people call it.
    #[schema(max_length = 100)]
    pub(crate) label: String,
    /// `text`, `number`, `date` or `choice`; it does not change while the field is there.
    pub(crate) kind: String,
    /// The options of a choice, and of nothing else, in the order in which they are shown.
    #[schema(max_items = 50)]
    pub(crate) choices: Option<Vec<String>>,
}

impl RequestBody for SetCustomFields {}

impl SetCustomFields {
    fn read(&self) -> Result<Vec<CustomField>, Problem> {
        let mut door = Door::default();
        if self.fields.len() > ENTRIES_MAX {
            door.refuse("fields", &format_args!("must have at most {ENTRIES_MAX} entries"));
            return door.build(|| None);
        }
        let mut fields = Vec::with_capacity(self.fields.len());
        for (index, field) in self.fields.iter().enumerate() {
            fields.extend(field.read(&mut door, &format!("fields[{index}]")));
        }
        door.build(|| Some(fields))
    }
}

impl CustomFieldBody {
    fn read(&self, door: &mut Door, within: &str) -> Option<CustomField> {
        let name = door.take(format!("{within}.name"), FieldName::parse(&self.name));
        let label = door.take(format!("{within}.label"), Label::parse(&self.label));
        let word = door.take(format!("{within}.kind"), one_of(&self.kind, &FieldKind::WORDS));
        let choices = format!("{within}.choices");
        let typed = self.choices.as_deref().unwrap_or_default();
        let options = door.take_all(&choices, typed, ENTRIES_MAX, Label::parse);
        let kind = match word? {
            "choice" => FieldKind::Choice { choices: options? },
            _ if self.choices.is_some() => {
                door.refuse(choices, &"is for a field of kind choice");
                return None;
            }
            "number" => FieldKind::Number,
            "date" => FieldKind::Date,
            _ => FieldKind::Text,
        };
        Some(CustomField { name: name?, label: label?, kind })
    }
}

/// Set the custom fields that all contacts have (R41).
///
/// The whole list, in its order. A field keeps its kind. What contacts have of a field that leaves
/// stays in their histories and shows no more; a `warnings` entry says so.
#[utoipa::path(put, path = "/v1/custom-fields", tag = "contacts", request_body = SetCustomFields,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_custom_fields(
    State(app): State<AppState>,
    order: Order<(), SetCustomFields>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let applied = set(&app, &order, &order.body).await?;
    let warnings = warnings_after(&app, &applied).await?;
    Ok(done(&applied).warned(warnings))
}

/// Sets the whole list.
pub(crate) async fn set<B>(
    app: &AppState,
    order: &Order<(), B>,
    body: &SetCustomFields,
) -> Result<Applied, Problem> {
    let command = BuilderAccountCommand::SetCustomFields(body.read()?);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await
}

/// What the change of the list did that may surprise.
pub(crate) async fn warnings_after(
    app: &AppState,
    applied: &Applied,
) -> Result<Vec<Warning>, Problem> {
    Ok(set_by(app, applied).await?.map_or_else(Vec::new, |set| warnings(&set)))
}

/// What happened, as the ledger has it; nothing where the fields were so already.
async fn set_by(app: &AppState, applied: &Applied) -> Result<Option<CustomFieldsSet>, Problem> {
    if applied.outcome == Outcome::Unchanged {
        return Ok(None);
    }
    let events = app.store().reader().events_at(applied.ledger, &[applied.position]).await?;
    Ok(events.iter().find_map(|recorded| match recorded.account() {
        Some((_, BuilderAccountEvent::CustomFieldsSet(set))) => Some(set.clone()),
        Some(_) | None => None,
    }))
}

fn warnings(set: &CustomFieldsSet) -> Vec<Warning> {
    let warning = |code, detail| Warning { code, rule: "R41", detail, contacts: Vec::new() };
    let hidden = set.hides_values().then(|| {
        let detail = "What contacts have of a field that left is kept in their histories and shows \
                      no more; a field of the same name and kind shows it again.";
        warning("custom_field_values_hidden", detail)
    });
    let retired = set.retires_choices().then(|| {
        let detail = "Contacts that have an option which left keep it; it is given to no other.";
        warning("custom_field_choices_retired", detail)
    });
    hidden.into_iter().chain(retired).collect()
}
