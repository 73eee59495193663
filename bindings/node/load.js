// SPDX-License-Identifier: MIT
'use strict';

/*
 * Finds the add-on's binary and loads it: the file that CHILD_PROCESS_NODE_ADDON names, which is
 * then the only one; or the prebuilt file for this platform; or, in a checkout of the repository,
 * what make built; or what node-gyp built. A file that does not load (another libc, another libuv)
 * gives way to the next.
 */

const path = require('node:path');
const { existsSync } = require('node:fs');

const NAME = 'child_process.node';
const PLATFORM = `${process.platform}-${process.arch}`;
const PREBUILT = path.join(__dirname, 'prebuilds', PLATFORM, NAME);
const BUILT = path.join(__dirname, 'build', 'Release', NAME);
// The package has no such folder.
const CHECKOUT = existsSync(path.join(__dirname, 'tools')) ?
  [path.join(__dirname, '../../build/plain/bindings/node', NAME)] : [];

function loadFirst(files) {
  const tried = [];
  let cause;
  for (const file of files) {
    if (!existsSync(file)) {
      tried.push(`  ${file}: not there`);
      continue;
    }
    try {
      return require(file);
    } catch (error) {
      cause = error;
      tried.push(`  ${file}: ${error.message}`);
    }
  }
  const error = new Error(
    `child-process-native has no binary for ${PLATFORM} and node ${process.version}:\n` +
    `${tried.join('\n')}\n` +
    'On Linux, "npm rebuild child-process-native" builds it from source, given a C compiler, ' +
    'make and Python 3.', cause && { cause });
  error.code = 'ERR_DLOPEN_FAILED';
  throw error;
}

function load() {
  const named = process.env.CHILD_PROCESS_NODE_ADDON;
  return loadFirst(named ? [path.resolve(named)] : [PREBUILT, ...CHECKOUT, BUILT]);
}

module.exports = { load, loadPrebuilt: () => loadFirst([PREBUILT]) };
