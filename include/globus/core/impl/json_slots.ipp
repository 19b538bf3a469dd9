// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_IMPL_JSON_SLOTS_IPP
#define GLOBUS_CORE_IMPL_JSON_SLOTS_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_slots.hpp>
#include <globus/core/members.hpp>
#include <globus/core/open_enum.hpp>
#include <globus/core/optional.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace globus::detail {

GLOBUS_DECL void DocumentRoom::text_bytes(std::size_t bytes) noexcept {
    constexpr std::size_t free = std::size_t{16} << 20, times = 32;
    limit_ = std::min(most_, bytes < (most_ - std::min(free, most_)) / times ? free + times * bytes : most_);
}

GLOBUS_DECL void DocumentRoom::take(std::size_t bytes) {
    if (bytes > limit_ - taken_) refuse();
    taken_ += bytes;
}

GLOBUS_DECL void DocumentRoom::take_text(std::size_t size) {
    if (size > 14) take(size + 40);
}

GLOBUS_DECL std::size_t DocumentRoom::grow(std::size_t capacity, std::size_t needed, std::size_t size) {
    std::size_t const most = (limit_ - taken_) / size;
    if (needed > most) refuse();
    double const now = static_cast<double>(capacity);
    double const wanted =
        capacity < 64 || part_read_ <= 0 ? 2 * now : std::max(now * 1.25, now * (1.02 / part_read_)) + 16;
    std::size_t const half = most / 2;  // the other half is for what the elements hold
    std::size_t const chosen =
        std::max(needed, wanted < static_cast<double>(half) ? static_cast<std::size_t>(wanted) : half);
    taken_ += chosen * size;
    return chosen;
}

GLOBUS_DECL void DocumentRoom::refuse() {
    throw DecodeError(
        "the answer describes more than the memory that it may take: ask for less at once, or raise "
        "max_response_bytes, of which it may take three times as much");
}

GLOBUS_DECL SlotMembers make_members(std::string_view const* keys, Wires wires, SlotType const* const* types,
                                     void const* const* at, void const* object, SlotMember* members,
                                     std::uint8_t* buckets, std::size_t bucket_count) {
    std::size_t const mask = bucket_count - 1;
    std::uint8_t size = 0;
    for (std::size_t i = 0; at[i] != nullptr; ++i) {
        if (types[i] == nullptr) continue;
        std::string_view const name = wire_of(wires, keys[i]).name;
        members[size++] = {
            name, types[i],
            static_cast<std::size_t>(static_cast<char const*>(at[i]) - static_cast<char const*>(object))};
        std::size_t b = SlotMembers::hash(name) & mask;
        while (buckets[b] != 0) b = (b + 1) & mask;
        buckets[b] = size;
    }
    return {members, buckets, mask};
}

GLOBUS_DECL SlotMember const* SlotMembers::find(std::string_view name) const noexcept {
    for (std::size_t b = hash(name) & mask; buckets[b] != 0; b = (b + 1) & mask)
        if (SlotMember const& member = members[buckets[b] - 1]; member.name == name) return &member;
    return nullptr;
}

GLOBUS_DECL bool store_text(void* object, std::string_view text) {
    as<std::string>(object).assign(text);
    return true;
}
GLOBUS_DECL bool store_word(void* object, std::string_view text) {
    as<Word>(object).text_.assign(text);
    return true;
}
GLOBUS_DECL bool store_optional_text(void* object, std::string_view text) {
    as<Optional<std::string>>(object).emplace().assign(text);
    return true;
}
GLOBUS_DECL void store_no_text(void* object) { as<Optional<std::string>>(object).set_null(); }
GLOBUS_DECL void reset_text(void* object) { as<Optional<std::string>>(object).reset(); }

GLOBUS_DECL bool store_optional_integer(void* object, std::int64_t number) {
    as<Optional<std::int64_t>>(object).emplace() = number;
    return true;
}
GLOBUS_DECL bool store_optional_natural(void* object, std::uint64_t number) {
    return store_optional<std::int64_t>(object, number, &store_natural<std::int64_t>);
}
GLOBUS_DECL bool store_optional_real(void* object, double number) {
    return store_optional<std::int64_t>(object, number, &store_real<std::int64_t>);
}
GLOBUS_DECL void store_no_integer(void* object) { as<Optional<std::int64_t>>(object).set_null(); }
GLOBUS_DECL void reset_integer(void* object) { as<Optional<std::int64_t>>(object).reset(); }

GLOBUS_DECL bool store_optional_flag(void* object, bool flag) {
    as<Optional<bool>>(object).emplace() = flag;
    return true;
}
GLOBUS_DECL void store_no_flag(void* object) { as<Optional<bool>>(object).set_null(); }
GLOBUS_DECL void reset_flag(void* object) { as<Optional<bool>>(object).reset(); }

}  // namespace globus::detail

#endif  // GLOBUS_CORE_IMPL_JSON_SLOTS_IPP
