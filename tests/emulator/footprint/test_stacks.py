"""Stack high-water marks: the firmware tells where its SP was, the report has to say the same, and who was there."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
import unicorn
from unicorn import arm_const

from emulator import Board, EmulatorError
from emulator.boards.run_result import RunResult
from emulator.footprint.chain import ChainLink
from emulator.footprint.usage import StackUse
from tests.support.firmware import FOLDER, build, build_text
from tests.support.gcc import needs_gcc

HEAD = (
    '#include "firmware.h"\n'
    "#define KEEP __attribute__((noinline))\n"
    "uint32_t deepest = 0xFFFFFFFFu;\n"
    'static inline uint32_t sp(void) { uint32_t v; __asm volatile("mov %0, sp" : "=r"(v)); return v; }\n'
    "static inline void note(void) { if (sp() < deepest) deepest = sp(); }\n"
)


def run(elf: bytes, tracer: str, **options: bool) -> tuple[Board, RunResult]:
    board = Board("mps2-an386", tracer=tracer, **options)
    board.load(elf)
    return board, board.run(max_cycles=20_000_000)


def measured(body: str, tracer: str) -> tuple[StackUse, int]:
    """The main stack, and what the firmware left in `deepest`."""
    board, result = run(build_text(HEAD + body), tracer, memory=True)
    assert result.end == "exit"
    deepest = board.read(board.symbols.find("deepest").address, 4)
    (stack,) = board.memory_use().stacks
    assert (stack.name, stack.high) == ("MSP", 0x20010000)
    return stack, int.from_bytes(deepest, "little")


def short_scheduler(compiler: str = "any") -> bytes:
    """The scheduler with less work for its tasks."""
    text = (FOLDER / "scheduler.c").read_text()
    assert "n < 20000" in text
    return build_text(text.replace("n < 20000", "n < 2000"), compiler=compiler, name="scheduler.c")


def chain(stack: StackUse) -> list[str]:
    """Functions with their repetitions, exceptions in brackets."""
    return [_word(link) for link in stack.chain]


def _word(link: ChainLink) -> str:
    if link.exception:
        return f"[{link.function}]"
    return link.function if link.times == 1 else f"{link.function} x{link.times}"


@needs_gcc
def test_recursion(tracer: str) -> None:
    stack, deepest = measured(
        "KEEP int down(int n) { note(); return n ? n + down(n - 1) : 0; }\n"
        "KEEP int shallow(void) { volatile int local[8]; local[0] = 1; return local[0]; }\n"
        "int main(void) { down(20); shallow(); return 0; }",
        tracer,
    )
    assert stack.low == deepest
    assert chain(stack) == ["Reset_Handler", "main", "down x21"]
    assert stack.chain[1].place == "main.c:8"


def test_a_leaf_with_a_large_array(tracer: str) -> None:
    """The array comes and goes inside one block: no block begins while it is there."""
    stack, deepest = measured(
        "__attribute__((naked, noinline)) void leaf(void) {\n"
        '  __asm volatile("sub sp, #400\\n mov r0, sp\\n ldr r1, =deepest\\n str r0, [r1]\\n str r0, [sp]\\n"\n'
        '  "add sp, #400\\n bx lr\\n .ltorg"); }\n'
        'KEEP void caller(void) { leaf(); __asm volatile("nop"); }\n'
        "int main(void) { caller(); return 0; }",
        tracer,
    )
    assert stack.low == deepest
    assert chain(stack) == ["Reset_Handler", "main", "caller", "leaf"]


def test_an_array_of_variable_length(tracer: str) -> None:
    stack, deepest = measured(
        "KEEP void fill(volatile char *at, int n) { note(); while (n--) at[n] = 1; }\n"
        "KEEP void use(int n) { char array[n]; fill(array, n); }\n"
        "int main(void) { use(8); use(1000); use(20); return 0; }",
        tracer,
    )
    assert deepest - 64 < stack.low <= deepest
    assert stack.used > 1000
    assert chain(stack) == ["Reset_Handler", "main", "use", "fill"]


@needs_gcc
def test_an_interrupt_on_top_of_deep_code(tracer: str) -> None:
    stack, deepest = measured(
        "KEEP void handle(void) { volatile int local[20]; local[0] = 1; note(); local[1] = 2; }\n"
        "void IRQ3_Handler(void) { handle(); }\n"
        "KEEP int deep(int n) { if (n) { deep(n - 1); } else { NVIC_ISPR = 8; BARRIER(); } return n; }\n"
        "int main(void) { NVIC_ISER = 8; NVIC_ISPR = 8; BARRIER(); deep(5); NVIC_ISPR = 8; BARRIER(); return 0; }",
        tracer,
    )
    assert stack.low == deepest
    assert chain(stack) == ["Reset_Handler", "main", "deep x6", "[IRQ3]", "IRQ3_Handler", "handle"]


@needs_gcc
def test_tasks_have_stacks_of_their_own(tracer: str) -> None:
    """220 bytes: what `task` pushes, an extended frame, and what PendSV saves below it, FP registers included."""
    board, result = run(short_scheduler(), tracer, memory=True)
    assert result.end == "exit"
    main, *tasks = board.memory_use().stacks
    stacks = board.symbols.find("stacks").address
    assert [(t.name, t.where is not None and t.where.startswith("stacks+0x")) for t in tasks] == [("task", True)] * 2
    assert [t.high for t in tasks] == [stacks + 1024, stacks + 2048]
    assert chain(tasks[0]) == ["task", "[PendSV]"]
    assert chain(main) == ["Reset_Handler", "main", "[SVCall]", "PendSV_Handler"]
    for task in tasks:
        untouched = board.read(task.high - 1024, task.low - task.high + 1024)
        assert not any(untouched)
        assert any(board.read(task.low, 16))


def test_a_task_that_never_ran_deeper_than_its_frame_is_there(tracer: str) -> None:
    """One stack per array: the array's name and size are the stack's."""
    text = (
        HEAD + "static uint32_t worker_stack[128];\n"
        'static void worker(void) { for (;;) __asm volatile("wfi"); }\n'
        '__attribute__((naked)) void SVC_Handler(void) { __asm volatile("msr psp, r0\\n mvn lr, #2\\n bx lr"); }\n'
        "int main(void) { uint32_t *frame = worker_stack + 120; frame[6] = (uint32_t)worker; frame[7] = 1u << 24;\n"
        '  register uint32_t *r0 __asm("r0") = frame; __asm volatile("svc 0" :: "r"(r0) : "memory"); return 1; }'
    )
    board, result = run(build_text(text), tracer, memory=True)
    assert result.end == "idle"
    _, worker = board.memory_use().stacks
    assert (worker.name, worker.where, worker.size, worker.used) == ("worker", "worker_stack", 512, 32)


@pytest.mark.parametrize("compiler", ["gcc", pytest.param("zig", marks=pytest.mark.slow)])
@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions", "faults", "floats"])
def test_a_run_is_the_same_whatever_follows_it(program: str, compiler: str) -> None:
    """Cycles, output, faults and all, on each tracer, with a profile, and with memory followed."""
    elf = short_scheduler(compiler) if program == "scheduler" else build(program, compiler=compiler)
    kinds = ["python", "native"] if find_spec("emulator.tracing._tracer") else ["python"]
    runs = [run(elf, kind, **options)[1] for kind in kinds for options in ({}, {"profile": True}, {"memory": True})]
    assert all(result == runs[0] for result in runs[1:])


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
@pytest.mark.parametrize("program", ["nesting", "exceptions", "floats"])
def test_the_mark_is_the_lowest_sp_of_any_instruction(program: str, compiler: str) -> None:
    """Against a look at SP in front of every single instruction."""
    board = Board("mps2-an386", memory=True)
    board.load(build(program, compiler=compiler))
    engine = board._firmware().engine._uc
    lowest = [0xFFFFFFFF]

    def look(uc: unicorn.Uc, address: int, size: int, data: object) -> None:
        lowest[0] = min(lowest[0], uc.reg_read(arm_const.UC_ARM_REG_SP))

    engine.hook_add(unicorn.UC_HOOK_CODE, look)
    assert board.run(max_cycles=1_000_000).end == "exit"
    (main,) = [stack for stack in board.memory_use().stacks if stack.name == "MSP"]
    assert main.low == lowest[0]


@pytest.mark.skipif(find_spec("emulator.footprint._stackwatch") is None, reason="_stackwatch is not built")
@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions", "faults"])
def test_both_watches_see_the_same(program: str) -> None:
    elf = short_scheduler() if program == "scheduler" else build(program)
    native, python = (run(elf, tracer, memory=True)[0].memory_use() for tracer in ("native", "python"))
    assert native == python


def test_it_has_to_be_asked_for(tracer: str) -> None:
    board, _ = run(build("nesting"), tracer)
    with pytest.raises(EmulatorError, match="memory=True"):
        board.memory_use()
