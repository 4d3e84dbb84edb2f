//! Finds the name that was meant: a mistyped word and the known names come in,
//! the most similar name goes out.

/// The similarity that a name needs at least.
///
/// Similarity is that of Jaro and Winkler, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Similarity {
    /// 0.7, for a few names that differ much.
    Loose,
    /// 0.8.
    Usual,
    /// 0.85, for words that may be right as they are.
    Strict,
}

impl Similarity {
    const fn threshold(self) -> f64 {
        match self {
            Self::Loose => 0.7,
            Self::Usual => 0.8,
            Self::Strict => 0.85,
        }
    }
}

/// The most similar of some names; `None` when none is similar enough.
#[must_use]
pub fn nearest<T: AsRef<str>>(
    typed: &str,
    names: impl IntoIterator<Item = T>,
    least: Similarity,
) -> Option<T> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(typed, name.as_ref()), name))
        .filter(|(similarity, _)| *similarity > least.threshold())
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_the_most_similar_name_when_one_is_similar_enough() {
        let names = ["status", "state", "email"];
        let found = |typed, least| nearest(typed, names, least);
        assert_eq!(found("stauts", Similarity::Strict), Some("status"));
        assert_eq!(found("emial", Similarity::Usual), Some("email"));
        assert_eq!(found("sttt", Similarity::Strict), None);
        assert!(found("sttt", Similarity::Loose).is_some());
        assert_eq!(found("xyz", Similarity::Loose), None);
    }
}
