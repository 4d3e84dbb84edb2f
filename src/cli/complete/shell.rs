//! The shells that can be completed in: their scripts, and how each is informed
//! what there is.
//!
//! A script asks `rc __complete SHELL AT WORD…`. The first line of the answer
//! begins with a colon and says how to continue; each further line is a
//! candidate, with a tab and a few words about it where the shell shows them.
//! Scripts are kept by package managers and in dotfiles, so an answer only ever
//! gains what an older script passes over.

use std::fmt::Write;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::{Completion, Next, Offer};

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// GNU Bash, 4 or newer.
    Bash,
    /// The Z shell.
    Zsh,
    /// The friendly interactive shell.
    Fish,
    /// `PowerShell`, on any system.
    PowerShell,
}

impl Shell {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bash, Self::Zsh, Self::Fish, Self::PowerShell];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
        }
    }

    /// The shell of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shell| shell.name() == name)
    }

    /// The name of the script's file, as its shell looks for it.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Bash => "rc.bash",
            Self::Zsh => "_rc",
            Self::Fish => "rc.fish",
            Self::PowerShell => "_rc.ps1",
        }
    }

    /// The script that makes the shell ask.
    #[must_use]
    pub const fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../../completions/rc.bash"),
            Self::Zsh => include_str!("../../../completions/_rc"),
            Self::Fish => include_str!("../../../completions/rc.fish"),
            Self::PowerShell => include_str!("../../../completions/_rc.ps1"),
        }
    }

    /// Whether it takes a word apart at `=`.
    pub(super) const fn splits_words(self) -> bool {
        matches!(self, Self::Bash)
    }

    /// The answer, as the script reads it.
    #[must_use]
    pub fn answer(self, offer: &Offer) -> String {
        let mut text = match offer.next {
            Next::Files => ":files\n".to_owned(),
            Next::Word => ":\n".to_owned(),
            Next::Rest => ":nospace\n".to_owned(),
        };
        for candidate in &offer.candidates {
            self.line(&mut text, candidate);
        }
        text
    }

    fn line(self, text: &mut String, candidate: &Completion) {
        text.push_str(&candidate.value);
        if let Some(about) = &candidate.about
            && self != Self::Bash
        {
            let _ = write!(text, "\t{about}");
        }
        text.push('\n');
    }
}

impl ValueEnum for Shell {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
