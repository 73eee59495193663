// SPDX-License-Identifier: MIT
// The child of exchange.c, in Node: shows what it gets, and answers with another Map.
process.on('message', (map) => {
  console.log('child got', map);
  const words = map.get('words').toString();
  process.send(new Map([['words', Buffer.from(words.toUpperCase())]]));
});
