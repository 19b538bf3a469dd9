// SPDX-License-Identifier: Apache-2.0
#include <globus/sandbox.hpp>

#include <boost/json/parse.hpp>

#include <sandbox/client.hpp>
#include <support/catch.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <set>
#include <string>

using namespace sandbox_test;
namespace sb = globus::sandbox;
namespace json = boost::json;

namespace {

std::string refresh_form(std::string const& token, std::string const& client_id) {
    return "grant_type=refresh_token&refresh_token=" + token + "&client_id=" + client_id;
}

std::string decode_base64url(std::string const& text) {
    std::string padded = text;
    for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (padded.size() % 4 != 0) padded += '=';
    std::string out(padded.size(), '\0');
    auto const size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<unsigned char const*>(padded.data()), static_cast<int>(padded.size()));
    REQUIRE(size >= 0);
    out.resize(static_cast<std::size_t>(size) - (padded.size() - text.size()));
    return out;
}

/// Checks an RS512 signature with a key of a JWKS, as a client would.
bool verify_rs512(json::object const& key, std::string const& text, std::string const& signature) {
    auto const number = [&](char const* name) {
        std::string const bytes = decode_base64url(json::value_to<std::string>(key.at(name)));
        return std::unique_ptr<BIGNUM, decltype(&BN_free)>(
            BN_bin2bn(reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()), nullptr),
            &BN_free);
    };
    auto const n = number("n");
    auto const e = number("e");
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e.get());
    OSSL_PARAM* const parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* pkey = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_MD_CTX* const digest = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(digest, nullptr, EVP_sha512(), nullptr, pkey);
    int const good =
        EVP_DigestVerify(digest, reinterpret_cast<unsigned char const*>(signature.data()), signature.size(),
                         reinterpret_cast<unsigned char const*>(text.data()), text.size());
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    return good == 1;
}

}  // namespace

TEST_CASE("sandbox auth: a refresh token of the native application gives access tokens", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const refresh = server.issue_refresh_token("transfer.api.globus.org");
    CHECK(refresh.starts_with("sandbox-"));
    auto const answer = client.form("/v2/oauth2/token", refresh_form(refresh, server.native_client_id()));
    REQUIRE(answer.status == 200);
    auto const token = answer.text("access_token");
    CHECK(token.starts_with("sandbox-"));
    CHECK(answer.text("token_type") == "Bearer");
    CHECK(answer.text("resource_server") == "transfer.api.globus.org");
    CHECK(answer.text("scope") == transfer_scope);
    CHECK(answer.json().at("expires_in").as_int64() == 172800);
    CHECK(answer.json().at("other_tokens").as_array().empty());

    client.token = token;
    CHECK(client.get("/v0.10/task_list").status == 200);
    auto const other_service = client.get("/v2/groups/my_groups");
    CHECK(other_service.status == 401);
}

TEST_CASE("sandbox auth: who asks for tokens must be known", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const native = server.issue_refresh_token(transfer_scope);
    auto const confidential = server.issue_refresh_token(transfer_scope, server.client_id());
    auto const error = [&](Answer const& answer) { return std::to_string(answer.status) + " " + answer.text("error"); };

    CHECK(error(client.form("/v2/oauth2/token", refresh_form("no-such-token", server.native_client_id()))) ==
          "400 invalid_grant");
    CHECK(error(client.form("/v2/oauth2/token", refresh_form(native, "no-such-app"))) == "401 invalid_client");
    CHECK(error(client.form("/v2/oauth2/token", refresh_form(confidential, server.native_client_id()))) ==
          "400 invalid_grant");
    // An application with a secret has to show it.
    CHECK(error(client.form("/v2/oauth2/token", refresh_form(confidential, server.client_id()))) ==
          "401 invalid_client");
    Headers const wrong{{"Authorization", "Basic " + base64(server.client_id() + ":wrong")}};
    CHECK(error(client.form("/v2/oauth2/token", "grant_type=refresh_token&refresh_token=" + confidential, wrong)) ==
          "401 invalid_client");
    CHECK(client.form("/v2/oauth2/token", "grant_type=refresh_token&refresh_token=" + confidential, basic(server))
              .status == 200);
    CHECK(error(client.form("/v2/oauth2/token", "grant_type=password", basic(server))) == "400 unsupported_grant_type");
    CHECK(error(client.form("/v2/oauth2/token", "grant_type=client_credentials&client_id=" +
                                                    server.native_client_id())) == "400 unauthorized_client");
}

