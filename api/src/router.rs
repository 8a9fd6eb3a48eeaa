//! Every route, and nothing else.

use crate::around::around;
use crate::endpoints::{
    accounts, api_keys, audit, contacts, custom_fields, customers, email_changes, email_conflicts,
    imports, interventions, invitations, job_setup, jobs, leads, mail, me, operations, operators,
    org, org_interventions, org_invitations, password_resets, portal, portal_links,
    project_invitations, sessions, settings, staff, staff_invitations, subcontractors, work_orders,
};
use crate::error::Problem;
use crate::openapi::{self, Description};
use crate::pages;
use crate::state::AppState;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

/// The whole API over this state.
pub fn router(state: AppState) -> Router {
    let (routes, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(accounts::open::open_account))
        .routes(routes!(accounts::issue_api_key::issue_api_key))
        .routes(routes!(operators::list::list_operators, operators::appoint::appoint_operator))
        .routes(routes!(operators::dismiss::dismiss_operator))
        .routes(routes!(
            interventions::list::list_interventions,
            interventions::request::request_intervention
        ))
        .routes(routes!(interventions::approve::approve_intervention))
        .routes(routes!(interventions::reject::reject_intervention))
        .merge(of_org_support())
        .routes(routes!(api_keys::list::list_api_keys, api_keys::issue::issue_own_api_key))
        .routes(routes!(api_keys::rotate::rotate_api_key))
        .routes(routes!(api_keys::revoke::revoke_api_key))
        .merge(of_staff())
        .routes(routes!(contacts::list::list, contacts::create::create))
        .routes(routes!(contacts::duplicates::duplicates))
        .routes(routes!(contacts::merge::merge))
        .routes(routes!(contacts::merge::preview))
        .routes(routes!(contacts::get::get, contacts::edit::edit, contacts::delete::delete))
        .routes(routes!(contacts::restore::restore))
        .routes(routes!(contacts::unmerge::unmerge))
        .routes(routes!(email_conflicts::list::list_email_conflicts))
        .routes(routes!(email_conflicts::replace::replace_owner_by_holder))
        .routes(routes!(email_conflicts::set_aside::set_aside_email_conflict))
        .routes(routes!(contacts::set_permissions::set_permissions))
        .routes(routes!(contacts::permissions::permissions))
        .routes(routes!(contacts::invite::invite))
        .routes(routes!(contacts::resend_invite::resend_invite))
        .routes(routes!(contacts::cancel_invite::cancel_invite))
        .routes(routes!(contacts::redirect_invite::redirect_invite))
        .routes(routes!(contacts::disable::disable))
        .routes(routes!(contacts::enable::enable))
        .routes(routes!(contacts::deactivate::deactivate))
        .routes(routes!(contacts::swap_primary_email::swap_primary_email))
        .routes(routes!(
            contacts::add_additional_email::add_additional_email,
            contacts::edit_additional_email::edit_additional_email
        ))
        .routes(routes!(
            contacts::set_custom_field::set_custom_field,
            contacts::clear_custom_field::clear_custom_field
        ))
        .routes(routes!(
            custom_fields::list::list_custom_fields,
            custom_fields::set::set_custom_fields
        ))
        .routes(routes!(contacts::history::history))
        .merge(of_jobs())
        .routes(routes!(job_setup::list_types::list_job_types, job_setup::set_types::set_job_types))
        .routes(routes!(
            job_setup::list_templates::list_job_templates,
            job_setup::add_template::add_job_template
        ))
        .routes(routes!(
            job_setup::change_template::change_job_template,
            job_setup::remove_template::remove_job_template
        ))
        .routes(routes!(leads::list::list, leads::create::create))
        .routes(routes!(leads::get::get, leads::retitle::retitle))
        .routes(routes!(
            leads::set_contact::set_contact,
            leads::edit_contact::edit_contact,
            leads::remove_contact::remove_contact
        ))
        .routes(routes!(leads::win::win))
        .routes(routes!(leads::lose::lose))
        .routes(routes!(leads::reopen::reopen))
        .routes(routes!(leads::history::history))
        .routes(routes!(invitations::list::list_invitations))
        .merge(of_owners())
        .merge(of_customers())
        .merge(of_organisations())
        .merge(of_subcontractors())
        .merge(of_images_settings_and_bounces())
        .routes(routes!(mail::list::list_mail))
        .routes(routes!(mail::mailbox::read_mailbox))
        .routes(routes!(mail::mailbox::show_mailbox))
        .routes(routes!(audit::list::list_audit))
        .routes(routes!(audit::chart::audit_chart))
        .routes(routes!(imports::create::import))
        .routes(routes!(operations::healthz::healthz))
        .routes(routes!(operations::readyz::readyz))
        .routes(routes!(operations::metrics::metrics))
        .routes(routes!(operations::problems::problem))
        .split_for_parts();
    let viewer = SwaggerUi::new("/docs").url("/openapi.json", openapi::complete(description));
    routes
        .merge(viewer)
        .merge(pages::routes(&state))
        .fallback(|| async { Problem::of_status(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async {
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state)
}

fn of_images_settings_and_bounces() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            contacts::get_image::get_image,
            contacts::set_image::set_image,
            contacts::remove_image::remove_image
        ))
        .routes(routes!(settings::get::get_settings, settings::change::change_settings))
        .routes(routes!(mail::record_bounce::record_bounce))
}

