// SPDX-License-Identifier: MIT
//
// runProgram(source): a program of its own in which `cp` is the add-on; how it ended, and what it
// wrote.

'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('node:child_process');

const LIMIT_MS = process.env.CP_TEST_SOAK ? 1200000 : 60000;
const addon = path.join(__dirname, '..', '..', 'index.js');

function runProgram(source, { flags = [], name = 'program.js', prologue = true } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'addon-test-'));
  const file = path.join(folder, name);
  const load = prologue ? `'use strict'; const cp = require(${JSON.stringify(addon)});\n` : '';
  fs.writeFileSync(file, load + source);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...flags, file], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const told = { out: '', err: '' };
    child.stdout.on('data', (data) => {
      told.out += data;
    });
    child.stderr.on('data', (data) => {
      told.err += data;
    });
    child.on('close', (code, signal) => {
      fs.rmSync(folder, { recursive: true, force: true });
      resolve({ code: code === null ? signal : code, ...told });
    });
  });
}

exports.runProgram = runProgram;
exports.addon = addon;
