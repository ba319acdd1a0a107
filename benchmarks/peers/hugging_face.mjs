// Probabilities of pictures by transformers.js, out of an exported folder.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, folder, pictures] = process.argv.slice(2);
const found = createRequire(path.join(modules, "x.js")).resolve("@huggingface/transformers");
const { env, pipeline } = await import(pathToFileURL(found).href);
env.localModelPath = path.dirname(folder) + path.sep;
env.allowRemoteModels = false;
const classify = await pipeline("image-classification", path.basename(folder), { dtype: "fp32" });
const config = JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8"));
const classes = Object.keys(config.id2label).length;
const answers = [];
for (const name of fs.readdirSync(pictures).filter((each) => each.endsWith(".png")).sort()) {
  const answer = await classify(path.join(pictures, name), { top_k: classes });
  answers.push(Object.fromEntries(answer.map(({ label, score }) => [label, score])));
}
console.log(JSON.stringify({ answers }));