TEST_CASE("sandbox auth: client credentials answer with one token for each resource server", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const answer = client.form("/v2/oauth2/token",
                                    "grant_type=client_credentials&scope=" +
                                        encode(transfer_scope + " urn:globus:auth:scope:groups.api.globus.org:all"),
                                    basic(server));
    REQUIRE(answer.status == 200);
    CHECK(answer.text("resource_server") == "transfer.api.globus.org");
    auto const document = answer.json();
    auto const& others = document.at("other_tokens").as_array();
    REQUIRE(others.size() == 1);
    CHECK(others[0].at("resource_server").as_string() == "groups.api.globus.org");
    CHECK(!others[0].as_object().contains("refresh_token"));
    CHECK(
        client.form("/v2/oauth2/token", "grant_type=client_credentials&scope=nonsense", basic(server)).text("error") ==
        "unknown_scope");
    CHECK(client.form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode("a[b"), basic(server))
              .text("error") == "invalid_scope");
}

TEST_CASE("sandbox auth: a login with PKCE ends with tokens, once", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const redirect =
        client.get(authorize_target(server, "openid profile " + transfer_scope, "&access_type=offline&nonce=n1"));
    REQUIRE(redirect.status == 302);
    auto const location = redirect.header("Location");
    CHECK(location.starts_with("http://127.0.0.1:9/cb?code="));
    CHECK(parameter(location, "state") == "st%26ate");
    auto const exchange = [&](std::string const& with) {
        return client.form("/v2/oauth2/token", "grant_type=authorization_code&client_id=" + server.native_client_id() +
                                                   "&code=" + parameter(location, "code") +
                                                   "&redirect_uri=" + encode("http://127.0.0.1:9/cb") + with);
    };
    CHECK(exchange("&code_verifier=wrong").text("error") == "invalid_grant");
    CHECK(exchange("").text("error") == "invalid_grant");
    auto const answer = exchange("&code_verifier=" + verifier);
    REQUIRE(answer.status == 200);
    CHECK(answer.text("resource_server") == "auth.globus.org");
    CHECK(!answer.text("refresh_token").empty());
    CHECK(exchange("&code_verifier=" + verifier).status == 401);

    auto const jwt = answer.text("id_token");
    auto const first = jwt.find('.');
    auto const second = jwt.rfind('.');
    auto const head = json::parse(decode_base64url(jwt.substr(0, first)));
    auto const claims = json::parse(decode_base64url(jwt.substr(first + 1, second - first - 1)));
    CHECK(head.at("alg").as_string() == "RS512");
    CHECK(claims.at("aud").as_string() == server.native_client_id());
    CHECK(claims.at("sub").as_string() == server.user().id);
    CHECK(claims.at("nonce").as_string() == "n1");
    auto const discovery = client.get("/.well-known/openid-configuration").json();
    CHECK(claims.at("iss").as_string() == discovery.at("issuer").as_string());
    auto const check = [&] {
        auto const keys = client.get("/jwk.json").json();
        for (auto const& key : keys.at("keys").as_array())
            if (key.at("kid") == head.at("kid"))
                return verify_rs512(key.as_object(), jwt.substr(0, second), decode_base64url(jwt.substr(second + 1)));
        return false;
    };
    CHECK(check());
    server.rotate_keys();
    CHECK(client.get("/jwk.json").json().at("keys").as_array().size() == 2);
    CHECK(check());
}

