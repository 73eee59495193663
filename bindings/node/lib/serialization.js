// SPDX-License-Identifier: MIT
'use strict';

/*
 * Messages to payloads and back, in the two ways that a channel may have. Where one payload ends
 * and the next begins on the wire is the library's business; read() gets those that came together:
 * JSON texts with a line break between two, or byte strings with a length in front of each.
 */

const v8 = require('node:v8');

const { parse, stringify } = JSON;
const { isView } = ArrayBuffer;

const LENGTH_SIZE = 4;
// What stands in front of an object that V8 leaves to us, so that Node's other half can tell.
const VIEW_FOLLOWS = 0;
const PLAIN_COPY_FOLLOWS = 1;

class MessageSerializer extends v8.DefaultSerializer {
  _writeHostObject(object) {
    if (isView(object)) {
      this.writeUint32(VIEW_FOLLOWS);
      return super._writeHostObject(object);
    }
    // Objects of native code travel as JSON would have them: what of them is enumerable.
    this.writeUint32(PLAIN_COPY_FOLLOWS);
    this.writeValue({ ...object });
  }
}

class MessageDeserializer extends v8.DefaultDeserializer {
  _readHostObject() {
    const kind = this.readUint32();
    if (kind === VIEW_FOLLOWS) return super._readHostObject();
    if (kind === PLAIN_COPY_FOLLOWS) return this.readValue();
    throw new TypeError(`A host object of the unknown kind ${kind}`);
  }
}

const json = {
  isAdvanced: false,

  write(message) {
    // A toJSON() that returns undefined yields "undefined": Node sends that, too.
    return `${stringify(message)}`;
  },

  read(text, receive) {
    if (!text.includes('\n')) {
      receive(parse(text));
      return;
    }
    for (const line of text.split('\n')) receive(parse(line));
  },
};

const advanced = {
  isAdvanced: true,

  write(message) {
    const serializer = new MessageSerializer();
    serializer.writeHeader();
    serializer.writeValue(message);
    return serializer.releaseBuffer();
  },

  read(data, receive) {
    const lengths = new DataView(data);
    for (let at = 0; at < data.byteLength;) {
      const start = at + LENGTH_SIZE;
      const length = lengths.getUint32(at);
      at = start + length;
      const deserializer = new MessageDeserializer(new Uint8Array(data, start, length));
      deserializer.readHeader();
      receive(deserializer.readValue());
    }
  },
};

module.exports = { json, advanced };
