// SPDX-License-Identifier: MIT
'use strict';

/*
 * node_suite.js TESTS [OPTION...]: Node's own test files, unchanged, with Node's module and with
 * ours by --require. A file that passes with Node's must pass with ours, but for those that
 * node_suite_exceptions.js names with a reason, and those must fail. Prints a table and counts.
 *
 *   --register FILE    register.js of the add-on (the one beside us)
 *   --wide             every file that has to do with child_process, not only those named after it
 *   --only REGEX       files whose name matches
 *   --jobs N           at a time (2); those in sequential/ run alone
 *   --tries N          how often one may fail before it has failed (3)
 *   --plain-cache FILE keeps what Node's module did, for the next run
 *   --logs FOLDER      where the output of those that failed goes
 */

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { runFile, sweep } = require('./node_suite_run.js');
const exceptions = require('./node_suite_exceptions.js');

const { values: options, positionals: [tests] } = parseArgs({
  allowPositionals: true,
  options: {
    'register': { type: 'string', default: path.join(__dirname, '..', 'register.js') },
    'wide': { type: 'boolean', default: false },
    'only': { type: 'string', default: '' },
    'jobs': { type: 'string', default: '2' },
    'tries': { type: 'string', default: '3' },
    'plain-cache': { type: 'string' },
    'logs': { type: 'string' },
  },
});

const NAMED = /^test-(child-process|cluster)/;
const FOLDERS = ['parallel', 'sequential', 'es-module'];
const WIDE_FOLDERS = [...FOLDERS, 'abort', 'async-hooks', 'known_issues', 'pummel', 'report'];

function isWanted(folder, name) {
  if (!/^test-.*\.m?js$/.test(name)) return false;
  if (!new RegExp(options.only).test(`${folder}/${name}`)) return false;
  if (NAMED.test(name)) return true;
  const touches = () => /child_process|cluster|\bfork\(|\bspawn/.test(
    fs.readFileSync(path.join(tests, folder, name), 'utf8'));
  return (options.wide || folder === 'es-module') && touches();
}

function listFiles() {
  return (options.wide ? WIDE_FOLDERS : FOLDERS)
    .filter((folder) => fs.existsSync(path.join(tests, folder)))
    .flatMap((folder) => fs.readdirSync(path.join(tests, folder))
      .filter((name) => isWanted(folder, name))
      .map((name) => `${folder}/${name}`))
    .sort();
}

function readCache() {
  try {
    return JSON.parse(fs.readFileSync(options['plain-cache'], 'utf8'));
  } catch {
    return {};
  }
}

const plainCache = readCache();

async function runPlain(file, worker) {
  plainCache[file] ??= (await runFile({ tests, file, worker })).outcome;
  return plainCache[file];
}

function keepLog(file, output) {
  if (!options.logs) return;
  fs.mkdirSync(options.logs, { recursive: true });
  fs.writeFileSync(path.join(options.logs, `${file.replace('/', '-')}.log`), output);
}

async function failsWithAnyPreload(file, worker) {
  const preload = path.join(__dirname, 'node_suite_empty.js');
  return (await runFile({ tests, file, worker, preload })).outcome !== 'passes';
}

/** What both did, and what is to be thought of it. */
async function compareFile(file, worker) {
  const plain = await runPlain(file, worker);
  if (plain !== 'passes') return { file, plain, ours: '', verdict: 'not asked' };
  const preload = path.resolve(options.register);
  const excepted = Object.hasOwn(exceptions, file);
  let tries = 0;
  let ours;
  // They wait for times and ports: one that fails on a busy machine is played again.
  do {
    ours = await runFile({ tests, file, worker, preload });
    tries++;
  } while (ours.outcome !== 'passes' && tries < Number(options.tries) && !excepted);
  const row = { file, plain, ours: ours.outcome };
  if (ours.outcome === 'passes') {
    const again = tries > 1 ? ` at try ${tries}` : '';
    return { ...row, verdict: excepted ? 'STALE' : `passed${again}` };
  }
  keepLog(file, ours.output);
  if (excepted) return { ...row, verdict: 'excepted', reason: exceptions[file] };
  if (await failsWithAnyPreload(file, worker)) {
    const reason = 'fails with Node\'s module too if anything is preloaded';
    return { ...row, verdict: 'excepted', reason };
  }
  return { ...row, verdict: 'FAILED' };
}

function printRow(verdict, plain, ours, file) {
  console.log([verdict.padEnd(15), plain.padEnd(10), ours.padEnd(10), file].join(' '));
}

async function runAll(files, jobs) {
  const rows = [];
  const rest = [...files];
  async function work(worker) {
    for (let file = rest.shift(); file; file = rest.shift()) {
      const row = await compareFile(file, worker);
      rows.push(row);
      printRow(row.verdict, row.plain, row.ours, file);
      if (row.reason) console.log(`                ${row.reason}`);
    }
  }
  await Promise.all(Array.from({ length: jobs }, (_, worker) => work(worker)));
  return rows;
}

async function main() {
  if (!tests || !fs.existsSync(path.join(tests, 'common'))) {
    throw new Error('usage: node_suite.js TESTS [OPTION...]; TESTS is a folder test/ of Node');
  }
  const files = listFiles();
  printRow('verdict', 'Node\'s', 'ours', 'file');
  const parallel = files.filter((file) => !file.startsWith('sequential/'));
  const sequential = files.filter((file) => file.startsWith('sequential/'));
  const rows = [
    ...await runAll(parallel, Number(options.jobs)),
    ...await runAll(sequential, 1),
  ];
  sweep();
  // The temporary folders of tests that could not remove theirs.
  for (const name of fs.readdirSync(tests)) {
    if (!name.startsWith(`.tmp.${process.pid}-`)) continue;
    fs.rmSync(path.join(tests, name), { recursive: true });
  }
  if (options['plain-cache']) {
    fs.writeFileSync(options['plain-cache'], JSON.stringify(plainCache, null, 1));
  }

  summarize(rows);
}

function summarize(rows) {
  const count = (verdict) => rows.filter((row) => row.verdict.startsWith(verdict)).length;
  for (const row of rows) {
    if (/FAILED|STALE/.test(row.verdict)) console.log(`FAIL ${row.file}: ${row.ours}`);
  }
  const failed = count('FAILED') + count('STALE');
  const asked = rows.length - count('not asked');
  console.log(`files: ${rows.length}; pass with Node's module: ${asked}; of these with ours: ` +
              `${count('passed')}; excepted: ${count('excepted')}`);
  console.log(`node_suite: ${count('passed')} passed, ${failed} failed, ` +
              `${count('excepted')} skipped`);
  process.exitCode = failed || !rows.length ? 1 : 0;
}

main();
