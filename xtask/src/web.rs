//! The npm package and the demo page: built, tested, served.
//!
//! They need Node.js; the WebAssembly target and, where it may be installed, Node.js itself are
//! brought. Nothing here is part of the `cargo` build.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use tiny_http::{Header, Method, Response, Server};

use crate::run::{Failure, Outcome, Step, finish, has_program, has_target, root, skip, steps};

/// What modules are built for.
const TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Node.js that the tools of the page run on.
const NODE: u32 = 20;

/// `cargo xtask web`: builds the npm package into `adapters/web/dist`.
pub fn web(arguments: &[String]) -> Outcome {
    nothing_more("web", arguments)?;
    prepare()?;
    package()
}

/// The parts of the tests of the npm package and the demo page.
const PARTS: &[Step] = &[
    Step { name: "node", about: "every tier in Node.js, with the golden fingerprints", run: node },
    Step { name: "artefacts", about: "what the package is made of", run: artefacts },
    Step { name: "browsers", about: "every tier in Chromium and Firefox", run: browsers },
    Step { name: "bundlers", about: "the packed package in other people's builds", run: bundlers },
    Step { name: "own-model", about: "a model of another crate in every tier", run: own_model },
    Step { name: "peers", about: "the oldest and newest React, three.js and Vite", run: peers },
    Step { name: "recipes", about: "the README's recipes for Bun, Deno and Next", run: recipes },
    Step { name: "demo", about: "the demo page in Chromium", run: demo_tests },
];

/// `cargo xtask web-test`: the tests of the npm package.
pub fn test(arguments: &[String]) -> Outcome {
    if !arguments.iter().any(|argument| argument == "--list") {
        prepare()?;
        package()?;
    }
    steps("web-test", PARTS, arguments)
}

fn node() -> Outcome {
    finish(&mut npm("adapters/web", &["test"]))
}

fn artefacts() -> Outcome {
    part_of_package("artefacts")
}

fn browsers() -> Outcome {
    part_of_package("browsers")
}

fn bundlers() -> Outcome {
    part_of_package("bundlers")
}

fn own_model() -> Outcome {
    part_of_package("own-model")
}

fn peers() -> Outcome {
    part_of_package("peers")
}

fn recipes() -> Outcome {
    part_of_package("recipes")
}

fn part_of_package(part: &str) -> Outcome {
    finish(&mut npm("adapters/web", &["run", "--silent", &format!("test:{part}")]))
}

fn demo_tests() -> Outcome {
    demo_page()?;
    finish(&mut npm("adapters/demo", &["test"]))
}

/// The tests in Node.js as a step of the test command, which installs nothing but a target.
pub fn step() -> Outcome {
    if let Err(failure) = has_tools() {
        skip("web", &format!("{}: `cargo xtask web-test` brings it", failure.message));
        return Ok(());
    }
    package()?;
    node()?;
    artefacts()
}

/// `cargo xtask demo`: builds the demo page and serves it.
pub fn demo(arguments: &[String]) -> Outcome {
    let options = Options::read("demo", arguments)?;
    if !options.built {
        prepare()?;
        package()?;
        demo_page()?;
    }
    serve(&root().join("adapters/demo/dist"), &options)
}

/// How a page is served.
#[derive(Debug, PartialEq)]
pub struct Options {
    port: u16,
    isolated: bool,
    /// It is built already.
    pub built: bool,
}

impl Options {
    /// What is asked of a command that serves a page.
    pub fn read(command: &str, arguments: &[String]) -> Result<Self, Failure> {
        let mut options = Self { port: 8080, isolated: true, built: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--no-isolation" => options.isolated = false,
                "--no-build" => options.built = true,
                "--port" => {
                    let port = rest.next().and_then(|port| port.parse().ok());
                    options.port = port
                        .filter(|port| *port > 0)
                        .ok_or_else(|| Failure::usage("`--port` needs a number from 1 to 65535"))?;
                }
                other => {
                    return Err(Failure::usage(format!(
                        "`{command}` does not know `{other}`: --port N, --no-isolation, --no-build"
                    )));
                }
            }
        }
        Ok(options)
    }
}

fn nothing_more(command: &str, arguments: &[String]) -> Outcome {
    match arguments {
        [] => Ok(()),
        _ => Err(Failure::usage(format!("`{command}` takes nothing more"))),
    }
}

/// Brings what is missing.
pub fn prepare() -> Outcome {
    if node_version().is_none_or(|version| version < NODE) && has_program("apt-get") {
        println!("bringing Node.js: apt-get install nodejs npm");
        let mut command = Command::new("apt-get");
        command.args(["install", "--yes", "--no-install-recommends", "nodejs", "npm"]);
        // Whether that was enough is looked at next.
        let _ = finish(command.env("DEBIAN_FRONTEND", "noninteractive"));
    }
    has_tools()
}

/// Whether Node.js and the target are there.
pub fn has_tools() -> Outcome {
    match node_version() {
        None => return Err(Failure::new(format!("there is no Node.js {NODE} or newer"))),
        Some(version) if version < NODE => {
            return Err(Failure::new(format!(
                "Node.js is of version {version}: {NODE} or newer is needed"
            )));
        }
        Some(_) if !has_program("npm") => return Err(Failure::new("there is no npm")),
        Some(_) => {}
    }
    if has_target(TARGET) {
        return Ok(());
    }
    Err(Failure::new(format!("there is no target {TARGET}: rustup target add {TARGET}")))
}

