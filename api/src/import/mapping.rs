//! Which columns of a file hold what.

use crate::input::Door;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which columns hold what; several columns are joined by a comma and a space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Mapping {
    /// The job's name; at least one column.
    #[schema(min_items = 1, max_items = 10)]
    pub(crate) job_name: Vec<String>,
    /// The builder's own reference, by which the job is found again.
    pub(crate) job_reference: Option<String>,
    /// Where is built.
    #[schema(max_items = 10)]
    pub(crate) job_site: Vec<String>,
    /// The owner's first name.
    pub(crate) owner_first_name: Option<String>,
    /// The owner's last name.
    pub(crate) owner_last_name: Option<String>,
    /// The owner's whole name; it wins over first and last name.
    pub(crate) owner_name: Option<String>,
    /// The owner's company; the owner's name when there is no other.
    pub(crate) owner_business_name: Option<String>,
    /// The owner's phone.
    pub(crate) owner_phone: Option<String>,
    /// The owner's primary email.
    pub(crate) owner_email: Option<String>,
    /// The owner's postal address.
    pub(crate) owner_address: Option<String>,
}

/// The mapping with the columns' numbers.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) job_name: Vec<usize>,
    pub(crate) job_reference: Option<usize>,
    pub(crate) job_site: Vec<usize>,
    pub(crate) owner_first_name: Option<usize>,
    pub(crate) owner_last_name: Option<usize>,
    pub(crate) owner_name: Option<usize>,
    pub(crate) owner_business_name: Option<usize>,
    pub(crate) owner_phone: Option<usize>,
    pub(crate) owner_email: Option<usize>,
    pub(crate) owner_address: Option<usize>,
    /// How many columns a row has.
    pub(crate) count: usize,
}

/// The number of a column, told from its name.
pub(super) fn place(header: &csv::StringRecord, name: &str) -> Result<usize, &'static str> {
    let mut places = header.iter().enumerate().filter(|(_, there)| there.trim() == name);
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Ok(place),
        (Some(_), Some(_)) => Err("must name a column that is in the file's header once"),
        (None, _) => Err("must name a column of the file's header"),
    }
}

impl Mapping {
    /// Finds the columns in the file's header, or notes which are not there.
    pub(crate) fn columns(&self, header: &csv::StringRecord, door: &mut Door) -> Option<Columns> {
        let place = |name: &str| place(header, name);
        if self.job_name.is_empty() {
            door.refuse("mapping.job_name", &"must name at least one column");
        }
        let mut one = |field: &str, column: &Option<String>| {
            door.take_if(&format!("mapping.{field}"), column.as_deref(), place)
        };
        let job_reference = one("job_reference", &self.job_reference);
        let owner_first_name = one("owner_first_name", &self.owner_first_name);
        let owner_last_name = one("owner_last_name", &self.owner_last_name);
        let owner_name = one("owner_name", &self.owner_name);
        let owner_business_name = one("owner_business_name", &self.owner_business_name);
        let owner_phone = one("owner_phone", &self.owner_phone);
        let owner_email = one("owner_email", &self.owner_email);
        let owner_address = one("owner_address", &self.owner_address);
        let job_name = door.take_all("mapping.job_name", &self.job_name, 10, place);
        let job_site = door.take_all("mapping.job_site", &self.job_site, 10, place);
        Some(Columns {
            job_name: job_name?,
            job_reference: job_reference?,
            job_site: job_site?,
            owner_first_name: owner_first_name?,
            owner_last_name: owner_last_name?,
            owner_name: owner_name?,
            owner_business_name: owner_business_name?,
            owner_phone: owner_phone?,
            owner_email: owner_email?,
            owner_address: owner_address?,
            count: header.len(),
        })
    }

    /// A mapping guessed from usual names of columns, for the demo.
    pub(crate) fn guess(header: &csv::StringRecord) -> Self {
        let find = |names: &[&str]| {
            let named = |name: &&str| header.iter().find(|column| column.trim() == *name);
            names.iter().find_map(named).map(|column| column.trim().to_owned())
        };
        let job_site: Vec<String> = [
            find(&["site", "job_site", "site_address", "address"]),
            find(&["city", "borough", "town"]),
        ]
        .into_iter()
        .flatten()
        .collect();
        let named: Vec<String> =
            find(&["job_name", "job", "project", "title"]).into_iter().collect();
        Self {
            job_name: if named.is_empty() { job_site.clone() } else { named },
            job_reference: find(&["job_reference", "reference", "job_number", "permit_number"]),
            job_site,
            owner_first_name: find(&["owner_first_name", "first_name"]),
            owner_last_name: find(&["owner_last_name", "last_name"]),
            owner_name: find(&["owner_name", "owner"]),
            owner_business_name: find(&["owner_business_name", "business_name", "company"]),
            owner_phone: find(&["owner_phone", "phone"]),
            owner_email: find(&["owner_email", "email"]),
            owner_address: find(&["owner_address", "mailing_address"]),
        }
    }
}
