//! Rules for every row, checked while compiling: a wrong row does not build.
//! Plain loops, as `const` evaluation knows nothing else.

use crate::model::{
    Api, FieldKind, FieldRole, Object, Operation, OperationAction, Parameter, ParameterRole,
    Resource, Tones, ValueKind,
};

/// Checks an API. A row that contradicts itself does not compile where this is
/// evaluated in a constant: `const _: () = recharge_catalog::check(&API);`.
///
/// # Panics
/// A row is wrong; the message names the rule.
pub const fn api(api: &Api) {
    assert!(
        api.maximum_page_size > 0 && !api.version.is_empty(),
        "an API without version or page size"
    );
    resources(api.resources);
    let mut at = 0;
    while at < api.resources.len() {
        let mut row = 0;
        while row < api.resources[at].operations.len() {
            pages(api, api.resources[at].operations[row]);
            row += 1;
        }
        at += 1;
    }
}

/// A list in pages has the query parameters of its form.
const fn pages(api: &Api, operation: &Operation) {
    if !operation.response.is_page() {
        return;
    }
    let form = match operation.page_form {
        Some(form) => form,
        None => api.page,
    };
    assert!(
        has_role_named(operation.query, form.parameter(), form.role())
            && has_role_named(operation.query, api.page_size, ParameterRole::PageSize),
        "a list in pages without position and page size"
    );
}

