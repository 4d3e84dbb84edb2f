//! Reads escapes of JSON, URLs and HTML, nested in each other.
//!
//! Takes bytes and a place in them; returns the characters that the bytes from
//! there on may stand for, and where each of these spellings ends. Pure.

/// The names of entities, between `&` and their end.
const ENTITIES: [(&[u8], u8); 5] = [
    (b"amp;", b'&'),
    (b"quot;", b'"'),
    (b"apos;", b'\''),
    (b"lt;", b'<'),
    (b"gt;", b'>'),
];

/// Whether an escape begins with this byte.
pub(super) const fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

/// Whether an entity of HTML can begin with this byte after its `&`.
pub(super) fn begins_entity(byte: u8) -> bool {
    byte == b'#' || ENTITIES.iter().any(|(name, _)| name[0] == byte)
}

/// What is called with a byte that some bytes give, and where those end.
pub(super) type OnUnit<'a> = &'a mut dyn FnMut(u8, usize);

/// Calls `found` with each byte that the bytes from `at` on give, plainly or
/// through at most `depth` layers of escapes; with one of them perhaps twice.
pub(super) fn each_unit(bytes: &[u8], at: usize, depth: u8, found: OnUnit) {
    let Some(byte) = bytes.get(at).copied() else {
        return;
    };
    found(byte, at + 1);
    if depth == 0 || !is_escape(byte) {
        return;
    }
    each_unit(bytes, at, depth - 1, &mut |begun, at| match begun {
        b'\\' => each_unit(bytes, at, depth - 1, &mut |byte, at| match byte {
            b'u' => number(
                bytes,
                at,
                depth - 1,
                Hex {
                    digits: 4,
                    value: 0,
                },
                found,
            ),
            byte if byte.is_ascii_punctuation() => found(byte, at),
            _ => {}
        }),
        b'%' => number(
            bytes,
            at,
            depth - 1,
            Hex {
                digits: 2,
                value: 0,
            },
            found,
        ),
        b'&' => entity(bytes, at, depth - 1, found),
        _ => {}
    });
}

/// The rest of a number of so many hexadecimal digits.
#[derive(Clone, Copy)]
struct Hex {
    digits: u8,
    value: u8,
}

fn number(bytes: &[u8], at: usize, depth: u8, hex: Hex, found: OnUnit) {
    if hex.digits == 0 {
        return found(hex.value, at);
    }
    each_unit(bytes, at, depth, &mut |byte, at| {
        let digit = char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok());
        // Only ASCII characters are looked for.
        if let Some(digit) = digit.filter(|_| hex.value < 8) {
            let value = hex.value << 4 | digit;
            let digits = hex.digits - 1;
            number(bytes, at, depth, Hex { digits, value }, found);
        }
    });
}

/// What is behind `&`: a name, or a number after `#`.
fn entity(bytes: &[u8], at: usize, depth: u8, found: OnUnit) {
    each_unit(bytes, at, depth, &mut |byte, after| match byte {
        b'#' => each_unit(bytes, after, depth, &mut |byte, behind| match byte {
            b'x' | b'X' => reference(bytes, behind, depth, (16, 0, 3), found),
            _ => reference(bytes, after, depth, (10, 0, 4), found),
        }),
        _ => {
            for (name, value) in ENTITIES.iter().filter(|(name, _)| name[0] == byte) {
                sequence(bytes, after, depth, &name[1..], &mut |end| {
                    found(*value, end);
                });
            }
        }
    });
}

/// The rest of a number: its radix, its value so far, how many characters may
/// follow with the semicolon.
fn reference(bytes: &[u8], at: usize, depth: u8, number: (u32, u32, u8), found: OnUnit) {
    let (radix, value, left) = number;
    each_unit(bytes, at, depth, &mut |byte, at| {
        if byte == b';' {
            if let Ok(value) = u8::try_from(value) {
                found(value, at);
            }
        } else if let Some(digit) = char::from(byte).to_digit(radix).filter(|_| left > 1) {
            reference(
                bytes,
                at,
                depth,
                (radix, value * radix + digit, left - 1),
                found,
            );
        }
    });
}

fn sequence(bytes: &[u8], at: usize, depth: u8, rest: &[u8], found: &mut dyn FnMut(usize)) {
    let Some((want, rest)) = rest.split_first() else {
        return found(at);
    };
    each_unit(bytes, at, depth, &mut |byte, at| {
        if byte == *want {
            sequence(bytes, at, depth, rest, found);
        }
    });
}
