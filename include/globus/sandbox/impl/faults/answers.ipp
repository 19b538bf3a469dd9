// SPDX-License-Identifier: Apache-2.0
// What the rules do to the bytes of an answer, and the shapes of errors.
#ifndef GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP
#define GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP

#include <globus/sandbox/impl/faults/rules.ipp>

namespace globus::sandbox::detail {

/// The error document of a service. [recorded] shapes; the texts are ours.
inline Reply error_reply(std::string_view service, int status, std::string const& code, std::string const& message,
                         std::string const& request_id, std::string const& resource) {
    json::object document;
    if (service == "auth") {
        document = {{"errors", json::array{json::object{{"status", std::to_string(status)},
                                                        {"id", request_id},
                                                        {"code", code},
                                                        {"detail", message},
                                                        {"title", reason_of(status)}}}},
                    {"error_description", reason_of(status)},
                    {"error", lower(code)}};
    } else if (service == "groups") {
        document = {{"data", nullptr}, {"errors", json::array{json::object{{"code", code}, {"detail", message}}}}};
    } else if (service == "search") {
        document = {{"@datatype", "GError"}, {"@version", "2017-09-01"}, {"status", status},
                    {"code", code},          {"message", message},       {"request_id", request_id}};
    } else if (service == "flows") {
        document = {{"error", json::object{{"code", code}, {"detail", message}}}, {"debug_id", request_id}};
    } else if (service == "timers") {
        document = {{"error", json::object{{"status", status}, {"code", code}, {"detail", message}}}};
    } else if (service == "gcs") {
        document = {{"DATA_TYPE", "result#1.0.0"},  {"code", code},       {"detail", nullptr},
                    {"http_response_code", status}, {"message", message}, {"data", json::array{}},
                    {"has_next_page", false},       {"marker", ""}};
    } else if (service == "compute") {
        document = {{"code", status}, {"reason", message}, {"status", "Failed"}};
    } else {
        document = {{"code", code}, {"message", message}, {"request_id", request_id}, {"resource", resource}};
    }
    Reply reply = Reply::of(status, document);
    reply.committed = false;
    return reply;
}

inline Reply status_reply(Firing const& firing, Call const& call, std::string const& request_id) {
    int const code = static_cast<int>(number_of(firing.action, "code", 500));
    static std::map<int, std::string> const names{
        {401, "AuthenticationFailed"}, {403, "PermissionDenied"}, {404, "NotFound"},
        {429, "TooManyRequests"},      {500, "InternalError"},    {503, "ServiceUnavailable"}};
    auto const named = names.find(code);
    Reply reply = error_reply(call.service, code, named == names.end() ? "Error" : named->second,
                              "The sandbox was told to answer this", request_id, call.path);
    if (flag_of(firing.action, "html")) {
        reply.content_type = "text/html";
        reply.body = "<html><head><title>" + std::to_string(code) + " " + reason_of(code) +
                     "</title></head><body><h1>" + reason_of(code) + "</h1></body></html>\n";
    } else if (auto const* body = member(firing.action, "body")) {
        reply.body = body->is_string() ? to_string(body->get_string()) : json::serialize(*body);
    } else if (auto const* problem = member(firing.action, "problem")) {
        reply.content_type = "application/problem+json";
        reply.body = json::serialize(*problem);
    }
    if (auto const* headers = member(firing.action, "headers"); headers != nullptr && headers->is_object())
        for (auto const& header : headers->get_object())
            if (header.value().is_string()) {
                auto const value = to_string(header.value().get_string());
                if (same_name(header.key(), "Content-Type"))
                    reply.content_type = value;
                else
                    reply.headers.emplace_back(header.key(), value);
            }
    if (auto const* after = member(firing.action, "retry_after")) {
        std::string value;
        if (auto const* raw = member(*after, "raw"))
            value = raw->is_string() ? to_string(raw->get_string()) : json::serialize(*raw);
        else if (auto const* date = member(*after, "http_date"))
            value = date->is_string()
                        ? to_string(date->get_string())
                        : http_time(wall_clock() + static_cast<Millis>(number_of(*date).value_or(1) * 1000));
        else
            value =
                std::to_string(static_cast<std::int64_t>(number_of(*after, "seconds", number_of(*after).value_or(1))));
        reply.headers.emplace_back("Retry-After", value);
    }
    return reply;
}

inline void append_bits(std::string& out, std::uint32_t& held, int& count, std::uint32_t bits, int width) {
    held |= bits << count;
    count += width;
    while (count >= 8) {
        out += static_cast<char>(held & 255);
        held >>= 8;
        count -= 8;
    }
}

/// A gzip file of about `size` zero bytes, `ratio` times smaller: at most 1032 times (RFC 1951, RFC 1952).
inline std::string gzip_of_zeros(std::uint64_t size, double ratio) {
    std::uint64_t const runs = size / 258 + 1;
    std::string const begin("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
    std::string out;
    std::uint32_t held = 0;
    int count = 0;
    auto const put = [&](std::uint32_t bits, int width) { append_bits(out, held, count, bits, width); };
    put(1, 1);   // the last block
    put(2, 2);   // with codes of its own
    put(29, 5);  // for 286 literals and lengths
    put(0, 5);   // one distance
    put(14, 4);  // and 18 lengths of codes: 18 takes one bit, 2 and 1 take two
    for (std::uint32_t const width : {0U, 0U, 1U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 0U, 2U, 0U, 2U})
        put(width, 3);
    put(3, 2);  // the literal 0 takes two bits
    put(0, 1);
    put(127, 7);  // 138 others none
    put(0, 1);
    put(106, 7);  // 117 others none
    put(3, 2);    // the end of the block two
    put(0, 1);
    put(17, 7);                                          // 28 lengths none
    put(1, 2);                                           // the length 258 one
    put(1, 2);                                           // the distance 1 one
    put(1, 2);                                           // literal 0
    for (std::uint64_t i = 0; i < runs; ++i) put(0, 2);  // 258 bytes like it
    put(3, 2);                                           // the end of the block
    put(0, 7);                                           // fill up
    // Empty stored blocks make it as large as the ratio wants it.
    auto const wanted = static_cast<double>(size) / std::max(1.0, ratio) - static_cast<double>(out.size()) - 18;
    std::string padding;
    for (double left = wanted; left >= 5; left -= 5) padding += std::string("\x00\x00\x00\xff\xff", 5);
    out = begin + padding + out;
    // The checksum of n zero bytes: the operator of one byte, to the power of n.
    std::uint64_t const length = runs * 258 + 1;
    using Matrix = std::array<std::uint32_t, 32>;
    auto const times = [](Matrix const& matrix, std::uint32_t vector) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < 32; ++i)
            if ((vector >> i) & 1) sum ^= matrix[i];
        return sum;
    };
    Matrix power{};
    for (std::uint32_t i = 0; i < 32; ++i) {
        std::uint32_t state = 1U << i;
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0xedb88320U : 0U);
        power[i] = state;
    }
    std::uint32_t checksum = 0xffffffffU;
    for (std::uint64_t left = length; left != 0; left >>= 1) {
        if ((left & 1) != 0) checksum = times(power, checksum);
        Matrix square{};
        for (std::size_t i = 0; i < 32; ++i) square[i] = times(power, power[i]);
        power = square;
    }
    checksum = ~checksum;
    for (int i = 0; i < 4; ++i) out += static_cast<char>((checksum >> (8 * i)) & 255);
    for (int i = 0; i < 4; ++i) out += static_cast<char>((length >> (8 * i)) & 255);
    return out;
}

