// SPDX-License-Identifier: MIT
//
// encode(value): what a program can see of a value, as plain JSON in which what changes from run to
// run is a placeholder. Errors show all their own properties in order, the hidden ones with a mark.

'use strict';

const crypto = require('crypto');
const path = require('path');

const LONGEST = 2000; // longer text and bytes are told by their length, their hash and their start

const hidden = []; // [text, placeholder], the longest text first

// From now on the text is shown as the placeholder.
function hide(text, placeholder) {
  hidden.push([text, placeholder]);
  hidden.sort((a, b) => b[0].length - a[0].length);
}

hide(process.execPath, '<node>');
hide(path.dirname(__dirname), '<test>');

function shorten(text, kind) {
  if (text.length <= LONGEST) return text;
  const hash = crypto.createHash('sha1').update(text).digest('hex').slice(0, 12);
  return `<${kind} of ${text.length}, ${hash}, ${text.slice(0, 40)}>`;
}

function cover(text) {
  return hidden.reduce((shown, [from, to]) => shown.split(from).join(to), text);
}

function encodeText(text) {
  return shorten(cover(text), 'text');
}

function encodeBytes(buffer) {
  const text = buffer.toString('latin1');
  return { [buffer.constructor.name]: shorten(cover(text), 'bytes') };
}

function encodePrimitive(value) {
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'bigint':
      return `<${value}n>`;
    case 'symbol':
      return `<${String(value)}>`;
    case 'undefined':
      return '<undefined>';
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : `<${value}>`;
    default:
      return value;
  }
}

function encodeFunction(value) {
  return `<function ${value.name}, ${value.length}>`;
}

// A process id is as good as any other; that there is one matters.
function encodeMember(object, name, seen) {
  const { value, get } = Object.getOwnPropertyDescriptor(object, name);
  if (name === 'stack') return encodeText(String(object.stack).split('\n')[0]);
  if (get) return '<getter>';
  if (name === 'pid' && value > 0) return '<pid>';
  // What it is called inside is not for anybody.
  if (typeof value === 'function' && object instanceof Error) return '<function>';
  return encodeAny(value, seen);
}

function encodeError(error, seen) {
  const own = {};
  for (const name of Object.getOwnPropertyNames(error)) {
    const mark = Object.prototype.propertyIsEnumerable.call(error, name) ? '' : ' (hidden)';
    own[name + mark] = encodeMember(error, name, seen);
  }
  return {
    error: error.constructor.name,
    name: error.name,
    text: encodeText(String(error)),
    own,
  };
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function encodeObject(value, seen) {
  if (Array.isArray(value)) return value.map((each) => encodeAny(each, seen));
  if (Buffer.isBuffer(value)) return encodeBytes(value);
  if (value instanceof Error) return encodeError(value, seen);
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { [value.constructor.name]: bytes.toString('hex') };
  }
  if (value instanceof Date) return { Date: value.getTime() };
  if (value instanceof RegExp) return { RegExp: String(value) };
  if (value instanceof Map) return { Map: encodeAny([...value], seen) };
  if (value instanceof Set) return { Set: encodeAny([...value], seen) };
  if (!isPlain(value)) return `<${value.constructor && value.constructor.name}>`;
  const shown = Object.getPrototypeOf(value) === null ? { '<prototype>': null } : {};
  for (const name of Object.keys(value)) shown[name] = encodeMember(value, name, seen);
  return shown;
}

function encodeAny(value, seen) {
  if (typeof value === 'function') return encodeFunction(value);
  if (typeof value !== 'object' || value === null) return encodePrimitive(value);
  if (seen.includes(value)) return '<circular>';
  return encodeObject(value, [...seen, value]);
}

exports.encode = (value) => encodeAny(value, []);
exports.hide = hide;
