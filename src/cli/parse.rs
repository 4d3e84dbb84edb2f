//! From clap's matches to an [`Invocation`].

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::ArgMatches;
use secrecy::SecretString;

use super::bulk::Bulk;
use super::invocation::{
    Action, Background, Call, Control, DryRun, ErrorForm, Free, Invocation, Options, OutputOptions,
    Paging, Sandbox, Serving,
};
use super::{auth, bulk, filtering, flags, manual, stats, watch};
use crate::catalog::{self, Method, ParameterRole};
use crate::config::{Colour, NetworkFlags};
use crate::error::{Error, Result};
use crate::filter::Variables;
use crate::request::Set;

pub(super) fn invocation(matches: &ArgMatches) -> Result<Invocation> {
    let Some((name, command)) = matches.subcommand() else {
        return Err(Error::usage("a resource is missing").hint("rc --help lists them"));
    };
    let (action, deepest) = match (name, catalog::resource(name)) {
        (_, Some(resource)) => {
            let (verb, verb_matches) = subcommand(command)?;
            let operation = resource
                .operation(&verb.replace('-', "_"))
                .ok_or_else(|| Error::usage(format!("{name} has no verb {verb}")))?;
            (
                Action::Call(call(resource, operation, verb_matches)?),
                verb_matches,
            )
        }
        ("api", _) => (Action::Free(free(command)?), command),
        ("doctor", _) => (Action::Doctor, command),
        ("openapi", _) => (Action::OpenApi, command),
        ("completions", _) => (Action::Completions(manual::shell_of(command)), command),
        ("man", _) => (Action::Manual(manual::manual_of(command)), command),
        ("stats", _) => {
            let (name, matches) = subcommand(command)?;
            let asked = stats::stats_of(name, matches)?;
            (Action::Stats(Box::new(asked)), matches)
        }
        ("bulk", _) => {
            let (verb, matches) = subcommand(command)?;
            let (asked, deepest) = bulk::bulk_of(verb, matches)?;
            (Action::Bulk(asked), deepest)
        }
        ("auth", _) => {
            let (verb, matches) = subcommand(command)?;
            (Action::Auth(auth::auth_of(verb, matches)), matches)
        }
        ("profile", _) => {
            let (verb, matches) = subcommand(command)?;
            (Action::Profiles(auth::profile_of(verb, matches)), matches)
        }
        (_, None) => {
            let (verb, verb_matches) = subcommand(command)?;
            let deepest = verb_matches
                .subcommand()
                .map_or(verb_matches, |(_, deeper)| deeper);
            (Action::Sandbox(sandbox(verb, verb_matches)), deepest)
        }
    };
    let mut options = options(deepest)?;
    if let Action::Bulk(Bulk::Run(..) | Bulk::Check(_)) = &action {
        // There it filters what comes in.
        options.output.jq = None;
        options.output.variables = Variables::default();
    }
    Ok(Invocation { options, action })
}

fn subcommand(matches: &ArgMatches) -> Result<(&str, &ArgMatches)> {
    matches
        .subcommand()
        .ok_or_else(|| Error::usage("a verb is missing"))
}

pub(super) fn call(
    resource: &'static catalog::Resource,
    operation: &'static catalog::Operation,
    matches: &ArgMatches,
) -> Result<Call> {
    let mut given = Vec::new();
    for parameter in operation
        .flags()
        .filter(|parameter| parameter.role != ParameterRole::PageSize)
    {
        let words = texts(matches, parameter.name);
        if !words.is_empty() {
            given.push((parameter, words));
        }
    }
    let takes_body = operation.takes_body();
    Ok(Call {
        resource,
        operation,
        targets: if operation.holes.is_empty() {
            Vec::new()
        } else {
            texts(matches, "target")
        },
        given,
        body: if takes_body {
            text(matches, "body")
        } else {
            None
        },
        set: if takes_body {
            sets(matches)?
        } else {
            Vec::new()
        },
        paging: if operation.pages() {
            paging(matches)
        } else {
            Paging::default()
        },
        watch: watch::watched(matches),
    })
}

fn free(matches: &ArgMatches) -> Result<Free> {
    let method = match text(matches, "method")
        .map(|word| word.to_ascii_uppercase())
        .as_deref()
    {
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("DELETE") => Method::Delete,
        _ => Method::Get,
    };
    let path = text(matches, "path").unwrap_or_default();
    if path.contains("://") {
        let path = crate::userinfo::hidden_in_words(&path).into_owned();
        return Err(Error::usage(format!("{path} is a URL, not a path"))
            .hint("give the path alone, and the server with --base-url"));
    }
    let fields = texts(matches, "field");
    Ok(Free {
        method,
        path,
        fields: fields
            .iter()
            .map(|word| set("field", word, false))
            .collect::<Result<_>>()?,
        body: text(matches, "body"),
        paginate: matches.get_flag("paginate"),
        paging: paging(matches),
    })
}

