// Signs in with @azure/msal-node through the lab's proxy; prints what came of it as one line of JSON.
import http from "node:http";
import tls from "node:tls";
import https from "node:https";
import { PublicClientApplication } from "@azure/msal-node";

const { proxy, authority, clientId, username, password, scope } = JSON.parse(process.argv[2]);
const door = new URL(proxy);

function tunnel(host) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: door.hostname, port: door.port, method: "CONNECT", path: `${host}:443`, agent: false,
    });
    request.once("connect", (answer, socket) =>
      answer.statusCode === 200
        ? resolve(tls.connect({ socket, servername: host }))
        : reject(new Error(`proxy answered ${answer.statusCode}`)));
    request.once("error", reject);
    request.end();
  });
}

async function send(method, address, options = {}) {
  const url = new URL(address);
  const socket = await tunnel(url.hostname);
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, Connection: "close" };
    if (options.body) headers["Content-Length"] = Buffer.byteLength(options.body);
    const request = https.request(url, { method, headers, createConnection: () => socket });
    request.once("error", reject);
    request.once("response", (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({
        status: answer.statusCode, headers: answer.headers, body: JSON.parse(Buffer.concat(parts).toString()),
      }));
    });
    request.end(options.body);
  });
}

const app = new PublicClientApplication({
  auth: { clientId, authority },
  system: {
    networkClient: {
      sendGetRequestAsync: (url, options) => send("GET", url, options),
      sendPostRequestAsync: (url, options) => send("POST", url, options),
    },
  },
});
try {
  const result = await app.acquireTokenByUsernamePassword({ scopes: [scope], username, password });
  console.log(JSON.stringify({ token: result.accessToken, username: result.account.username, tenant: result.tenantId }));
} catch (error) {
  console.log(JSON.stringify({ error: error.errorCode, message: error.errorMessage, suberror: error.subError }));
}
process.exit(0);
