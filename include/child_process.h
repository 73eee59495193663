/* SPDX-License-Identifier: MIT */
/*
 * child_process.h - Node's child_process, for C, on a libuv loop.
 *
 *     static void print(cp_stream *out, const char *data, size_t length, void *user) {
 *       (void) out, (void) user;
 *       fwrite(data, 1, length, stdout);
 *     }
 *     static void explain(cp_child *child, const cp_error *error, void *user) {
 *       (void) child, (void) user;
 *       fprintf(stderr, "%s\n", error->message);
 *     }
 *     static void report(cp_child *child, int code, int signal, void *user) {
 *       (void) child, (void) signal, (void) user;
 *       printf("child exited with code %d\n", code);
 *     }
 *     int main(void) {
 *       cp_child *ls = cp_spawn("ls", CP_ARGS("-lh", "/usr"), NULL);
 *       cp_on_data(cp_stdout(ls), print, NULL);
 *       cp_on_error(ls, explain, NULL);
 *       cp_on_close(ls, report, NULL);
 *       return cp_run(NULL);
 *     }
 *
 * Five rules hold everywhere; the comments below only add to them.
 *
 *  1. Zero means default. NULL options, and every field left zero, give Node's default.
 *     What a caller passes in is copied and may be freed as soon as the call returns; only
 *     `loop` and the `input` of the blocking calls are used in place.
 *  2. Nothing calls back early. Listeners run from the loop, never inside the call that
 *     caused them, so they can be added right after cp_spawn(). Inside a listener any
 *     function of this header may be called. Listeners run in the order in which they were
 *     added; one that is removed while its event is delivered is not called any more, one
 *     that is added then is called from the next event on. Adding one for an event that
 *     cannot come any more returns 0.
 *  3. `close` comes once and last. Every child returned by cp_spawn() and its sisters emits
 *     exactly one `close`, also when it could not be started. It comes when the process has
 *     ended and each stream and the channel are closed; stdin is closed when the process has
 *     ended, a socket slot and the channel when their other end is. After the last `exit`
 *     listener streams that nobody listens to are drained and dropped; a paused one holds
 *     `close` back until it is resumed or destroyed. When the last `close` listener has
 *     returned, the child, its streams and its channel are freed, unless cp_hold() keeps
 *     them. So `close` is the place to free what `user` points to.
 *  4. Errors have two ways. NULL or a negative libuv code (UV_EINVAL), explained by
 *     cp_last_error(), is for what is wrong with the arguments by themselves, and for no
 *     memory: this is Node's `throw`. What the system refuses (no such program, no such
 *     directory, a closed descriptor, E2BIG, EMFILE) is a child that emits `error`, then
 *     `close`; cp_start_error() tells it at once. Only if no loop can be made does a start
 *     return NULL for it (UV_EMFILE). No call aborts, and none writes to our stdio but
 *     cp_exec_sync() and cp_exec_file_sync(), as told there.
 *  5. NULL is allowed. A function given NULL for its object does nothing and returns NULL,
 *     0 or false; one that returns a code returns UV_EINVAL, one that returns a descriptor
 *     -1, and one given a NULL listener 0. cp_stdout() of a child without that pipe is NULL.
 *
 * Threads: a child belongs to the thread that runs its loop. Different loops may run in
 * different threads. Only cp_abort_trigger() may be called from another thread, and from a
 * signal handler. A program that forks itself uses the library on one side only.
 *
 * Loops: what the library keeps on a loop closes with its last child and channel there; let
 * uv_run() return before uv_loop_close(). Where children that were unref'd or abandoned
 * still live it returns earlier: call cp_shutdown() and run the loop once more. Children
 * given up in that way are not reaped by us any more.
 */
#ifndef CHILD_PROCESS_H
#define CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_VERSION_MAJOR 0
#define CP_VERSION_MINOR 1
#define CP_VERSION_PATCH 0

#if defined(CP_STATIC) /* linked into a program or an add-on that exports nothing of it */
#  define CP_API
#elif defined(_WIN32) && defined(CP_SHARED)
#  ifdef CP_BUILDING
#    define CP_API __declspec(dllexport)
#  else
#    define CP_API __declspec(dllimport)
#  endif
#elif defined(__GNUC__)
#  define CP_API __attribute__((visibility("default")))
#else
#  define CP_API
#endif

#if defined(__GNUC__)
#  define CP_MUST_USE __attribute__((warn_unused_result))
#else
#  define CP_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s; /* uv_loop_t; <uv.h> is needed only by callers who bring their own loop */

/** The version of the library that is linked, "0.1.0". */
CP_API const char *cp_version(void);

/* ------------------------------------------------------------------------------------- */
/*  1. The things                                                                         */
/* ------------------------------------------------------------------------------------- */

/** A child process: its pid, its streams, perhaps a channel. */
typedef struct cp_child cp_child;

/** One end of a pipe to the child: stdin is written, stdout and stderr are read. */
typedef struct cp_stream cp_stream;

/** An IPC channel, between a parent and a child that was forked. Both sides use this type. */
typedef struct cp_channel cp_channel;

/** A message that came in: its text, its values. */
typedef struct cp_message cp_message;

/** A value of JavaScript that JSON or V8's structured clone has, with all that is in it. */
typedef struct cp_value cp_value;

/** Node's AbortController and its signal in one; the one thing that threads may share. */
typedef struct cp_abort cp_abort;

/** Names one listener, to remove it again. 0 is none. */
typedef uint64_t cp_listener;

/** Borrowed bytes. From the library, `data` is never NULL and an extra '\0' follows it. */
typedef struct cp_bytes {
  const char *data;
  size_t length;
} cp_bytes;

/**
 * What went wrong, in the fields of a Node error. Only the library makes these; read them
 * through the pointer, since fields may be added at the end. Strings that do not apply are
 * NULL. Lives until the listener returns, one of cp_start_error() as long as its child, one
 * of a cp_result as long as that; cp_error_copy() keeps it.
 */
