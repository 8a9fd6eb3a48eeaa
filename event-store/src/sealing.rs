//! Seals the personal values of events, and opens them again.
//!
//! A value is bound to its place: ledger, aggregate, event, whose it is and which field (associated
//! data of the AEAD), so that it cannot be moved to another event unseen.

use crate::codec::Recorded;
use crate::error::StoreError;
use crate::keys::{Held, Keys};
use crate::reader::Open;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::personal::HoldsPersonal;
use domain::{AggregateId, EventId, LedgerId, PersonalVisitor, Sealable, SubjectId};

/// The place that a sealed value is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) ledger: LedgerId,
    pub(crate) aggregate: AggregateId,
    pub(crate) event: EventId,
}

impl Place {
    fn associated_data(&self, subject: SubjectId, field: &str) -> Vec<u8> {
        let mut data = Vec::with_capacity(64 + field.len());
        data.extend_from_slice(self.ledger.0.as_bytes());
        data.extend_from_slice(self.aggregate.uuid().as_bytes());
        data.extend_from_slice(self.event.0.as_bytes());
        data.extend_from_slice(subject.0.as_bytes());
        data.extend_from_slice(field.as_bytes());
        data
    }
}

/// Seals every known value it visits.
pub(crate) struct Sealer<'a> {
    pub(crate) keys: &'a Keys,
    pub(crate) place: Place,
    pub(crate) failed: Option<StoreError>,
}

impl Sealer<'_> {
    fn try_seal(&self, field: &str, value: &mut dyn Sealable) -> Result<(), StoreError> {
        let Some(plain) = value.plaintext() else { return Ok(()) };
        let plain = plain.map_err(StoreError::Encode)?;
        let subject = value.subject();
        match self.keys.held(self.place.ledger, subject) {
            Some(Held::Key(key)) => {
                let sealed = key.seal(&plain, &self.place.associated_data(subject, field))?;
                value.seal(URL_SAFE_NO_PAD.encode(sealed).into());
                Ok(())
            }
            Some(Held::Destroyed) => {
                value.erase();
                Ok(())
            }
            None => Err(StoreError::SealBroken { event: self.place.event }),
        }
    }
}

impl PersonalVisitor for Sealer<'_> {
    fn visit(&mut self, field: &'static str, value: &mut dyn Sealable) {
        if let Err(error) = self.try_seal(field, value) {
            self.failed.get_or_insert(error);
        }
    }
}

/// Opens every sealed value it visits, or erases it where the key is destroyed.
struct Opener<'a> {
    keys: &'a Keys,
    place: Place,
    open: Open,
    failed: bool,
}

impl PersonalVisitor for Opener<'_> {
    fn visit(&mut self, field: &'static str, value: &mut dyn Sealable) {
        if self.open == Open::Outcome && field.ends_with(BEFORE) {
            return;
        }
        let subject = value.subject();
        let Some(sealed) = value.sealed() else { return };
        let opened = match self.keys.held(self.place.ledger, subject) {
            Some(Held::Key(key)) => URL_SAFE_NO_PAD
                .decode(sealed)
                .ok()
                .and_then(|bytes| key.open(&bytes, &self.place.associated_data(subject, field))),
            Some(Held::Destroyed) => {
                value.erase();
                return;
            }
            None => None,
        };
        match opened.map(|plain| value.open(&plain)) {
            Some(Ok(())) => {}
            Some(Err(_)) | None => self.failed = true,
        }
    }
}

/// Collects whose values are there.
#[derive(Default)]
pub(crate) struct Subjects(pub(crate) Vec<SubjectId>);

impl PersonalVisitor for Subjects {
    fn visit(&mut self, _: &'static str, value: &mut dyn Sealable) {
        // Events of one subject mostly stand together.
        if !self.0.iter().rev().any(|there| *there == value.subject()) {
            self.0.push(value.subject());
        }
    }
}

/// How the name of a value ends that a changed field had before (`Change::each`).
const BEFORE: &str = ".from";

/// Opens values of an event whose subjects' keys are at hand.
pub(crate) fn open(keys: &Keys, recorded: &mut Recorded, open: Open) -> Result<(), StoreError> {
    let place =
        Place { ledger: recorded.ledger, aggregate: recorded.aggregate, event: recorded.event_id };
    let mut opener = Opener { keys, place, open, failed: false };
    match open {
        Open::Nothing => {}
        Open::Outcome => recorded.event.each_personal(&mut opener),
        Open::Everything => recorded.each_personal(&mut opener),
    }
    if opener.failed {
        return Err(StoreError::SealBroken { event: place.event });
    }
    Ok(())
}
