// SPDX-License-Identifier: MIT
//
// What messages.c makes for the contenders in C: values of a size.
import { Buffer } from 'node:buffer';

const BYTES_PER_MEMBER = 20;

export function memberCount(size) {
  return Math.floor(size / BYTES_PER_MEMBER);
}

export function key(i) {
  return `m${String(i).padStart(6, '0')}`;
}

// By the words of the command line: a string, an object of many members, a Buffer or an
// ArrayBuffer.
export function makeMany(asked) {
  const size = Number(asked.size);
  if (asked.object === '1') {
    const object = {};
    for (let i = 0; i < memberCount(size); i++) object[key(i)] = i % 2 ? 'some text' : i;
    return object;
  }
  if (asked.advanced === '1') return Buffer.alloc(size, 'a');
  if (asked.buffer === '1') return new Uint8Array(size).fill(97).buffer;
  const text = Buffer.alloc(size - 2);
  for (let i = 0; i < text.length; i++) text[i] = 97 + (i + 1) % 26;
  return text.toString('latin1'); // in one piece
}
