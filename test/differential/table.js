// SPDX-License-Identifier: MIT
//
// The commands that both are given. A row has a name, and either a `command` for a shell or a
// `file` with its `args`; `options` in Node's words; `ways`, the functions to try it in, if not all
// that take such a row. stdin is a pipe: it gets options.input, or ends at once.

'use strict';

const FILE_WAYS = ['spawn', 'execFile', 'spawnSync', 'execFileSync'];
const ALL_WAYS = ['spawn', 'exec', 'execFile', 'spawnSync', 'execSync', 'execFileSync'];
const COLLECTING = ALL_WAYS.filter((way) => way !== 'spawn');

const SHORT = 400; // a timeout that strikes; long enough for a shell to print something before
const LONG = 60000;
const big = 'x'.repeat(1000000);

const commands = {
  'nothing at all': 'true',
  'code 1': 'false',
  'code 2': 'exit 2',
  'code 126': 'exit 126',
  'code 127': 'exit 127',
  'code 128': 'exit 128',
  'code 255': 'exit 255',
  'code 256 is 0': 'exit 256',
  'a command that is not there': 'no-such-command-anywhere',
  'a syntax error': 'if then',
  'a program that may not be run': '/etc/passwd',
  'a line': 'echo text',
  'a line without an end': 'printf text',
  'both outputs': 'echo out; echo err >&2',
  'both outputs and a code': 'echo out; echo err >&2; exit 7',
  'stderr alone and a code': 'echo err >&2; exit 1',
  'stderr without an end and a code': 'printf err >&2; exit 1',
  'stderr alone and code 0': 'echo err >&2',
  'outputs exchanged': '(echo out; echo err >&2) 3>&1 1>&2 2>&3',
  'stderr into stdout': '(echo out; echo err >&2) 2>&1',
  'a pipeline': 'printf "b\\na\\n" | sort | wc -l | tr -d " "',
  'the code of a pipeline is its last': 'exit 3 | true',
  'the code of a pipeline that fails': 'true | exit 3',
  'bytes that are no text': 'printf "\\377\\000\\200"',
  'text beyond ASCII': 'printf "\\303\\251\\342\\202\\254"',
  'a quote and a backslash': `printf '%s' "'" '"' '\\\\'`,
  'line breaks in the command': 'echo a\necho b\n',
  'a here document': 'cat <<END\ntext\nEND',
  '64 KiB': 'head -c 65536 /dev/zero',
  '64 KiB and a byte': 'head -c 65537 /dev/zero',
  '1 MB on stdout': 'head -c 1000000 /dev/zero',
  '500 KB on both': 'head -c 500000 /dev/zero; head -c 500000 /dev/zero >&2',
  'stdout that is closed': 'exec >&-; exit 4',
  'both outputs that are closed': 'exec >&- 2>&-; exit 4',
  'stdin that is closed': 'exec <&-; echo text',
  'stdin at its end': 'cat; echo end',
  'killed by SIGKILL': 'kill -KILL $$',
  'killed by SIGTERM': 'kill -TERM $$',
  'killed by SIGUSR1 with output': 'echo out; echo err >&2; kill -USR1 $$',
  'killed by SIGHUP': 'kill -HUP $$',
  'killed by SIGPIPE': 'kill -PIPE $$',
  'a signal that is caught': 'trap "exit 9" TERM; kill -TERM $$',
  'a child of the shell that is killed': 'sh -c "kill -KILL \\$\\$"; echo $?',
  'a grandchild that holds the output': '(sleep 0.2; echo late) & echo early',
  'a grandchild that lets go': 'sleep 0.1 >/dev/null 2>&1 & echo text',
  'the name of the shell': 'echo $0',
  'stderr by its name': 'echo text >/dev/stderr',
};

const programs = {
  'a program': ['echo', 'text'],
  'arguments that a shell would read': ['printf', '%s|', '$HOME', 'a  b', '*', '', '"', "'", '\\'],
  'a program with a code': ['sh', '-c', 'exit 5'],
  'a program by its path': ['/bin/echo', 'text'],
  'a program that is not there': ['no-such-program-anywhere'],
  'a program that is not there, with arguments': ['no-such-program-anywhere', 'a', 'b c'],
  'a path that is not there': ['/no/such/program'],
  'a file that is no program': ['/etc/passwd'],
  'a folder': ['/etc'],
  'a path through a file': ['/etc/passwd/x'],
  'many arguments': ['printf', '%s', ...Array.from({ length: 1000 }, (_, i) => String(i))],
};

