//! Whether a simulation fits into memory: told before it is built, not by the system that ends it.
//!
//! What is free is the least of what the machine, the container and the limits of the process
//! leave. Only Linux says that.

use std::fs;
use std::path::{Path, PathBuf};

use flockwork_scheduler::registry::Checked;

use crate::human;

/// Checks that a simulation fits into the memory that is free now, with a tenth of it to spare.
///
/// # Errors
///
/// How much is needed and how much is free. Where that cannot be known, everything fits.
pub(crate) fn fits(checked: &Checked) -> Result<(), String> {
    match free() {
        Some(free) if checked.bytes_estimate > free / 10 * 9 => Err(format!(
            "about {} of memory are needed, but only {} are free, of which a tenth is kept",
            human::bytes(checked.bytes_estimate),
            human::bytes(free)
        )),
        _ => Ok(()),
    }
}

/// The memory that is free now, bytes; None where that cannot be known.
pub(crate) fn free() -> Option<u64> {
    free_below(Path::new("/"))
}

/// As [`free`], of the machine whose files are below `root`.
fn free_below(root: &Path) -> Option<u64> {
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let machine = kib(&read("proc/meminfo"), "MemAvailable:");
    let limits = read("proc/self/limits");
    let used = read("proc/self/status");
    let left = |limit: &str, used: Option<u64>| {
        let line = limits.lines().find_map(|line| line.strip_prefix(limit))?;
        let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(limit.saturating_sub(used?))
    };
    let own = [
        left("Max address space", kib(&used, "VmSize:")),
        left("Max data size", kib(&used, "VmData:")),
    ];
    let groups = groups(&root.join("sys/fs/cgroup"), &read("proc/self/cgroup"));
    own.into_iter().chain([machine]).chain(groups.iter().map(Group::free)).flatten().min()
}

/// The bytes on a line of `/proc/meminfo` or `/proc/self/status`.
fn kib(text: &str, label: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(label))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// A control group that may limit memory, such as that of a container.
struct Group {
    folder: PathBuf,
    names: &'static Names,
}

/// What a version of control groups calls its files.
struct Names {
    limit: &'static str,
    used: &'static str,
    /// The line of `memory.stat` with what is given back when it is needed.
    cache: &'static str,
}

const VERSION_1: Names = Names {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cache: "total_inactive_file",
};

const VERSION_2: Names =
    Names { limit: "memory.max", used: "memory.current", cache: "inactive_file" };

/// The groups that this process is in, and those around them. Inside a container the paths may be
/// those of the host, of which only the root is seen.
fn groups(mount: &Path, own: &str) -> Vec<Group> {
    own.lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (kinds, path) = (parts.next()?, parts.next()?);
            let (mount, names) = match kinds {
                "" if mount.join("cgroup.controllers").exists() => {
                    (mount.to_path_buf(), &VERSION_2)
                }
                "" => (mount.join("unified"), &VERSION_2),
                _ if kinds.split(',').any(|kind| kind == "memory") => {
                    (mount.join("memory"), &VERSION_1)
                }
                _ => return None,
            };
            let path = Path::new(path).strip_prefix("/").unwrap_or(Path::new("")).to_path_buf();
            let folders: Vec<PathBuf> = path.ancestors().map(|part| mount.join(part)).collect();
            Some(folders.into_iter().map(move |folder| Group { folder, names }))
        })
        .flatten()
        .collect()
}

impl Group {
    fn free(&self) -> Option<u64> {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).ok();
        let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
        // Without a limit there is a word, or a number that no machine has.
        let limit = number(self.names.limit)?;
        let stat = read("memory.stat").unwrap_or_default();
        let cache = stat.lines().find_map(|line| {
            let (name, number) = line.split_once(' ')?;
            (name == self.names.cache).then(|| number.trim().parse::<u64>().ok())?
        });
        let used = number(self.names.used)?.saturating_sub(cache.unwrap_or(0));
        Some(limit.saturating_sub(used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with these files.
    fn free_of(files: &[(&str, &str)]) -> Option<u64> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        free_below(root.path())
    }

    const MACHINE: (&str, &str) =
        ("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:  8000 kB\n");
    const MIB_8: u64 = 8000 * 1024;

    #[test]
    fn what_the_machine_has_counts_if_nothing_limits_it() {
        assert_eq!(free_of(&[]), None);
        assert_eq!(free_of(&[MACHINE]), Some(MIB_8));
        let unlimited = "Limit   Soft Limit  Hard Limit  Units\n\
                         Max data size             unlimited            unlimited            bytes\n\
                         Max address space         unlimited            unlimited            bytes\n";
        let group = ("proc/self/cgroup", "0::/\n");
        let files = [
            MACHINE,
            ("proc/self/limits", unlimited),
            ("proc/self/status", "VmSize:  100 kB\nVmData:  50 kB\n"),
            group,
            ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("sys/fs/cgroup/memory.max", "max\n"),
            ("sys/fs/cgroup/memory.current", "5\n"),
        ];
        assert_eq!(free_of(&files), Some(MIB_8));
    }

    #[test]
    fn limits_of_the_process_count() {
        let status = ("proc/self/status", "VmSize:\t  1000 kB\nVmData:\t   600 kB\n");
        let limits = |address: &str, data: &str| {
            format!(
                "Max data size             {data}              unlimited            bytes\n\
                 Max address space         {address}              unlimited            bytes\n"
            )
        };
        let text = limits("2048000", "unlimited");
        assert_eq!(free_of(&[MACHINE, status, ("proc/self/limits", &text)]), Some(1_024_000));
        let text = limits("2048000", "700000");
        assert_eq!(free_of(&[MACHINE, status, ("proc/self/limits", &text)]), Some(85_600));
    }

    #[test]
    fn limits_of_the_container_and_all_around_it_count() {
        let of_two = |outer: &str| {
            free_of(&[
                MACHINE,
                ("proc/self/cgroup", "0::/pod/one\n"),
                ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
                ("sys/fs/cgroup/pod/memory.max", outer),
                ("sys/fs/cgroup/pod/memory.current", "500000\n"),
                ("sys/fs/cgroup/pod/one/memory.max", "2000000\n"),
                ("sys/fs/cgroup/pod/one/memory.current", "300000\n"),
                ("sys/fs/cgroup/pod/one/memory.stat", "anon 9\ninactive_file 100000\n"),
            ])
        };
        assert_eq!(of_two("max\n"), Some(1_800_000));
        assert_eq!(of_two("700000\n"), Some(200_000));
        // The path is the host's, and only the root is there.
        let inside = free_of(&[
            MACHINE,
            ("proc/self/cgroup", "0::/host/path\n"),
            ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("sys/fs/cgroup/memory.max", "1000000\n"),
            ("sys/fs/cgroup/memory.current", "400000\n"),
        ]);
        assert_eq!(inside, Some(600_000));
        let first = free_of(&[
            MACHINE,
            ("proc/self/cgroup", "5:cpu,memory:/docker/abc\n1:name=systemd:/\n0::/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1\n"),
            ("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "3000000\n"),
            ("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "1000000\n"),
            ("sys/fs/cgroup/memory/docker/abc/memory.stat", "total_inactive_file 500000\n"),
        ]);
        assert_eq!(first, Some(2_500_000));
    }
}
