//! The model of the bucket, compared with a bucket that leaks for real.

use super::*;

const MIDDLE: f64 = 0.5;

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn standard() -> Pace {
    Pace::new(crate::catalog::recharge::bucket("sk_test"))
}

fn told(used: u32) -> Level {
    Level { used, size: 40 }
}

#[test]
fn forty_go_at_once_and_then_two_a_second() {
    let mut pace = standard();
    for used in 1..=40 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
    }
    // From then on two places are left for others.
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err().span, at(1.5));
    assert!(pace.admit(at(1.5), MIDDLE).is_ok());
    assert_eq!(pace.admit(at(1.5), MIDDLE).unwrap_err().span, at(0.5));
}

#[test]
fn a_server_without_a_bucket_is_never_waited_for() {
    let mut silent = standard();
    let mut steady = standard();
    for _ in 0..1000 {
        silent.admit(at(0.0), MIDDLE).unwrap();
        silent.settle(at(0.0));
        let ticket = steady.admit(at(0.0), MIDDLE).unwrap();
        steady.observe(&ticket, at(0.0), told(1), MIDDLE);
    }
}

#[test]
fn what_is_under_way_is_counted_before_it_is_answered() {
    let mut pace = standard();
    let first = pace.admit(at(0.0), MIDDLE).unwrap();
    pace.observe(&first, at(0.0), told(1), MIDDLE);
    for _ in 2..=40 {
        pace.admit(at(0.0), MIDDLE).unwrap();
    }
    assert!(pace.admit(at(0.0), MIDDLE).is_err());
}

/// An answer that comes late knows nothing of what was sent after it.
#[test]
fn a_late_answer_does_not_empty_the_bucket() {
    let mut pace = standard();
    let late = pace.admit(at(0.0), MIDDLE).unwrap();
    for used in 2..=40 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
    }
    pace.observe(&late, at(0.0), told(1), MIDDLE);
    assert!(pace.admit(at(0.0), MIDDLE).is_err());
}

#[test]
fn an_answer_corrects_a_model_that_is_too_full() {
    let mut pace = standard();
    for _ in 0..39 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(40), MIDDLE);
        pace.shared_until = Duration::ZERO;
        pace.level = 0.0;
        pace.turn = Duration::ZERO;
    }
    let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
    pace.level = 39.0;
    pace.observe(&ticket, at(0.0), told(3), MIDDLE);
    assert!((pace.level - 3.0).abs() < 0.01, "{}", pace.level);
}

#[test]
fn others_are_noticed_and_left_room_for() {
    let mut pace = standard();
    let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
    pace.observe(&ticket, at(0.0), told(26), MIDDLE);
    // Three beyond three fifths: nine times the half second of one request.
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err().span, at(4.5));
    // Those who wait alike do not come back together.
    pace.observe(
        &Ticket {
            number: 1,
            unanswered: 0,
            level: 1.0,
        },
        at(0.0),
        told(26),
        0.0,
    );
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err().span, at(2.25));
    // Who hears of others no more is alone again.
    let ticket = pace.admit(at(30.0), MIDDLE).unwrap();
    pace.observe(&ticket, at(30.0), told(1), MIDDLE);
    assert!(!pace.is_shared(at(30.0)));
}

#[test]
fn a_refusal_holds_all_and_each_further_one_twice_as_long() {
    let mut pace = standard();
    let wait = |pace: &mut Pace, now: f64, asked| {
        pace.refused(at(now), Some(told(40)), asked, MIDDLE);
        pace.admit(at(now), MIDDLE).unwrap_err().span.as_secs_f64()
    };
    assert!((wait(&mut pace, 0.0, None) - 5.0).abs() < 0.01);
    assert!((wait(&mut pace, 100.0, None) - 10.0).abs() < 0.01);
    assert!((wait(&mut pace, 200.0, None) - 20.0).abs() < 0.01);
    assert!((wait(&mut pace, 300.0, None) - 20.0).abs() < 0.01);
    // Unless the API says how long; a first time that may be short.
    assert!((wait(&mut pace, 400.0, Some(at(12.0))) - 12.0).abs() < 0.01);
    assert!((wait(&mut standard(), 0.0, Some(at(2.5))) - 2.5).abs() < 0.01);
}

#[test]
fn a_bucket_that_leaks_faster_is_asked_faster() {
    let mut pace = Pace::new(crate::catalog::recharge::bucket("sk_2x1_abc"));
    for used in 1..=40 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
    }
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err().span, at(0.75));
}

/// Each of these waits is for a request that may leave, sooner or later.
fn waits(pace: &mut Pace, now: f64) -> Option<Wait> {
    pace.admit(at(now), MIDDLE).err()
}

