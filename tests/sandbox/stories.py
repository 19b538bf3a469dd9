# SPDX-License-Identifier: Apache-2.0
"""Stories of users, told to the sandbox of the environment by the Globus SDK for Python, which knows nothing of it.

Exits with 77 when there is no such SDK. Arguments: names of stories; none for all.
"""

import json
import os
import sys
import tempfile
import time
import uuid

try:
    import globus_sdk as g
    import requests
    from globus_sdk.services.transfer.data.tunnel_data import CreateTunnelData
except ImportError as missing:
    print(f"skipped: {missing}: install globus-sdk to run these stories")
    sys.exit(77)

E = os.environ
URL = E["GLOBUS_SANDBOX_URL"].rstrip("/")
SOURCE, DESTINATION, MAPPED, GCS = (
    E["GLOBUS_SANDBOX_" + name]
    for name in ("SOURCE_COLLECTION", "DESTINATION_COLLECTION", "MAPPED_COLLECTION", "GCS_ENDPOINT")
)
USER, APP, SECRET, NATIVE = (
    E["GLOBUS_SANDBOX_" + name] for name in ("USER_ID", "CLIENT_ID", "CLIENT_SECRET", "NATIVE_CLIENT_ID")
)
TRANSFER = "urn:globus:auth:scope:transfer.api.globus.org:all"
GROUPS = "urn:globus:auth:scope:groups.api.globus.org:all"
SEARCH = "urn:globus:auth:scope:search.api.globus.org:all"
FLOWS = "https://auth.globus.org/scopes/eec9b274-0c81-4334-bdc2-54e90e689b9a/all"
TIMERS = "https://auth.globus.org/scopes/524230d7-ea86-4a52-8312-86065a9e0417/timer"
COMPUTE = "https://auth.globus.org/scopes/facd7ccc-c5f4-42aa-916b-a0e270e2c2a9/all"
AUTH = "openid profile email " + " ".join(
    "urn:globus:auth:scope:auth.globus.org:" + name
    for name in ("view_identities", "view_identity_set", "manage_projects", "view_consents")
)

counts = {"OK": 0, "FAIL": 0}


def step(name, action):
    """One step of a story: it holds when nothing is raised and the answer is not False."""
    try:
        answer = action()
        good = answer is not False
        why = "" if good else "False"
    except Exception as error:  # whatever goes wrong, the story goes on
        answer, good, why = None, False, f"{type(error).__name__}: {error}"[:300]
    counts["OK" if good else "FAIL"] += 1
    print("  ", "OK  " if good else "FAIL", name, "" if good else "| " + why, flush=True)
    return answer


def refused(action, *statuses):
    """Whether a call is refused with one of these statuses."""
    try:
        action()
    except g.GlobusAPIError as error:
        return error.http_status in statuses or not print("   ", error.http_status, error.code)
    return False


def wait_for(condition, seconds=10):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            return False
        time.sleep(0.05)
    return True


def browser(url):
    """What a person does who logs in: the code of the page that the browser ends at."""
    answer = requests.get(url)
    return answer.text.split('<p id="text">')[1].split("</p>")[0]


def user_token(scope):
    client = g.NativeAppAuthClient(NATIVE)
    client.oauth2_start_flow(requested_scopes=scope)
    code = browser(client.oauth2_get_authorize_url())
    return client.oauth2_exchange_code_for_tokens(code)


def as_user(kind, scope):
    tokens = user_token(scope)
    return kind(authorizer=g.AccessTokenAuthorizer(tokens["access_token"]))


def as_app(kind, scope):
    tokens = g.ConfidentialAppAuthClient(APP, SECRET).oauth2_client_credentials_tokens(requested_scopes=scope)
    return kind(authorizer=g.AccessTokenAuthorizer(tokens["access_token"]))


def admin(path, body):
    url = E["GLOBUS_SANDBOX_ADMIN_URL"] + "sessions/default/" + path
    requests.post(url, json=body, headers={"Authorization": "Bearer " + E["GLOBUS_SANDBOX_ADMIN_SECRET"]}).raise_for_status()


def state(kind):
    url = E["GLOBUS_SANDBOX_ADMIN_URL"] + "sessions/default/state"
    return requests.get(url, headers={"Authorization": "Bearer " + E["GLOBUS_SANDBOX_ADMIN_SECRET"]}).json().get(kind, [])


