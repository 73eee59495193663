// SPDX-License-Identifier: MIT
//
// What the comparisons with V8 share, SCRIPT TOOL [SEED [...]]: random numbers that a seed brings
// back, the tool, and tests that are counted.
'use strict';

const { spawnSync } = require('child_process');

const tool = process.argv[2];
const seed = Number(process.argv[3] || Date.now() % 1e6);
let state = seed;
let passed = 0,
  failed = 0;

// mulberry32.
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
}
const pick = (list) => list[random(list.length)];
const many = (length, make) => Array.from({ length }, (_, i) => make(i));

// Gives each input to the tool, and its answers in their order.
function ask(mode, inputs) {
  const frames = inputs.flatMap((input) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(input.length);
    return [size, input];
  });
  const result = spawnSync(tool, [mode], { input: Buffer.concat(frames), maxBuffer: 1 << 30 });
  const answers = [];
  for (let at = 0; at + 4 <= result.stdout.length;) {
    const size = result.stdout.readUInt32LE(at);
    answers.push(result.stdout.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  if (result.status !== 0 || answers.length !== inputs.length) {
    throw new Error(
      `ended with ${result.status ?? result.signal} ${result.stderr} at input ` +
        `${answers.length}: ${(inputs[answers.length] ?? Buffer.alloc(0)).toString('hex')}`,
    );
  }
  return answers;
}

// The body returns how much it compared.
function test(sentence, body) {
  try {
    const done = body();
    passed++;
    if (process.stdout.isTTY) console.log(`ok      ${sentence} (${done})`);
  } catch (error) {
    failed++;
    console.log(
      `FAILED: ${sentence} (node ${process.version}, seed ${seed})\n    ${error.message}`,
    );
  }
}

// The last line, which run.sh reads.
process.on('exit', (code) => {
  if (code !== 0) return;
  console.log(`compare: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

module.exports = {
  random,
  pick,
  many,
  ask,
  test,
};