fn node_version() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Builds the npm package.
pub fn package() -> Outcome {
    installed("adapters/web")?;
    println!("building the npm package: the module four times, some minutes when it is new");
    finish(&mut npm("adapters/web", &["run", "build"]))
}

fn demo_page() -> Outcome {
    installed("adapters/demo")?;
    println!("building the demo page");
    finish(&mut npm("adapters/demo", &["run", "build"]))
}

/// Brings a folder's packages, unless the ones it locks are there already.
fn installed(folder: &str) -> Outcome {
    let folder_path = root().join(folder);
    let age = |path: PathBuf| path.metadata().and_then(|about| about.modified()).ok();
    let lock = age(folder_path.join("package-lock.json"));
    let done = age(folder_path.join("node_modules/.package-lock.json"));
    if lock.is_some() && done >= lock {
        return Ok(());
    }
    println!("bringing the packages of {folder}: npm ci");
    finish(&mut npm(folder, &["ci", "--no-audit", "--no-fund"]))
}

fn npm(folder: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join(folder)).args(arguments);
    command
}

/// Serves a folder on this machine alone, until it is ended.
pub fn serve(folder: &Path, options: &Options) -> Outcome {
    if !folder.join("index.html").is_file() {
        return Err(Failure::new(format!("{} is not built", folder.display())));
    }
    let address = format!("127.0.0.1:{}", options.port);
    let server = Server::http(&address).map_err(|error| {
        Failure::new(format!("cannot listen on {address}: {error}; --port N takes another port"))
    })?;
    let how = if options.isolated { "" } else { ", without the headers that isolate it" };
    println!("http://{address}{how}; Ctrl-C ends it");
    for request in server.incoming_requests() {
        let answer = answer(folder, request.method(), request.url());
        let headers = headers(&answer, options.isolated);
        // Who asked may be gone: that is no error of the server.
        let _ = match answer {
            Answer::File(path) => match File::open(&path) {
                Ok(file) => request.respond(with(Response::from_file(file), headers)),
                Err(_) => request.respond(with(Response::from_string("unreadable"), headers)),
            },
            Answer::No(code, text) => {
                request.respond(with(Response::from_string(text).with_status_code(code), headers))
            }
        };
    }
    Ok(())
}

/// What is sent for a request.
#[derive(Debug, PartialEq)]
enum Answer {
    File(PathBuf),
    No(u16, &'static str),
}

fn answer(folder: &Path, method: &Method, url: &str) -> Answer {
    if !matches!(method, Method::Get | Method::Head) {
        return Answer::No(405, "only GET and HEAD");
    }
    let path = url.split(['?', '#']).next().unwrap_or("").trim_start_matches('/');
    // The page's files have plain names: no other can lead out of the folder.
    let plain = |part: &str| {
        !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte))
    };
    let path = if path.is_empty() { "index.html" } else { path };
    if !path.split('/').all(plain) {
        return Answer::No(404, "not found");
    }
    let file = folder.join(path);
    if file.is_file() { Answer::File(file) } else { Answer::No(404, "not found") }
}

fn headers(answer: &Answer, isolated: bool) -> Vec<(&'static str, &'static str)> {
    let kind = match answer {
        Answer::File(path) => content_type(path),
        Answer::No(..) => "text/plain; charset=utf-8",
    };
    let mut headers = vec![("Content-Type", kind), ("Cache-Control", "no-cache")];
    if isolated {
        headers.extend([
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Embedder-Policy", "require-corp"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]);
    }
    headers
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn with<R: std::io::Read>(
    mut response: Response<R>,
    headers: Vec<(&'static str, &'static str)>,
) -> Response<R> {
    for (name, value) in headers {
        // All names and values above are plain ASCII.
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_string).collect()
    }

    #[test]
    fn options_are_read_or_refused_by_name() {
        let options = Options::read("demo", &words("--port 9000 --no-isolation")).unwrap();
        assert_eq!(options, Options { port: 9000, isolated: false, built: false });
        for bad in ["--port", "--port x", "--port 0", "--prot 1", "8080"] {
            let failure = Options::read("demo", &words(bad)).unwrap_err();
            assert_eq!(failure.code, 2, "{bad}");
        }
    }

    #[test]
    fn only_files_of_the_folder_are_served() {
        let folder = root().join("xtask");
        let get = |url| answer(&folder, &Method::Get, url);
        assert_eq!(get("/Cargo.toml?x=/../y"), Answer::File(folder.join("Cargo.toml")));
        for bad in ["/../Cargo.toml", "/src/../../Cargo.toml", "/%2e%2e/Cargo.toml", "/src", "/no"]
        {
            assert_eq!(get(bad), Answer::No(404, "not found"), "{bad}");
        }
        assert!(matches!(answer(&folder, &Method::Post, "/Cargo.toml"), Answer::No(405, _)));
    }

    #[test]
    fn headers_isolate_unless_they_shall_not() {
        let file = Answer::File("a.wasm".into());
        let isolated = headers(&file, true);
        assert!(isolated.contains(&("Content-Type", "application/wasm")));
        assert!(isolated.contains(&("Cross-Origin-Embedder-Policy", "require-corp")));
        assert!(headers(&file, false).iter().all(|(name, _)| !name.starts_with("Cross-Origin")));
    }
}
