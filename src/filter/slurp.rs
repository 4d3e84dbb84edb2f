//! All records as one list: the one thing that buffers, as its flag says.

/// Records gathered into the text of one JSON list.
#[derive(Debug, Default)]
pub struct Slurp {
    list: Vec<u8>,
}

impl Slurp {
    /// Adds a record.
    pub fn gather(&mut self, record: &str) {
        self.list
            .push(if self.list.is_empty() { b'[' } else { b',' });
        self.list.extend_from_slice(record.as_bytes());
    }

    /// The list of all that was gathered, empty when nothing was.
    #[must_use]
    pub fn into_list(mut self) -> Vec<u8> {
        if self.list.is_empty() {
            self.list.push(b'[');
        }
        self.list.push(b']');
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathered_records_are_one_list() {
        let mut slurp = Slurp::default();
        assert_eq!(Slurp::default().into_list(), b"[]");
        slurp.gather("1.10");
        slurp.gather(r#"{"a":1}"#);
        assert_eq!(slurp.into_list(), br#"[1.10,{"a":1}]"#);
    }
}