TEST_CASE("sandbox auth: authorize refuses what a client must not send", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    std::string const good = authorize_target(server, "openid");
    auto const replaced = [&](std::string const& from, std::string const& to) {
        std::string target = good;
        auto const at = target.find(from);
        REQUIRE(at != std::string::npos);
        return client.get(target.replace(at, from.size(), to));
    };
    CHECK(replaced("&code_challenge=" + challenge, "").header("Location").find("error=invalid_request") !=
          std::string::npos);
    CHECK(replaced("S256", "plain").header("Location").find("error=invalid_request") != std::string::npos);
    CHECK(replaced("response_type=code", "response_type=token").header("Location").find("error=unsupported") !=
          std::string::npos);
    CHECK(replaced(server.native_client_id(), "nobody").status == 400);
    auto const evil = replaced(encode("http://127.0.0.1:9/cb"), encode("http://127.0.0.1.evil.example/cb"));
    CHECK(evil.status == 400);
    CHECK(evil.header("Location").empty());
    CHECK(replaced("scope=openid", "scope=nonsense").header("Location").find("error=invalid_scope") !=
          std::string::npos);
}

TEST_CASE("sandbox auth: a page shows the code when nobody listens", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    std::string target = authorize_target(server, "openid");
    auto const uri = encode("http://127.0.0.1:9/cb");
    target.replace(target.find(uri), uri.size(), encode("https://auth.globus.org/v2/web/auth-code"));
    auto const location = client.get(target).header("Location");
    REQUIRE(location.starts_with(server.base_url()));
    auto const page = client.get(location.substr(server.base_url().size() - 1));
    CHECK(page.status == 200);
    CHECK(page.body.find(parameter(location, "code")) != std::string::npos);
    auto const forged = client.get("/v2/web/auth-code?code=%3Cscript%3E");
    CHECK(forged.body.find("<script>") == std::string::npos);
}

TEST_CASE("sandbox auth: tokens expire by the clock, by order, and when they are revoked", "[sandbox][auth]") {
    sb::Options options;
    options.clock = sb::ClockMode::manual;
    options.token_lifetime = std::chrono::seconds(60);
    sb::Server server(options);
    Client client(server);
    client.token = server.user_token(transfer_scope);
    CHECK(client.get("/v0.10/task_list").status == 200);
    server.advance_clock(std::chrono::seconds(59));
    CHECK(client.get("/v0.10/task_list").status == 200);
    server.advance_clock(std::chrono::seconds(1));
    auto const late = client.get("/v0.10/task_list");
    CHECK(late.status == 401);
    CHECK(late.code() == "AuthenticationFailed");

    client.token = server.user_token(transfer_scope);
    server.expire_access_tokens();
    CHECK(client.get("/v0.10/task_list").status == 401);
    client.token = server.user_token(transfer_scope);
    server.revoke_token(client.token);
    CHECK(client.get("/v0.10/task_list").status == 401);
    client.token = server.user_token(transfer_scope);
    CHECK(client.form("/v2/oauth2/token/revoke", "token=" + client.token + "&client_id=" + server.native_client_id())
              .json()
              .at("active") == false);
    CHECK(client.get("/v0.10/task_list").status == 401);
    client.token = "";
    CHECK(client.get("/v0.10/task_list").status == 401);
    CHECK(client.get("/v2/oauth2/userinfo").json().at("errors").at(0).at("code").as_string() == "UNAUTHORIZED");
}

TEST_CASE("sandbox auth: rotation spends refresh tokens, and reuse costs the family", "[sandbox][auth]") {
    bool const detect = GENERATE(false, true);
    sb::Options options;
    options.rotate_refresh_tokens = true;
    options.detect_refresh_token_reuse = detect;
    sb::Server server(options);
    Client client(server);
    auto const first = server.issue_refresh_token(transfer_scope);
    auto const use = [&](std::string const& token) {
        return client.form("/v2/oauth2/token", refresh_form(token, server.native_client_id()));
    };
    auto const answer = use(first);
    REQUIRE(answer.status == 200);
    auto const second = answer.text("refresh_token");
    CHECK(second != first);
    CHECK(use(first).text("error") == "invalid_grant");
    CHECK(use(second).status == (detect ? 400 : 200));
    client.token = answer.text("access_token");
    CHECK(client.get("/v0.10/task_list").status == (detect ? 401 : 200));
}

