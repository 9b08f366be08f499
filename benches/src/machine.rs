//! Says what the benchmarks run on.

/// The instruction sets that make a difference here.
macro_rules! with_features {
    ($each:ident) => {
        [
            $each!("sse2"),
            $each!("avx"),
            $each!("avx2"),
            $each!("fma"),
            $each!("avx512f"),
            $each!("avx512vl"),
        ]
    };
}

/// Prints the processor, what it can do, and what this program was built for.
pub fn print() {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    println!("processor: {}, {cpus} in use", name());
    println!("processor has: {}", list(cpu()));
    println!("built for {}: {}", std::env::consts::ARCH, list(built()));
}

fn list(features: Vec<&str>) -> String {
    if features.is_empty() { "nothing beyond the base line".into() } else { features.join(" ") }
}

/// The processor's name, where the system tells it.
fn name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(": ")).map(|(_, name)| name);
    name.unwrap_or("unknown").to_string()
}

fn built() -> Vec<&'static str> {
    macro_rules! built {
        ($name:tt) => {
            cfg!(target_feature = $name).then_some($name)
        };
    }
    with_features!(built).into_iter().flatten().collect()
}

#[cfg(target_arch = "x86_64")]
fn cpu() -> Vec<&'static str> {
    macro_rules! cpu {
        ($name:tt) => {
            std::arch::is_x86_feature_detected!($name).then_some($name)
        };
    }
    with_features!(cpu).into_iter().flatten().collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu() -> Vec<&'static str> {
    built()
}
