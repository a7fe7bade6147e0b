//! Who is asking.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::{Role, UserType};

/// A signed-in person, as the directory knew them when this request began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The user.
    pub user_id: Uuid,
    /// Member or guest.
    pub user_type: UserType,
    /// The name to greet them by.
    pub name: String,
    /// Their address as typed.
    pub address: String,
    /// Their roles in the organization.
    pub roles: Vec<Role>,
    /// Names this request in logs and the audit log.
    pub request_id: Option<String>,
}

impl Caller {
    /// Whether the caller holds a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the caller is an administrator.
    pub fn is_administrator(&self) -> bool {
        self.has(Role::Administrator)
    }

    /// Whether the caller is a guest.
    pub fn is_guest(&self) -> bool {
        self.user_type == UserType::Guest
    }
}
