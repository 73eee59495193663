/* SPDX-License-Identifier: MIT */
/* Channels with structured clones: what Node writes is read, and what is written Node reads. */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

static const cp_handle no_handle;

static int digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct bytes bytes_of(const char *hex) {
  struct bytes bytes = { 0 };
  append(&bytes, "", 0);
  for (; hex[0] && hex[1]; hex += 2)
    append(&bytes, (const char[]){ (char) (digit(hex[0]) << 4 | digit(hex[1])) }, 1);
  return bytes;
}

static void say_hex(struct wire *wire, const char *hex) {
  struct bytes payload = bytes_of(hex);
  struct bytes frame = wire_frame_of(wire, payload.data, payload.length);
  wire_write(wire, frame.data, frame.length);
}

/* As Node writes them; and what JSON.stringify() makes of the values, "" where it throws. */
static const struct clone {
  const char *hex, *json;
} clones[] = {
  { "ff0f22026869", "\"hi\"" },
  { "ff0f30", "null" },
  { "ff0f4902", "1" },
  { "ff0f5c000a026869", "{\"type\":\"Buffer\",\"data\":[104,105]}" },
  { "ff0f5c0001020102", "{\"0\":1,\"1\":2}" },
  { "ff0f6f2201765c000102010222037531365c00040201007b02",
    "{\"v\":{\"0\":1,\"1\":2},\"u16\":{\"0\":1}}" },
  { "ff0f5c00090100", "{}" },
  { "ff0f41025c000a01615c000a0162240002",
    "[{\"type\":\"Buffer\",\"data\":[97]},{\"type\":\"Buffer\",\"data\":[98]}]" },
  { "ff0f6302ac20", "\"\xe2\x82\xac\"" },
  { "ff0f6f22016b6302ac2022016c4101006302ac202400017b02",
    "{\"k\":\"\xe2\x82\xac\",\"l\":[\"\xe2\x82\xac\"]}" },
  { "ff0f3b49026f2201625c000a017a7b013a02", "{}" },
  { "ff0f41025c000a01715e01240002",
    "[{\"type\":\"Buffer\",\"data\":[113]},{\"type\":\"Buffer\",\"data\":[113]}]" },
  { "ff0f440000000000000000", "\"1970-01-01T00:00:00.000Z\"" },
  { "ff0f6f2201615f7b01", "{}" },
  { "ff0f41015f240001", "[null]" },
  { "ff0f5a100100000000000000", "" }, /* 1n */
  { "ff0f6f2201615e007b01", "" },     /* a cycle */
};

enum { CLONE_COUNT = sizeof clones / sizeof *clones };

TEST_OF_ADVANCED(what_node_sends_is_read) {
  wire_listen(wire);
  for (int i = 0; i < CLONE_COUNT; i++) say_hex(wire, clones[i].hex);
  wire_wait_for_messages(wire, CLONE_COUNT);
  for (int i = 0; i < CLONE_COUNT; i++) {
    const struct heard *heard = &wire->heard[i];
    struct bytes payload = bytes_of(clones[i].hex);
    CHECK_MEM(heard->payload.data, heard->payload.length, payload.data, payload.length);
    CHECK(heard->has_value);
    if (*clones[i].json) CHECK_STR(heard->json, clones[i].json);
    if (!*clones[i].json) CHECK(heard->json == NULL);
  }
  CHECK_INT(wire->errors, 0);
}

static void send_value_back(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  CHECK_INT(cp_send_value(channel, cp_message_value(message), NULL), 0);
}

TEST_OF_ADVANCED(values_that_are_sent_back_are_what_node_wrote) {
  CHECK(cp_on_message(wire->channel, send_value_back, NULL) != 0);
  for (int i = 0; i < CLONE_COUNT; i++) {
    struct bytes payload = bytes_of(clones[i].hex);
    struct bytes frame = wire_frame_of(wire, payload.data, payload.length);
    size_t begin = wire->wired.length;
    wire_write(wire, frame.data, frame.length);
    wire_pull_bytes(wire, begin + frame.length);
    CHECK_MEM(wire->wired.data + begin, wire->wired.length - begin, frame.data, frame.length);
  }
}

