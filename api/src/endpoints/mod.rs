//! One file an endpoint, `<resource>/<verb>.rs`: take, build, execute, answer.

pub(crate) mod accounts;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod contacts;
pub(crate) mod custom_fields;
pub(crate) mod customers;
pub(crate) mod email_changes;
pub(crate) mod email_conflicts;
pub(crate) mod imports;
pub(crate) mod interventions;
pub(crate) mod invitations;
pub(crate) mod job_setup;
pub(crate) mod jobs;
pub(crate) mod leads;
pub(crate) mod mail;
pub(crate) mod me;
pub(crate) mod operations;
pub(crate) mod operators;
pub(crate) mod org;
pub(crate) mod org_interventions;
pub(crate) mod org_invitations;
pub(crate) mod password_resets;
pub(crate) mod portal;
pub(crate) mod portal_links;
pub(crate) mod project_invitations;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod staff;
pub(crate) mod staff_invitations;
pub(crate) mod subcontractors;
mod support;
pub(crate) mod work_orders;

use projections::contact_directory::ContactDirectory;
use projections::view::View;

/// The views' names, for those who wait for them.
pub(crate) const CONTACT_DIRECTORY: &str = ContactDirectory::NAME;
pub(crate) const DUPLICATE_CANDIDATES: &str =
    projections::duplicate_candidates::DuplicateCandidates::NAME;
pub(crate) const EMAIL_CONFLICTS: &str = projections::email_conflicts::EmailConflicts::NAME;
pub(crate) const JOB_LIST: &str = projections::job_list::JobList::NAME;
pub(crate) const JOB_DETAIL: &str = projections::job_detail::JobDetail::NAME;
pub(crate) const OWNER_PORTAL: &str = projections::owner_portal::OwnerPortal::NAME;
pub(crate) const OWNER_ITEMS: &str = projections::owner_items::OwnerItems::NAME;
pub(crate) const WORK_ORDERS: &str = projections::work_orders::WorkOrders::NAME;
pub(crate) const DOCUMENTS: &str = projections::documents::Documents::NAME;
pub(crate) const CUSTOMERS: &str = projections::customers::Customers::NAME;
pub(crate) const SUBCONTRACTORS: &str = projections::subcontractors::Subcontractors::NAME;
pub(crate) const SUB_ORG_DIRECTORY: &str = projections::sub_org_directory::SubOrgDirectory::NAME;
pub(crate) const LEAD_VIEW: &str = projections::lead_view::LeadView::NAME;
pub(crate) const IMPERSONATIONS: &str = projections::impersonations::Impersonations::NAME;
pub(crate) const PORTAL_LINKS: &str = projections::portal_links::PortalLinks::NAME;
pub(crate) const INVITATIONS: &str = projections::invitations::Invitations::NAME;
pub(crate) const MAIL_LOG: &str = projections::mail_log::MailLog::NAME;
pub(crate) const AUDIT_TRAIL: &str = projections::audit_trail::AuditTrail::NAME;

/// One page of a list.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct PageOf<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    pub(crate) next: Option<String>,
}

impl<T> From<projections::Page<T>> for PageOf<T> {
    fn from(page: projections::Page<T>) -> Self {
        Self { items: page.items, next: page.next }
    }
}
