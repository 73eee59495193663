# SPDX-License-Identifier: MIT
#
# What node-gyp builds where no prebuilt file fits; the same as the CMake target child_process_node.
{
  "variables": { "library": "<!(node gyp.js library)" },
  "target_defaults": {
    "defines": ["_GNU_SOURCE", "CP_STATIC", "NAPI_VERSION=8"],
    "include_dirs": ["<(library)/include", "<(library)/src"],
    "cflags": ["-std=c11", "-fvisibility=hidden", "-Wall", "-Wextra"],
    "cflags!": ["-Wno-unused-parameter"],
  },
  "targets": [
    {
      # Runs between clone and exec, in the memory of the parent and on a small stack: no
      # instrumentation, and inline system calls.
      "target_name": "child_side",
      "type": "static_library",
      "product_prefix": "lib",
      "product_extension": "a",
      "sources": ["<(library)/src/process/child_side.c"],
      "cflags": [
        "-O2", "-fno-sanitize=all", "-fno-stack-protector", "-fno-profile-arcs", "-fno-lto",
      ],
      "conditions": [
        ["target_arch=='x64'", { "sources": ["<(library)/src/process/clone3_x86_64.S"] }],
        ["target_arch=='arm64'", { "sources": ["<(library)/src/process/clone3_aarch64.S"] }],
      ],
    },
    {
      "target_name": "child_process",
      "dependencies": ["child_side"],
      "sources": ["<!@(node gyp.js sources)"],
      "ldflags": [
        "-Wl,--version-script=<(module_root_dir)/native/exports.map", "-Wl,-z,relro", "-Wl,-z,now",
      ],
    },
  ],
}
