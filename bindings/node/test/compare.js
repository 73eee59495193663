// SPDX-License-Identifier: MIT
//
// compare.js [WORD...]: plays every case of suites/ with Node's own module and with ours, each in
// processes of its own, and compares what a program can see. The differences must be exactly those
// of differences.js: one that is listed and not seen is a failure, too. With words, only the cases
// whose names hold one. In the environment: CP_TEST_OURS is what stands for our module;
// CP_TEST_SLOW=MS names the cases that took longer.

'use strict';

const fs = require('fs');
const path = require('path');
const test = require('node:test');

const differences = require('./differences');
const { differencesOf } = require('./support/compare');
const { runSuite } = require('./support/side');

const AT_ONCE = 3;
const LEAST_CASES = 400;
const SHOWN = 300;
const ours = process.env.CP_TEST_OURS || path.join(__dirname, '..', 'index.js');
const words = process.argv.slice(2);

function show(value) {
  const text = JSON.stringify(value) || 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

function withoutTime({ ms, noise, ...result }) {
  return result;
}

function listed(name) {
  const isOf = ({ cases, when = true }) => when && cases && cases.includes(name);
  return differences.filter(isOf).flatMap(({ places }) => Object.entries(places));
}

function at(value, place) {
  return place
    .split('.')
    .reduce(
      (inner, name) => (inner === undefined || inner === null ? undefined : inner[name]),
      value
    );
}

function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

// Whether it is one that may be anywhere; those must be seen somewhere.
const seenAnywhere = new Set();
function isAnywhere({ place, node, ours: value }) {
  const rule = differences.find(
    ({ anywhere, isSo }) => anywhere && anywhere.test(place) && isSo(node, value)
  );
  if (rule) seenAnywhere.add(rule);
  return Boolean(rule);
}

// What speaks against the case, as lines; none when all is as it should be.
function judge(name, nodes, other) {
  if (!nodes || !other) return [`it did not run with ${nodes ? 'ours' : "Node's"}`];
  const complaints = [];
  const [a, b] = [withoutTime(nodes), withoutTime(other)];
  const expected = listed(name);
  const isListed = ({ place }) => expected.some(([each]) => `${place}.`.startsWith(`${each}.`));
  const seen = differencesOf(a, b).filter((each) => !isAnywhere(each));
  for (const difference of seen) {
    if (isListed(difference)) continue;
    const { place, node, ours: value } = difference;
    complaints.push(place, `  node ${show(node)}`, `  ours ${show(value)}`);
  }
  for (const [place, [node, value]] of expected) {
    const [nodesNow, oursNow] = [at(a, place), at(b, place)];
    if (isSame(nodesNow, oursNow)) complaints.push(`${place}, listed, is the same`);
    else if (!isSame(nodesNow, node) || !isSame(oursNow, value)) {
      complaints.push(
        `${place}, not in the way that is listed`,
        `  node ${show(nodesNow)}`,
        `  ours ${show(oursNow)}`
      );
    }
  }
  // Two that do not end are equal, and say nothing.
  if ([a, b].some(({ seen }) => isSame(seen, { late: true }))) complaints.push('it does not end');
  for (const { noise } of [nodes, other]) if (noise) complaints.push(noise.slice(0, 2000));
  return complaints;
}

function slowOnes(results) {
  const limit = Number(process.env.CP_TEST_SLOW);
  if (!limit) return;
  for (const [name, { ms }] of results) if (ms > limit) console.error(`${ms} ms: ${name}`);
}

async function runBoth(suite) {
  const [nodes, other] = await Promise.all([
    runSuite(suite.file, suite.names, 'child_process'),
    runSuite(suite.file, suite.names, ours),
  ]);
  slowOnes(nodes.results);
  return { nodes, other };
}

function suitesOf(folder) {
  const names = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort();
  return names.map((each) => {
    const file = path.join(folder, each);
    const all = Object.keys(require(file));
    const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
    return { file, name: each.replace(/\.js$/, ''), all, names: all.filter(isWanted) };
  });
}

function judgeLists(suites) {
  const all = suites.flatMap(({ all: names }) => names);
  const unknown = differences
    .flatMap(({ cases = [] }) => cases)
    .filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no case is called ${unknown.join(', ')}`);
  if (new Set(all).size !== all.length) throw new Error('two cases have the same name');
  if (all.length < LEAST_CASES) throw new Error(`there are ${all.length} cases`);
}

// Some suites at a time; each is waited for by the tests of its cases.
function startAll(suites) {
  let running = 0;
  const waiting = [];
  const next = () => {
    if (running >= AT_ONCE || waiting.length === 0) return;
    const start = waiting.shift();
    running++;
    start().finally(() => {
      running--;
      next();
    });
  };
  return new Map(
    suites.map((suite) => [
      suite,
      new Promise((resolve, reject) => {
        waiting.push(() => runBoth(suite).then(resolve, reject));
        next();
      }),
    ])
  );
}

const suites = suitesOf(path.join(__dirname, 'suites'));
test('each case has a name of its own, and so has each difference', () => judgeLists(suites));

const runs = startAll(suites.filter(({ names }) => names.length > 0));
for (const [suite, run] of runs) {
  test(`${suite.name}: no sanitizer has a word to say`, async () => {
    const {
      other: { alarm },
    } = await run;
    if (alarm) throw new Error(alarm);
  });
  for (const name of suite.names) {
    test(`${suite.name}: ${name}`, async () => {
      const { nodes, other } = await run;
      const broken = nodes.broken || other.broken;
      if (broken && !other.results.has(name)) throw new Error(broken);
      const complaints = judge(name, nodes.results.get(name), other.results.get(name));
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
    });
  }
}

if (words.length === 0) {
  test('what may differ anywhere does so somewhere', () => {
    const unseen = differences.filter((each) => each.anywhere && !seenAnywhere.has(each));
    if (unseen.length > 0) throw new Error(unseen.map(({ why }) => why).join('\n'));
  });
}
