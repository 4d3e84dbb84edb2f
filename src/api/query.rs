//! Query strings of URLs: the text after `?` comes in, its pairs go out, as
//! they are written and decoded.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// One `name=value` of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPair<'a> {
    /// The pair as it is written, percent-encoded.
    pub raw: &'a str,
    /// The name, decoded. Bytes that are not UTF-8 become U+FFFD.
    pub name: Cow<'a, str>,
    /// The value, decoded in the same way; empty where there is no `=`.
    pub value: Cow<'a, str>,
}

impl<'a> QueryPair<'a> {
    /// Whether nothing is written, as between the signs of `a&&b`.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    fn of(raw: &'a str) -> Self {
        let pair = form_urlencoded::parse(raw.as_bytes()).next();
        let (name, value) = pair.unwrap_or_default();
        Self { raw, name, value }
    }

    /// Name and value as they are written; no value where there is no `=`.
    #[must_use]
    pub fn raw_parts(&self) -> (&'a str, Option<&'a str>) {
        match self.raw.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (self.raw, None),
        }
    }

    /// The name or the value as written, if it does not decode to UTF-8.
    #[must_use]
    pub fn invalid_part(&self) -> Option<&'a str> {
        let (name, value) = self.raw_parts();
        let mut parts = std::iter::once(name).chain(value);
        parts.find(|part| percent_decode_str(part).decode_utf8().is_err())
    }
}

/// Splits a URL or a target into its path and its query, which may be empty.
#[must_use]
pub fn split(url: &str) -> (&str, &str) {
    url.split_once('?').unwrap_or((url, ""))
}

/// The pairs of a query in their order. Empty ones, as in `a&&b`, are included.
pub fn pairs(query: &str) -> impl Iterator<Item = QueryPair<'_>> {
    query.split('&').map(QueryPair::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_keep_their_spelling() {
        let (path, query) = split("/x?a=1&b=x%20y+z=1&&c&%3D=%ff");
        assert_eq!(path, "/x");
        let pairs: Vec<QueryPair> = pairs(query).filter(|pair| !pair.is_empty()).collect();
        let decoded: Vec<(&str, &str)> = pairs
            .iter()
            .map(|pair| (pair.name.as_ref(), pair.value.as_ref()))
            .collect();
        let expected = [("a", "1"), ("b", "x y z=1"), ("c", ""), ("=", "\u{fffd}")];
        assert_eq!(decoded, expected);
        assert_eq!(pairs[1].raw_parts(), ("b", Some("x%20y+z=1")));
        assert_eq!(pairs[2].raw_parts(), ("c", None));
    }

    #[test]
    fn invalid_part_is_named_when_it_is_not_utf_8() {
        for (query, part) in [
            ("a=%ff", Some("%ff")),
            ("%c3=x", Some("%c3")),
            ("a=%c3%a4", None),
        ] {
            let pair = pairs(query).next().unwrap();
            assert_eq!(pair.invalid_part(), part, "{query}");
        }
    }

    #[test]
    fn split_gives_an_empty_query_when_there_is_none() {
        assert_eq!(split("/x"), ("/x", ""));
        assert_eq!(split("/x?a?b"), ("/x", "a?b"));
    }
}
