//! What spreadsheets show in place of a value that they cannot compute, in the
//! languages in which they write it into files.

/// The errors of the usual spreadsheets.
const ERRORS: [&str; 62] = [
    "#N/A",
    "#NAME?",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#BUSY!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#GETTING_DATA",
    "#PYTHON!",
    "#ERROR!",
    "#MACRO?", // German
    "#NV",
    "#BEZUG!",
    "#WERT!",
    "#ZAHL!",
    "#ÜBERLAUF!",
    "#KALK!", // French
    "#NOM?",
    "#VALEUR!",
    "#NOMBRE!",
    "#NUL!",
    "#PROPAGATION!", // Spanish
    "#N/D",
    "#¿NOMBRE?",
    "#¡REF!",
    "#¡VALOR!",
    "#¡DIV/0!",
    "#¡NUM!",
    "#¡NULO!", // Italian
    "#NOME?",
    "#RIF!",
    "#VALORE!",
    "#NULLO!", // Portuguese
    "#VALOR!",
    "#NÚM!",
    "#NULO!", // Dutch
    "#N/B",
    "#NAAM?",
    "#VERW!",
    "#WAARDE!",
    "#DEEL/0!",
    "#GETAL!",
    "#LEEG!",
    // Swedish, Danish and Norwegian
    "#SAKNAS!",
    "#NAMN?",
    "#REFERENS!",
    "#VÄRDEFEL!",
    "#DIVISION/0!",
    "#OGILTIGT!",
    "#I/T",
    "#REFERENCE!",
    "#VERDI!", // Polish
    "#ARG!",
    "#LICZBA!",
];

/// Whether a spreadsheet shows the text in place of a value.
pub(super) fn is_error_value(text: &str) -> bool {
    match text.as_bytes() {
        [b'#', ..] => {
            let upper = text.to_uppercase();
            ERRORS.contains(&upper.as_str())
        }
        // Some programs number the others: `Err:502`.
        [b'E', b'r', b'r', b':', code @ ..] => {
            code.len() == 3 && code.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// The reason why an error is not accepted.
pub(super) fn reason(text: &str) -> String {
    format!("{text} is an error of the spreadsheet, not a value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_any_language_are_none_of_the_texts_that_people_write() {
        for text in [
            "#N/A",
            "#name?",
            "#WERT!",
            "#¡VALOR!",
            "#NÚM!",
            "Err:502",
            "#NV",
        ] {
            assert!(is_error_value(text), "{text}");
        }
        for text in [
            "#1 fan", "#SALE!", "#", "Err:", "Err:5020", "N/A", "#NVIDIA",
        ] {
            assert!(!is_error_value(text), "{text}");
        }
    }
}
