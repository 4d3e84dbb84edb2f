//! The webhooks of an API: their topics, and how their messages are signed.

/// What is known of the webhooks of an API.
#[derive(Debug)]
pub struct Webhooks {
    /// Every topic.
    pub topics: &'static [WebhookTopic],
    /// Names of headers of a message.
    pub headers: WebhookHeaders,
    /// Messages whose time is further away than this are not accepted, in seconds.
    pub tolerance_seconds: u64,
    /// Webhooks of one topic that a token may register.
    pub most_of_topic: usize,
    /// Seconds in which the receiver of a message must answer.
    pub answer_seconds: u64,
    /// Where a user finds the client secret, for hints.
    pub secret_at: &'static str,
    /// The field of a webhook with its topic.
    pub topic_field: &'static str,
    /// The field of a webhook with the URL that messages go to.
    pub address_field: &'static str,
    /// The field of a webhook with the objects that its messages include.
    pub included_field: &'static str,
    /// The field of a webhook with the version of the API of its messages.
    pub version_field: &'static str,
}

/// Names of the headers of a message.
#[derive(Debug, Clone, Copy)]
pub struct WebhookHeaders {
    /// The plain SHA-256 of client secret and body, in hexadecimal.
    pub digest: &'static str,
    /// The time of the message, in seconds since 1970.
    pub timestamp: &'static str,
    /// `t=<time>,v1=<HMAC-SHA256 of time and body>`.
    pub signature: &'static str,
    /// The domain of the shop.
    pub shop: &'static str,
    /// The topic. It is not documented: not every message has it.
    pub topic: &'static str,
}

/// A topic that webhooks are registered for.
#[derive(Debug, PartialEq, Eq)]
pub struct WebhookTopic {
    /// Its name (`subscription/created`).
    pub name: &'static str,
    /// When a message is sent, in one line.
    pub about: &'static str,
    /// The scope that registering for it needs.
    pub scope: &'static str,
    /// The key of the body, whose value is the object (`subscription`).
    pub key: &'static str,
    /// The resource whose object the body contains, where it can be read.
    pub resource: Option<&'static str>,
    /// What `included_objects` may add to the object.
    pub included: &'static [&'static str],
    /// The other source of the topic, where it has no event.
    pub without_events: Option<OtherSource>,
}

/// The source of a topic that has no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherSource {
    /// By reading objects again and again.
    Polling,
    /// Not at all.
    Impossible,
}

impl OtherSource {
    /// Its name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::Impossible => "impossible",
        }
    }
}

impl Webhooks {
    /// The topic of that name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&'static WebhookTopic> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}
