// SPDX-License-Identifier: Apache-2.0
// The life of a connection of a session: requests, and the faults on their way.
#ifndef GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP
#define GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP

#include <globus/sandbox/impl/net/listener.ipp>
#include <globus/sandbox/impl/net/writer.ipp>

#include <boost/beast/http/file_body.hpp>

namespace globus::sandbox::detail {

/// What became of a fault.
enum class Outcome { go_on, end };

/// The life of one connection: requests, one after the other, and what the rules do to them.
class Service {
public:
    /// @param tls  null for a connection of plain HTTP
    Service(World& world, Listener& listener, Connection& connection, SSL_CTX* tls)
        : world_(world), listener_(listener), connection_(connection), tls_(tls) {}

    void run() {
        if (meet(Phase::accept) == Outcome::end || !connection_.greet(tls_)) return;
        requests();
        connection_.part();
    }

private:
    /// How many bytes of a body are read: from those who show a token of this session, and from everybody else.
    static constexpr std::uint64_t most_of_known = std::uint64_t{64} << 20;
    static constexpr std::uint64_t most_of_unknown = std::uint64_t{1} << 20;
    /// How many bytes of requests are remembered: whoever sends them chooses how long they are.
    static constexpr std::size_t most_of_journal = std::size_t{32} << 20;

    void requests() {
        for (bool going = true; going; reused_ = true) {
            replacement_.reset();
            edit_.reset();
            call_ = nullptr;
            number_ = 0;
            generation_ = 0;
            origin_.clear();
            if (meet(Phase::before_request) == Outcome::end) return;
            going = one_request();
        }
    }

    bool one_request() {
        Parser parser;
        parser.header_limit(1U << 20);
        parser.body_limit(boost::none);  // until it is known who asks
        connection_.idle = true;
        if (connection_.leave) return false;
        auto const got = connection_.read(parser, true);
        connection_.idle = false;
        if (got == Connection::Read::malformed)
            connection_.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        if (got != Connection::Read::done) return false;
        Call call = call_of(parser.get());
        call_ = &call;
        record(call);
        if (!is_local_host(call.header("Host"), world_.options.network_host) ||
            (parser.get().version() >= 11 && call.header("Host").empty())) {
            // [doc] RFC 9112, 3.2: a request without Host is a bad one
            Reply refused =
                error_reply("", 400, "BadHost",
                            "The sandbox answers to 127.0.0.1, localhost and Options::network_host only", "", "");
            return answer_early(refused, call);
        }
        if (auto const refused = meet_page(call)) return answer_early(*refused, call);
        if (meet(Phase::after_headers) == Outcome::end) return false;
        if (replacement_ && !parser.is_done()) return answer_early(*replacement_, call);
        // Whoever may not send a file is told before it is read.
        std::optional<Reply> begun;
        if (call.operation == "put_file" && !replacement_) {
            begun = world_.begin(call);
            if (!begun->later) return answer_early(*begun, call);
        }
        bool const keep_alive = parser.get().keep_alive();
        Spool spool;
        if (!read_body(parser, call, spool)) return false;
        see_body(call);
        if (meet(Phase::after_body) == Outcome::end) return false;
        if (meet(Phase::before_commit) == Outcome::end) return false;
        Reply reply;
        if (replacement_) {
            reply = std::move(*replacement_);
            replacement_.reset();
        } else {
            reply = begun ? World::finish(call, std::move(*begun)) : world_.answer(call);
            if (reply.committed) note([](JournalEntry& entry) { entry.committed = true; });
            if (meet(Phase::after_commit) == Outcome::end) return false;
            if (replacement_) reply = std::move(*replacement_);
        }
        if (!edit_ && meet(Phase::in_body) == Outcome::end) return false;
        if (replacement_) reply = std::move(*replacement_);
        return finish(reply, keep_alive, call.method == "HEAD");
    }

    /// A file for a body; it is gone at the end unless somebody took it.
    struct Spool {
        std::string name;
        ~Spool() {
            if (!name.empty()) ::unlink(name.c_str());
        }
    };

