//! The address of one store, for APIs whose base URL names the store.

use crate::catalog::{self, Api};
use crate::error::{Error, Result};

/// The longest name of a store in a base URL.
const LONGEST: usize = 64;

/// The base URL with the store in it: the given one, else that of the API. A host
/// alone is followed by the path of the API.
///
/// # Errors
/// Of kind `Usage`: the store is not named, or its name cannot be one.
pub fn address(api: &Api, base: Option<&str>, store: Option<&str>) -> Result<String> {
    let given = base.unwrap_or(api.base_url);
    let Some(part) = &api.store else {
        return Ok(given.to_owned());
    };
    let mut address = given.trim_end_matches('/').to_owned();
    if path_of(&address).is_empty() {
        address.push_str(path_of(api.base_url));
    }
    if !address.contains(part.path_parameter) {
        return Ok(address);
    }
    let Some(store) = store else {
        return Err(Error::usage(format!("the {} is missing", part.title))
            .hint(format!(
                "--{} or {} names it; it is {}",
                part.flag, part.variable, part.found_at
            ))
            .hint(format!(
                "rc auth login --{} --from-file FILE takes it from the file with the credentials",
                api.name
            )));
    };
    check(store)?;
    Ok(address.replace(part.path_parameter, store))
}

/// The store that an address names.
#[must_use]
pub fn store_of(api: &Api, address: &str) -> Option<String> {
    let part = api.store.as_ref()?;
    let (before, _) = path_of(api.base_url).split_once(part.path_parameter)?;
    let (_, rest) = address.split_once(before)?;
    let store = rest.split('/').next().unwrap_or_default();
    check(store).is_ok().then(|| store.to_owned())
}

/// Refuses what cannot be the name of a store in a URL.
///
/// # Errors
/// Of kind `Usage`.
pub fn check(store: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !store.is_empty() && store.len() <= LONGEST && store.bytes().all(fits) {
        return Ok(());
    }
    // An invalid hash may be a token in the wrong place.
    Err(Error::usage("the store hash is not valid").hint(format!(
        "it has letters and digits, {LONGEST} at most, and no slash"
    )))
}

/// Refuses the name of an API that there is not.
///
/// # Errors
/// Of kind `Usage`.
pub fn check_api(name: &str) -> Result<()> {
    if catalog::family(name).is_some() {
        return Ok(());
    }
    let families = catalog::FAMILIES.iter();
    let names: Vec<&str> = families.map(|family| family.newest().name).collect();
    Err(Error::usage(format!("there is no API {name:?}"))
        .hint(format!("it is one of {}", names.join(", "))))
}

/// The path of a URL; empty where there is only a host.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{bigcommerce, recharge};

    fn of(base: Option<&str>, store: Option<&str>) -> Result<String> {
        address(&bigcommerce::API, base, store)
    }

    #[test]
    fn a_store_is_put_into_the_address_of_its_api() {
        let vendor = "https://api.bigcommerce.com/stores/abc123";
        assert_eq!(of(None, Some("abc123")).unwrap(), vendor);
        let local = "http://127.0.0.1:4011";
        let whole = "http://127.0.0.1:4011/stores/abc123";
        for base in [local, "http://127.0.0.1:4011/", whole] {
            assert_eq!(of(Some(base), Some("abc123")).unwrap(), whole);
        }
        assert_eq!(of(Some(whole), None).unwrap(), whole);
        assert_eq!(
            store_of(&bigcommerce::API, whole).as_deref(),
            Some("abc123")
        );
        assert_eq!(store_of(&bigcommerce::API, "http://127.0.0.1/x"), None);
        assert_eq!(address(&recharge::API, Some(local), None).unwrap(), local);
    }

    #[test]
    fn a_store_that_is_missing_or_no_name_is_refused() {
        assert_eq!(
            of(None, None).unwrap_err().message,
            "the store hash is missing"
        );
        for wrong in ["", "a/b", "a b", "..", &"x".repeat(65)] {
            assert!(of(None, Some(wrong)).is_err(), "{wrong}");
        }
        assert!(check_api("bigcomerce").is_err());
    }
}
