//! Cards as programs bend them, a trap each; the people are made up.

use super::*;
use crate::import::contact::LeftOut;
use crate::import::row::Row;
use domain::contact::ContactDetails;
use domain::text::Honorific;
use domain::{Command, EmailAddress, PhoneNumber, PostalAddress};
use event_store::MasterKey;
use proptest::prelude::*;

/// What became of a card, as far as a test looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shown {
    title: String,
    name: String,
    emails: Vec<String>,
    phones: Vec<String>,
    address: String,
    left_out: Vec<(u64, String, String)>,
}

fn upload(bytes: &[u8]) -> Upload {
    Upload { bytes: bytes.to_vec().into(), named: None, is_text: false }
}

fn read(upload: &Upload) -> Vec<Line> {
    let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
    lines(upload, &keys, LedgerId::INSTALLATION).expect("few cards")
}

fn details(row: &Row) -> &ContactDetails {
    let Command::ImportContact { details, .. } = &row.command else { panic!("no contact") };
    details
}

fn shown(row: &Row) -> Shown {
    let details = details(row);
    let emails = details.primary_email.iter().chain(&details.additional_emails);
    let left_out = |left: &LeftOut| (left.line, left.field.clone(), left.reason.clone());
    Shown {
        title: details.title.as_ref().map_or("", Honorific::as_str).to_owned(),
        name: details.name.as_str().to_owned(),
        emails: emails.map(|email: &EmailAddress| email.typed().to_owned()).collect(),
        phones: details.phones.iter().map(|phone: &PhoneNumber| phone.typed().to_owned()).collect(),
        address: details.address.as_ref().map_or("", PostalAddress::as_str).to_owned(),
        left_out: row.left_out.iter().map(left_out).collect(),
    }
}

/// Every card of a file, with the line and the field of those that are not taken.
fn all(bytes: &[u8]) -> Vec<Result<Shown, (u64, String)>> {
    let one = |line: Line| match line.row {
        Ok(row) => Ok(shown(&row)),
        Err(refused) => Err((line.number, refused.field)),
    };
    read(&upload(bytes)).into_iter().map(one).collect()
}

/// The one card of a file with these lines in it.
fn one(version: &str, inside: &str) -> Shown {
    let file = format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{inside}\r\nEND:VCARD\r\n");
    let mut cards = all(file.as_bytes());
    assert_eq!(cards.len(), 1, "{cards:?}");
    cards.pop().expect("a card").expect("taken")
}

fn told(card: &Shown) -> Vec<&str> {
    card.left_out.iter().map(|(_, field, _)| field.as_str()).collect()
}

#[test]
fn folded_lines_are_joined_even_within_a_letter() {
    assert_eq!(one("3.0", "FN:Ada By\r\n ron").name, "Ada Byron");
    assert_eq!(one("3.0", "FN:Ada\r\n  Byron").name, "Ada Byron");
    assert_eq!(one("4.0", "FN;LANGUAGE=en;\r\n\tPREF=1:Ada\n  Byron").name, "Ada Byron");
    assert_eq!(one("2.1", "FN:Ada\r\n Byron").name, "Ada Byron", "2.1 keeps the space");
    let split = b"BEGIN:VCARD\nVERSION:3.0\nFN:Zo\xc3\n \xab\nEND:VCARD\n";
    assert_eq!(all(split)[0].as_ref().expect("taken").name, "Zo\u{eb}");
}

#[test]
fn quoted_printable_goes_on_behind_soft_breaks() {
    let adr =
        "ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;12 Elm=\r\n St;M=C3=BCllheim;;79379;";
    let card = one(
        "2.1",
        &format!("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:By=\r\nron;Zo=C3=\r\n=AB\r\n{adr}"),
    );
    assert_eq!(
        (card.name.as_str(), card.address.as_str()),
        ("Zoë Byron", "12 Elm St\nMüllheim, 79379")
    );
    let broken = one("2.1", "FN:Ada\r\nNOTE;ENCODING=QUOTED-PRINTABLE:left open=");
    assert_eq!((broken.name.as_str(), told(&broken)), ("Ada", vec!["NOTE"]));
}

