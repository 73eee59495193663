// SPDX-License-Identifier: MIT
'use strict';

/*
 * ChildProcess: the object that spawn() returns. Its properties, their names and their order are
 * Node's; programs read them all.
 *
 * `close` comes when _closesGot has reached _closesNeeded: the end of the process is one, each
 * stream from the child one, the channel one.
 */

const { EventEmitter } = require('node:events');
const net = require('node:net');
const process = require('node:process');
const { setupChannel } = require('./channel.js');
const { ErrnoException } = require('./errors.js');
const { createdChannel, spawnTrace } = require('./node.js');
const { Process } = require('./process.js');
const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ObjectSetPrototypeOf,
  SymbolDispose,
  uncurryThis,
} = require('./primordials.js');
const { getValidStdio } = require('./stdio.js');
const {
  convertToValidSignal,
  validateArray,
  validateObject,
  validateOneOf,
  validateString,
} = require('./validate.js');
const { PIPE, openWrap } = require('./wraps.js');

const UV_ENOENT = -2;
const UV_ESRCH = -3;
const UV_EAGAIN = -11;
const UV_EACCES = -13;
const UV_EINVAL = -22;
const UV_ENFILE = -23;
const UV_EMFILE = -24;
const UV_ENOSYS = -38;

const callEventEmitter = uncurryThis(EventEmitter);
const { nextTick } = process;

/* Of a stream that another child has as its stdio: its data is not ours to read. */
const kIsUsedAsStdio = Symbol('kIsUsedAsStdio');
/* Node's handles know their owners. */
const kOwner = Symbol('owner_symbol');

function ChildProcess() {
  callEventEmitter(this);

  this._closesNeeded = 1;
  this._closesGot = 0;
  this.connected = false;

  this.signalCode = null;
  this.exitCode = null;
  this.killed = false;
  this.spawnfile = null;

  this._handle = new Process();
  this._handle[kOwner] = this;
  this._handle.onexit = (exitCode, signalCode) => ended(this, exitCode, signalCode);

  if (createdChannel?.hasSubscribers) createdChannel.publish({ process: this });
}
ObjectSetPrototypeOf(ChildProcess.prototype, EventEmitter.prototype);
ObjectSetPrototypeOf(ChildProcess, EventEmitter);

// ---- the end

function maybeClose(child) {
  child._closesGot++;
  if (child._closesGot === child._closesNeeded) {
    child.emit('close', child.exitCode, child.signalCode);
  }
}

/* Reads what nobody reads, so that its end is seen and `close` can come. */
function flushStdio(child) {
  const { stdio } = child;
  if (stdio == null) return;
  for (let i = 0; i < stdio.length; i++) {
    const stream = stdio[i];
    if (stream && stream.readable && !stream[kIsUsedAsStdio]) stream.resume();
  }
}

/* Node's error, and what it does not say: which step failed, if it was not the program itself. */
function startError(child, number, failure) {
  const syscall = child.spawnfile ? `spawn ${child.spawnfile}` : 'spawn';
  const error = new ErrnoException(number, syscall);
  if (child.spawnfile) error.path = child.spawnfile;
  error.spawnargs = ArrayPrototypeSlice(child.spawnargs, 1);
  if (failure?.step !== undefined && failure.step !== 'exec') {
    error.step = failure.step;
    if (failure.step === 'chdir') error.cwd = failure.path;
  }
  return error;
}

/* A negative exit code is why it could not be started. */
function ended(child, exitCode, signalCode) {
  if (signalCode) {
    child.signalCode = signalCode;
  } else {
    child.exitCode = exitCode;
  }
  if (child.stdin) child.stdin.destroy();

  const failure = exitCode < 0 ? child._handle.failure() : undefined;
  child._handle.close();
  child._handle = null;

  if (exitCode < 0) {
    child.emit('error', startError(child, exitCode, failure));
  } else {
    child.emit('exit', child.exitCode, child.signalCode);
  }
  /* In the next tick: who hears `exit` may still begin to read. */
  nextTick(flushStdio, child);
  maybeClose(child);
}

function onErrorNT(child, number) {
  child._handle.onexit(number);
}

function onSpawnNT(child) {
  child.emit('spawn');
}

// ---- the beginning

function createSocket(child, entry, index) {
  const socket = new net.Socket({ handle: openWrap(entry.fd, PIPE), readable: index > 0 });
  if (index > 0) {
    child._closesNeeded++;
    socket.on('close', () => maybeClose(child));
  } else if (child.pid !== undefined) {
    child._handle.watchStdin(socket, entry.fd);
  }
  return socket;
}

