// SPDX-License-Identifier: MIT
'use strict';

/*
 * Node's own handle objects (TCP, Pipe, UDP, TTY). No public name leads to their classes. So they
 * are known by what Node calls them, and the classes come out of the first socket that has one. No
 * descriptor is spent on that: a handle may come when none is left.
 */

const { closeSync } = require('node:fs');
const net = require('node:net');
const { uncurryThis } = require('./primordials.js');

// As in native/handle_kind.h.
const TCP = 1;
const PIPE = 2;
const UDP = 3;

const OF_A_SOCKET = 0; // as opposed to that of a server, or of an IPC channel

const types = {
  __proto__: null,
  Pipe: 'pipe',
  TTY: 'tty',
  TCP: 'tcp',
  UDP: 'udp',
};
const kinds = {
  __proto__: null,
  tcp: TCP,
  pipe: PIPE,
  udp: UDP,
};

const classes = [];
const { getOwnPropertySymbols } = Object;
const FunctionPrototypeToString = uncurryThis(Function.prototype.toString);
let dgramState;

/** 'pipe', 'tty', 'tcp', 'udp'; or undefined for an object that is none of Node's. */
function wrapTypeOf(object) {
  if (object === null || typeof object !== 'object') return undefined;
  const { constructor } = object;
  if (typeof constructor !== 'function') return undefined;
  const { name } = constructor;
  const type = types[name];
  if (type === undefined || typeof object.fd !== 'number') return undefined;
  // A class of the program's own may have that name, too.
  const text = FunctionPrototypeToString(constructor);
  return text === `function ${name}() { [native code] }` ? type : undefined;
}

/** 0 for what cannot travel over a channel. */
function kindOf(object) {
  return kinds[wrapTypeOf(object)] ?? 0;
}

// dgram.Socket keeps its handle behind a symbol.
function findDgramState(socket) {
  const symbols = getOwnPropertySymbols(socket);
  for (let i = 0; i < symbols.length; i++) {
    const state = socket[symbols[i]];
    if (state !== null && typeof state === 'object' && 'handle' in state && 'bindState' in state) {
      return symbols[i];
    }
  }
  return undefined;
}

function dgramHandle(socket) {
  dgramState ??= findDgramState(socket);
  return socket[dgramState]?.handle;
}

function dgramClass() {
  const socket = require('node:dgram').createSocket('udp4');
  const { constructor } = dgramHandle(socket);
  socket.close();
  return constructor;
}

// Taken out of a socket, which is left without.
function firstStream(fd) {
  const socket = new net.Socket({ fd, readable: true, writable: true, manualStart: true });
  const wrap = socket._handle;
  socket._handle = null;
  socket.destroy();
  return wrap;
}

function open(fd, kind) {
  if (kind !== UDP && classes[kind] === undefined) {
    const wrap = firstStream(fd);
    classes[kind] = wrap.constructor;
    return wrap;
  }
  const Wrap = (classes[kind] ??= dgramClass());
  const wrap = kind === UDP ? new Wrap() : new Wrap(OF_A_SOCKET);
  if (!(wrap.open(fd) < 0)) return wrap;
  wrap.close();
  closeSync(fd);
  return null;
}

/** Takes the descriptor. null: it cannot be used. */
function openWrap(fd, kind) {
  try {
    return open(fd, kind);
  } catch {
    // Node does not take it for what it is said to be
    closeSync(fd);
    return null;
  }
}

module.exports = {
  TCP,
  PIPE,
  UDP,
  dgramHandle,
  kindOf,
  openWrap,
  wrapTypeOf,
};
