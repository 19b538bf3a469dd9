// SPDX-License-Identifier: Apache-2.0
// The page at the port of the admin calls: what there is and what happened, live, and faults at a click.
#ifndef GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP
#define GLOBUS_SANDBOX_IMPL_SESSION_PAGE_IPP

namespace globus::sandbox::detail {

/// It contains nothing of a session: its script asks for that with the secret, which is behind the # of its address and
/// so in no request. What the session says is put in as text, never as HTML.
inline constexpr char const* admin_page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Globus sandbox</title>
<style>:root{color-scheme:light dark}body{font:15px sans-serif;margin:2em;max-width:75em}
table{border-collapse:collapse;margin:.5em 0 1.5em;font-size:13px}h2{margin-bottom:0}
td,th{border:1px solid #8888;padding:.2em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
button{margin:.2em}.bad{color:#c33}td:empty::after{content:"\00a0"}</style></head>
<body><h1>Globus sandbox</h1><p id="status">...</p>
<h2>Faults</h2><p id="scenarios">Add those of: </p><p><button id="clear">Remove all faults</button>
<button id="expire">Expire all access tokens</button> <button id="reset">Back to the begin</button></p>
<table id="faults"></table><h2>Users</h2><table id="users"></table><h2>Collections</h2><table id="collections"></table><h2>Tasks</h2><table id="tasks"></table>
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
// A time ago, or to come, in words.
function span(from, to) {
  const s = Math.round((new Date(to) - new Date(from)) / 1000);
  return s < 120 ? s + " s" : s < 7200 ? Math.round(s / 60) + " min" : s < 172800 ? Math.round(s / 3600) + " h"
    : Math.round(s / 86400) + " days";
}
const newest = (list, count) => list.sort((a, b) => a.issued < b.issued ? 1 : -1).slice(0, count);
function table(id, names, rows) {
  const line = (cells, kind) => {
    const row = document.createElement("tr");
    for (const cell of cells) row.appendChild(document.createElement(kind)).textContent = cell ?? "";
    return row;
  };
  const none = names.map((name, i) => i ? "" : "none");
  at(id).replaceChildren(line(names, "th"), ...(rows.length ? rows : [none]).map(cells => line(cells, "td")));
}
async function show() {
  try {
    const state = await call("state"), journal = await call("journal?limit=30"), faults = await call("faults");
    at("status").textContent = "Requests so far: " + journal.total + ". It is " + journal.now + ".";
    at("status").className = "";
    const name = Object.fromEntries(state.users.map(u => [u.id, u.username]));
    table("users", ["id", "username", "name"], state.users.map(u => [u.id, u.username, u.name]));
    table("collections", ["id", "name", "state", "directory"],
      state.collections.map(c => [c.id, c.display_name, c.state, c.directory]));
    table("tasks", ["id", "type", "status", "nice status", "faults", "files"],
      state.tasks.slice(-20).reverse().map(t => [t.task_id, t.type, t.status, t.nice_status, t.faults, t.files_transferred]));
    table("tokens", ["resource server", "application", "of", "age", "valid for"],
      newest(state.tokens.access, 30).map(t => [t.resource_server, t.client_id, name[t.sub] || t.sub,
        span(t.issued, journal.now), t.active ? span(journal.now, t.expires) : "no more"]));
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
