// SPDX-License-Identifier: MIT
'use strict';

/*
 * Checks of arguments, which throw what Node throws. Each looks at one value by itself.
 */

const fs = require('node:fs');
const { constants: { signals } } = require('node:os');
const { fileURLToPath } = require('node:url');
const { isUint8Array } = require('node:util/types');
const {
  codes: {
    ERR_INVALID_ARG_TYPE,
    ERR_INVALID_ARG_VALUE,
    ERR_OUT_OF_RANGE,
    ERR_UNKNOWN_SIGNAL,
  },
} = require('./errors.js');
const { hasNumberChecks } = require('./node.js');
const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  NumberIsInteger,
  NumberMAX_SAFE_INTEGER,
  RegExpPrototypeExec,
  StringPrototypeIncludes,
  StringPrototypeToUpperCase,
  uncurryThis,
} = require('./primordials.js');

const Uint8ArrayPrototypeIncludes = uncurryThis(Uint8Array.prototype.includes);

/* Copies: os.constants is everybody's. */
const numberOfSignal = { __proto__: null, ...signals };
const nameOfSignal = { __proto__: null };
for (const name in numberOfSignal) {
  const number = numberOfSignal[name];
  if (nameOfSignal[number] === undefined) nameOfSignal[number] = name;
}
/* Two names, one number: these are the ones that Node reports. */
nameOfSignal[numberOfSignal.SIGABRT] = 'SIGABRT';
nameOfSignal[numberOfSignal.SIGIO] = 'SIGIO';

function validateString(value, name) {
  if (typeof value !== 'string') throw new ERR_INVALID_ARG_TYPE(name, 'string', value);
}

function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw new ERR_INVALID_ARG_TYPE(name, 'boolean', value);
}

function validateFunction(value, name) {
  if (typeof value !== 'function') throw new ERR_INVALID_ARG_TYPE(name, 'Function', value);
}

function validateArray(value, name) {
  if (!ArrayIsArray(value)) throw new ERR_INVALID_ARG_TYPE(name, 'Array', value);
}

function validateObject(value, name) {
  if (value === null || typeof value !== 'object' || ArrayIsArray(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'Object', value);
  }
}

function validateNumber(value, name, least) {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!(value >= least)) throw new ERR_OUT_OF_RANGE(name, `>= ${least}`, value);
}

function validateInteger(value, name, least, most) {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!NumberIsInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < least || value > most) {
    throw new ERR_OUT_OF_RANGE(name, `>= ${least} && <= ${most}`, value);
  }
}

function validateInt32(value, name) {
  if (hasNumberChecks) validateInteger(value, name, -2147483648, 2147483647);
  else if (value !== (value | 0)) throw new ERR_INVALID_ARG_TYPE(name, 'int32', value);
}

function validateOneOf(value, name, allowed) {
  if (ArrayPrototypeIncludes(allowed, value)) return;
  const words = [];
  for (let i = 0; i < allowed.length; i++) {
    ArrayPrototypePush(words, typeof allowed[i] === 'string' ? `'${allowed[i]}'` : `${allowed[i]}`);
  }
  const reason = `must be one of: ${ArrayPrototypeJoin(words, ', ')}`;
  throw new ERR_INVALID_ARG_VALUE(name, value, reason);
}

function validateAbortSignal(signal, name) {
  if (signal !== undefined &&
      (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', signal);
  }
}

/* Only of strings: what else there is becomes a string later. */
function validateNoNulls(value, name) {
  if (typeof value === 'string' && StringPrototypeIncludes(value, '\0')) {
    throw new ERR_INVALID_ARG_VALUE(name, value, 'must be a string without null bytes');
  }
}

function validateAllNoNulls(values, name) {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'string' && StringPrototypeIncludes(value, '\0')) {
      validateNoNulls(value, `${name}[${i}]`);
    }
  }
}

/* How this version of Node says it in its own errors. */
function reasonForNulls() {
  try {
    fs.statSync('\0');
  } catch (error) {
    const found = RegExpPrototypeExec(/^The argument 'path' (must .*)\. Received/, error.message);
    if (found !== null) return found[1];
  }
  return 'must be a string, Uint8Array, or URL without null bytes';
}

/* A path is a string, bytes, or a file: URL, of which the path is returned. */
function getValidatedPath(value, name) {
  const path = value?.href && value.protocol && value.auth === undefined &&
    value.path === undefined ? fileURLToPath(value) : value;
  if (typeof path === 'string') {
    if (!StringPrototypeIncludes(path, '\0')) return path;
  } else if (isUint8Array(path)) {
    if (!Uint8ArrayPrototypeIncludes(path, 0)) return path;
  } else {
    throw new ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
  }
  throw new ERR_INVALID_ARG_VALUE(name, path, reasonForNulls());
}

function validateTimeout(timeout) {
  if (hasNumberChecks) {
    if (timeout != null) validateInteger(timeout, 'timeout', 0, NumberMAX_SAFE_INTEGER);
  } else if (timeout != null && !(NumberIsInteger(timeout) && timeout >= 0)) {
    throw new ERR_OUT_OF_RANGE('timeout', 'an unsigned integer', timeout);
  }
}

function validateMaxBuffer(maxBuffer) {
  if (hasNumberChecks) {
    if (maxBuffer != null) validateNumber(maxBuffer, 'options.maxBuffer', 0);
  } else if (maxBuffer != null && !(typeof maxBuffer === 'number' && maxBuffer >= 0)) {
    throw new ERR_OUT_OF_RANGE('options.maxBuffer', 'a positive number', maxBuffer);
  }
}

/* A name, in any case, or a number, to a number. */
function convertToValidSignal(signal) {
  if (typeof signal === 'number' && nameOfSignal[signal] !== undefined) return signal;
  if (typeof signal === 'string') {
    const number = numberOfSignal[StringPrototypeToUpperCase(signal)];
    if (number) return number;
  }
  throw new ERR_UNKNOWN_SIGNAL(signal);
}

/* undefined for none. */
function sanitizeKillSignal(signal) {
  if (typeof signal === 'string' || typeof signal === 'number') return convertToValidSignal(signal);
  if (signal != null) {
    throw new ERR_INVALID_ARG_TYPE('options.killSignal', ['string', 'number'], signal);
  }
  return undefined;
}

module.exports = {
  convertToValidSignal,
  getValidatedPath,
  nameOfSignal,
  sanitizeKillSignal,
  validateAbortSignal,
  validateAllNoNulls,
  validateArray,
  validateBoolean,
  validateFunction,
  validateInt32,
  validateMaxBuffer,
  validateNoNulls,
  validateObject,
  validateOneOf,
  validateString,
  validateTimeout,
};
