//! Letters between the domains of one process, whoever polls these: one thread or many.
//!
//! A box holds letters from those domains alone that have written to it: of two domains that never
//! meet nothing is kept. Buffers are used again, so a warm exchange allocates nothing.
//!
//! No lock is held while a letter is written, and each only for a moment while one is put into its
//! box; readers do not wait for each other. Without the feature `std` the letters are for one thread.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::lock::Lock;
use crate::transport::{LANE_COUNT, Lane};

/// The letters between domains with numbers in a row.
///
/// Counts of exchanges begin anew after the largest: at no time are two domains further apart than
/// one exchange.
#[derive(Debug, Default)]
pub struct Letters {
    /// The first of the domains.
    first: u32,
    lanes: [Boxes; LANE_COUNT],
}

#[derive(Debug, Default)]
struct Boxes {
    /// What each domain gets.
    own: Vec<Lock<Mailbox>>,
    /// What is told to all of them.
    told: Lock<Mailbox>,
    /// How many exchanges each has brought to an end.
    done: Vec<AtomicU32>,
    /// How often domains have closed the lane, and cleared it, all together.
    closed: AtomicU32,
    cleared: AtomicU32,
}

impl Letters {
    /// Makes boxes for `count` domains, of which `first` has the lowest number.
    pub fn new(first: u32, count: usize) -> Self {
        let boxes = || Boxes {
            own: (0..count).map(|_| Lock::default()).collect(),
            done: (0..count).map(|_| AtomicU32::new(0)).collect(),
            ..Boxes::default()
        };
        Self { first, lanes: [boxes(), boxes(), boxes()] }
    }

    /// Writes to one domain: see [`Transport::send`](crate::Transport::send). There is nobody to
    /// get a letter to a domain that is not here.
    pub fn send(
        &self,
        from: u32,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) {
        let exchange = self.exchange(from, lane);
        if let Some(mailbox) = self.boxes(lane).own.get(self.place(to)) {
            let bytes = mailbox.write().take(from, |letter| !letter.full);
            mailbox.write().put(Letter::new(from, exchange, bytes, len, fill));
        }
    }

    /// Writes to all domains: see [`Transport::tell`](crate::Transport::tell).
    pub fn tell(&self, from: u32, lane: Lane, len: usize, fill: &mut dyn FnMut(&mut [u8])) {
        let exchange = self.exchange(from, lane);
        let told = &self.boxes(lane).told;
        // All have read what is older than the exchange before this one.
        let old = |letter: &Letter| exchange.wrapping_sub(letter.exchange) >= 2;
        let bytes = told.write().take(from, old);
        told.write().put(Letter::new(from, exchange, bytes, len, fill));
    }

    /// Says that a domain has sent all its mail of this exchange.
    pub fn close(&self, _domain: u32, lane: Lane) {
        self.boxes(lane).closed.fetch_add(1, Ordering::Release);
    }

    /// Whether all letters of a domain's exchange are here.
    pub fn ready(&self, domain: u32, lane: Lane) -> bool {
        self.all_closed(lane, self.exchange(domain, lane))
    }

    /// Whether all domains have closed the lane in an exchange: nobody closes the next one before.
    pub fn all_closed(&self, lane: Lane, exchange: u32) -> bool {
        self.all_past(lane, exchange, self.boxes(lane).closed.load(Ordering::Acquire))
    }

    /// Whether all domains have read what they got in an exchange.
    pub fn all_cleared(&self, lane: Lane, exchange: u32) -> bool {
        self.all_past(lane, exchange, self.boxes(lane).cleared.load(Ordering::Acquire))
    }

    fn all_past(&self, lane: Lane, exchange: u32, count: u32) -> bool {
        let domains = self.boxes(lane).own.len() as u32;
        let wanted = exchange.wrapping_add(1).wrapping_mul(domains);
        count.wrapping_sub(wanted) as i32 >= 0
    }

    /// The number of the exchange that a domain is in.
    pub fn exchange(&self, domain: u32, lane: Lane) -> u32 {
        let done = self.boxes(lane).done.get(self.place(domain));
        done.map_or(0, |done| done.load(Ordering::Relaxed))
    }

    /// A number that changes whenever a domain closes a lane.
    pub fn closings(&self) -> u32 {
        let closed =
            |sum: u32, boxes: &Boxes| sum.wrapping_add(boxes.closed.load(Ordering::Acquire));
        self.lanes.iter().fold(0, closed)
    }

    /// Shows a domain the letters that it got from others, in ascending order of senders.
    pub fn visit(&self, domain: u32, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) {
        let exchange = self.exchange(domain, lane);
        if let Some(mailbox) = self.boxes(lane).own.get(self.place(domain)) {
            mailbox.read().visit(exchange, each);
        }
    }

    /// Shows a domain what others have told all, in ascending order of senders.
    pub fn hear(&self, domain: u32, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) {
        let exchange = self.exchange(domain, lane);
        self.boxes(lane).told.read().visit(exchange, &mut |from, bytes| {
            if from != domain {
                each(from, bytes);
            }
        });
    }

