// SPDX-License-Identifier: MIT
//
// Runs a row of the table by the command `child`, and tells what became of it in the same fields as
// node_side.js.

'use strict';

const { execFile } = require('child_process');
const fs = require('fs');
const path = require('path');

const commands = {
  spawn: ['spawn'],
  exec: ['exec'],
  execFile: ['exec-file'],
  spawnSync: ['spawn', '--sync'],
  execSync: ['exec', '--sync'],
  execFileSync: ['exec-file', '--sync'],
};

function optionWords(row, way) {
  const { options } = row;
  const words = [];
  if (options.cwd) words.push(`--cwd=${options.cwd}`);
  if (options.env) {
    words.push('--clear-env');
    for (const [name, value] of Object.entries(options.env)) words.push(`--env=${name}=${value}`);
  }
  if (options.argv0) words.push(`--argv0=${options.argv0}`);
  if (options.timeout) words.push(`--timeout=${options.timeout}ms`);
  if (options.killSignal) words.push(`--kill-signal=${options.killSignal}`);
  if (options.maxBuffer) {
    words.push(`--max-buffer=${options.maxBuffer === Infinity ? 'unlimited' : options.maxBuffer}`);
  }
  if (options.shell) words.push(`--shell=${options.shell}`);
  else if (row.command && way !== 'exec' && way !== 'execSync') words.push('--shell');
  return words;
}

function wordsOf(row, way, folder) {
  const input = path.join(folder, 'input');
  fs.writeFileSync(input, row.options.input || '');
  return [
    ...commands[way],
    ...optionWords(row, way),
    `--json=${path.join(folder, 'json')}`,
    `--${way === 'spawn' ? 'stdin' : 'input'}=${input}`,
    '--',
    ...(row.command ? [row.command] : [row.file, ...row.args]),
  ];
}

function output(told, name) {
  if (`${name}_base64` in told) return told[`${name}_base64`];
  return Buffer.from(told[name]).toString('base64');
}

function describe(way, told, stdout, stderr) {
  const { code, signal, error } = told;
  const isStream = way === 'spawn';
  const plain = {
    code,
    signal,
    out: isStream ? stdout.toString('base64') : output(told, 'out'),
    err: isStream ? stderr.toString('base64') : output(told, 'err'),
    error: error ? error.code || 'failed' : null,
  };
  // What the command itself says of a start that failed is not the child's.
  if (isStream && told.pid === null) plain.err = '';
  if (error) plain.message = error.message;
  if (error && (way === 'exec' || way === 'execFile')) {
    plain.killed = error.killed;
    plain.command = error.command;
  }
  return plain;
}

exports.run = (program, row, way, folder) => new Promise((resolve, reject) => {
  const options = { encoding: 'buffer', maxBuffer: Infinity };
  execFile(program, wordsOf(row, way, folder), options, (failure, stdout, stderr) => {
    try {
      const told = JSON.parse(fs.readFileSync(path.join(folder, 'json'), 'utf8'));
      resolve(describe(way, told, stdout, stderr));
    } catch (error) {
      reject(new Error(`child told nothing: ${failure}\n${stderr}\n${error}`));
    }
  });
});