TEST_CASE("sandbox auth: the journal tells the generations of a token apart", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const refresh = server.issue_refresh_token(transfer_scope);
    for (std::uint64_t generation = 1; generation <= 3; ++generation) {
        client.token = "";
        client.token =
            client.form("/v2/oauth2/token", refresh_form(refresh, server.native_client_id())).text("access_token");
        client.get("/v0.10/task_list");
        CHECK(server.journal("task_list").back().token_generation == generation);
    }
    CHECK(server.count("oauth2_refresh_token") == 3);
    CHECK(server.count("oauth2_token") == 3);
}

TEST_CASE("sandbox auth: dependent tokens follow the consents of the token", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    std::string const own = "https://auth.globus.org/scopes/" + server.client_id() + "/all";
    auto const login = log_in(client, server, own + "[" + transfer_scope + " openid]");
    REQUIRE(login.status == 200);
    std::string const form = "grant_type=urn%3Aglobus%3Aauth%3Agrant_type%3Adependent_token&access_type=offline&token=";
    auto const answer = client.form("/v2/oauth2/token", form + login.text("access_token"), basic(server));
    REQUIRE(answer.status == 200);
    auto const tokens = answer.json();
    REQUIRE(tokens.is_array());
    REQUIRE(tokens.as_array().size() == 2);
    CHECK(tokens.at(0).at("resource_server").as_string() == "transfer.api.globus.org");
    CHECK(tokens.at(0).as_object().contains("refresh_token"));
    auto const foreign = client.form("/v2/oauth2/token", form + server.user_token(transfer_scope), basic(server));
    CHECK(foreign.text("error") == "invalid_grant");
}

TEST_CASE("sandbox auth: introspection, user information and identities", "[sandbox][auth]") {
    sb::Options options;
    options.users = {{"11111111-2222-4333-8444-555555555555", "ada@example.org", "Ada"},
                     {"21111111-2222-4333-8444-555555555555", "bob@example.org", "Bob"}};
    sb::Server server(options);
    Client client(server);
    auto const token = server.user_token(transfer_scope);
    auto const known = client.form("/v2/oauth2/token/introspect", "token=" + token, basic(server)).json();
    CHECK(known.at("active") == true);
    CHECK(known.at("username").as_string() == "ada@example.org");
    CHECK(known.at("scope").as_string() == transfer_scope);
    CHECK(client.form("/v2/oauth2/token/introspect", "token=nonsense", basic(server)).json().at("active") == false);
    CHECK(client.form("/v2/oauth2/token/introspect", "token=" + token).status == 401);

    client.token = server.user_token("auth.globus.org");
    CHECK(client.get("/v2/oauth2/userinfo").text("preferred_username") == "ada@example.org");
    auto const found = client.get("/v2/api/identities?usernames=bob%40example.org,nobody%40example.org").json();
    REQUIRE(found.at("identities").as_array().size() == 1);
    CHECK(found.at("identities").at(0).at("name").as_string() == "Bob");
    CHECK(client.get("/v2/api/identities").status == 400);
}

TEST_CASE("sandbox auth: consents are remembered as a tree", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    std::string const data = "https://auth.globus.org/scopes/" + server.source_collection() + "/data_access";
    log_in(client, server, transfer_scope + "[*" + data + "]");
    client.token = server.user_token("auth.globus.org");
    auto const list =
        client.get("/v2/api/identities/" + server.user().id + "/consents").json().at("consents").as_array();
    REQUIRE(list.size() == 2);
    CHECK(list[0].at("scope_name").as_string() == transfer_scope);
    CHECK(list[1].at("scope_name").as_string() == data);
    CHECK(list[1].at("dependency_path").as_array().size() == 2);
    CHECK(list[1].at("atomically_revocable") == true);
    CHECK(client.get("/v2/api/identities/somebody-else/consents").status == 403);
}

