//! Which jobs the list shows, and in which order: read from its address, and written into it.

use crate::endpoints::jobs::list::JobParams;
use crate::pages::form::{Form, hidden};
use crate::pages::layout::address;
use maud::{Markup, html};

/// An order of the list: its word in addresses, what people read, and what the API calls it.
pub(super) struct Order {
    word: &'static str,
    label: &'static str,
    sort: &'static str,
    direction: &'static str,
}

const ORDERS: [Order; 6] = [
    Order { word: "name", label: "Name, A to Z", sort: "name", direction: "asc" },
    Order { word: "name_down", label: "Name, Z to A", sort: "name", direction: "desc" },
    Order { word: "created_down", label: "Newest first", sort: "created", direction: "desc" },
    Order { word: "created", label: "Oldest first", sort: "created", direction: "asc" },
    Order { word: "owner", label: "Owner, A to Z", sort: "owner", direction: "asc" },
    Order { word: "owner_down", label: "Owner, Z to A", sort: "owner", direction: "desc" },
];

/// What people choose the order by.
pub(super) fn orders() -> Vec<(String, String)> {
    ORDERS.iter().map(|order| (order.word.to_owned(), order.label.to_owned())).collect()
}

/// Which jobs, in which order.
pub(super) struct Filter {
    pub(super) search: String,
    /// A contact's id; empty where it may be anybody.
    pub(super) owner: String,
    pub(super) archived: bool,
    order: &'static Order,
}

impl Filter {
    /// As an address or a form has it. What is not readable, [`Self::params`] tells.
    pub(super) fn of(form: &Form) -> Self {
        // A heading that was pressed goes before what was chosen from the menu.
        let word = form.filled("order").unwrap_or_else(|| form.text("by"));
        let order = ORDERS.iter().find(|order| order.word == word);
        Self {
            search: form.text("search").trim().to_owned(),
            owner: form.text("owner").trim().to_owned(),
            archived: form.text("archived") == "true",
            order: order.unwrap_or(&ORDERS[0]),
        }
    }

    /// The same as the parameters of the API's list.
    pub(super) fn params(&self, cursor: Option<&str>) -> JobParams {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        JobParams {
            owner: filled(&self.owner),
            archived: Some(self.archived.to_string()),
            search: filled(&self.search),
            sort: Some(self.order.sort.to_owned()),
            order: Some(self.order.direction.to_owned()),
            cursor: cursor.map(str::to_owned),
            limit: None,
        }
    }

    /// The word of its order.
    pub(super) fn by(&self) -> &'static str {
        self.order.word
    }

    /// Whether any jobs may be left out by what somebody asked for.
    pub(super) fn is_narrow(&self) -> bool {
        !self.search.is_empty() || !self.owner.is_empty()
    }

    /// Whether anything of the menu is other than at first.
    pub(super) fn is_set(&self) -> bool {
        !self.owner.is_empty() || self.archived || self.by() != ORDERS[0].word
    }

    /// The word of the order that a column's heading leads to, and how the column stands now.
    pub(super) fn turned(&self, sort: &str) -> (&'static str, Option<&'static str>) {
        let here = (self.order.sort == sort).then_some(match self.order.direction {
            "desc" => "descending",
            _ => "ascending",
        });
        let wanted = if here == Some("ascending") { "desc" } else { "asc" };
        let next = ORDERS.iter().find(|o| o.sort == sort && o.direction == wanted);
        (next.map_or(ORDERS[0].word, |order| order.word), here)
    }

    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("search", self.search.as_str()),
            ("owner", &self.owner),
            ("archived", if self.archived { "true" } else { "" }),
            ("by", if self.by() == ORDERS[0].word { "" } else { self.by() }),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Where the list is that shows these jobs.
    pub(super) fn path(&self) -> String {
        path(self.pairs())
    }

    /// The same, whoever the owners are.
    pub(super) fn path_of_anybody(&self) -> String {
        path(self.pairs().into_iter().filter(|(name, _)| *name != "owner"))
    }

    /// The same as fields that nobody sees, for pages that lead back to the list.
    pub(super) fn carried(&self) -> Markup {
        html! { @for (name, value) in self.pairs() { (hidden(name, value)) } }
    }
}

fn path<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    address("/jobs", pairs)
}