#[test]
fn letters_are_read_by_the_charset_of_their_property() {
    let file = b"\
        BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=ISO-8859-1:Zo\xeb\n\
        ADR;CHARSET=UTF-8:;;Stra\xc3\x9fe 1\nEND:VCARD";
    let cards = all(file);
    let card = cards[0].as_ref().expect("taken");
    assert_eq!((card.name.as_str(), card.address.as_str()), ("Zoë", "Straße 1"));
    let shift_jis = b"\
        BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=SHIFT_JIS:\x8e\x52\x93\x63;\x91\xbe\x98\x59\n\
        END:VCARD";
    assert_eq!(all(shift_jis)[0].as_ref().expect("taken").name, "太郎 山田");
    let unknown = one("2.1", "FN;CHARSET=X-OURS:Ada");
    assert_eq!((unknown.name.as_str(), told(&unknown)), ("Ada", vec!["FN"]));
}

#[test]
fn a_file_may_begin_with_a_mark_and_be_written_in_two_bytes_a_letter() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë\r\nEND:VCARD\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mark = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for file in [
        mark(b"\xef\xbb\xbf", text.as_bytes()),
        mark(b"\xff\xfe", &little),
        mark(b"\xfe\xff", &big),
        little.clone(),
        big.clone(),
    ] {
        let cards = all(&file);
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].as_ref().expect("taken").name, "Zoë");
    }
}

#[test]
fn lines_end_as_they_like() {
    let text =
        "BEGIN:VCARD|VERSION:3.0|FN:Ada|EMAIL:ada@x.org|PHOTO;ENCODING=b:AAAA| BBBB|END:VCARD|";
    for end in ["\n", "\r\n", "\r", "\r\r\n", "\n\n", "\r\n\r\n"] {
        let cards = all(text.replace('|', end).as_bytes());
        assert_eq!(cards.len(), 1, "{end:?}");
        let card = cards[0].as_ref().expect("taken");
        assert_eq!((card.emails.len(), told(card).first()), (1, Some(&"PHOTO")), "{end:?}");
    }
}

#[test]
fn groups_types_and_preferences_are_understood_in_every_version() {
    // R19: the first is primary, and a preferred one counts as first.
    let three =
        one("3.0", "FN:Ada\nitem1.EMAIL;type=INTERNET:a@x.org\nitem2.EMAIL;type=WORK,pref:b@x.org");
    assert_eq!(three.emails, ["b@x.org", "a@x.org"]);
    let two = one("2.1", "FN:Ada\nEMAIL;INTERNET:a@x.org\nEMAIL;PREF;INTERNET:b@x.org");
    assert_eq!(two.emails, ["b@x.org", "a@x.org"]);
    let four = one(
        "4.0",
        "FN:Ada\nEMAIL;PREF=2:a@x.org\nEMAIL;TYPE=\"home,x\";PREF=1:b@x.org\nEMAIL;PREF=no:c@x.org",
    );
    assert_eq!(four.emails, ["b@x.org", "a@x.org", "c@x.org"]);
    let none = one("3.0", "FN:Ada\nEMAIL:a@x.org\nEMAIL:b@x.org");
    assert_eq!(none.emails, ["a@x.org", "b@x.org"]);
    let quoted = one("4.0", "FN:Ada\nTEL;VALUE=uri;TYPE=\"voice:;home\":tel:+1-212-555-0180");
    assert_eq!(quoted.phones, ["+1-212-555-0180"]);
    let open = one("3.0", "FN:Ada\nEMAIL;X=\"open:a@x.org");
    assert_eq!(open.emails, ["a@x.org"], "a quote that nobody closes");
}

#[test]
fn phones_that_nobody_answers_go_last() {
    let card = one(
        "2.1",
        "FN:Ada\nTEL;HOME;FAX:212 555 0181\nTEL;PAGER:212 555 0182\nTEL;CELL:212 555 0183",
    );
    assert_eq!(card.phones, ["212 555 0183", "212 555 0181", "212 555 0182"]);
}

