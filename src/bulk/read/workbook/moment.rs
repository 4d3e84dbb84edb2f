//! Days and times of cells in the form of the API.

/// A day, with the time of day where one is meant.
pub(super) fn text((year, month, day): (u16, u8, u8), clock: Option<(u8, u8, u8)>) -> String {
    let day = format!("{year:04}-{month:02}-{day:02}");
    match clock {
        None | Some((0, 0, 0)) => day,
        Some((hour, minute, second)) => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
    }
}

/// A day or time of ISO 8601 without parts of seconds, and without a time of
/// day that is midnight.
pub(super) fn iso(text: &str) -> String {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    whole.strip_suffix("T00:00:00").unwrap_or(whole).to_owned()
}