typedef struct cp_error {
  int number;                    /**< libuv code (UV_ENOENT), 0 if no system call failed */
  const char *code;              /**< "ENOENT", "ABORT_ERR"; NULL if it ran and failed */
  const char *name;              /**< "Error", "TypeError", "RangeError", "AbortError" */
  const char *message;           /**< "spawn nope ENOENT", "spawn ls ENOENT: chdir '/nope'" */
  const char *syscall;           /**< "spawn nope", "kill", "write" */
  const char *step;              /**< of a start, what failed: "chdir", "exec", "setuid" ... */
  const char *path;              /**< what that step was given: the program, or the directory */
  const char *const *spawn_args; /**< of a start: its arguments without argv[0], ending in NULL */
  const char *command;           /**< exec and exec_file: what was run */
  int exit_code;                 /**< exec and exec_file: as in cp_exit_cb */
  int signal;                    /**< exec and exec_file: as in cp_exit_cb */
  bool killed;                   /**< exec and exec_file: we sent the signal */
} cp_error;

/**
 * Why a call on this thread returned NULL or a negative code: of the last one that did.
 * Calls given a NULL object and mere questions (cp_stdout()) leave it alone, so after a
 * chain it tells of the first failure. Valid until the next failure on this thread; NULL if
 * there was none. Needs no memory, so it tells of UV_ENOMEM too.
 */
CP_API const cp_error *cp_last_error(void);

CP_API CP_MUST_USE cp_error *cp_error_copy(const cp_error *error);
CP_API void cp_error_free(cp_error *error);

/* ------------------------------------------------------------------------------------- */
/*  2. Options                                                                            */
/* ------------------------------------------------------------------------------------- */

/**
 * What a child finds at one file descriptor: one of these, or a descriptor (>= 0) of ours. What the
 * child gets of ours as 0, 1 or 2 is made blocking, as programs expect it and Node does; so is ours
 * then, since both share it.
 */
enum {
  CP_PIPE = -1,       /**< a cp_stream for us; the default for 0, 1, 2. Above: CP_SOCKET */
  CP_IGNORE = -2,     /**< /dev/null at 0, 1, 2; nothing above, where it is the default */
  CP_INHERIT = -3,    /**< our own descriptor of the same number */
  CP_IPC = -4,        /**< a cp_channel for us; at most one */
  CP_OVERLAPPED = -5, /**< CP_PIPE with overlapped I/O on Windows */
  CP_STDOUT = -6,     /**< above 1: the same as slot 1, as 2>&1 in a shell */
  CP_SOCKET = -7,     /**< a cp_stream both ways, over a socket pair: Node's 'pipe' */
  CP_STDIO_END = -99  /**< ends the list */
};

/** How messages travel over a channel; both ends must agree. */
typedef enum cp_serialization {
  CP_JSON = 0,        /**< one JSON text a line */
  CP_ADVANCED = 1,    /**< V8's structured clone */
  CP_RAW_JSON = 2,    /**< JSON's framing only: payloads, NODE_ commands too, are yours */
  CP_RAW_ADVANCED = 3 /**< likewise; both for bindings that have values of their own */
} cp_serialization;

#define CP_DEFAULT_SHELL ""            /**< /bin/sh, or %ComSpec% on Windows */
#define CP_UNLIMITED     ((size_t) -1) /**< for max_buffer */

/**
 * Options of every function that starts a process. Write only what you need:
 *
 *     cp_spawn("make", CP_ARGS("all"), &(cp_options){ .cwd = "src", .timeout_ms = 5000 });
 *
 * The size never changes: later fields come out of the reserved ones, where zero is again
 * the default. A reserved field that is not zero is UV_EINVAL: the program is newer than
 * the library, or forgot to zero the struct.
 *
 * The child starts with every signal at its default and none blocked (a real-time signal that this
 * program began to ignore after its first start stays ignored); with the descriptors of `stdio` and
 * no other; and without NODE_CHANNEL_FD and its like in the environment, which tell of a channel
 * to *our* parent, unless env_add has them.
 */
typedef struct cp_options {
  const char *cwd;            /**< NULL: ours */
  const char *const *env;     /**< "NAME=value" ... NULL. Replaces ours, as in Node; see below */
  const char *const *env_add; /**< laid over env: "NAME=value" sets, "NAME" removes */
  const char *argv0;          /**< argv[0] of the child; NULL: the file */
  const int *stdio;           /**< see CP_STDIO(); NULL: three pipes; fork: ours and CP_IPC */
  const char *shell;          /**< run `file`, a command line, by this shell; args: NULL */

  struct uv_loop_s *loop; /**< NULL: uv_default_loop() */
  cp_abort *abort;        /**< kills the child when triggered */

  cp_bytes input;      /**< exec and sync: written to stdin, which then ends */
  size_t max_buffer;   /**< exec and sync, bytes per stream: 0 is 1 MiB; CP_UNLIMITED */
  uint64_t timeout_ms; /**< 0: none. Then kill_signal is sent */
  int kill_signal;     /**< for timeout, abort and max_buffer; 0: SIGTERM */
  cp_serialization serialization;

  const uint32_t *uid; /**< NULL: ours. Set gid with it, or the child keeps our group */
  const uint32_t *gid; /**< NULL: ours. With either the supplementary groups go, and the start
                            is a fork, which takes longer the more memory we have */

  const char *exec_path;        /**< fork: the program that runs the module */
  const char *const *exec_argv; /**< fork: its own arguments, before the module */

  bool detached;                   /**< leads a new process group and session; see cp_unref() */
  bool windows_hide;               /**< no effect elsewhere */
  bool windows_verbatim_arguments; /**< no effect elsewhere */
  bool silent;                     /**< fork: pipes instead of our stdio */
  bool reserved_switches[12];      /**< zero */
  uint64_t reserved[16];           /**< zero */
} cp_options;

