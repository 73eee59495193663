// SPDX-License-Identifier: MIT
'use strict';

/*
 * Messages to payloads and back, in the two ways that a channel may have. Where one payload ends
 * and the next begins on the wire is the library's business; read() gets those that came together:
 * JSON texts with a line break between two, or byte strings with a length in front of each.
 */

const v8 = require('node:v8');

const { StringPrototypeIncludes, uncurryThis } = require('./primordials.js');

const { parse, stringify } = JSON;
const { isView } = ArrayBuffer;
const ViewOfBytes = Uint8Array;
const UnreadableError = TypeError;
const StringPrototypeSplit = uncurryThis(String.prototype.split);

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
    throw new UnreadableError(`A host object of the unknown kind ${kind}`);
  }
}

function readLength(bytes, at) {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}

const json = {
  isAdvanced: false,

  write(message) {
    // A toJSON() that returns undefined yields "undefined": Node sends that, too.
    return `${stringify(message)}`;
  },

  read(text, receive) {
    if (!StringPrototypeIncludes(text, '\n')) {
      receive(parse(text));
      return;
    }
    const lines = StringPrototypeSplit(text, '\n');
    for (let i = 0; i < lines.length; i++) receive(parse(lines[i]));
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
    const bytes = new ViewOfBytes(data);
    for (let at = 0; at < bytes.length;) {
      const length = readLength(bytes, at);
      const start = at + LENGTH_SIZE;
      at = start + length;
      const deserializer = new MessageDeserializer(new ViewOfBytes(data, start, length));
      deserializer.readHeader();
      receive(deserializer.readValue());
    }
  },
};

module.exports = { json, advanced };
