// SPDX-License-Identifier: MIT
//
// watch(child): notes all that a child and its streams emit. What has no fixed order among each
// other is told apart: the child's own events, those of its channel, and those of each stream.
// `order` has all of them as they came, for cases in which that is certain.

'use strict';

const { encode } = require('./encode');

const OWN_EVENTS = ['spawn', 'error', 'exit', 'close'];
const CHANNEL_EVENTS = ['message', 'internalMessage', 'disconnect'];

function watchStream(stream, number, log) {
  const lane = { data: '', events: [] };
  log.stdio[number] = lane;
  const note = (name, ...args) => {
    lane.events.push(args.length > 0 ? [name, ...args.map(encode)] : name);
    log.order.push(`${number}:${name}`);
  };
  if (log.reads && stream.readable) {
    stream.on('data', (data) => {
      if (lane.data === '') log.order.push(`${number}:data`);
      lane.data += data.toString('latin1');
    });
  }
  stream.on('end', () => note('end'));
  stream.on('finish', () => note('finish'));
  stream.on('error', (error) => note('error', error));
  stream.on('close', (hadError) => note('close', hadError));
}

// options.channel: whether to listen for messages, which has the channel deliver them.
function watch(child, options = {}) {
  const { channel = true, reads = true } = options;
  const log = { child: [], channel: [], stdio: {}, order: [], reads };
  for (const name of OWN_EVENTS) {
    child.on(name, (...args) => {
      log.child.push([name, ...args.map(encode)]);
      log.order.push(name);
    });
  }
  for (const name of channel ? CHANNEL_EVENTS : ['disconnect']) {
    child.on(name, (...args) => {
      log.channel.push([name, ...args.map(encode)]);
      log.order.push(name);
    });
  }
  for (const [number, stream] of (child.stdio || []).entries()) {
    if (stream) watchStream(stream, number, log);
  }
  // What comes after 'close' is noted, too.
  log.closed = new Promise((resolve) => {
    child.on('close', () => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  });
  log.told = () => {
    const told = { child: log.child };
    if (log.channel.length > 0) told.channel = log.channel;
    for (const [number, { data, events }] of Object.entries(log.stdio)) {
      told[`fd ${number}`] = { data: encode(data), events };
    }
    return told;
  };
  return log;
}

exports.watch = watch;
