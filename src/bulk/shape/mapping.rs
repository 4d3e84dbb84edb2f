//! Proposes names of the API for the headings of a table.
//!
//! Takes an operation and a header; returns a name for each column that the
//! operation does not know. Nothing is replaced here: the user confirms the
//! proposal, or pastes it as flags.

use super::layout;
use super::names::Names;
use crate::bulk::Engine;
use crate::catalog::{Operation, Resource};

/// Pairs of a heading and the name of the API that it stands for.
pub type Mapping = Vec<(String, String)>;

/// A heading that the operation does not know, and the name proposed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedColumn {
    /// The heading.
    pub heading: String,
    /// The name of the API; `None` where the column would be left out.
    pub name: Option<String>,
}

impl ProposedColumn {
    /// The proposal as a pair of a mapping: an empty name leaves a column out.
    #[must_use]
    pub fn pair(&self) -> (String, String) {
        let name = self.name.clone().unwrap_or_default();
        (self.heading.clone(), name)
    }
}

/// Proposes a name for each heading that is neither mapped nor known.
///
/// Empty where nothing is known of any of them: then there is nothing to
/// confirm. No name is proposed twice, nor one that another column, a lookup
/// or a constant has.
#[must_use]
pub fn propose(
    resource: &'static Resource,
    operation: &'static Operation,
    engine: Engine,
    header: &[String],
    map: &[(String, String)],
    taken: &[String],
) -> Vec<ProposedColumn> {
    let names = Names {
        resource,
        operation,
        engine,
    };
    let mut used: Vec<String> = taken.to_vec();
    let mut unknown = Vec::new();
    for heading in header {
        match layout::role(&names, heading, map) {
            (_, false) => unknown.push(heading.as_str()),
            (layout::ColumnRole::At(place), true) => used.extend(place.name(operation)),
            (_, true) => {}
        }
    }
    let proposed = of_unknown(&names, &unknown, used);
    if proposed.iter().all(|column| column.name.is_none()) {
        return Vec::new();
    }
    proposed
}

/// The proposals for headings that are not known; `used` are the names that
/// cannot be proposed any more.
pub(super) fn of_unknown(
    names: &Names,
    unknown: &[&str],
    mut used: Vec<String>,
) -> Vec<ProposedColumn> {
    let mut propose = |heading: &&str| {
        let fits = |name: &String| !used.contains(name) && !names.takes_json(name);
        let name = names.meant(heading).filter(fits);
        used.extend(name.clone());
        ProposedColumn {
            heading: (*heading).to_owned(),
            name,
        }
    };
    unknown.iter().map(&mut propose).collect()
}

/// A mapping as flags of a shell: `--map 'Promo Code=code' --map 'Notes='`.
#[must_use]
pub fn as_flags(proposed: &[ProposedColumn]) -> String {
    let flags = proposed.iter().map(|column| {
        let (heading, name) = column.pair();
        format!("--map {}", layout::quoted(&format!("{heading}={name}")))
    });
    flags.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn proposed(id: &str, header: &[&str], map: &[(String, String)]) -> Vec<(String, String)> {
        let (resource, operation) = catalog::recharge::API.operation(id).unwrap();
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let engine = Engine::of(operation);
        propose(resource, operation, engine, &header, map, &[])
            .iter()
            .map(ProposedColumn::pair)
            .collect()
    }

    fn pair(heading: &str, name: &str) -> (String, String) {
        (heading.to_owned(), name.to_owned())
    }

    #[test]
    fn headings_get_names_and_the_rest_is_left_out() {
        let header = ["Promo Code", "value", "Discount type", "Who asked"];
        assert_eq!(
            proposed("discounts.create", &header, &[]),
            [
                pair("Promo Code", "code"),
                pair("Discount type", "value_type"),
                pair("Who asked", ""),
            ]
        );
    }

    #[test]
    fn name_is_not_proposed_when_another_column_has_it() {
        let header = ["code", "Promo Code", "Qty"];
        assert_eq!(proposed("discounts.create", &header, &[]), []);
        let header = ["Coupon", "Promo Code"];
        assert_eq!(
            proposed("discounts.create", &header, &[]),
            [pair("Coupon", "code"), pair("Promo Code", "")]
        );
        let mapped = [pair("Coupon", "code")];
        assert_eq!(proposed("discounts.create", &header, &mapped), []);
    }

    #[test]
    fn flags_are_quoted_when_a_heading_has_a_quote() {
        let column = ProposedColumn {
            heading: "Kid's code".to_owned(),
            name: Some("code".to_owned()),
        };
        assert_eq!(as_flags(&[column]), "--map 'Kid'\\''s code=code'");
    }
}
