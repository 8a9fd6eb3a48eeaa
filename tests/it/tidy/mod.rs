//! Lists that must be complete, compared with lists.

mod schema;
mod sources;