#ifndef __cplusplus
/**
 * An argument list, ending in NULL: CP_ARGS("-l", "/usr"). No arguments: NULL, not CP_ARGS().
 * In C++ write the array out.
 */
#  define CP_ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
/** The same of a `char **`, as main() and environ have it; C needs the cast. */
#  define CP_ARGV(list) ((const char *const *) (list))
/** An stdio list: CP_STDIO(CP_IGNORE, CP_PIPE, 2, CP_IPC) is ['ignore', 'pipe', 2, 'ipc']. */
#  define CP_STDIO(...)    ((const int[]){ __VA_ARGS__, CP_STDIO_END })
#  define CP_STDIO_INHERIT CP_STDIO(CP_INHERIT, CP_INHERIT, CP_INHERIT)
#  define CP_STDIO_IGNORE  CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE)
#endif

/* ------------------------------------------------------------------------------------- */
/*  3. Starting a child                                                                   */
/* ------------------------------------------------------------------------------------- */

/** What a process used up, as the kernel counts it. */
typedef struct cp_usage {
  uint64_t user_us;
  uint64_t system_us;
  uint64_t max_rss_bytes; /**< on Linux never below our own peak at the time of the start */
  uint64_t elapsed_us;    /**< from start to end, by the clock */
} cp_usage;

/** What a finished command left behind. Only the library makes these. */
typedef struct cp_result {
  const cp_error *error;  /**< NULL if all went well */
  int pid;                /**< 0 if it could not be started */
  int code;               /**< as in cp_exit_cb */
  int signal;             /**< as in cp_exit_cb */
  cp_bytes out;           /**< stdout; empty if it was no pipe */
  cp_bytes err;           /**< stderr; empty if it was no pipe */
  const cp_bytes *output; /**< what came out of each stdio slot: output[1] is out */
  size_t output_count;
  cp_usage usage;
} cp_result;

/**
 * Called once, at `close`, before the caller's own `close` listeners; never if the call
 * returned NULL. `error` is result->error; `result` lives until you return. A timeout is
 * ETIMEDOUT, too much output ENOBUFS, an abort ABORT_ERR; then what was collected so far is
 * there, of too much output exactly max_buffer bytes.
 */
typedef void (*cp_exec_cb)(const cp_error *error, const cp_result *result, void *user);

/**
 * Starts `file` with `args` (without argv[0]; NULL is none). A name without a slash is looked up in
 * the child's PATH; a relative path begins at the child's directory.
 */
CP_API cp_child *cp_spawn(const char *file, const char *const *args, const cp_options *options);

/**
 * Runs a command line in a shell (options->shell, or /bin/sh) and collects its output. `done`
 * may be NULL. Without options->input stdin stays open for cp_write() and cp_end(); with it,
 * slot 0 must be a pipe, else UV_EINVAL. When a limit strikes the child is killed and its
 * streams are closed, so that a grandchild that keeps them open holds nothing up; a child that
 * ignores the signal is waited for. What the shell had started goes on: to end that as well, set
 * `detached`, and kill(-pid). Never put input of others into a command line: cp_exec_file().
 */
CP_API cp_child *cp_exec(const char *command, const cp_options *options, cp_exec_cb done,
                         void *user);

/** cp_exec() without the shell. */
CP_API cp_child *cp_exec_file(const char *file, const char *const *args, const cp_options *options,
                              cp_exec_cb done, void *user);

/**
 * Starts `module` with an IPC channel. It runs with options->exec_path if that is set, with node
 * if it ends in .js, .cjs, .mjs, .ts, .cts or .mts, and else as a program of its own, which finds
 * us through cp_parent(). A list in options->stdio must have its CP_IPC.
 */
CP_API cp_child *cp_fork(const char *module, const char *const *args, const cp_options *options);

/**
 * Runs the loop (NULL: the default one) until nothing keeps it alive. 0; 1 if it was stopped
 * with work left; UV_EBUSY inside a listener; UV_ENOSPC or UV_ENOMEM where the system does not let
 * libuv listen to a child (fs.epoll.max_user_watches): nothing is lost, call again.
 */
CP_API int cp_run(struct uv_loop_s *loop);

/**
 * Abandons every child on the loop (NULL: the default one) and closes its parent channel. Run the
 * loop once more. 0.
 */
CP_API int cp_shutdown(struct uv_loop_s *loop);

/* ------------------------------------------------------------------------------------- */
/*  4. Running one to its end                                                             */
/* ------------------------------------------------------------------------------------- */

/*
 * These block, and wait by themselves: they need no loop, so no listener of yours runs
 * meanwhile, and any thread may call them at any time; options->loop is not looked at. With
 * options->abort another thread can end them. A start takes 24 KiB of stack. Without
 * options->input the child reads end of file at once. They collect as cp_exec() does, every
 * slot above 0 that is a pipe. Free the result. NULL: see cp_last_error().
 */

/**
 * result->error tells only of trouble with running it: not found, timeout, max_buffer, abort.
 * That the child did not read all of its input is no trouble.
 */
CP_API CP_MUST_USE cp_result *cp_spawn_sync(const char *file, const char *const *args,
                                            const cp_options *options);

/**
 * Runs a command line in a shell. result->error is also set when the command failed. What it
 * wrote to stderr is written to ours at the end, unless options->stdio is given.
 */
CP_API CP_MUST_USE cp_result *cp_exec_sync(const char *command, const cp_options *options);

/** cp_exec_sync() without the shell. */
CP_API CP_MUST_USE cp_result *cp_exec_file_sync(const char *file, const char *const *args,
                                                const cp_options *options);

CP_API void cp_result_free(cp_result *result);

/* ------------------------------------------------------------------------------------- */
/*  5. A child                                                                            */
/* ------------------------------------------------------------------------------------- */

typedef void (*cp_child_cb)(cp_child *child, void *user);
typedef void (*cp_error_cb)(cp_child *child, const cp_error *error, void *user);

