//! Bytes become text: a stream in any of three encodings comes in, and goes out
//! as UTF-8 in which no byte is NUL. Bytes that are not text are a [`Fault`] at
//! exactly their place; all that is before it is handed over first.
//!
//! It is decided while reading, never by reading all: a file is ASCII until
//! the first byte that is not. It knows no lines and no cells.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memchr;

/// Bytes that are asked for at a time.
const CHUNK: usize = 64 * 1024;

/// How a file writes its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// What nearly all programs write.
    Utf8,
    /// What spreadsheets call "Unicode text".
    Utf16,
    /// What older programs on Windows write in Western Europe and America.
    Windows1252,
    /// Any other that the web knows, like that of old Macs.
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The encodings that are detected, and one that has to be named.
    pub const COMMON: [&'static str; 4] = ["utf-8", "utf-16", "windows-1252", "macintosh"];

    /// Its name, as `--encoding` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Windows1252 => "windows-1252",
            Self::Other(encoding) => encoding.name(),
        }
    }

    /// The encoding of that name, by any of the labels of the web.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let encoding = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes())?;
        Some(match encoding {
            // Its marks or its zeros say which byte comes first.
            _ if name.trim().eq_ignore_ascii_case("utf-16") => Self::Utf16,
            _ if encoding == UTF_8 => Self::Utf8,
            _ if encoding == WINDOWS_1252 => Self::Windows1252,
            other => Self::Other(other),
        })
    }
}

/// Why a text does not continue.
#[derive(Debug)]
pub(super) enum Fault {
    /// The stream broke.
    Stream(io::Error),
    /// Bytes that mean nothing in the encoding.
    Undecodable(Encoding),
    /// A NUL: no text contains one, and other programs end there.
    Nul,
}

enum Way {
    /// Only ASCII so far, which is the same in two of the encodings.
    Undecided,
    Utf8,
    Decoded(Encoding, Decoder),
}

/// A stream as text. Decoded text is in [`Self::rest`] until it is consumed,
/// however long: anyone who looks ahead sets the limit.
pub(super) struct TextStream {
    stream: Box<dyn Read + Send>,
    way: Way,
    /// Decoded from `at` to `good`; from there to `end`, what has yet to be
    /// looked at or is the beginning of a letter. Initialised to its length.
    buffer: Vec<u8>,
    at: usize,
    good: usize,
    end: usize,
    /// Bytes to be decoded, where they are not UTF-8 already.
    raw: Vec<u8>,
    /// What is behind the last good byte.
    fault: Option<Fault>,
    ended: bool,
}

impl TextStream {
    /// Reads on behind the bytes that were taken from the stream to look at
    /// its beginning.
    pub(super) fn new(
        stream: Box<dyn Read + Send>,
        encoding: Option<Encoding>,
        backwards: bool,
        first: &[u8],
    ) -> Self {
        let way = match encoding {
            None => Way::Undecided,
            Some(Encoding::Utf8) => Way::Utf8,
            Some(Encoding::Utf16) if backwards => decoded(Encoding::Utf16, UTF_16BE),
            Some(Encoding::Utf16) => decoded(Encoding::Utf16, UTF_16LE),
            Some(Encoding::Windows1252) => decoded(Encoding::Windows1252, WINDOWS_1252),
            Some(Encoding::Other(other)) => decoded(Encoding::Other(other), other),
        };
        let stream = Box::new(io::Cursor::new(first.to_vec()).chain(stream));
        Self {
            stream,
            way,
            buffer: Vec::new(),
            at: 0,
            good: 0,
            end: 0,
            raw: vec![0; CHUNK],
            fault: None,
            ended: false,
        }
    }

    /// How it is read; `None` while all of it is ASCII.
    pub(super) const fn encoding(&self) -> Option<Encoding> {
        match self.way {
            Way::Undecided => None,
            Way::Utf8 => Some(Encoding::Utf8),
            Way::Decoded(encoding, _) => Some(encoding),
        }
    }

