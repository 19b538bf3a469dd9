// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/core/timestamp.hpp>
#include <globus/core/values.hpp>
#include <globus/services/transfer/payloads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL void check_id(std::string_view member, std::string_view id) {
    if (id.empty())
        throw UsageError(std::string(member) + " is empty: give the id of a collection, endpoint or access point");
}

/// @throws UsageError  for a label that Transfer does not take
GLOBUS_DECL void check_label(Optional<std::string> const& label) {
    constexpr std::size_t longest = 128;  // characters
    if (!label.has_value() || label->empty()) return;
    std::size_t characters = 0;
    for (char const c : *label) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (characters > longest)
        throw UsageError("the label has " + std::to_string(characters) + " characters: shorten it to 128");
    if (label->find_first_of("\r\n") != std::string::npos)
        throw UsageError("the label has a line break: write it in one line");
    constexpr std::string_view blank = " \t\v\f";
    if (blank.find(label->front()) != blank.npos || blank.find(label->back()) != blank.npos)
        throw UsageError("the label begins or ends with a blank: take it away");
}

}  // namespace globus::detail

namespace globus::transfer {

GLOBUS_DECL SyncLevel::SyncLevel(std::string_view name) {
    constexpr std::array<std::string_view, 4> names{"exists", "size", "mtime", "checksum"};
    for (std::size_t i = 0; i != names.size(); ++i)
        if (names[i] == name) {
            number_ = static_cast<std::int64_t>(i);
            return;
        }
    throw UsageError("the sync_level is none of exists, size, mtime and checksum");
}

GLOBUS_DECL void FilterRule::check() const {
    if (method == FilterMethod::unknown && !additional_fields.contains("method"))
        throw UsageError("the method of a filter rule is \"include\" or \"exclude\", not \"" + method.text() + '"');
    if (type && *type != "file" && *type != "dir" && !additional_fields.contains("type"))
        throw UsageError("the type of a filter rule is \"file\" or \"dir\", not \"" + type->text() + '"');
}

GLOBUS_DECL TransferData& TransferData::add_item(TransferItem item) {
    DATA.push_back(std::move(item));
    return *this;
}

GLOBUS_DECL TransferData& TransferData::add_filter_rule(FilterRule rule) {
    if (!filter_rules) filter_rules.emplace();
    filter_rules->push_back(std::move(rule));
    return *this;
}

GLOBUS_DECL void TransferData::check() const {
    auto const own = [this](std::string_view member) { return !additional_fields.contains(member); };
    if (own("source_endpoint")) globus::detail::check_id("source_endpoint", *source_endpoint);
    if (own("destination_endpoint")) globus::detail::check_id("destination_endpoint", *destination_endpoint);
    if (own("label")) globus::detail::check_label(label);
    if (sync_level && own("sync_level") && (sync_level->number() < 0 || sync_level->number() > 3))
        throw UsageError("the sync_level is " + std::to_string(sync_level->number()) +
                         ": use 0 to 3, or a name of SyncLevel");
    if (deadline && own("deadline")) globus::detail::check_time("deadline", *deadline);
    if (filter_rules && own("filter_rules"))
        for (FilterRule const& rule : *filter_rules) rule.check();
    if (DATA.empty() && own("DATA")) throw UsageError("the transfer has no items: add_item() adds one");
}

GLOBUS_DECL DeleteData& DeleteData::add_item(DeleteItem item) {
    DATA.push_back(std::move(item));
    return *this;
}

GLOBUS_DECL void DeleteData::check() const {
    auto const own = [this](std::string_view member) { return !additional_fields.contains(member); };
    if (own("endpoint")) globus::detail::check_id("endpoint", *endpoint);
    if (own("label")) globus::detail::check_label(label);
    if (deadline && own("deadline")) globus::detail::check_time("deadline", *deadline);
    if (DATA.empty() && own("DATA")) throw UsageError("the deletion has no items: add_item() adds one");
}

GLOBUS_DECL std::vector<TransferData> split_transfer_data(TransferData data, std::size_t max_items) {
    if (max_items == 0) throw UsageError("split_transfer_data: max_items must be at least 1");
    std::vector<TransferItem> items = std::exchange(data.DATA, {});
    data.submission_id.reset();
    data.additional_fields.erase("submission_id");
    std::vector<TransferData> parts;
    for (std::size_t begin = 0; begin < items.size() || parts.empty(); begin += max_items) {
        std::size_t const end = begin + std::min(max_items, items.size() - begin);
        TransferData& part = parts.emplace_back(data);
        part.DATA.reserve(end - begin);
        for (std::size_t i = begin; i != end; ++i) part.DATA.push_back(std::move(items[i]));
    }
    return parts;
}

GLOBUS_DECL void CreateTunnelData::check() const {
    globus::detail::check_id("initiator_stream_access_point", *initiator_stream_access_point);
    globus::detail::check_id("listener_stream_access_point", *listener_stream_access_point);
}

GLOBUS_DECL FilterValues::FilterValues(std::initializer_list<FilterValues> several) {
    for (FilterValues const& values : several) texts_.insert(texts_.end(), values.texts_.begin(), values.texts_.end());
}

GLOBUS_DECL TransferFilter::TransferFilter(std::initializer_list<value_type> terms) {
    for (auto const& [name, values] : terms) add(name, values);
}

GLOBUS_DECL TransferFilter& TransferFilter::add(std::string const& name, FilterValues const& values) {
    if (!text_.empty()) text_ += '/';
    text_ += name + ':';
    StringList const& texts = values.texts();
    for (std::string const& text : texts) (text_ += &text == texts.data() ? "" : ",") += text;
    return *this;
}

GLOBUS_DECL std::vector<std::string> TransferFilter::query_texts() const {
    return text_.empty() ? std::vector<std::string>{} : std::vector<std::string>{text_};
}

GLOBUS_DECL std::vector<std::string> TransferFilters::query_texts() const {
    std::vector<std::string> texts;
    for (TransferFilter const& filter : *this)
        if (!filter.text().empty()) texts.push_back(filter.text());
    return texts;
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_PAYLOADS_IPP
