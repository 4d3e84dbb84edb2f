//! Reading what the user named: `@file` and `-` for values, ids on standard
//! input.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::args::Call;
use crate::api::request::{self, GivenValue, Values};
use crate::catalog::Parameter;
use crate::error::{Error, Result};
use crate::excerpt::shortened;
use crate::ui::input::Input;

/// The longest line with an id, or with a record that has one, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// The letters of a word that a message has at most.
const LONGEST_WORD: usize = 60;

/// The values of a call, with files read and checked.
pub(in crate::commands) fn values(call: &Call, input: &mut Input) -> Result<Values> {
    let body = call
        .body
        .as_deref()
        .map(|word| input.text(word))
        .transpose()?;
    let mut given = Vec::new();
    for (parameter, words) in &call.given {
        let words = words
            .iter()
            .map(|word| value(parameter, word, input))
            .collect::<Result<Vec<_>>>()?;
        given.push(GivenValue { parameter, words });
    }
    Ok(Values {
        given,
        body,
        set: call.set.clone(),
    })
}

fn value(parameter: &Parameter, word: &str, input: &mut Input) -> Result<String> {
    if !parameter.takes_file() || !word.starts_with('@') {
        return Ok(word.to_owned());
    }
    let text = input.text(word)?;
    let text = text.trim().to_owned();
    request::check(parameter, &text).map_err(|reason| {
        let flag = parameter.flag_name();
        Error::usage(format!("{}: {reason} (for --{flag})", &word[1..]))
    })?;
    Ok(text)
}

/// The ids in a stream: one a line, or records with an id, as `rc` prints them.
pub(in crate::commands) struct Ids<R> {
    stream: BufReader<R>,
    line: Vec<u8>,
    longest: u64,
    /// Whether nothing more can be read.
    over: bool,
    hole: &'static Parameter,
    number: usize,
}

impl<R: Read> Ids<R> {
    pub(in crate::commands) fn new(stream: R, hole: &'static Parameter) -> Self {
        Self {
            stream: BufReader::new(stream),
            line: Vec::new(),
            longest: LONGEST_LINE,
            over: false,
            hole,
            number: 0,
        }
    }

    /// Reads the next line; gives whether there is one. After an error there
    /// is none: where the line would end is not known.
    fn read_line(&mut self) -> Result<bool> {
        if self.over {
            return Ok(false);
        }
        self.line.clear();
        let mut stream = (&mut self.stream).take(self.longest + 1);
        let read = stream.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| Error::reading("standard input", error))?;
        self.number += usize::from(read > 0);
        if self.line.len() as u64 > self.longest {
            let longest = self.longest >> 20;
            return Err(self.wrong(&format!("is longer than {longest} MiB")));
        }
        Ok(read > 0)
    }

    fn id(&self, line: &str) -> Result<Option<String>> {
        // A JSON array of records comes with a bracket line at each end and a
        // comma after each record.
        let line = if self.number == 1 {
            line.trim_start_matches('\u{feff}')
        } else {
            line
        };
        let word = line.trim().trim_end_matches(',');
        let word = word.strip_prefix('[').unwrap_or(word).trim();
        if word.is_empty() || word == "]" {
            return Ok(None);
        }
        let id = match serde_json::from_str(word) {
            Ok(Value::Object(record)) => record
                .get("id")
                .or_else(|| record.get(self.hole.name))
                .map(text)
                .ok_or_else(|| self.wrong("has no id"))?,
            Ok(Value::String(id)) => id,
            _ if word.starts_with('{') => return Err(self.wrong("is not whole JSON")),
            _ => word.to_owned(),
        };
        match request::check(self.hole, &id) {
            Ok(()) => Ok(Some(id)),
            Err(reason) => Err(self.wrong(&format!("{}: {reason}", shortened(&id, LONGEST_WORD)))),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::usage(format!("standard input, line {}: {what}", self.number))
            .hint("give one id a line, or NDJSON records with an id")
    }
}

impl<R: Read> Iterator for Ids<R> {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Result<String>> {
        loop {
            match self.read_line() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
            let id = match std::str::from_utf8(&self.line) {
                Ok(line) => self.id(line),
                Err(_) => Err(self.wrong("is not valid UTF-8")),
            };
            if let Some(id) = id.transpose() {
                return Some(id);
            }
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn ids(text: &str) -> Vec<Result<String, String>> {
        let (_, get) = catalog::recharge::API
            .operation("subscriptions.get")
            .unwrap();
        Ids::new(text.as_bytes(), &get.path_parameters[0])
            .map(|id| id.map_err(|error| error.to_string()))
            .collect()
    }

    fn good(text: &str) -> Vec<String> {
        ids(text).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn a_line_without_end_is_refused_by_its_number() {
        let (_, get) = catalog::recharge::API
            .operation("subscriptions.get")
            .unwrap();
        let stream = b"1\n".chain(std::io::repeat(b'7'));
        let mut ids = Ids::new(stream, &get.path_parameters[0]);
        assert_eq!(ids.next().unwrap().unwrap(), "1");
        let error = ids.next().unwrap().unwrap_err();
        assert_eq!(
            error.message,
            "standard input, line 2: is longer than 16 MiB"
        );
        assert!(ids.next().is_none());
    }

    #[test]
    fn a_stream_that_cannot_be_read_is_told_once() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("broken"))
            }
        }
        let (_, get) = catalog::recharge::API
            .operation("subscriptions.get")
            .unwrap();
        assert_eq!(Ids::new(Broken, &get.path_parameters[0]).take(3).count(), 1);
    }

    #[test]
    fn ids_come_one_a_line_bare_or_quoted() {
        assert_eq!(good("1\n\n  2 \r\n\"3\"\n"), ["1", "2", "3"]);
        assert_eq!(good("7"), ["7"]);
        assert_eq!(good(""), Vec::<String>::new());
    }

    #[test]
    fn records_give_their_id_whether_as_lines_or_as_an_array() {
        assert_eq!(
            good("{\"id\":1,\"a\":{\"id\":9}}\n{\"id\":\"2\"}\n"),
            ["1", "2"]
        );
        assert_eq!(good("[\n{\"id\":1},\n{\"id\":2}\n]\n"), ["1", "2"]);
        assert_eq!(good("[]\n"), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_id_is_named_with_its_line() {
        let found = ids("1\nx\n{\"name\":2}\n{\"id\":\n");
        assert_eq!(found[0], Ok("1".to_owned()));
        assert_eq!(
            found[1],
            Err("standard input, line 2: x: not a whole number".to_owned())
        );
        assert_eq!(
            found[2],
            Err("standard input, line 3: has no id".to_owned())
        );
        assert_eq!(
            found[3],
            Err("standard input, line 4: is not whole JSON".to_owned())
        );
    }
}
