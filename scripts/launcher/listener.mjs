import http from "node:http";
import net from "node:net";

/**
 * Loaded into the web server before Next.js (`--import`). `next start` opens a port of its own; here it gets a socket that already listens, from
 * the launcher, once it is ready to answer. So the port is never closed between two processes: connections that arrive meanwhile wait in
 * the socket, or are accepted by the process that still serves.
 *
 * Messages from the launcher: `serve` with the socket, `retire`. To the launcher: `ready` with the port of a probe that only this
 * machine can reach, and `serving`. A launcher also starts web servers of later versions (`npm run upgrade`), so these messages must not change.
 */

/** Node closes a connection that is idle for 5 s (`keepAliveTimeout`), plus a second. */
const IDLE_CONNECTIONS_END_MS = 7000;
const CHECK_MS = 100;

const { listen } = http.Server.prototype;

http.Server.prototype.listen = function listenLater(port, host) {
  // Only the first server is that of Next.js.
  http.Server.prototype.listen = listen;
  prepare(this, { port, address: host, family: net.isIPv6(host) ? "IPv6" : "IPv4" });
  return this;
};

/** Lets Next.js start as if it listened. Requests to the probe reach it. */
function prepare(server, address) {
  server.address = () => address;
  const probe = http.createServer((request, response) => server.emit("request", request, response));
  probe.listen(0, "127.0.0.1", () => {
    server.emit("listening");
    process.send({ type: "ready", port: probe.address().port });
  });
  process.on("message", ({ type }, socket) => {
    if (type === "serve") {
      serve(server, socket, () => {
        probe.close();
        probe.closeAllConnections();
      });
    } else if (type === "retire") {
      retire(server);
    }
  });
}

function serve(server, socket, onServing) {
  const { emit } = server;
  server.emit = function emitOnce(name, ...rest) {
    if (name !== "listening") {
      return emit.call(this, name, ...rest);
    }
    // Next.js has been told already, and would start a second time.
    delete server.emit;
    delete server.address;
    onServing();
    process.send({ type: "serving" });
    return true;
  };
  listen.call(server, socket);
}

/**
 * Accepts no more connections, lets the open ones end by themselves, then shuts down as on SIGTERM. A connection that is closed while its client sends
 * the next request loses this request, so each one is closed with an answer, or after the time that Node announces to clients.
 */
function retire(server) {
  server.prependListener("request", (_request, response) => {
    response.shouldKeepAlive = false;
  });
  net.Server.prototype.close.call(server);
  server.close = (done) => {
    server.closeIdleConnections();
    server.getConnections((_error, count) => (count === 0 ? done?.() : server.once("close", () => done?.())));
    return server;
  };
  const deadline = performance.now() + IDLE_CONNECTIONS_END_MS;
  const check = setInterval(() => {
    server.getConnections((_error, count) => {
      if (count === 0 || performance.now() > deadline) {
        clearInterval(check);
        process.kill(process.pid, "SIGTERM");
      }
    });
  }, CHECK_MS);
}
