//! The settings that the private server runs with, given on its command line
//! so that a changed `postgresql.conf` cannot undo them.

use std::ffi::OsString;

use super::folders::Folders;

/// Names the socket file; no port is opened.
pub(super) const PORT: &str = "5432";

const SETTINGS: &[(&str, &str)] = &[
    // A committed row survives a power cut. These are PostgreSQL's own
    // defaults, said so that they stay.
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    // Reached by this machine's owner of the socket folder, and by nobody else.
    ("listen_addresses", ""),
    ("port", PORT),
    ("unix_socket_permissions", "0700"),
    ("ssl", "off"),
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    // Rare checkpoints: each one makes the next write of every page dearer.
    ("max_wal_size", "4GB"),
    ("min_wal_size", "256MB"),
    ("checkpoint_timeout", "15min"),
    // Short statements: compiling them costs more than running them.
    ("jit", "off"),
    ("timezone", "UTC"),
    // No personal values in the log: no statements, no parameters, and no
    // DETAIL lines, in which a unique violation would quote the row.
    ("log_destination", "stderr"),
    ("logging_collector", "off"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] "),
    ("log_statement", "none"),
    ("log_min_error_statement", "panic"),
    ("log_min_duration_statement", "-1"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
];

/// The command line of `postgres`; on a repeated setting the last one wins.
pub(super) fn arguments(folders: &Folders, extra: &[(String, String)]) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-D".into(), folders.cluster().into()];
    let mut set = |name: &str, value: &str| {
        arguments.push("-c".into());
        arguments.push(format!("{name}={value}").into());
    };
    for (name, value) in SETTINGS {
        set(name, value);
    }
    set("unix_socket_directories", &folders.socket_dir().to_string_lossy());
    for (name, value) in extra {
        set(name, value);
    }
    arguments
}