def logins():
    client = g.NativeAppAuthClient(NATIVE)
    client.oauth2_start_flow(requested_scopes="openid profile email " + TRANSFER, refresh_tokens=True)
    tokens = step("login", lambda: client.oauth2_exchange_code_for_tokens(browser(client.oauth2_get_authorize_url())))
    step("id token decodes with JWKS", lambda: tokens.decode_id_token()["sub"] == USER)
    auth = g.AuthClient(authorizer=g.AccessTokenAuthorizer(tokens.by_resource_server["auth.globus.org"]["access_token"]))
    step("userinfo without linked identities", lambda: "identity_set" not in auth.userinfo().data)
    rich = as_user(g.AuthClient, AUTH)
    step("userinfo with linked identities", lambda: rich.userinfo()["identity_set"][0]["sub"] == USER)
    mine = tokens.by_resource_server["transfer.api.globus.org"]
    step("refresh", lambda: client.oauth2_refresh_token(mine["refresh_token"])["access_token"] != mine["access_token"])
    step("validate", lambda: requests.post(URL + "/v2/oauth2/token/validate", {"client_id": NATIVE, "token": mine["access_token"]}).json() == {"active": True})
    step("revoke, then refresh is refused", lambda: client.oauth2_revoke_token(mine["refresh_token"]) and refused(lambda: client.oauth2_refresh_token(mine["refresh_token"]), 400))
    step("the access token is refused", lambda: refused(lambda: g.TransferClient(authorizer=g.AccessTokenAuthorizer(mine["access_token"]), transport=None).task_list(), 401))
    step("provision", lambda: len(rich.get_identities(usernames=f"new{uuid.uuid4()}@example.org", provision=True)["identities"]) == 1)
    step("identity by id", lambda: rich.get("/v2/api/identities/" + USER)["identity"]["id"] == USER)
    confidential = g.ConfidentialAppAuthClient(APP, SECRET)
    step("introspect", lambda: confidential.oauth2_token_introspect(user_token(TRANSFER)["access_token"])["active"])
    project = step("create_project", lambda: rich.create_project("P", "p@example.org", admin_ids=[USER])["project"]["id"])
    made = step("create_client", lambda: rich.create_client("C", project=project, client_type="confidential_client")["client"]["id"])
    step("create_scope", lambda: rich.create_scope(made, "S", "d", "mine")["scope"]["scope_string"].endswith(made + "/mine"))
    step("login for the scope", lambda: user_token(f"https://auth.globus.org/scopes/{made}/mine")["resource_server"] == made)
    step("a suffix that nobody made", lambda: "unknown_scope" in requests.get(f"{URL}/v2/oauth2/authorize", params=dict(client_id=NATIVE, response_type="code", redirect_uri="https://auth.globus.org/v2/web/auth-code", scope=f"https://auth.globus.org/scopes/{made}/nope", code_challenge="x" * 43, code_challenge_method="S256")).text)
    step("a project with clients stays", lambda: refused(lambda: rich.delete_project(project), 409))
    step("projects need a scope", lambda: refused(lambda: as_user(g.AuthClient, "openid").get_projects(), 403))


