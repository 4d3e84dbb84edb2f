//! Where keys, region and address of a store come from: variables of the environment,
//! then the files of a profile, as the tools of AWS read them.
//!
//! No message shows a value: values are secret, or next to secrets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The variables that begin with `AWS_`, and the home folder.
#[derive(Clone)]
pub struct AwsEnvironment {
    /// The variables, by their name.
    pub variables: BTreeMap<String, String>,
    /// The home folder.
    pub home: Option<PathBuf>,
}

impl std::fmt::Debug for AwsEnvironment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AwsEnvironment")
    }
}

/// Settings of a store, by the names of the variables that set them, in small letters.
#[derive(Clone)]
pub struct AwsSettings(pub(super) BTreeMap<String, String>);

impl std::fmt::Debug for AwsSettings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AwsSettings")
    }
}

/// The settings that are keys. They come from one source, never from two.
const KEYS: [&str; 3] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
];

/// Other settings of a profile, and the variables that set them.
const OTHERS: [(&str, &str); 2] = [
    ("region", "aws_region"),
    ("endpoint_url", "aws_endpoint_url"),
];

/// Settings by which a profile gets its keys from another program.
const ELSEWHERE: [&str; 5] = [
    "credential_process",
    "sso_session",
    "sso_start_url",
    "source_profile",
    "credential_source",
];

impl AwsSettings {
    /// The settings of the environment and of the profile that it names.
    ///
    /// # Errors
    /// Of kind `Usage`: there is no such profile, or another program has its keys.
    pub fn of(environment: &AwsEnvironment) -> Result<Self> {
        let variables = environment.variables.iter();
        let mut settings: BTreeMap<String, String> = variables
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect();
        // Old names of two settings.
        for (old, new) in [
            ("aws_default_region", "aws_region"),
            ("aws_endpoint_url_s3", "aws_endpoint_url"),
        ] {
            if let Some(value) = settings.remove(old)
                && (old == "aws_endpoint_url_s3" || !settings.contains_key(new))
            {
                settings.insert(new.to_owned(), value);
            }
        }
        let named = settings.get("aws_profile").cloned();
        let profile = environment.profile(named.as_deref())?;
        let has_keys = settings.contains_key(KEYS[0]);
        let other_source = [
            "aws_web_identity_token_file",
            "aws_container_credentials_full_uri",
            "aws_container_credentials_relative_uri",
        ];
        let has_source = has_keys || other_source.iter().any(|name| settings.contains_key(*name));
        if let Some(profile) = profile {
            if !has_source {
                profile.check(named.as_deref().unwrap_or("default"))?;
                let keys = KEYS
                    .iter()
                    .filter_map(|key| Some((*key, profile.0.get(*key)?)));
                settings.extend(keys.map(|(key, value)| (key.to_owned(), value.clone())));
            }
            for (name, variable) in OTHERS {
                if let Some(value) = profile.0.get(name) {
                    let entry = settings.entry(variable.to_owned());
                    entry.or_insert_with(|| value.clone());
                }
            }
        }
        Ok(Self(settings))
    }

    /// The address of the store, if it is not AWS.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.0.get("aws_endpoint_url").map(String::as_str)
    }

    /// Whether plain http is allowed.
    #[must_use]
    pub fn allows_http(&self) -> bool {
        let allowed = self.0.get("aws_allow_http");
        allowed.is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.get("aws_region").map_or("us-east-1", String::as_str)
    }
}

/// The settings of a profile in the files.
struct AwsProfile(BTreeMap<String, String>);

impl AwsProfile {
    /// Whether the keys are in the files.
    fn check(&self, name: &str) -> Result<()> {
        let elsewhere = ELSEWHERE.iter().find(|key| self.0.contains_key(**key));
        match elsewhere {
            Some(key) if !self.0.contains_key(KEYS[0]) => Err(Error::usage(format!(
                "the AWS profile {name} gets its keys by {key}, which rc does not run"
            ))
            .hint(format!(
                "eval \"$(aws configure export-credentials --profile {name} --format env)\" puts \
                 them into the environment"
            ))),
            _ => Ok(()),
        }
    }
}

impl AwsEnvironment {
    fn file(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        let named = self.variables.get(variable).filter(|path| !path.is_empty());
        match named {
            Some(path) => Some(PathBuf::from(path)),
            None => Some(self.home.as_ref()?.join(".aws").join(usual)),
        }
    }

