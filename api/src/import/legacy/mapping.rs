//! Which columns of a file of owners hold what.

use crate::import::mapping::place;
use crate::input::Door;
use csv::StringRecord;
use serde::Deserialize;
use utoipa::ToSchema;

/// The most columns of one kind.
const COLUMNS_MAX: usize = 10;

/// Which columns of a file of owners hold what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OwnerMapping {
    /// What the older system calls the owner, by which the owner is found again; required.
    pub(crate) reference: Option<String>,
    /// The whole name; it wins over first and last name.
    pub(crate) name: Option<String>,
    /// The first name.
    pub(crate) first_name: Option<String>,
    /// The last name.
    pub(crate) last_name: Option<String>,
    /// Emails in their order; several in a cell are separated by semicolons or commas.
    #[schema(max_items = 10)]
    pub(crate) emails: Vec<String>,
    /// Phones in their order; several in a cell are separated by semicolons.
    #[schema(max_items = 10)]
    pub(crate) phones: Vec<String>,
    /// The postal address; several columns are joined by a comma and a space.
    #[schema(max_items = 10)]
    pub(crate) address: Vec<String>,
    /// Whether the owner was active: yes or no, or since when. Without it, who has an
    /// `activated_at` was.
    pub(crate) activated: Option<String>,
    /// When the owner was activated.
    pub(crate) activated_at: Option<String>,
    /// When the owner last signed in.
    pub(crate) last_login_at: Option<String>,
    /// References of the owner's jobs, separated by semicolons or commas.
    pub(crate) jobs: Option<String>,
}

/// The mapping with the columns' numbers.
#[derive(Debug, Clone)]
pub(super) struct OwnerColumns {
    pub(super) reference: usize,
    pub(super) name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) emails: Vec<usize>,
    pub(super) phones: Vec<usize>,
    pub(super) address: Vec<usize>,
    pub(super) activated: Option<usize>,
    pub(super) activated_at: Option<usize>,
    pub(super) last_login_at: Option<usize>,
    pub(super) jobs: Option<usize>,
    /// How many columns a row has.
    pub(super) count: usize,
}

impl OwnerMapping {
    /// Finds the columns in the file's header, or notes which are not there. What is imported once
    /// stays so; a mapping that forgets who was active is therefore refused.
    pub(super) fn columns(&self, header: &StringRecord, door: &mut Door) -> Option<OwnerColumns> {
        let place = |name: &str| place(header, name);
        let named = [&self.name, &self.first_name, &self.last_name].iter().any(|n| n.is_some());
        let tells_active = self.activated.is_some() || self.activated_at.is_some();
        let required = [
            ("reference", self.reference.is_some(), "must name a column"),
            ("name", named, "must name a column, or first_name or last_name must"),
            ("activated", tells_active, "must name a column, or activated_at must"),
        ];
        for (field, is_there, reason) in required {
            if !is_there {
                door.refuse(format!("owner_mapping.{field}"), &reason);
            }
        }
        let mut one = |field: &str, column: &Option<String>| {
            door.take_if(&format!("owner_mapping.{field}"), column.as_deref(), place)
        };
        let reference = one("reference", &self.reference);
        let name = one("name", &self.name);
        let first_name = one("first_name", &self.first_name);
        let last_name = one("last_name", &self.last_name);
        let activated = one("activated", &self.activated);
        let activated_at = one("activated_at", &self.activated_at);
        let last_login_at = one("last_login_at", &self.last_login_at);
        let jobs = one("jobs", &self.jobs);
        let mut all = |field: &str, columns: &[String]| {
            door.take_all(&format!("owner_mapping.{field}"), columns, COLUMNS_MAX, place)
        };
        let emails = all("emails", &self.emails);
        let phones = all("phones", &self.phones);
        let address = all("address", &self.address);
        Some(OwnerColumns {
            reference: reference??,
            name: name?,
            first_name: first_name?,
            last_name: last_name?,
            emails: emails?,
            phones: phones?,
            address: address?,
            activated: activated?,
            activated_at: activated_at?,
            last_login_at: last_login_at?,
            jobs: jobs?,
            count: header.len(),
        })
    }

    /// The mapping of a file whose columns have the names of the fields.
    pub(super) fn by_name(header: &StringRecord) -> Self {
        let find = |name: &str| {
            let there = header.iter().map(str::trim).find(|column| *column == name);
            there.map(str::to_owned)
        };
        let all = |name: &str| find(name).into_iter().collect();
        Self {
            reference: find("reference"),
            name: find("name"),
            first_name: find("first_name"),
            last_name: find("last_name"),
            emails: all("emails"),
            phones: all("phones"),
            address: all("address"),
            activated: find("activated"),
            activated_at: find("activated_at"),
            last_login_at: find("last_login_at"),
            jobs: find("jobs"),
        }
    }
}
