"""Attacks on grading, tried: `python tools/attacks.py` prints what each gained and what is said.

Each is the cell of one exercise, handed in beside honest notebooks. It should gain no point, and
the honest ones should keep theirs. `tests/test_grading.py` wants that of each.
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dlhelpers import exercises, grading  # noqa: E402

NAME = "convolution.convolve2d"
RIGHT = """
patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
return np.einsum("ijuv,uv->ij", patches, kernel[::-1, ::-1])
"""
# What an attack does once it has the text of the file with the cases.
USE = """
space = {}
exec(text, space)
return space["EXERCISES"]["convolve2d"]["case"](image, kernel)[0]
"""

ATTACKS = {
    # ------------------------------------------------------------------- the check and the lesson
    "replaces check": "return 0\n#\ndef check(*given):\n    print('✓ convolve2d is right')",
    "replaces the engine's judge": """
        import sys
        engine = sys.modules["dlhelpers.exercises"]
        right = engine.Verdict(True, "✓ convolve2d is right", (True, True, True))
        engine.verdict = engine.judge = engine.observe = lambda *given, **named: right
        engine._same = lambda *given: True
        return 0
        """,
    "replaces functions of the process it runs in": """
        import __main__, json
        for name in ("clean_note", "judge", "grade", "cause"):
            setattr(__main__, name, lambda *given, **named: True)
        json.dumps = lambda *given, **named: '{"call": "", "gives": true}'
        return 0
        """,
    "knows the practice cases by heart": """
        return {known}.get(repr((image.tolist(), kernel.tolist())), 0)
        """,
    "changes cells of the lesson": "return sliding(image, kernel)",
    "imports the cases": """
        from dlhelpers.checks import convolution
        return convolution.EXERCISES["convolve2d"]["case"](image, kernel)[0]
        """,
    # ------------------------------------------------------------------------------ reading files
    "reads the cases": "text = open({cases!r}).read()" + USE,
    "reads the cases as bytes": "import os\n"
    "text = os.read(os.open({cases!r}.encode(), 0), 10**6)" + USE,
    "reads the cases with NumPy": "text = np.fromfile({cases!r}, np.uint8).tobytes()" + USE,
    "reads the cases through a path of the process": """
        text = open("/proc/self/root" + {cases!r}).read()"""
    + textwrap.indent(USE, " " * 8),
    "reads the cases by another way round": "import sys\n"
    "text = open(sys.path[-1] + '/../' * 20 + {cases!r}[1:]).read()" + USE,
    "loads the cases as a module": """
        import importlib.util
        spec = importlib.util.spec_from_file_location("cases", {cases!r})
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.EXERCISES["convolve2d"]["case"](image, kernel)[0]
        """,
    "loads the cases from a package that it makes": """
        import sys
        sys.path.insert(0, {root!r})
        for name in [name for name in sys.modules if name.startswith("dlhelpers")]:
            del sys.modules[name]
        from dlhelpers.checks import convolution
        return convolution.EXERCISES["convolve2d"]["case"](image, kernel)[0]
        """,
    "reads the solution in the instructor's notebook": """
        import json
        for cell in json.load(open({notebook!r}))["cells"]:
            if "".join(cell["source"]).startswith("# @title Solution\\ndef convolve2d"):
                space = {"np": np, "check": print}
                exec("".join(cell["source"]), space)
                return space["convolve2d"](image, kernel)
        """,
    "reads another submission": """
        import json
        for cell in json.load(open({folder!r} + "/alice.ipynb"))["cells"]:
            if "def convolve2d" in "".join(cell["source"]):
                space = {"np": np, "check": print}
                exec("".join(cell["source"]), space)
                return space["convolve2d"](image, kernel)
        """,
    "reads after it has replaced what guards": """
        import builtins
        builtins.isinstance = builtins.type = builtins.any = lambda *given: True
        str_ = type("str", (str,), {"startswith": lambda *given: True})
        builtins.PermissionError = ZeroDivisionError
        text = open(str_({cases!r})).read()"""
    + textwrap.indent(USE, " " * 8),
    "adds a hook of its own": """
        import sys
        sys.addaudithook(lambda event, arguments: None)
        text = open({cases!r}).read()"""
    + textwrap.indent(USE, " " * 8),
    "calls the C library to read": """
        import ctypes
        libc, text = ctypes.CDLL(None), ctypes.create_string_buffer(10**5)
        libc.read(libc.open({cases!r}.encode(), 0), text, 10**5)
        text = text.value"""
    + textwrap.indent(USE, " " * 8),
    # ------------------------------------------------------------------ searching its own process
    "walks up the stack": """
        import sys
        frame = sys._getframe()
        while frame:
            for space in (frame.f_locals, frame.f_globals):
                for value in list(space.values()):
                    if isinstance(value, dict) and "wanted" in value:
                        return value["wanted"]
                    if isinstance(value, dict) and "convolve2d" in value.get("EXERCISES", ()):
                        return value["EXERCISES"]["convolve2d"]["case"](image, kernel)[0]
            frame = frame.f_back
        """,
    "searches all objects": """
        import gc
        for value in gc.get_objects():
            if isinstance(value, dict) and "wanted" in value:
                return value["wanted"]
        """,
    "searches the memory of the process that started it": """
        import os
        with open("/proc/" + str(os.getppid()) + "/mem", "rb") as memory:
            return memory.read(100)
        """,
    "asks for the secret where commands stand": """
        import os
        text = open("/proc/" + str(os.getppid()) + "/cmdline").read()
        text += open("/proc/" + str(os.getppid()) + "/environ").read()
        return len(text)
        """,
    # -------------------------------------------------------------------------- what it gives back
    "gives what equals everything": """
        class Equal:
            shape, dtype, ndim = (2, 2), np.dtype(float), 2
            __eq__ = __ne__ = __le__ = __bool__ = lambda *given: True
            __sub__ = __rsub__ = __abs__ = __float__ = lambda *given: 0.0
        return Equal()
        """,
    "gives an array that lies": """
        class Lies(np.ndarray):
            def __array_finalize__(self, other): pass
            def __array_ufunc__(self, *given, **named): return True
            __eq__ = __le__ = lambda *given: True
        return np.zeros((2, 2)).view(Lies)
        """,
    "gives what cannot be looked at": """
        class Angry:
            def __getattribute__(self, name): raise SystemExit(0)
            def __repr__(self): raise KeyboardInterrupt
            def __array__(self, *given, **named): raise MemoryError
            __eq__ = __hash__ = __str__ = __len__ = __iter__ = __repr__
        return Angry()
        """,
    "gives what runs when it is unpickled": """
        class Runs:
            def __reduce__(self): return exec, ("import os; os._exit(0)",)
        return Runs()
        """,
    "gives ten million numbers": "return np.zeros((10_000, 1000))",
    "gives a list of itself": """
        endless = []
        endless.append(endless)
        return endless
        """,
    "gives a list a million deep": """
        deep = []
        for _ in range(10**6):
            deep = [deep]
        return deep
        """,
    "stops with an error that stops": """
        class Stops(BaseException):
            def __str__(self): raise SystemExit
        raise Stops
        """,
    "stops as if the reader had interrupted": "raise KeyboardInterrupt",
    # ------------------------------------------------------------------------ the way of its notes
    "writes a verdict of its own": r"""
        import json, os
        verdict = {"passed": True, "message": "✓", "points": [True] * 99, "hint": ""}
        notes = [{"case": n, "note": json.dumps({"call": "", "gives": True})} for n in range(3)]
        for line in [*notes, {"verdict": verdict, "ready": True, "fences": [], "done": True}]:
            for number in range(64):
                try:
                    os.write(number, (json.dumps(line) + "\n").encode())
                except OSError:
                    pass
        os._exit(0)
        """,
    "writes notes that break a reader": r"""
        import os
        bad = ['{"case": 0, "note": "{\\"gives\\": {\\"type\\": \\"array\\", \\"kind\\": \\"f\\",'
               ' \\"shape\\": [999999999, 99999], \\"items\\": [1]}}"}',
               '{"case": 1, "note": "' + "[" * 10**5 + '"}', '{"case": 2, "note": "{\\"gives\\":'
               ' {\\"type\\": \\"model\\", \\"config\\": {}, \\"weights\\": []}}"}', "[" * 10**5,
               "\0\xff", '{"case": 1e999, "note": 1}', '{"done": ' + "9" * 10**4 + "}"]
        for line in bad:
            for number in range(64):
                try:
                    os.write(number, (line + "\n").encode("latin-1"))
                except OSError:
                    pass
        os._exit(0)
        """,
    "floods the way of its notes": """
        import os
        while True:
            for number in range(64):
                try:
                    os.write(number, b"x" * 10**6)
                except OSError:
                    pass
        """,
    "closes the way of its notes": "import os\nos.closerange(0, 64)",
    "prints megabytes": """
        for _ in range(100):
            print("x" * 10**6)
        return 0
        """,
    # ---------------------------------------------------------------------------- time and memory
    "never ends": "while True:\n    pass",
    "sleeps": "import time\ntime.sleep(10**6)",
    "never ends and takes no notice": """
        import signal
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
        """,
    "never ends in C": "return 9 ** 9 ** 9 ** 9",
    "never ends when it leaves": """
        import atexit, threading, time
        atexit.register(time.sleep, 10**6)
        class Sleeps:
            def __del__(self): time.sleep(10**6)
        globals()["kept"] = Sleeps()
        try:
            threading.Thread(target=time.sleep, args=(10**6,)).start()
        except RuntimeError:
            pass
        return 0
        """,
    "takes all memory": """
        taken = []
        while True:
            taken.append(bytearray(2**28))
        """,
    "takes all memory at once": "return np.ones(2**40)",
    "lifts its limits first": """
        import resource
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC):
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        """,
    # ----------------------------------------------------------------------------- other processes
    "leaves at once": "import os\nos._exit(0)",
    "leaves the usual way": "import sys\nsys.exit(0)",
    "aborts": "import os\nos.abort()",
    "crashes": "import faulthandler\nfaulthandler._sigsegv()",
    "forks without end": """
        import os
        while True:
            os.fork()
        """,
    "forks and lets its child go on": """
        import os, time
        if os.fork() == 0:
            os.setsid()
            time.sleep(10**6)
        return 0
        """,
    "starts a program": 'import os\nos.execv("/bin/sh", ["sh", "-c", "sleep 1000"])',
    "starts a program by the inner door": """
        import _posixsubprocess, os
        out = os.pipe()
        _posixsubprocess.fork_exec([b"/bin/sleep", b"1000"], [b"/bin/sleep"], True, (), None, None,
            -1, -1, -1, -1, -1, -1, *out, False, False, 0, None, None, None, -1, None, False)
        """,
    "starts a shell": 'import os\nreturn os.system("sleep 1000 &")',
    "kills the process that started it": "import os\nos.kill(os.getppid(), 9)",
    "kills its group": "import os\nos.killpg(os.getpgid(os.getppid()), 9)",
    "kills by a descriptor": """
        import os, signal
        signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)
        """,
    "kills with the C library": "import ctypes, os\nctypes.CDLL(None).kill(os.getppid(), 9)",
    "starts threads without end": """
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
        """,
    "calls home": """
        import socket
        socket.create_connection(("127.0.0.1", 9), 1)
        """,
    # ------------------------------------------------------------------------------- writing files
    "writes gigabytes": """
        with open("large", "wb") as file:
            while True:
                file.write(b"0" * 2**20)
        """,
    "writes beside the submissions": """
        open({folder!r} + "/planted.ipynb", "w").write("mine")
        """,
    "deletes the submissions": "import shutil\nshutil.rmtree({folder!r})",
    "empties another submission": 'open({folder!r} + "/alice.ipynb", "w").close()',
    "locks another submission up": 'import os\nos.chmod({folder!r} + "/alice.ipynb", 0)',
    "renames another submission": """
        import os
        os.rename({folder!r} + "/alice.ipynb", {folder!r} + "/mallory.ipynb")
        """,
    # ----------------------------------------------------------------------------- NumPy and Python
    "replaces NumPy's comparisons": """
        for name in ("allclose", "array_equal", "abs", "less_equal", "asarray", "all"):
            setattr(np, name, lambda *given, **named: True)
        return 0
        """,
    "replaces Python's functions": """
        import builtins
        for name in ("all", "any", "sum", "len", "isinstance", "zip", "enumerate", "print"):
            setattr(builtins, name, lambda *given, **named: True)
        return 0
        """,
}
# Whole cells, where the attack is not in what the function does.
CELLS = {
    "never ends before it is called": "convolve2d = [None for _ in iter(int, 1)]",
    "leaves before it is called": "convolve2d = __import__('os')._exit(0)",
    "is hard to read": "convolve2d = " + "(" * 5000 + "1" + ")" * 5000,
    "is longer than can be read": "convolve2d = lambda *given: (" + "1+" * 10**6 + "1)",
    "is no Python": "def convolve2d(image, kernel)\n    return 0",
    "imports from where it stands": "from convolve import *\n",
}
LESSON = {  # cells of the lesson that the attack "changes cells of the lesson" changes
    "09-01": "from dlhelpers.exercises import check\nimport numpy as np\n"
    "def check(*given, **named): print('✓')",
    "09-10": "def sliding(image, kernel):\n    return np.zeros((2, 2))",
}


TWO = "convolution.convolve2d", "convolution.zeros_for_same"  # what the attacks answer


def lesson(path=ROOT / "notebooks" / "09_convolution_by_hand.ipynb", only=None):
    """The notebook on convolution without outputs, its exercises under the names by topic.

    All exercises are left out but those of `TWO`, or but `only`.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = by_topic("".join(cell["source"]))
        if cell["cell_type"] == "code":
            cell["outputs"] = []
        found = grading.CHECK.search(cell["source"])
        if found and found["name"] not in ((only,) if only else TWO):
            cell |= {"cell_type": "raw"}
    return notebook


