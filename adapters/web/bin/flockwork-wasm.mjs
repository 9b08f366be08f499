#!/usr/bin/env node
// Builds a Rust crate that uses `flockwork_scheduler_web::export!` for all tiers of the package, into
// a folder that `assets.base` takes as it is.
//
//     flockwork-wasm CRATE_FOLDER --out FOLDER [--only shared,simd,...] [--config FILE]
//
// `--config` is cargo's: with `.cargo/checkout.toml` of a checkout the crates are that checkout's.
// Stable Rust with the target wasm32-unknown-unknown is enough: the crates are no_std, and with
// link-time optimisation the prebuilt core library gets the features of the module.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const TARGET = 'wasm32-unknown-unknown';
const EXPORTS = ['__heap_base', '__stack_pointer'];
const TLS = ['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base'];

/** The builds: end of the file's name, features of the target, whether memory is shared, whether it becomes JavaScript. */
export const BUILDS = {
  shared: { file: '.shared.wasm', features: ['atomics', 'simd128'], shared: true },
  simd: { file: '.wasm', features: ['simd128'], shared: false },
  scalar: { file: '.scalar.wasm', features: [], shared: false },
  js: { file: '.js.wasm', features: ['atomics'], shared: true, script: '.js' },
};

/**
 * That `atomics` is no stable name of a feature is known: every crate would say so. The bits of
 * every build are tested.
 */
const KNOWN = /^warning: unstable feature specified for `-Ctarget-feature`: `atomics`\n(?: .*\n)*\n?/gm;

/** Runs a program, and shows what it says but for the warning that is known. */
async function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise((settle, reject) => {
    child.on('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on('close', settle);
  });
  process.stderr.write(said.replace(KNOWN, ''));
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
}

