// SPDX-License-Identifier: MIT
//
// Runs a row of the table by Node's child_process, and tells what became of it in plain fields.

'use strict';

const child_process = require('child_process');

// "failed" is a command that ran and did not end well; else the name of what went wrong.
function kindOf(error) {
  if (!error) return null;
  if (typeof error.code === 'string') return error.code;
  return 'failed';
}

function bytes(output) {
  return Buffer.from(output || '').toString('base64');
}

function describe(way, error, code, signal, out, err) {
  const told = { code, signal, out: bytes(out), err: bytes(err), error: kindOf(error) };
  if (error) told.message = error.message;
  if (error && (way === 'exec' || way === 'execFile')) {
    told.killed = Boolean(error.killed);
    told.command = error.cmd;
  }
  return told;
}

// What is started, as arguments of the function: a command line goes to the ways without a shell of
// their own by options.shell.
function argumentsOf(row, way) {
  const { input, ...options } = row.options;
  if (way.endsWith('Sync')) Object.assign(options, { stdio: 'pipe', input });
  else if (way !== 'spawn') options.encoding = options.encoding || 'buffer';
  if (way === 'exec' || way === 'execSync') return [row.command, options];
  if (row.command) return [row.command, { shell: true, ...options }];
  return [row.file, row.args, options];
}

function runSync(row, way) {
  const given = argumentsOf(row, way);
  if (way === 'spawnSync') {
    const result = child_process.spawnSync(...given);
    const { error, status, signal, stdout, stderr } = result;
    return describe(way, error, status, signal, stdout, stderr);
  }
  try {
    return describe(way, null, 0, null, child_process[way](...given), '');
  } catch (error) {
    return describe(way, error, error.status, error.signal, error.stdout, error.stderr);
  }
}

// execSync() and its sister return stdout alone. Stderr of one that went well is asked of the
// function that they are made of.
function runBlocking(row, way) {
  const told = runSync(row, way);
  if (way !== 'spawnSync' && !told.error) {
    const given = argumentsOf(row, way);
    const shell = way === 'execSync' ? { shell: true } : {};
    const options = { ...given.pop(), ...shell };
    told.err = bytes(child_process.spawnSync(...given, options).stderr);
  }
  return told;
}

function attend(child, row, settle) {
  const told = { code: null, signal: null, error: null, out: [], err: [] };
  child.on('exit', (code, signal) => Object.assign(told, { code, signal }));
  child.on('error', (error) => { told.error = error; });
  child.on('close', () => settle(told));
  child.stdin.on('error', () => {}); // EPIPE of one that does not read
  child.stdin.end(row.options.input);
  return told;
}

function runSpawn(row) {
  return new Promise((resolve) => {
    const child = child_process.spawn(...argumentsOf(row, 'spawn'));
    const told = attend(child, row, ({ error, code, signal, out, err }) => {
      resolve(describe('spawn', error, code, signal, Buffer.concat(out), Buffer.concat(err)));
    });
    child.stdout.on('data', (data) => told.out.push(data));
    child.stderr.on('data', (data) => told.err.push(data));
  });
}

function runExec(row, way) {
  return new Promise((resolve) => {
    let result;
    const child = child_process[way](...argumentsOf(row, way), (error, out, err) => {
      result = { error, out, err };
    });
    attend(child, row, ({ code, signal }) => {
      resolve(describe(way, result.error, code, signal, result.out, result.err));
    });
  });
}

exports.run = async (row, way) => {
  if (way.endsWith('Sync')) return runBlocking(row, way);
  try {
    return await (way === 'spawn' ? runSpawn(row) : runExec(row, way));
  } catch (error) {
    return describe(way, error, null, null, '', '');
  }
};
