//! Lines of comma-separated values, as sweeps write them and tables of text have them.

/// A line of these fields, without its end. What holds a comma or a quote is put in quotes.
pub(super) fn line<T: AsRef<str>>(fields: &[T]) -> String {
    let quoted = |field: &T| {
        let field = field.as_ref();
        match field.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", field.replace('"', "\"\"")),
            false => field.to_string(),
        }
    };
    fields.iter().map(quoted).collect::<Vec<_>>().join(",")
}

/// The fields of a line; None if a quote is not closed, or stands where none may be.
pub(crate) fn fields(line: &str, separator: char) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.trim_start_matches(' ').strip_prefix('"') {
            Some(inner) => quoted(inner, separator)?,
            None => {
                let end = rest.find(separator).unwrap_or(rest.len());
                (rest[..end].trim().to_string(), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None => return Some(fields),
        }
    }
}

/// The field whose first quote was read, and what comes after its last one: a separator or nothing.
fn quoted(inner: &str, separator: char) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = inner;
    loop {
        let end = rest.find('"')?;
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => {
                let after = rest.trim_start_matches(' ');
                return (after.is_empty() || after.starts_with(separator))
                    .then_some((field, after));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let all = ["", "0.25", "[\"wall\",\"open\"]", "a \"b\"", " c ", "\"", ",", "é"];
        for a in all {
            for b in all {
                let written = line(&[a, b, "x"]);
                let read = fields(&written, ',').unwrap();
                let plain = |text: &str| !text.contains([',', '"']);
                let wanted = |text: &str| if plain(text) { text.trim() } else { text }.to_string();
                assert_eq!(read, [wanted(a), wanted(b), "x".to_string()], "{written}");
            }
        }
    }

    #[test]
    fn a_line_with_an_open_quote_has_no_fields() {
        for bad in ["\"", "a,\"b", "\"a\"b,c", "\"\"\""] {
            assert_eq!(fields(bad, ','), None, "{bad}");
        }
        assert_eq!(fields("a;\"b;c\" ;", ';').unwrap(), ["a", "b;c", ""]);
    }
}
