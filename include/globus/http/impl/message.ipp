// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_HTTP_IMPL_MESSAGE_IPP
#define GLOBUS_HTTP_IMPL_MESSAGE_IPP

#include <globus/core/config.hpp>
#include <globus/http/message.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus::http {

GLOBUS_DECL Headers::Headers() noexcept = default;
GLOBUS_DECL Headers::Headers(std::initializer_list<Field> fields) : fields_(fields) {}
GLOBUS_DECL Headers::Headers(Headers const&) = default;
GLOBUS_DECL Headers::Headers(Headers&&) noexcept = default;
GLOBUS_DECL Headers& Headers::operator=(Headers const&) = default;
GLOBUS_DECL Headers& Headers::operator=(Headers&&) noexcept = default;
GLOBUS_DECL Headers::~Headers() = default;

GLOBUS_DECL void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

GLOBUS_DECL void Headers::set(std::string name, std::string value) {
    erase(name);
    add(std::move(name), std::move(value));
}

GLOBUS_DECL void Headers::erase(std::string_view name) {
    std::erase_if(fields_, [&](Field const& f) { return detail::equal_ignoring_case(f.first, name); });
}

GLOBUS_DECL std::string const* Headers::find(std::string_view name) const noexcept {
    for (Field const& field : fields_)
        if (detail::equal_ignoring_case(field.first, name)) return &field.second;
    return nullptr;
}

GLOBUS_DECL std::string_view Headers::get(std::string_view name) const noexcept {
    std::string const* value = find(name);
    return value != nullptr ? std::string_view(*value) : std::string_view{};
}

GLOBUS_DECL std::string describe(Request const& request) {
    std::string_view url = request.url;
    url = url.substr(0, url.find_first_of("?#"));
    auto const host = url.find("://");
    auto const at = host == std::string_view::npos ? host : url.substr(0, url.find('/', host + 3)).rfind('@');
    std::string text = to_string(request.method);
    text += ' ';
    if (at == std::string_view::npos) return text.append(url);
    return text.append(url.substr(0, host + 3)).append(url.substr(at + 1));
}

}  // namespace globus::http

#endif  // GLOBUS_HTTP_IMPL_MESSAGE_IPP
