//! A property's value as text: decoded first, then split, because some charsets use the bytes of
//! commas and backslashes for halves of letters.

use super::lines::{Encoding, Property};
use crate::import::charset::{Source, by_name, decoded};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A value as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// What could not be read of it, though the rest could.
    pub(super) flaw: Option<&'static str>,
}

/// The property's value as text, or why it is none.
pub(super) fn text(property: &Property, source: &Source<'_>) -> Result<Text, &'static str> {
    if property.is_cut {
        return Err("is too long");
    }
    let named = property.charset.as_deref();
    let charset = named.and_then(by_name);
    let (text, damaged) = match property.encoding {
        Encoding::Plain => decoded(&property.value, source.charset(charset)),
        Encoding::QuotedPrintable => {
            let charset = charset.or_else(|| source.charset(None));
            decoded(&quoted_printable(&property.value), charset)
        }
        Encoding::Base64 => {
            let bytes = base64(&property.value).ok_or("is no valid base64")?;
            decoded(&bytes, charset.or_else(|| source.charset(None)))
        }
    };
    let flaw = if damaged {
        Some("has letters that its charset does not know")
    } else if named.is_some() && charset.is_none() {
        Some("names a charset that is not known, and was read without it")
    } else {
        None
    };
    Ok(Text { text, flaw })
}

/// Decodes quoted-printable; what is no escape stays as it is.
fn quoted_printable(value: &[u8]) -> Vec<u8> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, behind @ ..] = rest {
        if let (b'=', [high, low, after @ ..]) = (first, behind)
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            bytes.push((high << 4) | low);
            rest = after;
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    bytes
}

fn base64(value: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let letters: Vec<u8> =
        value.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    GeneralPurpose::new(&STANDARD, config).decode(letters).ok()
}

/// The text of a value that has no parts.
pub(super) fn whole(value: &str) -> String {
    let mut whole = String::new();
    unescape(value, |part| {
        whole.push(match part {
            Part::Letter(c) => c,
            Part::Comma => ',',
            Part::Semicolon => ';',
        });
    });
    whole
}

/// The parts between semicolons; the entries of a part's list are parted by `comma`.
pub(super) fn parts(value: &str, comma: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    unescape(value, |part| {
        if part == Part::Semicolon {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            match part {
                Part::Letter(c) => last.push(c),
                Part::Comma => last.push_str(comma),
                Part::Semicolon => {}
            }
        }
    });
    parts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Letter(char),
    Comma,
    Semicolon,
}

fn unescape(value: &str, mut take: impl FnMut(Part)) {
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        take(match (letter, letters.peek()) {
            ('\\', Some('n' | 'N')) => {
                letters.next();
                Part::Letter('\n')
            }
            ('\\', Some(escaped @ ('\\' | ',' | ';' | ':' | '"'))) => {
                let escaped = Part::Letter(*escaped);
                letters.next();
                escaped
            }
            (',', _) => Part::Comma,
            (';', _) => Part::Semicolon,
            (letter, _) => Part::Letter(letter),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::charset::Upload;

    fn text_of(
        value: &[u8],
        encoding: Encoding,
        charset: Option<&str>,
    ) -> Result<Text, &'static str> {
        let charset = charset.map(str::to_owned);
        let property = Property { value: value.to_vec(), encoding, charset, ..Property::default() };
        let upload = Upload { is_text: false, ..Upload::from(String::new()) };
        text(&property, &upload.source())
    }

    fn read(value: &[u8], encoding: Encoding, charset: Option<&str>) -> String {
        let read = text_of(value, encoding, charset).expect("reads");
        assert_eq!(read.flaw, None);
        read.text
    }

    #[test]
    fn quoted_printable_is_decoded_by_its_charset_and_slips_stay_as_they_are() {
        use Encoding::QuotedPrintable;
        assert_eq!(read(b"Zo=C3=AB =3d", QuotedPrintable, Some("UTF-8")), "Zoë =");
        assert_eq!(read(b"Zo=EB", QuotedPrintable, Some("ISO-8859-1")), "Zoë");
        assert_eq!(read(b"Zo=EB", QuotedPrintable, None), "Zoë");
        assert_eq!(read(b"a=0D=0Ab", QuotedPrintable, None), "a\r\nb");
        assert_eq!(read(b"1=2 =G1 =", QuotedPrintable, None), "1=2 =G1 =");
    }

    #[test]
    fn letters_are_read_by_the_charset_that_is_named() {
        assert_eq!(read(b"Zo\xeb", Encoding::Plain, Some("iso-8859-15")), "Zoë");
        assert_eq!(read(b"\x8e\x52\x93\x63", Encoding::Plain, Some("Shift_JIS")), "山田");
        assert_eq!(read(b"Wm/D\r\n qw", Encoding::Base64, None), "Zoë");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let unknown = text_of(b"Zoe", Encoding::Plain, Some("utf-7")).expect("reads");
        assert!(unknown.flaw.is_some_and(|flaw| flaw.contains("not known")));
        let damaged = text_of(b"Zo\xeb", Encoding::Plain, Some("utf-8")).expect("reads");
        assert_eq!((&*damaged.text, damaged.flaw.is_some()), ("Zo\u{fffd}", true));
        assert_eq!(text_of(b"*", Encoding::Base64, None), Err("is no valid base64"));
    }

    #[test]
    fn escapes_are_undone_and_parts_are_told_apart() {
        assert_eq!(whole(r"Oak\, Elm\; and\nAsh, C:\temp\\x"), "Oak, Elm; and\nAsh, C:\\temp\\x");
        assert_eq!(parts(r"Doe;John;Q,R;;a\;b\,c", " "), ["Doe", "John", "Q R", "", "a;b,c"]);
        assert_eq!(parts("", " "), [""]);
    }
}
