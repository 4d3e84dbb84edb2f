//! A column whose values are looked up: which id it stands for, and by which
//! key the id is found.

use super::layout;
use super::names::{Meaning, Names, normal};
use super::place::Place;
use super::synonyms;
use crate::bulk::Engine;
use crate::bulk::lookup::{LookupKey, LookupTable, owner};
use crate::catalog::{Api, Operation, Resource, ValueKind};
use crate::error::{Error, Result};

/// A column that names objects by a key (`--lookup email=customer_id`).
#[derive(Debug, Clone)]
pub struct LookupColumn {
    /// The heading.
    pub heading: String,
    /// The name of the id that is sent instead.
    pub name: String,
    /// Its values, and the ids that they resolve to.
    pub table: LookupTable,
}

impl LookupColumn {
    /// The column of a flag, for an operation of an API. The heading chooses the key; a heading that names
    /// none is for the first one.
    ///
    /// # Errors
    /// Of kind `Usage`: the operation has no such id, or nothing but an id
    /// finds its objects.
    pub fn of(
        api: &Api,
        resource: &'static Resource,
        operation: &'static Operation,
        engine: Engine,
        (heading, name): (&str, &str),
    ) -> Result<Self> {
        let names = Names {
            resource,
            operation,
            engine,
        };
        let flag = format!("--lookup {}", layout::quoted(&format!("{heading}={name}")));
        let Meaning::Place(place) = names.meaning(name) else {
            let title = layout::title(&names);
            let error = Error::usage(format!("{flag}: {title} takes no `{name}`"));
            let error = match names.nearest(name) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            };
            return Err(error.hint(layout::template_hint(&names)));
        };
        let keys = target(api, &names, &place)
            .map(|target| LookupKey::all(api, target))
            .unwrap_or_default();
        let is_named = |key: &&LookupKey| {
            key.name() == normal(heading) || synonyms::means(heading, key.name())
        };
        let key = keys.iter().find(is_named).or_else(|| keys.first());
        let Some(key) = key else {
            return Err(Error::usage(format!(
                "{flag}: the object of `{name}` can be found by its id only"
            ))
            .hint("ids of customers, addresses, discounts and orders can be looked up"));
        };
        Ok(Self {
            heading: heading.to_owned(),
            name: name.to_owned(),
            table: LookupTable::new(*key),
        })
    }
}

/// The resource whose id is at a place.
fn target(api: &Api, names: &Names, place: &Place) -> Option<&'static Resource> {
    match place {
        Place::PathParameter(path_parameter) => {
            let name = names.path_parameter_name(*path_parameter);
            owner(api, name).or_else(|| (name == "id").then_some(names.resource))
        }
        Place::Whole(parameter) if parameter.kind == ValueKind::Id => owner(api, parameter.name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn of(id: &str, heading: &str, name: &str) -> Result<LookupColumn> {
        let api = &catalog::recharge::API;
        let (resource, operation) = api.operation(id).unwrap();
        let engine = Engine::of(operation);
        LookupColumn::of(api, resource, operation, engine, (heading, name))
    }

    #[test]
    fn heading_chooses_the_key() {
        for (id, heading, name, key, object) in [
            (
                "addresses.create",
                "email",
                "customer_id",
                "email",
                "customer",
            ),
            (
                "addresses.create",
                "E-Mail",
                "customer_id",
                "email",
                "customer",
            ),
            (
                "addresses.create",
                "Kunde",
                "customer_id",
                "email",
                "customer",
            ),
            (
                "addresses.create",
                "external_customer_id",
                "customer_id",
                "external_customer_id",
                "customer",
            ),
            ("onetimes.create", "email", "address_id", "email", "address"),
            ("discounts.update", "code", "id", "code", "discount"),
            ("discounts.update", "Promo Code", "id", "code", "discount"),
            (
                "subscriptions.update",
                "email",
                "id",
                "email",
                "subscription",
            ),
            (
                "orders.update",
                "external_order_id",
                "id",
                "external_order_id",
                "order",
            ),
        ] {
            let column = of(id, heading, name).unwrap();
            let found = column.table.key();
            assert_eq!(
                (found.name(), &*found.object()),
                (key, object),
                "{id} {heading}"
            );
        }
    }

    #[test]
    fn lookup_is_refused_when_its_name_has_no_key() {
        let error = of("addresses.create", "email", "custmer_id").unwrap_err();
        assert!(error.message.contains("takes no `custmer_id`"), "{error}");
        assert!(error.hints[0].contains("customer_id"), "{error:?}");
        let error = of("addresses.create", "email", "city").unwrap_err();
        assert!(error.message.contains("found by its id only"), "{error}");
    }
}
