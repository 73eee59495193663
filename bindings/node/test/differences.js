// SPDX-License-Identifier: MIT
//
// Where ours is deliberately not as Node's module is. In these `cases`, exactly these `places` of
// what is observed differ, from the first value to the second. What may differ `anywhere` has to be
// so (`isSo`) wherever it does, and to be seen at least once. compare.js fails when one is not seen
// any more.

'use strict';

const UNREADABLE = ['error', ['EPROTO', 'the child sent a message that cannot be read']];
const TOO_LONG = ['error', ['EMSGSIZE', 'the child sent a message that is too long']];
const END = ['disconnect'];
const uncaught = (name) => ['uncaught', name];

// What the channel of a hostile child tells.
function hostile(kind, names, nodes, ours) {
  return {
    cases: names.map((name) => `hostile, ${kind}: ${name}`),
    places: { 'seen.channel': [nodes, ours] },
  };
}

const major = Number(process.versions.node.split('.')[0]);

const isOfNobody = major === 20 && !process.env.CP_TEST_SANITIZED;

const STEPS = ['setsid', 'chdir', 'setgid', 'setuid', 'stdio', 'exec'];

module.exports = [
  {
    why: 'A start that fails says at which step, unless that is exec.',
    anywhere: /\.own\.step$/,
    isSo: (nodes, ours) => nodes === undefined && STEPS.includes(ours),
  },
  {
    why: 'Where that step is chdir, it says to which folder.',
    anywhere: /\.own\.cwd$/,
    isSo: (nodes, ours) => nodes === undefined && typeof ours === 'string',
  },

  // Streams are pipes.
  {
    why:
      "stdin, stdout and stderr can be opened by their names in /dev; Node's are sockets, which " +
      'cannot.',
    cases: ['/dev/stdin in a script'],
    places: {
      'seen.exit': [
        ['exit', 1, null],
        ['exit', 0, null],
      ],
      'seen.text': [
        ['', true],
        ['input', false],
      ],
    },
  },
  {
    why: 'The same.',
    cases: ['/dev/stdout in a script'],
    places: {
      'seen.exit': [
        ['exit', 2, null],
        ['exit', 0, null],
      ],
      'seen.text': [
        ['', true],
        ['text\n', false],
      ],
    },
  },
  {
    why: 'The same.',
    cases: ['/dev/stderr in a script'],
    places: {
      'seen.exit': [
        ['exit', 2, null],
        ['exit', 0, null],
      ],
    },
  },
  {
    why: 'So nothing can be written to a child by way of its stdout.',
    cases: ['a write to stdout of a child'],
    places: { 'seen.told': [['written'], ['EPIPE']] },
  },
  {
    why: 'stdin is told closed when the child closes it. Node notices only when it writes.',
    cases: ['a child that closes its stdin, to which nobody writes'],
    places: { seen: [false, true] },
  },

  {
    why: 'So what is written after that meets a stream that is closed.',
    cases: ['input to a command that has closed its stdin before'],
    places: { 'seen.errors': [['EPIPE', 'EPIPE'], ['ERR_STREAM_DESTROYED']] },
  },

  {
    why: 'An entry of envPairs that has no equals sign is left out.',
    cases: ['new ChildProcess().spawn(): envPairs'],
    places: { 'seen.life.fd 1.data': ['A=1\nB\n', 'A=1\n'] },
  },

  // Signals to nobody; Node 20 alone, and not where a sanitizer fills the memory that Node reads.
  {
    why:
      'A child that did not start gets no signal. Node signals process 0 instead, which is the ' +
      'group of the program itself.',
    when: isOfNobody,
    cases: [
      'a signal to a child that failed to start',
      'a signal to a child that was never started',
    ],
    places: {
      seen: [
        { code: null, signal: 'SIGTERM', out: '', err: '' },
        { code: 0, signal: null, out: 'false false\n', err: '' },
      ],
    },
  },
  {
    why: 'The same.',
    when: isOfNobody,
    cases: ['signal 0 to a child that failed to start'],
    places: { 'seen.out': ['true true\n', 'false false\n'] },
  },
  {
    why: 'The same, from an AbortSignal.',
    when: isOfNobody,
    cases: ['abort of a failed start'],
    places: {
      seen: [
        { code: null, signal: 'SIGTERM', out: '', err: '' },
        {
          code: 0,
          signal: null,
          out: 'error spawn no-such-program ENOENT\nclose -2\n',
          err: '',
        },
      ],
    },
  },

  // The end of a channel.
  {
    why: '`close` comes after a disconnect() of the parent, too.',
    cases: ['a fork that the parent lets go'],
    places: { 'seen.child.2': [undefined, ['close', 7, null]] },
  },
  {
    why: 'The same.',
    cases: ['disconnect, event by event'],
    places: { 'seen.child.2': [undefined, ['close', 3, null]] },
  },
  {
    why: 'disconnect() lets all that was sent go out first.',
    cases: ['8 MB sent before disconnect'],
    places: { 'seen.all': [false, true] },
  },

  // Messages that are none.
  {
    why: "A socket that could not be sent is still its owner's; Node has lost it.",
    cases: ['a socket along with what is no message'],
    places: {
      'seen.seen.1': [
        [null, 0, false],
        ['<TCP>', 1, false],
      ],
      'seen.heard': [[], ['still by the parent', 'close']],
    },
  },
  {
    why: 'Messages behind one that is none leave all the same.',
    cases: ['what is no message, behind a handle'],
    places: {
      'seen.heard': [['first'], ['first', 'last']],
      'seen.isLostAlone': [false, true],
    },
  },

  // A child that breaks the protocol: its `error`, and no exception that has no owner.
  {
    why: 'What cannot be read is the `error` of the child.',
    ...hostile(
      'json',
      ['garbage', 'an empty line', 'half a value', 'random bytes', 'brackets, deep'],
      [uncaught('SyntaxError'), END],
      [UNREADABLE, END]
    ),
  },
  {
    why: 'The same; what came before it is told before it.',
    ...hostile(
      'json',
      ['a good line, garbage, a good line'],
      [uncaught('SyntaxError'), ['message', 'a', '<undefined>'], END],
      [['message', 'a', '<undefined>'], UNREADABLE, END]
    ),
  },
  {
    why: 'An answer that nobody waits for is a message like any other of its kind.',
    ...hostile(
      'json',
      ['acknowledgements of nothing'],
      [uncaught('Error'), uncaught('Error'), ['message', 'a', '<undefined>'], END],
      [
        ['internalMessage', { cmd: 'NODE_HANDLE_ACK' }, '<undefined>'],
        ['internalMessage', { cmd: 'NODE_HANDLE_NACK' }, '<undefined>'],
        ['message', 'a', '<undefined>'],
        END,
      ]
    ),
  },
  {
    why: 'The same for frames.',
    ...hostile(
      'advanced',
      [
        'a length of 0',
        'a frame of nonsense',
        'a header alone',
        'an unknown version',
        'an unknown tag',
        'a text longer than its frame',
        'a host object of no kind',
        'a view longer than its frame',
        'an object that does not end',
        'a reference to nothing',
      ],
      [uncaught('Error'), END],
      [UNREADABLE, END]
    ),
  },
  {
    why: 'The same.',
    ...hostile(
      'advanced',
      ['a good one, then nonsense'],
      [uncaught('Error'), ['message', 'ok', '<undefined>'], END],
      [['message', 'ok', '<undefined>'], UNREADABLE, END]
    ),
  },
  {
    why: 'The same.',
    ...hostile('advanced', ['arrays, deep'], [uncaught('RangeError'), END], [UNREADABLE, END]),
  },
  {
    why:
      'That `error`, when nobody listens for it, is a warning of the process: a child must not ' +
      'end its parent.',
    cases: ['json', 'advanced'].map(
      (kind) => `hostile, ${kind}: a parent that does not listen for errors`
    ),
    places: {
      seen: [
        { code: 1, out: '' },
        { code: 0, out: 'exit 3\n' },
      ],
    },
  },
  {
    why: 'A length that nobody means is refused at once. Node waits for two gigabytes.',
    ...hostile('advanced', ['garbage', 'a huge length'], [END], [TOO_LONG, END]),
  },
  {
    why: major < 22 ? 'The same; Node takes it for a negative number.' : 'The same.',
    ...hostile(
      'advanced',
      ['a negative length', 'the least negative length'],
      major < 22 ? [uncaught('Error'), END] : [END],
      [TOO_LONG, END]
    ),
  },
];
