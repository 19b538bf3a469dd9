// SPDX-License-Identifier: Apache-2.0
// Writing an answer, changed as a fault wants it.
#ifndef GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP
#define GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP

#include <globus/sandbox/impl/net/messages.ipp>

namespace globus::sandbox::detail {

/// What went out, and whether the connection goes on.
using Written = std::pair<std::uint64_t, bool>;

/// Writes one answer.
class ReplyWriter {
public:
    ReplyWriter(Connection& connection, Reply reply, bool keep_alive, bool no_body, std::optional<Firing> const& edit)
        : connection_(connection), reply_(std::move(reply)), keep_alive_(keep_alive), no_body_(no_body) {
        if (!edit) return;
        type_ = edit->type();
        action_ = edit->action;
        load_file(reply_);
        if (type_ == "corrupt") corrupt_body(reply_, text_of(action_, "kind", "flip"));
        if (type_ == "json") filler_ = edit_json(reply_, action_);
    }

    Written write() {
        body_ = no_body_ ? "" : reply_.body;
        length_ = length_of(reply_);
        if (type_ == "reset" || type_ == "close" || type_ == "stall") return part();
        if (type_ == "truncate") return truncated();
        if (type_ == "tls") return without_notice();
        if (type_ == "dribble") return dribbled();
        if (type_ == "framing") return badly_framed();
        if (type_ == "headers") return with_headers();
        if (type_ == "informational" && !announce()) return {sent_, false};
        if (filler_.size > 0 && !no_body_) return filled();
        if (!reply_.file.name.empty()) return file();
        return whole(write_head(reply_, keep_alive_, length_) + body_);
    }

private:
    bool put(std::string_view bytes) {
        if (!connection_.send(bytes)) return false;
        sent_ += bytes.size();
        return true;
    }

    Written whole(std::string const& bytes) {
        bool const going = put(bytes);
        return {sent_, going && keep_alive_};
    }

    /// Answers 1xx before the real one.
    bool announce() {
        auto const count = static_cast<int>(number_of(action_, "count", 1));
        auto const code = static_cast<int>(number_of(action_, "code", 100));
        for (int i = 0; i < count; ++i)
            if (!put("HTTP/1.1 " + std::to_string(code) + " " + reason_of(code) + "\r\n\r\n")) return false;
        return true;
    }

    /// A part of the answer, and then the fault; of an answer without a body a part of its head.
    Written part() {
        std::string const head = write_head(reply_, keep_alive_, length_);
        std::string const all = head + body_;
        auto const half = static_cast<double>(body_.size() / 2);
        auto const after = static_cast<std::size_t>(std::max(0.0, number_of(action_, "after_bytes", half)));
        auto const cut = body_.empty() ? head.size() / 2 : std::min(all.size(), head.size() + after);
        bool going = put(std::string_view(all).substr(0, cut));
        if (type_ == "reset") connection_.arm_reset();
        if (type_ != "stall") return {sent_, false};
        going = going && connection_.wait(stall_time(action_)) && put(std::string_view(all).substr(cut));
        return {sent_, going && keep_alive_};
    }

    Written truncated() {
        auto const after =
            static_cast<std::size_t>(number_of(action_, "after_bytes", static_cast<double>(body_.size() / 2)));
        bool const keep_length = flag_of(action_, "keep_length", true);
        if (!keep_length) length_.reset();
        put(write_head(reply_, !keep_length ? false : keep_alive_, length_) + body_.substr(0, after));
        return {sent_, false};
    }

    /// An end of the connection that TLS does not announce.
    Written without_notice() {
        connection_.abrupt = true;
        put(write_head(reply_, false, std::nullopt) + body_);
        return {sent_, false};
    }

    Written dribbled() {
        double const rate = std::max(0.01, number_of(action_, "bytes_per_s", 1));
        std::string const head = write_head(reply_, keep_alive_, length_);
        std::string const all = head + body_;
        std::size_t at = flag_of(action_, "head") ? 0 : head.size();
        if (at > 0 && !put(head)) return {sent_, false};
        auto const begin = std::chrono::steady_clock::now();
        double given = 0;
        while (at < all.size()) {
            auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            auto const due = static_cast<std::size_t>(std::max(0.0, spent * rate - given));
            if (due > 0) {
                auto const size = std::min(due, all.size() - at);
                if (!put(std::string_view(all).substr(at, size))) return {sent_, false};
                at += size;
                given += static_cast<double>(size);
            }
            auto const pause = std::max<std::int64_t>(1, static_cast<std::int64_t>(1000 / rate));
            if (at < all.size() && !connection_.wait(pause)) return {sent_, false};
        }
        return {sent_, keep_alive_};
    }

