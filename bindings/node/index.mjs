// SPDX-License-Identifier: MIT

import childProcess from './index.js';

export const {
  ChildProcess,
  _forkChild,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  spawn,
  spawnSync,
} = childProcess;
export default childProcess;
