// A plain HTTP proxy that keeps every byte a browser is sent and every request it makes: what a reader "has been sent"
// is what crossed this wire, whatever the page shows.
import { createServer, request } from "node:http";

/** Starts one. `seen` holds `{method, url, headers, status, answer, body}` in the order of the answers. */
export async function openWire() {
  const seen = [];
  const server = createServer((incoming, outgoing) => {
    // Without an encoding the bytes are the text.
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    delete headers["proxy-connection"];
    const options = { method: incoming.method, headers };
    const onward = request(incoming.url, options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("close", () =>
        seen.push({
          method: incoming.method,
          url: incoming.url,
          headers: incoming.headers,
          status: answer.statusCode,
          answer: answer.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }));
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { seen, close, address: `http://127.0.0.1:${server.address().port}` };
}
