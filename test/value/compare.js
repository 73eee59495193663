// SPDX-License-Identifier: MIT
//
// compare.js TOOL [SEED]: the library's reading and writing of JSON beside JSON.parse() and
// JSON.stringify() of the node that runs this. Each test gives many texts to json_tool.
'use strict';

const { random, pick, many, ask, test } = require('./comparison.js');
const handPicked = require('./texts.js');

const show = (bytes) => JSON.stringify(bytes.toString('latin1')).slice(0, 300);

function expect(condition, what, ...values) {
  if (condition) return;
  throw new Error(
    `${what}: ${values.map((v) => (Buffer.isBuffer(v) ? show(v) : JSON.stringify(v))).join(' ')}`,
  );
}

// ---- texts ----

// Without what stands between tokens.
const compactOf = (text) =>
  text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/gs, (_, string) => string || '');

function checkText(input, answer) {
  const text = input.toString();
  let parsed,
    isRight = true;
  try {
    parsed = JSON.parse(text);
  } catch {
    isRight = false;
  }
  const isTaken = answer[0] === 0x2b;
  expect(isTaken === isRight, isRight ? 'refuses' : 'takes', input, answer);
  if (!isRight) {
    expect(
      /^-JSON: expected .+ at byte \d+, (not .+|where the text ends)$/s.test(
        answer.toString('latin1'),
      ),
      'explains badly',
      input,
      answer,
    );
    return;
  }
  const lines = answer.subarray(1).toString().split('\n');
  expect(
    Buffer.from(lines.join('\n')).equals(answer.subarray(1)),
    'writes no UTF-8',
    input,
    answer,
  );
  expect(lines.length === 4, 'writes line breaks', input, answer);
  const [written, copied, compact] = lines;
  const stringified = JSON.stringify(parsed);
  expect(
    JSON.stringify(JSON.parse(written)) === stringified,
    'reads otherwise',
    input,
    answer,
    stringified,
  );
  expect(copied === written, 'copies otherwise', input, answer);
  expect(compact === compactOf(text), 'compacts otherwise', input, answer);
}

function checkTexts(inputs) {
  const answers = ask('text', inputs);
  inputs.forEach((input, i) => checkText(input, answers[i]));
  return inputs.length;
}

// ---- generated values ----

const characters = [
  'a',
  'b',
  'key',
  ' ',
  '"',
  '\\',
  '/',
  '\n',
  '\t',
  '\u0000',
  '\u001f',
  '\u007f',
  'é',
  'ÿ',
  '€',
  '\u2028',
  '\ufeff',
  '\uffff',
  '😀',
  '\ud800',
  '\udc00',
  '\udbff',
  'longer text of plain letters',
];
const someString = () => many(random(random(4) ? 5 : 30), () => pick(characters)).join('');

// The double that is so many steps further from 0.
function neighbour(double, steps) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(double);
  bytes.writeBigInt64BE(bytes.readBigInt64BE() + BigInt(steps));
  return bytes.readDoubleBE();
}

function someDouble() {
  const bytes = Buffer.from(many(8, () => random(256)));
  switch (random(7)) {
    case 0:
      return random(1000) - 500;
    case 1:
      return random(100000) / pick([10, 100, 1000, 3, 7]);
    case 2:
      return (random(2 ** 31) * 2 ** 22 + random(2 ** 22)) * pick([1, -1, 2, 1024]);
    case 3:
      return 2 ** (random(2098) - 1074) * pick([1, -1]);
    case 4:
      bytes.writeUInt16BE(random(16), 0);
      return bytes.readDoubleBE();
    case 5:
      return neighbour((1 + random(100000)) / 10 ** random(9), 1 - random(3));
    default:
      return bytes.readDoubleBE();
  }
}

