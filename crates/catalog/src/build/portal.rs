//! Setters of rows of the customer portal.

use crate::model::{Operation, RowSource, Twin};

impl Operation {
    /// The operation of the Admin API that does the same.
    #[must_use]
    pub const fn admin_twin(mut self, operation: &'static str) -> Self {
        let sdk = match self.twin {
            Some(twin) => twin.sdk,
            None => None,
        };
        let admin = Some(operation);
        self.twin = Some(Twin { admin, sdk });
        self
    }

    /// The function of the vendor's client for customers that does the same.
    #[must_use]
    pub const fn sdk_twin(mut self, function: &'static str) -> Self {
        let admin = match self.twin {
            Some(twin) => twin.admin,
            None => None,
        };
        let sdk = Some(function);
        self.twin = Some(Twin { admin, sdk });
        self
    }

    /// It answers a page that is made of this template.
    #[must_use]
    pub const fn page(mut self, template: &'static str) -> Self {
        self.template = Some(template);
        self
    }

    /// Where the row is from, when that is not the reference.
    #[must_use]
    pub const fn from(mut self, source: RowSource) -> Self {
        self.source = source;
        self
    }
}
