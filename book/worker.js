// Python in a worker of its own, so that the page stays alive while an answer runs, and can end it.
// The first message says where Pyodide and the course's files are, each later one is a cell to run.
let python;

onmessage = async ({ data }) => {
  try {
    if (data.pyodide) python = start(data);
    const run = await python;
    if (data.code === undefined) return;
    postMessage({ running: true });
    postMessage({ said: run(data.code) });
  } catch (error) {
    postMessage({ failed: error.message });
  }
};

async function start({ pyodide, files }) {
  count((loaded) => postMessage({ loaded }));
  importScripts(pyodide + "pyodide.js");
  const python = await loadPyodide({ indexURL: pyodide, packages: ["numpy"], stdout() {} });
  for (const [path, text] of Object.entries(files)) {
    python.FS.mkdirTree("/course/" + path.slice(0, path.lastIndexOf("/") + 1));
    python.FS.writeFile("/course/" + path, text);
  }
  python.runPython('import sys; sys.path.insert(0, "/course")');
  return python.pyimport("in_page").run;
}

// Tells how many bytes have come, whoever asks for them.
function count(tell) {
  const plain = fetch;
  let loaded = 0;
  self.fetch = async (...asked) => {
    const { body, status, headers } = await plain(...asked);
    const counted = new TransformStream({
      transform(chunk, passed) {
        tell((loaded += chunk.length));
        passed.enqueue(chunk);
      },
    });
    return new Response(body.pipeThrough(counted), { status, headers });
  };
}