// What JSON.stringify() shows as it is: no key that it moves, no number that it changes.
function someValue(depth) {
  const kind = random(depth > 0 ? 8 : 5);
  if (kind === 0) return pick([null, true, false]);
  if (kind === 1) return random(1e6) / pick([1, 10, 16]);
  if (kind < 5) return someString();
  const count = random(random(6) ? 5 : 40);
  if (kind < 7) return many(count, () => someValue(depth - 1));
  return Object.fromEntries(many(count, () => ['_' + someString(), someValue(depth - 1)]));
}

const someSpace = () => pick(['', '', '', ' ', '\n', '\t \r\n']);
const spread = (json) =>
  json.replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/gs, (token) => someSpace() + token + someSpace());

// A text with one to four small accidents.
function spoil(input) {
  let bytes = [...input];
  for (let i = random(4); i >= 0; i--) {
    const at = random(bytes.length + 1);
    switch (random(6)) {
      case 0:
        bytes.splice(at, 1);
        break;
      case 1:
        bytes.splice(at, 0, random(256));
        break;
      case 2:
        bytes.splice(at, 1, pick([...Buffer.from('[]{},:"\\ \n019.-+eEtfnu')]));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + random(8)));
        break;
      default:
        if (at < bytes.length) bytes[at] ^= 1 << random(8);
    }
  }
  return Buffer.from(bytes);
}

const someNumberText = () =>
  pick(['', '', '-']) +
  pick([
    '0',
    String(1 + random(9)),
    String(random(1e9) + 1),
    many(1 + random(30), () => 1 + random(9)).join(''),
  ]) +
  pick(['', '', '.' + random(1e6), '.' + many(1 + random(40), () => random(10)).join('')]) +
  pick(['', '', 'e' + random(30), 'E-' + random(30), 'e+' + random(320), 'e-' + random(340)]);

// Decimals that stand half way between two doubles, and beside that.
function halfWay() {
  const low = BigInt(2 ** 53 + random(2 ** 31) * 2 + random(2 ** 22));
  const scale = BigInt(1 + random(60));
  const middle = (low * 2n + 1n) * 2n ** scale;
  return (
    String(middle + BigInt(pick([0, 0, 1, -1]))) +
    pick(['', '.0', '.' + '0'.repeat(30) + '1', 'e0'])
  );
}

// ---- strings ----

function toWtf8(string) {
  return Buffer.concat(
    [...string].map((character) => {
      const code = character.codePointAt(0);
      return code < 0xd800 || code > 0xdfff
        ? Buffer.from(character)
        : Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
    }),
  );
}

// ---- the tests ----

test('texts picked by hand are read as node reads them', () => checkTexts(handPicked));

test('every beginning of such a text is read as node reads it', () =>
  checkTexts(
    handPicked
      .filter((text) => text.length < 60)
      .flatMap((text) => many(text.length, (i) => text.subarray(0, i))),
  ));

test('such texts within others are read as node reads them', () =>
  checkTexts(
    handPicked
      .filter((text) => text.length < 2000)
      .flatMap((text) =>
        [
          ['[', ']'],
          ['{"a":', '}'],
          ['[1,', ',2]'],
          ['"', '"'],
          [' ', '\n'],
        ].map(([before, after]) => Buffer.concat([Buffer.from(before), text, Buffer.from(after)])),
      ),
  ));

test('every byte is read as node reads it wherever it stands', () =>
  checkTexts(
    many(256, (i) => i).flatMap((byte) =>
      [
        ['', ''],
        ['"', '"'],
        ['"\\', '"'],
        ['[1', '1]'],
        ['[', '1]'],
        ['"\\u00', '0"'],
        ['1', ''],
      ].map(([before, after]) =>
        Buffer.concat([Buffer.from(before), Buffer.from([byte]), Buffer.from(after)]),
      ),
    ),
  ));

