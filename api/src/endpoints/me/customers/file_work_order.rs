use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::input::{Door, id};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::text::{MessageText, Title};
use domain::work_order::WorkOrderCommand;
use domain::{Command, CustomerId, JobId, WorkOrderId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What your customer asks the builder to do.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileWorkOrder {
    /// What is to be done, in a few words.
    #[schema(max_length = 200)]
    pub(crate) title: String,
    /// What is to be done.
    #[schema(max_length = 4000)]
    pub(crate) text: String,
    /// The job that it is about, one that you are an owner of.
    pub(crate) job_id: Option<String>,
}

impl RequestBody for FileWorkOrder {}

impl FileWorkOrder {
    fn command(&self, customer: CustomerId) -> Result<WorkOrderCommand, Problem> {
        let mut door = Door::default();
        let title = door.take("title", Title::parse(&self.title));
        let text = door.take("text", MessageText::parse(&self.text));
        let job = door.take_if("job_id", self.job_id.as_deref(), id::<JobId>);
        door.build(|| {
            let (title, text, job) = (title?, text?, job?);
            Some(WorkOrderCommand::File { customer, title, text, job })
        })
    }
}

/// File a work order; takes Create Work Order (R119). The builder makes a task of it, or declines it.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/work-orders", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer")),
    request_body = FileWorkOrder,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn file_work_order(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<CustomerId, FileWorkOrder>,
) -> Result<Answer<CommandAnswer>, Problem> {
    file(&app, &order, order.path, &order.body).await
}

/// The same, for whoever has the body.
pub(crate) async fn file<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    customer: CustomerId,
    body: &FileWorkOrder,
) -> Result<Answer<CommandAnswer>, Problem> {
    let member = Member::of(app, &order.asker, customer).await?;
    let id = WorkOrderId(order.new_id(app, "work order"));
    let command = Command::WorkOrder(id, body.command(customer)?);
    let applied = member.carry_out(app, order, command, None).await?;
    Ok(done(&applied).created_in(&format!("/v1/me/customers/{customer}/work-orders")))
}
