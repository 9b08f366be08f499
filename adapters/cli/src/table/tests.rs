//! Tables in text, as many programs write them.

use flockwork_kernel::columns::{Reach, Scalar};

use super::*;

const fn column(name: &'static str, scalar: Scalar, components: u32, reach: Reach) -> Column {
    let (min, max) = scalar.limits();
    Column { name, scalar, components, reach, about: "", min, max }
}

const SCHEMA: &[Column] = &[
    column("id", Scalar::U32, 1, Reach::Ghost),
    column("x", Scalar::F32, 1, Reach::Ghost),
    column("y", Scalar::F32, 1, Reach::Ghost),
    column("tribe", Scalar::U8, 1, Reach::Owned),
    column("genes", Scalar::F32, 3, Reach::Owned),
    column("marked", Scalar::Bool, 1, Reach::Owned),
    column("ax", Scalar::F32, 1, Reach::Scratch),
];

fn most(rows: u64) -> Most {
    Most { rows, why: "the test says so".to_string() }
}

fn read_text(text: impl AsRef<[u8]>) -> Result<Table, String> {
    csv_in::read(text.as_ref(), SCHEMA, &most(100), &Choice::default())
}

fn xy(text: impl AsRef<[u8]>) -> Vec<[f64; 2]> {
    let table = read_text(text).unwrap();
    let [x, y] = &table.columns[..] else { panic!("{table:?}") };
    assert_eq!((x.name.as_str(), y.name.as_str()), ("x", "y"));
    x.values.iter().zip(&y.values).map(|(x, y)| [*x, *y]).collect()
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let text = "\u{feff}genes_2, tribe, genes_0,genes_1\n0.5, 3, -1e3,0\n# no\n1,255,0,1\n";
    let table = read_text(text).unwrap();
    assert_eq!(table.rows, 2);
    let columns: Vec<(&str, u32, &[f64])> =
        table.columns.iter().map(|c| (c.name.as_str(), c.component, &c.values[..])).collect();
    let wanted: [(&str, u32, &[f64]); 4] = [
        ("genes", 2, &[0.5, 1.0]),
        ("tribe", 0, &[3.0, 255.0]),
        ("genes", 0, &[-1000.0, 0.0]),
        ("genes", 1, &[0.0, 1.0]),
    ];
    assert_eq!(columns, wanted);
}

#[test]
fn whatever_ends_lines_parts_values_or_quotes_them_the_numbers_are_the_same() {
    let wanted = [[1.0, 2.0], [3.5, -4.0]];
    for text in [
        "x,y\n1,2\n3.5,-4\n",
        "x,y\n1,2\n3.5,-4",
        "x,y\r\n1,2\r\n3.5,-4\r\n",
        "x,y\r1,2\r3.5,-4\r",
        "x;y\n1;2\n3.5;-4\n",
        "x\ty\n1\t2\n3.5\t-4\n",
        "x y\n1 2\n 3.5   -4 \n",
        // With the index that pandas writes.
        ",x,y\n0,1.0,2.0\n1,3.5,-4.0\n",
        "Unnamed: 0,x,y\n0,1,2\n1,3.5,-4\n",
        "\"x\",\"y\"\n\"1\",2\n3.5,\" -4 \"\n",
        "\u{feff}x,y\n1,2\n3.5,-4\n",
        "# from somewhere\n\nx,y\n\n1,2\n# more\n\n3.5,-4\n\n\n",
        // As numpy's savetxt writes a header.
        "# x,y\n1.0e+00,2.0e+00\n3.5e+00,-4.0e+00\n",
        "# made by hand\n#x;y\n1;2\n3.5;-4\n",
    ] {
        assert_eq!(xy(text), wanted, "{text:?}");
    }
}