/// What a builder asks and commands about jobs.
fn of_jobs() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(jobs::list::list, jobs::create::create))
        .routes(routes!(jobs::get::get, jobs::rename::rename))
        .routes(routes!(jobs::owners::owners, jobs::add_owner::add_owner))
        .routes(routes!(jobs::remove_owner::remove_owner))
        .routes(routes!(jobs::bulk_owners::bulk_owners))
        .routes(routes!(jobs::set_type::set_type))
        .routes(routes!(jobs::set_deadline::set_deadline))
        .routes(routes!(jobs::set_budget::set_budget))
        .routes(routes!(jobs::add_note::add_note))
        .routes(routes!(jobs::archive::archive))
        .routes(routes!(jobs::reopen::reopen))
        .routes(routes!(jobs::add_task::add_task))
        .routes(routes!(jobs::edit_task::edit_task, jobs::remove_task::remove_task))
        .routes(routes!(jobs::add_milestone::add_milestone))
        .routes(routes!(
            jobs::edit_milestone::edit_milestone,
            jobs::remove_milestone::remove_milestone
        ))
        .routes(routes!(jobs::list_todos::list_todos, jobs::add_todo::add_todo))
        .routes(routes!(jobs::edit_todo::edit_todo, jobs::remove_todo::remove_todo))
        .routes(routes!(jobs::list_messages::list_messages, jobs::send_message::send_message))
        .routes(routes!(jobs::portal::portal))
        .merge(of_portals())
        .routes(routes!(jobs::history::history))
        .merge(through_owners_eyes())
}

/// The links to jobs' portals, and what they open without a login.
fn of_portals() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            portal_links::list::list_portal_links,
            portal_links::issue::issue_portal_link
        ))
        .routes(routes!(portal_links::rotate::rotate_portal_link))
        .routes(routes!(portal_links::revoke::revoke_portal_link))
        .routes(routes!(
            me::job::portal_link::list::list_own_portal_links,
            me::job::portal_link::issue::issue_own_portal_link
        ))
        .routes(routes!(me::job::portal_link::rotate::rotate_own_portal_link))
        .routes(routes!(me::job::portal_link::revoke::revoke_own_portal_link))
        .routes(routes!(portal::get::get_portal))
        .routes(routes!(portal::events::portal_events))
}

/// What a builder asks to look through owners' eyes; what is seen is owners' own.
fn through_owners_eyes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            jobs::list_impersonations::list_impersonations,
            jobs::start_impersonation::start_impersonation
        ))
        .routes(routes!(jobs::end_impersonation::end_impersonation))
}

