// SPDX-License-Identifier: MIT
//
// Messages by Node and Bun, each by its own word for a channel: child_process.fork() and
// Bun.spawn(). This script is the parent and, once more, the child; for a parent in C it is the
// child. The scenarios and the messages are told in messages.h.
import process from 'node:process';
import net from 'node:net';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { collectBlocks, fail } from './measure.mjs';
import { key, makeMany, memberCount } from './payloads.mjs';

const SMALL_SIZE = 50;

const [scenario, amount, children, ...words] = process.argv.slice(2);
const asked = Object.fromEntries(words.map((word) => word.split('=')));
const size = Number(asked.size);
const isObject = asked.object === '1';
const isAdvanced = asked.advanced === '1';
const serialization = isAdvanced ? 'advanced' : 'json';

const blockLength = Math.max(4, Math.min(8000, Math.floor((4 << 20) / size)));
const lastKey = key(memberCount(size) - 1);

// ---- the messages ----

const message = size === SMALL_SIZE ?
  { id: 1234567, type: 'progress', done: 0.5, ok: 1 } :
  makeMany(asked);

function isRight(came) {
  if (size === SMALL_SIZE) return came.id === 1234567 && came.type === 'progress' && came.ok === 1;
  if (isObject) return came[lastKey] === 'some text';
  return came.length === (isAdvanced ? size : size - 2);
}

// ---- one end of a channel: send(message, sent), and who hears ----

const parentEnd = {
  send: (what, sent) => process.send(what, undefined, undefined, sent),
  listen: (heard) => process.on('message', heard),
};

function forked(serve) {
  const args = [serve, '0', children, ...words];
  const child = fork(fileURLToPath(import.meta.url), args, { serialization });
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code) => fail(`the child has ended with ${code}`));
  return {
    send: (what, sent) => child.send(what, undefined, undefined, sent),
    pass: (what, handle) => child.send(what, handle),
    listen: (heard) => child.on('message', heard),
  };
}

function bunSpawned(serve) {
  let hear;
  const child = Bun.spawn([process.execPath, fileURLToPath(import.meta.url), serve, '0', children,
    ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    serialization,
    ipc: (came) => hear(came),
    onExit: (ended, code) => fail(`the child has ended with ${code}`),
  });
  return {
    send: (what, sent) => {
      child.send(what);
      if (sent) setImmediate(sent);
    },
    listen: (heard) => { hear = heard; },
  };
}

const start = globalThis.Bun ? bunSpawned : forked;

// ---- blocks ----

// As many as go without a wait at a time: Node tells when they have left.
const burst = Math.max(1, Math.min(1000, Math.floor(131072 / size)));

function sendBlock(end) {
  let left = blockLength;
  const more = () => {
    const count = Math.min(left, burst);
    left -= count;
    for (let i = 1; i < count; i++) end.send(message);
    if (count > 0) end.send(message, more);
  };
  more();
}

// Calls back with each block that has come in whole.
function countBlocks(end, whole) {
  let left = blockLength;
  end.listen((came) => {
    if (!isRight(came)) fail('a message came that is not right');
    if (--left > 0) return;
    left = blockLength;
    whole();
  });
}

// ---- the scenarios, the child's first ----

const scenarios = {
  echo: () => parentEnd.listen((came) => parentEnd.send(came)),
  swallow: () => countBlocks(parentEnd, () => parentEnd.send(blockLength)),
  source: () => parentEnd.listen((count) => {
    if (count !== blockLength) fail(`${count} messages were asked for`);
    sendBlock(parentEnd);
  }),
  catch: () => process.on('message', (came, server) => {
    if (!isRight(came) || !server.listening) fail('a message came without its server');
    server.close();
    process.send(1);
  }),

  ping() {
    const child = start('echo');
    const lap = collectBlocks(Number(amount), 1);
    child.listen((came) => {
      if (!isRight(came)) fail('a message came that is not right');
      lap();
      child.send(message);
    });
    lap();
    child.send(message);
  },
  send() {
    const child = start('swallow');
    const lap = collectBlocks(Number(amount), blockLength);
    child.listen((count) => {
      if (count !== blockLength) fail(`${count} messages were counted`);
      lap();
      sendBlock(child);
    });
    lap();
    sendBlock(child);
  },
  pass() {
    const child = start('catch');
    const server = net.createServer().listen(0, '127.0.0.1');
    const lap = collectBlocks(Number(amount), 1);
    child.listen(() => {
      lap();
      child.pass(message, server);
    });
    server.on('listening', () => {
      lap();
      child.pass(message, server);
    });
  },
  receive() {
    const child = start('source');
    const lap = collectBlocks(Number(amount), blockLength);
    countBlocks(child, () => {
      lap();
      child.send(blockLength);
    });
    lap();
    child.send(blockLength);
  },
};

if (!scenarios[scenario]) fail(`no such scenario here: ${scenario}`);
scenarios[scenario]();