/**
 * `signal` is 0 and `code` the exit code (0..255); or `signal` killed the child and `code`
 * is -1; or `signal` is 0 and `code` a libuv error: in `close`, why it never ran, or
 * UV_ECANCELED if it was given up; in both, -ECHILD if it ended but another part of this
 * program took its status. UV_EPERM is -1, too: what tells of a killed child is `signal`.
 */
typedef void (*cp_exit_cb)(cp_child *child, int code, int signal, void *user);

/*
 * Listeners of a child. 0: the event cannot come any more (`spawn` and `exit` of a start that
 * failed), the listener is NULL, or there is no memory, which only the second of an event needs.
 */

/** It runs. Comes before everything else, and never after a failed start. */
CP_API cp_listener cp_on_spawn(cp_child *child, cp_child_cb listener, void *user);
/**
 * It could not be started, was aborted, or (exec) struck timeout_ms or max_buffer; or the kill
 * for one of these failed. With nobody listening it is dropped; see cp_start_error().
 */
CP_API cp_listener cp_on_error(cp_child *child, cp_error_cb listener, void *user);
/** The process has ended. Its streams may still hold data. */
CP_API cp_listener cp_on_exit(cp_child *child, cp_exit_cb listener, void *user);
/** The process has ended, its streams and its channel are closed. See rule 3. */
CP_API cp_listener cp_on_close(cp_child *child, cp_exit_cb listener, void *user);
CP_API void cp_off(cp_child *child, cp_listener listener);

/** NULL if that slot is not a pipe. Valid as long as the child. */
CP_API cp_stream *cp_stdin(const cp_child *child);
CP_API cp_stream *cp_stdout(const cp_child *child);
CP_API cp_stream *cp_stderr(const cp_child *child);
CP_API cp_stream *cp_stdio(const cp_child *child, int fd);

/** NULL if the child was given no channel; after a failed start a closed one. */
CP_API cp_channel *cp_ipc(const cp_child *child);

CP_API int cp_pid(const cp_child *child); /**< 0 if it could not be started */
/** Why it could not be started; NULL if it runs or ran. Known as soon as cp_spawn() returns. */
CP_API const cp_error *cp_start_error(const cp_child *child);
CP_API bool cp_exited(const cp_child *child);
CP_API int cp_exit_code(const cp_child *child); /**< as in cp_exit_cb; UV_EBUSY before `exit` */
CP_API int cp_exit_signal(const cp_child *child);
CP_API bool cp_killed(const cp_child *child);              /**< a signal was sent; not a 0 */
CP_API bool cp_timed_out(const cp_child *child);           /**< timeout_ms has struck */
CP_API const cp_usage *cp_usage_of(const cp_child *child); /**< NULL before `exit` */
CP_API const char *cp_spawn_file(const cp_child *child);
CP_API const char *const *cp_spawn_args(const cp_child *child); /**< with argv[0] */

/**
 * Sends a signal; 0 only asks whether the child is there. UV_ESRCH when it is gone. A
 * refusal (UV_EPERM) is returned, not emitted.
 */
CP_API int cp_kill(cp_child *child, int signal);

/**
 * A child keeps its loop alive until `close`. unref: neither it nor its streams do. One that is to
 * outlive us is `detached`, has no pipes of ours (CP_STDIO_IGNORE), and is unref'd.
 */
CP_API void cp_ref(cp_child *child);
CP_API void cp_unref(cp_child *child);

/** Keeps the child readable after `close`. Each hold needs its release. Returns `child`. */
CP_API cp_child *cp_hold(cp_child *child);
CP_API void cp_release(cp_child *child);

/**
 * Gives the child up: closes all streams, does not kill, emits `close` with UV_ECANCELED and
 * no `exit`. The loop, while it runs, still reaps it. After `exit` it only closes the streams.
 */
CP_API void cp_abandon(cp_child *child);

/* ------------------------------------------------------------------------------------- */
/*  6. A stream                                                                           */
/* ------------------------------------------------------------------------------------- */

typedef void (*cp_stream_cb)(cp_stream *stream, void *user);
/** `data` is valid until the listener returns, and is not '\0'-terminated. */
typedef void (*cp_data_cb)(cp_stream *stream, const char *data, size_t length, void *user);
typedef void (*cp_stream_error_cb)(cp_stream *stream, const cp_error *error, void *user);

/**
 * The first `data` listener starts the reading, which goes on without listeners, as in Node,
 * until cp_pause(). Output that was never read is dropped after `exit`.
 */
CP_API cp_listener cp_on_data(cp_stream *stream, cp_data_cb listener, void *user);
CP_API cp_listener cp_on_end(cp_stream *stream, cp_stream_cb listener, void *user);
/** All that was written has left; write on. */
CP_API cp_listener cp_on_drain(cp_stream *stream, cp_stream_cb listener, void *user);
CP_API cp_listener cp_on_stream_error(cp_stream *stream, cp_stream_error_cb listener, void *user);
CP_API cp_listener cp_on_stream_close(cp_stream *stream, cp_stream_cb listener, void *user);
CP_API void cp_stream_off(cp_stream *stream, cp_listener listener);

/** Returned by cp_write(): taken, but wait for `drain` before writing more. */
#define CP_FULL 1

/**
 * Queues a copy of the data. 0, CP_FULL (more than 64 KiB wait) or a negative code: UV_EPIPE
 * for a stream that is closed or was ended. When the child reads no more, what was written and
 * waits is lost: an `error` of the stream (EPIPE), never a signal. A pipe on which nothing waits
 * only closes.
 */
CP_API int cp_write(cp_stream *stream, const void *data, size_t length);
/**
 * Ends the writing when everything queued is out: the child reads end of file. 0, also when
 * it was ended before; UV_EINVAL for a stream that is read only.
 */
