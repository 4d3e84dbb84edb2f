//! The next record after a write, where a list shows it and the answer does
//! not.

use crate::model::Operation;

/// The list of the same resource whose first object comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowUp {
    /// Filters of the list whose values the answered object has, where the filter
    /// says that it stands.
    pub same: &'static [&'static str],
    /// Filters of the list with the values that they always have.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The order of the list, in which the wanted object is the first.
    pub sorted_by: &'static str,
    /// What the day of that object is called (`next charge`).
    pub called: &'static str,
}

impl Operation {
    /// The list that contains the next record.
    pub(super) const fn followed_by(mut self, follow_up: FollowUp) -> Self {
        self.follow_up = Some(follow_up);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{OperationAction, ParameterRole};
    use crate::recharge::FAMILY;

    #[test]
    fn filters_of_a_follow_up_are_those_of_the_list() {
        let mut seen = 0;
        for api in FAMILY.versions {
            for (resource, operation) in api.operations() {
                let Some(follow_up) = operation.follow_up else {
                    continue;
                };
                seen += 1;
                let list = resource.operation_to(OperationAction::List).unwrap();
                let filter = |name: &str| {
                    let mut query = list.query.iter();
                    query.find(|parameter| parameter.name == name).unwrap()
                };
                for name in follow_up.same {
                    filter(name);
                }
                for (name, value) in follow_up.fixed {
                    assert!(filter(name).values.contains(value), "{name} {value}");
                }
                let sort = list.query_for(ParameterRole::Sort).unwrap();
                assert!(sort.values.contains(&follow_up.sorted_by));
                assert!(resource.object.day().is_some());
            }
        }
        assert!(seen > 0);
    }
}