    /// Drops what a domain got in its exchange, and begins the next.
    pub fn clear(&self, domain: u32, lane: Lane) {
        let (boxes, place) = (self.boxes(lane), self.place(domain));
        if let (Some(mailbox), Some(done)) = (boxes.own.get(place), boxes.done.get(place)) {
            mailbox.write().clear(done.fetch_add(1, Ordering::Relaxed));
            boxes.cleared.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Gives up every buffer that no letter is in, between two exchanges: other domains will meet.
    pub fn trim(&mut self) {
        for lane in &mut self.lanes {
            for mailbox in lane.own.iter_mut().chain([&mut lane.told]) {
                let letters = &mut mailbox.get_mut().0;
                letters.retain(|letter| letter.full);
                letters.shrink_to_fit();
            }
        }
    }

    /// As after so many exchanges of all domains, with no letter on its way.
    #[doc(hidden)]
    pub fn age(&mut self, exchanges: u32) {
        for lane in &mut self.lanes {
            let all = exchanges.wrapping_mul(lane.own.len() as u32);
            (*lane.closed.get_mut(), *lane.cleared.get_mut()) = (all, all);
            lane.done.iter_mut().for_each(|done| *done.get_mut() = exchanges);
        }
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let boxes = self.lanes.iter().flat_map(|lane| lane.own.iter().chain([&lane.told]));
        let used = boxes.map(|mailbox| size_of::<Lock<Mailbox>>() + mailbox.read().memory_bytes());
        let counts = self.lanes.iter().map(|lane| lane.done.len() * size_of::<AtomicU32>());
        used.chain(counts).sum()
    }

    fn boxes(&self, lane: Lane) -> &Boxes {
        &self.lanes[lane as usize]
    }

    fn place(&self, domain: u32) -> usize {
        domain.wrapping_sub(self.first) as usize
    }
}

/// Exchanges after which the buffer of a letter that nobody has used is given up: two domains that
/// do not meet any more cost nothing in the end.
const KEPT: u32 = 4096;

/// Letters in ascending order of senders; of one sender there may be two, of exchanges in a row.
#[derive(Debug, Default)]
struct Mailbox(Vec<Letter>);

#[derive(Debug)]
struct Letter {
    from: u32,
    exchange: u32,
    full: bool,
    bytes: Vec<u8>,
}

/// Bytes of a letter but for what is written in it.
pub(crate) const LETTER_LEN: usize = size_of::<Letter>();

impl Letter {
    fn new(
        from: u32,
        exchange: u32,
        mut bytes: Vec<u8>,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Self {
        if bytes.capacity() < len {
            bytes.reserve_exact(len + len / 16 + 16 - bytes.len());
        }
        bytes.resize(len, 0);
        fill(&mut bytes);
        Self { from, exchange, full: true, bytes }
    }
}

impl Mailbox {
    /// Takes a buffer of this sender that may be used again, or a new one.
    fn take(&mut self, from: u32, free: impl Fn(&Letter) -> bool) -> Vec<u8> {
        let begin = self.0.partition_point(|letter| letter.from < from);
        let mine = self.0[begin..].iter().take_while(|letter| letter.from == from);
        let found = mine.enumerate().find(|(_, letter)| free(letter)).map(|(at, _)| begin + at);
        found.map_or_else(Vec::new, |at| self.0.remove(at).bytes)
    }

    fn put(&mut self, letter: Letter) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(self.0.len() / 4 + 2);
        }
        let at = self.0.partition_point(|other| other.from <= letter.from);
        self.0.insert(at, letter);
    }

    fn visit(&self, exchange: u32, each: &mut dyn FnMut(u32, &[u8])) {
        let here = |letter: &&Letter| letter.full && letter.exchange == exchange;
        self.0.iter().filter(here).for_each(|letter| each(letter.from, &letter.bytes));
    }

    fn clear(&mut self, exchange: u32) {
        self.0.retain_mut(|letter| {
            letter.full &= letter.exchange != exchange;
            letter.full || exchange.wrapping_sub(letter.exchange) < KEPT
        });
    }

    fn memory_bytes(&self) -> usize {
        let bytes = self.0.iter().map(|letter| letter.bytes.capacity()).sum::<usize>();
        bytes + self.0.capacity() * size_of::<Letter>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(letters: &Letters, from: u32, to: u32, text: &[u8]) {
        letters.send(from, to, Lane::Post, text.len(), &mut |bytes| bytes.copy_from_slice(text));
    }

    fn tell(letters: &Letters, from: u32, text: &[u8]) {
        letters.tell(from, Lane::Post, text.len(), &mut |bytes| bytes.copy_from_slice(text));
    }

    type Seen = Vec<(u32, Vec<u8>)>;

    fn visited(letters: &Letters, domain: u32) -> (Seen, Seen) {
        let (mut letter, mut told) = (Vec::new(), Vec::new());
        letters.visit(domain, Lane::Post, &mut |from, bytes| letter.push((from, bytes.to_vec())));
        letters.hear(domain, Lane::Post, &mut |from, bytes| told.push((from, bytes.to_vec())));
        (letter, told)
    }

    /// One exchange in which nobody says anything more.
    fn pass(letters: &Letters, domains: core::ops::Range<u32>) {
        domains.clone().for_each(|domain| letters.close(domain, Lane::Post));
        domains.for_each(|domain| letters.clear(domain, Lane::Post));
    }

    #[test]
    fn letters_come_in_the_order_of_their_senders_and_what_is_told_comes_to_all_others() {
        let letters = Letters::new(10, 4);
        write(&letters, 13, 10, b"from 13");
        write(&letters, 11, 10, b"from 11");
        tell(&letters, 12, b"all");
        tell(&letters, 10, b"told");
        // Nobody gets a letter to a domain of another process.
        write(&letters, 10, 9, b"away");
        write(&letters, 10, 14, b"away");
        let text = |from: u32, text: &[u8]| (from, text.to_vec());
        let letters_of_10 = [text(11, b"from 11"), text(13, b"from 13")];
        assert_eq!(visited(&letters, 10), (letters_of_10.to_vec(), [text(12, b"all")].to_vec()));
        let all = [text(10, b"told"), text(12, b"all")];
        assert_eq!(visited(&letters, 13), (Vec::new(), all.to_vec()));
        pass(&letters, 10..14);
        assert_eq!(visited(&letters, 10), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_told_in_two_exchanges_in_a_row_is_kept_apart() {
        let letters = Letters::new(0, 2);
        tell(&letters, 0, b"first");
        letters.close(0, Lane::Post);
        letters.close(1, Lane::Post);
        letters.clear(0, Lane::Post);
        tell(&letters, 0, b"second");
        letters.close(0, Lane::Post);
        assert_eq!(visited(&letters, 1).1, [(0, b"first".to_vec())]);
        letters.clear(1, Lane::Post);
        assert_eq!(visited(&letters, 1).1, [(0, b"second".to_vec())]);
        assert!(!letters.ready(1, Lane::Post));
        letters.close(1, Lane::Post);
        assert!(letters.ready(1, Lane::Post) && letters.ready(0, Lane::Post));
    }

    #[test]
    fn domains_that_never_meet_cost_nothing() {
        // Each of a ring writes to the next one.
        let ring = |count: u32| {
            let letters = Letters::new(0, count as usize);
            for _ in 0..3 {
                (0..count).for_each(|from| write(&letters, from, (from + 1) % count, &[0; 8]));
                pass(&letters, 0..count);
            }
            letters.memory_bytes()
        };
        let (small, large) = (ring(20), ring(2000));
        assert!(large <= 101 * small, "{small} for 20 domains, {large} for 2,000");
    }

    #[test]
    fn domains_that_do_not_meet_any_more_cost_nothing_in_the_end() {
        let letters = Letters::new(0, 2);
        let before = letters.memory_bytes();
        write(&letters, 0, 1, &[7; 1000]);
        pass(&letters, 0..2);
        assert!(letters.memory_bytes() >= before + 1000);
        // A buffer that is used again is no new one.
        let once = letters.memory_bytes();
        write(&letters, 0, 1, &[7; 900]);
        pass(&letters, 0..2);
        assert_eq!(letters.memory_bytes(), once);
        (0..=KEPT).for_each(|_| pass(&letters, 0..2));
        assert!(letters.memory_bytes() < before + 1000);
    }

    #[test]
    fn after_a_new_cut_buffers_without_letters_are_gone() {
        let mut letters = Letters::new(0, 3);
        let before = letters.memory_bytes();
        write(&letters, 0, 1, &[7; 1000]);
        pass(&letters, 0..3);
        write(&letters, 2, 1, b"stays");
        letters.trim();
        assert!(letters.memory_bytes() < before + 200);
        assert_eq!(visited(&letters, 1).0, [(2, b"stays".to_vec())]);
    }

    #[test]
    fn counts_of_exchanges_begin_anew() {
        let mut letters = Letters::new(0, 3);
        letters.age(u32::MAX - 1);
        for exchange in 0..5u8 {
            write(&letters, 0, 2, &[exchange]);
            tell(&letters, 1, &[exchange]);
            assert!(!letters.ready(2, Lane::Post));
            (0..3).for_each(|domain| letters.close(domain, Lane::Post));
            assert!(letters.ready(2, Lane::Post));
            let now = letters.exchange(0, Lane::Post);
            assert!(letters.all_closed(Lane::Post, now) && !letters.all_cleared(Lane::Post, now));
            assert_eq!(
                visited(&letters, 2),
                ([(0, [exchange].to_vec())].to_vec(), [(1, [exchange].to_vec())].to_vec())
            );
            (0..3).for_each(|domain| letters.clear(domain, Lane::Post));
            assert!(letters.all_cleared(Lane::Post, now));
        }
    }
}
