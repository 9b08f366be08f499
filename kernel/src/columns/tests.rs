use super::*;
use std::format;
use std::string::ToString;

crate::columns! {
    /// Every scalar and reach.
    pub mod every {
        ghost {
            /// Position along x.
            x: f32,
            y: f32,
        }
        owned {
            tribe: u8,
            age: u16,
            genes: [f32; 9],
        }
        scratch {
            ax: f32,
        }
    }
}

#[repr(align(64))]
struct Memory([u8; 8192]);

#[test]
fn schema_is_plain_data_in_memory_order() {
    let schema = every::Columns::SCHEMA;
    let names: [&str; 7] = core::array::from_fn(|i| schema[i].name);
    assert_eq!(names, ["id", "x", "y", "tribe", "age", "genes", "ax"]);
    assert_eq!(schema[1].about, "Position along x.");
    assert_eq!(schema[5].stride(), 36);
    assert_eq!(packed_len(schema, Reach::Ghost), 12);
    assert_eq!(packed_len(schema, Reach::Owned), 12 + 3 + 36);
    assert_eq!(packed_len(schema, Reach::Scratch), 12 + 3 + 36 + 4);
}

#[test]
fn columns_are_aligned_padded_and_inside() {
    for capacity in [0, 1, 7, 8, 9, 100] {
        let len = byte_len::<every::Columns>(capacity).unwrap();
        let mut memory = Memory([0; 8192]);
        let base = memory.0.as_ptr().addr();
        let views = every::Columns::bind(&mut memory.0[..len], capacity).unwrap();
        for (column, address) in [
            (0, views.id.as_ptr().addr()),
            (3, views.tribe.as_ptr().addr()),
            (5, views.genes.as_ptr().addr()),
            (6, views.ax.as_ptr().addr()),
        ] {
            assert_eq!(address % ALIGN, 0);
            assert_eq!(offset(every::Columns::SCHEMA, capacity, column), Some(address - base));
        }
        assert!(views.x.len() >= capacity + LANES - 1);
    }
}

#[test]
fn memory_that_does_not_fit_is_an_error() {
    let mut memory = Memory([0; 8192]);
    let needed = byte_len::<every::Columns>(10).unwrap();
    assert_eq!(
        every::Columns::bind(&mut memory.0[..needed - 1], 10).unwrap_err(),
        LayoutError::TooShort { needed, given: needed - 1 }
    );
    assert_eq!(every::Columns::view(&memory.0[4..], 10).unwrap_err(), LayoutError::Misaligned);
    assert_eq!(
        every::Columns::view(&memory.0, usize::MAX).unwrap_err(),
        LayoutError::TooLarge { capacity: usize::MAX }
    );
    assert_eq!(byte_len::<every::Columns>(usize::MAX), None);
}

#[test]
fn a_packed_row_unpacks_to_the_same_row() {
    let mut memory = Memory([0; 8192]);
    let mut other = Memory([0; 8192]);
    let from = every::Columns::bind(&mut memory.0, 4).unwrap();
    from.id[2] = 77;
    from.x[2] = 1.5;
    from.tribe[2] = 3;
    from.age[2] = 500;
    from.genes[2] = [0.25; 9];
    from.ax[2] = 9.0;
    let from = every::Columns::share(&from);
    let mut to = every::Columns::bind(&mut other.0, 4).unwrap();
    let mut bytes = [0; 64];
    let len = every::Columns::pack(&from, 2, Reach::Owned, &mut bytes).unwrap();
    assert_eq!(every::Columns::unpack(&mut to, 1, Reach::Owned, &bytes[..len]), Some(len));
    let to = every::Columns::share(&to);
    assert_eq!(every::Columns::difference(&from, 2, &to, 1), None);
    assert_eq!(every::Columns::fingerprint(&from, 2), every::Columns::fingerprint(&to, 1));
    assert_eq!(to.ax[1], 0.0);
    assert_eq!(every::Columns::difference(&from, 3, &to, 0), None);
    assert_eq!(every::Columns::pack(&from, 2, Reach::Owned, &mut bytes[..20]), None);
    assert_eq!(every::Columns::pack(&from, 99, Reach::Owned, &mut bytes), None);
}

#[test]
fn gather_skips_rows_that_are_not_there() {
    let mut memory = Memory([0; 8192]);
    let mut other = Memory([0; 8192]);
    let from = every::Columns::bind(&mut memory.0, 4).unwrap();
    from.x[..4].copy_from_slice(&[0.0, 1.0, 2.0, 3.0]);
    let mut to = every::Columns::bind(&mut other.0, 4).unwrap();
    every::Columns::gather(&every::Columns::share(&from), &[3, 1, 4000], &mut to);
    assert_eq!(to.x[..3], [3.0, 1.0, 0.0]);
}

#[test]
fn schema_hash_tells_schemas_apart() {
    let schema = every::Columns::SCHEMA;
    assert_ne!(schema_hash(schema), schema_hash(&schema[..6]));
}

#[test]
fn scratch_is_written_beside_columns_that_are_read() {
    let mut memory = Memory([0; 8192]);
    every::Columns::bind(&mut memory.0, 4).unwrap().x[3] = 2.5;
    let (read, scratch) = every::Columns::split(&mut memory.0, 4).unwrap();
    scratch.ax[3] = read.x[3] * 2.0;
    assert!(read.ax.is_empty() && scratch.ax.len() == padded(4));
    let all = every::Columns::view(&memory.0, 4).unwrap();
    assert_eq!((all.x[3], all.ax[3]), (2.5, 5.0));
    assert!(every::Columns::split(&mut memory.0[1..], 4).is_err());
}

#[test]
fn the_schema_reads_as_json_with_its_layout() {
    let schema = every::Columns::SCHEMA;
    let text = Json { schema, capacity: 100 }.to_string();
    assert!(text.starts_with(r#"{"capacity":100,"rows":112,"bytes":"#), "{text}");
    let bytes = byte_len::<every::Columns>(100).unwrap();
    assert!(text.contains(&format!("\"bytes\":{bytes},\"columns\":[{{\"name\":\"id\"")), "{text}");
    for (index, column) in schema.iter().enumerate() {
        let at = offset(schema, 100, index).unwrap();
        let place = format!("\"offset\":{at},\"stride\":{}}}", column.stride());
        let entry = text.split("{\"name\"").nth(index + 1).unwrap();
        assert!(entry.contains(&place) && entry.contains(column.name), "{entry}");
    }
    assert!(text.contains(r#""scalar":"u16","components":1,"reach":"owned""#), "{text}");
    assert!(text.ends_with("}]}"));
    let odd = [Column::of::<u8>("a", Reach::Scratch, "a \"b\" \\ \n")];
    let text = Json { schema: &odd, capacity: usize::MAX }.to_string();
    assert!(text.contains(r#""about":"a \"b\" \\ \u000a","offset":null"#), "{text}");
    assert!(text.contains(r#""bytes":null"#));
    assert!(Json { schema: &[], capacity: 0 }.to_string().ends_with(r#""columns":[]}"#));
}
