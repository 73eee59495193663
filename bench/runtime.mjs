// SPDX-License-Identifier: MIT
//
// Node, Bun and Deno, each by its own word for a child: child_process, Bun.spawn, Deno.Command.
// The command line and the line that is printed are told in common.h.
import fs from 'node:fs';
import process from 'node:process';
import { Buffer } from 'node:buffer';
import { execFile, spawn, spawnSync } from 'node:child_process';

import { collectLaps, collectSpans, fail, leave, nanoseconds } from './measure.mjs';

const EXIT_CODE = 7;
const LINE = 'one line from the child\n';

const [scenario, amountText, children, ...words] = process.argv.slice(2);
const amount = Number(amountText);
const asked = Object.fromEntries(words.map((word) => word.split('=')));
const path = (name) => `${children}/${name}`;
const kept = [];

function check(code, expected = EXIT_CODE) {
  if (code !== expected) fail(`the child ended with ${code}`);
}

function checkLine(text) {
  if (text !== LINE) fail(`captured ${JSON.stringify(text)} instead of the line`);
}

// ---- each runtime's own words; ignored() and the like call back with the exit code ----

const node = {
  ignored(file, done) {
    const child = spawn(file, [], { stdio: 'ignore' });
    child.on('error', (error) => fail(error.message));
    child.on('close', done);
    return child;
  },
  piped(file, done) {
    const child = spawn(file);
    child.on('error', (error) => fail(error.message));
    child.stdout.on('data', () => fail('it wrote something'));
    child.stderr.on('data', () => fail('it wrote something'));
    child.on('close', done);
    return child;
  },
  line(file, done) {
    let text = '';
    const child = spawn(file, [], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.on('error', (error) => fail(error.message));
    child.stdout.on('data', (data) => { text += data; });
    child.on('close', (code) => done(code, text));
  },
  exec(file, done) {
    execFile(file, (error, out) => {
      if (error) fail(error.message);
      done(0, out);
    });
  },
  sync: (file) => spawnSync(file, [], { stdio: 'ignore' }).status,
  stream(file, args, done) {
    let length = 0;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (data) => { length += data.length; });
    child.on('close', (code) => done(code, length));
  },
  collect(file, args, done) {
    execFile(file, args, { maxBuffer: Infinity, encoding: 'buffer' }, (error, out) => {
      if (error) fail(error.message);
      done(0, out.length);
    });
  },
};

