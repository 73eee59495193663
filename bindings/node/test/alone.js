// SPDX-License-Identifier: MIT
//
// alone.js [WORD...]: the tests of alone/, which look at the add-on by itself: what many starts
// leave behind, and Node's cluster on it. With words, only those whose names hold one.

'use strict';

const fs = require('fs');
const path = require('path');
const test = require('node:test');

const folder = path.join(__dirname, 'alone');
const words = process.argv.slice(2);

for (const file of fs.readdirSync(folder).sort()) {
  for (const [name, run] of Object.entries(require(path.join(folder, file)))) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    test(name, run);
  }
}