CP_API int cp_end(cp_stream *stream);
/** No `data` until cp_resume(); the child waits when the pipe is full. */
CP_API void cp_pause(cp_stream *stream);
/** `data` again. With nobody listening, what comes is dropped, as in Node. */
CP_API void cp_resume(cp_stream *stream);
/**
 * Copies `from` into `to` at the speed of `to`, and ends `to` at the end of `from`; with
 * several piped to it, at the end of the last. When `to` closes first, `from` is destroyed, so
 * that its writer gets EPIPE. Both on one loop, `from` piped once, else UV_EINVAL.
 */
CP_API int cp_pipe(cp_stream *from, cp_stream *to);
/** Closes the stream now, in both directions; what is queued is dropped. Emits `close`. */
CP_API void cp_destroy(cp_stream *stream);

CP_API cp_child *cp_stream_child(const cp_stream *stream);
CP_API int cp_stream_fd(const cp_stream *stream); /**< lent, for fstat(); -1 once closed */
/**
 * Hands the descriptor over, blocking and close-on-exec: the stream is closed, the rest is
 * yours. UV_EBUSY once it was listened to, written to, paused or piped; UV_EBADF once closed.
 */
CP_API int cp_stream_take_fd(cp_stream *stream);

/* ------------------------------------------------------------------------------------- */
/*  7. A channel                                                                          */
/* ------------------------------------------------------------------------------------- */

/**
 * What a descriptor that goes with a message is, in Node's terms. Between programs of this library
 * any may be NATIVE: a file, memory; what Node is to get must be a socket or a pipe.
 */
typedef enum cp_handle_type {
  CP_HANDLE_NONE = 0,
  CP_HANDLE_SERVER, /**< a listening socket, net.Server */
  CP_HANDLE_SOCKET, /**< a connected socket, net.Socket */
  CP_HANDLE_DGRAM,  /**< dgram.Socket, for IPv4 or IPv6 */
  CP_HANDLE_NATIVE  /**< any other descriptor */
} cp_handle_type;

typedef struct cp_handle {
  cp_handle_type type;
  int fd;
} cp_handle;

/*
 * A message lives until the listener returns. One that came with a handle is what its sender gave
 * for it; only its payload is the whole command that Node wraps it in.
 */

/**
 * Its JSON text, '\0'-terminated; `ret_length` may be NULL. Of one that came as CP_ADVANCED it is
 * made from the values, and NULL where JSON.stringify() would throw.
 */
CP_API const char *cp_message_json(cp_message *message, size_t *ret_length);
/** The same as values, made when first asked for; NULL if its bytes are none, or no memory. */
CP_API const cp_value *cp_message_value(cp_message *message);
/** The bytes as they came over the wire, without framing. */
CP_API cp_bytes cp_message_payload(const cp_message *message);
/**
 * What came with it, lent; { CP_HANDLE_NONE, -1 }: nothing. It is closed after the last listener,
 * unless it is taken. Blocking or not as its sender had it. On a raw channel it may belong to one
 * of several messages that were read together: each shows it until it is taken.
 */
CP_API cp_handle cp_message_handle(const cp_message *message);
/** The descriptor, close-on-exec, is yours from now on. -1: none. */
CP_API int cp_message_take_fd(cp_message *message);
/**
 * Of a raw channel: in what was read no other message is complete. Its listener may gather them
 * until then: after false another comes in this turn, unless the channel or the listener goes.
 */
CP_API bool cp_message_is_last(const cp_message *message);

typedef void (*cp_channel_cb)(cp_channel *channel, void *user);
typedef void (*cp_channel_error_cb)(cp_channel *channel, const cp_error *error, void *user);
typedef void (*cp_message_cb)(cp_channel *channel, cp_message *message, void *user);
/** A message is out (error is NULL) or is lost. */
typedef void (*cp_sent_cb)(cp_channel *channel, const cp_error *error, void *user);

/**
 * The channel to the parent, C or Node, that forked this program. NULL: UV_ENOENT without a
 * parent, UV_EBADF for a stale descriptor, UV_ENOTSUP for an unknown serialization.
 * The first call takes it from the environment, before other threads read that, and puts it
 * on `loop` (NULL: the default one); later ones return the same, or NULL with UV_EBUSY for
 * another loop. It keeps the loop alive while it has `message` or `disconnect` listeners. What
 * nobody has heard when the parent ends is dropped.
 */
CP_API cp_channel *cp_parent(struct uv_loop_s *loop);

/**
 * Messages wait until somebody listens, up to 1 MiB. Then no more is read, not even the answers to
 * handles that were sent: who sends handles listens to messages, too.
 */
CP_API cp_listener cp_on_message(cp_channel *channel, cp_message_cb listener, void *user);
CP_API cp_listener cp_on_disconnect(cp_channel *channel, cp_channel_cb listener, void *user);
/** What was queued when cp_send() last said CP_FULL is out; send on. */
CP_API cp_listener cp_on_channel_drain(cp_channel *channel, cp_channel_cb listener, void *user);
/**
 * The peer broke the protocol or a limit, and the channel closes. Or, and it goes on, a message was
 * lost, or a descriptor: there was no room for it (UV_EMFILE), or no message (UV_EPROTO).
 */
CP_API cp_listener cp_on_channel_error(cp_channel *channel, cp_channel_error_cb listener,
                                       void *user);
CP_API void cp_channel_off(cp_channel *channel, cp_listener listener);

typedef struct cp_send_options {
  cp_handle handle; /**< goes with the message; the descriptor is duplicated, yours stays */
  cp_sent_cb sent;  /**< called once after 0 or CP_FULL; NULL: a loss is the channel's `error`.
                         With a handle, when the peer has it: what is sent later waits for that */
  void *user;
  uint64_t reserved[5]; /**< zero */
} cp_send_options;

/**
 * Sends one JSON text, of any layout: line breaks between its tokens do not reach the wire.
 * 0, CP_FULL (more than 128 KiB wait: go on after `drain`) or a negative code; UV_EINVAL if
 * it is not JSON, or if the descriptor does not fit the type of its handle.
 */
