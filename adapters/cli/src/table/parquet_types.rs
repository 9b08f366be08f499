//! Which types of Parquet are numbers, and how each is read.
//!
//! | physical | logical, or converted | what it is |
//! | --- | --- | --- |
//! | `INT32`, `INT64` | none, or an integer of 8 to 64 bits | a whole number, unsigned if it says so |
//! | `FLOAT`, `DOUBLE` | none | a number |
//! | `FIXED_LEN_BYTE_ARRAY` of 2 | `FLOAT16` | a number |
//! | `BOOLEAN` | none | 1 or 0, in a column of `bool` alone |
//! | `INT32`, `INT64`, `FIXED_LEN_BYTE_ARRAY` up to 16, `BYTE_ARRAY` | `DECIMAL` of at most 38 digits | its digits, scaled |
//! | `BYTE_ARRAY` | text, enum | names, of ids alone; dates, of times alone |
//! | `INT64` | `TIMESTAMP` | seconds since 1970, of times alone |
//!
//! Everything else is refused: dates, times, timestamps (`INT96` too), intervals, text,
//! enums, JSON, BSON, UUIDs, variants, geometries, columns of nothing but nulls, and whatever is
//! repeated or nested.

use half::f16;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::Type;

use super::take::Role;

/// How the values of a column become numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Signed,
    Unsigned,
    Float,
    Half,
    Flag,
    /// Digits of which so many are decimals.
    Decimal(u32),
    /// A time, of which so many make a second.
    Timestamp(f64),
    Text,
}

/// The most digits of a decimal number.
const DIGITS: i32 = 38;

/// How a column at the top of the schema is read for a role; what it holds, if it cannot be.
pub(super) fn kind(field: &Type, role: &Role) -> Result<Kind, String> {
    let flags = matches!(role, Role::Value { flag: true, .. });
    let times = matches!(role, Role::Time(_));
    let refuse = |holds: &str| {
        Err(format!(
            "it holds {holds}: it must hold whole numbers, floating-point numbers or decimals"
        ))
    };
    if !field.is_primitive() {
        return refuse(match field.get_basic_info().logical_type_ref() {
            Some(LogicalType::List) => "lists (LIST)",
            Some(LogicalType::Map) => "maps (MAP)",
            _ => match field.get_basic_info().converted_type() {
                ConvertedType::LIST => "lists (LIST)",
                ConvertedType::MAP => "maps (MAP)",
                _ => "structures",
            },
        });
    }
    let info = field.get_basic_info();
    if info.has_repetition() && info.repetition() == Repetition::REPEATED {
        return refuse("lists (repeated values)");
    }
    let physical = field.get_physical_type();
    let length = match field {
        Type::PrimitiveType { type_length, .. } => *type_length,
        Type::GroupType { .. } => 0,
    };
    let (logical, converted) = (info.logical_type_ref(), info.converted_type());
    let whole = matches!(physical, Physical::INT32 | Physical::INT64);
    let plain = logical.is_none() && converted == ConvertedType::NONE;
    let decimal = match (field, logical) {
        (_, Some(LogicalType::Decimal(decimal))) => Some((decimal.scale, decimal.precision)),
        (Type::PrimitiveType { scale, precision, .. }, None)
            if converted == ConvertedType::DECIMAL =>
        {
            Some((*scale, *precision))
        }
        _ => None,
    };
    match (physical, logical, converted) {
        _ if plain && whole => Ok(Kind::Signed),
        (Physical::FLOAT | Physical::DOUBLE, ..) if plain => Ok(Kind::Float),
        (Physical::BOOLEAN, ..) if plain && flags => Ok(Kind::Flag),
        (Physical::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Enum), _)
        | (Physical::BYTE_ARRAY, None, ConvertedType::UTF8 | ConvertedType::ENUM)
            if times || *role == Role::Id =>
        {
            Ok(Kind::Text)
        }
        (Physical::INT64, Some(LogicalType::Timestamp(kind)), _) if times => {
            Ok(Kind::Timestamp(match kind.unit {
                TimeUnit::MILLIS => 1.0e3,
                TimeUnit::MICROS => 1.0e6,
                TimeUnit::NANOS => 1.0e9,
            }))
        }
        (Physical::INT64, None, ConvertedType::TIMESTAMP_MILLIS) if times => {
            Ok(Kind::Timestamp(1.0e3))
        }
        (Physical::INT64, None, ConvertedType::TIMESTAMP_MICROS) if times => {
            Ok(Kind::Timestamp(1.0e6))
        }
        (_, Some(LogicalType::Integer(kind)), _) if whole => {
            Ok(if kind.is_signed { Kind::Signed } else { Kind::Unsigned })
        }
        (
            _,
            None,
            ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64,
        ) if whole => Ok(Kind::Signed),
        (
            _,
            None,
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64,
        ) if whole => Ok(Kind::Unsigned),
        (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Float16), _) if length == 2 => {
            Ok(Kind::Half)
        }
        _ => match decimal {
            Some((scale, digits))
                if (0..=DIGITS).contains(&scale)
                    && digits <= DIGITS
                    && (whole
                        || physical == Physical::BYTE_ARRAY
                        || physical == Physical::FIXED_LEN_BYTE_ARRAY && length <= 16) =>
            {
                Ok(Kind::Decimal(scale as u32))
            }
            Some((_, digits)) => refuse(&format!("decimals of {digits} digits ({physical})")),
            None => refuse(&describe(physical, logical, converted)),
        },
    }
}

