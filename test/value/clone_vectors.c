/* SPDX-License-Identifier: MIT */
/* What V8 was seen to write and to take, both ways. */
#include "value/clone_support.h"
#include "value/rebuild.h"
#include "value/v8_vectors.h"

/* V8 11 cannot read what it writes for this. */
#define SELF_CAUSE "(()=>{const e=new Error('m');e.stack='S';e.cause=e;return e})()"

enum { FRAME_LENGTH_DIGITS = 8 };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* V8 11 writes the cause of an Error before the stack, which V8 12 does not read: what is read so
 * is written in the other order, which all read. */
#define CAUSE_FIRST "ff0f726d22016d632203776879732201532e"
#define CAUSE_LAST  "ff0f726d22016d732201536322037768792e"

static const char *hex_to_write(const char *hex) {
  return strcmp(hex, CAUSE_FIRST) == 0 ? CAUSE_LAST : hex;
}

/* Read, it is written again, and so are its copy and what the constructors make of it. */
static void check_both_ways(const char *read, enum clone_flavor flavor, size_t *ret_rebuilt) {
  const char *hex = hex_to_write(read);
  cp_value *value = read_hex(read, flavor);
  cp_value *copy = cp_value_copy(value), *again = rebuild(value);
  check_clone(value, flavor, hex);
  cp_value_free(value);
  check_clone(copy, flavor, hex);
  cp_value_free(copy);
  if (!again) return;
  check_clone(again, flavor, hex);
  cp_value_free(again);
  ++*ret_rebuilt;
}

TEST(all_that_v8_writes_is_read_and_written) {
  size_t rebuilt = 0, refused = 0;
  CHECK_INT(COUNT(v8_encodings), 152);
  for (size_t i = 0; i < COUNT(v8_encodings); i++) {
    const char *hex = v8_encodings[i].hex;
    if (strcmp(v8_encodings[i].source, SELF_CAUSE) != 0) {
      check_both_ways(hex, CLONE_V8, &rebuilt);
      continue;
    }
    check_clone_refused(from_hex(hex), CLONE_V8);
    refused++;
  }
  CHECK_INT(refused, 1);
  CHECK_INT(rebuilt, 152 - 1 - 2); /* one array has a member with a name, one very many holes */
}

TEST(an_error_may_be_its_own_cause) {
  static const char hex[] = "ff0f726d22016d73220153635e002e"; /* as V8 12 writes it */
  cp_value *error = cp_value_new_error("Error", "m");
  CHECK(cp_value_put(error, "cause", error) == error);
  error = cp_value_put(error, "stack", cp_value_new_string("S"));
  check_clone(error, CLONE_V8, hex);
  cp_value_free(error);
  error = read_hex(hex, CLONE_V8);
  CHECK(cp_value_get(error, "cause") == error);
  check_clone(error, CLONE_V8, hex);
  cp_value_free(error);
}

/* V8 reads five bytes of a number, or two of one that it holds in 8 bits, and goes on behind
 * them. */
TEST(a_number_ends_where_it_ends_for_v8) {
  cp_value *value = read_hex("ff0f4990c2c09082c09006", CLONE_V8);
  check_clone(value, CLONE_V8, "ff0f4990c2c09002");
  cp_value_free(value);
  check_clone_refused(from_hex("ff0f41014990c2c09082c09006240001"), CLONE_V8);
  check_clone_refused(from_hex("ff0f4990c2c09082"), CLONE_V8);
  value = read_hex("ff0f72c5242e", CLONE_V8);
  check_clone(value, CLONE_V8, "ff0f72452e"); /* an EvalError */
  cp_value_free(value);
  cp_value_free(read_hex("ff0f72c5a42e", CLONE_V8));
  check_clone_refused(from_hex("ff0f72c5a4"), CLONE_V8);
}

TEST(a_regexp_has_not_both_u_and_v) {
  cp_value_free(read_hex("ff0f5222016110", CLONE_V8));
  cp_value_free(read_hex("ff0f522201618002", CLONE_V8));
  check_clone_refused(from_hex("ff0f522201619002"), CLONE_V8);
  check_clone_refused(from_hex("ff0f522201618004"), CLONE_V8);
  CHECK(cp_value_new_regexp("a", "uv") == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
}

/* What V8 11 wrote, with the cause before the stack, V8 12 does not read. */
TEST(a_cause_that_came_before_the_stack_is_written_behind_it) {
  cp_value *error = read_hex(CAUSE_FIRST, CLONE_V8);
  check_clone(error, CLONE_V8, CAUSE_LAST);
  cp_value *copy = cp_value_copy(error);
  check_clone(copy, CLONE_V8, CAUSE_LAST);
  cp_value_free(copy);
  cp_value_free(error);
}

TEST(all_that_node_sends_is_read_and_written) {
  size_t rebuilt = 0;
  CHECK_INT(COUNT(v8_frames), 19);
  for (size_t i = 0; i < COUNT(v8_frames); i++) {
    cp_bytes frame = from_hex(v8_frames[i].hex);
    const unsigned char *length = (const unsigned char *) frame.data;
    CHECK_INT(length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3], frame.length - 4);
    check_both_ways(v8_frames[i].hex + FRAME_LENGTH_DIGITS, CLONE_CHANNEL, &rebuilt);
  }
  CHECK_INT(rebuilt, 19);
}

TEST(all_that_node_takes_is_taken_and_all_else_refused) {
  size_t taken = 0;
  CHECK_INT(COUNT(v8_decodings), 44);
  for (size_t i = 0; i < COUNT(v8_decodings); i++) {
    if (!v8_decodings[i].written) {
      check_clone_refused(from_hex(v8_decodings[i].hex), CLONE_V8);
      continue;
    }
    cp_value *value = read_hex(v8_decodings[i].hex, CLONE_V8);
    check_clone(value, CLONE_V8, hex_to_write(v8_decodings[i].written));
    cp_value_free(value);
    size_t rebuilt = 0;
    check_both_ways(v8_decodings[i].written, CLONE_V8, &rebuilt);
    taken++;
  }
  CHECK_INT(taken, 27);
}
