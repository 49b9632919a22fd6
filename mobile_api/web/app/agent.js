/** One agent: how it stands, what it does now, what it changed, and the ways to steer it. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { get, Problem } from "./api.js";
import { recall, remember } from "./db.js";
import { Dialog } from "./dialog.js";
import { Diff } from "./diff.js";
import { LogView } from "./log.js";
import { send } from "./outbox.js";
import { listen } from "./sse.js";
import { agentOf, isOver, know, say, useStore } from "./store.js";
import { talk } from "./talk.js";
import { age, ago, dotted, money, t } from "./text.js";
import { Speak } from "./dictate.js";
import { Queue } from "./queue.js";
import { Bar, Button, Empty, Head, Icon, Pill, Wrong, standing, useAct, useTick } from "./ui.js";

const KEPT_EVENTS = 2000;
const TABS = /** @type {const} */ (["overview", "log", "changes"]);

/** @param {{id: string, speak: boolean}} of */
export function AgentScreen({ id, speak }) {
  const { loaded } = useStore();
  const agent = agentOf(id);
  const [missing, setMissing] = useState("");
  const [tab, setTab] = useState(/** @type {string} */ ("overview"));
  const [wide, setWide] = useState(matchMedia("(min-width: 1000px)").matches);
  const known = agent?.id;
  const log = useLog(known, !!agent && isOver(agent));
  useEffect(() => {
    talk.focus = known || "";
    get("/api/agents/" + encodeURIComponent(id)).then((found) => know([found]), (error) => { if (error instanceof Problem) setMissing(error.message); });
    const query = matchMedia("(min-width: 1000px)");
    query.onchange = () => setWide(query.matches);
    return () => void (query.onchange = null);
  }, [id, known]);
  if (!agent) return html`<div class="screen"><${Head} title=${t("agent")} back="#/agents" />
    <div class="body" tabindex="-1">${missing || loaded ? html`<${Empty} title=${missing ? t("notFound") : t("sending")} />` : html`<div class="card ghost" aria-busy="true"></div>`}</div></div>`;
  const shown = wide && tab === "overview" ? "log" : tab;
  return html`<div class="screen agent">
    <${Head} title=${agent.title} back="#/agents" />
    <${Steer} agent=${agent} speak=${speak} />
    <div class="tabs under" role="tablist">${TABS.filter((one) => !wide || one !== "overview").map((one) => html`<button key=${one} type="button" role="tab" id=${"tab-" + one} aria-controls="panel" aria-selected=${shown === one} onClick=${() => setTab(one)}>${t(one)}</button>`)}</div>
    <div class="split">
      ${wide && html`<div class="body side" tabindex="0" role="region" aria-label=${t("overview")}><${Overview} agent=${agent} events=${log.checks} /></div>`}
      <div class="panel" id="panel" role="tabpanel" aria-labelledby=${"tab-" + shown}>
        ${shown === "overview" ? html`<div class="body" tabindex="0"><${Overview} agent=${agent} events=${log.checks} /></div>` : null}
        ${shown === "log" ? html`<${Log} log=${log} />` : null}
        ${shown === "changes" ? html`<${Changes} agent=${agent} />` : null}
      </div>
    </div>
    ${!isOver(agent) && !agent.question && html`<${Message} agent=${agent} />`}
  </div>`;
}

/** All events of an agent, from memory and then live; anew when an agent that was *over* goes on. @param {string | undefined} id @param {boolean} over */
function useLog(id, over) {
  const log = useRef(/** @type {{events: LogEvent[], checks: LogEvent[], tell: Set<(events: LogEvent[]) => void>}} */ ({ events: [], checks: [], tell: new Set() })).current;
  const [, again] = useState(0);
  useEffect(() => {
    log.events = [];
    log.checks = [];
    if (!id) return;
    let closed = false;
    /** @type {ReturnType<typeof listen> | undefined} */
    let line;
    const take = (/** @type {LogEvent[]} */ events) => {
      for (const event of events) log.events.push(event);
      const checks = events.filter((one) => one.kind === "verification");
      if (checks.length) { log.checks = [...log.checks, ...checks]; again((n) => n + 1); }
      log.tell.forEach((tell) => tell(events));
    };
    recall("log " + id).then((kept) => {
      if (closed) return;
      if (kept) take(kept.events);
      line = listen(`/api/agents/${id}/events`, {
        last: kept ? String(kept.last) : "",
        on(messages) {
          const agents = messages.filter((one) => one.name === "agent").map((one) => one.data);
          if (agents.length) know(agents.slice(-1));
          const last = log.events.at(-1)?.seq || 0;
          take(messages.filter((one) => one.name === "log" && one.data.seq > last).map((one) => one.data));
        },
        link() {},
      });
    });
    const keep = () => { const last = log.events.at(-1)?.seq; if (last && log.events.length <= KEPT_EVENTS) remember("log " + id, { last, events: log.events }); };
    const wake = () => { if (document.hidden) keep(); else line?.wake(); };
    document.addEventListener("visibilitychange", wake);
    return () => { closed = true; keep(); line?.close(); document.removeEventListener("visibilitychange", wake); };
  }, [id, over]);
  return log;
}

