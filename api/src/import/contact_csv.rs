//! A CSV of contacts, as Google and Outlook export them; its columns are told by their names.
//!
//! Names are compared folded, so that `E-mail 1 - Value` and `e-mail 1 value` are one. A column
//! with a name that is not known here is told for each row that fills it.

use super::charset::Upload;
use super::contact::{Found, Value, on_one_line};
use super::identity::folded;
use super::vcard::address;
use super::{Line, ROWS_MAX, TooManyRows, line_of};
use crate::error::{FieldError, Problem};
use crate::input::Door;
use csv::StringRecord;
use domain::LedgerId;
use event_store::Keys;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    Name,
    /// The honorific (R111).
    Title,
    /// A part of the name, by its place when people say it.
    NamePart(usize),
    Company,
    Email,
    Phone,
    /// Of the address with this name.
    Address(String, AddressPart),
    /// The kind of the email, phone or address in the columns of this name.
    KindOf(String),
    /// Nothing about the person.
    Nothing,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AddressPart {
    Formatted,
    Street,
    Near,
    Box,
    Town,
    Region,
    Code,
    Country,
}

#[derive(Debug)]
struct Column {
    place: usize,
    header: String,
    /// The columns that belong together, such as `phone 1`.
    group: String,
    holds: Holds,
}

/// What spreadsheets put where nothing is, beside what people type.
const EMPTY: [&str; 3] = ["0/0/00", "* myContacts", "Unspecified"];

/// The rank of what nobody prefers.
const UNRANKED: u8 = 101;

/// Several values in one cell of a Google export.
const BETWEEN_VALUES: &str = ":::";

