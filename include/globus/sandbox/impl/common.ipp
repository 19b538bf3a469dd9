// SPDX-License-Identifier: Apache-2.0
// What many records have in common is in memory once.
#ifndef GLOBUS_SANDBOX_IMPL_COMMON_IPP
#define GLOBUS_SANDBOX_IMPL_COMMON_IPP

#include <boost/json/string_view.hpp>

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace globus::sandbox::detail {

/**
 * A constant value of which there are few, in many records: equal ones share their memory, which is never given back.
 * It is read like the value itself. A hundred thousand tokens of one application are as small as that.
 */
template <class T>
class Common {
public:
    Common() : Common(T()) {}
    Common(T value) : value_(shared(std::move(value))) {}
    Common(char const* text)
        requires std::is_same_v<T, std::string>
        : Common(T(text)) {}

    T const& get() const { return *value_; }
    operator T const&() const { return *value_; }
    operator std::string_view() const
        requires std::is_same_v<T, std::string>
    {
        return *value_;
    }
    operator boost::json::string_view() const
        requires std::is_same_v<T, std::string>
    {
        return *value_;
    }
    auto begin() const { return value_->begin(); }
    auto end() const { return value_->end(); }
    [[nodiscard]] bool empty() const { return value_->empty(); }

    friend bool operator==(Common const& a, Common const& b) { return a.value_ == b.value_; }
    friend bool operator==(Common const& a, T const& b) { return *a.value_ == b; }
    friend T operator+(Common const& a, T const& b) { return *a.value_ + b; }
    friend T operator+(T const& a, Common const& b) { return a + *b.value_; }

private:
    static T const* shared(T value) {
        static std::mutex mutex;
        static std::set<T> all;
        std::lock_guard const lock(mutex);
        return &*all.insert(std::move(value)).first;
    }

    T const* value_;
};

}  // namespace globus::sandbox::detail

#endif  // GLOBUS_SANDBOX_IMPL_COMMON_IPP
