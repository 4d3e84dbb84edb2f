//! Postal addresses: which parts a country asks for, and how its zip codes look.
//!
//! Takes the record of an address; returns all its faults. The reference names
//! lists of countries without giving them: these are the sandbox's own, and
//! narrow, so that nothing real is refused.

use crate::requests::refusal::FieldErrors;
use crate::values::record::{self, Record};

/// Parts that must not be empty.
const NEEDED: &[&str] = &["first_name", "last_name", "address1", "city"];

/// Countries whose addresses name a province.
const WITH_PROVINCE: &[&str] = &["AU", "CA", "US"];

/// Countries without zip codes in general use.
const WITHOUT_ZIP: &[&str] = &[
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK",
    "CM", "DJ", "DM", "ER", "FJ", "GA", "GD", "GM", "GN", "GQ", "GY", "HK", "IE", "JM", "KI", "KM",
    "KN", "KP", "LC", "ML", "MO", "MR", "MW", "NR", "NU", "PA", "QA", "RW", "SB", "SC", "SL", "SR",
    "ST", "SY", "TF", "TG", "TK", "TL", "TO", "TT", "TV", "UG", "VU", "YE", "ZW",
];

/// Notes what is wrong with the parts of an address. The prefix leads to the
/// fields of an address inside another object.
pub(super) fn check(address: &Record, prefix: &str, faults: &mut FieldErrors) {
    for name in NEEDED {
        if record::text(address, name).is_empty() {
            let field = format!("{prefix}{name}");
            let is_null = address.get(*name).is_some_and(serde_json::Value::is_null);
            let message = if is_null {
                "Field may not be null."
            } else {
                "Shorter than minimum length 1."
            };
            faults.add(&field, message);
        }
    }
    let country = record::text(address, "country_code").to_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let field = format!("{prefix}country_code");
        faults.add(&field, "must be a 2-letter country code");
        return;
    }
    if WITH_PROVINCE.contains(&country.as_str()) && record::text(address, "province").is_empty() {
        let field = format!("{prefix}province");
        faults.add(&field, format!("is required in {country}"));
    }
    if !zip_fits(&country, record::text(address, "zip").trim()) {
        let field = format!("{prefix}zip");
        faults.add(&field, format!("is not a zip code of {country}"));
    }
}

fn zip_fits(country: &str, zip: &str) -> bool {
    match country {
        "US" => is_american(zip),
        "GB" => is_british(zip),
        _ => !zip.is_empty() || WITHOUT_ZIP.contains(&country),
    }
}

/// Five digits, or nine with a hyphen.
fn is_american(zip: &str) -> bool {
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match zip.split_once('-') {
        None => digits(zip, 5),
        Some((five, four)) => digits(five, 5) && digits(four, 4),
    }
}

/// An outward code of two to four places that begins with a letter, then a
/// digit and two letters; the space between them may be left out.
fn is_british(zip: &str) -> bool {
    let zip: Vec<u8> = zip.bytes().filter(|byte| *byte != b' ').collect();
    if !(5..=7).contains(&zip.len()) {
        return false;
    }
    let (outward, inward) = zip.split_at(zip.len() - 3);
    outward[0].is_ascii_alphabetic()
        && outward.iter().all(u8::is_ascii_alphanumeric)
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_codes_are_held_against_their_country() {
        for (country, zip) in [
            ("US", "90404"),
            ("US", "90404-1234"),
            ("GB", "SW1Y 4JH"),
            ("GB", "m11ae"),
            ("FR", "12000"),
            ("HK", ""),
            ("IE", "D02 AF30"),
        ] {
            assert!(zip_fits(country, zip), "{country} {zip}");
        }
        for (country, zip) in [
            ("US", "9040"),
            ("US", "90404-12"),
            ("US", "ABCDE"),
            ("US", ""),
            ("GB", "90404"),
            ("GB", "SW1Y"),
            ("FR", ""),
        ] {
            assert!(!zip_fits(country, zip), "{country} {zip}");
        }
    }
}
