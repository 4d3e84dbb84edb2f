//! Currencies: which codes there are (ISO 4217, those in use).

use crate::requests::refusal::Refusal;
use crate::values::record::Record;

const CODES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR \
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK \
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR \
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS \
    UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Refuses a body that names a currency which does not exist.
pub(super) fn check(body: &Record, field: &str) -> Result<(), Refusal> {
    let code = body.get(field).and_then(serde_json::Value::as_str);
    match code {
        Some(code) if !CODES.split(' ').any(|known| known == code) => Err(Refusal::invalid(
            field,
            format!("'{code}' is not a currency code"),
        )),
        _ => Ok(()),
    }
}
