"""Run one handed-in answer behind fences: the process that `grading.py` starts for each.

    python -I -S fenced.py < job > notes

A job is a line of JSON, then a pickle; what comes back are lines of JSON, so that a process that is
ended keeps the cases that it finished. Nothing is here that an answer could steal: neither what the
cases want, nor what they are drawn from.

The fences, of which each system has what it can give:

limits    seconds of the processor, memory, size of files, number of processes (not on Windows)
landlock  files to read are those of Python and its packages, none can be written, no program can be
          started (Linux 5.13 or later)
seccomp   no process can be started, signalled, watched or reached by a socket (Linux, on x86-64 and
          64-bit ARM)
hook      Python itself refuses all of this, everywhere; code that is not Python's goes around it
"""

import ast
import contextlib
import ctypes
import gc
import importlib.util
import json
import os
import pickle
import platform
import re
import signal  # noqa: F401, see raise_hook
import struct
import symtable
import sys
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

FRAMEWORKS = {"keras", "tensorflow", "torch", "jax", "dlhelpers"}
TRAINS = {"fit", "evaluate", "predict", "train_on_batch", "optimize", "search"}
LONGEST_CELL = 200_000
MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)


def main():
    """Do the job on standard input, and leave without a word to whatever the answer started."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")

    def tell(**said):
        lines.write(json.dumps(said) + "\n")
        lines.flush()

    header = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = header["path"]
    import numpy  # noqa: F401, because the pickle may hold arrays

    job = pickle.load(sys.stdin.buffer)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    work = judge if job["notes"] is not None else run
    try:
        work(job, header, tell)
    except BaseException as error:  # whatever an answer may raise
        with contextlib.suppress(BaseException):
            tell(broken=f"{type(error).__name__}: {error}"[:300])
    os._exit(0)  # no atexit hook, no thread, no destructor


def load_engine(path):
    spec = importlib.util.spec_from_file_location("dlhelpers.exercises", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(job, header, tell):
    """Run what the answer needs of its notebook, then the answer on each case."""
    engine = load_engine(header["engine"])
    name, answer, calls = job["name"], job["answer"], job["calls"]
    exercise = engine.find(name) if job["kind"] == "repair" else None
    tell(wait=20)  # for a cell that is hard to read
    materials = [f"{material(word)} = {text}" for word, text in job["materials"].items()]
    cells = [*job["cells"][:-1], ("\n".join(materials), False), job["cells"][-1]]
    statements, left_out, broken = needed(cells, {answer, *map(material, job["materials"])})
    framework = job["kind"] in ("repair", "build") or uses_a_framework(statements)
    if framework:
        tell(wait=180)
        with contextlib.suppress(ImportError):
            import_keras()
    standing = raise_fences(header, framework)
    tell(ready=True, fences=standing, left_out=left_out)

    space, stopped = execute(statements)
    stopped = broken or stopped
    things = {word: space.get(material(word)) for word in job["materials"]}
    given = space.get(answer, ...)

    def note_of(call):
        if answer not in space and stopped:
            return {"call": "the cell", "stops": stopped}
        if job["kind"] == "predict" or given is ...:
            return {"call": "", "gives": engine.plain(given)}
        if not callable(given):
            return {"call": "the answer", "stops": "is no function; a function is wanted."}
        if job["kind"] == "repair":
            return engine.look(exercise, given, call, things)
        return engine.ask(given, call, quiet=True)

    for case, call in enumerate(calls):
        try:
            note = note_of(call)
            text = json.dumps(note, default=engine.as_json)
        except BaseException as error:
            note = {"call": answer, "stops": f"stops with {cause(error)}"}
            text = json.dumps(note)
        if len(text) > header["most_bytes"]:
            note = {"call": answer, "stops": f"gives more than {header['most_bytes']:,} bytes."}
            text = json.dumps(note)
        tell(case=case, note=text)
    tell(done=True)


def import_keras():
    """Import Keras and spare what comes with it from the search for garbage: all of it stays."""
    gc.disable()
    try:
        import keras  # noqa: F401
    finally:
        gc.freeze()
        gc.enable()


def judge(job, header, tell):
    """Judge notes that came out of such a process, where a model must be built or trained."""
    engine = load_engine(header["engine"])
    engine.find(job["name"])  # loads the topic while its file can be read
    import_keras()
    words = job["materials"]
    materials = "\n".join(f"{material(word)} = {text}" for word, text in words.items())
    statements = needed([*job["cells"], (materials, False)], set(map(material, words)))[0]
    tell(ready=True, fences=raise_fences(header, framework=True), left_out=[])
    space, _ = execute(statements)
    things = {word: space[material(word)] for word in words}
    verdict = engine.judge(job["name"], job["notes"], job["variant"], **things)
    tell(verdict=verdict.as_dict(), done=True)


def material(word):
    """The variable that holds what the lesson hands to `check` by that name."""
    return f"material_of_the_check_{word}"


def execute(statements):
    """Run statements one by one; give their names, and what the first one that failed said."""
    space, stopped = {"__name__": "__main__"}, ""
    for text in statements:
        try:
            exec(compile(text, "answer", "exec"), space)
        except BaseException as error:
            stopped = stopped or f"stops with {cause(error)}"
    return space, stopped


def cause(error):
    try:
        return f"{type(error).__name__}: {error}".rstrip(": ").split("\n")[0][:300]
    except BaseException:  # its __str__ may raise, too
        return type(error).__name__


# ----------------------------------------------------------- which statements does an answer need?


def needed(cells, wanted):
    """The top-level statements of the cells that some names rest on, in their order.

    A statement counts if it binds a name that is needed, or changes what a needed name stands for
    (`table[0] = 1`, `items.append(1)`). A lesson's statement that trains does not: a hundred
    submissions would take hours.

    Args:
        cells: a list of (source, whether it is the student's); the last one is the exercise.
        wanted: a set of names.

    Returns:
        A list of texts; the names that a training in the lesson would have bound, a list; and why
        the exercise's own cell cannot be read, or "".
    """
    statements, broken = [], ""
    for n, (source, students) in enumerate(cells):
        try:
            tree, source = parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken = f"stops with {cause(error)}" if n == len(cells) - 1 else ""
            continue
        for node in tree.body:
            text = ast.get_source_segment(source, node)
            if decorators := getattr(node, "decorator_list", []):
                lines = source.splitlines()[decorators[0].lineno - 1 : node.end_lineno]
                text = "\n".join(lines)
            statements.append((text, *names(text, node), trains(node) and not students))
    wanted, taken, before = set(wanted), set(), -1
    while len(taken) > before:
        before = len(taken)
        for n, (_, bound, uses, too_long) in enumerate(statements):
            if n not in taken and bound & (wanted | {"*"}):
                taken.add(n)
                wanted |= set() if too_long else uses
    left_out = {name for n in taken if statements[n][3] for name in statements[n][1] & wanted}
    texts = [statements[n][0] for n in sorted(taken) if not statements[n][3]]
    return texts, sorted(left_out), broken


def parse(source):
    """The tree of a cell, and the text that it is of: without magic commands if it has any."""
    if len(source) > LONGEST_CELL:
        raise ValueError(f"the cell is longer than {LONGEST_CELL:,} characters")
    try:
        return ast.parse(source), source
    except SyntaxError:
        source = MAGIC.sub("", source)
        return ast.parse(source), source


def names(text, node):
    """The names that a statement binds or changes, and those that it uses, two sets."""
    table = symtable.symtable(text, "cell", "exec")
    symbols = table.get_symbols()
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    imported = {s.get_name() for s in symbols if s.is_imported()}
    uses = {s.get_name() for s in symbols if s.is_referenced()}
    inside = list(table.get_children())
    for scope in inside:
        inside += scope.get_children()
        uses |= {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        bound.add("*")
    return bound | (changed(node) - imported), uses


def changed(node):
    """The names whose values a statement changes: roots of `a[0] = …`, `a.b = …`, `a.append(…)`."""
    found, parts = set(), [node]
    for part in parts:
        if isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        parts += ast.iter_child_nodes(part)
        targets = getattr(part, "targets", None) or [getattr(part, "target", None)]
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            targets = [part.value.func]
        for target in targets:
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                while isinstance(target, (ast.Attribute, ast.Subscript)):
                    target = target.value
                found.add(getattr(target, "id", None))
    return found - {None}


def trains(node):
    """Whether a statement calls something that trains; a function that is only defined does not."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return False
    calls = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr in TRAINS for call in calls)


