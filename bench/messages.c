/* SPDX-License-Identifier: MIT */
#include "messages.h"

#include <stdlib.h>

const char SMALL_MESSAGE[] = "{\"id\":1234567,\"type\":\"progress\",\"done\":0.5,\"ok\":1}";
_Static_assert(sizeof SMALL_MESSAGE == SMALL_SIZE + 1, "what is said of it");

long block_length(void) {
  enum { MOST_MESSAGES = 8000, FEWEST_MESSAGES = 4, BYTES = 4 << 20 };
  long length = BYTES / request.size;
  if (length > MOST_MESSAGES) return MOST_MESSAGES;
  return length > FEWEST_MESSAGES ? length : FEWEST_MESSAGES;
}

long member_count(void) {
  return request.size / BYTES_PER_MEMBER;
}

char *long_text(void) {
  size_t size = (size_t) request.size;
  char *text = malloc(size + 1);
  if (!text) fail("no memory");
  for (size_t i = 0; i < size; i++) text[i] = (char) ('a' + i % 26);
  text[0] = text[size - 1] = '"';
  text[size] = '\0';
  return text;
}
