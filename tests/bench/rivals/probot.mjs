// Probot as its documentation starts it, with deduplication by a map in memory and nothing durable.
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot } from "probot";

const seen = new Map();
let handled = 0;

function app(bot) {
  bot.onAny(async (context) => {
    if (seen.has(context.id)) return;
    seen.set(context.id, true);
    handled += 1;
  });
}

const probot = createProbot({
  overrides: {
    appId: 1,
    privateKey: process.env.BENCH_KEY,
    secret: process.env.BENCH_SECRET,
    logLevel: process.env.BENCH_LOG,
  },
});
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhooks/github" });
const server = createServer((request, response) => {
  if (request.url === "/handled") return response.end(String(handled));
  middleware(request, response, () => response.writeHead(404).end());
});
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
