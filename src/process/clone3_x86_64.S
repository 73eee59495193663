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
        .type   clone3_call, @function
clone3_call:
        .cfi_startproc
        endbr64
        movq    %rcx, %r8               /* the system call destroys rcx and r11 only */
        movl    $435, %eax              /* clone3 */
        syscall
        testq   %rax, %rax
        je      1f
        ret
1:
        .cfi_undefined rip              /* the child: nothing to unwind to */
        xorl    %ebp, %ebp
        movq    %r8, %rdi
        call    *%rdx
        movl    %eax, %edi
        movl    $60, %eax               /* exit */
        syscall
        hlt
        .cfi_endproc
        .size   clone3_call, . - clone3_call

        .section .note.GNU-stack, "", @progbits
