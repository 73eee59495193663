// SPDX-License-Identifier: MIT
'use strict';

/*
 * The blocking three.
 */

const { Buffer } = require('node:buffer');
const process = require('node:process');
const { debuglog } = require('node:util');
const {
  normalizeExecArgs,
  normalizeExecFileArgs,
  normalizeSpawnArguments,
} = require('./arguments.js');
const {
  ErrnoException,
  codes: { ERR_INVALID_ARG_TYPE },
  genericError,
} = require('./errors.js');
const { ARGC, ENVC, GID, UID, binding, callStart } = require('./native.js');
const { noOutput } = require('./node.js');
const {
  ArrayPrototypeJoin,
  ArrayPrototypePushApply,
  ArrayPrototypeSlice,
  ObjectAssign,
} = require('./primordials.js');
const { getValidStdio } = require('./stdio.js');
const {
  nameOfSignal,
  sanitizeKillSignal,
  validateMaxBuffer,
  validateTimeout,
} = require('./validate.js');

const MAX_BUFFER = 1024 * 1024;
const debug = debuglog('child_process');
const { isView } = ArrayBuffer;

/* As a Buffer on the same bytes. undefined: none. */
function toInput(input, index, encoding) {
  if (input == null) return undefined;
  if (isView(input)) return Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (typeof input === 'string') return Buffer.from(input, encoding);
  throw new ERR_INVALID_ARG_TYPE(`options.stdio[${index}]`,
                                 ['Buffer', 'TypedArray', 'DataView', 'string'], input);
}

/* Each slot's input is checked, as in Node; the first one's is used, if it is a pipe. */
function takeInput(options) {
  const { stdio } = options;
  if (options.input) stdio[0] = { ...stdio[0], input: options.input };
  let first;
  for (let i = 0; i < stdio.length; i++) {
    const input = toInput(stdio[i].input, i, options.encoding);
    if (i === 0) first = input;
  }
  return stdio[0]?.readable ? first : undefined;
}

const UV_ENOENT = -2;
/* With its keys in Node's order. */
const NOT_STARTED = { error: 0, status: null, signal: null, output: null, pid: 0 };

/* As Node's native result: what is wrong is a number, and output is Buffers. */
function run(options, input) {
  const cwd = options.cwd == null ? '' : `${options.cwd}`;
  if (cwd === '' && options.cwd != null) return { ...NOT_STARTED, error: UV_ENOENT };
  const start = (strings, numbers) =>
    binding.spawnSync(strings, numbers, input, options.timeout ?? 0, options.maxBuffer ?? 0);
  const { number, numbers, value } = callStart(start, options, cwd, options.envPairs);
  if (number !== 0) return { ...NOT_STARTED, error: number };
  const error = numbers[ENVC];
  const pid = numbers[ARGC];
  if (pid === 0) return { ...NOT_STARTED, error, failure: value };
  const status = numbers[UID] >= 0 ? numbers[UID] : null;
  const signal = numbers[GID] > 0 ? nameOfSignal[numbers[GID]] ?? '' : null;
  return error === 0 ? { status, signal, output: value, pid } :
    { error, status, signal, output: value, pid };
}

function makeError(number, options, failure) {
  const error = new ErrnoException(number, `spawnSync ${options.file}`);
  error.path = options.file;
  error.spawnargs = ArrayPrototypeSlice(options.args, 1);
  if (failure?.[0] !== undefined && failure[0] !== 'exec') {
    error.step = failure[0];
    if (failure[0] === 'chdir') error.cwd = failure[1];
  }
  return error;
}

function spawnSync(file, args, options) {
  options = {
    __proto__: null,
    maxBuffer: MAX_BUFFER,
    ...normalizeSpawnArguments(file, args, options),
  };
  debug('spawnSync', options);
  validateTimeout(options.timeout);
  validateMaxBuffer(options.maxBuffer);
  options.killSignal = sanitizeKillSignal(options.killSignal);
  options.stdio = getValidStdio(options.stdio || 'pipe', true).stdio;

  const { failure, ...result } = run(options, takeInput(options));
  const { output } = result;
  if (output && options.encoding && options.encoding !== 'buffer') {
    for (let i = 0; i < output.length; i++) {
      if (output[i]) output[i] = output[i].toString(options.encoding);
    }
  }
  result.stdout = output ? output[1] : noOutput;
  result.stderr = output ? output[2] : noOutput;
  if (result.error) result.error = makeError(result.error, options, failure);
  return result;
}

function commandError(result, command) {
  if (result.error) return ObjectAssign(result.error, result);
  if (result.status === 0) return undefined;
  let message = `Command failed: ${command()}`;
  if (result.stderr && result.stderr.length > 0) message += `\n${result.stderr.toString()}`;
  return genericError(message, result);
}

function outputOf(result, inheritsStderr, command) {
  if (inheritsStderr && result.stderr) process.stderr.write(result.stderr);
  const error = commandError(result, command);
  if (error) throw error;
  return result.stdout;
}

function execFileSync(file, args, options) {
  ({ file, args, options } = normalizeExecFileArgs(file, args, options));
  const inheritsStderr = !options.stdio;
  const result = spawnSync(file, args, options);
  return outputOf(result, inheritsStderr, () => {
    const words = [options.argv0 || file];
    ArrayPrototypePushApply(words, args);
    return ArrayPrototypeJoin(words, ' ');
  });
}

function execSync(command, options) {
  const normalized = normalizeExecArgs(command, options, null);
  const inheritsStderr = !normalized.options.stdio;
  const result = spawnSync(normalized.file, normalized.options);
  return outputOf(result, inheritsStderr, () => command);
}

module.exports = { execFileSync, execSync, spawnSync };
