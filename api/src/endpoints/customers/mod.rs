//! Customers: households and companies that contacts belong to, as the builder keeps them. What their
//! members do in the customer portal is below [`super::me::customers`].

pub(crate) mod add_contact;
pub(crate) mod documents;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod list_contacts;
pub(crate) mod open;
pub(crate) mod remove_contact;
pub(crate) mod rename;

use crate::error::Problem;
use crate::extract::body::RequestBody;
use crate::input::Door;
use domain::contact::Permission;
use domain::text::CustomerName;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What a customer is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameOfCustomer {
    /// The name of the household or company.
    #[schema(max_length = 200)]
    name: String,
}

impl RequestBody for NameOfCustomer {}

impl NameOfCustomer {
    fn read(&self) -> Result<CustomerName, Problem> {
        customer_name(&self.name)
    }
}

/// Reads the name of a customer at the door.
pub(crate) fn customer_name(typed: &str) -> Result<CustomerName, Problem> {
    let mut door = Door::default();
    let name = door.take("name", CustomerName::parse(typed));
    door.build(|| name)
}

/// Reads the words of permissions.
pub(crate) fn permissions<S: AsRef<str>>(
    door: &mut Door,
    field: &str,
    typed: &[S],
) -> Option<BTreeSet<Permission>> {
    let parse = |typed: &str| {
        let known = Permission::ALL.into_iter().find(|permission| permission.word() == typed);
        known.ok_or("must be a permission of the customer portal")
    };
    let permissions = door.take_all(field, typed, Permission::ALL.len(), parse);
    permissions.map(|permissions| permissions.into_iter().collect())
}
