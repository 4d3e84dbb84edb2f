//! Halves of surrogate pairs in JSON: `"\ud83d"` is good JSON, and no letter.
//! As in jq, each half becomes the replacement character. Pure.

/// The letter that stands for what is none, escaped.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// Bytes of an escape such as `\ud83d`.
const ESCAPE: usize = 6;

/// The text with a replacement for each half that has no other half; `None`
/// where there is none.
pub(super) fn replaced(json: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut at, mut copied) = (0, 0);
    while at < json.len() {
        if json[at] != b'\\' {
            at += 1;
            continue;
        }
        let unit = unit(&json[at..]);
        let next = unit.and_then(|_| self::unit(&json[at + ESCAPE..]));
        at += match (unit, next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                out.extend_from_slice(&json[copied..at]);
                out.extend_from_slice(REPLACEMENT);
                copied = at + ESCAPE;
                ESCAPE
            }
            (Some(_), _) => ESCAPE,
            // Another escape: a backslash and a letter.
            (None, _) => 2,
        };
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(&json[copied..]);
    Some(out)
}

/// The UTF-16 unit of an escape that the text begins with.
fn unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_replaced_and_pairs_are_kept() {
        for (json, expected) in [
            (r#"{"a":"\ud83d"}"#, Some(r#"{"a":"\ufffd"}"#)),
            (r#""\ud83d\ude00\ude00""#, Some(r#""\ud83d\ude00\ufffd""#)),
            (r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#)),
            (r#""x\udc00y\ud800""#, Some(r#""x\ufffdy\ufffd""#)),
            (r#""\\ud83d \u00e9 \ud83d\ude00""#, None),
            (r#""\ud83""#, None),
            (r#""plain""#, None),
        ] {
            let text = replaced(json.as_bytes());
            let text = text.map(|text| String::from_utf8(text).unwrap());
            assert_eq!(text.as_deref(), expected, "{json}");
        }
    }
}