#[test]
fn truth_values_are_words_or_numbers() {
    for text in ["marked\ntrue\nfalse\n", "marked\n1\n0\n", "marked\nTrue\nFALSE\n"] {
        assert_eq!(read_text(text).unwrap().columns[0].values, [1.0, 0.0], "{text:?}");
    }
    let problem = read_text("marked,tribe\ntrue,true\n").unwrap_err();
    assert_eq!(problem, "line 2: `tribe` is \"true\": it must be a number");
    let problem = read_text("marked\nyes\n").unwrap_err();
    assert_eq!(problem, "line 2: `marked` is \"yes\": it must be a number, true or false");
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let table = [
        ("", "no columns"),
        ("# x,y\n", "nothing but comments"),
        ("x,speed\n1,2\n", "line 1: there is no column `speed`"),
        ("# hm\n\nx,tribes\n1,2\n", "line 3: there is no column `tribes`; did you mean `tribe`?"),
        ("gene_1\n1\n", "did you mean `genes_1`?"),
        ("x,ax\n1,2\n", "no column `ax`"),
        ("genes\n1\n", "no column `genes`"),
        ("genes_3\n1\n", "no column `genes_3`"),
        ("genes_+1\n1\n", "no column `genes_+1`"),
        ("genes_01\n1\n", "no column `genes_01`"),
        ("tick,x\n1,1\n", "a recording holds many ticks; pick one, such as --at 100"),
        ("x,x\n1,2\n", "two columns `x`"),
        ("x\n1\n", "a column `x` but no `y`"),
        ("y\n1\n", "a column `y` but no `x`"),
        ("genes_1\n1\n", "a column `genes_1` but no `genes_0`"),
        ("x,y,\n1,2,\n", "column 3 has no name"),
        ("1,2\n3,4\n", "line 1 holds numbers: the first line must hold the names"),
        ("# a,b\n1,2\n", "line 2 holds numbers"),
        ("x,y\n1\n", "line 2: 1 value, but the header has 2 names"),
        ("x,y\n1,5,2,5\n", "must have a decimal point"),
        ("x,y\n1,5,\n", "there is a separator at the end"),
        ("x;y\n1,5;2\n", "line 2: `x` is \"1,5\": it must be a number with a decimal point"),
        ("x,y\n1,1\n# no\n\nnope,1\n", "line 5: `x` is \"nope\""),
        ("id,x,y\n700,1,1\n701,1,\n", "line 3 (id 701): `y` is \"\": it must be a number"),
        ("x,y\n1,\"2\n3,4\n", "line 2: `y` is \"\"2\""),
        ("x,y\n1,\u{1b}[31m\n", "`y` is \"\\u{1b}[31m\""),
    ];
    for (text, wanted) in table {
        let problem = read_text(text).unwrap_err();
        assert!(problem.contains(wanted), "{text:?}: {problem}");
    }
    let problem = read_text(b"x,y\n1,2\n\xff,3\n").unwrap_err();
    assert_eq!(problem, "line 3: it is not UTF-8 text");
}

#[test]
fn text_of_16_bits_is_refused_with_a_remedy() {
    let wide: Vec<u8> = "x,y\r\n1,2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let problem = read_text([&[0xff, 0xfe], &wide[..]].concat()).unwrap_err();
    assert!(problem.contains("UTF-16") && problem.contains("-Encoding utf8"), "{problem}");
    assert_eq!(read_text(wide).unwrap_err(), problem);
}

#[test]
fn a_table_of_more_rows_than_may_be_is_refused_as_soon_as_that_is_known() {
    let endless = std::io::Read::chain(&b"x,y\n"[..], Rows);
    let problem = csv_in::read(endless, SCHEMA, &most(1000), &Choice::default()).unwrap_err();
    assert_eq!(
        problem,
        "it has more than 1,000 rows, the most that there may be: the test says so"
    );
}

#[test]
fn a_line_without_an_end_is_refused() {
    for begin in [&b"x,y\n1,\"2"[..], b"# ", b""] {
        let endless = std::io::Read::chain(begin, std::io::repeat(b'2'));
        let problem = csv_in::read(endless, SCHEMA, &most(1000), &Choice::default()).unwrap_err();
        assert!(problem.contains("is longer than 1.00 MiB"), "{problem}");
    }
}

#[test]
fn a_file_of_another_kind_or_none_is_refused() {
    for name in ["none.csv", "agents.ods", "agents"] {
        assert!(matches!(
            read(Path::new(name), SCHEMA, &most(1), &Choice::default()),
            Err(Failure::Usage(_))
        ));
    }
}

/// Rows without an end.
struct Rows;

impl std::io::Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let whole = buffer.len() / 4 * 4;
        buffer[..whole].iter_mut().zip(b"1,2\n".iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(whole)
    }
}
