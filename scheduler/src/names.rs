//! Names of models that one program offers.

/// The place of the first name that is in the list before; None if all differ.
///
/// A list of models is made of what a program brings and of what others give it, so two may have one
/// name: then nobody knows which of them a scenario or a snapshot means.
pub const fn first_twice(names: &[&str]) -> Option<usize> {
    let mut at = 1;
    while at < names.len() {
        let mut before = 0;
        while before < at {
            if same(names[before].as_bytes(), names[at].as_bytes()) {
                return Some(at);
            }
            before += 1;
        }
        at += 1;
    }
    None
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_that_is_there_already_is_found() {
        const FOUND: Option<usize> = first_twice(&["boids", "tribes", "boid", "boidss", "tribes"]);
        assert_eq!(FOUND, Some(4));
        assert_eq!(first_twice(&["a", "b", "ab", ""]), None);
        assert_eq!(first_twice(&["", ""]), Some(1));
        assert_eq!(first_twice(&[]), None);
    }
}
