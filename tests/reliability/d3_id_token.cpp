// SPDX-License-Identifier: Apache-2.0
// D3: id tokens made to deceive are refused, all with the same words, and no address inside them is asked for anything;
// good ones go on being accepted when the issuer changes its key.
#include <globus/http/mock_transport.hpp>
#include <globus/oauth/id_token.hpp>

#include <boost/json/serialize.hpp>

#include <support/catch.hpp>
#include <support/jwt.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace jwt_test;

namespace {

constexpr std::int64_t now = 1700000000;
std::string const client = "14402bbe-c7b8-5c9b-ba3d-4fb7e62d1acc";
std::string const issuer = "https://auth.globus.org";
std::string const access_token = "an-access-token";
std::string const nonce = "n-0S6_WzA2Mj";

/// Globus Auth, as far as keys are concerned.
struct Issuer {
    json::array keys;
    std::string jwks;  ///< in place of the document of `keys`
    globus::http::Clock::time_point time = globus::http::Clock::now();
    globus::MockTransport transport;

    Issuer() {
        transport.otherwise([this](globus::http::Request const& request) -> globus::http::Response {
            if (!request.authorization.empty()) FAIL("a credential was sent to " << request.url);
            if (request.url == issuer + "/.well-known/openid-configuration")
                return answer({{"issuer", issuer}, {"jwks_uri", issuer + "/jwk.json"}});
            if (request.url == issuer + "/jwk.json")
                return jwks.empty() ? answer({{"keys", keys}}) : globus::http::Response{.status = 200, .body = jwks};
            FAIL("something else was asked for: " << request.url);
            return {};
        });
    }
    [[nodiscard]] globus::JwksCache<globus::MockTransport> cache() {
        return {transport, issuer, [this] { return time; }};
    }
    static globus::http::Response answer(json::object const& document) {
        return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(document)};
    }
};

std::string at_hash(std::string const& token, EVP_MD const* digest) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(token.data(), token.size(), bytes, &size, digest, nullptr);
    return globus::base64url_encode({reinterpret_cast<char*>(bytes), size / 2});
}

json::object good_claims() {
    return {{"iss", issuer},    {"sub", "4a89aa61-9a28-5c8f-9495-aea9522b155b"},
            {"aud", client},    {"exp", now + 3600},
            {"iat", now - 5},   {"nonce", nonce},
            {"name", "A User"}, {"at_hash", at_hash(access_token, EVP_sha512())}};
}
json::object good_header() { return {{"alg", "RS512"}, {"kid", "globus_auth"}, {"typ", "JWT"}}; }

json::object with(json::object object, std::string_view name, json::value value) {
    object[name] = std::move(value);
    return object;
}
json::object with(json::object object, std::string_view name, std::string const& value) {
    object[name] = value;
    return object;
}
json::object with(json::object object, std::string_view name, char const* value) {
    object[name] = value;
    return object;
}
json::object without(json::object object, std::string_view name) {
    object.erase(name);
    return object;
}

globus::IdTokenOptions options() {
    return {.nonce = nonce, .access_token = access_token, .now = [] { return now; }};
}

}  // namespace