/// Reads the rows of a file, each as a command or the reason why not.
pub(crate) fn lines(upload: &Upload, keys: &Keys, ledger: LedgerId) -> Result<Vec<Line>, Problem> {
    let text = upload.source().text();
    let not_csv = || {
        let mut door = Door::default();
        door.refuse("content", &"must be a CSV file");
        door.build(|| None)
    };
    let Some((delimiter, columns)) = columns(&text) else {
        let mut door = Door::default();
        let reason = "must have a header that names contacts, such as First Name or E-mail Address";
        door.refuse("content", &reason);
        return door.build(|| None);
    };
    let mut lines = Vec::new();
    for record in reader(&text, delimiter).into_records() {
        let Ok(record) = record else { return not_csv() };
        if lines.len() == ROWS_MAX {
            return Err(TooManyRows.into());
        }
        let number = line_of(&text, &record);
        let row = found(&record, &columns, number).and_then(|found| found.row(keys, ledger));
        lines.push(Line { number, row });
    }
    Ok(lines)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// The delimiter with which the header makes the most sense, and the header.
fn columns(text: &str) -> Option<(u8, Vec<Column>)> {
    let read = |delimiter: u8| {
        let header = reader(text, delimiter).headers().ok()?.clone();
        let columns = named(&header);
        let known = columns.iter().filter(|column| column.holds != Holds::Unknown).count();
        let tells = |column: &Column| {
            let Column { holds, .. } = column;
            matches!(holds, Holds::Name | Holds::NamePart(_) | Holds::Company | Holds::Email)
        };
        columns.iter().any(tells).then_some((known, delimiter, columns))
    };
    let best = [b'\t', b';', b','].into_iter().filter_map(read).max_by_key(|(known, ..)| *known);
    best.map(|(_, delimiter, columns)| (delimiter, columns))
}

fn named(header: &StringRecord) -> Vec<Column> {
    let names: Vec<String> = header.iter().map(folded).collect();
    // Outlook's Title is Mr. or Ms., and stands beside the title of a job.
    let outlook = names.iter().any(|name| name == "job title" || name == "suffix");
    let column = |(place, name): (usize, &String)| {
        let (group, holds) = match name.as_str() {
            "title" if outlook => (String::new(), Holds::Title),
            name => recognised(name),
        };
        let header = header.get(place).unwrap_or_default();
        let header = header.trim().chars().take(100).collect();
        Column { place, header, group, holds }
    };
    names.iter().enumerate().map(column).collect()
}

fn recognised(name: &str) -> (String, Holds) {
    let alone = |holds: Holds| (String::new(), holds);
    match name {
        "name" | "full name" | "display name" | "contact" | "contact name" => alone(Holds::Name),
        "name prefix" | "prefix" => alone(Holds::Title),
        "given name" | "first name" | "first" => alone(Holds::NamePart(0)),
        "additional name" | "middle name" => alone(Holds::NamePart(1)),
        "family name" | "last name" | "last" | "surname" => alone(Holds::NamePart(2)),
        "name suffix" | "suffix" => alone(Holds::NamePart(3)),
        "company"
        | "company name"
        | "business name"
        | "organization"
        | "organization name"
        | "organisation"
        | "organization 1 name" => alone(Holds::Company),
        "email" | "e mail" | "email address" | "e mail address" | "primary email" => {
            alone(Holds::Email)
        }
        "phone" | "phone number" | "telephone" | "mobile" | "cell" | "cell phone" => {
            (name.to_owned(), Holds::Phone)
        }
        "address" | "mailing address" | "postal address" => {
            (name.to_owned(), Holds::Address(name.to_owned(), AddressPart::Formatted))
        }
        "file as" | "priority" | "private" | "sensitivity" | "e mail type" | "phonetic"
        | "account" => alone(Holds::Nothing),
        _ => numbered(name).or_else(|| outlook(name)).unwrap_or_else(|| alone(Holds::Unknown)),
    }
}

/// Google's columns: `phone 2 value`, `address 1 postal code`; and Outlook's `e mail 2 address`.
fn numbered(name: &str) -> Option<(String, Holds)> {
    let kinds = ["e mail", "email", "phone", "address"];
    let (kind, rest) = kinds.iter().find_map(|kind| Some((*kind, name.strip_prefix(kind)?)))?;
    let (number, what) = rest.strip_prefix(' ')?.split_once(' ').unwrap_or((rest.trim(), ""));
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let group = format!("{kind} {number}");
    let holds = match (kind, what) {
        (_, "type" | "label") => Holds::KindOf(group.clone()),
        ("e mail" | "email", "value" | "address" | "") => Holds::Email,
        ("e mail" | "email", "display name") => Holds::Nothing,
        ("phone", "value" | "") => Holds::Phone,
        ("address", what) => Holds::Address(group.clone(), address_part(what)?),
        _ => return None,
    };
    Some((group, holds))
}

/// Outlook's columns: `home street 2`, `business phone`.
fn outlook(name: &str) -> Option<(String, Holds)> {
    if matches!(name, "e mail display name" | "e mail 2 type" | "e mail 3 type") {
        return Some((String::new(), Holds::Nothing));
    }
    let dialled = ["phone", "phone 2", "fax", "callback", "pager", "telex", "isdn"];
    if dialled.iter().any(|end| {
        name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(' '))
    }) {
        return Some((name.to_owned(), Holds::Phone));
    }
    let kinds = ["home", "business", "other", "mailing"];
    let (kind, what) = name.split_once(' ').filter(|(kind, _)| kinds.contains(kind))?;
    let what = what.strip_prefix("address ").unwrap_or(what);
    Some((kind.to_owned(), Holds::Address(kind.to_owned(), address_part(what)?)))
}

fn address_part(what: &str) -> Option<AddressPart> {
    Some(match what {
        "formatted" | "address" | "" => AddressPart::Formatted,
        "street" | "street 1" => AddressPart::Street,
        "extended address" | "street 2" | "street 3" => AddressPart::Near,
        "po box" => AddressPart::Box,
        "city" | "town" => AddressPart::Town,
        "region" | "state" | "province" => AddressPart::Region,
        "postal code" | "zip" | "zip code" => AddressPart::Code,
        "country" | "country region" => AddressPart::Country,
        _ => return None,
    })
}

/// The address of one group of columns.
#[derive(Debug, Default)]
struct Parts<'a> {
    group: &'a str,
    field: &'a str,
    cells: Vec<(AddressPart, String)>,
}

