//! A sandbox of its own for pages: a store, a customer, and a link to the portal.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use recharge_theme::pages::route;
use recharge_theme::urls::{URL_NAMES, url_name};
use serde_json::{Map, Value};

use super::render::PageData;
use crate::catalog::Operation;
use crate::catalog::portal::{self, PREFIXES, access, request_objects};
use crate::error::{Error, Kind, Result};
use crate::sandbox::portal::pages::{PageError, PageRequest, Pages, RenderedPage};
use crate::sandbox::seed::Seed;
use crate::sandbox::{Sandbox, State, TOKEN};
use crate::world::Clock;

/// The template of a search for a product to swap to, and the name of its URL.
const SWAP_SEARCH: (&str, &str) = ("products_search_swap.html", "subscription_swap_search_url");

/// A link to the portal of a customer.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) hash: String,
    pub(super) token: String,
}

impl Link {
    /// A URL of the portal behind a shop's proxy, or as Recharge hosts it.
    pub(super) fn url(&self, path: &str, is_hosted: bool) -> String {
        let prefix = PREFIXES[usize::from(is_hosted)];
        let sign = if path.contains('?') { '&' } else { '?' };
        format!(
            "{prefix}/{}{path}{sign}{}={}",
            self.hash,
            portal::TOKEN.name,
            self.token
        )
    }
}

