// What C cannot say: polls that preserve every register, transitions that store the callee-saved registers, and
// the frame with a catch-all around calls of managed code (guarded_call.h).

#define THREAD_TRANSITION_FRAME 0x48

// PInvokeFrame (tailor_runtime.h)
#define FRAME_IP 0x00
#define FRAME_RBP 0x08
#define FRAME_THREAD 0x10
#define FRAME_FLAGS 0x18
#define FRAME_SAVED 0x20
#define FRAME_FLAGS_CALLEE_SAVED 0x80f1 // RBX, R12 to R15, RSP
#define FRAME_FLAGS_RSP 0x8000
#define FRAME_SIZE 0x50

// UnwindCursor (unwind.h)
#define CURSOR_RBX 0x00
#define CURSOR_RBP 0x08
#define CURSOR_R12 0x10
#define CURSOR_R13 0x18
#define CURSOR_R14 0x20
#define CURSOR_R15 0x28
#define CURSOR_SP 0x30
#define CURSOR_IP 0x38
#define CURSOR_IP_IS_EXACT 0x40

#define FUNCTION(name)                                                                    \
    .section .text.name, "ax", @progbits;                                                 \
    .globl name;                                                                          \
    .hidden name;                                                                         \
    .type name, @function;                                                                \
    .p2align 4;                                                                           \
    name:                                                                                 \
    .cfi_startproc
#define END(name)                                                                         \
    .cfi_endproc;                                                                         \
    .size name, . - name

    .hidden tls_CurrentThread
    .hidden RhpTrapThreads
    .hidden RhpWaitForGC2
    .hidden tailor_poll_wait
    .hidden tailor_personality
    .hidden tailor_begin_catch
    .hidden tailor_vector_state_size
    .hidden tailor_vector_state_mask

// void tailor_pinvoke_enter(PInvokeFrame *rdi): cooperative to preemptive mode.
FUNCTION(tailor_pinvoke_enter)
    movq    tls_CurrentThread@gottpoff(%rip), %rax
    addq    %fs:0, %rax
    movq    (%rsp), %rcx
    movq    %rcx, FRAME_IP(%rdi)
    movq    %rbp, FRAME_RBP(%rdi)
    movq    %rax, FRAME_THREAD(%rdi)
    movl    $FRAME_FLAGS_CALLEE_SAVED, FRAME_FLAGS(%rdi)
    movq    %rbx, FRAME_SAVED(%rdi)
    movq    %r12, FRAME_SAVED+0x08(%rdi)
    movq    %r13, FRAME_SAVED+0x10(%rdi)
    movq    %r14, FRAME_SAVED+0x18(%rdi)
    movq    %r15, FRAME_SAVED+0x20(%rdi)
    leaq    8(%rsp), %rcx
    movq    %rcx, FRAME_SAVED+0x28(%rdi)
    movq    %rdi, THREAD_TRANSITION_FRAME(%rax)
    ret
END(tailor_pinvoke_enter)

// void tailor_pinvoke_leave(PInvokeFrame *rdi): back, waits while a collection runs. The runtime's membarrier makes
// the order of the store and the load right (ThreadStore::SuspendAllThreads).
FUNCTION(tailor_pinvoke_leave)
    movq    FRAME_THREAD(%rdi), %rax
    movq    $0, THREAD_TRANSITION_FRAME(%rax)
    cmpl    $0, RhpTrapThreads(%rip)
    jne     1f
    ret
1:  jmp     RhpWaitForGC2
END(tailor_pinvoke_leave)

// void tailor_poll(void): preserves every register but the flags, more than preserve_mostcc (no R11, no vector
// registers) and preserve_allcc (no R11) ask for. Everything is stored above the stack pointer of the transition
// frame, so the conservative scan sees all of it.
FUNCTION(tailor_poll)
    pushq   %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq    %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq   %rax
    pushq   %rcx
    pushq   %rdx
    pushq   %rbx
    pushq   %rsi
    pushq   %rdi
    pushq   %r8
    pushq   %r9
    pushq   %r10
    pushq   %r11
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    .cfi_offset %rbx, -48
    .cfi_offset %r12, -104
    .cfi_offset %r13, -112
    .cfi_offset %r14, -120
    .cfi_offset %r15, -128

    // Vector state: XSAVE in the standard format, or FXSAVE on a processor without it. RBX = mask, 0: FXSAVE.
    movl    tailor_vector_state_size(%rip), %ecx
    movl    tailor_vector_state_mask(%rip), %ebx
    subq    %rcx, %rsp
    andq    $-64, %rsp
    testl   %ebx, %ebx
    jz      1f
    xorl    %eax, %eax
    movl    $8, %ecx                // the header of the area must not hold garbage when it is restored
    leaq    512(%rsp), %rdi
    cld
    rep stosq
    movl    %ebx, %eax
    xorl    %edx, %edx
    xsave64 (%rsp)
    jmp     2f
