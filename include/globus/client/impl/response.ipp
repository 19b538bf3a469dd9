// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_RESPONSE_IPP
#define GLOBUS_CLIENT_IMPL_RESPONSE_IPP

#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_read.hpp>
#include <globus/core/values.hpp>
#include <globus/http/message.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

struct AnyResponse::Dom {
    std::once_flag made;
    Json value = {};  ///< in memory of its own: copies would share an arena without a lock, and outlive it
};

GLOBUS_DECL AnyResponse::AnyResponse() : dom_(std::make_shared<Dom>()) {}
GLOBUS_DECL AnyResponse::AnyResponse(AnyResponse const&) = default;
GLOBUS_DECL AnyResponse::AnyResponse(AnyResponse&&) noexcept = default;
GLOBUS_DECL AnyResponse& AnyResponse::operator=(AnyResponse const&) = default;
GLOBUS_DECL AnyResponse& AnyResponse::operator=(AnyResponse&&) noexcept = default;
GLOBUS_DECL AnyResponse::~AnyResponse() = default;

GLOBUS_DECL void AnyResponse::receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form) {
    raw_ = std::move(raw);
    facts_ = facts;
    if (form.fresh != nullptr) {
        Slot const document = form.fresh(*this);
        if (!raw_.body.empty()) read(document);
    } else if (form.make != nullptr) {
        form.make(*this);
    }
}

GLOBUS_DECL void AnyResponse::receive(http::Response& raw, AnswerFacts const& facts, AnswerForm const& form,
                                      AnswerStream& stream) {
    JsonDocumentReader const* const reader = stream.finish();
    if (reader == nullptr) {
        require_document(raw);
        return receive(raw, facts, form);
    }
    raw_ = std::move(raw);
    facts_ = facts;
    take(*reader);
}

GLOBUS_DECL std::size_t AnyResponse::list_size(std::string_view name) const noexcept {
    TopList const* list = find_list(name);
    return list != nullptr ? list->size : 0;
}

GLOBUS_DECL std::string const* AnyResponse::odd_member(std::string_view name) const noexcept {
    for (OddMember const& odd : odd_members_)
        if (odd.name == name) return &odd.text;
    return nullptr;
}

GLOBUS_DECL Json const& AnyResponse::json() const {
    std::call_once(dom_->made, [&] {
        if (!raw_.body.empty()) dom_->value = read_dom();
    });
    return dom_->value;
}

GLOBUS_DECL bool AnyResponse::is_json() const {
    std::string_view const type = raw_.headers.get("Content-Type");
    return type.empty() || type.find("json") != std::string_view::npos;
}

GLOBUS_DECL void AnyResponse::read(Slot slot) {
    JsonDocumentReader reader(slot, memory_beside_text());
    try {
        reader.finish(raw_.body);
    } catch (DecodeError const& error) {
        throw with_body(error, std::move(raw_.body));
    }
    take(reader);
}

GLOBUS_DECL void AnyResponse::take(JsonDocumentReader const& reader) {
    mismatch_ = reader.mismatch();
    root_misfit_ = reader.root_misfit();
    lists_ = reader.lists();
    odd_members_ = reader.odd_members();
}

GLOBUS_DECL void AnyResponse::check_fit() const {
    if (root_misfit_ && !facts_.wrote && !facts_.replayed) throw DecodeError(mismatch_, raw_.body);
}

GLOBUS_DECL void AnyResponse::lacks(std::string_view member) const {
    if (root_misfit_ || facts_.partial || facts_.replayed) return;
    if (boost::json::object const* const all = json().if_object())  // an empty text is there
        if (Json const* const there = all->if_contains(member); there != nullptr && there->is_string()) return;
    throw DecodeError("the answer has no '" + std::string(member) + '\'', raw_.body);
}

GLOBUS_DECL void check_index(std::size_t index, std::size_t size) {
    if (index >= size)
        throw UsageError("the answer's list has " + std::to_string(size) + " elements: there is none at " +
                         std::to_string(index));
}

GLOBUS_DECL DecodeError AnyResponse::with_body(DecodeError const& error, std::string body) {
    return DecodeError(error.what(), std::move(body),
                       error.cut_off() ? DecodeError::Damage::cut_off : DecodeError::Damage::none);
}

GLOBUS_DECL Json AnyResponse::read_dom() const {
    try {
        Json value;
        JsonDocumentReader(slot_of(value), memory_beside_text()).finish(raw_.body);
        return value;
    } catch (DecodeError const& error) {
        throw with_body(error, raw_.body);
    }
}

GLOBUS_DECL std::size_t AnyResponse::memory_beside_text() const noexcept {
    constexpr std::size_t parser = std::size_t{64} << 10;
    std::size_t const all = memory_of(facts_.max_bytes);
    return all - std::min(raw_.body.size(), all) + parser;
}

GLOBUS_DECL TopList const* AnyResponse::find_list(std::string_view name) const noexcept {
    for (TopList const& list : lists_)
        if (list.name == name) return &list;
    return nullptr;
}

GLOBUS_DECL void require_document(http::Response const& raw) {
    if (raw.status == 200 && raw.body.empty())
        throw DecodeError("the answer has no document", {}, DecodeError::Damage::cut_off);
}

GLOBUS_DECL AnswerStream::AnswerStream(Slot slot) : slot_(slot) {}
GLOBUS_DECL AnswerStream::~AnswerStream() = default;

GLOBUS_DECL void AnswerStream::write(std::string_view piece) noexcept {
    try {
        if (!reader_) {
            reader_ = std::make_unique<JsonDocumentReader>(slot_, memory_);
            reader_->expect(expected_);
        }
        if (!failure_) reader_->write(piece);
    } catch (...) {
        failure_ = std::current_exception();
    }
}

GLOBUS_DECL void AnswerStream::expect(std::string_view content_length) noexcept {
    std::from_chars(content_length.data(), content_length.data() + content_length.size(), expected_);
}

GLOBUS_DECL JsonDocumentReader const* AnswerStream::finish() {
    if (failure_) std::rethrow_exception(failure_);
    if (!reader_) return nullptr;
    reader_->finish();
    return reader_.get();
}

}  // namespace globus::detail

namespace globus {

GLOBUS_DECL void Response<Json>::make(detail::AnyResponse& self) {
    Response& response = static_cast<Response&>(self);
    if (!response.raw_.body.empty() && response.is_json()) response.read({});
}

}  // namespace globus

#endif  // GLOBUS_CLIENT_IMPL_RESPONSE_IPP