#[test]
fn escapes_are_undone_and_an_address_has_its_lines() {
    let card = one(
        "3.0",
        "FN:Byron\\, Ada\\; Esq.\nADR;TYPE=WORK:;;1 Mill Rd;Millbrook;;;\n\
        ADR;TYPE=HOME:;Floor 2;12 Elm St\\nrear house;Millbrook;NY;12545;USA",
    );
    assert_eq!(card.name, "Byron, Ada; Esq.");
    assert_eq!(card.address, "12 Elm St\nrear house\nFloor 2\nMillbrook, NY 12545\nUSA");
    assert_eq!(told(&card), ["ADR"], "where somebody lives goes before where they work");
    let envelope = one(
        "2.1",
        "FN:Ada\nADR:;;;;;;\nLABEL;ENCODING=QUOTED-PRINTABLE:12 Elm St=0D=0A=\nMillbrook",
    );
    assert_eq!(envelope.address, "12 Elm St\nMillbrook");
    let label = one("4.0", "FN:Ada\nADR;LABEL=\"12 Elm St\\nMillbrook\":;;;;;;");
    assert_eq!(label.address, "12 Elm St\nMillbrook");
}

#[test]
fn a_name_is_fn_else_n_else_org_else_there_is_none() {
    assert_eq!(one("3.0", "N:Byron;Ada;K,L;Dr.;MP\nFN:Ada B.").name, "Ada B.");
    assert_eq!(one("3.0", "N:Byron;Ada;K,L;Dr.;MP\nFN:\nORG:Elm").name, "Ada K L Byron MP");
    let company = one("3.0", "N:;;;;\nORG:Elm Builders\\, Inc.;Framing");
    assert_eq!((company.name.as_str(), told(&company).len()), ("Elm Builders, Inc.", 0));
    assert_eq!(told(&one("3.0", "FN:Ada\nORG:Elm")), ["ORG"], "a contact has no company");
    let file =
        b"BEGIN:VCARD\nVERSION:3.0\nEMAIL:a@x.org\nEND:VCARD\nBEGIN:VCARD\nFN:Ada\nEND:VCARD";
    assert_eq!(all(file)[0], Err((1, "name".to_owned())));
    assert!(all(file)[1].is_ok(), "a card without a version");
}

#[test]
fn the_prefix_of_a_name_is_the_title() {
    // R111
    let named = |inside| {
        let card = one("3.0", inside);
        (card.title, card.name, card.left_out.len())
    };
    let is = |title: &str, name: &str| (title.to_owned(), name.to_owned(), 0);
    assert_eq!(named("N:Byron;Ada;;Dr.;"), is("Dr.", "Ada Byron"));
    assert_eq!(named("FN:Dr. Ada Byron\nN:Byron;Ada;;Dr.;"), is("Dr.", "Ada Byron"));
    assert_eq!(named("FN:Ada Byron\nN:Byron;Ada;;Prof.,Dr.;"), is("Prof. Dr.", "Ada Byron"));
    assert_eq!(named("FN:Dr. Ada Byron\nN:Byron;Ada;;;"), is("", "Dr. Ada Byron"));
}

#[test]
fn pictures_and_what_no_contact_has_are_told_without_their_values() {
    let photo = "\
        PHOTO;TYPE=JPEG;ENCODING=BASE64:\n /9j/4AAQ\n SkZJRg==\n\nX-SECRET:hidden\n\
        NOTE:hidden\nNOTE:again";
    let card = one("2.1", &format!("FN:Ada\n{photo}\nEMAIL:at home"));
    assert_eq!(told(&card), ["PHOTO", "X-SECRET", "NOTE", "EMAIL"]);
    assert_eq!(card.left_out[0].0, 4, "the line");
    let all_told = format!("{:?}", card.left_out);
    assert!(!all_told.contains("hidden") && !all_told.contains("at home"), "{all_told}");
    let unfolded = one("2.1", "FN:Ada\nPHOTO;BASE64:/9j/4AAQ\nSkZJRgAB\nSkZJRg==\nEMAIL:a@x.org");
    assert_eq!((unfolded.emails.len(), told(&unfolded)), (1, vec!["PHOTO"]));
    let huge = one(
        "3.0",
        &format!("FN:Ada\nPHOTO;ENCODING=b:{}\nFN:{}", "A".repeat(1 << 20), "x".repeat(1 << 20)),
    );
    assert_eq!((huge.name.as_str(), told(&huge)), ("Ada", vec!["PHOTO", "FN"]));
}

