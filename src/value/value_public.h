/* SPDX-License-Identifier: MIT */
/*
 * The part of the public header that is about values.
 */
#ifndef CP_VALUE_PUBLIC_H
#define CP_VALUE_PUBLIC_H

#include "child_process.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------- */
/*  8. Values                                                                             */
/* ------------------------------------------------------------------------------------- */

/** All of JSON as a tree: null, booleans, numbers, strings, arrays, objects. */
typedef struct cp_value cp_value;

typedef enum cp_value_type {
  CP_VALUE_NULL = 0,
  CP_VALUE_BOOL,
  CP_VALUE_NUMBER,
  CP_VALUE_STRING,
  CP_VALUE_ARRAY,
  CP_VALUE_OBJECT,
  CP_VALUE_UNDEFINED /**< no value at all: what cp_value_get_type() says of NULL */
} cp_value_type;

/*
 * Readers lend, writers take: what a reader returns belongs to its root, and lives until that
 * is freed or it is replaced there; a value put into an array or object belongs to it. A
 * constructor returns NULL without memory, and so does every step that is given NULL, so one
 * check at the end is enough; cp_last_error() tells of the first step that failed.
 *
 *     cp_value *list = cp_value_push(cp_value_new_array(), cp_value_new_number(1));
 *     cp_value *message = cp_value_put(cp_value_new_object(), "list", list);
 *
 * Threads may read one tree at the same time. No depth of a tree is too much for the stack.
 */

/** Arrays and objects in each other that JSON may have, read and written. Node writes 4,200. */
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
 * kept. NULL without memory, and with UV_EINVAL for a tree deeper than CP_VALUE_MAX_DEPTH.
 */
CP_API CP_MUST_USE char *cp_value_to_json(const cp_value *value);

/** A tree of its own, also of a part of another. NULL for NULL and without memory. */
CP_API CP_MUST_USE cp_value *cp_value_copy(const cp_value *value);

/** Frees a tree. NULL, or what belongs to an array or object: nothing happens. */
CP_API void cp_value_free(cp_value *value);

/* Readers take any value and NULL, so that a path may be followed without a check in between. */

CP_API cp_value_type cp_value_get_type(const cp_value *value);
/** Items of an array, members of an object; 0 of everything else. */
CP_API size_t cp_value_count(const cp_value *value);
/** The member with that key; NULL: none, or no object. */
CP_API const cp_value *cp_value_get(const cp_value *object, const char *key);
/** The item of an array, or the value of the member of an object, at that place; or NULL. */
CP_API const cp_value *cp_value_at(const cp_value *container, size_t index);
/** The key at that place in WTF-8; NULL: none, or no object. */
CP_API const char *cp_value_key_at(const cp_value *object, size_t index);
/** `otherwise` is for a value of another type, here and below. */
CP_API bool cp_value_as_bool(const cp_value *value, bool otherwise);
/** The double that is nearest to the number; infinite for 1e400. */
CP_API double cp_value_as_number(const cp_value *value, double otherwise);
/** In WTF-8. It ends at the first "\u0000" in it: cp_value_as_bytes() has the rest, too. */
CP_API const char *cp_value_as_string(const cp_value *value, const char *otherwise);
/** Of a string; empty for a value of another type. */
CP_API cp_bytes cp_value_as_bytes(const cp_value *value);

CP_API CP_MUST_USE cp_value *cp_value_new_null(void);
CP_API CP_MUST_USE cp_value *cp_value_new_bool(bool value);
/** NaN and the infinities are written as null. */
CP_API CP_MUST_USE cp_value *cp_value_new_number(double value);
/** UTF-8 or WTF-8; other bytes are kept, and written as U+FFFD. NULL for NULL. */
CP_API CP_MUST_USE cp_value *cp_value_new_string(const char *text);
CP_API CP_MUST_USE cp_value *cp_value_new_array(void);
CP_API CP_MUST_USE cp_value *cp_value_new_object(void);

/**
 * Appends an item to an array; sets a member of an object, where a key that is there gets the
 * new value and keeps its place, and the old value is freed. `key` is copied.
 *
 * They return the container. NULL: no memory, or UV_EINVAL for a container of another type,
 * a key that is NULL, an item that belongs to a container already, or one that would come to
 * be in itself. Then both are freed, but for one that belongs to another container: it stays there.
 */
CP_API cp_value *cp_value_push(cp_value *array, cp_value *item);
CP_API cp_value *cp_value_put(cp_value *object, const char *key, cp_value *member);

/** Frees what this header hands out as plain memory. */
CP_API void cp_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
