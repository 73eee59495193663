// SPDX-License-Identifier: MIT
'use strict';

/*
 * Node's own handle objects (TCP, Pipe, UDP). No public name leads to their classes, but each
 * socket has one in it: so the first time that one is needed, a socket is made to look at.
 */

const { closeSync } = require('node:fs');
const net = require('node:net');

// As in native/handle_kind.h.
const TCP = 1;
const PIPE = 2;
const UDP = 3;

const OF_A_SOCKET = 0; // as opposed to that of a server, or of an IPC channel

const classes = [];
const { getOwnPropertySymbols } = Object;
let dgramState;

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

function streamClass(fd) {
  const socket = new net.Socket({ fd, readable: true, writable: true, manualStart: true });
  const { constructor } = socket._handle;
  socket.destroy();
  return constructor;
}

function dgramClass() {
  const socket = require('node:dgram').createSocket('udp4');
  const { constructor } = dgramHandle(socket);
  socket.close();
  return constructor;
}

// `native`: opens a descriptor of that kind.
function classOf(kind, native) {
  if (classes[kind] === undefined) {
    classes[kind] = kind === UDP ? dgramClass() : streamClass(native.openSocket(kind));
  }
  return classes[kind];
}

function kindOf(object, native) {
  for (let kind = TCP; kind <= UDP; kind++) {
    if (object instanceof classOf(kind, native)) return kind;
  }
  return 0;
}

/** Takes the descriptor. null: it cannot be used. */
function openWrap(fd, kind, native) {
  let wrap;
  try {
    const Wrap = classOf(kind, native);
    wrap = kind === UDP ? new Wrap() : new Wrap(OF_A_SOCKET);
    if (!(wrap.open(fd) < 0)) return wrap;
  } catch {
    // No descriptor was free for the socket to look at: as if this one had not come.
  }
  if (wrap) wrap.close();
  closeSync(fd);
  return null;
}

module.exports = { TCP, PIPE, UDP, dgramHandle, kindOf, openWrap };
