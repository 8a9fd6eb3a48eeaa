//! Leads: those who may become customers, until they are won into jobs or lost.

mod contact;
mod lead;
mod list;
mod new;
mod pick;
mod win;

pub(super) use lead::{send, show};
pub(super) use list::show as list;
pub(super) use new::{send as create, show as new};

/// What people call a lead's stage.
fn stage_word(stage: &str) -> &'static str {
    match stage {
        "won" => "Won",
        "lost" => "Lost",
        _ => "Open",
    }
}