def uses_a_framework(statements):
    roots = set()
    for part in (part for text in statements for part in ast.walk(ast.parse(text))):
        if isinstance(part, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom):
            roots.add((part.module or "").partition(".")[0])
    return bool(roots & FRAMEWORKS)


# -------------------------------------------------------------------------------------- the fences


def raise_fences(header, framework):
    """Shut this process in; return the names of the fences that stand.

    Args:
        header: `fences`, the names of those to raise; `seconds` of the processor and `memory` in
            bytes from here on; `readable` and `forbidden` paths; `scratch`, a folder of its own.
        framework: whether Keras is there, which needs threads and a folder to write to.
    """
    standing, scratch = [], header["scratch"] if framework else None
    rooms = [*header["readable"], *map(os.path.realpath, header["readable"])]
    for name, fence in [
        ("limits", lambda: limit(header["seconds"], header["memory"], framework)),
        ("landlock", lambda: landlock(rooms, header["forbidden"], scratch)),
        ("seccomp", lambda: seccomp(threads=framework)),
        ("hook", lambda: raise_hook(rooms, header["forbidden"], scratch)),
    ]:
        if name in header["fences"]:
            with contextlib.suppress(OSError, AttributeError, KeyError):
                fence()
                standing.append(name)
    return standing


def limit(seconds, memory, framework):
    used = sum(os.times()[:2])
    there = 2**32
    with contextlib.suppress(OSError):  # what is mapped already, which a framework is much of
        there = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    cpu = int(used + seconds) + 1
    wanted = {
        "RLIMIT_CPU": (cpu, cpu + 1),
        "RLIMIT_AS": (there + memory,) * 2,
        "RLIMIT_FSIZE": (2**26 if framework else 0,) * 2,
        "RLIMIT_NOFILE": (512 if framework else 64,) * 2,
        "RLIMIT_CORE": (0, 0),
    }
    if not framework:
        wanted["RLIMIT_NPROC"] = (0, 0)  # the kernel does not hold root to this one
    for name, pair in wanted.items():
        kind, most = getattr(resource, name), resource.getrlimit(getattr(resource, name))[1]
        if most != resource.RLIM_INFINITY:
            pair = tuple(min(number, most) for number in pair)
        with contextlib.suppress(ValueError, OSError):  # macOS does not know all of them
            resource.setrlimit(kind, pair)


