//! The feed of events of an API, and the topics of webhooks that events
//! indicate.

use super::{Operation, ParameterRole, PolledTopic, ShortLived, ZoneSource};

/// A list of what happened lately, from which the messages of webhooks are rebuilt.
#[derive(Debug)]
pub struct EventFeed {
    /// The operation that lists events, the newest first.
    pub list: &'static Operation,
    /// The parameter with the kinds of objects (`object_type`).
    pub object_type: &'static str,
    /// The parameter with the number of an object.
    pub object_id: &'static str,
    /// The parameter with the verbs.
    pub verbs: &'static str,
    /// The parameter with the number of a customer.
    pub customer: &'static str,
    /// The parameter with the origin.
    pub origin: &'static str,
    /// The verb of an object that is new.
    pub created: &'static str,
    /// The verb of an object that changed.
    pub updated: &'static str,
    /// The verb of an object that is gone.
    pub deleted: &'static str,
    /// Days that the list reaches back.
    pub days: u32,
    /// The field of an object that each change sets and no event reports.
    pub untold: &'static str,
    /// The topics that events indicate.
    pub topics: &'static [EventTopic],
    /// The topics that are polled, as no event reports them.
    pub polled: &'static [PolledTopic],
    /// Where the time zone of the store is found.
    pub zone: ZoneSource,
    /// Objects to read before the first event that reports them.
    pub short_lived: &'static [ShortLived],
}

impl EventFeed {
    /// The parameter for the earliest event.
    #[must_use]
    pub fn since(&self) -> Option<&'static str> {
        let mut query = self.list.query.iter();
        let since = query.find(|known| matches!(known.role, ParameterRole::Since(_)));
        since.map(|parameter| parameter.name)
    }

    /// The parameter for the latest event.
    #[must_use]
    pub fn until(&self) -> Option<&'static str> {
        let mut query = self.list.query.iter();
        let until = query.find(|known| matches!(known.role, ParameterRole::Until(_)));
        until.map(|parameter| parameter.name)
    }
}

/// How sure it is that a webhook of a topic would have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventClass {
    /// An event of that name.
    Exact,
    /// An event, together with the state of the object.
    Confirmed,
    /// An event, of which the object itself is gone or unclear.
    Lossy,
}

impl EventClass {
    /// Its name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Confirmed => "confirmed",
            Self::Lossy => "lossy",
        }
    }
}

/// A topic, and the events that indicate it.
#[derive(Debug)]
pub struct EventTopic {
    /// Its name (`subscription/created`).
    pub name: &'static str,
    /// How sure it is.
    pub class: EventClass,
    /// The resource whose object its messages carry.
    pub resource: &'static str,
    /// Any of these events stands for the topic.
    pub rules: &'static [EventRule],
}

/// Events that indicate a topic: all conditions hold.
#[derive(Debug, Clone, Copy)]
pub struct EventRule {
    /// The kind of object, as events name it.
    pub object: &'static str,
    /// Any of these verbs; empty for every one.
    pub verbs: &'static [&'static str],
    /// The field came to this value with the event.
    pub became: Option<(&'static str, &'static str)>,
    /// The field had this value before the event.
    pub was: Option<(&'static str, &'static str)>,
    /// One of these fields changed with the event.
    pub changed: &'static [&'static str],
    /// What the object says after the event: field, value, and whether it is so.
    pub state: Option<(&'static str, &'static str, bool)>,
    /// Which objects the messages carry.
    pub about: Subject,
}

/// Which objects the messages about an event carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The object of the event.
    Itself,
    /// The one whose number is in this field of it.
    Parent(&'static str),
    /// Those that are listed with its number as this parameter.
    Children(&'static str),
    /// The items of the list, by the number in the field, that have a status with
    /// the event which they had not before.
    ItemsThatCame(StatusItems),
    /// As before, of those that had the status and have it no longer.
    ItemsThatLeft(StatusItems),
}

/// The items of an object with a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusItems {
    /// The field with the status.
    pub field: &'static str,
    /// The status.
    pub status: &'static str,
    /// The field with the list of items.
    pub list: &'static str,
    /// The field of an item with its number.
    pub id: &'static str,
    /// The field of an item with its kind, and the kind that counts.
    pub kind: (&'static str, &'static str),
}

impl EventRule {
    /// Events of that kind of object.
    #[must_use]
    pub const fn of(object: &'static str) -> Self {
        Self {
            object,
            verbs: &[],
            became: None,
            was: None,
            changed: &[],
            state: None,
            about: Subject::Itself,
        }
    }

    /// With one of these verbs.
    #[must_use]
    pub const fn verbs(mut self, verbs: &'static [&'static str]) -> Self {
        self.verbs = verbs;
        self
    }

    /// That brought the field to the value.
    #[must_use]
    pub const fn became(mut self, field: &'static str, value: &'static str) -> Self {
        self.became = Some((field, value));
        self
    }

    /// That found the field at the value.
    #[must_use]
    pub const fn was(mut self, field: &'static str, value: &'static str) -> Self {
        self.was = Some((field, value));
        self
    }

    /// That changed one of these fields.
    #[must_use]
    pub const fn changed(mut self, fields: &'static [&'static str]) -> Self {
        self.changed = fields;
        self
    }

    /// After which the field of the object has the value.
    #[must_use]
    pub const fn where_is(mut self, field: &'static str, value: &'static str) -> Self {
        self.state = Some((field, value, true));
        self
    }

    /// After which the field of the object has another value.
    #[must_use]
    pub const fn where_is_not(mut self, field: &'static str, value: &'static str) -> Self {
        self.state = Some((field, value, false));
        self
    }

    /// The messages carry other objects than that of the event.
    #[must_use]
    pub const fn about(mut self, subject: Subject) -> Self {
        self.about = subject;
        self
    }
}
