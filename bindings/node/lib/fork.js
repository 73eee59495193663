// SPDX-License-Identifier: MIT
'use strict';

/*
 * fork(): a spawn of Node itself with a module to run and a channel to it.
 */

const process = require('node:process');
const { codes: { ERR_CHILD_PROCESS_IPC_REQUIRED } } = require('./errors.js');
const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeLastIndexOf,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
} = require('./primordials.js');
const { stdioStringToArray } = require('./stdio.js');
const {
  getValidatedPath,
  validateAllNoNulls,
  validateArray,
  validateNoNulls,
  validateObject,
} = require('./validate.js');

// A child of `node -e CODE` that ran CODE as well would fork without end.
function withoutEval(execArgv) {
  const code = process._eval;
  if (execArgv !== process.execArgv || code == null) return execArgv;
  const index = ArrayPrototypeLastIndexOf(execArgv, code);
  if (index <= 0) return execArgv;
  const rest = ArrayPrototypeSlice(execArgv);
  ArrayPrototypeSplice(rest, index - 1, 2);
  return rest;
}

function stdioWithChannel({ stdio, silent }) {
  if (typeof stdio === 'string') return stdioStringToArray(stdio, 'ipc');
  if (!ArrayIsArray(stdio)) return stdioStringToArray(silent ? 'pipe' : 'inherit', 'ipc');
  if (!ArrayPrototypeIncludes(stdio, 'ipc')) {
    throw new ERR_CHILD_PROCESS_IPC_REQUIRED('options.stdio');
  }
  return stdio;
}

function makeFork(spawn) {
  return function fork(modulePath, args = [], options) {
    modulePath = getValidatedPath(modulePath, 'modulePath');
    if (args == null) {
      args = [];
    } else if (typeof args === 'object' && !ArrayIsArray(args)) {
      options = args;
      args = [];
    } else {
      validateArray(args, 'args');
    }
    if (options != null) validateObject(options, 'options');

    const settings = { __proto__: null, ...options, shell: false };
    settings.execPath ||= process.execPath;
    validateNoNulls(settings.execPath, 'options.execPath');
    let execArgv = settings.execArgv || process.execArgv;
    validateAllNoNulls(execArgv, 'options.execArgv');

    execArgv = withoutEval(execArgv);
    const argv = [...execArgv, modulePath, ...args];
    settings.stdio = stdioWithChannel(settings);
    return spawn(settings.execPath, argv, settings);
  };
}

module.exports = { makeFork };