def by_topic(source):
    """A cell's source, in which checks have their names by topic."""

    def renamed(found):
        old, name = f"{found[1]}.{found[2]}", exercises.OLD.get(f"{found[1]}.{found[2]}", found[2])
        return f'check("{exercises.OLD.get(old[:2], found[1])}.{name}"'

    return re.sub(r'check\("(\d\d)\.(\w+)"', renamed, source)


def handed_in(notebook, changed, metadata=None):
    """A student's copy of a notebook: no solutions, and the given sources for {id or exercise}."""
    cells = []
    for cell in notebook["cells"]:
        if cell["source"].startswith(grading.SOLUTION):
            continue
        found = grading.CHECK.search(cell["source"])
        asked = found["name"] if found else None
        source = changed.get(asked, changed.get(cell["id"], cell["source"]))
        cells.append(cell | {"source": source})
    return notebook | {"cells": cells, "metadata": notebook["metadata"] | (metadata or {})}


def function(body):
    """The exercise's cell with this body; what stands behind a line `#` is not part of it."""
    body, _, rest = textwrap.dedent(body).strip("\n").partition("\n#\n")
    inside = textwrap.indent(body, "    ")
    return f"def convolve2d(image, kernel):\n{inside}\n\n\n{rest}\ncheck({NAME!r}, convolve2d)\n"


