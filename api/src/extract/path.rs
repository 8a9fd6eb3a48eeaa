//! Ids in paths. What is no id is answered like an id that nobody has.

use crate::credential::Secret;
use crate::error::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::{
    AccountId, ApiKeyId, ContactId, CustomerId, FieldName, InterventionId, JobId, JoinRequestId,
    LeadId, PortalLinkId, SessionId, StaffId, SubUserId, SubcontractorId, TemplateId, WorkOrderId,
};
use std::str::FromStr;

/// The ids of a path, in their order.
pub(crate) trait PathIds: Sized + Send {
    /// Reads them; `None` when one is no id.
    fn read(segments: &[&str]) -> Option<Self>;
}

impl PathIds for () {
    fn read(_: &[&str]) -> Option<Self> {
        Some(())
    }
}

fn only<T: FromStr>(segments: &[&str]) -> Option<T> {
    segments.first()?.parse().ok()
}

impl PathIds for AccountId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for InterventionId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for ApiKeyId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for ContactId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

/// A contact and another that is about it.
impl PathIds for (ContactId, ContactId) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [contact, other] = segments else { return None };
        Some((contact.parse().ok()?, other.parse().ok()?))
    }
}

impl PathIds for JobId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for LeadId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for PortalLinkId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for CustomerId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl<T: FromStr + Send> PathIds for (CustomerId, T) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [customer, part] = segments else { return None };
        Some((customer.parse().ok()?, part.parse().ok()?))
    }
}

impl PathIds for WorkOrderId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for SubcontractorId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl<T: FromStr + Send> PathIds for (SubcontractorId, T) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [subcontractor, part] = segments else { return None };
        Some((subcontractor.parse().ok()?, part.parse().ok()?))
    }
}

impl PathIds for TemplateId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

/// What cannot be the name of a field is answered like an id that nobody has.
impl PathIds for (ContactId, FieldName) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [contact, field] = segments else { return None };
        Some((contact.parse().ok()?, FieldName::parse(field).ok()?))
    }
}

impl PathIds for SessionId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for SubUserId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for JoinRequestId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

impl PathIds for StaffId {
    fn read(segments: &[&str]) -> Option<Self> {
        only(segments)
    }
}

/// The secret of a link. What is none is answered like one that nobody has.
impl PathIds for Secret {
    fn read(segments: &[&str]) -> Option<Self> {
        Self::parse(segments.first()?)
    }
}

impl PathIds for (AccountId, JobId) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [account, job] = segments else { return None };
        Some((account.parse().ok()?, job.parse().ok()?))
    }
}

impl<T: FromStr + Send> PathIds for (AccountId, JobId, T) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [account, job, part] = segments else { return None };
        Some((account.parse().ok()?, job.parse().ok()?, part.parse().ok()?))
    }
}

impl<T: FromStr + Send> PathIds for (JobId, T) {
    fn read(segments: &[&str]) -> Option<Self> {
        let [job, part] = segments else { return None };
        Some((job.parse().ok()?, part.parse().ok()?))
    }
}

pub(crate) async fn ids<P: PathIds>(parts: &mut Parts) -> Result<P, Problem> {
    let Ok(params) = RawPathParams::from_request_parts(parts, &()).await else {
        return Err(Problem::not_found());
    };
    let segments: Vec<&str> = params.iter().map(|(_, value)| value).collect();
    P::read(&segments).ok_or_else(Problem::not_found)
}