def transfers():
    t = as_user(g.TransferClient, TRANSFER)

    def run(data):
        task = (t.submit_delete if isinstance(data, g.DeleteData) else t.submit_transfer)(data)["task_id"]
        t.task_wait(task, timeout=20, polling_interval=1)
        return t.get_task(task)

    def data(source, destination, **more):
        out = g.TransferData(SOURCE, DESTINATION, **more)
        out.add_item(source, destination)
        return out

    name = f"/stories-{time.time_ns()}"
    done = step("a directory is detected", lambda: run(data("/data", name)))
    step("it succeeded", lambda: done["status"] == "SUCCEEDED")
    done = done or {"task_id": str(uuid.uuid4())}
    step("successful transfers have size and checksum", lambda: all(x["size"] > 0 and x["checksum"] and x["checksum_algorithm"] for x in t.task_successful_transfers(done["task_id"])))
    step("STARTED has JSON", lambda: "type" in json.loads([x for x in t.task_event_list(done["task_id"]) if x["code"] == "STARTED"][0]["details"]))
    step("ls answers with a slash", lambda: t.operation_ls(SOURCE, "/data")["path"] == "/data/")
    gone = g.DeleteData(DESTINATION)
    gone.add_item(name)
    ended = step("a delete of a directory ends", lambda: run(gone))
    step("it failed", lambda: ended["status"] == "FAILED" and ended["fatal_error"]["code"] == "IS_A_DIRECTORY")
    step("symlink", lambda: t.post(f"/v0.10/operation/endpoint/{DESTINATION}/symlink", data={"DATA_TYPE": "symlink", "path": f"/link{time.time_ns()}", "symlink_target": "x"}).http_status in (200, 202))
    missing = t.submit_transfer(data("/nowhere", "/nowhere"))["task_id"]
    step("missing source: ACTIVE with faults", lambda: wait_for(lambda: t.get_task(missing)["faults"] > 0) and t.get_task(missing)["status"] == "ACTIVE")
    step("cancel", lambda: t.cancel_task(missing)["code"] == "Canceled")
    step("event of it", lambda: [x["details"] for x in t.task_event_list(missing) if x["code"] == "CANCELED"] == ["Canceled by the task owner"])
    step("remove it from the list", lambda: t.post(f"/v0.10/task/{missing}/remove") and missing not in [x["task_id"] for x in t.task_list()])
    step("an unknown path", lambda: refused(lambda: t.get("/v0.10/nothing/here"), 404))
    step("two slashes", lambda: requests.get(URL + "//v0.10/task_list", headers={"Authorization": "Bearer " + E["GLOBUS_SANDBOX_TRANSFER_TOKEN"]}).status_code == 200)
    step("bookmarks are one's own", lambda: t.create_bookmark({"name": name, "endpoint_id": SOURCE, "path": "/"})["pinned"] is False and name not in [b["name"] for b in as_app(g.TransferClient, TRANSFER).bookmark_list()])
    personal = step("a personal endpoint", lambda: t.post("/v0.10/endpoint", data={"DATA_TYPE": "endpoint", "display_name": "laptop", "is_globus_connect": True}))
    step("its key and kind", lambda: personal["globus_connect_setup_key"] and t.get_endpoint(personal["id"])["entity_type"] == "GCP_mapped_collection")
    step("the GCS endpoint", lambda: t.get_endpoint(GCS)["entity_type"] == "GCSv5_endpoint" and t.get_endpoint(SOURCE)["owner_id"] == GCS)
    step("its manager", lambda: t.get_endpoint(SOURCE)["gcs_manager_url"].startswith("https://"))


def rules():
    t = as_user(g.TransferClient, TRANSFER)
    other = as_app(g.TransferClient, TRANSFER)
    guest = step("create a guest collection", lambda: t.create_shared_endpoint({"DATA_TYPE": "shared_endpoint", "host_endpoint": SOURCE, "host_path": "/data/", "display_name": "guest"})["id"])
    rule = {"DATA_TYPE": "access", "principal_type": "identity", "principal": APP, "path": "/", "permissions": "r"}
    step("the other is refused", lambda: refused(lambda: other.operation_ls(guest), 403))
    made = step("add a rule", lambda: t.add_endpoint_acl_rule(guest, rule)["access_id"])
    step("now he lists", lambda: len(other.operation_ls(guest)["DATA"]) > 0)
    step("and may not write", lambda: refused(lambda: other.operation_mkdir(guest, "/new"), 403))
    step("nor change rules", lambda: refused(lambda: other.add_endpoint_acl_rule(guest, dict(rule, path="/x/")), 403))
    step("a role lets him", lambda: t.add_endpoint_role(guest, {"DATA_TYPE": "role", "principal_type": "identity", "principal": APP, "role": "access_manager"}) and other.add_endpoint_acl_rule(guest, dict(rule, path="/x/"))["code"] == "Created")
    step("the same again", lambda: refused(lambda: t.add_endpoint_acl_rule(guest, rule), 409))
    step("permissions x", lambda: refused(lambda: t.add_endpoint_acl_rule(guest, dict(rule, permissions="x")), 400))
    step("no slash at the end", lambda: refused(lambda: t.add_endpoint_acl_rule(guest, dict(rule, path="/y")), 400))
    step("a mapped collection has none", lambda: refused(lambda: t.add_endpoint_acl_rule(MAPPED, rule), 400, 403, 409))
    step("he may not delete it", lambda: refused(lambda: other.delete_endpoint(guest), 403))
    step("everybody's rule has a principal", lambda: t.add_endpoint_acl_rule(guest, dict(rule, principal_type="anonymous", principal="", path="/z/")) and all("principal" in x for x in t.endpoint_acl_list(guest)))
    step("write after rw", lambda: t.update_endpoint_acl_rule(guest, made, {"permissions": "rw"}) and other.operation_mkdir(guest, f"/n{time.time_ns()}")["code"] == "DirectoryCreated")
    step("a scope that is too small", lambda: refused(lambda: as_user(g.TransferClient, "urn:globus:auth:scope:transfer.api.globus.org:gcp_install").task_list(), 403))
    step("view_my_groups may not create", lambda: refused(lambda: as_user(g.GroupsClient, "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships").create_group({"name": "x"}), 403))
    step("search may not create an index", lambda: refused(lambda: as_user(g.SearchClient, "urn:globus:auth:scope:search.api.globus.org:search").create_index("a", "b"), 403))
    step("the manager of nothing sees no tasks", lambda: refused(lambda: other.endpoint_manager_task_list(filter_endpoint=t.create_shared_endpoint({"DATA_TYPE": "shared_endpoint", "host_endpoint": SOURCE, "host_path": "/", "display_name": "mine"})["id"]).data if False else list(other.endpoint_manager_task_list(filter_endpoint=t.create_shared_endpoint({"DATA_TYPE": "shared_endpoint", "host_endpoint": SOURCE, "host_path": "/", "display_name": "mine"})["id"])), 403))


