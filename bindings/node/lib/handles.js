// SPDX-License-Identifier: MIT
'use strict';

/*
 * What can be sent along with a message, by the name that it has on the wire. For each: which
 * native handles it fits (fits); the handle that is sent for an object (handleOf), and what the
 * message says of it besides (describe); what becomes of the object when it is sent (detach), and
 * of the handle (isMoved); and the object that is made of a handle that came (attach).
 */

const net = require('node:net');
const process = require('node:process');
const {
  codes: { ERR_INVALID_HANDLE_TYPE },
} = require('./errors.js');
const { SentSockets, ReceivedSockets } = require('./socket_lists.js');
const { TCP, PIPE, UDP, dgramHandle, kindOf } = require('./wraps.js');

const isStream = (kind) => kind === TCP || kind === PIPE;
const isAny = () => true;
const isNever = () => false;

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
  handleOf: (socket) => socket._handle,

  describe(message, { server }) {
    if (server) message.key = server._connectionKey;
  },

  detach(message, socket, options, channel) {
    const { _handle: handle, server } = socket;
    if (server) {
      // The server asks the child, from now on, for this one's end.
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
  handleOf: (server) => server._handle,
  describe: ignore,
  detach: ignore,
  isMoved: isNever,

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
  handleOf: dgramHandle,

  describe(message, { type }) {
    message.dgramType = type;
  },

  detach: ignore,
  isMoved: isNever,

  attach(message, handle, channel, receive) {
    const dgram = require('node:dgram');
    const socket = new dgram.Socket(message.dgramType);
    socket.bind(handle, () => receive(socket));
  },
};

/*
 * Since Node 26: a socket that is bound and does nothing yet. It is taken out of its object, and
 * put into one, by what Node has for the same way to a thread.
 */
function boundSocketOf(BoundSocket) {
  const symbols = Object.getOwnPropertySymbols(BoundSocket.prototype);
  const named = (name) => symbols.find(({ description }) => description === name);
  const transfer = named('messaging_transfer_symbol');
  const deserialize = named('messaging_deserialize_symbol');
  return {
    fits: (kind) => kind === TCP,
    handleOf(bound) {
      if (bound.isPipe) throw new ERR_INVALID_HANDLE_TYPE();
      return bound[transfer]().data.handle;
    },
    describe: ignore,
    detach: ignore,
    isMoved: (options) => !options.keepOpen,
    attach(message, handle, channel, receive) {
      const bound = new net._TransferredBoundSocket();
      bound[deserialize]({ handle });
      receive(bound);
    },
  };
}

const native = {
  fits: isAny,
  handleOf: (handle) => handle,
  describe: ignore,
  detach: ignore,
  isMoved: isNever,
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
const BoundSocket = net._TransferredBoundSocket && net.BoundSocket;
if (BoundSocket) handleTypes['net.BoundSocket'] = boundSocketOf(BoundSocket);

/** The name on the wire of the type of an object, which may be none that can be sent. */
function handleType(object) {
  if (object instanceof net.Socket) return 'net.Socket';
  if (object instanceof net.Server) return 'net.Server';
  if (object instanceof require('node:dgram').Socket) return 'dgram.Socket';
  if (BoundSocket && object instanceof BoundSocket) return 'net.BoundSocket';
  switch (kindOf(object)) {
    case TCP:
    case PIPE:
      return 'net.Native';
    case UDP:
      return 'dgram.Native';
    default:
      throw new ERR_INVALID_HANDLE_TYPE();
  }
}

module.exports = {
  handleType,
  handleTypes,
};
