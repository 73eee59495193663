// SPDX-License-Identifier: MIT
'use strict';

/*
 * Runs one of Node's own test files as their runner would: with the flags that the file names, in
 * the folder of tests, with a temporary folder and ports of its own by TEST_THREAD_ID. Whatever
 * process a test leaves behind carries our mark in its environment, and is ended.
 */

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');

const TIMEOUT_MS = 120_000;
const MARK = `NODE_SUITE_RUN=${process.pid}-${Date.now()}`;

// The files are of version 18, and do not know the globals of the newest.
const UNKNOWN_GLOBALS = Number.parseInt(process.versions.node, 10) > 20 ?
  { NODE_TEST_KNOWN_GLOBALS: '0' } : {};

function flagsOf(file) {
  const line = /^\/\/ Flags:(.*)$/m.exec(fs.readFileSync(file, 'utf8'));
  return line ? line[1].trim().split(/\s+/) : [];
}

/** Ends the processes that carry the mark; all of them, or those of one worker. */
function sweep(mark = MARK) {
  for (const pid of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (environment.some((pair) => pair.startsWith(mark))) process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone, or another's.
    }
  }
}

function outcomeOf(code, signal, timedOut, output) {
  if (timedOut) return 'hangs';
  if (code !== 0 || signal) return 'fails';
  return /^1\.\.0 # Skipped/m.test(output) ? 'skips' : 'passes';
}

/** Resolves to { outcome: 'passes' | 'skips' | 'fails' | 'hangs', output }. */
function runFile({ tests, file, worker, preload }) {
  const full = path.join(path.resolve(tests), file);
  const mark = `${MARK}-${worker}.`;
  const [key, value] = mark.split('=');
  const argv = [...flagsOf(full), ...(preload ? ['--require', preload] : []), full];
  const child = spawn(process.execPath, argv, {
    cwd: path.resolve(tests),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env, [key]: value, TEST_THREAD_ID: `${process.pid}-${worker}`, ...UNKNOWN_GLOBALS,
    },
  });
  return new Promise((resolve) => {
    const started = Date.now();
    let output = `${process.execPath} ${argv.join(' ')}\n`;
    let timedOut = false;
    const keep = (chunk) => { if (output.length < 1 << 20) output += chunk; };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      timedOut = true;
      sweep(mark);
    }, TIMEOUT_MS);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      // One that it left behind may hold the pipes.
      sweep(mark);
      child.on('close', () => {
        output += `\nended with ${signal ?? code} after ${Date.now() - started} ms\n`;
        resolve({ outcome: outcomeOf(code, signal, timedOut, output), output });
      });
    });
  });
}

module.exports = { runFile, sweep };
