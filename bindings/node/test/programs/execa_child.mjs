// SPDX-License-Identifier: MIT

/* The child of execa.mjs: answers one message. */

import { getOneMessage, sendMessage } from 'execa';

const message = await getOneMessage();
await sendMessage(message instanceof Map ? [...message.keys()] : { answer: 42, to: message });