/// Makes a link to the portal of a customer.
pub(super) fn link(sandbox: &Sandbox, customer: u64) -> Result<Link> {
    let path = access::SESSION.path.replace("{id}", &customer.to_string());
    let session = ask(sandbox, access::SESSION.method.name(), &path, TOKEN)?;
    let token = session
        .pointer("/customer_session/apiToken")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let found = ask(
        sandbox,
        access::LINK.method.name(),
        access::LINK.path,
        token,
    )?;
    let member = |name: &str| {
        found
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Ok(Link {
        hash: member("customer_hash"),
        token: member("temp_token"),
    })
}

/// The first customers of the store: id and name, most subscriptions first.
pub(super) fn customers(sandbox: &Sandbox) -> Result<Vec<(u64, String)>> {
    // The list that a session belongs to.
    let path = access::SESSION
        .path
        .split("/{id}")
        .next()
        .unwrap_or_default();
    let found = ask(sandbox, "GET", path, TOKEN)?;
    let rows = found
        .as_object()
        .and_then(|members| members.values().find_map(Value::as_array));
    let mut customers: Vec<(u64, u64, String)> = rows
        .into_iter()
        .flatten()
        .filter_map(|row| {
            let name = |field: &str| {
                row.get(field)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let active = row
                .get("subscriptions_active_count")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            let full = format!("{} {}", name("first_name"), name("last_name"));
            Some((active, row.get("id")?.as_u64()?, full.trim().to_owned()))
        })
        .collect();
    customers.sort_by_key(|(active, id, _)| (std::cmp::Reverse(*active), *id));
    Ok(customers
        .into_iter()
        .map(|(_, id, name)| (id, name))
        .collect())
}

fn ask(sandbox: &Sandbox, method: &str, path: &str, token: &str) -> Result<Value> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("X-Recharge-Access-Token", token)
        .header("Content-Type", "application/json")
        .body(Bytes::from_static(if method == "GET" {
            b""
        } else {
            b"{}"
        }));
    let request = request
        .map_err(|error| Error::unexpected("the sandbox cannot be asked").caused_by(error))?;
    let answer = sandbox.answer(&request);
    if answer.status() == StatusCode::NOT_FOUND {
        return Err(Error::new(Kind::NotFound, "the store has no such customer"));
    }
    serde_json::from_slice(answer.body()).map_err(|error| {
        Error::unexpected(format!("the sandbox answers {} to {path}", answer.status()))
            .caused_by(error)
    })
}

/// A store that is made up again, and the data of its pages.
pub(super) struct DemoStore {
    sandbox: Sandbox,
    link: Link,
    taken: Arc<Taken>,
    objects: Option<Value>,
}

/// Takes the data of a page instead of rendering it.
#[derive(Default)]
struct Taken(Mutex<Option<(String, Value, String)>>);

impl Pages for Taken {
    fn render(&self, page: &PageRequest<'_>) -> std::result::Result<RenderedPage, PageError> {
        let found = (
            page.template.to_owned(),
            page.context.clone(),
            page.portal_path.to_owned(),
        );
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(RenderedPage::html(String::new()))
    }
}

impl DemoStore {
    pub(super) fn new(clock: Clock, customer: Option<u64>) -> Result<Self> {
        let taken = Arc::new(Taken::default());
        let state = State::seeded(&Seed::demo(), clock());
        let sandbox = Sandbox::new(state, clock).rendering(Arc::<Taken>::clone(&taken));
        let customer = match customer {
            Some(customer) => customer,
            None => first(&sandbox)?,
        };
        let link = link(&sandbox, customer)?;
        Ok(Self {
            sandbox,
            link,
            taken,
            objects: None,
        })
    }

    /// The data of the page of a template; `None` where the store has none.
    pub(super) fn page(&mut self, template: &str, token: &str) -> Result<Option<PageData>> {
        let Some(path) = self.path(template)? else {
            return Ok(None);
        };
        self.get(&path)?;
        let taken = self
            .taken
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some((_, context, portal_path)) = taken.filter(|(found, ..)| found == template) else {
            return Ok(None);
        };
        // The token is another one each time.
        let context = context.to_string().replace(&self.link.token, token);
        let mut variables: Map<String, Value> = serde_json::from_str(&context)
            .map_err(|error| Error::unexpected("the data of a page").caused_by(error))?;
        variables.retain(|name, _| url_name(name).is_none_or(|url| !url.is_variable()));
        Ok(Some(PageData {
            variables: Value::Object(variables),
            portal_path,
        }))
    }

    /// The path of a template's page, with ids of what the customer has.
    fn path(&mut self, template: &str) -> Result<Option<String>> {
        if template == SWAP_SEARCH.0 {
            let url = URL_NAMES.iter().find(|url| url.name == SWAP_SEARCH.1);
            let id = self.objects()?.pointer("/subscriptions/0/id");
            return Ok(id
                .zip(url)
                .map(|(id, url)| url.path.replace("{}", &id.to_string())));
        }
        let Some(route) = route(template) else {
            // Anything that is not there shows this page.
            return Ok((template == "404.html").then(|| "/absent".to_owned()));
        };
        let mut path = route.path.to_owned();
        for parameter in route.path_parameters {
            let Some(id) = self.id(route, parameter.name)? else {
                return Ok(None);
            };
            path = path.replace(&format!("{{{}}}", parameter.name), &id);
        }
        let asked = route
            .query
            .iter()
            .find(|parameter| parameter.name.ends_with("_product_id"));
        if let Some(parameter) = asked {
            let objects = self.objects()?;
            let product = objects
                .pointer("/products/0")
                .and_then(|product| product.get(parameter.name));
            if let Some(product) = product {
                let product = product
                    .as_str()
                    .map_or_else(|| product.to_string(), str::to_owned);
                path = format!("{path}?{}={product}", parameter.name);
            }
        }
        Ok(Some(path))
    }

    /// The id of the first object that a path parameter can be. Its list has the
    /// name of the segment before it (`/orders/{id}`), of the resource that the
    /// route's twin works on (`/shipping/{id}` is an address), or of the parameter
    /// (`{strategy_id}`).
    fn id(&mut self, route: &Operation, parameter: &str) -> Result<Option<String>> {
        let path_parameter = format!("/{{{parameter}}}");
        let before = route.path.split(&path_parameter).next().unwrap_or_default();
        let segment = before.rsplit('/').next().unwrap_or_default();
        let twin = route.twin.and_then(|twin| twin.admin);
        let resource = twin.and_then(|id| id.split('.').next()).unwrap_or_default();
        let names = match parameter.strip_suffix("_id") {
            Some(stem) => vec![stem],
            None => vec![segment, resource],
        };
        let objects = self.objects()?;
        let lists = names
            .iter()
            .flat_map(|name| [(*name).to_owned(), plural(name)]);
        let ids = lists.flat_map(|list| {
            let keys = request_objects::KEYS.iter();
            keys.filter(move |key| key.name == list || key.name.ends_with(&format!("_{list}")))
        });
        let mut ids = ids.filter_map(|key| objects.get(key.name)?.get(0)?.get("id"));
        Ok(ids.next().map(ToString::to_string))
    }

    /// A list of everything that the customer has.
    fn objects(&mut self) -> Result<&Value> {
        if self.objects.is_none() {
            let lists = request_objects::KEYS
                .iter()
                .filter(|key| key.answers == request_objects::KeyAnswer::List);
            let schema: Map<String, Value> = lists
                .filter(|key| key.instead.is_none())
                .map(|key| (key.name.to_owned(), Value::Array(Vec::new())))
                .collect();
            let schema = Value::Object(schema).to_string();
            let schema = utf8_percent_encode(&schema, NON_ALPHANUMERIC);
            let path = format!(
                "{}?{}={schema}",
                request_objects::GET.path,
                request_objects::SCHEMA.name
            );
            let body = self.get(&path)?;
            self.objects = serde_json::from_slice(&body).ok();
        }
        self.objects
            .as_ref()
            .ok_or_else(|| Error::unexpected("the store has no objects"))
    }

    fn get(&self, path: &str) -> Result<Bytes> {
        let request = Request::builder()
            .uri(self.link.url(path, false))
            .body(Bytes::new());
        let request = request
            .map_err(|error| Error::unexpected("the sandbox cannot be asked").caused_by(error))?;
        Ok(self.sandbox.answer(&request).into_body())
    }
}

/// The name of a list of objects.
fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if name.ends_with('s') => format!("{name}es"),
        None => format!("{name}s"),
    }
}

/// The customer who is shown where none is named.
pub(super) fn first(sandbox: &Sandbox) -> Result<u64> {
    let customers = customers(sandbox)?;
    customers
        .first()
        .map(|(id, _)| *id)
        .ok_or_else(|| Error::unexpected("the store has no customers"))
}