const rows = [
  ...Object.entries(commands).map(([name, command]) => ({ name, command })),
  ...Object.entries(programs).map(([name, [file, ...args]]) => ({ name, file, args })),

  { name: 'cwd', command: 'pwd', options: { cwd: '/usr' } },
  { name: 'a cwd that is not there', command: 'pwd', options: { cwd: '/no/such/folder' } },
  { name: 'a cwd that is a file', command: 'pwd', options: { cwd: '/etc/passwd' } },
  { name: 'env', command: 'echo $A; echo ${HOME-unset}', options: { env: { A: '1 2' } } },
  { name: 'an empty env', command: 'echo ${HOME-unset}', options: { env: {} } },
  { name: 'PATH of env', file: 'probe', args: [], options: { env: { PATH: '/no/such/folder' } } },
  { name: 'argv0', file: 'sh', args: ['-c', 'ps -o args= -p $$ | cut -d " " -f 1'],
    options: { argv0: 'name' }, ways: ['spawn', 'spawnSync', 'execFileSync'] },
  { name: 'argv0 of a program that fails', file: 'sh', args: ['-c', 'exit 3'],
    options: { argv0: 'name' }, ways: ['spawn', 'spawnSync', 'execFileSync'] },
  { name: 'another shell', command: 'echo ${BASH_VERSION:+bash}', options: { shell: '/bin/bash' } },
  { name: 'a shell that is not there', command: 'true', options: { shell: '/no/such/shell' } },

  { name: 'input', command: 'cat', options: { input: 'text' }, ways: COLLECTING },
  { name: 'input that is empty', command: 'cat', options: { input: '' }, ways: COLLECTING },
  { name: 'input of 1 MB', command: 'wc -c | tr -d " "', options: { input: big },
    ways: COLLECTING },
  { name: 'input through cat', command: 'cat', options: { input: big, maxBuffer: 1000000 },
    ways: COLLECTING },
  { name: 'input that is not read', command: 'true', options: { input: big }, ways: COLLECTING },
  { name: 'input that is not read and a code', command: 'exit 3', options: { input: big },
    ways: COLLECTING },

  { name: 'a timeout that does not strike', command: 'echo text; exit 3',
    options: { timeout: LONG } },
  { name: 'a timeout', command: 'exec sleep 60', options: { timeout: SHORT } },
  { name: 'a timeout after output', command: 'echo out; echo err >&2; exec sleep 60',
    options: { timeout: SHORT } },
  { name: 'a timeout by SIGKILL', command: 'exec sleep 60',
    options: { timeout: SHORT, killSignal: 'SIGKILL' } },
  { name: 'a timeout that is caught', command: 'trap "exit 0" TERM; while :; do sleep 0.05; done',
    options: { timeout: SHORT } },
  { name: 'a timeout while a grandchild holds the output', command: 'echo out; sleep 1 & exit 0',
    options: { timeout: SHORT }, ways: COLLECTING },

  { name: 'as much as max_buffer', command: 'printf 12345', options: { maxBuffer: 5 },
    ways: COLLECTING },
  { name: 'more than max_buffer', command: 'printf 123456; exec sleep 60',
    options: { maxBuffer: 5 }, ways: COLLECTING },
  { name: 'more than max_buffer on stderr', command: 'printf 123456 >&2; exec sleep 60',
    options: { maxBuffer: 5 }, ways: COLLECTING },
  // It ignores SIGTERM, since who is killed here may as well have ended before.
  { name: 'more than max_buffer on both together',
    command: 'trap "" TERM; printf 1234; printf abcd >&2', options: { maxBuffer: 5 },
    ways: COLLECTING },
  { name: 'more than max_buffer, by SIGKILL', command: 'printf 123456; exec sleep 60',
    options: { maxBuffer: 5, killSignal: 'SIGKILL' }, ways: COLLECTING },
  { name: 'more characters than max_buffer', command: "printf '€€€€€'; exec sleep 60",
    options: { maxBuffer: 7, encoding: 'utf8' }, ways: COLLECTING },
  { name: '1 MiB by default', command: 'head -c 1048576 /dev/zero', ways: COLLECTING },
  { name: 'no limit', command: 'head -c 2000000 /dev/zero', options: { maxBuffer: Infinity },
    ways: COLLECTING },
];

module.exports = rows.map((row) => ({
  options: {},
  ways: row.file ? FILE_WAYS : ALL_WAYS,
  ...row,
}));
