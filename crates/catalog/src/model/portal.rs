//! What rows of the customer portal say beside what every row says.

/// The same operation elsewhere, for people who should use it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twin {
    /// Operation id in the Admin API (`addresses.update`), where it has one.
    pub admin: Option<&'static str>,
    /// Function of the vendor's client for customers, where it has one.
    pub sdk: Option<&'static str>,
}

/// Where a row is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSource {
    /// The reference of the API.
    Reference,
    /// Themes that merchants published.
    PublicThemes,
    /// The vendor's client for customers.
    VendorClient,
    /// No source has it; it follows from others.
    Inferred,
}

impl RowSource {
    /// The source in words of a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::PublicThemes => "public themes",
            Self::VendorClient => "vendor client",
            Self::Inferred => "inferred",
        }
    }
}