1:  fxsave64 (%rsp)
2:  movq    %rsp, %r12              // the area

    subq    $FRAME_SIZE+0x10, %rsp  // keeps the alignment of 16
    movq    8(%rbp), %rax
    movq    %rax, FRAME_IP(%rsp)
    movq    (%rbp), %rax
    movq    %rax, FRAME_RBP(%rsp)
    movq    tls_CurrentThread@gottpoff(%rip), %rax
    addq    %fs:0, %rax
    movq    %rax, FRAME_THREAD(%rsp)
    movl    $FRAME_FLAGS_RSP, FRAME_FLAGS(%rsp)
    movq    %rsp, FRAME_SAVED(%rsp)
    movq    %rsp, %rdi
    call    tailor_poll_wait

    testl   %ebx, %ebx
    jz      3f
    movl    %ebx, %eax
    xorl    %edx, %edx
    xrstor64 (%r12)
    jmp     4f
3:  fxrstor64 (%r12)
4:  leaq    -0x70(%rbp), %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %r11
    popq    %r10
    popq    %r9
    popq    %r8
    popq    %rdi
    popq    %rsi
    popq    %rbx
    popq    %rdx
    popq    %rcx
    popq    %rax
    popq    %rbp
    .cfi_def_cfa %rsp, 8
    ret
END(tailor_poll)

// void tailor_unwind_init(UnwindCursor *rdi): the caller at this call (unwind.h).
FUNCTION(tailor_unwind_init)
    movq    (%rsp), %rax
    leaq    8(%rsp), %rcx
    movq    %rbx, CURSOR_RBX(%rdi)
    movq    %rbp, CURSOR_RBP(%rdi)
    movq    %r12, CURSOR_R12(%rdi)
    movq    %r13, CURSOR_R13(%rdi)
    movq    %r14, CURSOR_R14(%rdi)
    movq    %r15, CURSOR_R15(%rdi)
    movq    %rcx, CURSOR_SP(%rdi)
    movq    %rax, CURSOR_IP(%rdi)
    movq    $0, CURSOR_IP_IS_EXACT(%rdi)
    ret
END(tailor_unwind_init)

// _Noreturn void tailor_unwind_continue(const UnwindCursor *rdi, landing pad rsi, first rdx, second rcx). RAX and RDX are
// the registers in which LLVM expects the two values of a landing pad.
FUNCTION(tailor_unwind_continue)
    movq    %rdx, %rax
    movq    %rcx, %rdx
    movq    CURSOR_RBX(%rdi), %rbx
    movq    CURSOR_RBP(%rdi), %rbp
    movq    CURSOR_R12(%rdi), %r12
    movq    CURSOR_R13(%rdi), %r13
    movq    CURSOR_R14(%rdi), %r14
    movq    CURSOR_R15(%rdi), %r15
    movq    CURSOR_SP(%rdi), %rsp
    jmp     *%rsi
END(tailor_unwind_continue)

// uintptr_t tailor_guard(function rdi, rsi, rdx, rcx): function(rsi, rdx, rcx) in a frame that catches
// everything (guarded_call.h); 0 if an exception escaped.
FUNCTION(tailor_guard)
    .cfi_personality 0x1b, tailor_personality
    .cfi_lsda 0x1b, .Lguarded_call_lsda
    pushq   %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq    %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq    %rdi, %rax
    movq    %rsi, %rdi
    movq    %rdx, %rsi
    movq    %rcx, %rdx
.Lguarded_call_begin:
    call    *%rax
.Lguarded_call_end:
    popq    %rbp
    .cfi_remember_state
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_restore_state
.Lguarded_call_landing:             // rax = record, rdx = selector
    movq    %rax, %rdi
    call    tailor_begin_catch
    xorl    %eax, %eax
    popq    %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .globl  tailor_guard_end
    .hidden tailor_guard_end
tailor_guard_end:
END(tailor_guard)

    .section .gcc_except_table.tailor_guard, "a", @progbits
    .p2align 2
.Lguarded_call_lsda:
    .byte   0xff                    // landing pads are relative to the start of the function
    .byte   0x1b                    // type table: pcrel sdata4
    .uleb128 .Lguarded_call_types - .Lguarded_call_after_types_offset
.Lguarded_call_after_types_offset:
    .byte   0x01                    // call sites: uleb128
    .uleb128 .Lguarded_call_actions - .Lguarded_call_sites
.Lguarded_call_sites:
    .uleb128 .Lguarded_call_begin - tailor_guard
    .uleb128 .Lguarded_call_end - .Lguarded_call_begin
    .uleb128 .Lguarded_call_landing - tailor_guard
    .uleb128 1                      // first action record
.Lguarded_call_actions:
    .sleb128 1                      // type table entry 1
    .sleb128 0                      // no further record
    .p2align 2
    .long   0                       // null descriptor: catches everything
.Lguarded_call_types:

    .section .note.GNU-stack, "", @progbits
