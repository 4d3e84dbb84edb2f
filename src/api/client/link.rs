//! The header `Link` of version 2021-01, in which lists name their next page.

use crate::api::query;
use crate::catalog::recharge::CURSOR;

/// The cursor of the link whose relation is `next`, percent-decoded. Only the
/// cursor is taken: no answer says which host is asked next.
pub(super) fn next_cursor(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| is_next(part))?;
    let url = next.split_once('<')?.1.split_once('>')?.0;
    // A cursor is Base64: a `+` that the API did not escape is a letter of it.
    let query = query::split(url).1.replace('+', "%2B");
    let cursor = query::pairs(&query).find(|pair| pair.name == CURSOR.name)?;
    let is_valid = cursor.invalid_part().is_none() && cursor.raw_parts().1.is_some();
    is_valid.then(|| cursor.value.into_owned())
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
            ("<https://a.b/x?cursor=%ff>; rel=next", None),
            ("<https://a.b/x?cursor>; rel=next", None),
            ("<https://a.b/x?cursor=p>; rel=\"previous\"", None),
            ("<https://a.b/x?page=2>; rel=\"next\"", None),
            ("", None),
            ("next", None),
        ] {
            assert_eq!(next_cursor(link).as_deref(), cursor, "{link}");
        }
    }
}
