//! Copies in a bucket: a small store of objects that answers as S3 does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::super::Copy;
use super::reader::read;
use crate::harness::{Outcome, rc};

/// How a store misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Usual,
    /// It writes over what is there, whatever the condition.
    IgnoresConditions,
    /// It says that it knows no conditions.
    RefusesConditions,
    /// It lets nobody in.
    Forbids,
    /// It carries out every conditional PUT and loses the answer to the first try.
    LosesAnswers,
}

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A store of objects with one bucket, `shop`.
struct Bucket {
    url: String,
    objects: Objects,
}

impl Bucket {
    fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let objects = Objects::default();
        let shared = Arc::clone(&objects);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let objects = Arc::clone(&shared);
                std::thread::spawn(move || answer(client, &objects, behaviour));
            }
        });
        Self { url, objects }
    }

    /// What the bucket has, as files of a folder.
    fn as_folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in self.objects.lock().unwrap().iter() {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    fn run(&self, copy: &Copy, line: &str) -> Outcome {
        rc(line)
            .within(&copy.store)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "a-secret-that-nobody-sees")
            .runs()
    }
}

/// The head and the body of a request.
struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn ask(client: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(client);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        headers,
        body,
    })
}

fn answer(mut client: TcpStream, objects: &Objects, behaviour: Behaviour) {
    let Some(asked) = ask(&client) else { return };
    let Some((status, body)) = respond(&asked, objects, behaviour) else {
        return;
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nETag: \"1\"\r\n\
         Last-Modified: Fri, 20 Nov 2026 12:00:00 GMT\r\n{}Connection: close\r\n\r\n",
        match asked.headers.get("range") {
            Some(_) if status == 206 => {
                let all = objects.lock().unwrap()[&name(&asked.path)].len();
                format!(
                    "Content-Range: bytes {}-{}/{all}\r\n",
                    all - length,
                    all - 1
                )
            }
            _ => String::new(),
        }
    );
    let _ = client.write_all(head.as_bytes());
    let _ = client.write_all(&body);
}

fn name(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let name = path.strip_prefix("/shop/").unwrap_or_default();
    name.replace("%3D", "=")
}

/// The status and body of an answer; `None` for one that is lost.
fn respond(asked: &Asked, objects: &Objects, behaviour: Behaviour) -> Option<(u16, Vec<u8>)> {
    let error = |status, code: &str| {
        let body = format!(
            "<Error><Code>{code}</Code><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId></Error>"
        );
        Some((status, body.into_bytes()))
    };
    if behaviour == Behaviour::Forbids {
        return error(403, "AccessDenied");
    }
    if !asked.path.starts_with("/shop") {
        return error(404, "NoSuchBucket");
    }
    let mut objects = objects.lock().unwrap();
    let name = name(&asked.path);
    match asked.method.as_str() {
        "GET" if asked.path.contains("list-type=2") => Some((200, list(&objects, &asked.path))),
        "GET" | "HEAD" => match objects.get(&name) {
            None => error(404, "NoSuchKey"),
            Some(content) => match asked.headers.get("range") {
                Some(range) => {
                    let most: usize = range.strip_prefix("bytes=-")?.parse().ok()?;
                    let from = content.len().saturating_sub(most);
                    Some((206, content[from..].to_vec()))
                }
                None => Some((200, content.clone())),
            },
        },
        "PUT" => {
            let is_conditional = asked.headers.contains_key("if-none-match");
            if is_conditional && behaviour == Behaviour::RefusesConditions {
                return error(501, "NotImplemented");
            }
            let keeps = behaviour != Behaviour::IgnoresConditions;
            if is_conditional && keeps && objects.contains_key(&name) {
                return error(412, "PreconditionFailed");
            }
            objects.insert(name, asked.body.clone());
            if is_conditional && behaviour == Behaviour::LosesAnswers {
                return error(503, "SlowDown");
            }
            Some((200, Vec::new()))
        }
        "DELETE" => {
            objects.remove(&name);
            Some((204, Vec::new()))
        }
        _ => error(405, "MethodNotAllowed"),
    }
}

fn list(objects: &BTreeMap<String, Vec<u8>>, path: &str) -> Vec<u8> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let value = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(name, _)| *name == key);
        found.map_or(String::new(), |(_, value)| value.replace("%2F", "/"))
    };
    let (prefix, has_delimiter) = (value("prefix"), !value("delimiter").is_empty());
    let mut items = String::new();
    let mut folders = std::collections::BTreeSet::new();
    for (name, content) in objects {
        let Some(rest) = name.strip_prefix(&prefix) else {
            continue;
        };
        match rest.split_once('/') {
            Some((folder, _)) if has_delimiter => {
                folders.insert(format!("{prefix}{folder}/"));
            }
            _ => {
                let size = content.len();
                let item = format!(
                    "<Contents><Key>{name}</Key><LastModified>2026-11-20T12:00:00.000Z\
                     </LastModified><ETag>\"1\"</ETag><Size>{size}</Size></Contents>"
                );
                items.push_str(&item);
            }
        }
    }
    for folder in folders {
        items.extend([
            "<CommonPrefixes><Prefix>",
            &folder,
            "</Prefix></CommonPrefixes>",
        ]);
    }
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>\
         {items}</ListBucketResult>"
    )
    .into_bytes()
}