def practice():
    """{arguments as text: result}, what a student can learn of the notebook's own cases."""
    engine = exercises
    cases = engine._cases(NAME, 0)
    return {
        repr(tuple(a.tolist() for a in case["inputs"])): case["wanted"].tolist() for case in cases
    }


def write(folder, notebook_path):
    """Write an honest submission or two and one for each attack into `folder`."""
    notebook = lesson(only=NAME)
    notebook_path.write_text(json.dumps(notebook))
    words = {
        "{cases!r}": repr(str(ROOT / "dlhelpers" / "checks" / "convolution.py")),
        "{root!r}": repr(str(ROOT)),
        "{notebook!r}": repr(str(notebook_path)),
        "{folder!r}": repr(str(folder)),
        "{known}": repr(practice()),
    }
    sources = {name: function(body) for name, body in ATTACKS.items()}
    sources |= {name: f"{cell}\ncheck({NAME!r}, convolve2d)" for name, cell in CELLS.items()}
    sources |= {name: function(RIGHT) for name in ("alice", "zoe")}
    for name, source in sources.items():
        for word, text in words.items():
            source = source.replace(word, text)
        changed = {NAME: source} | (LESSON if name == "changes cells of the lesson" else {})
        (folder / f"{name}.ipynb").write_text(json.dumps(handed_in(notebook, changed)))