/// What invitees and owners may ask.
fn of_owners() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(invitations::show::show_invitation))
        .routes(routes!(invitations::accept::accept_invitation))
        .routes(routes!(invitations::decline::decline_invitation))
        .routes(routes!(
            sessions::begin::begin,
            sessions::list::list_sessions,
            sessions::end_all::end_all
        ))
        .routes(routes!(sessions::end::end))
        .routes(routes!(password_resets::request::request_reset))
        .routes(routes!(password_resets::complete::complete_reset))
        .routes(routes!(me::get::get_me, me::edit::edit_me))
        .routes(routes!(
            me::add_additional_email::add_own_email,
            me::edit_additional_email::edit_own_email
        ))
        .routes(routes!(me::take_contact::take_contact))
        .routes(routes!(
            me::get_image::get_own_image,
            me::set_image::set_own_image,
            me::remove_image::remove_own_image
        ))
        .routes(routes!(me::change_primary_email::change_primary_email))
        .routes(routes!(email_changes::show::show_email_change))
        .routes(routes!(email_changes::confirm::confirm_email_change))
        .routes(routes!(me::jobs::list_own_jobs))
        .routes(routes!(me::job::get::get_own_job))
        .routes(routes!(me::job::todos::list_own_todos))
        .routes(routes!(me::job::complete_todo::complete_own_todo))
        .routes(routes!(me::job::reopen_todo::reopen_own_todo))
        .routes(routes!(
            me::job::messages::list_own_messages,
            me::job::send_message::send_own_message
        ))
        .routes(routes!(me::job::complete_task::complete_own_task))
        .routes(routes!(me::history::own_history))
        .routes(routes!(me::accounts::list_own_accounts))
        .routes(routes!(
            me::second_factor::get::get_second_factor,
            me::second_factor::begin::begin_second_factor,
            me::second_factor::end::end_second_factor
        ))
        .routes(routes!(me::second_factor::confirm::confirm_second_factor))
}

/// Subcontractors as their general contractor has them.
fn of_subcontractors() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            subcontractors::list::list_subcontractors,
            subcontractors::add::add_subcontractor
        ))
        .routes(routes!(
            subcontractors::get::get_subcontractor,
            subcontractors::rename::rename_subcontractor
        ))
        .routes(routes!(subcontractors::change_primary_contact::change_primary_contact))
        .routes(routes!(subcontractors::invite::invite_subcontractor))
        .routes(routes!(subcontractors::resend_invitation::resend_project_invitation))
        .routes(routes!(subcontractors::cancel_invitation::cancel_project_invitation))
        .routes(routes!(subcontractors::withdraw::withdraw_project))
        .routes(routes!(subcontractors::resend_stale::resend_stale_invitations))
        .routes(routes!(subcontractors::decline_request::decline_primary_contact_request))
        .routes(routes!(subcontractors::users::add_subcontractor_user))
        .routes(routes!(subcontractors::users::remove_subcontractor_user))
        .routes(routes!(subcontractors::history::subcontractor_history))
        .routes(routes!(jobs::subcontractors::list_job_subcontractors))
        .routes(routes!(jobs::comment_on_task::comment_on_task))
}