TEST_CASE("D3: every id token of a deceiver is refused with the same words", "[reliability][D3]") {
    Key const good = Key::rsa();
    Key const other = Key::rsa();
    Key const rsa512 = Key::rsa(512);
    Key const rsa1024 = Key::rsa(1024);
    Key const ec = Key::ec();
    Key const ed = Key::ed25519();

    Issuer server;
    json::object const jwk = good.jwk("globus_auth");
    auto const weak = [&](std::string_view kid, char const* name, std::string const& bytes) {
        return with(good.jwk(kid), name, std::string(globus::base64url_encode(bytes)));
    };
    std::string even = good.number(OSSL_PKEY_PARAM_RSA_N);
    even.back() = static_cast<char>(even.back() & ~1);
    server.keys = {
        jwk,
        rsa512.jwk("rsa512"),
        rsa1024.jwk("rsa1024"),
        weak("even_e", "e", std::string("\x02", 1)),
        weak("one_e", "e", std::string("\x01", 1)),
        weak("huge_e", "e", std::string(200, '\x7F')),
        weak("even_n", "n", even),
        with(good.jwk("enc"), "use", "enc"),
        with(good.jwk("ops"), "key_ops", json::array{"encrypt"}),
        with(good.jwk("oct"), "kty", "oct"),
        with(good.jwk("padded"), "n", std::string(globus::base64_encode(good.number(OSSL_PKEY_PARAM_RSA_N)) + "=")),
        json::object{{"kty", "EC"},
                     {"kid", "ec"},
                     {"crv", "P-256"},  // and off it
                     {"x", globus::base64url_encode(std::string(32, '\x01'))},
                     {"y", globus::base64url_encode(std::string(32, '\x02'))}},
        good.jwk("twice"),
        other.jwk("twice"),
        json::value("not an object"),
        json::object{{"kid", 5}},
    };
    auto const cache = server.cache();

    std::vector<std::pair<std::string, std::string>> attacks;
    auto const attack = [&](std::string name, std::string token) {
        attacks.emplace_back(std::move(name), std::move(token));
    };
    auto const header = [&](std::string const& name, json::object const& h) {
        attack("header: " + name, jwt(h, good_claims(), good));
    };
    auto const claim = [&](std::string const& name, json::object const& c) {
        attack("claims: " + name, jwt(good_header(), c, good));
    };
    json::object const h = good_header();
    json::object const c = good_claims();
    std::string const header_text = json::serialize(h);
    std::string const claims_text = json::serialize(c);

    for (char const* none : {"none", "None", "NONE", "nOnE", ""}) {
        attack(std::string("alg ") + none + ", no signature",
               unsigned_jwt(json::serialize(with(h, "alg", none)), claims_text) + '.');
        header(std::string("alg ") + none + ", signed", with(h, "alg", none));
    }
    std::string const pem = good.public_pem();
    for (auto const& [what, secret] :
         std::vector<std::pair<std::string, std::string>>{{"PEM", pem},
                                                          {"PEM without newline", pem.substr(0, pem.size() - 1)},
                                                          {"DER", good.public_der()},
                                                          {"JWK", json::serialize(jwk)},
                                                          {"modulus", good.number(OSSL_PKEY_PARAM_RSA_N)},
                                                          {"n", std::string(jwk.at("n").as_string())}}) {
        std::string text = unsigned_jwt(json::serialize(with(h, "alg", "HS256")), claims_text);
        attack("HS256 with the " + what, text + '.' + globus::base64url_encode(hmac(secret, text, EVP_sha256())));
        text = unsigned_jwt(json::serialize(with(h, "alg", "HS512")), claims_text);
        attack("HS512 with the " + what, text + '.' + globus::base64url_encode(hmac(secret, text, EVP_sha512())));
    }
    attack("RS384", jwt(with(h, "alg", "RS384"), c, good, "SHA384"));
    attack("RS256 by a key for RS512",
           jwt(with(h, "alg", "RS256"), with(c, "at_hash", std::string(at_hash(access_token, EVP_sha256()))), good,
               "SHA256"));
    attack("RS512 with a signature of SHA-256", jwt(h, c, good, "SHA256"));
    attack("PS512", jwt(json::serialize(with(h, "alg", "PS512")), claims_text, good, "SHA512", true));
    attack("RS512 with padding PSS", jwt(header_text, claims_text, good, "SHA512", true));
    attack("ES256", jwt(with(h, "alg", "ES256"), c, ec, "SHA256"));
    attack("RS512 by an EC key", jwt(with(h, "kid", "ec"), c, ec, "SHA512"));
    attack("ES256 by a key of no point of its curve", jwt(with(with(h, "alg", "ES256"), "kid", "ec"), c, ec, "SHA256"));
    attack("EdDSA", jwt(with(h, "alg", "EdDSA"), c, ed, nullptr));
    header("alg missing", without(h, "alg"));
    header("alg number", with(h, "alg", 512));
    header("alg list", with(h, "alg", json::array{"RS512"}));
    header("alg lower case", with(h, "alg", "rs512"));
    header("alg with a NUL", with(h, "alg", json::string(std::string_view("RS512\0", 6))));

    header("b64 false", with(h, "b64", false));
    header("crit", with(h, "crit", json::array{"exp"}));
    header("crit b64", with(with(h, "crit", json::array{"b64"}), "b64", false));
    header("typ at+jwt", with(h, "typ", "at+jwt"));
    header("typ number", with(h, "typ", 1));
    header("zip", with(h, "zip", "DEF"));
    header("enc", with(h, "enc", "A256GCM"));
    attack("embedded jwk", jwt(with(h, "jwk", other.jwk("globus_auth")), c, other));
    attack("embedded jwk, without kid", jwt(with(without(h, "kid"), "jwk", other.jwk("x")), c, other));
    attack("jku", jwt(with(h, "jku", "https://evil.example.org/jwk.json"), c, other));
    attack("x5u", jwt(with(h, "x5u", "https://evil.example.org/cert.pem"), c, other));
    attack("x5c", jwt(with(h, "x5c", json::array{"MIIB"}), c, other));
    header("jwk, signed well", with(h, "jwk", jwk));
    header("jku, signed well", with(h, "jku", issuer + "/jwk.json"));

    header("kid missing", without(h, "kid"));
    header("kid empty", with(h, "kid", ""));
    header("kid number", with(h, "kid", 5));
    header("kid null", with(h, "kid", json::value(nullptr)));
    header("kid unknown", with(h, "kid", "unknown"));
    header("kid upper case", with(h, "kid", "GLOBUS_AUTH"));
    header("kid path", with(h, "kid", "../../dev/null"));
    header("kid SQL", with(h, "kid", "x' UNION SELECT 'key"));
    header("kid of two keys", with(h, "kid", "twice"));
    attack("key of 512 bits", jwt(with(with(h, "kid", "rsa512"), "alg", "RS256"), c, rsa512, "SHA256"));
    attack("key of 1024 bits", jwt(with(h, "kid", "rsa1024"), c, rsa1024));
    for (char const* kid : {"even_e", "one_e", "huge_e", "even_n", "enc", "ops", "oct", "padded"})
        header(std::string("key ") + kid, with(h, "kid", kid));
    {  // with the exponent 1 a signature is the padded digest itself
        std::string const text = unsigned_jwt(json::serialize(with(h, "kid", "one_e")), claims_text);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha512(), nullptr);
        std::string block("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", 19);
        block.append(reinterpret_cast<char*>(digest), size);
        std::string padded = std::string("\0\1", 2) + std::string(256 - 3 - block.size(), '\xFF');
        padded += '\0' + block;
        attack("signature by the exponent 1", text + '.' + globus::base64url_encode(padded));
    }

    claim("iss wrong", with(c, "iss", "https://evil.example.org"));
    claim("iss missing", without(c, "iss"));
    claim("iss with a slash", with(c, "iss", issuer + "/"));
    claim("iss upper case", with(c, "iss", "https://AUTH.globus.org"));
    claim("iss list", with(c, "iss", json::array{issuer}));
    claim("iss http", with(c, "iss", "http://auth.globus.org"));
    claim("aud wrong", with(c, "aud", "d85f8618-89da-51c9-a196-95ae56b5ccd4"));
    claim("aud missing", without(c, "aud"));
    claim("aud empty list", with(c, "aud", json::array{}));
    claim("aud empty", with(c, "aud", ""));
    claim("aud number", with(c, "aud", 5));
    claim("aud upper case", with(c, "aud", "14402BBE-C7B8-5C9B-BA3D-4FB7E62D1ACC"));
    claim("aud list without us", with(c, "aud", json::array{"a", "b"}));
    claim("aud list with a number", with(c, "aud", json::array{client, 5}));
    claim("aud list without azp", with(c, "aud", json::array{client, "x"}));
    claim("aud list with another azp", with(with(c, "aud", json::array{client, "x"}), "azp", "x"));
    claim("azp of somebody else", with(c, "azp", "x"));
    claim("azp number", with(c, "azp", 1));
    claim("exp missing", without(c, "exp"));
    claim("exp text", with(c, "exp", "1800000000"));
    claim("exp 1e308", with(c, "exp", 1e308));
    claim("exp negative", with(c, "exp", -1));
    claim("exp null", with(c, "exp", json::value(nullptr)));
    claim("exp true", with(c, "exp", true));
    claim("iat missing", without(c, "iat"));
    claim("iat text", with(c, "iat", "now"));
    claim("nbf text", with(c, "nbf", "now"));
    claim("sub missing", without(c, "sub"));
    claim("sub empty", with(c, "sub", ""));
    claim("sub number", with(c, "sub", 5));
    claim("sub of 256 characters", with(c, "sub", std::string(256, 'x')));
    claim("nonce wrong", with(c, "nonce", "other"));
    claim("nonce of an earlier login", with(c, "nonce", "n-0S6_WzA2Mi"));
    claim("nonce missing", without(c, "nonce"));
    claim("nonce number", with(c, "nonce", 5));
    claim("nonce cut off", with(c, "nonce", nonce.substr(1)));
    claim("at_hash wrong", with(c, "at_hash", std::string(at_hash("another", EVP_sha512()))));
    claim("at_hash missing", without(c, "at_hash"));
    claim("at_hash of SHA-256", with(c, "at_hash", std::string(at_hash(access_token, EVP_sha256()))));

    std::string const fine = jwt(h, c, good);
    auto const first = fine.find('.');
    auto const second = fine.find('.', first + 1);
    attack("empty", "");
    attack("one segment", "abc");
    attack("two segments", fine.substr(0, second));
    attack("four segments", fine + ".x");
    attack("an empty fourth segment", fine + ".");
    attack("five segments, as of a JWE", fine + ".x.y");
    attack("no signature", fine.substr(0, second + 1));
    attack("no header", fine.substr(first));
    attack("padding", fine + "==");
    attack("a blank behind", fine + " ");
    attack("a newline behind", fine + "\n");
    attack("a blank before", " " + fine);
    attack("a blank inside", std::string(fine).insert(second + 5, " "));
    attack("a NUL behind", fine + std::string(1, '\0'));
    attack("10 MB of signature", fine + std::string(10 << 20, 'A'));
    attack("10 MB of claims", jwt(h, with(c, "x", std::string(10 << 20, 'x')), good));
    {  // 2048 bits are 342 characters, the last of which has four bits too many
        std::string stray = fine;
        std::string_view const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        stray.back() = alphabet[alphabet.find(stray.back()) ^ 1U];
        attack("base64 that is not canonical", stray);
    }
    {
        std::string changed = fine;
        changed[second + 10] = changed[second + 10] == 'A' ? 'B' : 'A';
        attack("signature changed", changed);
    }
    attack("claims changed", unsigned_jwt(header_text, json::serialize(with(c, "sub", "evil"))) + fine.substr(second));
    attack("header changed", unsigned_jwt(json::serialize(with(h, "x", 1)), claims_text) + fine.substr(second));
    attack("signature cut off", fine.substr(0, fine.size() - 4));
    attack("signature of another key", jwt(h, c, other));
    attack("signature of another key, and ended", jwt(h, with(c, "exp", now - 1000000), other));
    attack("signature of another key, and of the future", jwt(h, with(c, "iat", now + 1000000), other));
    attack("signature of a key with more bits", jwt(h, c, Key::rsa(3072)));
    attack("bytes before the signature",
           fine.substr(0, second + 1) + globus::base64url_encode(std::string(3, '\0')) + fine.substr(second + 1));
    attack("claims of a list", jwt(header_text, "[\"x\"]", good));
    attack("claims that are not JSON", jwt(header_text, "not json", good));
    attack("header of a list", jwt("[]", claims_text, good));
    attack("header that is not JSON", jwt("{", claims_text, good));
    attack("text behind the claims", jwt(header_text, claims_text + "x", good));
    attack("a claim twice",
           jwt(header_text, claims_text.substr(0, claims_text.size() - 1) + R"(,"sub":"evil"})", good));
    attack("a claim twice, once escaped",
           jwt(header_text, claims_text.substr(0, claims_text.size() - 1) + R"(,"s\u0075b":"evil"})", good));
    attack("a header member twice",
           jwt(header_text.substr(0, header_text.size() - 1) + R"(,"alg":"RS512"})", claims_text, good));
    attack("a claim inside twice",
           jwt(header_text, claims_text.substr(0, claims_text.size() - 1) + R"(,"x":[{"a":1,"a":2}]})", good));
    attack("invalid UTF-8",
           jwt(header_text, claims_text.substr(0, claims_text.size() - 1) + ",\"x\":\"\xC3\x28\"}", good));
    attack("deep claims", jwt(header_text,
                              claims_text.substr(0, claims_text.size() - 1) + ",\"x\":" + std::string(1000, '[') +
                                  std::string(1000, ']') + "}",
                              good));

    CHECK(globus::decode_id_token(globus::Secret(fine), client, cache, options()).name == "A User");
    REQUIRE(attacks.size() >= 60);
    std::set<std::string> words;
    for (auto const& [name, token] : attacks) {
        INFO(name);
        try {
            auto const claims = globus::decode_id_token(globus::Secret(token), client, cache, options());
            FAIL("accepted: " << name);
        } catch (globus::IdTokenError const& error) {
            words.insert(error.what());
        }
    }
    CHECK(words.size() == 1);
    // Discovery and keys, and one more look for all keys that are not there.
    CHECK(server.transport.request_count() == 3);
    WARN(attacks.size() << " tokens refused");
}