const TABLES: &str = "--tables customers,subscriptions,webhooks";

#[test]
fn a_copy_in_a_bucket_goes_on_from_any_machine() {
    for format in super::FORMATS {
        for behaviour in [Behaviour::Usual, Behaviour::LosesAnswers] {
            let bucket = Bucket::start(behaviour);
            let copy = Copy::new();
            let line = format!("sync --to {format}:s3://shop/copies/a {TABLES}");
            let outcome = bucket.run(&copy, &line);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let id = copy.listed("subscriptions list --status active -n 1")[0]["id"].clone();
            copy.sandbox(&format!("subscriptions update {id} --quantity 9"));
            // Another machine has no index.
            let lakes = copy.store.path().join("lakes");
            assert!(lakes.exists());
            std::fs::remove_dir_all(lakes).unwrap();
            let outcome = bucket.run(&copy, &line);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let folder = bucket.as_folder();
            let table = read(&folder.path().join("copies/a"), format, "subscriptions").unwrap();
            let rows = table.by_key(&["id"]);
            assert_eq!(rows.len(), copy.listed("subscriptions list").len());
            assert_eq!(
                rows[&vec![id.to_string()]]["quantity"].as_deref(),
                Some("9")
            );
            let line = format!("sync status --to {format}:s3://shop/copies/a -o ndjson");
            let outcome = bucket.run(&copy, &line);
            assert!(
                outcome.stdout.contains("\"customers\""),
                "{}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn a_second_writer_of_a_bucket_is_refused_and_one_that_is_silent_is_followed() {
    let bucket = Bucket::start(Behaviour::Usual);
    let copy = Copy::new();
    let line = format!("sync --to delta:s3://shop/a {TABLES}");
    let holder = |beat: &str| {
        let entry = format!(
            r#"{{"token":1,"process":7,"host":"elsewhere","since":"2026-11-20T11:00:00Z","beat":"{beat}","ended":false}}"#
        );
        let name = "a/_lock/00000000000000000005.json".to_owned();
        bucket
            .objects
            .lock()
            .unwrap()
            .insert(name, entry.into_bytes());
    };
    holder("2026-11-20T11:59:00Z");
    let refused = bucket.run(&copy, &line);
    assert_eq!(refused.code, 7, "{}", refused.stderr);
    let said = "s3://shop/a is being written by process 7 on elsewhere, since 2026-11-20T11:00:00Z";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    assert_eq!(bucket.objects.lock().unwrap().len(), 1);
    holder("2026-11-20T11:50:00Z");
    let followed = bucket.run(&copy, &line);
    assert_eq!(followed.code, 0, "{}", followed.stderr);
    let objects = bucket.objects.lock().unwrap();
    let locks: Vec<&String> = objects
        .keys()
        .filter(|name| name.contains("_lock"))
        .collect();
    assert_eq!(locks, ["a/_lock/00000000000000000006.json"]);
}

#[test]
fn a_bucket_that_cannot_be_used_is_named_with_the_reason_and_without_keys() {
    for (behaviour, to, code, said) in [
        (
            Behaviour::Forbids,
            "delta:s3://shop/a",
            3,
            "s3://shop/a: access denied (403",
        ),
        (
            Behaviour::IgnoresConditions,
            "delta:s3://shop/a",
            2,
            "the store of s3://shop/a does not support If-None-Match",
        ),
        (
            Behaviour::RefusesConditions,
            "parquet:s3://shop/a",
            2,
            "the store of s3://shop/a does not support If-None-Match",
        ),
        (
            Behaviour::Usual,
            "delta:s3://other/a",
            4,
            "s3://other/a does not exist (404",
        ),
    ] {
        let bucket = Bucket::start(behaviour);
        let copy = Copy::new();
        let outcome = bucket.run(&copy, &format!("sync --to {to} {TABLES}"));
        assert_eq!(outcome.code, code, "{behaviour:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        for secret in ["AKIAEXAMPLE", "nobody-sees"] {
            assert!(!outcome.stderr.contains(secret), "{}", outcome.stderr);
        }
        let objects = bucket.objects.lock().unwrap();
        let tables = objects.keys().filter(|name| !name.contains("_lock"));
        assert_eq!(tables.count(), 0);
    }
}
