//! Which `PostgreSQL` server is used: the one named, else the best of the system's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::EmbeddedError;

/// The oldest major version whose SQL we use.
const MAJOR_MIN: u32 = 15;

/// Folders of installed servers; `*` stands for any text within one name.
const PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/usr/local", "pgsql", "bin"),
];

/// A folder with `postgres` and `initdb` of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresBinaries {
    directory: PathBuf,
    major: u32,
}

impl PostgresBinaries {
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn major(&self) -> u32 {
        self.major
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// The server in `bin_dir`, else in the environment's `PG_BIN_DIR`, else the
/// newest that the system has.
pub fn find_binaries(bin_dir: Option<&Path>) -> Result<PostgresBinaries, EmbeddedError> {
    find_for(bin_dir, &[])
}

/// As [`find_binaries`], but among the system's servers one that can open a
/// database of the `wanted` versions goes before a newer one.
pub(super) fn find_for(
    bin_dir: Option<&Path>,
    wanted: &[u32],
) -> Result<PostgresBinaries, EmbeddedError> {
    let named = bin_dir
        .map(Path::to_path_buf)
        .or_else(|| env::var_os("PG_BIN_DIR").filter(|value| !value.is_empty()).map(PathBuf::from));
    if let Some(directory) = named {
        return inspect(&directory).and_then(refuse_too_old);
    }
    let mut found: Vec<PostgresBinaries> =
        system_directories().iter().filter_map(|directory| inspect(directory).ok()).collect();
    // A stable sort: of equal versions the earlier place stays first.
    found.sort_by_key(|binaries| {
        std::cmp::Reverse((wanted.contains(&binaries.major), binaries.major))
    });
    let best = found.into_iter().next().ok_or(EmbeddedError::NoBinaries)?;
    refuse_too_old(best)
}

/// A database of another major version is never left aside for an empty one.
pub(super) fn refuse_other_major(
    binaries: &PostgresBinaries,
    data_dir: &Path,
    majors: &[u32],
) -> Result<(), EmbeddedError> {
    match majors.iter().max() {
        Some(present) if !majors.contains(&binaries.major) => Err(EmbeddedError::OtherMajor {
            data_dir: data_dir.to_path_buf(),
            present: *present,
            found: binaries.major,
            directory: binaries.directory.clone(),
        }),
        Some(_) | None => Ok(()),
    }
}

fn refuse_too_old(binaries: PostgresBinaries) -> Result<PostgresBinaries, EmbeddedError> {
    if binaries.major < MAJOR_MIN {
        return Err(EmbeddedError::TooOld { directory: binaries.directory, major: binaries.major });
    }
    Ok(binaries)
}

fn system_directories() -> Vec<PathBuf> {
    let mut directories = Vec::new();
    for (parent, prefix, inner) in PLACES {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                directories.push(entry.path().join(inner));
            }
        }
    }
    // On the PATH `postgres` may be a link into the folder where `initdb` and
    // the rest are.
    let path = env::var_os("PATH").unwrap_or_default();
    directories.extend(env::split_paths(&path).filter_map(|directory| {
        let program = directory.join("postgres").canonicalize().ok()?;
        program.parent().map(Path::to_path_buf)
    }));
    directories.retain(|directory| directory.join("postgres").is_file());
    directories
}

fn inspect(directory: &Path) -> Result<PostgresBinaries, EmbeddedError> {
    let unusable = |reason: String| EmbeddedError::UnusableBinaries {
        directory: directory.to_path_buf(),
        reason,
    };
    let directory = directory.canonicalize().map_err(|error| unusable(error.to_string()))?;
    if !directory.join("initdb").is_file() {
        return Err(unusable("there is no initdb".into()));
    }
    let output = Command::new(directory.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unusable(format!("`postgres --version`: {error}")))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let major = major_of(&said)
        .ok_or_else(|| unusable(format!("`postgres --version` said {:?}", said.trim())))?;
    Ok(PostgresBinaries { directory, major })
}

/// The 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and of
/// `postgres (PostgreSQL) 19beta1`.
fn major_of(version_line: &str) -> Option<u32> {
    let (_, version) = version_line.split_once("(PostgreSQL)")?;
    let digits: String = version.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn the_major_version_is_read_off_what_postgres_says() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(major_of(debian), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_of("MariaDB 10.11\n"), None);
    }
}