TEST_OF_ADVANCED(a_payload_is_sent_as_it_is) {
  for (int i = 0; i < CLONE_COUNT; i++) {
    struct bytes payload = bytes_of(clones[i].hex);
    struct bytes frame = wire_frame_of(wire, payload.data, payload.length);
    size_t begin = wire->wired.length;
    CHECK_INT(cp_send_payload(wire->channel, (cp_bytes){ payload.data, payload.length }, NULL), 0);
    wire_pull_bytes(wire, begin + frame.length);
    CHECK_MEM(wire->wired.data + begin, wire->wired.length - begin, frame.data, frame.length);
  }
}

TEST_OF_ADVANCED(a_json_text_is_sent_as_the_clone_of_its_values) {
  static const char *const texts[] = {
    "null", "true", "false",    "0",  "-1",         "2147483647", "2147483648",
    "1.5",  "\"\"", "\"text\"", "[]", "[1,[2,{}]]", "{}",         "{\"b\":1,\"a\":{\"c\":null}}"
  };
  enum { COUNT = sizeof texts / sizeof *texts };
  for (int i = 0; i < COUNT; i++) CHECK_INT(wire_send(wire, texts[i], "x", no_handle), 0);
  for (int i = 0; i < COUNT; i++) wire_expect_wired(wire, texts[i], 0);
  CHECK_INT(wire_send(wire, "{\"a\":", "x", no_handle), UV_EINVAL);
  CHECK_INT(wire->sent, COUNT);
}

