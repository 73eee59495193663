// SPDX-License-Identifier: MIT
'use strict';

/*
 * The parent's end of a channel, as Node has it: child.send(), child.disconnect(), child.channel,
 * and the events `message`, `internalMessage` and `disconnect`. The bytes are the library's
 * business (see native/channel.h); here are messages, and Node's agreement with the other end on
 * how handles travel.
 *
 * It is connected; or not connected while child.channel is still there, because an answer to a
 * handle is awaited; or child.channel is null, and `disconnect` comes in the next tick. For the
 * child's `close` it is closed when the library has nothing left to read or to write.
 */

const process = require('node:process');
const { deprecate, getSystemErrorName } = require('node:util');
const { Control } = require('./control.js');
const { codes: { ERR_IPC_CHANNEL_CLOSED, ERR_IPC_DISCONNECTED } } = require('./errors.js');
const { handleTypes } = require('./handles.js');
const { hasUnderscoreChannel } = require('./node.js');
const { ObjectDefineProperty, ReflectApply } = require('./primordials.js');
const { Receiver } = require('./receiver.js');
const { Sender } = require('./sender.js');
const serializations = require('./serialization.js');
const { validateObject } = require('./validate.js');
const { kindOf } = require('./wraps.js');

const EPROTO = -71;
const EMSGSIZE = -90;
const ChannelError = Error;
const MismatchError = TypeError;
const kChannelHandle = Symbol('kChannelHandle');

function isHandle(message) {
  return message !== null && typeof message === 'object' && message.cmd === 'NODE_HANDLE';
}

function channelError(number, message, options) {
  const error = new ChannelError(message, options);
  error.errno = number;
  error.code = getSystemErrorName(number);
  error.syscall = 'read';
  return error;
}

class Channel {
  #target;
  #native;
  #sender;
  #receiver;
  #onclose;
  #hasFailed = false;
  sentSockets = { __proto__: null }; // by the key of their server
  receivedSockets = { __proto__: null };

  constructor(target, native, control, serialization, onclose) {
    this.#target = target;
    this.#native = native;
    this.#sender = new Sender(target, this, control, native, serialization);
    this.#receiver = new Receiver(target, control, serialization);
    this.#onclose = onclose;
  }

  get target() {
    return this.#target;
  }

  start(serialization) {
    this.#native.start(
      serialization.isAdvanced,
      (data, fd, kind) => this.#read(data, fd, kind),
      (number) => this.#sender.written(number),
      (number, text) => this.#refused(number, text),
      () => this.#end());
  }

  send(message, handle, options, callback) {
    return this.#sender.send(message, handle, options, callback);
  }

  emitPending() {
    this.#receiver.emitPending();
  }

