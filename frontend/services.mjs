// Drives a wnb server with JupyterLab's own client library: starts a kernel on a
// .wnb notebook, runs, interrupts, restarts, saves and reloads it.
//
//   BASE_URL=http://127.0.0.1:8888/ TOKEN=... NOTEBOOK=n.wnb node services.mjs
import assert from 'node:assert/strict';
import WebSocket from 'ws';

// A browser reports a socket that cannot be opened; ws would end the process.
class Socket extends WebSocket {
  constructor(...args) {
    super(...args);
    this.on('error', () => {});
  }
}
globalThis.WebSocket = Socket;
const { ServerConnection, ServiceManager } = await import('@jupyterlab/services');

const { BASE_URL, TOKEN, NOTEBOOK } = process.env;
const serverSettings = ServerConnection.makeSettings({
  baseUrl: BASE_URL,
  wsUrl: BASE_URL.replace(/^http/, 'ws'),
  token: TOKEN,
  appendToken: true,
  WebSocket: Socket
});

const step = text => console.log(`ok - ${text}`);

/** Runs code as a cell and gives its outputs and its reply. */
async function run(kernel, code, cellId, options = {}) {
  const outputs = [];
  const future = kernel.requestExecute({ code, ...options }, false, { cellId });
  future.onIOPub = m => {
    if (['stream', 'execute_result', 'display_data', 'error', 'clear_output'].includes(m.header.msg_type)) {
      outputs.push({ type: m.header.msg_type, ...m.content });
    }
  };
  const reply = await future.done;
  return { outputs, reply: reply.content, future };
}

const manager = new ServiceManager({ serverSettings });
await manager.ready;
assert.ok(manager.kernelspecs.specs.kernelspecs.wnb, 'the kernelspec wnb is there');
step('kernelspecs');

const session = await manager.sessions.startNew({ path: NOTEBOOK, type: 'notebook', name: NOTEBOOK, kernel: { name: 'wnb' } });
const kernel = session.kernel;
const info = await kernel.info;
assert.equal(info.language_info.name, 'starlark');
step('session and kernel_info');

let r = await run(kernel, 'x = 20\nprint("hello")\nx + 1', 'make');
assert.equal(r.reply.status, 'ok');
assert.deepEqual(r.outputs.map(o => o.text ?? o.data['text/plain']), ['hello\n', '21']);
step('execute');

const use = await run(kernel, 'y = x * 2\ny', 'use');
assert.equal(use.outputs[0].data['text/plain'], '40');
const rerun = [];
use.future.onIOPub = m => rerun.push(m);
await run(kernel, 'x = 50\nx', 'make');
r = await run(kernel, 'y + 1', 'last');
assert.equal(r.outputs[0].data['text/plain'], '101');
assert.ok(rerun.some(m => m.header.msg_type === 'clear_output'), 'the rerun cleared its cell');
assert.ok(rerun.some(m => m.content.data?.['text/plain'] === '100'), 'the rerun shows in its own cell');
step('a stale cell reruns into its own place');

const complete = await kernel.requestComplete({ code: 'ml.Logi', cursor_pos: 7 });
assert.deepEqual(complete.content.matches, ['LogisticRegression']);
const inspect = await kernel.requestInspect({ code: 'plot.hist', cursor_pos: 9, detail_level: 0 });
assert.ok(inspect.content.found);
step('completion and inspection');

r = await run(kernel, 'fail("no")', 'bad');
assert.equal(r.reply.status, 'error');
assert.equal(r.outputs[0].type, 'error');
step('errors');

const loop = kernel.requestExecute({ code: 'print("started")\nwhile True:\n    pass' }, false, { cellId: 'loop' });
const started = new Promise(resolve => (loop.onIOPub = m => m.header.msg_type === 'stream' && resolve()));
await started;
await kernel.interrupt();
const interrupted = await loop.done;
assert.equal(interrupted.content.status, 'error');
step('interrupt');

await kernel.restart();
r = await run(kernel, '1 + 1', 'last');
assert.equal(r.outputs[0].data['text/plain'], '2');
step('restart');

const model = await manager.contents.get(NOTEBOOK, { content: true });
const before = model.content.cells.length;
assert.equal(model.type, 'notebook');
model.content.cells.push({ cell_type: 'code', id: 'added', metadata: {}, source: 'z = 1\nz', outputs: [], execution_count: null });
await manager.contents.save(NOTEBOOK, { type: 'notebook', format: 'json', content: model.content });
const again = await manager.contents.get(NOTEBOOK, { content: true });
assert.equal(again.content.cells.length, before + 1);
assert.equal(again.content.cells.at(-1).source, 'z = 1\nz');
r = await run(kernel, 'z = 1\nz', 'added');
const shown = await manager.contents.get(NOTEBOOK, { content: true });
assert.equal(shown.content.cells.at(-1).outputs[0].data['text/plain'], '1', 'outputs come back with the document');
step('save and reload');

const same = await manager.sessions.startNew({ path: NOTEBOOK, type: 'notebook', name: NOTEBOOK, kernel: { name: 'wnb' } });
assert.equal(same.id, session.id);
step('the same path is the same session');

// What JupyterLab asks for at its start, besides.
let event;
const told = new Promise(resolve => manager.events.stream.connect((_, e) => resolve(e)));
for (let n = 0; n < 100 && !event; n++) { // the socket may not be open yet
  await manager.events.emit({ schema_id: 'https://events.example.org/test', version: '1', data: { n } });
  event = await Promise.race([told, new Promise(resolve => setTimeout(resolve, 20))]);
}
assert.equal(event?.schema_id, 'https://events.example.org/test');
assert.deepEqual(await manager.nbconvert.getExportFormats(), {});
assert.equal(manager.terminals.isAvailable(), false);
step('events, converters, terminals');

await session.shutdown();
manager.dispose();
step('shutdown');
process.exit(0);
