// SPDX-License-Identifier: MIT
'use strict';

/*
 * spawn(): a ChildProcess, and what may kill it: a timeout, and an AbortSignal.
 */

const events = require('node:events');
const process = require('node:process');
const timers = require('node:timers');
const { debuglog } = require('node:util');
const { normalizeSpawnArguments } = require('./arguments.js');
const { ChildProcess } = require('./child.js');
const { AbortError } = require('./errors.js');
const { endOfTimeout } = require('./node.js');
const { SymbolDispose } = require('./primordials.js');
const { sanitizeKillSignal, validateAbortSignal, validateTimeout } = require('./validate.js');

const { addAbortListener } = events;
const { clearTimeout, setTimeout } = timers;
const { nextTick } = process;
const debug = debuglog('child_process');

function killAfter(child, timeout, killSignal) {
  let timer = setTimeout(() => {
    timer = null;
    try {
      child.kill(killSignal);
    } catch (error) {
      child.emit('error', error);
    }
  }, timeout);
  child.once(endOfTimeout, () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  });
}

function abortChild(child, killSignal, reason) {
  try {
    if (child.kill(killSignal)) {
      child.emit('error', new AbortError(undefined, { cause: reason }));
    }
  } catch (error) {
    child.emit('error', error);
  }
}

/* One that was aborted before the start kills the child in the next tick: Node starts it. */
function killOnAbort(child, signal, killSignal) {
  const onAbort = () => abortChild(child, killSignal, signal.reason);
  if (signal.aborted) {
    nextTick(onAbort);
  } else {
    const disposable = addAbortListener(signal, onAbort);
    child.once('exit', disposable[SymbolDispose]);
  }
}

function spawn(file, args, options) {
  options = normalizeSpawnArguments(file, args, options);
  validateTimeout(options.timeout);
  validateAbortSignal(options.signal, 'options.signal');
  const killSignal = sanitizeKillSignal(options.killSignal);
  const child = new ChildProcess();

  debug('spawn', options);
  child.spawn(options);

  if (options.timeout > 0) killAfter(child, options.timeout, killSignal);
  if (options.signal) killOnAbort(child, options.signal, killSignal);
  return child;
}

module.exports = { spawn };
