//! The model of the bucket, held against a bucket that leaks for real.

use super::*;

const MIDDLE: f64 = 0.5;

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn standard() -> Pace {
    Pace::new(Bucket::of("sk_test"))
}

fn told(used: u32) -> Level {
    Level { used, size: 40 }
}

#[test]
fn a_level_is_read_as_the_api_writes_it() {
    assert_eq!(Level::parse("39/40"), Some(told(39)));
    for wrong in ["", "39", "39/0", "a/40", "/"] {
        assert_eq!(Level::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn forty_go_at_once_and_then_two_a_second() {
    let mut pace = standard();
    for used in 1..=40 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
    }
    // From then on two places are left for others.
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err(), at(1.5));
    assert!(pace.admit(at(1.5), MIDDLE).is_ok());
    assert_eq!(pace.admit(at(1.5), MIDDLE).unwrap_err(), at(0.5));
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
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err(), at(4.5));
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
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err(), at(2.25));
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
        pace.admit(at(now), MIDDLE).unwrap_err().as_secs_f64()
    };
    assert!((wait(&mut pace, 0.0, None) - 5.0).abs() < 0.01);
    assert!((wait(&mut pace, 100.0, None) - 10.0).abs() < 0.01);
    assert!((wait(&mut pace, 200.0, None) - 20.0).abs() < 0.01);
    assert!((wait(&mut pace, 300.0, None) - 20.0).abs() < 0.01);
    // Unless the API says how long.
    assert!((wait(&mut pace, 400.0, Some(at(2.0))) - 2.0).abs() < 0.01);
}

#[test]
fn a_bucket_that_leaks_faster_is_asked_faster() {
    let mut pace = Pace::new(Bucket::of("sk_2x1_abc"));
    for used in 1..=40 {
        let ticket = pace.admit(at(0.0), MIDDLE).unwrap();
        pace.observe(&ticket, at(0.0), told(used), MIDDLE);
    }
    assert_eq!(pace.admit(at(0.0), MIDDLE).unwrap_err(), at(0.75));
}