#[test]
fn a_refusal_with_room_in_the_bucket_is_a_short_pause_and_fills_nothing() {
    for size in [40, 400, 10_200] {
        let mut pace = standard();
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), Level { used: 1, size }, MIDDLE);
        for (time, jitter, wait) in [(0.0, 0.0, 2.0), (10.0, 1.0, 2.2), (20.0, 0.0, 4.0)] {
            pace.admit(at(time), MIDDLE).unwrap();
            pace.refused(at(time), Some(Level { used: 1, size }), None, jitter);
            assert_eq!(
                waits(&mut pace, time).unwrap(),
                Wait {
                    span: at(wait),
                    why: Why::Refused
                }
            );
            assert_eq!(waits(&mut pace, time + wait), None);
        }
        // It is no longer than that, however often it happens.
        for time in 3..30 {
            let now = f64::from(time) * 10.0;
            pace.refused(at(now), Some(Level { used: 1, size }), None, 1.0);
            assert!(waits(&mut pace, now).unwrap().span <= at(8.9));
        }
    }
}

#[test]
fn requests_that_are_refused_together_are_one_refusal() {
    let mut pace = standard();
    for _ in 0..8 {
        pace.admit(at(0.0), MIDDLE).unwrap();
    }
    for _ in 0..8 {
        pace.refused(at(0.1), Some(told(8)), None, 0.0);
    }
    assert_eq!(waits(&mut pace, 0.1).unwrap().span, at(2.0));
}

#[test]
fn an_asked_pause_is_never_shorter_than_the_backoff_nor_longer_than_a_day() {
    for used in [1, 40] {
        for (asked, wait, why) in [
            (0, 2.0, Why::Refused),
            (1, 2.0, Why::Refused),
            (600, 600.0, Why::Asked),
            (u64::MAX, 86_400.0, Why::Asked),
        ] {
            let mut pace = standard();
            pace.admit(at(0.0), MIDDLE).unwrap();
            let asked = Some(Duration::from_secs(asked));
            pace.refused(at(5.0), Some(told(used)), asked, 0.0);
            let span = at(wait);
            assert_eq!(waits(&mut pace, 5.0), Some(Wait { span, why }));
        }
    }
}

#[test]
fn no_header_and_no_time_makes_a_wait_without_bound_or_an_overflow() {
    let sizes = [1, 2, 10, 40, 10_200, u32::MAX];
    for size in sizes {
        for used in [0, 1, size / 2, size - 1, size, u32::MAX] {
            for now in [Duration::ZERO, at(100.0), Duration::MAX / 2] {
                let mut pace = standard();
                let level = Level { used, size };
                let ticket = pace.admit(now, MIDDLE).unwrap();
                pace.observe(&ticket, now, level, 1.0);
                let wait = pace.wait(now).map_or(Duration::ZERO, |wait| wait.span);
                assert!(wait <= at(31.0), "{used}/{size}: {wait:?}");
                for asked in [None, Some(Duration::MAX)] {
                    pace.refused(now, Some(level), asked, 1.0);
                }
                pace.refused(Duration::MAX, Some(level), Some(Duration::MAX), 1.0);
                assert!(pace.wait(now).is_some());
            }
        }
    }
}

/// An empty bucket lets a request through, whatever size it is said to have.
#[test]
fn a_bucket_of_any_size_lets_requests_through() {
    for size in [1, 2, 3, 10, 40, u32::MAX] {
        let mut pace = standard();
        let mut now = 0.0;
        for _ in 0..100 {
            if let Some(wait) = waits(&mut pace, now) {
                now += wait.span.as_secs_f64();
            }
            let Ok(ticket) = pace.admit(at(now), MIDDLE) else {
                continue;
            };
            pace.observe(&ticket, at(now), Level { used: 0, size }, MIDDLE);
        }
        assert!(now < 200.0, "{size}: {now}");
    }
}

#[test]
fn a_leak_that_the_token_does_not_name_is_learned_and_forgotten_when_refused() {
    let mut pace = standard();
    let (mut level, mut now) = (0.0_f64, 0.0);
    let rate = 8.0;
    for _ in 0..400 {
        let ticket = loop {
            match pace.admit(at(now), MIDDLE) {
                Ok(ticket) => break ticket,
                Err(wait) => {
                    now += wait.span.as_secs_f64();
                    level = (level - wait.span.as_secs_f64() * rate).max(0.0);
                }
            }
        };
        now += 0.05;
        level = (level - 0.05 * rate).max(0.0) + 1.0;
        assert!(level <= 40.0, "{now}");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a level is small"
        )]
        let used = level.ceil() as u32;
        pace.observe(&ticket, at(now), told(used), MIDDLE);
    }
    assert!((6.0..=8.0).contains(&pace.bucket.leak), "{:?}", pace.bucket);
    pace.refused(at(now), Some(told(40)), None, MIDDLE);
    assert!((pace.bucket.leak - 2.0).abs() < 0.01);
}

