/* SPDX-License-Identifier: MIT */
/*
 * long clone3_call(struct clone_args *args, size_t size, int (*run)(void *), void *argument)
 *
 * clone3(2) where the child calls run(argument) on the stack in `args` and exits with its
 * result. In assembler, because the child comes back from the system call on another stack:
 * in C the compiler may keep anything on the old one. Returns the pid or a negative code.
 */
        .text
        .globl  clone3_call
        .hidden clone3_call
        .type   clone3_call, %function
clone3_call:
        .cfi_startproc
        mov     x8, #435                /* clone3 */
        svc     #0
        cbz     x0, 1f
        ret
1:
        .cfi_undefined x30              /* the child: nothing to unwind to */
        mov     x29, xzr
        mov     x30, xzr
        mov     x0, x3
        blr     x2
        mov     x8, #93                 /* exit */
        svc     #0
        brk     #0
        .cfi_endproc
        .size   clone3_call, . - clone3_call

        .section .note.GNU-stack, "", %progbits
