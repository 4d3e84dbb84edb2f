//! A record as a value with only the fields that a filter needs: the other fields are
//! checked to be JSON, and never built.

use jaq_json::{Map, Val, read};

use super::needed::NeededFields;
use super::scan::JsonScanner;

/// Deepest nesting of objects that are cut; each level costs stack.
const DEEPEST: usize = 64;

/// The needed fields of a record; `None` if it has to be read as a whole: it is not an
/// object, it is not valid JSON, it is nested deeply, or a key has an escape.
pub(super) fn cut(record: &[u8], needed: &NeededFields) -> Option<Val> {
    let mut scanner = JsonScanner::new(record);
    let map = object(record, &mut scanner, needed, 0)?;
    scanner.end()?;
    Some(Val::obj(map))
}

fn object(
    record: &[u8],
    scanner: &mut JsonScanner<'_>,
    needed: &NeededFields,
    depth: usize,
) -> Option<Map> {
    if depth > DEEPEST {
        return None;
    }
    let fields = &needed.fields;
    let mut cut = Map::default();
    // Keys mostly come in the same order.
    let mut likely = 0;
    scanner.object(|scanner, key| {
        let is_key = |at: &usize| fields[*at].name.as_bytes() == key;
        let mut order = (likely..fields.len()).chain(0..likely);
        let Some(at) = order.find(is_key) else {
            scanner.value()?;
            return Some(());
        };
        likely = at + 1;
        let value = match &fields[at].within {
            Some(within) if scanner.peek() == Some(b'{') => {
                Val::obj(object(record, scanner, within, depth + 1)?)
            }
            _ => read::parse_single(&record[scanner.value()?]).ok()?,
        };
        // If a key occurs twice, the last one counts.
        cut.insert(Val::utf8_str(key.to_vec()), value);
        Some(())
    })?;
    Some(cut)
}
