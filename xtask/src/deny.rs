//! The deny-list: operations whose bits change with the build, the target or luck.
//!
//! It reads the code (not comments, literals or tests) of the crates that compute results. Names
//! are all it sees, not types, so two things stay with the reviewer: `min`, `max` and `clamp`
//! called as methods on single floats, and orders that come from anything but ids.
//!
//! What each rule protects: `docs/DETERMINISM.md`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Failure, Outcome, root};
use crate::tokens::{self, Token};

/// The sources that are read.
const ROOTS: [&str; 5] = ["kernel/src", "spatial/src", "scheduler/src", "models/src", "examples"];

/// Names that code may not use.
struct Rule {
    names: &'static [&'static str],
    place: Place,
    /// What is wrong with them, and what to do instead.
    why: &'static str,
    /// The files that may, each for the reason given beside it.
    allowed: &'static [&'static str],
}

/// Where a name is forbidden.
enum Place {
    /// Everywhere.
    Anywhere,
    /// As a method, or as a function of a type of numbers.
    Numbers,
    /// As a function of a single float type.
    Floats,
    /// As the name of a crate.
    Crate,
}

const RULES: &[Rule] = &[
    Rule {
        names: &[
            "mul_add",
            "mul_sub",
            "mul_neg_add",
            "mul_neg_sub",
            "recip",
            "recip_sqrt",
            "reduce_add",
            "reduce_mul",
            "round_int",
            "fast_round_int",
            "fast_clamp",
            "algebraic_add",
            "algebraic_sub",
            "algebraic_mul",
            "algebraic_div",
            "algebraic_rem",
            "intrinsics",
        ],
        place: Place::Anywhere,
        why: "its bits change with the instruction set: write `a * b + c`, `1.0 / x`, and sums in \
              the order of entities",
        allowed: &[],
    },
    Rule {
        names: &["fast_min", "fast_max"],
        place: Place::Anywhere,
        why: "its answer to ties and NaN changes with the target: use `F32x8::min` and `max`",
        // On x86 alone, where that answer is the one `Isa` wants.
        allowed: &["kernel/src/isa/baseline.rs"],
    },
    Rule {
        names: &["fast_trunc_int"],
        place: Place::Anywhere,
        why: "it has one meaning only for numbers in range: use `F32x8::to_index`",
        // `to_index` clamps first; without SIMD it is a cast that saturates.
        allowed: &["kernel/src/isa/baseline.rs", "kernel/src/isa/plain.rs"],
    },
    Rule {
        names: &[
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "atan2",
            "sin_cos",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
            "exp",
            "exp2",
            "exp_m1",
            "ln",
            "ln_1p",
            "log",
            "log2",
            "log10",
            "powf",
            "powi",
            "pow_f32x8",
            "cbrt",
            "hypot",
        ],
        place: Place::Numbers,
        why: "platforms and instruction sets disagree about its last bit: use \
              `flockwork_kernel::math`",
        allowed: &[],
    },
    Rule {
        names: &["min", "max", "clamp", "minimum", "maximum", "mul_add"],
        place: Place::Floats,
        why: "its sign of zero and its NaN change with the target: compare and choose",
        allowed: &[],
    },
    Rule {
        names: &["HashMap", "HashSet", "RandomState", "DefaultHasher"],
        place: Place::Anywhere,
        why: "its order is random: use sorted slices",
        allowed: &[],
    },
    Rule {
        names: &[
            "sort_unstable",
            "sort_unstable_by",
            "sort_unstable_by_key",
            "select_nth_unstable",
            "select_nth_unstable_by",
            "select_nth_unstable_by_key",
        ],
        place: Place::Anywhere,
        why: "equal keys end in any order: sort by a key that cannot tie and add the file to the \
              list in xtask/src/deny.rs",
        allowed: &[
            // (id, slot), cells of their own, (distance, id): none can tie.
            "spatial/src/sort.rs",
            "spatial/src/index.rs",
            "spatial/src/hash.rs",
            "spatial/src/query/ranked.rs",
            // All bits of an event; one birth for each parent; ids.
            "scheduler/src/commit.rs",
            "scheduler/src/compute.rs",
            "scheduler/src/setup.rs",
            "scheduler/src/simulation/view.rs",
        ],
    },
    Rule {
        names: &["wide"],
        place: Place::Crate,
        why: "one file imports it and leaves out what is not exact: use `flockwork_kernel::lanes`",
        allowed: &["kernel/src/isa/baseline.rs"],
    },
    Rule {
        names: &["libm"],
        place: Place::Crate,
        why: "it is there for exact operations alone, such as the square root: use \
              `flockwork_kernel::math`",
        allowed: &["kernel/src/math/scalar.rs", "kernel/src/isa/plain.rs"],
    },
];

/// Types of single floats.
const FLOATS: [&str; 2] = ["f32", "f64"];

