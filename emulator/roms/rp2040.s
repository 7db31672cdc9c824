@ A boot ROM for the RP2040, written from its documented interface (datasheet 2.8.2 and 2.8.3; pico/bootrom.h): it starts
@ the program in flash at once and has the memory and bit functions. There is no USB boot, no flash programming (those
@ functions return without effect) and no floating point table. Assemble with -mcpu=cortex-m0plus.

        .syntax unified
        .thumb
        .text
        .word   0x20041f00              @ stack while the ROM runs
        .word   reset + 1
        .word   halt + 1                @ NMI
        .word   halt + 1                @ HardFault
        .byte   'M', 'u', 1, 2          @ magic and version
        .hword  functions, data, lookup + 1, 0

        .align  2
reset:  ldr     r0, =0x10000100         @ vector table behind the 256 bytes of the second stage
        ldr     r1, =0xe000ed08
        str     r0, [r1]
        ldr     r1, [r0]
        msr     msp, r1
        ldr     r0, [r0, #4]
        bx      r0
halt:   b       halt

@ r0 table of code and address pairs, r1 code; gives the address or 0
lookup: ldrh    r2, [r0]
        cmp     r2, #0
        beq     1f
        ldrh    r3, [r0, #2]
        adds    r0, #4
        cmp     r2, r1
        bne     lookup
        mov     r2, r3
1:      mov     r0, r2
        bx      lr

@ r0 to, r1 byte, r2 count; gives r0
set:    mov     r3, r0
        b       2f
1:      strb    r1, [r3]
        adds    r3, #1
2:      subs    r2, #1
        bcs     1b
        bx      lr

@ r0 to, r1 from, r2 count; gives r0
copy:   push    {r0, r4, lr}
        b       2f
1:      ldrb    r4, [r1]
        strb    r4, [r0]
        adds    r0, #1
        adds    r1, #1
2:      subs    r2, #1
        bcs     1b
        pop     {r0, r4, pc}

@ ones in r0
ones:   movs    r1, #0
1:      cmp     r0, #0
        beq     2f
        subs    r2, r0, #1
        ands    r0, r2
        adds    r1, #1
        b       1b
2:      mov     r0, r1
        bx      lr

@ r0 with its bits in reversed order
turn:   movs    r1, #0
        movs    r2, #32
1:      lsrs    r0, r0, #1
        adcs    r1, r1
        subs    r2, #1
        bne     1b
        mov     r0, r1
        bx      lr

@ zeros at the top of r0, 32 for 0
leading:
        movs    r1, #32
1:      cmp     r0, #0
        beq     2f
        lsrs    r0, r0, #1
        subs    r1, #1
        b       1b
2:      mov     r0, r1
        bx      lr

@ zeros at the bottom of r0, 32 for 0
trailing:
        cmp     r0, #0
        beq     2f
        movs    r1, #0
1:      lsrs    r0, r0, #1
        bcs     3f
        adds    r1, #1
        b       1b
2:      movs    r1, #32
3:      mov     r0, r1
nothing:
        bx      lr

        .align  2
        .pool

        .align  2
functions:
        .byte   'P', '3'
        .hword  ones + 1
        .byte   'R', '3'
        .hword  turn + 1
        .byte   'L', '3'
        .hword  leading + 1
        .byte   'T', '3'
        .hword  trailing + 1
        .byte   'M', 'S'
        .hword  set + 1
        .byte   'S', '4'
        .hword  set + 1
        .byte   'M', 'C'
        .hword  copy + 1
        .byte   'C', '4'
        .hword  copy + 1
        .byte   'U', 'B'                @ to USB boot: there is none
        .hword  halt + 1
        .byte   'I', 'F'
        .hword  nothing + 1
        .byte   'E', 'X'
        .hword  nothing + 1
        .byte   'R', 'E'
        .hword  nothing + 1
        .byte   'R', 'P'
        .hword  nothing + 1
        .byte   'F', 'C'
        .hword  nothing + 1
        .byte   'C', 'X'
        .hword  nothing + 1
data:   .hword  0, 0
