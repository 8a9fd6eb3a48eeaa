//! Which columns hold what: guessed from the file's header, and chosen from it.

use super::Kind;
use crate::error::Problem;
use crate::import::charset::Upload;
use crate::import::legacy::mapping::OwnerMapping;
use crate::import::mapping::Mapping;
use crate::input::Door;
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Select};
use axum::body::Bytes;
use maud::{Markup, html};

/// The most columns that are offered, and the longest name of one.
const COLUMNS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 200;

/// A field of a mapping: its name, what people call it, and of how many columns it may be made.
type Target = (&'static str, &'static str, usize);

const OF_JOBS: [Target; 10] = [
    ("mapping.job_name", "Name of the job", 2),
    ("mapping.job_reference", "Your reference", 1),
    ("mapping.job_site", "Where is built", 3),
    ("mapping.owner_name", "Owner: whole name", 1),
    ("mapping.owner_first_name", "Owner: first name", 1),
    ("mapping.owner_last_name", "Owner: last name", 1),
    ("mapping.owner_business_name", "Owner: company", 1),
    ("mapping.owner_phone", "Owner: phone", 1),
    ("mapping.owner_email", "Owner: email", 1),
    ("mapping.owner_address", "Owner: address", 1),
];

const OF_OWNERS: [Target; 11] = [
    ("owner_mapping.reference", "What the older system calls the owner", 1),
    ("owner_mapping.name", "Whole name", 1),
    ("owner_mapping.first_name", "First name", 1),
    ("owner_mapping.last_name", "Last name", 1),
    ("owner_mapping.emails", "Email", 3),
    ("owner_mapping.phones", "Phone", 2),
    ("owner_mapping.address", "Address", 3),
    ("owner_mapping.activated", "Whether active", 1),
    ("owner_mapping.activated_at", "Active since", 1),
    ("owner_mapping.last_login_at", "Last signed in", 1),
    ("owner_mapping.jobs", "References of the owner's jobs", 1),
];

const fn targets(kind: Kind) -> &'static [Target] {
    match kind {
        Kind::Jobs => &OF_JOBS,
        Kind::Owners => &OF_OWNERS,
        Kind::Contacts | Kind::Cards => &[],
    }
}

/// What people call the fields.
pub(super) fn labels(kind: Kind) -> Vec<(&'static str, &'static str)> {
    targets(kind).iter().map(|(name, label, _)| (*name, *label)).collect()
}

/// The names of a file's columns.
pub(super) fn header(file: &Bytes) -> Result<Vec<String>, Problem> {
    let upload = Upload { bytes: file.clone(), named: None, is_text: false };
    let text = upload.source().text();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .map(|header| header.iter().map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    let names: Vec<String> = names
        .into_iter()
        .filter(|name| !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX)
        .take(COLUMNS_MAX)
        .collect();
    if names.is_empty() {
        let mut door = Door::default();
        door.refuse("content", &"must be a CSV file whose first line names its columns");
        return door.build(|| None);
    }
    Ok(names)
}

/// A select a column, as many as a field may be made of.
pub(super) fn shown(form: &Form, kind: Kind, header: &[String], complaints: &Complaints) -> Markup {
    let all = std::iter::once(("", "No column"));
    let all = options(all.chain(header.iter().map(|name| (name.as_str(), name.as_str()))));
    let is_chosen = targets(kind).iter().any(|(name, ..)| form.filled(name).is_some());
    let guessed = guess(kind, header);
    html! {
        div .columns {
            @for (name, label, count) in targets(kind) {
                @let typed = if is_chosen { form.each_filled(name) } else { guessed(name) };
                @for index in 0..*count {
                    @let chosen = typed.get(index).map_or("", String::as_str);
                    @let more = format!("{label}, then");
                    @let label = if index == 0 { *label } else { more.as_str() };
                    @let select = Select::new(name, label, &all).chosen(chosen);
                    @if index > 0 { (select.at(index).shown(complaints)) }
                    @else { (select.shown(complaints)) }
                }
            }
        }
    }
}

/// What each field is likely to be made of.
fn guess(kind: Kind, header: &[String]) -> impl Fn(&str) -> Vec<String> {
    let jobs = Mapping::guess(&csv::StringRecord::from(header.to_vec()));
    let header = header.to_vec();
    move |name| {
        if kind == Kind::Owners {
            // Without a mapping, columns have the names of the fields.
            let field = name.trim_start_matches("owner_mapping.");
            let names = [field, field.strip_suffix('s').unwrap_or(field)];
            return header
                .iter()
                .filter(|there| names.contains(&there.as_str()))
                .cloned()
                .collect();
        }
        match name {
            "mapping.job_name" => jobs.job_name.clone(),
            "mapping.job_site" => jobs.job_site.clone(),
            "mapping.job_reference" => one(jobs.job_reference.as_ref()),
            "mapping.owner_name" => one(jobs.owner_name.as_ref()),
            "mapping.owner_first_name" => one(jobs.owner_first_name.as_ref()),
            "mapping.owner_last_name" => one(jobs.owner_last_name.as_ref()),
            "mapping.owner_business_name" => one(jobs.owner_business_name.as_ref()),
            "mapping.owner_phone" => one(jobs.owner_phone.as_ref()),
            "mapping.owner_email" => one(jobs.owner_email.as_ref()),
            "mapping.owner_address" => one(jobs.owner_address.as_ref()),
            _ => Vec::new(),
        }
    }
}

fn one(column: Option<&String>) -> Vec<String> {
    column.into_iter().cloned().collect()
}

/// What was chosen, field by field, for comparison.
pub(super) fn chosen(form: &Form, kind: Kind) -> Vec<String> {
    let field = |(name, ..): &Target| format!("{name}={}", form.each_filled(name).join("\t"));
    targets(kind).iter().map(field).collect()
}

/// The columns of a file of jobs, as chosen.
pub(super) fn mapping(form: &Form) -> Mapping {
    let all = |name: &str| form.each_filled(&format!("mapping.{name}"));
    let one = |name: &str| form.filled(&format!("mapping.{name}")).map(str::to_owned);
    Mapping {
        job_name: all("job_name"),
        job_reference: one("job_reference"),
        job_site: all("job_site"),
        owner_first_name: one("owner_first_name"),
        owner_last_name: one("owner_last_name"),
        owner_name: one("owner_name"),
        owner_business_name: one("owner_business_name"),
        owner_phone: one("owner_phone"),
        owner_email: one("owner_email"),
        owner_address: one("owner_address"),
    }
}

/// The columns of a file of owners, as chosen.
pub(super) fn owner_mapping(form: &Form) -> OwnerMapping {
    let all = |name: &str| form.each_filled(&format!("owner_mapping.{name}"));
    let one = |name: &str| form.filled(&format!("owner_mapping.{name}")).map(str::to_owned);
    OwnerMapping {
        reference: one("reference"),
        name: one("name"),
        first_name: one("first_name"),
        last_name: one("last_name"),
        emails: all("emails"),
        phones: all("phones"),
        address: all("address"),
        activated: one("activated"),
        activated_at: one("activated_at"),
        last_login_at: one("last_login_at"),
        jobs: one("jobs"),
    }
}
