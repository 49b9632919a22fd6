"use strict";
const $ = (id) => document.getElementById(id);
const make = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};
const money = (usd) => "$" + Number(usd || 0).toFixed(usd < 0.1 ? 4 : 2);

function showState(agent) {
  document.title = `${agent.status} · ${agent.repoName}`;
  isLive = ["pending", "running", "paused"].includes(agent.status);
  $("badge").textContent = agent.status;
  $("badge").className = "badge " + agent.status;
  $("where").textContent = agent.repoName + (agent.issue ? ` #${agent.issue}` : "");
  $("title").textContent = agent.issueTitle || `Agent ${agent.number}`;
  $("task").textContent = agent.taskDescription;
  $("progress").style.width = agent.progress + "%";
  document.querySelector(".bar").setAttribute("aria-valuenow", agent.progress);
  const facts = [["Phase", agent.phase], ["Cost", money(agent.costUsd)], ["Branch", agent.branch],
    ["Asked by", "@" + agent.requester]];
  if (agent.startedAt) {
    const end = agent.completedAt ? new Date(agent.completedAt) : new Date();
    const seconds = Math.max(0, Math.round((end - new Date(agent.startedAt)) / 1000));
    facts.splice(1, 0, ["Time", seconds < 90 ? seconds + " s" : Math.round(seconds / 60) + " min"]);
  }
  if (agent.reason) facts.push(["Reason", agent.reason]);
  const list = $("facts");
  list.replaceChildren(...facts.map(([name, value]) => {
    const row = make("div");
    row.append(make("dt", name), make("dd", value));
    return row;
  }));
  if (agent.prUrl && /^https?:/.test(agent.prUrl)) {
    const row = make("div"), link = make("a", "open it");
    link.href = agent.prUrl;
    const value = make("dd");
    value.append(link);
    row.append(make("dt", "Pull request"), value);
    list.append(row);
  }
  if (agent.plan.length) {
    $("plan").replaceChildren(...agent.plan.map((item) => make("li", item.text, item.done ? "done" : "")));
  }
}

function folded(title, text) {
  const box = make("details");
  box.append(make("summary", title), make("pre", text));
  return box;
}

const views = {
  phase: (d, box) => { box.className = "phase"; box.append(make("b", d.phase)); },
  text: (d, box) => box.append(d.text),
  log: (d, box) => box.append(make("span", d.text, "quiet")),
  question: (d, box) => box.append(make("b", "Question: "), d.text),
  message: (d, box) => box.append(make("b", `@${d.by}: `), d.text),
  commit: (d, box) => box.append("Committed ", make("code", (d.sha || "").slice(0, 10)), " " + (d.subject || "")),
  tool_call: (d, box) => {
    const input = d.input || {};
    const main = input.command || input.pattern || input.file_path || input.path || JSON.stringify(input);
    box.append(make("b", d.name + " "), make("code", String(main).slice(0, 2000)));
  },
  tool_result: (d, box) => {
    const verdict = d.isError ? "failed" : "ok";
    box.append(make("span", `${verdict}, ${Number(d.seconds || 0).toFixed(1)} s`, d.isError ? "bad" : "quiet"));
    if (d.output) box.append(folded("output", d.output));
  },
  usage: (d, box) => box.append(make("span", `step ${d.step}: ${money(d.costUsd)}, ${money(d.totalCostUsd)} in all`, "quiet")),
  verification: (d, box) => {
    const good = d.outcome === "passed";
    box.append(make("b", `${d.stage || "verify"}: ${d.outcome}`, good ? "good" : d.outcome === "none" ? "quiet" : "bad"));
    if (d.command) box.append(" ", make("code", d.command), ` exit ${d.exitCode}`);
    if (d.outputTail) box.append(folded("output", d.outputTail));
  },
};
const silent = new Set(["plan"]);
const quietTools = new Set(["update_plan", "finish"]);
let isLive = false;

function showEvent(event) {
  if (silent.has(event.kind) || quietTools.has(event.data.name)) return;
  const follow = isLive && window.innerHeight + window.scrollY >= document.body.offsetHeight - 80;
  const row = make("li"), box = make("div");
  row.append(make("time", new Date(event.at).toLocaleTimeString([], { hour12: false })), box);
  const view = views[event.kind];
  if (view) view(event.data, box);
  else {
    box.append(make("b", event.kind));
    const facts = Object.values(event.data).filter((v) => typeof v === "string" && v);
    if (facts.length) box.append(" " + facts.join(" · "));
  }
  $("log").append(row);
  if (follow) window.scrollTo({ top: document.body.scrollHeight });
}

const stream = new EventSource(location.pathname.replace(/\/$/, "") + "/stream");
stream.onmessage = (message) => showEvent(JSON.parse(message.data));
stream.addEventListener("state", (message) => showState(JSON.parse(message.data)));
stream.addEventListener("end", () => stream.close());