const fn has_role_named(parameters: &[Parameter], name: &str, role: ParameterRole) -> bool {
    let mut at = 0;
    while at < parameters.len() {
        if same_role(parameters[at].role, role) && same(parameters[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn resources(resources: &[Resource]) {
    let mut at = 0;
    while at < resources.len() {
        let resource = &resources[at];
        let mut other = at + 1;
        while other < resources.len() {
            assert!(
                !same(resource.name, resources[other].name),
                "two resources have one name"
            );
            other += 1;
        }
        object(resource.object);
        operations(resource.operations);
        actions(resource);
        at += 1;
    }
}

const fn operations(operations: &[&Operation]) {
    assert!(!operations.is_empty(), "a resource without operations");
    let mut at = 0;
    while at < operations.len() {
        let mut other = at + 1;
        while other < operations.len() {
            assert!(
                !same(operations[at].verb, operations[other].verb),
                "two operations of a resource have one verb"
            );
            other += 1;
        }
        operation(operations[at]);
        at += 1;
    }
}

const fn operation(operation: &Operation) {
    assert!(
        !operation.summary.is_empty(),
        "an operation without a summary"
    );
    assert!(
        starts_with(operation.example, "rc "),
        "an operation without an example"
    );
    assert!(
        operation.wrapper.is_none() || operation.method.carries_body(),
        "a body wrapper without a body"
    );
    path_parameters(operation.path, operation.path_parameters);
    parameters(operation.query);
    parameters(operation.body);
    distinct(operation.query, operation.body);
    distinct(operation.path_parameters, operation.query);
    distinct(operation.path_parameters, operation.body);
    if let Some(batch) = &operation.batch {
        assert!(
            batch.target.is_some() == (operation.path_parameters.len() == 1),
            "a task names the value of the path parameter"
        );
    }
    if let Some(unique) = &operation.unique {
        assert!(
            named(operation.body, unique.field),
            "a unique field that is not sent"
        );
    }
    if let Some(of) = operation.response.object() {
        object(of);
    }
    roles(operation);
}

/// Actions are unique within a resource and agree with what the row answers.
const fn actions(resource: &Resource) {
    let mut at = 0;
    while at < resource.operations.len() {
        let operation = resource.operations[at];
        let mut other = at + 1;
        while other < resource.operations.len() {
            assert!(
                matches!(operation.action, OperationAction::Act)
                    || operation.action as u8 != resource.operations[other].action as u8,
                "two operations of a resource have one action"
            );
            other += 1;
        }
        match operation.action {
            OperationAction::List => assert!(
                operation.response.is_list() && answers_with(operation, resource.object),
                "a list that does not answer with the objects of its resource"
            ),
            OperationAction::Get => assert!(
                !operation.response.is_list()
                    && operation.path_parameters.len() <= 1
                    && answers_with(operation, resource.object),
                "a get that does not answer with one object of its resource"
            ),
            OperationAction::Update | OperationAction::Delete => assert!(
                operation.path_parameters.len() == 1,
                "a change of no object or of several"
            ),
            OperationAction::Create | OperationAction::Act => {}
        }
        at += 1;
    }
}

const fn answers_with(operation: &Operation, object: &Object) -> bool {
    match operation.response.object() {
        Some(answered) => same(answered.name, object.name),
        None => false,
    }
}

/// Roles are unique within a query, and only parameters of a query have one.
const fn roles(operation: &Operation) {
    let query = operation.query;
    let mut at = 0;
    while at < query.len() {
        let mut other = at + 1;
        while other < query.len() {
            assert!(
                matches!(query[at].role, ParameterRole::Plain | ParameterRole::Key)
                    || !same_role(query[at].role, query[other].role),
                "two parameters of a query have one role"
            );
            other += 1;
        }
        match query[at].role {
            ParameterRole::Since(field) | ParameterRole::Until(field) => {
                assert!(
                    // A count has no object to look at.
                    operation.response.object().is_none() || has_time(operation, field),
                    "a bound of a time that the object does not have"
                );
            }
            ParameterRole::Include => assert!(
                !query[at].values.is_empty() && query[at].multiple,
                "an include without names to choose from"
            ),
            ParameterRole::Key => assert!(
                matches!(query[at].kind, ValueKind::Text),
                "a key that is not a text"
            ),
            ParameterRole::Sort => {
                assert!(!query[at].values.is_empty(), "an order without choices");
            }
            _ => {}
        }
        at += 1;
    }
    plain(operation.path_parameters);
    plain(operation.body);
}

const fn plain(parameters: &[Parameter]) {
    let mut at = 0;
    while at < parameters.len() {
        assert!(
            matches!(
                parameters[at].role,
                ParameterRole::Plain | ParameterRole::Amount | ParameterRole::WholeAmount
            ),
            "a role of a query outside a query"
        );
        at += 1;
    }
}

const fn same_role(one: ParameterRole, other: ParameterRole) -> bool {
    same(one.name(), other.name()) && same(one.field(), other.field())
}

/// Whether the answered object has a field of that name with a time or a day.
const fn has_time(operation: &Operation, name: &str) -> bool {
    let Some(object) = operation.response.object() else {
        return false;
    };
    let mut at = 0;
    while at < object.fields.len() {
        let field = &object.fields[at];
        if same(field.name, name) && matches!(field.kind, FieldKind::Time | FieldKind::Date) {
            return true;
        }
        at += 1;
    }
    false
}

/// Each placeholder of the path has its parameter, in order, and there are no more.
const fn path_parameters(path: &str, parameters: &[Parameter]) {
    let path = path.as_bytes();
    assert!(path[0] == b'/', "a path begins with a slash");
    let (mut at, mut count) = (0, 0);
    while at < path.len() {
        if path[at] == b'{' {
            assert!(
                count < parameters.len(),
                "a placeholder in the path without a parameter"
            );
            let name = parameters[count].name.as_bytes();
            let mut letter = 0;
            while letter < name.len() {
                assert!(
                    path[at + 1 + letter] == name[letter],
                    "a placeholder and its parameter differ in name"
                );
                letter += 1;
            }
            assert!(
                path[at + 1 + letter] == b'}',
                "a placeholder and its parameter differ in name"
            );
            count += 1;
        }
        at += 1;
    }
    assert!(
        count == parameters.len(),
        "a path parameter without a placeholder"
    );
}

const fn parameters(parameters: &[Parameter]) {
    let mut at = 0;
    while at < parameters.len() {
        let parameter = &parameters[at];
        assert!(!parameter.help.is_empty(), "a parameter without help");
        let mut other = at + 1;
        while other < parameters.len() {
            assert!(
                !same(parameter.name, parameters[other].name),
                "two parameters have one name"
            );
            if let (Some(one), Some(two)) = (parameter.flag, parameters[other].flag) {
                assert!(!same(one, two), "two parameters have one flag");
            }
            other += 1;
        }
        if let Some(default) = parameter.default
            && !parameter.values.is_empty()
        {
            assert!(
                contains(parameter.values, default),
                "a default that is not a value"
            );
        }
        let mut other = 0;
        while other < parameter.unless.len() {
            assert!(
                parameter.required && named(parameters, parameter.unless[other]),
                "an exemption from an optional parameter, or by an unknown one"
            );
            other += 1;
        }
        at += 1;
    }
}

const fn object(object: &Object) {
    let mut at = 0;
    while at < object.fields.len() {
        let mut other = at + 1;
        while other < object.fields.len() {
            assert!(
                !same(object.fields[at].name, object.fields[other].name),
                "two fields have one name"
            );
            other += 1;
        }
        tones(object.fields[at].tones);
        if let FieldRole::Interval(interval) = object.fields[at].role {
            let charge = match interval.charge {
                Some(charge) => is_field(object, charge),
                None => true,
            };
            assert!(
                is_field(object, interval.unit) && charge,
                "an interval of fields that are not there"
            );
        }
        at += 1;
    }
    assert!(!object.columns.is_empty(), "an object without columns");
    let mut at = 0;
    while at < object.columns.len() {
        let mut found = false;
        let mut field = 0;
        while field < object.fields.len() {
            found = found || begins_path(object.columns[at], object.fields[field].name);
            field += 1;
        }
        assert!(found, "a column that is not a field");
        at += 1;
    }
}

const fn is_field(object: &Object, name: &str) -> bool {
    let mut at = 0;
    while at < object.fields.len() {
        if same(object.fields[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn tones(tones: Tones) {
    let mut at = 0;
    while at < tones.0.len() {
        let mut other = at + 1;
        while other < tones.0.len() {
            assert!(
                !same(tones.0[at].0, tones.0[other].0),
                "two tones of one value"
            );
            other += 1;
        }
        at += 1;
    }
}

const fn distinct(these: &[Parameter], others: &[Parameter]) {
    let mut at = 0;
    while at < these.len() {
        assert!(
            !named(others, these[at].name),
            "one name in two places of a request"
        );
        at += 1;
    }
}

const fn named(parameters: &[Parameter], name: &str) -> bool {
    let mut at = 0;
    while at < parameters.len() {
        if same(parameters[at].name, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn contains(values: &[&str], value: &str) -> bool {
    let mut at = 0;
    while at < values.len() {
        if same(values[at], value) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a dotted path is the field or begins with it.
const fn begins_path(path: &str, field: &str) -> bool {
    starts_with(path, field) && (path.len() == field.len() || path.as_bytes()[field.len()] == b'.')
}

pub(crate) const fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && starts_with(one, other)
}

const fn starts_with(text: &str, beginning: &str) -> bool {
    let (text, beginning) = (text.as_bytes(), beginning.as_bytes());
    if text.len() < beginning.len() {
        return false;
    }
    let mut at = 0;
    while at < beginning.len() {
        if text[at] != beginning[at] {
            return false;
        }
        at += 1;
    }
    true
}
