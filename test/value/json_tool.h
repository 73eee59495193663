/* SPDX-License-Identifier: MIT */
#ifndef TEST_VALUE_JSON_TOOL_H
#define TEST_VALUE_JSON_TOOL_H

int json_tool(int argc, char **argv);

#endif