def groups():
    u, a = as_user(g.GroupsClient, GROUPS), as_app(g.GroupsClient, GROUPS)
    group = step("create", lambda: u.create_group({"name": "G", "description": "d"})["id"])
    step("a private group is hidden", lambda: refused(lambda: a.get_group(group), 403, 404))

    def act(client, action, identity, **more):
        return client.batch_membership_action(group, {action: [dict(identity_id=identity, **more)]}).data

    step("add", lambda: act(u, "add", APP, role="manager")["add"][0]["status"] == "active")
    step("add again", lambda: act(u, "add", APP)["errors"]["add"][0]["code"] == "ALREADY_ACTIVE")
    step("he lists it as manager", lambda: [m["role"] for x in a.get_my_groups() if x["id"] == group for m in x["my_memberships"]] == ["manager"])
    step("memberships only when asked for", lambda: "memberships" not in u.get_group(group).data and len(u.get_group(group, include="memberships")["memberships"]) == 2)
    step("change_role", lambda: act(u, "change_role", APP, role="member")["change_role"][0]["role"] == "member")
    step("a member may not add", lambda: "errors" in act(a, "add", str(uuid.uuid4())))
    step("nor demote the administrator", lambda: "errors" in act(a, "add", USER, role="member") or False)
    step("remove who is none", lambda: act(u, "remove", str(uuid.uuid4()))["errors"]["remove"][0]["code"] == "NO_MEMBERSHIP")
    step("leave", lambda: act(a, "leave", APP)["leave"][0]["status"] == "left")
    step("invite and accept", lambda: act(u, "invite", APP) and act(a, "accept", APP)["accept"][0]["status"] == "active")
    step("terms", lambda: "terms_and_conditions" in u.get_group(group).data)
    step("a member may not delete", lambda: refused(lambda: a.delete_group(group), 403))
    step("delete", lambda: u.delete_group(group)["id"] == group)
    step("gone", lambda: refused(lambda: u.get_group(group), 404))


