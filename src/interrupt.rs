//! Ctrl-C while the program waits for another one, outside the runtime.
//!
//! Catching a signal changes what it does for the rest of the process. So here
//! its usual effect, which ends the process, is put back once nothing catches
//! it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many catch Ctrl-C at present.
static HOLDERS: AtomicUsize = AtomicUsize::new(0);

/// While this is held, Ctrl-C does not end the process by itself: its holder
/// sees it.
#[derive(Debug)]
pub struct InterruptGuard(());

/// Says that Ctrl-C is caught from here on.
#[must_use]
pub fn hold() -> InterruptGuard {
    HOLDERS.fetch_add(1, Ordering::SeqCst);
    system::settle();
    InterruptGuard(())
}

impl Drop for InterruptGuard {
    fn drop(&mut self) {
        HOLDERS.fetch_sub(1, Ordering::SeqCst);
        system::settle();
    }
}

/// Notices Ctrl-C until it is dropped.
#[derive(Debug)]
pub struct InterruptListener {
    seen: Arc<AtomicBool>,
    #[cfg(unix)]
    id: Option<signal_hook::SigId>,
    _hold: InterruptGuard,
}

impl InterruptListener {
    /// Whether it was pressed.
    #[must_use]
    pub fn seen(&self) -> bool {
        self.seen.load(Ordering::SeqCst)
    }
}

/// Catches Ctrl-C. Where that cannot be done, it ends the process as usual.
#[must_use]
pub fn catch() -> InterruptListener {
    let seen = Arc::new(AtomicBool::new(false));
    let hold = hold();
    InterruptListener {
        #[cfg(unix)]
        id: system::register(&seen),
        seen,
        _hold: hold,
    }
}

#[cfg(unix)]
impl Drop for InterruptListener {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            signal_hook::low_level::unregister(id);
        }
    }
}

#[cfg(unix)]
mod system {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use signal_hook::SigId;
    use signal_hook::consts::SIGINT;
    use signal_hook::flag;

    /// Whether Ctrl-C ends the process, once it has been caught for the first
    /// time.
    static USUAL: OnceLock<Arc<AtomicBool>> = OnceLock::new();

    pub(super) fn settle() {
        if let Some(usual) = USUAL.get() {
            let nobody = super::HOLDERS.load(Ordering::SeqCst) == 0;
            usual.store(nobody, Ordering::SeqCst);
        }
    }

    pub(super) fn register(seen: &Arc<AtomicBool>) -> Option<SigId> {
        USUAL.get_or_init(|| {
            let usual = Arc::new(AtomicBool::new(false));
            // Where it cannot be registered, it keeps its usual effect.
            let _ = flag::register_conditional_default(SIGINT, Arc::clone(&usual));
            usual
        });
        flag::register(SIGINT, Arc::clone(seen)).ok()
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) const fn settle() {}
}
