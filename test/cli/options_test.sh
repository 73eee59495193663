# SPDX-License-Identifier: MIT
#
# Where, as whom and with what the child runs.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_cwd_is_where_it_runs() {
  mkdir folder
  run spawn --cwd folder -- pwd
  expect_out "$PWD/folder"
  run spawn --cwd=/ -- pwd
  expect_out /
}

test_a_missing_cwd_is_125_and_told_from_a_missing_program() {
  run spawn --cwd missing -- pwd
  expect_status 125
  expect_err "child: chdir 'missing': No such file or directory"
}

test_env_sets_and_the_last_one_counts() {
  OURS=kept run spawn --env A=1 --env B=x=y --env=A=2 --env EMPTY= -- \
    sh -c 'echo "$A $B $OURS ${EMPTY-unset}"'
  expect_out "2 x=y kept "
}

test_unset_removes_a_variable() {
  OURS=here run spawn --unset OURS -- sh -c 'echo "${OURS-unset}"'
  expect_out unset
  run spawn --env A=1 --unset=A -- sh -c 'echo "${A-unset}"'
  expect_out unset
}

test_clear_env_begins_with_an_empty_environment() {
  run spawn --clear-env -- /usr/bin/env
  expect_status 0
  expect_out ""
  run spawn --env A=1 --clear-env -- /usr/bin/env
  expect_out A=1
}

test_env_that_is_none_is_a_usage_error() {
  run spawn --env NAME -- true
  expect_usage_error "'NAME'" "--env"
  run spawn --env =value -- true
  expect_usage_error "'=value'"
  run spawn --unset A=1 -- true
  expect_usage_error "'A=1'" "--unset"
  run spawn --unset '' -- true
  expect_usage_error "''"
}

test_the_program_is_looked_up_in_the_path_of_its_environment() {
  mkdir bin
  printf '#!/bin/sh\necho found\n' >bin/only-here
  chmod +x bin/only-here
  run spawn --env "PATH=$PWD/bin:$PATH" -- only-here
  expect_out found
  run spawn --env PATH=/nowhere -- ls
  expect_status 127
}

test_argv0_is_the_name_that_it_is_told() {
  run spawn --argv0 another -- sh -c 'tr "\0" "\n" <"/proc/$$/cmdline" | head -n 1'
  expect_out another
}

test_detached_leads_a_session_and_a_group() {
  run spawn --detached -- cut -d ' ' -f 1,5,6 /proc/self/stat
  read -r pid group session <out
  expect_equal "$group $session" "$pid $pid"
  run spawn -- cut -d ' ' -f 1,5,6 /proc/self/stat
  read -r pid group session <out
  [ "$group" != "$pid" ] || fail "it leads a group without --detached"
}

test_uid_and_gid_change_who_it_is() {
  if [ "$(id -u)" -ne 0 ]; then # all that another user may see is the refusal
    run spawn --uid 0 -- true
    expect_status 125
    expect_err "Operation not permitted"
    return
  fi
  # A system in a private folder may have a "/" that only root may enter: no other user can run
  # anything there, which is what the kernel then says of the step.
  case $(stat -c %a /) in
    *[1357]) ;;
    *)
      run spawn --uid nobody --gid nogroup -- id
      expect_status 126
      expect_err "Permission denied"
      return ;;
  esac
  run spawn --uid nobody --gid nogroup -- id
  expect_out "$(python3 -c 'import grp, pwd
u, g = pwd.getpwnam("nobody").pw_uid, grp.getgrnam("nogroup").gr_gid
print(f"uid={u}(nobody) gid={g}(nogroup) groups={g}(nogroup)")')"
  run spawn --uid 4242 --gid=4343 -- sh -c 'id -u; id -g; id -G'
  expect_out $'4242\n4343\n4343'
  run spawn --uid 4242 --gid 4343 -- "$child" spawn --uid 0 -- true
  expect_status 125
  expect_err "Operation not permitted"
}

test_an_unknown_user_or_group_is_a_usage_error() {
  run spawn --uid no-such-user -- true
  expect_usage_error "'no-such-user'" "--uid"
  run spawn --gid 4294967295 -- true
  expect_usage_error "'4294967295'" "--gid"
  run spawn --uid -1 -- true
  expect_usage_error "'-1'"
}

test_shell_runs_one_command_line() {
  run spawn --shell -- 'echo a b | tr ab cd'
  expect_out "c d"
  run spawn --shell 'exit 9'
  expect_status 9
  run spawn --shell="$BASH" -- 'echo "${BASH_VERSION:+bash}"'
  expect_out bash
}

test_shell_refuses_more_than_one_word() {
  run spawn --shell -- echo a
  expect_usage_error "one command line" "quote it"
}

test_a_shell_that_is_not_there_is_127() {
  run spawn --shell=/no/shell -- 'echo a'
  expect_status 127
  expect_err "'/no/shell'"
}
