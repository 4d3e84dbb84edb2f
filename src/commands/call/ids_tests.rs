//! Ids from words, pipes and CSV files.

use super::*;
use crate::catalog;

fn ids(text: &str) -> Vec<Result<String, String>> {
    let (_, get) = catalog::recharge::API
        .operation("subscriptions.get")
        .unwrap();
    let stream = io::Cursor::new(text.as_bytes().to_vec());
    Ids::new(Box::new(stream), &get.path_parameters[0])
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
    let mut ids = Ids::new(Box::new(stream), &get.path_parameters[0]);
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
    let ids = Ids::new(Box::new(Broken), &get.path_parameters[0]);
    assert_eq!(ids.take(3).count(), 1);
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
        Err("standard input, line 4: is not valid JSON".to_owned())
    );
}

#[test]
fn csv_gives_its_column_of_ids_whatever_separates_the_cells() {
    for text in [
        "id,email\n1,a@example.com\n2,\"b, c\"\n",
        "\u{feff}Email;ID\r\na;1\r\n\r\nb; 2\r\n",
        "name\tid\na\t1\nb\t2",
        "\n\n\"name\",\"id\"\n\"a\nb\",\"1\"\nc,2\n",
        "id\n1\n2\n",
    ] {
        assert_eq!(good(text), ["1", "2"], "{text:?}");
    }
    assert_eq!(good("id,name\n"), Vec::<String>::new());
}

#[test]
fn row_of_a_csv_without_an_id_is_named_with_its_line() {
    let found = ids("name,id\n\"a\nb\",1\nc,\nd,x\ne,2\n");
    assert_eq!(found[0], Ok("1".to_owned()));
    let messages: Vec<&str> = found[1..3]
        .iter()
        .map(|id| id.as_ref().unwrap_err().as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "standard input, line 4: has no id",
            "standard input, line 5: x: not a whole number"
        ]
    );
    assert_eq!(found[3], Ok("2".to_owned()));
}

#[test]
fn what_looks_at_the_first_line_gives_the_stream_back_whole() {
    let (_, get) = catalog::recharge::API
        .operation("subscriptions.get")
        .unwrap();
    let long = "7".repeat(usize::try_from(LONGEST_HEADER).unwrap() + 9);
    for text in ["", "\n\n1\n2", "id,x\n1,2\n", "\u{feff}1\n", long.as_str()] {
        let stream = Box::new(io::Cursor::new(text.to_owned().into_bytes()));
        let (mut stream, delimiter) = peeked(stream, &get.path_parameters[0]).unwrap();
        let mut whole = String::new();
        stream.read_to_string(&mut whole).unwrap();
        assert_eq!(whole, text);
        assert_eq!(delimiter.is_some(), text.starts_with("id"));
    }
}
