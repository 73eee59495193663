/* SPDX-License-Identifier: MIT */
#ifndef TEST_VALUE_CLONE_TOOL_H
#define TEST_VALUE_CLONE_TOOL_H

int clone_tool(int argc, char **argv);

#endif
