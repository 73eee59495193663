// SPDX-License-Identifier: MIT
'use strict';

/*
 * What differs between versions of Node, asked of the module that we stand in for, or known by the
 * number of the version.
 */

const builtin = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const process = require('node:process');
const { promisify } = require('node:util');
const {
  ArrayPrototypeIncludes,
  ObjectDefineProperty,
  RegExpPrototypeExec,
} = require('./primordials.js');

const { spawnSync } = builtin;
const { permission } = process;
const major = parseInt(process.versions.node, 10);

/* Since 20: each new child is published. */
const createdChannel = major >= 20 ? diagnostics.channel('child_process') : undefined;

/* Since 24: tracing:child_process.spawn:start and its like. */
const spawnTrace = major >= 24 ? diagnostics.tracingChannel('child_process.spawn') : undefined;

function copyName(to, from) {
  if (from === undefined) return;
  ObjectDefineProperty(to, 'name', { __proto__: null, value: from.name, configurable: true });
}

/* Methods and promisified forms have names in some versions. */
function nameAsInNode(exports) {
  const { prototype } = exports.ChildProcess;
  const methods = builtin.ChildProcess.prototype;
  for (const name of ['spawn', 'kill', 'ref', 'unref']) copyName(prototype[name], methods[name]);
  if (Symbol.dispose) copyName(prototype[Symbol.dispose], methods[Symbol.dispose]);
  for (const name of ['exec', 'execFile']) {
    copyName(exports[name][promisify.custom], builtin[name][promisify.custom]);
  }
}

/* Where the program was denied children, Node's own function says so, before it starts any. */
function checkPermission(file, args) {
  if (permission !== undefined && !permission.has('child')) spawnSync(file, args);
}

let hasWarned = false;

/* Since 24: DEP0190, once. */
function warnOfShellArguments() {
  if (major < 24 || hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'Passing args to a child process with shell option true can lead to security ' +
    'vulnerabilities, as the arguments are not escaped, only concatenated.',
    'DeprecationWarning', 'DEP0190');
}

const PERMISSION_FLAG = /^--(?:allow-[a-z-]+|permission(?:-audit)?)(?:=|$)/;
const HAS_PERMISSION = /(?:^|\s)--permission(?:-audit)?(?:=|\s|$)/;

/* Since 22: what this program may not do its children may not, either. */
function copyPermissionFlags(env, args) {
  if (major < 22 || permission === undefined) return;
  const given = env.NODE_OPTIONS;
  if (ArrayPrototypeIncludes(args, '--permission') ||
      ArrayPrototypeIncludes(args, '--permission-audit') ||
      (given && RegExpPrototypeExec(HAS_PERMISSION, given) !== null)) {
    return;
  }
  const { execArgv } = process;
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i];
    if (RegExpPrototypeExec(PERMISSION_FLAG, flag) !== null) {
      env.NODE_OPTIONS = env.NODE_OPTIONS ? `${env.NODE_OPTIONS} ${flag}` : flag;
    }
  }
}

/* Since 22: an argument of spawn() that cannot be a string is an empty one. */
const toleratesArguments = major >= 22;
/* Since 22: of a spawnSync() that failed, undefined and not null. */
const noOutput = major >= 22 ? undefined : null;
/* Since 26: of uid, gid, timeout and maxBuffer the type is checked by itself, before the range. */
const hasNumberChecks = major >= 26;
/* Until 26: `_channel`, which is deprecated. */
const hasUnderscoreChannel = major < 26;
/* Since 26: a timeout is over with the `close` of the child; before, with its `exit`. */
const endOfTimeout = major >= 26 ? 'close' : 'exit';

module.exports = {
  checkPermission,
  copyPermissionFlags,
  createdChannel,
  endOfTimeout,
  hasNumberChecks,
  hasUnderscoreChannel,
  nameAsInNode,
  noOutput,
  spawnTrace,
  toleratesArguments,
  warnOfShellArguments,
};
