//! The page of `async_batches`: operations, their parameters, and fields.

use super::parameters::{CURSOR, ID, IDS, LIMIT_OF_ALL_LISTS, SORT_BY};
use crate::build::{array, field, get, id, post, text};
use crate::model::{Answer, Holds, Object, Operation, Resource, Type};

/// `async_batches`.
pub(super) const RESOURCE: Resource = Resource {
    name: "async_batches",
    singular: "async_batch",
    about: "Large jobs that Recharge runs in the background",
    object: &ASYNC_BATCH,
    operations: &[LIST, GET, CREATE, ADD_TASKS, LIST_TASKS, PROCESS],
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

const LIST: Operation = get("list", "/async_batches", "List batches")
    .query(&[
        SORT_BY
            .values(&["id-asc", "id-desc", "created_at-asc", "created_at-desc"])
            .default("id-desc"),
        LIMIT_OF_ALL_LISTS,
        CURSOR,
    ])
    .answers(Answer::Page("async_batches", &ASYNC_BATCH))
    .scope("read_batches")
    .example("rc async-batches list");

const GET: Operation = get(
    "get",
    "/async_batches/{id}",
    "Show how far a batch has come",
)
.at(&[ID])
.answers(Answer::One("async_batch", &ASYNC_BATCH))
.scope("read_batches")
.example("rc async-batches get 19");

const CREATE: Operation = post("create", "/async_batches", "Open a batch")
    .details(
        "A batch runs nothing until it is told to process. Recharge keeps it for \
             one month.",
    )
    .body(&[text("batch_type", "what every task of the batch does")
        .values(BATCH_TYPES)
        .required()])
    .answers(Answer::One("async_batch", &ASYNC_BATCH))
    .success(201)
    .scope("write_batches")
    .example("rc async-batches create --batch-type discount_create");

const ADD_TASKS: Operation = post(
    "add_tasks",
    "/async_batches/{batch_id}/tasks",
    "Put up to 1,000 tasks into a batch",
)
.details("A batch holds 10,000 tasks at most.")
.at(&[id("batch_id", "number of the batch")])
.body(&[
    array("tasks", "the tasks, each {\"body\": {…}}; 1,000 at most")
        .maximum(1000)
        .required(),
])
.answers(Answer::Number("count"))
.scope("write_batches")
.example(
    "rc async-batches add-tasks 19 --tasks \
             '[{\"body\":{\"code\":\"SPRING\",\"value\":\"10\",\
             \"value_type\":\"percentage\"}}]'",
);

const LIST_TASKS: Operation = get(
    "list_tasks",
    "/async_batches/{batch_id}/tasks",
    "List the tasks of a batch and their results",
)
.aliases(&["tasks"])
.at(&[id("batch_id", "number of the batch")])
.query(&[IDS, LIMIT_OF_ALL_LISTS, CURSOR])
.answers(Answer::Page("async_batch_tasks", &ASYNC_BATCH_TASK))
.scope("read_batches")
.example("rc async-batches list-tasks 19");

const PROCESS: Operation = post("process", "/async_batches/{id}/process", "Start a batch")
    .details("Every task of the batch is carried out; that cannot be stopped.")
    .at(&[ID])
    .answers(Answer::One("async_batch", &ASYNC_BATCH))
    .success(201)
    .scope("write_batches")
    .destroys()
    .example("rc async-batches process 19 --yes");

/// `async_batch`.
pub(super) const ASYNC_BATCH: Object = Object {
    name: "async_batch",
    fields: &[
        field("id", Holds::Id).documented(Type::String),
        field("batch_type", Holds::Text).values(BATCH_TYPES),
        field("closed_at", Holds::Time).documented(Type::String),
        field("created_at", Holds::Time).documented(Type::String),
        field("fail_task_count", Holds::Integer)
            .short("failed")
            .documented(Type::String),
        field("status", Holds::Text),
        field("submitted_at", Holds::Time).documented(Type::String),
        field("success_task_count", Holds::Integer)
            .short("done")
            .documented(Type::String),
        field("total_task_count", Holds::Integer)
            .short("tasks")
            .documented(Type::String),
        field("updated_at", Holds::Time).documented(Type::String),
        field("version", Holds::Text),
        field("deleted_at", Holds::Time).documented(Type::Unstated),
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
};

/// `async_batch_tasks`.
pub(super) const ASYNC_BATCH_TASK: Object = Object {
    name: "async_batch_tasks",
    fields: &[
        field("batch_id", Holds::Id),
        field("body", Holds::Json).documented(Type::Object),
        field("completed_at", Holds::Time),
        field("created_at", Holds::Time),
        field("deleted_at", Holds::Time),
        field("id", Holds::Id),
        field("queued_at", Holds::Time),
        field("result", Holds::Json).documented(Type::String),
        field("started_at", Holds::Time),
        field("status", Holds::Text).values(&["pending", "processing", "failed", "success"]),
        field("updated_at", Holds::Time),
    ],
    columns: &[
        "id",
        "batch_id",
        "status",
        "started_at",
        "completed_at",
        "result",
    ],
};
