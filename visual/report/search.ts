// Finds records and operations by words: every word must be in the text, or
// be the name of a node or a kind.

import type { Model } from "./model.js";
import { kindWord, operationText } from "./text.js";

export interface Found {
  records: number[];
  operations: number[];
}

export function search(model: Model, query: string): Found {
  const words = query.toLowerCase().split(/\s+/).filter((w) => w !== "");
  const found: Found = { records: [], operations: [] };
  if (words.length === 0) return found;
  const { run } = model;
  const { records } = run;
  // Each word is asked once of each distinct text, kind and node, not of each record.
  const tests = words.map((word) => ({
    text: matchTexts(run.texts, word),
    kind: run.kinds.map((k) => k === word || kindWord(k).includes(word)),
    node: run.nodes.map((n) => n === word),
    role: run.kinds.indexOf("state"),
  }));
  for (let i = 0; i < records.count; i++) {
    const hit = tests.every((t) => {
      if (t.kind[records.kind[i]] || t.text[records.text[i]] || t.node[records.node[i]] || t.node[records.peer[i]]) return true;
      return records.kind[i] === t.role && t.text[run.states.role[records.extra[i]]] === 1;
    });
    if (hit) found.records.push(i);
  }
  for (let op = 0; op < run.operations.count; op++) {
    const text = `p${run.operations.process[op]} ${model.rows[model.operationRow[op]].name} ${operationText(run, op)}`.toLowerCase();
    if (words.every((w) => text.includes(w))) found.operations.push(op);
  }
  return found;
}

function matchTexts(texts: readonly string[], word: string): Uint8Array {
  const out = new Uint8Array(texts.length);
  for (let i = 0; i < texts.length; i++) if (texts[i].toLowerCase().includes(word)) out[i] = 1;
  return out;
}
