/* SPDX-License-Identifier: MIT */
/*
 * A blocking call, for programs that have nothing else to do meanwhile: there is no loop and no
 * listener. It feeds `sort` and takes the output from the result.
 */
#include <child_process.h>
#include <stdio.h>

int main(void) {
  static const char words[] = "pear\napple\nfig\n";
  cp_options options = { .input = { words, sizeof words - 1 } };
  cp_result *sorted = cp_exec_file_sync("sort", NULL, &options);
  if (!sorted || sorted->error) {
    fprintf(stderr, "%s\n", sorted ? sorted->error->message : cp_last_error()->message);
    return 1;
  }
  printf("%s", sorted->out.data);
  printf("sort exited with code %d\n", sorted->code);
  cp_result_free(sorted);
  return 0;
}
