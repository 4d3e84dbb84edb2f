//! jq's own word on what filters mean: the examples of its manual, and what
//! later versions added, run through ours. What differs is in a list, and in
//! `docs/jq.md`; what no longer differs may not be there.

use recharge_cli::filter::{Jq, write_json};
use serde_json::Value;

const MANUAL: &str = include_str!("../jq/manual-1.6.txt");
const FURTHER: &str = include_str!("../jq/further.txt");
const DOCS: &str = include_str!("../../docs/jq.md");

/// A program, an input, and the results that jq gives.
struct Example {
    program: &'static str,
    input: &'static str,
    results: Vec<Value>,
}

/// Programs that give something else, and why; `docs/jq.md` shows each.
const DIFFERENT: &[(&str, &str)] = &[
    (".[] | (1 / .)?", "division by zero is infinite"),
    ("{} | .a.b = 1", "null takes no parts by assignment"),
    (
        "bsearch(4) as $ix | if $ix < 0 then .[-(1+$ix)] = 4 else . end",
        "a list does not grow by assignment",
    ),
    (
        ".[] as {$a, $b, c: {$d, $e}} ?// {$a, $b, c: [{$d, $e}]} | {$a, $b, $d, $e}",
        "?// is not there",
    ),
    (
        ".[] as {$a, $b, c: {$d}} ?// {$a, $b, c: [{$e}]} | {$a, $b, $d, $e}",
        "?// is not there",
    ),
    (
        r#".[] as [$a] ?// [$b] | if $a != null then error("err: \($a)") else {$a,$b} end"#,
        "?// is not there",
    ),
    (
        r#"try error("\($__loc__)") catch ."#,
        "a filter has no file and no lines to name",
    ),
    ("$ENV.PAGER", "the environment is closed"),
    ("env.PAGER", "the environment is closed"),
    ("1425599621.678 | todate", "parts of seconds are kept"),
    ("0 | gmtime | todate", "todate takes seconds"),
    ("5.9 % 2", "a remainder has parts"),
    ("infinite", "JSON has no infinity"),
    (r#"test("(?=h)h")"#, "patterns do not look around"),
    (r#""\(1,2)-\(3,4)""#, "the last part varies fastest"),
    (".[length/2]", "an index is a whole number"),
    (".[1.7]", "an index is a whole number"),
    (".5", "a number begins with a digit"),
    (
        r#"try ("1 2" | fromjson) catch "no""#,
        "a text may hold several values",
    ),
];

fn examples(text: &'static str) -> Vec<Example> {
    let blocks = text.split("\n\n").map(str::trim);
    let blocks = blocks.filter(|block| !block.is_empty() && !block.starts_with("# "));
    let examples = blocks.map(|block| {
        let mut lines = block.lines();
        Example {
            program: lines.next().unwrap(),
            input: lines.next().unwrap(),
            results: lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        }
    });
    examples.collect()
}

/// What the program gives here.
fn ours(example: &Example) -> Result<Vec<Value>, String> {
    let said = |error: recharge_cli::error::Error| error.message;
    let jq = Jq::compile(example.program).map_err(said)?;
    let mut results = Vec::new();
    jq.run(example.input.as_bytes(), &mut |value| {
        let mut text = String::new();
        write_json(value, &mut text)?;
        results.push(serde_json::from_str(&text).unwrap());
        Ok(())
    })
    .map_err(said)?;
    Ok(results)
}

/// Whether two results are one: jq makes no difference between 1 and 1.0.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, value)| theirs.get(key).is_some_and(|their| same(value, their)))
        }
        (ours, theirs) => ours == theirs,
    }
}

fn agrees(example: &Example) -> Result<(), String> {
    let ours = ours(example)?;
    let alike = ours.len() == example.results.len()
        && ours.iter().zip(&example.results).all(|(a, b)| same(a, b));
    if alike {
        Ok(())
    } else {
        Err(format!("{}", Value::Array(ours)))
    }
}

fn check(text: &'static str, least: usize) {
    let examples = examples(text);
    assert!(examples.len() >= least, "only {} examples", examples.len());
    let mut wrong = Vec::new();
    for example in &examples {
        let listed = DIFFERENT
            .iter()
            .any(|(program, _)| *program == example.program);
        match (agrees(example), listed) {
            (Err(ours), false) => wrong.push(format!(
                "{}\n  of {}\n  gives {ours}\n  not {:?}",
                example.program,
                example.input,
                example
                    .results
                    .iter()
                    .map(Value::to_string)
                    .collect::<Vec<_>>()
            )),
            (Ok(()), true) => wrong.push(format!("{} no longer differs", example.program)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_of_the_jq_manual_give_what_they_give_in_jq() {
    check(MANUAL, 190);
}

#[test]
fn later_versions_and_corners_give_what_they_give_in_jq() {
    check(FURTHER, 60);
}

#[test]
fn what_differs_from_jq_is_an_example_and_stands_in_the_docs() {
    let all: Vec<&str> = [MANUAL, FURTHER]
        .into_iter()
        .flat_map(examples)
        .map(|example| example.program)
        .collect();
    for (program, why) in DIFFERENT {
        assert!(all.contains(program), "{program} is no example ({why})");
        assert!(DOCS.contains(program), "{program} is not in docs/jq.md");
    }
}
