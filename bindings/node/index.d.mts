// SPDX-License-Identifier: MIT

/* All that Node declares, by the declarations of the node that is used: @types/node. */
export * from 'node:child_process';

/** The error of a start that failed: beside Node's properties it tells which step failed. */
export interface StartError extends NodeJS.ErrnoException {
  /** The program that was to run. */
  path: string;
  spawnargs: string[];
  /** 'setsid', 'chdir', 'setgid', 'setuid' or 'stdio'; not there where it was exec that failed. */
  step?: string;
  /** The folder that could not be entered, where the step is 'chdir'. */
  cwd?: string;
}

declare const childProcess: typeof import('node:child_process');
export default childProcess;
