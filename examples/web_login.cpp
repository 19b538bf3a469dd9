// SPDX-License-Identifier: Apache-2.0
// A web application: who visits it is sent to Globus to log in, comes back with a code, and is greeted by name.
//
//   export GLOBUS_CLIENT_ID=... GLOBUS_CLIENT_SECRET=...   # a confidential app, registered with the redirect URI
//   web-login 8080                                         # http://127.0.0.1:8080/callback
//
// The application holds the tokens of its visitors; their browsers see a cookie and, for a moment, a code that is worth
// nothing without the secret of the application and the PKCE verifier of that one login.
#include <globus/app.hpp>
#include <globus/services/auth.hpp>

#include "setting.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace globus;
namespace beast = boost::beast::http;
using boost::asio::ip::tcp;
using Request = beast::request<beast::string_body>;
using Answer = beast::response<beast::string_body>;

// An app that never asks by itself, and keeps tokens in memory: each visitor has one.
using VisitorApp = UserApp<Confidential, NoLoginFlow, MemoryTokenStorage>;

struct Visitor {
    VisitorApp app;
    std::optional<Login> login = {};  ///< that is under way
    bool known = false;               ///< has logged in
    std::uint64_t last_visit = 0;     ///< the number of the request
};
using Visitors = std::map<std::string, Visitor>;

/// Nobody can fill the memory with visits: who has not logged in is forgotten first, and who was away longest.
void make_room(Visitors& visitors) {
    constexpr std::size_t most = 10000;
    if (visitors.size() < most) return;
    visitors.erase(std::min_element(visitors.begin(), visitors.end(), [](auto const& a, auto const& b) {
        return std::pair(a.second.known, a.second.last_visit) < std::pair(b.second.known, b.second.last_visit);
    }));
}

Answer page(beast::status status, std::string_view text) {
    Answer answer(status, 11);
    answer.set(beast::field::content_type, "text/plain; charset=utf-8");
    answer.body() = text;
    return answer;
}
Answer redirect(std::string const& url) {
    Answer answer(beast::status::see_other, 11);
    answer.set(beast::field::location, url);
    return answer;
}

/// What this application is: a page that greets, and the place where a login comes back to.
Answer answer(Visitor& visitor, std::string_view path, std::map<std::string, std::string> query) try {
    if (path == "/callback") {
        if (!visitor.login) return redirect("/");
        if (query.contains("error")) return page(beast::status::forbidden, "Globus says: " + query["error"] + "\n");
        visitor.app.finish_login(*visitor.login, query["code"], query["state"]);  // refuses a wrong state
        visitor.login.reset();
        visitor.known = true;
        return redirect("/");
    }
    auto const user = visitor.app.client<AuthService>().userinfo();
    return page(beast::status::ok, "Hello, " + user->name.value_or("somebody") + "!\n");
} catch (LoginRequiredError const& error) {
    visitor.login = error.login();
    return redirect(visitor.login->url());
} catch (UsageError const&) {
    return page(beast::status::bad_request, "That was not the answer to a login of yours.\n");
} catch (Error const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return page(beast::status::bad_gateway, "The login did not work. Please try again.\n");
}

/// The value of the cookie `visitor`.
std::string cookie(Request const& request) {
    std::string_view const text = request[beast::field::cookie];
    auto const begin = text.find("visitor=");
    return begin == text.npos ? "" : std::string(text.substr(begin + 8, text.find(';', begin) - begin - 8));
}

}  // namespace

int main(int argc, char** argv) try {
    boost::asio::io_context context;
    auto const wanted = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0);
    tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), wanted});
    std::string const home = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    std::printf("Visit %s/\n", home.c_str());
    std::fflush(stdout);

    Confidential const client{setting("GLOBUS_CLIENT_ID"), setting("GLOBUS_CLIENT_SECRET")};
    VisitorApp::Config const config{.app_name = "globus-cpp web login", .login_redirect_uri = home + "/callback"};
    Visitors visitors;
    for (std::uint64_t number = 0;; ++number) {
        tcp::socket socket = acceptor.accept();
        boost::system::error_code gone;
        boost::beast::flat_buffer buffer;
        Request request;
        if (beast::read(socket, buffer, request, gone); gone) continue;

        std::string id = cookie(request);
        bool const is_new = !visitors.contains(id);
        if (is_new) {
            make_room(visitors);
            visitors.emplace(id = random_state(), Visitor{VisitorApp(client, config)});
        }
        Visitor& visitor = visitors.at(id);
        visitor.last_visit = number;

        std::string_view const target = request.target();
        auto const mark = std::min(target.find('?'), target.size());
        std::map<std::string, std::string> query;
        for (auto& [name, value] : parse_query(target.substr(std::min(mark + 1, target.size())))) query[name] = value;
        Answer response = answer(visitor, target.substr(0, mark), std::move(query));
        if (is_new) response.set(beast::field::set_cookie, "visitor=" + id + "; HttpOnly; SameSite=Lax; Path=/");
        response.prepare_payload();
        beast::write(socket, response, gone);
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
