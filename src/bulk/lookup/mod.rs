//! Lookups: a column that names an object by an email or a code, and the id
//! that is sent instead (`--lookup email=customer_id`).
//!
//! A [`LookupTable`] first collects the different values of its column, then
//! contains the id that each of them resolves to. `read` requests the ids.
//! Everything else here is pure.

mod read;

use std::collections::HashMap;

pub use read::{ReadObserver, most_reads, read};

use crate::catalog::{
    Api, Operation, OperationAction, Parameter, ParameterRole, Resource, ValueKind,
};

/// Most different values that one lookup takes: about 16 MiB, and more than
/// half a day of reads.
pub const MOST_VALUES: usize = 100_000;

/// How an object is found without its id.
#[derive(Debug, Clone, Copy)]
pub struct LookupKey {
    /// The resource that has the key.
    pub resource: &'static Resource,
    /// Its list, and the filter of the list that finds an object by the key.
    list: &'static Operation,
    filter: &'static Parameter,
    /// The list that is filtered by the id of the object with the key, where
    /// the object that is looked for belongs to it.
    child: Option<ChildList>,
}

/// The objects that belong to another one.
#[derive(Debug, Clone, Copy)]
struct ChildList {
    resource: &'static Resource,
    list: &'static Operation,
    filter: &'static Parameter,
}

impl LookupKey {
    /// All keys by which objects of a resource are found: its own ones first,
    /// then those of the objects that they belong to.
    #[must_use]
    pub fn all(api: &Api, target: &'static Resource) -> Vec<Self> {
        let Some(list) = target.operation_to(OperationAction::List) else {
            return Vec::new();
        };
        let own = keys(list).map(|filter| Self {
            resource: target,
            list,
            filter,
            child: None,
        });
        let parents = list
            .query
            .iter()
            .filter(|known| known.kind == ValueKind::Id);
        let of_parents = parents.filter_map(|by| {
            let parent = owner(api, by.name)?;
            let parent_list = parent.operation_to(OperationAction::List)?;
            let child = ChildList {
                resource: target,
                list,
                filter: by,
            };
            Some(keys(parent_list).map(move |filter| Self {
                resource: parent,
                list: parent_list,
                filter,
                child: Some(child),
            }))
        });
        own.chain(of_parents.flatten()).collect()
    }

    /// The name of the key in a file: the last word of the field that has it
    /// (`code`), or that of the filter.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let path = self.filter.stands_at.unwrap_or(self.filter.name);
        path.rsplit('.').next().unwrap_or(path)
    }

    /// Whether no two objects of a store share it.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        let create = self.resource.operation_to(OperationAction::Create);
        let unique = create.and_then(|create| create.unique);
        unique.is_some_and(|unique| unique.filter == self.filter.name)
    }

    /// The word for the objects that are found: `customer`.
    #[must_use]
    pub fn object(&self) -> String {
        let resource = self.child.map_or(self.resource, |child| child.resource);
        resource.singular.replace('_', " ")
    }
}

fn keys(list: &'static Operation) -> impl Iterator<Item = &'static Parameter> {
    let query = list.query.iter();
    query.filter(|known| known.role == ParameterRole::Key)
}

/// The resource of an API whose ids a parameter of that name has.
#[must_use]
pub fn owner(api: &Api, name: &str) -> Option<&'static Resource> {
    let singular = name.strip_suffix("_id")?;
    let mut resources = api.resources.iter();
    resources.find(|resource| resource.singular == singular)
}

/// What a value resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The id of the only object.
    Id(u64),
    /// No object has the value.
    Missing,
    /// Several objects have it: some of their ids.
    Several(Vec<u64>),
}

/// The values of one column, and what they resolve to.
#[derive(Debug, Clone)]
pub struct LookupTable {
    key: LookupKey,
    /// Values as they are compared; the number of each, and one spelling.
    values: HashMap<String, usize>,
    spellings: Vec<String>,
    resolved: Option<Vec<Resolution>>,
}

impl LookupTable {
    /// A table without values.
    #[must_use]
    pub fn new(key: LookupKey) -> Self {
        Self {
            key,
            values: HashMap::new(),
            spellings: Vec::new(),
            resolved: None,
        }
    }

    /// How its objects are found.
    #[must_use]
    pub const fn key(&self) -> &LookupKey {
        &self.key
    }