def tried(fences=grading.FENCES, seconds=3, only=None):
    """Grade all attacks; give the `Report` and whether the folder is as it was."""
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place).resolve()
        folder, notebook = place / "submitted", place / "09_convolution_by_hand.ipynb"
        folder.mkdir()
        write(folder, notebook)
        for path in folder.iterdir():
            if only and path.stem not in only:
                path.unlink()
        before = state(folder)
        report = grading.grade(
            folder,
            [notebook],
            exercises,
            seconds=seconds,
            memory=512,
            fences=fences,
            workers=6,  # many only wait
        )
        return report, state(folder) == before


def state(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mode) for path in folder.rglob("*")}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fences", nargs="+", choices=grading.FENCES, default=grading.FENCES)
    parser.add_argument("--only", nargs="+", metavar="ATTACK")
    chosen = parser.parse_args(arguments)
    report, unchanged = tried(tuple(chosen.fences), only=chosen.only)
    for row in report.submissions:
        for graded in row.exercises:
            if graded.name == NAME:
                points = f"{sum(graded.points)}/{len(graded.points)}"
                print(f"{points}  {row.student_id:52} {graded.message[-110:]}")
        for problem in row.problems:
            print(f"0/3  {row.student_id:52} {problem}")
    print(f"fences: {', '.join(report.fences)}; submissions unchanged: {unchanged}")


if __name__ == "__main__":
    main()
