//! The decision to try again, outcome by outcome.

use super::*;

const BUDGET: Budget = Budget {
    retries: 5,
    unmet: 2,
    time: Duration::from_secs(60),
};

const BEGUN: Spent = Spent {
    retries: 0,
    time: Duration::ZERO,
};

const ALL: [Idempotency; 3] = [
    Idempotency::Idempotent,
    Idempotency::RejectsRepeat,
    Idempotency::NotIdempotent,
];

fn repeated(outcome: Outcome, again: Idempotency) -> bool {
    decide(BEGUN, outcome, again, BUDGET, None, 0.5) != Verdict::Done
}

#[test]
fn what_may_be_done_twice_is_repeated_after_any_trouble() {
    for status in [408, 409, 425, 429, 500, 502, 503, 504, 520, 599] {
        assert!(
            repeated(Outcome::Answered(status), Idempotency::Idempotent),
            "{status}"
        );
    }
    for outcome in [
        Outcome::Lost,
        Outcome::NotSent,
        Outcome::Broken(200),
        Outcome::Broken(502),
    ] {
        assert!(repeated(outcome, Idempotency::Idempotent), "{outcome:?}");
    }
}

#[test]
fn what_is_set_wrong_is_told_at_once() {
    for again in ALL {
        assert!(!repeated(Outcome::Barred, again));
    }
}

#[test]
fn anything_is_repeated_that_was_certainly_not_taken() {
    for again in ALL {
        for outcome in [
            Outcome::NotSent,
            Outcome::Answered(409),
            Outcome::Answered(429),
            Outcome::Broken(409),
            Outcome::Broken(429),
        ] {
            assert!(repeated(outcome, again), "{outcome:?} {again:?}");
        }
    }
}

#[test]
fn what_may_not_be_done_twice_is_not_repeated_when_it_may_have_been_taken() {
    for again in [Idempotency::RejectsRepeat, Idempotency::NotIdempotent] {
        for status in [408, 425, 500, 502, 503, 504] {
            assert!(!repeated(Outcome::Answered(status), again), "{status}");
            assert!(!repeated(Outcome::Broken(status), again), "{status}");
        }
        assert!(!repeated(Outcome::Lost, again));
        assert!(!repeated(Outcome::Broken(201), again));
    }
}

#[test]
fn answers_that_will_not_change_are_taken() {
    for again in ALL {
        for status in [
            200, 201, 204, 301, 400, 401, 402, 403, 404, 415, 422, 426, 501,
        ] {
            assert!(!repeated(Outcome::Answered(status), again), "{status}");
        }
    }
}

