// SPDX-License-Identifier: MIT
'use strict';

/*
 * The native add-on, and what crosses to it: one string and one Int32Array for a start. The
 * places and codes are those of native/spec.h and include/child_process.h.
 */

const binding = require('../load.js').load();
const { checkPermission, toleratesArguments } = require('./node.js');
const { ArrayPrototypeJoin, ArrayPrototypePush, StringPrototypeIndexOf, StringPrototypeSlice } =
  require('./primordials.js');

const FLAGS = 0;
const ARGC = 1;
const ENVC = 2;
const UID = 3;
const GID = 4;
const KILL_SIGNAL = 5;
const STDIO_COUNT = 6;
const STDIO = 7;

const HAS_UID = 1;
const HAS_GID = 2;
const DETACHED = 4;
const ADVANCED = 8;

const CP_PIPE = -1;
const CP_IGNORE = -2;
const CP_IPC = -4;
const CP_SOCKET = -7;

const UV_EINVAL = -22;

/* One for all, since a start is over when the next one begins; long lists have their own. */
const Numbers = Int32Array;
const shared = new Numbers(STDIO + 64);

function stdioCode(entry, index) {
  switch (entry.type) {
    case 'ignore': return CP_IGNORE;
    case 'pipe':
    case 'overlapped':
      if (entry.ipc) return CP_IPC;
      /* What Node leaves out moves outputs to other slots, the first one, too. */
      return index > 2 || (index === 0 && entry.writable) ? CP_SOCKET : CP_PIPE;
    default: {
      const fd = (entry.type === 'wrap' ? entry.handle.fd : entry.fd) | 0;
      return fd < -1 ? CP_IGNORE : fd;
    }
  }
}

/* undefined for a descriptor that libuv refuses by itself. */
function packNumbers(options, argc, envc) {
  const { stdio, uid, gid } = options;
  const numbers = stdio.length <= 64 ? shared : new Numbers(STDIO + stdio.length);
  let flags = 0;
  if (uid != null) {
    flags |= HAS_UID;
    numbers[UID] = uid;
  }
  if (gid != null) {
    flags |= HAS_GID;
    numbers[GID] = gid;
  }
  if (options.detached === true) flags |= DETACHED;
  if (options.serialization === 'advanced') flags |= ADVANCED;
  numbers[FLAGS] = flags;
  numbers[ARGC] = argc;
  numbers[ENVC] = envc;
  numbers[KILL_SIGNAL] = options.killSignal ?? 15;
  numbers[STDIO_COUNT] = stdio.length;
  for (let i = 0; i < stdio.length; i++) {
    const code = stdioCode(stdio[i], i);
    if (code === -1 && stdio[i].type !== 'pipe' && stdio[i].type !== 'overlapped') return undefined;
    numbers[STDIO + i] = code;
  }
  return numbers;
}

/* As Node does in C++: null is "null", and a symbol throws. */
function toText(value) {
  return typeof value === 'string' ? value : `${value}`;
}

function toTextOrNothing(value) {
  try {
    return `${value}`;
  } catch {
    return '';
  }
}

/* In C, a string ends there. */
function cutAtNull(text) {
  const at = StringPrototypeIndexOf(text, '\0');
  return at < 0 ? text : StringPrototypeSlice(text, 0, at);
}

function packStrings(file, cwd, args, envPairs, convert) {
  const texts = [convert(file), convert(cwd)];
  for (let i = 0; i < args.length; i++) ArrayPrototypePush(texts, convert(args[i]));
  for (let i = 0; i < envPairs.length; i++) ArrayPrototypePush(texts, convert(envPairs[i]));
  ArrayPrototypePush(texts, '');
  return ArrayPrototypeJoin(texts, '\0');
}

/*
 * start(strings, numbers) is one of the native functions. Returns { number, numbers, value }:
 * 0 or a negative libuv code; what came out; and what the function returned.
 */
function callStart(start, options, cwd, envPairs, toString = toText) {
  const args = options.args ?? [];
  checkPermission(options.file, args);
  // The texts come first: making them may run what the caller wrote, and that may start a child,
  // with the same list of numbers.
  const attempt = (convert) => {
    const strings = packStrings(options.file, cwd, args, envPairs, convert);
    const numbers = packNumbers(options, args.length, envPairs.length);
    if (numbers === undefined) return { number: UV_EINVAL, numbers, value: undefined };
    return { number: 0, numbers, value: start(strings, numbers) };
  };
  try {
    return attempt(toString);
  } catch (error) {
    if (error.code !== 'EINVAL') throw error;
    return attempt((text) => cutAtNull(toString(text)));
  }
}

/* Of spawn(), which is not as strict as spawnSync() in some versions. */
function callSpawn(options, cwd, envPairs) {
  const toString = toleratesArguments ? toTextOrNothing : toText;
  return callStart(binding.spawn, options, cwd, envPairs, toString);
}

module.exports = { ARGC, ENVC, FLAGS, GID, STDIO, UID, binding, callSpawn, callStart };