/* The child reads from it now; if we went on, we would take its data away. */
function stopReading(stream) {
  stream.handle.reading = false;
  stream.handle.readStop();
  stream._stdio.pause();
  stream._stdio.readableFlowing = false;
  stream._stdio._readableState.reading = false;
  stream._stdio[kIsUsedAsStdio] = true;
}

function createStdio(child, entries) {
  const stdio = [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    let socket = null;
    if (entry.ipc) {
      child._closesNeeded++;
    } else if (entry.type === 'wrap') {
      stopReading(entry);
    } else if (entry.type === 'pipe' || entry.type === 'overlapped') {
      socket = createSocket(child, entry, i);
    }
    ArrayPrototypePush(stdio, socket);
  }
  child.stdin = stdio.length >= 1 ? stdio[0] : null;
  child.stdout = stdio.length >= 2 ? stdio[1] : null;
  child.stderr = stdio.length >= 3 ? stdio[2] : null;
  child.stdio = stdio;
}

/* Node adds these to options.envPairs; the library does so to the environment. */
function announceChannel(options, ipcFd, serialization) {
  if (options.envPairs === undefined) {
    options.envPairs = [];
  } else {
    validateArray(options.envPairs, 'options.envPairs');
  }
  const envPairs = ArrayPrototypeSlice(options.envPairs);
  ArrayPrototypePush(options.envPairs, `NODE_CHANNEL_FD=${ipcFd}`,
                     `NODE_CHANNEL_SERIALIZATION_MODE=${serialization}`);
  return envPairs;
}

function traceStart(child, number) {
  if (number === 0) {
    spawnTrace.end.publish({ process: child });
  } else {
    spawnTrace.error.publish({ process: child, error: new ErrnoException(number, 'spawn') });
  }
}

/* What the system refuses for want of something is an event; the rest is thrown. */
function reportStart(child, number) {
  switch (number) {
    case 0:
      nextTick(onSpawnNT, child);
      return;
    case UV_EACCES:
    case UV_EAGAIN:
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOENT:
      nextTick(onErrorNT, child, number);
      return;
    default:
      child._handle.close();
      child._handle = null;
      throw new ErrnoException(number, 'spawn');
  }
}

ChildProcess.prototype.spawn = function(options) {
  validateObject(options, 'options');

  const { stdio, ipcFd } = getValidStdio(options.stdio || 'pipe', false);
  options.stdio = stdio;

  validateOneOf(options.serialization, 'options.serialization', [undefined, 'json', 'advanced']);
  const serialization = options.serialization || 'json';

  const hasChannel = ipcFd >= 0;
  const envPairs = hasChannel ? announceChannel(options, ipcFd, serialization) :
    options.envPairs ?? [];

  validateString(options.file, 'options.file');
  this.spawnfile = options.file;

  if (options.args === undefined) {
    this.spawnargs = [];
  } else {
    validateArray(options.args, 'options.args');
    this.spawnargs = options.args;
  }

  if (spawnTrace?.hasSubscribers) spawnTrace.start.publish({ process: this, options });
  const result = this._handle.spawn(options, envPairs);
  if (spawnTrace?.hasSubscribers) traceStart(this, result);
  reportStart(this, result);
  /* Without descriptors there are no streams. */
  if (result === UV_EMFILE || result === UV_ENFILE) return result;

  this.pid = this._handle.pid;
  createStdio(this, stdio);
  if (hasChannel) {
    setupChannel(this, this._handle.channel(), serialization, maybeClose);
  }
  return result;
};

// ---- what is done with one

ChildProcess.prototype.kill = function(sig) {
  const signal = sig === 0 ? sig : convertToValidSignal(sig === undefined ? 'SIGTERM' : sig);

  if (this._handle) {
    const result = this._handle.kill(signal);
    if (result === 0) {
      this.killed = true;
      return true;
    }
    if (result === UV_EINVAL || result === UV_ENOSYS) {
      throw new ErrnoException(result, 'kill');
    } else if (result !== UV_ESRCH) {
      this.emit('error', new ErrnoException(result, 'kill'));
    }
  }
  return false;
};

if (SymbolDispose) {
  ChildProcess.prototype[SymbolDispose] = function() {
    if (!this.killed) this.kill();
  };
}

ChildProcess.prototype.ref = function() {
  if (this._handle) this._handle.ref();
};

ChildProcess.prototype.unref = function() {
  if (this._handle) this._handle.unref();
};

module.exports = { ChildProcess };
