// SPDX-License-Identifier: MIT
// An API client that takes pushes, with Node alone (18 or newer). Run: node client.mjs [--no-push]
import { connect } from "node:http2";
import { readFileSync } from "node:fs";

const origin = `https://localhost:${process.env.OUTRIDER_PORT ?? 8446}`;
const certificate = readFileSync(new URL(".outrider/localhost.pem", import.meta.url));
const session = connect(origin, {
  ca: certificate,
  settings: { enablePush: !process.argv.includes("--no-push") },
});
const pushed = new Map();  // by path, what came or is coming without having been asked for

async function read(stream) {
  let text = "";
  stream.setEncoding("utf8");
  for await (const part of stream) text += part;
  return JSON.parse(text);
}

session.on("stream", (stream, promise) => {
  const answer = read(stream);
  answer.catch(() => {});  // it is for get() to hear of
  pushed.set(promise[":path"], answer);
});

function ask(path) {
  return read(session.request({ ":path": path, authorization: "Bearer coach-and-horses", accept: "application/json" }));
}

// The promises that belong to an answer are there before the answer is. One that comes to nothing is asked for.
async function get(path) {
  let how = "pushed";
  let answer = await pushed.get(path)?.catch(() => undefined);
  pushed.delete(path);
  if (answer === undefined) {
    how = "asked";
    answer = await ask(path);
  }
  console.log(how.padEnd(6), path, JSON.stringify(answer));
  return answer;
}

const { needs } = await get("/api/dashboard");
for (const path of needs) await get(path);
const order = await get("/api/orders/7");
await get(order.lines);
session.close();
