/* SPDX-License-Identifier: MIT */
/*
 * A channel of any serialization whose other end the test holds in its hand, with the descriptors
 * that travel along. As line.h, of which it is the larger brother: what comes is kept, message by
 * message; what is said is a JSON text, which the wire brings into the form that it has; what the
 * channel writes is compared byte for byte.
 *
 *     TEST_OF_ALL(a_message_comes_with_its_descriptor) {
 *       wire_listen(wire);
 *       wire_say_with(wire, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":1}", fd);
 *       wire_wait_for_messages(wire, 1);
 *       wire_expect_heard(wire, 0, "1", CP_HANDLE_NATIVE);
 *       wire_expect_wired(wire, "{\"cmd\":\"NODE_HANDLE_ACK\"}");
 *     }
 *
 * When it returns, the wire is closed, the loop runs to its end, `disconnect` must have come once,
 * then `close` of the child, and every descriptor that came and was taken is closed.
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include "line.h"

struct heard {
  struct bytes payload;
  char *json; /* NULL: it has none */
  bool has_value;
  cp_handle_type type; /* of what came with it */
  int fd;              /* what was taken of it; -1 */
};

enum { WIRE_MOST_HEARD = 64, WIRE_MOST_DESCRIPTORS = 300 };

/* A descriptor that the channel sent: it came with the bytes from `begin` to `end`. */
struct wired_descriptor {
  int fd;
  size_t begin, end;
};

struct wire {
  cp_channel *channel;
  cp_serialization serialization;
  int fd;          /* the other end, non-blocking; -1 once closed */
  int control;     /* as long as it is open, the child lives */
  cp_child *child; /* NULL at the child's side */
  struct watch *w; /* likewise */
  int descriptors; /* that were open when it began */

  char events[512]; /* "message error disconnect"; what repeats is there once */
  bool leaves;      /* what comes with a message is not taken */
  int messages;     /* all of them; only the first are kept: */
  struct heard heard[WIRE_MOST_HEARD];
  int disconnects, errors, drains, sent, lost;
  char told[512];  /* the names that wire_send() was given, as they were told: "a b! c" */
  cp_error *error; /* the last of the channel, copied */
  int lost_number; /* of the last that was lost */
  cp_listener message_listener;

  struct bytes wired; /* what the channel wrote */
  size_t wired_checked;
  struct wired_descriptor with[WIRE_MOST_DESCRIPTORS];
  int with_count;
  bool is_truncated; /* the kernel could not give us a descriptor */
};

void wire_at_parent(cp_serialization serialization, void (*play)(struct wire *wire));
void wire_at_child(cp_serialization serialization, void (*play)(struct wire *wire));

#define TEST_AT_PARENT_AS(name, label, serialization) \
  TEST(label##_##name) { \
    wire_at_parent(serialization, name); \
  }
#define TEST_AT_CHILD_AS(name, label, serialization) \
  TEST(label##_##name) { \
    wire_at_child(serialization, name); \
  }
/* At both sides, in both serializations. */
#define TEST_OF_ALL(name) \
  static void name(struct wire *wire); \
  TEST_AT_PARENT_AS(name, parent_json, CP_JSON) \
  TEST_AT_PARENT_AS(name, parent_advanced, CP_ADVANCED) \
  TEST_AT_CHILD_AS(name, child_json, CP_JSON) \
  TEST_AT_CHILD_AS(name, child_advanced, CP_ADVANCED) \
  static void name(struct wire *wire)
#define TEST_OF_ADVANCED(name) \
  static void name(struct wire *wire); \
  TEST_AT_PARENT_AS(name, parent_advanced, CP_ADVANCED) \
  TEST_AT_CHILD_AS(name, child_advanced, CP_ADVANCED) \
  static void name(struct wire *wire)
/* Raw channels are a parent's: cp_parent() goes by what its parent says. */
#define TEST_OF_RAW(name) \
  static void name(struct wire *wire); \
  TEST_AT_PARENT_AS(name, raw_json, CP_RAW_JSON) \
  TEST_AT_PARENT_AS(name, raw_advanced, CP_RAW_ADVANCED) \
  static void name(struct wire *wire)

void wire_listen(struct wire *wire);
void wire_stop_listening(struct wire *wire);

/* ---- what the peer says ---- */

/* The frame of a message: of a JSON text, or where the channel is raw, of these very bytes. */
struct bytes wire_frame(const struct wire *wire, const char *words);
/* The bytes between the framing. */
struct bytes wire_payload(const struct wire *wire, const char *words);
/* A frame around any bytes. */
struct bytes wire_frame_of(const struct wire *wire, const void *data, size_t length);

void wire_say(struct wire *wire, const char *words);
/* The same in one write, with a descriptor on its first byte; fd stays the test's. */
void wire_say_with(struct wire *wire, const char *words, int fd);
/* Bytes as they are, with descriptors (count 0: none). Runs the loop where the wire is full; false
 * when the channel took it no more. */
bool wire_try(struct wire *wire, const void *data, size_t length, const int *fds, int count);
void wire_write(struct wire *wire, const void *data, size_t length);
void wire_hang_up(struct wire *wire);

/* ---- what came ---- */

void wire_wait_for_messages(struct wire *wire, int count);
void wire_expect_heard(struct wire *wire, int index, const char *words, cp_handle_type type);
/* Closes what was taken so far. */
void wire_close_taken(struct wire *wire);
/* The error of the channel, which closes it, and its `disconnect`. */
void wire_expect_broken(struct wire *wire, int number, const char *words);

/* ---- what the channel writes ---- */

/* cp_send(), or cp_send_payload() where it is raw. `name` (NULL: nobody is told) goes to `told`
 * when it has left, with a '!' when it is lost. */
int wire_send(struct wire *wire, const char *words, const char *name, cp_handle handle);
/* Reads what is there; true unless the end was reached. */
bool wire_pull(struct wire *wire);
/* The next frame that the channel writes is this, and nothing is behind it yet; with as many
 * descriptors, on its first byte. Waits for it. */
void wire_expect_wired(struct wire *wire, const char *words, int descriptors);
/* Nothing more comes. */
void wire_expect_nothing_wired(struct wire *wire);
void wire_pull_bytes(struct wire *wire, size_t count);
/* The last descriptor that came, taken out of the list; the caller closes it. */
int wire_take_wired(struct wire *wire);
void wire_close_wired(struct wire *wire);

/* ---- descriptors to send ---- */

/* A listening socket on the loopback, and one connected to it; each closed by the test. */
int listening_socket(void);
int connected_socket(int ret_pair[2]);
int datagram_socket(int family);

/* The program that passes descriptors, at either end of a channel. */
const char *handle_program(void);

/* The structured clone of a JSON text, written by hand. */
struct bytes clone_of(const char *json);

#endif
