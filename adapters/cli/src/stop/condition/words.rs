//! The words of a condition, each with its place.

use std::fmt;

use crate::human;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Unequal,
    Plus,
    Minus,
    Times,
    Over,
}

/// How signs are written: longer ones first.
const SIGNS: [(&str, Sign); 10] = [
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("==", Sign::Equal),
    ("!=", Sign::Unequal),
    ("<", Sign::Less),
    (">", Sign::More),
    ("+", Sign::Plus),
    ("-", Sign::Minus),
    ("*", Sign::Times),
    ("/", Sign::Over),
];

/// What other languages write, and what a condition has for it.
const FOREIGN: [(&str, &str); 5] =
    [("&&", "and"), ("||", "or"), ("!", "not"), ("=", "=="), ("&", "and")];

impl Sign {
    pub(super) const COMPARISONS: [Self; 6] =
        [Self::Less, Self::AtMost, Self::More, Self::AtLeast, Self::Equal, Self::Unequal];
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Number(f64),
    Name(String),
    Sign(Sign),
    Open,
    Close,
    And,
    Or,
    Not,
    End,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Number(number) => write!(f, "`{number}`"),
            Word::Name(name) => write!(f, "`{}`", human::shown(name)),
            Word::Sign(sign) => {
                let text =
                    SIGNS.iter().find(|(_, known)| known == sign).map_or("", |(text, _)| text);
                write!(f, "`{text}`")
            }
            Word::Open => f.write_str("`(`"),
            Word::Close => f.write_str("`)`"),
            Word::And => f.write_str("`and`"),
            Word::Or => f.write_str("`or`"),
            Word::Not => f.write_str("`not`"),
            Word::End => f.write_str("nothing more"),
        }
    }
}

/// The words of a text, and at the end [`Word::End`]; each with the number of characters before it.
pub(super) fn words(text: &str) -> Result<Vec<(usize, Word)>, String> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.chars().count() - rest.chars().count();
        let Some(first) = rest.chars().next() else {
            words.push((at, Word::End));
            return Ok(words);
        };
        let (word, after) =
            word(rest, first).map_err(|problem| format!("character {}: {problem}", at + 1))?;
        words.push((at, word));
        rest = after;
    }
}

/// The first word of a text that begins with one, and what comes after it.
fn word(text: &str, first: char) -> Result<(Word, &str), String> {
    if first.is_ascii_digit() || first == '.' {
        return number(text);
    }
    if first.is_alphabetic() || first == '_' {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        let word = match name {
            "and" => Word::And,
            "or" => Word::Or,
            "not" => Word::Not,
            _ => Word::Name(name.to_string()),
        };
        return Ok((word, after));
    }
    if let Some(after) = text.strip_prefix('(') {
        return Ok((Word::Open, after));
    }
    if let Some(after) = text.strip_prefix(')') {
        return Ok((Word::Close, after));
    }
    let begins = |(sign, word): &(&str, Sign)| Some((Word::Sign(*word), text.strip_prefix(sign)?));
    if let Some(found) = SIGNS.iter().find_map(begins) {
        return Ok(found);
    }
    let foreign = FOREIGN.iter().find(|(sign, _)| text.starts_with(sign));
    Err(match foreign {
        Some((sign, own)) => format!("`{sign}` is not known here: write `{own}`"),
        None => format!("`{}` has no meaning here", human::shown(&first.to_string())),
    })
}

fn number(text: &str) -> Result<(Word, &str), String> {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        let exponent = end > 0 && matches!(bytes[end - 1], b'e' | b'E');
        if !(byte.is_ascii_alphanumeric()
            || *byte == b'.'
            || exponent && matches!(byte, b'+' | b'-'))
        {
            break;
        }
        end += 1;
    }
    let (digits, after) = text.split_at(end);
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
    number
        .map(|number| (Word::Number(number), after))
        .ok_or_else(|| format!("`{}` is no number", human::shown(digits)))
}
