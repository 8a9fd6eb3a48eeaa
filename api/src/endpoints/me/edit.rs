use super::{OwnChange, change_all};
use crate::endpoints::contacts::edit::TypedInfo;
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonOrder;
use crate::extract::body::RequestBody;
use crate::input::{Maybe, nullable};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::{ContactCommand, InfoEdit};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch); a field that is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditMe {
    /// Your name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Your title; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 40)]
    title: Maybe<String>,
    /// Your phones; an empty list or `null` clears them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    phones: Maybe<Vec<String>>,
    /// Your address; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 500)]
    address: Maybe<String>,
}

impl RequestBody for EditMe {}

impl EditMe {
    /// Reads it at the door.
    pub(crate) fn edit(&self) -> Result<InfoEdit, Problem> {
        let Self { name, title, phones, address } = self;
        TypedInfo { name, title, phones, address, primary_email: None }.read()
    }
}

/// Change your own name, title, phones or address, with every builder (R14, R38, R47).
#[utoipa::path(patch, path = "/v1/me", tag = "me", request_body = EditMe,
    responses((status = 200, body = OwnChange), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_me(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), EditMe>,
) -> Result<Json<OwnChange>, Problem> {
    let edit = order.body.edit()?;
    Ok(Json(change_all(&app, &order, &ContactCommand::EditInfo(edit)).await?))
}
