// SPDX-License-Identifier: MIT
'use strict';

/* What the workers of workers.mjs can do. */

module.exports = {
  square: (n) => n * n,
  fail(why) { throw new TypeError(why); },
  who: () => process.pid,
  die: () => process.kill(process.pid, 'SIGKILL'),
};
