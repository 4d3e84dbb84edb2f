//! The text file with credentials that a vendor gives for download: lines of a
//! label, a colon and a value.

use std::io::Read;

use secrecy::{ExposeSecret, SecretString};

use crate::catalog::{Api, CredentialFile};
use crate::cli::Options;
use crate::config::credential::token_of;
use crate::config::store_address;
use crate::error::{Error, Result};
use crate::ui::Run;

/// No file with credentials is larger, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What a file with credentials has.
#[derive(Debug)]
pub(super) struct CredentialsFile {
    pub(super) token: SecretString,
    pub(super) client_id: Option<String>,
    /// The store that its URL names.
    store: Option<String>,
}

impl CredentialsFile {
    /// The options with the store of the file, unless they name one.
    pub(super) fn options(&self, options: &Options) -> Options {
        let mut options = options.clone();
        if options.store_hash.is_none() {
            options.store_hash.clone_from(&self.store);
        }
        options
    }
}

/// Reads the file; `-` is standard input.
///
/// # Errors
/// Of kind `Usage`: the API has no such file, or it cannot be read. Of kind `Access`:
/// the token in it is none.
pub(super) fn read(run: &mut Run, path: &str) -> Result<CredentialsFile> {
    let api = run.family.newest();
    let Some(form) = api.credential_file else {
        return Err(
            Error::usage(format!("{} gives no file with credentials", api.title)).hint(
                "rc auth login asks for the token; --with-token reads it from standard input",
            ),
        );
    };
    let text = SecretString::from(if path == "-" {
        run.stdin.text("-")?
    } else {
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(LARGEST).read_to_string(&mut text))
            .map_err(|error| Error::usage(format!("{path} cannot be read")).caused_by(error))?;
        text
    });
    let named = if path == "-" { "standard input" } else { path };
    of_text(api, form, text.expose_secret(), named)
}

fn of_text(api: &Api, form: CredentialFile, text: &str, named: &str) -> Result<CredentialsFile> {
    let value = |label: &str| {
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        lines.find_map(|line| {
            let (found, value) = line.split_once(':')?;
            let is_it = found.trim().eq_ignore_ascii_case(label);
            (is_it && !value.trim().is_empty()).then(|| value.trim())
        })
    };
    let Some(token) = value(form.token) else {
        return Err(
            Error::usage(format!("{named} has no line \"{}:\"", form.token)).hint(format!(
                "the file is given once, when the account is made, in {}",
                api.auth.managed_at
            )),
        );
    };
    let store = value(form.url).map(|url| {
        store_address::store_of(api, url).ok_or_else(|| {
            Error::usage(format!(
                "the line \"{}:\" of {named} names no store",
                form.url
            ))
        })
    });
    Ok(CredentialsFile {
        token: token_of(token, &format!("the line \"{}:\" of {named}", form.token))?,
        client_id: value(form.client_id).map(str::to_owned),
        store: store.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn of(text: &str) -> Result<CredentialsFile> {
        let api = catalog::family("bigcommerce").unwrap().newest();
        of_text(api, api.credential_file.unwrap(), text, "a.txt")
    }

    #[test]
    fn a_file_of_the_control_panel_names_token_store_and_client() {
        let text = "\u{feff}ACCESS TOKEN: abcdefghijklmnop1234\r\nCLIENT ID: client1\r\n\
                    CLIENT SECRET: hush\r\nNAME: copy\r\n\
                    API PATH: https://api.bigcommerce.com/stores/abc123/v3/\r\n";
        let read = of(text).unwrap();
        assert_eq!(read.token.expose_secret(), "abcdefghijklmnop1234");
        assert_eq!(read.client_id.as_deref(), Some("client1"));
        assert_eq!(read.store.as_deref(), Some("abc123"));
        let shown = format!("{read:?}");
        assert!(!shown.contains("abcdefgh"), "{shown}");
    }

    #[test]
    fn a_file_without_a_token_or_with_a_strange_path_is_refused() {
        let message = |text| of(text).unwrap_err().message;
        assert_eq!(message("NAME: x\n"), "a.txt has no line \"ACCESS TOKEN:\"");
        assert!(message("ACCESS TOKEN: two words\n").contains("is not a token"));
        let strange = "ACCESS TOKEN: abcdefghijklmnop1234\nAPI PATH: https://x.invalid/\n";
        assert_eq!(
            message(strange),
            "the line \"API PATH:\" of a.txt names no store"
        );
    }
}
