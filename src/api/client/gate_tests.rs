//! The gate: what it learns from answers, and which waits it returns.

use super::*;

#[test]
fn a_wait_is_asked_for_in_seconds_or_as_a_moment() {
    let wait = |wanted: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("Retry-After", wanted.parse().unwrap());
        headers.insert("Date", "Wed, 21 Oct 2026 07:28:00 GMT".parse().unwrap());
        asked(&headers).map(|wait| wait.as_secs())
    };
    assert_eq!(wait("7"), Some(7));
    assert_eq!(wait("0"), Some(0));
    assert_eq!(wait("Wed, 21 Oct 2026 07:28:30 GMT"), Some(30));
    assert_eq!(wait("Wed, 21 Oct 2026 07:27:00 GMT"), Some(0));
    assert_eq!(wait("soon"), None);
    assert_eq!(wait("-1"), None);
    assert_eq!(wait(""), None);
    assert_eq!(wait("18446744073709551615"), Some(u64::MAX));
    assert_eq!(wait("99999999999999999999999"), Some(u64::MAX));
    assert_eq!(
        wait("Wed, 01 Dec 9999 23:59:59 GMT").unwrap() / 31_557_600,
        7972
    );
    assert_eq!(asked(&HeaderMap::new()), None);
}

/// A gate, and the clock that it goes by.
fn gate() -> (Gate, Arc<Mutex<Duration>>) {
    let clock = Arc::new(Mutex::new(Duration::ZERO));
    let elapsed = Arc::clone(&clock);
    let timing = Timing {
        sleep: Arc::new(|_| Box::pin(async {})),
        elapsed: Arc::new(move || *lock(&elapsed)),
    };
    let api = &crate::catalog::recharge::API;
    (Gate::new(timing, api, &"sk_test".into()), clock)
}

/// Lets a request through.
fn passed(gate: &Gate) -> Pass<'_> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let mut clock = RequestClock::new(Duration::from_secs(60));
    let pass = runtime.unwrap().block_on(gate.pass(&mut clock));
    pass.unwrap_or_else(|overdue| panic!("{overdue:?}"))
}

fn broken(status: Option<u16>) -> Result<Response<Bytes>, Failure> {
    Err(Failure {
        not_sent: false,
        hint: None,
        status,
        reason: "the connection broke".to_owned(),
    })
}

fn level(text: &str) -> Response<Bytes> {
    let name = crate::catalog::recharge::API.rate.header();
    let answer = Response::builder().header(name, text);
    answer.body(Bytes::new()).unwrap()
}

#[test]
fn refusal_pauses_all_requests_also_when_its_answer_broke_off() {
    for (status, is_paused) in [(Some(429), true), (Some(503), false), (None, false)] {
        let (gate, _) = gate();
        passed(&gate).learn(&broken(status));
        let wait = gate.least_wait(None);
        assert_eq!(
            wait.map(|wait| wait.why),
            is_paused.then_some(Why::Refused),
            "{status:?}"
        );
    }
}

#[test]
fn least_wait_is_the_longer_one_of_what_is_asked_and_what_is_held() {
    let (gate, _) = gate();
    let asked = |span| {
        let why = Why::Asked;
        Some(Wait { span, why })
    };
    let second = Duration::from_secs(1);
    assert_eq!(gate.least_wait(None), None);
    assert_eq!(gate.least_wait(Some(second)), asked(second));
    passed(&gate).learn(&broken(Some(429)));
    let held = gate.least_wait(None);
    let span = held.unwrap().span;
    assert!(span > second, "{span:?}");
    assert_eq!(gate.least_wait(Some(second)), held);
    assert_eq!(gate.least_wait(Some(span)), asked(span));
    assert_eq!(gate.least_wait(Some(span * 2)), asked(span * 2));
}

#[test]
fn fill_is_what_the_last_answer_states() {
    let (gate, _) = gate();
    assert_eq!(gate.fill(), None);
    passed(&gate).learn(&Ok(level("7/40")));
    assert_eq!(gate.fill(), Some(Level { used: 7, size: 40 }));
}

#[test]
fn request_whose_answer_is_not_waited_for_leaks_like_an_answered_one() {
    let (gate, clock) = gate();
    passed(&gate).learn(&Ok(level("1/40")));
    *lock(&clock) = Duration::from_secs(10);
    let pass = passed(&gate);
    *lock(&clock) = Duration::from_secs(20);
    assert_eq!(gate.fill(), Some(Level { used: 1, size: 40 }));
    drop(pass);
    *lock(&clock) = Duration::from_secs(30);
    assert_eq!(gate.fill(), Some(Level { used: 0, size: 40 }));
}

#[derive(Default)]
struct Activities(Mutex<Vec<Option<String>>>);

impl Observer for Activities {
    fn notice(&self, _: &Notice) {}

    fn activity(&self, activity: Option<&str>) {
        lock(&self.0).push(activity.map(str::to_owned));
    }
}

#[test]
fn observer_hears_what_the_client_does() {
    let (mut gate, _) = gate();
    // Without an observer there is no one to tell.
    gate.activity(Some("waiting"));
    let observer = Arc::new(Activities::default());
    gate.observed(Arc::clone(&observer) as Arc<dyn Observer>);
    gate.activity(Some("sending"));
    gate.activity(None);
    assert_eq!(*lock(&observer.0), [Some("sending".to_owned()), None]);
}
