//! Constructors and setters of operation rows. The constructor sets the action,
//! the verb that goes with it, and the defaults of the method.

use crate::bulk::{Batch, Unique};
use crate::model::{
    Effect, ErrorForm, Idempotency, Method, Operation, OperationAction, PageForm, Parameter,
    ResponseShape, RowSource, UndoCommand, Webhooks,
};
use crate::replication::Replication;
use crate::undo::Undo;

/// An operation that lists the objects of its resource.
#[must_use]
pub const fn list(path: &'static str, summary: &'static str) -> Operation {
    operation(OperationAction::List, Method::Get, "list", path, summary)
}

/// An operation that reads one object of its resource.
#[must_use]
pub const fn get(path: &'static str, summary: &'static str) -> Operation {
    operation(OperationAction::Get, Method::Get, "get", path, summary)
}

/// An operation that creates an object of its resource.
#[must_use]
pub const fn create(path: &'static str, summary: &'static str) -> Operation {
    operation(
        OperationAction::Create,
        Method::Post,
        "create",
        path,
        summary,
    )
}

/// An operation that changes an object of its resource.
#[must_use]
pub const fn update(path: &'static str, summary: &'static str) -> Operation {
    operation(
        OperationAction::Update,
        Method::Put,
        "update",
        path,
        summary,
    )
}

/// An operation that deletes an object of its resource.
#[must_use]
pub const fn delete(path: &'static str, summary: &'static str) -> Operation {
    operation(
        OperationAction::Delete,
        Method::Delete,
        "delete",
        path,
        summary,
    )
}

/// An operation that reads something else than its resource's objects.
#[must_use]
pub const fn read(verb: &'static str, path: &'static str, summary: &'static str) -> Operation {
    act(Method::Get, verb, path, summary)
}

/// An operation with a verb of its own, sent with POST as most are.
#[must_use]
pub const fn post(verb: &'static str, path: &'static str, summary: &'static str) -> Operation {
    act(Method::Post, verb, path, summary)
}

/// An operation with a verb of its own, sent with any method.
#[must_use]
pub const fn act(
    method: Method,
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    operation(OperationAction::Act, method, verb, path, summary)
}

/// A row with the defaults of its method.
const fn operation(
    action: OperationAction,
    method: Method,
    verb: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    let (effect, again, success) = match method {
        Method::Get | Method::Head => (Effect::Reads, Idempotency::Idempotent, 200),
        Method::Post | Method::Patch => (Effect::Writes, Idempotency::NotIdempotent, 200),
        Method::Put => (Effect::Writes, Idempotency::Idempotent, 200),
        Method::Delete => (Effect::Destroys, Idempotency::RejectsRepeat, 204),
    };
    Operation {
        verb,
        action,
        aliases: &[],
        method,
        path,
        summary,
        details: "",
        path_parameters: &[],
        query: &[],
        body: &[],
        wrapper: None,
        response: ResponseShape::Nothing,
        answers_another: false,
        success,
        errors: &[],
        scope: None,
        also_needs: &[],
        effect,
        value_effects: &[],
        done: match action {
            OperationAction::Create => "created",
            OperationAction::Update => "updated",
            OperationAction::Delete => "deleted",
            OperationAction::List | OperationAction::Get | OperationAction::Act => "",
        },
        undo_command: match action {
            OperationAction::Update => Some(UndoCommand::SameNames),
            _ => None,
        },
        undo: match (action, method.is_read()) {
            (_, true) => Undo::NEEDLESS,
            (OperationAction::Create, _) => Undo::DELETE,
            (OperationAction::Update, _) => Undo::OLD_VALUES,
            (OperationAction::Delete, _) => Undo::CREATE_ANEW,
            (OperationAction::List | OperationAction::Get | OperationAction::Act, _) => {
                Undo::UNSTATED
            }
        },
        mails: false,
        leaves: &[],
        follow_up: None,
        idempotency: again,
        exceptions: &[],
        batch: None,
        unique: None,
        page_form: None,
        error_form: None,
        replication: Replication::USUAL,
        webhooks: None,
        example: "",
        twin: None,
        template: None,
        source: RowSource::Reference,
    }
}

