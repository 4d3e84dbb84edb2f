//! A whole API as a table: what another API costs.

use recharge_cli::catalog::build::{create, field, get, id, integer, list, text, time};
use recharge_cli::catalog::*;

pub static FAMILY: ApiFamily = ApiFamily {
    versions: &[&API],
    analysis: Analysis::NONE,
};
const _: () = check(&VALUE);
pub static API: Api = VALUE;
const VALUE: Api = Api {
    name: "toy",
    title: "Toys",
    command_group: None,
    version: "3",
    base_url: "https://toys.invalid",
    base_variable: "TOY_BASE_URL",
    auth: Auth { place: AuthPlace::Header("X-Toy-Key"), variable: "TOY_KEY", managed_at: "Toys: Keys" },
    headers: Headers { version: None, request_id: Some("X-Toy-Trace"), client_id: None },
    rate: Rate::Window { left: "X-Left", reset: "X-Reset-Ms", quota: None, length: None },
    store: None,
    credential_file: None,
    times: TimeForm::WithoutOffset,
    zone: "UTC0",
    page: PageForm::LinkHeader { parameter: "after" },
    page_size: "per",
    page_number: None,
    maximum_page_size: 2,
    errors: ErrorForm::List { message: "text" },
    conventions: &TOYS,
    secrets: Secrets { fields: &["pin"], names: &[], prefixes: &[], suffixes: &[] },
    other_scopes: &[],
    events: None,
    resources: &[Resource { name: "toys", singular: "toy", about: "Toys", object: &TOY,
        operations: &[&LIST, &PARTS, &GET, &MAKE] }],
};
static TOYS: Conventions = Conventions { id: "uid", ..Conventions::PLAIN };
const TOY: Object = Object {
    name: "toy",
    fields: &[field("uid", FieldKind::Id), field("label", FieldKind::Text),
        field("made_at", FieldKind::Time), field("pin", FieldKind::Text).secret()],
    columns: &["uid", "label"],
    conventions: &TOYS,
};
const PER: Parameter = integer("per", "toys a page").role(ParameterRole::PageSize);
static LIST: Operation = list("/toys", "List toys")
    .query(&[PER, text("after", "from here on").role(ParameterRole::Cursor), time("made_after", "made later")])
    .answers(ResponseShape::Page("toys", &TOY))
    .example("rc toys list");
static PARTS: Operation = build::read("spares", "/spares", "List spare toys")
    .query(&[PER, integer("page", "this page").role(ParameterRole::PageNumber)])
    .answers(ResponseShape::BarePage(&TOY))
    .pages_by(PageForm::UntilShort { parameter: "page", page_size: 2 })
    .example("rc toys spares");
static GET: Operation = get("/toys/{uid}", "Show one toy")
    .at(&[id("uid", "number of the toy")])
    .answers(ResponseShape::One("toy", &TOY))
    .example("rc toys get 1");
static MAKE: Operation = create("/toys", "Make a toy")
    .body(&[text("label", "what it says").required()])
    .answers(ResponseShape::One("toy", &TOY))
    .example("rc toys create --label x");
