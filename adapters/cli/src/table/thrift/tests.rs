//! Footers and headers that say what is not so.

use super::*;

/// A number without a sign, as Thrift writes it.
fn unsigned(mut rest: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while rest > 0x7f {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// An element of a schema: a group of so many, or a column.
fn element(children: u64, name: &[u8]) -> Vec<u8> {
    let name = [&[0x48], &unsigned(name.len() as u64)[..], name].concat();
    [&name[..], &[0x15], &unsigned(children << 1), &[0]].concat()
}

/// A footer that has nothing but a schema.
fn schema(elements: &[Vec<u8>]) -> Vec<u8> {
    let count = unsigned(elements.len() as u64);
    [&[0x29, 0xfc], &count[..], &elements.concat(), &[0]].concat()
}

#[test]
fn a_page_header_says_how_long_its_page_is() {
    // Type 3, 300 bytes, 20 compressed, and of version 2: 4 bytes of levels twice.
    let v2 = [0x15, 6, 0x15, 0xd8, 4, 0x15, 40, 0x5c, 0x55, 8, 0x15, 8, 0, 0];
    let header = page_header(&v2[..]).unwrap();
    assert_eq!(header, PageHeader { whole: 300, before: 8 });
    for len in 0..v2.len() {
        assert!(page_header(&v2[..len]).is_err(), "{len}");
    }
    // Numbers of other widths are read alike.
    let wide = [0x16, 6, 0x16, 0xd8, 4, 0x14, 40, 0x5c, 0x56, 8, 0x14, 8, 0, 0];
    assert_eq!(page_header(&wide[..]).unwrap(), header);
}

#[test]
fn structures_that_are_too_deep_or_endless_are_refused() {
    assert!(page_header(&[0x9c; 1 << 16][..]).is_err());
    assert!(page_header(&[0x98, 0xff, 0xff, 0xff, 0xff, 0x0f, 1][..]).is_err());
    assert!(page_header(&[0xff; 1 << 16][..]).is_err());
    // Fifteen billion row groups in six bytes.
    assert!(footer(&[0x49, 0xfc, 0xff, 0xff, 0xff, 0x3f][..]).is_err());
    assert!(footer(&[0x49, 0x2c, 0, 0, 0][..]).is_ok());
    // A list of two truth values, in a field that nobody knows.
    assert!(footer(&[0x99, 0x21, 1, 2, 0][..]).is_err());
    assert!(page_header(&[0x99, 0x22, 1, 2, 0][..]).is_err());
    assert!(footer(&[0x99, 0x23, 1, 2, 0][..]).is_ok());
}

#[test]
fn a_number_that_would_be_read_as_another_one_is_refused() {
    let four_billion = unsigned(1 << 33);
    let page = [&[0x25], &four_billion[..], &[0]].concat();
    assert!(page_header(&page[..]).is_err());
    // The field 65,540 is one that nobody knows, and the crate takes it for the fourth.
    let far = [&[0x03], &unsigned(65_540 << 1)[..], &[7, 0]].concat();
    assert!(footer(&far[..]).is_err());
    let near = [&[0x03], &unsigned(540 << 1)[..], &[7, 0]].concat();
    assert!(footer(&near[..]).is_ok());
}

#[test]
fn a_known_field_of_another_type_is_refused() {
    // The third field is a number. Where it is said to be a truth value, which takes no byte, one that
    // reads a number goes on a byte later: in the text that follows, where a list of 2^31 truth values is.
    let mut text = [0; 0x69];
    text[..6].copy_from_slice(&[0xf1, 0xff, 0xff, 0xff, 0xff, 0x07]);
    let with = |kind: u8| [&[0x30 | kind, 0x68, 0x69], &text[..], &[0]].concat();
    assert!(footer(&with(1)[..]).is_err());
    // The same text after a number is one that nobody looks into.
    let good = [&[0x36, 2, 0x68, 0x69], &text[..], &[0]].concat();
    assert!(footer(&good[..]).is_ok());
    for fields in [FILE, PAGE] {
        for (id, holds) in fields {
            for kind in 1..16 {
                let fits = match holds {
                    Flag => kind == 1 || kind == 2,
                    Byte => kind == 3,
                    Whole => (4..=6).contains(&kind),
                    Double => kind == 7,
                    Bytes => kind == 8,
                    List(_) => kind == 9,
                    Structure(_) => kind == 12,
                };
                let field = [(*id as u8) << 4 | kind, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                let read =
                    Input(&field[..]).fields(&mut |input, id, kind| input.field(fields, id, kind));
                assert_eq!(read.is_ok(), fits, "{id} {kind}");
            }
        }
    }
}

#[test]
fn a_known_field_deep_in_a_footer_must_be_of_its_type_too() {
    // A row group with a column whose metadata has statistics: the third of them is a number.
    let statistics = |kind: u8| {
        [&[0x49, 0x1c, 0x19, 0x1c, 0x3c, 0xcc, 0x30 | kind, 0, 0, 0], &[0; 4][..]].concat()
    };
    assert!(footer(&statistics(6)[..]).is_ok());
    for kind in [1, 2, 3, 7, 8, 9, 10, 11, 12, 13] {
        assert!(footer(&statistics(kind)[..]).is_err(), "{kind}");
    }
    // Lists hold what is in them: whole numbers here, the encodings of a column.
    let encodings = |kind: u8| [0x49, 0x1c, 0x19, 0x1c, 0x3c, 0x29, 0x10 | kind, 0, 0, 0, 0, 0];
    assert!(footer(&encodings(5)[..]).is_ok());
    for kind in [1, 2, 3, 8, 9, 12] {
        assert!(footer(&encodings(kind)[..]).is_err(), "{kind}");
    }
}

#[test]
fn a_schema_that_promises_more_columns_than_it_has_is_refused() {
    let good = schema(&[element(2, b"all"), element(0, b"x"), element(0, b"y")]);
    assert!(footer(&good[..]).is_ok());
    for children in [4, i32::MAX as u64, u64::from(u32::MAX)] {
        let bad = schema(&[element(children, b"all"), element(0, b"x"), element(0, b"y")]);
        assert!(footer(&bad[..]).is_err(), "{children}");
    }
    // Twice as many as there are, in two groups.
    let twice = [element(2, b"all"), element(3, b"x"), element(0, b"y"), element(0, b"z")];
    assert!(footer(&schema(&twice)[..]).is_err());
}

#[test]
fn columns_that_lie_too_deep_or_have_too_long_paths_are_refused() {
    let nested = |depth: usize| {
        let mut elements = vec![element(1, b"g"); depth];
        elements.push(element(0, b"x"));
        schema(&elements)
    };
    assert!(footer(&nested(NESTED)[..]).is_ok());
    assert!(footer(&nested(NESTED + 1)[..]).is_err());
    // A name of 64 KiB over each of so many columns.
    let wide = |columns: u64| {
        let mut elements = vec![element(1, b"all"), element(columns, &[b'n'; 1 << 16])];
        elements.resize(2 + columns as usize, element(0, b"x"));
        schema(&elements)
    };
    assert!(footer(&wide(1000)[..]).is_ok());
    assert!(footer(&wide(1100)[..]).is_err());
}