    Written badly_framed() {
        if (flag_of(action_, "bad_chunk")) {
            put(write_head(reply_, keep_alive_, std::nullopt, "Transfer-Encoding: chunked\r\n") + "zz\r\n" + body_ +
                "\r\n0\r\n\r\n");
        } else if (flag_of(action_, "no_headers_end")) {
            std::string const head = write_head(reply_, keep_alive_, length_);
            put(std::string_view(head).substr(0, head.size() - 2));
        } else {
            put(head_with_length() + body_);
        }
        return {sent_, false};
    }

    /// A head whose Content-Length is the one that the fault wants.
    std::string head_with_length() const {
        auto const* wanted = member(action_, "length");
        std::string const text = wanted == nullptr     ? "-1"
                                 : wanted->is_string() ? to_string(wanted->get_string())
                                                       : json::serialize(*wanted);
        if (text == "duplicate")
            return write_head(reply_, keep_alive_, length_,
                              "Content-Length: " + std::to_string(reply_.body.size() + 7) + "\r\n");
        if (text == "huge") return write_head(reply_, keep_alive_, "99999999999999999999999");
        if (!text.empty() && text[0] == '+')
            return write_head(reply_, keep_alive_,
                              std::to_string(static_cast<std::int64_t>(reply_.body.size()) +
                                             to_integer(std::string_view(text).substr(1)).value_or(1)));
        return write_head(reply_, keep_alive_, text);
    }

    Written with_headers() {
        std::string more;
        if (auto const* extra = member(action_, "set"); extra != nullptr && extra->is_object())
            for (auto const& item : extra->get_object())
                if (item.value().is_string())
                    more += std::string(item.key()) + ": " + to_string(item.value().get_string()) + "\r\n";
        auto const flood = static_cast<std::size_t>(number_of(action_, "flood_bytes", 0));
        for (std::size_t i = 0; more.size() < flood; ++i)
            more += "X-Flood-" + std::to_string(i) + ": " + std::string(1000, 'f') + "\r\n";
        if (flag_of(action_, "duplicate")) more += "Content-Type: text/plain\r\nX-Twice: 1\r\nX-Twice: 2\r\n";
        if (flag_of(action_, "crlf")) more += "X-Folded: one\r\n two\r\nX-Bare: a\rb\r\n";
        if (flag_of(action_, "nul")) more += std::string("X-Nul: a\0b\r\n", 12);
        return whole(write_head(reply_, keep_alive_, length_, more) + body_);
    }

    /// A body that the fault makes longer, without having it in memory.
    Written filled() {
        length_ = std::to_string(body_.size() + filler_.size);
        bool going = put(write_head(reply_, keep_alive_, length_) + body_.substr(0, filler_.at));
        std::string const piece(65536, 'x');
        for (std::size_t left = filler_.size; going && left > 0; left -= std::min(left, piece.size()))
            going = put(std::string_view(piece).substr(0, left));
        going = going && put(std::string_view(body_).substr(filler_.at));
        return {sent_, going && keep_alive_};
    }

    Written file() {
        bool going = put(write_head(reply_, keep_alive_, length_));
        std::ifstream file(reply_.file.name, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(reply_.file.begin));
        std::string piece;
        for (std::uint64_t left = no_body_ ? 0 : reply_.file.size; going && left > 0; left -= piece.size()) {
            piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 65536)));
            // A file that became shorter meanwhile cuts the answer.
            going = file.read(piece.data(), static_cast<std::streamsize>(piece.size())) && put(piece);
        }
        return {sent_, going && keep_alive_};
    }

    Connection& connection_;
    Reply reply_;
    bool keep_alive_;
    bool no_body_;
    std::string type_;
    json::object action_;
    Filler filler_;
    std::string body_;
    std::optional<std::string> length_;
    std::uint64_t sent_ = 0;
};

inline Written write_reply(Connection& connection, Reply reply, bool keep_alive, bool no_body,
                           std::optional<Firing> const& edit) {
    return ReplyWriter(connection, std::move(reply), keep_alive, no_body, edit).write();
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_NET_WRITER_IPP