#[test]
fn ceilings_double_up_to_eight_seconds_and_waits_lie_anywhere_below() {
    let wait = |retries, jitter| {
        let spent = Spent { retries, ..BEGUN };
        let budget = Budget {
            retries: 8,
            ..BUDGET
        };
        match decide(
            spent,
            Outcome::Lost,
            Idempotency::Idempotent,
            budget,
            None,
            jitter,
        ) {
            Verdict::Again(wait) => wait.span.as_millis(),
            Verdict::Done => u128::MAX,
        }
    };
    let ceilings: Vec<u128> = (0..8).map(|retries| wait(retries, 1.0)).collect();
    assert_eq!(ceilings, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    assert_eq!(wait(3, 0.0), 0);
    assert_eq!(wait(3, 0.5), 1000);
}

#[test]
fn a_budget_ends_by_count_and_by_time() {
    let ends = |retries, seconds, budget| {
        let time = Duration::from_secs(seconds);
        let spent = Spent { retries, time };
        decide(
            spent,
            Outcome::NotSent,
            Idempotency::NotIdempotent,
            budget,
            None,
            1.0,
        ) == Verdict::Done
    };
    assert!(!ends(4, 0, BUDGET));
    assert!(ends(5, 0, BUDGET));
    assert!(!ends(0, 59, BUDGET));
    assert!(ends(0, 60, BUDGET));
    let none = Budget {
        retries: 0,
        ..BUDGET
    };
    assert!(ends(0, 0, none));
}

const fn asked(span: Duration) -> Wait {
    let why = Why::Asked;
    Wait { span, why }
}

#[test]
fn the_wait_that_the_api_asks_for_is_kept_or_not_begun() {
    let decided = |seconds| {
        let wish = asked(Duration::from_secs(seconds));
        let busy = Outcome::Answered(429);
        decide(
            BEGUN,
            busy,
            Idempotency::NotIdempotent,
            BUDGET,
            Some(wish),
            0.1,
        )
    };
    let seven = asked(Duration::from_secs(7));
    assert_eq!(decided(7), Verdict::Again(seven));
    assert_eq!(decided(61), Verdict::Done);
    assert_eq!(decided(u64::MAX), Verdict::Done);
}

#[test]
fn an_asked_wait_of_nothing_does_not_remove_the_backoff() {
    for retries in 0..5 {
        let spent = Spent { retries, ..BEGUN };
        let wish = Some(asked(Duration::ZERO));
        let busy = Outcome::Answered(503);
        let decided = |wish| decide(spent, busy, Idempotency::Idempotent, BUDGET, wish, 0.7);
        assert_eq!(decided(wish), decided(None));
        assert_ne!(decided(wish), Verdict::Done);
    }
}

#[test]
fn the_largest_times_do_not_overflow() {
    for time in [0, 1, 60, u64::MAX] {
        let spent = Spent {
            retries: 0,
            time: Duration::from_secs(time),
        };
        for limit in [Duration::ZERO, Duration::from_secs(60), Duration::MAX] {
            let budget = Budget {
                time: limit,
                ..BUDGET
            };
            for outcome in [Outcome::Answered(429), Outcome::Answered(503)] {
                let wish = Some(asked(Duration::MAX));
                let verdict = decide(spent, outcome, Idempotency::Idempotent, budget, wish, 1.0);
                assert_eq!(verdict == Verdict::Done, limit < Duration::MAX);
            }
        }
    }
}

#[test]
fn an_address_that_never_answered_is_given_up_sooner() {
    assert_eq!(BUDGET.of_unmet().retries, 2);
    let one = Budget {
        retries: 1,
        ..BUDGET
    };
    assert_eq!(one.of_unmet().retries, 1);
}

#[test]
fn outcome_follows_from_what_came_and_from_what_may_have_left() {
    let failed = |not_sent, hint: Option<&str>, status| {
        Outcome::of(&Err(Failure {
            not_sent,
            hint: hint.map(str::to_owned),
            status,
            reason: "x".to_owned(),
        }))
    };
    let hint = Some("check the proxy");
    assert_eq!(failed(true, hint, None), Outcome::Barred);
    assert_eq!(failed(true, None, None), Outcome::NotSent);
    assert_eq!(failed(false, hint, None), Outcome::Lost);
    assert_eq!(failed(false, None, None), Outcome::Lost);
    assert_eq!(failed(false, None, Some(502)), Outcome::Broken(502));
    let answer = http::Response::new(Bytes::new());
    assert_eq!(Outcome::of(&Ok(answer)), Outcome::Answered(200));
}

#[test]
fn backoff_that_is_as_long_as_the_least_wait_keeps_its_own_reason() {
    let quarter = Duration::from_millis(250);
    let verdict = |least| {
        decide(
            BEGUN,
            Outcome::NotSent,
            Idempotency::Idempotent,
            BUDGET,
            Some(asked(least)),
            1.0,
        )
    };
    let own = Wait {
        span: quarter,
        why: Why::Failed,
    };
    assert_eq!(verdict(quarter), Verdict::Again(own));
    let longer = Duration::from_millis(251);
    assert_eq!(verdict(longer), Verdict::Again(asked(longer)));
}
