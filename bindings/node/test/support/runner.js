// SPDX-License-Identifier: MIT
//
// runner.js SUITE FIRST [WORD...]: runs the cases of a suite one after the other, from the FIRST
// on, with the module that CP_TEST_MODULE names, and writes what each observes to descriptor 3, a
// line of JSON for each. The parent restarts it behind a case that ends the process.

'use strict';

const fs = require('fs');
const path = require('path');

const { encode } = require('./encode');
const { Tools } = require('./tools');

const CASE_MS = 10000;
const modulePath = process.env.CP_TEST_MODULE;
const cp = require(modulePath);

let current = { uncaught: [], warnings: [], tools: {} };

process.on('uncaughtException', (error, origin) => {
  if (current.tools.onUncaught) return current.tools.onUncaught(error);
  return current.uncaught.push([origin, encode(error)]);
});
process.on('warning', ({ name, code, message }) => {
  current.warnings.push(encode([name, code, message]));
});

function report(line) {
  fs.writeSync(3, `${JSON.stringify(line)}\n`);
}

function limit(promise) {
  let timer;
  const tooLate = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ late: true }), CASE_MS);
  });
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}

async function observe(run) {
  const tools = new Tools(cp, modulePath);
  current = { uncaught: [], warnings: [], tools };
  let seen;
  try {
    seen = await limit(run(cp, tools));
  } catch (error) {
    seen = { rejected: encode(error) };
  }
  await tools.turns(2);
  tools.done();
  const { uncaught, warnings } = current;
  const result = { seen };
  if (uncaught.length > 0) result.uncaught = uncaught;
  if (warnings.length > 0) result.warnings = warnings;
  return result;
}

async function main(suite, first) {
  const cases = Object.entries(require(path.resolve(suite)));
  const chosen = new Set(JSON.parse(process.env.CP_TEST_CASES));
  for (let i = Number(first); i < cases.length; i++) {
    const [name, run] = cases[i];
    if (!chosen.has(name)) continue;
    report({ index: i, name });
    const start = process.hrtime.bigint();
    const result = await observe(run);
    const ms = Number((process.hrtime.bigint() - start) / 1000000n);
    report({ index: i, name, result, ms });
  }
  process.exit(0);
}

main(...process.argv.slice(2));
