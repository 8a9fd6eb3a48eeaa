use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::{BudgetLine, Cents, JobCommand};
use domain::text::Label;
use domain::{Command, JobId};
use serde::Deserialize;
use utoipa::ToSchema;

/// More than a budget takes, so that the rule and not the door says no.
const LINES_MAX: usize = 1_000;

/// A job's whole budget.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetBudget {
    /// Its lines; none of them clears it.
    #[schema(max_items = 200)]
    lines: Vec<LineBody>,
}

/// A line of a budget.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineBody {
    /// What it is for.
    #[schema(max_length = 100)]
    label: String,
    /// How much, in hundredths; negative for a credit.
    amount_cents: i64,
}

impl RequestBody for SetBudget {}

impl SetBudget {
    fn lines(&self) -> Result<Vec<BudgetLine>, Problem> {
        let mut door = Door::default();
        if self.lines.len() > LINES_MAX {
            door.refuse("lines", &format_args!("must have at most {LINES_MAX} entries"));
            return door.build(|| None);
        }
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let label = door.take(format!("lines[{index}].label"), Label::parse(&line.label));
            let amount = Cents::new(line.amount_cents);
            let amount = door.take(format!("lines[{index}].amount_cents"), amount);
            let line = label.zip(amount);
            lines.extend(line.map(|(label, amount_cents)| BudgetLine { label, amount_cents }));
        }
        door.build(|| Some(lines))
    }
}

/// Set a job's whole budget; customers never see it (R96).
#[utoipa::path(put, path = "/v1/jobs/{id}/budget", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = SetBudget,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_budget(
    State(app): State<AppState>,
    order: Order<JobId, SetBudget>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let lines = order.body.lines()?;
    order.carry_out(&app, Command::Job(order.path, JobCommand::SetBudget(lines))).await
}
