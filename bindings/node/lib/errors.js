// SPDX-License-Identifier: MIT
'use strict';

/*
 * Errors that look like those of Node's own modules: `code` is an enumerable property, the stack
 * begins with "TypeError [CODE]: message", and `name` is that of the class.
 *
 * How a value is described ("Received type number (1)") differs between versions of Node, so the
 * running Node is asked for it.
 */

const { EventEmitter } = require('node:events');
const { isAbsolute } = require('node:path');
const { format, getSystemErrorName, inspect } = require('node:util');
const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  MathAbs,
  NumberIsInteger,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectPrototypeHasOwnProperty,
  ObjectSetPrototypeOf,
  ReflectApply,
  RegExpPrototypeExec,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
} = require('./primordials.js');

const { captureStackTrace } = Error;
const { getOwnPropertySymbols } = Object;
const classOfName = { __proto__: null, Error, TypeError, RangeError };

function defineHidden(object, name, value) {
  ObjectDefineProperty(object, name, {
    __proto__: null,
    value,
    enumerable: false,
    writable: true,
    configurable: true,
  });
}

/* Node 18 puts toString() and a mark into each error, later versions into the class of the code. */
let mark;

function markOfNode() {
  try {
    isAbsolute();
  } catch (error) {
    const isOld = ObjectPrototypeHasOwnProperty(error, 'toString');
    return isOld ? getOwnPropertySymbols(error)[0] : null;
  }
  return null;
}

/* The first line of the stack is made of what the error is called when it is first asked for. */
function makeStack(error, name, hidden) {
  ObjectDefineProperty(error, 'name', { __proto__: null, value: name, configurable: true });
  captureStackTrace(error, hidden);
  void error.stack;
  delete error.name;
}

/*
 * A class of errors: `makeMessage` gets the arguments of its constructor. Which of message and code
 * comes first depends on how Node makes the message: by a function, or out of a format.
 */
function define(code, baseName, makeMessage, isFormat = false) {
  const Base = classOfName[baseName];
  /* Its name is to be "value" where it is the error's own. */
  const { value } = {
    value() {
      return `${this.name} [${code}]: ${this.message}`;
    },
  };
  function toString() {
    return `${this.name} [${code}]: ${this.message}`;
  }
  const prototype = { __proto__: Base.prototype };
  defineHidden(prototype, 'constructor', Base);
  defineHidden(prototype, 'toString', toString);

  return function NodeError(...args) {
    mark ??= markOfNode() ?? false;
    const error = new Base();
    const isOld = mark !== false;
    if (!isOld) {
      ObjectSetPrototypeOf(error, prototype);
      if (!isFormat) error.code = code;
    } else {
      defineHidden(error, mark, true);
    }
    defineHidden(error, 'message', ReflectApply(makeMessage, undefined, args));
    if (isOld) defineHidden(error, 'toString', value);
    error.code = code;
    if (isOld) captureStackTrace(error, NodeError); // the mark makes the code part of the stack
    else makeStack(error, `${baseName} [${code}]`, NodeError);
    return error;
  };
}

/* " Received ..." as this Node says it in its own errors. */
function describe(value) {
  try {
    if (typeof value === 'function') isAbsolute(value);
    else new EventEmitter().on('x', value);
  } catch (error) {
    const at = StringPrototypeIndexOf(error.message, ' Received ');
    if (at >= 0) return StringPrototypeSlice(error.message, at);
  }
  return ` Received ${inspect(value)}`;
}

const TYPES = ['string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint',
               'symbol'];

function list(words) {
  if (words.length < 3) return ArrayPrototypeJoin(words, ' or ');
  const last = words.length - 1;
  return `${ArrayPrototypeJoin(ArrayPrototypeSlice(words, 0, last), ', ')}, or ${words[last]}`;
}

/* "one of type string or number", "an instance of Buffer", "of type string or an instance ..." */
function describeExpected(expected) {
  const types = [];
  const classes = [];
  const others = [];
  for (let i = 0; i < expected.length; i++) {
    const word = expected[i];
    if (ArrayPrototypeIncludes(TYPES, word)) {
      ArrayPrototypePush(types, StringPrototypeToLowerCase(word));
    } else if (RegExpPrototypeExec(/^([A-Z][a-z0-9]*)+$/, word) !== null) {
      ArrayPrototypePush(classes, word);
    } else {
      ArrayPrototypePush(others, word);
    }
  }
  const parts = [];
  if (types.length > 0) {
    ArrayPrototypePush(parts, `${types.length > 1 ? 'one of type' : 'of type'} ${list(types)}`);
  }
  if (classes.length > 0) ArrayPrototypePush(parts, `an instance of ${list(classes)}`);
  if (others.length > 0) {
    ArrayPrototypePush(parts, others.length > 1 ? `one of ${list(others)}` : others[0]);
  }
  return ArrayPrototypeJoin(parts, ' or ');
}