test('generated values are written byte for byte as node writes them', () => {
  const values = many(3000, () => someValue(random(5)));
  const answers = ask(
    'text',
    values.map((value) => Buffer.from(spread(JSON.stringify(value)))),
  );
  values.forEach((value, i) => {
    const line = answers[i].toString().slice(1).split('\n')[0];
    expect(line === JSON.stringify(value), 'writes otherwise', line, JSON.stringify(value));
  });
  return values.length;
});

test('generated texts with accidents are read as node reads them', () => {
  const texts = many(6000, () => Buffer.from(spread(JSON.stringify(someValue(random(4))))));
  return checkTexts(texts.map((text) => spoil(text.length < 3000 ? text : text.subarray(0, 200))));
});

test('texts picked by hand with accidents are read as node reads them', () =>
  checkTexts(
    many(6000, () => {
      const text = pick(handPicked);
      return spoil(text.length < 500 ? text : text.subarray(0, 100));
    }),
  ));

test('numbers keep their digits', () => {
  const texts = many(2000, someNumberText);
  const answers = ask(
    'text',
    texts.map((text) => Buffer.from(text)),
  );
  texts.forEach((text, i) => {
    const lines = answers[i].toString();
    expect(lines === `+${text}\n${text}\n${text}\n`, 'changes a number', text, lines);
  });
  return texts.length;
});

test('numbers are the doubles that node has', () => {
  const texts = [
    ...many(6000, someNumberText),
    ...many(3000, halfWay),
    ...many(2000, () => String(someDouble())).filter((text) => /\d/.test(text)),
    ...many(2000, () => Math.abs(someDouble()).toPrecision(1 + random(40))).filter((text) =>
      /\d/.test(text),
    ),
  ];
  const answers = ask(
    'number',
    texts.map((text) => Buffer.from(text)),
  );
  texts.forEach((text, i) => {
    const expected = Buffer.alloc(8);
    expected.writeDoubleLE(Number(text));
    expect(answers[i].equals(expected), 'reads another double', text, answers[i], expected);
  });
  return texts.length;
});

test('doubles are written as node writes them', () => {
  const doubles = [
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    5e-324,
    2 ** -1022,
    2 ** 53,
    1e21,
    1e21 - 65536,
    1e-6,
    1e-7,
    0.1,
    0.1 + 0.2,
    123456789.125,
    999999999999999,
    1e15,
    1e15 + 0.5,
    1.7976931348623157e308,
    2 ** 63,
    4.35,
    ...many(2098, (i) => 2 ** (i - 1074)),
    ...many(632, (i) => Number(`1e${i - 324}`)),
    ...many(12000, someDouble),
  ];
  const answers = ask(
    'double',
    doubles.map((double) => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(double);
      return bytes;
    }),
  );
  doubles.forEach((double, i) => {
    const expected = Object.is(double, -0) ? '-0' : JSON.stringify(double);
    expect(answers[i].toString() === expected, 'writes a double otherwise', answers[i], expected);
  });
  return doubles.length;
});

test('strings are escaped as node escapes them', () => {
  const strings = many(8000, () => someString().replace(/\0/g, ''));
  const answers = ask('string', strings.map(toWtf8));
  strings.forEach((string, i) => {
    expect(
      answers[i].toString() === JSON.stringify(string),
      'escapes otherwise',
      answers[i],
      JSON.stringify(string),
    );
  });
  return strings.length;
});

test('bytes that are no UTF-8 are written as node decodes them', () => {
  const inputs = many(6000, () =>
    Buffer.from(
      many(random(12), () => 1 + random(255)).map((byte) =>
        random(3) ? pick([byte, 0x80, 0xbf, 0xc3, 0xe2, 0xef, 0xf0, 0xf4, 0x9f, 0x41]) : byte,
      ),
    ).map((byte) => (byte === 0xed ? 0xee : byte)),
  );
  const answers = ask('string', inputs);
  inputs.forEach((input, i) => {
    const expected = JSON.stringify(input.toString());
    expect(answers[i].toString() === expected, 'decodes otherwise', input, answers[i], expected);
  });
  return inputs.length;
});