#[test]
fn a_card_without_an_end_ends_where_the_next_one_begins() {
    let file = b"BEGIN:VCARD\nFN:Ada\nBEGIN:VCARD\nFN:Bea\nEND:VCARD\nbegin:vcard\nFN:Cem\n";
    let cards = all(file);
    let names: Vec<&str> =
        cards.iter().map(|card| card.as_ref().expect("taken").name.as_str()).collect();
    assert_eq!(names, ["Ada", "Bea", "Cem"]);
    let ends: Vec<Vec<&str>> =
        cards.iter().map(|card| told(card.as_ref().expect("taken"))).collect();
    assert_eq!(ends, [vec!["END"], vec![], vec!["END"]]);
}

#[test]
fn a_card_within_a_card_is_passed_over() {
    let file = b"\
        BEGIN:VCARD\nVERSION:2.1\nN:Byron;Ada\nAGENT:\nBEGIN:VCARD\nN:Else;Somebody\n\
        END:VCARD\nEMAIL:a@x.org\nEND:VCARD\nBEGIN:VCARD\nN:Sample;Bea\nEND:VCARD";
    let cards = all(file);
    let first = cards[0].as_ref().expect("taken");
    assert_eq!((cards.len(), first.name.as_str(), first.emails.len()), (2, "Ada Byron", 1));
    // A card with an agent and without an end of its own does not swallow the next one.
    let open = b"\
        BEGIN:VCARD\nN:Byron;Ada\nAGENT:\nBEGIN:VCARD\nN:Else;Somebody\nEND:VCARD\n\
        BEGIN:VCARD\nN:Sample;Bea\nEND:VCARD";
    assert_eq!(all(open).len(), 2);
}

#[test]
fn lines_that_belong_to_no_card_are_told_and_the_cards_around_them_go_in() {
    let file = b"\
        hello\nFN:Nobody\n\nBEGIN:VCARD\nFN:Ada\nno property\nEND:VCARD\nEND:VCARD\n\
        EMAIL:a@x.org\nBEGIN:VCARD\nKIND:group\nFN:Friends\nEND:VCARD\n";
    let cards = all(file);
    assert_eq!(cards.len(), 4);
    assert_eq!(cards[0], Err((1, "BEGIN".to_owned())));
    assert_eq!(cards[1].as_ref().map(told), Ok(vec!["line"]));
    assert_eq!(cards[2], Err((8, "BEGIN".to_owned())));
    assert_eq!(cards[3], Err((10, "KIND".to_owned())));
    assert_eq!(all(b""), []);
}

#[test]
fn more_cards_than_a_file_may_have_are_refused() {
    let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
    let file = "BEGIN:VCARD\nFN:Ada\nEND:VCARD\n".repeat(ROWS_MAX + 1);
    assert!(lines(&upload(file.as_bytes()), &keys, LedgerId::INSTALLATION).is_err());
    let file = &file[.."BEGIN:VCARD\nFN:Ada\nEND:VCARD\n".len() * ROWS_MAX];
    assert!(lines(&upload(file.as_bytes()), &keys, LedgerId::INSTALLATION).is_ok());
}

#[test]
fn what_came_as_json_is_text_whatever_a_property_says() {
    let text = "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=SHIFT_JIS:Zoë\nEND:VCARD".to_owned();
    let read = read(&Upload::from(text));
    assert_eq!(shown(read[0].row.as_ref().expect("taken")).name, "Zoë");
}

const WHOLE: &[u8] = b"\
    BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:By=\r\n\
    ron;Zo=C3=AB\r\nitem1.EMAIL;PREF;INTERNET:zoe@example.org\r\n\
    TEL;TYPE=\"home,voice\":(212) 555-0180\r\nADR;HOME:;;12 Elm St\\n\
    rear;Millbrook;NY;12545\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:Else\r\nEND:VCARD\r\n\
    PHOTO;ENCODING=BASE64:\r\n AAAA\r\n\r\nORG:Elm\\, Inc.;Office\r\nEND:VCARD\r\n";