TEST_CASE("D3: a token that is good at another time is refused, and the error tells the clocks apart",
          "[reliability][D3]") {
    Key const key = Key::rsa();
    Issuer server;
    server.keys = {key.jwk("globus_auth")};
    auto const cache = server.cache();
    json::object const c = good_claims();
    auto const difference = [&](json::object const& claims, globus::IdTokenOptions how) {
        try {
            (void)globus::decode_id_token(globus::Secret(jwt(good_header(), claims, key)), client, cache, how);
        } catch (globus::IdTokenError const& error) {
            REQUIRE(error.clock_difference());
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("clock"));
            return std::optional<std::int64_t>(error.clock_difference()->count());
        }
        return std::optional<std::int64_t>();
    };
    for (std::int64_t const leeway : {0, 60, 300, 1000}) {
        INFO(leeway);
        auto how = options();
        how.leeway = std::chrono::seconds(leeway);
        CHECK(difference(with(c, "exp", now - leeway + 1), how) == std::nullopt);
        CHECK(difference(with(c, "exp", now - leeway), how) == leeway);
        CHECK(difference(with(c, "iat", now + leeway), how) == std::nullopt);
        CHECK(difference(with(c, "iat", now + leeway + 1), how) == -leeway - 1);
        CHECK(difference(with(c, "nbf", now + leeway), how) == std::nullopt);
        CHECK(difference(with(c, "nbf", now + leeway + 1), how) == -leeway - 1);
        how.date = now + 5000;  // what Globus Auth says is nearer the truth
        CHECK(difference(with(c, "iat", now + leeway + 1), how) == -5000);
        how.date = now - 90000;
        CHECK(difference(with(c, "exp", now - leeway), how) == 90000);
    }
    CHECK(globus::IdTokenOptions().leeway == std::chrono::seconds(300));
    auto how = options();
    how.leeway = std::chrono::seconds(-1);
    CHECK_THROWS_AS(difference(c, how), globus::UsageError);

    // An answer with a Date tells the difference by itself.
    std::string const token = jwt(good_header(), with(c, "iat", now + 400), key);
    std::string const body =
        R"({"access_token": "a", "token_type": "Bearer", "resource_server": "r", "id_token": ")" + token + "\"}";
    auto const tokens = globus::TokenResponse::from_answer(
        globus::http::Response{.status = 200, .headers = {{"Date", "Tue, 14 Nov 2023 22:20:00 GMT"}}, .body = body});
    CHECK(tokens.date() == now + 400);
    try {
        (void)globus::decode_id_token(tokens, client, cache, {.now = [] { return now; }});
        FAIL("it is of the future");
    } catch (globus::IdTokenError const& error) {
        CHECK(error.clock_difference() == std::chrono::seconds(-400));
        CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("400 s behind Globus Auth"));
    }
    CHECK(globus::TokenResponse::from_answer(globus::http::Response{.status = 200, .body = body}).date() ==
          std::nullopt);
}