    /// Reads the body, into a file where it is one; false when the connection has to end.
    bool read_body(Parser& parser, Call& call, Spool& spool) {
        auto const most = world_.knows_token(call.bearer()) ? most_of_known : most_of_unknown;
        bool const file = call.operation == "put_file";
        auto const refuse = [&] {
            return answer_early(
                error_reply(call.service, 413, "PayloadTooLarge",
                            "The body is longer than " + std::to_string(most) + " bytes", "", call.path),
                call);
        };
        if (!file && parser.content_length().value_or(0) > most) return refuse();
        if (same_name(call.header("Expect"), "100-continue"))
            if (!connection_.send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
        if (file) {
            if (!read_to_file(parser, spool)) return false;
            call.spool = spool.name;
            return true;
        }
        parser.body_limit(most);
        auto const got = connection_.read(parser, false);
        if (got == Connection::Read::too_large) return refuse();
        if (got != Connection::Read::done) return false;
        call.body = std::move(parser.get().body());
        return true;
    }

    /// Reads a body that is a file; false when the connection ended or there is no room.
    bool read_to_file(Parser& parser, Spool& spool) {
        std::string pattern = (fs::temp_directory_path() / "globus-sandbox-put-XXXXXX").string();
        int const made = ::mkstemp(pattern.data());
        if (made < 0) return false;
        ::close(made);
        spool.name = pattern;
        http::request_parser<http::file_body> to_file(std::move(parser));
        to_file.body_limit(boost::none);
        boost::beast::error_code error;
        to_file.get().body().open(pattern.c_str(), boost::beast::file_mode::write, error);
        return !error && connection_.read(to_file, false) == Connection::Read::done;
    }

    /// What a web page gets that may not call, or asks whether it may; sets what each answer to it says. [doc] the
    /// Fetch standard. A login is a navigation, no call: a page never reads what it answers.
    std::optional<Reply> meet_page(Call const& call) {
        origin_ = call.header("Origin");
        if (origin_.empty()) return std::nullopt;
        if (!may_call(world_.options, world_.base_url, world_.https_url, origin_)) {
            origin_.clear();
            return error_reply("", 403, "BadOrigin", "The sandbox does not answer to pages of this origin", "", "");
        }
        if (call.operation == "oauth2_authorize") origin_.clear();
        if (call.method != "OPTIONS") return std::nullopt;
        Reply reply;
        reply.status = 204;
        reply.content_type.clear();
        reply.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        reply.headers.emplace_back("Access-Control-Allow-Headers",
                                   one_line_or(call.header("Access-Control-Request-Headers"), "*"));
        reply.headers.emplace_back("Access-Control-Max-Age", "600");
        return reply;
    }

    /// Answers a request whose body was not read, and ends the connection.
    bool answer_early(Reply const& reply, Call const& call) {
        finish(reply, false, call.method == "HEAD");
        connection_.finish_gently();
        return false;
    }

    bool finish(Reply reply, bool keep_alive, bool no_body) {
        if (!origin_.empty()) {
            reply.headers.emplace_back("Access-Control-Allow-Origin", origin_);
            reply.headers.emplace_back("Access-Control-Expose-Headers", "*");
            reply.headers.emplace_back("Vary", "Origin");
        }
        // Who has the answer finds the entry complete: what goes out is noted first where it is known.
        std::uint64_t const expected = edit_ ? 0 : head_of(reply, keep_alive).size() + (no_body ? 0 : reply.size());
        note([&](JournalEntry& entry) {
            entry.status = reply.status;
            entry.bytes_out = expected;
        });
        auto const [sent, going] = write_reply(connection_, reply, keep_alive, no_body, edit_);
        if (sent != expected) note([total = sent](JournalEntry& entry) { entry.bytes_out = total; });
        return going;
    }

    void record(Call const& call) {
        JournalEntry entry;
        entry.service = call.service;
        entry.operation = call.operation;
        entry.method = call.method;
        entry.target = world_.without_mark(call.target);
        entry.connection = connection_.number;
        entry.reused_connection = reused_;
        for (auto const& [name, value] : call.headers) {
            bool const secret =
                same_name(name, "Authorization") || same_name(name, "Cookie") || same_name(name, "Proxy-Authorization");
            auto const blank = value.find(' ');
            entry.headers.emplace_back(
                name, !secret ? value : (blank == std::string::npos ? "" : value.substr(0, blank + 1)) + "[redacted]");
        }
        std::string const bearer = call.bearer();
        std::lock_guard lock(world_.mutex);
        entry.number = number_ = world_.next_number++;
        entry.time = static_cast<double>(world_.now_locked() - world_.started_at) / 1000;
        auto const& tokens = world_.data.access_tokens.all();
        if (auto const known = tokens.find(bearer); known != tokens.end()) generation_ = known->second.generation;
        entry.token_generation = generation_;
        ++world_.total;
        ++world_.counts[call.operation];
        ++world_.counts[call.service + "." + call.operation];
        world_.journal_bytes += size_of(entry);
        world_.journal.push_back(std::move(entry));
        while (world_.journal.size() > world_.options.journal_limit || world_.journal_bytes > most_of_journal) {
            world_.journal_bytes -= size_of(world_.journal.front());
            world_.journal.pop_front();
        }
    }

    /// What an entry takes of the memory, about; what is not known from the beginning does not count.
    static std::size_t size_of(JournalEntry const& entry) {
        std::size_t size = 256 + entry.target.size();
        for (auto const& [name, value] : entry.headers) size += 64 + name.size() + value.size();
        return size;
    }

    /// What is known once the body is there: its hash, and which grant a token request is.
    void see_body(Call& call) {
        static std::string const of_nothing = to_hex(sha256(""));
        // Tokens differ between sessions in their marks alone; without them the same calls have the same hash.
        std::string const hash = !call.spool.empty() ? to_hex(hash_file(call.spool, EVP_sha256()).value_or(""))
                                 : call.body.empty() ? of_nothing
                                                     : to_hex(sha256(world_.without_mark(call.body)));
        bool const renamed = name_grant(call);
        std::lock_guard lock(world_.mutex);
        if (renamed) {
            ++world_.counts[call.operation];
            ++world_.counts[call.service + "." + call.operation];
        }
        if (auto* entry = world_.entry_locked(number_)) {
            entry->body_sha256 = hash;
            entry->operation = call.operation;
        }
    }

    template <class F>
    void note(F const& change) {
        std::lock_guard lock(world_.mutex);
        if (auto* entry = world_.entry_locked(number_)) change(*entry);
    }

    /// Lets the rules of a phase act.
    Outcome meet(Phase phase) {
        std::optional<Firing> firing;
        std::string request_id;
        {
            std::lock_guard lock(world_.mutex);
            if (world_.rules.empty()) return Outcome::go_on;
            firing = world_.fire_locked(phase, Sighting{call_, reused_, generation_});
            if (!firing) return Outcome::go_on;
            if (auto* entry = world_.entry_locked(number_)) {
                if (!entry->fault.empty()) entry->fault += ", ";
                entry->fault += firing->type() + " by rule " + std::to_string(firing->rule);
            }
            request_id = world_.random.request_id();
            if (call_ != nullptr && flag_of(firing->action, "expire_token"))
                if (auto const token = world_.data.access_tokens.find(call_->bearer());
                    token != world_.data.access_tokens.end()) {
                    token->second.expires = std::min(token->second.expires, world_.now_locked());
                    world_.save_locked();
                }
        }
        return act(phase, std::move(*firing), request_id);
    }

    /// Does what a rule says.
    Outcome act(Phase phase, Firing firing, std::string const& request_id) {
        std::string const type = firing.type();
        bool const at_end = type == "reset" || type == "close" || type == "stall";
        if (edits_answer(type) && type != "tls") {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        if (phase == Phase::in_body && at_end) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        if (type == "reset") connection_.arm_reset();
        if (type == "reset" || type == "close") return Outcome::end;
        if (type == "tls") return disturb_tls(std::move(firing));
        if (type == "stall") return connection_.wait(stall_time(firing.action)) ? Outcome::go_on : Outcome::end;
        if (type == "refuse") {
            listener_.refuse(std::chrono::milliseconds(static_cast<std::int64_t>(number_of(firing.action, "ms", 100))));
            connection_.arm_reset();
            return Outcome::end;
        }
        if (type == "drop_idle") {
            listener_.drop_idle(&connection_);
            return Outcome::go_on;
        }
        return replace_answer(firing, request_id);
    }

    Outcome disturb_tls(Firing firing) {
        if (flag_of(firing.action, "close_no_notify")) {
            edit_ = std::move(firing);
            return Outcome::go_on;
        }
        connection_.abrupt = true;
        if (flag_of(firing.action, "alert")) {
            // RFC 8446, 5.1 and 6: a record with the fatal alert handshake_failure
            static constexpr char alert[] = "\x15\x03\x03\x00\x02\x02\x28";
            connection_.send({alert, 7});
            return Outcome::end;
        }
        auto const* time = member(firing.action, "handshake_stall");
        auto const ms = time != nullptr ? number_of(*time) : std::nullopt;
        bool const still_there = connection_.wait(ms ? static_cast<std::int64_t>(*ms) : -1);
        connection_.abrupt = false;
        return still_there ? Outcome::go_on : Outcome::end;
    }

    /// An answer in the place of the real one.
    Outcome replace_answer(Firing const& firing, std::string const& request_id) {
        Call const unknown;
        Call const& call = call_ != nullptr ? *call_ : unknown;
        Reply reply;
        if (firing.type() == "redirect") {
            reply.status = static_cast<int>(number_of(firing.action, "code", 302));
            reply.headers.emplace_back("Location", text_of(firing.action, "location"));
        } else if (firing.type() == "gzip_bomb") {
            reply.headers.emplace_back("Content-Encoding", "gzip");
            reply.body = gzip_of_zeros(static_cast<std::uint64_t>(number_of(firing.action, "size", 268435456)),
                                       number_of(firing.action, "ratio", 158));
        } else {
            reply = status_reply(firing, call, request_id);
        }
        replacement_ = std::move(reply);
        if (call_ != nullptr) return Outcome::go_on;
        finish(*replacement_, false, false);
        return Outcome::end;
    }

    World& world_;
    Listener& listener_;
    Connection& connection_;
    SSL_CTX* tls_;
    bool reused_ = false;
    Call* call_ = nullptr;
    std::uint64_t number_ = 0;
    std::uint64_t generation_ = 0;
    std::string origin_;  ///< of the web page that calls; empty when none does
    std::optional<Reply> replacement_;
    std::optional<Firing> edit_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_SERVICE_IPP
