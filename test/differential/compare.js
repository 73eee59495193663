// SPDX-License-Identifier: MIT
//
// compare.js PROGRAM [WORD...]: gives each row of the table to Node and to the command `child`, in
// each of its ways, and compares what they tell. The differences must be exactly those that
// differences.js lists: one that is listed and not seen is a failure, too. With words, only the
// rows whose names hold one.

'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

const childSide = require('./child_side');
const differences = require('./differences');
const nodeSide = require('./node_side');
const table = require('./table');

const SHOWN = 200;
const AT_ONCE = 4;

function show(value) {
  const text = JSON.stringify(value);
  return text && text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

function fieldsThatDiffer(a, b) {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => a[name] !== b[name]).sort();
}

function expectedFields(row, way) {
  const fields = new Set();
  for (const difference of differences) {
    if (!difference.ways.includes(way) || !difference.rows.includes(row.name)) continue;
    for (const field of difference.fields) fields.add(field);
  }
  return [...fields].sort();
}

// Runs all of them, some at the same time. The blocking calls of Node hold up the others, and so
// come when these are done.
async function inTurns(cases, atOnce, run) {
  const left = [...cases];
  const one = async () => {
    while (left.length > 0) await run(left.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function runAll(program, cases, scratch) {
  await inTurns(cases, AT_ONCE, async (each) => {
    const folder = fs.mkdtempSync(path.join(scratch, 'case-'));
    try {
      each.ours = await childSide.run(program, each.row, each.way, folder);
    } catch (error) {
      each.ours = { broken: error.message };
    }
  });
  const isBlocking = (each) => each.way.endsWith('Sync');
  const run = async (each) => { each.nodes = await nodeSide.run(each.row, each.way); };
  await inTurns(cases.filter((each) => !isBlocking(each)), AT_ONCE, run);
  await inTurns(cases.filter(isBlocking), 1, run);
}

function judge({ row, way, nodes, ours }) {
  const expected = expectedFields(row, way);
  const seen = fieldsThatDiffer(nodes, ours);
  if (expected.join() === seen.join()) return true;
  console.log(`FAILED: ${row.name}, by ${way}`);
  for (const name of new Set([...seen, ...expected])) {
    const isExpected = expected.includes(name);
    if (isExpected && seen.includes(name)) continue;
    console.log(`    ${name}${isExpected ? ', listed as different, is the same' : ''}`);
    console.log(`      node   ${show(nodes[name])}\n      child  ${show(ours[name])}`);
  }
  return false;
}

// A list that speaks of rows that are not there proves nothing.
function judgeList() {
  const names = new Set(table.map((row) => row.name));
  const unknown = differences.flatMap(({ rows }) => rows).filter((name) => !names.has(name));
  for (const name of unknown) console.log(`FAILED: no row is called '${name}'`);
  const isLong = table.length >= 60 && names.size === table.length;
  if (!isLong) console.log('FAILED: the table has at least sixty rows, each with its own name');
  return unknown.length === 0 && isLong;
}

async function main(program, words) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'differential-'));
  const isWanted = ({ name }) => words.length === 0 || words.some((word) => name.includes(word));
  const cases = table.filter(isWanted).flatMap((row) => row.ways.map((way) => ({ row, way })));
  try {
    await runAll(program, cases, scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
  const results = [judgeList(), ...cases.map(judge)];
  const passed = results.filter(Boolean).length;
  console.log(`differential: ${passed} passed, ${results.length - passed} failed`);
  process.exitCode = passed === results.length ? 0 : 1;
}

main(process.argv[2], process.argv.slice(3));