TEST_CASE("D3: good tokens are accepted across a change of keys", "[reliability][D3]") {
    Key const old_key = Key::rsa();
    Key const new_key = Key::rsa();
    Issuer server;
    server.keys = {old_key.jwk("old")};
    auto const cache = server.cache();
    auto const accepted = [&](Key const& key, char const* kid) {
        std::string const token = jwt(with(good_header(), "kid", kid), good_claims(), key);
        try {
            return globus::decode_id_token(globus::Secret(token), client, cache, options()).raw.size() == 8;
        } catch (globus::IdTokenError const&) {
            return false;
        }
    };
    int good = 0;
    for (int i = 0; i != 50; ++i) good += accepted(old_key, "old");
    CHECK(server.transport.request_count() == 2);
    server.keys = {new_key.jwk("new"), old_key.jwk("old")};
    for (int i = 0; i != 50; ++i) good += accepted(i % 2 == 0 ? new_key : old_key, i % 2 == 0 ? "new" : "old");
    CHECK(good == 100);
    CHECK(server.transport.request_count() == 3);

    // A flood of tokens with names of keys that nobody has costs one request in 60 seconds.
    for (int second = 0; second != 120; ++second) {
        server.time += std::chrono::seconds(1);
        for (int i = 0; i != 10; ++i) CHECK_FALSE(accepted(new_key, "nobody's"));
    }
    CHECK(server.transport.request_count() == 5);

    // A key that was taken back is trusted for a day at most.
    server.keys = {new_key.jwk("new")};
    server.time += std::chrono::hours(25);
    CHECK_FALSE(accepted(old_key, "old"));
    CHECK(accepted(new_key, "new"));
}