  #read(data, fd, kind) {
    try {
      this.#sender.finishWrite();
    } finally {
      // Also where a callback has thrown.
      try {
        this.#receiver.read(data, fd, kind);
      } catch (error) {
        this.fail('the child sent a message that cannot be read', error);
      }
    }
  }

  // ---- handles

  onInternalMessage(message, handle) {
    switch (message.cmd) {
      case 'NODE_HANDLE_ACK':
        this.#sender.answered(true);
        break;
      case 'NODE_HANDLE_NACK':
        this.#sender.answered(false);
        break;
      case 'NODE_HANDLE':
        this.#takeHandle(message, handle);
        break;
    }
  }

  #takeHandle(message, handle) {
    const target = this.#target;
    if (!target.channel) {
      if (handle) handle.close();
      return;
    }
    // Without: perhaps no descriptor was free for it, and the child may try again. Nobody who could
    // be told that an answer failed has asked for it.
    target._send({ cmd: handle ? 'NODE_HANDLE_ACK' : 'NODE_HANDLE_NACK' }, null, true);
    if (!handle) return;
    // One that is sent again travels within another, and is answered once: Node's half as sender
    // does not survive a second answer.
    while (isHandle(message.msg)) message = message.msg;
    const type = handleTypes[message.type];
    try {
      if (!type?.fits(kindOf(handle))) {
        throw new MismatchError(`It is no ${message.type}`);
      }
      type.attach(message, handle, this, (object) => this.#receiver.deliver(message.msg, object));
    } catch (error) {
      handle.close();
      this.fail('the child sent a handle of another type than it said', error);
    }
  }

  // ---- the end

  /** The child broke the rules. Node lets such an exception out where nobody can catch it. */
  fail(text, cause) {
    this.#fail(channelError(EPROTO, text, { cause }));
  }

  // By the library. A child that ends within a message is like any other that ends.
  #refused(number, text) {
    if (number === EPROTO) return;
    const message = number === EMSGSIZE ? 'the child sent a message that is too long' : text;
    this.#fail(channelError(number, message));
  }

  #fail(error) {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    process.nextTick(() => this.#tell(error)); // what came before it is heard before it
    this.#close();
  }

  // A child must not be able to end its parent: so a parent that does not listen is not ended.
  #tell(error) {
    if (this.#target.listenerCount('error') > 0) {
      this.#target.emit('error', error);
    } else {
      process.emitWarning(error);
    }
  }

  #close() {
    const target = this.#target;
    this.#receiver.close();
    this.#sender.giveUp();
    if (target.connected) {
      target.disconnect();
    } else if (target.channel) {
      target._disconnect();
    }
  }

  #end() {
    this.#close();
    this.#target.channel = null;
    this.#onclose(this.#target);
  }

  disconnect() {
    const target = this.#target;
    target.channel = null;
    target[kChannelHandle] = null;
    this.#sender.closePending();
    this.#receiver.discardPending();
    this.#native.disconnect();
    process.nextTick(() => target.emit('disconnect'));
  }
}

function defineDeprecated(target) {
  const text = '_channel is deprecated. Use ChildProcess.channel instead.';
  ObjectDefineProperty(target, '_channel', {
    __proto__: null,
    get: deprecate(() => target.channel, text, 'DEP0129'),
    set: deprecate((value) => { target.channel = value; }, text, 'DEP0129'),
    configurable: true,
    enumerable: false,
  });
}

function send(message, handle, options, callback) {
  if (typeof handle === 'function') {
    callback = handle;
    handle = options = undefined;
  } else if (typeof options === 'function') {
    callback = options;
    options = undefined;
  } else if (options !== undefined) {
    validateObject(options, 'options');
  }
  if (this.connected) {
    return this._send(message, handle, { swallowErrors: false, ...options }, callback);
  }
  const error = new ERR_IPC_CHANNEL_CLOSED();
  if (typeof callback === 'function') {
    process.nextTick(callback, error);
  } else {
    process.nextTick(() => this.emit('error', error));
  }
  return false;
}

function disconnect() {
  if (!this.connected) {
    this.emit('error', new ERR_IPC_DISCONNECTED());
    return;
  }
  this.connected = false;
  if (!this._handleQueue) this._disconnect();
}

/**
 * Makes `target`, a ChildProcess, one that has a channel. `onclose` is called with it when the
 * channel is closed, once.
 */
function setupChannel(target, native, mode, onclose) {
  const serialization = serializations[mode];
  const control = new Control(native);
  const channel = new Channel(target, native, control, serialization, onclose);
  target.channel = control;
  target[kChannelHandle] = channel;
  if (hasUnderscoreChannel) defineDeprecated(target);
  target._handleQueue = null;
  target._pendingMessage = null;
  target.on('internalMessage', (message, handle) => channel.onInternalMessage(message, handle));
  target.on('newListener', () => process.nextTick(() => channel.emitPending()));
  target.send = function(message, handle, options, callback) {
    return ReflectApply(send, this, [message, handle, options, callback]);
  };
  target._send = (message, handle, options, callback) =>
    channel.send(message, handle, options, callback);
  target.connected = true;
  target.disconnect = function() { ReflectApply(disconnect, this, []); };
  target._disconnect = () => channel.disconnect();
  channel.start(serialization);
  return control;
}

module.exports = { setupChannel };
