//! Room on the stack: how deep a filter may recurse.
//!
//! jaq evaluates filters by recursion and has no limit of its own, so a filter
//! like `def f: f | f; f` would overflow the stack, which ends the process. Here
//! commands run on a thread with a large stack, and each step of a filter checks
//! how much of it is used. A step cannot return an error, so it unwinds to
//! anyone who catches it in [`within`]; a filter cannot catch that.

use std::cell::Cell;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};

/// Sizes of the stack, in bytes: the first that the system gives. The memory
/// is only taken where it is touched.
#[cfg(target_pointer_width = "64")]
const SIZES: &[usize] = &[1 << 30, 1 << 28, 1 << 26, 1 << 24];
#[cfg(not(target_pointer_width = "64"))]
const SIZES: &[usize] = &[1 << 26, 1 << 24];

/// The part of the stack that filters may use. The rest is for what has no
/// check: comparing, printing and dropping values that are nested deep.
const SHARE: usize = 4;

/// What a filter may use on a thread that was started elsewhere. The smallest
/// stack of a thread is 2 MiB.
const ELSEWHERE: usize = 1 << 20;

thread_local! {
    /// The lowest address that a filter may reach; 0 where it is not known.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Why a filter was unwound.
struct TooDeep;

/// Does work on a thread with a large stack.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // A thread that cannot be started drops what it was given, so the work is
    // lent.
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let lent = &take;
    let done = thread::scope(|scope| {
        SIZES.iter().find_map(|&size| {
            let work = move || {
                FLOOR.set(here().saturating_sub(size / SHARE));
                lent().map(|work| work())
            };
            let thread = thread::Builder::new().stack_size(size);
            let thread = thread.spawn_scoped(scope, work).ok()?;
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    });
    match (done, take()) {
        (Some(done), _) => done,
        (None, Some(work)) => work(),
        (None, None) => unreachable!("work that was taken was done, or has panicked"),
    }
}

/// An address of the present frame.
#[inline(never)]
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(black_box(&mark)).addr()
}

/// The lowest address that a filter which starts here may reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Floor(usize);

impl Floor {
    /// That of this thread.
    pub(super) fn here() -> Self {
        let floor = match FLOOR.get() {
            0 => here().saturating_sub(ELSEWHERE),
            floor => floor,
        };
        Self(floor)
    }

    /// Unwinds to [`within`] when the stack is used up to here.
    #[inline]
    pub(super) fn check(self) {
        if here() < self.0 {
            // No panic: nothing is printed, and no hook is called.
            resume_unwind(Box::new(TooDeep));
        }
    }
}

/// Runs a filter whose steps check the stack.
///
/// # Errors
/// What `filter` fails with, or that it recurses too deep.
pub(super) fn within<T>(filter: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing of an unwound filter is used again.
    match catch_unwind(AssertUnwindSafe(filter)) {
        Ok(result) => result,
        Err(cause) if cause.is::<TooDeep>() => {
            Err(Error::unexpected("the filter recurses too deep")
                .hint("does it call itself endlessly?"))
        }
        Err(cause) => resume_unwind(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_with_room_gives_its_result_and_its_panic() {
        assert_eq!(with_room(|| 7), 7);
        let panic = catch_unwind(|| with_room(|| panic!("on purpose"))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    }
}
