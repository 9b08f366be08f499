//! Rust source as tokens: what the compiler sees, without comments, literals and tests.
//!
//! Comments may name forbidden operations and strings may hold anything, so searching text would
//! find them there. This is just enough of a lexer to tell them apart: nested comments, raw
//! strings, lifetimes beside characters. Code behind `#[cfg(test)]` is left out too.

/// One word or one sign of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// An identifier, a number, `::`, or one other sign; `""` stands for a literal.
    pub text: &'a str,
    /// Its line, counted from 1.
    pub line: usize,
}

/// The tokens of a source file without its tests.
pub fn of(source: &str) -> Vec<Token<'_>> {
    without_tests(&Lexer { source, at: 0, line: 1 }.collect::<Vec<_>>())
}

/// Leaves out each item behind `#[cfg(test)]`.
fn without_tests<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = all.get(at) {
        let marked = all[at..].iter().map(|token| token.text).take(MARK.len()).eq(MARK);
        if marked {
            at += MARK.len();
            at += item(&all[at..]);
        } else {
            kept.push(*token);
            at += 1;
        }
    }
    kept
}

/// The number of tokens of the first item: to its `;`, or the end of its braces.
fn item(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.text, ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = &self.source[self.at..];
            let first = rest.chars().next()?;
            let line = self.line;
            let (len, kind) = measure(rest, first);
            self.at += len;
            self.line += rest[..len].matches('\n').count();
            match kind {
                Kind::Nothing => {}
                Kind::Literal => return Some(Token { text: "\"\"", line }),
                Kind::Token => {
                    return Some(Token { text: rest[..len].trim_start_matches("r#"), line });
                }
            }
        }
    }
}

enum Kind {
    /// White space or a comment.
    Nothing,
    Literal,
    Token,
}

/// How long the first part of `rest` is in bytes, and what it is.
fn measure(rest: &str, first: char) -> (usize, Kind) {
    if first.is_whitespace() {
        return (first.len_utf8(), Kind::Nothing);
    }
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Kind::Nothing);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), Kind::Nothing);
    }
    if let Some(len) = string(rest) {
        return (len, Kind::Literal);
    }
    if first == '\'' {
        return match character(rest) {
            Some(len) => (len, Kind::Literal),
            // A lifetime: the sign alone, its name follows as a word.
            None => (1, Kind::Token),
        };
    }
    if first.is_ascii_digit() {
        return (number(rest), Kind::Token);
    }
    if is_word(first) {
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let end = rest[raw..].find(|c| !is_word(c)).map_or(rest.len(), |end| raw + end);
        return (end, Kind::Token);
    }
    (if rest.starts_with("::") { 2 } else { first.len_utf8() }, Kind::Token)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a comment that may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while let Some(next) = rest[at..].find(['/', '*']).map(|next| at + next) {
        let two = rest.get(next..next + 2);
        depth = match two {
            Some("/*") => depth + 1,
            Some("*/") => depth.saturating_sub(1),
            _ => {
                at = next + 1;
                continue;
            }
        };
        at = next + 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of a string with its prefix, if one begins here.
fn string(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c: char| !matches!(c, 'b' | 'c' | 'r')).filter(|len| *len <= 2)?;
    let raw = rest[..prefix].contains('r');
    let body = &rest[prefix..];
    let hashes = if raw { body.len() - body.trim_start_matches('#').len() } else { 0 };
    let inside = body[hashes..].strip_prefix('"')?;
    let begin = rest.len() - inside.len();
    if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(inside.find(&end).map_or(rest.len(), |at| begin + at + end.len()));
    }
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some(begin + at + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Some(rest.len())
}

/// The length of a character literal; None for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut inside = rest.char_indices().skip(1);
    let (_, first) = inside.next()?;
    if first == '\\' {
        // The sign after the backslash is part of it, even if it is a quote.
        inside.next()?;
        return inside.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    inside.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 1)
}

/// The length of a number; the point belongs to it only before a digit.
fn number(rest: &str) -> usize {
    let mut end = 0;
    for (at, c) in rest.char_indices() {
        let point = c == '.' && rest[at + 1..].starts_with(|next: char| next.is_ascii_digit());
        if !is_word(c) && !point {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        of(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = r####"
            a // mul_add "
            /* b /* nested */ mul_add */ c
            "mul_add \" mul_add" r#"raw " mul_add"# b"bytes" br"raw" c"text"
            'x' '\'' '\u{1F600}' '"' d
        "####;
        let quote = "\"\"";
        let mut expected = vec!["a", "c"];
        expected.extend([quote; 9]);
        expected.push("d");
        assert_eq!(texts(source), expected);
    }

    #[test]
    fn lifetimes_numbers_and_paths_are_told_apart() {
        assert_eq!(
            texts("fn f<'a>(x: &'a str)"),
            ["fn", "f", "<", "'", "a", ">", "(", "x", ":", "&", "'", "a", "str", ")"]
        );
        assert_eq!(texts("1.0f32.sin()"), ["1.0f32", ".", "sin", "(", ")"]);
        assert_eq!(texts("0..9 2.max(1)"), ["0", ".", ".", "9", "2", ".", "max", "(", "1", ")"]);
        assert_eq!(
            texts("f32::sin r#type crate::b"),
            ["f32", "::", "sin", "type", "crate", "::", "b"]
        );
    }

    #[test]
    fn tests_are_left_out_and_what_follows_is_kept() {
        let source = "
            #[cfg(test)]
            mod tests { fn f() { { bad } } }
            good
            #[cfg(test)]
            extern crate std;
            #[cfg(test)]
            #[path = \"x.rs\"]
            mod tests;
            #[cfg(not(test))]
            also";
        assert_eq!(
            texts(source),
            ["good", "#", "[", "cfg", "(", "not", "(", "test", ")", ")", "]", "also"]
        );
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let tokens = of("/* \n */ a\n\"x\ny\" b\n// c\nd");
        let lines: Vec<_> = tokens.iter().map(|token| (token.text, token.line)).collect();
        assert_eq!(lines, [("a", 2), ("\"\"", 3), ("b", 4), ("d", 6)]);
    }

    #[test]
    fn unfinished_source_ends() {
        for source in ["/* a", "\"a", "r#\"a", "'", "'\\", "#[cfg(test)] mod x {", "é", "1."] {
            of(source);
        }
    }
}
