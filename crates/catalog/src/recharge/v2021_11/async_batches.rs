//! Operations, parameters and fields of the resource `async_batches`.

use super::parameters::{CURSOR, ID, IDS, LIMIT_OF_ALL_LISTS, SORT_BY};
use crate::build::{array, create, field, get, id, list, post, read, text};
use crate::model::STATUS_TONES;
use crate::model::{Field, FieldKind, Object, Operation, Parameter, Resource, ResponseShape, Type};
use crate::recharge::CONVENTIONS;

/// The resource `async_batches`.
pub const RESOURCE: Resource = Resource {
    name: "async_batches",
    singular: "async_batch",
    about: "Large jobs that Recharge runs in the background",
    object: &ASYNC_BATCH,
    operations: &[&LIST, &GET, &CREATE, &ADD_TASKS, &LIST_TASKS, &PROCESS],
};

const BATCH_TYPES: &[&str] = &[
    "discount_create",
    "discount_update",
    "discount_delete",
    "bulk_plans_create",
    "bulk_plans_update",
    "bulk_plans_delete",
    "onetime_create",
    "onetime_delete",
];

/// The operation `async_batches.list`.
pub static LIST: Operation = list("/async_batches", "List batches")
    .query(&[
        SORT_BY
            .values(&["id-asc", "id-desc", "created_at-asc", "created_at-desc"])
            .default("id-desc"),
        LIMIT_OF_ALL_LISTS,
        CURSOR,
    ])
    .answers(ResponseShape::Page("async_batches", &ASYNC_BATCH))
    .not_copied()
    .scope("read_batches")
    .example("rc async-batches list");

/// The operation `async_batches.get`.
pub static GET: Operation = get("/async_batches/{id}", "Show the progress of a batch")
    .at(&[ID])
    .answers(ResponseShape::One("async_batch", &ASYNC_BATCH))
    .scope("read_batches")
    .example("rc async-batches get 19");

/// The body field of [`CREATE`] that chooses what every task does.
pub const BATCH_TYPE: Parameter = text("batch_type", "operation of the tasks in the batch")
    .values(BATCH_TYPES)
    .required();

/// The body field of [`ADD_TASKS`] with the tasks, each `{"body": …}`.
pub const TASKS: Parameter = array("tasks", "the tasks, each {\"body\": {…}}; 1,000 at most")
    .maximum(1000)
    .required();

/// The operation `async_batches.create`.
pub static CREATE: Operation = create("/async_batches", "Create a batch")
    .details("A batch does not run until `process` starts it. Recharge keeps it for one month.")
    .body(&[BATCH_TYPE])
    .answers(ResponseShape::One("async_batch", &ASYNC_BATCH))
    .success(201)
    .scope("write_batches")
    .example("rc async-batches create --batch-type discount_create")
    .never_undone("a batch cannot be deleted");

/// The operation `async_batches.add_tasks`.
pub static ADD_TASKS: Operation = post(
    "add_tasks",
    "/async_batches/{batch_id}/tasks",
    "Add up to 1,000 tasks to a batch",
)
.details("A batch can have at most 10,000 tasks.")
.at(&[id("batch_id", "id of the batch")])
.body(&[TASKS])
.answers(ResponseShape::Number("count"))
.scope("write_batches")
.done("extended")
.example(
    "rc async-batches add-tasks 19 --tasks \
             '[{\"body\":{\"code\":\"SPRING\",\"value\":\"10\",\
             \"value_type\":\"percentage\"}}]'",
)
.never_undone("tasks cannot be removed from a batch");

/// The operation `async_batches.list_tasks`.
pub static LIST_TASKS: Operation = read(
    "list_tasks",
    "/async_batches/{batch_id}/tasks",
    "List the tasks of a batch and their results",
)
.aliases(&["tasks"])
.at(&[id("batch_id", "id of the batch")])
.query(&[IDS, LIMIT_OF_ALL_LISTS, CURSOR])
.answers(ResponseShape::Page("async_batch_tasks", &ASYNC_BATCH_TASK))
.scope("read_batches")
.example("rc async-batches list-tasks 19");

/// The operation `async_batches.process`.
pub static PROCESS: Operation = post("process", "/async_batches/{id}/process", "Start a batch")
    .details("Every task of the batch is carried out; that cannot be stopped.")
    .at(&[ID])
    .answers(ResponseShape::One("async_batch", &ASYNC_BATCH))
    .success(201)
    .scope("write_batches")
    .destroys()
    .done("started")
    .example("rc async-batches process 19 --yes")
    .never_undone("a started batch cannot be stopped");

/// The field with the number of tasks of a batch.
pub const TOTAL_TASK_COUNT: Field = field("total_task_count", FieldKind::Integer)
    .short("tasks")
    .documented(Type::String);
/// The field with the number of tasks that succeeded.
pub const SUCCESS_TASK_COUNT: Field = field("success_task_count", FieldKind::Integer)
    .short("done")
    .documented(Type::String);
/// The field with the number of tasks that failed.
pub const FAIL_TASK_COUNT: Field = field("fail_task_count", FieldKind::Integer)
    .short("failed")
    .documented(Type::String);
/// The field with the status of a batch.
pub const STATUS: Field = field("status", FieldKind::Text).tones(STATUS_TONES);
/// The field with the time at which a batch ended.
pub const CLOSED_AT: Field = field("closed_at", FieldKind::Time).documented(Type::String);
/// The field with the time at which a batch was deleted.
pub const DELETED_AT: Field = field("deleted_at", FieldKind::Time).documented(Type::Unstated);

/// The object `async_batch`.
pub const ASYNC_BATCH: Object = Object {
    name: "async_batch",
    fields: &[
        field("id", FieldKind::Id).documented(Type::String),
        field("batch_type", FieldKind::Text).values(BATCH_TYPES),
        CLOSED_AT,
        field("created_at", FieldKind::Time).documented(Type::String),
        FAIL_TASK_COUNT,
        STATUS,
        field("submitted_at", FieldKind::Time).documented(Type::String),
        SUCCESS_TASK_COUNT,
        TOTAL_TASK_COUNT,
        field("updated_at", FieldKind::Time).documented(Type::String),
        field("version", FieldKind::Text),
        DELETED_AT,
    ],
    columns: &[
        "id",
        "batch_type",
        "status",
        "total_task_count",
        "success_task_count",
        "fail_task_count",
        "created_at",
        "closed_at",
    ],
    conventions: &CONVENTIONS,
};

/// The object `async_batch_tasks`.
pub const ASYNC_BATCH_TASK: Object = Object {
    name: "async_batch_tasks",
    fields: &[
        field("batch_id", FieldKind::Id),
        field("body", FieldKind::Json).documented(Type::Object),
        field("completed_at", FieldKind::Time),
        field("created_at", FieldKind::Time),
        field("deleted_at", FieldKind::Time),
        field("id", FieldKind::Id),
        field("queued_at", FieldKind::Time),
        field("result", FieldKind::Json).documented(Type::String),
        field("started_at", FieldKind::Time),
        field("status", FieldKind::Text)
            .tones(STATUS_TONES)
            .values(&["pending", "processing", "failed", "success"]),
        field("updated_at", FieldKind::Time),
    ],
    columns: &[
        "id",
        "batch_id",
        "status",
        "started_at",
        "completed_at",
        "result",
    ],
    conventions: &CONVENTIONS,
};
