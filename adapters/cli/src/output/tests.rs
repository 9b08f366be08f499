//! What can be written to, and what is refused.

use super::*;

fn target(path: &Path) -> Result<Target, Failure> {
    Target::new(path, &SNAPSHOT)
}

#[track_caller]
fn refused(result: Result<Target, Failure>, part: &str) {
    match result {
        Err(Failure::Usage(problem)) => assert!(problem.contains(part), "{problem}"),
        other => panic!("{other:?} instead of {part:?}"),
    }
}

#[test]
fn what_cannot_be_written_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    let long = "n".repeat(300);
    for (path, part) in [
        (folder.path().join("none/a"), "none: "),
        (file.join("a"), ""),
        (folder.path().to_path_buf(), "it is a folder"),
        (folder.path().join(&long), "too long"),
        (folder.path().join("new/"), "it names a folder"),
        (PathBuf::new(), "the path is empty"),
    ] {
        refused(target(&path), part);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_name_must_not_promise_another_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, format, good) in [
        ("a.csv", RECORDING, false),
        ("a.PARQUET", RECORDING, true),
        ("a.pq", RECORDING, true),
        ("a", RECORDING, true),
        ("a.parquet.gz", RECORDING, false),
        ("a.json", REPORT, true),
        ("a.toml", REPORT, false),
        ("a.jpg", PICTURE, false),
        ("a.png", PICTURE, true),
        ("a.snap", SNAPSHOT, true),
        ("a.csv", SNAPSHOT, false),
        ("a.state", SNAPSHOT, true),
        ("a.json", SCENARIO, false),
    ] {
        let result = Target::new(&path(name), &format);
        assert_eq!(result.is_ok(), good, "{name} for {format:?}");
        if !good {
            refused(result, "its name must");
        }
    }
}

#[test]
fn two_names_of_one_file_are_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let target = |name: &str| target(&folder.path().join(name)).unwrap();
    let targets = [target("a"), target("./a")];
    assert!(matches!(all_differ(&targets), Err(Failure::Usage(_))));
    assert!(all_differ(&[target("a"), target("b")]).is_ok());
}

#[cfg(unix)]
#[test]
fn one_file_is_known_under_all_its_names() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("input"), b"mine").unwrap();
    fs::hard_link(path("input"), path("hard")).unwrap();
    symlink("input", path("soft")).unwrap();
    fs::create_dir(path("real")).unwrap();
    symlink("real", path("other")).unwrap();
    for name in ["input", "hard", "soft", "real/../input"] {
        let output = target(&path(name)).unwrap();
        let kept = keep_inputs([&output], &[("the input", &path("input"))]);
        assert!(matches!(kept, Err(Failure::Usage(_))), "{name}");
    }
    let two = [target(&path("real/new")).unwrap(), target(&path("other/new")).unwrap()];
    assert!(matches!(all_differ(&two), Err(Failure::Usage(_))));
    let fresh = target(&path("fresh")).unwrap();
    assert!(keep_inputs([&fresh], &[("the input", &path("input"))]).is_ok());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_file_gets_usual_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, b"old").unwrap();
    symlink(&real, &link).unwrap();
    target(&link).unwrap().write(b"new").unwrap();
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let other = folder.path().join("other");
    target(&other).unwrap().write(b"x").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&other), mode(&real));
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_refused_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    refused(target(&link), "a link to nowhere, which is not there");
    assert!(link.is_symlink() && !folder.path().join("nowhere").exists());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_if_somebody_reads_it_and_else_refused() {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.csv");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    refused(target(&pipe), "a pipe that nobody reads");
    let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let mut reader = File::options().read(true).custom_flags(flags).open(&pipe).unwrap();
    target(&pipe).unwrap().write(b"content").unwrap();
    let mut found = [0; 7];
    reader.read_exact(&mut found).unwrap();
    assert_eq!(&found, b"content");
    target(Path::new("/dev/null")).unwrap().write(b"content").unwrap();
}
