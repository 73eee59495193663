// SPDX-License-Identifier: MIT

/* Nothing to use: it takes effect as it is loaded. The value is Node's own module object. */
import childProcess = require('node:child_process');
export = childProcess;
