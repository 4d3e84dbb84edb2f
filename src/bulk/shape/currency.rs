//! Signs and codes of currencies around an amount: `$5`, `5 kr`, `EUR 5`.
//!
//! Takes a text and gives what is left without one of them. Words that are no
//! currency stay: `5 PCT` and `5 TSD` mean other numbers.

/// Signs and abbreviations, those that contain others first.
const SIGNS: [&str; 38] = [
    "US$", "CA$", "AU$", "NZ$", "HK$", "NT$", "MX$", "C$", "A$", "S$", "R$", "$", "＄", "€", "£",
    "¥", "￥", "₹", "₩", "₪", "₺", "₽", "₫", "฿", "₱", "₴", "₦", "kr.", "kr", "Kč", "zł", "Ft",
    "lei", "лв", "Fr.", "Rs.", "Rs", "SFr.",
];

/// Codes of ISO 4217, without those that are English words.
const CODES: &str = "AED AFN AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL \
    BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR \
    FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY \
    KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU \
    MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TRY TTD \
    TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW";

/// The text without one sign or code of a currency, at either end.
pub(super) fn without(text: &str) -> &str {
    let text = text.trim();
    let mut signs = SIGNS.into_iter();
    let sign = signs.find_map(|sign| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)));
    if let Some(rest) = sign {
        return rest;
    }
    let behind = text.len().checked_sub(3);
    let behind = behind.and_then(|at| text.split_at_checked(at));
    match (text.split_at_checked(3), behind) {
        (Some((code, rest)), _) if is_code(code) => rest,
        (_, Some((rest, code))) if is_code(code) => rest,
        _ => text,
    }
}

fn is_code(word: &str) -> bool {
    CODES.split(' ').any(|code| code == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_currency_is_taken_off_and_other_words_stay() {
        for (text, rest) in [
            ("$5", "5"),
            ("US$ 5", " 5"),
            ("5 €", "5 "),
            ("CHF 5", " 5"),
            ("5kr", "5"),
            ("5 zł", "5 "),
            ("Rs. 5", " 5"),
            ("5 PCT", "5 PCT"),
            ("TSD 5", "TSD 5"),
            ("usd 5", "usd 5"),
            ("€", ""),
        ] {
            assert_eq!(without(text), rest, "{text}");
        }
    }
}
