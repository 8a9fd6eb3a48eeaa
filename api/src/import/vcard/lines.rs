//! A vCard file as properties, whatever wrote it.
//!
//! Why this is our own: what people export is mostly 2.1 and 3.0, written by programs that bend
//! both. Of the vCard readers on crates.io, `vcard4`, `vcard` and `vcard_parser` read version 4
//! alone. `calcard` reads all three and is the most patient; but it decodes pictures into memory,
//! passes over lines that it does not understand without a word, and tells no line numbers, which
//! a report needs. It also brings a calendar and a mail library along.
//!
//! Here: physical lines are joined (folding, soft breaks of quoted-printable, base64 without
//! folding), and split into name, parameters and the value's bytes. What a property means is
//! [`super::card`]'s business. Nothing here fails: a line that is no property is told as such. A
//! property holds 64 KiB at most, so that a picture costs no memory.

/// The most bytes of a property; what is longer is a picture or a sound, and is cut off.
const PROPERTY_BYTES_MAX: usize = 64 << 10;
/// The most characters of a property's name.
const NAME_CHARACTERS_MAX: usize = 128;

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    #[default]
    Plain,
    QuotedPrintable,
    Base64,
}

/// One property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Property {
    /// The line on which it begins; the file's first is 1.
    pub(super) line: u64,
    /// In capitals, without its group.
    pub(super) name: String,
    /// Its types in capitals: of `TYPE`, and the bare words of vCard 2.1.
    pub(super) types: Vec<String>,
    /// From 1, the most, to 100; absent where nobody prefers it.
    pub(super) pref: Option<u8>,
    pub(super) encoding: Encoding,
    /// The name of its charset.
    pub(super) charset: Option<String>,
    /// An address as it is written on an envelope (vCard 4).
    pub(super) label: Option<String>,
    /// As it stands in the file, with its lines joined.
    pub(super) value: Vec<u8>,
    /// It was longer than it may be, and the rest of it is not here.
    pub(super) is_cut: bool,
}

/// What stands on a line, or on some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Property(Property),
    /// No property.
    Nonsense {
        line: u64,
    },
}

/// The lines as they stand in the file.
#[derive(Debug, Clone, Copy)]
struct Physical<'a> {
    rest: &'a [u8],
    line: u64,
    /// What ends a line: old files have carriage returns alone.
    end: u8,
}

impl<'a> Physical<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
        Self { rest: bytes, line: 0, end }
    }

    fn peek(&self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        ahead.next()
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let length = self.rest.iter().position(|byte| *byte == self.end);
        let (line, rest) = match length {
            Some(length) => (&self.rest[..length], &self.rest[length + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        // One program or another adds a carriage return of its own.
        let length = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        Some(&line[..length])
    }
}

/// Reads a file property by property.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    lines: Physical<'a>,
    /// In vCard 2.1 a line is folded where a space is, and keeps it.
    pub(super) folds_at_spaces: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { lines: Physical::new(bytes), folds_at_spaces: false }
    }

    /// The next thing that is not blank.
    pub(super) fn next(&mut self) -> Option<Item> {
        loop {
            let line = self.lines.next()?;
            if !line.trim_ascii().is_empty() {
                let number = self.lines.line;
                let joined = self.joined(line);
                let property = joined.property(number);
                return Some(property.map_or(Item::Nonsense { line: number }, Item::Property));
            }
        }
    }

    /// Joins a line with those that continue it.
    fn joined(&mut self, first: &[u8]) -> Joined {
        let mut joined = Joined::default();
        joined.add(first);
        let mut last = first;
        loop {
            let Some(next) = self.lines.peek() else { return joined };
            let continues = match joined.encoding {
                Encoding::QuotedPrintable if last.trim_ascii_end().ends_with(b"=") => {
                    if ends_card(next) {
                        return joined;
                    }
                    joined.drop_soft_break();
                    joined.add(next);
                    true
                }
                Encoding::Base64 if is_base64(next) => {
                    joined.add(next);
                    true
                }
                Encoding::Plain | Encoding::QuotedPrintable | Encoding::Base64 => match next {
                    [b' ' | b'\t', rest @ ..] => {
                        joined.add(if self.folds_at_spaces { next } else { rest });
                        true
                    }
                    _ => false,
                },
            };
            if !continues {
                return joined;
            }
            last = next;
            self.lines.next();
        }
    }
}

