// An exercise that needs only NumPy is answered in the page. Its cell becomes an editor, and a click on
// "Check it here" loads Python; before that, nothing is asked for. Answers stay in the browser.
(() => {
  const part = document.getElementById("try-it-here");
  if (!part) return;
  const { notebook, pyodide, megabytes } = JSON.parse(part.textContent);
  const beside = document.currentScript.src;
  const address = new URL(pyodide, beside);
  const exercises = notebook.cells.filter((cell) => cell.metadata.exercise);
  const cells = document.querySelectorAll(".cell.tag_exercise");

  let worker = null; // Python, from the first check on
  let stop = () => {}; // ends the run that is under way
  let queue = Promise.resolve();

  function kept(name, value) {
    try {
      if (value === undefined) return localStorage.getItem(name);
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {} // a browser that keeps nothing
    return null;
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function button(words, onclick) {
    return element("button", { type: "button", textContent: words, onclick });
  }

  function edit(cell, exercise) {
    const name = exercise.metadata.exercise;
    const given = exercise.source;
    const code = element("textarea", { spellcheck: false, value: kept(name) ?? given });
    code.setAttribute("aria-label", `Your answer to ${name.split(".")[1]}`);
    code.setAttribute("autocapitalize", "off");
    const said = element("output");
    const progress = element("progress", { hidden: true, max: megabytes * 1e6, value: 0 });
    progress.setAttribute("aria-label", "How much of Python is loaded");
    const stopper = button("Stop", () => stop());
    stopper.hidden = true;
    const again = button("Start over", startOver);
    const form = element(
      "form",
      { className: "answer" },
      code,
      element(
        "p",
        {},
        element("button", { textContent: "Check it here" }),
        button("Hint", () => run(`hint(${JSON.stringify(name)})`)),
        again,
        stopper,
      ),
      progress,
      said,
    );
    let other = given; // what "Start over" puts there

    function changed() {
      exercise.source = code.value;
      kept(name, code.value === given ? null : code.value);
      code.rows = Math.max(5, code.value.split("\n").length + 1);
    }

    function startOver() {
      [code.value, other] = [other, code.value];
      again.textContent = other === given ? "Start over" : "Bring my answer back";
      changed();
    }

    function run(cellToRun) {
      say("Waiting for Python …");
      queue = queue.then(async () => {
        stopper.hidden = false;
        say(worker ? "Running …" : "Loading Python …");
        const result = await inPython(cellToRun, (loaded) => {
          progress.hidden = !loaded;
          if (loaded) progress.value = loaded;
          else say("Running …");
        });
        if (document.activeElement === stopper) form.querySelector("button").focus();
        progress.hidden = stopper.hidden = true;
        say(result);
      });
    }

    function say(words) {
      said.textContent = words;
      form.dataset.verdict = { "✓": "right", "✗": "wrong" }[words.match(/^[✓✗]/m)?.[0]] ?? "";
    }

    code.oninput = () => {
      other = given;
      again.textContent = "Start over";
      changed();
    };
    code.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      if (event.ctrlKey || event.shiftKey || event.metaKey) {
        event.preventDefault();
        form.requestSubmit();
        return;
      }
      const line = code.value.slice(0, code.selectionStart).split("\n").pop();
      const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
      event.preventDefault();
      document.execCommand("insertText", false, "\n" + indent); // undoable, unlike setRangeText
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      run(code.value);
    };
    changed();
    cell.classList.add("answerable");
    cell.append(form);
    return form;
  }

  // What a cell says, or in words why it says nothing.
  async function inPython(code, tell) {
    if (address.protocol === "file:") {
      return (
        "A page opened from a folder may not load the Python that lies beside it. Serve the folder, " +
        "with python -m http.server for example, and open the page there."
      );
    }
    await loadCourse();
    return new Promise((done) => {
      let running = false;
      stop = () => end(running ? "Stopped. Does every loop come to an end?" : "Stopped.");
      worker ??= begin();
      worker.onerror = (event) => failed(event.message);
      worker.onmessage = ({ data }) => {
        if (data.loaded) tell(data.loaded);
        else if (data.running) {
          running = true;
          tell(0);
        }
        else if (data.failed) failed(data.failed);
        else done(data.said || "Nothing was printed. Does the last line call check?");
      };
      worker.postMessage({ code });

      function failed(reason) {
        end(`Python did not load from ${address.host}. Are you online? The browser says: ${reason}`);
      }

      function end(words) {
        worker.terminate();
        worker = null;
        done(words);
      }
    });
  }

  function begin() {
    const source = URL.createObjectURL(new Blob([course.worker], { type: "text/javascript" }));
    const begun = new Worker(source);
    begun.postMessage({ pyodide: address.href, files: course.files });
    return begun;
  }

  // The checks, as a script: a page opened from a folder may load that, and no other file.
  function loadCourse() {
    if (window.course) return null;
    return new Promise((done) => {
      document.head.append(
        element("script", { src: new URL("course.js", beside).href, onload: done }),
      );
    });
  }

  function download() {
    const text = JSON.stringify(notebook, null, 1);
    const url = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
    const file = decodeURIComponent(location.pathname.split("/").pop());
    element("a", { href: url, download: file.replace(".html", "_answers.ipynb") }).click();
  }

  const forms = [...cells]
    .map((cell, n) => exercises[n].metadata.in_page && edit(cell, exercises[n]))
    .filter(Boolean);
  forms[0]?.after(
    element("p", {
      className: "about",
      textContent:
        "Python runs in your browser. It has NumPy, and nothing of the cells above. The first check " +
        `loads it from ${address.host || "beside this page"}: ${megabytes} MB, once.`,
    }),
  );
  forms.at(-1)?.after(
    element(
      "p",
      { className: "about" },
      "Your answers stay in this browser. ",
      button("Download them as a notebook", download),
    ),
  );
})();
