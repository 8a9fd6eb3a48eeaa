//! Who did what, over the whole account.

pub(crate) mod list;

use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page of a history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// A page's parameters, read.
#[derive(Debug)]
pub(crate) struct AskedPage {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u32,
}

impl PageParams {
    pub(crate) fn page(&self) -> Result<AskedPage, Problem> {
        let mut door = Door::default();
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| Some(AskedPage { cursor: cursor?, limit: limit?.unwrap_or(LIMIT_DEFAULT) }))
    }
}
