// SPDX-License-Identifier: Apache-2.0
// The page at the port of the admin calls: what there is and what happened, live, and faults at a click.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP

namespace globus::sandbox::detail {

/// It contains nothing of a session: its script asks for that with the secret, which is behind the # of its address and
/// so in no request. What the session says is put in as text, never as HTML.
inline constexpr char const* admin_page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Globus sandbox</title>
<style>body{font:15px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;margin:.5em 0 1.5em}
td,th{border:1px solid #bbb;padding:.2em .6em;text-align:left}button{margin:.2em}.bad{color:#a00}</style></head>
<body><h1>Globus sandbox</h1><p id="status">...</p>
<h2>Faults</h2><p id="scenarios"></p><p><button id="clear">Remove all faults</button>
<button id="expire">Expire all access tokens</button> <button id="reset">Back to the begin</button></p>
<table id="faults"></table><h2>Collections</h2><table id="collections"></table><h2>Tasks</h2><table id="tasks"></table>
<h2>Tokens</h2><table id="tokens"></table><h2>Journal</h2><table id="journal"></table>
<script>
"use strict";
const secret = location.hash.slice(1), base = "/admin/v1/sessions/default/";
const at = id => document.getElementById(id);
async function call(path, body) {
  const answer = await fetch(base + path, {method: body === undefined ? "GET" : body === null ? "DELETE" : "POST",
    headers: {Authorization: "Bearer " + secret}, body: body ? JSON.stringify(body) : undefined});
  if (!answer.ok) throw new Error(answer.status + " " + await answer.text());
  return answer.json();
}
function table(id, names, rows) {
  const line = (cells, kind) => {
    const row = document.createElement("tr");
    for (const cell of cells) row.appendChild(document.createElement(kind)).textContent = cell ?? "";
    return row;
  };
  at(id).replaceChildren(line(names, "th"), ...rows.map(cells => line(cells, "td")));
}
async function show() {
  try {
    const state = await call("state"), journal = await call("journal?limit=30"), faults = await call("faults");
    at("status").textContent = journal.total + " requests so far";
    at("status").className = "";
    table("collections", ["id", "name", "state", "directory"],
      state.collections.map(c => [c.id, c.display_name, c.state, c.directory]));
    table("tasks", ["id", "type", "status", "nice status", "faults", "files"],
      state.tasks.slice(-20).reverse().map(t => [t.task_id, t.type, t.status, t.nice_status, t.faults, t.files_transferred]));
    table("tokens", ["resource server", "application", "of", "active"],
      state.tokens.access.slice(0, 30).map(t => [t.resource_server, t.client_id, t.sub, t.active]));
    table("faults", ["rule", "fired", "what"], faults.faults.map(f => [f.rule_id, f.fired, JSON.stringify(f.rule)]));
    table("journal", ["number", "operation", "method", "path", "status", "fault"],
      journal.journal.reverse().map(e => [e.n, e.service + "." + e.operation, e.method, e.path, e.status, e.fault]));
  } catch (error) {
    at("status").textContent = String(error);
    at("status").className = "bad";
  }
}
const after = action => async () => { try { await action(); } finally { await show(); } };
at("clear").onclick = after(() => call("faults", null));
at("expire").onclick = after(() => call("tokens", {expire: "all"}));
at("reset").onclick = after(() => call("reset", {}));
call("scenarios").then(list => {
  for (const name of list.scenarios) {
    const button = at("scenarios").appendChild(document.createElement("button"));
    button.textContent = name;
    button.onclick = after(() => call("scenario", {name}));
  }
}).catch(() => {});
show();
setInterval(show, 1000);
</script></body></html>
)html";

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP
