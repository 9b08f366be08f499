//! Conditions such as `infected == 0 and tick >= 100`.
//!
//! ```text
//! condition = all { "or" all }           sum     = product { ("+" | "-") product }
//! all       = test { "and" test }        product = signed { ("*" | "/") signed }
//! test      = "not" test | comparison    signed  = "-" signed | number | name | "(" .. ")"
//! comparison = sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum
//! ```
//!
//! A name is a statistic, `tick`, `time` or `population`. A comparison with a statistic that is null
//! does not hold, whatever it is. Everything is a double with one rounding for each operation, so a
//! condition holds at the same tick everywhere.

mod words;

use flockwork_scheduler_native::Sample;

use crate::human;
use words::{Sign, Word, words};

/// The longest condition, in characters.
const MOST: usize = 1000;

/// How deep parentheses, `not` and `-` may go.
const DEEPEST: u32 = 50;

/// What a name may mean besides the statistics.
pub(super) const OWN_NAMES: [&str; 3] = ["tick", "time", "population"];

/// A condition on what is seen at a tick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    text: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Any(Box<Test>, Box<Test>),
    Both(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Compare(Sign, Term, Term),
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(f64),
    Tick,
    Time,
    Population,
    /// A statistic by its place among all.
    Stat(usize),
    Negative(Box<Term>),
    Of(Sign, Box<Term>, Box<Term>),
}

impl Condition {
    /// Reads a condition on these statistics.
    pub(crate) fn read(text: &str, stats: &[String]) -> Result<Self, String> {
        if text.chars().count() > MOST {
            return Err(format!("it is longer than {MOST} characters"));
        }
        let words = words(text)?;
        let mut reader = Reader { words, next: 0, depth: 0, stats };
        let test = reader.any()?;
        match reader.peek() {
            Word::End => Ok(Self { text: text.trim().to_string(), test }),
            _ => Err(reader.wrong("the condition to end here, or `and`, or `or`")),
        }
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds.
    pub(crate) fn holds(&self, sample: &Sample) -> bool {
        self.test.holds(sample)
    }
}

impl Test {
    fn holds(&self, sample: &Sample) -> bool {
        match self {
            Test::Any(one, other) => one.holds(sample) || other.holds(sample),
            Test::Both(one, other) => one.holds(sample) && other.holds(sample),
            Test::Not(test) => !test.holds(sample),
            Test::Compare(sign, one, other) => {
                let (one, other) = (one.value(sample), other.value(sample));
                match sign {
                    _ if one.is_nan() || other.is_nan() => false,
                    Sign::Less => one < other,
                    Sign::AtMost => one <= other,
                    Sign::More => one > other,
                    Sign::AtLeast => one >= other,
                    Sign::Unequal => one != other,
                    _ => one == other,
                }
            }
        }
    }
}

impl Term {
    fn value(&self, sample: &Sample) -> f64 {
        match self {
            Term::Number(number) => *number,
            Term::Tick => sample.tick as f64,
            Term::Time => sample.time,
            Term::Population => sample.population as f64,
            Term::Stat(at) => sample.stats.get(*at).map_or(f64::NAN, |(_, value)| *value),
            Term::Negative(term) => -term.value(sample),
            Term::Of(sign, one, other) => {
                let (one, other) = (one.value(sample), other.value(sample));
                match sign {
                    Sign::Plus => one + other,
                    Sign::Minus => one - other,
                    Sign::Times => one * other,
                    _ => one / other,
                }
            }
        }
    }
}

/// Either of what a pair of parentheses may hold.
enum Part {
    Test(Test),
    Term(Term),
}

/// Goes through the words; each function reads what its rule of the grammar says.
struct Reader<'a> {
    words: Vec<(usize, Word)>,
    next: usize,
    depth: u32,
    stats: &'a [String],
}

