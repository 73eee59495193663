// SPDX-License-Identifier: MIT
//
// What the tests in Node are written with: test(name, run), then run(NAME, words) plays those whose
// names hold one of the words, or all, and prints what failed and how many passed.
'use strict';

const tests = [];
const limit = 30000;

function limited(promise) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

exports.test = (name, run) => tests.push([name, run]);

exports.run = async (suite, words) => {
  let passed = 0;
  let failed = 0;
  for (const [name, run] of tests) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    try {
      await limited(run());
      passed++;
    } catch (error) {
      failed++;
      console.log(`FAILED: ${name}\n  ${error.message.replaceAll('\n', '\n  ').slice(0, 2000)}`);
    }
  }
  console.log(`${suite}: ${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
};

// The next time that it happens; or `wanted` says which.
exports.once = (emitter, event, wanted = () => true) => new Promise((resolve) => {
  emitter.on(event, function listener(...values) {
    if (!wanted(...values)) return;
    emitter.removeListener(event, listener);
    resolve(values[0]);
  });
});
