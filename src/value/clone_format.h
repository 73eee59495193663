/* SPDX-License-Identifier: MIT */
/* The bytes of V8's structured clone. */
#ifndef CP_VALUE_CLONE_FORMAT_H
#define CP_VALUE_CLONE_FORMAT_H

enum {
  CLONE_HEADER = 0xff, /* and the version */
  CLONE_OLDEST = 13,
  CLONE_VERSION = 15,
  CLONE_WITH_VIEW_FLAGS = 14 /* from this version on */
};

/* What begins each value. */
enum clone_tag {
  TAG_PADDING = '\0',
  TAG_COUNT = '?', /* once was a number of objects, for a check */
  TAG_UNDEFINED = '_',
  TAG_NULL = '0',
  TAG_TRUE = 'T',
  TAG_FALSE = 'F',
  TAG_HOLE = '-',
  TAG_INT32 = 'I',
  TAG_UINT32 = 'U',
  TAG_DOUBLE = 'N',
  TAG_BIGINT = 'Z',
  TAG_LATIN1 = '"',
  TAG_TWO_BYTE = 'c',
  TAG_UTF8 = 'S',
  TAG_REFERENCE = '^',
  TAG_OBJECT = 'o',
  TAG_OBJECT_END = '{',
  TAG_DENSE = 'A', /* all of its items, and then what a sparse array has */
  TAG_DENSE_END = '$',
  TAG_SPARSE = 'a', /* pairs of a place and an item, or of a key and a member */
  TAG_SPARSE_END = '@',
  TAG_MAP = ';',
  TAG_MAP_END = ':',
  TAG_SET = '\'',
  TAG_SET_END = ',',
  TAG_DATE = 'D',
  TAG_BOXED_TRUE = 'y',
  TAG_BOXED_FALSE = 'x',
  TAG_BOXED_NUMBER = 'n',
  TAG_BOXED_BIGINT = 'z',
  TAG_BOXED_STRING = 's',
  TAG_REGEXP = 'R',
  TAG_BUFFER = 'B',
  TAG_RESIZABLE = '~',
  TAG_VIEW = 'V', /* behind an ArrayBuffer, or a reference to one */
  TAG_ERROR = 'r',
  TAG_HOST = '\\'
};

enum clone_error_tag { ERROR_MESSAGE = 'm', ERROR_CAUSE = 'c', ERROR_STACK = 's', ERROR_END = '.' };

/* The letter of each cp_view_type; Node's Buffer has none. */
#define CLONE_VIEW_LETTERS "bBCwWdDfF? qQ"

enum { VIEW_IS_TRACKING = 1, VIEW_IS_OF_RESIZABLE = 2 };

/* On a channel, what a host object is: a view, or a plain copy of some other one of Node's. */
enum { HOST_VIEW = 0, HOST_OTHER = 1 };

#endif
