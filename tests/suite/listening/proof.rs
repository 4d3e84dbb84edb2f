//! The proof that nothing is lost: a served sandbox is written to while its
//! answers fail, the receiver is killed and `rc` is killed. What the sandbox
//! itself posts to its webhooks is what `rc` must have delivered.
//!
//! The plain suite has a short form. The long one makes so many writes, which
//! another seed chooses otherwise:
//!
//! ```sh
//! RC_LISTEN_WRITES=1000 RC_LISTEN_SEED=7 cargo test --test suite listening::proof -- --nocapture
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use recharge_cli::catalog::{self, EventClass};
use serde_json::{Value, json};

use super::receiver::{Arrived, Receiver};
use crate::harness::{Outcome, Rc, Store, rc};
use crate::served::{Served, rc as rc_process};

/// Writes and kills of the short form.
const FEW_WRITES: u32 = 48;

/// Longer than everything together may take.
const PATIENCE: Duration = Duration::from_secs(1_500);

/// Nothing arrives, as the last writes changed nothing.
const QUIET: Duration = Duration::from_secs(10);

const FAULTS: &str = "429=2% 500=2% 503=1%,1s truncate=1% reset=2% seed=5";

fn number<T: std::str::FromStr>(variable: &str, usual: T) -> T {
    let asked = std::env::var(variable).ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(usual)
}

/// The topics of the first two classes, and those that are lossy.
fn topics(wanted: impl Fn(EventClass) -> bool) -> Vec<&'static str> {
    let feed = catalog::recharge::API.events.unwrap();
    let topics = feed.topics.iter().filter(|topic| wanted(topic.class));
    topics.map(|topic| topic.name).collect()
}

/// A store, and what listens to it.
struct Shop {
    served: Served,
    store: Store,
    /// What the sandbox posts to.
    webhooks: Receiver,
    /// What `rc` forwards to.
    program: Receiver,
    /// The token of the listener, with a rate limit of its own.
    token: String,
    rng: fastrand::Rng,
    tried: u32,
    made: u32,
}

impl Shop {
    fn open() -> Self {
        // The writes do not wait for a rate limit: they would fail, and tell nothing.
        // Faults limit the listener often enough.
        let served = Served::with(&["--topic-header", "--no-limit", "--customers", "40"]);
        let mut shop = Self {
            served,
            token: String::new(),
            store: Store::new(),
            webhooks: Receiver::start(),
            program: Receiver::start(),
            rng: fastrand::Rng::with_seed(number("RC_LISTEN_SEED", 23)),
            tried: 0,
            made: 0,
        };
        for topic in topics(|_| true) {
            let address = shop.webhooks.url();
            let line = format!("webhooks create --topic {topic} --address {address}");
            shop.there(rc(&line)).succeeds();
        }
        let token = shop.there(rc("sandbox token --jq .token -r")).succeeds();
        token.stdout.trim().clone_into(&mut shop.token);
        shop
    }

    fn there(&self, rc: Rc) -> Rc {
        rc.holding(&self.store).against(&self.served.url)
    }

    fn ask(&self, line: &str) -> Outcome {
        self.there(rc(line)).runs()
    }

    fn one(&mut self, list: &str) -> String {
        let outcome = self.ask(&format!("{list} --jq .id --max-retries 9"));
        let ids: Vec<&str> = outcome.stdout.lines().collect();
        match ids.len() {
            0 => "1".to_owned(),
            number => ids[self.rng.usize(..number)].to_owned(),
        }
    }

    /// Makes a write. One that is refused, or of which it is not known whether it
    /// came about, does not count.
    fn write(&mut self) {
        self.tried += 1;
        let made = self.tried;
        let active = "subscriptions list --status active -n 30";
        let number = self.rng.u32(1..9);
        let line = match self.rng.u32(..12) {
            0 => {
                format!("customers create --email p{made}@example.com --first-name A --last-name B")
            }
            1 | 2 => {
                let id = self.one("customers list -n 20");
                format!("customers update {id} --first-name N{made}")
            }
            3..=6 => {
                let id = self.one(active);
                format!("subscriptions update {id} --quantity {number}")
            }
            7 => {
                let id = self.one("addresses list -n 20");
                format!("addresses update {id} --address2 Floor{made}")
            }
            8 => {
                let id = self.one(active);
                format!("subscriptions cancel {id} --cancellation-reason test --yes")
            }
            9 => {
                let id = self.one("subscriptions list --status cancelled -n 20");
                format!("subscriptions activate {id}")
            }
            10 => {
                let id = self.one("charges list --status queued -n 20");
                format!("charges skip {id}")
            }
            _ => {
                let id = self.one("charges list --status queued -n 20");
                format!("charges process {id} --yes")
            }
        };
        self.made += u32::from(self.ask(&line).code == 0);
    }

