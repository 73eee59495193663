// SPDX-License-Identifier: MIT
'use strict';

/*
 * programs.js PACKAGES [NAME...]: programs of npm that live on child processes do their usual work,
 * once with Node's module and once with ours by --require; both must come to the same end and say
 * the same. PACKAGES is the folder whose node_modules they are in; NODE names the node to run.
 */

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const [packages, ...names] = process.argv.slice(2);
const here = path.join(__dirname, 'programs');
const register = path.join(__dirname, '..', 'register.js');
const node = process.env.NODE || process.execPath;
const PROGRAMS = ['execa', 'cross_spawn', 'tree_kill', 'concurrently', 'zx', 'workers'];

// An ES module finds packages from where it stands.
const scratch = fs.mkdtempSync(path.join(packages, 'run-'));
for (const file of fs.readdirSync(here)) {
  fs.copyFileSync(path.join(here, file), path.join(scratch, file));
}

function play(name, argv, env) {
  const { status, signal, stdout, stderr } = spawnSync(node, [...argv, `${name}.mjs`], {
    cwd: scratch, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL',
    env: { ...process.env, FORCE_COLOR: '0', ...env },
  });
  // A warning says whose it is.
  const quiet = stderr.replace(/\(node:\d+\)/g, '(node:PID)');
  return { status, signal, stdout, stderr: quiet };
}

let passed = 0;
let failed = 0;
for (const name of names.length ? names : PROGRAMS) {
  const nodes = play(name, []);
  const ours = play(name, ['--require', register],
    { PROGRAM_MODULE: path.join(__dirname, '..', 'index.js') });
  try {
    assert.strictEqual(nodes.status, 0, `with Node's module: ${nodes.stderr}`);
    assert.notStrictEqual(nodes.stdout, '');
    assert.deepStrictEqual(ours, nodes);
    passed++;
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name} does its usual work with ours\n${error.message}`);
  }
}
fs.rmSync(scratch, { recursive: true });
console.log(`programs: ${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
