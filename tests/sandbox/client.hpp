// SPDX-License-Identifier: Apache-2.0
// A small HTTP client on plain sockets: it hides nothing of what the sandbox puts on the wire.
#ifndef GLOBUS_TESTS_SANDBOX_CLIENT_HPP
#define GLOBUS_TESTS_SANDBOX_CLIENT_HPP

#include <globus/sandbox/server.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox_test {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

struct Answer {
    int status = 0;  ///< 0 when there was none
    std::string head;
    std::string body;
    bool complete = false;  ///< as long as Content-Length said
    bool closed = false;    ///< the server ended the connection
    bool reset = false;     ///< and did so with RST

    std::string header(std::string const& name) const {
        auto const at = lower(head).find("\r\n" + lower(name) + ": ");
        if (at == std::string::npos) return {};
        auto const begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
    boost::json::value json() const { return boost::json::parse(body); }
    std::string text(char const* name) const { return boost::json::value_to<std::string>(json().at(name)); }
    std::string code() const { return text("code"); }
};

class Client {
public:
    explicit Client(std::uint16_t port) : port_(port) {}
    explicit Client(globus::sandbox::Session const& session) : port_(session.port()) {}
    ~Client() { close(); }
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// Connects if needed; false when nobody listens.
    bool connect() {
        if (fd_ >= 0) return true;
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port_);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int const on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        timeval const limit{20, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return true;
        close();
        return false;
    }

    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
        rest_.clear();
    }

    bool connected() const { return fd_ >= 0; }

    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Reads until `text` came, which a read() finds again; what came so far.
    std::string wait_for(std::string const& text) {
        Answer ended;
        while (rest_.find(text) == std::string::npos && more(rest_, ended)) {
        }
        return rest_;
    }

    /// Reads one answer, or up to the end of the connection.
    Answer read(bool no_body = false) {
        Answer answer;
        std::string& got = rest_;
        std::size_t head_end = std::string::npos;
        while (true) {
            head_end = got.find("\r\n\r\n");
            if (head_end != std::string::npos || !more(got, answer)) break;
        }
        if (head_end == std::string::npos) {
            answer.head = std::exchange(got, {});
            close();
            return answer;
        }
        answer.head = got.substr(0, head_end + 2);
        got.erase(0, head_end + 4);
        answer.status = std::stoi(answer.head.substr(9, 3));
        if (answer.status < 200 || answer.status == 304 || no_body) return answer;
        std::string const length = answer.header("Content-Length");
        std::size_t const wanted =
            length.empty() || length[0] == '-' || length.size() > 15 ? SIZE_MAX : std::stoul(length);
        while (got.size() < wanted && more(got, answer)) {
        }
        answer.complete = got.size() >= wanted;
        answer.body = got.substr(0, wanted);
        got.erase(0, answer.body.size());
        if (answer.closed || lower(answer.header("Connection")) == "close") close();
        return answer;
    }

    Answer send(std::string const& method, std::string const& target, Headers headers = {},
                std::string const& body = {}) {
        Answer failed;
        if (!connect()) return failed;
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
        for (auto const& [name, value] : headers) text += name + ": " + value + "\r\n";
        if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        write(text + "\r\n" + body);
        return read(method == "HEAD");
    }

    Answer get(std::string const& target) { return send("GET", target); }
    Answer post(std::string const& target, std::string const& body, Headers headers = {}) {
        return send("POST", target, std::move(headers), body);
    }
    Answer form(std::string const& target, std::string const& body, Headers headers = {}) {
        headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        return send("POST", target, std::move(headers), body);
    }

    std::string token;

private:
    bool more(std::string& got, Answer& answer) {
        char buffer[16384];
        auto const count = ::recv(fd_, buffer, sizeof buffer, 0);
        if (count > 0) {
            got.append(buffer, static_cast<std::size_t>(count));
            return true;
        }
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no answer in 20 s");
        answer.closed = true;
        answer.reset = count < 0 && errno == ECONNRESET;
        return false;
    }

    std::uint16_t port_;
    int fd_ = -1;
    std::string rest_;
};

inline std::string base64(std::string const& text) {
    static char const digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = (bits << 8) | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += i + k <= text.size() ? digits[(bits >> (18 - 6 * k)) & 63] : '=';
    }
    return out;
}

/// `Authorization: Basic ...` of the session's confidential application.
inline Headers basic(globus::sandbox::Session const& session) {
    return {{"Authorization", "Basic " + base64(session.client_id() + ":" + session.client_secret())}};
}

inline std::string encode(std::string const& text) {
    static char const digits[] = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

/// The value of a parameter of a redirect's address.
inline std::string parameter(std::string const& url, std::string const& name) {
    for (char const before : {'?', '&'}) {
        auto const at = url.find(before + name + "=");
        if (at == std::string::npos) continue;
        auto const begin = at + name.size() + 2;
        return url.substr(begin, url.find('&', begin) - begin);
    }
    return {};
}

inline std::string const transfer_scope = "urn:globus:auth:scope:transfer.api.globus.org:all";

/// RFC 7636, appendix B
inline std::string const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline std::string const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The query of an authorize request of the native application.
inline std::string authorize_target(globus::sandbox::Session const& session, std::string const& scope,
                                    std::string const& more = {}) {
    return "/v2/oauth2/authorize?response_type=code&client_id=" + session.native_client_id() +
           "&redirect_uri=" + encode("http://127.0.0.1:9/cb") + "&scope=" + encode(scope) +
           "&state=st%26ate&code_challenge=" + challenge + "&code_challenge_method=S256" + more;
}

/// Logs in and exchanges the code.
inline Answer log_in(Client& client, globus::sandbox::Session const& session, std::string const& scope,
                     std::string const& more = {}) {
    Answer const redirect = client.get(authorize_target(session, scope, more));
    return client.form("/v2/oauth2/token", "grant_type=authorization_code&client_id=" + session.native_client_id() +
                                               "&code=" + parameter(redirect.header("Location"), "code") +
                                               "&redirect_uri=" + encode("http://127.0.0.1:9/cb") +
                                               "&code_verifier=" + verifier);
}

}  // namespace sandbox_test

#endif  // GLOBUS_TESTS_SANDBOX_CLIENT_HPP
