//! Pauses after refusals and at the end of a window of time.

use super::*;

#[test]
fn window_without_room_lets_nothing_through_until_it_ends() {
    let mut pace = standard();
    pace.room = Some((1, at(10.0)));
    assert_eq!(waits(&mut pace, 0.0), None);
    let rest = |span| {
        let (span, why) = (at(span), Why::Asked);
        Some(Wait { span, why })
    };
    assert_eq!(waits(&mut pace, 0.0), rest(10.0));
    assert_eq!(waits(&mut pace, 9.0), rest(1.0));
    assert_eq!(waits(&mut pace, 10.0), None);
}

#[test]
fn smallest_number_that_is_left_counts_until_the_window_ends() {
    let mut pace = standard();
    let mut room = |now, left| {
        pace.window(at(now), left, at(10.0 - now));
        pace.room.map(|(room, _)| room)
    };
    assert_eq!(room(0.0, 5), Some(5));
    assert_eq!(room(1.0, 9), Some(5));
    assert_eq!(room(2.0, 4), Some(4));
    // The next window begins.
    pace.window(at(10.0), 9, at(10.0));
    assert_eq!(pace.room, Some((9, at(20.0))));
    pace.window(at(25.0), 12, at(5.0));
    assert_eq!(pace.room, Some((12, at(30.0))));
}

#[test]
fn window_that_is_used_up_is_a_pause() {
    let held = |left, unanswered| {
        let mut pace = standard();
        pace.unanswered = unanswered;
        pace.window(at(0.0), left, at(10.0));
        pace.hold(at(0.0))
    };
    let (span, why) = (at(10.0), Why::Asked);
    let pause = Some(Wait { span, why });
    assert_eq!(held(0, 0), pause);
    assert_eq!(held(1, 0), None);
    assert_eq!(held(1, 1), None);
    assert_eq!(held(1, 2), pause);
    assert_eq!(held(2, 2), None);
}

#[test]
fn reason_of_a_pause_stays_when_another_ends_with_it() {
    let mut pace = standard();
    pace.refused(at(0.0), Some(told(1)), None, 0.0);
    let (span, why) = (at(2.0), Why::Refused);
    assert_eq!(pace.hold(at(0.0)), Some(Wait { span, why }));
    pace.window(at(0.0), 0, at(2.0));
    assert_eq!(pace.hold(at(0.0)), Some(Wait { span, why }));

    let mut pace = standard();
    pace.refused(at(0.0), Some(told(1)), Some(at(2.0)), 0.0);
    let why = Why::Asked;
    assert_eq!(pace.hold(at(0.0)), Some(Wait { span, why }));
    pace.refused(at(0.0), Some(told(1)), None, 0.0);
    assert_eq!(pace.hold(at(0.0)), Some(Wait { span, why }));
}

#[test]
fn refusal_is_a_further_one_once_the_pause_is_over() {
    for (second, refusals) in [(1.9, 1), (2.0, 2), (2.1, 2)] {
        let mut pace = standard();
        pace.refused(at(0.0), Some(told(1)), None, 0.0);
        pace.refused(at(second), Some(told(1)), None, 0.0);
        assert_eq!(pace.refusals, refusals, "{second}");
    }
}

#[test]
fn first_refusal_in_a_pause_for_another_reason_counts_as_the_first() {
    let mut pace = standard();
    pace.window(at(0.0), 0, at(1.0));
    pace.refused(at(0.0), Some(told(40)), None, MIDDLE);
    let (span, why) = (at(5.0), Why::Refused);
    assert_eq!(pace.hold(at(0.0)), Some(Wait { span, why }));
    assert_eq!(pace.refusals, 1);
}

#[test]
fn pause_of_a_full_bucket_follows_its_leak_and_is_at_most_its_emptying() {
    let mut pace = standard();
    pace.bucket.leak = 4.0;
    for (doubled, jitter, seconds) in [
        (1.0, 0.5, 2.5),
        (1.0, 0.0, 1.25),
        (1.0, 1.0, 3.75),
        (2.0, 0.5, 5.0),
        (8.0, 0.5, 10.0),
    ] {
        assert_eq!(
            pace.until_there_is_room(doubled, jitter),
            at(seconds),
            "{doubled} {jitter}"
        );
    }
}