CP_API int cp_send(cp_channel *channel, const char *json, const cp_send_options *options);
/** Sends a tree, which stays yours. */
CP_API int cp_send_value(cp_channel *channel, const cp_value *value,
                         const cp_send_options *options);
/**
 * Sends what is serialised already, as the channel's serialization has it. As cp_send(). On a raw
 * channel it goes as it is, in CP_RAW_JSON without a line break, else UV_EINVAL.
 */
CP_API int cp_send_payload(cp_channel *channel, cp_bytes payload, const cp_send_options *options);

/**
 * Writes what is queued now, and not at the end of this turn of the loop: for a program that is
 * about to exit or to block. 0: all is out; CP_FULL: the rest leaves when there is room; or a
 * negative code. `sent`, `drain` and what follows from a failure come from the loop, as always.
 */
CP_API int cp_channel_flush(cp_channel *channel);
/** Bytes that wait to be sent. */
CP_API size_t cp_channel_queued(const cp_channel *channel);

/**
 * Bytes that one message, and all that wait to be sent, may have; 0: 128 MiB, 1 GiB. What is kept
 * beside the bytes of those that wait counts with them: 24 for each with `sent`, some 60 more for
 * each with or behind a handle.
 */
CP_API int cp_channel_set_limits(cp_channel *channel, size_t max_message, size_t max_queued);

/** No messages from now on, either way; what is queued still leaves, handles too. */
CP_API void cp_disconnect(cp_channel *channel);
CP_API bool cp_connected(const cp_channel *channel);
CP_API cp_child *cp_channel_child(const cp_channel *channel); /**< NULL for cp_parent() */
CP_API int cp_channel_fd(const cp_channel *channel);          /**< lent; -1 once closed */
/**
 * Whether it keeps the loop alive by itself. A child's does so together with its child, and
 * these add to cp_unref(). That of cp_parent() does by the rule there, until one of these is
 * called: then that counts.
 */
CP_API void cp_channel_ref(cp_channel *channel);
CP_API void cp_channel_unref(cp_channel *channel);
/** Whether cp_channel_ref() counts now; of cp_parent(), whether it keeps its loop alive. */
CP_API bool cp_channel_has_ref(const cp_channel *channel);

/* ------------------------------------------------------------------------------------- */
/*  8. Values                                                                             */
/* ------------------------------------------------------------------------------------- */

typedef enum cp_value_type {
  CP_VALUE_NULL = 0,
  CP_VALUE_BOOL,
  CP_VALUE_NUMBER,
  CP_VALUE_STRING,
  CP_VALUE_ARRAY,
  CP_VALUE_OBJECT,
  CP_VALUE_UNDEFINED, /**< also no value at all: what cp_value_get_type() says of NULL */

  /* What JSON has not, and CP_ADVANCED has. */
  CP_VALUE_HOLE,   /**< a place of an array where nothing is: [1,,3] */
  CP_VALUE_BIGINT, /**< 10n */
  CP_VALUE_DATE,
  CP_VALUE_REGEXP,
  CP_VALUE_MAP,
  CP_VALUE_SET,
  CP_VALUE_ERROR,  /**< an object of "name", "message", "stack" and "cause", as far as there */
  CP_VALUE_BOXED,  /**< new Number(1): an object around its one item */
  CP_VALUE_BUFFER, /**< an ArrayBuffer */
  CP_VALUE_VIEW    /**< a Buffer, a typed array, a DataView */
} cp_value_type;

/** What a view takes the bytes for; numbers are in the order of the machine. */
typedef enum cp_view_type {
  CP_VIEW_INT8 = 0,
  CP_VIEW_UINT8,
  CP_VIEW_UINT8_CLAMPED,
  CP_VIEW_INT16,
  CP_VIEW_UINT16,
  CP_VIEW_INT32,
  CP_VIEW_UINT32,
  CP_VIEW_FLOAT32,
  CP_VIEW_FLOAT64,
  CP_VIEW_DATA,        /**< DataView */
  CP_VIEW_NODE_BUFFER, /**< Node's Buffer */
  CP_VIEW_BIGINT64,
  CP_VIEW_BIGUINT64
} cp_view_type;

/*
 * Readers lend, writers take: what a reader returns belongs to its root, and lives until that
 * is freed or it is replaced there; a value put into another belongs to it. A constructor
 * returns NULL without memory, and so does every step that is given NULL, so one check at the
 * end is enough; cp_last_error() tells of the first step that failed.
 *
 *     cp_value *list = cp_value_push(cp_value_new_array(), cp_value_new_number(1));
 *     cp_value *message = cp_value_put(cp_value_new_object(), "list", list);
 *
 * A value may stand at several places of one tree, as one object may in JavaScript: what is put
 * into a tree where it is already, even around the place, is not copied, but there once more. It
 * lives as long as the root then, wherever else it is replaced. So build from the root down:
 *
 *     cp_value_put(message, "again", list);      the list of above, which is in `message`
 *     cp_value_put(message, "self", message);    a cycle
 *
 * Threads may read one tree at the same time. No depth of a tree is too much for the stack.
 */

/** Values in each other that JSON and clones may have, read and written. Node writes 4,200. */
#define CP_VALUE_MAX_DEPTH 10000

/**
 * Reads one JSON text: what JSON.parse() takes, and nothing else. NULL with UV_EINVAL, and where
 * it is wrong, in bytes from 0. Where this is not told by the grammar of JSON, it is as in V8:
 *  - Of members with one key the last value wins, in the place of the first; "__proto__" is
 *    a key like others. The order is that of the text, also for keys like "1", which
 *    JavaScript would move to the front.
 *  - Bytes that are not UTF-8 become U+FFFD in strings, and a byte order mark is an error. One
 *    half of a surrogate pair ("\ud800") is kept, as the three bytes that UTF-8 would have for
 *    it (WTF-8).
 *  - Numbers keep their digits, and so 1e400, 0.10 and 12345678901234567890 are written back
 *    as they came.
 */
