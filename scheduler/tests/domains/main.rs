//! What a scheduler promises, on a small model with everything in it.
//!
//! | module | what it shows |
//! | --- | --- |
//! | `areas` | who is in an area, as a naive twin finds them |
//! | `bits` | the same bits for any cut and any order of polls, and those of a naive twin |
//! | `ends` | after an error in any phase: the last completed tick |
//! | `faults` | damaged mail, lack of room, ids, numbers that are none: errors, never half a tick |
//! | `feeds` | what happens is told alike under every cut, as a naive twin tells it |
//! | `fields` | amounts in cells: shared out, given, grown and spread as by a naive twin |
//! | `inputs` | batches from outside are done as a whole or not at all, as their naive twin does them |
//! | `kinds` | columns and parameters of every kind |
//! | `moles` | a model in rows eats of a field |
//! | `mistakes` | what an author may do wrong is told |
//! | `news` | who was born, who died and what was sent in a tick |
//! | `passes` | several passes in a tick, which share what they leave with neighbours |
//! | `precision` | worlds and runs whose places are too far apart are refused or end, unless they know |
//! | `set_up` | everything a simulation refuses to begin with |
//! | `snapshots` | the same bits go on; damaged bytes are refused |
//! | `statistics` | what is reported is right for any state, or null |
//! | `values` | numbers that are none, out of range, or -0.0, through every door |

mod areas;
mod bits;
mod dots;
mod ends;
mod faults;
mod feeds;
mod fields;
mod grazers;
mod inputs;
mod inputs_naive;
mod kinds;
mod mistakes;
mod moles;
mod naive;
mod news;
mod passes;
mod plan;
mod precision;
mod set_up;
mod snapshots;
mod states;
mod statistics;
mod values;
mod waves;
