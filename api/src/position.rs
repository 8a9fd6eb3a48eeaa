//! The `Ledger-Position` header: which ledger, up to which position; opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::LedgerId;
use uuid::Uuid;

/// The header's name, on answers of commands and on queries.
pub(crate) const LEDGER_POSITION: &str = "ledger-position";

/// What an answer stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LedgerPosition {
    pub(crate) ledger: LedgerId,
    pub(crate) position: u64,
}

impl LedgerPosition {
    pub(crate) fn encode(self) -> String {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(self.ledger.0.as_bytes());
        bytes[16..].copy_from_slice(&self.position.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(crate) fn decode(text: &[u8]) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let ledger = Uuid::from_slice(&bytes[..16]).ok()?;
        let position = u64::from_be_bytes(bytes[16..].try_into().ok()?);
        Some(Self { ledger: LedgerId(ledger), position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_back_what_it_wrote_and_garbage_is_none() {
        let position = LedgerPosition { ledger: LedgerId::INSTALLATION, position: 7 };
        assert_eq!(LedgerPosition::decode(position.encode().as_bytes()), Some(position));
        assert_eq!(LedgerPosition::decode(b"garbage"), None);
        assert_eq!(LedgerPosition::decode(b""), None);
    }
}
