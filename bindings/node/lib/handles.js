// SPDX-License-Identifier: MIT
'use strict';

/*
 * What can be sent along with a message, by the name that it has on the wire. For each: whether an
 * object is one (is), the handle that is sent for it (detach), what becomes of the object when it
 * has been sent (isMoved), and the object that is made of a handle that came (attach).
 */

const net = require('node:net');
const process = require('node:process');
const { codes: { ERR_INVALID_HANDLE_TYPE } } = require('./errors.js');
const { SentSockets, ReceivedSockets } = require('./socket_lists.js');
const { TCP, PIPE, UDP, dgramHandle, kindOf } = require('./wraps.js');

const isStream = (kind) => kind === TCP || kind === PIPE;
const isAny = () => true;

function listOf(lists, List, child, key) {
  lists[key] ??= new List(child, key);
  return lists[key];
}

function ignore() {}

// The parser of an HTTP connection holds on to the socket. It goes back to where it came from.
function releaseParser(socket) {
  const wasQuiet = process.noDeprecation;
  process.noDeprecation = true; // of this module's name, in later versions of Node
  const { freeParser, HTTPParser } = require('_http_common');
  process.noDeprecation = wasQuiet;
  if (!(socket.parser instanceof HTTPParser)) return;
  freeParser(socket.parser, null, socket);
  if (socket._httpMessage) socket._httpMessage.detachSocket(socket);
}

const netSocket = {
  fits: isStream,

  detach(message, socket, options, channel) {
    const handle = socket._handle;
    if (!handle) return undefined; // it was sent before
    const { server } = socket;
    if (server) {
      // The server asks the child, from now on, for this one's end.
      message.key = server._connectionKey;
      const isFirst = channel.sentSockets[message.key] === undefined;
      const list = listOf(channel.sentSockets, SentSockets, channel.target, message.key);
      if (isFirst) server._setupWorker(list);
      if (!options.keepOpen) server._connections--;
    }
    if (!options.keepOpen) {
      handle.onread = ignore;
      socket._handle = null;
      socket.setTimeout(0);
      if (socket.parser) releaseParser(socket);
    }
    return handle;
  },

  isMoved: (options) => !options.keepOpen,

  attach(message, handle, channel, receive) {
    const socket = new net.Socket({ handle, readable: true, writable: true });
    if (message.key) {
      listOf(channel.receivedSockets, ReceivedSockets, channel.target, message.key).add(socket);
    }
    receive(socket);
  },
};

const netServer = {
  fits: isStream,
  detach: (message, server) => server._handle,
  isMoved: () => false,

  attach(message, handle, channel, receive) {
    const server = new net.Server();
    // A socket that cannot listen is the sender's fault; who gets a server hears of his own.
    const refuse = (error) => channel.fail('the peer sent a server that cannot listen', error);
    server.once('error', refuse);
    server.listen(handle, () => {
      server.removeListener('error', refuse);
      receive(server);
    });
  },
};

const dgramSocket = {
  fits: (kind) => kind === UDP,

  detach(message, socket) {
    message.dgramType = socket.type;
    return dgramHandle(socket);
  },

  isMoved: () => false,

  attach(message, handle, channel, receive) {
    const dgram = require('node:dgram');
    const socket = new dgram.Socket(message.dgramType);
    socket.bind(handle, () => receive(socket));
  },
};

const native = {
  fits: isAny,
  detach: (message, handle) => handle,
  isMoved: () => false,
  attach: (message, handle, channel, receive) => receive(handle),
};

const handleTypes = {
  __proto__: null,
  'net.Socket': netSocket,
  'net.Server': netServer,
  'net.Native': native,
  'dgram.Socket': dgramSocket,
  'dgram.Native': native,
};

/** The name on the wire of the type of an object, which may be none that can be sent. */
function handleType(object, nativeChannel) {
  if (object instanceof net.Socket) return 'net.Socket';
  if (object instanceof net.Server) return 'net.Server';
  if (object instanceof require('node:dgram').Socket) return 'dgram.Socket';
  switch (kindOf(object, nativeChannel)) {
    case TCP:
    case PIPE:
      return 'net.Native';
    case UDP:
      return 'dgram.Native';
    default:
      throw new ERR_INVALID_HANDLE_TYPE();
  }
}

module.exports = { handleType, handleTypes };
