//! The flags that say where messages go, and the forwarder that they come to.

use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};

use crate::catalog::Webhooks;
use crate::cli::Options;
use crate::cli::values::{text, texts};
use crate::commands::connect::Target;
use crate::commands::webhooks::secret;
use crate::config::Network;
use crate::error::{Error, Result};
use crate::ui::Run;
use crate::webhooks::forward::{ForwardOptions, ForwardTarget, Forwarder, PATIENCE, Signer};
use crate::webhooks::{signature, topics};

/// Where messages go, and how.
#[derive(Debug)]
pub(in crate::commands) struct ForwardWords {
    pub(in crate::commands) target: Option<ForwardTarget>,
    path_per_topic: bool,
    topic_header: bool,
    headers: Vec<(String, String)>,
}

impl ForwardWords {
    /// What the flags say.
    ///
    /// # Errors
    /// Of kind `Usage`: the address or a header is not valid.
    pub(in crate::commands) fn of(matches: &ArgMatches) -> Result<Self> {
        let target = text(matches, "forward-to");
        let headers = texts(matches, "header");
        let headers = headers.iter().map(|word| {
            let pair = word.split_once(':');
            let (name, value) = pair.ok_or_else(|| {
                // The text may be only a value, and a secret.
                Error::usage("-H: the : after the name is missing").hint("write -H 'Name: value'")
            })?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        });
        Ok(Self {
            target: target.map(|text| ForwardTarget::parse(&text)).transpose()?,
            path_per_topic: matches.get_flag("path-per-topic"),
            topic_header: matches.get_flag("topic-header"),
            headers: headers.collect::<Result<_>>()?,
        })
    }
}

/// The flags.
pub(in crate::commands) fn flags() -> [Arg; 4] {
    [
        Arg::new("forward-to")
            .long("forward-to")
            .value_name("URL")
            .help("post each message there; https, or http on this machine"),
        Arg::new("path-per-topic")
            .long("path-per-topic")
            .action(ArgAction::SetTrue)
            .help("post to URL/TOPIC, like URL/charge/paid"),
        Arg::new("header")
            .long("header")
            .short('H')
            .value_name("NAME:VALUE")
            .action(ArgAction::Append)
            .help("add a header"),
        Arg::new("topic-header")
            .long("topic-header")
            .action(ArgAction::SetTrue)
            .help("name the topic in a header, which not every webhook does"),
    ]
}

/// The forwarder to a target.
///
/// # Errors
/// Of kind `Usage`: the network settings or a header are not valid.
pub(in crate::commands) fn forwarder(
    run: &mut Run,
    options: &Options,
    place: &Target,
    words: &ForwardWords,
    target: &ForwardTarget,
) -> Result<Forwarder> {
    let webhooks = topics::webhooks(place.api)?;
    let network = Network::of(&options.network, &run.environment, target.base())?;
    let patience = options.network.timeout.unwrap_or(PATIENCE);
    let forward = ForwardOptions {
        path_per_topic: words.path_per_topic,
        topic_header: words.topic_header.then_some(webhooks.headers.topic),
        headers: words.headers.clone(),
    };
    let signer = signer(run, place, webhooks)?;
    Forwarder::new(target.clone(), network, patience, signer, forward)
}

/// Signs messages with the client secret. Where none is known one is made.
fn signer(run: &mut Run, place: &Target, webhooks: &'static Webhooks) -> Result<Signer> {
    let secret = secret::of_or_made(run, place)?;
    Ok(Arc::new(move |body, now| {
        let signed = signature::sign(webhooks, &secret, now.as_second(), body);
        let owned = signed.into_iter();
        owned
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }))
}
