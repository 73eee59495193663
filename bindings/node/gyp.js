// SPDX-License-Identifier: MIT
'use strict';

/*
 * gyp.js library|sources: for binding.gyp, where the library's sources are (beside us in the npm
 * package, above us in the repository) and which files make the add-on.
 */

const { existsSync, readdirSync } = require('node:fs');

const library = existsSync(`${__dirname}/library/src`) ? 'library' : '../..';

function cFilesIn(folder) {
  return readdirSync(`${__dirname}/${folder}`)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

function sources() {
  const folders = readdirSync(`${__dirname}/${library}/src`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${library}/src/${entry.name}`)
    .sort();
  return ['native', ...folders]
    .flatMap(cFilesIn)
    // The code between clone and exec is a target of its own.
    .filter((file) => !file.endsWith('/process/child_side.c'));
}

console.log(process.argv[2] === 'library' ? library : sources().join('\n'));
