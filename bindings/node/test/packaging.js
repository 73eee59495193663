// SPDX-License-Identifier: MIT
'use strict';

/*
 * packaging.js BUILD: the add-on as npm has it. Packs it with BUILD's binary, installs the tarball
 * into an empty folder without network and without a compiler, and uses it there in each way. The
 * types are checked by the compiler in build/npm/types, which scripts/npm-packages brings.
 * --build also builds it by node-gyp, in the package and in a copy of the repository.
 */

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const build = path.resolve(process.argv[2]);
const withBuild = process.argv.includes('--build');
const own = path.join(__dirname, '..');
const root = path.join(own, '..', '..');
const binary = path.join(build, 'bindings/node/child_process.node');
const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'packaging-')));
const manifest = JSON.parse(fs.readFileSync(path.join(own, 'package.json')));
// Where the user's program is.
const app = path.join(scratch, 'app');
const installed = path.join(app, 'node_modules', manifest.name);

const counts = { passed: 0, failed: 0, skipped: 0 };

function test(name, body) {
  try {
    body();
    counts.passed++;
  } catch (error) {
    counts.failed++;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

/** Runs a program that must succeed; returns what it wrote. */
function run(command, argv, options = {}) {
  const env = { ...process.env, npm_config_cache: path.join(scratch, 'cache'),
                npm_config_update_notifier: 'false', ...options.env };
  const timeout = withBuild ? 300_000 : 100_000;
  const result = spawnSync(command, argv, { encoding: 'utf8', timeout, ...options, env });
  assert.strictEqual(result.error, undefined);
  assert.strictEqual(result.status, 0,
    `${command} ${argv.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** Runs node in the user's folder, as a user would. */
function runNode(argv, options) {
  return run(process.execPath, argv, { cwd: app, ...options,
    env: { CHILD_PROCESS_NODE_ADDON: undefined, ...options?.env } });
}

const NO_COMPILER = { CC: 'false', CXX: 'false', npm_config_nodedir: scratch };

function install(...options) {
  fs.rmSync(app, { recursive: true, force: true });
  fs.mkdirSync(app);
  fs.writeFileSync(path.join(app, 'package.json'), '{ "private": true }');
  for (const file of fs.readdirSync(path.join(__dirname, 'packaging'))) {
    fs.copyFileSync(path.join(__dirname, 'packaging', file), path.join(app, file));
  }
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...options, tarball()],
    { cwd: app, env: { ...NO_COMPILER, CHILD_PROCESS_NODE_ADDON: undefined } });
}

function tarball() {
  return path.join(scratch, `${manifest.name}-${manifest.version}.tgz`);
}

function filesBelow(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(full) : [full];
  });
}

test('the package has the version of the library, no dependency, and types first', () => {
  const header = fs.readFileSync(path.join(root, 'include/child_process.h'), 'utf8');
  const numbers = header.match(/(?<=^#define CP_VERSION_(MAJOR|MINOR|PATCH) )\d+/gm);
  assert.strictEqual(manifest.version, numbers.join('.'));
  assert.strictEqual(manifest.dependencies, undefined);
  assert.strictEqual(manifest.optionalDependencies, undefined);
  for (const [name, target] of Object.entries(manifest.exports)) {
    if (name === './package.json') continue;
    for (const conditions of target.types ? [target] : Object.values(target)) {
      assert.strictEqual(Object.keys(conditions)[0], 'types', name);
    }
  }
});

test('npm pack makes a small package with a prebuilt file, and leaves nothing behind', () => {
  const before = filesBelow(own);
  run('npm', ['pack', '--pack-destination', scratch],
    { cwd: own, env: { CHILD_PROCESS_NODE_ADDON: binary } });
  assert.deepStrictEqual(filesBelow(own), before);
  assert.ok(fs.statSync(tarball()).size < 1e6);
  run('tar', ['-xf', tarball(), '-C', scratch]);
  const files = filesBelow(path.join(scratch, 'package'));
  const names = files.map((file) => path.relative(path.join(scratch, 'package'), file));
  for (const name of ['README.md', 'LICENSE', 'index.js', 'index.mjs', 'index.d.ts', 'index.d.mts',
    'register.js', 'register.d.ts', 'binding.gyp', 'library/include/child_process.h',
    `prebuilds/${process.platform}-${process.arch}/child_process.node`]) {
    assert.ok(names.includes(name), `${name} is missing`);
  }
  assert.deepStrictEqual(names.filter((name) => /^(test|tools|build)\//.test(name)), []);
  for (const file of files) {
    assert.ok(!fs.readFileSync(file).includes(root), `${file} knows where it was made`);
  }
});

test('the binary shows two functions and asks for those of Node-API, of uv and of libc', () => {
  const names = (kind) => run('nm', ['-D', kind, binary]).trim().split('\n')
    .map((line) => line.trim().split(' ').at(-1));
  assert.deepStrictEqual(names('--defined-only').sort(),
    ['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
  const foreign = names('--undefined-only')
    .filter((name) => !/^(napi_|node_api_|uv_|_ITM_|__gmon_start__)|@GLIBC_/.test(name));
  // A sanitizer's own are in its runtime.
  assert.deepStrictEqual(foreign.filter((name) => !/^__(asan|ubsan|tsan|lsan)_/.test(name)), []);
  const libraries = run('readelf', ['-d', binary]).match(/(?<=NEEDED.*\[)[^\]]+/g);
  assert.deepStrictEqual(libraries.filter((name) => /uv|node/.test(name)), []);
});

test('the tarball installs without network and compiler, and works by require and import', () => {
  install();
  assert.deepStrictEqual(fs.readdirSync(path.join(app, 'node_modules')).filter((n) => n[0] !== '.'),
    [manifest.name]);
  assert.ok(!fs.existsSync(path.join(installed, 'build')));
  assert.strictEqual(runNode(['use.js']), 'null "from the package\\n"\n');
  assert.strictEqual(runNode(['use.mjs']), 'imported\nclosed with 0\n');
});

test('register puts it in place for everybody, by --require and by --import', () => {
  const expected = 'exec: promised\ncluster: question, answer\nthread: blocking\n';
  const ways = ['--require'];
  if (!process.version.startsWith('v18.')) ways.push('--import');
  for (const way of ways) {
    assert.strictEqual(runNode([way, 'child-process-native/register', 'registered.mjs']), expected);
  }
  const env = { NODE_OPTIONS: '--require child-process-native/register' };
  assert.strictEqual(runNode(['registered.mjs'], { env }), expected);
});

test('it installs and works with --ignore-scripts', () => {
  install('--ignore-scripts');
  assert.strictEqual(runNode(['use.js']), 'null "from the package\\n"\n');
});

test('its examples run', () => {
  for (const [name, expected] of [
    ['spawn_ls', /^stdout: total .+\n(.*\n)*ls exited with code 0\n$/],
    ['exec_ls', /^lines: \d+\n$/],
    ['exec_file_node', new RegExp(`^node says ${process.version.replaceAll('.', '\\.')}\n$`)],
    ['fork_parent', /^child got .*'child' }\nparent got .*'parent',.*\nchild exited with .* 0\n$/],
  ]) {
    const file = path.join(installed, 'examples', `${name}.js`);
    assert.match(runNode([file]), expected);
    assert.match(runNode(['--require', 'child-process-native/register', file]), expected);
  }
});

test('a binary that is not there, or is none, is told of clearly', () => {
  const load = (env) => runNode(['-e', `
    try {
      require('child-process-native');
    } catch ({ code, message }) {
      console.log(code, message);
    }
  `], { env });
  assert.match(load({ CHILD_PROCESS_NODE_ADDON: '/nowhere/x.node' }),
    /^ERR_DLOPEN_FAILED child-process-native has no binary for [^]*\/nowhere\/x\.node: not there/);
  const prebuilt = path.join(installed, 'prebuilds', `${process.platform}-${process.arch}`,
    'child_process.node');
  fs.writeFileSync(prebuilt, 'not a binary');
  assert.match(load(), /^ERR_DLOPEN_FAILED [^]*child_process\.node: .*(short|ELF)[^]*npm rebuild/);
  // What node-gyp built is next.
  fs.mkdirSync(path.join(installed, 'build/Release'), { recursive: true });
  fs.copyFileSync(binary, path.join(installed, 'build/Release/child_process.node'));
  assert.strictEqual(load(), '');
  assert.strictEqual(runNode(['use.js']), 'null "from the package\\n"\n');
});

const types = path.join(root, 'build/npm/types/node_modules');
if (fs.existsSync(types)) {
  test('its types are those of Node', () => {
    fs.symlinkSync(path.join(types, '@types'), path.join(app, 'node_modules/@types'));
    runNode([path.join(types, 'typescript/bin/tsc'), '-p', '.']);
  });
} else {
  console.log('SKIPPED: its types are those of Node (npm could not bring TypeScript)');
  counts.skipped++;
}

if (withBuild) {
  // Headers of the node that is installed, since none are to be fetched.
  const nodedir = path.resolve(process.execPath, '../..');
  const environment = { npm_config_nodedir: nodedir, CHILD_PROCESS_NODE_ADDON: undefined };

  test('the package builds by node-gyp where its prebuilt file does not fit', () => {
    const copy = path.join(scratch, 'package');
    fs.rmSync(path.join(copy, 'prebuilds'), { recursive: true });
    run('npm', ['install', '--offline'], { cwd: copy, env: environment });
    run('nm', [path.join(copy, 'build/Release/child_process.node')]);
    fs.rmSync(installed, { recursive: true });
    fs.renameSync(copy, installed);
    assert.strictEqual(runNode(['use.js']), 'null "from the package\\n"\n');
  });

  test('npm install in its folder of the repository builds it', () => {
    const copy = path.join(scratch, 'repository');
    for (const name of ['src', 'include', 'bindings']) {
      fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    const folder = path.join(copy, 'bindings/node');
    fs.rmSync(path.join(folder, 'build'), { recursive: true, force: true });
    run('npm', ['install', '--offline'], { cwd: folder, env: environment });
    const argv = ['--require', './register.js', 'examples/exec_file_node.js'];
    assert.strictEqual(run(process.execPath, argv, { cwd: folder, env: environment }),
      `node says ${process.version}\n`);
  });
}

fs.rmSync(scratch, { recursive: true });
const skipped = counts.skipped ? `, ${counts.skipped} skipped` : '';
console.log(`packaging: ${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed ? 1 : 0;
