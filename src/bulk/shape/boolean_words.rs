//! Words for true and false that spreadsheets and people write: `WAHR`, `yes`.

/// Words that mean true, in lower case.
const TRUE: [&str; 24] = [
    "true",
    "wahr",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
    "sant",
    "sann",
    "sand",
    "prawda",
    "tosi",
    "yes",
    "y",
    "ja",
    "oui",
    "sí",
    "si",
    "sì",
    "sim",
    "tak",
    "1",
    "on",
    "да",
];

/// Words that mean false, in lower case.
const FALSE: [&str; 21] = [
    "false", "falsch", "faux", "falso", "onwaar", "usann", "usant", "falskt", "falsk", "fałsz",
    "epätosi", "no", "n", "nein", "non", "nee", "nej", "nei", "não", "0", "off",
];

/// What a word means, if that is certain.
pub(super) fn meaning(word: &str) -> Option<bool> {
    let word = word.trim().to_lowercase();
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    match (is_in(&TRUE), is_in(&FALSE)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Why a word is not accepted as true or false.
pub(super) fn reason(word: &str) -> String {
    match meaning(word) {
        Some(value) => format!("neither true nor false; write {value}"),
        None => "neither true nor false".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_means_one_of_the_two_or_nothing() {
        for (word, value) in [
            ("WAHR", Some(true)),
            ("FALSCH", Some(false)),
            ("Yes", Some(true)),
            ("nein", Some(false)),
            ("0", Some(false)),
            ("x", None),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(meaning(word), value, "{word}");
        }
        let both = TRUE.iter().find(|word| FALSE.contains(word));
        assert_eq!(both, None);
    }
}
