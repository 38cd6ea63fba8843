"use strict";
// Runs one function of the module for the page: reads its files, and collects what it writes.

const STREAMS = ["events", "text", "json", "html", "sarif", "junit", "accepted", "rejected", "reasons"];
const AHEAD = 4 << 20;
const PIECE = 8 << 20;

/** Bytes of one stream, in pieces that the browser may move to its disk. */
class Stream {
  blobs = [];
  pieces = [];
  size = 0;

  add(bytes) {
    this.pieces.push(bytes);
    this.size += bytes.length;
    if (this.size >= PIECE) this.turn();
  }

  turn() {
    this.blobs.push(new Blob(this.pieces));
    this.pieces = [];
    this.size = 0;
  }

  blob() {
    this.turn();
    return new Blob(this.blobs);
  }
}

onmessage = ({ data: { module, name, request, files } }) => {
  const reader = new FileReaderSync();
  const blobs = [new Blob([JSON.stringify(request)]), ...files];
  const streams = STREAMS.map(() => new Stream());
  const text = new TextDecoder();
  let memory;
  let ahead = { file: -1, offset: 0, bytes: new Uint8Array() };
  let reported = 0;
  let stopped;

  const read = (file, offset, buffer, length) => {
    const inside = file === ahead.file && offset >= ahead.offset && offset < ahead.offset + ahead.bytes.length;
    if (!inside) {
      // a reader that goes back reads only the lines of findings again
      const most = file === ahead.file && offset < ahead.offset ? length : AHEAD;
      try {
        const slice = blobs[file].slice(offset, offset + most);
        ahead = { file, offset, bytes: new Uint8Array(reader.readAsArrayBuffer(slice)) };
      } catch {
        return -1;
      }
      const now = performance.now();
      if (file > 0 && now - reported > 100) {
        reported = now;
        postMessage({ event: "progress", index: file - 1, bytes: offset + ahead.bytes.length });
      }
    }
    const start = offset - ahead.offset;
    const bytes = ahead.bytes.subarray(start, start + length);
    new Uint8Array(memory.buffer, buffer, bytes.length).set(bytes);
    return bytes.length;
  };

  const write = (stream, start, length) => {
    const bytes = new Uint8Array(memory.buffer, start, length).slice();
    if (stream > 0) return streams[stream].add(bytes);
    const event = JSON.parse(text.decode(bytes));
    if (event.event === "stopped") stopped = event.message;
    postMessage(event);
  };

  WebAssembly.instantiate(module, { page: { read, write } }).then(({ instance }) => {
    memory = instance.exports.memory;
    instance.exports[name]();
    const outputs = STREAMS.slice(1).map((stream, at) => [stream, streams[at + 1].blob()]);
    postMessage({ event: "outputs", outputs: Object.fromEntries(outputs), memory: memory.buffer.byteLength });
  }).catch((error) => {
    if (stopped === undefined) postMessage({ event: "stopped", message: String(error) });
  });
};
