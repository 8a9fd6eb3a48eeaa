//! Winning a lead into a job: one that is there, or a new one. Its contact becomes an owner of it, and
//! nobody is invited by it (R4).

use super::pick::sought;
use crate::endpoints::JOB_LIST;
use crate::endpoints::leads::win::{NewJob, WinLead};
use crate::error::Problem;
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select, button, quiet_button};
use crate::pages::once::once_if;
use crate::pages::visit::Staff;
use crate::state::AppState;
use maud::{Markup, html};
use projections::job_list::{self, JobEntry, JobQuery, JobSort};
use projections::job_setup::{self, JobSetupEntry};
use projections::lead_view::LeadEntry;

/// The most jobs that are offered at once.
const JOBS_MAX: u32 = 50;
/// What the choice holds when a new job is meant.
const NEW: &str = "new";
const CHOICE: &str = "job_id";
const FIND: &str = "find_job";

/// What people call the fields.
pub(super) const LABELS: [(&str, &str); 7] = [
    (CHOICE, "Job"),
    (FIND, "Find among your jobs"),
    ("new_job.name", "Name of the job"),
    ("new_job.reference", "Your reference"),
    ("new_job.site", "Site"),
    ("new_job.type", "Type"),
    ("new_job.template", "Template"),
];

/// What the lead may become.
pub(super) struct Jobs {
    found: Vec<JobEntry>,
    more: bool,
    /// Why none was looked for.
    pub(super) wrong: Complaints,
    setup: Option<JobSetupEntry>,
}

impl Jobs {
    /// The jobs that the typed words fit, and how new ones are made.
    pub(super) async fn of(app: &AppState, who: &Staff, form: &Form) -> Result<Self, Problem> {
        who.ready(app, &[JOB_LIST]).await?;
        let (reader, ledger) = (app.store().reader(), who.ledger());
        let (search, wrong) = sought(FIND, form)?;
        let query = JobQuery {
            owner: None,
            archived: false,
            search,
            sort: JobSort::Name,
            descending: false,
            cursor: None,
            limit: JOBS_MAX,
        };
        let found = job_list::list(reader, ledger, &query).await?;
        let setup = job_setup::get(reader, ledger).await?;
        Ok(Self { more: found.next.is_some(), found: found.items, wrong, setup })
    }

    pub(super) fn shown(&self, lead: &LeadEntry, form: &Form, complaints: &Complaints) -> Markup {
        let asked = matches!(form.text("action"), "find-job" | "win");
        let mut jobs = options([(NEW, "A new job, see below")]);
        jobs.extend(self.found.iter().map(|job| {
            let reference = job.reference.as_deref().unwrap_or_default();
            let name = [job.name.as_str(), reference].join(" ").trim().to_owned();
            (job.id.to_string(), name)
        }));
        let name = if asked { form.text(LABELS[2].0) } else { lead.title.as_str() };
        html! {
            details .plain open[asked] {
                summary { "Win it into a job" }
                @match &lead.contact {
                    Some(contact) => p {
                        strong { (contact.name) } " becomes an owner of the job, and is not invited by it."
                    },
                    None => p { "This lead has no contact, so the job gets no owner from it." },
                }
                form method="post" novalidate {
                    (once_if(asked, form))
                    div .bar {
                        (Input::search(FIND, LABELS[1].1).value(form.text(FIND)).shown(&self.wrong))
                        (quiet_button("find-job", "Find"))
                    }
                    (Select::new(CHOICE, LABELS[0].1, &jobs).chosen(form.text(CHOICE))
                        .shown(complaints))
                    @if self.more {
                        p .hint { "These are the first " (JOBS_MAX) "; find others by their name." }
                    }
                    (Input::text(LABELS[2].0, LABELS[2].1).value(name)
                        .hint("Of a new job; for one that is there, leave what follows as it is.")
                        .shown(complaints))
                    (Input::text(LABELS[3].0, LABELS[3].1).value(form.text(LABELS[3].0))
                        .shown(complaints))
                    (Input::text(LABELS[4].0, LABELS[4].1).value(form.text(LABELS[4].0))
                        .shown(complaints))
                    (self.made_from(form, complaints))
                    (button("win", "Win it"))
                }
            }
        }
    }

    /// Type and template of a new job, where the account has any (R55, R56).
    fn made_from(&self, form: &Form, complaints: &Complaints) -> Markup {
        let Some(setup) = &self.setup else { return html! {} };
        let mut types = options([("", "None, or the template's")]);
        types.extend(setup.types.iter().map(|name| (name.clone(), name.clone())));
        let mut templates = options([("", "From scratch")]);
        templates
            .extend(setup.templates.iter().map(|made| (made.id.to_string(), made.name.clone())));
        html! {
            @if !setup.types.is_empty() {
                (Select::new(LABELS[5].0, LABELS[5].1, &types).chosen(form.text(LABELS[5].0))
                    .shown(complaints))
            }
            @if !setup.templates.is_empty() {
                (Select::new(LABELS[6].0, LABELS[6].1, &templates).chosen(form.text(LABELS[6].0))
                    .shown(complaints))
            }
        }
    }
}

/// What a form asks the lead to become.
pub(super) fn asked(form: &Form) -> WinLead {
    let typed = |name| form.filled(name).map(str::to_owned);
    match form.text(CHOICE) {
        NEW | "" => WinLead {
            job_id: None,
            new_job: Some(NewJob {
                name: form.text(LABELS[2].0).to_owned(),
                reference: typed(LABELS[3].0),
                site: typed(LABELS[4].0),
                job_type: typed(LABELS[5].0),
                template: typed(LABELS[6].0),
            }),
        },
        job => WinLead { job_id: Some(job.to_owned()), new_job: None },
    }
}
