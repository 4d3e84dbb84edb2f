//! Whose API a store answers.

use serde::{Deserialize, Serialize};

use recharge_catalog::{self as catalog, Api};

/// Whose API a store answers. A store is made for one platform and stays with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Recharge, with all its rules.
    #[default]
    Recharge,
    /// `BigCommerce`, read only: what changes is edited beside the API.
    Bigcommerce,
}

impl Platform {
    /// Every platform, the default first.
    pub const ALL: [Self; 2] = [Self::Recharge, Self::Bigcommerce];

    /// The newest version of its API.
    #[must_use]
    pub fn api(self) -> &'static Api {
        match self {
            Self::Recharge => &catalog::recharge::API,
            Self::Bigcommerce => &catalog::bigcommerce::API,
        }
    }

    /// Its name in flags and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.api().name
    }

    /// The platform of that API, if a sandbox can answer it.
    #[must_use]
    pub fn of(api: &Api) -> Option<Self> {
        Self::named(api.name)
    }

    /// The platform of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