/** A package of whoever runs this, or of this package itself; undefined if there is none. */
function find(name) {
  for (const from of [pathToFileURL(join(process.cwd(), 'package.json')), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** A tool of binaryen: a script of its npm package. */
async function binaryen(tool, args) {
  const found = find('binaryen/package.json');
  if (!found) throw new Error('binaryen is not installed: npm install --save-dev binaryen');
  await run(process.execPath, [join(dirname(found), 'bin', tool), ...args]);
}

function metadata(crate) {
  const args = ['metadata', '--format-version', '1', '--no-deps'];
  if (!existsSync(join(crate, 'Cargo.toml'))) throw new Error(`${crate} has no Cargo.toml`);
  const result = spawnSync('cargo', args, { cwd: crate, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`cargo metadata in ${crate} failed: ${result.stderr ?? result.error}`);
  const all = JSON.parse(result.stdout);
  const manifest = resolve(crate, 'Cargo.toml');
  const one = all.packages.find((candidate) => candidate.manifest_path === manifest);
  const library = one?.targets.find((target) => target.crate_types.includes('cdylib'));
  if (!library) throw new Error(`${manifest} has no library of crate-type "cdylib"`);
  return { name: one.name, library: library.name.replaceAll('-', '_'), target: all.target_directory };
}

async function compile(crate, info, name, build, config) {
  const features = ['bulk-memory', 'mutable-globals', ...build.features].map((one) => `+${one}`);
  const names = build.shared ? [...EXPORTS, ...TLS] : EXPORTS;
  const links = ['--import-memory', ...names.map((one) => `--export=${one}`)];
  if (build.shared) links.push('--shared-memory', '--max-memory=4294967296');
  const flags = [`-Ctarget-feature=${features.join(',')}`, ...links.map((one) => `-Clink-arg=${one}`)];
  const folder = join(info.target, `web-${name}`);
  const place = config ? ['--config', config] : [];
  await run('cargo', ['build', '--quiet', '--release', '--lib', '--package', info.name, '--target', TARGET, ...place], {
    cwd: crate,
    env: {
      ...process.env,
      CARGO_TARGET_DIR: folder,
      CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
      CARGO_PROFILE_RELEASE_LTO: 'fat',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '1',
      CARGO_PROFILE_RELEASE_PANIC: 'abort',
      CARGO_PROFILE_RELEASE_STRIP: 'debuginfo',
    },
  });
  return join(folder, TARGET, 'release', `${info.library}.wasm`);
}

/**
 * Little is inlined beyond what the compiler has: functions that were kept apart, such as the
 * neighbour pass under a cap, would stand in the middle of others. Without these a tick takes 1.1 to
 * 1.3 times as long, and a module is 1.15 times as large compressed; and of the build that becomes
 * JavaScript, V8 optimises no function of more than 60 KB of bytecode, and one of that length runs
 * ten times slower.
 */
const SHORT = ['--one-caller-inline-max-function-size=100', '--flexible-inline-max-function-size=20'];

function features(build) {
  const names = ['bulk-memory', 'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'multivalue', 'reference-types'];
  if (build.features.includes('atomics')) names.push('threads');
  if (build.features.includes('simd128')) names.push('simd');
  return names.map((one) => `--enable-${one}`);
}

/** Makes an ES module with a function `(imports) => exports` of what wasm2js wrote. */
export function asModule(text) {
  const begin = text.indexOf('function asmFunc(');
  const end = text.search(/^var (memasmFunc|retasmFunc)\b/m);
  if (begin < 0 || end < begin) throw new Error(`wasm2js wrote ${text.length} characters of something else than this script knows`);
  const shims = text.slice(0, begin).replace(/^import .*$/gm, '');
  return `// Made by wasm2js from the module without SIMD. Do not edit.\n${shims}${text.slice(begin, end)}export default asmFunc;\n`;
}

/** The same without what only people need, if esbuild is there: its spaces are most of the file. */
async function smaller(text) {
  const found = find('esbuild');
  if (!found) return text;
  const { transform } = await import(pathToFileURL(found));
  return (await transform(text, { format: 'esm', minifyWhitespace: true, minifyIdentifiers: true })).code;
}

/**
 * The same text, if it is a whole module of kernels: it has a default export, and functions that every
 * module has. One that is empty, or was cut off, would be found out on a page alone.
 */
export function whole(text) {
  const lacking = ['fw_abi', 'fw_new', 'fw_poll'].filter((name) => !text.includes(name));
  if (!/\bexport\s*(default\b|\{)/.test(text)) lacking.push('a default export');
  if (lacking.length > 0) throw new Error(`the module as JavaScript has ${text.length} characters and lacks ${lacking.join(', ')}: build it again`);
  return text;
}

/**
 * Throws if a module with a standard library was built for threads: the library that comes with Rust has
 * locks and thread-local variables for one thread. The features of a build cannot be asked of stable Rust.
 */
export function checkThreads(bytes, result) {
  const std = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).some(({ name }) => name === 'fw_std');
  if (std) throw new Error(`${result} cannot be made of a crate with export!(std: ...), whose standard library is for one thread: build with --only simd,scalar, or export from a no_std crate`);
}

/** True if the file was made after the other one. */
function isNewer(file, than) {
  return existsSync(file) && statSync(file).size > 0 && statSync(file).mtimeMs >= statSync(than).mtimeMs;
}

async function convert(wasm, script) {
  const raw = `${script}.raw`;
  await binaryen('wasm2js', [wasm, '-O2', ...SHORT, '--enable-threads', '--enable-bulk-memory', '--enable-mutable-globals', '--enable-sign-ext', '-o', raw]);
  const text = whole(asModule(readFileSync(raw, 'utf8')));
  rmSync(raw);
  // Beside its place first: a build that is stopped leaves the old module, or none.
  writeFileSync(`${script}.part`, whole(await smaller(text)));
  renameSync(`${script}.part`, script);
}

/** Says what begins, since most of it takes a while: to the error output, as cargo does. */
function say(result, what) {
  console.error(`${result.padEnd(24)} ${what}`);
}

/** Makes one build of a crate; gives the name of its file. */
async function make(crate, out, info, name, { config, stem = 'flockwork' }) {
  const build = BUILDS[name];
  const result = `${stem}${build.script ?? build.file}`;
  say(result, 'cargo compiles it (a minute or two the first time)');
  const plain = await compile(crate, info, name, build, config);
  if (build.shared) checkThreads(readFileSync(plain), result);
  if (isNewer(join(out, result), plain)) return result;
  const file = join(out, `${stem}${build.file}`);
  // wasm2js knows no saturating conversions of 64 bits, and makes all else smaller itself.
  const how = build.script ? ['--llvm-nontrapping-fptoint-lowering'] : ['-O2', ...SHORT];
  if (!build.script) say(result, 'wasm-opt makes it smaller');
  await binaryen('wasm-opt', [plain, ...features(build), ...how, '--strip-debug', '--strip-producers', '-o', `${file}.part`]);
  renameSync(`${file}.part`, file);
  if (build.script) {
    say(result, 'wasm2js makes JavaScript of it');
    await convert(file, join(out, result));
    rmSync(file);
  }
  return result;
}

/**
 * Builds the crate in a folder into another folder; gives the files made. Options are which builds, a configuration
 * of cargo, and what the names of the files begin with.
 * Most of a build is one program on one processor, so as many are made at a time as there are processors.
 */
export async function buildCrate(crate, out, { only = Object.keys(BUILDS), ...options } = {}) {
  const unknown = only.find((name) => !Object.hasOwn(BUILDS, name));
  if (unknown !== undefined) throw new Error(`there is no build "${unknown}": ${Object.keys(BUILDS).join(', ')}`);
  const info = metadata(crate);
  mkdirSync(out, { recursive: true });
  // The longest first.
  const waiting = [...new Set(only)].toSorted((one, other) => Boolean(BUILDS[other].script) - Boolean(BUILDS[one].script));
  const made = {};
  const maker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      made[name] = await make(crate, out, info, name, options);
    }
  };
  // None begins after one has failed, and all have ended when it is told.
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, () => maker().finally(() => waiting.length = 0)));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  const files = only.map((name) => made[name]);
  for (const name of files) {
    const bytes = statSync(join(out, name)).size;
    const zipped = gzipSync(readFileSync(join(out, name)), { level: 9 }).length;
    console.log(`${name.padEnd(24)} ${(bytes / 1024).toFixed(1)} KiB, ${(zipped / 1024).toFixed(1)} compressed`);
  }
  return files;
}

/** The scripts of the package that take the kernels from the folder `wasm` beside them: workers, and the page. */
const SCRIPTS = ['worker-wasm.js', 'worker-js.js', 'node-worker-wasm.js', 'node-worker-js.js', 'page.js'];

/** Makes a folder for `assets.base`: the crate's kernels in `wasm`, the scripts beside it. */
export async function buildBase(crate, out, only, config) {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
  await buildCrate(crate, join(out, 'wasm'), { only, config });
  for (const name of SCRIPTS) copyFileSync(join(dist, name), join(out, name));
  // Node takes the scripts for modules whatever package they lie in.
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
}

const USAGE = `Usage: flockwork-wasm CRATE_FOLDER --out FOLDER [--only ${Object.keys(BUILDS).join(',')}] [--config FILE]`;

async function main(args) {
  const option = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args.splice(at, 2)[1];
  };
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return 0;
  }
  const out = option('--out');
  const only = option('--only')?.split(',');
  const config = option('--config');
  const unknown = args.find((word) => word.startsWith('-'));
  if (args.length !== 1 || !out || unknown) {
    if (unknown) console.error(`flockwork-wasm: there is no option ${unknown}`);
    console.error(USAGE);
    return 2;
  }
  try {
    await buildBase(resolve(args[0]), resolve(out), only, config && resolve(config));
    console.log(`Give { base: '…' } with the address of ${out} as \`assets\` of createSimulation.`);
    return 0;
  } catch (error) {
    console.error(`flockwork-wasm: ${error.message}`);
    return 1;
  }
}

// npm starts it by a link, so the files are compared that the names lead to.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  process.exitCode = await main(process.argv.slice(2));
}