impl Reader<'_> {
    fn peek(&self) -> &Word {
        self.words.get(self.next).map_or(&Word::End, |(_, word)| word)
    }

    /// Goes past the next word, if it is this one.
    fn takes(&mut self, word: &Word) -> bool {
        let found = self.peek() == word;
        self.next += usize::from(found);
        found
    }

    /// Goes past the next word, if it is one of these signs.
    fn sign(&mut self, signs: &[Sign]) -> Option<Sign> {
        let Word::Sign(sign) = *self.peek() else { return None };
        let found = signs.contains(&sign);
        self.next += usize::from(found);
        found.then_some(sign)
    }

    /// What to say about the next word.
    fn wrong(&self, wanted: &str) -> String {
        let at = self.words.get(self.next).map_or(0, |(at, _)| at + 1);
        format!("character {at}: there is {}, where I expect {wanted}", self.peek())
    }

    fn any(&mut self) -> Result<Test, String> {
        let part = self.part()?;
        self.test_of(part)
    }

    /// A condition or a sum.
    fn part(&mut self) -> Result<Part, String> {
        let mut part = self.all()?;
        while self.peek() == &Word::Or {
            let one = self.test_of(part)?;
            self.next += 1;
            let other = self.all()?;
            let other = self.test_of(other)?;
            part = Part::Test(Test::Any(Box::new(one), Box::new(other)));
        }
        Ok(part)
    }

    fn all(&mut self) -> Result<Part, String> {
        let mut part = self.test()?;
        while self.peek() == &Word::And {
            let one = self.test_of(part)?;
            self.next += 1;
            let other = self.test()?;
            let other = self.test_of(other)?;
            part = Part::Test(Test::Both(Box::new(one), Box::new(other)));
        }
        Ok(part)
    }

    fn test(&mut self) -> Result<Part, String> {
        if self.takes(&Word::Not) {
            let test = self.deeper(Self::test)?;
            return Ok(Part::Test(Test::Not(Box::new(self.test_of(test)?))));
        }
        let one = self.sum()?;
        let Some(sign) = self.sign(&Sign::COMPARISONS) else { return Ok(one) };
        self.next -= 1;
        let one = self.term_of(one)?;
        self.next += 1;
        let other = self.sum()?;
        let other = self.term_of(other)?;
        Ok(Part::Test(Test::Compare(sign, one, other)))
    }

    fn sum(&mut self) -> Result<Part, String> {
        self.chain(&[Sign::Plus, Sign::Minus], Self::product)
    }

    fn product(&mut self) -> Result<Part, String> {
        self.chain(&[Sign::Times, Sign::Over], Self::signed)
    }

    /// Terms with these signs between them, from left to right.
    fn chain(
        &mut self,
        signs: &[Sign],
        next: fn(&mut Self) -> Result<Part, String>,
    ) -> Result<Part, String> {
        let mut part = next(self)?;
        while let Some(sign) = self.sign(signs) {
            let one = self.term_of(part)?;
            let other = next(self)?;
            let other = self.term_of(other)?;
            part = Part::Term(Term::Of(sign, Box::new(one), Box::new(other)));
        }
        Ok(part)
    }

    fn signed(&mut self) -> Result<Part, String> {
        if self.sign(&[Sign::Minus]).is_some() {
            let part = self.deeper(Self::signed)?;
            return Ok(Part::Term(Term::Negative(Box::new(self.term_of(part)?))));
        }
        let term = match self.peek() {
            Word::Number(number) => Term::Number(*number),
            Word::Name(name) => self.named(name)?,
            Word::Open => {
                self.next += 1;
                let part = self.deeper(Self::part)?;
                if !self.takes(&Word::Close) {
                    return Err(self.wrong("`)`"));
                }
                return Ok(part);
            }
            _ => return Err(self.wrong("a number, a name or `(`")),
        };
        self.next += 1;
        Ok(Part::Term(term))
    }

    /// What is inside of something.
    fn deeper(&mut self, inside: fn(&mut Self) -> Result<Part, String>) -> Result<Part, String> {
        if self.depth == DEEPEST {
            return Err(self.wrong("no more than 50 of `(`, `not` and `-` inside each other"));
        }
        self.depth += 1;
        let part = inside(self)?;
        self.depth -= 1;
        Ok(part)
    }

    fn named(&self, name: &str) -> Result<Term, String> {
        match name {
            "tick" => return Ok(Term::Tick),
            "time" => return Ok(Term::Time),
            "population" => return Ok(Term::Population),
            _ => {}
        }
        let found = self.stats.iter().position(|stat| stat == name);
        found.map(Term::Stat).ok_or_else(|| {
            let at = self.words.get(self.next).map_or(0, |(at, _)| at + 1);
            format!("character {at}: {}", unknown(name, self.stats))
        })
    }

    fn test_of(&self, part: Part) -> Result<Test, String> {
        match part {
            Part::Test(test) => Ok(test),
            Part::Term(_) => Err(self.wrong("`<`, `<=`, `>`, `>=`, `==` or `!=`")),
        }
    }

    fn term_of(&self, part: Part) -> Result<Term, String> {
        match part {
            Part::Term(term) => Ok(term),
            Part::Test(_) => Err(self.wrong("`and` or `or`: what is before is no number")),
        }
    }
}

/// What to say about a name that means nothing.
pub(super) fn unknown(name: &str, stats: &[String]) -> String {
    human::unknown("statistic", name, OWN_NAMES.into_iter().chain(stats.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests;
