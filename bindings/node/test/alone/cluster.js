// SPDX-License-Identifier: MIT
//
// Node's cluster on the add-on, by register.js: four workers that serve under load, go and come
// back.

'use strict';

const path = require('path');
const { addon, runProgram } = require('../support/program');

const register = path.join(path.dirname(addon), 'register.js');
const REQUESTS = process.env.CP_TEST_SOAK ? 20000 : 400;

const SERVER = (policy) => `
  'use strict';
  const cluster = require('cluster');
  const http = require('http');
  const assert = require('assert');
  const WORKERS = 4;
  const REQUESTS = ${REQUESTS};
  const AT_ONCE = 16;

  if (cluster.isPrimary) primary();
  else http.createServer((request, response) => {
    if (request.url === '/die') process.exit(9);
    response.setHeader('connection', 'close');
    response.end(String(cluster.worker.id));
  }).listen(0, '127.0.0.1');

  function get(port, url) {
    return new Promise((resolve, reject) => {
      http.get({ port, path: url, host: '127.0.0.1', agent: false }, (response) => {
        let text = '';
        response.on('data', (data) => { text += data; });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
  }

  async function load(port, count) {
    const answers = new Map();
    let left = count;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) {
        const worker = await get(port, '/');
        answers.set(worker, (answers.get(worker) || 0) + 1);
      }
    }));
    return answers;
  }

  async function primary() {
    assert.strictEqual(require('child_process').fork, require(${JSON.stringify(addon)}).fork);
    cluster.schedulingPolicy = cluster.${policy};
    const workers = Array.from({ length: WORKERS }, () => cluster.fork());
    const ports = await Promise.all(workers.map((worker) => (
      new Promise((resolve) => worker.on('listening', ({ port }) => resolve(port))))));
    const [port] = ports;
    assert(ports.every((each) => each === port));

    const answers = await load(port, REQUESTS);
    assert.strictEqual([...answers.values()].reduce((sum, count) => sum + count, 0), REQUESTS);
    if (cluster.schedulingPolicy === cluster.SCHED_RR) assert.strictEqual(answers.size, WORKERS);

    const died = new Promise((resolve) => cluster.once('exit', (worker, code) => resolve(code)));
    await get(port, '/die').catch(() => {});
    assert.strictEqual(await died, 9);
    const another = cluster.fork();
    await new Promise((resolve) => another.on('listening', resolve));
    assert((await load(port, 60)).size > 0);

    const codes = [];
    cluster.on('exit', (worker, code, signal) => {
      assert(worker.exitedAfterDisconnect);
      codes.push(signal || code);
      if (codes.length === WORKERS) console.log('all well', codes.join());
    });
    cluster.disconnect();
  }
`;

const tests = {};
for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  tests[`a cluster serves with four workers (${policy})`] = async () => {
    const { code, out, err } = await runProgram(SERVER(policy), {
      flags: ['--require', register],
      prologue: false,
    });
    if (code !== 0 || out !== 'all well 0,0,0,0\n') throw new Error(`${code}: ${out}${err}`);
  };
}

module.exports = tests;