/// What cards are made of, and what breaks them.
const PIECES: &[&str] = &[
    "BEGIN:VCARD\n",
    "END:VCARD\n",
    "AGENT:\n",
    "VERSION:2.1\r\n",
    "VERSION:4.0\r",
    "FN",
    "N",
    "EMAIL",
    "TEL",
    "ADR",
    "ORG",
    "LABEL",
    ";ENCODING=QUOTED-PRINTABLE",
    ";BASE64",
    ";CHARSET=utf-16",
    ";CHARSET=iso-2022-jp",
    ";PREF=1",
    ";TYPE=\"",
    ":",
    ";",
    ",",
    "\\",
    "\\n",
    "=",
    "=\r\n",
    "=C3",
    "\r\n ",
    "\n\t",
    "\n",
    "\"",
    ".",
    "é",
    "\u{0}",
    "a@x.org",
    "+1 212 555 0180",
    "AAAA",
    "mailto:",
    "<",
    ">",
];

proptest! {
    #[test]
    fn nothing_that_is_sent_makes_the_reader_fail(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        read(&upload(&bytes));
    }

    #[test]
    fn neither_does_what_looks_like_a_card(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..80),
    ) {
        read(&upload(pieces.concat().as_bytes()));
    }

    #[test]
    fn a_card_that_was_damaged_is_read_or_told_and_its_neighbour_goes_in(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = WHOLE.to_vec();
        for (place, byte) in changes {
            bytes[place.index(WHOLE.len())] = byte;
        }
        bytes.truncate(cut.index(WHOLE.len() + 1));
        // A NUL or a mark at the very start would make it another kind of file.
        prop_assume!(bytes.first().is_none_or(|first| *first == b'B') && bytes.get(1) != Some(&0));
        bytes.extend_from_slice(b"\r\nREV:1\r\nBEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD\r\n");
        let cards = all(&bytes);
        let last = cards.last().expect("a card").as_ref().expect("taken");
        prop_assert_eq!(&last.name, "Ada");
    }

    #[test]
    fn what_is_folded_and_written_in_quoted_printable_is_read_as_it_was(
        name in "[A-Za-zÀ-ÿ;,=: ]{1,60}",
        width in 1..20_usize,
    ) {
        let shown = crate::import::contact::on_one_line(&name);
        prop_assume!(shown.is_some());
        let escaped = name.replace(',', "\\,").replace(';', "\\;");
        let mut folded = String::new();
        for (place, letter) in escaped.chars().enumerate() {
            folded.push_str(if place > 0 && place % width == 0 { "\r\n " } else { "" });
            folded.push(letter);
        }
        prop_assert_eq!(Some(&one("3.0", &format!("FN:{folded}")).name), shown.as_ref());
        let mut quoted = String::new();
        for (place, byte) in escaped.bytes().enumerate() {
            quoted.push_str(if place > 0 && place % width == 0 { "=\r\n" } else { "" });
            quoted.push_str(&format!("={byte:02X}"));
        }
        let head = "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE";
        prop_assert_eq!(Some(&one("2.1", &format!("{head}:{quoted}")).name), shown.as_ref());
    }

    #[test]
    fn a_property_is_never_longer_than_it_may_be(repeat in 1..40_usize, fold in any::<bool>()) {
        let end = if fold { "\n " } else { "=\n" };
        let long = format!("{}{end}", "x".repeat(8_000)).repeat(repeat);
        let file = format!("FN;ENCODING=QUOTED-PRINTABLE:{long}");
        let mut reader = Reader::new(file.as_bytes());
        while let Some(item) = reader.next() {
            if let Item::Property(property) = item {
                prop_assert!(property.value.len() <= 64 << 10);
                prop_assert_eq!(property.is_cut, repeat * 8_000 + 29 > 64 << 10);
            }
        }
    }
}