CP_API CP_MUST_USE cp_value *cp_value_parse(const char *json, size_t length);

/**
 * The JSON text in one line, '\0'-terminated; free it with cp_free(). As JSON.stringify() has
 * it, but for the order of keys, for the digits of numbers that were read, and for -0, which is
 * kept: undefined members are left out, a Map is {}, a Date is its text, a Buffer is
 * {"type":"Buffer","data":[...]}. NULL without memory; with UV_EINVAL where JSON.stringify()
 * would throw or return nothing (a BigInt, a cycle, undefined), and for a tree deeper than
 * CP_VALUE_MAX_DEPTH; with UV_E2BIG when holes, and values that stand at several places, make
 * the text longer by more than 16 MiB.
 */
CP_API CP_MUST_USE char *cp_value_to_json(const cp_value *value);

/**
 * Reads what v8.serialize() of Node wrote: V8's structured clone, of the versions 13 to 15. What
 * follows the one value is not looked at. NULL with UV_EINVAL, and where it is wrong, in bytes
 * from 0: it takes what v8.deserialize() takes, but it does not read the pattern of a RegExp, and
 * a depth of CP_VALUE_MAX_DEPTH is the most. Values that stand at several places do so in the
 * tree. Each byte takes at most 64 bytes of memory, and twice that while it is read, and the whole
 * some 16 KiB more; lengths and counts that it claims take none.
 */
CP_API CP_MUST_USE cp_value *cp_value_from_clone(const void *clone, size_t length);

/**
 * The bytes that v8.serialize() writes for the value, which v8.deserialize() reads; free them
 * with cp_free(). Of an object, keys that are indexes ("0", "12") come first and in order. A view
 * that has bytes of its own is written as Node does, and one that shows a part of an ArrayBuffer
 * together with that, so that several still show the same; but a Buffer of Node always by
 * itself. An Error has its cause behind its stack, which every Node reads. NULL without memory,
 * and with UV_EINVAL for a tree deeper than CP_VALUE_MAX_DEPTH, a hole by itself, or bytes of
 * 4 GiB.
 */
CP_API CP_MUST_USE void *cp_value_to_clone(const cp_value *value, size_t *ret_length);

/** A tree of its own, also of a part of another: with all that can be reached from there. NULL
 *  for NULL and without memory. */
CP_API CP_MUST_USE cp_value *cp_value_copy(const cp_value *value);

/** Frees a tree. NULL, or what belongs to another value: nothing happens. */
CP_API void cp_value_free(cp_value *value);

/* Readers take any value and NULL, so that a path may be followed without a check in between. */

CP_API cp_value_type cp_value_get_type(const cp_value *value);
/**
 * Items of an array (its length, holes and all) or a Set, members of an object or an Error,
 * entries of a Map; 1 of what is boxed; 0 of everything else.
 */
CP_API size_t cp_value_count(const cp_value *value);
/**
 * The member of an object or an Error with that key, the value that a Map has for that string, or
 * what an array has beside its items. NULL: none, or another type.
 */
CP_API const cp_value *cp_value_get(const cp_value *object, const char *key);
/** The item, or the value of the member, at that place of those that cp_value_count() counts. */
CP_API const cp_value *cp_value_at(const cp_value *container, size_t index);
/**
 * The first item at `*index` or behind it that is no hole, with its place in `*index`; NULL: there
 * is none. An array of a few items that a peer says to be 2^32 - 1 long is walked in few steps:
 *
 *     const cp_value *item;
 *     for (size_t i = 0; (item = cp_value_next(array, &i)) != NULL; i++) ...
 */
CP_API const cp_value *cp_value_next(const cp_value *container, size_t *index);
/** The key at that place in WTF-8; NULL: none, or no object and no Error. */
CP_API const char *cp_value_key_at(const cp_value *object, size_t index);
/** The same, where a key may have a "\u0000" in it; without a key it is empty. */
CP_API cp_bytes cp_value_key_bytes_at(const cp_value *object, size_t index);
/** The key at that place of a Map, which may be any value; of an object, it is a string. */
CP_API const cp_value *cp_value_map_key_at(const cp_value *map, size_t index);
/** What an array has beside its items, as an object; NULL: nothing. */
CP_API const cp_value *cp_value_properties(const cp_value *array);
/** `otherwise` is for a value of another type, here and below. */
CP_API bool cp_value_as_bool(const cp_value *value, bool otherwise);
/**
 * The double that is nearest to the number; infinite for 1e400. Of a Date, milliseconds since
 * 1970; NaN if it is invalid.
 */
CP_API double cp_value_as_number(const cp_value *value, double otherwise);
/** Of a BigInt; `otherwise` is also for one that does not fit. */
CP_API int64_t cp_value_as_int64(const cp_value *value, int64_t otherwise);
CP_API uint64_t cp_value_as_uint64(const cp_value *value, uint64_t otherwise);
/**
 * A string, or the pattern of a RegExp, in WTF-8. It ends at the first "\u0000" in it:
 * cp_value_as_bytes() has the rest, too.
 */
CP_API const char *cp_value_as_string(const cp_value *value, const char *otherwise);
/**
 * Of a string or RegExp as above, of an ArrayBuffer or what a view shows, of a BigInt its
 * magnitude, beginning with the lowest byte; empty for a value of another type. No '\0' follows
 * what a view shows of a larger ArrayBuffer.
 */
CP_API cp_bytes cp_value_as_bytes(const cp_value *value);
/** Whether it is a BigInt below zero. */
CP_API bool cp_value_is_negative(const cp_value *bigint);
/** "gi"; NULL: no RegExp. */
CP_API const char *cp_value_regexp_flags(const cp_value *regexp);
/** Whether it is a resizable ArrayBuffer, and how long that may become. */
CP_API bool cp_value_is_resizable(const cp_value *buffer, size_t *ret_max_length);
CP_API cp_view_type cp_value_view_type(const cp_value *view, cp_view_type otherwise);
/** The ArrayBuffer of which it shows a part; NULL: it has bytes of its own, or is no view. */
CP_API const cp_value *cp_value_view_buffer(const cp_value *view);
CP_API size_t cp_value_view_offset(const cp_value *view);

