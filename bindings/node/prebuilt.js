// SPDX-License-Identifier: MIT
'use strict';

/*
 * The first half of the package's install script: succeeds if the prebuilt file works in this
 * node, and then nothing is compiled.
 */

try {
  require('./load.js').loadPrebuilt();
} catch {
  process.exitCode = 1;
}