def search():
    u, a = as_user(g.SearchClient, SEARCH), as_app(g.SearchClient, SEARCH)
    index = step("create_index", lambda: u.create_index("I", "d")["id"])

    def entry(subject, content, entry_id=None, visible=("public",)):
        return {"subject": subject, "id": entry_id, "visible_to": list(visible), "content": content}

    def ingest(client, *entries):
        return client.ingest(index, {"ingest_type": "GMetaList", "ingest_data": {"gmeta": list(entries)}})

    task = step("ingest", lambda: ingest(u, entry("s1", {"title": "alpha beta", "k": "red", "n": 1}, "a"), entry("s1", {"title": "alpha two", "k": "blue", "n": 2}, "b"), entry("s2", {"title": "gamma", "k": "blue", "n": 3}), entry("s3", {"title": "delta", "k": "green", "n": 9}, None, ["urn:globus:auth:identity:" + USER]))["task_id"])
    step("its task", lambda: u.get_task(task)["state_description"] == "Task succeeded")

    def query(**more):
        return [x["subject"] for x in u.post_search(index, more)["gmeta"]]

    def filtered(**filter_):
        return sorted(query(q="*", filters=[filter_]))

    step("all", lambda: sorted(query(q="*")) == ["s1", "s2", "s3"])
    step("words in another order", lambda: query(q="beta alpha") == ["s1"])
    step("a part of a word", lambda: query(q="alph") == [])
    step("names of members", lambda: query(q="title") == [])
    step("advanced", lambda: query(q="title:gamma", advanced=True) == ["s2"] and sorted(query(q="gamma OR (delta AND NOT alpha)", advanced=True)) == ["s2", "s3"])
    step("match_all", lambda: filtered(type="match_all", field_name="k", values=["blue"]) == ["s1", "s2"])
    step("match_any", lambda: filtered(type="match_any", field_name="k", values=["red", "green"]) == ["s1", "s3"])
    step("range", lambda: filtered(type="range", field_name="n", values=[{"from": 3, "to": "*"}]) == ["s2", "s3"])
    step("exists and not", lambda: filtered(type="exists", field_name="zz") == [] and len(filtered(type="not", filter={"type": "exists", "field_name": "zz"})) == 3)
    step("and, or", lambda: filtered(type="or", filters=[{"type": "match_all", "field_name": "k", "values": ["green"]}, {"type": "and", "filters": [{"type": "match_all", "field_name": "n", "values": [3]}]}]) == ["s2", "s3"])
    facets = [{"type": "terms", "field_name": "k", "name": "t"}, {"type": "sum", "field_name": "n", "name": "s"}, {"type": "avg", "field_name": "n", "name": "a"}, {"type": "numeric_histogram", "field_name": "n", "name": "h", "size": 2, "histogram_range": {"low": 0, "high": 10}}]
    got = step("facets", lambda: {x["name"]: x for x in u.post_search(index, {"q": "*", "facets": facets})["facet_results"]}) or {}
    step("terms", lambda: got["t"]["buckets"][0]["value"] == "blue" and got["t"]["buckets"][0]["count"] == 2)
    step("sum, avg, histogram", lambda: got["s"]["value"] == 15 and got["a"]["value"] == 3.75 and [b["count"] for b in got["h"]["buckets"]] == [3, 1])
    step("sort", lambda: query(q="*", sort=[{"field_name": "n", "order": "desc"}]) == ["s3", "s2", "s1"])
    step("the other sees the public ones", lambda: sorted(x["subject"] for x in a.search(index, "*")["gmeta"]) == ["s1", "s2"])
    step("without a token", lambda: sorted(x["subject"] for x in g.SearchClient().search(index, "*")["gmeta"]) == ["s1", "s2"])
    step("too far", lambda: refused(lambda: u.search(index, "*", offset=9999, limit=10), 400))
    step("two entries of a subject", lambda: len(u.get_subject(index, "s1")["entries"]) == 2)
    step("counts", lambda: (u.get_index(index)["num_subjects"], u.get_index(index)["num_entries"]) == (3, 4))
    step("without visible_to", lambda: refused(lambda: u.ingest(index, {"ingest_type": "GMetaEntry", "ingest_data": {"subject": "x", "content": {}}}), 400, 422))
    step("who has no role", lambda: refused(lambda: ingest(a, entry("x", {})), 403))
    step("a role", lambda: u.create_role(index, {"role_name": "writer", "principal": "urn:globus:auth:identity:" + APP}) and ingest(a, entry("x", {"k": "x"}))["acknowledged"])
    gone = step("delete_by_query", lambda: u.delete_by_query(index, {"filters": [{"type": "match_all", "field_name": "k", "values": ["green"]}]})["task_id"])
    step("its task is there", lambda: u.get_task(gone)["state"] == "SUCCESS")
    step("the others are left", lambda: sorted(query(q="*")) == ["s1", "s2", "x"])
    step("batch_delete_by_subject", lambda: u.batch_delete_by_subject(index, ["s1", "x"]) and query(q="*") == ["s2"])
    step("delete_index", lambda: u.delete_index(index)["acknowledged"] and refused(lambda: u.delete_index(index), 409))
    step("and no search in it", lambda: refused(lambda: u.search(index, "*"), 404, 409))


