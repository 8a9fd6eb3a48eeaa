use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::text::NoteText;
use domain::{Command, JobId, NoteId};
use serde::Deserialize;
use utoipa::ToSchema;

/// An internal note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddNote {
    /// What it says.
    #[schema(max_length = 2000)]
    text: String,
}

impl RequestBody for AddNote {}

/// Write something down about a job; customers never see it (R97).
#[utoipa::path(post, path = "/v1/jobs/{id}/notes", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = AddNote,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_note(
    State(app): State<AppState>,
    order: Order<JobId, AddNote>,
) -> Result<Answer<PartAnswer>, Problem> {
    let mut door = Door::default();
    let text = door.take("text", NoteText::parse(&order.body.text));
    let text = door.build(|| text)?;
    let (job, note) = (order.path, NoteId(order.new_id(&app, "note")));
    let applied = order.execute(&app, Command::Job(job, JobCommand::AddNote(note, text))).await?;
    Ok(part_made(&applied, note.0, &format!("/v1/jobs/{job}/notes")))
}
