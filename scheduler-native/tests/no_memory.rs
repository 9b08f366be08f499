//! A process that finds no memory ends with a message, and not with a signal.

use std::process::Command;

use flockwork_scheduler_native::OrExit;

#[global_allocator]
static ALLOCATOR: OrExit = OrExit;

/// Says to this program that it is to ask for more memory than there is.
const ASK: &str = "ASK_FOR_TOO_MUCH";

#[test]
fn without_memory_a_process_ends_with_a_message_and_code_1() {
    if std::env::var_os(ASK).is_some() {
        OrExit::before_exit(|| println!("nothing is left behind"));
        let mut much: Vec<u8> = vec![1];
        much.reserve(1 << 60);
        unreachable!("there is so much memory: {}", much.capacity());
    }
    let program = std::env::current_exe().unwrap();
    let ended = Command::new(program).env(ASK, "1").arg("--nocapture").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("error: there is not enough memory: 1152921504606846977"), "{said}");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("nothing is left behind"));
}
