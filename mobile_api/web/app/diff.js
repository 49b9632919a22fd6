/** What an agent changed: unified diffs, with colours for the words of the language. */
import { html, useState } from "../vendor/preact.js";
import { t } from "./text.js";

const MANY = 400;
const C_LIKE = "abstract|as|async|await|break|case|catch|class|const|continue|default|delete|do|else|enum|export|extends|finally|fn|for|from|func|function|if|implements|import|in|instanceof|interface|let|match|mod|mut|new|of|package|private|protected|pub|public|return|static|struct|super|switch|this|throw|trait|try|type|typeof|use|var|void|while|yield|true|false|null|undefined|nil|int|string|bool|float|double|long|char|go|defer|chan|map|range|impl|self|where";
const PYTHON = "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|case|None|nonlocal|not|or|pass|raise|return|self|True|False|try|while|with|yield|end|do|then|fi|done|esac|local|module|require|unless|nil|true|false";
const HASH = /\.(py|pyi|rb|sh|bash|ya?ml|toml|ini|cfg|r|pl|mk)$|(^|\/)(Dockerfile|Makefile)/;
const PLAIN = /\.(md|txt|rst|csv|lock|svg)$/;

/** @param {string} path */
function patternOf(path) {
  if (PLAIN.test(path)) return null;
  const isHash = HASH.test(path);
  const comment = isHash ? "#.*" : "\\/\\/.*|\\/\\*.*?(?:\\*\\/|$)|<!--.*?-->";
  return new RegExp(`(${comment})|("(?:\\\\.|[^"\\\\])*"?|'(?:\\\\.|[^'\\\\])*'?|\`[^\`]*\`?)|\\b(${isHash ? PYTHON : C_LIKE})\\b|\\b(\\d[\\w.]*)\\b|([A-Za-z_]\\w*)(?=\\()`, "g");
}
const CLASSES = ["comment", "string", "word", "figure", "call"];

/** One line in coloured pieces. @param {string} line @param {RegExp | null} pattern */
function coloured(line, pattern) {
  if (!pattern || line.length > 500) return line;
  const pieces = [];
  let from = 0;
  for (const found of line.matchAll(pattern)) {
    const at = /** @type {number} */ (found.index);
    if (at > from) pieces.push(line.slice(from, at));
    const kind = CLASSES[found.slice(1).findIndex((group) => group !== undefined)];
    pieces.push(html`<span class=${"c-" + kind}>${found[0]}</span>`);
    from = at + found[0].length;
  }
  pieces.push(line.slice(from));
  return pieces;
}

/** @param {string} patch */
function lines(patch) {
  let old = 0, now = 0;
  return patch.replace(/\n$/, "").split("\n").map((text) => {
    const head = text.match(/^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/);
    if (head) { old = Number(head[1]); now = Number(head[2]); return { mark: "@", old: "", now: "", text }; }
    if (/^(diff |index |--- |\+\+\+ |\\)/.test(text) && (old === 0 || text[0] === "\\")) return { mark: "@", old: "", now: "", text };
    const mark = text[0] === "+" || text[0] === "-" ? text[0] : " ";
    return { mark, old: mark === "+" ? "" : old++, now: mark === "-" ? "" : now++, text: text.slice(1) };
  });
}

/** @param {{files: FileDiff[], truncated: boolean}} of */
export function Diff({ files, truncated }) {
  return html`<div class="stack">${files.map((file) => html`<${FileView} key=${file.path} file=${file} open=${files.length < 12} />`)}
    ${truncated && html`<p class="quiet">${t("changesMore")}</p>`}</div>`;
}

/** @param {{file: FileDiff, open: boolean}} of */
function FileView({ file, open }) {
  const [all, setAll] = useState(false);
  const [unfolded, unfold] = useState(open);
  const rows = file.patch && unfolded ? lines(file.patch) : [];
  const shown = all ? rows : rows.slice(0, MANY);
  const pattern = patternOf(file.path);
  return html`<details class="file" open=${unfolded} onToggle=${(/** @type {any} */ e) => unfold(e.target.open)}><summary><code>${file.oldPath ? file.oldPath + " → " : ""}${file.path}</code>
      <span class="quiet">${file.status}</span> <span class="good">+${file.additions}</span> <span class="bad">−${file.deletions}</span></summary>
    ${rows.length ? html`<div class="code" tabindex="0" role="region" aria-label=${file.path}><table role="presentation"><tbody>${shown.map(({ mark, old, now, text }) => html`<tr class=${mark === "+" ? "plus" : mark === "-" ? "minus" : mark === "@" ? "hunk" : ""}>
        <td class="n">${old}</td><td class="n">${now}</td><td class="m">${mark === "@" ? "" : mark}</td><td>${mark === "@" ? text : coloured(text, pattern)}</td></tr>`)}</tbody></table></div>`
      : unfolded && html`<p class="quiet pad">${t("binary")}</p>`}
    ${shown.length < rows.length && html`<button type="button" class="button" onClick=${() => setAll(true)}>${t("showAll", { n: rows.length })}</button>`}
  </details>`;
}
