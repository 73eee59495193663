/* SPDX-License-Identifier: MIT */
#include "base/errno_names.h"
#include "ipc/channel.h"

void channel_emit(cp_channel *channel, enum channel_event event) {
  struct emission walk;
  emission_begin(&walk, &channel->emitter, event);
  for (struct listener *l; (l = emission_next(&walk));) ((cp_channel_cb) l->call)(channel, l->user);
  emission_end(&walk);
}

void channel_emit_message(cp_channel *channel, cp_message *message) {
  struct emission walk;
  emission_begin(&walk, &channel->emitter, CHANNEL_MESSAGE);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_message_cb) l->call)(channel, message, l->user);
  emission_end(&walk);
}

void channel_emit_error(cp_channel *channel, int number, const char *text) {
  const cp_error error = {
    .number = number,
    .code = errno_name(number),
    .name = "Error",
    .message = text,
  };
  struct emission walk;
  emission_begin(&walk, &channel->emitter, CHANNEL_ERROR);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_channel_error_cb) l->call)(channel, &error, l->user);
  emission_end(&walk);
}
