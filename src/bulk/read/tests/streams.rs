//! Streams that come slowly, and streams that break.

use super::*;

/// Gives bytes, then breaks.
struct Breaks(io::Cursor<Vec<u8>>);

impl Read for Breaks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
            bytes => Ok(bytes),
        }
    }
}

fn broken(text: &str) -> Error {
    let stream = Breaks(io::Cursor::new(text.as_bytes().to_vec()));
    read_from("a pipe", stream, ReadOptions::default()).unwrap_err()
}

#[test]
fn a_stream_that_breaks_is_named_with_its_line() {
    for text in [
        "code\nA\nB",
        "[\n{\"a\":1},\n",
        "{\"a\":1}\n{\"a\":2}\n",
        "{\n\"a\":1\n",
    ] {
        let error = broken(text);
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(error.message, "cannot read a pipe, line 3", "{text:?}");
        assert!(error.to_string().contains("connection reset"), "{error}");
    }
    // Long after its beginning.
    let error = broken(&format!("code\n{}", "A\n".repeat(100_000)));
    assert_eq!(error.message, "cannot read a pipe, line 100002");
    // Before anything.
    assert_eq!(broken("").message, "cannot read a pipe, line 1");
}

#[test]
fn a_failure_is_never_followed_by_an_end() {
    let stream = Box::new(io::Cursor::new("code\nA\n\"B\n"));
    let mut reader =
        InputReader::open("a file", stream, &ReadOptions::default(), &familiar).unwrap();
    assert!(reader.next_row().unwrap().is_some());
    assert!(reader.next_row().is_err());
    assert!(reader.next_row().is_err());
    assert!(reader.next_row().is_err());
}

#[test]
fn the_end_stays_the_end() {
    for text in ["code\nA\n", "code\nA", "{\"a\":1}\n", "[{\"a\":1}]"] {
        let stream = Box::new(io::Cursor::new(text));
        let mut reader =
            InputReader::open("a file", stream, &ReadOptions::default(), &familiar).unwrap();
        assert!(reader.next_row().unwrap().is_some());
        for _ in 0..3 {
            assert!(reader.next_row().unwrap().is_none(), "{text:?}");
        }
    }
}

#[test]
fn a_row_is_handed_over_before_the_stream_goes_on() {
    // Anyone who pipes a million rows must not wait for the last.
    let text = format!("code\n{}", "A\n".repeat(1000));
    let stream = Slowly(Breaks(io::Cursor::new(text.into_bytes())), 100);
    let mut reader = InputReader::open(
        "a pipe",
        Box::new(stream),
        &ReadOptions::default(),
        &familiar,
    )
    .unwrap();
    for _ in 0..1000 {
        assert!(reader.next_row().unwrap().is_some());
    }
    assert!(reader.next_row().is_err());
}

#[test]
fn interruptions_are_no_failures() {
    struct Interrupted(io::Cursor<&'static str>, bool);
    impl Read for Interrupted {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = into.len().min(3);
            self.0.read(&mut into[..most])
        }
    }
    let stream = Interrupted(io::Cursor::new("code\nA\nB\n"), false);
    let got = read_from("a pipe", stream, ReadOptions::default()).unwrap();
    assert_eq!(got.rows.len(), 2);
}

#[test]
fn a_reader_may_work_on_another_thread() {
    let stream = Box::new(io::Cursor::new("code\nA\n"));
    let mut reader =
        InputReader::open("a file", stream, &ReadOptions::default(), &familiar).unwrap();
    let line = std::thread::spawn(move || reader.next_row().unwrap().unwrap().line);
    assert_eq!(line.join().unwrap(), 2);
}