const bun = {
  ignored(file, done) {
    return Bun.spawn([file], {
      stdio: ['ignore', 'ignore', 'ignore'],
      onExit: (child, code) => done(code),
    });
  },
  async piped(file, done) {
    const child = Bun.spawn([file], { stdio: ['pipe', 'pipe', 'pipe'] });
    kept.push(child);
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    if (out || err) fail('it wrote something');
    const code = await child.exited;
    kept.pop();
    done(code);
  },
  async line(file, done) {
    const child = Bun.spawn([file], { stdio: ['ignore', 'pipe', 'ignore'] });
    const text = await new Response(child.stdout).text();
    done(await child.exited, text);
  },
  async exec(file, done) {
    const child = Bun.spawn([file], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [text] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    done(await child.exited, text);
  },
  sync: (file) => Bun.spawnSync([file], { stdio: ['ignore', 'ignore', 'ignore'] }).exitCode,
  async stream(file, args, done) {
    const child = Bun.spawn([file, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let length = 0;
    for await (const data of child.stdout) length += data.length;
    done(await child.exited, length);
  },
  async collect(file, args, done) {
    const child = Bun.spawn([file, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const out = await new Response(child.stdout).arrayBuffer();
    done(await child.exited, out.byteLength);
  },
};

const deno = {
  ignored(file, done) {
    const how = { stdin: 'null', stdout: 'null', stderr: 'null' };
    const child = new Deno.Command(file, how).spawn();
    child.status.then(({ code }) => done(code));
    return child;
  },
  async piped(file, done) {
    const how = { stdin: 'piped', stdout: 'piped', stderr: 'piped' };
    const child = new Deno.Command(file, how).spawn();
    kept.push(child);
    const [out, err] = await Promise.all([child.stdout.bytes(), child.stderr.bytes()]);
    if (out.length || err.length) fail('it wrote something');
    const { code } = await child.status;
    await child.stdin.close().catch(() => {});
    kept.pop();
    done(code);
  },
  async line(file, done) {
    const how = { stdin: 'null', stdout: 'piped', stderr: 'null' };
    const { code, stdout } = await new Deno.Command(file, how).output();
    done(code, new TextDecoder().decode(stdout));
  },
  async exec(file, done) {
    const how = { stdin: 'null', stdout: 'piped', stderr: 'piped' };
    const { code, stdout } = await new Deno.Command(file, how).output();
    done(code, new TextDecoder().decode(stdout));
  },
  sync: (file) => {
    const how = { stdin: 'null', stdout: 'null', stderr: 'null' };
    return new Deno.Command(file, how).outputSync().code;
  },
  async stream(file, args, done) {
    const how = { args, stdin: 'null', stdout: 'piped', stderr: 'null' };
    const child = new Deno.Command(file, how).spawn();
    let length = 0;
    for await (const data of child.stdout) length += data.length;
    done((await child.status).code, length);
  },
  async collect(file, args, done) {
    const how = { args, stdin: 'null', stdout: 'piped', stderr: 'null' };
    const { code, stdout } = await new Deno.Command(file, how).output();
    done(code, stdout.length);
  },
};

const ours = globalThis.Deno ? deno : globalThis.Bun ? bun : node;

// ---- the scenarios ----

function leaveSpans(median, mean, count) {
  leave('us', median / 1e3, mean / 1e3, count);
}

// One after the other.
function repeat(one) {
  const lap = collectLaps(amount, leaveSpans);
  const next = () => {
    lap();
    one(next);
  };
  next();
}

// One after the other, but what counts is the time inside the call that starts it.
function repeatCalls() {
  const add = collectSpans(amount, leaveSpans);
  const next = () => {
    const before = nanoseconds();
    ours.ignored(path('exit'), (code) => {
      check(code);
      next();
    });
    add(nanoseconds() - before);
  };
  next();
}

// Outputs of 16 MiB, one after the other.
function collectMany() {
  const bytes = 16 << 20;
  const lap = collectLaps(amount, (median, mean, count) => {
    leave('GB/s', bytes / median, bytes / mean, count * bytes);
  });
  const next = () => {
    lap();
    ours.collect(path('flood'), ['16'], (code, length) => {
      check(code, 0);
      if (length !== bytes) fail(`${length} bytes came`);
      next();
    });
  };
  next();
}

function leaveBytes(begin, length) {
  const seconds = (nanoseconds() - begin) / 1e9;
  if (length !== amount * 1048576) fail(`${length} bytes came`);
  leave('GB/s', length / 1e9 / seconds, length / 1e9 / seconds, length);
}

function crowd() {
  const begin = nanoseconds();
  let left = amount;
  for (let i = 0; i < amount; i++) {
    kept.push(ours.ignored(path('exit'), (code) => {
      check(code);
      if (--left > 0) return;
      const mean = (nanoseconds() - begin) / amount / 1e3;
      leave('us', mean, mean, amount);
    }));
  }
}

function live(pipes) {
  const never = () => fail('one that should live has ended');
  const child = pipes ? ours.piped(path('wait'), never) : ours.ignored(path('wait'), never);
  kept.push(child);
}

const resident = () => Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096;

function heap() {
  live(true);
  const before = resident();
  for (let i = 0; i < amount; i++) live(true);
  const size = (resident() - before) / amount;
  leave('bytes', size, size, amount);
}

const scenarios = {
  exit: () => repeat((next) => ours.ignored(path('exit'), (code) => { check(code); next(); })),
  pipes: () => repeat((next) => ours.piped(path('exit'), (code) => { check(code); next(); })),
  line: () => repeat((next) => ours.line(path('line'), (code, text) => {
    check(code, 0);
    checkLine(text);
    next();
  })),
  exec: () => repeat((next) => ours.exec(path('line'), (code, text) => {
    check(code, 0);
    checkLine(text);
    next();
  })),
  // A call that blocks comes back at once to a stack that would grow: so it goes by microtasks.
  sync: () => repeat((next) => {
    check(ours.sync(path('exit')));
    queueMicrotask(next);
  }),
  call: repeatCalls,
  collects: collectMany,
  crowd,
  heap,
  stream: () => {
    const begin = nanoseconds();
    ours.stream(path('flood'), [String(amount)], (code, length) => {
      check(code, 0);
      leaveBytes(begin, length);
    });
  },
  collect: () => {
    const begin = nanoseconds();
    ours.collect(path('flood'), [String(amount)], (code, length) => {
      check(code, 0);
      leaveBytes(begin, length);
    });
  },
};

if (!scenarios[scenario]) fail(`no such scenario here: ${scenario}`);
for (let left = Number(asked.memory ?? 0); left > 0; left -= 64) {
  kept.push(Buffer.alloc(Math.min(left, 64) << 20, 1));
}
for (let i = 0; i < Number(asked.open ?? 0); i++) kept.push(fs.openSync('/dev/null', 'r'));
for (let i = 0; i < Number(asked.live ?? 0); i++) live(Number(asked.pipes ?? 0) !== 0);
scenarios[scenario]();
