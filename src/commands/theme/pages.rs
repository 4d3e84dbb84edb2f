//! The pages of a theme for the sandbox's portal: the theme as it is now, in a
//! page of a shop, with an overlay where something is wrong.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use recharge_theme::engine::{Engine, RenderError, Request};
use recharge_theme::folder::Theme;

use super::shell;
use crate::sandbox::portal::pages::{PageError, PageRequest, Pages, RenderedPage};
use crate::world::Clock;

/// A theme that changes while it is served.
pub(super) struct ServedTheme {
    folder: PathBuf,
    clock: Clock,
    now: RwLock<Loaded>,
}

/// The theme as it was read last.
struct Loaded {
    engine: std::result::Result<Engine, String>,
    version: u64,
    /// Whether only styles differ from the version before.
    is_style: bool,
    files: Vec<(String, Vec<u8>)>,
}

/// What browsers ask for again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) is_style: bool,
}

impl ServedTheme {
    pub(super) fn new(folder: &Path, theme: Theme, clock: Clock) -> Self {
        let files = contents(&theme);
        let engine = Ok(Engine::new(Arc::new(theme)));
        let loaded = Loaded {
            engine,
            version: 1,
            is_style: false,
            files,
        };
        Self {
            folder: folder.to_owned(),
            clock,
            now: RwLock::new(loaded),
        }
    }

    /// Reads the theme again. A theme that cannot be read is shown as an error
    /// until it can.
    pub(super) fn reload(&self) {
        let read = Theme::open(&self.folder);
        let mut loaded = self
            .now
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match read {
            Ok(theme) => {
                let files = contents(&theme);
                if files == loaded.files && loaded.engine.is_ok() {
                    return;
                }
                loaded.is_style =
                    loaded.engine.is_ok() && only_styles_differ(&loaded.files, &files);
                loaded.files = files;
                loaded.engine = Ok(Engine::new(Arc::new(theme)));
            }
            Err(error) => {
                loaded.is_style = false;
                loaded.engine = Err(error.to_string());
            }
        }
        loaded.version += 1;
    }

    pub(super) fn version(&self) -> Version {
        let loaded = self
            .now
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Version {
            number: loaded.version,
            is_style: loaded.is_style,
        }
    }
}

impl Pages for ServedTheme {
    fn render(&self, page: &PageRequest<'_>) -> std::result::Result<RenderedPage, PageError> {
        let loaded = self
            .now
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let version = loaded.version;
        let rendered = match &loaded.engine {
            Ok(engine) => engine.render(&Request {
                template: page.template,
                context: page.context,
                portal_path: page.portal_path,
                token: Some(page.token),
                query: page.query,
                now: (self.clock)().to_zoned(jiff::tz::TimeZone::UTC).datetime(),
            }),
            Err(message) => Err(RenderError {
                file: self.folder.display().to_string(),
                line: 0,
                column: 0,
                message: message.clone(),
                source_line: String::new(),
            }),
        };
        match rendered {
            Ok(rendered) => {
                let text = if page.is_hosted {
                    rendered.text
                } else {
                    shell::without_liquid(&rendered.text)
                };
                let bar = shell::Toolbar {
                    version,
                    missing: &rendered.missing,
                };
                Ok(RenderedPage::html(shell::page(
                    &text,
                    &bar,
                    page.portal_path,
                )))
            }
            Err(error) => Err(PageError {
                message: error.to_string(),
                page: Some(RenderedPage::html(shell::error_page(&error, version))),
            }),
        }
    }
}

fn contents(theme: &Theme) -> Vec<(String, Vec<u8>)> {
    theme
        .names()
        .map(|name| {
            (
                name.to_owned(),
                theme.file(name).unwrap_or_default().to_vec(),
            )
        })
        .collect()
}

fn only_styles_differ(before: &[(String, Vec<u8>)], after: &[(String, Vec<u8>)]) -> bool {
    let is_style = |name: &str| recharge_theme::folder::has_ending(name, "css");
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .all(|(before, after)| before == after || (before.0 == after.0 && is_style(&after.0)))
}
