//! What conditions mean, and what is said about those that mean nothing.

use super::*;

fn sample() -> Sample {
    let stats = [("infected", 3.0), ("mean_speed", 0.5), ("gone", f64::NAN)];
    let stats = stats.map(|(name, value)| (name.to_string(), value)).to_vec();
    Sample { tick: 40, time: 2.0, population: 100, stats }
}

fn read(text: &str) -> Result<Condition, String> {
    let names: Vec<String> = sample().stats.into_iter().map(|(name, _)| name).collect();
    Condition::read(text, &names)
}

#[test]
fn a_condition_holds_or_not() {
    for (text, wanted) in [
        ("infected == 3", true),
        ("infected != 3", false),
        ("tick >= 40 and time < 2", false),
        ("tick >= 40 and time <= 2", true),
        ("tick > 40 or population == 100", true),
        ("not tick > 40", true),
        ("not (tick > 40 or population == 100)", false),
        // `and` binds more than `or`.
        ("tick == 40 or tick == 1 and tick == 2", true),
        ("(tick == 40 or tick == 1) and tick == 2", false),
        ("infected / population < 0.031", true),
        ("1 + 2 * 3 == 7", true),
        ("(1 + 2) * 3 == 9", true),
        ("8 - 4 - 2 == 2", true),
        ("8 / 4 / 2 == 1", true),
        ("-mean_speed < -4e-1 and - -1 == 1", true),
        ("((mean_speed)) == .5", true),
        ("1e3 == 1000 and 2.5E-1 == 0.25", true),
        ("1/0 > 1e300", true),
    ] {
        assert_eq!(read(text).unwrap().holds(&sample()), wanted, "{text}");
    }
}

#[test]
fn a_comparison_with_what_is_null_does_not_hold() {
    for text in ["gone == 0", "gone != 0", "gone < 1", "gone >= 1", "gone == gone", "0/0 != 1"] {
        assert!(!read(text).unwrap().holds(&sample()), "{text}");
    }
    assert!(read("not gone == 0").unwrap().holds(&sample()));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_is_allowed() {
    for (text, wanted) in [
        ("", "character 1: there is nothing more, where I expect a number, a name or `(`"),
        ("infeced == 0", "character 1: there is no statistic `infeced`; did you mean `infected`?"),
        ("tick > 1 and infektions < 2", "character 14: there is no statistic"),
        (
            "tick",
            "character 5: there is nothing more, where I expect `<`, `<=`, `>`, `>=`, `==` or `!=`",
        ),
        ("tick = 3", "character 6: `=` is not known here: write `==`"),
        ("tick > 1 && time > 2", "character 10: `&&` is not known here: write `and`"),
        ("0 < tick < 9", "character 10: there is `<`, where I expect the condition to end here"),
        ("tick > 1 time > 2", "character 10: there is `time`, where I expect the condition to end"),
        ("(tick > 1", "character 10: there is nothing more, where I expect `)`"),
        ("tick > ", "character 8: there is nothing more"),
        ("(tick > 1) + 2 > 3", "what is before is no number"),
        ("tick and time > 1", "character 6: there is `and`, where I expect `<`"),
        ("tick > 1e", "character 8: `1e` is no number"),
        ("tick > 1e999", "character 8: `1e999` is no number"),
        ("tick > 3x", "character 8: `3x` is no number"),
        ("größe > 1 € 2", "character 11: `€` has no meaning here"),
        ("tick > 1)", "character 9: there is `)`"),
    ] {
        let problem = read(text).unwrap_err();
        assert!(problem.contains(wanted), "{text}: {problem}");
    }
    for deep in ["(", "-", "not "] {
        let problem = read(&deep.repeat(250)).unwrap_err();
        assert!(problem.contains("no more than 50"), "{problem}");
    }
    assert!(read(&"-".repeat(1001)).unwrap_err().contains("longer than 1000 characters"));
}
