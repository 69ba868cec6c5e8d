// Signs in with @azure/msal-node in the system's browser, through the lab's proxy: prints the address that it
// opens, and then what came of it, a line of JSON each.
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { PublicClientApplication } from "@azure/msal-node";

const { proxy, authority, clientId, scope, loginHint } = JSON.parse(process.argv[2]);
const door = new URL(proxy);

const tunnel = (host) => new Promise((resolve, reject) => {
  const asked = http.request({
    host: door.hostname, port: door.port, method: "CONNECT", path: `${host}:443`, agent: false,
  });
  asked.once("connect", (_answer, socket) => resolve(tls.connect({ socket, servername: host })));
  asked.once("error", reject);
  asked.end();
});

async function send(method, address, options = {}) {
  const url = new URL(address);
  const socket = await tunnel(url.hostname);
  const headers = { ...options.headers, Connection: "close" };
  if (options.body) headers["Content-Length"] = Buffer.byteLength(options.body);
  return new Promise((resolve, reject) => {
    const asked = https.request(url, { method, headers, createConnection: () => socket });
    asked.once("error", reject);
    asked.once("response", async (answer) => {
      const parts = await answer.toArray();
      const body = JSON.parse(Buffer.concat(parts).toString());
      resolve({ status: answer.statusCode, headers: answer.headers, body });
    });
    asked.end(options.body);
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
  const result = await app.acquireTokenInteractive({
    scopes: [scope], loginHint, openBrowser: async (url) => console.log(JSON.stringify({ url })),
  });
  console.log(JSON.stringify({ username: result.account.username, tenant: result.tenantId, token: !!result.accessToken }));
} catch (error) {
  console.log(JSON.stringify({ error: error.errorCode, message: error.errorMessage }));
}
process.exit(0);