/** @param {{log: ReturnType<typeof useLog>}} of */
function Log({ log }) {
  const box = useRef(/** @type {any} */ (null)), view = useRef(/** @type {any} */ (null));
  const [following, setFollowing] = useState(true);
  const [any, setAny] = useState(log.events.length > 0);
  useLayoutEffect(() => {
    view.current = new LogView(box.current, setFollowing);
    const tell = (/** @type {LogEvent[]} */ events) => { view.current.append(events); if (events.length) setAny(true); };
    tell(log.events);
    log.tell.add(tell);
    return () => { log.tell.delete(tell); view.current.close(); };
  }, []);
  return html`<div class="log">
    ${!any && html`<${Empty} title=${t("events_none")} />`}
    <div ref=${box} class="scroller" role="log" aria-live="off" aria-label=${t("log")} tabindex="0"></div>
    ${!following && html`<button type="button" class="button float" onClick=${() => view.current.follow()}><${Icon} name="down" />${t("follow")}</button>`}
  </div>`;
}

/** @param {{agent: Agent}} of */
function Changes({ agent }) {
  const [diff, setDiff] = useState(/** @type {any} */ (null));
  const [wrong, setWrong] = useState("");
  const key = "diff " + agent.id;
  useEffect(() => {
    get(`/api/agents/${agent.id}/diff`).then((found) => { setDiff(found); setWrong(""); remember(key, found); },
      async (error) => { const kept = await recall(key); kept ? setDiff(kept) : setWrong(error.message); });
  }, [agent.id, agent.metadata.linesAdded, agent.metadata.linesRemoved, agent.status, agent.progress]);
  return html`<div class="body" tabindex="0"><${Wrong} text=${wrong} />
    ${diff ? (diff.files.length ? html`${diff.note && html`<p class="quiet note">${diff.note}</p>`}<${Diff} ...${diff} />` : html`<${Empty} title=${t("changeNone")} text=${diff.note} />`) : !wrong && html`<div class="card ghost" aria-busy="true"></div>`}</div>`;
}

