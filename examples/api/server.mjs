// SPDX-License-Identifier: MIT
// The application: a JSON API over HTTP/1.1 on the unix socket that is its argument. Every request needs the token.
import { createServer } from "node:http";

const token = "coach-and-horses";
const answers = {
  "/api/dashboard": { needs: ["/api/user", "/api/orders", "/api/prices"] },
  "/api/user": { name: "Ada" },
  "/api/orders": [{ id: 7, what: "wheel" }, { id: 8, what: "axle" }],
  "/api/orders/7": { id: 7, what: "wheel", lines: "/api/orders/7/lines" },
  "/api/orders/7/lines": [{ part: "spoke", count: 12 }],
  "/api/prices": { spoke: 3, axle: 40 },
};

createServer((request, response) => {
  const known = request.headers.authorization === `Bearer ${token}`;
  const answer = known ? answers[request.url] : { error: "a token, please" };
  const status = known ? (answer ? 200 : 404) : 401;
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "private, max-age=10",  // for this client alone, and long enough to be of use when it was pushed
    ...(known ? {} : { "www-authenticate": "Bearer" }),
  });
  response.end(JSON.stringify(answer ?? { error: "no such thing" }));
}).listen(process.argv[2]);