/// Somebody while their row is read.
#[derive(Debug, Default)]
struct Somebody<'a> {
    found: Found,
    /// The parts of the name as people say them.
    spoken: [Option<String>; 4],
    company: Vec<Value>,
    addresses: Vec<Parts<'a>>,
}

fn found<'r>(record: &'r StringRecord, columns: &[Column], line: u64) -> Result<Found, FieldError> {
    let mut beyond = record.iter().skip(columns.len()).map(str::trim);
    if record.len() < columns.len() || beyond.any(|cell| !cell.is_empty()) {
        let reason = format!("must have {} columns and has {}", columns.len(), record.len());
        return Err(FieldError { field: "row".to_owned(), reason });
    }
    let kind_of = |group: &str| -> &'r str {
        let is_kind = |column: &&Column| matches!(&column.holds, Holds::KindOf(of) if of == group);
        let kind = columns.iter().find(is_kind).and_then(|column| record.get(column.place));
        kind.unwrap_or_default()
    };
    let mut somebody = Somebody::default();
    for column in columns {
        let cell = record.get(column.place).unwrap_or_default();
        if let Some(said) = on_one_line(cell).filter(|said| !EMPTY.contains(&said.as_str())) {
            somebody.take(column, cell, said, kind_of(&column.group), line);
        }
    }
    Ok(somebody.finished(&kind_of, line))
}

impl<'a> Somebody<'a> {
    fn take(&mut self, column: &'a Column, cell: &str, said: String, kind: &str, line: u64) {
        let field = column.header.as_str();
        let value = |text: &str, rank: u8| {
            let (field, text) = (field.to_owned(), text.to_owned());
            Value { line, field, text, rank }
        };
        // Google marks the one that is preferred with a star.
        let rank = if kind.starts_with('*') { 1 } else { UNRANKED };
        let mut values = cell.split(BETWEEN_VALUES);
        match &column.holds {
            Holds::Name => value(cell, rank).join(&mut self.found.names),
            Holds::Title => value(cell, rank).join(&mut self.found.titles),
            Holds::NamePart(place) => {
                if let Some(part) = self.spoken.get_mut(*place) {
                    *part = Some(said);
                }
            }
            Holds::Company => {
                value(values.next().unwrap_or_default(), rank).join(&mut self.company);
            }
            Holds::Email => values.for_each(|one| value(one, rank).join(&mut self.found.emails)),
            Holds::Phone => {
                // What nobody answers goes behind what somebody does.
                let kind = format!("{} {}", column.group, folded(kind));
                let silent = ["fax", "pager", "telex"].iter().any(|word| kind.contains(word));
                let rank = if silent { rank.saturating_add(UNRANKED) } else { rank };
                values.for_each(|one| value(one, rank).join(&mut self.found.phones));
            }
            Holds::Address(group, part) => {
                let part = (*part, cell.to_owned());
                match self.addresses.iter_mut().find(|parts| parts.group == group) {
                    Some(parts) => parts.cells.push(part),
                    None => self.addresses.push(Parts { group, field, cells: vec![part] }),
                }
            }
            Holds::KindOf(_) | Holds::Nothing => {}
            Holds::Unknown => self.found.pass_over(line, field),
        }
    }

    /// Name: the whole one, else its parts, else the company's.
    fn finished<'r>(self, kind_of: &impl Fn(&str) -> &'r str, line: u64) -> Found {
        let Self { mut found, spoken, company, addresses } = self;
        for parts in addresses {
            let kind = kind_of(parts.group);
            let is_home = parts.group == "home" || folded(kind) == "home";
            let rank =
                if kind.starts_with('*') { 1 } else { UNRANKED.saturating_add((!is_home).into()) };
            for text in parts.addresses() {
                let field = parts.field.to_owned();
                Value { line, field, text, rank }.join(&mut found.addresses);
            }
        }
        found.business = company.first().map(|company| company.text.clone());
        let spoken: Vec<String> = spoken.into_iter().flatten().collect();
        if found.names.is_empty() && spoken.is_empty() {
            found.names = company;
        } else {
            for company in company {
                found.pass_over(line, &company.field);
            }
            let (field, text) = ("name".to_owned(), spoken.join(" "));
            Value { line, field, text, rank: UNRANKED }.join(&mut found.names);
        }
        found
    }
}

