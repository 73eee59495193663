// SPDX-License-Identifier: MIT
'use strict';

/*
 * The arguments of spawn(), exec() and execFile(), in all the forms that they may have, checked in
 * Node's order: the first that is wrong throws.
 */

const process = require('node:process');
const {
  codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE },
} = require('./errors.js');
const { copyPermissionFlags, warnOfShellArguments } = require('./node.js');
const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeUnshift,
  ObjectPrototype,
  ObjectPrototypeHasOwnProperty,
  ReflectOwnKeys,
} = require('./primordials.js');
const {
  getValidatedPath,
  validateAllNoNulls,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateNoNulls,
  validateObject,
  validateString,
} = require('./validate.js');

const SHELL = process.platform === 'android' ? '/system/bin/sh' : '/bin/sh';
const NO_OPTIONS = Object.freeze({ __proto__: null });

function validateFile(file) {
  validateString(file, 'file');
  validateNoNulls(file, 'file');
  if (file.length === 0) throw new ERR_INVALID_ARG_VALUE('file', file, 'cannot be empty');
}

function validateArgv0(argv0) {
  if (argv0 == null) return;
  validateString(argv0, 'options.argv0');
  validateNoNulls(argv0, 'options.argv0');
}

/* All but cwd, which comes before them. */
function validateSpawnOptions(options) {
  if (options.detached != null) validateBoolean(options.detached, 'options.detached');
  if (options.uid != null) validateInt32(options.uid, 'options.uid');
  if (options.gid != null) validateInt32(options.gid, 'options.gid');
  const { shell } = options;
  if (shell != null && typeof shell !== 'boolean' && typeof shell !== 'string') {
    throw new ERR_INVALID_ARG_TYPE('options.shell', ['boolean', 'string'], shell);
  }
  validateArgv0(options.argv0);
  if (options.windowsHide != null) validateBoolean(options.windowsHide, 'options.windowsHide');
  if (options.windowsVerbatimArguments != null) {
    validateBoolean(options.windowsVerbatimArguments, 'options.windowsVerbatimArguments');
  }
  if (shell) validateNoNulls(shell, 'options.shell');
}

/* Node passes this on even where the environment is given, and writes it into that object. */
function copyCoverage(env, given) {
  const value = process.env.NODE_V8_COVERAGE;
  if (value && (!given || !ObjectPrototypeHasOwnProperty(given, 'NODE_V8_COVERAGE'))) {
    env.NODE_V8_COVERAGE = value;
  }
}

/* The environment itself makes a string of what is written to it. */
function isProcessEnvironment(env) {
  const name = 'CHILD_PROCESS_NATIVE_PROBE';
  env[name] = 1;
  const isText = env[name] === '1';
  delete env[name];
  return isText;
}
const environment = isProcessEnvironment(process.env) ? process.env : undefined;

/* The names of all that is enumerable, inherited or not. The environment has only such names, and
 * is asked for each of them by for-in, twice. */
function envKeys(env) {
  let isPlain = env === environment;
  if (isPlain) {
    for (const key in ObjectPrototype) isPlain = key === '';
  }
  if (isPlain) return ReflectOwnKeys(env);
  const keys = [];
  for (const key in env) ArrayPrototypePush(keys, key);
  return keys;
}

/* "NAME=value" of each. */
function makeEnvPairs(given, args) {
  const env = given || process.env;
  copyCoverage(env, given);
  copyPermissionFlags(env, args);
  const pairs = [];
  const keys = envKeys(env);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const value = env[key];
    if (value === undefined) continue;
    validateNoNulls(key, `options.env['${key}']`);
    validateNoNulls(value, `options.env['${key}']`);
    ArrayPrototypePush(pairs, `${key}=${value}`);
  }
  return pairs;
}

function splitArguments(args, options) {
  if (ArrayIsArray(args)) return { args: ArrayPrototypeSlice(args), options };
  if (args == null) return { args: [], options };
  if (typeof args !== 'object') throw new ERR_INVALID_ARG_TYPE('args', 'object', args);
  return { args: [], options: args };
}

function normalizeSpawnArguments(givenFile, givenArgs, givenOptions) {
  validateFile(givenFile);
  const split = splitArguments(givenArgs, givenOptions);
  let { args } = split;
  validateAllNoNulls(args, 'args');
  if (split.options !== undefined) validateObject(split.options, 'options');

  /* Without a prototype: what somebody adds to Object.prototype is no option. */
  const options = { __proto__: null, ...split.options };
  const cwd = options.cwd == null ? options.cwd : getValidatedPath(options.cwd, 'options.cwd');
  validateSpawnOptions(options);

  let file = givenFile;
  if (options.shell) {
    if (args.length > 0) warnOfShellArguments();
    ArrayPrototypeUnshift(args, file);
    args = ['-c', ArrayPrototypeJoin(args, ' ')];
    file = typeof options.shell === 'string' ? options.shell : SHELL;
  }
  ArrayPrototypeUnshift(args, typeof options.argv0 === 'string' ? options.argv0 : file);

  return {
    __proto__: null,
    ...options,
    args,
    cwd,
    detached: !!options.detached,
    envPairs: makeEnvPairs(options.env, args),
    file,
    windowsHide: !!options.windowsHide,
    windowsVerbatimArguments: !!options.windowsVerbatimArguments,
  };
}

function normalizeExecArgs(command, givenOptions, givenCallback) {
  validateString(command, 'command');
  validateNoNulls(command, 'command');
  const isCallback = typeof givenOptions === 'function';
  const options = { __proto__: null, ...(isCallback ? undefined : givenOptions) };
  options.shell = typeof options.shell === 'string' ? options.shell : true;
  return { file: command, options, callback: isCallback ? givenOptions : givenCallback };
}

function normalizeExecFileArgs(file, givenArgs, givenOptions, givenCallback) {
  let args = null;
  let options = givenOptions;
  let callback = givenCallback;
  if (ArrayIsArray(givenArgs)) {
    args = ArrayPrototypeSlice(givenArgs);
  } else if (givenArgs != null && typeof givenArgs === 'object') {
    callback = options;
    options = givenArgs;
  } else if (typeof givenArgs === 'function') {
    callback = givenArgs;
    options = null;
  } else {
    args = givenArgs;
  }
  args ??= [];

  if (typeof options === 'function') {
    callback = options;
  } else if (options != null) {
    validateObject(options, 'options');
  }
  options ??= NO_OPTIONS;
  if (callback != null) validateFunction(callback, 'callback');
  validateArgv0(options.argv0);
  return { file, args, options, callback };
}

module.exports = { normalizeExecArgs, normalizeExecFileArgs, normalizeSpawnArguments };