def call(number, *arguments):
    """A call of the Linux kernel by its number; OSError if it does not do it."""
    libc = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *wide)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def give_up_privileges():
    """No new privileges from now on, and none of root's for a process that root started."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "prctl")
    if os.geteuid() == 0:
        empty = ctypes.create_string_buffer(24)
        capset = {"x86_64": 126, "aarch64": 91}[platform.machine()]
        call(capset, struct.pack("Ii", 0x20080522, 0), empty)


def landlock(readable, forbidden, scratch):
    """Let this process read what lies below some paths, write into `scratch`, and touch no more."""
    if sys.platform != "linux":
        raise OSError("only Linux has it")
    version = call(444, None, 0, 1)
    give_up_privileges()
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    rules = struct.pack("QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    rules = rules[: 8 if version < 4 else 16 if version < 6 else 24]
    fence = call(444, rules, len(rules), 0)
    read_file, read_folder, write_file = 1 << 2, 1 << 3, 1 << 1

    def allow(path, rights):
        with contextlib.suppress(OSError):
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                call(445, fence, 1, struct.pack("=Qi", rights & files, opened), 0)
            finally:
                os.close(opened)

    def allow_reading(path):
        if path in forbidden:
            return
        if any(below.startswith(path + os.sep) for below in forbidden):
            allow(path, read_folder)
            for entry in os.listdir(path):
                allow_reading(os.path.join(path, entry))
        else:
            allow(path, read_file | read_folder if os.path.isdir(path) else read_file)

    for path in readable:
        allow_reading(path)
    allow("/dev/null", read_file | write_file)
    allow("/proc/self", read_file | read_folder)
    if scratch:
        allow(scratch, files & ~1)
    call(446, fence, 0)
    os.close(fence)


# fork, vfork, execve, execveat, kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo,
# pidfd_send_signal, pidfd_open, ptrace, process_vm_readv, process_vm_writev, socket, chmod, fchmod,
# fchmodat, chown, fchown, lchown, fchownat, io_uring_setup; then clone and the machine's own number
SYSTEM_CALLS = {
    "x86_64": (
        [57, 58, 59, 322, 62, 200, 234, 129, 297, 424, 434, 101, 310, 311, 41]
        + [90, 91, 268, 92, 93, 94, 260, 425],
        56,
        0xC000003E,
    ),
    "aarch64": (
        [221, 281, 129, 130, 131, 138, 240, 424, 434, 117, 270, 271, 198, 52, 53, 55, 54, 425],
        220,
        0xC00000B7,
    ),
}


def seccomp(threads):
    """Let the kernel refuse what starts, signals or reaches other processes."""
    if sys.platform != "linux":
        raise OSError("only Linux has it")
    refused, clone, machine = SYSTEM_CALLS[platform.machine()]
    give_up_privileges()
    load, equal, at_least, bits, give = 0x20, 0x15, 0x35, 0x45, 0x06
    no, missing, yes = 0x00050001, 0x00050026, 0x7FFF0000  # EPERM, ENOSYS, allowed
    program = [(load, 0, 0, 4), (equal, 1, 0, machine), (give, 0, 0, no), (load, 0, 0, 0)]
    program += [(at_least, 0, 1, 0x40000000), (give, 0, 0, no)]  # the numbers of the x32 ABI
    for number in refused:
        program += [(equal, 0, 1, number), (give, 0, 0, no)]
    program += [(equal, 0, 1, 435), (give, 0, 0, missing if threads else no)]  # clone3
    if threads:  # clone may make a thread, and nothing else
        program += [(equal, 0, 3, clone), (load, 0, 0, 16), (bits, 1, 0, 0x10000)]
    else:
        program += [(equal, 0, 1, clone)]
    program += [(give, 0, 0, no), (give, 0, 0, yes)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *p) for p in program))
    whole = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(filters))
    if call({"x86_64": 317, "aarch64": 277}[platform.machine()], 1, 1, whole):  # all its threads
        raise OSError("a thread cannot be shut in")


def raise_hook(readable, forbidden, scratch):
    for module, name in [("posix", "pidfd_open"), ("_signal", "pidfd_send_signal")]:
        for known in (module, {"posix": "os", "_signal": "signal"}[module]):
            with contextlib.suppress(KeyError, AttributeError):  # the hook does not hear of these
                delattr(sys.modules[known], name)
    sys.addaudithook(hook(readable, forbidden, scratch))


def hook(readable, forbidden, scratch):
    """A function that Python calls before it does something outside itself, and that refuses.

    It uses nothing that an answer could replace: no global name, only what is bound here.
    """
    rooms = tuple(path.rstrip(os.sep) for path in readable) + (os.devnull,)
    shut, separator = tuple(forbidden), os.sep
    own = scratch and scratch.rstrip(os.sep)
    begins, text, binary, number, kind_of = str.startswith, str, bytes, int, type
    refusal, writes = PermissionError, os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    writes |= os.O_APPEND
    looks = frozenset({"os.listdir", "os.scandir"})
    harmless = frozenset({"os.putenv", "os.unsetenv", "os.add_dll_directory", "os.walk"})
    at_home = frozenset({"os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"})
    families = ("os.", "subprocess.", "socket.", "ctypes.", "shutil.", "pty.", "fcntl.", "winreg.")
    families += ("gc.", "resource.", "signal.pthread_kill", "sys._current_frames", "urllib.")
    families += ("syslog.", "msvcrt.", "_winapi.", "ftplib.", "http.", "code.__new__")
    modules = frozenset({"_posixsubprocess", "_ctypes", "_winapi", "_testcapi"})
    if scratch:  # frameworks make code, call C and collect garbage
        modules, families = frozenset(), tuple(f for f in families if f not in ("ctypes.", "gc."))
        families = tuple(f for f in families if f != "code.__new__")

    def below(path, roots):
        if kind_of(path) is binary:
            path = binary.decode(path, "utf-8", "replace")
        if kind_of(path) is not text or ".." in path:
            return False
        if not begins(path, separator) and path[1:2] != ":":
            return False
        for root in roots:
            if path == root or begins(path, root + separator):
                return True
        return False

    def watch(event, arguments):
        if event == "open":
            path, _, flags = arguments
            if kind_of(path) is number:
                return
            writing = kind_of(flags) is number and flags & writes
            if own and below(path, (own,)):
                return
            if path == "/dev/null" or not writing and below(path, rooms) and not below(path, shut):
                return
        elif event in looks:
            if below(arguments[0], rooms) or own and below(arguments[0], (own,)):
                return
        elif event == "import":
            if arguments[0] not in modules:
                return
        elif event in harmless or not begins(event, families):
            return
        elif own and event in at_home and below(arguments[0], (own,)):
            if event != "os.rename" or below(arguments[1], (own,)):
                return
        raise refusal("not allowed while an answer is graded: " + event)

    return watch


if __name__ == "__main__":
    main()
