// SPDX-License-Identifier: MIT
//
// runSuite(file, names, module): a suite with one of the two modules, in a process of its own.
// A case that ends that process is told so, and those after it get another one.

'use strict';

const path = require('path');
const { spawn } = require('node:child_process');

const SUITE_MS = process.env.CP_TEST_SOAK ? 600000 : 120000;
const runner = path.join(__dirname, 'runner.js');

// The runner's own environment is the same for both modules and on every machine.
function environment(names, modulePath) {
  const env = {
    ...process.env,
    LC_ALL: 'C',
    CP_TEST_MODULE: modulePath,
    CP_TEST_CASES: JSON.stringify(names),
  };
  for (const name of [
    'NODE_OPTIONS',
    'NODE_CHANNEL_FD',
    'NODE_TEST_CONTEXT',
    'NODE_CHANNEL_SERIALIZATION_MODE',
    'NODE_V8_COVERAGE',
  ]) {
    delete env[name];
  }
  return env;
}

function runFrom(file, first, names, modulePath) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--no-warnings', runner, file, String(first)], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: environment(names, modulePath),
      timeout: SUITE_MS,
      killSignal: 'SIGKILL',
      detached: true, // a signal to its group must not end ours
    });
    let lines = '';
    let noise = '';
    child.stdio[3].on('data', (data) => {
      lines += data;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        noise += data;
      });
    }
    // All that is there: what a case left running may hold the outputs, so an end need not come.
    const readToEnd = async () => {
      const length = lines.length + noise.length;
      for (let i = 0; i < 3; i++) await new Promise(setImmediate);
      if (lines.length + noise.length > length) await readToEnd();
    };
    child.on('exit', async (code, signal) => {
      await readToEnd();
      for (const stream of child.stdio) if (stream) stream.destroy();
      const told = lines
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      resolve({ told, code, signal, noise });
    });
  });
}

async function runSuite(file, names, modulePath) {
  const results = new Map();
  let first = 0;
  let alarm = '';
  for (;;) {
    const { told, code, signal, noise } = await runFrom(file, first, names, modulePath);
    if (/Sanitizer|runtime error:/.test(noise)) alarm += noise;
    for (const { name, result, ms } of told) if (result) results.set(name, { ...result, ms });
    const last = told[told.length - 1];
    if (last && !last.result) {
      results.set(last.name, { ended: { code, signal }, noise });
      first = last.index + 1;
      continue;
    }
    if (code !== 0 && !(last && last.result)) {
      return { results, alarm, broken: `${code || signal}: ${noise}` };
    }
    if (code === 0) return { results, alarm };
    first = last.index + 1;
  }
}

exports.runSuite = runSuite;