    /// What is decoded and not consumed: whole letters.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..self.good]
    }

    /// Leaves the first so many bytes of the rest behind.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.good);
    }

    /// Makes the rest longer; `false` at the end of the text.
    pub(super) fn more(&mut self) -> Result<bool, Fault> {
        self.make_room();
        let before = self.good;
        while self.good == before {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.ended {
                return Ok(false);
            }
            match self.way {
                Way::Undecided | Way::Utf8 => self.read_in_place(),
                Way::Decoded(..) => self.read_and_decode(),
            }
            self.stop_at_nul(before);
        }
        Ok(true)
    }

    /// Makes the rest longer for somebody who only looks ahead: a fault waits
    /// for anyone who reads up to it, and knows its line.
    pub(super) fn look(&mut self) -> bool {
        self.more().unwrap_or_else(|fault| {
            self.fault = Some(fault);
            false
        })
    }

    fn make_room(&mut self) {
        if self.at > 0 {
            self.buffer.copy_within(self.at..self.end, 0);
            self.good -= self.at;
            self.end -= self.at;
            self.at = 0;
        }
        self.at_least(self.end + CHUNK);
    }

    fn at_least(&mut self, length: usize) {
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
    }

    fn read_in_place(&mut self) {
        self.at_least(self.end + CHUNK);
        match read(&mut self.stream, &mut self.buffer[self.end..]) {
            Ok(0) => self.ended = true,
            Ok(bytes) => self.end += bytes,
            Err(error) => return self.fault = Some(Fault::Stream(error)),
        }
        if matches!(self.way, Way::Undecided) {
            let new = &self.buffer[self.good..self.end];
            self.good += encoding_rs::Encoding::ascii_valid_up_to(new);
            self.decide();
        }
        if matches!(self.way, Way::Utf8) {
            let new = &self.buffer[self.good..self.end];
            self.good += encoding_rs::Encoding::utf8_valid_up_to(new);
            if letter(&self.buffer[self.good..self.end], self.ended) == Letter::None {
                self.fault = Some(Fault::Undecodable(Encoding::Utf8));
            }
        }
    }

    /// The first letter beyond ASCII tells: what is a letter of UTF-8 by
    /// chance is none that anybody writes in Windows-1252.
    fn decide(&mut self) {
        let new = &self.buffer[self.good..self.end];
        match letter(new, self.ended) {
            Letter::Unknown => {}
            Letter::Whole => self.way = Way::Utf8,
            Letter::None => {
                let raw = new.to_vec();
                self.end = self.good;
                self.way = decoded(Encoding::Windows1252, WINDOWS_1252);
                self.decode(&raw, self.ended);
            }
        }
    }

    fn read_and_decode(&mut self) {
        let mut raw = std::mem::take(&mut self.raw);
        match read(&mut self.stream, &mut raw) {
            Ok(bytes) => {
                self.ended = bytes == 0;
                self.decode(&raw[..bytes], bytes == 0);
            }
            Err(error) => self.fault = Some(Fault::Stream(error)),
        }
        self.raw = raw;
    }

    fn decode(&mut self, mut raw: &[u8], last: bool) {
        loop {
            let Way::Decoded(_, decoder) = &self.way else {
                return;
            };
            let most = decoder.max_utf8_buffer_length_without_replacement(raw.len());
            self.at_least(self.good + most.unwrap_or(4 * raw.len()) + 16);
            let Way::Decoded(encoding, decoder) = &mut self.way else {
                return;
            };
            let room = &mut self.buffer[self.good..];
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(raw, room, last);
            self.good += written;
            self.end = self.good;
            raw = &raw[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    return self.fault = Some(Fault::Undecodable(*encoding));
                }
            }
        }
    }

    fn stop_at_nul(&mut self, before: usize) {
        if let Some(at) = memchr(0, &self.buffer[before..self.good]) {
            self.good = before + at;
            self.fault = Some(Fault::Nul);
        }
    }
}

fn decoded(encoding: Encoding, by: &'static encoding_rs::Encoding) -> Way {
    Way::Decoded(encoding, by.new_decoder_without_bom_handling())
}

/// What some bytes begin with.
#[derive(Debug, PartialEq, Eq)]
enum Letter {
    /// Nothing, or what may become a letter of UTF-8.
    Unknown,
    /// A letter of UTF-8.
    Whole,
    /// No letter of UTF-8.
    None,
}

fn letter(bytes: &[u8], last: bool) -> Letter {
    let first = &bytes[..bytes.len().min(4)];
    match std::str::from_utf8(first) {
        _ if first.is_empty() => Letter::Unknown,
        Ok(_) => Letter::Whole,
        Err(error) if error.valid_up_to() > 0 => Letter::Whole,
        Err(error) if error.error_len().is_none() && !last => Letter::Unknown,
        Err(_) => Letter::None,
    }
}

/// Reads what there is, anyone who interrupts.
pub(super) fn read(stream: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
