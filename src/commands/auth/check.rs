//! The API's description of a token: its store and its scopes.

use serde::Deserialize;

use crate::api::client::Client;
use crate::api::request::{self, Now, Values};
use crate::bulk::ledger::StoreIdentity;
use crate::catalog::recharge::{store as store_rows, token_information};
use crate::catalog::{Api, Operation};
use crate::error::{Error, Result};

/// What the API says of a token.
#[derive(Debug, Clone, Default)]
pub(crate) struct TokenFacts {
    /// The name of the store, when the token may read it.
    pub(crate) store: Option<String>,
    /// The name of the token.
    pub(crate) name: Option<String>,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
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
    store: ShopFacts,
}

/// What the API says of a store.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ShopFacts {
    /// Its number; JSON number or text.
    #[serde(default)]
    id: serde_json::Value,
    /// Its domain (`identifier`).
    identifier: Option<String>,
    /// Its name, which another store may have as well.
    pub(crate) name: Option<String>,
}

impl ShopFacts {
    /// What distinguishes the store from every other one, where the answer
    /// states it.
    pub(crate) fn identity(&self) -> Option<StoreIdentity> {
        let id = match &self.id {
            serde_json::Value::Number(id) => id.to_string(),
            serde_json::Value::String(id) if !id.is_empty() => id.clone(),
            _ => return None,
        };
        let domain = self.identifier.clone().filter(|domain| !domain.is_empty());
        Some(StoreIdentity { id, domain })
    }
}

/// Asks what a token may do, and which store it is of. A token that may not
/// read the store is as good as another.
pub(crate) async fn token(client: &Client, now: &Now) -> Result<TokenFacts> {
    if !describes_tokens(client.api()) {
        return Ok(TokenFacts {
            store: client.store().map(str::to_owned),
            name: None,
            scopes: scopes(client, now).await?,
        });
    }
    let Token { name, scopes } = information(client, now).await?;
    let store = store(client, now).await?.name;
    Ok(TokenFacts {
        store,
        name,
        scopes,
    })
}

/// Asks for the facts of the store; a token that may not read it gets none.
pub(crate) async fn store(client: &Client, now: &Now) -> Result<ShopFacts> {
    match ask::<Shop>(client, now, &store_rows::GET).await {
        Ok(shop) => Ok(shop.store),
        Err(error) if error.answer.as_ref().is_some_and(|told| told.status == 403) => {
            Ok(ShopFacts::default())
        }
        Err(error) => Err(error),
    }
}

/// Asks what a token may do.
pub(crate) async fn scopes(client: &Client, now: &Now) -> Result<Vec<String>> {
    if describes_tokens(client.api()) {
        return Ok(information(client, now).await?.scopes);
    }
    let mut scopes = Vec::new();
    for (scope, list) in probes(client.api()) {
        let mut request = request::fill(list, &[], &Values::default(), now)?;
        request.set_query(client.api().page_size, "1".to_owned());
        match client.send(&request).await {
            Ok(_) => scopes.push(scope.to_owned()),
            Err(error) if error.answer.as_ref().is_some_and(|told| told.status == 403) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(scopes)
}

/// Whether an operation of the API says what a token may do.
pub(crate) fn describes_tokens(api: &Api) -> bool {
    api.resource_of(&token_information::GET).is_some()
}

/// For an API that does not describe tokens: a list for each scope, which the token
/// may read with it.
pub(crate) fn probes(api: &Api) -> Vec<(&'static str, &'static Operation)> {
    let mut probes: Vec<(&'static str, &'static Operation)> = Vec::new();
    for (_, operation) in api.operations() {
        let is_list = operation.pages() && operation.path_parameters.is_empty();
        if let Some(scope) = operation.scope.filter(|_| is_list)
            && probes.iter().all(|(known, _)| *known != scope)
        {
            probes.push((scope, operation));
        }
    }
    probes
}

async fn information(client: &Client, now: &Now) -> Result<Token> {
    let told: Information = ask(client, now, &token_information::GET).await?;
    Ok(told.token_information)
}

async fn ask<T: for<'de> Deserialize<'de>>(
    client: &Client,
    now: &Now,
    operation: &'static Operation,
) -> Result<T> {
    let request = request::fill(operation, &[], &Values::default(), now)?;
    let answer = client.send(&request).await?;
    serde_json::from_slice(&answer.body).map_err(|error| {
        Error::unexpected(format!(
            "{} sent a response that rc does not understand",
            request.path
        ))
        .caused_by(error)
    })
}