TEST_CASE("D3: keys that cannot be read leave the good ones as they are", "[reliability][D3]") {
    Key const key = Key::rsa();
    Issuer server;
    server.keys = {key.jwk("globus_auth")};
    auto const cache = server.cache();
    auto const decode = [&](char const* kid) {
        return globus::decode_id_token(globus::Secret(jwt(with(good_header(), "kid", kid), good_claims(), key)), client,
                                       cache, options());
    };
    CHECK(decode("globus_auth").name == "A User");
    std::string many = R"({"keys":[{})", full = R"({"keys":[)" + json::serialize(key.jwk("k0"));
    for (int i = 1; i != 100000; ++i) many += ",{}";
    for (int i = 1; i != 101; ++i) full += ',' + json::serialize(key.jwk("k" + std::to_string(i)));
    for (std::string const& text :
         {std::string("not JSON"), std::string("[]"), std::string("{}"), std::string(R"({"keys":5})"),
          std::string(R"({"keys":{}})"), std::string(100000, '['), many + "]}", full + "]}"}) {
        INFO(text.substr(0, 100));
        server.jwks = text;
        server.time += std::chrono::seconds(61);
        auto const before = server.transport.request_count();
        auto const start = std::chrono::steady_clock::now();
        CHECK_THROWS_AS(decode("another"), globus::DecodeError);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
        CHECK(server.transport.request_count() == before + 1);
        CHECK(decode("globus_auth").name == "A User");
        CHECK_THROWS_AS(decode("another"), globus::IdTokenError);
        CHECK(server.transport.request_count() == before + 1);
    }
    // A hundred keys are not too many, nor are some that are of no use.
    server.jwks = R"({"keys":[5,null,{},{"kid":"x"}]})";
    server.jwks.insert(server.jwks.size() - 2, ',' + json::serialize(key.jwk("another")));
    server.time += std::chrono::seconds(61);
    CHECK(decode("another").name == "A User");
}

