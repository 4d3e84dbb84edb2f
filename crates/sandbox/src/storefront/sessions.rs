//! Sessions of customers, and the tokens of links to their portal.
//!
//! Takes a state and a customer; returns secrets that end by the clock of the
//! store. A session may do what its customer may; a link is only exchanged for a
//! session.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::requests::refusal::Refusal;
use crate::storage::state::{State, Token};
use crate::storage::tables::TableName;
use crate::values::record::{self, Record};
use crate::values::time;

/// How long a session lasts.
const SESSION: SignedDuration = SignedDuration::from_hours(1);

/// How long the token of a link to the portal lasts.
const LINK: SignedDuration = SignedDuration::from_hours(24);

/// The most sessions and links of a store; the oldest ones end early.
const MOST: usize = 1_000;

/// The kinds of secrets.
const OF_SESSION: &str = "session";
const OF_LINK: &str = "link";

/// The token of a session that is not over, and its customer.
pub(crate) fn token_of(state: &State, secret: &str, now: Timestamp) -> Option<Token> {
    find(state, secret, OF_SESSION, now)?;
    Some(Token {
        secret: secret.to_owned(),
        name: "Customer".to_owned(),
        scopes: None,
    })
}

/// The customer whose session a token is.
pub(crate) fn customer_of(state: &State, token: &Token, now: Timestamp) -> Option<u64> {
    find(state, &token.secret, OF_SESSION, now)
}

fn find(state: &State, secret: &str, kind: &str, now: Timestamp) -> Option<u64> {
    let sessions = state.table(TableName::Sessions);
    let (_, session) = sessions.find_one("secret", secret)?;
    let ends = time::parse(record::text(&session, "expires_at"))?;
    let customer = record::id(&session, "customer_id")?;
    // A deleted customer has no sessions.
    let is_there = state.table(TableName::Customers).holds(customer);
    let holds =
        record::text(&session, "kind") == kind && record::text(&session, "secret") == secret;
    (holds && now < ends && is_there).then_some(customer)
}

/// The customer to whose portal a link leads, while it does.
pub(crate) fn customer_of_link(
    state: &State,
    secret: &str,
    hash: &str,
    now: Timestamp,
) -> Option<u64> {
    let customer = find(state, secret, OF_LINK, now)?;
    let record = state.get(TableName::Customers, customer)?;
    (record::text(&record, "hash") == hash).then_some(customer)
}

/// Ends a link to a portal.
pub(crate) fn end_link(state: &mut State, secret: &str) {
    let sessions = state.table(TableName::Sessions);
    let found = sessions.find_one("secret", secret).map(|(id, _)| id);
    if let Some(id) = found {
        state.drop_quietly(TableName::Sessions, id);
    }
}

fn make(state: &mut State, kind: &str, customer: u64, ends: Timestamp) -> String {
    let secret = format!(
        "{kind}_{:032x}{:032x}",
        fastrand::u128(..),
        fastrand::u128(..)
    );
    let known: Vec<u64> = state.table(TableName::Sessions).ids(..).collect();
    for id in known.iter().take((known.len() + 1).saturating_sub(MOST)) {
        state.drop_quietly(TableName::Sessions, *id);
    }
    let id = state.next_id(TableName::Sessions);
    let session = record::object(json!({
        "id": id, "secret": secret, "kind": kind, "customer_id": customer,
        "expires_at": time::stamp(ends),
    }));
    state.create_quietly(TableName::Sessions, id, &session);
    secret
}

/// A session of a customer, for a token of the store.
pub(super) fn open(state: &mut State, now: Timestamp, customer: u64) -> Result<Value, Refusal> {
    if !state.table(TableName::Customers).holds(customer) {
        return Err(Refusal::not_found());
    }
    let ends = now + SESSION;
    let secret = make(state, OF_SESSION, customer, ends);
    Ok(json!({"customer_session": {
        "apiToken": secret, "customer_id": customer, "expires_at": time::stamp(ends),
    }}))
}

/// A link to the portal of a customer. `served_at` is the address under which the
/// sandbox was asked, where it is served.
pub(super) fn portal_access(
    state: &mut State,
    now: Timestamp,
    customer: u64,
    served_at: Option<&str>,
) -> Result<Value, Refusal> {
    let record: Record = state
        .get(TableName::Customers, customer)
        .ok_or_else(Refusal::not_found)?;
    let hash = record::text(&record, "hash").to_owned();
    let ends = now + LINK;
    let secret = make(state, OF_LINK, customer, ends);
    let base = if let Some(host) = served_at {
        format!("http://{host}/portal/")
    } else {
        let base = record::text(&state.store, "customer_portal_base_url");
        format!("{}/", base.trim_end_matches('/'))
    };
    Ok(json!({
        "base_url": base, "customer_hash": hash, "expires_at": time::stamp(ends),
        "portal_url": format!("{base}{hash}?token={secret}"), "temp_token": secret,
    }))
}

/// A session for the token of a link, when it is one of that customer.
pub(super) fn exchange(
    state: &mut State,
    now: Timestamp,
    hash: &str,
    secret: &str,
) -> Result<Value, Refusal> {
    let refused = || Refusal::error(401, "bad authentication");
    let customer = customer_of_link(state, secret, hash, now).ok_or_else(refused)?;
    let secret = make(state, OF_SESSION, customer, now + SESSION);
    Ok(json!({"api_token": secret, "customer_id": customer, "message": null}))
}
