//! The header `Link`, in which lists name their next page (RFC 8288).

use crate::api::query;
use crate::error::{Error, Kind, Result};

/// The cursor of the link whose relation is `next`, percent-decoded; `parameter`
/// is the query parameter with it. Only the cursor is used: no answer decides
/// which host or path is asked next.
///
/// # Errors
/// Of kind `Unreachable`: the cursor does not decode to UTF-8.
pub(super) fn next_cursor(link: &str, parameter: &str) -> Result<Option<String>> {
    let next = link.split(',').find(|part| is_next(part));
    let url = next.and_then(|next| next.split_once('<')?.1.split_once('>'));
    let Some((url, _)) = url else {
        return Ok(None);
    };
    // A cursor is Base64: a `+` that the API did not escape is a letter of it.
    let query = query::split(url).1.replace('+', "%2B");
    let Some(cursor) = query::pairs(&query).find(|pair| pair.name == parameter) else {
        return Ok(None);
    };
    if let Some(part) = cursor.invalid_part() {
        let message = format!("the header Link has a cursor that is not UTF-8: {part}");
        return Err(Error::new(Kind::Unreachable, message));
    }
    Ok((!cursor.value.is_empty()).then(|| cursor.value.into_owned()))
}

fn is_next(part: &str) -> bool {
    part.split(';').skip(1).any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_of_the_next_page_is_taken_from_its_link() {
        let read = |link| next_cursor(link, "cursor").unwrap();
        for (link, cursor) in [
            (
                "<https://a.b/orders?limit=5&cursor=abc>; rel=\"next\"",
                Some("abc"),
            ),
            (
                "<https://a.b/x?cursor=p>; rel=\"previous\", <https://a.b/x?cursor=n%3D>; rel=next",
                Some("n="),
            ),
            (
                "<https://a.b/x?cursor=a+b%2Bc&x=1>; rel=next",
                Some("a+b+c"),
            ),
            ("<https://a.b/x?cursor>; rel=next", None),
            ("<https://a.b/x?cursor=p>; rel=\"previous\"", None),
            ("<https://a.b/x?page=2>; rel=\"next\"", None),
            ("", None),
            ("next", None),
        ] {
            assert_eq!(read(link).as_deref(), cursor, "{link}");
        }
        assert!(next_cursor("<https://a.b/x?cursor=%ff>; rel=next", "cursor").is_err());
    }
}