/// Types of lanes.
const LANES: [&str; 6] = ["F32x8", "f32x4", "f32x8", "f32x16", "f64x2", "f64x4"];

/// Reads all sources.
pub fn step() -> Outcome {
    let mut found = Vec::new();
    let mut count = 0;
    for file in ROOTS.iter().flat_map(|folder| sources(&root().join(folder))) {
        let path = relative(&file);
        let text = fs::read_to_string(&file)
            .map_err(|error| Failure::new(format!("{path} cannot be read: {error}")))?;
        found.extend(offences(&path, &text));
        count += 1;
    }
    if count == 0 {
        return Err(Failure::new("the deny-list found no sources to read"));
    }
    if found.is_empty() {
        println!("{count} files hold no inexact operation");
        return Ok(());
    }
    Err(Failure::new(found.join("\n")))
}

/// What is forbidden in a file, one line each.
fn offences(path: &str, source: &str) -> Vec<String> {
    let tokens = tokens::of(source);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        for rule in RULES {
            if !rule.allowed.contains(&path) && rule.forbids(&tokens, at) {
                let Token { text, line } = tokens[at];
                found.push(format!("{path}:{line}: `{text}`: {}", rule.why));
            }
        }
    }
    found
}

impl Rule {
    fn forbids(&self, tokens: &[Token<'_>], at: usize) -> bool {
        if !self.names.contains(&tokens[at].text) {
            return false;
        }
        let back = |steps: usize| at.checked_sub(steps).map_or("", |at| tokens[at].text);
        let next = tokens.get(at + 1).map_or("", |token| token.text);
        let of_type = |types: &[&str]| back(1) == "::" && types.contains(&back(2));
        match self.place {
            Place::Anywhere => true,
            Place::Numbers => {
                (back(1) == "." && next == "(") || of_type(&FLOATS) || of_type(&LANES)
            }
            Place::Floats => of_type(&FLOATS),
            Place::Crate => next == "::" || matches!(back(1), "use" | "crate"),
        }
    }
}

/// The Rust files of a folder, without those that hold tests alone.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            files.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(path: &str, source: &str) -> bool {
        !offences(path, source).is_empty()
    }

    #[test]
    fn every_forbidden_name_is_caught() {
        for rule in RULES {
            for name in rule.names {
                let uses = match rule.place {
                    Place::Anywhere => vec![format!("x.{name}(y)"), format!("use a::{name};")],
                    Place::Numbers => vec![
                        format!("let y = x\n    .{name}(2.0);"),
                        format!("xs.map(f32::{name})"),
                        format!("wide_type::F32x8::{name}(x)"),
                    ],
                    Place::Floats => vec![format!("f32::{name}(a, b)"), format!("f64::{name}")],
                    Place::Crate => vec![
                        format!("use {name}::thing;"),
                        format!("let y = {name}::thing(x);"),
                        format!("extern crate {name};"),
                    ],
                };
                for code in uses {
                    assert!(caught("models/src/boids.rs", &code), "{code}");
                    let comment = format!("// {code}\n/* {code} */\nlet x = \"{code}\";")
                        .replace("let y = x\n", "");
                    assert!(!caught("models/src/boids.rs", &comment), "{comment}");
                    let test = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {code} }} }}");
                    assert!(!caught("models/src/boids.rs", &test), "{test}");
                    for file in rule.allowed {
                        assert!(!caught(file, &code), "{file}: {code}");
                    }
                }
            }
        }
    }

    #[test]
    fn our_own_words_are_not_caught() {
        for code in [
            "math::sin_cos(x); math::scalar::exp(y); pub fn sin_cos(x: F32x8) {}",
            "let wide = low.gt(high); wide.select(a, b)",
            "let (sin, cos) = pair; sin * cos",
            "a.min(b).max(c); u32::max(a, b); F32x8::min(a, b)",
            "entities.sort_by_key(|e| e.id); count.pow(2)",
            "struct Log { exp: f32 } self.exp + entry.log",
        ] {
            assert_eq!(offences("models/src/boids.rs", code), Vec::<String>::new(), "{code}");
        }
    }

    #[test]
    fn an_offence_says_where_what_and_what_to_do() {
        let found = offences("models/src/x.rs", "fn f() {\n    a.mul_add(b, c);\n}");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("models/src/x.rs:2: `mul_add`: "), "{}", found[0]);
        assert!(found[0].contains("a * b + c"));
    }

    #[test]
    fn allowed_files_exist_and_need_it() {
        for rule in RULES {
            for file in rule.allowed {
                let text = fs::read_to_string(root().join(file)).unwrap();
                let tokens = tokens::of(&text);
                assert!((0..tokens.len()).any(|at| rule.forbids(&tokens, at)), "{file}");
            }
        }
    }
}
