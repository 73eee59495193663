// SPDX-License-Identifier: MIT
'use strict';

/*
 * exec() and execFile(): a child whose output is collected, and one callback.
 */

const { Buffer } = require('node:buffer');
const timers = require('node:timers');
const { getSystemErrorName, promisify } = require('node:util');
const { normalizeExecArgs, normalizeExecFileArgs } = require('./arguments.js');
const { codes: { ERR_CHILD_PROCESS_STDIO_MAXBUFFER }, genericError } = require('./errors.js');
const {
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeUnshift,
  ObjectDefineProperty,
  Promise,
  ReflectApply,
  StringPrototypeSlice,
  uncurryThis,
} = require('./primordials.js');
const { spawn } = require('./spawn.js');
const { sanitizeKillSignal, validateMaxBuffer, validateTimeout } = require('./validate.js');

const { clearTimeout, setTimeout } = timers;
const { byteLength, concat, isEncoding } = Buffer;
const BufferPrototypeSlice = uncurryThis(Buffer.prototype.slice);

const MAX_BUFFER = 1024 * 1024;

/* One of the two outputs. `overflow` is called once there is more of it than may be. */
class Output {
  #chunks = [];
  #length = 0;
  #name;
  #stream;
  #encoding;

  constructor(stream, name, encoding) {
    this.#stream = stream;
    this.#name = name;
    this.#encoding = encoding;
    if (stream && encoding) stream.setEncoding(encoding);
  }

  collect(maxBuffer, overflow) {
    if (!this.#stream) return;
    this.#stream.on('data', (chunk) => {
      if (maxBuffer === Infinity) {
        ArrayPrototypePush(this.#chunks, chunk);
        return;
      }
      const encoding = this.#stream.readableEncoding;
      const length = encoding ? byteLength(chunk, encoding) : chunk.length;
      const room = maxBuffer - this.#length;
      this.#length += length;
      if (this.#length > maxBuffer) {
        /* Of text, Node cuts characters where it counted bytes. */
        const slice = encoding ? StringPrototypeSlice : BufferPrototypeSlice;
        ArrayPrototypePush(this.#chunks, slice(chunk, 0, room));
        overflow(new ERR_CHILD_PROCESS_STDIO_MAXBUFFER(this.#name));
      } else {
        ArrayPrototypePush(this.#chunks, chunk);
      }
    });
  }

  destroy() {
    if (this.#stream) this.#stream.destroy();
  }

  result() {
    return this.#encoding || this.#stream?.readableEncoding ?
      ArrayPrototypeJoin(this.#chunks, '') : concat(this.#chunks);
  }
}

class Execution {
  constructor(child, words, options, callback) {
    const { encoding } = options;
    const known = encoding !== 'buffer' && isEncoding(encoding) ? encoding : null;
    this.child = child;
    this.words = words; // what is run, and with what
    this.callback = callback;
    this.killSignal = options.killSignal;
    this.stdout = new Output(child.stdout, 'stdout', known);
    this.stderr = new Output(child.stderr, 'stderr', known);
    this.error = null;
    this.killed = false;
    this.exited = false;
    this.timer = null;
  }

  start(timeout, maxBuffer) {
    if (timeout > 0) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.kill();
      }, timeout);
    }
    const overflow = (error) => {
      this.error = error;
      this.kill();
    };
    this.stdout.collect(maxBuffer, overflow);
    this.stderr.collect(maxBuffer, overflow);
    this.child.addListener('close', (code, signal) => this.finish(code, signal));
    this.child.addListener('error', (error) => this.fail(error));
  }

  fail(error) {
    this.error = error;
    this.stdout.destroy();
    this.stderr.destroy();
    this.finish();
  }

  kill() {
    this.stdout.destroy();
    this.stderr.destroy();
    this.killed = true;
    try {
      this.child.kill(this.killSignal);
    } catch (error) {
      this.error = error;
      this.finish();
    }
  }

  finish(code, signal) {
    if (this.exited) return;
    this.exited = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { callback } = this;
    if (!callback) return;

    const stdout = this.stdout.result();
    const stderr = this.stderr.result();
    if (this.error === null && code === 0 && signal === null) {
      callback(null, stdout, stderr);
      return;
    }
    const command = ArrayPrototypeJoin(this.words, ' ');
    this.error ??= genericError(`Command failed: ${command}\n${stderr}`, {
      code: code < 0 ? getSystemErrorName(code) : code,
      killed: this.child.killed || this.killed,
      signal,
    });
    this.error.cmd = command;
    callback(this.error, stdout, stderr);
  }
}

function execFile(file, args, options, callback) {
  ({ file, args, options, callback } = normalizeExecFileArgs(file, args, options, callback));

  options = {
    __proto__: null,
    encoding: 'utf8',
    timeout: 0,
    maxBuffer: MAX_BUFFER,
    killSignal: 'SIGTERM',
    cwd: null,
    env: null,
    shell: false,
    ...options,
  };
  validateTimeout(options.timeout);
  validateMaxBuffer(options.maxBuffer);
  options.killSignal = sanitizeKillSignal(options.killSignal);

  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    gid: options.gid,
    shell: options.shell,
    signal: options.signal,
    uid: options.uid,
    windowsHide: !!options.windowsHide,
    windowsVerbatimArguments: !!options.windowsVerbatimArguments,
  });

  ArrayPrototypeUnshift(args, file);
  new Execution(child, args, options, callback).start(options.timeout, options.maxBuffer);
  return child;
}

/* `exports` is asked at each call: programs replace execFile to hear of every exec. */
function makeExec(exports) {
  return function exec(command, options, callback) {
    const normalized = normalizeExecArgs(command, options, callback);
    return exports().execFile(normalized.file, normalized.options, normalized.callback);
  };
}

function makePromisified(original) {
  return (...args) => {
    let resolve;
    let reject;
    const promise = new Promise((onValue, onError) => {
      resolve = onValue;
      reject = onError;
    });
    ArrayPrototypePush(args, (error, stdout, stderr) => {
      if (error !== null) {
        error.stdout = stdout;
        error.stderr = stderr;
        reject(error);
      } else {
        resolve({ stdout, stderr });
      }
    });
    promise.child = ReflectApply(original, undefined, args);
    return promise;
  };
}

function addPromisified(original) {
  ObjectDefineProperty(original, promisify.custom, {
    __proto__: null,
    enumerable: false,
    value: makePromisified(original),
  });
}

module.exports = { addPromisified, execFile, makeExec };
