use crate::endpoints::work_orders::list::WorkOrderParams;
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, PageOf, WORK_ORDERS};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::input::{Door, cursor, limit, one_of};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::customer::Feature;
use domain::work_order::WorkOrderStage;
use domain::{ContactId, CustomerId, Timestamp};
use projections::Page;
use projections::work_orders::{self, WorkOrderEntry};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which work orders of your customer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberWorkOrderParams {
    /// `open`, `task` or `declined`.
    pub(crate) stage: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl MemberWorkOrderParams {
    fn params(&self) -> Result<WorkOrderParams, Problem> {
        let mut door = Door::default();
        let stage = |typed: &str| one_of(typed, &WorkOrderStage::WORDS);
        let stage = door.take_if("stage", self.stage.as_deref(), stage);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let read = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            read?;
            let (stage, limit) = (stage?.map(str::to_owned), self.limit.clone());
            Some(WorkOrderParams { customer: None, stage, cursor: cursor?, limit })
        })
    }
}

/// A work order as the members of its customer see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberWorkOrder {
    /// The work order.
    id: Uuid,
    /// What is to be done, in a few words.
    pub(crate) title: Option<String>,
    /// What is to be done.
    pub(crate) text: Option<String>,
    /// Who filed it.
    pub(crate) filed_by: String,
    /// Whether that was you.
    yourself: bool,
    /// `open`, `task` (the builder has taken it up) or `declined`.
    pub(crate) stage: String,
    /// Why it was declined.
    pub(crate) declined_reason: Option<String>,
    /// When it was filed.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) filed_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl MemberWorkOrder {
    /// Of what the builder does about it, members see that it does, and no more (R97, R98).
    fn of(entry: WorkOrderEntry, member: &Member) -> Self {
        Self {
            yourself: member.is(ContactId(entry.contact_id)),
            id: entry.id,
            title: entry.title,
            text: entry.text,
            filed_by: entry.contact,
            stage: entry.stage,
            declined_reason: entry.declined_reason,
            filed_at: entry.filed_at,
            updated_at: entry.updated_at,
        }
    }
}

/// List the work orders of your customer, the newest first; takes Create Work Order (R119).
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/work-orders", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"), MemberWorkOrderParams),
    responses((status = 200, body = PageOf<MemberWorkOrder>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_member_work_orders(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<CustomerId, MemberWorkOrderParams>,
) -> Result<Json<PageOf<MemberWorkOrder>>, Problem> {
    let (asker, customer) = (&question.asker, question.path);
    let member = Member::reaching(&app, asker, customer, Feature::WorkOrders).await?;
    Ok(Json(orders_of(&app, &member, &question.params).await?.into()))
}

/// A page of the work orders of a member's customer.
pub(crate) async fn orders_of(
    app: &AppState,
    member: &Member,
    params: &MemberWorkOrderParams,
) -> Result<Page<MemberWorkOrder>, Problem> {
    let mut query = params.params()?.query()?;
    query.customer = Some(member.customer);
    member.ready(app, &[WORK_ORDERS, CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let page = work_orders::list(app.store().reader(), member.ledger, &query).await?;
    let items = page.items.into_iter().map(|entry| MemberWorkOrder::of(entry, member)).collect();
    Ok(Page { items, next: page.next })
}