TEST_CASE("sandbox auth: answers that ask for another login", "[sandbox][auth][gare]") {
    sb::Server server;
    Client client(server);
    SECTION("a consent") {
        std::string const wanted = transfer_scope + "[*https://auth.globus.org/scopes/x/data_access]";
        server.require_consent("transfer", {wanted});
        client.token = server.user_token(transfer_scope);
        auto const refused = client.get("/v0.10/task_list");
        REQUIRE(refused.status == 403);
        CHECK(refused.code() == "ConsentRequired");
        CHECK(refused.json().at("required_scopes").at(0).as_string() == wanted);
        CHECK(refused.json().at("authorization_parameters").at("required_scopes").at(0).as_string() == wanted);
        client.token = "";
        auto const token = log_in(client, server, wanted).text("access_token");
        client.token = token;
        CHECK(client.get("/v0.10/task_list").status == 200);
    }
    SECTION("a session") {
        server.require_session("transfer", {{"session_required_mfa", true}, {"session_message", "Use your token"}});
        client.token = server.user_token(transfer_scope);
        auto const refused = client.get("/v0.10/task_list");
        REQUIRE(refused.status == 403);
        CHECK(refused.code() == "AuthorizationRequired");
        CHECK(refused.json().at("authorization_parameters").at("session_required_mfa") == true);
        CHECK(refused.json().at("authorization_parameters").at("session_message").as_string() == "Use your token");
        client.token = "";
        auto const plain = log_in(client, server, transfer_scope).text("access_token");
        auto const strong = log_in(client, server, transfer_scope, "&session_required_mfa=true").text("access_token");
        client.token = plain;
        CHECK(client.get("/v0.10/task_list").status == 403);
        client.token = strong;
        CHECK(client.get("/v0.10/task_list").status == 200);
    }
}

TEST_CASE("sandbox auth: projects, clients and secrets are kept", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    client.token = server.user_token("auth.globus.org");
    auto const project = client.post("/v2/api/projects", R"({"project": {"display_name": "P"}})");
    REQUIRE(project.status == 201);
    auto const id = json::value_to<std::string>(project.json().at("project").at("id"));
    CHECK(client.get("/v2/api/projects/" + id).json().at("project").at("display_name").as_string() == "P");
    auto const made = client.post("/v2/api/clients", R"({"client": {"name": "C", "project": ")" + id + R"("}})");
    auto const app = json::value_to<std::string>(made.json().at("client").at("id"));
    auto const secret = client.post("/v2/api/clients/" + app + "/credentials", R"({"credential": {"name": "k"}})");
    CHECK(secret.json().at("credential").at("secret").is_string());
    CHECK(client.get("/v2/api/clients/" + app + "/credentials").json().at("credentials").at(0).at("secret").is_null());
    CHECK(client.send("DELETE", "/v2/api/projects/" + id).status == 409);  // it has a client
    CHECK(client.send("DELETE", "/v2/api/clients/" + app).status == 200);
    CHECK(client.send("DELETE", "/v2/api/projects/" + id).status == 200);
    CHECK(client.get("/v2/api/projects/" + id).status == 404);
}

TEST_CASE("sandbox auth: a client that was made can get tokens", "[sandbox][auth]") {
    sb::Server server;
    Client client(server);
    auto const tokens = [&](std::string const& id, std::string const& secret) {
        return client
            .form("/v2/oauth2/token", "grant_type=client_credentials&scope=" + encode(transfer_scope),
                  {{"Authorization", "Basic " + base64(id + ":" + secret)}})
            .status;
    };
    auto const instance = client.post(
        "/v2/api/clients", R"({"client": {"name": "i", "template_id": ")" + server.native_client_id() + "\"}}");
    REQUIRE(instance.status == 201);
    auto const document = instance.json();
    auto const id = json::value_to<std::string>(document.at("client").at("id"));
    CHECK(tokens(id, json::value_to<std::string>(document.at("included").at("client_credential").at("secret"))) == 200);
    CHECK(tokens(id, "guess") == 401);
    CHECK(client.post("/v2/api/clients", R"({"client": {"name": "i", "template_id": "none"}})").status == 422);

    client.token = server.user_token("auth.globus.org");
    auto const made = client.post("/v2/api/clients", R"({"client": {"name": "C"}})").json();
    auto const own = json::value_to<std::string>(made.at("client").at("id"));
    auto const credential = client.post("/v2/api/clients/" + own + "/credentials", R"({"credential": {"name": "k"}})");
    auto const secret = json::value_to<std::string>(credential.json().at("credential").at("secret"));
    client.token = "";
    CHECK(tokens(own, secret) == 200);
    CHECK(tokens(own, "") == 401);
}