def flows():
    u, a = as_user(g.FlowsClient, FLOWS), as_app(g.FlowsClient, FLOWS)
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": "$.v"}, "ResultPath": "$.r", "Next": "C"}, "C": {"Type": "Choice", "Choices": [{"Variable": "$.v", "NumericGreaterThan": 5, "Next": "Big"}], "Default": "Ok"}, "Big": {"Type": "Fail", "Error": "TooBig", "Cause": "v"}, "Ok": {"Type": "Pass", "End": True}}}
    schema = {"type": "object", "properties": {"v": {"type": "integer"}}, "required": ["v"], "additionalProperties": False}
    bad = dict(definition, StartAt="Z")
    step("validate", lambda: "scopes" in u.validate_flow(definition).data)
    step("validate a bad one", lambda: refused(lambda: u.validate_flow(bad), 422))
    step("create a bad one", lambda: refused(lambda: u.create_flow("bad", bad, {}), 422))
    flow = step("create", lambda: u.create_flow("F", definition, schema)["id"])

    def runner(of, identity=as_user):
        scope = f"https://auth.globus.org/scopes/{of}/flow_{of.replace('-', '_')}_user"
        client = identity(lambda authorizer: g.SpecificFlowClient(of, authorizer=authorizer), scope)
        return client

    def ended(run):
        wait_for(lambda: u.get_run(run)["status"] != "ACTIVE")
        return u.get_run(run)

    mine = runner(flow)
    step("bad input", lambda: refused(lambda: mine.run_flow({"v": "x"}), 400, 422) and refused(lambda: mine.validate_run({"w": 1}), 400, 422))
    run = step("run", lambda: mine.run_flow({"v": 3})["run_id"])
    done = step("it succeeds", lambda: ended(run)) or {}
    step("with its output", lambda: done["status"] == "SUCCEEDED" and done["details"]["output"]["r"] == {"x": 3})
    step("its log", lambda: [x["code"] for x in u.get_run_logs(run, limit=100)["entries"]] == ["FlowStarted", "PassStarted", "PassCompleted", "ChoiceStarted", "ChoiceCompleted", "PassStarted", "PassCompleted", "FlowSucceeded"])
    step("another fails", lambda: ended(mine.run_flow({"v": 9})["run_id"])["status"] == "FAILED")
    step("an ended run is not resumed", lambda: refused(lambda: mine.resume_run(run), 400, 409))
    step("private", lambda: refused(lambda: a.get_flow(flow), 403, 404) and flow not in [x["id"] for x in a.list_flows()])
    step("the other may not start it", lambda: refused(lambda: runner(flow, as_app).run_flow({"v": 1}), 403))
    step("all_authenticated_users may", lambda: u.update_flow(flow, flow_starters=["all_authenticated_users"]) and runner(flow, as_app).run_flow({"v": 1})["status"] == "ACTIVE")
    name = f"/byflow{time.time_ns()}"
    action = {"StartAt": "T", "States": {"T": {"Type": "Action", "ActionUrl": "https://transfer.actions.globus.org/transfer", "Parameters": {"source_endpoint": SOURCE, "destination_endpoint": DESTINATION, "DATA": [{"source_path": "/hello.txt", "destination_path": name}]}, "ResultPath": "$.T", "End": True}}}
    moving = step("a flow with a transfer", lambda: u.create_flow("T", action, {})["id"])
    step("copies the file", lambda: ended(runner(moving).run_flow({})["run_id"])["status"] == "SUCCEEDED" and any("/" + x["name"] == name for x in as_user(g.TransferClient, TRANSFER).operation_ls(DESTINATION, "/")))
    question = {"StartAt": "Q", "States": {"Q": {"Type": "Action", "ActionUrl": "https://actions.globus.org/weboption/wait_for_option", "Parameters": {"options": [{"name": "Yes", "url_suffix": "yes"}, {"name": "No", "url_suffix": "no"}]}, "ResultPath": "$.Q", "End": True}}}
    asking = step("a flow with a question", lambda: u.create_flow("Q", question, {})["id"])
    asked = step("runs", lambda: runner(asking).run_flow({})["run_id"])
    step("and waits", lambda: wait_for(lambda: u.get_run(asked)["blocking_web_input_id"]))
    pending = step("the question is there", lambda: u.get_web_input(next(iter(u.list_web_inputs(filter_run_ids=asked)))["id"]))
    step("answered", lambda: u.respond_to_web_input(pending["id"], pending["options"][1]["option_id"])["status"] == "ok")
    step("the run has the answer", lambda: ended(asked)["details"]["output"]["Q"]["details"]["name"] == "No")
    computing = as_user(g.ComputeClientV3, COMPUTE)
    where = computing.register_endpoint({"endpoint_name": "E"})["endpoint_id"]
    what = computing.register_function({"function_name": "f", "function_code": "x"})["function_uuid"]
    function = {"StartAt": "F", "States": {"F": {"Type": "Action", "ActionUrl": "https://compute.actions.globus.org/v3", "Parameters": {"endpoint_id": where, "tasks": [{"function_id": what, "args": [1]}]}, "ResultPath": "$.F", "End": True}}}
    running = step("a flow with a function", lambda: runner(u.create_flow("C", function, {})["id"]).run_flow({})["run_id"])
    step("starts a task", lambda: wait_for(lambda: state("compute.tasks")))
    step("and ends with its result", lambda: (admin("compute_tasks/" + state("compute.tasks")[-1]["task_id"], {"result": "42"}), ended(running))[1]["details"]["output"]["F"]["details"]["result"] == ["42"])
    other_action = {"StartAt": "N", "States": {"N": {"Type": "Action", "ActionUrl": "https://actions.globus.org/notification/notify", "Parameters": {}, "End": True}}}
    step("what there is not, is said", lambda: "no action provider" in ended(runner(u.create_flow("N", other_action, {})["id"]).run_flow({})["run_id"])["details"]["details"]["cause"])
    step("delete", lambda: u.delete_flow(flow)["DELETED"])