TEST_CASE("D3: nobody waits for keys longer than they want to", "[reliability][D3]") {
    using namespace std::chrono_literals;
    Key const key = Key::rsa();
    std::latch asked(1), answer(1);
    std::atomic<bool> stalls = false;
    Issuer server;
    server.keys = {key.jwk("known")};
    globus::MockTransport slow;
    slow.otherwise([&](globus::http::Request const& request) {
        if (stalls) {
            asked.count_down();
            answer.wait();
        }
        return server.transport.send(request);
    });
    globus::JwksCache<globus::MockTransport> const cache(slow, issuer);
    auto const decode = [&](char const* kid, globus::IdTokenOptions how) {
        return globus::decode_id_token(globus::Secret(jwt(with(good_header(), "kid", kid), good_claims(), key)), client,
                                       cache, how);
    };
    auto const failure = [&](globus::IdTokenOptions how) -> std::optional<globus::NetworkError::Kind> {
        try {
            (void)decode("new", std::move(how));
        } catch (globus::NetworkError const& error) {
            return error.kind();
        }
        return std::nullopt;
    };
    (void)decode("known", options());
    stalls = true;
    server.keys = {key.jwk("known"), key.jwk("new")};
    std::atomic<int> accepted = 0;
    std::jthread fetching([&] { accepted += decode("new", options()).name == "A User"; });
    asked.wait();
    // The keys are being fetched, and no answer comes.
    auto const start = std::chrono::steady_clock::now();
    std::jthread waiting([&] { accepted += decode("new", options()).name == "A User"; });
    auto with_deadline = options();
    with_deadline.deadline = globus::http::Clock::now() + 200ms;
    CHECK(failure(with_deadline) == globus::NetworkError::Kind::timeout);
    std::stop_source source;
    auto with_stop = options();
    with_stop.stop = source.get_token();
    std::jthread const stopping([&] {
        std::this_thread::sleep_for(100ms);
        source.request_stop();
    });
    CHECK(failure(with_stop) == globus::NetworkError::Kind::cancelled);
    CHECK(decode("known", options()).name == "A User");  // needs nothing that is not there
    CHECK(std::chrono::steady_clock::now() - start < 1s);
    CHECK(accepted == 0);
    answer.count_down();
    fetching.join();
    waiting.join();
    CHECK(accepted == 2);
    CHECK(slow.request_count() == 3);
}