    /// The profile of that name; `None` if no file contains it and none was requested.
    fn profile(&self, named: Option<&str>) -> Result<Option<AwsProfile>> {
        let name = named.unwrap_or("default");
        let mut settings = BTreeMap::new();
        let mut is_there = false;
        let header = format!("profile {name}");
        let in_config = if name == "default" {
            name
        } else {
            header.as_str()
        };
        for (variable, usual, section) in [
            ("AWS_CONFIG_FILE", "config", in_config),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials", name),
        ] {
            let file = self.file(variable, usual);
            let found = match file {
                Some(file) => read_section(&file, section)?,
                None => None,
            };
            is_there |= found.is_some();
            settings.extend(found.into_iter().flatten());
        }
        match named {
            Some(name) if !is_there => {
                let error = Error::usage(format!("there is no AWS profile {name}"));
                Err(error.hint("AWS_PROFILE names it; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name the files"))
            }
            _ => Ok(is_there.then_some(AwsProfile(settings))),
        }
    }
}

/// The settings of a section of a file; `None` where there is none.
fn read_section(file: &Path, section: &str) -> Result<Option<BTreeMap<String, String>>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::reading(&file.display().to_string(), error)),
    };
    Ok(section_of(&text, section))
}

fn section_of(text: &str, section: &str) -> Option<BTreeMap<String, String>> {
    let header = |line: &str| {
        let inner = line.strip_prefix('[')?.split(']').next()?;
        Some(inner.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut lines = text.lines().map(str::trim_end);
    lines
        .by_ref()
        .find(|line| header(line).as_deref() == Some(section))?;
    let own = lines.take_while(|line| header(line).is_none());
    let settings = own
        // An indented line belongs to the setting above it.
        .filter(|line| !line.starts_with(['#', ';', ' ', '\t']))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    Some(settings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = eu-west-1

[profile shop]
region=eu-central-1
endpoint_url = http://127.0.0.1:9000
s3 =
  addressing_style = path

[profile single]
sso_session = company
";

    const CREDENTIALS: &str = "\
[shop]
aws_access_key_id = AKIASHOP
aws_secret_access_key = secret=with=signs
; aws_session_token = old
";

    fn environment(variables: &[(&str, &str)]) -> (tempfile::TempDir, AwsEnvironment) {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), CONFIG).unwrap();
        std::fs::write(home.path().join(".aws/credentials"), CREDENTIALS).unwrap();
        let variables = variables.iter();
        let environment = AwsEnvironment {
            variables: variables
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            home: Some(home.path().to_owned()),
        };
        (home, environment)
    }

    fn settings(variables: &[(&str, &str)]) -> Result<AwsSettings> {
        let (_home, environment) = environment(variables);
        AwsSettings::of(&environment)
    }

    #[test]
    fn a_profile_has_its_keys_region_and_address() {
        let shop = settings(&[("AWS_PROFILE", "shop")]).unwrap();
        assert_eq!(shop.0["aws_access_key_id"], "AKIASHOP");
        assert_eq!(shop.0["aws_secret_access_key"], "secret=with=signs");
        assert!(!shop.0.contains_key("aws_session_token"));
        assert_eq!(shop.region(), "eu-central-1");
        assert_eq!(shop.endpoint(), Some("http://127.0.0.1:9000"));
    }

    #[test]
    fn keys_of_the_environment_are_not_mixed_with_those_of_a_profile() {
        let shop = settings(&[
            ("AWS_PROFILE", "shop"),
            ("AWS_ACCESS_KEY_ID", "AKIAENV"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_DEFAULT_REGION", "us-west-2"),
        ])
        .unwrap();
        assert_eq!(shop.0["aws_access_key_id"], "AKIAENV");
        assert_eq!(shop.0["aws_secret_access_key"], "x");
        assert_eq!(shop.region(), "us-west-2");
    }

    #[test]
    fn a_profile_that_is_not_there_or_has_its_keys_elsewhere_is_named() {
        let error = settings(&[("AWS_PROFILE", "none")]).unwrap_err();
        assert_eq!(error.message, "there is no AWS profile none");
        let error = settings(&[("AWS_PROFILE", "single")]).unwrap_err();
        assert!(error.message.contains("gets its keys by sso_session"));
        assert_eq!(settings(&[]).unwrap().region(), "eu-west-1");
    }

    #[test]
    fn settings_do_not_show_their_values() {
        let shop = settings(&[("AWS_PROFILE", "shop")]).unwrap();
        assert_eq!(format!("{shop:?}"), "AwsSettings");
        let (_home, environment) = environment(&[("AWS_SECRET_ACCESS_KEY", "x")]);
        assert_eq!(format!("{environment:?}"), "AwsEnvironment");
    }
}