/// A pace beside others, with that level and that many requests under way.
fn beside_others(level: f64, unanswered: u64) -> Pace {
    let mut pace = standard();
    pace.known = true;
    pace.shared_until = at(100.0);
    pace.level = level;
    pace.unanswered = unanswered;
    pace
}

#[test]
fn beside_others_one_request_is_under_way_once_a_tenth_is_used() {
    let hearing = Wait {
        span: HEARING,
        why: Why::Turn,
    };
    assert_eq!(waits(&mut beside_others(3.0, 1), 0.0), None);
    assert_eq!(waits(&mut beside_others(3.5, 1), 0.0), Some(hearing));
    assert_eq!(waits(&mut beside_others(20.0, 1), 0.0), Some(hearing));
    assert_eq!(waits(&mut beside_others(20.0, 0), 0.0), None);
    let mut alone = beside_others(20.0, 1);
    alone.shared_until = Duration::ZERO;
    assert_eq!(waits(&mut alone, 0.0), None);
    let mut unknown = beside_others(20.0, 1);
    unknown.known = false;
    assert_eq!(waits(&mut unknown, 0.0), None);
}

#[test]
fn request_that_finds_an_empty_bucket_stays_in_it_until_it_is_answered() {
    let mut pace = standard();
    let first = pace.admit(at(0.0), MIDDLE).unwrap();
    let second = pace.admit(at(60.0), MIDDLE).unwrap();
    assert_eq!((first.number, first.unanswered), (1, 0));
    assert_eq!((second.number, second.unanswered), (2, 1));
    assert!((pace.level - 2.0).abs() < 0.01, "{}", pace.level);
    pace.settle(at(60.0));
    pace.leak(at(60.5));
    assert!((pace.level - 1.0).abs() < 0.01, "{}", pace.level);
    // One that finds the bucket in use leaks like the rest.
    pace.admit(at(60.5), MIDDLE).unwrap();
    pace.leak(at(61.0));
    assert!((pace.level - 1.0).abs() < 0.01, "{}", pace.level);
}

#[test]
fn fill_is_unknown_until_an_answer_shows_a_bucket() {
    let mut pace = standard();
    let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
    assert_eq!(pace.fill(at(0.0)), None);
    pace.observe(&ticket, at(0.0), told(7), MIDDLE);
    assert_eq!(pace.fill(at(0.0)), Some(told(7)));
    // Half a request has leaked: the level is rounded up.
    assert_eq!(pace.fill(at(0.75)), Some(told(6)));
    assert_eq!(pace.fill(at(60.0)), Some(told(0)));
}

#[test]
fn longer_one_of_a_pause_and_a_turn_is_waited_for() {
    let waited = |held, turn| {
        let mut pace = standard();
        pace.known = true;
        pace.held = at(held);
        pace.turn = at(turn);
        pace.wait(at(0.0))
    };
    let wait = |span, why| {
        let span = at(span);
        Some(Wait { span, why })
    };
    assert_eq!(waited(0.0, 0.0), None);
    assert_eq!(waited(2.0, 0.0), wait(2.0, Why::Refused));
    assert_eq!(waited(0.0, 5.0), wait(5.0, Why::Turn));
    assert_eq!(waited(2.0, 5.0), wait(5.0, Why::Turn));
    assert_eq!(waited(5.0, 2.0), wait(5.0, Why::Refused));
    assert_eq!(waited(5.0, 5.0), wait(5.0, Why::Refused));
}

#[test]
fn others_are_noticed_when_an_answer_counts_more_than_rounding_explains() {
    for (level, used, is_shared) in [
        (1.0, 2, false),
        (1.5, 3, false),
        (1.5, 4, true),
        (10.0, 11, false),
        (10.0, 12, true),
    ] {
        let mut pace = standard();
        pace.level = level;
        let ticket = Ticket {
            number: 0,
            unanswered: 0,
            level: 0.0,
        };
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
        assert_eq!(pace.is_shared(at(0.0)), is_shared, "{level} {used}");
    }
}

#[test]
fn beside_others_what_is_under_way_comes_on_top_of_what_an_answer_counts() {
    let mut pace = standard();
    // Three of five were sent after this one; two of these have no answer yet.
    (pace.sent, pace.unanswered) = (5, 3);
    let ticket = Ticket {
        number: 2,
        unanswered: 0,
        level: 1.0,
    };
    pace.observe(&ticket, at(0.0), told(10), MIDDLE);
    assert!((pace.level - 12.0).abs() < 0.01, "{}", pace.level);
}

#[path = "pace_pause_tests.rs"]
mod pauses;