def timers():
    u, a = as_user(g.TimersClient, TIMERS), as_app(g.TimersClient, TIMERS)
    name = f"/timed{time.time_ns()}"
    body = g.TransferData(SOURCE, DESTINATION)
    body.add_item("/hello.txt", name)
    once = step("once", lambda: u.create_timer(g.TransferTimer(name="T", schedule=g.OnceTimerSchedule(), body=body))["timer"])
    step("next_run and its time are there", lambda: once["next_run"] and once["schedule"]["datetime"])
    t = as_user(g.TransferClient, TRANSFER)
    step("it runs", lambda: wait_for(lambda: any("/" + x["name"] == name for x in t.operation_ls(DESTINATION, "/"))))
    step("as a v1 job", lambda: all(k in u.get_job(once["job_id"]).data for k in ("callback_url", "start", "interval", "next_run", "n_runs", "results")))
    every = step("recurring", lambda: u.create_timer(g.TransferTimer(name="R", schedule=g.RecurringTimerSchedule(interval_seconds=60), body=body))["timer"])
    step("start is filled in", lambda: every["schedule"]["start"])
    step("two or three runs after 130 s", lambda: (admin("clock", {"advance_s": 130}), wait_for(lambda: u.get_job(every["job_id"])["n_runs"] in (2, 3)))[1])
    step("faster than a minute", lambda: refused(lambda: u.create_timer(g.TransferTimer(schedule=g.RecurringTimerSchedule(interval_seconds=10), body=body)), 422))
    step("private", lambda: every["job_id"] not in [j["job_id"] for j in a.list_jobs()["jobs"]])
    step("pause", lambda: u.pause_job(every["job_id"]) and u.get_job(every["job_id"])["status"] == "inactive")
    step("resume", lambda: u.resume_job(every["job_id"]) and u.get_job(every["job_id"])["status"] != "inactive")
    step("delete", lambda: u.delete_job(every["job_id"]) and refused(lambda: u.get_job(every["job_id"]), 404))


def compute():
    u = as_user(g.ComputeClientV3, COMPUTE)
    old = as_user(g.ComputeClientV2, COMPUTE)
    endpoint = step("register an endpoint", lambda: u.register_endpoint({"endpoint_name": "E"})["endpoint_id"])
    step("offline", lambda: old.get_endpoint_status(endpoint)["status"] == "offline")
    function = step("register a function", lambda: u.register_function({"function_name": "f", "function_code": "x"})["function_uuid"])
    tasks = step("submit", lambda: u.submit(endpoint, {"tasks": {function: ["a"]}})["tasks"][function])
    step("to an unknown endpoint", lambda: refused(lambda: u.submit(uuid.uuid4(), {"tasks": {function: ["a"]}}), 404))
    step("its result arrives", lambda: (admin("compute_tasks/" + tasks[0], {"result": "42"}), old.get_task(tasks[0])["result"])[1] == "42")