impl Parts<'_> {
    /// What is written as a whole, else what its parts make.
    fn addresses(&self) -> Vec<String> {
        let of = |wanted: AddressPart, between: &str| {
            let cells = self.cells.iter().filter(|(part, _)| *part == wanted);
            cells.map(|(_, cell)| cell.trim()).collect::<Vec<_>>().join(between)
        };
        let formatted = of(AddressPart::Formatted, "\n");
        if !formatted.is_empty() {
            return formatted.split(BETWEEN_VALUES).map(str::to_owned).collect();
        }
        // One after the other, where a cell holds several.
        let cells = [
            of(AddressPart::Street, "\n"),
            of(AddressPart::Near, "\n"),
            of(AddressPart::Box, "\n"),
            of(AddressPart::Town, " "),
            of(AddressPart::Region, " "),
            of(AddressPart::Code, " "),
            of(AddressPart::Country, " "),
        ];
        let cells = cells.each_ref().map(|cell| cell.split(BETWEEN_VALUES).collect::<Vec<_>>());
        let count = cells.iter().map(Vec::len).max().unwrap_or_default().min(20);
        let one = |n: usize| {
            let [street, near, po_box, town, region, code, country] =
                cells.each_ref().map(|values| values.get(n).copied().unwrap_or_default());
            address([street, near, po_box], town, region, code, country)
        };
        (0..count).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Command;
    use domain::contact::ContactDetails;
    use event_store::MasterKey;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Vec<Line>, Problem> {
        let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
        let upload = Upload { bytes: bytes.to_vec().into(), named: None, is_text: false };
        lines(&upload, &keys, LedgerId::INSTALLATION)
    }

    fn all(text: &str) -> Vec<(ContactDetails, Vec<String>)> {
        let one = |line: Line| {
            let row = line.row.expect("taken");
            let Command::ImportContact { details, .. } = row.command else { panic!("no contact") };
            (details, row.left_out.into_iter().map(|left| left.field).collect())
        };
        read(text.as_bytes()).expect("read").into_iter().map(one).collect()
    }

    fn one(text: &str) -> (ContactDetails, Vec<String>) {
        all(text).pop().expect("a row")
    }

    fn emails(details: &ContactDetails) -> Vec<&str> {
        let emails = details.primary_email.iter().chain(&details.additional_emails);
        emails.map(domain::EmailAddress::typed).collect()
    }

    /// R111
    fn title_and_name(details: &ContactDetails) -> (&str, &str) {
        (details.title.as_ref().expect("a title").as_str(), details.name.as_str())
    }

    fn phones(details: &ContactDetails) -> Vec<&str> {
        details.phones.iter().map(domain::PhoneNumber::typed).collect()
    }

    fn address_of(details: &ContactDetails) -> &str {
        details.address.as_ref().expect("an address").as_str()
    }

    #[test]
    fn an_old_google_export_is_recognised() {
        let (details, left_out) = one(
            "Name,Given Name,Family Name,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,\
             E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,\
             Address 1 - Formatted,Address 1 - Street,Organization 1 - Name\n\
             Ada Byron,Ada,Byron,tall,* myContacts,Work,a@x.org ::: b@x.org,* Home,c@x.org,Home Fax,\
             212 555 0180 ::: 212 555 0181,Home,\"12 Elm St\nMillbrook, NY\",12 Elm St,Elm\n",
        );
        assert_eq!(details.name.as_str(), "Ada Byron");
        assert_eq!(emails(&details), ["c@x.org", "a@x.org", "b@x.org"], "the star is Google's own");
        assert_eq!(phones(&details), ["212 555 0180", "212 555 0181"]);
        assert_eq!(address_of(&details), "12 Elm St\nMillbrook, NY");
        assert_eq!(left_out, ["Notes", "Organization 1 - Name"]);
    }

    #[test]
    fn a_new_google_export_is_recognised() {
        let (details, left_out) = one(
            "First Name,Middle Name,Last Name,Name Prefix,Name Suffix,Organization Name,Labels,\
             E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,\
             Phone 2 - Value,Address 1 - Label,Address 1 - Street,Address 1 - City,\
             Address 1 - Region,Address 1 - Postal Code,Address 1 - Country\n\
             Zoë,K,Sample,Dr.,MP,,* myContacts,,z@x.org,Work Fax,212 555 0181,Mobile,212 555 0180,\
             Home,12 Elm St,Millbrook,NY,12545,USA\n",
        );
        assert_eq!(title_and_name(&details), ("Dr.", "Zoë K Sample MP"));
        assert_eq!(phones(&details), ["212 555 0180", "212 555 0181"]);
        assert_eq!(address_of(&details), "12 Elm St\nMillbrook, NY 12545\nUSA");
        assert_eq!(left_out, [""; 0]);
    }

    #[test]
    fn an_outlook_export_is_recognised() {
        let (details, left_out) = one(
            "Title,First Name,Last Name,Suffix,Company,Job Title,Business Street,Business City,\
             Home Street,Home Street 2,Home City,Home State,Home Postal Code,\
             Home Country/Region,Business Fax,Business Phone,Home Phone,Mobile Phone,Birthday,\
             E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Gender,Priority\n\
             Ms.,Bea,Sample,,Oak LLC,Mason,1 Mill Rd,Town,12 Elm St,Floor 2,Millbrook,NY,12545,USA,\
             212 555 0189,212 555 0180,212 555 0181,212 555 0182,0/0/00,b@x.org,SMTP,Bea (b@x.org),\
             bea@x.org,Unspecified,Normal\n",
        );
        assert_eq!(title_and_name(&details), ("Ms.", "Bea Sample"));
        assert_eq!(emails(&details), ["b@x.org", "bea@x.org"]);
        assert_eq!(
            phones(&details),
            ["212 555 0180", "212 555 0181", "212 555 0182", "212 555 0189"]
        );
        assert_eq!(address_of(&details), "12 Elm St\nFloor 2\nMillbrook, NY 12545\nUSA");
        assert_eq!(left_out, ["Job Title", "Company", "Business Street"]);
    }

    #[test]
    fn a_simple_list_in_whatever_charset_and_with_whatever_between_cells_is_recognised() {
        assert_eq!(one("name;email;phone\nAda;a@x.org;555-0101\n").0.name.as_str(), "Ada");
        assert_eq!(one("Name\tE-Mail\nAda, Bea\ta@x.org\n").0.name.as_str(), "Ada, Bea");
        assert_eq!(one("\u{feff}Full Name,Email\nAda,a@x.org\n").0.name.as_str(), "Ada");
        let lines = read(b"First Name,Last Name\nZo\xeb,Sample\n").expect("read");
        assert!(format!("{:?}", lines[0].row.as_ref().expect("taken").command).contains("Name"));
        assert_eq!(one("Company,Email\nElm LLC,a@x.org\n").0.name.as_str(), "Elm LLC");
    }

    #[test]
    fn a_bad_row_is_told_and_the_others_go_in() {
        let file = "First Name,Email\nAda,at home\n,b@x.org\nCem\nDora,d@x.org,,\nEli,e@x.org,f\n";
        let lines = read(file.as_bytes()).expect("read");
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.row.as_ref().err().map(|error| error.field.as_str())))
            .collect();
        let row = Some("row");
        assert_eq!(told, [(2, None), (3, Some("name")), (4, row), (5, None), (6, row)]);
        assert_eq!(lines[0].row.as_ref().expect("taken").left_out[0].field, "Email");
    }

    #[test]
    fn a_file_that_names_no_contacts_is_refused() {
        for file in ["", "a,b\n1,2\n", "job_number,borough\n1,2\n", "BEGIN:VCARD\nEND:VCARD\n"] {
            assert_eq!(read(file.as_bytes()).expect_err("refused").status, 422, "{file}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_makes_the_reader_fail(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            header in any::<bool>(),
        ) {
            let known: &[u8] = b"Name,E-mail 1 - Value,Address 1 - Street,Phone 1 - Value\n";
            let header = if header { known } else { b"" };
            drop(read(&[header, &bytes].concat()));
        }
    }
}