const kind = (name) => (StringPrototypeIncludes(name, '.') ? 'property' : 'argument');

function invalidArgType(name, expected, actual) {
  const words = ArrayIsArray(expected) ? expected : [expected];
  return `The "${name}" ${kind(name)} must be ${describeExpected(words)}.${describe(actual)}`;
}

function invalidArgValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${StringPrototypeSlice(text, 0, 128)}...`;
  return `The ${kind(name)} '${name}' ${reason}. Received ${text}`;
}

/* 1_000_000, as Node writes large numbers. */
function withUnderscores(text) {
  let rest = text;
  let grouped = '';
  const first = text[0] === '-' ? 1 : 0;
  for (; rest.length >= first + 4; rest = StringPrototypeSlice(rest, 0, rest.length - 3)) {
    grouped = `_${StringPrototypeSlice(rest, rest.length - 3)}${grouped}`;
  }
  return rest + grouped;
}

function outOfRange(name, range, value) {
  const received = NumberIsInteger(value) && MathAbs(value) > 2 ** 32 ?
    withUnderscores(`${value}`) : inspect(value);
  return `The value of "${name}" is out of range. It must be ${range}. Received ${received}`;
}

const codes = {
  ERR_CHILD_CLOSED_BEFORE_REPLY: define('ERR_CHILD_CLOSED_BEFORE_REPLY', 'Error',
    () => 'Child closed before reply received', true),
  ERR_CHILD_PROCESS_IPC_REQUIRED: define('ERR_CHILD_PROCESS_IPC_REQUIRED', 'Error',
    (name) => `Forked processes must have an IPC channel, missing value 'ipc' in ${name}`, true),
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: define('ERR_CHILD_PROCESS_STDIO_MAXBUFFER', 'RangeError',
    (name) => `${name} maxBuffer length exceeded`, true),
  ERR_INVALID_ARG_TYPE: define('ERR_INVALID_ARG_TYPE', 'TypeError', invalidArgType),
  ERR_INVALID_ARG_VALUE: define('ERR_INVALID_ARG_VALUE', 'TypeError', invalidArgValue),
  ERR_INVALID_HANDLE_TYPE: define('ERR_INVALID_HANDLE_TYPE', 'TypeError',
    () => 'This handle type cannot be sent', true),
  ERR_INVALID_SYNC_FORK_INPUT: define('ERR_INVALID_SYNC_FORK_INPUT', 'TypeError',
    (input) => 'Asynchronous forks do not support ' +
               `Buffer, TypedArray, DataView or string input: ${input}`, true),
  ERR_IPC_CHANNEL_CLOSED: define('ERR_IPC_CHANNEL_CLOSED', 'Error', () => 'Channel closed', true),
  ERR_IPC_DISCONNECTED: define('ERR_IPC_DISCONNECTED', 'Error',
    () => 'IPC channel is already disconnected', true),
  ERR_IPC_ONE_PIPE: define('ERR_IPC_ONE_PIPE', 'Error',
    () => 'Child process can have only one IPC pipe', true),
  ERR_IPC_SYNC_FORK: define('ERR_IPC_SYNC_FORK', 'Error',
    () => 'IPC cannot be used with synchronous forks', true),
  ERR_MISSING_ARGS: define('ERR_MISSING_ARGS', 'TypeError',
    (name) => `The "${name}" argument must be specified`),
  ERR_OUT_OF_RANGE: define('ERR_OUT_OF_RANGE', 'RangeError', outOfRange),
  ERR_UNKNOWN_SIGNAL: define('ERR_UNKNOWN_SIGNAL', 'TypeError',
    (signal) => format('Unknown signal: %s', signal), true),
};

/* What a system call answered: "kill EPERM". */
function ErrnoException(number, syscall) {
  const code = getSystemErrorName(number);
  const error = new classOfName.Error(`${syscall} ${code}`);
  captureStackTrace(error, ErrnoException);
  error.errno = number;
  error.code = code;
  error.syscall = syscall;
  return error;
}

function genericError(message, properties) {
  const error = new classOfName.Error(message);
  captureStackTrace(error, genericError);
  return ObjectAssign(error, properties);
}

class AbortError extends Error {
  constructor(message = 'The operation was aborted', options = undefined) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

module.exports = {
  ...codes,
  AbortError,
  ErrnoException,
  codes,
  genericError,
  systemError: ErrnoException,
};