def assurance():
    t, rich = as_user(g.TransferClient, TRANSFER), as_user(g.AuthClient, AUTH)
    project = rich.create_project("HA", "p@example.org", admin_ids=[USER])["project"]["id"]
    policy = step("a policy", lambda: rich.create_policy(project_id=project, high_assurance=True, required_mfa=True, authentication_assurance_timeout=600, display_name="P", description="d")["policy"]["id"])
    guest = t.create_shared_endpoint({"DATA_TYPE": "shared_endpoint", "host_endpoint": SOURCE, "host_path": "/data/", "display_name": "HA"})["id"]
    t.update_endpoint(guest, {"authentication_policy_id": policy})

    def logged_in(**parameters):
        client = g.NativeAppAuthClient(NATIVE)
        client.oauth2_start_flow(requested_scopes=TRANSFER)
        code = browser(client.oauth2_get_authorize_url(**parameters))
        return g.TransferClient(authorizer=g.AccessTokenAuthorizer(client.oauth2_exchange_code_for_tokens(code)["access_token"]))

    def wanted(client):
        try:
            client.operation_ls(guest)
        except g.GlobusAPIError as error:
            return error.info.authorization_parameters

    step("a login that is not enough", lambda: wanted(logged_in()).session_required_policies == [policy])
    good = step("a login that is", lambda: logged_in(session_required_policies=[policy]))
    step("lists", lambda: len(good.operation_ls(guest)["DATA"]) > 0)
    step("until it is old", lambda: (admin("clock", {"advance_s": 601}), wanted(good))[1].session_required_policies == [policy])
    t = logged_in(session_required_policies=[policy])
    t.update_endpoint(guest, {"authentication_policy_id": None, "high_assurance": True, "authentication_timeout_mins": 10})
    step("high assurance without a policy", lambda: wanted(t) is None)
    step("says who is to log in", lambda: (admin("clock", {"advance_s": 601}), wanted(t))[1].session_required_identities == [USER])
    step("a domain that nobody has", lambda: "access_denied" in requests.get(g.NativeAppAuthClient(NATIVE).oauth2_start_flow(requested_scopes=TRANSFER).get_authorize_url({"session_required_single_domain": "nowhere.example.com"})).text)


def manager():
    gcs = as_user(lambda authorizer: g.GCSClient(E["GLOBUS_SANDBOX_GCS_HTTPS_URL"], authorizer=authorizer), f"urn:globus:auth:scope:{GCS}:manage_collections")
    t = as_user(g.TransferClient, TRANSFER)
    step("info", lambda: gcs.endpoint_client_id == GCS)
    gateway = step("storage gateway", lambda: next(iter(gcs.get_storage_gateway_list()))["id"])
    mapped = step("mapped collection", lambda: gcs.create_collection(g.MappedCollectionDocument(display_name="M", storage_gateway_id=gateway, collection_base_path="/"))["id"])
    step("Transfer knows it", lambda: t.get_endpoint(mapped)["entity_type"] == "GCSv5_mapped_collection")
    credential = step("credential", lambda: gcs.create_user_credential(g.UserCredentialDocument(storage_gateway_id=gateway, username="me"))["id"])
    guest = step("guest collection", lambda: gcs.create_collection(g.GuestCollectionDocument(display_name="G", mapped_collection_id=mapped, collection_base_path="/", user_credential_id=credential))["id"])
    step("Transfer knows its host", lambda: t.get_endpoint(guest)["host_endpoint_id"] == mapped)
    step("filter", lambda: {c["id"] for c in gcs.get_collection_list(filter="guest_collections", mapped_collection_id=mapped)} == {guest})
    step("update shows in Transfer", lambda: gcs.update_collection(guest, g.GuestCollectionDocument(display_name="New")) and t.get_endpoint(guest)["display_name"] == "New")
    step("delete", lambda: gcs.delete_collection(guest) and refused(lambda: t.get_endpoint(guest), 404))
    step("an unknown gateway", lambda: refused(lambda: gcs.create_collection(g.MappedCollectionDocument(display_name="M", storage_gateway_id=str(uuid.uuid4()), collection_base_path="/")), 404, 422))
    step("a role", lambda: gcs.create_role({"DATA_TYPE": "role#1.0.0", "collection": mapped, "principal": "urn:globus:auth:identity:" + APP, "role": "administrator"})["id"])


def streams():
    t = as_user(g.TransferClient, TRANSFER)
    points = step("access points", lambda: [p["id"] for p in t.get("/v2/stream_access_points")["data"]])
    step("two of them", lambda: len(points) >= 2)
    tunnel = step("a tunnel", lambda: t.create_tunnel(CreateTunnelData(points[0], points[1], label="L"))["data"]["id"])
    step("unknown points", lambda: refused(lambda: t.create_tunnel(CreateTunnelData(str(uuid.uuid4()), points[1])), 404, 422))
    step("stops", lambda: t.update_tunnel(tunnel, {"data": {"type": "Tunnel", "attributes": {"state": "STOPPING"}}}) and t.get_tunnel(tunnel)["data"]["attributes"]["state"] == "STOPPED")
    step("its events", lambda: len(t.get_tunnel_events(tunnel)["data"]) >= 2)


if __name__ == "__main__":
    stories = [logins, transfers, rules, groups, search, flows, timers, compute, manager, streams, assurance]
    for story in stories:
        if not sys.argv[1:] or story.__name__ in sys.argv[1:]:
            print(story.__name__, flush=True)
            story()
    print(f"{counts['OK']} passed, {counts['FAIL']} failed")
    sys.exit(1 if counts["FAIL"] else 0)
