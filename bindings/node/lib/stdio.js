// SPDX-License-Identifier: MIT
'use strict';

/*
 * The stdio option: what a child finds at each descriptor.
 */

const { inspect } = require('node:util');
const {
  codes: {
    ERR_INVALID_ARG_VALUE,
    ERR_INVALID_SYNC_FORK_INPUT,
    ERR_IPC_ONE_PIPE,
    ERR_IPC_SYNC_FORK,
  },
} = require('./errors.js');
const { ArrayIsArray, ArrayPrototypePush } = require('./primordials.js');
const { wrapTypeOf } = require('./wraps.js');

const { isView } = ArrayBuffer;

function stdioStringToArray(stdio, channel) {
  const list = [];
  switch (stdio) {
    case 'ignore':
    case 'overlapped':
    case 'pipe': ArrayPrototypePush(list, stdio, stdio, stdio); break;
    case 'inherit': ArrayPrototypePush(list, 0, 1, 2); break;
    default: throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
  }
  if (channel) ArrayPrototypePush(list, channel);
  return list;
}

function wrapEntry(stdio) {
  const handles = [stdio, stdio.handle, stdio._handle];
  for (let i = 0; i < handles.length; i++) {
    const wrapType = wrapTypeOf(handles[i]);
    if (wrapType !== undefined) {
      return { type: 'wrap', wrapType, handle: handles[i], _stdio: stdio };
    }
  }
  return undefined;
}

/* undefined: Node leaves out what spawnSync() got as input by mistake. */
function stdioEntry(given, index, sync) {
  const stdio = given ?? (index < 3 ? 'pipe' : 'ignore');
  if (stdio === 'ignore') return { type: 'ignore' };
  if (stdio === 'pipe' || stdio === 'overlapped' || (typeof stdio === 'number' && stdio < 0)) {
    return {
      type: stdio === 'overlapped' ? 'overlapped' : 'pipe',
      readable: index === 0,
      writable: index !== 0,
    };
  }
  if (stdio === 'inherit') return { type: 'inherit', fd: index };
  if (typeof stdio === 'number') return { type: 'fd', fd: stdio };
  if (typeof stdio.fd === 'number') return { type: 'fd', fd: stdio.fd };
  const wrap = wrapEntry(stdio);
  if (wrap !== undefined) return wrap;
  if (isView(stdio) || typeof stdio === 'string') {
    if (!sync) throw new ERR_INVALID_SYNC_FORK_INPUT(inspect(stdio));
    return undefined;
  }
  throw new ERR_INVALID_ARG_VALUE('stdio', stdio);
}

/* Fills a list that is too short in place, as Node does. `ipcFd`: -1 for no channel. */
function getValidStdio(given, sync) {
  const list = typeof given === 'string' ? stdioStringToArray(given) : given;
  if (!ArrayIsArray(list)) throw new ERR_INVALID_ARG_VALUE('stdio', list);
  while (list.length < 3) ArrayPrototypePush(list, undefined);
  const stdio = [];
  let ipcFd = -1;
  for (let i = 0; i < list.length; i++) {
    if (list[i] === 'ipc') {
      if (sync) throw new ERR_IPC_SYNC_FORK();
      if (ipcFd >= 0) throw new ERR_IPC_ONE_PIPE();
      ipcFd = i;
      ArrayPrototypePush(stdio, { type: 'pipe', ipc: true });
      continue;
    }
    const entry = stdioEntry(list[i], i, sync);
    if (entry !== undefined) ArrayPrototypePush(stdio, entry);
  }
  return { stdio, ipcFd };
}

module.exports = { getValidStdio, stdioStringToArray };