impl Operation {
    /// Other command names for the verb, kebab case.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// More for the long help.
    #[must_use]
    pub const fn details(mut self, details: &'static str) -> Self {
        self.details = details;
        self
    }

    /// One parameter for each part of the path in braces, in order.
    #[must_use]
    pub const fn at(mut self, path_parameters: &'static [Parameter]) -> Self {
        self.path_parameters = path_parameters;
        self
    }

    /// Parameters of the query string.
    #[must_use]
    pub const fn query(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    /// Fields of the JSON body.
    #[must_use]
    pub const fn body(mut self, body: &'static [Parameter]) -> Self {
        self.body = body;
        self
    }

    /// The API wants the whole body under this key.
    #[must_use]
    pub const fn wrapped_in(mut self, key: &'static str) -> Self {
        self.wrapper = Some(key);
        self
    }

    /// What a success contains.
    #[must_use]
    pub const fn answers(mut self, answer: ResponseShape) -> Self {
        self.response = answer;
        self
    }

    /// HTTP status of a success.
    #[must_use]
    pub const fn success(mut self, status: u16) -> Self {
        self.success = status;
        self
    }

    /// Error statuses that the reference lists.
    #[must_use]
    pub const fn errors(mut self, statuses: &'static [u16]) -> Self {
        self.errors = statuses;
        self
    }

    /// The scope that the reference names.
    #[must_use]
    pub const fn scope(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Further scopes that the call may need.
    #[must_use]
    pub const fn also_needs(mut self, scopes: &'static [&'static str]) -> Self {
        self.also_needs = scopes;
        self
    }

    /// It cannot be taken back: it asks for confirmation.
    #[must_use]
    pub const fn destroys(mut self) -> Self {
        self.effect = Effect::Destroys;
        self
    }

    /// What was done to the object afterwards, as a participle.
    #[must_use]
    pub const fn done(mut self, done: &'static str) -> Self {
        self.done = done;
        self
    }

    /// How it is taken back.
    #[must_use]
    pub const fn undo_command(mut self, undo_command: UndoCommand) -> Self {
        self.undo_command = Some(undo_command);
        self
    }

    /// What sending it a second time does.
    #[must_use]
    pub const fn again(mut self, again: Idempotency) -> Self {
        self.idempotency = again;
        self
    }

    /// Tasks of an async batch do the same; `target` is the field of a task
    /// that names what it acts on.
    #[must_use]
    pub const fn batch(mut self, kind: &'static str, target: Option<&'static str>) -> Self {
        self.batch = Some(Batch {
            kind,
            target,
            beside: &[],
        });
        self
    }

    /// What a task carries besides.
    #[must_use]
    pub const fn beside(mut self, beside: &'static [Parameter]) -> Self {
        if let Some(batch) = &mut self.batch {
            batch.beside = beside;
        }
        self
    }

    /// No two objects share the field; the filter of the list finds it.
    #[must_use]
    pub const fn unique(mut self, field: &'static str, filter: &'static str) -> Self {
        self.unique = Some(Unique { field, filter });
        self
    }

    /// The list continues in another form than those of the rest of the API.
    #[must_use]
    pub const fn pages_by(mut self, form: PageForm) -> Self {
        self.page_form = Some(form);
        self
    }

    /// It registers a webhook.
    #[must_use]
    pub const fn registers(mut self, webhooks: &'static Webhooks) -> Self {
        self.webhooks = Some(webhooks);
        self
    }

    /// Its answers state errors in another form than the rest of the API.
    #[must_use]
    pub const fn fails_with(mut self, form: ErrorForm) -> Self {
        self.error_form = Some(form);
        self
    }

    /// A command line that shows the operation at work.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}