/// Customers as the builder keeps them, and their portal as their members use it.
fn of_customers() -> OpenApiRouter<AppState> {
    use me::customers as portal;
    OpenApiRouter::new()
        .routes(routes!(customers::list::list_customers, customers::open::open_customer))
        .routes(routes!(customers::get::get_customer, customers::rename::rename_customer))
        .routes(routes!(
            customers::list_contacts::list_customer_contacts,
            customers::add_contact::add_customer_contact
        ))
        .routes(routes!(customers::remove_contact::remove_customer_contact))
        .routes(routes!(customers::history::customer_history))
        .routes(routes!(
            customers::documents::list::list_documents,
            customers::documents::publish::publish_document
        ))
        .routes(routes!(
            customers::documents::get::get_document,
            customers::documents::withdraw::withdraw_document
        ))
        .routes(routes!(portal::list::list_own_customers))
        .routes(routes!(portal::audit::read_member_audit))
        .routes(routes!(
            portal::contacts::list_member_contacts,
            portal::add_contact::add_member_contact
        ))
        .routes(routes!(
            portal::get_contact::get_member_contact,
            portal::edit_contact::edit_member_contact,
            portal::delete_contact::delete_member_contact
        ))
        .routes(routes!(portal::add_email::add_member_email, portal::edit_email::edit_member_email))
        .routes(routes!(portal::invite::invite_member_contact))
        .routes(routes!(portal::resend_invite::resend_member_invite))
        .routes(routes!(portal::cancel_invite::cancel_member_invite))
        .routes(routes!(portal::redirect_invite::redirect_member_invite))
        .routes(routes!(portal::disable::disable_member_contact))
        .routes(routes!(portal::enable::enable_member_contact))
        .routes(routes!(portal::deactivate::deactivate_member_contact))
        .routes(routes!(portal::documents::list_member_documents))
        .routes(routes!(portal::get_document::get_member_document))
        .routes(routes!(
            portal::work_orders::list_member_work_orders,
            portal::file_work_order::file_work_order
        ))
        .routes(routes!(work_orders::list::list_work_orders))
        .routes(routes!(work_orders::get::get_work_order))
        .routes(routes!(work_orders::turn_into_task::turn_work_order_into_task))
        .routes(routes!(work_orders::decline::decline_work_order))
}

/// Subcontractors' organisations: whoever is invited to one or to a project, and their own users.
fn of_organisations() -> OpenApiRouter<AppState> {
    use org::{general_contractors, join_requests, projects, users};
    OpenApiRouter::new()
        .routes(routes!(project_invitations::show::show_project_invitation))
        .routes(routes!(project_invitations::accept::accept_project_invitation))
        .routes(routes!(project_invitations::decline::decline_project_invitation))
        .routes(routes!(project_invitations::join::ask_to_join))
        .routes(routes!(org_invitations::show::show_org_invitation))
        .routes(routes!(org_invitations::accept::accept_org_invitation))
        .routes(routes!(org_invitations::decline::decline_org_invitation))
        .routes(routes!(me::organisations::list_own_organisations))
        .routes(routes!(org::get::get_org, org::rename::rename_org))
        .routes(routes!(users::list::list_users, users::add::add_user))
        .routes(routes!(users::remove::remove_user))
        .routes(routes!(users::resend_invite::resend_user_invite))
        .routes(routes!(users::cancel_invite::cancel_user_invite))
        .routes(routes!(general_contractors::list::list_general_contractors))
        .routes(routes!(general_contractors::ask_primary_contact::ask_primary_contact))
        .routes(routes!(projects::list::list_org_projects))
        .routes(routes!(projects::get::get_org_project))
        .routes(routes!(projects::complete::complete_org_task))
        .routes(routes!(projects::reopen::reopen_org_task))
        .routes(routes!(projects::comment::comment_on_org_task))
        .routes(routes!(join_requests::list::list_join_requests))
        .routes(routes!(join_requests::approve::approve_join))
        .routes(routes!(join_requests::reject::reject_join))
        .routes(routes!(org::history::org_history))
}

/// What support does in subcontractors' companies.
fn of_org_support() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            org_interventions::list::list_org_interventions,
            org_interventions::request::request_org_intervention
        ))
        .routes(routes!(org_interventions::approve::approve_org_intervention))
        .routes(routes!(org_interventions::reject::reject_org_intervention))
}

/// The staff of an account, as its admins keep it and as invitees join it.
fn of_staff() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(staff::list::list_staff, staff::invite::invite_staff))
        .routes(routes!(staff::change::change_staff, staff::remove::remove_staff))
        .routes(routes!(staff::resend_invite::resend_staff_invite))
        .routes(routes!(staff_invitations::show::show_staff_invitation))
        .routes(routes!(staff_invitations::accept::accept_staff_invitation))
}
