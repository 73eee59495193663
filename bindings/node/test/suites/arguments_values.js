// SPDX-License-Identifier: MIT
//
// Values of every type in every place but the options: the file, the arguments and each of them,
// the options as a whole, the callback, the environment, and what fork() alone has.

'use strict';

const { POOL, isLeftOut, showName, tryAll } = require('../support/pool');

const FILE_FUNCTIONS = ['spawn', 'spawnSync', 'execFile', 'execFileSync'];
const COMMAND_FUNCTIONS = ['exec', 'execSync'];

const cases = {};

for (const [i, value] of POOL.entries()) {
  if (isLeftOut(i)) continue;
  const shown = `${showName(value)} (${i})`;

  cases[`${shown} as the file`] = async (cp, t) => {
    const names = [...FILE_FUNCTIONS, ...COMMAND_FUNCTIONS];
    const seen = await tryAll(t, names, () => [value]);
    seen.fork = await t.call('fork', value, { execPath: 'true' });
    return seen;
  };

  cases[`${shown} as the arguments`] = async (cp, t) => {
    const seen = await tryAll(t, FILE_FUNCTIONS, () => ['true', value]);
    if (typeof value !== 'function' && typeof value !== 'object') {
      seen.fork = await t.call('fork', 'module', value, { execPath: 'true' });
    }
    return seen;
  };

  cases[`${shown} as the arguments, with options after it`] = async (cp, t) => {
    const seen = await tryAll(t, FILE_FUNCTIONS, () => ['true', value, { cwd: '/no/folder' }]);
    seen.fork = await t.call('fork', 'module', value, { execPath: 'true', cwd: '/no/folder' });
    return seen;
  };

  cases[`${shown} as an argument`] = async (cp, t) => {
    const seen = await tryAll(t, FILE_FUNCTIONS, () => ['echo', ['a', value, 'z']]);
    seen.fork = await t.call('fork', 'module', [value], { execPath: 'echo', silent: true });
    return seen;
  };

  cases[`${shown} as the options`] = async (cp, t) => {
    const seen = await tryAll(t, FILE_FUNCTIONS, () => ['true', ['x'], value]);
    Object.assign(seen, await tryAll(t, COMMAND_FUNCTIONS, () => ['true', value]));
    return seen;
  };

  cases[`${shown} as the callback`] = async (cp, t) => {
    const [file, command] = [
      ['true', ['x'], {}, value],
      ['true', {}, value],
    ];
    return {
      execFile: await t.life('execFile', ...file),
      exec: await t.life('exec', ...command),
      noOptions: await t.life('execFile', 'true', ['x'], null, value),
    };
  };

  cases[`${shown} as a variable of the environment`] = async (cp, t) => {
    const env = { PATH: process.env.PATH, A: value };
    return tryAll(t, ['spawn', 'spawnSync'], () => ['sh', ['-c', 'echo "${A-unset}"'], { env }]);
  };

  cases[`${shown} as execPath of fork`] = async (cp, t) =>
    value ? t.call('fork', 'module', { execPath: value, silent: true }) : 'left out';

  cases[`${shown} as execArgv of fork`] = async (cp, t) =>
    t.call('fork', 'module', { execPath: 'echo', silent: true, execArgv: value });

  cases[`${shown} in execArgv of fork`] = async (cp, t) =>
    t.call('fork', 'module', { execPath: 'echo', silent: true, execArgv: [value] });

  cases[`${shown} as silent of fork`] = async (cp, t) =>
    t.call('fork', 'module', { execPath: 'true', silent: value });
}

module.exports = cases;
