//! The header `Link` of version 2021-01, in which lists name their next page.

use crate::catalog::recharge::CURSOR;

/// The cursor of the link whose relation is `next`, percent-decoded. Only the
/// cursor is taken: no answer says which host is asked next.
pub(super) fn next_cursor(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| is_next(part))?;
    let url = next.split_once('<')?.1.split_once('>')?.0;
    let (_, query) = url.split_once('?')?;
    let cursor = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(CURSOR.name)?.strip_prefix('='))?;
    let decoded = percent_encoding::percent_decode_str(cursor).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
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
            ("<https://a.b/x?cursor=p>; rel=\"previous\"", None),
            ("<https://a.b/x?page=2>; rel=\"next\"", None),
            ("", None),
            ("next", None),
        ] {
            assert_eq!(next_cursor(link).as_deref(), cursor, "{link}");
        }
    }
}