/** A link that leads to the web and nowhere else. @param {string | null} url */
const safe = (url) => (url && /^https?:\/\//i.test(url) ? url : undefined);

/** What can be done with it now. @param {{agent: Agent, speak: boolean}} of */
function Steer({ agent, speak }) {
  const [asking, setAsking] = useState(false);
  const [busy, wrong, act] = useAct();
  const can = (/** @type {string} */ what) => act(async () => {
    const changed = await send({ path: `/api/agents/${agent.id}/${what}`, kind: what, label: `${t(/** @type {any} */ (what))} · ${agent.number} ${agent.title}` });
    if (!changed) return;
    know([changed]);
    say(t("nowIs", { n: agent.number, state: standing(changed).word }));
    if (what === "retry" && changed.id !== agent.id) location.hash = "#/agents/" + changed.id;
  });
  const pr = safe(agent.metadata.prUrl);
  const running = agent.status === "running" || agent.status === "pending";
  useTick(5000);
  return html`<div class="steer">
    <p class="quiet facts"><${Pill} agent=${agent} />${dotted([`${t("agent")} ${agent.number}`, agent.repoName.split("/").pop(), age(agent), money(agent.metadata.estimatedCost)])}</p>
    ${!isOver(agent) && html`<${Bar} value=${agent.progress} label=${t("progress")} />`}
    ${agent.question && html`<${Asked} agent=${agent} speak=${speak} />`}
    <${Queue} />
    <${Wrong} text=${wrong} />
    <div class="actions">
      ${pr && html`<a class="button main" href=${pr} target="_blank" rel="noopener noreferrer"><${Icon} name="out" />${agent.metadata.prNumber ? t("openPr", { n: agent.metadata.prNumber }) : t("openPrPlain")}</a>`}
      ${running && html`<${Button} icon="pause" disabled=${busy} onClick=${() => can("pause")}>${t("pause")}<//>`}
      ${agent.status === "paused" && html`<${Button} kind="main" icon="play" disabled=${busy} onClick=${() => can("resume")}>${t("resume")}<//>`}
      ${!isOver(agent) && html`<${Button} kind="bad" icon="stop" disabled=${busy} onClick=${() => setAsking(true)}>${t("stop")}<//>`}
      ${(agent.status === "failed" || agent.status === "cancelled") && html`<${Button} icon="retry" disabled=${busy} onClick=${() => can("retry")}>${t("retry")}<//>`}
    </div>
    ${asking && html`<${Dialog} danger title=${t("stopAsk", { n: agent.number })} text=${t("stopText", { title: agent.title })} yes=${t("stopYes", { n: agent.number })} onYes=${() => can("stop")} onClose=${() => setAsking(false)} />`}
  </div>`;
}

/** A question of the agent's. @param {{agent: Agent, speak: boolean}} of */
function Asked({ agent, speak }) {
  const question = /** @type {Question} */ (agent.question);
  const [text, setText] = useState("");
  const [busy, wrong, act] = useAct();
  const reply = (/** @type {string} */ words) => words.trim() && act(async () => {
    const changed = await send({ path: `/api/agents/${agent.id}/answer`, kind: "answer", label: words, body: { questionId: question.id, text: words } });
    if (changed) know([changed]);
    setText("");
  });
  return html`<section class="card question" aria-label=${t("asks")}><p class="asks">${t("asks")}</p><p class="ask">${question.text}</p>
    ${question.options?.map((one) => html`<button key=${one} type="button" class="option" disabled=${busy} onClick=${() => reply(one)}>${one}</button>`)}
    <form class="line" onSubmit=${(/** @type {any} */ e) => { e.preventDefault(); reply(text); }}>
      <input aria-label=${t("answerHere")} placeholder=${t("answerHere")} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
      <${Speak} agent=${agent} now=${speak} onText=${setText} />
      <button class="round key main" aria-label=${t("answer")} disabled=${busy || !text.trim()}><${Icon} name="send" /></button></form>
    <${Wrong} text=${wrong} /></section>`;
}

/** @param {{agent: Agent}} of */
function Message({ agent }) {
  const [text, setText] = useState("");
  const [busy, wrong, act] = useAct();
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    if (text.trim()) act(async () => {
      const changed = await send({ path: `/api/agents/${agent.id}/messages`, kind: "message", label: text, body: { text } });
      setText("");
      if (changed) { know([changed]); say(t("messageSent")); }
    });
  };
  return html`<footer class="dock slim"><${Wrong} text=${wrong} /><form class="line" onSubmit=${submit}>
    <input enterkeyhint="send" autocomplete="off" aria-label=${t("message")} placeholder=${t("message")} value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)} />
    <button class="round key main" aria-label=${t("send")} disabled=${busy || !text.trim()}><${Icon} name="send" /></button></form></footer>`;
}

/** @param {{agent: Agent, events: LogEvent[]}} of */
function Overview({ agent, events }) {
  const meta = agent.metadata;
  const facts = [[t("phase"), agent.phase], [t("cost"), money(meta.estimatedCost)], [t("time"), age(agent)], [t("branch"), agent.branch], [t("model"), agent.model],
    [t("changes"), meta.filesChanged ? t("files", { n: meta.filesChanged }) + ", " + t("lines", { added: meta.linesAdded, removed: meta.linesRemoved }) : ""],
    [t("place"), [agent.place, agent.placeNote].filter(Boolean).join(", ")], [t("started"), ago(agent.startedAt || agent.createdAt)]];
  return html`<div class="stack overview">
    ${agent.reason && html`<section class="card"><h2>${t("reason")}</h2><p>${agent.reason}</p></section>`}
    <section class="card"><h2>${t("plan")}</h2>${agent.plan.length ? html`<ul class="plan">${agent.plan.map((item, n) => html`<li key=${n} class=${item.done ? "done" : ""}><${Icon} name=${item.done ? "check" : "circle"} /><span>${item.text}</span><span class="sr">${item.done ? t("done") : ""}</span></li>`)}</ul>` : html`<p class="quiet">${t("planNone")}</p>`}</section>
    <section class="card"><h2>${t("verification")}</h2>${events.length ? events.map(({ seq, data }) => html`<div key=${seq} class="check"><p><b class=${data.outcome === "passed" ? "good" : data.outcome === "none" ? "quiet" : "bad"}>${data.stage || ""} ${data.outcome}</b>${data.exitCode !== undefined && data.exitCode !== null ? html` <span class="quiet">${t("exit", { code: data.exitCode })}</span>` : ""}</p>
      ${data.command && html`<code>${data.command}</code>`}${data.outputTail && html`<details><summary>${t("tools_out")}</summary><pre tabindex="0">${data.outputTail}</pre></details>`}</div>`) : html`<p class="quiet">${t("verificationNone")}</p>`}</section>
    <section class="card"><h2>${t("task")}</h2><p class="task">${agent.taskDescription}</p></section>
    <section class="card"><dl>${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
  </div>`;
}
