//! Rules for people and postal addresses: emails, phone numbers, zip codes and
//! provinces.
//!
//! Narrow, so that nothing real is refused: only countries whose rule is known
//! are looked at.

/// Countries whose addresses name a province.
const WITH_PROVINCE: [&str; 3] = ["AU", "CA", "US"];

/// Why a text is not an email.
pub(super) fn email(text: &str) -> Option<String> {
    let is_whole = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let is_one = !text.contains(|letter: char| letter.is_whitespace() || ",;<>".contains(letter));
    (!is_whole || !is_one).then(|| "not an email address".to_owned())
}

/// Why a text is not a phone number of a customer. An international number
/// whose marks only have to go has its digits as advice.
pub(super) fn phone(text: &str) -> Option<String> {
    if is_international(text) {
        return None;
    }
    let is_mark = |letter: char| letter.is_whitespace() || "()-./".contains(letter);
    let bare = text.replace(is_mark, "");
    // The zero in `+49 (0) 30` is not dialled.
    let is_certain = is_international(&bare) && !text.contains("(0)");
    Some(if is_certain {
        format!("not an international phone number; write {bare}")
    } else {
        "not an international phone number, like +14155550123".to_owned()
    })
}

/// A plus sign and up to 15 digits, of which the first is not zero.
fn is_international(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Why a province is missing in a country.
pub(super) fn province(country: &str, province: &str) -> Option<String> {
    let country = country.to_ascii_uppercase();
    let is_missing = province.trim().is_empty() && WITH_PROVINCE.contains(&country.as_str());
    is_missing.then(|| format!("required in {country}"))
}

/// Why a zip code is not one of its country. A spreadsheet takes the zeros at
/// the beginning off.
pub(super) fn zip(country: &str, zip: &str) -> Option<String> {
    let zip = zip.trim();
    if !country.eq_ignore_ascii_case("US") {
        return None;
    }
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = match zip.split_once('-') {
        None => digits(zip, 5),
        Some((five, four)) => digits(five, 5) && digits(four, 4),
    };
    if fits {
        return None;
    }
    Some(if digits(zip, 3) || digits(zip, 4) {
        format!("not a zip code of US; a spreadsheet removed the leading zeros; write {zip:0>5}")
    } else {
        "not a zip code of US".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_and_phone_numbers_are_whole() {
        for text in ["ada@example.com", "a.b+c@mail.example.co"] {
            assert_eq!(email(text), None, "{text}");
        }
        for text in [
            "ada",
            "ada@example",
            "@example.com",
            "a@b.c, d@e.f",
            "Ada <a@b.c>",
        ] {
            assert!(email(text).is_some(), "{text}");
        }
        assert_eq!(phone("+14155550123"), None);
        for (text, part) in [
            ("+1 (415) 555-0123", "write +14155550123"),
            ("+49 (0) 30 123456", "like +1"),
            ("030 123456", "like +1"),
            ("4155550123", "like +1"),
        ] {
            let reason = phone(text).unwrap_or_default();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }

    #[test]
    fn parts_of_an_address_fit_its_country() {
        assert!(province("us", "").is_some());
        assert!(province("US", "CA").is_none());
        assert!(province("FR", "").is_none());
        for text in ["90404", "90404-1234"] {
            assert_eq!(zip("US", text), None, "{text}");
        }
        assert!(zip("US", "2134").unwrap().ends_with("write 02134"));
        assert!(zip("US", "ABCDE").is_some());
        assert_eq!(zip("FR", "2134"), None);
    }
}