fn sandbox(verb: &str, matches: &ArgMatches) -> Sandbox {
    let seed = || matches.get_one("seed").copied();
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    match verb {
        "reset" => Sandbox::Reset,
        "seed" => Sandbox::Seed {
            customers: matches.get_one("customers").copied().unwrap_or_default(),
            seed: seed(),
        },
        "dump" => Sandbox::Dump,
        "load" => Sandbox::Load {
            file: path("file").unwrap_or_default(),
        },
        "state" => Sandbox::Control(Control::State),
        "deliveries" => Sandbox::Control(Control::Deliveries),
        "clock" => Sandbox::Control(clock(matches)),
        "faults" => Sandbox::Control(faults(matches)),
        "requests" if matches.get_flag("clear") => Sandbox::Control(Control::ForgetRequests),
        "requests" => Sandbox::Control(Control::Requests {
            after: matches.get_one("after").copied(),
            last: matches.get_one("last").copied(),
        }),
        "token" => Sandbox::Control(Control::Token {
            scopes: matches
                .get_many("scopes")
                .map(|scopes| scopes.cloned().collect()),
            name: text(matches, "name"),
            multiplier: text(matches, "multiplier"),
        }),
        _ => Sandbox::Serve(Serving {
            host: matches
                .get_one("host")
                .copied()
                .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: matches.get_one("port").copied().unwrap_or_default(),
            customers: matches.get_one("customers").copied(),
            seed: seed(),
            data: path("data"),
            limited: !matches.get_flag("no-limit"),
            faults: text(matches, "faults"),
            latency: text(matches, "latency"),
            background: background(matches),
        }),
    }
}

fn background(matches: &ArgMatches) -> Background {
    Background {
        batch_speed: matches.get_one("batch-speed").copied(),
        task_failures: matches.get_one("task-failures").copied(),
        batch_failures: matches.get_one("batch-failures").copied(),
        client_secret: text(matches, "client-secret").map(SecretString::from),
        webhook_window: matches.get_one("webhook-window").copied(),
        webhooks_anywhere: matches.get_flag("webhooks-anywhere"),
    }
}

fn clock(matches: &ArgMatches) -> Control {
    match matches.subcommand() {
        Some(("set", deeper)) => Control::SetClock(text(deeper, "time").unwrap_or_default()),
        Some(("advance", deeper)) => {
            Control::AdvanceClock(text(deeper, "span").unwrap_or_default())
        }
        _ => Control::ShowClock,
    }
}

fn faults(matches: &ArgMatches) -> Control {
    match matches.subcommand() {
        Some(("set", deeper)) => Control::SetFaults(texts(deeper, "spec").join(" ")),
        Some(("off", _)) => Control::NoFaults,
        _ => Control::ShowFaults,
    }
}

fn sets(matches: &ArgMatches) -> Result<Vec<Set>> {
    let typed = texts(matches, "set")
        .into_iter()
        .map(|word| set("set", &word, false));
    let verbatim = texts(matches, "set-string")
        .into_iter()
        .map(|word| set("set-string", &word, true));
    typed.chain(verbatim).collect()
}

fn set(flag: &str, word: &str, verbatim: bool) -> Result<Set> {
    let Some((path, value)) = word.split_once('=') else {
        return Err(Error::usage(format!("--{flag} {word}: there is no ="))
            .hint(format!("write --{flag} name=value")));
    };
    Ok(Set {
        path: path.to_owned(),
        value: value.to_owned(),
        verbatim,
    })
}

fn paging(matches: &ArgMatches) -> Paging {
    Paging {
        limit: matches.get_one(flags::LIMIT).copied(),
        page_size: matches.get_one("page-size").copied(),
    }
}

fn options(matches: &ArgMatches) -> Result<Options> {
    Ok(Options {
        output: OutputOptions {
            format: matches.get_one("output").copied(),
            jq: text(matches, "jq"),
            variables: filtering::variables(matches)?,
            jq_errors: matches.get_one("jq-errors").copied(),
            raw: matches.get_flag("raw"),
            slurp: matches.get_flag("slurp"),
            columns: text(matches, "columns"),
            excel: matches.get_flag("excel"),
            out: text(matches, "out").map(PathBuf::from),
        },
        colour: matches
            .get_one::<Colour>("color")
            .copied()
            .unwrap_or_default(),
        errors: matches.get_one::<ErrorForm>("errors").copied(),
        dry_run: matches.get_one::<DryRun>("dry-run").copied(),
        yes: matches.get_flag("yes"),
        fail_fast: matches.get_flag("fail-fast"),
        sandbox: matches.get_flag("sandbox"),
        base_url: text(matches, "base-url"),
        api_version: text(matches, "api-version"),
        network: NetworkFlags {
            ca_file: text(matches, "ca-file").map(PathBuf::from),
            system_ca: matches.get_flag("system-ca"),
            timeout: matches.get_one("timeout").copied(),
        },
        verbose: matches.get_count("verbose"),
        trace: text(matches, "trace").map(PathBuf::from),
        profile: text(matches, "profile"),
        max_retries: matches.get_one("max-retries").copied(),
        max_time: matches.get_one("max-time").copied(),
    })
}

pub(super) fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

pub(super) fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches
        .get_many::<String>(name)
        .map_or_else(Vec::new, |words| words.cloned().collect())
}