/// A soft break before the end of a card is a slip of its writer.
fn ends_card(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.eq_ignore_ascii_case(b"END:VCARD") || line.eq_ignore_ascii_case(b"BEGIN:VCARD")
}

fn is_base64(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    !line.is_empty() && line.iter().all(letters)
}

/// Lines that are joined. Where the value begins is sought as they come, each byte once.
#[derive(Debug, Default)]
struct Joined {
    bytes: Vec<u8>,
    is_cut: bool,
    sought: usize,
    within_quotes: bool,
    colon: Option<usize>,
    encoding: Encoding,
}

impl Joined {
    fn add(&mut self, line: &[u8]) {
        let room = PROPERTY_BYTES_MAX.saturating_sub(self.bytes.len());
        self.is_cut |= line.len() > room;
        self.bytes.extend_from_slice(&line[..line.len().min(room)]);
        if self.colon.is_some() {
            return;
        }
        for (place, byte) in self.bytes.iter().enumerate().skip(self.sought) {
            match byte {
                b'"' => self.within_quotes = !self.within_quotes,
                b':' if !self.within_quotes => {
                    self.colon = Some(place);
                    break;
                }
                _ => {}
            }
        }
        self.sought = self.bytes.len();
        if let Some(colon) = self.colon {
            self.encoding =
                Property::of_head(&self.bytes[..colon]).map_or(Encoding::Plain, |p| p.encoding);
        }
    }

    fn drop_soft_break(&mut self) {
        if !self.is_cut {
            let length = self.bytes.trim_ascii_end().len();
            self.bytes.truncate(length.saturating_sub(1));
        }
    }

    fn property(mut self, line: u64) -> Option<Property> {
        // A quote that nobody closes is no quote.
        let colon = self.colon.or_else(|| self.bytes.iter().position(|byte| *byte == b':'))?;
        let property = Property::of_head(&self.bytes[..colon])?;
        self.bytes.drain(..=colon);
        Some(Property { line, value: self.bytes, is_cut: self.is_cut, ..property })
    }
}

impl Property {
    /// Reads group, name and parameters.
    fn of_head(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let mut parts = unquoted(&head, ';');
        let name = parts.next()?.rsplit('.').next()?.trim().to_ascii_uppercase();
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > NAME_CHARACTERS_MAX || !name.chars().all(letters) {
            return None;
        }
        let mut property = Self { name, ..Self::default() };
        for part in parts {
            match part.split_once('=') {
                None => property.word(part),
                Some((name, value)) => property.parameter(name.trim(), value.trim()),
            }
        }
        Some(property)
    }

    fn parameter(&mut self, name: &str, value: &str) {
        let bare = value.trim_matches('"');
        match name.to_ascii_uppercase().as_str() {
            "TYPE" => bare.split(',').for_each(|word| self.word(word)),
            "ENCODING" => self.word(bare),
            "CHARSET" => self.charset = Some(bare.to_owned()),
            "PREF" => self.pref = bare.parse().ok().filter(|pref| (1..=100).contains(pref)),
            "LABEL" => self.label = Some(bare.replace("\\n", "\n").replace("^n", "\n")),
            _ => {}
        }
    }

    /// A word of `TYPE` or `ENCODING`, or a bare one: vCard 2.1 leaves the parameter's name out.
    fn word(&mut self, word: &str) {
        let word = word.trim().trim_matches('"').to_ascii_uppercase();
        match word.as_str() {
            "QUOTED-PRINTABLE" | "Q" => self.encoding = Encoding::QuotedPrintable,
            "BASE64" | "B" => self.encoding = Encoding::Base64,
            "PREF" => self.pref = self.pref.or(Some(1)),
            "" => {}
            _ => self.types.push(word),
        }
    }
}

/// The parts between separators that do not stand within quotes.
fn unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut within_quotes = false;
    text.split(move |c: char| {
        within_quotes ^= c == '"';
        c == separator && !within_quotes
    })
}
