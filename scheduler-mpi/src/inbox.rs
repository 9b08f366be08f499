//! What came from other ranks in one exchange, found by receiver.
//!
//! Does not read the messages: domains do, and refuse what is not theirs. See `packet` of
//! flockwork-scheduler for the form of a packet.

use std::ops::Range;

use flockwork_scheduler::{SimulationError, packet};

/// The packets of one exchange.
#[derive(Debug, Default)]
pub struct Inbox {
    /// What came from each rank.
    pub packets: Vec<Vec<u8>>,
    /// Where its messages are, by (receiver, sender).
    index: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    to: u32,
    from: u32,
    rank: u32,
    begin: usize,
    end: usize,
}

impl Inbox {
    /// With a packet of each rank, empty where none came; nothing is found before it is sorted.
    pub fn new(packets: Vec<Vec<u8>>) -> Self {
        Self { packets, index: Vec::new() }
    }

    /// Finds the messages of all packets, in a world of so many `domains`, of which those in `own`
    /// are of this rank.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Transport`] if a packet is cut short, or holds a message that is for
    /// another rank, of another rank, or there twice. No message can be visited then.
    pub fn sort(&mut self, own: Range<u32>, domains: u32) -> Result<(), SimulationError> {
        self.index.clear();
        let ranks = self.packets.len() as u32;
        for (rank, packet) in (0..).zip(&self.packets) {
            let theirs = packet::share(rank, ranks, domains);
            let mut foreign = None;
            let whole = packet::entries(packet, |from, to, range| {
                if !(own.contains(&to) || to == packet::ALL) || !theirs.contains(&from) {
                    foreign = Some((from, to));
                }
                let (begin, end) = (range.start, range.end);
                self.index.push(Entry { to, from, rank, begin, end });
            });
            let problem = match foreign {
                Some((from, packet::ALL)) => format!("a message from region {from} to all"),
                Some((from, to)) => format!("a message from region {from} to region {to}"),
                None if !whole => "is cut short".into(),
                None => continue,
            };
            self.index.clear();
            let problem = if whole { format!("holds {problem}") } else { problem };
            return Err(SimulationError::Transport(format!("a packet of rank {rank} {problem}")));
        }
        self.index.sort_unstable_by_key(|entry| (entry.to, entry.from));
        let twice =
            self.index.windows(2).find(|two| (two[0].to, two[0].from) == (two[1].to, two[1].from));
        if let Some([Entry { to, from, rank, .. }, ..]) = twice {
            let problem = format!(
                "a packet of rank {rank} holds two messages from region {from} to region {to}"
            );
            self.index.clear();
            return Err(SimulationError::Transport(problem));
        }
        Ok(())
    }

    /// Shows what domain `to` got, or all did for [`packet::ALL`], with its sender, in ascending order of senders: at first from
    /// those below `own`, then `between`, then from those above.
    pub fn visit(
        &self,
        to: u32,
        own: &Range<u32>,
        each: &mut dyn FnMut(u32, &[u8]),
        between: impl FnOnce(&mut dyn FnMut(u32, &[u8])),
    ) {
        let first = self.index.partition_point(|entry| entry.to < to);
        let mine = self.index[first..].iter().take_while(|entry| entry.to == to);
        let (below, above): (Vec<&Entry>, Vec<&Entry>) =
            mine.partition(|entry| entry.from < own.start);
        let message = |entry: &Entry| &self.packets[entry.rank as usize][entry.begin..entry.end];
        below.into_iter().for_each(|entry| each(entry.from, message(entry)));
        between(each);
        above.into_iter().for_each(|entry| each(entry.from, message(entry)));
    }

    /// Bytes of memory in use.
    pub fn memory_bytes(&self) -> usize {
        let packets = self.packets.iter().map(Vec::capacity).sum::<usize>();
        packets + self.index.capacity() * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message: the rank that it came from, its sender and its receiver.
    type Came = (usize, u32, u32, &'static [u8]);

    /// What came to the middle one of three ranks with two domains each.
    fn came(messages: &[Came]) -> Inbox {
        let mut inbox = Inbox::new(vec![Vec::new(); 3]);
        for (rank, from, to, bytes) in messages {
            let fill = &mut |place: &mut [u8]| place.copy_from_slice(bytes);
            packet::push(&mut inbox.packets[*rank], *from, *to, bytes.len(), fill);
        }
        inbox
    }

    #[test]
    fn messages_are_shown_by_sender_with_those_of_the_own_rank_in_between() {
        let mut inbox = came(&[(2, 5, 3, b"e"), (2, 4, 2, b"x"), (0, 1, 3, b"b"), (0, 0, 3, b"a")]);
        inbox.sort(2..4, 6).unwrap();
        let mut seen = Vec::new();
        inbox.visit(3, &(2..4), &mut |from, bytes| seen.push((from, bytes.to_vec())), |each| {
            each(2, b"c");
        });
        let wanted = [(0, b"a"), (1, b"b"), (2, b"c"), (5, b"e")];
        assert_eq!(seen, wanted.map(|(from, bytes)| (from, bytes.to_vec())));
    }

    #[test]
    fn a_message_that_cannot_be_is_refused_with_its_rank() {
        let cases: [(&[Came], &str); 5] = [
            (&[(0, 1, 4, b"")], "rank 0 holds a message from region 1 to region 4"),
            (&[(2, 1, 3, b"")], "rank 2 holds a message from region 1 to region 3"),
            (&[(2, 1, packet::ALL, b"")], "rank 2 holds a message from region 1 to all"),
            (&[(0, 77, 3, b"")], "rank 0 holds a message from region 77 to region 3"),
            (&[(0, 1, 3, b"a"), (0, 1, 3, b"a")], "rank 0 holds two messages from region 1"),
        ];
        for (messages, words) in cases {
            let mut inbox = came(messages);
            let error = inbox.sort(2..4, 6).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            inbox.visit(3, &(2..4), &mut |_, _| panic!("it was refused"), |_| {});
        }
        let mut inbox = came(&[(0, 1, 3, b"abc")]);
        inbox.packets[0].pop();
        let error = inbox.sort(2..4, 6).unwrap_err().to_string();
        assert!(error.contains("a packet of rank 0 is cut short"), "{error}");
    }
}
