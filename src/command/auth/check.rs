//! What the API says of a token: whose it is, and what it may do.

use serde::Deserialize;

use crate::catalog;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{self, Now, Values};

/// What the API says of a token.
#[derive(Debug, Clone, Default)]
pub(in crate::command) struct Told {
    /// The name of the store, when the token may read it.
    pub(in crate::command) store: Option<String>,
    /// The name of the token.
    pub(in crate::command) name: Option<String>,
    /// What it may do.
    pub(in crate::command) scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Information {
    token_information: Token,
}

#[derive(Deserialize)]
struct Token {
    name: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Shop {
    store: Named,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// Asks what a token may do, and which store it is of. A token that may not
/// read the store is as good as another.
pub(in crate::command) async fn token(client: &Client, now: &Now) -> Result<Told> {
    let Token { name, scopes } = information(client, now).await?;
    let store = store(client, now).await?;
    Ok(Told {
        store,
        name,
        scopes,
    })
}

/// Asks for the name of the store; a token that may not read it gets none.
pub(in crate::command) async fn store(client: &Client, now: &Now) -> Result<Option<String>> {
    match ask::<Shop>(client, now, "store.get").await {
        Ok(shop) => Ok(shop.store.name),
        Err(error) if error.answer.as_ref().is_some_and(|told| told.status == 403) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Asks what a token may do.
pub(in crate::command) async fn scopes(client: &Client, now: &Now) -> Result<Vec<String>> {
    Ok(information(client, now).await?.scopes)
}

async fn information(client: &Client, now: &Now) -> Result<Token> {
    let told: Information = ask(client, now, "token_information.get").await?;
    Ok(told.token_information)
}

async fn ask<T: for<'de> Deserialize<'de>>(client: &Client, now: &Now, name: &str) -> Result<T> {
    let (_, operation) = catalog::operation(name)
        .ok_or_else(|| Error::unexpected(format!("the catalogue has no {name}")))?;
    let request = request::fill(operation, &[], &Values::default(), now)?;
    let answer = client.send(&request).await?;
    serde_json::from_slice(&answer.body).map_err(|error| {
        Error::unexpected(format!("{} answers what is not understood", request.path))
            .caused_by(error)
    })
}
