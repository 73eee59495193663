// SPDX-License-Identifier: MIT
//
// Where we are deliberately not as Node is: in these rows of the table, in these ways, exactly
// these fields differ. compare.js fails when one of them is the same.

'use strict';

const EXEC_PAIR = ['exec', 'execFile'];
const SYNC = ['spawnSync', 'execSync', 'execFileSync'];
const COLLECTING = [...EXEC_PAIR, ...SYNC];
const ALL = ['spawn', ...COLLECTING];
const WHOLE_ERROR = ['error', 'message', 'killed', 'command'];

module.exports = [
  {
    why: 'A timeout is ETIMEDOUT in exec as in the blocking calls. Node tells of a command '
       + 'that failed, and nobody can tell its signal from that of another.',
    rows: ['a timeout', 'a timeout after output', 'a timeout by SIGKILL'],
    ways: EXEC_PAIR,
    fields: ['error'],
  },
  {
    why: 'The error of a timeout comes also when the command itself ended well after the '
       + 'signal, or had ended before. In Node there is none then, and the output is cut '
       + 'without a word.',
    rows: ['a timeout that is caught', 'a timeout while a grandchild holds the output'],
    ways: EXEC_PAIR,
    fields: ['error', 'message', 'command'],
  },
  {
    why: 'That error says whether we have signalled the child; where Node has no error it '
       + 'has not got this either.',
    rows: ['a timeout that is caught', 'a timeout while a grandchild holds the output'],
    ways: EXEC_PAIR,
    fields: ['killed'],
  },
  {
    why: 'Too much output is ENOBUFS in exec as in the blocking calls, and its error, too, '
       + 'says that the child was killed.',
    rows: ['more than max_buffer', 'more than max_buffer on stderr',
           'more than max_buffer, by SIGKILL', 'more characters than max_buffer'],
    ways: EXEC_PAIR,
    fields: ['error', 'killed'],
  },
  {
    why: 'max_buffer cuts at the byte. Node cuts strings at the character in exec.',
    rows: ['more characters than max_buffer'],
    ways: EXEC_PAIR,
    fields: ['out'],
  },
  {
    why: 'max_buffer cuts in the blocking calls as well. Node keeps all that it had read.',
    rows: ['more than max_buffer', 'more than max_buffer, by SIGKILL',
           'more characters than max_buffer'],
    ways: SYNC,
    fields: ['out'],
  },
  {
    why: 'The same for stderr.',
    rows: ['more than max_buffer on stderr'],
    ways: SYNC,
    fields: ['err'],
  },
  {
    why: 'max_buffer counts each stream for itself. The blocking calls of Node count the '
       + 'sum.',
    rows: ['more than max_buffer on both together'],
    ways: SYNC,
    fields: ['error', 'message'],
  },
  {
    why: 'That a child did not want its input is no trouble. The blocking calls of Node tell '
       + 'EPIPE, even of one that ended well.',
    rows: ['input that is not read', 'input that is not read and a code'],
    ways: SYNC,
    fields: ['error', 'message'],
  },
  {
    why: 'The message of a start that failed names the step and what it was given, unless it '
       + 'is the program itself that is missing.',
    rows: ['a cwd that is not there', 'a cwd that is a file'],
    ways: ALL,
    fields: ['message'],
  },
  {
    why: 'ENOTDIR is an `error` event, with the program in its message. Node throws it, '
       + 'without.',
    rows: ['a path through a file'],
    ways: ['spawn', 'execFile'],
    fields: ['message'],
  },
  {
    why: 'The same: what is thrown has no `cmd`.',
    rows: ['a path through a file', 'a cwd that is a file'],
    ways: EXEC_PAIR,
    fields: ['command'],
  },
  {
    why: 'stdout and stderr are pipes, which can be opened by their names in /dev. Those of '
       + 'Node are sockets, which cannot.',
    rows: ['stderr by its name'],
    ways: ALL,
    fields: ['code', 'err'],
  },
  {
    why: 'The same: where Node has an error of the command, we have none.',
    rows: ['stderr by its name'],
    ways: EXEC_PAIR,
    fields: WHOLE_ERROR,
  },
  {
    why: 'The same.',
    rows: ['stderr by its name'],
    ways: ['execSync', 'execFileSync'],
    fields: ['error', 'message'],
  },
];
