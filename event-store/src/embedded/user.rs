//! The user that the database runs as: ourselves, or when we are root, as
//! which `PostgreSQL` refuses to run, somebody with fewer rights.

use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use nix::unistd::User;

use super::EmbeddedError;

/// The user that the database runs as.
#[derive(Debug, Clone)]
pub(super) struct DatabaseUser {
    name: String,
    uid: u32,
    gid: u32,
    /// We are root and become this user for the database's processes.
    switches: bool,
}

impl DatabaseUser {
    pub(super) fn choose(cluster: &Path) -> Result<Self, EmbeddedError> {
        let own_uid = rustix::process::geteuid();
        if !own_uid.is_root() {
            let uid = own_uid.as_raw();
            let user = by_uid(uid).ok_or(EmbeddedError::NoPasswdEntry { uid })?;
            return Ok(Self::from_passwd(user, false));
        }
        // Who owns the database goes on running it, also when a user
        // `postgres` was added since.
        let owner = fs::metadata(cluster)
            .ok()
            .map(|found| found.uid())
            .filter(|uid| *uid != 0)
            .and_then(by_uid);
        owner
            .or_else(|| by_name("postgres"))
            .or_else(|| by_name("nobody"))
            .map(|user| Self::from_passwd(user, true))
            .ok_or(EmbeddedError::NoOrdinaryUser)
    }

    fn from_passwd(user: User, switches: bool) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), switches }
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// The user and group to become, when we are root.
    pub(super) fn switch(&self) -> Option<(u32, u32)> {
        self.switches.then_some((self.uid, self.gid))
    }

    /// Judged by the permission bits; access lists are not looked at.
    pub(super) fn can_enter(&self, folder: &Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }

    /// Refuses a folder that this user could not get to, and says what is in the way.
    pub(super) fn check_reaches(
        &self,
        wanted: &Path,
        setting: &'static str,
    ) -> Result<(), EmbeddedError> {
        if !self.switches {
            return Ok(());
        }
        let mut above: Vec<&Path> = wanted.ancestors().collect();
        above.reverse();
        for folder in above {
            let found =
                fs::metadata(folder).map_err(EmbeddedError::file("look at the folder", folder))?;
            if !self.can_enter(&found) {
                return Err(EmbeddedError::Unreachable {
                    folder: folder.to_path_buf(),
                    wanted: wanted.to_path_buf(),
                    user: self.name.clone(),
                    setting,
                });
            }
        }
        Ok(())
    }

    /// Gives the folder to this user and closes it to all others.
    pub(super) fn own(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let found = fs::symlink_metadata(folder)
            .map_err(EmbeddedError::file("look at the folder", folder))?;
        if !self.switches && found.uid() != self.uid || !found.is_dir() {
            return Err(self.does_not_own(folder, &found));
        }
        if found.uid() != self.uid {
            chown(folder, Some(self.uid), Some(self.gid))
                .map_err(EmbeddedError::file("hand over the folder", folder))?;
        }
        fs::set_permissions(folder, Permissions::from_mode(0o700))
            .map_err(EmbeddedError::file("close the folder", folder))
    }

    /// The refusal of something that is another user's.
    pub(super) fn does_not_own(&self, path: &Path, found: &Metadata) -> EmbeddedError {
        EmbeddedError::ForeignOwner {
            path: path.to_path_buf(),
            owner: found.uid(),
            uid: self.uid,
            user: self.name.clone(),
        }
    }
}

fn by_uid(uid: u32) -> Option<User> {
    User::from_uid(uid.into()).ok().flatten()
}

fn by_name(name: &str) -> Option<User> {
    User::from_name(name).ok().flatten()
}
