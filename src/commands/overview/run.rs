//! `rc customers overview`, from the word to the screen.

use futures_util::future::try_join_all;
use serde_json::{Map, Value};

use super::screen;
use crate::api::client::Client;
use crate::api::request::{self, GivenValue, Now, Values};
use crate::api::response::{Envelope, Wanted};
use crate::catalog::recharge::{addresses, charges, customers, orders, subscriptions};
use crate::catalog::{Operation, ParameterRole};
use crate::cli::Options;
use crate::commands::call::{find, rehearse};
use crate::error::{Error, Result};
use crate::output::{Format, Shape};
use crate::ui::Run;
use crate::ui::printer::{Described, Printer, style};

/// Records of the short lists.
const FEW: u32 = 5;

/// A list of the overview.
struct Part {
    key: &'static str,
    list: &'static Operation,
    /// Filters beside that of the customer.
    filters: &'static [(&'static str, &'static str)],
    sort: &'static str,
    most: Option<u32>,
}

/// The lists, in the order in which they are shown.
static PARTS: [Part; 5] = [
    Part {
        key: addresses::RESOURCE.name,
        list: &addresses::LIST,
        filters: &[],
        sort: "id-desc",
        most: None,
    },
    Part {
        key: subscriptions::RESOURCE.name,
        list: &subscriptions::LIST,
        filters: &[],
        sort: "id-desc",
        most: None,
    },
    Part {
        key: screen::NEXT_CHARGES,
        list: &charges::LIST,
        filters: &[("status", "queued")],
        sort: "scheduled_at-asc",
        most: Some(FEW),
    },
    Part {
        key: screen::LAST_ORDERS,
        list: &orders::LIST,
        filters: &[],
        sort: "id-desc",
        most: Some(FEW),
    },
    Part {
        key: screen::ERRORS,
        list: &charges::LIST,
        filters: &[("status", "error")],
        sort: "id-desc",
        most: None,
    },
];

/// The filter of each list for the customer.
const OF_CUSTOMER: &str = "customer_id";

/// Shows a customer.
pub(super) fn run(run: &mut Run, options: &Options, word: &str) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows what would be changed, and this command changes nothing",
        ));
    }
    let place = run.place(options)?;
    let printer = if is_screen(run, options) {
        None
    } else {
        let described = Described::default();
        Some(Printer::prepare(run, options, Shape::One, described)?)
    };
    let client = run.client(&place)?;
    (run.guard_interrupts)();
    let now = run.now(place.api);
    let overview = Run::wait(read(&client, word, &now))?;
    match printer {
        Some(mut printer) => {
            printer.record(&Value::Object(overview).to_string())?;
            printer.finish()?;
            Ok(())
        }
        None => run.print(&screen::draw(&overview)),
    }
}

/// Whether a person looks who asked for nothing else.
fn is_screen(run: &Run, options: &Options) -> bool {
    let asked = &options.output;
    let is_table = match asked.format {
        None => style(run, asked, options.colour).for_eyes(),
        Some(format) => format == Format::Table,
    };
    is_table && asked.jq.is_none() && asked.columns.is_none() && asked.out.is_none()
}

/// Reads the customer, then all lists side by side.
async fn read(client: &Client, word: &str, now: &Now) -> Result<Map<String, Value>> {
    let id = if find::is_not_an_id(&customers::GET, word) {
        find::id(client, &customers::RESOURCE, word, now).await?
    } else {
        word.to_owned()
    };
    let customer = rehearse::object(client, &customers::GET, &id, now).await?;
    let lists = PARTS.iter().map(|part| part.read(client, &id, now));
    let lists = try_join_all(lists).await?;
    let mut overview = Map::new();
    overview.insert(
        customers::RESOURCE.singular.to_owned(),
        Value::Object(customer),
    );
    let mut more = Vec::new();
    for (part, (records, is_cut)) in PARTS.iter().zip(lists) {
        if is_cut {
            more.push(Value::from(part.key));
        }
        overview.insert(part.key.to_owned(), Value::Array(records));
    }
    overview.insert(screen::MORE.to_owned(), Value::Array(more));
    Ok(overview)
}

impl Part {
    /// The records, and whether there are more than were asked for.
    async fn read(&self, client: &Client, id: &str, now: &Now) -> Result<(Vec<Value>, bool)> {
        let most = self.most.unwrap_or(client.api().maximum_page_size);
        let most = most.to_string();
        let mut given = vec![self.value(|name, _| name == OF_CUSTOMER, id)?];
        for (filter, value) in self.filters {
            given.push(self.value(|name, _| name == *filter, value)?);
        }
        given.push(self.value(|_, role| role == ParameterRole::Sort, self.sort)?);
        given.push(self.value(|_, role| role == ParameterRole::PageSize, &most)?);
        let values = Values {
            given,
            ..Values::default()
        };
        let request = request::fill(self.list, &[], &values, now)?;
        let wanted = Wanted::of(self.list.response);
        let envelope = Envelope::open(client.send(&request).await?, wanted)?;
        let records: std::result::Result<Vec<Value>, _> =
            envelope.records().map(serde_json::from_str).collect();
        let records = records.map_err(|error| {
            Error::unexpected(format!("the list of {} cannot be read", self.key)).caused_by(error)
        })?;
        Ok((records, envelope.facts.cursor.is_some()))
    }

    /// A value for the parameter of the list that fits.
    fn value(&self, fits: impl Fn(&str, ParameterRole) -> bool, word: &str) -> Result<GivenValue> {
        let mut query = self.list.query.iter();
        let parameter = query.find(|parameter| fits(parameter.name, parameter.role));
        let parameter = parameter
            .ok_or_else(|| Error::unexpected(format!("{} has no such filter", self.list.path)))?;
        Ok(GivenValue {
            parameter,
            words: vec![word.to_owned()],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request::check;

    #[test]
    fn lists_have_the_filters_that_the_overview_uses() {
        for part in &PARTS {
            let sort = part.value(|_, role| role == ParameterRole::Sort, part.sort);
            assert!(
                sort.unwrap().parameter.values.contains(&part.sort),
                "{}",
                part.key
            );
            part.value(|_, role| role == ParameterRole::PageSize, "5")
                .unwrap();
            part.value(|name, _| name == OF_CUSTOMER, "1").unwrap();
            for (filter, word) in part.filters {
                let value = part.value(|name, _| name == *filter, word).unwrap();
                assert_eq!(check(value.parameter, word), Ok(()));
            }
        }
    }
}
