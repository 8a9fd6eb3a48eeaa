use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::{Command, ContactId, Outcome};
use event_store::Applied;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The contact that stands for itself again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unmerged {
    /// The contact.
    id: Uuid,
    /// Its version after the command; the `ETag` too.
    version: u64,
    /// What could not be undone.
    kept: Vec<KeptAnswer>,
}

/// Something that an unmerge could not undo.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptAnswer {
    /// `name`, `title`, `phones`, `address`, `primary_email`, `additional_email` or `custom_field`:
    /// the survivor has it still. `primary_email_claim`: somebody else holds it.
    /// `job_owner_removed`: the survivor was taken off the job since. `job_is_full`: it takes no
    /// more owners. `job_archived`: nobody is added to it. `lead_contact_changed`: the lead was given
    /// another contact since, or none.
    #[schema(value_type = String)]
    pub(crate) what: domain::contact::Kept,
    /// The job that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<Uuid>,
    /// The lead that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lead: Option<Uuid>,
    /// The custom field that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
}

/// Let a contact that was merged into another stand for itself again, with what could not be undone
/// (H2).
#[utoipa::path(post, path = "/v1/contacts/{id}/unmerge", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact that was merged into another")),
    responses((status = 200, body = Unmerged), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn unmerge(
    State(app): State<AppState>,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<Unmerged>, Problem> {
    let (applied, kept) = part(&app, &order).await?;
    let version = applied.versions.first().map_or(0, |(_, version)| *version);
    let body = Unmerged { id: order.path.0, version, kept };
    Ok(Answer::new(body).version(version).position(position_of(&applied)))
}

/// Lets it stand for itself again; with what could not be undone.
pub(crate) async fn part<B>(
    app: &AppState,
    order: &Order<ContactId, B>,
) -> Result<(Applied, Vec<KeptAnswer>), Problem> {
    let applied = order.execute(app, Command::UnmergeContact(order.path)).await?;
    let kept = match &applied.outcome {
        Outcome::Unmerged(kept) => kept
            .iter()
            .map(|kept| KeptAnswer {
                what: kept.what,
                job: kept.job.map(|job| job.0),
                lead: kept.lead.map(|lead| lead.0),
                field: kept.field.as_ref().map(|field| field.as_str().to_owned()),
            })
            .collect(),
        Outcome::Done
        | Outcome::Unchanged
        | Outcome::Owners(_)
        | Outcome::Imported { .. }
        | Outcome::ImportedContact(_)
        | Outcome::Impersonating { .. }
        | Outcome::PortalLink { .. }
        | Outcome::ImportedOwners { .. } => Vec::new(),
    };
    Ok((applied, kept))
}
