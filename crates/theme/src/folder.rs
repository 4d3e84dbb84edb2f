//! A theme as a folder has it: text files by name, and what is wrong with
//! files. Templates come from here alone, so no name reaches outside.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most files of a theme.
pub const MOST_FILES: usize = 2_000;
/// The largest file, in bytes.
pub const LARGEST_FILE: u64 = 8 << 20;
/// The largest theme, in bytes.
pub const LARGEST_THEME: u64 = 64 << 20;

/// The file beside the templates that has the texts of `t`.
pub const TRANSLATIONS: &str = "translations.json";

/// Endings of files that are text: only these are templates.
const TEXT: [&str; 10] = [
    "html", "js", "css", "svg", "json", "liquid", "txt", "md", "map", "scss",
];

/// A theme, read.
#[derive(Debug, Clone, Default)]
pub struct Theme {
    files: BTreeMap<String, ThemeFile>,
    /// Files that are not part of the theme, and why.
    pub problems: Vec<FileProblem>,
    /// The texts of `t`.
    pub translations: BTreeMap<String, String>,
}

/// A file of a theme.
#[derive(Debug, Clone)]
pub enum ThemeFile {
    /// Text, which can be a template.
    Text(String),
    /// Anything else.
    Binary(Vec<u8>),
}

/// Why a file is not part of a theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// Its name.
    pub name: String,
    /// The byte where it is noticed, for problems inside a file.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl Theme {
    /// Reads a folder.
    ///
    /// # Errors
    /// The folder cannot be read, has too many or too large files, or has no
    /// template.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        let mut theme = Self::default();
        let mut total = 0;
        let mut names: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&root)? {
            if names.len() >= MOST_FILES {
                return Err(io::Error::other(format!(
                    "more than {MOST_FILES} files: is it a theme?"
                )));
            }
            names.push(entry?.path());
        }
        names.sort();
        for path in names {
            theme.read(&root, &path, &mut total)?;
        }
        if !theme.texts().any(|(name, _)| has_ending(name, "html")) {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "it has no .html file",
            ));
        }
        theme.take_translations();
        Ok(theme)
    }

    /// A theme of files in memory.
    #[must_use]
    pub fn of_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut theme = Self::default();
        for (name, bytes) in files {
            theme.add(name, bytes);
        }
        theme.take_translations();
        theme
    }

    fn read(&mut self, root: &Path, path: &Path, total: &mut u64) -> io::Result<()> {
        let Some(name) = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
        else {
            return Ok(());
        };
        if name.starts_with('.') {
            return Ok(());
        }
        // A link may lead anywhere, also to a secret that a page would show.
        let Ok(real) = path.canonicalize() else {
            self.problem(name, 0, "the target of the link does not exist");
            return Ok(());
        };
        if !real.starts_with(root) {
            self.problem(name, 0, "the link leads outside the folder");
            return Ok(());
        }
        let found = fs::metadata(&real)?;
        if !found.is_file() {
            let is_known = found.is_dir() && name == "node_modules";
            if !is_known {
                self.problem(name, 0, "a theme has no folders; its files are not used");
            }
            return Ok(());
        }
        *total += found.len();
        if found.len() > LARGEST_FILE || *total > LARGEST_THEME {
            let message = format!(
                "{name} is too large: a file may have {LARGEST_FILE} bytes, a theme {LARGEST_THEME}"
            );
            return Err(io::Error::other(message));
        }
        self.add(name, fs::read(&real)?);
        Ok(())
    }

    fn add(&mut self, name: String, bytes: Vec<u8>) {
        let is_text = TEXT.iter().any(|ending| has_ending(&name, ending));
        let file = match String::from_utf8(bytes) {
            Ok(text) if is_text => ThemeFile::Text(text),
            Ok(text) => ThemeFile::Binary(text.into_bytes()),
            Err(error) => {
                if is_text {
                    let at = error.utf8_error().valid_up_to();
                    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                    let line = text[..at.min(text.len())].matches('\n').count() + 1;
                    self.problem(name, at, &format!("line {line} is not valid UTF-8"));
                    return;
                }
                ThemeFile::Binary(error.into_bytes())
            }
        };
        self.files.insert(name, file);
    }

    fn problem(&mut self, name: String, at: usize, message: &str) {
        let message = message.to_owned();
        self.problems.push(FileProblem { name, at, message });
    }

    fn take_translations(&mut self) {
        let Some(text) = self.text(TRANSLATIONS) else {
            return;
        };
        match serde_json::from_str(text) {
            Ok(texts) => self.translations = texts,
            Err(error) => {
                let message = format!("it is not a JSON object of texts: {error}");
                self.problem(TRANSLATIONS.to_owned(), 0, &message);
            }
        }
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.files.get(name)? {
            ThemeFile::Text(text) => Some(text),
            ThemeFile::Binary(_) => None,
        }
    }

    /// A file of any kind.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        match self.files.get(name)? {
            ThemeFile::Text(text) => Some(text.as_bytes()),
            ThemeFile::Binary(bytes) => Some(bytes),
        }
    }

    /// Every text file, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(name, file)| match file {
            ThemeFile::Text(text) => Some((name.as_str(), text.as_str())),
            ThemeFile::Binary(_) => None,
        })
    }

    /// The names of all files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The templates of pages: `.html` files whose name does not begin with `_`,
    /// without the layout.
    pub fn pages(&self) -> impl Iterator<Item = &str> {
        let names = self.texts().map(|(name, _)| name);
        names.filter(|name| {
            has_ending(name, "html") && !name.starts_with('_') && *name != "base.html"
        })
    }
}

/// Whether a file has that ending, in any case.
#[must_use]
pub fn has_ending(name: &str, ending: &str) -> bool {
    let found = name.rsplit_once('.').map(|(_, found)| found);
    found.is_some_and(|found| found.eq_ignore_ascii_case(ending))
}
