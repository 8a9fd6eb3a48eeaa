//! What a document is that the builder publishes to a customer (R117, R118). Its bytes stand beside the
//! ledger, sealed with the customer's key, as what it is called is; events name it by an id.
//!
//! No hash of the file is kept: a hash would go on telling who had which file after the key is gone.

use super::feature::Feature;
use crate::day::Day;
use crate::text::{MessageText, Title};
use serde::{Deserialize, Serialize};

/// What a document is about, which says to whom it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// An invoice or a statement (R117).
    Billing,
    /// A report (R118).
    Report,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Billing, Self::Report];
    /// Their words.
    pub const WORDS: [&'static str; 2] = [Self::Billing.word(), Self::Report.word()];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Report => "report",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Result<Self, &'static str> {
        let known = Self::ALL.into_iter().find(|kind| kind.word() == word);
        known.ok_or("must be one of billing, report")
    }

    /// The part of the portal that it stands in.
    pub const fn feature(self) -> Feature {
        match self {
            Self::Billing => Feature::Billing,
            Self::Report => Feature::Reports,
        }
    }
}

/// What kind of file is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// A PDF, byte by byte as it was sent.
    Pdf,
    /// A picture.
    Jpeg,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Pdf, Self::Jpeg];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
        }
    }
}

/// A document to publish; its file comes beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDetails {
    /// What it is about.
    pub kind: DocumentKind,
    /// What it is called.
    pub title: Title,
    /// The day that it bears.
    pub day: Day,
    /// What the builder says of it.
    pub note: Option<MessageText>,
    /// What kind of file is kept.
    pub format: FileFormat,
    /// How many bytes of it.
    pub bytes: u32,
}
