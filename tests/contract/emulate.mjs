// Serves GitHub as `emulate` knows it: node emulate.mjs SEED.json; says its address, ends on SIGTERM.
import fs from "node:fs";
import { createEmulator } from "emulate";

const { port, seed } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const github = await createEmulator({ service: "github", port, seed });
console.log(JSON.stringify({ url: github.url }));
process.on("SIGTERM", async () => {
  await github.close();
  process.exit(0);
});