/// What a column holds, for one who looks at it in another program.
fn describe(physical: Physical, logical: Option<&LogicalType>, converted: ConvertedType) -> String {
    let what = match (logical, converted) {
        (Some(LogicalType::String), _) | (None, ConvertedType::UTF8) => "text (STRING)",
        (Some(LogicalType::Enum), _) | (None, ConvertedType::ENUM) => "text (ENUM)",
        (Some(LogicalType::Json), _) | (None, ConvertedType::JSON) => "JSON",
        (Some(LogicalType::Bson), _) | (None, ConvertedType::BSON) => "BSON",
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => "dates (DATE)",
        (Some(LogicalType::Time(_)), _)
        | (None, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => "times of day (TIME)",
        (Some(LogicalType::Timestamp(_)), _)
        | (None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS) => {
            "times (TIMESTAMP)"
        }
        (None, ConvertedType::INTERVAL) => "intervals (INTERVAL)",
        (Some(LogicalType::Uuid), _) => "identifiers (UUID)",
        (Some(LogicalType::Unknown), _) => "nothing but nulls",
        (Some(LogicalType::Geometry(_) | LogicalType::Geography(_)), _) => "geometries",
        (Some(other), _) => return format!("{other:?} ({physical})"),
        (None, _) => match physical {
            Physical::BOOLEAN => "booleans",
            Physical::INT96 => "times",
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => "bytes",
            _ => "what this program does not know",
        },
    };
    format!("{what} ({physical})")
}

/// The number of which these are the bytes, highest first, if it has at most 128 bits.
pub(super) fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [sign; 16];
    wide.get_mut(16usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// The number of which these are the bytes, lowest first.
pub(super) fn half(bytes: &[u8]) -> Option<f64> {
    Some(f16::from_le_bytes(bytes.try_into().ok()?).to_f64())
}

/// A decimal number as the nearest float.
pub(super) fn decimal(digits: i128, scale: u32) -> f64 {
    const EXACT: i128 = 1 << 53;
    // Both are exact, so that the quotient is rounded once.
    if (-EXACT..=EXACT).contains(&digits) && scale <= 22 {
        digits as f64 / 10f64.powi(scale as i32)
    } else {
        format!("{digits}e-{scale}").parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_scaled_to_the_nearest_float() {
        assert_eq!(decimal(125, 2), 1.25);
        assert_eq!(decimal(-125, 2), -1.25);
        assert_eq!(decimal(3, 1), 0.3);
        assert_eq!(decimal(0, 38), 0.0);
        assert_eq!(decimal(1, 38), 1e-38);
        assert_eq!(decimal(99_999_999_999_999_999_999_999_999_999_999_999_999, 38), 1.0);
        assert_eq!(decimal(i128::MIN, 0), -2f64.powi(127));
        for scale in 0..=22 {
            let text: f64 = format!("12345678901e-{scale}").parse().unwrap();
            assert_eq!(decimal(12_345_678_901, scale), text);
        }
    }

    #[test]
    fn bytes_are_numbers_of_up_to_128_bits() {
        assert_eq!(big_endian(&[]), None);
        assert_eq!(big_endian(&[0x7d]), Some(125));
        assert_eq!(big_endian(&[0xff, 0x83]), Some(-125));
        assert_eq!(big_endian(&[0x80; 16]), Some(i128::from_be_bytes([0x80; 16])));
        assert_eq!(big_endian(&[0; 17]), None);
        assert_eq!(half(&[0, 0x3e]), Some(1.5));
        assert_eq!(half(&[0]), None);
    }
}