TEST_OF_ADVANCED(frames_cut_at_every_byte_are_the_same) {
  static const char *const texts[] = { "\"first\"", "{\"cmd\":\"NODE_X\"}", "[1,2]", "null" };
  struct bytes all = { 0 };
  for (int i = 0; i < 4; i++) {
    struct bytes frame = wire_frame(wire, texts[i]);
    append(&all, frame.data, frame.length);
  }
  wire_listen(wire);
  for (size_t cut = 0; cut <= all.length; cut++) {
    wire->messages = 0;
    for (int i = 0; i < 4; i++) wire->heard[i].payload.length = 0;
    if (cut > 0) wire_write(wire, all.data, cut);
    for (int i = 0; i < 4; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    if (cut < all.length) wire_write(wire, all.data + cut, all.length - cut);
    wire_wait_for_messages(wire, 3); /* the second is Node's own */
    wire_expect_heard(wire, 0, texts[0], CP_HANDLE_NONE);
    wire_expect_heard(wire, 1, texts[2], CP_HANDLE_NONE);
    wire_expect_heard(wire, 2, texts[3], CP_HANDLE_NONE);
  }
}

/* In every form that a string may have, and not in others' names. */
TEST_OF_ADVANCED(internal_messages_are_kept_apart_in_every_form_of_a_string) {
  static const char *const internal[] = {
    "ff0f6f2203636d6422064e4f44455f587b01",               /* {cmd:"NODE_X"} */
    "ff0f6f2203636d6453064e4f44455f587b01",               /* as UTF-8 */
    "ff0f6f2203636d64630c4e004f00440045005f0058007b01",   /* as UTF-16 */
    "ff0f6f2203636d6400630c4e004f00440045005f0058007b01", /* padded */
    "ff0f6f5303636d6422064e4f44455f587b01",               /* the key as UTF-8 */
    "ff0f6f6306630"
    "06d00640022064e4f44455f587b01", /* the key as UTF-16 */
    "ff0f6f220161490222"
    "03636d6422064e4f44455f587b02",             /* {a:1,cmd:"NODE_X"} */
    "ff0f00006f2203636d6422064e4f44455f587b01", /* padded in front */
    "ff0d6f2203636d6422064e4f44455f587b01",     /* version 13 */
  };
  static const char *const others[] = {
    "ff0f6f2203636d6422054e4f44455f7b01",               /* {cmd:"NODE_"} */
    "ff0f6f2203636d6422066e4f44455f587b01",             /* {cmd:"nODE_X"} */
    "ff0f6f2203436d6422064e4f44455f587b01",             /* {Cmd:"NODE_X"} */
    "ff0f22064e4f44455f58",                             /* "NODE_X" */
    "ff0f3b2203636d6422064e4f44455f583a02",             /* Map { cmd => "NODE_X" } */
    "ff0f6f2201616f2203636d6422064e4f44455f587b017b01", /* {a:{cmd:"NODE_X"}} */
    "ff0f6f2203636d6449027b01",                         /* {cmd:1} */
  };
  enum { COUNT = sizeof others / sizeof *others };
  wire_listen(wire);
  for (size_t i = 0; i < sizeof internal / sizeof *internal; i++) say_hex(wire, internal[i]);
  for (int i = 0; i < COUNT; i++) say_hex(wire, others[i]);
  wire_wait_for_messages(wire, COUNT);
  for (int i = 0; i < COUNT; i++) {
    struct bytes payload = bytes_of(others[i]);
    CHECK_MEM(wire->heard[i].payload.data, wire->heard[i].payload.length, payload.data,
              payload.length);
  }
  wire_expect_nothing_wired(wire);
}

/* ---- with a handle ---- */

TEST_OF_ADVANCED(clones_of_every_kind_come_with_a_handle) {
  wire_listen(wire);
  for (int i = 0; i < CLONE_COUNT; i++) {
    /* {cmd:"NODE_HANDLE",type:"net.Native",msg:...}; what it refers to is one further. */
    const char *inner = strstr(clones[i].hex, "5e01")   ? "41025c000a01715e02240002"
                        : strstr(clones[i].hex, "5e00") ? "6f2201615e017b01"
                                                        : clones[i].hex + 4;
    struct bytes payload = bytes_of(text("ff0f6f2203636d64220b4e4f44455f48414e444c452204747970652"
                                         "20a6e65742e4e617469766522036d7367%s7b03",
                                         inner));
    struct bytes frame = wire_frame_of(wire, payload.data, payload.length);
    int null = 0;
    CHECK(wire_try(wire, frame.data, frame.length, &null, 1));
    wire_wait_for_messages(wire, i + 1);
    CHECK_INT(wire->heard[i].type, CP_HANDLE_NATIVE);
    CHECK(wire->heard[i].has_value);
    if (*clones[i].json) CHECK_STR(wire->heard[i].json, clones[i].json);
    if (!*clones[i].json) CHECK(wire->heard[i].json == NULL);
    wire_expect_wired(wire, "{\"cmd\":\"NODE_HANDLE_ACK\"}", 0);
  }
}

/* ---- C with C ---- */

struct talk {
  int count, next;
};

static void on_echo(cp_channel *channel, cp_message *message, void *user) {
  struct talk *talk = user;
  const cp_value *number = cp_value_get(cp_message_value(message), "number");
  CHECK_INT(cp_value_as_number(number, -1), talk->next);
  if (++talk->next == talk->count) cp_disconnect(channel);
}

TEST(c_talks_with_c_in_clones) {
  struct talk talk = { .count = 1000 };
  cp_options options = { .silent = true, .serialization = CP_ADVANCED };
  struct watch *w = watch(cp_fork(ipc_program(), CP_ARGS("echo"), &options));
  cp_on_message(cp_ipc(w->child), on_echo, &talk);
  for (int i = 0; i < talk.count; i++)
    CHECK(cp_send(cp_ipc(w->child), text("{\"number\":%d}", i), NULL) >= 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(talk.next, talk.count);
  CHECK_STR(output_of(w, 1), "");
}

static void on_large(cp_channel *channel, cp_message *message, void *user) {
  size_t length;
  CHECK(cp_message_json(message, &length) != NULL);
  *(size_t *) user = length;
  cp_disconnect(channel);
}

TEST(large_clones_go_to_and_fro) {
  enum { LENGTH = 8 << 20 };
  size_t length = 0;
  cp_options options = { .silent = true, .serialization = CP_ADVANCED };
  struct watch *w = watch(cp_fork(ipc_program(), CP_ARGS("echo"), &options));
  cp_on_message(cp_ipc(w->child), on_large, &length);
  char *json = strcpy(test_alloc(LENGTH + 3), string_of('x', LENGTH + 2));
  json[0] = json[LENGTH + 1] = '"';
  CHECK_INT(cp_send(cp_ipc(w->child), json, NULL), CP_FULL);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(length, LENGTH + 2);
}
