//! The known events, by object: the state of an object after one of them.

use std::collections::HashMap;

use super::event::StoreEvent;
use super::rewind::{BodyForm, Fields, rewound};
use crate::catalog::EventFeed;

/// All events that are known, and those of each object.
pub(super) struct Timeline {
    pub(super) events: Vec<StoreEvent>,
    of_object: HashMap<(String, String), Vec<usize>>,
    /// Whether it reaches to now.
    is_whole: bool,
}

impl Timeline {
    pub(super) fn new(events: Vec<StoreEvent>, is_whole: bool) -> Self {
        let mut of_object: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            let key = (event.object.clone(), event.object_id.clone());
            of_object.entry(key).or_default().push(at);
        }
        Self {
            events,
            of_object,
            is_whole,
        }
    }

    /// The object after an event, with the reliability of this state.
    pub(super) fn after(
        &self,
        feed: &EventFeed,
        event: &StoreEvent,
        object: &str,
        id: &str,
        now: &Fields,
    ) -> (Fields, BodyForm) {
        let key = (object.to_owned(), id.to_owned());
        let own = self.of_object.get(&key).map_or(&[][..], Vec::as_slice);
        let later = own
            .iter()
            .map(|at| &self.events[*at])
            .filter(|later| later.order() > event.order());
        let is_own = event.object == object && event.object_id == id;
        let was = rewound(now, later, is_own.then_some(event), feed.untold);
        let form = if self.is_whole {
            BodyForm::AsOf
        } else {
            BodyForm::Current
        };
        (was, form)
    }
}
