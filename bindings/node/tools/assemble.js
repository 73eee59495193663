// SPDX-License-Identifier: MIT
'use strict';

/*
 * assemble.js FOLDER [BINARY]: makes FOLDER the package as npm installs it: our own files, the
 * sources of the library for those whom no prebuilt file fits, the licence, and BINARY (what
 * build/plain has, brought up to date) as the prebuilt file of this platform. npm pack calls it by
 * package.json with FOLDER being the package itself, where then only what is missing is added.
 */

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const own = path.join(__dirname, '..');
const root = path.join(own, '..', '..');
const ADDED = ['LICENSE', 'library', 'prebuilds'];

function copy(from, to) {
  fs.cpSync(from, to, { recursive: true });
}

function binaryOfBuild() {
  const file = path.join(root, 'build/plain/bindings/node/child_process.node');
  execFileSync(path.join(root, 'scripts/build'), ['plain'], { stdio: ['ignore', 2, 2] });
  return file;
}

function addPrebuilt(folder, binary) {
  const place = path.join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
  fs.mkdirSync(place, { recursive: true });
  const file = path.join(place, 'child_process.node');
  execFileSync('strip', ['--strip-unneeded', '-o', file, binary], { stdio: ['ignore', 2, 2] });
  fs.chmodSync(file, 0o644);
}

function assemble(target, binary = binaryOfBuild()) {
  const folder = path.resolve(target);
  if (folder !== own) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    for (const name of fs.readdirSync(own)) {
      if (/^(build|node_modules|test|tools|\..*)$/.test(name) || /\.tgz$/.test(name)) continue;
      if (!ADDED.includes(name)) copy(path.join(own, name), path.join(folder, name));
    }
  }
  clean(folder);
  copy(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  copy(path.join(root, 'src'), path.join(folder, 'library', 'src'));
  copy(path.join(root, 'include'), path.join(folder, 'library', 'include'));
  addPrebuilt(folder, binary);
}

/** Takes away again what assemble() adds to the package's own folder. */
function clean(folder = own) {
  for (const name of ADDED) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
}

if (process.argv[2] === '--clean') clean();
else assemble(process.argv[2] ?? own, process.argv[3] ?? process.env.CHILD_PROCESS_NODE_ADDON);
