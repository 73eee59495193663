// SPDX-License-Identifier: MIT
'use strict';

/*
 * Connections of a net.Server that live in other processes. The process of the server has a
 * SentSockets for each child that it gave some to, and asks it when the server is closed or
 * counted; the process that got them has a ReceivedSockets, which answers. net.Server knows both
 * ends of the first by name: `exit`, close() and getConnections().
 */

const { EventEmitter } = require('node:events');
const { codes: { ERR_CHILD_CLOSED_BEFORE_REPLY } } = require('./errors.js');

class SentSockets extends EventEmitter {
  constructor(child, key) {
    super();
    this.child = child;
    this.key = key;
    child.once('exit', () => this.emit('exit', this));
  }

  #ask(command, answer, isErrorSilent, callback) {
    const { child, key } = this;
    const stopListening = () => {
      child.removeListener('disconnect', onDisconnect);
      child.removeListener('internalMessage', onMessage);
    };
    const onDisconnect = () => {
      stopListening();
      callback(new ERR_CHILD_CLOSED_BEFORE_REPLY());
    };
    const onMessage = (message) => {
      if (message.cmd !== answer || message.key !== key) return;
      stopListening();
      callback(null, message);
    };
    if (!child.connected) {
      onDisconnect();
      return;
    }
    child._send({ cmd: command, key }, undefined, isErrorSilent);
    child.once('disconnect', onDisconnect);
    child.on('internalMessage', onMessage);
  }

  close(callback) {
    this.#ask('NODE_SOCKET_NOTIFY_CLOSE', 'NODE_SOCKET_ALL_CLOSED', true, callback);
  }

  getConnections(callback) {
    this.#ask('NODE_SOCKET_GET_COUNT', 'NODE_SOCKET_COUNT', false, (error, message) => {
      if (error) {
        callback(error);
      } else {
        callback(null, message.count);
      }
    });
  }
}

class ReceivedSockets extends EventEmitter {
  constructor(child, key) {
    super();
    this.child = child;
    this.key = key;
    this.connections = 0;
    child.on('internalMessage', (message) => this.#answer(message));
  }

  #answer({ cmd, key }) {
    if (key !== this.key) return;
    if (cmd === 'NODE_SOCKET_GET_COUNT') {
      this.#tell({ cmd: 'NODE_SOCKET_COUNT', key, count: this.connections });
    } else if (cmd === 'NODE_SOCKET_NOTIFY_CLOSE') {
      const tellAllClosed = () => this.#tell({ cmd: 'NODE_SOCKET_ALL_CLOSED', key });
      if (this.connections === 0) {
        tellAllClosed();
      } else {
        this.once('empty', tellAllClosed);
      }
    }
  }

  // Nobody who could be told of a failure has asked us to send this.
  #tell(message) {
    if (this.child.connected) this.child._send(message, undefined, true);
  }

  add(socket) {
    this.connections++;
    socket.once('close', () => {
      if (--this.connections === 0) this.emit('empty', this);
    });
  }
}

module.exports = { SentSockets, ReceivedSockets };
