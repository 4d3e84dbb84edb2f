//! Edits of the file of settings. Comments and order that a person wrote are
//! preserved. Pure: text comes in, text goes out.

use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::profile::{Config, PROFILE_KEYS};
use crate::error::{Error, Result};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// There is a profile of that name.
    Make(String),
    /// The profile in use.
    Use(String),
    /// A setting of a profile; nothing takes it away.
    Set {
        /// The profile.
        profile: String,
        /// The setting, of [`PROFILE_KEYS`].
        key: &'static str,
        /// What it is to be.
        to: Option<Setting>,
    },
    /// There is no profile of that name, and it is not in use.
    Remove(String),
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Text.
    Text(String),
    /// Yes or no.
    Switch(bool),
    /// A whole number.
    Count(u64),
}

/// The text with these changes made. It is read again, so that nothing is
/// written which could not be read.
///
/// # Errors
/// As [`Config::parse`].
pub fn edited(text: &str, named: &str, edits: &[Edit]) -> Result<String> {
    Config::parse(text, named)?;
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| Error::usage(format!("{named} is not TOML")))?;
    for edit in edits {
        apply(&mut document, edit)
            .ok_or_else(|| Error::usage(format!("{named} does not have the layout of settings")))?;
    }
    let text = document.to_string();
    Config::parse(&text, named)?;
    Ok(text)
}

fn apply(document: &mut DocumentMut, edit: &Edit) -> Option<()> {
    match edit {
        Edit::Make(name) => {
            profile(document, name)?;
        }
        Edit::Use(name) => put(document.as_table_mut(), "profile", name.as_str().into()),
        Edit::Set {
            profile: name,
            key,
            to,
        } => {
            debug_assert!(PROFILE_KEYS.contains(key), "a setting that is known");
            let table = profile(document, name)?;
            match to {
                Some(Setting::Text(text)) => put(table, key, text.as_str().into()),
                Some(Setting::Switch(switch)) => put(table, key, (*switch).into()),
                Some(Setting::Count(count)) => put(table, key, i64::try_from(*count).ok()?.into()),
                None => {
                    table.remove(key);
                }
            }
        }
        Edit::Remove(name) => {
            if let Some(profiles) = document.get_mut("profiles") {
                profiles.as_table_like_mut()?.remove(name);
            }
            if document.get("profile").and_then(Item::as_str) == Some(name) {
                document.remove("profile");
            }
        }
    }
    Some(())
}

/// Puts a value in the place of another, with the comment that follows it.
fn put(table: &mut dyn toml_edit::TableLike, key: &str, new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

/// The table of a profile, made when it is missing.
fn profile<'a>(
    document: &'a mut DocumentMut,
    name: &str,
) -> Option<&'a mut dyn toml_edit::TableLike> {
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut()?;
    if profiles.get(name).is_none() {
        profiles.insert(name, Item::Table(Table::new()));
    }
    profiles.get_mut(name)?.as_table_like_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(to: &str) -> Setting {
        Setting::Text(to.to_owned())
    }

    fn set(profile: &str, key: &'static str, to: Option<Setting>) -> Edit {
        Edit::Set {
            profile: profile.to_owned(),
            key,
            to,
        }
    }

    #[test]
    fn an_edit_keeps_comments_and_order() {
        let before = "# mine\nprofile = \"a\" # the big one\n\n[profiles.b] # second\n\
                      api_version = \"2021-01\"\n\n# first\n[profiles.a]\nprotected = true # !\n";
        let edits = [
            set("a", "protected", Some(Setting::Switch(false))),
            set("b", "api_version", None),
            set("b", "base_url", Some(text("https://b.example.com"))),
            Edit::Use("b".to_owned()),
        ];
        let after = edited(before, "x", &edits).unwrap();
        assert_eq!(
            after,
            "# mine\nprofile = \"b\" # the big one\n\n[profiles.b] # second\n\
             base_url = \"https://b.example.com\"\n\n# first\n[profiles.a]\nprotected = false # !\n"
        );
    }

    #[test]
    fn a_profile_is_made_and_removed() {
        let made = [Edit::Make("new".to_owned()), Edit::Use("new".to_owned())];
        let made = edited("", "x", &made).unwrap();
        assert_eq!(made, "profile = \"new\"\n\n[profiles.new]\n");
        let removed = edited(&made, "x", &[Edit::Remove("new".to_owned())]).unwrap();
        assert_eq!(Config::parse(&removed, "x").unwrap(), Config::default());
    }

    #[test]
    fn inline_tables_are_edited_too() {
        let before = "profiles = { a = { protected = true } }\n";
        let after = edited(
            before,
            "x",
            &[set("a", "api_version", Some(text("2021-01")))],
        )
        .unwrap();
        let config = Config::parse(&after, "x").unwrap();
        assert_eq!(config.profiles[0].api_version.as_deref(), Some("2021-01"));
        assert!(edited(before, "x", &[Edit::Make("b".to_owned())]).is_ok());
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let wrong = set("a", "base_url", Some(text("http://elsewhere.example.com")));
        assert!(edited("", "x", &[wrong]).is_err());
        assert!(edited("no = 1", "x", &[]).is_err());
    }
}