CP_API CP_MUST_USE cp_value *cp_value_new_null(void);
CP_API CP_MUST_USE cp_value *cp_value_new_undefined(void);
CP_API CP_MUST_USE cp_value *cp_value_new_hole(void); /**< for an array */
CP_API CP_MUST_USE cp_value *cp_value_new_bool(bool value);
/** NaN and the infinities are written to JSON as null. */
CP_API CP_MUST_USE cp_value *cp_value_new_number(double value);
CP_API CP_MUST_USE cp_value *cp_value_new_int64(int64_t value);   /**< a BigInt */
CP_API CP_MUST_USE cp_value *cp_value_new_uint64(uint64_t value); /**< a BigInt */
/** A BigInt; the lowest byte of its magnitude is the first. UV_EINVAL for more than 128 MiB. */
CP_API CP_MUST_USE cp_value *cp_value_new_bigint(bool is_negative, const void *magnitude,
                                                 size_t length);
/** UTF-8 or WTF-8; other bytes are kept, and written as U+FFFD. NULL for NULL. */
CP_API CP_MUST_USE cp_value *cp_value_new_string(const char *text);
/** One that may have '\0' in it. */
CP_API CP_MUST_USE cp_value *cp_value_new_string_n(const char *text, size_t length);
/** Milliseconds since 1970. Beyond the 8.64e15 that JavaScript has, and of NaN, it is invalid. */
CP_API CP_MUST_USE cp_value *cp_value_new_date(double ms);
/** Flags are of "dgimsuvy", each once, and not both u and v; NULL is "". The pattern is not looked
 *  at. */
CP_API CP_MUST_USE cp_value *cp_value_new_regexp(const char *pattern, const char *flags);
/** "TypeError" and its like keep their class in a clone, all others become Error. */
CP_API CP_MUST_USE cp_value *cp_value_new_error(const char *name, const char *message);
/** Takes a boolean, a number, a string or a BigInt. */
CP_API CP_MUST_USE cp_value *cp_value_new_boxed(cp_value *primitive);
CP_API CP_MUST_USE cp_value *cp_value_new_array(void);
CP_API CP_MUST_USE cp_value *cp_value_new_object(void);
CP_API CP_MUST_USE cp_value *cp_value_new_map(void);
CP_API CP_MUST_USE cp_value *cp_value_new_set(void);
/** An ArrayBuffer with a copy of the bytes; or with zeros, if `data` is NULL. */
CP_API CP_MUST_USE cp_value *cp_value_new_buffer(const void *data, size_t length);
CP_API CP_MUST_USE cp_value *cp_value_new_resizable_buffer(const void *data, size_t length,
                                                           size_t max_length);
/** A view of bytes of its own, a copy. UV_EINVAL if its items are larger than what is there. */
CP_API CP_MUST_USE cp_value *cp_value_new_view(cp_view_type type, const void *data, size_t length);
/** A Buffer of Node: cp_value_new_view(CP_VIEW_NODE_BUFFER, data, length). */
CP_API CP_MUST_USE cp_value *cp_value_new_bytes(const void *data, size_t length);

/*
 * All of these return the container, so that steps make a chain. NULL: no memory, or UV_EINVAL for
 * a container of another type, a key that is NULL, or what is in another tree. Then both are
 * freed, but for what is in a tree with another root: it stays there.
 */

/** Appends an item to an array, or adds one to a Set, where what is there already is freed. */
CP_API cp_value *cp_value_push(cp_value *array, cp_value *item);
/**
 * Sets a member of an object, an Error, or a Map with a string as key. A key that is there gets
 * the new value and keeps its place, and the old value is freed. `key` is copied. An Error takes
 * "cause", and strings for "name", "message" and "stack".
 */
CP_API cp_value *cp_value_put(cp_value *object, const char *key, cp_value *member);
/** The same with any value as key for a Map, and with a string for the others. */
CP_API cp_value *cp_value_set(cp_value *map, cp_value *key, cp_value *member);
/**
 * Has a view show so many bytes of an ArrayBuffer, from `offset` on, in place of bytes of its own.
 * The buffer may be in the same tree already: then several show it. Once for each view.
 */
CP_API cp_value *cp_value_set_buffer(cp_value *view, cp_value *buffer, size_t offset,
                                     size_t length);

/* ------------------------------------------------------------------------------------- */
/*  9. Aborting, signals                                                                  */
/* ------------------------------------------------------------------------------------- */

/** Frees what this header hands out as plain memory. */
CP_API void cp_free(void *memory);

/**
 * One that is not triggered. NULL: UV_ENOMEM, UV_EMFILE. Each child that is started with it
 * takes one more descriptor while it runs.
 */
CP_API CP_MUST_USE cp_abort *cp_abort_new(void);
/**
 * Kills every child that was started with it; each emits an AbortError. A start with one
 * that is triggered already starts nothing: `error`, then `close` with UV_ECANCELED. From
 * any thread, and from a signal handler.
 */
CP_API void cp_abort_trigger(cp_abort *abort);
CP_API bool cp_abort_triggered(const cp_abort *abort);
/**
 * May be freed while children still use it; they keep what they need. Not while another thread may
 * trigger it.
 */
CP_API void cp_abort_free(cp_abort *abort);

CP_API const char *cp_signal_name(int signal); /**< "SIGTERM"; NULL if unknown, or real-time */
CP_API int cp_signal_number(const char *name); /**< in any case; UV_EINVAL if unknown */

#ifdef __cplusplus
}
#endif

#endif /* CHILD_PROCESS_H */