    fn listen(&self, flags: &[&str]) -> std::process::Command {
        let url = self.program.url();
        let mut command = rc_process(&["webhooks", "listen", "--forward-to", &url]);
        command
            .args(["--topic-header", "-o", "ndjson"])
            .args(flags)
            .env("RECHARGE_BASE_URL", &self.served.url)
            .env("RECHARGE_ACCESS_TOKEN", &self.token)
            .env("RECHARGE_CLIENT_SECRET", "of the shop")
            .env("RECHARGE_STATE_DIR", self.store.path().join("state"))
            .env("RECHARGE_CONFIG_DIR", self.store.path().join("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn newest_event(&self) -> i64 {
        let told = self.there(rc("events list -n 1 --jq .id -r")).succeeds();
        told.stdout.trim().parse().unwrap()
    }

    /// Waits until the sandbox has posted everything.
    fn settle(&self) {
        let begun = Instant::now();
        loop {
            let told = self.there(rc("sandbox deliveries -o json")).succeeds();
            let told: Value = serde_json::from_str(&told.stdout).unwrap();
            if told["waiting"] == 0 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{told}");
            std::thread::yield_now();
        }
    }
}

/// Lets a process run for a while and kills it; whether it was at work.
fn killed(mut command: std::process::Command, span: Duration) -> bool {
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while begun.elapsed() < span {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

/// What is not compared, as no event tells it: every change sets the one, and the
/// other says that the store is still at work on the charge.
const NOT_COMPARED: &[&str] = &["updated_at", "has_uncommitted_changes"];

fn comparable(arrived: &Arrived) -> String {
    let mut body = arrived.json();
    for (_, object) in body.as_object_mut().unwrap() {
        for field in NOT_COMPARED {
            if let Some(value) = object.get_mut(*field) {
                *value = Value::Null;
            }
        }
    }
    body.to_string()
}

/// The fields in which two messages differ.
fn difference(topic: &str, theirs: &Arrived, ours: &Arrived) -> Value {
    let fields = |one: &Arrived| {
        one.json()
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .clone()
    };
    let (theirs, form, ours) = (fields(theirs), ours.header("X-Rc-Body"), fields(ours));
    let names = theirs.as_object().unwrap().keys();
    let differ: Vec<Value> = names
        .filter(|name| !NOT_COMPARED.contains(&name.as_str()) && theirs[*name] != ours[*name])
        .map(|name| json!([name, theirs[name], ours[name]]))
        .collect();
    json!([topic, form, differ])
}

type ByObject = BTreeMap<(String, u64), Vec<Arrived>>;

fn by_object(arrived: &[Arrived]) -> ByObject {
    let mut found = ByObject::new();
    for one in arrived {
        let key = (one.header("X-Recharge-Topic").to_owned(), one.object());
        found.entry(key).or_default().push(one.clone());
    }
    found
}

#[test]
fn every_message_of_the_store_is_delivered_in_order_whatever_is_killed() {
    let writes = number("RC_LISTEN_WRITES", FEW_WRITES);
    let kills = if writes >= 1_000 { 20 } else { 2 };
    let mut shop = Shop::open();
    let first = shop.listen(&["--once"]).status().unwrap();
    assert!(first.success());
    let every = writes / (2 * kills);
    let (mut rc_kills, mut receiver_kills) = (0, 0);
    shop.ask(&format!("sandbox faults set '{FAULTS}'"));
    while shop.made < writes {
        let until = shop.made + every;
        while shop.made < until {
            shop.write();
            assert!(
                shop.tried < 4 * writes,
                "{} of {} writes",
                shop.made,
                shop.tried
            );
        }
        let command = shop.listen(&["--every", "1s"]);
        if shop.made.is_multiple_of(2 * every) {
            let span = Duration::from_millis(shop.rng.u64(60..900));
            rc_kills += u32::from(killed(command, span));
        } else {
            // Something arrives, and the program ends before it answers.
            shop.program.answer(1);
            let mut command = command;
            let mut child = command.spawn().unwrap();
            let before = shop.program.arrived().len();
            let begun = Instant::now();
            while shop.program.arrived().len() == before && begun.elapsed() < QUIET {
                std::thread::yield_now();
            }
            shop.program.kill();
            receiver_kills += 1;
            shop.program.answer(200);
            shop.program.restart();
            let left = shop.program.arrived().len();
            while shop.program.arrived().len() == left && begun.elapsed() < QUIET {
                std::thread::yield_now();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            rc_kills += 1;
        }
        if shop.made == every * kills {
            // No one listens for an hour.
            shop.ask("sandbox clock advance 1h");
        }
    }
    shop.ask("sandbox faults off");
    shop.settle();
    // The store may be at work still, on charges: what comes later is new.
    let newest = shop.newest_event();
    assert!(shop.listen(&["--once"]).status().unwrap().success());
    let delivered = shop.program.arrived().len();
    // A restart delivers nothing again.
    assert!(shop.listen(&["--once"]).status().unwrap().success());
    for one in &shop.program.arrived()[delivered..] {
        let event: i64 = one.header("X-Rc-Event").parse().unwrap();
        let topic = one.header("X-Recharge-Topic");
        let before = shop.program.arrived().iter().take(delivered).any(|it| {
            it.header("X-Rc-Event") == one.header("X-Rc-Event")
                && it.header("X-Recharge-Topic") == topic
        });
        assert!(
            event > newest,
            "{topic} of event {event}, of which all until {newest} was delivered; {before}"
        );
    }
    shop.settle();
    judge(&shop, rc_kills + receiver_kills);
}

fn judge(shop: &Shop, kills: u32) {
    let arrived = shop.program.arrived();
    let mut seen = HashSet::new();
    let mut repeated = 0;
    let mut once = Vec::new();
    for one in &arrived {
        if seen.insert(one.header("X-Rc-Delivery").to_owned()) {
            once.push(one.clone());
        } else {
            repeated += 1;
            assert_ne!(one.header("X-Rc-Attempt"), "1", "a repetition is marked");
        }
    }
    assert!(repeated <= kills, "{repeated} repetitions, {kills} kills");
    let mut last: HashMap<u64, i64> = HashMap::new();
    for one in &once {
        let event: i64 = one.header("X-Rc-Event").parse().unwrap();
        let before = last.insert(one.object(), event).unwrap_or_default();
        assert!(
            before <= event,
            "{} of {}: {before} before {event}",
            one.object(),
            one.header("X-Recharge-Topic")
        );
    }
    let (posted, forwarded) = (by_object(&shop.webhooks.arrived()), by_object(&once));
    let sure = topics(|class| class != EventClass::Lossy);
    let mut wrong = Vec::new();
    let keys: HashSet<_> = posted.keys().chain(forwarded.keys()).collect();
    for key in keys {
        let count = |of: &ByObject| of.get(key).map_or(0, Vec::len);
        let (wanted, got) = (count(&posted), count(&forwarded));
        if sure.contains(&key.0.as_str()) && wanted != got {
            wrong.push(format!("{key:?}: {wanted} posted, {got} delivered"));
        }
    }
    let (mut updated, mut same, mut as_of) = (0, 0, 0);
    let mut differing = Vec::new();
    for (key, messages) in &posted {
        if !key.0.ends_with("/updated") {
            continue;
        }
        let ours = forwarded.get(key).map_or(&[][..], Vec::as_slice);
        for (theirs, ours) in messages.iter().zip(ours) {
            updated += 1;
            as_of += u32::from(ours.header("X-Rc-Body") == "as-of");
            if comparable(theirs) == comparable(ours) {
                same += 1;
            } else {
                differing.push(difference(&key.0, theirs, ours));
            }
        }
    }
    let report = format!(
        "{} writes, {kills} kills: {} posted, {} delivered, {repeated} twice; \
         of {updated} updates {as_of} as of the event, {same} equal\n",
        shop.made,
        shop.webhooks.arrived().len(),
        once.len(),
    );
    // Past what a test keeps for itself: it is what the long form is for.
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert!(wrong.is_empty(), "{report}{}", wrong.join("\n"));
    assert!(updated > shop.made / 4, "{report}");
    // Of few writes one or two weigh more.
    let least = if shop.made >= 1_000 { 97 } else { 95 };
    let enough = |count: u32| count * 100 >= updated * least;
    assert!(enough(as_of) && enough(same), "{report}{differing:?}");
}
