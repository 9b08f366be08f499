use super::*;
use crate::isa::Baseline;
use crate::{F32x8, U32x8, V2, Vec2};
use std::format;
use std::string::ToString;

crate::columns! {
    /// Every scalar and reach.
    pub mod every {
        ghost {
            /// Position.
            position: vec(x, y),
        }
        owned {
            tribe: u8 where 0..=3,
            age: u16,
            genes: [f32; 9] where -0.5..=1.0,
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
    assert_eq!(schema[1].about, "Position. Along x.");
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
fn views_of_ghosts_need_memory_for_what_neighbours_see_alone() {
    let ghosts = ghosts(every::Columns::SCHEMA);
    assert!(ghosts.iter().all(|column| column.reach == Reach::Ghost));
    let len = offset(ghosts, 20, ghosts.len()).unwrap();
    assert!(len < byte_len::<every::Columns>(20).unwrap());
    let mut memory = Memory([0; 8192]);
    let whole = every::Columns::bind(&mut memory.0, 20).unwrap();
    (whole.id[7], whole.x[7], whole.y[7]) = (3, 1.5, -2.5);
    let mut seen = Memory([0; 8192]);
    let mut bound = every::Columns::bind_ghosts(&mut seen.0[..len], 20, &[]).unwrap();
    let mut packed = [0; 51];
    let view = every::Columns::view(&memory.0, 20).unwrap();
    let bytes = every::Columns::pack(&view, 7, Reach::Ghost, &mut packed).unwrap();
    assert!(every::Columns::unpack(&mut bound, 9, Reach::Ghost, &packed[..bytes]).is_some());
    let view = every::Columns::view_ghosts(&seen.0[..len], 20, &[]).unwrap();
    assert_eq!((view.id[9], view.x[9], view.y[9]), (3, 1.5, -2.5));
    assert_eq!(every::Columns::row(&view, 9).age, 0);
    assert!(view.age.is_empty());
    assert!(every::Columns::view_ghosts(&seen.0[..len - 1], 20, &[]).is_err());
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
fn rows_and_lanes_see_the_same_numbers() {
    let mut memory = Memory([0; 8192]);
    let mut columns = every::Columns::bind(&mut memory.0, 10).unwrap();
    let written = |row: usize| every::Row {
        id: 0,
        position: Vec2::new(row as f32, -(row as f32)),
        tribe: row as u8,
        age: 1000 + row as u16,
        genes: core::array::from_fn(|gene| (row * 9 + gene) as f32),
        ax: 0.5 * row as f32,
    };
    for row in 0..10 {
        columns.id[row] = 100 + row as u32;
        every::Columns::set_row(&mut columns, row, &written(row));
    }
    every::Columns::set_row(&mut columns, 1000, &written(0));
    for row in 0..10 {
        let read = every::Columns::row(&every::Columns::share(&columns), row);
        assert_eq!(read, every::Row { id: 100 + row as u32, ..written(row) });
    }
    assert_eq!(every::Columns::shown(&every::Columns::share(&columns), 3), every::Shown {});
    assert_eq!(every::Columns::row(&every::Columns::share(&columns), 1000), every::Row::default());

    let look = every::Columns::look::<Baseline>(&columns, 1);
    assert_eq!(look.id.get().to_array(), [101, 102, 103, 104, 105, 106, 107, 108]);
    assert_eq!(look.position.get().y.to_array(), [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0]);
    assert_eq!(look.genes.get()[2].to_array()[1], (2 * 9 + 2) as f32);

    let mut tile = every::Columns::tile::<Baseline>(&mut columns, 8..10);
    let two = tile.age.get();
    assert_eq!(two.to_array(), [1008, 1009, 0, 0, 0, 0, 0, 0]);
    tile.age.set(two + U32x8::splat(0x1_0000 + 1));
    tile.position.set(V2::splat(7.0, 8.0));
    tile.genes.set([F32x8::ONE; 9]);
    assert_eq!(columns.age[7..11], [1007, 1009, 1010, 0]);
    assert_eq!((columns.x[7], columns.x[8], columns.y[9], columns.y[10]), (7.0, 7.0, 8.0, 0.0));
    assert_eq!((columns.genes[9], columns.genes[10]), ([1.0; 9], [0.0; 9]));

    let (look, mut left) = every::Columns::finish::<Baseline>(&mut columns, 0);
    left.ax.set(look.position.get().x + F32x8::ONE);
    assert_eq!(columns.ax[..4], [1.0, 2.0, 3.0, 4.0]);
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
    assert!(
        text.contains(r#""about":"a \"b\" \\ \u000a","min":0,"max":255,"offset":null"#),
        "{text}"
    );
    assert!(text.contains(r#""bytes":null"#));
    assert!(Json { schema: &[], capacity: 0 }.to_string().ends_with(r#""columns":[]}"#));
}

/// Settles the rows with every instruction set there is.
#[derive(Clone, Copy)]
struct Settle<'a> {
    memory: &'a Memory,
    rows: (usize, usize),
    sound: bool,
    settled: &'a [u8],
}

impl crate::isa::Task for Settle<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let mut memory = Memory(self.memory.0);
        let mut columns = every::Columns::bind(&mut memory.0, 40).unwrap();
        let sound = every::Columns::settle::<S>(&mut columns, self.rows.0..self.rows.1);
        assert_eq!(sound, self.sound, "{}", S::NAME);
        assert_eq!(memory.0, self.settled, "{}", S::NAME);
    }
}

/// Values on both sides of every bound.
const VALUES: [f32; 12] = [
    -0.0,
    0.0,
    -0.5,
    -0.500_001,
    1.0,
    1.000_000_1,
    1.0e-45,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::MAX,
    f32::MIN,
];

#[test]
fn settling_finds_what_looking_at_each_row_finds_and_leaves_no_minus_zero() {
    for (count, begin) in [(40, 0), (1, 3), (7, 0), (8, 8), (9, 15), (0, 5), (25, 1)] {
        for place in 0..VALUES.len() * 13 {
            let (value, column) = (VALUES[place % VALUES.len()], place / VALUES.len());
            let row = begin + (place * 7) % (count + 1);
            let mut memory = Memory([0; 8192]);
            let columns = every::Columns::bind(&mut memory.0, 40).unwrap();
            let row_in_memory = row.min(39);
            match column {
                0 => columns.x[row_in_memory] = value,
                1 => columns.y[row_in_memory] = value,
                2 => columns.tribe[row_in_memory] = (place % 6) as u8,
                3 => columns.age[row_in_memory] = u16::MAX,
                _ => columns.genes[row_in_memory][column - 4] = value,
            }
            // The rows one by one.
            let end = begin + count;
            let mut packed = [0; 51];
            let view = every::Columns::view(&memory.0, 40).unwrap();
            let sound = (begin..end).all(|row| {
                every::Columns::pack(&view, row, Reach::Owned, &mut packed).unwrap();
                first_unsound(every::Columns::SCHEMA, &packed).is_none()
            });
            let mut settled = Memory(memory.0);
            let canonical = |value: &mut f32| {
                if *value == 0.0 {
                    *value = 0.0;
                }
            };
            let columns = every::Columns::bind(&mut settled.0, 40).unwrap();
            columns.x[begin..end].iter_mut().for_each(canonical);
            columns.y[begin..end].iter_mut().for_each(canonical);
            columns.genes[begin..end].iter_mut().flatten().for_each(canonical);
            let rows = (begin, end);
            crate::isa::each(Settle { memory: &memory, rows, sound, settled: &settled.0 });
        }
    }
}

#[test]
fn a_column_says_what_it_allows() {
    let schema = every::Columns::SCHEMA;
    let [id, x, tribe, age, genes] = [0, 1, 3, 4, 5].map(|index| schema[index]);
    assert_eq!(id.allowed().to_string(), "a whole number from 0 to 4294967295");
    assert_eq!(x.allowed().to_string(), "a finite number");
    assert_eq!(tribe.allowed().to_string(), "a whole number from 0 to 3");
    assert_eq!(genes.allowed().to_string(), "a number from -0.5 to 1");
    assert!(tribe.allows(3.0) && !tribe.allows(4.0) && !tribe.allows(0.5) && !tribe.allows(-1.0));
    assert!(age.allows(65535.0) && !age.allows(65536.0) && !age.is_ranged());
    assert!(genes.allows(-0.5) && genes.allows(1.0) && !genes.allows(1.001));
    let wide = Column { min: -1.0e18, max: 1.5e18, ..x };
    assert_eq!(wide.allowed().to_string(), "a number from -1e18 to 1.5e18");
    for (value, text) in [(0.1f32.into(), "0.1"), (0.1, "0.1"), (3.0e38f32.into(), "3e38")] {
        assert_eq!(Number(value).to_string(), text);
    }
    assert!(x.allows(-3.0e38) && !x.allows(3.5e38) && !x.allows(f64::NAN));
    let mut packed = [0; 51];
    assert_eq!(first_unsound(schema, &packed), None);
    packed[15 + 32..].copy_from_slice(&2.5f32.to_le_bytes());
    assert_eq!(first_unsound(schema, &packed), Some((&genes, 2.5)));
    packed[12] = 200;
    assert_eq!(first_unsound(schema, &packed), Some((&tribe, 200.0)));
}