    /// The different values, in order.
    #[must_use]
    pub fn spellings(&self) -> &[String] {
        &self.spellings
    }

    /// Takes what the values resolve to, in the order of [`Self::spellings`].
    pub fn resolve(&mut self, resolved: Vec<Resolution>) {
        self.resolved = Some(resolved);
    }

    /// The id for a value: while values are collected, a number that stands
    /// for it.
    ///
    /// # Errors
    /// Why there is none, as a fragment.
    pub fn id(&mut self, text: &str) -> Result<u64, String> {
        let text = text.trim();
        let Some(resolved) = &self.resolved else {
            return self.collect(text);
        };
        let at = self.values.get(&folded(text)).copied();
        let (object, name) = (self.key.object(), self.key.name());
        match at.and_then(|at| resolved.get(at)) {
            Some(Resolution::Id(id)) => Ok(*id),
            Some(Resolution::Several(ids)) => Err(several(&self.key, ids)),
            Some(Resolution::Missing) | None => {
                Err(format!("the store has no {object} with this {name}"))
            }
        }
    }

    fn collect(&mut self, text: &str) -> Result<u64, String> {
        let folded = folded(text);
        let at = match self.values.get(&folded) {
            Some(at) => *at,
            None if self.spellings.len() == MOST_VALUES => {
                return Err(format!(
                    "one more than {MOST_VALUES} different values to look up; split the file"
                ));
            }
            None => {
                self.values.insert(folded, self.spellings.len());
                self.spellings.push(text.to_owned());
                self.spellings.len() - 1
            }
        };
        Ok(at as u64 + 1)
    }
}

fn several(key: &LookupKey, ids: &[u64]) -> String {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    let resource = key.child.map_or(key.resource, |child| child.resource);
    format!(
        "the store has several {} with this {} ({}); give the id instead",
        resource.name.replace('_', " "),
        key.name(),
        ids.join(", ")
    )
}

/// A value as it is compared: the store compares keys without case.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recharge::API;

    fn keys_of(resource: &str) -> Vec<(&'static str, &'static str, bool)> {
        LookupKey::all(&API, API.resource(resource).unwrap())
            .iter()
            .map(|key| (key.resource.name, key.name(), key.is_unique()))
            .collect()
    }

    #[test]
    fn keys_of_a_resource_are_its_own_and_those_of_its_owners() {
        assert_eq!(
            keys_of("customers"),
            [
                ("customers", "email", true),
                ("customers", "external_customer_id", false)
            ]
        );
        assert_eq!(keys_of("discounts")[0], ("discounts", "code", true));
        assert_eq!(keys_of("orders")[0].1, "external_order_id");
        assert_eq!(keys_of("addresses")[0], ("customers", "email", true));
    }

    #[test]
    fn value_has_one_number_while_collected_and_its_id_when_resolved() {
        let customers = API.resource("customers").unwrap();
        let mut table = LookupTable::new(LookupKey::all(&API, customers)[0]);
        assert_eq!(table.id("Ada@example.com"), Ok(1));
        assert_eq!(table.id("bob@example.com"), Ok(2));
        assert_eq!(table.id(" ADA@EXAMPLE.COM"), Ok(1));
        assert_eq!(table.id("eve@example.com"), Ok(3));
        assert_eq!(table.spellings()[0], "Ada@example.com");
        table.resolve(vec![
            Resolution::Id(77),
            Resolution::Missing,
            Resolution::Several(vec![4, 5]),
        ]);
        assert_eq!(table.id("ada@Example.com"), Ok(77));
        let missing = "the store has no customer with this email";
        assert_eq!(table.id("bob@example.com"), Err(missing.to_owned()));
        let several = table.id("eve@example.com").unwrap_err();
        assert!(several.contains("(4, 5)"), "{several}");
    }

    #[test]
    fn values_beyond_the_limit_are_refused() {
        let discounts = API.resource("discounts").unwrap();
        let mut table = LookupTable::new(LookupKey::all(&API, discounts)[0]);
        for number in 0..MOST_VALUES {
            table.id(&number.to_string()).unwrap();
        }
        assert!(table.id("7").is_ok());
        assert!(table.id("new").unwrap_err().contains("split the file"));
    }
}
