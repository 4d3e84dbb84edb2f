//! Decimal numbers that add up exactly, as amounts must.
//!
//! Texts such as `10.00`, `-3` or `1.5e2` come in; sums go out, with as many
//! decimals as the most precise value.

use std::cmp::Ordering;
use std::fmt;

/// Digits before the point. With those behind it, hundreds of thousands of the
/// largest values can be added before a sum is too large.
const MOST_WHOLE: usize = 15;

/// Digits behind the point: as many as a binary number needs to be exact.
const MOST_DECIMALS: usize = 18;

/// The least number of decimals of a mean.
const DECIMALS_OF_MEAN: u32 = 2;

/// A decimal number.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decimal {
    units: i128,
    decimals: u32,
}

impl Decimal {
    /// Reads a number as JSON or a text of the API writes it; `None` for
    /// anything else, and for one that is too long to be added exactly.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, number) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let decimals = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let mut units: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            units = units
                .checked_mul(10)?
                .checked_add(i128::from(digit - b'0'))?;
        }
        if negative {
            units = -units;
        }
        Self::shifted(units, decimals)
    }

    /// A number of units of which `decimals` are behind the point.
    fn shifted(units: i128, decimals: i32) -> Option<Self> {
        let number = match u32::try_from(decimals) {
            Ok(decimals) => Self { units, decimals },
            // Without a check for none, `0e99` would be too large.
            Err(_) if units == 0 => Self::default(),
            Err(_) => Self {
                units: units.checked_mul(power(decimals.unsigned_abs())?)?,
                decimals: 0,
            },
        };
        let whole = number.units.unsigned_abs() / power(number.decimals)?.unsigned_abs();
        let fits = whole < power(u32::try_from(MOST_WHOLE).ok()?)?.unsigned_abs();
        (fits && number.decimals as usize <= MOST_DECIMALS).then_some(number)
    }

    /// The sum; `None` when it is too large to be exact.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        Some(Self {
            units: self.at(decimals)?.checked_add(other.at(decimals)?)?,
            decimals,
        })
    }

    /// The difference; `None` when it is too large to be exact.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self {
            units: other.units.checked_neg()?,
            ..other
        })
    }

    /// The same number, with no fewer decimals than another.
    #[must_use]
    pub fn as_precise_as(self, other: Self) -> Self {
        let decimals = self.decimals.max(other.decimals);
        let units = self.at(decimals);
        units.map_or(self, |units| Self { units, decimals })
    }

    /// A part of it, rounded to two decimals or to as many as it has itself,
    /// half away from zero; `None` for a part of none.
    #[must_use]
    pub fn divided_by(self, parts: u64) -> Option<Self> {
        let decimals = self.decimals.max(DECIMALS_OF_MEAN);
        let (units, parts) = (self.at(decimals)?, i128::from(parts));
        let rest = units.checked_rem(parts)?;
        let up = i128::from(rest.abs() * 2 >= parts) * units.signum();
        Some(Self {
            units: units / parts + up,
            decimals,
        })
    }

    /// The product; `None` when it is too long to be exact.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let decimals = i32::try_from(self.decimals + other.decimals).ok()?;
        Self::shifted(self.units.checked_mul(other.units)?, decimals)
    }

    /// The quotient with so many decimals, half away from zero; `None` when it is too
    /// large, or `by` is 0.
    #[must_use]
    pub fn over(self, by: Self, decimals: u32) -> Option<Self> {
        let wanted = decimals.checked_add(by.decimals)?;
        let both = wanted.min(self.decimals);
        let numerator = self.units.checked_mul(power(wanted - both)?)?;
        let denominator = by.units.checked_mul(power(self.decimals - both)?)?;
        let quotient = numerator.checked_div(denominator)?;
        let rest = numerator.checked_rem(denominator)?.unsigned_abs();
        let is_up = rest.checked_mul(2)? >= denominator.unsigned_abs();
        let sign = numerator.signum() * denominator.signum();
        let units = quotient + i128::from(is_up) * sign;
        Self::shifted(units, i32::try_from(decimals).ok()?)
    }

    /// Whether it is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// How much of `whole` it is, for drawing: from 0 to 1.
    #[must_use]
    pub fn share_of(self, whole: Self) -> f64 {
        let share = self.rough() / whole.rough();
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    fn rough(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a picture is rough")]
        let units = self.units as f64;
        units / 10_f64.powi(i32::try_from(self.decimals).unwrap_or(0))
    }

    fn at(self, decimals: u32) -> Option<i128> {
        self.units
            .checked_mul(power(decimals.checked_sub(self.decimals)?)?)
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

impl From<u64> for Decimal {
    fn from(count: u64) -> Self {
        Self {
            units: count.into(),
            decimals: 0,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let decimals = self.decimals.max(other.decimals);
        match (self.at(decimals), other.at(decimals)) {
            (Some(one), Some(two)) => one.cmp(&two),
            // Only a sum near the end of what can be reported cannot be
            // shifted.
            _ => self.rough().total_cmp(&other.rough()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = self.units.unsigned_abs().to_string();
        let decimals = self.decimals as usize;
        if decimals == 0 {
            return write!(out, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        write!(out, "{sign}{whole}.{fraction}")
    }
}
