/**
 * The log of an agent: any number of rows, of which only those in sight are in the page. Rows have
 * the height that their text needs; sums over heights are kept in a Fenwick tree.
 */
import { money, t } from "./text.js";

const GUESS_PX = 34;
const BEYOND_PX = 600;
const HIDDEN = new Set(["plan"]);
const QUIET_TOOLS = new Set(["update_plan", "finish"]);

/** @param {string} tag @param {string} [text] @param {string} [name] */
function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}

/** Writes what an event says into *box*. @type {Record<string, (data: any, box: HTMLElement) => void>} */
const WRITE = {
  phase: (d, box) => box.append(make("b", d.phase, "phase")),
  text: (d, box) => box.append(String(d.text)),
  log: (d, box) => box.append(make("span", d.text, "quiet")),
  question: (d, box) => box.append(make("b", t("asks") + ": "), String(d.text)),
  answer: (d, box) => box.append(make("b", t("answer") + ": "), String(d.text)),
  message: (d, box) => box.append(make("b", `@${d.by}: `), String(d.text)),
  commit: (d, box) => box.append(make("code", String(d.sha || "").slice(0, 8)), " " + (d.subject || "")),
  tool_call: (d, box) => {
    const input = d.input || {};
    box.append(make("b", d.name + " "), make("code", String(input.command || input.pattern || input.file_path || input.path || JSON.stringify(input)).slice(0, 1000)));
  },
  tool_result: (d, box) => {
    box.append(make("span", `${d.isError ? t("failedWord") : t("ok")} · ${t("took", { s: Number(d.seconds || 0).toFixed(1) })}`, d.isError ? "bad" : "quiet"));
    fold(box, d.output);
  },
  usage: (d, box) => box.append(make("span", t("step", { n: d.step, cost: money(d.costUsd), total: money(d.totalCostUsd) }), "quiet")),
  verification: (d, box) => {
    box.append(make("b", `${d.stage || ""} ${d.outcome}`.trim(), d.outcome === "passed" ? "good" : d.outcome === "none" ? "quiet" : "bad"));
    if (d.command) box.append(" ", make("code", d.command), " " + t("exit", { code: d.exitCode }));
    fold(box, d.outputTail);
  },
};

/** @param {HTMLElement} box @param {any} text */
function fold(box, text) {
  if (!text) return;
  const more = make("details");
  more.append(make("summary", t("tools_out")), make("pre", String(text)));
  box.append(more);
}

export class LogView {
  /** @param {HTMLElement} scroller @param {(following: boolean) => void} onFollow */
  constructor(scroller, onFollow) {
    this.scroller = scroller;
    this.list = make("div", undefined, "rows");
    scroller.replaceChildren(this.list);
    /** @type {LogEvent[]} */
    this.events = [];
    /** @type {number[]} */
    this.heights = [];
    /** @type {number[]} */
    this.sums = [0];
    /** @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    /** @type {Set<number>} */
    this.open = new Set();
    this.following = true;
    this.frame = 0;
    this.last = 0;
    this.put = 0;
    this.onFollow = onFollow;
    this.sizes = new ResizeObserver((changes) => this.measured(changes));
    this.sizes.observe(scroller);
    scroller.addEventListener("scroll", () => {
      const top = scroller.scrollTop, below = scroller.scrollHeight - scroller.clientHeight - top;
      // Upwards is the person, unless the log became shorter; near the end it is followed again.
      const follows = below < 4 || (top >= this.put - 4 && (this.following || below < 40));
      this.put = top;
      if (follows !== this.following) { this.following = follows; onFollow(follows); }
      this.later();
    }, { passive: true });
  }

  /** Take events in; those that are known or of no interest are left out. @param {LogEvent[]} events */
  append(events) {
    for (const event of events) {
      if (event.seq <= this.last) continue;
      this.last = event.seq;
      if (HIDDEN.has(event.kind) || QUIET_TOOLS.has(event.data?.name)) continue;
      this.events.push(event);
      const n = this.heights.push(GUESS_PX);
      this.sums[n] = GUESS_PX + this.upTo(n - 1) - this.upTo(n - (n & -n));
    }
    this.later();
  }

  /** The height of the first *n* rows. @param {number} n */
  upTo(n) {
    let sum = 0;
    for (; n > 0; n -= n & -n) sum += this.sums[n];
    return sum;
  }

  /** @param {number} row @param {number} height */
  resize(row, height) {
    const more = height - this.heights[row];
    this.heights[row] = height;
    for (let n = row + 1; n < this.sums.length; n += n & -n) this.sums[n] += more;
    return more;
  }

  /** The row at a distance from the top. @param {number} top */
  at(top) {
    let n = 0, step = 1;
    while (step * 2 < this.sums.length) step *= 2;
    for (; step; step >>= 1) if (n + step < this.sums.length && this.sums[n + step] <= top) { n += step; top -= this.sums[n]; }
    return n;
  }

  /** @param {ResizeObserverEntry[]} changes */
  measured(changes) {
    let above = 0;
    const top = this.scroller.scrollTop;
    for (const { target } of changes) {
      const row = Number(/** @type {HTMLElement} */ (target).dataset.row ?? -1);
      if (row < 0 || this.rows.get(row) !== target) continue;
      const isAbove = this.upTo(row + 1) <= top;
      const more = this.resize(row, /** @type {HTMLElement} */ (target).offsetHeight);
      if (isAbove) above += more;
    }
    if (above && !this.following) this.scroller.scrollTop = this.put = top + above;
    this.later();
  }

  later() {
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  follow() {
    this.following = true;
    this.onFollow(true);
    this.later();
  }

  draw() {
    const { scroller, list, events } = this;
    const total = this.upTo(events.length);
    list.style.height = total + "px";
    if (this.following) { scroller.scrollTop = total; this.put = scroller.scrollTop; }
    const top = scroller.scrollTop, high = scroller.clientHeight;
    const from = this.at(Math.max(0, top - BEYOND_PX)), to = Math.min(events.length, this.at(top + high + BEYOND_PX) + 1);
    for (const [row, node] of this.rows) if (row < from || row >= to) { this.sizes.unobserve(node); node.remove(); this.rows.delete(row); }
    // From the last to the first, so that each finds the one that it stands before.
    let y = this.upTo(to);
    /** @type {HTMLElement | null} */
    let next = null;
    for (let row = to - 1; row >= from; row--) {
      let node = this.rows.get(row);
      if (!node) {
        node = this.row(row);
        this.rows.set(row, node);
        list.insertBefore(node, next);
        this.sizes.observe(node);
      }
      y -= this.heights[row];
      node.style.transform = `translateY(${y}px)`;
      next = node;
    }
  }

  /** @param {number} row */
  row(row) {
    const { kind, at, data } = this.events[row];
    const node = make("div", undefined, "row " + kind.replace(/\W/g, "-")), box = make("div");
    node.dataset.row = String(row);
    if (Object.hasOwn(WRITE, kind)) WRITE[kind](data || {}, box);
    else {
      box.append(make("b", kind));
      const facts = Object.values(data || {}).filter((value) => (typeof value === "string" || typeof value === "number") && value);
      if (facts.length) box.append(" " + facts.join(" · "));
    }
    const more = box.querySelector("details");
    if (more) {
      more.open = this.open.has(row);
      more.addEventListener("toggle", () => (more.open ? this.open.add(row) : this.open.delete(row)));
    }
    node.append(make("time", new Date(at).toLocaleTimeString([], { hour12: false })), box);
    return node;
  }

  close() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
  }
}