/// `corrupt`
inline void corrupt_body(Reply& reply, std::string const& kind) {
    if (kind == "utf8") {
        auto const quote = reply.body.find('"');
        reply.body.insert(quote == std::string::npos ? reply.body.size() : quote + 1, "\xc3\x28\xff");
    } else if (kind == "nul") {
        reply.body.insert(reply.body.size() / 2, 1, '\0');
    } else if (kind == "html") {
        reply.body = "<html><body>Service</body></html>";
    } else if (kind == "json_garbage") {
        reply.body = "{\"code\": tru]}," + reply.body;
    } else if (!reply.body.empty()) {
        for (auto const at : {reply.body.size() / 3, reply.body.size() / 2, reply.body.size() - 1})
            reply.body[at] = static_cast<char>(reply.body[at] ^ 0x15);
    }
}

/// What is put into a body when it is written, so that a large one needs no memory.
struct Filler {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// `json`
inline Filler edit_json(Reply& reply, json::object const& action) {
    if (auto const depth = number_of(action, "depth", 0); depth >= 1) {
        auto const levels = static_cast<std::size_t>(depth);
        reply.body = std::string(levels, '[') + std::string(levels, ']');
        return {};
    }
    boost::system::error_code error;
    json::value document = json::parse(reply.body, error);
    if (error) return {};
    auto edit = [&](json::object& object) {
        if (auto const* missing = action.if_contains("missing"); missing != nullptr && missing->is_array())
            for (auto const& key : missing->get_array())
                if (key.is_string()) object.erase(key.get_string());
        if (auto const* wrong = action.if_contains("wrong_type"); wrong != nullptr && wrong->is_object())
            for (auto const& item : wrong->get_object()) object[item.key()] = item.value();
    };
    if (auto* object = document.if_object()) edit(*object);
    if (auto* list = document.if_array())
        for (auto& one : *list)
            if (auto* object = one.if_object()) edit(*object);
    reply.body = json::serialize(document);
    auto const insert = [&](std::string const& members) {
        if (auto const brace = reply.body.find('{'); brace != std::string::npos) {
            bool const empty = document.is_object() && document.get_object().empty();
            reply.body.insert(brace + 1, members + (empty ? "" : ","));
        }
    };
    if (flag_of(action, "duplicate_keys") && document.is_object() && !document.get_object().empty())
        insert(json::serialize(json::value(document.get_object().begin()->key())) + ":\"sandbox duplicate\"");
    if (flag_of(action, "big_numbers")) insert("\"sandbox_big\":18446744073709551616,\"sandbox_huge\":1e400");
    Filler filler;
    if (auto const size = number_of(action, "size", 0); size > static_cast<double>(reply.body.size())) {
        filler.size = static_cast<std::size_t>(size) - reply.body.size();
        insert("\"sandbox_filler\":\"\"");
        if (auto const name = reply.body.find("sandbox_filler"); name != std::string::npos)
            filler.at = name + 17;
        else
            filler.size = 0;
    }
    return filler;
}

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_FAULTS_ANSWERS_IPP
